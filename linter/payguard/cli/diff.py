"""``payguard diff``: what access a new version of a role's policies gives, and takes away."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from payguard.authorization.actor import Actor, actor
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED, Answer
from payguard.authorization.compare import Comparison, implies
from payguard.authorization.decision import Decision, decide, summary
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import clauses_of, layer_of
from payguard.authorization.reach import short
from payguard.authorization.relevance import about, keys_of
from payguard.authorization.vocabulary import granted
from payguard.cli import EXIT_CODES, Refusal, names, option, policy_files
from payguard.cli.policy_files import STDIN, PolicyFiles
from payguard.cli.replay import Given, context_of
from payguard.cli.revision import at_revision
from payguard.cli.verdict import (
    Grounds,
    grounds_lines,
    in_time,
    limit_of,
    out_of_time,
    print_json,
    print_lines,
    printing,
    status,
)
from payguard.cli.witness import Move, as_json, context_json, decided, moves, replays, sentences
from payguard.finding import InputError
from payguard.iam.document import IDENTITY, TRUST
from payguard.identifiers.problem import counted
from payguard.reporters.plain_text import plain
from payguard.sources.text_file import discover
from payguard_policies import PAYMENTS_SERVICE
from payguard_policies.named_tuple import NamedTuple

# Of the role that becomes another one, where nothing is said of it.
_SOME_ACCOUNT = "111122223333"
_TRUST = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*",'
    '"Principal":{"AWS":"arn:aws:iam::ACCOUNT:root"}}}'
)
_WHERE_TRUSTED = "where the trust policy of the role lets it in"
_MOST_NAMED, _MOST_LISTED = 3, 20  # without --verbose
_SUFFIXES = (".json", ".yaml", ".yml")


class Side(NamedTuple):
    """One version: the role, and the files that it was read from."""

    role: Actor
    files: PolicyFiles
    given: Given


class Change(NamedTuple):
    """Access that one version has and the other has not.

    Attributes:
        actions: all of which this holds.
        move: a request that the one version allows.
        otherwise: what the other version decides on it.
        one: the version that has it.
        other: the version that has it not.
    """

    actions: tuple[str, ...]
    move: Move
    otherwise: Decision
    one: Side
    other: Side


class Direction(NamedTuple):
    """Access that one version has and another has not, all of it.

    Attributes:
        answer: to whether there is none.
        changes: what there is.
        undecided: actions of which it could not be told.
    """

    answer: Answer
    changes: tuple[Change, ...]
    undecided: tuple[str, ...]


@click.command("diff", epilog=EXIT_CODES)
@click.argument("old")
@click.argument("new", required=False)
@click.option("--base", metavar="REV", help="OLD is what the one path was at this revision of git.")
@policy_files.declared
@policy_files.limiting
@policy_files.vpc_endpoint
@click.option(
    "--principal",
    metavar="ARN",
    callback=option.checked_principal,
    help="The ARN of the role (default: some role of any account).",
)
@click.option(
    "--actions",
    type=click.Choice(["all", "payments"]),
    default="all",
    help="Which actions are compared (default: all of the catalog).",
)
@printing
@click.option("-v", "--verbose", is_flag=True, help="List everything, with all the actions.")
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Say what access the policies NEW give that OLD did not, and what they take away.

    OLD and NEW are policy files, folders of them, or - for standard input: the identity policies
    of one role. With --role they are plans, templates, states or the like that declare the role,
    and with --base there is one path, at two revisions. The exit status is 1 if there is new
    access; what is taken away is only told.
    """
    old, new = _sides(options)
    new_access, lost = _compare(new, old, options), _compare(old, new, options)
    if options["output_format"] == "json":
        print_json(_json(new_access, lost))
    else:
        print_lines(_lines(new_access, lost, verbose=options["verbose"]))
    verdict = new_access.answer.verdict
    ctx.exit(status(verdict, allow_undecided=options["allow_undecided"]))


# The two versions


def _sides(options: Mapping[str, Any]) -> tuple[Side, Side]:
    path, new, revision = options["old"], options["new"], options["base"]
    if (new is None) != bool(revision):
        raise click.UsageError("give OLD and NEW, or one path with --base REV")
    shared = PolicyFiles()
    limits = shared.limits(options)

    def both(old: str, new: str) -> tuple[Side, Side]:
        files = [PolicyFiles(shared.documents) for _ in range(2)]
        if options["role"]:
            return _declared((old, new), files, limits, options)
        first, second = (
            _given(path, one, limits, options) for path, one in zip((old, new), files, strict=True)
        )
        return first, second

    if new is not None:
        return both(path, new)
    with at_revision(revision, path) as there:
        try:
            was, now = both(there, path)
        except Refusal as error:
            raise Refusal(error.message.replace(there, f"{revision}:{path}")) from None
        return _as_of(revision, there, path, was), now


