"""``payguard completion``: the completion script of a shell."""

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, /, shell: str) -> None:
    """Print the completion script of SHELL, to be sourced by its start-up file."""
    from click.shell_completion import get_completion_class

    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"no completion for {shell}")
    root = ctx.find_root().command
    script = completion(root, {}, "payguard", "_PAYGUARD_COMPLETE")
    # source() would first ask bash for its version; the script itself needs no shell at hand.
    click.echo(script.source_template % script.source_vars())
