"""A request: who wants to do what to which resource, and what else is known about it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-reqcontext.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from payguard.authorization.caller import (
    ANONYMOUS,
    FEDERATED_USER,
    ROLE,
    ROOT,
    SESSION,
    USER,
    Caller,
    caller,
    is_account,
)
from payguard_policies import PAYMENTS_SERVICE
from payguard_policies.named_tuple import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self


class Unknown:
    """The value of a context key that may be absent, or be anything."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


class Outline(Unknown):
    """A value that is there and matches one of some patterns; more of it is not known."""

    __slots__ = ("patterns",)

    def __init__(self, *patterns: str) -> None:
        self.patterns = patterns

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Outline) and self.patterns == other.patterns

    def __hash__(self) -> int:
        return hash(self.patterns)


_NONE: frozenset[str] = frozenset()


class Sample(str):
    """A value that stands for every value of a class: conditions cannot tell them apart.

    As text it is one member of the class. Compared with the value of another key, or filled in
    for a policy variable, it may be any text that ``pattern`` matches and that is none of
    ``without``.
    """

    __slots__ = ("pattern", "without")
    pattern: str
    without: frozenset[str]

    def __new__(cls, text: str, pattern: str = "*", without: frozenset[str] = _NONE) -> Self:
        """Make a sample of the texts that ``pattern`` matches, ``without`` some of them."""
        found = super().__new__(cls, text)
        found.pattern, found.without = pattern, without
        return found


Value = str | tuple[str, ...] | Unknown

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
_PRINCIPAL_TYPES = {
    ANONYMOUS: "Anonymous",
    ROOT: "Account",
    USER: "User",
    FEDERATED_USER: "FederatedUser",
    ROLE: "AssumedRole",
    SESSION: "AssumedRole",
}


class Request(NamedTuple):
    """One request.

    Attributes:
        principal: an ARN, an account ID, the name of a service or identity provider; None for an
            anonymous request. A role ARN stands for a session of it whose name is not known.
        action: such as ``bedrock-agentcore:ProcessPayment``.
        resource: an ARN, or ``*`` where the action is authorized on no resource.
        resource_account: the account that owns the resource.
        context: lower-case context key to its value; several values are a tuple. A key that is
            not there is absent from the request.
        management_account: the organization's management account, if it is known.
    """

    principal: str | None
    action: str
    resource: str
    resource_account: str = ""
    context: Mapping[str, Value] = MappingProxyType({})
    management_account: str = ""

    @property
    def caller(self) -> Caller:
        """The principal, taken apart."""
        return caller(self.principal)

    @property
    def service(self) -> str:
        """The service prefix of the action, in lower case."""
        return self.action.partition(":")[0].lower()


def request(
    principal: str | None,
    action: str,
    resource: str,
    *,
    resource_account: str = "",
    context: Mapping[str, str | Iterable[str] | Unknown] | None = None,
    management_account: str = "",
) -> Request:
    """Make a request as AWS would: with the context keys that follow from the rest.

    Args:
        principal: as in Request.
        action: as in Request.
        resource: as in Request.
        resource_account: empty to take the account in the ARN, and where it has none (as a
            bucket of S3's, or what AWS provides), the principal's.
        context: the keys in any case; what it says of a key is taken, whatever follows from the
            rest.
        management_account: as in Request.
    """
    asking = caller(principal)
    account = resource_account or account_in((resource,)) or asking.account
    known = _implied(asking, account)
    for key, value in (context or {}).items():
        known[key.lower()] = value if isinstance(value, (str, Unknown)) else tuple(value)
    return Request(principal, action, resource, account, known, management_account)


def region_of(asked: Request) -> dict[str, Value]:
    """Return the Region that was asked, as context: payment managers are used where they are."""
    fields = asked.resource.split(":", 5)
    known = fields[5:] and fields[3] and asked.service == PAYMENTS_SERVICE
    return {"aws:requestedregion": fields[3]} if known else {}


def account_in(resources: Iterable[str]) -> str:
    """Return the first account in the ARNs of some resources; empty if there is none."""
    fields = (resource.split(":", 5) for resource in resources)
    return next((found[4] for found in fields if found[5:] and is_account(found[4])), "")


def _implied(asking: Caller, resource_account: str) -> dict[str, Value]:
    """Return the global keys that every request of this caller carries.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    known: dict[str, Value] = {}
    if resource_account:
        known["aws:resourceaccount"] = resource_account
    if asking.kind in _PRINCIPAL_TYPES:
        known["aws:principaltype"] = _PRINCIPAL_TYPES[asking.kind]
    if asking.kind == USER:
        known["aws:username"] = asking.name
    if asking.is_identity:
        known["aws:principalaccount"] = asking.account
        known["aws:principalarn"] = _principal_arn(asking)
        known["aws:principalisawsservice"] = "false"
    elif asking.is_service:
        known["aws:principalisawsservice"] = "true"
        known["aws:principalservicename"] = asking.text
        known["aws:principalservicenameslist"] = UNKNOWN  # has all the names of the service
    return known


def _principal_arn(asking: Caller) -> Value:
    # For a session the key holds the role's ARN, whose path the session's ARN does not tell.
    if asking.kind == SESSION:
        role = f"arn:{asking.partition}:iam::{asking.account}:role"
        return Outline(f"{role}/{asking.name}", f"{role}/*/{asking.name}")
    if not asking.text.startswith("arn:"):
        return UNKNOWN
    return UNKNOWN if asking.kind == ROLE and not asking.name else asking.text
