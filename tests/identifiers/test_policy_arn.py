"""ARNs of policies, wildcards and variables included: what can match is left alone."""

import fnmatch
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import managed_policies
from identifiers.strategies import anything, edited
from payguard.identifiers import (
    ERROR,
    KINDS,
    NOTE,
    SubResource,
    check,
    check_policy_arn,
    sub_resource,
)
from payguard.identifiers.arn_field import is_future_region
from payguard.identifiers.resource_family import payments_families

HEAD = "arn:aws:bedrock-agentcore:us-east-1:111122223333:"
MANAGER = HEAD + "payment-manager/"
ID = "mypay-abcdefghij"
DIRECTORY = HEAD + "workload-identity-directory/default"
SESSION = "payment-session-123456789012345"

CLEAN = [
    "*",
    "**",
    "${aws:PrincipalTag/manager}",
    "arn:aws:s3:${aws:PrincipalTag/rest}",
    "arn:*:bedrock-agentcore:*:*:*",
    "arn:aws-*:iam::*:role/x",
    "arn:aws:*:*:*:*",
    "arn:aws:bedrock-agentcore:us-*:1234*:payment-manager/*",
    "arn:aws:bedrock-agentcore:${aws:RequestedRegion}:${aws:PrincipalAccount}:payment-manager/*",
    "arn:aws:bedrock-agentcore:us-????-1:????????????:payment-manager/*",
    "arn:aws:bedrock-agentcore:::evaluator/Builtin.*",
    "arn:aws:bedrock-agentcore:us-east-1:aws:browser/*",
    HEAD + "*",
    HEAD + "pay*",
    HEAD + "payment-manager*",
    HEAD + "payment-*/*",
    HEAD + "*/session/*",
    HEAD + "runtime/MyRuntime",
    MANAGER + "*",
    MANAGER + ID,
    MANAGER + ID + "*",
    MANAGER + ID + "/*",
    MANAGER + "pm-*",
    MANAGER + "mypay-??????????",
    MANAGER + "*-abcdefghij",
    MANAGER + "*/session/*",
    MANAGER + "*/instrument/*",
    MANAGER + "*/connector/my_connector-*",
    f"{MANAGER}{ID}/session/{SESSION}",
    f"{MANAGER}{ID}/session/payment-session-*",
    MANAGER + "*/se*",
    MANAGER + "${aws:PrincipalTag/manager}",
    MANAGER + "${aws:PrincipalTag/manager}/session/*",
    HEAD + "token-vault/*",
    HEAD + "token-vault/default",
    HEAD + "token-vault/default/oauth2credentialprovider/*",
    HEAD + "token-vault/*/paymentcredentialprovider/my_provider",
    DIRECTORY,
    DIRECTORY + "/workload-identity/mypay-*",
    "arn:aws:s3:::payment-manager/key",
    "arn:aws:sns:us-east-1:111122223333:payment-manager",
    "arn:aws:s3:::bucket/${aws:username}/*",
    "arn:aws:iam::aws:policy/AdministratorAccess",
    "arn:aws:imagebuilder:us-west-2:aws-marketplace:component/*",
    "arn:aws-cn:ec2:cn-north-1:111122223333:instance/*",
    "arn:*:ec2:cn-north-1:111122223333:instance/*",
    "arn:aws:brand-new-service:us-east-1:111122223333:thing/x",
]


@pytest.mark.parametrize("text", CLEAN)
def test_what_can_match_is_left_alone(text: str) -> None:
    assert check_policy_arn(text) == ()


