"""``payguard completion``: the completion script of a shell."""

import click

from payguard.cli import EXIT_CODES


@click.command("completion", epilog=EXIT_CODES)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL")
@click.pass_context
def command(ctx: click.Context, /, shell: str) -> None:
    """Print the completion script of SHELL: bash, zsh or fish.

    Let the shell's start-up file run it, for instance: source <(payguard completion bash)
    """
    from click.shell_completion import get_completion_class

    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"no completion for {shell}")
    root = ctx.find_root().command
    script = completion(root, {}, "payguard", "_PAYGUARD_COMPLETE")
    # source() would first ask bash for its version; the script itself needs no shell at hand.
    click.echo(script.source_template % script.source_vars())
