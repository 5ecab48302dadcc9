"""What the commands that prove have in common: how long they search, and how an answer is told."""

import contextlib
import json
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

import click

from payguard import __version__
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED, Answer, Examined
from payguard.authorization.doubt import LIMIT, Doubt
from payguard.authorization.limit import Limit
from payguard.cli import FINDINGS, option
from payguard.cli import UNDECIDED as EXIT_UNDECIDED
from payguard.identifiers.problem import counted
from payguard.reporters.json_report import dumps
from payguard.reporters.plain_text import plain
from payguard_policies.named_tuple import NamedTuple

_VERSION = 1
_SECONDS = 10.0
# States of automata and requests for a question that may take as long as the default, or less.
_STATES, _REQUESTS = 60_000, 1_000_000

printing = option.arguments(
    click.option(
        "--timeout",
        type=option.Seconds(min=0, max=3600, min_open=True),
        default=_SECONDS,
        metavar="SECONDS",
        help=f"Leave it undecided after so long (default: {_SECONDS:.0f}).",
    ),
    click.option("--allow-undecided", is_flag=True, help="Exit with 0 instead of 3."),
    option.text_or_json,
)


class Grounds(NamedTuple):
    """What an answer rests on; attributes as in ``Answer``."""

    universe: str
    assumptions: Sequence[str]
    examined: Examined


def limit_of(seconds: float) -> Limit:
    """Return how much a search may use up: states, which cost memory, are worth time as well."""
    worth = max(1.0, seconds / _SECONDS)
    return Limit(int(_STATES * worth), int(_REQUESTS * worth), seconds)


_Found = TypeVar("_Found")


def in_time(seconds: float, ask: Callable[[], _Found], otherwise: Callable[[], _Found]) -> _Found:
    """Return what ``ask`` does, or what ``otherwise`` does if it is far beyond its time.

    A search looks at the clock itself, but not at every step: hostile policies make steps long.
    Where the system has no alarm, or this is no main thread, there is only the search's own clock.
    """
    try:
        with _alarm(seconds * 1.5 + 1):
            return ask()
    except _TimeUpError:
        return otherwise()


def out_of_time(asked: str) -> Answer:
    """Return the answer to a question whose search had to be cut off."""
    reason = Doubt(LIMIT, "no more time").sentence
    return Answer(asked, UNDECIDED, reasons=(reason,), universe="all requests")


class _TimeUpError(Exception):
    """The time is up."""


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(*_: object) -> NoReturn:
        raise _TimeUpError

    try:
        before = signal.signal(signal.SIGALRM, ring)
    except (AttributeError, ValueError):
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def status(verdict: str, *, allow_undecided: bool) -> int:
    """Return the exit status of a verdict."""
    if verdict == REFUTED:
        return FINDINGS
    return 0 if verdict == PROVED or allow_undecided else EXIT_UNDECIDED


def grounds_lines(grounds: Grounds) -> Iterator[str]:
    """Yield what a proof, or a search without end, was over, and what it takes for granted."""
    examined = grounds.examined
    yield f"  over: {grounds.universe}"
    for sentence in grounds.assumptions:
        yield f"  assumed: {sentence}"
    found = counted(examined.statements, "statement")
    if not (examined.resources or examined.requests):
        yield f"  examined: {found}; no request needed to be tried"
        return
    resources = counted(examined.resources, "representative resource")
    yield f"  examined: {found}, {resources}, {counted(examined.requests, 'request')}"


def print_lines(lines: Iterator[str]) -> None:
    """Print text, whatever names the policies and files have."""
    click.echo("\n".join(map(plain, lines)))


def print_json(content: Mapping[str, Any]) -> None:
    """Print a JSON object under the version of its schema."""
    tool = {"name": "payguard", "version": __version__}
    whole = dumps({"version": _VERSION, "tool": tool, **content})
    # Once more, in lines for people; what could not be in strict JSON is spelt out by now.
    click.echo(json.dumps(json.loads(whole), indent=2).replace("##", "#\\u0023"))
