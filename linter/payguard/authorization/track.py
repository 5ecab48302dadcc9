"""Patterns side by side: all of them read one text at once, each place of a pattern being one bit."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

# How far the wildcards of a pattern reach: over anything, over no colon among an ARN's first five,
# or over no colon at all.
FLAT, FIELDS, SEGMENTS = range(3)

_FIELDS = 5
# Stand for a star and a question mark that are characters: see ``substitution.literal``.
_LITERAL = {"\U0010fffe": "*", "\U0010ffff": "?"}


class Track(NamedTuple):
    """One pattern to be held against texts.

    Attributes:
        pattern: the text; in one with wildcards ``*`` and ``?`` are wildcards.
        wild: whether it has wildcards.
        reach: FLAT, FIELDS or SEGMENTS.
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
    """

    def __init__(self, tracks: Sequence[Track]) -> None:
        self.start = 0
        self.literals = 0
        self._wanted: dict[str, int] = {}  # character -> the places that want it
        self._any = self._any_but_colon = 0  # the places that take any character
        self._stay = self._stay_but_colon = 0  # the places that a star stands before
        self._accepting: list[int] = []
        at = 0
        for track in tracks:
            self.start |= 1 << at
            at = self._add(track, at)
            self._accepting.append(1 << at)
            at += 1
        self.alphabet = tuple(self._wanted)
        self.colons_differ = bool(self._any_but_colon | self._stay_but_colon)
        self._all_accepting = sum(self._accepting)

    def _add(self, track: Track, at: int) -> int:
        colons = 0
        for symbol in track.pattern:
            bound = track.reach == SEGMENTS or (track.reach == FIELDS and colons < _FIELDS)
            if track.wild and symbol == "*":
                self._stay |= 1 << at
                self._stay_but_colon |= bound << at
                continue
            if track.wild and symbol == "?":
                self._any |= 1 << at
                self._any_but_colon |= bound << at
            else:
                colons += symbol == ":"
                self._want(_LITERAL.get(symbol, symbol), at, fold=track.fold)
            at += 1
        return at

    def _want(self, symbol: str, at: int, *, fold: bool) -> None:
        self.literals |= 1 << at
        for variant in {symbol.lower(), symbol.upper()} if fold else {symbol}:
            self._wanted[variant] = self._wanted.get(variant, 0) | 1 << at

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
        found = places & self._all_accepting
        if not found:
            return 0
        return sum(1 << number for number, bit in enumerate(self._accepting) if bit & found)


def strict_tracks(patterns: Iterable[str]) -> list[Track]:
    """Return every way in which the evaluator holds patterns of ARNs against texts with colons."""
    return [Track(text, reach=reach) for text in patterns for reach in (FLAT, FIELDS, SEGMENTS)]
