import json
from typing import Any

import pytest

from payguard.finding import Finding, InputError, Report, Severity, Span
from payguard.reporters import Options, render
from payguard.reporters.fingerprint import fingerprints


def issues(report: Report, options: Options) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads("".join(render(report, "gitlab", options)))
    return found


def test_each_finding_question_and_error_is_one_issue(report: Report, options: Options) -> None:
    found = issues(report, options)
    assert [issue.pop("fingerprint") for issue in found[:3]] == list(
        fingerprints((*report.findings, *report.undecided))
    )
    assert [len(issue.pop("fingerprint")) for issue in found[3:]] == [32, 32]
    assert found == [
        {
            "description": (
                'the action "bedrock-agentcore:Pay" does not exist; '
                "at aws_iam_policy.admin /Statement/0/Action/1; "
                'write "bedrock-agentcore:ProcessPayment"'
            ),
            "check_name": "unknown-action",
            "severity": "critical",
            "location": {"path": "policies/admin role.json", "lines": {"begin": 12, "end": 12}},
        },
        {
            "description": 'Allow of ProcessPayment on "*"',
            "check_name": "spend-anywhere",
            "severity": "critical",
            "location": {"path": "policies/b.yaml", "lines": {"begin": 3, "end": 4}},
        },
        {
            "description": "the role is known only after apply; at aws_iam_role.r /Statement",
            "check_name": "unknown-value",
            "severity": "major",
            "location": {"path": "plan.json", "lines": {"begin": 1, "end": 1}},
        },
        {
            "description": 'trailing comma before "]"',
            "check_name": "input-not-checked",
            "severity": "blocker",
            "location": {"path": "broken.json", "lines": {"begin": 3, "end": 3}},
        },
        {
            "description": "no such file or folder",
            "check_name": "input-not-checked",
            "severity": "blocker",
            "location": {"path": "gone.json", "lines": {"begin": 1, "end": 1}},
        },
    ]


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        (Severity.ERROR, "critical"),
        (Severity.SECURITY_WARNING, "critical"),
        (Severity.WARNING, "minor"),
        (Severity.SUGGESTION, "info"),
    ],
)
def test_a_severity_has_its_word(
    broad: Finding, options: Options, severity: Severity, expected: str
) -> None:
    (issue,) = issues(Report((broad._replace(severity=severity),), (), 1, 1), options)
    assert issue["severity"] == expected


def test_nothing_found_is_an_empty_list(options: Options) -> None:
    assert "".join(render(Report((), (), 1, 1), "gitlab", options)) == "[]\n"


def test_equal_issues_are_told_apart_because_gitlab_shows_each_fingerprint_once(
    broad: Finding, options: Options
) -> None:
    error = InputError("a.json", "twice")
    report = Report((broad, broad), (error, error), 1, 1, 0, (broad,))
    assert len({issue["fingerprint"] for issue in issues(report, options)}) == 5


def test_a_fingerprint_stays_when_lines_move(broad: Finding, options: Options) -> None:
    moved = broad._replace(location=broad.location._replace(span=Span(99, 1, 99, 2)))
    before, after = (issues(Report((one,), (), 1, 1), options)[0] for one in (broad, moved))
    assert before["fingerprint"] == after["fingerprint"]


def test_a_path_is_relative_without_a_dot_before_it(broad: Finding, options: Options) -> None:
    at = broad.location._replace(path="./policies//b.yaml")
    (issue,) = issues(Report((broad._replace(location=at),), (), 1, 1), options)
    assert issue["location"]["path"] == "policies/b.yaml"
