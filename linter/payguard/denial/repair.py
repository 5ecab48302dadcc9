"""The smallest change that lets a denied call pass, and what the engine says of it.

A repair is offered only after it was tried: the call is then allowed, the role keeps its contract,
the duties stay apart, and nothing beyond the one action is new.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from payguard.attachments import is_elsewhere
from payguard.authorization.actor import Actor
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED, Answer
from payguard.authorization.compare import implies
from payguard.authorization.contract import MISSING, Check, contract
from payguard.authorization.decision import ALLOW, decide
from payguard.authorization.evaluate import may_allow
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import (
    Clause,
    Layer,
    Policies,
    StatementRef,
    clauses_of,
    layer_of,
    layers,
)
from payguard.authorization.request import Request
from payguard.authorization.statement import resource_matches
from payguard.denial.denied_role import DeniedRole
from payguard.denial.obstacle import Obstacle
from payguard.finding import Location
from payguard.iam.action import expand, matches_action
from payguard.iam.document import (
    BOUNDARY,
    IDENTITY,
    RCP,
    RESOURCE,
    SCP,
    SESSION,
    TRUST,
    VPC_ENDPOINT,
    WITHOUT_PRINCIPAL,
)
from payguard.iam.unresolved import Unresolved
from payguard.rules.subject import Subject

# Kinds of Edit
ADD, REPLACE, REMOVE = "add", "replace", "remove"
_VERSION = "2012-10-17"
_MOST_NAMES = 60  # actions that a wildcard is written out to
_SECONDS = 5.0  # for each question about a repair

_ADDED_SID = "payguard-repair"


class Edit(NamedTuple):
    """One change of one policy.

    Attributes:
        kind: ADD (a statement), REPLACE (one by another) or REMOVE.
        layer: the kind of the policy.
        level: of an SCP or RCP.
        location: the statement that is changed, or the policy that gets one more; None for a
            policy that is not in the input.
        statement: what is added, or stands instead; None for what is removed.
        ref: the statement that is changed; None for one that is added.
    """

    kind: str
    layer: str
    level: str
    location: Location | None
    statement: Mapping[str, Any] | None
    ref: StatementRef | None = None


class Broken(NamedTuple):
    """A clause of the contract that a repair would break.

    Attributes:
        action: the action it is about; may be empty.
        kind: as in ``payguard.authorization.contract.Check``; ``separation`` where the role could
            open a budget and spend from it.
        why: a sentence on what is at stake; may be empty.
    """

    action: str
    kind: str
    why: str


SEPARATION = "separation"


class Trial(NamedTuple):
    """What the engine says of the policies as they would be.

    Attributes:
        decision: on the denied request: ``allow``, or why it is not.
        contract: the verdict on the persona's contract; empty where no persona is known.
        separation: the verdict on whether the duties stay apart.
        lacking: actions that the contract asks for and that would still be missing.
        beyond: other actions that would be new.
        broken: what it would break; nothing for a repair that can be offered.
        doubts: what could not be decided, a sentence each.
    """

    decision: str
    contract: str
    separation: str
    lacking: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    broken: tuple[Broken, ...] = ()
    doubts: tuple[str, ...] = ()


class Repair(NamedTuple):
    """Edits that belong together, and what they come to; ``trial`` is None where none was made."""

    edits: tuple[Edit, ...]
    trial: Trial | None = None


def statement(action: str, resources: Sequence[str]) -> dict[str, Any]:
    """Return the smallest statement that allows an action on some resources."""
    name = "".join(sign for sign in action.partition(":")[2] if sign.isalnum())
    found = list(dict.fromkeys(resources)) or ["*"]
    return {
        "Sid": f"Allow{name}",
        "Effect": "Allow",
        "Action": action,
        "Resource": found[0] if len(found) == 1 else found,
    }


Asked = Sequence[tuple[Request, Sequence[Obstacle]]]


def repair(role: DeniedRole, asked: Asked) -> Repair | None:
    """Return what lets a denied call pass, tried; None if no edit of the policies given does.

    Args:
        role: who was denied.
        asked: what the call is authorized on, all of which has to be allowed, and what denies it.
    """
    edits = tuple(_edits(role, asked))
    if not edits or any(edit is None for edit in edits):
        return None
    requests = [request for request, _ in asked]
    done = tuple(edit for edit in edits if edit is not None)
    trial = _tried(role, requests, done)
    if requests[0].action not in trial.lacking:
        return Repair(done, trial)
    # The contract asks for more than the one resource that AWS named: as a statement beside it does.
    wider = tuple(_wider(role, edit, requests) for edit in done)
    again = _tried(role, requests, wider)
    return Repair(done, trial) if requests[0].action in again.lacking else Repair(wider, again)


def _wider(role: DeniedRole, edit: Edit, requests: Sequence[Request]) -> Edit:
    """Return an edit with the resources of a statement that allows others of the action's kind."""
    if edit.kind != ADD or edit.layer != IDENTITY or edit.statement is None:
        return edit
    service = requests[0].service
    for clause in role.policies.identity.clauses:
        value, resources = clause.statement.value, clause.statement.resources
        alike = any(str(one).lower().startswith(f"{service}:") for one in clause.statement.actions)
        whole = may_allow(clause) and not clause.conditions and not _is_unknown(value)
        if alike and whole and any(resource_matches(clause, one).rank == 2 for one in requests):
            return edit._replace(statement={**edit.statement, "Resource": list(resources)})
    return edit


