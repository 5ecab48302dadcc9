"""``payguard roles``: the roles that files declare, what they do to payments, and who assumes them."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED, Answer
from payguard.authorization.reach import short
from payguard.cli import EXIT_CODES, UNUSABLE, option
from payguard.cli import UNDECIDED as EXIT_UNDECIDED
from payguard.cli.lint import configured, load_settings, source
from payguard.cli.verdict import in_time, out_of_time, print_json, print_lines, printing
from payguard.finding import InputError, Location, Witness
from payguard.identifiers.problem import counted, listed
from payguard.inventory import (
    NONE,
    Admission,
    Condition,
    Entry,
    Inventory,
    Said,
    Unknown,
    take,
)
from payguard.powers import Power
from payguard.quotation import quote
from payguard.reporters.plain_text import plain, shortened
from payguard.rules.role.naming import listed as few
from payguard.rules.subject import witness
from payguard.sources.opening import How
from payguard.sources.text_file import Candidate, Wanted, discover

if TYPE_CHECKING:
    from payguard.configuration import Settings

_WIDTH = 12  # of the words before a row
_MOST = 6  # principals of a statement that are named
_LISTED = ("change", "read")  # verbs of many actions, which are named
_SEPARATED = {PROVED: "yes", REFUTED: "no", UNDECIDED: "not known"}

_reading = option.arguments(
    click.option(
        "--stdin-filename", default="-", metavar="NAME", help="What to call standard input."
    ),
    source,
    configured,
)


@click.command("roles", epilog=EXIT_CODES)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@_reading
@printing
@click.pass_context
def command(ctx: click.Context, /, paths: tuple[str, ...], **options: Any) -> None:
    """List the roles, users and groups in PATHS, and what each does to payment managers.

    PATHS are files and folders, or - for standard input (default: .): Terraform plans, states and
    configurations, CloudFormation templates, what Pulumi plans and keeps, account authorization
    details, and the policies of which the configuration makes roles.
    """
    settings = load_settings(paths, options)
    how = How(options["source"] or "", standard_input=sys.stdin.buffer.read)

    def patience(question: Callable[[], Answer]) -> Answer:
        return in_time(options["timeout"], question, lambda: out_of_time("separated"))

    found = take(list(_inputs(paths or (".",), settings, options)), settings, how, patience)
    for error in found.errors:
        click.echo(f"payguard: {_error(error)}", err=True)
    if options["output_format"] == "json":
        print_json(_json(found))
    elif found.entries or found.unknown:
        print_lines(_lines(found))
    ctx.exit(_status(found, options))


def _inputs(
    paths: tuple[str, ...], settings: "Settings", options: dict[str, Any]
) -> Iterator[Candidate | InputError]:
    if "-" in paths:
        yield Candidate(options["stdin_filename"], named=True, piped=True)
    wanted = Wanted(settings.excludes if settings.exclude else None)
    yield from discover((path for path in paths if path != "-"), wanted)


def _status(found: Inventory, options: dict[str, Any]) -> int:
    if found.errors:
        return UNUSABLE
    if not found.entries:
        click.echo("payguard: no role, user or group in the given paths", err=True)
        return UNUSABLE
    unknown = found.unknown or any(entry.unknown for entry in found.entries)
    return EXIT_UNDECIDED if unknown and not options["allow_undecided"] else 0


# Text


def _lines(found: Inventory) -> Iterator[str]:
    for entry in found.entries:
        yield from _block(entry)
        yield ""
    if found.unknown:
        yield "Of no role:"
        yield from _rows("not known", map(_unknown, found.unknown))
        yield ""
    yield _summary(found.entries)


def _block(entry: Entry) -> Iterator[str]:
    role = entry.role
    yield f"{role.kind} {entry.name}"
    address = () if role.address == entry.name else (role.address,)
    yield from _rows("at", ("  ".join((_place(role.location), *address)),))
    by = "" if entry.persona_by == NONE else f"{entry.subject.persona} "
    yield from _rows("persona", (f"{by}({entry.persona_by})" if by else NONE,))
    yield from _rows("its managers", map(quote, entry.subject.managers))
    nothing = "none that is known" if entry.unknown else "none"
    yield from _rows("payments", tuple(_powers(entry.powers)) or (nothing,))
    yield from _rows("assumed by", _assumed_by(entry))
    yield from _rows("separated", _separated(entry))
    yield from _rows("not known", map(_unknown, entry.unknown))


def _rows(name: str, texts: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a row: its name stands before the first."""
    for text in texts:
        yield f"  {name:<{_WIDTH}}  {text}"
        name = ""


def _place(at: Location) -> str:
    return f"{at.path}:{at.span.line}:{at.span.column}"


def _powers(powers: Sequence[Power]) -> Iterator[str]:
    yield from (_power(power) for power in powers if not power.reasons)
    open_: dict[str, list[str]] = {}
    for power in powers:
        if power.reasons:
            open_.setdefault(_where(power), []).append(power.verb.words)
    for where, verbs in open_.items():
        yield f"perhaps {listed(list(dict.fromkeys(verbs)))}{where}"


def _power(power: Power) -> str:
    names = [short(action) for action in power.actions]
    named = f" ({few(names)})" if power.verb.name in _LISTED else ""
    held = {pair: None for step in witness(power.steps) for pair in step.context}
    asked = ", ".join(f"{key} = {quote(value)}" for key, value in held)
    return f"{power.verb.words}{_where(power)}{named}" + (f", with {asked}" if asked else "")


