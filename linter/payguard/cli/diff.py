"""``payguard diff``: what access a new version of a role's policies gives, and takes away."""

import functools
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import click

from payguard.authorization.actor import Actor, actor
from payguard.authorization.answer import Answer
from payguard.authorization.compare import Comparison, implies
from payguard.authorization.decision import Decision, decide, summary
from payguard.authorization.evaluate import may_allow
from payguard.authorization.reach import PAYMENTS_SERVICE, short
from payguard.authorization.relevance import about
from payguard.authorization.sameness import same_statements
from payguard.cli import EXIT_CODES, Refusal, names, policy_files
from payguard.cli.policy_files import STDIN, PolicyFiles
from payguard.cli.replay import Given, context_of
from payguard.cli.verdict import (
    Grounds,
    grounds_lines,
    limit_of,
    print_json,
    print_lines,
    printing,
    status,
)
from payguard.cli.witness import (
    Move,
    as_json,
    context_json,
    decided,
    moves,
    replays,
    sentences,
)
from payguard.finding import InputError
from payguard.iam.document import IDENTITY
from payguard.identifiers.problem import counted
from payguard.reporters.plain_text import plain
from payguard.sources.text_file import discover

_UP_TO_TRUST = "it is up to the trust policies of other roles as well, which are not given"
_MOST_NAMED, _MOST_LISTED = 3, 20  # without --verbose


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
        other: what the other version decides on it.
    """

    actions: tuple[str, ...]
    move: Move
    other: Decision


class Direction(NamedTuple):
    """Access that one version has and another has not, all of it.

    Attributes:
        one: the version that has it.
        other: the version that has it not.
        answer: to whether there is none.
        reasons: why something is undecided.
        changes: what there is.
        undecided: actions of which it could not be told.
    """

    one: Side
    other: Side
    answer: Answer
    reasons: tuple[str, ...]
    changes: tuple[Change, ...]
    undecided: tuple[str, ...]


@click.command("diff", epilog=EXIT_CODES)
@click.argument("old")
@click.argument("new")
@policy_files.limiting
@policy_files.vpc_endpoint
@click.option(
    "--principal",
    metavar="ARN",
    callback=policy_files.checked_principal,
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
    of one role. The exit status is 1 if there is new access; what is taken away is only told.
    """
    shared = PolicyFiles()
    limits = shared.limits(options)
    old, new = (
        _side(options[name], PolicyFiles(shared.documents), limits, options)
        for name in ("old", "new")
    )
    new_access, lost = _compare(new, old, options), _compare(old, new, options)
    if options["output_format"] == "json":
        print_json(_json(new_access, lost))
    else:
        print_lines(_lines(new_access, lost, verbose=options["verbose"]))
    verdict = new_access.answer.verdict
    ctx.exit(status(verdict, allow_undecided=options["allow_undecided"]))


# The two versions


def _side(
    path: str, files: PolicyFiles, limits: Mapping[str, Any], options: Mapping[str, Any]
) -> Side:
    paths = _paths(path)
    identity = files.several(IDENTITY, paths) if paths == [path] else _of_folder(files, path, paths)
    role = actor(path, identity, **limits, arn=options["principal"] or "")
    return Side(role, files, Given(role.policies, policy_files.flags(paths, options)))


def _paths(path: str) -> list[str]:
    """Return the files of a folder, or the one file."""
    if path == STDIN or not os.path.isdir(path):
        return [path]
    paths = []
    for found in discover([path]):
        if isinstance(found, InputError):
            raise policy_files.refusal(found)
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
        raise Refusal(f"{plain(folder)}: there is no policy in it")
    paths[:] = holding
    return files.add(IDENTITY, found)


