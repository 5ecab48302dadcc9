"""The end of a text report: how many findings of each rule, and what the run came to."""

from collections import Counter
from collections.abc import Iterator

from payguard.finding import Finding, Report, Severity
from payguard.reporters.plain_text import plain


def severity_counts(report: Report) -> dict[Severity, int]:
    """Return how many findings have each severity, worst first, those with none included."""
    counts = Counter(finding.severity for finding in report.findings)
    return {severity: counts[severity] for severity in sorted(Severity, reverse=True)}


def statistics(report: Report) -> str:
    """Return one line for each severity and rule that has findings, most frequent first."""
    counts = Counter(map(_label, report.findings))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    width = len(str(ordered[0][1])) if ordered else 0
    return "".join(f"{count:>{width}}  {label}\n" for label, count in ordered)


def _label(finding: Finding) -> str:
    return f"{finding.severity.label}[{plain(finding.rule)}]"


def summary(report: Report, *, files: bool = False) -> str:
    """Return what the run came to, in one line; empty where nothing was checked or found.

    Args:
        report: the outcome of the run.
        files: whether to say how many files held the policies.
    """
    found = ", ".join(_counted(report))
    if found:
        text = f"Found {found}{_where(report, files=files)}"
    elif not report.documents:
        return ""
    elif report.errors:
        text = f"No findings{_where(report, files=files)}"
    else:
        text = _passing(report, files=files)
    if report.suppressed:
        text = f"{text} ({report.suppressed} suppressed)"
    if report.errors:
        text = f"{text}; {_number(len(report.errors), 'input')} could not be checked"
    return f"{text}."


def _counted(report: Report) -> Iterator[str]:
    for severity, count in severity_counts(report).items():
        if count:
            yield _number(count, severity.label.replace("-", " "))
    if report.undecided:
        yield f"{len(report.undecided)} undecided"


def _number(count: int, noun: str) -> str:
    if count != 1:
        noun = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count} {noun}"


def _where(report: Report, *, files: bool) -> str:
    """Return what was checked, as the end of a sentence about findings."""
    if not report.documents:
        return ""
    return f" in {_number(report.documents, 'policy')}{_files(report, 'of') if files else ''}"


def _passing(report: Report, *, files: bool) -> str:
    if report.documents == 1:
        return "The policy passes"
    return f"All {report.documents} policies{_files(report, 'in') if files else ''} pass"


def _files(report: Report, preposition: str) -> str:
    return f" {preposition} {_number(report.files, 'file')}"
