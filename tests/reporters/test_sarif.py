import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from payguard.finding import Finding, InputError, Location, Report, Severity, Span
from payguard.reporters import Options, render, sarif_rules
from payguard.rules.listener import listener, listeners
from payguard.rules.registry import RULES
from payguard.rules.rule import Example, Rule
from payguard.suppression import RULE_IDS


class UnknownAction(Rule):
    id = "unknown-action"
    summary = "No service has this action."
    why = "It grants nothing."
    severity = Severity.ERROR
    category = "action"
    references = ("https://docs.aws.amazon.com/a.html", "https://docs.aws.amazon.com/b.html")
    bad = (Example('{"Action": "a:B"}\n'),)
    good = (Example("Action: a:C\n"),)


class SpendAnywhere(UnknownAction):
    id = "spend-anywhere"
    severity = Severity.SECURITY_WARNING
    category = "payments"


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    known = (listener(SpendAnywhere()), listener(UnknownAction()))
    monkeypatch.setattr(sarif_rules, "listeners", lambda: known)


def log(report: Report, options: Options) -> Any:
    return json.loads("".join(render(report, "sarif", options)))


def run(report: Report, options: Options) -> Any:
    return log(report, options)["runs"][0]


def test_the_log_is_one_run_of_version_2_1_0(report: Report, options: Options) -> None:
    value = log(report, options)
    assert value["$schema"] == "https://json.schemastore.org/sarif-2.1.0.json"
    assert value["version"] == "2.1.0"
    (only,) = value["runs"]
    assert only["columnKind"] == "unicodeCodePoints"
    assert only["tool"]["driver"]["name"] == "payguard"
    assert only["tool"]["driver"]["version"] == "1.2.3"
    assert set(only["originalUriBaseIds"]) == {"SRCROOT"}


def test_the_rules_are_those_that_fired_with_all_that_a_reader_needs(
    report: Report, options: Options
) -> None:
    rules = run(report, options)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["spend-anywhere", "unknown-action", "unknown-value"]
    assert rules[1] == {
        "id": "unknown-action",
        "name": "UnknownAction",
        "shortDescription": {"text": "No service has this action."},
        "fullDescription": {"text": "It grants nothing."},
        "help": {
            "text": (
                'It grants nothing.\n\nAvoid:\n{"Action": "a:B"}\n\nPrefer:\nAction: a:C\n\n'
                "https://docs.aws.amazon.com/a.html\nhttps://docs.aws.amazon.com/b.html"
            ),
            "markdown": (
                'It grants nothing.\n\n**Avoid**\n\n```json\n{"Action": "a:B"}\n```\n\n'
                "**Prefer**\n\n```yaml\nAction: a:C\n```\n\n"
                "- <https://docs.aws.amazon.com/a.html>\n- <https://docs.aws.amazon.com/b.html>"
            ),
        },
        "helpUri": "https://docs.aws.amazon.com/a.html",
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "tags": ["security", "iam", "action"],
            "precision": "high",
            "problem.severity": "error",
            "security-severity": "7.0",
        },
    }
    assert rules[2] == {"id": "unknown-value", "name": "UnknownValue"}


def test_a_result_points_at_its_rule_its_region_and_its_place_in_the_document(
    report: Report, options: Options
) -> None:
    result = run(report, options)["results"][0]
    (mark,) = result.pop("partialFingerprints").items()
    assert mark[0] == "payguard/v1"
    assert len(mark[1]) == 32
    assert result == {
        "ruleId": "unknown-action",
        "ruleIndex": 1,
        "kind": "fail",
        "level": "error",
        "message": {
            "text": (
                'the action "bedrock-agentcore:Pay" does not exist\n'
                'write "bedrock-agentcore:ProcessPayment"'
            )
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {
                        "uri": "policies/admin%20role.json",
                        "uriBaseId": "SRCROOT",
                    },
                    "region": {"startLine": 12, "startColumn": 8, "endLine": 12, "endColumn": 31},
                },
                "logicalLocations": [
                    {"fullyQualifiedName": "aws_iam_policy.admin", "kind": "resource"},
                    {"fullyQualifiedName": "/Statement/0/Action/1", "kind": "value"},
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (Severity.ERROR, "error"),
        (Severity.SECURITY_WARNING, "error"),
        (Severity.WARNING, "warning"),
        (Severity.SUGGESTION, "note"),
    ],
)
def test_a_result_has_the_level_of_its_own_severity(
    broad: Finding, options: Options, severity: Severity, level: str
) -> None:
    report = Report((broad._replace(severity=severity),), (), 1, 1)
    assert run(report, options)["results"][0]["level"] == level


