"""AgentCore payments: a request is checked, authorized, and answered."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from payguard.authorization.request import Value
from payguard.emulator import bearer, control_plane, data_plane, payment_resource, rest_json
from payguard.emulator.access import Circumstances, Question, authorize, authorize_alone
from payguard.emulator.account import Account
from payguard.emulator.exchange import HttpAnswer, HttpRequest
from payguard.emulator.failure import invalid, not_emulated
from payguard.emulator.identity import Identity
from payguard.emulator.ledger import Ledger, Manager
from payguard.emulator.operation import DATA, Route
from payguard.emulator.payment_call import Handler, PaymentCall
from payguard_policies import PAYMENTS_SERVICE, catalog
from payguard_policies.named_tuple import NamedTuple
from payguard_policies.roles import contract

_HANDLERS: Mapping[str, Handler] = {**data_plane.HANDLERS, **control_plane.HANDLERS}
_WORKLOAD_TOKENS = frozenset(
    {
        "GetWorkloadAccessToken",
        "GetWorkloadAccessTokenForJWT",
        "GetWorkloadAccessTokenForUserId",
    }
)
# Beyond this many the oldest answers to a client token are forgotten.
_MOST_REPLIES = 10_000


def is_payments(name: str) -> bool:
    """Tell whether an operation is one of payments, or gives a token that payments take."""
    return (
        name in catalog.operations("data")
        or name in catalog.operations("control")
        or name in _WORKLOAD_TOKENS
    )


def operation_names() -> tuple[str, ...]:
    """Return the names of the payments operations."""
    return (*catalog.operations("data"), *catalog.operations("control"))


class _Ask(NamedTuple):
    """A signed call, and what IAM has to know of it."""

    route: Route
    given: Mapping[str, Any]
    caller: Identity
    manager: Manager | None
    now: Circumstances


class Payments:
    """The payments of one account in one Region.

    Attributes:
        ledger: what there is.
        account: whose it is.
    """

    def __init__(self, ledger: Ledger, account: Account) -> None:
        self.ledger = ledger
        self.account = account

    def answer(
        self, route: Route, request: HttpRequest, caller: Identity | None, now: Circumstances
    ) -> HttpAnswer:
        """Answer a request.

        Args:
            route: what it asks for.
            request: as it came.
            caller: None for the bearer of a token.
            now: what it carries besides.

        Raises:
            ServiceError: As the service would refuse it, or because it is not emulated.
        """
        given = rest_json.read_input(route, request)
        with self.ledger.lock:
            manager = self._manager(given)
            if caller is None:
                header = request.headers.get("authorization", "")
                user_id = bearer.user_of(header, manager, now.now.timestamp())
            else:
                self._admit(_Ask(route, given, caller, manager, now))
                user_id = given.get("userId", "")
            handler = _HANDLERS.get(route.name)
            if handler is None:
                raise not_emulated(f"{route.name}: it was authorized, and nothing more was done")
            call = PaymentCall(given, self.ledger, self.account, caller, user_id, now.now)
            return rest_json.write_answer(route.model, self._once(route, call, handler))

    def _manager(self, given: Mapping[str, Any]) -> Manager | None:
        arn = given.get("paymentManagerArn")
        if arn:
            return self.ledger.manager(arn)
        return self.ledger.managers.get(given.get("paymentManagerId", ""))

    def _admit(self, ask: _Ask) -> None:
        """Let who signed a call pass: a manager takes either tokens or signatures."""
        route, given, caller, manager, now = ask
        if route.plane == DATA and manager is not None and manager.authorizer != "AWS_IAM":
            raise bearer.mismatch()
        context = {**now.context, **dict(_tag_context(given, manager))}
        asked = Question(caller, f"{PAYMENTS_SERVICE}:{route.name}", context)
        on = list(payment_resource.named(self.ledger, route.name, given))
        authorize(asked, on, payment_resource.reported(self.ledger, route.name, given))
        if given.get("tags"):
            tagging = asked._replace(action=f"{PAYMENTS_SERVICE}:TagResource")
            coming = payment_resource.coming(self.ledger, route.name, given["name"])
            authorize_alone(tagging, coming)
        if given.get("roleArn", "").split(":")[4:5] == [self.account.id]:
            passing = {
                **now.context,
                "iam:PassedToService": contract("resource-retrieval").trust.services[0],
            }
            authorize_alone(Question(caller, "iam:PassRole", passing), given["roleArn"])

    def _once(self, route: Route, call: PaymentCall, handler: Handler) -> Mapping[str, Any]:
        """Do what a call asks for, but once for one client token.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Run_Instance_Idempotency.html
        """
        token = call.input.get("clientToken")
        if token is None:
            return handler(call)
        rest = {name: value for name, value in call.input.items() if name != "clientToken"}
        asked = json.dumps([rest, call.user_id], sort_keys=True)
        key = (call.caller.arn if call.caller else call.user_id, route.name, token)
        known = call.ledger.replies.get(key)
        if known is not None and known[0] != asked:
            message = "The client token was used before, with other parameters."
            raise invalid(message, "IdempotentParameterMismatchException")
        result = known[1] if known is not None else handler(call)
        call.ledger.replies[key] = (asked, result)
        if len(call.ledger.replies) > _MOST_REPLIES:
            del call.ledger.replies[next(iter(call.ledger.replies))]
        return result


def _tag_context(given: Mapping[str, Any], manager: Manager | None) -> Iterator[tuple[str, Value]]:
    """Yield the context keys about tags, of the request and of the manager."""
    tags: Mapping[str, str] = given.get("tags") or {}
    for name, value in tags.items():
        yield f"aws:RequestTag/{name}", value
    if tags:
        yield "aws:TagKeys", tuple(tags)
    for name, value in (manager.tags if manager else {}).items():
        yield f"aws:ResourceTag/{name}", value
    url = (given.get("authorizerConfiguration") or {}).get("customJWTAuthorizer", {})
    if "discoveryUrl" in url:
        yield f"{PAYMENTS_SERVICE}:DiscoveryUrl", url["discoveryUrl"]
