"""``payguard lint``: check policies in files and folders."""

import functools
import gc
import sys
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

import click

from payguard import __version__
from payguard.cli import EXIT_CODES, FINDINGS, UNDECIDED, UNUSABLE, Refusal, option
from payguard.finding import SEVERITIES, InputError, Report
from payguard.iam.document import POLICY_TYPES
from payguard.quotation import quote
from payguard.reporters import FORMATS, Options, render
from payguard.sources import SOURCES
from payguard_policies.persona import PERSONAS

if TYPE_CHECKING:
    from payguard.configuration import Settings
    from payguard.sources.text_file import Candidate

_LONG = 2000  # files from which on a progress bar is worth drawing

_choosing = option.arguments(
    click.option("--select", multiple=True, metavar="RULE", help="Only these rules or categories."),
    click.option("--extend-select", multiple=True, metavar="RULE", help="These as well."),
    click.option("--ignore", multiple=True, metavar="RULE", help="All but these."),
    click.option(
        "--policy-type",
        type=click.Choice(POLICY_TYPES),
        help="What the documents are; otherwise their shape tells identity, trust and resource.",
    ),
)
source = click.option(
    "--source",
    type=click.Choice(SOURCES),
    help="What the files are; otherwise their content tells.",
)
_reading = option.arguments(
    source,
    click.option(
        "--scan",
        is_flag=True,
        help="Files of any kind: policies and payments ARNs and IDs in code, scripts and settings.",
    ),
    click.option(
        "--pass-over",
        is_flag=True,
        help="A named file that holds nothing to check is passed over, as one in a folder is.",
    ),
)
_telling = option.arguments(
    click.option(
        "--persona",
        type=click.Choice(PERSONAS),
        help="What the role is; policies in single files are then those of one role.",
    ),
    click.option(
        "--manager-arn",
        multiple=True,
        metavar="ARN",
        help="A payment manager that is the role's own; repeatable.",
    ),
    click.option(
        "--role-arn",
        metavar="ARN",
        callback=option.checked_principal,
        help="The ARN of that role.",
    ),
)
configured = option.arguments(
    click.option("--config", metavar="FILE", help="This configuration file and no other."),
    click.option("--isolated", is_flag=True, help="No configuration file at all."),
)
_configuring = option.arguments(
    configured,
    click.option("--show-settings", is_flag=True, help="Print the settings in force, and stop."),
    click.option("--show-files", is_flag=True, help="Print the files to be checked, and stop."),
)
_printing = option.arguments(
    click.option(
        "--output-format",
        "--format",
        type=click.Choice(FORMATS),
        help="How to print (default: full).",
    ),
    option.output_file,
    click.option("--statistics", is_flag=True, help="Count the findings of each rule."),
    option.color,
    click.option("-q", "--quiet", is_flag=True, help="Findings only, no summary."),
    click.option("-v", "--verbose", is_flag=True, help="Name each file that is checked."),
    option.no_progress,
)
_judging = option.arguments(
    click.option(
        "--fail-on",
        type=click.Choice(list(reversed(SEVERITIES))),
        help="Exit with 1 from this severity on (default: security-warning).",
    ),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings."),
    click.option("--allow-undecided", is_flag=True, help="Exit with 0 instead of 3."),
)


@click.command("lint", epilog=EXIT_CODES)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--stdin-filename", default="-", metavar="NAME", help="What to call standard input.")
@_choosing
@_reading
@_telling
@_judging
@_printing
@_configuring
@click.pass_context
def command(ctx: click.Context, /, paths: tuple[str, ...], **options: Any) -> None:
    """Check the policies in PATHS: files, folders, or - for standard input (default: .).

    Policies, Terraform plans, states and configurations, CloudFormation templates, what Pulumi
    plans and keeps, and account authorization details are read. Folders are searched for them as
    .gitignore allows. A file that holds none is passed over in a folder, and refused when named.
    """
    # Documents are trees, freed as soon as they are checked: looking for cycles among them costs a
    # fifth of the time and finds none.
    gc.disable()
    _check_scan(options)
    _check_managers(options["manager_arn"])
    settings = _settings(paths, options)
    if options["show_settings"]:
        _show_settings(settings)
        return
    inputs = list(_inputs(paths or (".",), settings, options))
    if options["show_files"]:
        ctx.exit(_show_files(inputs))
    report = _lint(inputs, settings, options)
    _print(report, settings, options)
    ctx.exit(_status(report, settings, options))


def _check_scan(options: dict[str, Any]) -> None:
    """Refuse what says of every file something that --scan cannot know of any text."""
    names = ("source", "persona", "manager_arn", "role_arn") if options["scan"] else ()
    for name in filter(options.get, names):
        raise click.UsageError(
            f"--scan looks into files of any kind, and --{name.replace('_', '-')} says what they are: "
            "give one of the two"
        )


def _check_managers(arns: tuple[str, ...]) -> None:
    if arns:
        from payguard.cli import names

        names.check_managers("--manager-arn", arns)


