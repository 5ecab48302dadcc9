"""Workflow commands: GitHub Actions shows each finding beside its line of the change.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Iterator

from payguard.finding import Finding, InputError, Report, Severity
from payguard.reporters.fingerprint import relative
from payguard.reporters.plain_text import plain

# What grants too much is as much a reason to stop as what AWS rejects: both are errors here, and
# both fail a run by default.
_COMMANDS = {
    Severity.ERROR: "error",
    Severity.SECURITY_WARNING: "error",
    Severity.WARNING: "warning",
    Severity.SUGGESTION: "notice",
}


def render_github(report: Report) -> Iterator[str]:
    """Yield one workflow command a line for each finding, undecided question and error."""
    for finding in report.findings:
        yield _finding(finding, _COMMANDS[finding.severity], finding.severity.label)
    for finding in report.undecided:
        yield _finding(finding, "warning", "undecided")
    for error in report.errors:
        yield _error(error)


def _finding(finding: Finding, command: str, label: str) -> str:
    at, span = finding.location, finding.location.span
    properties = {
        "file": relative(at.path),
        "line": str(span.line),
        "col": str(span.column),
        "endLine": str(span.end_line),
        "endColumn": str(span.end_column),
        "title": f"{label}[{finding.rule}]",
    }
    return workflow_command(command, properties, _paragraphs(finding))


def _error(error: InputError) -> str:
    place = {"line": str(error.line), "col": str(error.column)} if error.line else {}
    properties = {"file": relative(error.path), **place, "title": "payguard could not check this"}
    return workflow_command("error", properties, [error.message])


def _paragraphs(finding: Finding) -> list[str]:
    at = finding.location
    place = " ".join(part for part in (at.address, at.pointer) if part)
    texts = (finding.message, place, finding.help, finding.reference)
    return [text for text in texts if text]


def workflow_command(name: str, properties: dict[str, str], paragraphs: list[str]) -> str:
    """Return one command: ``error``, ``warning`` or ``notice``, its properties and its message."""
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{'%0A'.join(map(_data, paragraphs))}\n"


def _data(text: str) -> str:
    """Return ``text`` as the message of a command may hold it; ``plain`` leaves no line ends."""
    return plain(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
