"""One run: files in, rules asked, findings filtered and ordered, a report out."""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime

from payguard.configuration import Settings
from payguard.desk import Desk
from payguard.finding import Finding, InputError, Report
from payguard.infrastructure import Document, Infrastructure
from payguard.rules.inspection import Inspector
from payguard.rules.listener import Listener, listeners
from payguard.sources.opening import How, Opened, open_input
from payguard.sources.text_file import Candidate
from payguard.suppression import Suppressions
from payguard.tally import NOTHING, Asked, Tally, report
from payguard_policies.named_tuple import NamedTuple

Input = Candidate | InputError

# From this many files on, a second process earns its start; each takes chunks of this size.
_MANY = 1500
_TERRAFORM = (".tf", ".tf.json")
# Values for the variables of a module, which Terraform takes by themselves.
_GIVEN = ("terraform.tfvars", "terraform.tfvars.json")
_AUTOMATIC = (".auto.tfvars", ".auto.tfvars.json")
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


class _Work(NamedTuple):
    """What every part of a run needs to know.

    Attributes:
        settings: the configuration.
        policy_type: the type of every document; empty where nobody says.
        asked: what the user says of the roles.
        how: how inputs are read.
        told: files that were read with a module: what has them is known.
    """

    settings: Settings
    policy_type: str
    asked: Asked
    how: How
    told: set[str]

    def part(
        self, inputs: Sequence[Input], rules: Sequence[Listener], inspector: Inspector
    ) -> Tally:
        """Lint some inputs by themselves, suppressions included."""
        tally = Tally()
        suppressions = _suppressions(self.settings, rules)
        desk = Desk(self.settings, self.asked, rules, inspector, suppressions, tally)
        for item in inputs:
            if isinstance(item, InputError):
                tally.errors.append(item)
                continue
            if self.told and os.path.normpath(item.path) in self.told:
                tally.files += 1
                tally.checked.append(item.path)
                continue
            found, commented = self.read(item)
            if isinstance(found, InputError):
                tally.errors.append(found)
                continue
            desk.inspect(item.path, found, commented)
            if item.module:
                self.told.update(os.path.normpath(one.path) for one in found.documents)
        desk.inspect_joint_roles()
        tally.findings += _about(suppressions, self.settings)
        return tally

    def read(self, item: Candidate) -> Opened:
        """Return what is in a file."""
        kind = self.policy_type or self.settings.policy_type_of(item.path)
        return open_input(item, kind, self.how)


def lint(
    inputs: Sequence[Input],
    settings: Settings,
    *,
    policy_type: str = "",
    source: str = "",
    scan: bool = False,
    standard_input: Callable[[], bytes] | None = None,
    asked: Asked = NOTHING,
    workers: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Lint files and return what was found.

    Args:
        inputs: what ``discover`` yields; a piped candidate reads ``standard_input``.
        settings: the configuration, with command line options already in it.
        policy_type: the type of every document; empty to take it from the settings or the shape.
        source: what the files are, see ``sources.reading``; empty to tell from their content.
        scan: whether what no reader knows is looked through, see ``sources.opening``.
        standard_input: reads the bytes of standard input.
        asked: what the user says of the roles.
        workers: how many processes; 0 to let the number of files and processors decide.
        progress: told how many more inputs are done.
    """
    work = _Work(settings, policy_type, asked, How(source, scan, standard_input), set())
    inputs = with_modules(inputs)
    rules = chosen_rules(settings)
    workers = workers or _workers(inputs, settings, asked)
    if workers > 1:
        inputs = sorted(inputs, key=_size, reverse=True)  # the longest work first
    size = _CHUNK if workers == 1 else min(_CHUNK, -(-len(inputs) // workers)) or 1
    chunks = [inputs[start : start + size] for start in range(0, len(inputs), size)]
    tally = Tally()
    if settings.ignores or settings.roles or asked.role:  # what speaks about all files at once
        chunks = [inputs]
    parts = _together(work, chunks, rules, workers) if workers > 1 else _alone(work, chunks, rules)
    for chunk, part in zip(chunks, parts, strict=True):
        tally.add(part)
        if progress is not None:
            progress(len(chunk))
    return report(tally)


def with_modules(inputs: Sequence[Input]) -> Sequence[Input]:
    """Return the inputs with the files of Terraform configuration put together, folder by folder.

    The modules come first: what they read of other inputs need not be looked at by itself.
    """
    if not any(isinstance(item, Candidate) and item.path.endswith(_TERRAFORM) for item in inputs):
        return inputs
    from payguard.sources.terraform_folder import modules

    found = modules([item for item in inputs if isinstance(item, Candidate) and not item.piped])
    folders = {os.path.normpath(item.path) for item in found}
    return [*found, *(item for item in inputs if not _is_part(item, folders))]


def _is_part(item: Input, folders: Collection[str]) -> bool:
    """Tell whether an input is read with one of the modules in some folders."""
    if isinstance(item, InputError) or item.piped:
        return False
    folder, name = os.path.split(item.path)
    # https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence
    given = name in _GIVEN or name.endswith(_AUTOMATIC)
    return name.endswith(_TERRAFORM) or (given and os.path.normpath(folder or ".") in folders)


def lint_documents(
    documents: Sequence[Document], settings: Settings, asked: Asked = NOTHING
) -> Report:
    """Lint documents that are already read; see ``lint``."""
    return lint_found(Infrastructure(tuple(documents)), settings, asked)


def lint_found(
    found: Infrastructure,
    settings: Settings,
    asked: Asked = NOTHING,
    *,
    with_roles: bool = True,
) -> Report:
    """Lint one input that is already read; see ``lint``.

    Args:
        found: the input.
        settings: the configuration.
        asked: what the user says of the roles.
        with_roles: whether it is asked as well what roles can do with the policies.
    """
    tally = Tally()
    rules = chosen_rules(settings)
    suppressions = _suppressions(settings, rules)
    desk = Desk(settings, asked, rules, Inspector(rules), suppressions, tally)
    desk.asks_roles = desk.asks_roles and with_roles
    desk.inspect(found.documents[0].path if found.documents else "", found)
    desk.inspect_joint_roles()
    tally.findings += _about(suppressions, settings)
    return report(tally)


def _workers(inputs: Sequence[Input], settings: Settings, asked: Asked) -> int:
    """Decide how many processes are worth their start; only a fork is cheap enough."""
    single = any(
        isinstance(item, Candidate) and (item.piped or item.module) for item in inputs[:16]
    )
    joint = settings.ignores or settings.roles or asked.role
    if len(inputs) < _MANY or single or joint or not hasattr(os, "fork"):
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
) -> Iterator[Tally]:
    inspector = Inspector(rules)
    return (work.part(chunk, rules, inspector) for chunk in chunks)


def _together(
    work: _Work, chunks: Sequence[Sequence[Input]], rules: Sequence[Listener], workers: int
) -> Iterator[Tally]:
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


def _run_chunk(chunk: Sequence[Input]) -> Tally:
    work, rules, inspector = _worker[-1]
    return work.part(chunk, rules, inspector)


def _suppressions(settings: Settings, rules: Sequence[Listener]) -> Suppressions:
    today = datetime.now(UTC).date()
    return Suppressions(settings.ignores, today, settings.root, {rule.id for rule in rules})


def _about(suppressions: Suppressions, settings: Settings) -> list[Finding]:
    """Return the findings about the suppressions themselves, as far as they are wanted."""
    return [found for found in suppressions.findings() if found.rule not in settings.ignore]
