"""What all YAML is read by: the parser's events, scalars as JSON has them, and the same refusals.

Only ``true``/``false``, ``null`` and plain numbers are not text, so that ``Version: 2012-10-17``
stays the text that IAM wants.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from payguard.quotation import quote

MERGE = "<<"
DEPTH = 100
VALUES = 1_000_000
_WORDS: dict[str, bool | None] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "~": None,
    "": None,
}
_DIGITS = frozenset("0123456789-.")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(ValueError):
    """A text that cannot be read as YAML: what is wrong, and at which line and column (from 1)."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def at(mark: Any, message: str) -> YamlError:
    """Return the error at a mark of the parser."""
    return YamlError(message, mark.line + 1, mark.column + 1)


def follow(text: str, take: Callable[[Any], None], what: str) -> None:
    """Hand the events of a text to ``take``, one by one.

    Args:
        text: the YAML.
        take: takes an event.
        what: what the text should be, in words: ``a policy``.

    Raises:
        YamlError: no YAML, or nested without end.
    """
    try:
        for event in yaml.parse(text, Loader=_Loader):
            take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"not YAML: {error.problem or error.context}"
        raise (at(mark, reason) if mark else YamlError(reason)) from None
    except yaml.YAMLError as error:
        raise YamlError(f"not YAML: {' '.join(str(error).split())[:160]}") from None
    except RecursionError:
        raise YamlError(f"nested too deeply to be {what}") from None


@dataclass(slots=True)
class Container:
    """A mapping or sequence that is being read.

    Attributes:
        value: what was read of it so far.
        start: where it begins.
        anchor: its name for aliases.
        counted: how many values had been read before it.
        key: of a mapping, the key whose value comes next.
        key_place: where that stands.
        seen: the line of each key.
    """

    value: Any
    start: int
    anchor: str | None = None
    counted: int = 0
    key: str | None = None
    key_place: tuple[int, int] = (-1, -1)
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def wants_key(self) -> bool:
        """Whether what comes next is a key."""
        return self.key is None and type(self.value) is dict

    def take_key(self, event: Any, *, again: bool = False) -> None:
        """Take a scalar as the next key; one that was there is refused, unless it may be.

        Raises:
            YamlError: the key stands twice.
        """
        name, mark = event.value, event.start_mark
        if name in self.seen and not again:
            message = (
                f"the key {quote(name)} stands twice in one mapping "
                f"(first on line {self.seen[name]}): one of them would be lost"
            )
            raise at(mark, message)
        self.seen[name] = mark.line + 1
        self.key, self.key_place = name, (mark.index, event.end_mark.index)

    def end_key(self) -> None:
        """Be ready for the next key."""
        self.key, self.key_place = None, (-1, -1)


def taken_over(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the mappings that a mapping takes over by ``<<``, those of which keys count first.

    What stands there and is no mapping is no merge: an odd key, which whoever reads the value
    complains about.
    """
    sources = value[MERGE] if type(value[MERGE]) is list else [value[MERGE]]
    return sources if all(type(source) is dict for source in sources) else []


def check_depth(event: Any, depth: int, what: str) -> None:
    """Refuse what is nested too deeply to be ``what``."""
    if depth >= DEPTH:
        raise at(event.start_mark, f"nested too deeply to be {what}")


def check_count(count: int, what: str) -> None:
    """Refuse more values than anything holds that is read."""
    if count > VALUES:
        raise YamlError(f"more values than {what} can hold (aliases that multiply?)")


def check_value(event: Any, around: Container | None) -> None:
    """Refuse what is no text where a key should be."""
    if around is not None and around.wants_key:
        raise at(event.start_mark, "a mapping key that is no text")


def scalar(event: Any) -> Any:
    """Return the value of a scalar."""
    if event.implicit[0] and not event.style:  # plain: the C parser says "", the other None
        return _plain(event.value)
    return event.value


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _DIGITS and _DIGITS.issuperset(text):
        return _number(text)
    return text


def _number(text: str) -> Any:
    """Return a number as JSON writes it; anything else, as a date, stays text."""
    whole, dot, fraction = text.removeprefix("-").partition(".")
    plain = whole.isdigit() and (whole == "0" or whole[0] != "0") and len(whole) <= 18
    if not plain or (dot and (not fraction.isdigit() or len(fraction) > 17)):
        return text
    return float(text) if dot else int(text)