WRONG = [
    # The ARN as a whole
    ("", "prefix", "arn-prefix", "the ARN is empty"),
    ("bucket", "prefix", "arn-prefix", '"bucket" is no ARN: it has no colon'),
    ("ARN:aws:s3:::b", "prefix", "arn-prefix", '"ARN" stands where an ARN starts with "arn"'),
    (
        "arn:aws:s3",
        "resource",
        "arn-field-missing",
        "an ARN has 6 fields divided by colons; found 3",
    ),
    (
        "arn:aws:bedrock-agentcore:*",
        "resource",
        "arn-field-missing",
        "an ARN has 6 fields divided by colons; found 4",
    ),
    ("arn:aws:s3:::b ", "prefix", "white-space-around", "there is white space around the ARN"),
    ("arn:aws:s3:::", "resource", "resource-missing", 'the resource is missing; write "*" for any'),
    # Partition and service
    ("arn::s3:::b", "partition", "unknown-partition", 'the partition is missing, expected "aws"'),
    ("arn:awss:s3:::b", "partition", "unknown-partition", 'partition is "awss", expected "aws"'),
    (
        "arn:x*:s3:::b",
        "partition",
        "unknown-partition",
        'partition is "x*", which matches none that AWS has',
    ),
    ("arn:aws:S3:::b", "service", "service-case", 'service is "S3", expected "s3"'),
    ("arn:aws::::b", "service", "service-missing", "the service is missing; every ARN has one"),
    (
        "arn:aws:bedrock:*:*:payment-manager/*",
        "service",
        "service-mismatch",
        'service is "bedrock", expected "bedrock-agentcore"',
    ),
    (
        "arn:aws:acps:*:*:payment-manager/*",
        "service",
        "service-mismatch",
        'service is "acps", expected "bedrock-agentcore"',
    ),
    (
        "arn:aws:Bedrock-AgentCore:*:*:payment-manager/*",
        "service",
        "service-case",
        'service is "Bedrock-AgentCore", expected "bedrock-agentcore"',
    ),
    # Region and account
    (
        "arn:aws:ec2:us-nowhere-1:*:instance/*",
        "region",
        "unknown-region",
        'AWS has no region "us-nowhere-1"',
    ),
    (
        "arn:aws:ec2:xx-*:*:instance/*",
        "region",
        "unknown-region",
        'region is "xx-*", which matches none that AWS has',
    ),
    (
        "arn:aws:ec2:cn-north-1:*:instance/*",
        "region",
        "region-partition",
        'region "cn-north-1" is in partition "aws-cn", not in "aws"',
    ),
    (
        "arn:aws:ec2:us-east-1a:*:instance/*",
        "region",
        "unknown-region",
        'region is the Availability Zone "us-east-1a", expected "us-east-1"',
    ),
    (
        "arn:aws:bedrock-agentcore::*:payment-manager/*",
        "region",
        "region-missing",
        'the region is missing; write "*" for any',
    ),
    (
        "arn:aws:ec2:<region>:*:instance/*",
        "region",
        "placeholder",
        'region is the placeholder "<region>", expected a region such as "us-east-1"',
    ),
    (
        "arn:aws:iam::12345678901:role/x",
        "account",
        "account-digits",
        "account has 11 digits, expected 12",
    ),
    (
        "arn:aws:iam::1234567890123*:role/x",
        "account",
        "account-digits",
        'account is "1234567890123*", which matches no 12 digits',
    ),
    ("arn:aws:iam::me:role/x", "account", "account-digits", 'account is "me", expected 12 digits'),
    (
        "arn:aws:bedrock-agentcore:*:aws:payment-manager/*",
        "account",
        "account-digits",
        'account is "aws", expected 12 digits',
    ),
    (
        "arn:aws:bedrock-agentcore:*::payment-manager/*",
        "account",
        "account-missing",
        'the account is missing; write "*" for any',
    ),
    (
        "arn:aws:iam::ACCOUNT_ID:role/x",
        "account",
        "placeholder",
        'account is the placeholder "ACCOUNT_ID", expected 12 digits',
    ),
    # The payment manager
    (
        MANAGER + "pm-123",
        "resource-id",
        "manager-id-suffix",
        'the ID "pm-123" lacks its ten-character suffix',
    ),
    (
        MANAGER + "pm-123/*",
        "resource-id",
        "manager-id-suffix",
        'the ID "pm-123" lacks its ten-character suffix',
    ),
    (
        MANAGER + "MyPay-*",
        "resource-id",
        "manager-id-upper-case",
        'the service lower-cases the manager name; found "MyPay"',
    ),
    (
        MANAGER + "MyPay-*/session/*",
        "resource-id",
        "manager-id-upper-case",
        'the service lower-cases the manager name; found "MyPay"',
    ),
    (
        MANAGER + "my_pay-*",
        "resource-id",
        "manager-id-character",
        '"_" is not allowed in a payment manager ID; it holds lower-case letters, digits and "-"',
    ),
    (
        MANAGER + "pm-??",
        "resource-id",
        "manager-id-suffix",
        '"pm-??" can match no payment manager ID: an ID ends with a hyphen and ten characters',
    ),
    (
        MANAGER + "<payment-manager-name>-*",
        "resource-id",
        "manager-id-placeholder",
        '"<payment-manager-name>" is a placeholder, expected a payment manager ID',
    ),
    (MANAGER, "resource-id", "manager-id-missing", "the payment manager ID is empty"),
    (
        MANAGER[:-1],
        "resource",
        "resource-incomplete",
        'the resource is "payment-manager", expected "payment-manager/${PaymentManagerId}"',
    ),
    (
        HEAD + "payment-manager:" + ID,
        "resource",
        "resource-divider",
        '"payment-manager" is followed by ":", expected "/"',
    ),
    (
        HEAD + "111122223333:payment-manager/*",
        "resource",
        "arn-field-extra",
        '"111122223333" before "payment-manager" makes one field too many',
    ),
    (
        HEAD + "payment-managers/*",
        "resource-type",
        "resource-type-unknown",
        'resource type is "payment-managers", expected "payment-manager"',
    ),
    # What stands below it
    (
        MANAGER + "*/sessions/*",
        "sub-resource-type",
        "sub-resource-type-unknown",
        'sub-resource type is "sessions", expected "session"',
    ),
    (
        f"{MANAGER}{ID}/wallet/x",
        "sub-resource-type",
        "sub-resource-type-unknown",
        'sub-resource type is "wallet", expected "connector", "instrument" or "session"',
    ),
    (
        f"{MANAGER}{ID}/session/payment-session-1",
        "sub-resource-id",
        "session-id-length",
        '1 character after "payment-session-", expected 15',
    ),
    (
        f"{MANAGER}{ID}/session/sess-*",
        "sub-resource-id",
        "session-id-prefix",
        '"sess-*" can match no payment session ID, which starts with "payment-session-"',
    ),
    (
        f"{MANAGER}{ID}/session/payment-session-_*",
        "sub-resource-id",
        "session-id-character",
        '"_" is not allowed in a payment session ID; it holds letters, digits and "-"',
    ),
    (
        f"{MANAGER}{ID}/session",
        "resource",
        "resource-incomplete",
        'the resource ends after "session", expected an ID',
    ),
    (
        f"{MANAGER}{ID}/session/*/x",
        "resource",
        "resource-trailing",
        '"/x" follows an ID that nothing follows',
    ),
    (
        f"{MANAGER}{ID}/session/{SESSION}/x",
        "resource",
        "resource-trailing",
        '"/x" follows an ID that nothing follows',
    ),
    # Vaults and workload identities
    (
        HEAD + "token-vault/default/paymentcredentialproviders/x",
        "sub-resource-type",
        "sub-resource-type-unknown",
        'sub-resource type is "paymentcredentialproviders", expected "paymentcredentialprovider"',
    ),
    (
        HEAD + "token-vault/default/paymentcredentialprovider/a b",
        "sub-resource-id",
        "provider-name-white-space",
        "there is white space inside the credential provider name",
    ),
    (
        DIRECTORY + "/workload-identity/ab",
        "sub-resource-id",
        "workload-identity-name-length",
        "the workload identity name has 2 characters, expected at least 3",
    ),
]


