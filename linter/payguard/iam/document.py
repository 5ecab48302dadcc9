"""Policy documents: a decoded JSON value seen as a policy with statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from payguard.iam.action import EVERY_ACTION
from payguard.iam.condition import Condition, conditions
from payguard.iam.principal import Principal, principals
from payguard_policies.named_tuple import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Where a document is attached decides what it may hold.
IDENTITY = "identity"
BOUNDARY = "boundary"
SESSION = "session"
SCP = "scp"
RCP = "rcp"
RESOURCE = "resource"
TRUST = "trust"
VPC_ENDPOINT = "vpc-endpoint"
POLICY_TYPES = (IDENTITY, TRUST, RESOURCE, BOUNDARY, SESSION, SCP, RCP, VPC_ENDPOINT)
WITHOUT_PRINCIPAL = frozenset({IDENTITY, BOUNDARY, SESSION, SCP})

VERSIONS = ("2012-10-17", "2008-10-17")
POLICY_ELEMENTS = ("Version", "Id", "Statement")
STATEMENT_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
EFFECTS = ("Allow", "Deny")

# What a trust policy decides about: the AssumeRole family, and what is done along with it.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
_ASSUME = "sts:assumerole"
_WITH_ASSUME = frozenset({"sts:tagsession", "sts:setcontext", "sts:setsourceidentity"})

_NONE: Sequence[Any] = ()


def _elements(value: object) -> Sequence[Any]:
    if type(value) is list:
        return value
    return _NONE if value is None else (value,)


class Statement(NamedTuple):  # not a dataclass: made five times as often as anything else
    """One statement of a policy.

    ``actions``, ``not_actions``, ``resources`` and ``not_resources`` hold the elements as written,
    a single one as a sequence of one; in a malformed document an element may be no text.
    ``value`` is the decoded JSON object; ``pointer`` is where it stands in the document.
    """

    value: Mapping[str, Any]
    pointer: str
    effect: str
    actions: Sequence[Any]
    not_actions: Sequence[Any]
    resources: Sequence[Any]
    not_resources: Sequence[Any]
    version: str | None
    policy_type: str

    @property
    def sid(self) -> str | None:
        """The statement's identifier, if it has one that is text."""
        sid = self.value.get("Sid")
        return sid if isinstance(sid, str) else None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The entries of the condition block."""
        return tuple(conditions(self.value.get("Condition")))

    @property
    def principals(self) -> tuple[Principal, ...]:
        """The principals under ``Principal``."""
        return tuple(principals(self.value, "Principal"))

    @property
    def allows_everything(self) -> bool:
        """Whether it allows every action on every resource, without a condition."""
        return (
            self.effect == "Allow"
            and not self.conditions
            and not EVERY_ACTION.isdisjoint(map(str, self.actions))
            and "*" in self.resources
        )

    def texts(self, element: str) -> Iterator[tuple[str, str]]:
        """Yield (pointer relative to the statement, text) of each text under ``element``."""
        value = self.value.get(element)
        if isinstance(value, str):
            yield f"/{element}", value
        elif isinstance(value, list):
            for index, text in enumerate(value):
                if isinstance(text, str):
                    yield f"/{element}/{index}", text


class Policy(NamedTuple):
    """A policy document.

    Attributes:
        value: the decoded document.
        policy_type: one of POLICY_TYPES.
        version: as written; None where there is none that is text.
        statements: those that are objects.
        text: the JSON text that it was decoded from; empty where there is none.
    """

    value: Mapping[str, Any]
    policy_type: str
    version: str | None
    statements: tuple[Statement, ...]
    text: str = ""


def parse_policy(value: Mapping[str, Any], policy_type: str = "", text: str = "") -> Policy:
    """See a decoded JSON object as a policy.

    Args:
        value: the decoded document.
        policy_type: one of POLICY_TYPES; empty to tell it from the document's shape.
        text: as in Policy.

    Statements that are no objects are left out: the document rules report them.
    """
    version = value.get("Version")
    version = version if isinstance(version, str) else None
    raw = value.get("Statement")
    kind = policy_type or guess_policy_type(value)
    if type(raw) is list:
        found = tuple(
            _statement(item, f"/Statement/{index}", version, kind)
            for index, item in enumerate(raw)
            if type(item) is dict
        )
    else:
        found = (_statement(raw, "/Statement", version, kind),) if type(raw) is dict else ()
    return Policy(value, kind, version, found, text)


def _statement(value: dict[str, Any], pointer: str, version: str | None, kind: str) -> Statement:
    effect = value.get("Effect")
    return Statement(
        value,
        pointer,
        effect if type(effect) is str else "",
        _elements(value.get("Action")),
        _elements(value["NotAction"]) if "NotAction" in value else _NONE,
        _elements(value.get("Resource")),
        _elements(value["NotResource"]) if "NotResource" in value else _NONE,
        version,
        kind,
    )


def guess_policy_type(value: Mapping[str, Any]) -> str:
    """Tell identity, trust and resource policies apart by their shape.

    A document that names principals is a resource policy, and a trust policy if it names no
    resource. One that allows something, and has no actions but those of STS's AssumeRole family,
    is a trust policy even if it names a resource, which it must not; if it names neither, its
    principal is missing. Boundaries, session policies, SCPs and RCPs look like identity or
    resource policies: only the user can tell.
    """
    statements = [item for item in _elements(value.get("Statement")) if type(item) is dict]
    elements = set().union(*statements)
    named = "Principal" in elements or "NotPrincipal" in elements
    placed = "Resource" in elements or "NotResource" in elements
    if not placed:
        return TRUST if named or _assume_only(statements) else IDENTITY
    if not named:
        return IDENTITY
    # Where everything is denied it is rather a resource control policy.
    denies = all(item.get("Effect") == "Deny" for item in statements)
    return TRUST if not denies and _assume_only(statements) else RESOURCE


def _assume_only(statements: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether all statements have only actions that trust policies decide about."""
    actions = [_elements(item.get("Action")) for item in statements]
    return bool(actions) and all(found and all(map(_is_assume, found)) for found in actions)


def _is_assume(action: object) -> bool:
    name = action.lower() if isinstance(action, str) else ""
    return name.startswith(_ASSUME) or name in _WITH_ASSUME
