"""``payguard catalog``: how old the AWS facts are, and whether the SDK knows more."""

import click

from payguard.cli import FINDINGS, UNUSABLE
from payguard_policies import catalog


@click.command("catalog")
@click.option("--check", is_flag=True, help="Compare with the botocore installed beside payguard.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def command(ctx: click.Context, /, check: bool, output_format: str) -> None:
    """Tell the age, source and counts of the AWS facts that payguard knows."""
    if check:
        ctx.exit(_check())
    if output_format == "json":
        import json

        click.echo(json.dumps(dict(catalog.provenance()), indent=2))
    else:
        _print()


def _check() -> int:
    from payguard import freshness

    try:
        version = freshness.sdk_version()
        found = list(freshness.differences())
    except freshness.NoSdkError as error:
        click.echo(f"payguard: {error}", err=True)
        return UNUSABLE
    for sentence in found:
        click.echo(sentence)
    if not found:
        click.echo(f"The catalog and botocore {version} agree on every payments operation and ID.")
    return FINDINGS if found else 0


def _print() -> None:
    from datetime import UTC, date, datetime

    facts = catalog.provenance()
    as_of = str(facts["as_of"])
    today = datetime.now(UTC).date()
    age = (today - date.fromisoformat(as_of)).days
    click.echo(f"AWS facts as of {as_of} ({age} days old)\n")
    for name, source in facts["inputs"].items():
        if "version" in source:
            click.echo(f"  {name:<12} {source['version']:<18} released {source['released']}")
    click.echo("")
    for name, count in facts["counts"].items():
        click.echo(f"  {count:>6}  {name}")
    click.echo(f"\nMade by: {facts['command']}; digests in PROVENANCE.json.")
