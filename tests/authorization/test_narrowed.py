"""What is settled once about an action and a resource changes no answer about the rest."""

import random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from authorization.asking import PAY, allow, deny, policy
from authorization.questions import OPEN, actors, asked, random_context, random_manager
from payguard.authorization.actor import Actor, actor
from payguard.authorization.evaluate import outcome
from payguard.authorization.policy_set import clauses_of
from payguard.authorization.relevance import keys_of, of_request
from payguard.authorization.request import UNKNOWN

SHOP = "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/shop-a1b2c3d4e5"
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(max_examples=150, deadline=None, phases=PHASES)
@given(actors(), st.sampled_from([OPEN, PAY]), st.integers(0, 2**32))
def test_the_outcome_is_the_same(role: Actor, action: str, seed: int) -> None:
    rng = random.Random(seed)
    manager = random_manager(rng)
    open_keys = dict.fromkeys(keys_of(clauses_of(role.policies)), UNKNOWN)
    narrowed = of_request(role.policies, asked(role, action, manager, open_keys))
    for _ in range(20):
        request = asked(role, action, manager, random_context(rng))
        before, after = outcome(role.policies, request), outcome(narrowed, request)
        assert before.allowed.rank == after.allowed.rank
        assert set(before.allowed.doubts) == set(after.allowed.doubts)


def test_statements_that_do_not_match_are_left_out_and_those_that_surely_do_are_marked() -> None:
    said = [
        allow(Action=PAY, Resource="*"),
        allow(Action=OPEN, Resource="*"),
        deny(Action="*", Resource=f"{SHOP[:-1]}?"),
        deny(NotAction=OPEN, NotResource="arn:aws:s3:::*"),
        allow(Action=PAY, Resource=f"{SHOP[:-10]}${{aws:username}}"),
        {"Effect": "Allow", "Action": PAY, "Resource": "*", "Condition": 1},
        allow(Action=PAY, Resource="arn:aws:s3:::*"),
    ]
    role = actor("role", [policy(*said)])
    request = asked(role, PAY, SHOP, {"aws:username": UNKNOWN})
    found = list(clauses_of(of_request(role.policies, request)))
    numbers = [said.index(dict(clause.statement.value)) for clause in found]
    assert numbers == [0, 2, 3, 4, 5]
    assert [clause.matches for clause in found] == [True, True, True, False, False]