@pytest.mark.parametrize(("text", "part", "code", "message"), WRONG, ids=[w[0] for w in WRONG])
def test_what_can_never_match_is_an_error(text: str, part: str, code: str, message: str) -> None:
    (problem,) = check_policy_arn(text)
    assert (problem.part, problem.code, problem.message) == (part, code, message)
    assert problem.severity == ERROR


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (
            "arn:aws:ec2:us-nowhere-1*:*:instance/*",
            "unknown-region",
            'region is "us-nowhere-1*", which matches none that AWS has',
        ),
        (
            HEAD + "credential-provider/*",
            "resource-type-unknown",
            'AgentCore has no resource type "credential-provider" that payguard knows',
        ),
        (
            "arn:aws:acps:*:*:token-vault/*",
            "acps-service",
            'service is "acps"; IAM\'s reference knows only "bedrock-agentcore"',
        ),
        (
            DIRECTORY + "/workload-identity/MyPay-*",
            "workload-identity-upper-case",
            'a workload identity of a payment manager is named in lower case; found "MyPay-*"',
        ),
        (
            f"{MANAGER}{ID}/connector/my_connector-abcdefghij",
            "connector-id-character",
            (
                '"_" is not allowed in a payment connector ID; '
                'it holds lower-case letters, digits and "-"'
            ),
        ),
        (
            "arn:aws:s3:::" + "b" * 2048,
            "arn-length",
            "the ARN has 2,061 characters and was not taken apart",
        ),
    ],
)
def test_what_may_yet_match_is_a_note(text: str, code: str, message: str) -> None:
    if code == "arn-length":
        text = text.replace("s3", "S3")
    (problem,) = check_policy_arn(text)
    assert (problem.severity, problem.code, problem.message) == (NOTE, code, message)


