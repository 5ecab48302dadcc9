"""Why a statement applied to a request, or the first element of it that did not match."""

from __future__ import annotations

from collections.abc import Iterator

from payguard import pointer
from payguard.authorization.caller import ROOT
from payguard.authorization.evaluate import binding_layers
from payguard.authorization.operator import holds
from payguard.authorization.policy_set import Clause, Layer, Policies, StatementRef, layers
from payguard.authorization.request import Outline, Request, Unknown
from payguard.authorization.situation import Situation, situation
from payguard.authorization.statement import (
    action_matches,
    resource_matches,
    soundness,
    speaks_of,
)
from payguard.authorization.truth import NO, YES, Truth
from payguard.iam.condition import Condition
from payguard.iam.document import RCP, RESOURCE, SCP, TRUST, WITHOUT_PRINCIPAL
from payguard.quotation import quote
from payguard_policies.named_tuple import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

APPLIES = {0: "no", 1: "maybe", 2: "yes"}


class Note(NamedTuple):
    """What became of one statement.

    Attributes:
        ref: which statement.
        effect: its Effect, as written.
        applies: ``yes``, ``no`` or ``maybe``.
        element: where the first element stands that did not surely match, relative to the policy;
            empty if all did.
        reason: why, in words; empty for a plain yes.
    """

    ref: StatementRef
    effect: str
    applies: str
    element: str
    reason: str


def explain(policies: Policies, request: Request) -> tuple[Note, ...]:
    """Say of every statement of a policy set what became of it in this request."""
    found = situation(policies, request)
    bounded = policies.boundary is not None
    binding = {id(layer) for layer in binding_layers(policies, found)}
    notes: list[Note] = []
    for layer in layers(policies):
        idle = "" if id(layer) in binding else _idle(layer, found, request)
        notes += (
            _idle_note(clause, idle) if idle else _note(clause, request, bounded=bounded)
            for clause in layer.clauses
        )
    return tuple(notes)


def _idle(layer: Layer, found: Situation, request: Request) -> str:
    """Say why a layer has no say in a request."""
    if found.is_open:
        return f"{quote(request.action)} needs no permission"
    if layer.kind == SCP:
        return "SCPs do not bind this caller"
    if layer.kind == RCP:
        return _idle_rcp(found, request)
    if layer.kind in {TRUST, RESOURCE}:
        if found.is_assume_role and found.caller.kind == ROOT:
            return "the root user cannot assume a role"
        return f"{quote(request.action)} is not authorized by this kind of policy"
    return "the caller is no identity that such policies are attached to"


def _idle_rcp(found: Situation, request: Request) -> str:
    if found.rcps:
        return f"AWS does not list {quote(request.service)} among the services that RCPs restrict"
    return "RCPs do not bind this caller or this resource"


def _idle_note(clause: Clause, why: str) -> Note:
    return Note(clause.ref, clause.statement.effect, "no", clause.ref.pointer, why)


def _note(clause: Clause, request: Request, *, bounded: bool) -> Note:
    steps = list(_steps(clause, request, bounded=bounded))
    effect = clause.statement.effect
    worst = min(step.answer.rank for step in steps)
    if worst == 2:
        doubts = [item.sentence for step in steps for item in step.answer.doubts]
        return Note(clause.ref, effect, "yes", "", "; ".join(doubts[:1]))
    step = next(step for step in steps if step.answer.rank == worst)
    place = f"{clause.ref.pointer}{step.element}"
    return Note(clause.ref, effect, APPLIES[worst], place, step.why)


class _Step(NamedTuple):
    """One element of a statement: where it stands, whether it matches, and why not."""

    element: str
    answer: Truth
    why: str


def _steps(clause: Clause, request: Request, *, bounded: bool) -> Iterator[_Step]:
    """Yield the elements in the order in which people read."""
    value = clause.statement.value
    sound = soundness(clause)
    yield _Step("", sound, _doubts(sound))
    if clause.ref.policy not in WITHOUT_PRINCIPAL:
        named = speaks_of(clause, request, bounded=bounded).named
        element = "NotPrincipal" if "NotPrincipal" in value else "Principal"
        yield _Step(f"/{element}", named, _doubts(named) or _principal(element, request))
    action = action_matches(clause, request.action)
    element = "NotAction" if "NotAction" in value else "Action"
    yield _Step(
        f"/{element}", action, _doubts(action) or _unmatched(value, element, request.action)
    )
    resource = resource_matches(clause, request)
    element = "NotResource" if "NotResource" in value else "Resource"
    yield _Step(
        f"/{element}", resource, _doubts(resource) or _unmatched(value, element, request.resource)
    )
    for condition in clause.conditions:
        answer = holds(condition, request, clause.statement.version)
        yield _Step(condition.pointer, answer, _doubts(answer) or _condition(condition, request))


def _doubts(answer: Truth) -> str:
    if answer is NO or answer is YES:
        return ""
    return "; ".join(item.sentence for item in answer.doubts[:3])


def _unmatched(value: Any, element: str, wanted: str) -> str:
    written = value.get(element)
    count = len(written) if isinstance(written, list) else 1
    if element.startswith("Not"):
        return f"{element} excepts {quote(wanted)}"
    if count == 1:
        only = written[0] if isinstance(written, list) else written
        return f"{element} {quote(str(only))} does not match {quote(wanted)}"
    return f"none of the {count} entries of {element} matches {quote(wanted)}"


def _principal(element: str, request: Request) -> str:
    asking = "an anonymous caller" if request.principal is None else quote(request.principal)
    return (
        f"{element} excepts {asking}"
        if element == "NotPrincipal"
        else (f"{element} does not name {asking}")
    )


def _condition(condition: Condition, request: Request) -> str:
    found = request.context.get(condition.key.lower(), ())
    where = pointer.tokens(condition.pointer)
    name = f"{where[1]} {where[2]}"
    if isinstance(found, Outline):
        return f"{name} does not hold: the request has {' or '.join(map(quote, found.patterns))}"
    if isinstance(found, Unknown):
        return ""
    if not found and found != "":
        return f"{name} does not hold: the request does not carry the key"
    values = [found] if isinstance(found, str) else found[:3]
    return f"{name} does not hold: the request has {', '.join(quote(item) for item in values)}"
