"""Rules about values: where they are asked, where what they say stands, and what silences it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from payguard import run, value_check
from payguard.configuration import Settings, load
from payguard.finding import Finding, Location, Report, Span
from payguard.infrastructure import Infrastructure, Value
from payguard.rules.listener import Listener, listener, listeners
from payguard.rules.payments.malformed_payment_value import MalformedPaymentValue
from payguard.rules.rule import Problem
from payguard.sources.text_file import Wanted, discover

RULE = "malformed-payment-value"
ARN = "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager"
RIGHT, WRONG = f"{ARN}/shop-a1b2c3d4e5", f"{ARN}/Shop-a1b2c3d4e5"
TEMPLATE = f"""\
Parameters:
  Manager:
    Type: String
    Default: {WRONG}
Resources:
  Topic:
    Type: AWS::SNS::Topic
Outputs:
  Old:
    Value: {WRONG}
"""
HIDDEN = f"""\
Parameters:
  Manager:
    Type: String
    NoEcho: true
    Default: {WRONG}
Resources:
  Topic:
    Type: AWS::SNS::Topic
"""
TERRAFORM = f"""\
variable "manager" {{
  default = "{WRONG}"
}}
variable "hidden" {{
  default   = "{WRONG}"
  sensitive = true
}}
locals {{
  session = "payment-session-A1b2C3d4E5f6G7"
}}
"""
PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "variables": {"manager": {"value": WRONG}},
    "planned_values": {
        "outputs": {
            "shown": {"sensitive": False, "value": WRONG},
            "hidden": {"sensitive": True, "value": WRONG.replace("Shop", "Till")},
        }
    },
    "configuration": {"root_module": {"variables": {"manager": {}}, "outputs": {"shown": {}}}},
}
PULUMI: dict[str, Any] = {
    "version": 3,
    "deployment": {
        "manifest": {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""},
        "resources": [
            {
                "urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev",
                "custom": False,
                "type": "pulumi:pulumi:Stack",
                "outputs": {"paymentManagerArn": WRONG},
            }
        ],
    },
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def linted(files: dict[str, str], *, scan: bool = False) -> Report:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    return run.lint(list(discover(["."], Wanted(every=scan))), load("."), scan=scan)


def found(report: Report) -> list[tuple[str, str]]:
    assert not report.errors
    return [(_place(finding), finding.rule) for finding in report.findings]


def _place(finding: Finding) -> str:
    at = finding.location
    return f"{at.path}:{at.span.line}:{at.span.column}"


# Where it is asked


@pytest.mark.parametrize(
    ("name", "text", "places"),
    [
        ("shop.template.yaml", TEMPLATE, ["4:14", "10:12"]),
        ("hidden.template.yaml", HIDDEN, []),
        ("main.tf", TERRAFORM, ["2:13", "9:13"]),
        ("plan.json", json.dumps(PLAN, indent=1), ["6:13", "13:14"]),
        ("stack.json", json.dumps(PULUMI, indent=1), ["15:27"]),
    ],
)
def test_values_are_asked_about_wherever_a_reader_finds_them(
    name: str, text: str, places: list[str]
) -> None:
    report = linted({name: text})
    assert found(report) == [(f"{name}:{place}", RULE) for place in places]
    lines = text.split("\n")
    for finding in report.findings:
        span = finding.location.span
        assert finding.source == lines[span.line - 1]
        marked = finding.source[span.column - 1 : span.end_column - 1].strip('"')
        assert f'"{marked}"' in finding.message
        assert finding.severity.label == "error"


def test_the_finding_says_what_is_wrong_and_names_the_resource() -> None:
    report = linted({"shop.template.yaml": TEMPLATE})
    finding = report.findings[1]
    assert finding.message == f'"{WRONG}": the service lower-cases the manager name; found "Shop"'
    assert finding.help == 'write "shop-a1b2c3d4e5"'
    assert (finding.location.address, finding.location.pointer) == ("Old", "/Outputs/Old/Value")


def test_a_value_that_its_message_begins_with_is_not_named_twice() -> None:
    report = linted({".env": "PAYMENT_INSTRUMENT_ID=payment-session-A1b2C3d4E5f6G7h\n"}, scan=True)
    (finding,) = report.findings
    assert finding.message.count('"payment-session-A1b2C3d4E5f6G7h"') == 1


def test_a_secret_beside_a_value_is_not_shown() -> None:
    report = linted({"plan.json": json.dumps(PLAN)})
    assert len(report.findings) == 2
    assert not [finding for finding in report.findings if "Till" in finding.source]


def test_right_values_are_silent_and_count_as_checked() -> None:
    report = linted({"shop.template.yaml": TEMPLATE.replace("Shop", "shop")})
    assert (found(report), report.files, report.checked) == ([], 1, ("shop.template.yaml",))


# What silences it


def silenced(report: Report) -> tuple[list[str], int]:
    return [f"{_place(finding)} {finding.rule}" for finding in report.findings], report.suppressed


BOTH = f"# payguard: ignore[{RULE}] kept for the old shop"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.env", f"A={WRONG}  {BOTH}\n", ([], 1)),
        ("a.env", f"{BOTH}\nA={WRONG}\n", ([], 1)),
        ("a.env", f"{BOTH}\r\nA={WRONG}\r\n", ([], 1)),
        ("a.ts", f"/{BOTH.replace('#', '/ #', 1)}\nconst a = '{WRONG}';\n", ([], 1)),
        (
            "a.env",
            f"# payguard: ignore[unknown-action] another reason\n{BOTH}\nA={WRONG}\n",
            (["a.env:1:1 unused-suppression"], 1),
        ),
        (
            "a.env",
            f"# payguard: ignore[{RULE}]\nA={WRONG}\n",
            (["a.env:1:1 suppression-without-reason", f"a.env:2:3 {RULE}"], 0),
        ),
        ("a.env", f"{BOTH}\nA={RIGHT}\n", (["a.env:1:1 unused-suppression"], 0)),
        ("a.env", f"{BOTH}\n\nA={WRONG}\n", ([f"a.env:3:3 {RULE}"], 0)),
        ("a.md", f"`{RIGHT}`; write `# payguard: ignore[rule] why` beside it\n", ([], 0)),
        ("a.json", json.dumps({"a": WRONG, "b": BOTH}), ([f"a.json:1:8 {RULE}"], 0)),
        ("main.tf", f'locals {{\n  m = "{WRONG}" {BOTH}\n}}\n', ([], 1)),
        ("main.tf", f'locals {{\n  {BOTH}\n  m = "{WRONG}"\n}}\n', ([], 1)),
        ("terraform.tfvars", f'm = "{WRONG}" {BOTH}\n', ([], 1)),
        ("shop.yaml", TEMPLATE.replace(WRONG, f"{WRONG}  {BOTH}"), ([], 2)),
    ],
)
def test_a_comment_silences_its_line_or_the_next(
    name: str, text: str, expected: tuple[list[str], int]
) -> None:
    beside = {"main.tf": ""} if name.endswith(".tfvars") else {}
    report = linted({**beside, name: text}, scan=True)
    assert silenced(report) == expected


def test_comments_about_policies_of_the_same_file_are_still_heard() -> None:
    policy = f"""\
      Policies:
        - PolicyName: p
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: bedrock-agentcore:UpdatePaymentSession  # payguard: ignore[unknown-action] soon
                Resource: {RIGHT}/*
"""
    role = f"""\
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: "sts:AssumeRole"}}
{policy}"""
    text = TEMPLATE.replace(WRONG, f"{WRONG}  {BOTH}").replace("Outputs:", f"{role}Outputs:")
    report = linted({"shop.template.yaml": text})
    assert [f.rule for f in report.findings if f.rule in (RULE, "unknown-action")] == []
    assert report.suppressed == 3


@pytest.mark.parametrize(
    ("entry", "rules"),
    [
        ({"path": "shop.template.yaml"}, []),
        ({"path": "shop.template.yaml", "pointer": "/Outputs"}, [RULE]),
        ({"path": "other.yaml"}, [RULE, RULE]),
        ({"path": "*.yaml", "rule": "unknown-action"}, [RULE, RULE, "unused-suppression"]),
    ],
)
def test_an_entry_of_the_configuration_silences(entry: dict[str, str], rules: list[str]) -> None:
    keys = {"rule": RULE, "reason": "kept for the old shop", **entry}
    lines = "".join(f'{key} = "{text}"\n' for key, text in keys.items())
    report = linted({"payguard.toml": f"[[ignore]]\n{lines}", "shop.template.yaml": TEMPLATE})
    assert sorted(finding.rule for finding in report.findings) == rules


def test_ignoring_the_rule_leaves_its_module_alone() -> None:
    report = linted({"payguard.toml": f'ignore = ["{RULE}"]\n', "shop.template.yaml": TEMPLATE})
    assert found(report) == []


# How it is asked


def value(text: str, line: int = 1) -> Value:
    span = Span(line, 1, line, len(text) + 1)
    return Value(text, Location("a.env", span), text)


class Failing(MalformedPaymentValue):
    id = "failing"

    def check_value(self, value: Value) -> Iterator[Problem]:
        raise ZeroDivisionError(value.text)
        yield


def test_a_rule_that_fails_is_reported_and_the_others_are_asked() -> None:
    rules: list[Listener] = [listener(Failing()), listener(MalformedPaymentValue())]
    suppressions = run._suppressions(Settings(), rules)
    outcome = value_check.check([value(WRONG, 3)], rules, suppressions)
    assert [finding.rule for finding in outcome.findings] == [RULE]
    (error,) = outcome.errors
    assert (error.path, error.line) == ("a.env", 3)
    assert error.message.startswith("the rule failing failed on a value, please report it (Zero")


def test_only_rules_that_listen_for_values_are_asked() -> None:
    hearing = [rule.id for rule in listeners() if "check_value" in rule.hooks]
    assert hearing == [RULE]


def test_many_comments_above_many_values_take_no_time() -> None:
    lines = [f"# {WRONG} # payguard: ignore[{RULE}] x"] * 20_000
    values = tuple(value(WRONG, number) for number in range(1, len(lines) + 1))
    rules = listeners()
    suppressions = run._suppressions(Settings(), rules)
    start = time.perf_counter()
    value_check.visit(
        Infrastructure(values=values), lambda _: "\n".join(lines), rules, suppressions
    )
    assert time.perf_counter() - start < 10
    (more,) = (f for f in suppressions.findings() if f.rule == "malformed-suppression")
    assert "more than 1000 comments" in more.message