def test_a_region_of_the_future_is_named_like_the_others() -> None:
    assert is_future_region("aws", "us-nowhere-1")
    assert is_future_region("aws", "us-east-1")
    assert not is_future_region("aws-cn", "us-nowhere-1")
    assert not is_future_region("aws", "us-nowhere-" + "1" * 2**20)
    assert not is_future_region("awss", "us-east-1")


def test_every_wrong_part_is_named() -> None:
    text = "arn:awss:bedrock:us-nowhere-1:123:payment-manager/MyPay-*/sessions/*"
    assert [problem.part for problem in check_policy_arn(text)] == [
        "partition",
        "service",
        "region",
        "account",
        "resource-id",
    ]


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("arn:aws:bedrock-agentcore:*", 'write "arn:aws:bedrock-agentcore:*:*:*"'),
        (MANAGER + "MyPay-*", 'write "mypay-*"'),
        ("arn:aws:ec2:us-nowhere-1:*:instance/*", 'did you mean "us-west-1" or "eu-north-1"?'),
        (f"{MANAGER}{ID}/session", 'add "/*"'),
    ],
)
def test_an_error_says_how_to_mend_it(text: str, mend: str) -> None:
    assert check_policy_arn(text)[0].help == mend


# Never an error where something matches


@st.composite
def patterns_and_matches(draw: st.DrawFn) -> tuple[str, str]:
    """Draw the ARN of a payments resource and a pattern that matches it."""
    kinds = [kind for kind in KINDS.values() if kind.template and kind.subject != "provider-arn"]
    ours = [kind.example for kind in kinds if ":bedrock-agentcore:" in kind.example]
    arn = draw(st.sampled_from(ours))
    start = arn.index(":bedrock-agentcore:") + len(":bedrock-agentcore:")
    pattern = arn
    for _ in range(draw(st.integers(0, 4))):
        begin = draw(st.integers(start, len(pattern)))
        end = draw(st.integers(begin, len(pattern)))
        hidden = pattern[begin:end]
        wild = draw(st.sampled_from(["*", "?" * len(hidden), "${aws:PrincipalTag/x}"]))
        if ":" not in hidden and "{" not in pattern and ("?" not in wild or "*" not in hidden):
            pattern = pattern[:begin] + wild + pattern[end:]
    return pattern, arn


