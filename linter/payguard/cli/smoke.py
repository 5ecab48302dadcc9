"""``payguard smoke``: both list APIs, called as given roles or decided from a plan."""

import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from payguard.cli import EXIT_CODES, INTERRUPTED, Refusal, option
from payguard.cli.lint import configured, load_settings, source
from payguard.quotation import quote
from payguard.reporters.plain_text import plain
from payguard_policies.persona import PERSONAS

if TYPE_CHECKING:
    from payguard.configuration import Settings, SmokeRule
    from payguard.smoke.fleet import Run
    from payguard.smoke.rehearsal import Rehearsal
    from payguard.smoke.report import Report
    from payguard.smoke.target import Target

# As payguard.smoke has them; the help page does not load it.
_FORMATS = ("text", "json", "junit", "github")
_USER_ID, _DEADLINE, _THREADS = "payguard-smoke", 30.0, 16
_BEARER_VARIABLE = "PAYGUARD_BEARER_TOKEN"
_MOST_TARGETS = 10_000
_NAMED = 5  # wrong inputs that are told at once

_whom = option.arguments(
    click.option(
        "--manager-arn", multiple=True, metavar="ARN", help="A payment manager; repeatable."
    ),
    click.option(
        "--role-arn",
        multiple=True,
        metavar="ARN",
        help="A role to assume; repeatable (default: ask with the credentials at hand).",
    ),
    click.option("--external-id", default="", metavar="ID", help="What the role's trust asks for."),
    click.option("--profile", default="", metavar="NAME", help="Whose credentials are used."),
)
_what = option.arguments(
    click.option(
        "--connector-id", default="", metavar="ID", help="Only the instruments of this connector."
    ),
    click.option(
        "--user-id",
        default=_USER_ID,
        metavar="ID",
        help=f"Sent to AWS_IAM managers, which list what is this user's (default: {_USER_ID}).",
    ),
    click.option("--agent-name", default="", metavar="NAME", help="Sent as well, for traces."),
    click.option(
        "--bearer-token-env",
        default=_BEARER_VARIABLE,
        metavar="NAME",
        help=f"The variable with a token for CUSTOM_JWT managers (default: {_BEARER_VARIABLE}).",
    ),
)
_where = option.arguments(
    click.option("--region", default="", metavar="NAME", help="Default: the one in the ARN."),
    click.option("--endpoint-url", default="", metavar="URL", help="Of AgentCore, both planes."),
    click.option("--sts-endpoint-url", default="", metavar="URL", help="Of STS."),
)
_expected = option.arguments(
    click.option(
        "--persona",
        type=click.Choice(PERSONAS),
        help="Whose contract says what is expected (default: as configured, or as the name tells).",
    ),
    click.option(
        "--expect", type=click.Choice(["allow", "deny"]), help="Expect this of both instead."
    ),
)
_instead = option.arguments(
    click.option(
        "--emulator",
        is_flag=True,
        help="A first try without an account: the documented roles, in the emulator on loopback.",
    ),
    click.option(
        "--plan",
        multiple=True,
        metavar="FILE",
        help="Ask the engine about the roles of a plan, template, state or the like; repeatable.",
    ),
    click.option(
        "--role", metavar="ADDRESS", help="With --plan: this role only, by address or name."
    ),
    source,
    click.option(
        "--policies",
        multiple=True,
        metavar="PATH",
        help="Files with the policies of the roles: a denial is explained by them; repeatable.",
    ),
)
_running = option.arguments(
    click.option(
        "--deadline",
        type=option.Seconds(min=1, max=3600),
        default=_DEADLINE,
        metavar="SECONDS",
        help=f"For each target, with all that is asked again (default: {_DEADLINE:.0f}).",
    ),
    click.option(
        "--settle",
        type=option.Seconds(min=0, max=600),
        default=0.0,
        metavar="SECONDS",
        help="Ask again for so long what is not as expected: just after a deploy, IAM takes a while.",
    ),
    click.option(
        "--concurrency",
        type=click.IntRange(1, 64),
        default=_THREADS,
        metavar="N",
        help=f"Targets asked at once (default: {_THREADS}).",
    ),
    click.option("--allow-undecided", is_flag=True, help="Exit with 0 instead of 3."),
)
_printing = option.arguments(
    click.option(
        "--output-format",
        "--format",
        type=click.Choice(_FORMATS),
        default="text",
        help="How to print (default: text).",
    ),
    option.output_file,
    option.color,
    option.no_progress,
)


