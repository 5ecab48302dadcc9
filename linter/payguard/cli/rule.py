"""``payguard rule``: what the rules are."""

from typing import TYPE_CHECKING, Any

import click

from payguard.finding import quote
from payguard.rules.registry import RULES

if TYPE_CHECKING:
    from payguard.rules.rule import Rule


@click.command("rule")
@click.argument("rule_id", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help="The pages of all rules.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(rule_id: str | None, everything: bool, output_format: str) -> None:
    """Say what the rule ID checks, why, and how to mend what it finds; without ID, list them."""
    rules = RULES if rule_id is None else (_named(rule_id),)
    if output_format == "json":
        import json

        click.echo(json.dumps([_metadata(rule) for rule in rules], indent=2))
    elif rule_id is None and not everything:
        for rule in rules:
            click.echo(f"{rule.severity.label:<16}  {rule.id:<42}  {rule.summary}")
    else:
        from payguard.rule_page import page

        click.echo("\n".join(page(rule) for rule in rules).rstrip())


def _named(rule_id: str) -> "type[Rule]":
    for rule in RULES:
        if rule.id == rule_id:
            return rule
    from difflib import get_close_matches

    close = get_close_matches(rule_id, [rule.id for rule in RULES], n=1)
    hint = f"; did you mean {quote(close[0])}?" if close else "; payguard rule lists them"
    raise click.UsageError(f"there is no rule {quote(rule_id)}{hint}")


def _metadata(rule: "type[Rule]") -> dict[str, Any]:
    return {
        "id": rule.id,
        "category": rule.category,
        "severity": rule.severity.label,
        "summary": rule.summary,
        "why": rule.why,
        "references": list(rule.references),
        "access_analyzer": list(rule.access_analyzer),
        "policy_types": sorted(rule.policy_types),
        "bad": [example.text for example in rule.bad],
        "good": [example.text for example in rule.good],
    }
