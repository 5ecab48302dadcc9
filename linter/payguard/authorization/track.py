"""Patterns side by side: all of them read one text at once, each place of a pattern being one bit."""

from __future__ import annotations

import functools
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from payguard_policies.named_tuple import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    _T = TypeVar("_T")

# How far the wildcards of a pattern reach: over so many colons of a text they do not. Over
# anything; over no colon among an ARN's first five; over no colon at all.
FLAT, FIELDS, SEGMENTS = 0, 5, 1_000_000

_MOST_COMPARED = 8192  # places: with more of them, looking for the fewest costs more than it saves

# Stand for a star and a question mark that are characters: see ``substitution.literal``.
_LITERAL = {"\U0010fffe": "*", "\U0010ffff": "?"}


class Track(NamedTuple):
    """One pattern to be held against texts.

    Attributes:
        pattern: the text; in one with wildcards ``*`` and ``?`` are wildcards.
        wild: whether it has wildcards.
        reach: FLAT, FIELDS, SEGMENTS or another number of colons.
        fold: whether case is no matter.
    """

    pattern: str
    wild: bool = True
    reach: int = FLAT
    fold: bool = False


class Tracks:
    """Patterns compiled into bits; a set of places is a whole number.

    Attributes:
        start: the places before anything was read.
        size: how many places there are.
    """

    def __init__(self, tracks: Sequence[Track]) -> None:
        compiled = list(map(_compiled, tracks))
        length = sum(one.length for one in compiled)
        self.size = length * 8
        bits: defaultdict[str, bytearray] = defaultdict(lambda: bytearray(length))
        self._numbers: dict[int, int] = {}  # place at the end of a pattern -> its number
        self._spans: list[tuple[int, int]] = []  # by a pattern's number: its first place, its end
        since: dict[int, int] = {}  # place that a star stands before -> the first it outdoes
        at = 0
        for number, one in enumerate(compiled):
            for name, places in one.places:
                bits[name][at : at + one.length] = places
            first = at * 8
            end = first + one.end
            self._numbers[end] = number
            self._spans.append((first, end))
            since.update((first + star, first + outdone) for star, outdone in one.stars)
            at += one.length
        named = {name: int.from_bytes(places, "little") for name, places in bits.items()}
        self.start, self._accepting, self._any, self._any_but_colon, *stay = (
            named.pop(name, 0) for name in _NAMES
        )
        self._stay, self._stay_but_colon = stay  # the places that a star stands before
        self._wanted = named
        self._takes = {symbol: places | self._any for symbol, places in named.items()}
        self._stay_at_colon = self._stay & ~self._stay_but_colon
        self._literals = functools.reduce(operator.or_, self._wanted.values(), 0)
        self._colons_differ = bool(self._any_but_colon | self._stay_but_colon)
        compared = since if self.size <= _MOST_COMPARED else {}
        self._stars = self._stay if compared else 0
        self._outdone = {at: (1 << at) - (1 << first) for at, first in compared.items()}
        self._at_ease = self._accepting & self._stay_at_colon
        self._orders: dict[str, tuple[tuple[str, int], ...]] = {}

    def moves(self, places: int, characters: str, rest: str = "") -> list[tuple[str, int]]:
        """Return the places that one of these characters and the rest lead to.

        Each with the first text that does. Characters that no pattern wants there are alike, save
        for the colon.
        """
        found: dict[int, str] = {}
        stars = self._stars & ~places  # where others may be outdone: see ``_fewest``
        for symbol, after in self._read(places, characters):
            for following in rest:
                after = self.after(following, after)  # noqa: PLW2901  one step after the other
            if after & stars:
                after = self._fewest(after, after & stars)  # noqa: PLW2901  same
            found.setdefault(after, symbol + rest)
        return [(text, after) for after, text in found.items()]

    def _read(self, places: int, characters: str) -> Iterator[tuple[str, int]]:
        """Yield the characters that the patterns can tell apart, with the places they lead to.

        First one that no pattern wants, so that a text is as plain as it can be.
        """
        otherwise = (places & self._any) << 1 | places & self._stay
        wanted, apart = self._wanted, ":" if self._colons_differ else ""
        for symbol in characters:
            if symbol != apart and not places & wanted.get(symbol, 0):
                yield symbol, otherwise
                break
        if places & self._literals:
            for symbol, at in self._orders.get(characters) or self._order(characters):
                if places & at:
                    yield symbol, otherwise | (places & at) << 1
        if apart and apart in characters:
            yield apart, self.after(apart, places)

    def _order(self, characters: str) -> tuple[tuple[str, int], ...]:
        """Return those of some characters that any pattern wants, with the places where.

        The colon is left out where it is unlike all others.
        """
        found = tuple(
            (symbol, at)
            for symbol, at in self._wanted.items()
            if symbol in characters and not (symbol == ":" and self._colons_differ)
        )
        self._orders[characters] = found
        return found

    def after(self, symbol: str, places: int) -> int:
        """Return where the patterns can stand once ``symbol`` was read at ``places``."""
        takes = self._takes.get(symbol, self._any)
        if symbol == ":":
            return ((places & takes & ~self._any_but_colon) << 1) | (places & self._stay_at_colon)
        return ((places & takes) << 1) | (places & self._stay)

    def _fewest(self, places: int, stars: int) -> int:
        """Leave the places out from which nothing is matched that another does not match as well.

        Where a star stands before a place, what the places before it in the pattern want is
        among what the star takes. At a star that was reached before, they were left out before:
        only those that are new count.
        """
        while stars:
            last = stars.bit_length() - 1
            outdone = self._outdone[last]
            places &= ~outdone
            stars = stars & ~outdone ^ 1 << last
        return places

    def places_of(self, patterns: int) -> int:
        """Return all places of some patterns, which are given as bits by their number."""
        chosen = reversed(f"{patterns:b}")
        bits = bytearray(self.size + 1)  # a byte for each place: there may be a million
        for (first, end), bit in zip(self._spans, chosen, strict=False):
            if bit == "1":
                bits[first : end + 1] = b"1" * (end + 1 - first)
        return int(bits[::-1].translate(_DIGITS), 2)

    def at_ease(self, patterns: int) -> int:
        """Return the places where some patterns match, whatever is read from there on."""
        return self.places_of(patterns) & self._at_ease

    def is_settled(self, places: int) -> bool:
        """Tell whether the same patterns match whatever is read from here on."""
        return not places & ~self._at_ease

    def accepted(self, places: int) -> int:
        """Return which patterns match the text read so far, as bits by their number."""
        return renumbered(places & self._accepting, self._numbers)


