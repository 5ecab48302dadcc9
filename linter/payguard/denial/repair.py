"""The smallest change that lets a denied call pass, and what the engine says of it.

A repair is offered only after it was tried: the call is then allowed, the role keeps its contract,
the duties stay apart, and nothing beyond the one action is new.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from payguard.attachments import is_elsewhere
from payguard.authorization.actor import Actor
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED
from payguard.authorization.compare import implies
from payguard.authorization.contract import MISSING, Check, contract
from payguard.authorization.decision import ALLOW, decide
from payguard.authorization.evaluate import may_allow
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import Clause, StatementRef, clauses_of
from payguard.authorization.request import Request
from payguard.authorization.statement import resource_matches
from payguard.denial.denied_role import DeniedRole
from payguard.denial.edit import ADD, REMOVE, REPLACE, Edit, edited
from payguard.denial.holder import Effect, effects, separation, unasked
from payguard.denial.obstacle import Obstacle
from payguard.finding import Location
from payguard.iam.action import expand, matches_action
from payguard.iam.document import IDENTITY, RESOURCE, TRUST, WITHOUT_PRINCIPAL
from payguard.iam.unresolved import Unresolved
from payguard.iam.wildcard import matches
from payguard.infrastructure import Document
from payguard_policies.named_tuple import NamedTuple

_MOST_NAMES = 60  # actions that a wildcard is written out to
_SECONDS = 5.0  # for each question about a repair


class Broken(NamedTuple):
    """A clause of the contract that a repair would break.

    Attributes:
        action: the action it is about; may be empty.
        kind: as in ``payguard.authorization.contract.Check``; SEPARATION where the role could open
            a budget and spend from it, OF_ANOTHER where another that has the policy could.
        why: a sentence on what is at stake; may be empty.
    """

    action: str
    kind: str
    why: str


SEPARATION, OF_ANOTHER = "separation", "other-role"


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
        others: what becomes allowed to others that have an edited policy as well.
        elsewhere: other resources on which the action would be new, too; some of them.
    """

    decision: str
    contract: str
    separation: str
    lacking: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    broken: tuple[Broken, ...] = ()
    doubts: tuple[str, ...] = ()
    others: tuple[Effect, ...] = ()
    elsewhere: tuple[str, ...] = ()


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
        yield _sparing(role, clause, [request for request, _ in asked])
    for same in closed.values():
        yield _opening(role, same)


def _sparing(role: DeniedRole, clause: Clause, requests: Sequence[Request]) -> Edit | None:
    """Return the edit after which a Deny statement spares requests; None if none is small."""
    action = requests[0].action
    ref, value = clause.ref, clause.statement.value
    fixed = clause.defect or clause.unresolved or is_elsewhere(role.document(ref))
    if fixed or _is_unknown(value):
        return None
    where = (ref.policy, ref.level, role.location(ref))
    if "NotAction" in value:
        kept = [*clause.statement.not_actions, action]
        return Edit(REPLACE, *where, {**value, "NotAction": kept}, ref, ref.number)
    actions = _without(clause.statement.actions, action)
    if actions is None:
        return None
    left = _without_resources(clause.statement.resources, requests)
    if not actions and left:
        fewer = {**value, "Resource": left[0] if len(left) == 1 else left}
        return Edit(REPLACE, *where, fewer, ref, ref.number)
    if not actions:
        return Edit(REMOVE, *where, None, ref, ref.number)
    less = {**value, "Action": actions[0] if len(actions) == 1 else actions}
    return Edit(REPLACE, *where, less, ref, ref.number)


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


def _without_resources(patterns: Sequence[Any], requests: Sequence[Request]) -> list[str]:
    """Return what some patterns name beside the resources of requests; nothing if they match them."""
    asked = {request.resource for request in requests}
    left = [str(pattern) for pattern in patterns if pattern not in asked]
    return [] if any(matches(pattern, one) for pattern in left for one in asked) else left


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
    number = _home(role, obstacle)
    at = None if number is None else _statements(role.documents[layer, level, number])
    return Edit(ADD, layer, level, at, added, number=number)


def _home(role: DeniedRole, obstacle: Obstacle) -> int | None:
    """Return the number of the policy that a statement is best added to; None if none is given.

    One that no other role has is best, then one with a statement that came near.
    """
    near = [note.ref.number for note in obstacle.notes if note.ref.policy == obstacle.layer]
    mine = sorted(key[2] for key in role.documents if key[:2] == (obstacle.layer, obstacle.level))
    shared = {key for holder in role.holders for key in holder.numbers}
    for number in sorted((*near, *mine), key=lambda number: (obstacle.layer, number) in shared):
        if not is_elsewhere(role.documents[obstacle.layer, obstacle.level, number]):
            return number
    return None


def _statements(document: Document) -> Location:
    span = document.source.spans({("/Statement", False)})["/Statement", False]
    return Location(document.path, span, "/Statement", document.address)


# Trying


def _tried(role: DeniedRole, requests: Sequence[Request], edits: Sequence[Edit]) -> Trial:
    before = role.actor
    after = before._replace(policies=edited(before.policies, edits))
    decisions = [decide(after.policies, request) for request in requests]
    worst = next((one for one in decisions if one.decision != ALLOW), decisions[0])
    doubts = [item.sentence for one in decisions if one.decision != ALLOW for item in one.doubts]
    action = requests[0].action
    kept, lacking, broken, open_ = _contract(role, before, after, action)
    apart, apart_doubts = _apart(role, before, after)
    beyond, elsewhere = _beyond(before, after, requests)
    others = tuple(effects(role.holders, role.subject.others, edits))
    if left := unasked(role.holders, edits):
        doubts.append(f"{left} more that have the policy were not asked about")
    if apart == REFUTED:
        broken = (*broken, Broken("", SEPARATION, _TOGETHER))
    broken = (
        *broken,
        *(Broken("", OF_ANOTHER, _ALIKE.format(one.name)) for one in others if one.joins),
    )
    return Trial(
        worst.decision,
        kept,
        apart,
        lacking,
        beyond,
        broken,
        tuple(dict.fromkeys((*doubts, *open_, *apart_doubts))),
        others,
        elsewhere,
    )


def _beyond(
    before: Actor, after: Actor, requests: Sequence[Request]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the other actions that are new, and resources on which the same action is as well."""
    action = requests[0].action
    meant = {**statement(action, [request.resource for request in requests]), "Effect": "Deny"}
    rest = edited(after.policies, [Edit(ADD, IDENTITY, "", None, meant)])
    found = implies(after._replace(policies=rest), before, limit=Limit(seconds=_SECONDS))
    beyond = {name for one in found.differences for name in one.actions if name != action}
    elsewhere = {one.step.request.resource for one in found.differences if action in one.actions}
    return tuple(sorted(beyond)), tuple(sorted(elsewhere))


_TOGETHER = "The role could then open a budget and spend from it."
_ALIKE = "{} has the policy as well, and could then open a budget and spend from it."


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
    answer = separation(after, role.subject.others)
    if answer.verdict == REFUTED and separation(before, role.subject.others).verdict == REFUTED:
        return "", []
    return answer.verdict, list(answer.reasons) if answer.verdict == UNDECIDED else []
