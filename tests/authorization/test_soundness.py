"""No answer is wrong: witnesses replay, and nothing contradicts a proof."""

import random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from authorization.asking import PAY
from authorization.questions import (
    OPEN,
    PREFIX,
    actors,
    asked,
    random_context,
    random_manager,
    random_pairs,
    surely_allowed,
    surely_denied,
)
from payguard.authorization.actor import Actor
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED, Answer
from payguard.authorization.compare import dead_statements, implies
from payguard.authorization.limit import Limit
from payguard.authorization.prove import confined_to, manager_actions, never_both, requires
from payguard.authorization.question import Question, own_slots
from payguard.authorization.reach import part
from payguard.authorization.relevance import keep
from payguard.authorization.search import search
from payguard.authorization.target import calls, either
from payguard.iam.wildcard import matches

INSTRUMENT = "bedrock-agentcore:GetPaymentInstrument"
MANY = 400
seeds = st.integers(0, 2**32)
# No shrinking: policies shrink slowly, and one that fails is small enough to be read.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
common = settings(max_examples=150, deadline=None, phases=PHASES)


def replayed(role: Actor, answer: Answer) -> bool:
    return all(
        (surely_allowed if step.allowed else surely_denied)(role.policies, step.request)
        for step in answer.witness
    )


@common
@given(actors(), seeds)
def test_separation_is_refuted_with_requests_that_replay_and_proved_only_where_it_holds(
    role: Actor, seed: int
) -> None:
    answer = never_both(role, OPEN, PAY)
    assert (answer.verdict == REFUTED) == bool(answer.witness)
    assert replayed(role, answer)
    if answer.verdict == PROVED:
        for one, other in random_pairs(role, OPEN, PAY, MANY, seed):
            assert not (
                surely_allowed(role.policies, one) and surely_allowed(role.policies, other)
            ), (one, other)


@common
@given(actors(), st.sampled_from([OPEN, PAY, INSTRUMENT]))
def test_what_is_never_allowed_by_itself_is_found_on_nothing(role: Actor, action: str) -> None:
    targets = [target for (target,) in calls(action)]
    one = part(role, action, targets[0], own_slots(0))._replace(alone=either(targets).universe)
    if not search(Question((one,)), Limit()).alone:
        return
    for target in targets:
        found = search(Question((one._replace(target=target, alone=None),)), Limit())
        assert not found.requests
        assert not found.doubts


@common
@given(actors(), seeds)
def test_separation_is_not_undecided_where_plain_requests_refute_it(role: Actor, seed: int) -> None:
    answer = never_both(role, OPEN, PAY)
    if answer.verdict != UNDECIDED:
        return
    hits = sum(
        surely_allowed(role.policies, one) and surely_allowed(role.policies, other)
        for one, other in random_pairs(role, OPEN, PAY, MANY, seed)
    )
    assert not hits


@common
@given(actors(), st.sampled_from([f"{PREFIX}shop-a1b2c3d4e5", f"{PREFIX}shop-*", "*"]), seeds)
def test_confinement_is_refuted_outside_only_and_proved_only_where_it_holds(
    role: Actor, arn: str, seed: int
) -> None:
    answer = confined_to(role, [arn])
    assert replayed(role, answer)
    for step in answer.witness:
        assert not matches(arn, step.request.resource)
        assert not matches(f"{arn}/*", step.request.resource)
    if answer.verdict != PROVED:
        return
    rng = random.Random(seed)
    for _ in range(MANY):
        manager = random_manager(rng)
        if matches(arn, manager):
            continue
        wanted = asked(role, rng.choice(manager_actions()), manager, random_context(rng))
        assert not surely_allowed(role.policies, wanted), wanted


@common
@given(actors(), actors(), seeds)
def test_new_access_is_shown_by_requests_that_differ_and_denied_only_where_there_is_none(
    new: Actor, old: Actor, seed: int
) -> None:
    old = old._replace(arn=new.arn)
    found = implies(new, old, manager_actions())
    for difference in found.differences:
        assert surely_allowed(new.policies, difference.step.request)
        assert surely_denied(old.policies, difference.step.request)
    if found.answer.verdict != PROVED:
        return
    rng = random.Random(seed)
    for _ in range(MANY):
        action = rng.choice(manager_actions())
        wanted = asked(new, action, random_manager(rng), random_context(rng))
        assert not (surely_allowed(new.policies, wanted) and surely_denied(old.policies, wanted)), (
            wanted
        )


@common
@given(actors(), seeds)
def test_what_is_required_is_missing_only_where_no_request_is_allowed(
    role: Actor, seed: int
) -> None:
    answer = requires(role, [PAY], f"{PREFIX}shop-a1b2c3d4e5")
    assert replayed(role, answer)
    rng = random.Random(seed)
    if answer.verdict == REFUTED:
        for _ in range(MANY):
            wanted = asked(role, PAY, f"{PREFIX}shop-a1b2c3d4e5", random_context(rng))
            assert not surely_allowed(role.policies, wanted), wanted


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(actors(), seeds)
def test_a_dead_statement_changes_no_decision(role: Actor, seed: int) -> None:
    dead, _ = dead_statements(role)
    rng = random.Random(seed)
    for statement in dead:
        without = keep(role.policies, lambda clause, ref=statement.ref: clause.ref != ref)  # type: ignore[misc]
        for _ in range(60):
            action, resource = rng.choice(
                [
                    (rng.choice(manager_actions()), random_manager(rng)),
                    ("s3:GetObject", "arn:aws:s3:::bucket/key"),
                    ("s3:ListAllMyBuckets", "*"),
                    ("bedrock-agentcore:ListPaymentManagers", "*"),
                ]
            )
            wanted = asked(role, action, resource, random_context(rng))
            before, after = (surely_allowed(p, wanted) for p in (role.policies, without))
            assert before == after or not before or not surely_denied(without, wanted), wanted
