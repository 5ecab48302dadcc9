"""A call is a conjunction: one API call may be authorized on several resources at once.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrockagentcore.html
"""

from collections.abc import Callable, Sequence

from payguard.authorization import doubt
from payguard.authorization.decision import ALLOW, DENY, UNDECIDED, Decision, decide
from payguard.authorization.doubt import Doubt
from payguard.authorization.policy_set import Policies
from payguard.authorization.request import Request
from payguard_policies import PAYMENTS_SERVICE, catalog
from payguard_policies.named_tuple import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from payguard.identifiers.template import Template
    from payguard_policies.catalog import Action


class Use(NamedTuple):
    """A resource that a call is authorized on; ``type`` is empty where it is not known."""

    type: str
    resource: str


class Call(NamedTuple):
    """What a call is authorized on.

    Attributes:
        uses: the resources, each of which must be allowed; ``*`` for an action without any.
        missing: the resource types that are asked as well and of which no ARN is known.
    """

    uses: tuple[Use, ...]
    missing: tuple[str, ...] = ()


class CallDecision(NamedTuple):
    """The decision on a call.

    Attributes:
        decision: ``deny`` if one resource is denied, ``allow`` if all are allowed.
        doubts: as in Decision, over all resources.
        parts: the decision on each resource.
    """

    decision: str
    doubts: tuple[Doubt, ...]
    parts: tuple[tuple[Use, Decision], ...]


def call(action: str, resources: Sequence[str]) -> Call:
    """Tell what a call of ``action`` is authorized on.

    Args:
        action: with its service prefix.
        resources: the ARNs that the caller names. What contains one of them (the token vault of
            a credential provider) follows and need not be given.

    An action of AgentCore without resource types is authorized on ``*``, whatever is named; of
    other services AWS's reference is less sure, and what is named is taken.
    """
    service, _, name = action.partition(":")
    detail = catalog.detail(service)
    known = detail.actions.get(name.lower()) if detail else None
    named = tuple(Use("", resource) for resource in resources)
    if detail is None or known is None:
        return Call(named) if named else Call((), ("resource",))
    if not known.resources:
        return Call(named if named and detail.service != PAYMENTS_SERVICE else (Use("", "*"),))
    uses = _uses(detail.service, known, resources)
    required = [use.type for use in known.resources if use.required]
    found = {use.type for use in uses}
    missing = tuple(name for name in required if name not in found)
    # An action whose types are all optional is authorized on * where none is named.
    return Call(uses or (() if missing else (Use("", "*"),)), missing)


def _uses(service: str, action: "Action", resources: Sequence[str]) -> tuple[Use, ...]:
    wanted = [use.type for use in action.resources]
    found: dict[str, Use] = {}
    for resource in resources:
        kind = next((name for name in wanted if _is_of(service, name, resource)), "")
        found[resource] = Use(kind, resource)
        for name in wanted:
            around = _around(service, kind, name, resource)
            if around:
                found.setdefault(around, Use(name, around))
    return tuple(found.values())


def _is_of(service: str, kind: str, resource: str) -> bool:
    """Tell whether an ARN has the shape of a resource type; its service field is not compared."""
    template = _template(service, kind)
    found = template.split(resource.split(":", 5)[-1])
    return len(found) == len(template.segments) and all(
        text and (pattern.startswith("${") or pattern == text)
        for pattern, text in zip(template.segments, found, strict=True)
    )


def _around(service: str, kind: str, outer: str, resource: str) -> str:
    """Return the ARN of the resource of type ``outer`` that contains ``resource``, or nothing."""
    if not kind or kind == outer:
        return ""
    inner, wanted = _template(service, kind).segments, _template(service, outer).segments
    contains = len(wanted) < len(inner) and inner[: len(wanted)] == wanted
    return "/".join(resource.split("/")[: len(wanted)]) if contains else ""


def _template(service: str, kind: str) -> "Template":
    from payguard.identifiers.template import resource_template  # noqa: PLC0415  start-up time

    return resource_template(service, kind)


def decide_call(policies: Policies, wanted: Call, ask: Callable[[str], Request]) -> CallDecision:
    """Decide a call: all of its resources must be allowed.

    Args:
        policies: what speaks about it.
        wanted: what it is authorized on.
        ask: makes the request about one resource.
    """
    parts = tuple((use, decide(policies, ask(use.resource))) for use in wanted.uses)
    decisions = [part.decision for _, part in parts]
    missing = tuple(Doubt(doubt.UNKNOWN_RESOURCE, name) for name in wanted.missing)
    if DENY in decisions:
        alone = [use.type for use, part in parts if part.decision == DENY]
        partly = len(alone) < len(parts) and bool(alone[0])
        extra = (Doubt(doubt.CONJUNCTION, alone[0]),) if partly else ()
        return CallDecision(DENY, (*_doubts(parts, DENY), *extra), parts)
    if UNDECIDED in decisions or missing:
        return CallDecision(UNDECIDED, (*_doubts(parts, UNDECIDED), *missing), parts)
    return CallDecision(ALLOW, _doubts(parts, ALLOW), parts)


def _doubts(parts: tuple[tuple[Use, Decision], ...], decision: str) -> tuple[Doubt, ...]:
    found = (item for _, part in parts if part.decision == decision for item in part.doubts)
    return tuple(dict.fromkeys(found))
