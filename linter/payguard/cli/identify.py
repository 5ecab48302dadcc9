"""``payguard id``: what an ARN or ID is, part by part."""

from typing import TYPE_CHECKING, Any

import click

from payguard.cli import FINDINGS
from payguard.finding import quote
from payguard.identifiers import identify

if TYPE_CHECKING:
    from payguard.identifiers import Identification


@click.command("id")
@click.argument("values", nargs=-1, required=True, metavar="VALUE...")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def command(ctx: click.Context, /, values: tuple[str, ...], output_format: str) -> None:
    """Say what each VALUE is, part by part, and what is wrong with it."""
    found = [identify(value) for value in values]
    if output_format == "json":
        import json

        pairs = zip(values, found, strict=True)
        click.echo(json.dumps([_json(*pair) for pair in pairs], indent=2))
    else:
        click.echo("\n\n".join(_page(*pair) for pair in zip(values, found, strict=True)))
    ctx.exit(0 if all(_holds(item) for item in found) else FINDINGS)


def _holds(item: "Identification") -> bool:
    known = item.kind is not None or item.candidates
    return bool(known) and all(problem.severity != "error" for problem in item.problems)


def _page(value: str, item: "Identification") -> str:
    lines = [f"{quote(value)}: {item.title}"]
    width = max((len(label) for label, _ in item.parts), default=0)
    lines += [f"  {label:<{width}}  {text}" for label, text in item.parts]
    for problem in item.problems:
        lines.append(f"  {problem.severity}: {problem.message}")
        if problem.help:
            lines.append(f"    help: {problem.help}")
    return "\n".join(lines)


def _json(value: str, item: "Identification") -> dict[str, Any]:
    return {
        "value": value,
        "kind": item.kind,
        "title": item.title,
        "parts": dict(item.parts),
        "candidates": list(item.candidates),
        "problems": [
            {
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
