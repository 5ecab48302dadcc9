"""Patterns side by side: all of them read one text at once, each place of a pattern being one bit."""

import functools
import operator
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

# How far the wildcards of a pattern reach: over so many colons of a text they do not. Over
# anything; over no colon among an ARN's first five; over no colon at all.
FLAT, FIELDS, SEGMENTS = 0, 5, 1_000_000

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
        literals: the places where one certain character is wanted.
        alphabet: the characters that some place wants.
        size: how many places there are.
    """

    def __init__(self, tracks: Sequence[Track]) -> None:
        self.size = sum(len(track.pattern) + 1 for track in tracks)
        length = self.size // 8 + 1
        bits: defaultdict[str, bytearray] = defaultdict(lambda: bytearray(length))
        wanted: defaultdict[str, bytearray] = defaultdict(lambda: bytearray(length))
        self._numbers: dict[int, int] = {}  # place at the end of a pattern -> its number
        at = 0
        for number, track in enumerate(tracks):
            _set(bits["start"], at)
            at = _add(track, at, bits, wanted)
            _set(bits["accepting"], at)
            self._numbers[at] = number
            at += 1
        self.start, self._accepting = (_number(bits[name]) for name in ("start", "accepting"))
        self._any, self._any_but_colon = (_number(bits[name]) for name in ("any", "any but colon"))
        # The places that a star stands before.
        self._stay, self._stay_but_colon = (
            _number(bits[name]) for name in ("stay", "stay but colon")
        )
        self._wanted = {symbol: _number(places) for symbol, places in wanted.items()}
        self.literals = functools.reduce(operator.or_, self._wanted.values(), 0)
        self.alphabet = tuple(self._wanted)
        self.colons_differ = bool(self._any_but_colon | self._stay_but_colon)

    def wants(self, symbol: str, places: int) -> int:
        """Return those of ``places`` that want this very character."""
        return self._wanted.get(symbol, 0) & places

    def after(self, symbol: str, places: int) -> int:
        """Return where the patterns can stand once ``symbol`` was read at ``places``."""
        takes = self._wanted.get(symbol, 0) | self._any
        stays = self._stay
        if symbol == ":":
            takes &= ~self._any_but_colon
            stays &= ~self._stay_but_colon
        return ((places & takes) << 1) | (places & stays)

    def accepted(self, places: int) -> int:
        """Return which patterns match the text read so far, as bits by their number."""
        found, hits = places & self._accepting, 0
        while found:
            last = found.bit_length() - 1
            hits |= 1 << self._numbers[last]
            found ^= 1 << last
        return hits


def _add(
    track: Track, at: int, bits: Mapping[str, bytearray], wanted: Mapping[str, bytearray]
) -> int:
    """Enter the places of a pattern, from ``at`` on; return the place at its end."""
    colons = 0
    for symbol in track.pattern:
        if track.wild and symbol in "*?":
            name = "stay" if symbol == "*" else "any"
            _set(bits[name], at)
            if colons < track.reach:
                _set(bits[f"{name} but colon"], at)
            at += symbol == "?"
            continue
        colons += symbol == ":"
        meant = _LITERAL.get(symbol, symbol)
        for variant in dict.fromkeys((meant.lower(), meant.upper())) if track.fold else (meant,):
            wanted[variant][at >> 3] |= 1 << (at & 7)  # as _set: there may be a million
        at += 1
    return at


def _set(bits: bytearray, at: int) -> None:
    bits[at >> 3] |= 1 << (at & 7)


def _number(bits: bytearray) -> int:
    return int.from_bytes(bits, "little")


def strict_tracks(patterns: Iterable[str]) -> list[Track]:
    """Return every way in which the evaluator holds patterns of ARNs against texts with colons."""
    return [Track(text, reach=reach) for text in patterns for reach in (FLAT, FIELDS, SEGMENTS)]
