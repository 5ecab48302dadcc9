"""A policy that stands alone is settled only where role rules have nothing to say about it."""

import json
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import DOCUMENTED, lint_value, managed_policies, mutated
from payguard import lone
from payguard.finding import Report
from payguard.iam.document import IDENTITY, parse_policy
from payguard.rules.payments.money import REACHING_BOTH

PAY, OPEN = "bedrock-agentcore:ProcessPayment", "bedrock-agentcore:CreatePaymentSession"
MANAGER = "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5"
ADMINISTRATOR = {"Effect": "Allow", "Action": "*", "Resource": "*"}
BY_EXCLUSION = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
NEVER_SPEND = {"Effect": "Deny", "Action": PAY, "Resource": "*"}


def policy(*statements: Any, **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements), **more}


def is_settled(document: dict[str, Any], found: frozenset[str] = REACHING_BOTH) -> bool:
    return lone.is_settled(parse_policy(document, IDENTITY), found)


def asked_anyway(document: Any) -> Report:
    with mock.patch.object(lone, "is_settled", return_value=False):
        return lint_value(document, IDENTITY)


@pytest.mark.parametrize(
    "document",
    [
        policy(ADMINISTRATOR),
        policy(ADMINISTRATOR, NEVER_SPEND | {"Action": ["s3:*", PAY]}),
        policy(BY_EXCLUSION),
        policy(BY_EXCLUSION, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
        policy({"Effect": "Allow", "Action": ["s3:*", "bedrock-*:*"], "Resource": "*"}),
        policy({"Effect": "Allow", "Action": ["s3:*", "bedrock-agentcore:Get*"], "Resource": "*"}),
        policy({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}),
    ],
    ids=json.dumps,
)
def test_an_administrator_who_spends_by_a_wildcard_and_who_does_not_spend_are_settled(
    document: dict[str, Any],
) -> None:
    assert is_settled(document)


@pytest.mark.parametrize(
    "document",
    [
        policy({"Effect": "Allow", "Action": [PAY, OPEN], "Resource": "*"}),
        policy({"Effect": "Allow", "Action": "bedrock-agentcore:Get*", "Resource": "*"}),
        policy(BY_EXCLUSION, NEVER_SPEND | {"Action": ["s3:*", PAY]}),
        policy(BY_EXCLUSION, NEVER_SPEND),
        policy(BY_EXCLUSION | {"Resource": MANAGER}),
        policy(BY_EXCLUSION | {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
        policy(BY_EXCLUSION | {"NotAction": ["iam:*", PAY]}),
        policy(BY_EXCLUSION | {"Principal": "*"}),
        policy(BY_EXCLUSION, "no statement"),
        policy(BY_EXCLUSION, Version="2013-01-01"),
        policy({"Effect": "allow", "Action": ["s3:*", "*"], "Resource": "*"}),
        policy({"Effect": "Allow", "Action": "*Payment", "Resource": "*"}),
        policy({"Effect": "Allow", "Action": ["s3:*", 7], "Resource": "*"}),
        policy({"Effect": "Allow", "Resource": "*"}),
        policy({"Effect": "Allow", "Action": ["s3:*", PAY], "Resource": "*"}),
        policy({"Effect": "Allow", "Action": "*", "Resource": MANAGER}),
    ],
    ids=json.dumps,
)
def test_what_the_engine_may_see_more_in_is_not_settled(document: dict[str, Any]) -> None:
    assert not is_settled(document)


def test_what_no_rule_has_shown_is_not_settled() -> None:
    assert not is_settled(policy(BY_EXCLUSION), frozenset({"resource-wildcard"}))


def test_of_aws_own_policies_the_rules_say_the_same_whether_they_are_settled_or_not() -> None:
    settled = 0
    for document in managed_policies().values():
        if "bedrock" in json.dumps(document) or is_settled(document):
            settled += is_settled(document)
            assert lint_value(document, IDENTITY) == asked_anyway(document)
    assert settled > 50


STATEMENTS = st.sampled_from(
    [
        ADMINISTRATOR,
        BY_EXCLUSION,
        NEVER_SPEND,
        NEVER_SPEND | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        BY_EXCLUSION | {"NotAction": [PAY, "s3:*"]},
        BY_EXCLUSION | {"NotAction": "s3:*", "Resource": MANAGER},
        {"Effect": "Allow", "Action": "*Payment*", "Resource": "*"},
        {"Effect": "Allow", "Action": ["iam:*", "bedrock-agentcore:*"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["s3:*", "bedrock-agentcore:Get*"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["s3:*", OPEN], "Resource": ["*", MANAGER]},
        {"Effect": "Allow", "Action": PAY, "NotResource": MANAGER},
        {"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": "*"},
        {"Effect": "Maybe", "Action": "*", "Resource": "*"},
    ]
)
DOCUMENTS = [json.loads(path.read_text()) for path in sorted(DOCUMENTED.glob("*/*.json"))]


@settings(max_examples=150, deadline=None)
@given(st.lists(STATEMENTS, min_size=1, max_size=3).map(lambda found: policy(*found)))
def test_of_any_policy_the_rules_say_the_same_whether_it_is_settled_or_not(document: Any) -> None:
    assert lint_value(document, IDENTITY) == asked_anyway(document)


@settings(max_examples=100, deadline=None)
@given(
    mutated([*DOCUMENTS, policy(ADMINISTRATOR), policy(BY_EXCLUSION)]).filter(
        lambda found: isinstance(found, dict)
    )
)
def test_of_a_malformed_policy_they_do_so_as_well(document: Any) -> None:
    assert lint_value(document, IDENTITY) == asked_anyway(document)
