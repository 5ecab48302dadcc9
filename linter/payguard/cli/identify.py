"""``payguard id``: what an ARN or ID is, part by part."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from payguard.cli import EXIT_CODES, FINDINGS, option
from payguard.identifiers import ERROR, KINDS, identify
from payguard.identifiers.problem import listed
from payguard.identifiers.registry import required_shapes
from payguard.quotation import quote

if TYPE_CHECKING:
    from payguard.identifiers import Identification, Problem

_OWNERS = {
    "data": "the data plane",
    "control": "the control plane",
    "cloudformation": "CloudFormation",
    "iam": "IAM",
    "secrets-manager": "Secrets Manager",
    "reference": "the service authorization reference",
}


@click.command("id", epilog=EXIT_CODES)
@click.argument("values", nargs=-1, required=True, metavar="VALUE...")
@option.text_or_json
@click.pass_context
def command(ctx: click.Context, /, values: tuple[str, ...], output_format: str) -> None:
    """Say what each VALUE is, part by part, and what is wrong with it.

    A word that fits several kinds is no error: they are listed, with the members of AWS's API
    that take them. The exit status is 0 if every VALUE is something that payguard knows and has
    no error, and 1 otherwise.
    """
    found = [identify(value) for value in values]
    if output_format == "json":
        import json

        content = {"version": 1, "identifiers": [_json(item) for item in found]}
        click.echo(json.dumps(content, indent=2))
    else:
        click.echo("\n\n".join("\n".join(_page(item)) for item in found))
    ctx.exit(FINDINGS if any(_has_error(item) for item in found) else 0)


def _has_error(item: "Identification") -> bool:
    return any(problem.severity == ERROR for problem in item.problems)


def _page(item: "Identification") -> Iterator[str]:
    title, rows = item.title, item.parts
    if item.kind is None and item.candidates:
        title = "one of these"
        rows = tuple(_candidate(name) for name in item.candidates)
    yield f"{quote(item.text)}: {title}"
    width = max((len(label) for label, _ in rows), default=0)
    for label, text in rows:
        yield f"  {label:<{width}}  {_harmless(text)}".rstrip()
    for problem in item.problems:
        yield from _sentences(item, problem)


def _candidate(name: str) -> tuple[str, str]:
    kind = KINDS[name]
    return kind.title, f"as {' or '.join(kind.fields)}" if kind.fields else ""


def _sentences(item: "Identification", problem: "Problem") -> Iterator[str]:
    yield f"  {problem.severity}: {problem.message}"
    refusing = _refusing(item, problem)
    if refusing:
        yield f"    refused by: {refusing}"
    if problem.help:
        yield f"    help: {problem.help}"


def _refusing(item: "Identification", problem: "Problem") -> str:
    """Return who refuses the value, where that is a question: several ask something of its kind."""
    asking = {shape.plane for shape in required_shapes(item.kind)} if item.kind else set()
    names = [_OWNERS[plane] for plane in problem.planes]
    if problem.severity == ERROR and len(asking) < 2:
        return ""
    # Some messages are about one plane's model, and name it.
    return "" if any(name in problem.message for name in names) else listed(names)


def _harmless(text: str) -> str:
    """Return ``text`` as a part of it is printed: no control character, no endless line."""
    return quote(text)[1:-1]


def _json(item: "Identification") -> dict[str, Any]:
    return {
        "value": item.text,
        "kind": item.kind,
        "title": item.title,
        "parts": [{"label": label, "value": value} for label, value in item.parts],
        "candidates": list(item.candidates),
        "problems": [
            {
                "code": problem.code,
                "severity": problem.severity,
                "part": problem.part,
                "found": problem.found,
                "message": problem.message,
                "help": problem.help,
                "refused_by": list(problem.planes),
            }
            for problem in item.problems
        ],
    }
