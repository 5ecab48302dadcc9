"""Texts of policies: ``*`` and ``?`` are wildcards, ``${...}`` is filled from the request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import functools
import re
from collections.abc import Iterable

from payguard.identifiers.automaton import Match, Symbol, Wildcard, automaton_of, match
from payguard.identifiers.shape import compiled
from payguard_policies.named_tuple import NamedTuple

# An escape, a variable (unclosed ones end with the text), a wildcard, or any other character.
_SYMBOL = r"\$\{(?P<escape>[*?$])\}|\$\{[^}]*\}?|\*+|(?P<one>(?s:.))"


class Glob(NamedTuple):
    """A text with wildcards, symbol by symbol.

    Attributes:
        text: as written.
        symbols: its characters and wildcards; a variable may be anything, like ``*``.
        offsets: where each symbol starts in ``text``.
    """

    text: str
    symbols: tuple[Symbol, ...]
    offsets: tuple[int, ...]

    @property
    def literal(self) -> str:
        """The characters that stand for themselves, wildcards left out."""
        return "".join(symbol for symbol in self.symbols if isinstance(symbol, str))


def is_glob(text: str) -> bool:
    """Tell whether ``text`` holds a wildcard or a variable."""
    return "*" in text or "?" in text or "${" in text


def glob_of(text: str) -> Glob:
    """Return the symbols of ``text``."""
    found = [(_symbol(token), token.start()) for token in compiled(_SYMBOL).finditer(text)]
    return Glob(text, tuple(symbol for symbol, _ in found), tuple(at for _, at in found))


def _symbol(token: re.Match[str]) -> Symbol:
    literal = token["one"] or token["escape"]
    if literal is None:
        return Wildcard.RUN
    return Wildcard.ONE if token["one"] == "?" else literal


def tried(pattern: str, glob: Glob) -> Match:
    """Match ``glob`` against all that a pattern of the catalog allows."""
    return match(automaton_of(pattern), glob.symbols)


def can_match(pattern: str, text: str) -> bool:
    """Tell whether ``text`` matches anything that a pattern of the catalog allows."""
    return tried(pattern, glob_of(text)).possible


def can_match_name(names: Iterable[str], text: str) -> bool:
    """Tell whether ``text`` matches one of ``names``."""
    return can_match(_alternatives(tuple(names)), text)


@functools.cache
def _alternatives(names: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, names))
