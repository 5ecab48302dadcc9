"""The command line: the only importer of click; each command is imported when it is called."""

import sys

import click

from payguard import __version__

EXIT_CODES = """\b
Exit status:
  0  everything asked was checked, and holds
  1  findings at or above --fail-on, a refuted property, an access not as expected
  2  could not run: usage, unreadable input, bad configuration, nothing to check
  3  nothing wrong was found, but something could not be decided
"""
FINDINGS, UNUSABLE, UNDECIDED, INTERRUPTED = 1, 2, 3, 130

# Command -> (module of this package, what it does). The help page needs no command's module.
_COMMANDS = {
    "catalog": ("catalog", "Age, source and counts of the AWS facts that payguard knows."),
    "completion": ("completion", "Print the completion script of a shell."),
    "diff": ("diff", "Say what access a new version of a role's policies gives, and takes away."),
    "emulator": ("emulator", "AgentCore payments, IAM and STS on loopback, for tests."),
    "explain": ("explain", "Say why AWS denied a call, and what the smallest repair is."),
    "id": ("identify", "Say what an ARN or ID is, part by part, and what is wrong with it."),
    "lint": ("lint", "Check policies in files and folders."),
    "prove": ("prove", "Prove a property of a role over all requests, or refute it."),
    "render": ("render", "Print the documented policy of a persona."),
    "roles": (
        "roles",
        "List roles: what each does to payments, who assumes it, what is not known.",
    ),
    "rule": ("rule", "Say what a rule checks, why, and how to mend what it finds."),
    "simulate": ("simulate", "Decide one request against given policies, and say why."),
    "smoke": (
        "smoke",
        "Call both list APIs as given roles, or decide them from a plan.",
    ),
    "test": ("test_cases", "Run access test cases: policies, a request, the decision expected."),
}


class Refusal(click.ClickException):
    """What was asked cannot be done; the message says why."""

    exit_code = UNUSABLE


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        from importlib import import_module

        command: click.Command = import_module(f"payguard.cli.{_COMMANDS[cmd_name][0]}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            close = get_close_matches(args[0], _COMMANDS, n=1)
            if not close or "Did you mean" in error.message:
                raise
            raise click.UsageError(f'{error.message} Did you mean "{close[0]}"?', ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in sorted(_COMMANDS.items())])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.version_option(__version__, "-V", "--version", message="payguard %(version)s")
def commands() -> None:
    """Prove who can move money in Amazon Bedrock AgentCore payments."""


def main() -> None:
    """Run the command line and leave with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a path or value that the terminal's encoding lacks
            reconfigure(errors="backslashreplace")
    try:
        status = commands.main(standalone_mode=False, prog_name="payguard")
    except click.exceptions.Abort:
        click.echo("payguard: interrupted", err=True)
        status = INTERRUPTED
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except BrokenPipeError:  # the reader has gone, as with "| head": nobody is left to tell
        sys.stderr.close()
        status = FINDINGS
    except Exception as error:  # noqa: BLE001  a defect of ours must not look like a finding
        _crash(error)
        status = UNUSABLE
    sys.exit(status if isinstance(status, int) else 0)


def _crash(error: Exception) -> None:
    import os

    if os.environ.get("PAYGUARD_TRACEBACK"):
        import traceback

        traceback.print_exception(error)
    click.echo(
        f"payguard: internal error ({type(error).__name__}: {str(error)[:200]}); "
        "please report it (PAYGUARD_TRACEBACK=1 shows where)",
        err=True,
    )