def _where(power: Power) -> str:
    if not power.place:
        return ""
    place = quote(power.place) if power.known else power.place
    spared = f", but not on {listed(list(map(quote, power.spared)))}" if power.spared else ""
    return f" {place}{spared}"


def _assumed_by(entry: Entry) -> Iterable[str]:
    admissions = entry.admissions
    if admissions is None:
        return ("not known",)
    if not admissions and entry.role.kind == "role":
        return ("nobody",)
    return map(_admission, admissions)


def _admission(one: Admission) -> str:
    named = [_principal(kind, said) for kind, said in one.principals[:_MOST]]
    if len(one.principals) > _MOST:
        named.append(f"{len(one.principals) - _MOST} more")
    who = listed(named, "or") or "nobody"
    lead = "" if one.effect == "Allow" else "not " if one.effect == "Deny" else "perhaps "
    conditions = " and ".join(map(_condition, one.conditions))
    return f"{lead}{'everyone but ' if one.negated else ''}{who}" + (
        f", if {conditions}" if conditions else ""
    )


def _principal(kind: str, said: Said) -> str:
    if said.text == "*":
        return "everyone"
    words = {"Service": "the service ", "Federated": "those whom ", "CanonicalUser": "the user "}
    vouched = " vouches for" if kind == "Federated" else ""
    return f"{words.get(kind, '')}{_quoted(said)}{vouched}"


def _quoted(said: Said) -> str:
    return quote(said.text) if said.known else shortened(said.text)


def _condition(one: Condition) -> str:
    wanted = listed(list(map(_quoted, one.values[:_MOST])), "or")
    more = f" or {len(one.values) - _MOST} more" if len(one.values) > _MOST else ""
    return " ".join(filter(None, (one.key, one.operator, f"{wanted}{more}")))


def _separated(entry: Entry) -> Iterator[str]:
    answer = entry.separation
    yield _SEPARATED[answer.verdict]
    for number, step in enumerate(witness(answer.witness), 1):
        yield f"{number}. {step.sentence}"
    if answer.witness:
        yield from (f"rests on: {reason}" for reason in answer.reasons)


def _unknown(one: Unknown) -> str:
    return one.sentence + (f"  {_place(one.location)}" if one.location else "")


def _summary(entries: Sequence[Entry]) -> str:
    kinds = Counter(entry.role.kind for entry in entries)
    apart = Counter(entry.separation.verdict for entry in entries)
    unknown = sum(bool(entry.unknown) for entry in entries)
    said = [
        f"{apart[REFUTED]} not separated" if apart[REFUTED] else "",
        f"{unknown} not known in full" if unknown else "",
    ]
    found = listed([counted(number, kind) for kind, number in kinds.items()])
    return f"{found}: {', '.join(filter(None, said)) or 'all separated'}." if found else "No role."


def _error(error: InputError) -> str:
    place = f":{error.line}:{error.column}" if error.line else ""
    return f"{plain(error.path)}{place}: {plain(error.message)}"


# JSON


def _json(found: Inventory) -> dict[str, Any]:
    return {
        "roles": list(map(_json_role, found.entries)),
        "unknown": list(map(_json_unknown, found.unknown)),
        "errors": [error._asdict() for error in found.errors],
    }


def _json_role(entry: Entry) -> dict[str, Any]:
    role, answer = entry.role, entry.separation
    admissions = entry.admissions
    return {
        "name": entry.name,
        "kind": role.kind,
        "address": role.address,
        **_json_place(role.location),
        "persona": {"name": entry.subject.persona or None, "by": entry.persona_by},
        "managers": list(entry.subject.managers),
        "powers": list(map(_json_power, entry.powers)),
        "assumed_by": None if admissions is None else list(map(_json_admission, admissions)),
        "separation": {
            "verdict": answer.verdict,
            "reasons": list(answer.reasons),
            "witness": list(map(_json_request, witness(answer.witness))),
        },
        "unknown": list(map(_json_unknown, entry.unknown)),
    }


def _json_place(at: Location) -> dict[str, Any]:
    return {"path": at.path, "line": at.span.line, "column": at.span.column}


def _json_power(power: Power) -> dict[str, Any]:
    return {
        "verb": power.verb.name,
        "actions": list(power.actions),
        "place": power.place or None,
        "place_known": power.known,
        "except": list(power.spared),
        "certain": not power.reasons,
        "reasons": list(power.reasons),
        "witness": list(map(_json_request, witness(power.steps))),
    }


def _json_request(step: Witness) -> dict[str, Any]:
    return {**step._asdict(), "context": dict(step.context)}


def _json_admission(one: Admission) -> dict[str, Any]:
    return {
        "effect": one.effect or None,
        "negated": one.negated,
        "principals": [{"type": kind or None, **said._asdict()} for kind, said in one.principals],
        "conditions": list(map(_json_condition, one.conditions)),
    }


def _json_condition(one: Condition) -> dict[str, Any]:
    values = [said._asdict() for said in one.values]
    return {"operator": one.operator or None, "key": one.key or None, "values": values}


def _json_unknown(one: Unknown) -> dict[str, Any]:
    place = {"path": None, "line": None, "column": None}
    return {"sentence": one.sentence, **(_json_place(one.location) if one.location else place)}