@given(patterns_and_matches())
def test_a_pattern_that_matches_a_resource_has_no_error(case: tuple[str, str]) -> None:
    pattern, arn = case
    if "${" not in pattern:
        assert fnmatch.fnmatchcase(arn, pattern)
    assert [p for p in check_policy_arn(pattern) if p.severity == ERROR] == []


@given(edited(KINDS["payment-manager-arn"].example))
def test_a_manager_arn_without_wildcards_is_judged_like_an_identifier(text: str) -> None:
    fields = text.split(":", 5)
    if any(mark in text for mark in "*?$<") or len(fields) < 6 or text.count("/") != 1:
        return
    if fields[5].startswith("payment-manager/") and fields[2] == "bedrock-agentcore":
        found = any(problem.severity == ERROR for problem in check_policy_arn(text))
        manager = fields[5].removeprefix("payment-manager/")
        refused = any(p.severity == ERROR for p in check("payment-manager-id", manager))
        assert found or not refused


@given(anything() | st.text(alphabet="arn:*?${}/-wsx1 ", max_size=60))
def test_any_text_is_answered(text: str) -> None:
    for problem in check_policy_arn(text):
        assert problem.message
        assert problem.code
        assert problem.severity in {ERROR, NOTE}


@pytest.mark.parametrize("scrap", ["*", "?", "${", "${a}", ":", "/", "<", "a", "arn:", " "])
@pytest.mark.parametrize("head", ["", HEAD, MANAGER, "arn:aws:s3:::"])
def test_a_megabyte_is_answered(head: str, scrap: str) -> None:
    check_policy_arn(head + scrap * (2**20 // len(scrap)))
    check_policy_arn((head + scrap * 2048)[:2048])


# Sub-resources


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"payment-manager/{ID}/session/s", SubResource(ID, "session", "s")),
        (MANAGER + "*/instrument/*", SubResource("*", "instrument", "*")),
        (MANAGER + "*/*", SubResource("*", "*", "")),
        (f"{MANAGER}{ID}/connector/a/b", SubResource(ID, "connector", "a/b")),
        (
            MANAGER + "${aws:PrincipalTag/m}/session/*",
            SubResource("${aws:PrincipalTag/m}", "session", "*"),
        ),
        (MANAGER + ID, None),
        (MANAGER + "*", None),
        ("*", None),
        ("", None),
        ("arn:aws:s3:::b/a/b/c", None),
        (HEAD + "token-vault/default/paymentcredentialprovider/x", None),
    ],
)
def test_what_stands_below_a_manager_is_split_off(text: str, expected: SubResource | None) -> None:
    assert sub_resource(text) == expected


@given(anything())
def test_any_text_can_be_asked_for_a_sub_resource(text: str) -> None:
    found = sub_resource(text)
    assert found is None or found.manager in text


def test_the_resources_of_payments_are_three_families() -> None:
    assert set(payments_families()) == {
        "payment-manager",
        "token-vault",
        "workload-identity-directory",
    }


# AWS's own policies


def managed_resources() -> Iterator[str]:
    for document in managed_policies().values():
        statements: Any = document["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            for element in ("Resource", "NotResource"):
                found = statement.get(element, [])
                yield from [found] if isinstance(found, str) else found


# What is said of AWS's managed policies, and why it is true.
SAID_OF_MANAGED = {
    # The resource is missing after the last colon: no ARN of Organizations ends so.
    ("arn:aws:organizations::*:", "resource-missing", ERROR),
    # The service authorization reference has no such type: maybe one that is not documented.
    ("arn:aws:bedrock-agentcore:*:*:credential-provider/*", "resource-type-unknown", NOTE),
}


def test_nothing_untrue_is_said_of_aws_managed_policies() -> None:
    resources = set(managed_resources())
    assert len(resources) > 2000
    said = {(text, p.code, p.severity) for text in resources for p in check_policy_arn(text)}
    assert said == SAID_OF_MANAGED
