"""Access test cases: policies, a request and the decision expected, as decoded JSON.

The shape is published as ``payguard_policies/schemas/test-case.schema.json``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from payguard import pointer
from payguard.authorization.policy_set import Levels, Policies, attach
from payguard.authorization.request import UNKNOWN, Request, Unknown, request
from payguard.authorization.value import as_text
from payguard.quotation import quote
from payguard_policies.named_tuple import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DETAIL = "expectedDetail"
_MEMBERS = frozenset({"id", "policies", "request", "expected", _DETAIL})
_MISSPELT = 0.85  # how much alike two names are of which one is meant for the other
EXPECTED = ("allow", "deny")
DETAILS = ("Allowed", "ImplicitlyDenied", "ExplicitlyDenied")


class CaseError(ValueError):
    """A case that cannot be read: what is wrong, and where, as a JSON Pointer."""

    def __init__(self, message: str, place: str) -> None:
        super().__init__(message)
        self.message, self.pointer = message, place


class Case(NamedTuple):
    """One case.

    Attributes:
        id: its name.
        policies: what speaks about the request.
        request: what is asked.
        expected: ``allow`` or ``deny``.
        detail: the detail expected as well; None where any will do.
    """

    id: str
    policies: Policies
    request: Request
    expected: str
    detail: str | None


def read_case(value: object) -> Case:
    """Read one decoded case.

    Raises:
        CaseError: it has not the shape of a case.
    """
    case = _object(value, "", "a case")
    _check_members(case)
    return Case(
        id=_text(case, "id", ""),
        policies=_policies(_object(_required(case, "policies", ""), "/policies", '"policies"')),
        request=_request(_object(_required(case, "request", ""), "/request", '"request"')),
        expected=_choice(_required(case, "expected", ""), EXPECTED, "/expected"),
        detail=_detail(case.get(_DETAIL)),
    )


def _check_members(case: Mapping[str, Any]) -> None:
    """Refuse a misspelt ``expectedDetail``; whatever else stands in a case is its author's own."""
    from difflib import SequenceMatcher  # noqa: PLC0415  few cases have more than they must

    for key in case.keys() - _MEMBERS:
        if SequenceMatcher(None, key.lower(), _DETAIL.lower()).ratio() > _MISSPELT:
            hint = f"did you mean {quote(_DETAIL)}?"
            raise CaseError(f"a case has no {quote(key)}; {hint}", pointer.join("", key))


def _policies(value: Mapping[str, Any]) -> Policies:
    _only(value, _KINDS, "/policies", "kind of policy")
    return attach(**{name: read(value.get(key), key) for key, (name, read) in _KINDS.items()})


def _documents(value: object, key: str) -> Sequence[Mapping[str, Any]]:
    place = pointer.join("/policies", key)
    return [
        _object(item, pointer.join(place, index), "a policy")
        for index, item in enumerate(_list(value, place, f"{quote(key)}"))
    ]


def _document(value: object, key: str) -> Mapping[str, Any] | None:
    return None if value is None else _object(value, pointer.join("/policies", key), "a policy")


def _levels(value: object, key: str) -> Levels:
    place = pointer.join("/policies", key)
    found = []
    for index, item in enumerate(_list(value, place, quote(key))):
        here = pointer.join(place, index)
        level = _object(item, here, "a level")
        _only(level, ("level", "policies"), here, "member of a level")
        documents = _list(level.get("policies"), f"{here}/policies", '"policies"')
        read = [
            _object(document, f"{here}/policies/{number}", "a policy")
            for number, document in enumerate(documents)
        ]
        found.append((_text(level, "level", here), read))
    return found


# Member of "policies" -> (argument of ``attach``, how it is read).
_KINDS: dict[str, tuple[str, Callable[[object, str], Any]]] = {
    "identity": ("identity", _documents),
    "boundary": ("boundary", _documents),
    "session": ("session", _documents),
    "scps": ("scps", _levels),
    "rcps": ("rcps", _levels),
    "resource": ("resource", _document),
    "trust": ("trust", _document),
    "vpce": ("vpc_endpoint", _documents),
}
_REQUEST = ("principal", "action", "resource", "resourceAccount", "context")


def _request(value: Mapping[str, Any]) -> Request:
    _only(value, _REQUEST, "/request", "member of a request")
    principal = _required(value, "principal", "/request")
    if principal is not None and not (isinstance(principal, str) and principal):
        raise CaseError('"principal" must be text, or null for nobody', "/request/principal")
    action = _text(value, "action", "/request")
    if ":" not in action:
        raise CaseError(f"the action {quote(action)} names no service", "/request/action")
    account = value.get("resourceAccount")
    if account is not None and not isinstance(account, str):
        raise CaseError('"resourceAccount" must be text', "/request/resourceAccount")
    return request(
        principal,
        action,
        _text(value, "resource", "/request"),
        resource_account=account or "",
        context=_context(value.get("context")),
    )


def _context(value: object) -> dict[str, str | tuple[str, ...] | Unknown]:
    if value is None:
        return {}
    found: dict[str, str | tuple[str, ...] | Unknown] = {}
    written: dict[str, str] = {}
    for key, item in _object(value, "/request/context", '"context"').items():
        place = pointer.join("/request/context", key)
        other = written.setdefault(key.lower(), key)
        if other != key:
            raise CaseError(f"{quote(key)} is the same context key as {quote(other)}", place)
        if isinstance(item, list):
            found[key] = tuple(_value(entry, f"{place}/{at}") for at, entry in enumerate(item))
        else:
            found[key] = UNKNOWN if item is None else _value(item, place)
    return found


def _value(value: object, place: str) -> str:
    text = as_text(value)
    if text is None:
        raise CaseError("a context value must be text, a number or a Boolean", place)
    return text


def _detail(value: object) -> str | None:
    return None if value is None else _choice(value, DETAILS, f"/{_DETAIL}")


def _object(value: object, place: str, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise CaseError(f"{what} must be an object", place)
    return value


def _list(value: object, place: str, what: str) -> Sequence[Any]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise CaseError(f"{what} must be a list", place)
    return value


def _required(value: Mapping[str, Any], key: str, place: str) -> Any:
    if key not in value:
        raise CaseError(f"{quote(key)} is missing", place)
    return value[key]


def _text(value: Mapping[str, Any], key: str, place: str) -> str:
    found = _required(value, key, place)
    if not isinstance(found, str) or not found:
        raise CaseError(f"{quote(key)} must be text", pointer.join(place, key))
    return found


def _choice(value: object, choices: Sequence[str], place: str) -> str:
    if not isinstance(value, str) or value not in choices:
        wanted = " or ".join(quote(choice) for choice in choices)
        raise CaseError(f"{quote(pointer.tokens(place)[-1])} must be {wanted}", place)
    return value


def _only(
    value: Mapping[str, Any], known: Sequence[str] | Mapping[str, Any], place: str, what: str
) -> None:
    for key in value:
        if key not in known:
            from difflib import get_close_matches  # noqa: PLC0415  only for a mistake

            close = get_close_matches(key, list(known), n=1)
            hint = f"; did you mean {quote(close[0])}?" if close else ""
            raise CaseError(f"there is no {what} {quote(key)}{hint}", pointer.join(place, key))