@click.command("smoke", epilog=EXIT_CODES)
@_whom
@_expected
@_what
@_where
@_instead
@_running
@_printing
@configured
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Call ListPaymentInstruments and ListPaymentSessions, and compare with what is expected.

    Every payment manager is asked as every role; without --manager-arn, the [[smoke.target]] tables
    of the configuration say what is asked. Nothing but reads is ever called: sts:AssumeRole,
    GetPaymentManager and the two lists. With --plan nothing is called at all. A denial that is not
    expected is explained from --policies, or from the plan.
    """
    option.refuse_empty(ctx)
    settings = load_settings(options["plan"], options)
    report = _report(options, settings)
    # Standard input has been read: what explains a plan from there has to be named.
    own = () if "-" in options["plan"] else options["plan"]
    if paths := options["policies"] or own:
        from payguard.cli.smoke_explanation import with_explanations

        report = with_explanations(report, paths, options["source"] or "", settings)
    _print(report, options)
    ctx.exit(_status(report, options))


def _report(options: dict[str, Any], settings: "Settings") -> "Report":
    if options["emulator"]:
        return _emulated(options)
    return _planned(options, settings) if options["plan"] else _live(options, settings)


def _status(report: "Report", options: dict[str, Any]) -> int:
    from payguard.smoke.report import exit_status

    if report.interrupted:
        click.echo("payguard: interrupted", err=True)
        return INTERRUPTED
    return exit_status(report, allow_undecided=options["allow_undecided"])


def _print(report: "Report", options: dict[str, Any]) -> None:
    from payguard.smoke.rendering import render

    path = options["output_file"]
    terminal = path is None and sys.stdout.isatty()
    color = option.wants_color(options["color"], terminal=terminal)
    chunks = render(report, options["output_format"], color=color)
    if path is None:
        for chunk in chunks:
            sys.stdout.write(chunk)
        sys.stdout.flush()
        return
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(chunks)
    except OSError as error:
        raise Refusal(f"cannot write {quote(path)}: {error.strerror}") from None


# Calls


def _live(options: dict[str, Any], settings: "Settings") -> "Report":
    from payguard.smoke.report import LIVE, of_run

    run, elsewhere = _asked(_targets(options, settings), options)
    notes = (f"Not AWS's own endpoint: {url}" for url in elsewhere)
    return of_run(LIVE, run, tuple(notes))


def _targets(options: dict[str, Any], settings: "Settings") -> "list[Target]":
    from payguard.smoke.target import problems
    from payguard.smoke.targets import targets_of

    if options["role"]:
        raise click.UsageError("--role belongs to --plan")
    if options["manager_arn"]:
        rules: tuple[SmokeRule, ...] = (_rule(options),)
    else:
        rules = settings.smoke
        _check_unused(options)
    if not rules:
        raise click.UsageError(
            "name what is asked: --manager-arn ARN, or [[smoke.target]] tables in the configuration; "
            "or --plan FILE"
        )
    targets = targets_of(rules, settings)
    if len(targets) > _MOST_TARGETS:
        raise Refusal(f"{len(targets):,} targets are more than the {_MOST_TARGETS:,} of one run")
    wrong = list(dict.fromkeys(text for target in targets for text in problems(target)))
    if wrong:
        more = f"\nand {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        raise Refusal("\n".join(wrong[:_NAMED]) + more)
    return targets


def _check_unused(options: dict[str, Any]) -> None:
    """Refuse what says something about one target where tables say what is asked."""
    usual = {"user_id": _USER_ID, "bearer_token_env": _BEARER_VARIABLE}
    for name in ("role_arn", "persona", "expect", "bearer_token_env", *_GIVEN):
        if options[name] and options[name] != usual.get(name):
            raise click.UsageError(f"--{name.replace('_', '-')} belongs to --manager-arn")


_GIVEN = (
    "user_id",
    "agent_name",
    "connector_id",
    "external_id",
    "profile",
    "region",
    "endpoint_url",
    "sts_endpoint_url",
)


def _rule(options: dict[str, Any]) -> "SmokeRule":
    from payguard.configuration import SmokeRule

    if options["persona"] and options["expect"]:
        raise click.UsageError("--persona and --expect exclude each other")
    given = {name: options[name] for name in _GIVEN if options[name]}
    given["bearer_variable"] = options["bearer_token_env"]
    return SmokeRule(
        options["manager_arn"],
        options["role_arn"],
        options["persona"] or "",
        options["expect"] or "",
        tuple(given.items()),
    )


def _asked(
    targets: "Sequence[Target]", options: dict[str, Any], of: "Rehearsal | None" = None
) -> "tuple[Run, tuple[str, ...]]":
    """Ask targets; return what came of it, and the endpoints that are not AWS's."""
    from payguard.smoke.connection import Connections
    from payguard.smoke.fleet import Fleet
    from payguard.smoke.patience import Patience
    from payguard.smoke.probe import Pace, Probe

    stop = threading.Event()
    threads, pace = options["concurrency"], Pace(options["deadline"], options["settle"])
    connections = Connections(threads, of.session if of else None)
    probe = Probe(connections, Patience(stop), pace, of.asker if of else None)
    fleet = Fleet(probe.ask, threads, pace.whole, stop)
    if options["no_progress"] or not sys.stderr.isatty():
        run = fleet.run(targets, lambda _: None)
    else:
        with click.progressbar(length=len(targets), label="Asking", file=sys.stderr) as bar:
            run = fleet.run(targets, bar.update)
    return run, tuple(sorted(connections.elsewhere))


