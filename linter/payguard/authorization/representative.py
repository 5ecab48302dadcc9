"""Representatives: one text for every combination of patterns that some text matches.

Whoever looks at a text only through certain patterns cannot tell it from its representative. The
patterns and the universe are walked together, a state being the places that all of them can have
reached; each state is visited once, so the shortest text of each combination is found.
"""

from collections.abc import Sequence

from payguard.authorization.limit import Limit
from payguard.authorization.track import Track, Tracks
from payguard.authorization.universe import Leap, Universe
from payguard_policies.named_tuple import NamedTuple

_State = tuple[int, int]  # of the universe, and the number of the patterns' places
_OPEN, _HOPELESS = -1, -2  # no combinations


class Pruning(NamedTuple):
    """What texts are not worth looking at; patterns are bits by their number.

    Attributes:
        needed: of each set, one pattern has to match.
        fatal: none of these may match.
    """

    needed: tuple[int, ...] = ()
    fatal: int = 0


EVERYTHING = Pruning()
_Wanted = tuple[Universe, tuple[Track, ...], Pruning]


class Representatives(NamedTuple):
    """What was found.

    Attributes:
        texts: pairs of a text and the numbers of the patterns that match it, as bits.
        complete: whether there is one for every combination that is worth looking at; False where
            a limit ended the search.
    """

    texts: tuple[tuple[str, int], ...]
    complete: bool


def representatives(
    universe: Universe, tracks: Sequence[Track], limit: Limit, pruning: Pruning = EVERYTHING
) -> Representatives:
    """Find a text of ``universe`` for every combination of ``tracks`` that some text matches.

    Combinations that ``pruning`` excludes may be left out. What was found in full is remembered:
    the questions about one role ask for the same again.
    """
    wanted = (universe, tuple(tracks), pruning)
    known = _known.get(wanted)
    if known is None:
        known = _Walk(universe, Tracks(tracks), limit, pruning).run()
        if known.complete:
            _remember(wanted, known)
    return known


def _remember(wanted: _Wanted, found: Representatives) -> None:
    """Keep what was found, as long as all that is kept is small."""
    if _size(found) > _MOST_CHARACTERS:
        return
    if len(_known) >= _MOST_KNOWN or sum(map(_size, _known.values())) > _MOST_CHARACTERS:
        _known.clear()
    _known[wanted] = found


def _size(found: Representatives) -> int:
    return sum(len(text) for text, _ in found.texts)


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
_MOST_CHARACTERS = 1_000_000  # of the texts that are remembered
_known: dict[_Wanted, Representatives] = {}


class _Walk:
    def __init__(self, universe: Universe, tracks: Tracks, limit: Limit, pruning: Pruning) -> None:
        self.universe, self.tracks, self.limit = universe, tracks, limit
        self.needed = tuple(map(tracks.places_of, pruning.needed))
        self.fatal = tracks.at_ease(pruning.fatal)
        # The places of the patterns, which may be large, are looked up once and numbered.
        self.places: list[int] = []
        self.numbers: dict[int, int] = {}
        self.moves: dict[tuple[int, int], list[tuple[str, int]]] = {}
        self.ends: list[int] = []  # of each number, see ``_end``
        self.found: dict[int, int] = {}  # combination -> number of a state
        self.empty = -1  # the combination of the empty text: taken only where no other text has it

    def run(self) -> Representatives:
        start = 0, self._number(self.tracks.start)
        if self.universe.accepts(0):
            self.empty = self.tracks.accepted(self.tracks.start)
        # Each state, in the order in which they were seen, with the number of the one before it
        # and the character in between.
        came_from: dict[_State, tuple[int, str]] = {start: (0, "")}
        complete = self._visit(came_from)
        steps = list(came_from.values())
        texts = [(_text(steps, number), hits) for hits, number in self.found.items()]
        if self.empty >= 0 and self.empty not in self.found:
            texts.append(("", self.empty))
        return Representatives(tuple(texts), complete)

    def _visit(self, came_from: dict[_State, tuple[int, str]]) -> bool:
        """Follow all states; return whether none was left out."""
        states = list(came_from)
        ends, known, found = self.ends, self.moves, self.found
        spend, leaps = self.limit.spend_states, self.universe.leaps
        weight = 1 + self.tracks.size // _PLACES  # a state is as large as all patterns together
        for number, (place, places) in enumerate(states):  # it grows on the way
            if not spend(weight):
                return False
            end = ends[places]
            if end == _HOPELESS or end in found:
                continue
            for leap in leaps(place):
                moves = known.get((places, leap.reading)) or self._moves(places, leap)
                for text, then in moves:
                    state = leap.after, then
                    if state in came_from:
                        continue
                    if leap.accepts:
                        hits = self.tracks.accepted(self.places[then])
                        found.setdefault(hits, len(states))
                    came_from[state] = number, text
                    states.append(state)
        return True

    def _moves(self, number: int, leap: Leap) -> list[tuple[str, int]]:
        """Return the numbers of the places that a leap leads to, each with a text that does."""
        moves = self.tracks.moves(self.places[number], leap.characters, leap.rest)
        found = [(text, self._number(after)) for text, after in moves]
        self.moves[number, leap.reading] = found
        return found

    def _number(self, places: int) -> int:
        found = self.numbers.get(places)
        if found is None:
            found = self.numbers[places] = len(self.places)
            self.places.append(places)
            self.ends.append(self._end(places))
        return found

    def _end(self, places: int) -> int:
        """Return the combination that every text ends with that goes on from some places.

        _OPEN if there are several, and _HOPELESS where none of them is worth looking at.
        """
        if places & self.fatal or not all(places & needed for needed in self.needed):
            return _HOPELESS
        return self.tracks.accepted(places) if self.tracks.is_settled(places) else _OPEN


def _text(steps: Sequence[tuple[int, str]], number: int) -> str:
    """Return the text that leads to a state."""
    symbols: list[str] = []
    number, symbol = steps[number]
    while symbol:
        symbols.append(symbol)
        number, symbol = steps[number]
    return "".join(reversed(symbols))
