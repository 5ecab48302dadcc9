"""How several values, or a sentence of the catalog, are put into a message."""

from collections.abc import Sequence

from payguard.quotation import quote

_SHOWN = 3


def listed_actions(actions: Sequence[str]) -> str:
    """Return up to three of ``actions`` by their names, without the prefix they share."""
    services = {action.partition(":")[0] for action in actions}
    return listed([a.partition(":")[2] for a in actions] if len(services) == 1 else actions)


def clause(sentence: str) -> str:
    """Return a sentence as it reads after a colon."""
    first, space, rest = sentence.partition(" ")
    return (first.lower() if first.istitle() else first) + space + rest.removesuffix(".")


def listed(texts: Sequence[str]) -> str:
    """Return up to three of ``texts``, quoted, and how many more there are."""
    if len(texts) <= _SHOWN:
        *first, last = (quote(text) for text in texts)
        return f"{', '.join(first)} and {last}" if first else last
    shown = ", ".join(quote(text) for text in texts[:_SHOWN])
    return f"{shown} and {len(texts) - _SHOWN} more"