# The emulator

_ELSEWHERE = ("manager_arn", "role_arn", "expect", "connector_id", "plan", "role")


def _emulated(options: dict[str, Any]) -> "Report":
    from payguard import emulator
    from payguard.smoke.report import EMULATOR, of_run

    for name in (*_ELSEWHERE, *_LIVE_ONLY):
        if options[name]:
            given = f"--{name.replace('_', '-')}"
            raise click.UsageError(
                f"{given} does not go with --emulator, which makes its own roles"
            )
    if not emulator.is_installed():
        raise Refusal("the emulator needs more packages: pip install 'payguard[emulator]'")
    from payguard.smoke.rehearsal import NOTE, rehearsal

    personas = (options["persona"],) if options["persona"] else PERSONAS
    with rehearsal(personas, options["user_id"], options["agent_name"]) as found:
        run, _ = _asked(found.targets, options, found)
    return of_run(EMULATOR, run, (NOTE,))


# Plans

_LIVE_ONLY = ("role_arn", "external_id", "profile", "region", "endpoint_url", "sts_endpoint_url")


def _planned(options: dict[str, Any], settings: "Settings") -> "Report":
    from payguard.smoke.plan import PlanError, Wanted, plan
    from payguard.sources.opening import How

    for name in _LIVE_ONLY:
        if options[name]:
            raise click.UsageError(
                f"--{name.replace('_', '-')} does not go with --plan: nobody is called"
            )
    _check_managers(options["manager_arn"])
    how = How(options["source"] or "", standard_input=sys.stdin.buffer.read)
    wanted = Wanted(
        options["manager_arn"],
        options["role"] or "",
        options["persona"] or "",
        options["expect"] or "",
    )
    try:
        return plan(options["plan"], wanted, settings, how)
    except PlanError as error:
        raise Refusal(plain(str(error))) from None


def _check_managers(arns: Sequence[str]) -> None:
    from payguard.smoke.target import Target, problems

    for arn in arns:
        for text in problems(Target(arn)):
            raise Refusal(text)
