"""``payguard render``: the documented policies of a persona, or its role in Terraform and the like."""

import json
import re
from collections.abc import Iterator
from typing import Any

import click

from payguard.cli import EXIT_CODES, Refusal
from payguard.iam.parameter import check_passed_role, check_principal, check_secret
from payguard.identifiers import ERROR, Problem, arn_field, check
from payguard.quotation import quote
from payguard.suppression import nearest
from payguard_policies import roles

# Option -> the kind of identifier that its value must be.
_KINDS = {
    "manager_arn": "payment-manager-arn",
    "credential_provider_arn": "credential-provider-arn",
    "kms_key_arn": "kms-key-arn",
    "manager_name": "payment-manager-name",
}
_DOUBTED = ("partition", "region")
_SEVERAL = ("manager_arn", "principal_arn", "credential_provider_arn", "secret_arn")
_SINGLE = ("service_role_arn", "kms_key_arn", "external_id", "manager_name", "account", "region")


class _Render(click.Command):
    """The command, with a list of the personas on its help page."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        with formatter.section("Personas"):
            formatter.write_dl([(name, roles.contract(name).summary) for name in roles.PERSONAS])


def _known(_ctx: click.Context, param: click.Parameter, value: str) -> str:
    if value not in roles.PERSONAS:
        hint = nearest(value, roles.PERSONAS) or "; --help lists them"
        raise click.BadParameter(f"there is no persona {quote(value)}{hint}", param=param)
    return value


def _completions(_ctx: click.Context, _param: click.Parameter, start: str) -> list[str]:
    return [name for name in roles.PERSONAS if name.startswith(start)]


@click.command("render", cls=_Render, epilog=EXIT_CODES)
@click.argument("persona", metavar="PERSONA", callback=_known, shell_complete=_completions)
@click.option("--manager-arn", multiple=True, metavar="ARN", help="A payment manager; repeatable.")
@click.option(
    "--document",
    type=click.Choice(["permissions", "trust"]),
    help="Which of the role's two documents, in JSON (default: permissions).",
)
@click.option("--manager-name", metavar="NAME", help="A payment manager that is yet to be created.")
@click.option("--account", metavar="ID", help="The account of --manager-name.")
@click.option("--region", metavar="NAME", help="The region of --manager-name.")
@click.option(
    "--principal-arn", multiple=True, metavar="ARN", help="Who may assume the role; repeatable."
)
@click.option("--external-id", metavar="ID", help="Asked of whoever assumes the role.")
@click.option("--service-role-arn", metavar="ARN", help="The role that payment managers work with.")
@click.option(
    "--credential-provider-arn",
    multiple=True,
    metavar="ARN",
    help="A payment credential provider; repeatable.",
)
@click.option(
    "--secret-arn",
    multiple=True,
    metavar="ARN",
    help="A wallet secret, a suffix to come as -??????; repeatable.",
)
@click.option("--kms-key-arn", metavar="ARN", help="The manager's customer managed key.")
@click.option(
    "--output-format",
    "--format",
    type=click.Choice(["json", "terraform", "cloudformation"]),
    default="json",
    help="A document in JSON (default), or the role with both documents for one of the two.",
)
def command(persona: str, document: str | None, output_format: str, **options: Any) -> None:
    """Print the documented policy of PERSONA, scoped to payment managers.

    A statement about a role, a secret or a key that is not given is left out.
    """
    if document is not None and output_format != "json":
        raise Refusal(f"--document is for JSON: {output_format} has the role with both documents")
    for name, values in options.items():
        for value in values if isinstance(values, tuple) else (values,):
            if value is not None:
                _check(name, value)
    _check_manager(options)
    try:
        click.echo(_rendered(persona, document, output_format, _parameters(options)))
    except roles.ParametersError as error:
        raise Refusal(_in_options(str(error))) from None


def _rendered(
    persona: str, document: str | None, output_format: str, parameters: roles.Parameters
) -> str:
    """Return what is asked for as text, without a line's end after it."""
    if output_format == "terraform":
        return roles.terraform(persona, parameters).rstrip("\n")
    if output_format == "cloudformation":
        import yaml  # JSON and Terraform do not pay for it

        template = roles.cloudformation(persona, parameters)
        text: str = yaml.safe_dump(template, sort_keys=False, width=100, allow_unicode=True)
        return text.rstrip("\n")
    build = roles.trust if document == "trust" else roles.permissions
    return json.dumps(build(persona, parameters), indent=2)


def _check(name: str, text: str) -> None:
    """Refuse a value that is not what its option takes, before it goes into a policy."""
    problems = list(_problems(name, text))
    found = [problem for problem in problems if problem.severity == ERROR]
    if found:
        message = "; ".join(problem.message for problem in found[:3])
        mend = f"\n  help: {found[0].help}" if found[0].help else ""
        raise Refusal(f"{_flag(name)} {quote(text)}: {message}{mend}")
    for problem in problems:
        if problem.part in _DOUBTED:  # a region may be newer than payguard, or misspelt
            click.echo(f"payguard: {_flag(name)}: {problem.message}", err=True)


def _problems(name: str, text: str) -> Iterator[Problem]:
    if not text:
        yield Problem(name, text, "it is empty: leave the option out or give a value")
    elif name in _KINDS:
        yield from check(_KINDS[name], text)
    elif name in _PARAMETERS:
        yield from _PARAMETERS[name](text)
    elif name in _FIELDS:
        problem = _FIELDS[name](text)
        if problem:
            yield problem


def _account_problem(text: str) -> Problem | None:
    if text in arn_field.owner_words():
        return Problem("account", text, f"account is {quote(text)}, expected 12 digits")
    return arn_field.account_problem(text)


def _region_problem(text: str) -> Problem | None:
    return arn_field.region_problem("", text)


def _principal_problems(text: str) -> tuple[Problem, ...]:
    return () if arn_field.is_account(text) else check_principal(text)


_PARAMETERS = {
    "principal_arn": _principal_problems,
    "secret_arn": check_secret,
    "service_role_arn": check_passed_role,
}
_FIELDS = {"account": _account_problem, "region": _region_problem}


def _check_manager(options: dict[str, Any]) -> None:
    if not options["manager_arn"] and options["manager_name"] is None:
        raise Refusal("no payment manager is given: expected --manager-arn or --manager-name")
    for name in ("account", "region"):
        if options[name] is not None and options["manager_name"] is None:
            raise Refusal(
                f"{_flag(name)} says where --manager-name will be; --manager-arn tells it"
            )


def _parameters(options: dict[str, Any]) -> roles.Parameters:
    several = {f"{name}s": options[name] for name in _SEVERAL}
    single = {name: options[name] for name in _SINGLE}
    region = options["region"]
    partition = arn_field.region_partition(region) if region else None
    return roles.Parameters(**several, **single, partition=partition or None)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _in_options(message: str) -> str:
    """Return a message about the parameters of the library in words of the command line."""
    message = message.replace(
        "manager_arns and manager_name tell two", "the payment managers given are of two"
    )
    names = {f"{name}s": name for name in _SEVERAL} | {name: name for name in _SINGLE}
    found = re.sub(r"[a-z]+(?:_[a-z]+)+", lambda m: _flag(names.get(m[0], m[0])), message)
    missing = found.partition(" is not given")[0]
    return _flag(found) if missing in _FIELDS else found
