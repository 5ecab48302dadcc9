"""What the commands that prove have in common: how long they search, and how an answer is told."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import click

from payguard import __version__
from payguard.authorization.answer import PROVED, REFUTED, Examined
from payguard.authorization.limit import Limit
from payguard.cli import FINDINGS, UNDECIDED, option
from payguard.identifiers.problem import counted
from payguard.reporters.json_report import dumps
from payguard.reporters.plain_text import plain

_VERSION = 1
_SECONDS = 10.0
# What a second is worth; the clock is looked at now and then only, so this keeps memory in bounds.
_STATES, _REQUESTS = 20_000, 100_000

printing = option.arguments(
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, max=3600, min_open=True),
        default=_SECONDS,
        metavar="SECONDS",
        help=f"Leave it undecided after so long (default: {_SECONDS:.0f}).",
    ),
    click.option("--allow-undecided", is_flag=True, help="Exit with 0 instead of 3."),
    click.option(
        "--output-format", type=click.Choice(["text", "json"]), default="text", help="How to print."
    ),
)


class Grounds(NamedTuple):
    """What an answer rests on; attributes as in ``Answer``."""

    universe: str
    assumptions: Sequence[str]
    examined: Examined


def limit_of(seconds: float) -> Limit:
    """Return how much a search may use up."""
    return Limit(max(1, int(_STATES * seconds)), max(1, int(_REQUESTS * seconds)), seconds)


def status(verdict: str, *, allow_undecided: bool) -> int:
    """Return the exit status of a verdict."""
    if verdict == REFUTED:
        return FINDINGS
    return 0 if verdict == PROVED or allow_undecided else UNDECIDED


def grounds_lines(grounds: Grounds) -> Iterator[str]:
    """Yield what a proof, or a search without end, was over, and what it takes for granted."""
    examined = grounds.examined
    yield f"  over: {grounds.universe}"
    for sentence in grounds.assumptions:
        yield f"  assumed: {sentence}"
    found = (
        counted(examined.statements, "statement"),
        counted(examined.resources, "representative resource"),
        counted(examined.requests, "request"),
    )
    yield f"  examined: {', '.join(found)}"


def print_lines(lines: Iterator[str]) -> None:
    """Print text, whatever names the policies and files have."""
    click.echo("\n".join(map(plain, lines)))


def print_json(content: Mapping[str, Any]) -> None:
    """Print a JSON object under the version of its schema."""
    tool = {"name": "payguard", "version": __version__}
    whole = dumps({"version": _VERSION, "tool": tool, **content})
    # Once more, in lines for people; what could not be in strict JSON is spelt out by now.
    click.echo(json.dumps(json.loads(whole), indent=2).replace("##", "#\\u0023"))
