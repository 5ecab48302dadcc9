"""Whether a text with wildcards can match anything that a pattern of the catalog allows.

A pattern becomes the automaton of its places (Glushkov's construction): a place is one character
class of the pattern, and sets of places are the bits of a whole number. Counts beyond sixteen are
widened to "any number" unless more is asked for, so a "no" is certain and a "yes" may be too kind.
"""

import functools
from collections.abc import Mapping, Sequence
from enum import Enum

from payguard.identifiers.shape import compiled
from payguard_policies.named_tuple import NamedTuple

_WIDEST = 16
_REMEMBERED = 4096


class Wildcard(Enum):
    """A symbol that stands for other characters."""

    RUN = "*"
    ONE = "?"


Symbol = str | Wildcard


class Piece(NamedTuple):
    """A piece of a pattern: whether it may be empty, and the places it starts and ends with."""

    empty: bool
    first: int
    last: int


class Automaton:  # no dataclass: importing those costs more than all of this
    """The places of a pattern.

    Args:
        classes: the character class of each place, as a pattern of its own.
        follows: the places that may come after each place.
        whole: the pattern as one piece.
    """

    __slots__ = ("_after", "_at", "_by_class", "classes", "follows", "whole")

    def __init__(self, classes: tuple[str, ...], follows: tuple[int, ...], whole: Piece) -> None:
        self.classes, self.follows, self.whole = classes, follows, whole
        self._by_class: dict[str, int] = {}  # a character class -> its places: classes are few
        for place, allowed in enumerate(classes):
            self._by_class[allowed] = self._by_class.get(allowed, 0) | 1 << place
        self._at: dict[str, int] = {}
        self._after: dict[int, int] = {}

    def places_by_class(self) -> Mapping[str, int]:
        """Return the places that have the same character class, by the class."""
        return self._by_class

    def at(self, character: str) -> int:
        """Return the places where ``character`` may stand."""
        if character in self._at:
            return self._at[character]
        found = 0
        for allowed, places in self._by_class.items():
            if compiled(allowed).fullmatch(character):
                found |= places
        if len(self._at) < _REMEMBERED:
            self._at[character] = found
        return found

    def after(self, places: int) -> int:
        """Return the places that may come after any of ``places``."""
        if places in self._after:
            return self._after[places]
        found = 0
        for place in _bits(places):
            found |= self.follows[place]
        if len(self._after) < _REMEMBERED:
            self._after[places] = found
        return found


class Match(NamedTuple):
    """How far symbols could be matched.

    Attributes:
        possible: something that the pattern allows is matched.
        end: the place of the first symbol that nothing can match; the number of symbols where
            only more of them are missing.
    """

    possible: bool
    end: int


def match(automaton: Automaton, symbols: Sequence[Symbol]) -> Match:
    """Match ``symbols`` against all that the pattern of ``automaton`` allows."""
    # ``ready`` are the places that may take the next character.
    ready, done = automaton.whole.first, automaton.whole.empty
    for position, symbol in enumerate(symbols):
        if symbol is Wildcard.RUN:
            ready = _reachable(automaton, ready)
            done = done or bool(ready & automaton.whole.last)
            continue
        taken = ready if isinstance(symbol, Wildcard) else ready & automaton.at(symbol)
        if not taken:
            return Match(possible=False, end=position)
        ready, done = automaton.after(taken), bool(taken & automaton.whole.last)
    return Match(done, len(symbols))


def _reachable(automaton: Automaton, ready: int) -> int:
    """Return the places that may take the next character after any run of characters."""
    reached = fresh = ready
    while fresh:
        fresh = automaton.after(fresh) & ~reached
        reached |= fresh
    return reached


def _bits(places: int) -> list[int]:
    found = []
    while places:
        low = places & -places
        found.append(low.bit_length() - 1)
        places ^= low
    return found


@functools.cache
def automaton_of(pattern: str, widest: int = _WIDEST) -> Automaton:
    """Return the automaton of a pattern of the catalog; counts beyond ``widest`` are widened.

    Characters, classes, groups, alternatives and the counts ``?``, ``*``, ``+``, ``{n}`` and
    ``{m,n}`` are known; anchors are passed over, since a match is always of the whole.
    """
    reader = _Reader(pattern, widest)
    whole = reader.alternatives()
    return Automaton(tuple(reader.classes), tuple(reader.follows), whole)


_NOTHING = Piece(empty=True, first=0, last=0)


class _Reader:
    """Reads a pattern from left to right and makes a place of each character class."""

    def __init__(self, pattern: str, widest: int) -> None:
        self.pattern, self.widest = pattern, widest
        self.position = 0
        self.classes: list[str] = []
        self.follows: list[int] = []

    def alternatives(self) -> Piece:
        whole = self._sequence()
        while self._next("|"):
            other = self._sequence()
            whole = Piece(
                whole.empty or other.empty, whole.first | other.first, whole.last | other.last
            )
        return whole

    def _sequence(self) -> Piece:
        whole = _NOTHING
        while self.position < len(self.pattern) and self.pattern[self.position] not in "|)":
            whole = self._then(whole, self._counted())
        return whole

    def _counted(self) -> Piece:
        start = self.position
        piece = self._single()
        least, most = self._count()
        after = self.position
        widened = most is None or most - least > self.widest
        times = least + 1 if most is None or widened else most
        whole = _NOTHING
        for turn in range(times):
            if turn:
                self.position = start
                piece = self._single()
            if turn >= least:
                piece = self._repeated(piece) if widened else piece._replace(empty=True)
            whole = self._then(whole, piece)
        self.position = after
        return whole

    def _count(self) -> tuple[int, int | None]:
        for mark, bounds in (("?", (0, 1)), ("*", (0, None)), ("+", (1, None))):
            if self._next(mark):
                return bounds
        if not self._next("{"):
            return 1, 1
        least, comma, most = self._until("}").partition(",")
        if not comma:
            return int(least), int(least)
        return int(least), int(most) if most else None

    def _single(self) -> Piece:
        start = self.position
        self.position += 1
        mark = self.pattern[start]
        if mark == "(":
            self._next("?:")
            piece = self.alternatives()
            self._next(")")
            return piece
        if mark in "^$":
            return _NOTHING
        if mark == "[":
            # The first character of a class is never its end.
            self.position += 1
            self._until("]")
        elif mark == "\\":
            self.position += 1
        return self._place(self.pattern[start : self.position])

    def _place(self, allowed: str) -> Piece:
        bit = 1 << len(self.classes)
        self.classes.append(allowed)
        self.follows.append(0)
        return Piece(empty=False, first=bit, last=bit)

    def _then(self, before: Piece, after: Piece) -> Piece:
        self._link(before.last, after.first)
        first = before.first | after.first if before.empty else before.first
        last = before.last | after.last if after.empty else after.last
        return Piece(before.empty and after.empty, first, last)

    def _repeated(self, piece: Piece) -> Piece:
        self._link(piece.last, piece.first)
        return piece._replace(empty=True)

    def _link(self, before: int, after: int) -> None:
        for place in _bits(before):
            self.follows[place] |= after

    def _next(self, mark: str) -> bool:
        found = self.pattern.startswith(mark, self.position)
        self.position += len(mark) if found else 0
        return found

    def _until(self, mark: str) -> str:
        end = self.pattern.index(mark, self.position)
        found = self.pattern[self.position : end]
        self.position = end + len(mark)
        return found
