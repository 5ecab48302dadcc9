"""Account, region and partition of a deploy: an example stands in for each, wherever it stands."""

from typing import Any

import pytest

from payguard.deployment import deployed, deployed_arn
from payguard.iam.unresolved import AFTER_APPLY, Unresolved

ANY = "????????????"


def of(what: str, pattern: str) -> Unresolved:
    return Unresolved(what, AFTER_APPLY, pattern)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (of("AWS::AccountId", ANY), "111122223333"),
        (of("AWS::Region", "*"), "us-east-1"),
        (of("AWS::Partition", "aws*"), "aws"),
        (of("data.aws_region.here.name", "*"), "us-east-1"),
        (
            of(
                "AWS::Partition, AWS::Region, AWS::AccountId",
                f"arn:aws*:bedrock-agentcore:*:{ANY}:payment-manager/shop-*",
            ),
            "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/shop-*",
        ),
        (
            of("data.aws_caller_identity.me.account_id", f"arn:aws:iam::{ANY}:root"),
            "arn:aws:iam::111122223333:root",
        ),
        (
            of("AWS::AccountId", f"arn:aws:bedrock-agentcore:*:{ANY}:payment-manager/*"),
            "arn:aws:bedrock-agentcore:*:111122223333:payment-manager/*",
        ),
    ],
)
def test_what_is_known_but_for_the_deploy_is_filled_in(value: Unresolved, expected: str) -> None:
    assert deployed(value) == expected
    assert deployed({"Statement": [{"Resource": [value]}]}) == {
        "Statement": [{"Resource": [expected]}]
    }


@pytest.mark.parametrize(
    "value",
    [
        of("AWS::StackName", "*"),
        of("AWS::Region, parameter Name", "arn:aws:s3:::*"),
        of("AWS::Region", "arn:aws:s3:::bucket-*"),
        of("aws_iam_role.agent.arn", f"arn:aws:iam::{ANY}:role/agent"),
    ],
)
def test_what_hangs_on_anything_else_stays_unknown(value: Unresolved) -> None:
    assert deployed(value) is value


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:iam::444455556666:role/a", "arn:aws:iam::444455556666:role/a"),
        (
            of("Agent.Arn", f"arn:aws*:iam::{ANY}:role/agent"),
            "arn:aws:iam::111122223333:role/agent",
        ),
        (of("Agent.Arn", f"arn:aws*:iam::{ANY}:role/*"), ""),
        (of("x", "*"), ""),
        ("", ""),
    ],
)
def test_a_role_has_an_arn_if_its_name_is_known(arn: Any, expected: str) -> None:
    assert deployed_arn(arn) == expected
