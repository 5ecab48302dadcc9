"""The decision on a request, and what it rests on."""

from collections.abc import Callable, Iterator

from payguard.authorization.doubt import Doubt
from payguard.authorization.evaluate import (
    Outcome,
    binding_layers,
    may_allow,
    may_deny,
    outcome,
)
from payguard.authorization.explanation import Note, explain
from payguard.authorization.policy_set import Layer, Policies, StatementRef
from payguard.authorization.request import Request
from payguard.authorization.situation import needs_no_permission, situation
from payguard.authorization.statement import Stance, applies
from payguard.iam.document import (
    BOUNDARY,
    IDENTITY,
    RCP,
    RESOURCE,
    SCP,
    SESSION,
    TRUST,
    VPC_ENDPOINT,
)
from payguard.quotation import quote
from payguard_policies.named_tuple import NamedTuple

ALLOW, DENY, UNDECIDED = "allow", "deny", "undecided"
ALLOWED, IMPLICITLY_DENIED, EXPLICITLY_DENIED = "Allowed", "ImplicitlyDenied", "ExplicitlyDenied"

_LABELS = {
    IDENTITY: "identity policy",
    BOUNDARY: "permissions boundary",
    SESSION: "session policy",
    SCP: "SCP",
    RCP: "RCP",
    RESOURCE: "resource policy",
    TRUST: "trust policy",
    VPC_ENDPOINT: "VPC endpoint policy",
}
_GRANTING = frozenset({IDENTITY, RESOURCE, TRUST})


class Decision(NamedTuple):
    """What AWS would answer to a request, as far as it can be told.

    Attributes:
        decision: ``allow``, ``deny`` or ``undecided``.
        detail: ``Allowed``, ``ImplicitlyDenied`` or ``ExplicitlyDenied``; None if undecided.
        layer: the kind of policy that decided; for an implicit deny the one that did not allow.
            Empty if undecided.
        level: the level of the SCP or RCP that decided; empty otherwise.
        decided_by: the statements that decided: those that grant, or those that deny; if
            undecided, those of which it is not sure whether they apply; none for an implicit deny.
        doubts: if undecided, why; otherwise the contested positions that the decision rests on.
        because: what became of every statement.
    """

    decision: str
    detail: str | None
    layer: str
    level: str
    decided_by: tuple[StatementRef, ...]
    doubts: tuple[Doubt, ...]
    because: tuple[Note, ...]


def place(ref: StatementRef) -> str:
    """Name a statement in words: the kind and number of its policy, its place, its identifier."""
    level = f" {quote(ref.level)}" if ref.level else ""
    sid = f" ({quote(ref.sid)})" if ref.sid else ""
    return f"{ref.policy}{level}[{ref.number}]{ref.pointer}{sid}"


def summary(decision: Decision, action: str, name: Callable[[StatementRef], str] = place) -> str:
    """Say in one clause what a decision rests on; ``name`` names a statement."""
    if decision.decision == UNDECIDED:
        return "; ".join(item.sentence for item in decision.doubts)
    if decision.detail == IMPLICITLY_DENIED:
        level = f" of level {quote(decision.level)}" if decision.level else ""
        return f"no {_LABELS[decision.layer]}{level} allows {quote(action)}"
    verb = "allowed" if decision.decision == ALLOW else "explicitly denied"
    if not decision.decided_by:
        every = f"{quote(action)} needs no permission"
        root = "the root user may do everything in its account"
        return f"{verb}: {every if needs_no_permission(action) else root}"
    named = [name(ref) for ref in decision.decided_by[:3]]
    more = len(decision.decided_by) - len(named)
    return f"{verb} by {', '.join(named)}" + (f" and {more} more" if more else "")


def label(ref: StatementRef) -> str:
    """Name the kind of policy that a statement stands in, and the level of an SCP or RCP."""
    level = f" of level {quote(ref.level)}" if ref.level else ""
    return f"{_LABELS[ref.policy]}{level}"


def statement_of(ref: StatementRef) -> dict[str, str | int | None]:
    """Return which statement it is as a JSON object."""
    found: dict[str, str | int | None] = {"policy": ref.policy, "index": ref.number}
    found |= {"pointer": ref.pointer, "sid": ref.sid}
    return {**found, "level": ref.level} if ref.level else found


def decide(policies: Policies, request: Request) -> Decision:
    """Decide one request, and say why."""
    found = outcome(policies, request)
    decision = (DENY, UNDECIDED, ALLOW)[found.allowed.rank]
    explicit = decision == DENY and found.denied.rank == 2
    refs = tuple(_deciding(policies, request, decision, explicit=explicit))
    if explicit:
        detail, layer, level = EXPLICITLY_DENIED, refs[0].policy, refs[0].level
    elif decision == DENY:
        detail, (layer, level) = IMPLICITLY_DENIED, _closed_gate(found)
    elif decision == ALLOW:
        detail, layer, level = ALLOWED, refs[0].policy if refs else IDENTITY, ""
    else:
        detail, layer, level = None, "", ""
    because = explain(policies, request)
    return Decision(decision, detail, layer, level, refs, found.allowed.doubts, because)


def _closed_gate(found: Outcome) -> tuple[str, str]:
    closed = next(gate for gate in found.gates if gate.passes.rank == 0)
    return closed.kind, closed.name


def _deciding(
    policies: Policies, request: Request, decision: str, *, explicit: bool
) -> Iterator[StatementRef]:
    """Yield the statements that a decision rests on, in the order of their layers."""
    if decision == DENY and not explicit:
        return
    bounded = policies.boundary is not None
    rank = 1 if decision == UNDECIDED else 2
    for layer in binding_layers(policies, situation(policies, request)):
        for clause in layer.clauses:
            if not _counts(layer, decision):
                continue
            relevant = may_deny(clause) if explicit else may_allow(clause) or rank == 1
            if relevant and applies(clause, request, Stance(bounded=bounded)).rank == rank:
                yield clause.ref


def _counts(layer: Layer, decision: str) -> bool:
    return decision != ALLOW or layer.kind in _GRANTING
