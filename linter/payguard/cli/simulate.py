"""``payguard simulate``: one request against given policies."""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click

from payguard.authorization.call import Call, CallDecision, Use, call, decide_call
from payguard.authorization.caller import caller, is_account
from payguard.authorization.decision import (
    DENY,
    UNDECIDED,
    Decision,
    label,
    summary,
)
from payguard.authorization.explanation import Note
from payguard.authorization.request import UNKNOWN, Request, Unknown, account_in, region_of, request
from payguard.cli import EXIT_CODES, FINDINGS, names, option, policy_files
from payguard.cli import UNDECIDED as EXIT_UNDECIDED
from payguard.cli.policy_files import PolicyFiles
from payguard.quotation import quote

# Stands for the account of a role and a resource of which nothing is known.
_NO_ACCOUNT = "000000000000"

_policies = option.arguments(
    click.option("--identity", multiple=True, metavar="FILE", help="A policy of the caller."),
    policy_files.declared,
    policy_files.limiting,
    click.option("--resource-policy", metavar="FILE", help="The policy of the resource."),
    click.option("--trust", metavar="FILE", help="The trust policy of the role to assume."),
    policy_files.vpc_endpoint,
)


def _checked_caller(_ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Refuse what is not the name of one caller; for click."""
    if value is not None and (caller(value).is_nobody or any(sign in value for sign in "*?$")):
        raise click.BadParameter(
            f"{quote(value)} is no role, user, session, account, service or identity provider",
            param=param,
        )
    return value


def _checked_account(_ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Refuse what is no account ID; for click."""
    if value is not None and not is_account(value):
        raise click.BadParameter(f"{quote(value)} is no account ID of 12 digits", param=param)
    return value


_asking = option.arguments(
    click.option("--action", required=True, metavar="NAME", help="Such as sts:AssumeRole."),
    click.option("--resource", multiple=True, metavar="ARN", help="What it is done to."),
    click.option(
        "--principal",
        metavar="ARN",
        callback=_checked_caller,
        help="Who asks (default: some role of the same account).",
    ),
    click.option("--anonymous", is_flag=True, help="Nobody is known to ask."),
    click.option(
        "--resource-account",
        metavar="ID",
        callback=_checked_account,
        help="The account of the resource.",
    ),
    click.option(
        "--management-account",
        metavar="ID",
        callback=_checked_account,
        help="Of the organization.",
    ),
    click.option(
        "--context",
        multiple=True,
        metavar="KEY=VALUE",
        help="A context key of the request; several values for one key make a set.",
    ),
    click.option("--unknown", multiple=True, metavar="KEY", help="A key of unknown value."),
    click.option(
        "--alone",
        is_flag=True,
        help="Ask about the resource given alone, not about others that the call concerns as well.",
    ),
)


@click.command("simulate", epilog=EXIT_CODES)
@_policies
@_asking
@click.option("--expect", type=click.Choice(["allow", "deny"]), help="Exit with 1 otherwise.")
@click.option("--allow-undecided", is_flag=True, help="Exit with 0 instead of 3.")
@option.text_or_json
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Decide one request against the given policies: which statement decides, and why.

    A call that AWS authorizes on several resources is asked about all of them. Context keys that
    are not given are absent, save those that follow from caller and resource: aws:PrincipalArn and
    its like, and the aws:RequestedRegion of payments.
    """
    files = PolicyFiles()
    policies = files.attach(options)
    wanted = _call(options)
    ask = _asker({**options, "principal": _principal(options, files)})
    decision = decide_call(policies, wanted, ask)
    if options["output_format"] == "json":
        import json

        principal = ask(wanted.uses[0].resource).principal
        click.echo(json.dumps(_json(decision, principal, files, options), indent=2))
    else:
        click.echo("\n".join(_lines(decision, files, options)))
    ctx.exit(_status(decision, options["expect"], allow_undecided=options["allow_undecided"]))


def _principal(options: dict[str, Any], files: PolicyFiles) -> str | None:
    """Return who asks, as the options say or as the file that declares the role does."""
    own = "" if options["anonymous"] else files.principal
    return options["principal"] or own or None


def _status(decision: CallDecision, expected: str | None, *, allow_undecided: bool) -> int:
    if decision.decision == UNDECIDED:
        return 0 if allow_undecided else EXIT_UNDECIDED
    return FINDINGS if expected not in {None, decision.decision} else 0


def _call(options: dict[str, Any]) -> Call:
    action = options["action"]
    if ":" not in action:
        raise click.UsageError(f"--action {quote(action)} names no service, as iam:PassRole does")
    names.check_action(action)
    names.warn_of_unknown(action)
    if options["alone"]:
        return Call(tuple(Use("", resource) for resource in options["resource"] or ("*",)))
    wanted = call(action, options["resource"])
    if not wanted.uses:
        missing = wanted.missing[0]
        raise click.UsageError(
            f"{quote(action)} is authorized on a {missing}: give its ARN with --resource"
        )
    return wanted


def _asker(options: dict[str, Any]) -> Callable[[str], Request]:
    """Return what makes the request about one resource out of the options."""
    context = _context(options["context"], options["unknown"])
    account = options["resource_account"] or account_in(options["resource"])
    principal = options["principal"]
    if options["anonymous"]:
        if principal is not None:
            raise click.UsageError("--principal and --anonymous exclude each other")
    elif principal is None:
        principal = f"arn:aws:iam::{account or _NO_ACCOUNT}:role/"
        if not account:
            if options["resource_policy"] or options["trust"]:
                raise click.UsageError(
                    "whether the policy of the resource names the caller depends on who that is: "
                    "give the caller with --principal"
                )
            unknown = dict.fromkeys(("aws:principalaccount", "aws:resourceaccount"), UNKNOWN)
            context = {**unknown, **context}
    made = functools.partial(
        request,
        principal,
        options["action"],
        resource_account=account,
        management_account=options["management_account"] or "",
    )
    return lambda resource: made(resource, context={**region_of(made(resource)), **context})


def _context(
    given: Sequence[str], unknown: Sequence[str]
) -> dict[str, str | tuple[str, ...] | Unknown]:
    values: dict[str, list[str]] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise click.UsageError(f"--context {quote(text)} is not of the form KEY=VALUE")
        values.setdefault(key.lower(), []).append(value)
    found: dict[str, str | tuple[str, ...] | Unknown] = {
        key: several[0] if len(several) == 1 else tuple(several) for key, several in values.items()
    }
    for key in unknown:
        if key.lower() in values:
            raise click.UsageError(f"--unknown {quote(key)}: --context gives it a value")
        found[key.lower()] = UNKNOWN
    return found


def _lines(decision: CallDecision, files: PolicyFiles, options: dict[str, Any]) -> Iterator[str]:
    several = len(decision.parts) > 1
    if several or decision.decision != decision.parts[0][1].decision:
        yield f"{decision.decision}: {_all(decision, options['action'])}"
    for use, part in decision.parts:
        about = f" on {quote(use.resource)}" if several else ""
        yield f"{part.decision}{about}: {summary(part, options['action'], files.name)}"
        yield from _statements(part, files)
    if decision.decision != UNDECIDED:
        for doubt in decision.doubts:
            yield f"note: {doubt.sentence}"
    if options["expect"] not in {None, decision.decision}:
        yield f"expected: {options['expect']}"


def _all(decision: CallDecision, action: str) -> str:
    if decision.decision == UNDECIDED:
        return "; ".join(doubt.sentence for doubt in decision.doubts)
    asked = f"{quote(action)} is authorized on {len(decision.parts)} resources"
    return f"{asked}, and not all are allowed" if decision.decision == DENY else asked


def _statements(part: Decision, files: PolicyFiles) -> Iterator[str]:
    """Yield a line for each statement, those that decided first."""
    decided = set(part.decided_by)
    for note in sorted(part.because, key=lambda note: note.ref not in decided):
        path, line, column = files.place(note.ref, note.element or note.ref.pointer)
        yield f"  {path}:{line}:{column}: {_what(note)}"


_APPLIES = {"yes": "applies", "no": "does not apply", "maybe": "may apply"}


def _what(note: Note) -> str:
    sid = f" {quote(note.ref.sid)}" if note.ref.sid else ""
    reason = f": {note.reason}" if note.reason else ""
    effect = note.effect or "a statement"
    return f"{effect}{sid} of the {label(note.ref)} {_APPLIES[note.applies]}{reason}"


def _json(
    decision: CallDecision, principal: str | None, files: PolicyFiles, options: dict[str, Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "decision": decision.decision,
        "principal": principal,
        "action": options["action"],
        "doubts": [doubt.sentence for doubt in decision.doubts],
        "resources": [_json_part(use, part, files) for use, part in decision.parts],
    }
    if options["expect"]:
        found |= {
            "expected": options["expect"],
            "passed": options["expect"] == decision.decision,
        }
    return found


def _json_part(use: Use, part: Decision, files: PolicyFiles) -> dict[str, Any]:
    return {
        "resource": use.resource,
        "type": use.type or None,
        "decision": part.decision,
        "detail": part.detail,
        "layer": part.layer or None,
        "decided_by": [files.statement(ref) for ref in part.decided_by],
        "because": [
            {
                **files.statement(note.ref, note.element),
                "effect": note.effect,
                "applies": note.applies,
                "element": note.element or None,
                "reason": note.reason,
            }
            for note in part.because
        ],
    }
