"""The id command: what it prints about a value, and when it is content."""

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands import Run
from payguard.cli.identify import _page
from payguard.identifiers import ERROR, KINDS, identify

HOME = "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/"
MANAGER = f"{HOME}shop-a1b2c3d4e5"


def test_a_payment_manager_is_shown_part_by_part(payguard: Run) -> None:
    result = payguard("id", MANAGER)
    assert result.exit_code == 0
    assert (
        result.output
        == f"""\
"{MANAGER}": payment manager ARN
  partition           aws
  service             bedrock-agentcore
  region              us-east-1
  account             999988887777
  resource type       payment-manager
  payment manager ID  shop-a1b2c3d4e5
  name, lower-cased   shop
  suffix              a1b2c3d4e5
  note: the control plane's model has a pattern that no real payment manager ARN matches; \
it is not used
"""
    )


@pytest.mark.parametrize(
    ("value", "sentences"),
    [
        (
            "arn:aws:bedrock:us-west-2:111122223333:payment-manager/pm-123",
            [
                'service is "bedrock", expected "bedrock-agentcore"',
                'the ID "pm-123" lacks its ten-character suffix',
            ],
        ),
        (MANAGER.replace("999988887777", "99998888777"), ["account has 11 digits, expected 12"]),
        (f"{HOME}shop", ['the ID "shop" lacks its ten-character suffix']),
        ("payment-session-A1b2", ['4 characters after "payment-session-", expected 15']),
        (
            f"{HOME}<id>",
            ['"<id>" is a placeholder, expected a payment manager ID'],
        ),
        ("<manager-arn>", ['"<manager-arn>" is a placeholder']),
        (f"see\n  {MANAGER}\nthere", ["there are 3 lines", f'use "{MANAGER}" alone']),
        (f'"{MANAGER}",', ["quotation marks or commas around", f'write "{MANAGER}"']),
        (
            f'{{\n  "Resource": "{MANAGER}",\n}}\n',
            ["there are 3 lines", f'use "{MANAGER}" alone'],
        ),
        ("99998888777", ["account has 11 digits, expected 12"]),
        ("9999-8888-7777", ["expected 12 digits and nothing between them"]),
        ("us-esat-1", ['AWS has no region "us-esat-1"', '"us-east-1"']),
        ("us-east-1a", ['the Availability Zone "us-east-1a", expected "us-east-1"']),
        ("US-EAST-1", ['region is "US-EAST-1", expected "us-east-1"']),
        ("payment-manager/pm-123", ["resource part", "lacks its ten-character suffix"]),
        ("arn:AWS:s3:::bucket", ['partition is "AWS", expected "aws"']),
        (
            f"{MANAGER}".replace("bedrock-agentcore", "BEDROCK-AGENTCORE"),
            ['service is "BEDROCK-AGENTCORE", expected "bedrock-agentcore"'],
        ),
        ("arn:aws:foo:us-east-1:999988887777:bar", ['payguard knows no service "foo"']),
        ("", ["there is no text"]),
        (" \t ", ["there is no text"]),
        ("x" * 2**20, ["no identifier", "no identifier is longer than 2,048"]),
        ("\x1b[31mred\x1b[0m", ["no identifier", r'the invisible character "\x1b"']),
        ("\u202epay", ["no identifier", r'the invisible character "\u202e"']),
        ("arn:aws:s3:::\x1b[2Jbucket", [r'the invisible character "\x1b"']),
    ],
)
def test_an_error_names_the_part_and_ends_with_1(
    payguard: Run, value: str, sentences: list[str]
) -> None:
    result = payguard("id", value)
    assert result.exit_code == 1
    for sentence in sentences:
        assert sentence in result.output
    assert len(result.output) < 3000


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("111122223333", "AWS account ID"),
        ("eu-west-1", "region of partition aws"),
        ("cn-north-1", "region of partition aws-cn"),
        ("arn:aws:s3:::bucket/key", "s3 ARN"),
        ("arn:aws:iam::partner:policy/boundary", "iam policy ARN"),
        ("arn:aws:iam::par*:policy/boundary", "ARN with wildcards, as in a policy"),
        (f"{MANAGER}/*", "payment manager ARN with wildcards, as in a policy"),
        ("20", "page size"),
    ],
)
def test_what_is_known_and_has_no_error_ends_with_0(payguard: Run, value: str, title: str) -> None:
    result = payguard("id", value)
    assert result.exit_code == 0
    assert result.output.startswith(f'"{value}": {title}\n')


def test_one_error_among_several_values_decides_the_exit_status(payguard: Run) -> None:
    result = payguard("id", MANAGER, "eu-west-1", "")
    assert result.exit_code == 1
    assert [page.partition(":")[0] for page in result.output.split("\n\n")][1:] == [
        '"eu-west-1"',
        '""',
    ]


