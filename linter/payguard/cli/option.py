"""Options that several commands share."""

import math
import os
from collections.abc import Callable
from typing import Any

import click
from click.core import ParameterSource

from payguard.quotation import quote

Command = Callable[..., Any]


class Seconds(click.FloatRange):
    """A number of seconds within a range; what is not a number is in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number, or fail."""
        found = super().convert(value, param, ctx)
        if math.isnan(found):
            self.fail(f"{value!r} is not a valid number of seconds.", param, ctx)
        return found


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
text_or_json = click.option(
    "--output-format",
    "--format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to print.",
)
no_progress = click.option("--no-progress", is_flag=True, help="No progress bar.")


def wants_color(choice: str, *, terminal: bool) -> bool:
    """Decide whether to colour: the option first, then NO_COLOR, FORCE_COLOR, the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or terminal


def checked_principal(_ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Refuse the ARN of something that has no identity policies; for click."""
    from payguard.authorization.caller import ROLE, USER, caller

    if value is None:
        return None
    asking = caller(value)
    if asking.kind not in {ROLE, USER} or not asking.name or any(sign in value for sign in "*?${"):
        raise click.BadParameter(f"{quote(value)} is no ARN of a role or user", param=param)
    return value


def refuse_empty(ctx: click.Context) -> None:
    """Refuse an option that is given and empty, as a variable of the shell that is not set is.

    What an option stands for where it is not given is not meant then: other credentials, or AWS.

    Raises:
        click.BadParameter: one is empty.
    """
    for parameter in ctx.command.params:
        if not isinstance(parameter, click.Option):
            continue
        value = ctx.params.get(parameter.name or "")
        given = ctx.get_parameter_source(parameter.name or "") == ParameterSource.COMMANDLINE
        if given and "" in (value if isinstance(value, tuple) else (value,)):
            raise click.BadParameter("it is empty", ctx, parameter)
