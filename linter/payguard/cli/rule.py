"""``payguard rule``: what the rules are."""

from typing import TYPE_CHECKING, Any

import click

from payguard.cli import EXIT_CODES, Refusal, option
from payguard.quotation import quote
from payguard.rules.registry import RULES
from payguard.suppression import REMARKS, Remark, nearest

if TYPE_CHECKING:
    from payguard.rules.rule import Rule

# The category of what is said about suppressions: each has an id, and is no rule on policies.
_REMARKS = "suppression"
_NO_SOURCES: dict[str, list[Any]] = {
    name: [] for name in ("references", "access_analyzer", "policy_types", "bad", "good")
}


@click.command("rule", epilog=EXIT_CODES)
@click.argument("name", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help="The pages of all rules.")
@option.text_or_json
def command(name: str | None, everything: bool, output_format: str) -> None:
    """Say what the rule ID checks, why, and how to mend what it finds.

    Without ID all rules are listed; with the name of a category, the rules of that category.
    """
    if name is not None and everything:
        raise click.UsageError("--all prints every rule: leave out --all or the ID")
    known = _known()
    chosen = known if name is None else _chosen(known, name)
    if output_format == "json":
        import json

        rules = [_metadata(rule_id, rule) for rule_id, rule in chosen.items()]
        click.echo(json.dumps({"version": 1, "rules": rules}, indent=2))
    elif everything or name in known:
        click.echo("\n".join(_page(rule_id, rule) for rule_id, rule in chosen.items()).rstrip())
    else:
        _print_list(chosen)


def _known() -> "dict[str, type[Rule] | Remark]":
    found: dict[str, type[Rule] | Remark] = {rule.id: rule for rule in RULES}
    return dict(sorted((found | REMARKS).items()))


def _chosen(known: "dict[str, type[Rule] | Remark]", name: str) -> "dict[str, type[Rule] | Remark]":
    if name in known:
        return {name: known[name]}
    chosen = {rule_id: rule for rule_id, rule in known.items() if _category(rule) == name}
    if chosen:
        return chosen
    hint = nearest(name, known) or '; "payguard rule" lists them'
    raise Refusal(f"there is no rule {quote(name)}{hint}")


def _category(rule: "type[Rule] | Remark") -> str:
    return _REMARKS if isinstance(rule, Remark) else rule.category


def _print_list(chosen: "dict[str, type[Rule] | Remark]") -> None:
    width = max(map(len, chosen))
    for rule_id, rule in chosen.items():
        click.echo(f"{rule.severity.label:<16}  {rule_id:<{width}}  {rule.summary}")


def _page(rule_id: str, rule: "type[Rule] | Remark") -> str:
    if isinstance(rule, Remark):
        head = f"{rule.summary} *{rule.severity.label}, {_REMARKS}*"
        return f"## {rule_id}\n\n{head}\n\n{rule.why}\n"
    from payguard.rule_page import page

    return page(rule)


def _metadata(rule_id: str, rule: "type[Rule] | Remark") -> dict[str, Any]:
    return {
        "id": rule_id,
        "category": _category(rule),
        "severity": rule.severity.label,
        "summary": rule.summary,
        "why": rule.why,
        **(_NO_SOURCES if isinstance(rule, Remark) else _sources(rule)),
    }


def _sources(rule: "type[Rule]") -> dict[str, list[Any]]:
    return {
        "references": list(rule.references),
        "access_analyzer": list(rule.access_analyzer),
        "policy_types": sorted(rule.policy_types),
        "bad": [example._asdict() for example in rule.bad],
        "good": [example._asdict() for example in rule.good],
    }
