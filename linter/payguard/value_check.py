"""Rules about values asked about the ARNs and IDs of payments that stand outside of policies."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from payguard.finding import Finding, InputError, Span
from payguard.infrastructure import Document, Infrastructure, Value
from payguard.rules.listener import Listener
from payguard.rules.rule import Problem, Rule
from payguard.suppression import Suppressions
from payguard_policies.named_tuple import NamedTuple

Texts = Callable[[str], str]
Remarks = list[tuple[int, str]]
_ALONE = ("#", "//")  # what a line begins with that is nothing but a comment


class Outcome(NamedTuple):
    """What rules said: findings, rules that failed, how many findings were silenced."""

    findings: list[Finding]
    errors: list[InputError]
    suppressed: int


def check(
    values: Iterable[Value], rules: Sequence[Listener], suppressions: Suppressions
) -> Outcome:
    """Ask rules about values.

    Args:
        values: of one input.
        rules: all rules of the run; those that listen for values are asked.
        suppressions: what is accepted; it has been told of the values' files by ``visit``.
    """
    findings: list[Finding] = []
    errors: list[InputError] = []
    suppressed = 0
    listening = [rule for rule in rules if "check_value" in rule.hooks]
    for value in values:
        for rule, problem in _problems(value, listening, errors):
            at = value.location
            if suppressions.silences(at.path, rule.id, at.pointer, None, at.span.line):
                suppressed += 1
            else:
                findings.append(rule.finding(problem, at, value.source))
    return Outcome(findings, errors, suppressed)


def _problems(
    value: Value, rules: Sequence[Listener], errors: list[InputError]
) -> Iterator[tuple[Rule, Problem]]:
    for listener in rules:
        try:
            yield from ((listener.rule, found) for found in listener.rule.check_value(value))
        except Exception as error:  # noqa: BLE001  a rule's defect: reported, and the others still asked
            message = listener.rule.failure("a value", error)
            span = value.location.span
            errors.append(InputError(value.location.path, message, span.line, span.column))


def visit(
    found: Infrastructure, texts: Texts, rules: Sequence[Listener], suppressions: Suppressions
) -> None:
    """Tell the suppressions of the files that hold values; to be called before ``check``.

    Args:
        found: what is in the input.
        texts: as ``sources.opening.Opened.commented``.
        rules: all rules of the run.
        suppressions: what is accepted.

    A comment is heard on the line of a value or above it, and if it names a rule about values:
    any other may be a sentence about such comments. Those that the documents of a file know of
    are heard as well.
    """
    names = [rule.id for rule in rules if "check_value" in rule.hooks]
    lines: dict[str, set[int]] = {}
    for value in found.values:
        lines.setdefault(value.location.path, set()).add(value.location.span.line)
    for path, held in lines.items():
        page = _Page(texts(path))
        remarks = dict(page.about(held, names)) | dict(_about_documents(found.documents, path))
        suppressions.visit(Document(path, {}, "", _Remarks(page, sorted(remarks.items()))))


def _about_documents(documents: Iterable[Document], path: str) -> Remarks:
    """Return the comments in a file that its documents know of."""
    of_file = (document.source.comments() for document in documents if document.path == path)
    return next((comments for comments in of_file if comments), [])


class _Page:
    """A file with values: its lines, and the comments that speak to payguard."""

    def __init__(self, text: str) -> None:
        from payguard.sources.host import comments  # noqa: PLC0415  policies do not pay for it

        self._comments = dict(comments(text))
        self._lines = text.split("\n") if self._comments else []

    def line(self, number: int) -> str:
        """Return a line, from 1, without its end; empty where there is none."""
        return self._lines[number - 1].rstrip("\r") if 0 < number <= len(self._lines) else ""

    def about(self, held: Iterable[int], names: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Yield the comments that speak about some lines and name one of some rules."""
        walked: set[int] = set()
        for number in held:
            above = number - 1
            near = [number] if number in self._comments else []
            while above in self._comments and above not in walked and self._is_alone(above):
                walked.add(above)
                near.append(above)
                above -= 1
            heard = [(line, self._comments[line]) for line in near]
            if any(name in comment for _, comment in heard for name in names):
                yield from heard

    def _is_alone(self, number: int) -> bool:
        return self.line(number).lstrip().startswith(_ALONE)


class _Remarks(NamedTuple):
    """Where the comments of a file stand: as much of a SourceMap as suppressions need."""

    page: _Page
    remarks: Remarks

    def spans(self, wanted: Collection[tuple[str, bool]]) -> Mapping[tuple[str, bool], Span]:
        """As in ``payguard.infrastructure.SourceMap``; nobody asks."""
        return dict.fromkeys(wanted, Span(1, 1, 1, 1))

    def line(self, number: int) -> str:
        """As in ``payguard.infrastructure.SourceMap``."""
        return self.page.line(number)

    def comments(self) -> Remarks:
        """As in ``payguard.infrastructure.SourceMap``."""
        return self.remarks
