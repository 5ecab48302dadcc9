"""What payguard takes a text for: exactly, nearly, or one of several."""

import pytest
from hypothesis import given

from identifiers.strategies import anything
from payguard.identifiers import ERROR, KINDS, Identification, check, identify

MANAGER = "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/"
ID = "mypay-abcdefghij"
HEAD = (
    ("partition", "aws"),
    ("service", "bedrock-agentcore"),
    ("region", "us-east-1"),
    ("account", "999988887777"),
)
MANAGER_PARTS = (
    ("resource type", "payment-manager"),
    ("payment manager ID", ID),
    ("name, lower-cased", "mypay"),
    ("suffix", "abcdefghij"),
)


def errors(found: Identification) -> list[str]:
    return [problem.message for problem in found.problems if problem.severity == ERROR]


@pytest.mark.parametrize("name", [kind.name for kind in KINDS.values() if kind.family == "arn"])
def test_a_valid_arn_is_known(name: str) -> None:
    found = identify(KINDS[name].example)
    assert (found.kind, found.title) == (name, KINDS[name].title)
    assert errors(found) == []


def test_an_arn_is_shown_part_by_part() -> None:
    assert identify(MANAGER + ID).parts == HEAD + MANAGER_PARTS
    below = identify(f"{MANAGER}{ID}/session/payment-session-123456789012345")
    assert below.parts[-2:] == (
        ("sub-resource type", "session"),
        ("payment session ID", "payment-session-123456789012345"),
    )


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        (
            "arn:aws:bedrock:us-west-2:111122223333:payment-manager/pm-123",
            "payment-manager-arn",
            [
                'service is "bedrock", expected "bedrock-agentcore"',
                'the ID "pm-123" lacks its ten-character suffix',
            ],
        ),
        (
            f"{MANAGER}{ID}/sessions/payment-session-123456789012345",
            "payment-session-arn",
            ['sub-resource type is "sessions", expected "session"'],
        ),
        (
            MANAGER.replace("payment-manager", "payment-managers") + ID,
            "payment-manager-arn",
            ['resource type is "payment-managers", expected "payment-manager"'],
        ),
        (
            "arn:aws:bedrock-agentcore:us-east-1:${AWS::AccountId}:token-vault/default",
            "token-vault-arn",
            ['account is the placeholder "${AWS::AccountId}", expected 12 digits'],
        ),
        (
            MANAGER + "MyPay-*",
            "payment-manager-arn",
            ['the service lower-cases the manager name; found "MyPay"'],
        ),
        (
            "payment-session-123",
            "payment-session-id",
            ['3 characters after "payment-session-", expected 15'],
        ),
        (
            "MyPay-abcdefghij",
            "payment-manager-id",
            ['the service lower-cases the manager name; found "MyPay"'],
        ),
        (
            "01234567-89ab-cdef-0123-456789abcdeg",
            "process-payment-id",
            ['"g" is not allowed in a process payment ID; it holds hexadecimal digits'],
        ),
        ("0", "max-results", ["0 is below 1, the least that a list of the control plane takes"]),
        (
            f"x\n| {MANAGER}{ID} |\ny",
            "payment-manager-arn",
            ["there are 3 lines, expected one payment manager ARN"],
        ),
        (f"payment-manager/{ID}", "payment-manager-arn", ["this is the resource part of an ARN"]),
    ],
)
def test_what_is_malformed_is_taken_for_the_nearest_kind(
    text: str, kind: str, expected: list[str]
) -> None:
    found = identify(text)
    assert found.kind == kind
    assert errors(found) == expected


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("arn:aws:s3:::bucket/key", "s3 ARN"),
        ("arn:aws:iam::111122223333:user/bob", "iam user ARN"),
        ("arn:aws:kms:us-east-1:111122223333:alias/pay", "kms alias ARN"),
        (
            "arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/agent-abc",
            "bedrock-agentcore runtime ARN",
        ),
        (
            (
                "arn:aws:bedrock-agentcore:us-east-1:111122223333:"
                "token-vault/default/oauth2credentialprovider/x"
            ),
            "bedrock-agentcore oauth2credentialprovider ARN",
        ),
        ("arn:aws:sqs:us-east-1:111122223333:payment-manager", "sqs ARN"),
        ("111122223333", "AWS account ID"),
        ("us-east-1", "region of partition aws"),
    ],
)
def test_what_is_no_payments_identifier_is_told_apart(text: str, title: str) -> None:
    found = identify(text)
    assert (found.kind, found.title, found.candidates) == (None, title, ())
    assert errors(found) == []


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        (ID, ("payment-manager-id", "payment-connector-id")),
        (
            "MyPay",
            (
                "payment-manager-name",
                "payment-connector-name",
                "credential-provider-name",
                "token-vault-id",
                "workload-identity-name",
            ),
        ),
        ("my-provider", ("credential-provider-name", "token-vault-id", "workload-identity-name")),
        ("user 42", ("user-id", "agent-name")),
    ],
)
def test_a_word_that_fits_several_kinds_lists_them(text: str, candidates: tuple[str, ...]) -> None:
    found = identify(text)
    assert (found.kind, found.candidates, found.problems) == (None, candidates, ())
    titles = [KINDS[name].title for name in candidates[:3]]
    assert all(title in found.title for title in titles)


@pytest.mark.parametrize(
    ("text", "title", "message"),
    [
        ("", "no identifier", "there is no text"),
        (" \n", "no identifier", "there is no text"),
        ("<manager>", "placeholder", '"<manager>" is a placeholder'),
        ("a b\nc", "several lines", "2 lines without an identifier among them"),
        ("a " * 200, "no identifier", "no kind of identifier looks like this"),
        (
            "x" * 2**20,
            "no identifier",
            "1,048,576 characters: no identifier is longer than 2,048",
        ),
        ("arn:aws", "incomplete ARN", "an ARN has 6 fields divided by colons; found 2"),
    ],
)
def test_what_is_nothing_is_said_to_be_nothing(text: str, title: str, message: str) -> None:
    found = identify(text)
    assert (found.kind, found.title) == (None, title)
    assert errors(found) == [message]


@pytest.mark.parametrize(
    "text", [MANAGER + "*", "arn:aws:bedrock-agentcore:us-*:*:payment-manager/my*/session/*"]
)
def test_a_pattern_of_a_policy_is_no_malformed_identifier(text: str) -> None:
    found = identify(text)
    assert found.title.endswith("ARN with wildcards, as in a policy")
    assert errors(found) == []


@given(anything())
def test_any_text_is_identified(text: str) -> None:
    found = identify(text)
    assert found.text == text
    assert found.title
    assert found.kind is None or found.kind in KINDS
    assert all(name in KINDS for name in found.candidates)
    if found.kind is None and found.candidates:
        assert all(check(name, text.strip()) is not None for name in found.candidates)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_example_is_its_kind_or_a_candidate(name: str) -> None:
    found = identify(KINDS[name].example)
    loose = {"user-id", "agent-name", "next-token", "client-token", "workload-identity-name"}
    assert name in (found.kind, *found.candidates) or name in loose


@pytest.mark.parametrize("scrap", ["a", ":", "/", "<", "${", "\n", " a", "arn:", "-1"])
def test_the_longest_text_that_is_taken_apart_is_identified(scrap: str) -> None:
    identify((scrap * 2048)[:2048])
    identify("arn:" + (scrap * 2048)[:2044])
