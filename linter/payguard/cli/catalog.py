"""``payguard catalog``: how old the AWS facts are, and whether the SDK knows more."""

from collections.abc import Mapping
from typing import Any

import click

from payguard.cli import EXIT_CODES, FINDINGS, Refusal, option
from payguard_policies import catalog


@click.command("catalog", epilog=EXIT_CODES)
@click.option("--check", is_flag=True, help="Compare with the botocore installed beside payguard.")
@option.text_or_json
@click.pass_context
def command(ctx: click.Context, /, check: bool, output_format: str) -> None:
    """Tell the age, source and counts of the AWS facts that payguard knows.

    With --check, the exit status is 1 if botocore knows other payments operations or IDs.
    """
    facts = _checked() if check else {"age_days": _age(), **catalog.provenance()}
    if output_format == "json":
        _print_json(facts)
    elif check:
        _print_differences(facts)
    else:
        _print_facts(facts)
    ctx.exit(FINDINGS if facts.get("differences") else 0)


def _print_json(content: Mapping[str, Any]) -> None:
    import json

    click.echo(json.dumps({"version": 1, **content}, indent=2))


def _checked() -> dict[str, Any]:
    from payguard import freshness

    try:
        return {"botocore": freshness.sdk_version(), "differences": list(freshness.differences())}
    except freshness.NoSdkError as error:
        raise Refusal(str(error)) from None


def _print_differences(found: Mapping[str, Any]) -> None:
    for sentence in found["differences"]:
        click.echo(sentence)
    if not found["differences"]:
        version = found["botocore"]
        click.echo(f"The catalog and botocore {version} agree on every payments operation and ID.")


def _age() -> int:
    """Return how many days ago the service authorization reference was read."""
    from datetime import UTC, date, datetime

    as_of = date.fromisoformat(str(catalog.provenance()["as_of"]))
    return max(0, (datetime.now(UTC).date() - as_of).days)


def _print_facts(facts: Mapping[str, Any]) -> None:
    from payguard.identifiers.problem import counted

    click.echo(f"AWS facts as of {facts['as_of']} ({counted(facts['age_days'], 'day')} old)\n")
    for name, source in facts["inputs"].items():
        if "version" in source:
            click.echo(f"  {name:<12} {source['version']:<18} released {source['released']}")
    click.echo("")
    for name, count in facts["counts"].items():
        click.echo(f"  {count:>6}  {name}")
    click.echo(f"\nMade by: {facts['command']}; digests in PROVENANCE.json.")
