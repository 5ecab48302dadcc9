"""Account, region and partition of a deploy: an example stands in for each, wherever it stands."""

from typing import TYPE_CHECKING, Any, cast

import pytest

from payguard.deployment import Deployment, deployment_of
from payguard.finding import Location, Span
from payguard.iam.unresolved import AFTER_APPLY, Unresolved
from payguard.infrastructure import Document, Role

if TYPE_CHECKING:
    from payguard.infrastructure import SourceMap

ANY = "????????????"
DEPLOYMENT = Deployment()


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
    assert DEPLOYMENT.value(value) == expected
    assert DEPLOYMENT.value({"Statement": [{"Resource": [value]}]}) == {
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
    assert DEPLOYMENT.value(value) is value


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
    assert DEPLOYMENT.arn(arn) == expected


def names(*resources: Any) -> Role:
    """Return a role with one policy, of which some resources are not known."""
    value = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": list(resources)}]}
    unresolved = tuple(("/x", one) for one in resources if isinstance(one, Unresolved))
    place = Location("main.tf", Span(1, 1, 1, 1))
    source = cast("SourceMap", None)
    document = Document("main.tf", value, "identity", source, unresolved=unresolved)
    return Role("role", place, identity=(document,))


HERE = of(
    "data.aws_region.here.name, data.aws_caller_identity.me.account_id",
    f"arn:aws:bedrock-agentcore:*:{ANY}:payment-manager/*",
)
PAYMENTS = "arn:aws:bedrock-agentcore:{}:{}:payment-manager/shop-a1b2c3d4e5"


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ((), Deployment()),
        (("*", "arn:aws:s3:::bucket", "arn:aws:iam::444455556666:role/a"), Deployment()),
        ((PAYMENTS.format("us-west-2", "444455556666"),), ("us-west-2", "444455556666")),
        ((PAYMENTS.format("*", "444455556666"),), ("us-east-1", "444455556666")),
        ((of("x", PAYMENTS.format("us-west-2", ANY)),), ("us-west-2", "111122223333")),
        (
            (
                PAYMENTS.format("us-west-2", "444455556666"),
                PAYMENTS.format("us-east-1", "444455556666"),
            ),
            ("", "444455556666"),
        ),
        (
            (
                PAYMENTS.format("us-east-1", "444455556666"),
                PAYMENTS.format("us-east-1", "777788889999"),
            ),
            ("us-east-1", ""),
        ),
    ],
)
def test_an_arn_of_payments_beside_it_tells_where_the_deploy_goes(
    beside: tuple[Any, ...], expected: tuple[str, str]
) -> None:
    assert deployment_of([names(HERE, *beside)])[-2:] == tuple(expected)[-2:]


def test_what_the_user_says_of_payment_managers_tells_it_too() -> None:
    found = deployment_of([names(HERE)], [PAYMENTS.format("eu-west-1", "444455556666")])

    assert found == ("aws", "eu-west-1", "444455556666")


def test_with_two_regions_named_a_region_of_the_deploy_stays_unknown() -> None:
    told = [PAYMENTS.format(region, "444455556666") for region in ("us-east-1", "eu-west-1")]
    deployment = deployment_of([names(HERE)], told)

    assert deployment.value(HERE) is HERE
    assert deployment.arn(of("a", f"arn:aws*:iam::{ANY}:role/a")) == (
        "arn:aws:iam::444455556666:role/a"
    )


def test_with_two_accounts_named_the_arn_of_a_role_stays_unknown() -> None:
    told = [PAYMENTS.format("us-east-1", account) for account in ("444455556666", "777788889999")]

    assert deployment_of([names(HERE)], told).arn(of("a", f"arn:aws*:iam::{ANY}:role/a")) == ""
