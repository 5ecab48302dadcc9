"""``payguard explain``: why AWS denied a call, what denies it next, and the smallest repair."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from payguard.cli import EXIT_CODES, UNDECIDED, Refusal, option, policy_files
from payguard.cli.lint import configured, load_settings, source
from payguard.cli.policy_files import STDIN, PolicyFiles, refusal, text_of
from payguard.cli.verdict import in_time, out_of_time, print_json, print_lines, printing
from payguard.finding import InputError
from payguard.iam.document import BOUNDARY, RCP, SCP, SESSION, VPC_ENDPOINT
from payguard.reporters.plain_text import plain
from payguard.sources.opening import How, open_input
from payguard.sources.text_file import Wanted, discover
from payguard_policies.persona import PERSONAS

if TYPE_CHECKING:
    from payguard.configuration import Settings
    from payguard.denial.denied_role import Known, Limits
    from payguard.denial.explanation import Explanation
    from payguard.denial.message import Denial
    from payguard.infrastructure import Document, Infrastructure

_PATH = 1_000  # characters of a message that may be the name of a file
_MOST = 20  # denials of one log that are explained

_asking = option.arguments(
    click.option(
        "--policies",
        multiple=True,
        metavar="PATH",
        help="Files or folders with the policies: whatever lint reads.",
    ),
    source,
    click.option(
        "--role",
        default="",
        metavar="ADDRESS",
        help="The role of that address, name or ARN (default: the one that the message names).",
    ),
    click.option("--persona", type=click.Choice(PERSONAS), default=None, help="What the role is."),
    click.option(
        "--manager-arn", multiple=True, metavar="ARN", help="A payment manager of the role."
    ),
    policy_files.limiting,
    policy_files.vpc_endpoint,
    configured,
)


@click.command("explain", epilog=EXIT_CODES)
@click.argument("message", required=False, default=STDIN)
@_asking
@printing
@click.pass_context
def command(ctx: click.Context, /, message: str, **options: Any) -> None:
    """Explain an AccessDenied message: which layer denied, which statement, the smallest repair.

    MESSAGE, or - for standard input (the default), is an error as the AWS CLI or an SDK prints it,
    the text that the console offers to copy, a log with such a line in it, events of CloudTrail in
    JSON, or a decoded authorization message. With --policies the engine decides the call once more: it names the statement that
    denied, what would deny next, and the smallest statement that lets the call pass; that is
    offered only if the role then keeps its contract, or else the denial is as designed.

    A denial that is explained or as designed is no finding: the exit status is 0. It is 2 if there
    is no denial in MESSAGE, and 3 if the policies given do not deny the call, or it cannot be told.
    """
    option.refuse_empty(ctx)
    denials = _denials(message)
    if STDIN in options["policies"]:
        raise click.UsageError("--policies -: standard input is for the message")
    settings = load_settings(options["policies"] or (".",), options)
    files = _known(options, settings)
    found = [_explain(denial, files, settings, options) for denial in denials]
    if options["output_format"] == "json":
        from payguard.denial.explanation_text import as_json

        print_json({"explanations": list(map(as_json, found))})
    else:
        print_lines(_lines(found))
    undecided = any(one.is_undecided for one in found)
    ctx.exit(UNDECIDED if undecided and not options["allow_undecided"] else 0)


def _denials(message: str) -> "list[Denial]":
    """Return the denials of a message, each different one once, and the first of many."""
    from payguard.denial.reading import MOST, denials

    text = text_of(STDIN) if message == STDIN else message
    told = list(denials(text))
    found: list[Denial] = []
    seen: list[Denial] = []
    for denial in told:
        if denial.lasting not in seen:
            seen.append(denial.lasting)
            found.append(denial)
    if len(told) == MOST:
        click.echo(f"payguard: the first {MOST:,} denials were read, and no more", err=True)
    if len(found) > _MOST:
        click.echo(f"payguard: {_MOST} of {len(found)} denials are explained", err=True)
    del found[_MOST:]
    if not found:
        if message != STDIN and len(message) < _PATH and os.path.isfile(message):
            raise Refusal(f"{plain(message)} is a file: payguard explain - < {plain(message)}")
        raise Refusal(
            "there is no AccessDenied message in it: expected an error as the AWS CLI or an SDK "
            "prints it, the text of the console, an event of CloudTrail, or a decoded authorization "
            "message"
        )
    return found


def _explain(
    denial: "Denial", files: "Known | None", settings: "Settings", options: Mapping[str, Any]
) -> "Explanation":
    from payguard.denial.explanation import OPEN, Explanation, explain

    def ask() -> Explanation:
        return explain(
            denial,
            files,
            settings,
            role=options["role"],
            persona=options["persona"] or "",
            managers=options["manager_arn"],
        )

    late = Explanation(denial, OPEN, reasons=out_of_time("").reasons)
    return in_time(options["timeout"], ask, lambda: late)


def _known(options: Mapping[str, Any], settings: "Settings") -> "Known | None":
    """Read the policies that the options name; None if they name none."""
    from payguard.denial.denied_role import known

    limits = _limits(options)
    if not options["policies"]:
        if any(limits) or options["role"]:
            raise click.UsageError("name the files in which the role is declared: --policies PATH")
        return None
    found = infrastructures(options["policies"], options["source"] or "", settings)
    return known(list(found), settings, limits)


def infrastructures(
    paths: Sequence[str], kind: str, settings: "Settings"
) -> "Iterator[Infrastructure]":
    """Yield what some files and folders hold.

    Args:
        paths: the files and folders.
        kind: what they are, one of ``payguard.sources.SOURCES``; empty where their content tells.
        settings: say what is passed over.

    Raises:
        Refusal: one of them cannot be read.
    """
    from payguard.run import with_modules

    how = How(kind, standard_input=sys.stdin.buffer.read)
    wanted = Wanted(settings.excludes if settings.exclude else None)
    for item in with_modules(list(discover(paths, wanted))):
        if isinstance(item, InputError):
            raise refusal(item)
        found = open_input(item, settings.policy_type_of(item.path), how).found
        if isinstance(found, InputError):
            raise refusal(found)
        if found.errors:
            raise refusal(found.errors[0])
        yield found


def _limits(options: Mapping[str, Any]) -> "Limits":
    """Read the files that limit the role, as policies that stand somewhere."""
    from payguard.denial.denied_role import Limits

    files = PolicyFiles()
    read = files.limits(options)

    def of(kind: str, level: str = "") -> "Sequence[Document]":
        return [
            one for (of, name, _), one in files.documents.items() if (of, name) == (kind, level)
        ]

    return Limits(
        boundary=of(BOUNDARY),
        session=of(SESSION),
        scps=[(level, of(SCP, level)) for level, _ in read["scps"]],
        rcps=[(level, of(RCP, level)) for level, _ in read["rcps"]],
        vpc_endpoint=of(VPC_ENDPOINT),
    )


def _lines(found: "Sequence[Explanation]") -> Iterator[str]:
    from payguard.denial.explanation_text import lines

    for number, one in enumerate(found):
        if number:
            yield ""
        yield from lines(one)