def _compare(one: Side, other: Side, options: Mapping[str, Any]) -> Direction:
    actions = _payments() if options["actions"] == "payments" else None
    assuming = _assuming(one.role, other.role) if actions is None else ()
    gaps = (f"{_UP_TO_TRUST}: {', '.join(assuming)}",) if assuming else ()
    role = one.role._replace(gaps=gaps)
    found = implies(role, other.role, actions, limit_of(options["timeout"]))
    reasons = tuple(dict.fromkeys((*gaps, *found.answer.reasons)))
    changes = tuple(_changes(found, one, other))
    undecided = (*found.undecided, *assuming)
    return Direction(one, other, found.answer, reasons, changes, undecided)


def _payments() -> list[str]:
    from payguard_policies import catalog

    return [f"{PAYMENTS_SERVICE}:{name}" for name in sorted(catalog.payments_actions())]


def _assuming(one: Actor, other: Actor) -> tuple[str, ...]:
    """Return the actions up to trust policies that one version may allow, and says more about."""
    found = []
    for action in names.assuming_actions():
        mine, others = about(one.policies, action), about(other.policies, action)
        allows = any(map(may_allow, mine.identity.clauses))
        if allows and not same_statements(mine, others):
            found.append(action)
    return tuple(found)


def _changes(found: Comparison, one: Side, other: Side) -> Iterator[Change]:
    """Yield what is different, payments first."""
    payments = frozenset(_payments())
    listed = sorted(found.differences, key=lambda item: payments.isdisjoint(item.actions))
    for item in listed:
        # No statement can tell the actions apart: a request for one is as good as for another.
        actions = tuple(sorted(item.actions, key=lambda action: action not in payments))
        wanted = item.step.request._replace(action=actions[0])
        (move,) = moves((item.step._replace(request=wanted),), one.given)
        yield Change(actions, move, decide(other.given.policies, wanted))


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
    changes = direction.changes
    shown = changes if verbose else changes[:_MOST_LISTED]
    if changes or direction.undecided or direction.reasons:
        yield f"{title}:"
    for number, change in enumerate(shown, 1):
        yield f"  {number}. {_listed(change.actions, verbose=verbose)}"
        yield from (f"     {text}" for text in _sentences(change, then, direction))
        yield from replays(change.move)
    if len(shown) < len(changes):
        yield f"  and {len(changes) - len(shown)} more (--verbose lists them)"
    if direction.undecided:
        yield f"  undecided: {_listed(direction.undecided, verbose=verbose)}"
    yield from (f"  because: {reason}" for reason in direction.reasons)


def _listed(actions: Sequence[str], *, verbose: bool) -> str:
    shown = actions if verbose else actions[:_MOST_NAMED]
    more = f" and {len(actions) - len(shown):,} more" if len(shown) < len(actions) else ""
    count = f"{len(actions):,} actions: " if len(actions) > 1 else ""
    return f"{count}{', '.join(map(short, shown))}{more}"


def _sentences(change: Change, then: str, direction: Direction) -> Iterator[str]:
    """Say what decides on the one side, and what on the other."""
    action = change.move.action
    other = summary(change.other, action, direction.other.files.name)
    for text in sentences(change.move, direction.one.given, direction.one.files):
        yield f"{text}; {then}: {other}"


# JSON


def _json(new: Direction, lost: Direction) -> dict[str, Any]:
    answer = new.answer
    return {
        "property": answer.property,
        "verdict": answer.verdict,
        "new_access": list(map(functools.partial(_json_change, new), new.changes)),
        "removed_access": list(map(functools.partial(_json_change, lost), lost.changes)),
        "undecided": {"new": list(new.undecided), "removed": list(lost.undecided)},
        "reasons": list(dict.fromkeys((*new.reasons, *lost.reasons))),
        "universe": answer.universe,
        "assumptions": [] if new.changes else list(answer.assumptions),
        "examined": answer.examined._asdict(),
    }


def _json_change(direction: Direction, change: Change) -> dict[str, Any]:
    (asked,) = change.move.asked
    one, other = direction.one, direction.other
    return {
        "actions": list(change.actions),
        "count": len(change.actions),
        "resource": asked.request.resource,
        "context": context_json(context_of(one.given.policies, asked.request)),
        "witness": as_json(change.move, one.given, one.files),
        "otherwise": decided(change.other, other.files),
    }