def _edits(role: DeniedRole, asked: Asked) -> Iterator[Edit | None]:
    """Yield the edits that take every obstacle away; None for one that no edit does."""
    closed: dict[tuple[str, str], list[tuple[Request, Obstacle]]] = {}
    denying: dict[StatementRef, Clause] = {}
    clauses = {clause.ref: clause for clause in clauses_of(role.policies)}
    for request, obstacles in asked:
        for obstacle in obstacles:
            if not obstacle.explicit:
                same = closed.setdefault((obstacle.layer, obstacle.level), [])
                same.append((request, obstacle))
            for note in obstacle.notes if obstacle.explicit else ():
                denying[note.ref] = clauses[note.ref]
    for clause in denying.values():
        yield _sparing(role, clause, asked[0][0].action)
    for same in closed.values():
        yield _opening(role, same)


def _sparing(role: DeniedRole, clause: Clause, action: str) -> Edit | None:
    """Return the edit after which a Deny statement spares an action; None if none is small."""
    ref, value = clause.ref, clause.statement.value
    fixed = clause.defect or clause.unresolved or is_elsewhere(role.document(ref))
    if fixed or _is_unknown(value):
        return None
    at = role.location(ref)
    if "NotAction" in value:
        kept = [*clause.statement.not_actions, action]
        return Edit(REPLACE, ref.policy, ref.level, at, {**value, "NotAction": kept}, ref)
    actions = _without(clause.statement.actions, action)
    if actions is None:
        return None
    if not actions:
        return Edit(REMOVE, ref.policy, ref.level, at, None, ref)
    less = {**value, "Action": actions[0] if len(actions) == 1 else actions}
    return Edit(REPLACE, ref.policy, ref.level, at, less, ref)


def _without(patterns: Sequence[Any], action: str) -> list[str] | None:
    """Return what some patterns match without one action; None if that is a long list."""
    kept: list[str] = []
    for pattern in map(str, patterns):
        if not matches_action(pattern, action):
            kept.append(pattern)
            continue
        names = [name for name in expand(pattern) if name.lower() != action.lower()]
        if len(names) > _MOST_NAMES:
            return None
        kept += names
    return list(dict.fromkeys(kept))


def _is_unknown(value: Any) -> bool:
    """Tell whether something in a statement is only known after the deploy."""
    if isinstance(value, Unresolved):
        return True
    inner = value.values() if isinstance(value, Mapping) else value
    return isinstance(value, (Mapping, list)) and any(map(_is_unknown, inner))


def _opening(role: DeniedRole, asked: Sequence[tuple[Request, Obstacle]]) -> Edit | None:
    """Return the edit after which a layer lets requests pass; None where no policy can."""
    first, obstacle = asked[0]
    layer, level = obstacle.layer, obstacle.level
    if layer == RESOURCE or not obstacle.given:
        return None
    added = statement(first.action, [request.resource for request, _ in asked])
    if layer == TRUST:
        del added["Resource"]
    if layer not in WITHOUT_PRINCIPAL:
        if not role.actor.arn:
            return None
        principal = {"AWS": role.actor.arn}
        added = {"Sid": added.pop("Sid"), "Effect": "Allow", "Principal": principal, **added}
    return Edit(ADD, layer, level, _home(role, obstacle), added)


def _home(role: DeniedRole, obstacle: Obstacle) -> Location | None:
    """Return the policy that a statement is best added to; None if none is in the input."""
    near = [(note.ref.policy, note.ref.level, note.ref.number) for note in obstacle.notes]
    mine = [key for key in role.documents if key[:2] == (obstacle.layer, obstacle.level)]
    for key in (*near, *sorted(mine)):
        document = role.documents[key]
        if not is_elsewhere(document):
            span = document.source.spans({("/Statement", False)})["/Statement", False]
            return Location(document.path, span, "/Statement", document.address)
    return None


# Trying


def edited(policies: Policies, edits: Iterable[Edit]) -> Policies:
    """Return policies as they are after some edits."""
    for number, edit in enumerate(edits):
        policies = _edited(policies, edit, number)
    return policies


def _edited(policies: Policies, edit: Edit, number: int) -> Policies:
    found = {layer.name: layer for layer in _of_kind(policies, edit.layer)}
    layer = found.get(edit.level) or Layer(edit.layer, edit.level, ())
    if edit.kind == ADD:
        ref = StatementRef(edit.layer, number, f"/{_ADDED_SID}", None, edit.level)
        clauses = (*layer.clauses, *_clauses(edit, ref, _VERSION))
    else:
        clauses = tuple(
            new
            for clause in layer.clauses
            for new in (
                _clauses(edit, clause.ref, clause.statement.version)
                if clause.ref == edit.ref
                else (clause,)
            )
        )
    return _with_layer(policies, layer._replace(clauses=clauses))