def _given(
    path: str, files: PolicyFiles, limits: Mapping[str, Any], options: Mapping[str, Any]
) -> Side:
    """Read the identity policies of a role."""
    paths = _paths(path)
    whole = paths == [path]
    identity = files.several(IDENTITY, paths) if whole else _of_folder(files, path, paths)
    role = actor(path, identity, **limits, arn=options["principal"] or "")
    return _side(role, paths, files, options)


def _declared(
    paths: tuple[str, str],
    files: Sequence[PolicyFiles],
    limits: Mapping[str, Any],
    options: Mapping[str, Any],
) -> tuple[Side, Side]:
    """Read a role that two inputs declare.

    It is one role, deployed to one place: what one version tells of that holds for the other.
    """
    from payguard.cli.declared_role import declaration
    from payguard.deployment import told_by

    found = [declaration([path], options["role"]) for path in paths]
    told = [told_by(one.role) for one in found]
    roles = [
        one.deployed(said, told[1 - at], limits, options)
        for at, (one, said) in enumerate(zip(files, found, strict=True))
    ]
    principal = options["principal"] or next((role.arn for role in roles if role.arn), "")
    sides = []
    for at, role in enumerate(roles):
        one = role.actor._replace(name=paths[at])
        if options["principal"] or not one.arn:
            one = one.of(principal)
        sides.append(_side(one, [paths[at]], files[at], options))
    old, new = sides
    return old, new


def _side(
    role: Actor, paths: Sequence[str], files: PolicyFiles, options: Mapping[str, Any]
) -> Side:
    files.check_sizes()
    given = Given(role.policies, policy_files.flags(paths, options), whole=not role.gaps)
    return Side(role, files, given)


def _as_of(revision: str, there: str, path: str, side: Side) -> Side:
    """Name a version after its revision: where it was laid out is gone when it is read."""

    def named(text: str) -> str:
        return f"{revision}:{text.replace(there, path, 1)}" if text.startswith(there) else text

    files = PolicyFiles(
        {key: one._replace(path=named(one.path)) for key, one in side.files.documents.items()}
    )
    role = side.role._replace(name=named(side.role.name))
    return Side(role, files, side.given._replace(whole=False))


def _paths(path: str) -> list[str]:
    """Return the files of a folder, or the one file."""
    if path == STDIN or not os.path.isdir(path):
        return [path]
    paths = []
    for found in discover([path]):
        if isinstance(found, InputError):
            raise policy_files.refusal(found)
        if found.path.endswith(_SUFFIXES):
            paths.append(found.path)
    return paths


def _of_folder(files: PolicyFiles, folder: str, paths: list[str]) -> list[Any]:
    """Read the policies of a folder; ``paths`` is left with the files that hold one."""
    found, holding = [], []
    for path in paths:
        documents = policy_files.documents_in(
            path, policy_files.text_of(path), IDENTITY, named=False
        )
        holding += [path] if documents else []
        found += documents
    if not found:
        hint = "roles that a plan, template or configuration declares are named with --role"
        raise Refusal(f"{plain(folder)}: there is no policy in it ({hint})")
    paths[:] = holding
    return files.add(IDENTITY, found)


def _compare(one: Side, other: Side, options: Mapping[str, Any]) -> Direction:
    payments = options["actions"] == "payments"
    actions = _payments() if payments else _granted(one.role)
    found = _implies(one, other, actions, options)
    changes, undecided = tuple(_changes(found, one, other)), found.undecided
    answer = found.answer
    if not payments:  # what other roles' trust policies have a say in was not asked so far
        pair = _trusted(one), _trusted(other)
        more = _implies(*pair, names.assuming_actions(), options)
        changes += tuple(_changes(more, *pair, note=_WHERE_TRUSTED))
        answer = _joined(answer, more.answer)
        undecided += more.undecided
    return Direction(answer, changes, undecided)


def _granted(role: Actor) -> list[str]:
    """Return what a role may be allowed, save for becoming other roles."""
    becoming = {action.lower() for action in names.assuming_actions()}
    return [name for name in granted(role.policies, Limit()) if name.lower() not in becoming]


def _implies(
    one: Side, other: Side, actions: Sequence[str] | None, options: Mapping[str, Any]
) -> Comparison:
    limit = limit_of(options["timeout"])
    asked = f"{one.role.name} allows nothing that {other.role.name} did not"
    return in_time(
        options["timeout"],
        lambda: implies(one.role, other.role, actions, limit),
        lambda: Comparison(out_of_time(asked), (), tuple(actions or ())),
    )


def _joined(first: Answer, second: Answer) -> Answer:
    """Return the answer to two questions at once; what was examined is that of the first."""
    verdicts = {first.verdict, second.verdict}
    verdict = next(found for found in (REFUTED, UNDECIDED, PROVED) if found in verdicts)
    reasons = tuple(dict.fromkeys((*first.reasons, *second.reasons)))
    return first._replace(verdict=verdict, reasons=reasons)


