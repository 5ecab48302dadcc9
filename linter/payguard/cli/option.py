"""Options that several commands share."""

import os
from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]


def arguments(*options: Command) -> Callable[[Command], Command]:
    """Return one decorator out of several, applied so that help lists them in this order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


color = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour the output; auto: on a terminal, unless NO_COLOR is set.",
)


output_file = click.option(
    "-o", "--output-file", metavar="FILE", help="Write there instead of printing."
)
no_progress = click.option("--no-progress", is_flag=True, help="No progress bar.")


def wants_color(choice: str, *, terminal: bool) -> bool:
    """Decide whether to colour: the option first, then NO_COLOR, FORCE_COLOR, the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or terminal
