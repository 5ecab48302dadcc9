"""Representatives: one text for every combination of patterns that some text matches.

Whoever looks at a text only through certain patterns cannot tell it from its representative. The
patterns and the universe are walked together, a state being the places that all of them can have
reached; each state is visited once, so the shortest text of each combination is found.
"""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from payguard.authorization.limit import Limit
from payguard.authorization.track import Track, Tracks
from payguard.authorization.universe import Universe

_State = tuple[int, int]  # of the universe, and of the patterns


class Representatives(NamedTuple):
    """What was found.

    Attributes:
        texts: pairs of a text and the numbers of the patterns that match it, as bits.
        complete: whether there is one for every combination; False where a limit ended the search.
    """

    texts: tuple[tuple[str, int], ...]
    complete: bool


def representatives(universe: Universe, tracks: Sequence[Track], limit: Limit) -> Representatives:
    """Find a text of ``universe`` for every combination of ``tracks`` that some text matches.

    What was found in full is remembered: the questions about one role ask for the same again.
    """
    wanted = (universe, tuple(tracks))
    known = _known.get(wanted)
    if known is None:
        known = _Walk(universe, Tracks(tracks), limit).run()
        if known.complete:
            if len(_known) >= _MOST_KNOWN:
                _known.clear()
            _known[wanted] = known
    return known


def only(text: str, universe: Universe, tracks: Sequence[Track]) -> Representatives:
    """Return the one text that is asked about, if it is one of the universe."""
    if not universe.holds(text):
        return Representatives((), complete=True)
    compiled = Tracks(tracks)
    places = compiled.start
    for symbol in text:
        places = compiled.after(symbol, places)
    return Representatives(((text, compiled.accepted(places)),), complete=True)


_PLACES = 8192
_MOST_KNOWN = 64
_known: dict[tuple[Universe, tuple[Track, ...]], Representatives] = {}


class _Walk:
    def __init__(self, universe: Universe, tracks: Tracks, limit: Limit) -> None:
        self.universe, self.tracks, self.limit = universe, tracks, limit
        self.symbols: dict[str, tuple[str, ...]] = {}
        # In the order in which they were seen: each state with the number of the one before it and
        # the character in between. States are large, and looked up no more often than need be.
        self.came_from: dict[_State, tuple[int, str]] = {(0, tracks.start): (0, "")}
        self.found: dict[int, int] = {}  # combination -> number of a state
        self.empty = -1  # the combination of the empty text: taken only where no other text has it

    def run(self) -> Representatives:
        if self.universe.accepts(0):
            self.empty = self.tracks.accepted(self.tracks.start)
        pending = deque(self.came_from)
        number = 0
        complete = True
        weight = 1 + self.tracks.size // _PLACES  # a state is as large as all patterns together
        while pending:
            if not self.limit.spend_states(weight):
                complete = False
                break
            pending += self._next(pending.popleft(), number)
            number += 1
        steps = list(self.came_from.values())
        texts = [(_text(steps, number), hits) for hits, number in self.found.items()]
        if self.empty >= 0 and self.empty not in self.found:
            texts.append(("", self.empty))
        return Representatives(tuple(texts), complete)

    def _next(self, state: _State, number: int) -> list[_State]:
        """Return the states, not seen before, that one more character leads to."""
        place, places = state
        fresh = []
        for after, characters in self.universe.moves(place):
            for symbol in self._choices(characters, places):
                found = (after, self.tracks.after(symbol, places))
                if found not in self.came_from:
                    self._accept(found)
                    self.came_from[found] = (number, symbol)
                    fresh.append(found)
        return fresh

    def _choices(self, characters: str, places: int) -> list[str]:
        """Return the characters that the patterns can tell apart, and one that none of them wants."""
        if len(characters) == 1 or not places & self.tracks.literals:
            return self._with_colon(characters, [characters[0]])
        chosen = [s for s in self._wanted(characters) if self.tracks.wants(s, places)]
        other = next((s for s in characters if s not in chosen), "")
        return self._with_colon(characters, [*chosen, other] if other else chosen)

    def _with_colon(self, characters: str, chosen: list[str]) -> list[str]:
        if self.tracks.colons_differ and ":" in characters and ":" not in chosen:
            chosen.append(":")
        return chosen

    def _wanted(self, characters: str) -> tuple[str, ...]:
        found = self.symbols.get(characters)
        if found is None:
            found = tuple(symbol for symbol in self.tracks.alphabet if symbol in characters)
            self.symbols[characters] = found
        return found

    def _accept(self, state: _State) -> None:
        """Note the combination of a state that is the next to be numbered, if it is a new one."""
        if self.universe.accepts(state[0]):
            self.found.setdefault(self.tracks.accepted(state[1]), len(self.came_from))


def _text(steps: Sequence[tuple[int, str]], number: int) -> str:
    """Return the text that leads to a state."""
    symbols: list[str] = []
    number, symbol = steps[number]
    while symbol:
        symbols.append(symbol)
        number, symbol = steps[number]
    return "".join(reversed(symbols))
