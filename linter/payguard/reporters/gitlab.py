"""GitLab Code Quality: findings in the widget of a merge request and in its changes.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from collections.abc import Iterator
from typing import Any

from payguard.finding import Finding, InputError, Location, Report, Severity, Span
from payguard.reporters.fingerprint import fingerprints, relative
from payguard.reporters.json_report import dumps

# What grants too much is as much a reason to stop as what AWS rejects. A question that could not be
# answered is no pass and ranks above a warning; a file that was not checked at all, above all.
_SEVERITIES = {
    Severity.ERROR: "critical",
    Severity.SECURITY_WARNING: "critical",
    Severity.WARNING: "minor",
    Severity.SUGGESTION: "info",
}
_UNDECIDED, _UNCHECKED = "major", "blocker"
_NOT_CHECKED = "input-not-checked"


def render_gitlab(report: Report) -> Iterator[str]:
    """Yield the report as a JSON list with one issue a line.

    GitLab shows only the first of several issues with one fingerprint, and tells by it what a
    merge request brings and what it mends: fingerprints are unique, and stable while lines move.
    """
    findings = (*report.findings, *report.undecided, *map(_as_finding, report.errors))
    severities = (
        *(_SEVERITIES[finding.severity] for finding in report.findings),
        *(_UNDECIDED for _ in report.undecided),
        *(_UNCHECKED for _ in report.errors),
    )
    separator = "[\n"
    for mark, finding, severity in zip(fingerprints(findings), findings, severities, strict=True):
        yield f"{separator}{dumps(_issue(finding, severity, mark))}"
        separator = ",\n"
    yield "\n]\n" if findings else "[]\n"


def _as_finding(error: InputError) -> Finding:
    line, column = max(error.line, 1), max(error.column, 1)
    at = Location(error.path, Span(line, column, line, column))
    return Finding(_NOT_CHECKED, Severity.ERROR, error.message, "", "", at)


def _issue(finding: Finding, severity: str, fingerprint: str) -> dict[str, Any]:
    at = finding.location
    place = " ".join(part for part in (at.address, at.pointer) if part)
    texts = (finding.message, f"at {place}" if place else "", finding.help)
    return {
        "description": "; ".join(text for text in texts if text),
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {
            "path": relative(at.path) or ".",
            "lines": {"begin": at.span.line, "end": at.span.end_line},
        },
    }
