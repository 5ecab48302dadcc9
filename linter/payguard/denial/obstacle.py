"""What stands in the way of a request: every statement that denies, every layer that lets not pass.

AWS names one kind of policy; whoever mends that may be denied by the next.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from collections.abc import Iterable, Iterator, Mapping

from payguard.authorization.evaluate import Gate, binding_layers, may_allow, may_deny, outcome
from payguard.authorization.explanation import Note, explain
from payguard.authorization.policy_set import Layer, Policies, StatementRef, layers
from payguard.authorization.request import Request
from payguard.authorization.situation import Situation, situation
from payguard.authorization.statement import Stance, applies, resource_matches
from payguard.denial.message import Denial
from payguard.iam.document import IDENTITY, RESOURCE, SCP, TRUST
from payguard_policies import catalog
from payguard_policies.named_tuple import NamedTuple

_MOST = 3  # statements that came near


class Obstacle(NamedTuple):
    """Something that denies a request.

    Attributes:
        layer: the kind of policy.
        level: the level of an SCP or RCP; empty otherwise.
        explicit: whether statements deny, or none allows.
        sure: whether it is certain.
        notes: the statements that deny; else those that came nearest to allowing, nearest first.
        doubts: why it is not certain, a sentence each.
        given: whether policies of that kind are known at all.
    """

    layer: str
    level: str
    explicit: bool
    sure: bool
    notes: tuple[Note, ...] = ()
    doubts: tuple[str, ...] = ()
    given: bool = True

    def fits(self, denial: Denial) -> bool:
        """Tell whether AWS's message speaks of this one.

        Its older messages call every denial by an SCP explicit.
        """
        if denial.layer not in {"", self.layer}:
            return False
        return denial.explicit in {None, self.explicit} or self.layer == SCP


def obstacles(policies: Policies, request: Request) -> tuple[Obstacle, ...]:
    """Return all that denies a request or may deny it: statements first, then what lets not pass."""
    found = situation(policies, request)
    notes = {note.ref: note for note in explain(policies, request)}
    return (*_denials(policies, request, found, notes), *_closed(policies, request, found, notes))


def _denials(
    policies: Policies, request: Request, found: Situation, notes: Mapping[StatementRef, Note]
) -> Iterator[Obstacle]:
    stance = Stance(allows=False, bounded=policies.boundary is not None)
    for layer in binding_layers(policies, found):
        answers = [
            (clause.ref, applies(clause, request, stance))
            for clause in layer.clauses
            if may_deny(clause)
        ]
        for rank in (2, 1):
            mine = [(notes[ref], answer) for ref, answer in answers if answer.rank == rank]
            if mine:
                doubts = dict.fromkeys(d.sentence for _, answer in mine for d in answer.doubts)
                yield Obstacle(
                    layer.kind,
                    layer.name,
                    explicit=True,
                    sure=rank == 2,
                    notes=tuple(note for note, _ in mine),
                    doubts=tuple(doubts) if rank == 1 else (),
                )


def _closed(
    policies: Policies, request: Request, found: Situation, notes: Mapping[StatementRef, Note]
) -> Iterator[Obstacle]:
    told = outcome(policies, request)
    if told.directly.rank == 2:
        return
    for gate in told.gates:
        if gate.passes.rank == 2:
            continue
        layer = _layer(gate, policies, found)
        given = layer is not None
        unknown = not given and not _has_none(gate, request)
        doubts = tuple(dict.fromkeys(item.sentence for item in gate.passes.doubts))
        if unknown:
            doubts = (_NOT_GIVEN[gate.kind],)
        yield Obstacle(
            gate.kind,
            gate.name,
            explicit=False,
            sure=gate.passes.rank == 0 and not unknown,
            notes=tuple(_nearest(layer, request, notes)) if layer else (),
            doubts=doubts if gate.passes.rank == 1 or unknown else (),
            given=given,
        )


_NOT_GIVEN = {
    TRUST: "the trust policy of the role to assume is not among the policies given",
    RESOURCE: "the policy of the resource is not among the policies given",
}


def _has_none(gate: Gate, request: Request) -> bool:
    """Tell whether a resource has no policy of its own, as those of payments have none.

    https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/resource-based-policies.html
    """
    name = request.action.partition(":")[2]
    return gate.kind == RESOURCE and name in catalog.payments_actions()


def _layer(gate: Gate, policies: Policies, found: Situation) -> Layer | None:
    if gate.kind in {TRUST, RESOURCE}:
        return found.resource
    return next(
        (one for one in layers(policies) if (one.kind, one.name) == (gate.kind, gate.name)),
        policies.identity if gate.kind == IDENTITY else None,
    )


# How far a statement that allows matched, by the element that did not
_NEAR = {"Condition": 3, "Principal": 2, "NotPrincipal": 2, "Resource": 2, "NotResource": 2}


def _nearest(layer: Layer, request: Request, notes: Mapping[StatementRef, Note]) -> Iterable[Note]:
    """Return the statements that came nearest to allowing a request."""
    scored = []
    for clause in layer.clauses:
        if not may_allow(clause):
            continue
        note = notes[clause.ref]
        element = note.element.removeprefix(clause.ref.pointer).strip("/").partition("/")[0]
        score = 4 if note.applies == "maybe" else _NEAR.get(element, 0)
        if element in {"Action", "NotAction"} and resource_matches(clause, request).rank == 2:
            score = 1 if _is_sibling(clause.statement.actions, request.action) else 0
        if score:
            scored.append((score, note))
    scored.sort(key=lambda pair: -pair[0])
    return [note for _, note in scored[:_MOST]]


def _is_sibling(actions: Iterable[object], action: str) -> bool:
    """Tell whether some of a statement's actions are of the same service."""
    service = action.partition(":")[0].lower()
    return any(
        isinstance(text, str) and text.partition(":")[0].lower() == service for text in actions
    )
