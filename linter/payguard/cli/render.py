"""``payguard render``: the documented policy of a persona."""

import json
from typing import Any

import click

from payguard.cli import Refusal
from payguard.finding import quote
from payguard.identifiers import check
from payguard_policies import roles

# Option -> the kind of identifier that its value must be.
_KINDS = {
    "manager_arn": "payment-manager-arn",
    "credential_provider_arn": "credential-provider-arn",
    "secret_arn": "secret-arn",
    "kms_key_arn": "kms-key-arn",
    "service_role_arn": "role-arn",
    "manager_name": "payment-manager-name",
}


@click.command("render")
@click.argument("persona", type=click.Choice(roles.PERSONAS))
@click.option("--manager-arn", multiple=True, metavar="ARN", help="A payment manager; repeatable.")
@click.option(
    "--document",
    type=click.Choice(["permissions", "trust"]),
    default="permissions",
    help="Which of the role's two documents.",
)
@click.option("--manager-name", metavar="NAME", help="A payment manager that is yet to be created.")
@click.option("--account", metavar="ID", help="Its account.")
@click.option("--region", metavar="NAME", help="Its region.")
@click.option("--principal-arn", multiple=True, metavar="ARN", help="Who may assume the role.")
@click.option("--external-id", metavar="ID", help="Asked of whoever assumes the role.")
@click.option("--service-role-arn", metavar="ARN", help="The role that payments assumes.")
@click.option("--credential-provider-arn", multiple=True, metavar="ARN")
@click.option("--secret-arn", multiple=True, metavar="ARN", help="A wallet secret; repeatable.")
@click.option("--kms-key-arn", metavar="ARN", help="The manager's customer managed key.")
@click.option("--output-format", type=click.Choice(["json"]), default="json")
def command(
    persona: str,
    document: str,
    output_format: str,  # noqa: ARG001  one format so far; Terraform and CloudFormation follow
    **options: Any,
) -> None:
    """Print the documented policy of PERSONA, scoped to payment managers."""
    _check(options)
    build = roles.permissions if document == "permissions" else roles.trust
    try:
        policy = build(persona, _parameters(options))
    except ValueError as error:
        raise Refusal(str(error)) from None
    click.echo(json.dumps(policy, indent=2))


def _parameters(options: dict[str, Any]) -> roles.Parameters:
    several = ("manager_arn", "principal_arn", "credential_provider_arn", "secret_arn")
    values = {f"{name}s": options[name] for name in several}
    single = ("service_role_arn", "kms_key_arn", "external_id", "manager_name", "account", "region")
    return roles.Parameters(**values, **{name: options[name] for name in single})


def _check(options: dict[str, Any]) -> None:
    """Refuse an option whose value is no ARN of its kind, before it goes into a policy."""
    for name, kind in _KINDS.items():
        given = options[name]
        for text in given if isinstance(given, tuple) else (given,) if given else ():
            for problem in check(kind, text):
                if problem.severity == "error":
                    flag = f"--{name.replace('_', '-')}"
                    raise Refusal(f"{flag} {quote(text)}: {problem.message}")
