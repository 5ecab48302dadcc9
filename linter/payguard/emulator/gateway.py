"""The one door: who signs a request, what it is for, and who answers it."""

import collections
import datetime as dt
import os
import traceback
import uuid
from collections.abc import Callable

from payguard.emulator import bearer, fault, payments, query_service
from payguard.emulator.access import Circumstances
from payguard.emulator.account import Account
from payguard.emulator.exchange import HttpAnswer, HttpRequest
from payguard.emulator.failure import (
    ServiceError,
    as_json,
    as_xml,
    not_emulated,
)
from payguard.emulator.fault import Faults
from payguard.emulator.identity import Identity
from payguard.emulator.ledger import Ledger
from payguard.emulator.operation import Route, route
from payguard.emulator.payment_call import header
from payguard.emulator.signature import claim, refusal, signing_service, verify
from payguard_policies import PAYMENTS_SERVICE
from payguard_policies.named_tuple import NamedTuple


class Observed(NamedTuple):
    """What was asked for, for whoever wants to know: no credential and no body is in it.

    Attributes:
        operation: such as ``ListPaymentSessions`` or ``AssumeRole``; empty if it was none.
        status: of the answer.
        code: of the error; empty if it went well.
        agent: the agent name that a call of payments told.
    """

    operation: str
    status: int
    code: str
    agent: str = ""


class Reply(NamedTuple):
    """An answer, and what becomes of the connection.

    Attributes:
        answer: to send.
        wait: how many seconds to wait before.
        breaks: ``reset`` or ``half`` where the connection breaks; else empty.
    """

    answer: HttpAnswer
    wait: float = 0.0
    breaks: str = ""


class Gateway:
    """All services of one account in one Region.

    Attributes:
        account: its users and roles.
        ledger: its payments.
        faults: what is still to go wrong.
        defects: errors of the emulator's own, the last hundred.
    """

    def __init__(
        self,
        account: Account,
        ledger: Ledger,
        region: str,
        faults: Faults,
        observe: Callable[[Observed], None],
    ) -> None:
        self.account = account
        self.ledger = ledger
        self.faults = faults
        self.defects: collections.deque[str] = collections.deque(maxlen=100)
        self._region = region
        self._observe = observe
        self._payments = payments.Payments(ledger, account)
        self._query = query_service.QueryService(account)

    def reply(self, request: HttpRequest) -> Reply:
        """Answer a request."""
        found = route(request.method, request.path)
        if found is not None and payments.is_payments(found.name):
            return self._payment(found, request)
        # A form that nobody signed is one of STS's: some of its operations take a token instead.
        unsigned = "sts" if query_service.action_of(request) else ""
        service = signing_service(request) or unsigned
        if request.path == "/" and service in {"iam", "sts"}:
            return Reply(self._form(service, request))
        name = "" if found is None else found.name
        what = name or f"{request.method} {request.path[:80]}"
        return Reply(self._told(name, as_json(not_emulated(what)), "NotEmulatedException"))

    def _payment(self, found: Route, request: HttpRequest) -> Reply:
        wait, kind = self.faults.take(found.name)
        code = ""
        try:
            fault.happen(kind)
            now = self._circumstances(request)
            caller = None
            if not bearer.is_bearer(request.headers.get("authorization", "")):
                caller = self._authenticate(request, PAYMENTS_SERVICE, now.now)
            answer = self._payments.answer(found, request, caller, now)
        except Exception as error:  # noqa: BLE001  one request must not end the others
            refused = self._refused(error)
            code, answer = refused.code, as_json(refused)
        agent = request.headers.get(header("agentName").lower(), "")
        return Reply(
            self._told(found.name, answer, code, agent),
            wait,
            kind if kind in {"reset", "half"} else "",
        )

    def _form(self, service: str, request: HttpRequest) -> HttpAnswer:
        code, name = "", query_service.action_of(request)
        try:
            now = self._circumstances(request)
            if name.startswith("AssumeRoleWith"):
                raise not_emulated(f"sts:{name}")  # noqa: TRY301  as the services refuse
            caller = self._authenticate(request, service, now.now)
            answer = self._query.answer(service, request, caller, now)
        except Exception as error:  # noqa: BLE001  one request must not end the others
            refused = self._refused(error)
            code, answer = refused.code, as_xml(refused, service, str(uuid.uuid4()))
        return self._told(name, answer, code)

    def _refused(self, error: Exception) -> ServiceError:
        """Return what is told of an error; one that is no refusal is a defect of the emulator's.

        The text of such an error may hold what nobody else may know, and is not told.
        """
        if isinstance(error, ServiceError):
            return error
        if os.environ.get("PAYGUARD_TRACEBACK"):
            traceback.print_exception(error)
        place = traceback.extract_tb(error.__traceback__)[-1]
        defect = f"{type(error).__name__} at {os.path.basename(place.filename)}:{place.lineno}"
        self.defects.append(defect)
        message = f"payguard emulator: internal error ({defect}); please report it "
        message += "(PAYGUARD_TRACEBACK=1 shows where)"
        return ServiceError("InternalFailure", message, 500)

    def _told(self, operation: str, answer: HttpAnswer, code: str, agent: str = "") -> HttpAnswer:
        self._observe(Observed(operation, answer.status, code, agent))
        return answer

    def _circumstances(self, request: HttpRequest) -> Circumstances:
        agent = request.headers.get("user-agent", "")
        return Circumstances(self.ledger.now(), self._region, agent)

    def _authenticate(self, request: HttpRequest, service: str, now: dt.datetime) -> Identity:
        """Return who signed a request.

        Raises:
            ServiceError: Nobody did whose credentials are valid.
        """
        said = claim(request, service)
        caller = self.account.identity(said.access_key_id)
        if caller is None:
            message = "The security token included in the request is invalid."
            raise refusal("UnrecognizedClientException", message, said.service)
        verify(request, said, caller.key, self._region, now)
        if caller.expires is not None and now.timestamp() >= caller.expires:
            message = "The security token included in the request is expired"
            raise refusal("ExpiredTokenException", message, said.service)
        return caller