def test_a_word_that_fits_several_kinds_lists_them_with_the_members_that_take_it(
    payguard: Run,
) -> None:
    result = payguard("id", "my-provider")
    assert result.exit_code == 0
    assert (
        result.output
        == """\
"my-provider": one of these
  credential provider name  as name or resourceCredentialProviderName
  token vault ID            as tokenVaultId
  workload identity name    as name or workloadIdentities
"""
    )


@pytest.mark.parametrize(
    ("value", "refusing"),
    [
        ("my_connector-f6g7h8i9j0", "the data plane"),
        (f"{MANAGER}/connector/my_connector-f6g7h8i9j0", "the data plane and CloudFormation"),
        ("arn:aws:iam::999988887777:role/a%b", "IAM"),
    ],
)
def test_where_several_ask_for_something_it_is_said_who_refuses(
    payguard: Run, value: str, refusing: str
) -> None:
    result = payguard("id", value)
    assert result.exit_code == 1
    assert f"\n    refused by: {refusing}\n" in result.output


def test_where_one_alone_asks_nobody_is_named(payguard: Run) -> None:
    assert "refused by" not in payguard("id", f"{HOME}shop").output


@pytest.mark.parametrize(
    ("pattern", "mend"),
    [
        ("MyManager-*", "mymanager-*"),
        ("My?anager-*/session/*", "my?anager-*"),
        ("MYM?nager*", "mym?nager*"),
    ],
)
def test_the_mend_of_a_pattern_in_upper_case_keeps_its_wildcards(
    payguard: Run, pattern: str, mend: str
) -> None:
    result = payguard("id", HOME + pattern)
    assert result.exit_code == 1
    assert f'help: write "{mend}"\n' in result.output


def read(output: str) -> Any:
    return json.loads(output)


def test_json_says_the_same_in_a_form_that_keeps(payguard: Run) -> None:
    value = "my_connector-f6g7h8i9j0"
    result = payguard("id", value, "shop", "--output-format", "json")
    assert result.exit_code == 1
    content = read(result.output)
    assert content["version"] == 1
    connector, word = content["identifiers"]
    assert connector == {
        "value": value,
        "kind": "payment-connector-id",
        "title": "payment connector ID",
        "parts": [{"label": "payment connector ID", "value": value}],
        "candidates": ["payment-connector-id"],
        "problems": [
            {
                "code": "connector-id-character",
                "severity": "error",
                "part": "id",
                "found": "_",
                "message": '"_" is not allowed in a payment connector ID; it holds lower-case'
                ' letters, digits and "-"',
                "help": "",
                "refused_by": ["data"],
            }
        ],
    }
    assert word["kind"] is None
    assert word["candidates"][:2] == ["payment-manager-name", "payment-connector-name"]


def test_json_holds_the_value_whole_and_in_ascii(payguard: Run) -> None:
    value = "\x1b[31m" + "é" * 5000
    result = payguard("id", value, "--output-format", "json")
    assert result.exit_code == 1
    assert result.output.isascii()
    assert "\x1b" not in result.output
    assert read(result.output)["identifiers"][0]["value"] == value


def test_without_a_value_the_usage_is_shown(payguard: Run) -> None:
    result = payguard("id")
    assert result.exit_code == 2
    assert "Missing argument 'VALUE...'" in result.output


ATTACKS = ["\x1b[2J", "\r", "\n", "\x00", "\x9b", "\u202e", "\u2028", "\udcff", "<\x1b>", "${\x07}"]
FRAMES = ["{}", "arn:{}", "arn:aws:{}:a:b:c", "arn:aws:s3:::{}", HOME + "{}", "payment-manager/{}"]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("attack", ATTACKS, ids=ascii)
def test_no_character_of_a_value_reaches_the_terminal_unseen(frame: str, attack: str) -> None:
    for text in (attack, f"a{attack}b", f"{attack}*", f"shop-a1b2c3d4e5{attack}x"):
        for line in _page(identify(frame.format(text))):
            assert line.isprintable(), ascii(line)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60), st.sampled_from(FRAMES))
def test_any_value_gets_printable_lines_and_a_known_kind_or_an_error(text: str, frame: str) -> None:
    found = identify(frame.format(text))
    assert all(line.isprintable() for line in _page(found))
    unknown = found.title in {"no identifier", "several lines", "placeholder", "incomplete ARN"}
    if unknown:
        assert any(problem.severity == ERROR for problem in found.problems)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_says_who_takes_it_or_is_an_arn(name: str) -> None:
    assert KINDS[name].fields or KINDS[name].family == "arn"


def test_nothing_is_read_and_nothing_is_written(payguard: Run) -> None:
    payguard("id", MANAGER)
    assert os.listdir() == []
