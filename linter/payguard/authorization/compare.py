"""Two versions of what is allowed compared, and statements that make no difference.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-custom-policy-checks.html
"""

from collections.abc import Callable, Iterable, Iterator

from payguard.authorization.actor import Actor
from payguard.authorization.answer import (
    PROVED,
    REFUTED,
    UNDECIDED,
    Answer,
    Examined,
    Inquiry,
    Step,
)
from payguard.authorization.doubt import LIMIT, UNRESOLVED, Doubt
from payguard.authorization.evaluate import may_deny
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import (
    EVERYTHING,
    Clause,
    Policies,
    StatementRef,
    layers,
    with_identity,
)
from payguard.authorization.prove import ALL_POLICIES, OWN_ACCOUNT, TYPED_VALUES
from payguard.authorization.question import Part, Question
from payguard.authorization.reach import TRUST_OF_ANOTHER, contested, part
from payguard.authorization.relevance import about, keep, tells_sub_resources
from payguard.authorization.sameness import same_statements
from payguard.authorization.search import search
from payguard.authorization.situation import LETS_IN
from payguard.authorization.universe import Target
from payguard.authorization.vocabulary import Group, granted, groups
from payguard_policies import catalog
from payguard_policies.named_tuple import NamedTuple


class Difference(NamedTuple):
    """Access that one version has and the other has not.

    Attributes:
        actions: all of which this holds: no statement can tell them apart.
        step: a request that the one allows and the other does not.
    """

    actions: tuple[str, ...]
    step: Step


class Comparison(NamedTuple):
    """What a comparison came to.

    Attributes:
        answer: whether there is no new access; its witness is the first difference.
        differences: everything that is new, at most one request for each group of actions and
            type of resource.
        undecided: actions of which it could not be told.
    """

    answer: Answer
    differences: tuple[Difference, ...]
    undecided: tuple[str, ...]


def implies(
    new: Actor, old: Actor, actions: Iterable[str] | None = None, limit: Limit | None = None
) -> Comparison:
    """Ask whether everything that ``new`` allows was allowed by ``old`` already.

    Args:
        new: the role as it will be.
        old: the role as it is.
        actions: only these, with their prefixes; None for every action of the catalog that
            ``new`` could allow.
        limit: what the question may cost.
    """
    spent = limit or Limit()
    found = groups((new.policies, old.policies), actions, new.account, spent)
    inquiry = Inquiry(spent, _count(new.policies) + _count(old.policies))
    inquiry.note_reasons((*new.gaps, *old.gaps))
    if spent.is_over:
        inquiry.note((Doubt(LIMIT, spent.reached),))
    differences: list[Difference] = []
    undecided: list[str] = []
    for group in found:
        if spent.is_over:
            undecided += group.actions
            continue
        answers = list(_differences(new, old, group, inquiry))
        differences += (item for item in answers if isinstance(item, Difference))
        if any(item is None for item in answers):
            undecided += group.actions
    number = sum(len(group.actions) for group in found)
    answer = inquiry.answer(
        f"{new.name} allows nothing that {old.name} did not",
        f"{number} action{'' if number == 1 else 's'}, each on every resource of its types, with any context",
        (OWN_ACCOUNT, ALL_POLICIES, TYPED_VALUES, _catalog()),
        (item.step for item in differences),
    )
    return Comparison(answer, tuple(differences), tuple(undecided))


def _catalog() -> str:
    return (
        f"the catalog's {len(catalog.service_names())} services and their actions are all there are"
    )


def _differences(
    new: Actor, old: Actor, group: Group, inquiry: Inquiry
) -> Iterator[Difference | None]:
    """Yield what is new of a group of actions; None where it could not be told."""
    action = group.actions[0]
    spoken = [about(one.policies, action) for one in (new, old)]
    if new.arn == old.arn and same_statements(*spoken):
        return
    skips = not any(map(tells_sub_resources, spoken))
    for target in _targets(group):
        if target.contested and skips:
            continue
        parts = (
            part(new, action, target, str),
            part(old, action, target, str)._replace(allowed=False),
        )
        if parts[0].policies.trust is not new.policies.trust:
            doubts = _doubts_by_trust(parts, new.account, inquiry)
            inquiry.note(doubts)
            yield from (None,) if doubts else ()
            continue
        found = search(Question(parts, new.account), inquiry.limit)
        doubts = contested(action, target) if found.requests and target.contested else found.doubts
        inquiry.note(doubts, found.texts)
        if found.requests and not target.contested:
            skips = True
            yield Difference(group.actions, Step(new.name, found.requests[0]))
        elif doubts:
            yield None


