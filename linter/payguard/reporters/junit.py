"""JUnit XML: each file is a test that passes, fails, could not be run or was left open.

Every renderer (Jenkins, GitLab, Azure Pipelines, CircleCI, actions for GitHub) shows the first
``failure`` of a test and no other: all that is wrong with a file stands in one.
https://github.com/testmoapp/junitxml
https://docs.gitlab.com/ci/testing/unit_test_reports/
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from payguard.finding import Finding, InputError, Report, Severity
from payguard.reporters import Options
from payguard.reporters.fingerprint import relative
from payguard.reporters.plain_text import line_start, plain
from payguard.reporters.summary import severity_counts, summary
from payguard_policies.named_tuple import NamedTuple

_SUITE = "payguard"
_INPUTS = "payguard.inputs"
_RUN = "payguard lint"


@dataclass(slots=True)
class _File:
    """What there is to say about one file."""

    failing: list[Finding] = field(default_factory=list)
    undecided: list[Finding] = field(default_factory=list)
    remarks: list[Finding] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)


class Test(NamedTuple):
    """One test.

    Attributes:
        class_name: ``payguard`` for what was checked, ``payguard.inputs`` for what was not.
        name: the file, or what else is tested.
        element: ``failure``, ``error``, ``skipped``, or empty where it passes.
        kind: the element's type.
        message: its one-line message.
        lines: the element's text.
        output: what is worth knowing although the test passes.
        line: where in the file the first of it stands; 0 where that is nowhere.
        is_file: whether the name is a file's.
    """

    class_name: str
    name: str
    element: str = ""
    kind: str = ""
    message: str = ""
    lines: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    line: int = 0
    is_file: bool = True


def render_junit(report: Report, options: Options) -> Iterator[str]:
    """Yield the report as JUnit XML; see ``payguard.reporters.render``.

    A finding from ``options.fail_on`` on fails its file; one below is only told in its output. An
    undecided question leaves a file skipped: it neither holds nor fails. What could not be checked
    is an error. The text is ASCII, whatever the encoding of the stream it goes to.
    """
    yield from document(list(_tests(report, options)) or [_whole(report)])


def document(tests: Sequence[Test]) -> Iterator[str]:
    """Yield tests as a document of JUnit XML, in one suite."""
    counts = " ".join(
        f'{name}="{sum(1 for test in tests if test.element == element)}"'
        for name, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    )
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="{_SUITE}" tests="{len(tests)}" {counts} time="0">\n'
    yield f'<testsuite name="{_SUITE}" tests="{len(tests)}" {counts} time="0">\n'
    for test in tests:
        yield from _test_case(test)
    yield "</testsuite>\n</testsuites>\n"


def _tests(report: Report, options: Options) -> Iterator[Test]:
    files = _files(report, options)
    for path in sorted(files):
        file = files[path]
        if file.failing:
            yield _failed(path, file)
        elif file.undecided:
            message = _counted(file)
            lines = tuple(_lines(file.undecided, "undecided"))
            output = tuple(_lines(file.remarks))
            line = file.undecided[0].location.span.line
            yield Test(_SUITE, path, "skipped", "undecided", message, lines, output, line)
        elif file.remarks or not file.errors:
            yield Test(_SUITE, path, output=tuple(_lines(file.remarks)))
        if file.errors:
            yield _unchecked(path, file)


def _files(report: Report, options: Options) -> dict[str, _File]:
    files: dict[str, _File] = {relative(path): _File() for path in options.checked}
    for finding in report.findings:
        file = files.setdefault(relative(finding.location.path), _File())
        fails = finding.severity >= options.fail_on
        (file.failing if fails else file.remarks).append(finding)
    for finding in report.undecided:
        files.setdefault(relative(finding.location.path), _File()).undecided.append(finding)
    for error in report.errors:
        files.setdefault(relative(error.path), _File()).errors.append(error)
    return files


def _failed(path: str, file: _File) -> Test:
    worst = max(finding.severity for finding in file.failing)
    lines = (
        *_lines(file.failing),
        *_lines(file.undecided, "undecided"),
    )
    output = tuple(_lines(file.remarks))
    line = file.failing[0].location.span.line
    return Test(_SUITE, path, "failure", worst.label, _counted(file), lines, output, line)


def _unchecked(path: str, file: _File) -> Test:
    message = file.errors[0].message
    if len(file.errors) > 1:
        message = f"{message} (and {len(file.errors) - 1} more)"
    lines = tuple(
        f"{_place(path, error.line, error.column)}: {plain(error.message)}" for error in file.errors
    )
    return Test(_INPUTS, path, "error", "input", message, lines, line=file.errors[0].line)


def _whole(report: Report) -> Test:
    """Return the test that stands for a run of which no file is known by name."""
    if report.documents:
        return Test(_SUITE, _RUN, output=(summary(report, files=True),))
    return Test(_INPUTS, _RUN, "error", "input", "nothing to check: no policy in the given paths")


def _counted(file: _File) -> str:
    found = Report((*file.failing,), (), 0, 0, undecided=(*file.undecided,))
    parts = [
        f"{count} {severity.label}" if count == 1 else f"{count} {_plural(severity)}"
        for severity, count in severity_counts(found).items()
        if count
    ]
    parts += [f"{len(file.undecided)} undecided"] if file.undecided else []
    return ", ".join(parts)


def _plural(severity: Severity) -> str:
    return f"{severity.label}s"


def _lines(findings: list[Finding], label: str = "") -> Iterator[str]:
    """Yield the lines about some findings, each finding one text."""
    for finding in findings:
        at = finding.location
        head = _place(relative(at.path), at.span.line, at.span.column)
        word = label or finding.severity.label
        where = " ".join(part for part in (at.address, at.pointer) if part)
        below = (
            ("at", where),
            ("help", finding.help),
            ("see", finding.reference),
        )
        texts = [f"{head}: {word}[{plain(finding.rule)}] {plain(finding.message)}"]
        texts += [f"  {name}: {plain(text)}" for name, text in below if text]
        yield "\n".join(texts)


def _place(path: str, line: int, column: int) -> str:
    parts = (line_start(path), *(str(number) for number in (line, column) if number))
    return ":".join(parts)


# XML


def _test_case(test: Test) -> Iterator[str]:
    name = _attribute(test.name or _RUN)
    place = f' file="{name}"' if test.is_file and test.name not in ("", _RUN) else ""
    place += f' line="{test.line}"' if test.line else ""
    yield f'<testcase classname="{test.class_name}" name="{name}"{place} time="0"'
    if not test.element and not test.output:
        yield "/>\n"
        return
    yield ">\n"
    if test.element:
        head = f'{test.element} message="{_attribute(test.message)}" type="{test.kind}"'
        yield from _element(test.element, head, test.lines)
    if test.output:
        yield from _element("system-out", "system-out", test.output)
    yield "</testcase>\n"


def _element(name: str, head: str, lines: tuple[str, ...]) -> Iterator[str]:
    if not lines:
        yield f"<{head}/>\n"
        return
    yield f"<{head}>"
    for line in lines:
        yield f"{_escaped(line)}\n"
    yield f"</{name}>\n"


def _attribute(text: str) -> str:
    return _escaped(plain(text))


def _escaped(text: str) -> str:
    """Return printable text as XML of ASCII characters alone.

    Control characters, which XML 1.0 cannot hold even escaped, were made visible by ``plain``.
    """
    for character, reference in _REFERENCES:
        text = text.replace(character, reference)
    return text if text.isascii() else text.encode("ascii", "xmlcharrefreplace").decode()


_REFERENCES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"))
