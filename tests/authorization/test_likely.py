"""The texts that are tried first are readable ones, and those that policies speak of."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authorization.asking import PAY, allow, deny, policy
from payguard.authorization.actor import actor
from payguard.authorization.likely import fitted, likely, likely_texts
from payguard.authorization.policy_set import clauses_of
from payguard.authorization.universe import (
    Universe,
    any_resource,
    anything,
    manager_universe,
    sub_resource_universe,
    type_universe,
)
from payguard.iam.wildcard import matches

HEAD = "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/"
SHOP = f"{HEAD}shop-a1b2c3d4e5"


def test_the_likely_manager_is_one_that_people_would_write() -> None:
    assert likely(manager_universe()) == SHOP
    assert likely(manager_universe("444455556666")) == SHOP.replace("111122223333", "444455556666")


@pytest.mark.parametrize(
    "universe",
    [
        manager_universe(),
        sub_resource_universe("session"),
        type_universe("bedrock-agentcore", "paymentcredentialprovider"),
        type_universe("iam", "role"),
        any_resource(),
        anything(),
    ],
    ids=lambda found: found.name,
)
def test_a_likely_text_is_one_of_the_universe(universe: Universe) -> None:
    assert universe.has(likely(universe))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", SHOP),
        (SHOP, SHOP),
        (f"{HEAD}till-0123456789", f"{HEAD}till-0123456789"),
        (f"{HEAD}*", SHOP),
        (
            "arn:aws:bedrock-agentcore:*:444455556666:payment-manager/*",
            SHOP.replace("111122223333", "444455556666"),
        ),
        ("arn:aws-us-gov:bedrock-agentcore:*:*:*", SHOP.replace("arn:aws:", "arn:aws-us-gov:")),
        (f"{HEAD}SHOP-a1b2c3d4e5", ""),
        ("arn:aws:s3:::bucket", ""),
        ("arn:aws:bedrock-agentcore", ""),
        ("", ""),
    ],
)
def test_a_text_is_fitted_to_what_a_pattern_says(pattern: str, expected: str) -> None:
    assert fitted(manager_universe(), pattern) == expected


parts = st.sampled_from(["*", "?", "a", "-", "shop", "a1b2c3d4e5", "till-", "5"])


@settings(deadline=None)
@given(st.lists(parts, max_size=5).map("".join))
def test_a_fitted_text_matches_and_is_one_of_the_universe(ending: str) -> None:
    text = fitted(manager_universe(), HEAD + ending)
    if text:
        assert matches(HEAD + ending, text)
        assert re.fullmatch(manager_universe().pattern, text)
        assert text.startswith(HEAD)


def test_statements_that_allow_are_looked_at_and_few_of_their_resources() -> None:
    said = [
        deny(Action=PAY, Resource=f"{HEAD}till-0000000000"),
        allow(Action=PAY, Resource=["*", f"{HEAD}till-1111111111", f"{HEAD}${{aws:username}}-*"]),
        allow(Action=PAY, Resource=[f"{HEAD}{'x' * 300}*", f"{HEAD}till-2222222222"]),
        *(allow(Action=PAY, Resource=f"{HEAD}till-{n:010}") for n in range(100)),
    ]
    clauses = list(clauses_of(actor("role", [policy(*said)]).policies))
    found = list(likely_texts(manager_universe(), clauses))
    assert found[:3] == [SHOP, f"{HEAD}till-1111111111", f"{HEAD}till-2222222222"]
    assert len(found) < 15
