"""What the resource rules see beyond their own examples, and what they must let pass."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import managed_policies
from payguard.iam.document import parse_policy
from payguard.identifiers import check_policy_arn
from payguard.rules.inspection import Inspector
from payguard.rules.registry import RULES
from payguard.rules.resource.action_resource_mismatch import ActionResourceMismatch
from payguard.rules.resource.arn_problem import is_malformed
from payguard.rules.resource.matching import acted_on, as_pattern, fits
from payguard_policies import catalog

ARN = "arn:aws:bedrock-agentcore:us-east-1:111122223333:"
MANAGER = f"{ARN}payment-manager/shop-abcdefghij"
RULES_ON_ARNS = tuple(
    rule for rule in RULES if rule.category == "resource" or rule.id == "malformed-payment-resource"
)


def seen(
    action: Any, resource: Any, *, effect: str = "Allow", element: str = "Resource"
) -> list[tuple[str, str, str, str]]:
    """Rule, severity, place below the statement and message of what the rules on ARNs say."""
    statement = {"Effect": effect, "Action": action, element: resource}
    policy = parse_policy({"Version": "2012-10-17", "Statement": statement}, "identity")
    return [
        (
            rule.id,
            (problem.severity or rule.severity).label,
            place.removeprefix("/Statement"),
            problem.message,
        )
        for rule, place, problem in Inspector([rule() for rule in RULES_ON_ARNS]).inspect(policy)
    ]


def mend(resource: str) -> str:
    policy = parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": resource}})
    ((_, _, problem),) = Inspector([rule() for rule in RULES_ON_ARNS]).inspect(policy)
    return problem.help


@pytest.mark.parametrize(
    ("resource", "rule", "message"),
    [
        ("", "malformed-arn", "the ARN is empty"),
        ("shop-abcdefghij", "malformed-arn", '"shop-abcdefghij" is no ARN: it has no colon'),
        (
            "bedrock-agentcore:payment-manager/*",
            "malformed-arn",
            '"bedrock-agentcore" stands where an ARN starts with "arn"',
        ),
        (f" {MANAGER}", "malformed-arn", "there is white space around the ARN"),
        (
            "arn:aws:bedrock-agentcore:payment-manager/*",
            "malformed-arn",
            "an ARN has 6 fields divided by colons; found 4",
        ),
        (
            "arn:aws:organizations::111122223333:",
            "malformed-arn",
            'the resource is missing; write "*" for any',
        ),
        (
            "arn:awss:s3:::bucket",
            "unknown-partition",
            'partition is "awss", expected "aws"',
        ),
        (
            "arn:aws:s3:us-esat-1::bucket",
            "malformed-arn-region",
            'AWS has no region "us-esat-1"',
        ),
        (
            "arn:aws:bedrock-agentcore:cn-north-1:111122223333:payment-manager/*",
            "malformed-arn-region",
            'region "cn-north-1" is in partition "aws-cn", not in "aws"',
        ),
        (
            "arn:aws:kms::111122223333:key/*",
            "malformed-arn-region",
            'the region is missing: every ARN of "kms" has one',
        ),
        (
            "arn:aws:iam:us-east-1:111122223333:role/pay",
            "malformed-arn-region",
            'region is "us-east-1": no ARN of "iam" has one',
        ),
        (
            "arn:aws:lambda:us-east-1:1111222233334:function:f",
            "malformed-arn-account",
            "account has 13 digits, expected 12",
        ),
        (
            "arn:aws:kms:us-east-1::key/*",
            "malformed-arn-account",
            'the account is missing: every ARN of "kms" has one',
        ),
        (
            "arn:aws:lambda:us-east-1:<account>:function:f",
            "placeholder-in-arn",
            'account is the placeholder "<account>", expected 12 digits',
        ),
        ("arn:aws:S3:::bucket", "unknown-arn-service", 'service is "S3", expected "s3"'),
        (
            "arn:aws:bedrock-agentcore-control:us-east-1:111122223333:runtime/*",
            "unknown-arn-service",
            'AWS has no service "bedrock-agentcore-control"',
        ),
        (
            "arn:aws:bedrock-agentcore-control:us-east-1:111122223333:payment-manager/*",
            "unknown-arn-service",
            'service is "bedrock-agentcore-control", expected "bedrock-agentcore"',
        ),
        (
            "arn:aws:secretmanager:us-east-1:111122223333:secret:*",
            "unknown-arn-service",
            'AWS has no service "secretmanager"',
        ),
        (
            f"{ARN}payment-manager/shop",
            "malformed-payment-resource",
            'the ID "shop" lacks its ten-character suffix',
        ),
        (
            f"{ARN}payment-manger/*",
            "malformed-payment-resource",
            'resource type is "payment-manger", expected "payment-manager"',
        ),
        (
            f"{MANAGER}/wallet/*",
            "malformed-payment-resource",
            'sub-resource type is "wallet", expected "connector", "instrument" or "session"',
        ),
    ],
)
def test_a_malformed_arn_is_reported_once_and_as_an_error(
    resource: str, rule: str, message: str
) -> None:
    assert seen("*", resource) == [(rule, "error", "/Resource", message)]
    assert is_malformed(resource)


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "**",
        MANAGER,
        f"{MANAGER}/*",
        f"{ARN}payment-manager/*/session/*",
        f"{ARN}payment-manager/${{aws:PrincipalTag/manager}}",
        f"{ARN}brand-new-type/*",
        "arn:*:bedrock-agentcore:*:*:*",
        "arn:${AWS::Partition}:s3:::bucket",
        "arn:aws:s3:::bucket/<key>",
        "arn:aws:catalog:us-east-1:111122223333:product/*",
        "arn:aws:route53-recovery-control::111122223333:controlpanel/x",
        "arn:aws:elastic-inference:us-east-1:111122223333:elastic-inference-accelerator/x",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:iam:*:111122223333:role/pay",
        "arn:aws:acps:us-east-1:111122223333:token-vault/default/paymentcredentialprovider/c",
        f"{ARN}workload-identity-directory/default/workload-identity/MyAgent-*",
    ],
)
def test_a_sound_arn_is_let_pass(resource: str) -> None:
    assert seen("*", resource) == []


@pytest.mark.parametrize(
    ("element", "effect", "ending"),
    [
        ("Resource", "Allow", "expected 12"),
        ("Resource", "Deny", ", so the Deny denies nothing by it: a guard is missing"),
        ("NotResource", "Deny", ", so NotResource exempts nothing by it"),
    ],
)
def test_a_malformed_arn_says_what_it_means_for_the_statement(
    element: str, effect: str, ending: str
) -> None:
    resource = "arn:aws:lambda:us-east-1:1:function:f"
    ((_, _, place, message),) = seen("*", resource, element=element, effect=effect)
    assert place == f"/{element}"
    assert message.endswith(ending)


def test_missing_fields_are_put_where_they_belong() -> None:
    expected = 'write "arn:aws:bedrock-agentcore:*:*:payment-manager/*"'
    assert mend("arn:aws:bedrock-agentcore:payment-manager/*") == expected
    assert mend("arn:aws:s3") == 'write "arn:aws:s3:*:*:*"'


@given(
    st.lists(
        st.sampled_from(
            [
                "arn",
                "aws",
                "",
                "*",
                "bedrock-agentcore",
                "kms",
                "iam",
                "us-east-1",
                "1" * 12,
                "payment-manager/x",
                "token-vault/*",
                "<x>",
                "${a:b}",
                "${",
                "A_B",
                "�",
                " ",
            ]
        ),
        max_size=9,
    ).map(":".join)
    | st.text(max_size=60)
)
def test_every_defect_of_an_arn_is_said_by_exactly_one_rule(resource: str) -> None:
    known = {
        problem.message
        for problem in check_policy_arn(resource)
        if problem.severity == "error" and problem.code not in ("", "acps-service")
    }
    said = [message for _, _, _, message in seen("*", resource)]
    assert len(said) == len(set(said))
    assert known <= set(said)


@pytest.mark.parametrize(
    ("action", "resource", "found"),
    [
        # one action, one resource: the action is named
        ("bedrock-agentcore:GetPaymentManager", f"{ARN}runtime/*", ["/Action"]),
        # one resource, no action for it: the resource is named
        (
            ["bedrock-agentcore:GetPaymentManager", "bedrock-agentcore:ProcessPayment"],
            f"{ARN}runtime/*",
            ["/Resource"],
        ),
        # all is well but one action
        (["bedrock-agentcore:GetPaymentManager", "kms:Decrypt"], MANAGER, ["/Action/1"]),
        # all is well but one resource
        ("bedrock-agentcore:GetPaymentManager", [MANAGER, "arn:aws:s3:::x"], ["/Resource/1"]),
        # a pattern none of whose actions fits
        ("secretsmanager:*Value", MANAGER, ["/Action"]),
        # actions without a resource type
        ("kms:ListKeys", "arn:aws:kms:*:*:key/*", ["/Action"]),
        ("secretsmanager:ListSecrets", "arn:aws:secretsmanager:*:*:secret:*", ["/Action"]),
        ("bedrock-agentcore:CreatePaymentManager", MANAGER, ["/Action"]),
        ("bedrock-agentcore:ListPaymentManagers", MANAGER, ["/Action"]),
        # tokens are not minted on a payment manager
        ("bedrock-agentcore:GetResourcePaymentToken", f"{ARN}payment-manager/*", ["/Action"]),
        ("bedrock-agentcore:GetWorkloadAccessToken*", f"{ARN}payment-manager/*", ["/Action"]),
        ("bedrock-agentcore:ProcessPayment", f"{ARN}gateway/*", ["/Action"]),
        ("kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:alias/pay", ["/Action"]),
        ("iam:PassRole", "arn:aws:iam::111122223333:policy/x", ["/Action"]),
    ],
)
def test_what_never_meets_is_reported_where_it_stands(
    action: Any, resource: Any, found: list[str]
) -> None:
    hits = seen(action, resource)
    assert [(rule, severity) for rule, severity, _, _ in hits] == [
        ("action-resource-mismatch", "warning")
    ] * len(found)
    assert [place for _, _, place, _ in hits] == found


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("bedrock-agentcore:*", MANAGER),
        ("*", MANAGER),
        ("bedrock-agentcore:ProcessPayment", "*"),
        ("bedrock-agentcore:ProcessPayment", f"{ARN}payment-manager/*/session/*"),
        ("bedrock-agentcore:ProcessPayment", "arn:aws:bedrock-agentcore:*:*:*"),
        ("bedrock-agentcore:ProcessPayment", f"{ARN}${{aws:PrincipalTag/manager}}"),
        ("bedrock-agentcore:ProcessPayment", "${aws:PrincipalTag/manager}"),
        # documented by AWS, though the reference has no resource type for them
        ("bedrock-agentcore:CreatePaymentManager", f"{ARN}payment-manager/*"),
        ("bedrock-agentcore:ListPaymentManagers", f"{ARN}payment-manager/*"),
        # the other spelling of the same resources
        (
            "bedrock-agentcore:GetResourcePaymentToken",
            "arn:aws:acps:us-east-1:111122223333:token-vault/default/paymentcredentialprovider/c",
        ),
        # one of several optional types will do
        ("bedrock-agentcore:AllowVendedLogDeliveryForResource", f"{ARN}payment-manager/*"),
        # the reference is late with types that can be tagged
        ("bedrock-agentcore:TagResource", f"{ARN}dataset/*"),
        # asked about a path or a log group, though the reference has no type
        ("iam:ListRoles", "arn:aws:iam::*:role/aws-service-role/*"),
        ("logs:DescribeLogGroups", "arn:aws:logs:*:*:log-group:/aws/agents/*"),
        ("sts:AssumeRole", "arn:aws:iam::111122223333:role/PaymentsRole"),
        # unknown services and actions may act on anything
        ("s3:GetObject", MANAGER),
        (["s3:GetObject", "bedrock-agentcore:GetPaymentManager"], [MANAGER, "arn:aws:s3:::x/*"]),
        ("bedrock-agentcore:Frobnicate", "arn:aws:s3:::x"),
        # the star fits everything, whatever stands beside it
        ("bedrock-agentcore:GetPaymentManager", [f"{ARN}brand-new/*", "*"]),
    ],
)
def test_what_may_meet_is_let_pass(action: Any, resource: Any) -> None:
    assert seen(action, resource) == []


def test_a_deny_that_never_meets_is_a_missing_guard() -> None:
    hits = seen("bedrock-agentcore:ProcessPayment", f"{ARN}gateway/*", effect="Deny")
    ((_, severity, _, message),) = hits
    assert severity == "security-warning"
    assert message.endswith(", so the Deny denies nothing here")


def test_nothing_is_concluded_from_a_malformed_resource_or_from_not_resource() -> None:
    broken = "arn:aws:bedrock-agentcore:us-east-1:1:runtime/*"
    rules = {rule for rule, _, _, _ in seen("bedrock-agentcore:GetPaymentManager", broken)}
    assert rules == {"malformed-arn-account"}
    assert (
        seen("bedrock-agentcore:GetPaymentManager", "arn:aws:s3:::x", element="NotResource") == []
    )


def test_elements_that_are_no_text_are_passed_over() -> None:
    assert seen([1, None], [{}, [MANAGER], True, None]) == []


def test_every_action_fits_each_resource_type_that_the_reference_gives_it() -> None:
    for service in catalog.detailed_services():
        detail = catalog.detail(service)
        assert detail is not None
        for action in detail.actions.values():
            types = acted_on(f"{service}:{action.name}")
            for use in action.resources if types else ():
                assert fits(as_pattern(detail.resource_types[use.type].arn), service, use.type)


def test_mismatches_on_aws_managed_policies_stay_few() -> None:
    """Each was looked at: AWS's own slips, such as the secret ARNs of the query editor."""
    inspector = Inspector([ActionResourceMismatch()])
    names = {
        name
        for name, document in managed_policies().items()
        if inspector.inspect(parse_policy(document))
    }
    assert len(names) <= 20
    assert "AmazonRedshiftQueryEditorV2FullAccess" in names


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("bedrock-agentcore:*", ["arn:" + "*:" * 5 + "*a" * 500_000]),
        (["bedrock-agentcore:Get*"] * 100_000, [MANAGER] * 100_000),
        ("kms:Decrypt", [f"arn:aws:kms:us-east-1:111122223333:{'*a' * 40}{i}" for i in range(499)]),
    ],
    ids=["one megabyte", "many elements", "many wildcards"],
)
def test_hostile_statements_do_not_blow_up(action: Any, resource: Any) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    policy = parse_policy(json.loads(json.dumps({"Statement": statement})), "identity")
    Inspector([ActionResourceMismatch()]).inspect(policy)
