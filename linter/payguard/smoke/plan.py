"""All planned roles of some files: which of them are asked, about which payment managers."""

from collections.abc import Iterator, Sequence

from payguard.attachments import declared
from payguard.authorization.answer import Answer as EngineAnswer
from payguard.configuration import Settings
from payguard.finding import InputError
from payguard.iam.wildcard import has_wildcard
from payguard.identifiers.problem import counted
from payguard.infrastructure import ROLE
from payguard.inventory import Entry, Inventory, take
from payguard.quotation import quote
from payguard.smoke.manager import Manager, managers_of
from payguard.smoke.planned import row
from payguard.smoke.report import PLAN, Report, Row
from payguard.smoke.verdict import Outcome
from payguard.sources.opening import How
from payguard.sources.text_file import Candidate, discover
from payguard.suppression import nearest
from payguard_policies.named_tuple import NamedTuple

STDIN = "-"
_NAMED = 5  # roles that an error names


class PlanError(Exception):
    """Files out of which no question can be made; the text says why."""


class Wanted(NamedTuple):
    """What the user says; empty for what the files and the configuration say.

    Attributes:
        managers: ARNs of payment managers.
        role: address, name or ARN of the one role that is asked about.
        persona: what the role is.
        expect: ``allow`` or ``deny``, to be expected instead.
    """

    managers: tuple[str, ...] = ()
    role: str = ""
    persona: str = ""
    expect: str = ""


def plan(paths: Sequence[str], wanted: Wanted, settings: Settings, how: How) -> Report:
    """Return what the list APIs would answer to the roles of some files.

    Roles of no persona are told of only where they may list: nobody says that they may not.

    Raises:
        PlanError: a file cannot be read, or there is no role or payment manager to ask about.
    """
    found = take(list(_inputs(paths)), settings, how, _unasked)
    if found.errors:
        raise PlanError(_sentence(found.errors[0]))
    entries = _chosen(found, wanted.role)
    rows, passed_over = [], 0
    for entry in entries:
        for one in _rows(entry, found, wanted):
            if wanted.role or one.persona or wanted.expect or _lists(one):
                rows.append(one)
            else:
                passed_over += 1
    return Report(PLAN, tuple(rows), tuple(_notes(rows, passed_over)))


def _unasked(_question: object) -> EngineAnswer:
    raise AssertionError("only the list APIs are asked about")


def _inputs(paths: Sequence[str]) -> Iterator[Candidate | InputError]:
    if STDIN in paths:
        yield Candidate(STDIN, named=True, piped=True)
    yield from discover(path for path in paths if path != STDIN)


def _sentence(error: InputError) -> str:
    place = f":{error.line}:{error.column}" if error.line else ""
    return f"{error.path}{place}: {error.message}"


def _chosen(found: Inventory, role: str) -> list[Entry]:
    if not role:
        entries = [entry for entry in found.entries if entry.role.kind == ROLE]
        if not entries:
            raise PlanError("there is no role in the input")
        return entries
    chosen = [one for one in found.entries if role in _names(one)]
    chosen = chosen or [one for one in found.entries if one.role.address.endswith(f"::{role}")]
    if len(chosen) == 1:
        return chosen
    known = [one.role.address for one in found.entries]
    if chosen:
        shown = ", ".join(quote(one.role.address) for one in chosen[:_NAMED])
        raise PlanError(f"{len(chosen)} roles are called {quote(role)}: give one of {shown}")
    every = declared([one.role for one in found.entries])
    hint = nearest(role, known) or f"; it declares {every}"
    raise PlanError(f"there is no role {quote(role)} in the input{hint}")


def _names(entry: Entry) -> set[str]:
    role = entry.role
    texts = (role.address, role.name, role.arn, entry.subject.actor.arn)
    return {text for text in texts if isinstance(text, str) and text}


def _rows(entry: Entry, found: Inventory, wanted: Wanted) -> Iterator[Row]:
    persona = wanted.persona or ("" if wanted.expect else entry.subject.persona)
    managers = _managers(entry, found, wanted)
    if not managers:
        raise PlanError(
            "there is no payment manager in the input to ask about: give one with --manager-arn"
        )
    for manager in managers:
        yield row(entry, manager, persona, wanted.expect, found.adrift)


def _managers(entry: Entry, found: Inventory, wanted: Wanted) -> list[Manager]:
    """Return the managers to ask a role about: given, its own, or those of the input."""
    if wanted.managers:
        return list(map(Manager, wanted.managers))
    own = [arn for arn in entry.subject.managers if not has_wildcard(arn)]
    return list(map(Manager, own)) or managers_of(
        found.resources, [one.role for one in found.entries]
    )


def _lists(found: Row) -> bool:
    """Tell whether a role may list, or perhaps may."""
    return any(answer.outcome != Outcome.DENIED_BY_IAM for answer in found.answers)


def _notes(rows: Sequence[Row], passed_over: int) -> Iterator[str]:
    if any(one.place is not None for one in rows) or passed_over:
        yield "Decided by the engine from the files; nothing was called."
    if passed_over:
        yield (
            f"Not shown: {counted(passed_over, 'role')} of no persona that may list nothing; "
            "--persona or a [[role]] table says what is expected of one."
        )