def renumbered(bits: int, numbers: Mapping[int, int] | Sequence[int]) -> int:
    """Return the bits that stand for some others: ``numbers`` has the new place of each."""
    found = 0
    while bits:
        last = bits.bit_length() - 1
        found |= 1 << numbers[last]
        bits ^= 1 << last
    return found


_START, _ACCEPTING, _ANY, _STAY = "start", "accepting", "any", "stay"
_BUT_COLON = " but colon"
# Longer than a character: no name of places that want one.
_NAMES = (_START, _ACCEPTING, _ANY, _ANY + _BUT_COLON, _STAY, _STAY + _BUT_COLON)


class _Compiled(NamedTuple):
    """The places of one pattern, as if there were no other.

    Attributes:
        length: how many bytes they fill.
        end: the place at the end of the pattern.
        places: by name, those that want a character, that take any and the like: a bit each.
        stars: the places that a star stands before, each with the first that it outdoes.
    """

    length: int
    end: int
    places: tuple[tuple[str, bytes], ...]
    stars: tuple[tuple[int, int], ...]


def remembered(function: Callable[[Track], _T]) -> Callable[[Track], _T]:
    """Return a function with its answers about short patterns kept.

    The same stand in many policies, and are asked about again and again.
    """
    kept = functools.lru_cache(maxsize=512)(function)

    def ask(track: Track) -> _T:
        return (function if len(track.pattern) > _LONGEST_KEPT else kept)(track)

    return ask


@remembered
def _compiled(track: Track) -> _Compiled:
    length = len(track.pattern) // 8 + 1
    bits: defaultdict[str, bytearray] = defaultdict(lambda: bytearray(length))
    stars: dict[int, int] = {}
    _set(bits[_START], 0)
    at = colons = field = 0  # ``field`` is the place after the last colon
    for symbol in track.pattern:
        if track.wild and symbol in "*?":
            name = _STAY if symbol == "*" else _ANY
            _set(bits[name], at)
            if colons < track.reach:
                _set(bits[name + _BUT_COLON], at)
            if symbol == "*":
                stars[at] = field if colons < track.reach else 0
            at += symbol == "?"
            continue
        if symbol == ":":
            colons += 1
            field = at + 1
        meant = _LITERAL.get(symbol, symbol)
        for variant in dict.fromkeys((meant.lower(), meant.upper())) if track.fold else (meant,):
            bits[variant][at >> 3] |= 1 << (at & 7)  # as _set: there may be a million
        at += 1
    _set(bits[_ACCEPTING], at)
    places = tuple((name, bytes(held)) for name, held in bits.items())
    return _Compiled(length, at, places, tuple(stars.items()))


_LONGEST_KEPT = 256
_DIGITS = bytes.maketrans(b"\0", b"0")


def _set(bits: bytearray, at: int) -> None:
    bits[at >> 3] |= 1 << (at & 7)


def strict_tracks(patterns: Iterable[str]) -> list[Track]:
    """Return every way in which the evaluator holds patterns of ARNs against texts with colons."""
    return [Track(text, reach=reach) for text in patterns for reach in (FLAT, FIELDS, SEGMENTS)]