def test_an_undecided_question_is_open_and_has_no_level(report: Report, options: Options) -> None:
    result = run(report, options)["results"][-1]
    assert (result["ruleId"], result["kind"], result["level"]) == ("unknown-value", "open", "none")


def test_inputs_that_could_not_be_checked_make_the_execution_unsuccessful(
    report: Report, options: Options
) -> None:
    (invocation,) = run(report, options)["invocations"]
    assert invocation["executionSuccessful"] is False
    first, second = invocation["toolExecutionNotifications"]
    assert first == {
        "level": "error",
        "message": {"text": 'trailing comma before "]"'},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "broken.json", "uriBaseId": "SRCROOT"},
                    "region": {"startLine": 3, "startColumn": 4},
                }
            }
        ],
    }
    assert "region" not in second["locations"][0]["physicalLocation"]
    clean = run(Report((), (), 1, 1), options)["invocations"]
    assert clean == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_an_error_without_a_file_has_no_location(options: Options) -> None:
    report = Report((), (InputError("", "nothing to check"),), 0, 0)
    (notification,) = run(report, options)["invocations"][0]["toolExecutionNotifications"]
    assert notification == {"level": "error", "message": {"text": "nothing to check"}}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a b/ü#?.json", "a%20b/%C3%BC%23%3F.json"),
        ("./a//b.json", "a/b.json"),
        ("c:d.json", "c%3Ad.json"),
        ("-", "-"),
        (os.fsdecode(b"\xff.json"), "%FF.json"),
        ("\ud800.json", "%ED%A0%80.json"),
        ("100%.json", "100%25.json"),
    ],
)
def test_paths_become_relative_uris(
    broad: Finding, options: Options, path: str, expected: str
) -> None:
    report = Report((broad._replace(location=Location(path, Span(1, 1, 1, 1))),), (), 1, 1)
    (place,) = run(report, options)["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"] == {
        "uri": expected,
        "uriBaseId": "SRCROOT",
    }
    assert "logicalLocations" not in place


@pytest.mark.skipif(os.name == "nt", reason="POSIX paths")
def test_absolute_paths_are_relative_to_the_working_folder_or_whole_uris(
    broad: Finding, options: Options, tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def uris() -> Iterator[Any]:
        for path in (os.path.join(tmp_path, "x", "y z.json"), "/else where/y.json"):
            at = Location(path, Span(1, 1, 1, 1))
            result = run(Report((broad._replace(location=at),), (), 1, 1), options)["results"][0]
            yield result["locations"][0]["physicalLocation"]["artifactLocation"]

    assert list(uris()) == [
        {"uri": "x/y%20z.json", "uriBaseId": "SRCROOT"},
        {"uri": "file:///else%20where/y.json"},
    ]


def test_fingerprints_are_unique_within_the_run(broad: Finding, options: Options) -> None:
    results = run(Report((broad,) * 3, (), 1, 1), options)["results"]
    assert len({result["partialFingerprints"]["payguard/v1"] for result in results}) == 3


def test_a_value_cannot_pass_for_a_link(broad: Finding, options: Options) -> None:
    hostile = broad._replace(message='the Sid "[here](https://example.com)" is not a Sid')
    result = run(Report((hostile,), (), 1, 1), options)["results"][0]
    assert result["message"]["text"] == 'the Sid "\\[here\\](https://example.com)" is not a Sid'


@pytest.mark.parametrize("rule_id", RULE_IDS)
def test_findings_about_suppressions_are_described_as_well(rule_id: str) -> None:
    described = sarif_rules.described(rule_id)
    assert described["shortDescription"]["text"]
    assert described["defaultConfiguration"] == {"level": "warning"}
    assert "security-severity" not in described["properties"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_can_be_described(rule: type[Rule], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_rules, "listeners", listeners)
    described = sarif_rules.described(rule.id)
    assert described["shortDescription"]["text"] == rule.summary
    assert rule.bad[0].text.strip() in described["help"]["markdown"]
