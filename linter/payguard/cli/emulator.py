"""``payguard emulator``: AgentCore payments, IAM and STS on loopback."""

import os
from typing import TYPE_CHECKING, Any

import click

from payguard.cli import EXIT_CODES, Refusal, option

if TYPE_CHECKING:
    from payguard.emulator import Emulator


@click.command("emulator", epilog=EXIT_CODES)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="On loopback (default: a free one)."
)
@click.option("--account", metavar="ID", help="The account (default: 111122223333).")
@click.option("--region", metavar="NAME", help="The Region (default: us-west-2).")
@click.option("--manager", multiple=True, metavar="NAME", help="Create a payment manager.")
@click.option(
    "--fault",
    multiple=True,
    metavar="FAULT",
    help="What goes wrong with the next calls to payments: throttle:2, 500:1 (or 502, 503, 504), "
    "expired:1, reset:1, half:1 (half an answer), latency:2s (every call, or latency:2s:3). With "
    "@ListPaymentSessions at the end, of one operation only.",
)
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the URL to this file once it listens.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print the URL alone.")
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Emulate AgentCore payments, IAM and STS on loopback, until it is interrupted.

    Any AWS SDK, and the AWS CLI with --endpoint-url, can talk to it: signatures are verified,
    inputs are checked against botocore's models, and IAM is decided by payguard's engine. No
    payment is ever made or simulated.
    """
    option.refuse_empty(ctx)
    emulator = _emulator(options)
    try:
        emulator.start()
    except OSError as error:
        raise Refusal(f"port {options['port']}: {error.strerror or error}") from None
    try:
        _show(emulator, options)
        _wait()
    finally:
        emulator.close()


def _emulator(options: dict[str, Any]) -> "Emulator":
    from payguard import emulator

    if not emulator.is_installed():
        raise Refusal("the emulator needs more packages: pip install 'payguard[emulator]'")
    try:
        return emulator.Emulator(
            account=options["account"] or emulator.ACCOUNT,
            region=options["region"] or emulator.REGION,
            faults=options["fault"],
            managers=options["manager"],
            port=options["port"],
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _show(emulator: "Emulator", options: dict[str, Any]) -> None:
    from payguard.emulator import LIMITS

    if options["quiet"]:
        click.echo(emulator.url)
    else:
        click.echo(f"Listening on {emulator.url} (account {emulator.account}).\n")
        click.echo("Clients of AWS talk to it, as its administrator, with\n")
        for name, value in emulator.environment().items():
            click.echo(f"  export {name}={value}")
        for arn in emulator.managers:
            click.echo(f"\nPayment manager {arn}")
        click.echo(f"\nIts limits:\n\n{LIMITS}\nInterrupt it (Ctrl-C) to stop.")
    if options["ready_file"]:
        _write(options["ready_file"], f"{emulator.url}\n")


def _write(path: str, text: str) -> None:
    """Write a file in one step, so that nobody reads half of it."""
    part = f"{path}.part"
    try:
        with open(part, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(part, path)
    except OSError as error:
        raise Refusal(f"{path}: {error.strerror or error}") from None


def _wait() -> None:
    """Wait until somebody interrupts or ends the process: that is how it is meant to end."""
    import signal
    import threading

    ended = threading.Event()
    previous = {
        number: signal.signal(number, lambda *_: ended.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        while not ended.wait(1.0):
            pass
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
