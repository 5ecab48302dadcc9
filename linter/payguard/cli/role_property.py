"""Properties of a role as the command line names them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from payguard.authorization.actor import Actor
from payguard.authorization.answer import Answer
from payguard.authorization.contract import Check, contract
from payguard.authorization.limit import Limit
from payguard.authorization.prove import confined_to, never_both, requires
from payguard.authorization.reach import short
from payguard.cli import names, option
from payguard.quotation import quote
from payguard_policies.named_tuple import NamedTuple
from payguard_policies.roles import PERSONAS

_CHOICES = (
    "give one property: --never-both A B, --confined-to ARN, --requires ACTION with --on ARN, "
    "or --persona NAME"
)
options = option.arguments(
    click.option(
        "--never-both",
        nargs=2,
        metavar="A B",
        help="It can never do both actions, on one payment manager.",
    ),
    click.option(
        "--confined-to",
        multiple=True,
        metavar="ARN",
        help="It reaches no payment manager but these; wildcards match, repeatable.",
    ),
    click.option(
        "--requires", multiple=True, metavar="ACTION", help="It can do this on --on; repeatable."
    ),
    click.option("--on", metavar="ARN", help="What --requires is asked on; wildcards match."),
    click.option(
        "--persona",
        type=click.Choice(PERSONAS),
        metavar="NAME",
        help=f"It keeps the contract of a persona: {', '.join(PERSONAS)}.",
    ),
    click.option(
        "--manager-arn",
        multiple=True,
        metavar="ARN",
        help="A payment manager of the persona; repeatable.",
    ),
)

Ask = Callable[[Actor, Limit], Sequence[Check]]


class Property(NamedTuple):
    """What is to be proved.

    Attributes:
        ask: asks the engine; a property without clauses is one check without a kind.
        words: what it is, said of the role.
        actions: that the user names.
        persona: the name of a persona; empty for none.
    """

    ask: Ask
    words: str
    actions: tuple[str, ...] = ()
    persona: str = ""


def property_of(given: Mapping[str, Any]) -> Property:
    """Return the one property that the options ask for."""
    chosen = [name for name in _PROPERTIES if given[name]]
    if len(chosen) != 1:
        several = f", not {len(chosen)} at once" if chosen else ""
        raise click.UsageError(f"{_CHOICES}{several}")
    for name, owner in (("on", "requires"), ("manager_arn", "persona")):
        if given[name] and owner not in chosen:
            raise click.UsageError(f"--{name.replace('_', '-')} belongs to --{owner}")
    return _PROPERTIES[chosen[0]](given)


def _never_both(given: Mapping[str, Any]) -> Property:
    first, second = actions = _actions(given["never_both"])
    words = f"never both {short(first)} and {short(second)}"
    ask = _single(lambda role, limit: never_both(role, first, second, limit))
    return Property(ask, words, actions)


def _confined_to(given: Mapping[str, Any]) -> Property:
    arns = given["confined_to"]
    names.check_managers("--confined-to", arns)
    ask = _single(lambda role, limit: confined_to(role, arns, limit))
    return Property(ask, f"confined to {', '.join(map(quote, arns))}")


def _requires(given: Mapping[str, Any]) -> Property:
    actions, arn = _actions(given["requires"]), given["on"]
    if arn is None:
        raise click.UsageError("--requires is asked on a resource: give it with --on ARN")
    names.check_arn("--on", arn)
    words = f"can {', '.join(map(short, actions))} on {quote(arn)}"
    ask = _single(lambda role, limit: requires(role, actions, arn, limit))
    return Property(ask, words, actions)


def _persona(given: Mapping[str, Any]) -> Property:
    persona, managers = given["persona"], given["manager_arn"]
    names.check_managers("--manager-arn", managers)
    words = f"keeps the contract of the persona {quote(persona)}"
    return Property(
        lambda role, limit: contract(role, persona, managers, limit), words, persona=persona
    )


_PROPERTIES: dict[str, Callable[[Mapping[str, Any]], Property]] = {
    "never_both": _never_both,
    "confined_to": _confined_to,
    "requires": _requires,
    "persona": _persona,
}


def _single(ask: Callable[[Actor, Limit], Answer]) -> Ask:
    return lambda role, limit: (Check("", "", "", ask(role, limit)),)


def _actions(texts: Sequence[str]) -> tuple[str, ...]:
    found = tuple(map(names.action_of, texts))
    for action in found:
        if action in names.assuming_actions():
            raise click.UsageError(
                f"{quote(action)} is up to the trust policies of other roles as well, which are not "
                "given: payguard simulate decides it for one role, with --trust"
            )
        names.warn_of_unknown(action)
    return found
