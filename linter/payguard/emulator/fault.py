"""Faults that are declared: what goes wrong with the next requests to payments."""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from payguard.emulator.failure import ServiceError
from payguard.quotation import quote

_FORM = "KIND:COUNT or latency:DURATION[:COUNT], with @OPERATION at the end for one operation"
_KINDS = ("throttle", "500", "502", "503", "504", "expired", "reset", "half")
_LATENCY = re.compile(
    r"latency:([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s)(?::([1-9][0-9]{0,8}))?", re.ASCII
)
_COUNTED = re.compile(r"([a-z0-9]+):([1-9][0-9]{0,8})", re.ASCII)
_LONGEST = 600.0


class FaultError(ValueError):
    """A declared fault that cannot be read; the message says why."""


@dataclass(slots=True)
class Fault:
    """One declared fault.

    Attributes:
        kind: ``throttle``, ``500``..., ``expired``, ``reset``, ``half`` or ``latency``. botocore
            takes half an answer for a whole one without members: see the tests.
        left: for how many requests it holds; None for all.
        seconds: how long ``latency`` waits.
        operation: of which operation; empty for all.
    """

    kind: str
    left: int | None
    seconds: float = 0.0
    operation: str = ""


def parse_fault(text: str, operations: Iterable[str] = ()) -> Fault:
    """Read a fault such as ``throttle:2``, ``latency:2s`` or ``500:1@ListPaymentSessions``.

    Args:
        text: as declared.
        operations: the names that may stand behind the ``@``; none to take any.

    Raises:
        FaultError: It is of no known form.
    """
    what, at, operation = text.partition("@")
    known = set(operations)
    if at and (not operation or (known and operation not in known)):
        raise FaultError(f"fault {quote(text)}: {quote(operation)} is no payments operation")
    if found := _LATENCY.fullmatch(what):
        number, unit, count = found.groups()
        seconds = float(number) / (1000 if unit == "ms" else 1)
        if seconds > _LONGEST:
            raise FaultError(f"fault {quote(text)}: at most {_LONGEST:g}s")
        return Fault("latency", int(count) if count else None, seconds, operation)
    counted = _COUNTED.fullmatch(what)
    if counted is None or counted[1] not in _KINDS:
        raise FaultError(f"fault {quote(text)} is not {_FORM}; KIND is one of {', '.join(_KINDS)}")
    return Fault(counted[1], int(counted[2]), 0.0, operation)


class Faults:
    """The faults that are still to come; safe to ask from several threads."""

    def __init__(self, declared: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._pending = list(declared)

    def add(self, fault: Fault) -> None:
        """Declare one more."""
        with self._lock:
            self._pending.append(fault)

    def take(self, operation: str) -> tuple[float, str]:
        """Use up what concerns one request: seconds to wait, and the kind of its one failure."""
        if not self._pending:
            return 0.0, ""
        with self._lock:
            seconds, kind = 0.0, ""
            for fault in self._pending:
                concerned = fault.operation in {"", operation}
                if concerned and fault.kind == "latency":
                    seconds += fault.seconds
                elif concerned and not kind:
                    kind = fault.kind
                else:
                    continue
                fault.left = fault.left if fault.left is None else fault.left - 1
            self._pending = [fault for fault in self._pending if fault.left != 0]
        return seconds, kind


def happen(kind: str) -> None:
    """Let a fault of the service happen; one of the connection happens where that is.

    Raises:
        ServiceError: What the service answers.
    """
    if kind == "throttle":
        raise ServiceError("ThrottlingException", "Rate exceeded", 429)
    if kind == "expired":
        message = "The security token included in the request is expired"
        raise ServiceError("ExpiredTokenException", message, 403)
    if kind.isdigit():
        message = "Something went wrong in processing your request"
        code = "ServiceUnavailableException" if kind == "503" else "InternalServerException"
        raise ServiceError(code, message, int(kind))
