"""Text for people: ``full`` with the source line and the mend, ``concise`` with one line each."""

from collections.abc import Callable, Iterator
from itertools import chain

from payguard.finding import Finding, InputError, Report, Severity
from payguard.reporters import Options
from payguard.reporters.excerpt import excerpt
from payguard.reporters.plain_text import line_start, plain, shortened
from payguard.reporters.summary import statistics, summary

Paint = Callable[[str, str], str]

_BOLD, _BLUE = "1", "1;34"
_UNDECIDED = "undecided"
_COLORS = {
    Severity.ERROR.label: "1;31",
    Severity.SECURITY_WARNING.label: "1;35",
    Severity.WARNING.label: "1;33",
    Severity.SUGGESTION.label: "1;36",
    _UNDECIDED: _BLUE,
}


def render_text(report: Report, output_format: str, options: Options) -> Iterator[str]:
    """Yield the report as ``full`` or ``concise`` text; see ``payguard.reporters.render``."""
    paint = _painted if options.color else _unpainted
    blocks = _full(report, paint) if output_format == "full" else _concise(report, paint)
    between = "\n" if output_format == "full" else ""
    separator = ""
    for block in chain(blocks, _endings(report, options)):
        yield f"{separator}{block}"
        separator = between


def _painted(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"


def _unpainted(text: str, code: str) -> str:  # noqa: ARG001  the signature of Paint
    return text


def _endings(report: Report, options: Options) -> Iterator[str]:
    if options.statistics and report.findings:
        yield statistics(report)
    if not options.quiet and (line := summary(report, files=options.verbose)):
        yield f"{line}\n"


def _entries(report: Report) -> Iterator[tuple[Finding, str]]:
    """Yield each finding and each undecided question with the word that leads it."""
    for finding in report.findings:
        yield finding, finding.severity.label
    for finding in report.undecided:
        yield finding, _UNDECIDED


def _full(report: Report, paint: Paint) -> Iterator[str]:
    for finding, label in _entries(report):
        yield "".join(f"{line}\n" for line in _frame(finding, label, paint))
    if report.errors:
        yield "".join(_error_line(error, paint) for error in report.errors)


def _frame(finding: Finding, label: str, paint: Paint) -> Iterator[str]:
    span, color = finding.location.span, _COLORS[label]
    margin = " " * len(str(span.line))
    rule, message = plain(finding.rule), plain(finding.message)
    yield f"{paint(f'{label}[{rule}]', color)}{paint(f': {message}', _BOLD)}"
    yield f"{margin}{paint('-->', _BLUE)} {_place(finding)}"
    bar = f"{margin} {paint('|', _BLUE)}"
    if finding.source.strip():
        line, carets = excerpt(finding.source, span)
        yield bar
        yield f"{paint(f'{span.line} |', _BLUE)} {line}"
        yield f"{bar} {_carets(carets, color, paint)}"
    notes = [*_witness(finding), *((word, text) for word, text in _notes(finding) if text)]
    if notes:
        yield bar
    for word, text in notes:
        yield f"{margin} {paint('=', _BLUE)} {paint(f'{word}:', _BOLD)} {plain(text)}"


def _carets(carets: str, color: str, paint: Paint) -> str:
    indent = carets[: carets.index("^")]
    return f"{indent}{paint(carets[len(indent) :], color)}"


def _witness(finding: Finding) -> list[tuple[str, str]]:
    """Return the requests that show the finding, in order."""
    numbered = len(finding.witness) > 1
    return [
        (f"request {number}" if numbered else "request", step.sentence)
        for number, step in enumerate(finding.witness, 1)
    ]


def _notes(finding: Finding) -> tuple[tuple[str, str], ...]:
    return ("help", finding.help), ("see", finding.reference)


def _place(finding: Finding) -> str:
    """Return file:line:column, then what the document's own world calls the place."""
    at = finding.location
    place = f"{plain(at.path)}:{at.span.line}:{at.span.column}"
    words = " ".join(plain(shortened(name)) for name in (at.address, at.pointer) if name)
    return f"{place}  {words}" if words else place


def _error_line(error: InputError, paint: Paint) -> str:
    place = plain(error.path) + _line_and_column(error)
    label = paint("error", _COLORS[Severity.ERROR.label])
    return f"{label}: {place}: {plain(error.message)}\n"


def _line_and_column(error: InputError) -> str:
    return f":{error.line}:{error.column}" if error.line else ""


def _concise(report: Report, paint: Paint) -> Iterator[str]:
    for finding, label in _entries(report):
        span = finding.location.span
        place = f"{line_start(finding.location.path)}:{span.line}:{span.column}"
        word = paint(f"{label}[{plain(finding.rule)}]", _COLORS[label])
        yield f"{place}: {word} {plain(finding.message)}\n"
    for error in report.errors:
        place = line_start(error.path) + _line_and_column(error)
        yield f"{place}: {paint('error', _COLORS[Severity.ERROR.label])}: {plain(error.message)}\n"
