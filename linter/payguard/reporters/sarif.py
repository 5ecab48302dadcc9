"""SARIF 2.1.0, for code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from payguard.finding import Finding, InputError, Location, Report
from payguard.reporters import Options
from payguard.reporters.fingerprint import fingerprints, relative
from payguard.reporters.json_report import dumps, listed
from payguard.reporters.sarif_rules import LEVELS, described

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "SRCROOT"
_FINGERPRINT = "payguard/v1"


def render_sarif(report: Report, options: Options) -> Iterator[str]:
    """Yield the report as a SARIF log with one run; see ``payguard.reporters.render``.

    An undecided question is a result of kind "open" (§3.27.9); an input that could not be checked
    is a notification of an execution that was not successful.
    """
    rules = _fired(report)
    yield f'{{\n"$schema": "{_SCHEMA}",\n"version": "2.1.0",\n"runs": [{{\n'
    yield f'"tool": {{"driver": {{"name": "payguard", "version": {dumps(options.version)},\n'
    yield from listed("rules", map(described, rules))
    yield "}},\n"
    yield f'"columnKind": "unicodeCodePoints",\n"originalUriBaseIds": {dumps(_roots())},\n'
    yield f'"invocations": [{{"executionSuccessful": {dumps(not report.errors)},\n'
    yield from listed("toolExecutionNotifications", map(_notification, report.errors))
    yield "}],\n"
    yield from listed("results", _results(report, {rule: i for i, rule in enumerate(rules)}))
    yield "\n}]\n}\n"


def _fired(report: Report) -> list[str]:
    return sorted({finding.rule for finding in (*report.findings, *report.undecided)})


def _roots() -> dict[str, Any]:
    # Without a URI (§3.14.14): where the files lie is the reader's business, and no log should
    # name the folders of the machine that wrote it.
    return {_ROOT: {"description": {"text": "The folder in which payguard was started."}}}


def _results(report: Report, indices: dict[str, int]) -> Iterator[dict[str, Any]]:
    findings = (*report.findings, *report.undecided)
    for number, mark in enumerate(fingerprints(findings)):
        finding = findings[number]
        decided = number < len(report.findings)
        yield {
            "ruleId": finding.rule,
            "ruleIndex": indices[finding.rule],
            "kind": "fail" if decided else "open",
            "level": LEVELS[finding.severity] if decided else "none",
            "message": {"text": _message(finding)},
            "locations": [_location(finding.location)],
            "partialFingerprints": {_FINGERPRINT: mark},
        }


def _message(finding: Finding) -> str:
    """Return the sentence and the mend.

    Brackets are escaped where a value could otherwise pass for an embedded link (§3.11.6).
    """
    steps = (step.sentence for step in finding.witness)
    text = "\n".join((finding.message, *steps, *([finding.help] if finding.help else ())))
    return text.replace("[", "\\[").replace("]", "\\]") if "](" in text else text


def _location(at: Location) -> dict[str, Any]:
    span = at.span
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    physical = {"artifactLocation": _artifact(at.path), "region": region}
    logical = list(_logical(at))
    if not logical:
        return {"physicalLocation": physical}
    return {"physicalLocation": physical, "logicalLocations": logical}


def _logical(at: Location) -> Iterator[dict[str, str]]:
    if at.address:
        yield {"fullyQualifiedName": at.address, "kind": "resource"}
    if at.pointer:
        yield {"fullyQualifiedName": at.pointer, "kind": "value"}


def _artifact(path: str) -> dict[str, str]:
    """Return where a file lies: below the root, or by its whole URI if it is outside."""
    name = relative(path)
    if os.path.isabs(path) and name == os.path.normpath(path).replace(os.sep, "/"):
        return {"uri": f"file:///{_escaped(name.lstrip('/'), ':')}"}
    return {"uri": _escaped(name), "uriBaseId": _ROOT}


def _escaped(name: str, safe: str = "") -> str:
    try:
        data = name.encode("utf-8", "surrogateescape")  # a file name that is no UTF-8
    except UnicodeEncodeError:
        data = name.encode("utf-8", "surrogatepass")
    return quote(data, safe=f"/{safe}")


def _notification(error: InputError) -> dict[str, Any]:
    notification: dict[str, Any] = {"level": "error", "message": {"text": error.message}}
    if error.path:
        physical: dict[str, Any] = {"artifactLocation": _artifact(error.path)}
        if error.line:
            physical["region"] = {"startLine": error.line, "startColumn": error.column}
        notification["locations"] = [{"physicalLocation": physical}]
    return notification