def _trusted(side: Side) -> Side:
    """Return a version whose role is let in by the trust policy of every role.

    To become another role, its trust policy has to let this one in, and that is not given. With
    the account as a whole let in, what is left is up to the policies of this role.
    """
    account = side.role.account or _SOME_ACCOUNT
    text = _TRUST.replace("ACCOUNT", account)
    (document,) = policy_files.documents_in(STDIN, text, TRUST)
    policies = side.role.policies._replace(trust=layer_of(TRUST, document.value))
    role = side.role._replace(
        policies=policies,
        arn=side.role.arn or f"arn:aws:iam::{account}:role/",
        account="",  # of the roles to become, any
        gaps=() if side.role.arn else tuple(_gaps(side.role)),
    )
    files = PolicyFiles({**side.files.documents, (TRUST, "", 0): document})
    flags = (*side.given.flags, "--trust", STDIN)
    given = side.given._replace(policies=policies, flags=flags, piped=text)
    return Side(role, files, given)


def _gaps(role: Actor) -> Iterator[str]:
    """Say so where becoming another role hangs on the account, which is not known."""
    for action in names.assuming_actions():
        if "aws:principalaccount" in keys_of(clauses_of(about(role.policies, action))):
            yield f"the account of the role decides on {action}: give it with --principal"


def _payments() -> list[str]:
    from payguard_policies import catalog

    return [f"{PAYMENTS_SERVICE}:{name}" for name in sorted(catalog.payments_actions())]


def _changes(found: Comparison, one: Side, other: Side, note: str = "") -> Iterator[Change]:
    """Yield what is different, payments first."""
    payments = frozenset(_payments())
    listed = sorted(found.differences, key=lambda item: payments.isdisjoint(item.actions))
    for item in listed:
        # No statement can tell the actions apart: a request for one is as good as for another.
        actions = tuple(sorted(item.actions, key=lambda action: action not in payments))
        wanted = item.step.request._replace(action=actions[0])
        (move,) = moves((item.step._replace(request=wanted, note=note),), one.given)
        yield Change(actions, move, decide(other.given.policies, wanted), one, other)


# Text


def _lines(new: Direction, lost: Direction, *, verbose: bool) -> Iterator[str]:
    answer = new.answer
    yield f"{answer.verdict}: {answer.property}"
    if not new.changes:
        yield from grounds_lines(Grounds(answer.universe, answer.assumptions, answer.examined))
    yield from _direction_lines("new access", "before", new, verbose=verbose)
    yield from _direction_lines("taken away", "now", lost, verbose=verbose)
    undecided = counted(len(dict.fromkeys((*new.undecided, *lost.undecided))), "action")
    yield f"{len(new.changes)} new, {len(lost.changes)} taken away, {undecided} undecided"


def _direction_lines(
    title: str, then: str, direction: Direction, *, verbose: bool
) -> Iterator[str]:
    changes, reasons = direction.changes, direction.answer.reasons
    shown = changes if verbose else changes[:_MOST_LISTED]
    if changes or direction.undecided or reasons:
        yield f"{title}:"
    for number, change in enumerate(shown, 1):
        note = f" ({change.move.note})" if change.move.note else ""
        yield f"  {number}. {_listed(change.actions, verbose=verbose)}{note}"
        yield from (f"     {text}" for text in _sentences(change, then))
        yield from replays(change.move)
    if len(shown) < len(changes):
        yield f"  and {len(changes) - len(shown)} more (--verbose lists them)"
    if direction.undecided:
        yield f"  undecided: {_listed(direction.undecided, verbose=verbose)}"
    yield from (f"  because: {reason}" for reason in reasons)


def _listed(actions: Sequence[str], *, verbose: bool) -> str:
    shown = actions if verbose else actions[:_MOST_NAMED]
    more = f" and {len(actions) - len(shown):,} more" if len(shown) < len(actions) else ""
    count = f"{len(actions):,} actions: " if len(actions) > 1 else ""
    return f"{count}{', '.join(map(short, shown))}{more}"


def _sentences(change: Change, then: str) -> Iterator[str]:
    """Say what decides on the one side, and what on the other."""
    said = summary(change.otherwise, change.move.action, change.other.files.name)
    for text in sentences(change.move, change.one.given, change.one.files):
        yield f"{text}; {then}: {said}"


# JSON


def _json(new: Direction, lost: Direction) -> dict[str, Any]:
    answer = new.answer
    return {
        "property": answer.property,
        "verdict": answer.verdict,
        "new_access": list(map(_json_change, new.changes)),
        "removed_access": list(map(_json_change, lost.changes)),
        "undecided": {"new": list(new.undecided), "removed": list(lost.undecided)},
        "reasons": list(dict.fromkeys((*answer.reasons, *lost.answer.reasons))),
        "universe": answer.universe,
        "assumptions": [] if new.changes else list(answer.assumptions),
        "examined": answer.examined._asdict(),
    }


def _json_change(change: Change) -> dict[str, Any]:
    (asked,) = change.move.asked
    given = change.one.given
    return {
        "actions": list(change.actions),
        "count": len(change.actions),
        "resource": asked.request.resource,
        "context": context_json(context_of(given.policies, asked.request)),
        "witness": as_json(change.move, given, change.one.files),
        "otherwise": decided(change.otherwise, change.other.files),
    }