def _doubts_by_trust(parts: tuple[Part, ...], account: str, inquiry: Inquiry) -> tuple[Doubt, ...]:
    """Return why becoming another role may be new, whose trust policy is not given: none if it is not.

    Such a policy lets in whom identity policies allow it, or the very role, which then needs no
    more than that nothing else stands against it.
    """
    for opened in (False, True):
        asked = []
        for one in parts:
            policies = one.policies._replace(trust=LETS_IN)
            policies = with_identity(policies, EVERYTHING, 0) if opened else policies
            asked.append(one._replace(policies=policies))
        found = search(Question(tuple(asked), account), inquiry.limit)
        inquiry.note((), found.texts)
        if found.requests or found.doubts:
            return found.doubts or (Doubt(UNRESOLVED, TRUST_OF_ANOTHER.sentence),)
    return ()


def _targets(group: Group) -> list[Target]:
    """Return what each request can be about; that a call is several requests is no matter."""
    found = (target for call in group.calls for target in call)
    return list(dict.fromkeys(found))


def _count(policies: Policies) -> int:
    return sum(len(layer.clauses) for layer in layers(policies))


# Statements that make no difference

NO_MATCH, OVERRIDDEN, REDUNDANT = "matches-nothing", "overridden", "redundant"


class Dead(NamedTuple):
    """A statement without which every decision is the same.

    Attributes:
        ref: which one it is.
        why: NO_MATCH, OVERRIDDEN (what it allows is denied, or not let pass, by others) or
            REDUNDANT (others allow it as well).
        actions: how many actions of the catalog it was asked about.
    """

    ref: StatementRef
    why: str
    actions: int


def dead_statements(
    actor: Actor, limit: Limit | None = None, asked: Callable[[Clause], bool] | None = None
) -> tuple[tuple[Dead, ...], Examined]:
    """Return the Allow statements of the identity policies that make no difference.

    Args:
        actor: the role.
        limit: what all of it may cost.
        asked: tells which statements are asked about; None for all.

    A statement of which it cannot be told is not among them. Of statements that make each other
    redundant the later ones are.
    """
    spent = limit or Limit()
    found = []
    left = actor
    for clause in reversed(actor.policies.identity.clauses):
        if spent.is_over:
            break
        wanted = asked is None or asked(clause)
        if wanted and clause.statement.effect == "Allow" and not clause.unresolved:
            dead = _dead(left, clause, spent)
            if dead is not None:
                found.append(dead)
                left = left._replace(policies=_without(left.policies, clause))
    return tuple(reversed(found)), Examined(_count(actor.policies), 0, spent.requests)


def _dead(actor: Actor, clause: Clause, limit: Limit) -> Dead | None:
    alone = actor._replace(policies=_only(actor.policies, clause), name="with")
    without = actor._replace(policies=_without(actor.policies, clause), name="without")
    # What the statement adds: allowed where it is the only Allow, and not allowed without it.
    if implies(alone, without, limit=limit).answer.verdict != PROVED:
        return None
    nobody = actor._replace(policies=_without(alone.policies, clause))
    count = len(granted(alone.policies, limit))
    if implies(alone, nobody, limit=limit).answer.verdict == REFUTED:
        return Dead(clause.ref, REDUNDANT, count)
    free = actor._replace(policies=_undenied(actor.policies, clause))
    verdict = implies(free, nobody, limit=limit).answer.verdict
    if verdict == UNDECIDED:
        return None
    return Dead(clause.ref, OVERRIDDEN if verdict == REFUTED else NO_MATCH, count)


def _only(policies: Policies, clause: Clause) -> Policies:
    """Return a policy set in whose identity policies this is the only statement that allows."""
    identity = policies.identity
    kept = tuple(one for one in identity.clauses if one is clause or may_deny(one))
    return policies._replace(identity=identity._replace(clauses=kept))


def _without(policies: Policies, clause: Clause) -> Policies:
    return keep(policies, lambda one: one is not clause)


def _undenied(policies: Policies, clause: Clause) -> Policies:
    """Return a policy set with this statement and nothing that limits it."""
    identity = policies.identity._replace(clauses=(clause,))
    return Policies(identity)
