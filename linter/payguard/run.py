"""One run: files in, rules asked, findings filtered and ordered, a report out."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from payguard.configuration import Settings
from payguard.finding import Finding, InputError, Location, Report
from payguard.iam.document import Policy, parse_policy
from payguard.infrastructure import Document
from payguard.rules.inspection import Hit, Inspector
from payguard.rules.listener import Listener, listeners
from payguard.sources import text_file
from payguard.sources.policy_file import read_policy_file
from payguard.sources.text_file import Candidate
from payguard.suppression import Suppressions

Input = Candidate | InputError

# From this many files on, a second process earns its start; each takes chunks of this size.
_MANY = 1500
_CHUNK = 250


def chosen_rules(settings: Settings) -> tuple[Listener, ...]:
    """Return the rules that the settings select, in the order of their ids.

    ``select`` and ``ignore`` name rules or categories; a rule's own id beats its category.
    """
    return tuple(rule for rule in listeners() if _chosen(rule, settings))


def _chosen(rule: Listener, settings: Settings) -> bool:
    if rule.id in settings.ignore:
        return False
    if rule.id in settings.select or rule.id in settings.extend_select:
        return True
    if rule.category in settings.ignore:
        return False
    wanted = (*settings.select, *settings.extend_select)
    return not settings.select or rule.category in wanted


@dataclass(slots=True)
class _Tally:
    """What a run gathers file by file."""

    findings: list[Finding] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)
    documents: int = 0
    files: int = 0
    suppressed: int = 0

    def add(self, other: "_Tally") -> None:
        """Take over what a part of the run gathered."""
        self.findings += other.findings
        self.errors += other.errors
        self.documents += other.documents
        self.files += other.files
        self.suppressed += other.suppressed


class _Work(NamedTuple):
    """What every part of a run needs to know."""

    settings: Settings
    policy_type: str
    standard_input: Callable[[], bytes] | None

    def part(
        self, inputs: Sequence[Input], rules: Sequence[Listener], inspector: Inspector
    ) -> _Tally:
        """Lint some inputs by themselves, suppressions included."""
        tally = _Tally()
        suppressions = _suppressions(self.settings, rules)
        for item in inputs:
            documents = item if isinstance(item, InputError) else self._read(item)
            if isinstance(documents, InputError):
                tally.errors.append(documents)
                continue
            tally.files += bool(documents)
            for document in documents:
                _inspect(document, inspector, suppressions, tally)
        tally.findings += _about(suppressions, self.settings)
        return tally

    def _read(self, item: Candidate) -> list[Document] | InputError:
        if item.piped and self.standard_input is not None:
            text = text_file.decode(item.path, self.standard_input())
        else:
            text = text_file.read(item.path)
        if isinstance(text, InputError):
            return text
        kind = self.policy_type or self.settings.policy_type_of(item.path)
        return read_policy_file(item.path, text, named=item.named, policy_type=kind)


def lint(
    inputs: Sequence[Input],
    settings: Settings,
    *,
    policy_type: str = "",
    standard_input: Callable[[], bytes] | None = None,
    workers: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Lint files and return what was found.

    Args:
        inputs: what ``discover`` yields; a piped candidate reads ``standard_input``.
        settings: the configuration, with command line options already in it.
        policy_type: the type of every document; empty to take it from the settings or the shape.
        standard_input: reads the bytes of standard input.
        workers: how many processes; 0 to let the number of files and processors decide.
        progress: told how many more inputs are done.
    """
    work = _Work(settings, policy_type, standard_input)
    rules = chosen_rules(settings)
    workers = workers or _workers(inputs, settings)
    if workers > 1:
        inputs = sorted(inputs, key=_size, reverse=True)  # the longest work first
    size = _CHUNK if workers == 1 else min(_CHUNK, -(-len(inputs) // workers)) or 1
    chunks = [inputs[start : start + size] for start in range(0, len(inputs), size)]
    tally = _Tally()
    if settings.ignores:  # entries of the configuration speak about all files at once
        chunks = [inputs]
    parts = _together(work, chunks, rules, workers) if workers > 1 else _alone(work, chunks, rules)
    for chunk, part in zip(chunks, parts, strict=True):
        tally.add(part)
        if progress is not None:
            progress(len(chunk))
    return _report(tally)


def lint_documents(documents: Iterable[Document], settings: Settings) -> Report:
    """Lint documents that are already read; see ``lint``."""
    tally = _Tally()
    rules = chosen_rules(settings)
    inspector = Inspector(rules)
    suppressions = _suppressions(settings, rules)
    for document in documents:
        _inspect(document, inspector, suppressions, tally)
    tally.findings += _about(suppressions, settings)
    return _report(tally)


def _workers(inputs: Sequence[Input], settings: Settings) -> int:
    """Decide how many processes are worth their start; only a fork is cheap enough."""
    piped = any(isinstance(item, Candidate) and item.piped for item in inputs[:16])
    if len(inputs) < _MANY or piped or settings.ignores or not hasattr(os, "fork"):
        return 1
    return min(os.cpu_count() or 1, 8)


def _size(item: Input) -> int:
    """Return the size of a file, in bytes; 0 where there is none.

    Copies of a policy for several accounts mostly have one size: sorted by it they come into the
    same process, which has to ask about each of their statements only once.
    """
    try:
        return 0 if isinstance(item, InputError) else os.stat(item.path).st_size
    except OSError:
        return 0


def _alone(
    work: _Work, chunks: Sequence[Sequence[Input]], rules: Sequence[Listener]
) -> Iterator[_Tally]:
    inspector = Inspector(rules)
    return (work.part(chunk, rules, inspector) for chunk in chunks)


def _together(
    work: _Work, chunks: Sequence[Sequence[Input]], rules: Sequence[Listener], workers: int
) -> Iterator[_Tally]:
    """Lint the chunks in forked processes; the parts come back in the order of the chunks."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(workers, context, _start_worker, (work, rules))
    try:
        yield from pool.map(_run_chunk, chunks)
    finally:  # the processes end by themselves, while the report is written
        pool.shutdown(wait=False, cancel_futures=True)


# What a forked process was started for; its inspector remembers from chunk to chunk.
_worker: list[tuple[_Work, Sequence[Listener], Inspector]] = []


def _start_worker(work: _Work, rules: Sequence[Listener]) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends its workers
    _worker.append((work, rules, Inspector(rules)))


def _run_chunk(chunk: Sequence[Input]) -> _Tally:
    work, rules, inspector = _worker[-1]
    return work.part(chunk, rules, inspector)


def _suppressions(settings: Settings, rules: Sequence[Listener]) -> Suppressions:
    today = datetime.now(UTC).date()
    return Suppressions(settings.ignores, today, settings.root, {rule.id for rule in rules})


def _about(suppressions: Suppressions, settings: Settings) -> list[Finding]:
    """Return the findings about the suppressions themselves, as far as they are wanted."""
    return [found for found in suppressions.findings() if found.rule not in settings.ignore]


def _inspect(
    document: Document, inspector: Inspector, suppressions: Suppressions, tally: _Tally
) -> None:
    tally.documents += 1
    suppressions.visit(document)
    policy = parse_policy(document.value, document.policy_type, document.text)
    try:
        hits = inspector.inspect(policy)
    except Exception:  # noqa: BLE001  a rule's defect: found out below, rule by rule
        hits = list(_inspect_each(document, policy, inspector, tally))
    if hits:
        _gather(document, policy, hits, suppressions, tally)


def _inspect_each(
    document: Document, policy: Policy, inspector: Inspector, tally: _Tally
) -> Iterator[Hit]:
    for rule, outcome in inspector.inspect_each(policy):
        if isinstance(outcome, Exception):
            reason = f"{type(outcome).__name__}: {outcome}"[:200]
            message = f"the rule {rule.id} failed on this policy, please report it ({reason})"
            tally.errors.append(InputError(document.path, message))
        else:
            yield from outcome


def _gather(
    document: Document,
    policy: Policy,
    hits: Sequence[Hit],
    suppressions: Suppressions,
    tally: _Tally,
) -> None:
    """Place what the rules saw in the file, silence what is accepted, keep the rest in order."""
    spans = document.source.spans({(at, problem.on_key) for _, at, problem in hits})
    sids = {statement.pointer: statement.sid for statement in policy.statements}
    for rule, at, problem in hits:
        span = spans[at, problem.on_key]
        if suppressions.silences(document.path, rule.id, at, _sid(sids, at), span.line):
            tally.suppressed += 1
            continue
        tally.findings.append(
            Finding(
                rule.id,
                rule.severity if problem.severity is None else problem.severity,
                problem.message,
                problem.help,
                rule.references[0],
                Location(document.path, span, at, document.address),
                document.source.line(span.line),
            )
        )


def _place(finding: Finding) -> tuple[str, int, int, str, str]:
    at = finding.location
    return at.path, at.span.line, at.span.column, finding.rule, finding.message


def _sid(sids: dict[str, str | None], pointer: str) -> str | None:
    """Return the Sid of the statement that holds the place, if there is one."""
    head = "/".join(pointer.split("/", 3)[:3])
    return sids.get(head, sids.get("/Statement"))


def _report(tally: _Tally) -> Report:
    return Report(
        tuple(sorted(tally.findings, key=_place)),
        tuple(sorted(tally.errors)),
        tally.documents,
        tally.files,
        tally.suppressed,
    )
