"""Names of actions and ARNs as users write them, checked before anything is asked about them."""

from collections.abc import Iterable

import click

from payguard.cli import Refusal
from payguard.quotation import quote
from payguard_policies import PAYMENTS_SERVICE

_ASSUMING = "sts"
_DOUBTED = ("partition", "region")


def warn_of_unknown(action: str) -> None:
    """Say so if the catalog does not know an action, or not even its service."""
    from payguard_policies import catalog

    service, _, name = action.partition(":")
    names = catalog.action_names(service)
    if name.lower() in names:
        return
    if service.lower() not in catalog.service_names():
        click.echo(f"payguard: the catalog has no service {quote(service)}", err=True)
        return
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), names, n=1)
    hint = f"; did you mean {quote(f'{service}:{names[close[0]]}')}?" if close else ""
    click.echo(f"payguard: the catalog has no action {quote(action)}{hint}", err=True)


def check_action(action: str, written: str = "") -> None:
    """Refuse what cannot be the name of one action, given as ``written``."""
    service, _, name = action.partition(":")
    if not service or not name or any(sign in "*?$" or sign.isspace() for sign in action):
        named = quote(written or action)
        raise click.UsageError(f"{named} is no action: name one in full, without wildcards")


def action_of(text: str) -> str:
    """Return the whole name of an action as the catalog spells it; AgentCore's need no prefix."""
    from payguard_policies import catalog

    whole = text if ":" in text else f"{PAYMENTS_SERVICE}:{text}"
    check_action(whole, text)
    service, _, name = whole.partition(":")
    service = service.lower()
    spelt = catalog.action_names(service).get(name.lower(), name)
    return f"{service}:{spelt}"


def is_known(action: str) -> bool:
    """Tell whether the catalog has an action."""
    from payguard_policies import catalog

    service, _, name = action.partition(":")
    return name.lower() in catalog.action_names(service)


def assuming_actions() -> tuple[str, ...]:
    """Return the actions that the trust policy of another role authorizes, as sts:AssumeRole.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
    """
    from payguard_policies import catalog

    detail = catalog.detail(_ASSUMING)
    found = detail.actions.values() if detail is not None else ()
    on_roles = (item for item in found if any(use.type == "role" for use in item.resources))
    return tuple(f"{_ASSUMING}:{item.name}" for item in on_roles)


def check_managers(option: str, arns: Iterable[str]) -> None:
    """Refuse what is no ARN of payment managers, with or without wildcards."""
    from payguard.authorization.universe import manager_universe
    from payguard.identifiers.glob import can_match

    for arn in arns:
        check_arn(option, arn)
        if not can_match(manager_universe().pattern, arn):
            shape = "arn:aws:bedrock-agentcore:REGION:ACCOUNT:payment-manager/ID"
            raise Refusal(f"{option} {quote(arn)}: no payment manager matches it\n  help: {shape}")


def check_arn(option: str, arn: str) -> None:
    """Refuse what no resource of AWS's can match."""
    from payguard.identifiers import ERROR, check_policy_arn

    if not arn or "${" in arn:
        raise Refusal(f"{option} {quote(arn)}: an ARN is expected, with wildcards if need be")
    problems = check_policy_arn(arn)
    for problem in problems:
        if problem.part in _DOUBTED:  # a region may be newer than payguard, or misspelt
            click.echo(f"payguard: {option}: {problem.message}", err=True)
    found = [one for one in problems if one.severity == ERROR and one.part not in _DOUBTED]
    if found:
        mend = f"\n  help: {found[0].help}" if found[0].help else ""
        raise Refusal(f"{option} {quote(arn)}: {found[0].message}{mend}")