def load_settings(paths: tuple[str, ...], options: dict[str, Any]) -> "Settings":
    """Return the settings of the configuration file; one that cannot be used is refused."""
    from payguard import configuration

    start = next((path for path in paths if path != "-"), ".")
    try:
        return configuration.load(start, options["config"], options["isolated"])
    except configuration.ConfigurationError as error:
        raise Refusal(str(error)) from None


def _settings(paths: tuple[str, ...], options: dict[str, Any]) -> "Settings":
    from payguard import configuration

    settings = load_settings(paths, options)
    try:
        configuration.check_names(settings, _known_names())
        overrides = _overrides(options)
        configuration.check_names(configuration.Settings(**overrides), _known_names())
    except configuration.ConfigurationError as error:
        raise Refusal(str(error)) from None
    return settings._replace(**overrides)


def _overrides(options: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name in ("select", "ignore", "extend_select"):
        if options[name]:
            given[name] = tuple(rule for text in options[name] for rule in text.split(","))
    if options["fail_on"]:
        given["fail_on"] = SEVERITIES[options["fail_on"]]
    if options["output_format"]:
        given["output_format"] = options["output_format"]
    if options["allow_undecided"]:
        given["allow_undecided"] = True
    return given


def _known_names() -> set[str]:
    from payguard.rules.listener import listeners
    from payguard.suppression import RULE_IDS

    rules = listeners()
    return {rule.id for rule in rules} | {rule.category for rule in rules} | set(RULE_IDS)


def _inputs(
    paths: tuple[str, ...], settings: "Settings", options: dict[str, Any]
) -> "Iterator[Candidate | InputError]":
    from payguard.sources.text_file import Candidate, Wanted, discover

    passing_over = options["pass_over"]
    excluded = settings.excludes if settings.exclude else None
    for path in paths:
        if path == "-":
            yield Candidate(options["stdin_filename"], named=not passing_over, piped=True)
    wanted = Wanted(excluded, every=options["scan"], passing_over=passing_over)
    yield from discover((path for path in paths if path != "-"), wanted)


def _show_settings(settings: "Settings") -> None:
    for name in settings._fields:
        value = getattr(settings, name)
        if isinstance(value, tuple):
            value = ", ".join(str(item) for item in value)
        value = getattr(value, "label", value)
        click.echo(f"{name.replace('_', '-')} = {value}".rstrip())


def _show_files(inputs: "list[Candidate | InputError]", *, to_stderr: bool = False) -> int:
    for item in inputs:
        if isinstance(item, InputError):
            click.echo(f"payguard: {item.path}: {item.message}", err=True)
        else:
            click.echo(item.path, err=to_stderr)
    return UNUSABLE if any(isinstance(item, InputError) for item in inputs) else 0


def _lint(
    inputs: "list[Candidate | InputError]", settings: "Settings", options: dict[str, Any]
) -> Report:
    from payguard import run
    from payguard.tally import Asked

    lint = functools.partial(
        run.lint,
        inputs,
        settings,
        policy_type=options["policy_type"] or "",
        source=options["source"] or "",
        scan=options["scan"],
        standard_input=sys.stdin.buffer.read,
        asked=Asked(options["persona"] or "", options["manager_arn"], options["role_arn"] or ""),
    )
    if options["verbose"]:
        _show_files(inputs, to_stderr=True)
    if options["no_progress"] or len(inputs) < _LONG or not sys.stderr.isatty():
        return lint()
    with click.progressbar(length=len(inputs), label="Checking", file=sys.stderr) as bar:
        return lint(progress=bar.update)


def _print(report: Report, settings: "Settings", options: dict[str, Any]) -> None:
    path = options["output_file"]
    terminal = path is None and sys.stdout.isatty()
    how = Options(
        color=option.wants_color(options["color"], terminal=terminal),
        statistics=options["statistics"],
        quiet=options["quiet"],
        verbose=options["verbose"],
        version=__version__,
        fail_on=settings.fail_on,
        checked=report.checked,
    )
    chunks = render(report, settings.output_format, how)
    if path is None:
        _write(sys.stdout, chunks)
        return
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            _write(file, chunks)
    except OSError as error:
        raise Refusal(f"cannot write {quote(path)}: {error.strerror}") from None


def _write(file: IO[str], chunks: Iterator[str]) -> None:
    for chunk in chunks:
        file.write(chunk)
    file.flush()


def _status(report: Report, settings: "Settings", options: dict[str, Any]) -> int:
    if not report.files and not report.errors and not options["pass_over"]:
        click.echo("payguard: nothing to check: no policy in the given paths", err=True)
        return UNUSABLE
    if report.errors:
        return UNUSABLE
    if any(finding.severity >= settings.fail_on for finding in report.findings):
        return 0 if options["exit_zero"] else FINDINGS
    if report.undecided and not settings.allow_undecided:
        return UNDECIDED
    return 0