def _clauses(edit: Edit, ref: StatementRef, version: str | None) -> tuple[Clause, ...]:
    if edit.statement is None:
        return ()
    document: dict[str, Any] = {"Statement": [edit.statement]}
    if version:
        document["Version"] = version
    return tuple(clause._replace(ref=ref) for clause in layer_of(edit.layer, document).clauses)


def _of_kind(policies: Policies, kind: str) -> Iterator[Layer]:
    return (layer for layer in layers(policies) if layer.kind == kind)


def _with_layer(policies: Policies, layer: Layer) -> Policies:
    """Return policies with another layer of that kind and level."""
    if layer.kind == SCP:
        return policies._replace(scps=_levels(policies.scps, layer))
    if layer.kind == RCP:
        return policies._replace(rcps=_levels(policies.rcps, layer))
    if layer.kind == IDENTITY:
        return policies._replace(identity=layer)
    changed: dict[str, Layer] = {layer.kind: layer}
    return policies._replace(
        boundary=changed.get(BOUNDARY, policies.boundary),
        session=changed.get(SESSION, policies.session),
        resource=changed.get(RESOURCE, policies.resource),
        trust=changed.get(TRUST, policies.trust),
        vpc_endpoint=changed.get(VPC_ENDPOINT, policies.vpc_endpoint),
    )


def _levels(levels: Sequence[Layer], changed: Layer) -> tuple[Layer, ...]:
    return tuple(changed if one.name == changed.name else one for one in levels)


def _tried(role: DeniedRole, requests: Sequence[Request], edits: Sequence[Edit]) -> Trial:
    before = role.actor
    after = before._replace(policies=edited(before.policies, edits))
    decisions = [decide(after.policies, request) for request in requests]
    worst = next((one for one in decisions if one.decision != ALLOW), decisions[0])
    doubts = [item.sentence for one in decisions if one.decision != ALLOW for item in one.doubts]
    action = requests[0].action
    kept, lacking, broken, open_ = _contract(role, before, after, action)
    apart, apart_doubts = _apart(role, before, after)
    more = implies(after, before, limit=Limit(seconds=_SECONDS))
    beyond = sorted({name for one in more.differences for name in one.actions if name != action})
    if apart == REFUTED:
        broken = (*broken, Broken("", SEPARATION, _TOGETHER))
    return Trial(
        worst.decision,
        kept,
        apart,
        lacking,
        tuple(beyond),
        broken,
        tuple(dict.fromkeys((*doubts, *open_, *apart_doubts))),
    )


_TOGETHER = "The role could then open a budget and spend from it."


def _contract(
    role: DeniedRole, before: Actor, after: Actor, action: str
) -> tuple[str, tuple[str, ...], tuple[Broken, ...], list[str]]:
    """Return verdict, what is lacking still, what would be broken, and what is undecided."""
    persona, managers = role.subject.persona, role.subject.managers
    if not persona:
        return "", (), (), []
    checks = contract(after, persona, managers, Limit(seconds=_SECONDS))
    lacking = [one.action for one in checks if one.kind == MISSING and _is(one, REFUTED)]
    worse = [one for one in checks if one.kind != MISSING and _is(one, REFUTED)]
    if any(one.action != action for one in worse):  # it may have been so before
        was = contract(before, persona, managers, Limit(seconds=_SECONDS))
        same = {(one.kind, one.action) for one in was if _is(one, REFUTED)}
        worse = [one for one in worse if one.action == action or (one.kind, one.action) not in same]
    broken = [Broken(one.action, one.kind, one.why) for one in worse]
    open_ = [
        reason
        for one in checks
        if _is(one, UNDECIDED) and one.action == action
        for reason in one.answer.reasons
    ]
    verdicts = {one.answer.verdict for one in checks}
    verdict = REFUTED if REFUTED in verdicts else UNDECIDED if UNDECIDED in verdicts else PROVED
    return verdict, tuple(dict.fromkeys(lacking)), tuple(broken), open_


def _is(check: Check, verdict: str) -> bool:
    return check.answer.verdict == verdict


def _apart(role: DeniedRole, before: Actor, after: Actor) -> tuple[str, list[str]]:
    """Return whether the duties stay apart, and what is undecided; what was joined stays out."""
    answer = _separation(role, after)
    if answer.verdict == REFUTED and _separation(role, before).verdict == REFUTED:
        return "", []
    return answer.verdict, list(answer.reasons) if answer.verdict == UNDECIDED else []


def _separation(role: DeniedRole, actor: Actor) -> Answer:
    return Subject(actor, others=(actor, *role.subject.others)).joint_separation
