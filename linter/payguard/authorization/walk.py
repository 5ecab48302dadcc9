"""A walk through the texts of a universe: one for every combination of patterns that some text matches.

The patterns and the universe are walked together, a state being the places that all of them can
have reached. States that short texts go through come first, so the shortest text of each
combination is found.
"""

from collections.abc import Generator, Iterator, Sequence
from heapq import heappop, heappush

from payguard.authorization.graph import START, Leap
from payguard.authorization.limit import Limit
from payguard.authorization.track import Track, Tracks
from payguard.authorization.universe import Universe
from payguard_policies.named_tuple import NamedTuple

_Visit = tuple[int, int, int, int, str]
_OPEN, _HOPELESS = -1, -2  # no combinations
_PLACES = 8192


class Pruning(NamedTuple):
    """What texts are not worth looking at; patterns are bits by their number.

    Attributes:
        needed: of each set, one pattern has to match.
        fatal: none of these may match.
    """

    needed: tuple[int, ...] = ()
    fatal: int = 0


EVERYTHING = Pruning()


class Representatives:
    """Texts, each for a combination of patterns, which is given as bits by their number.

    Args:
        texts: pairs of a text and the patterns that match it.

    Attributes:
        size: how many characters the texts that are given have.
    """

    def __init__(self, *texts: tuple[str, int]) -> None:
        self._found = list(texts)
        self._rest: Iterator[tuple[str, int]] = iter(())
        self._is_whole = True
        self.size = sum(len(text) for text, _ in texts)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        yield from self._found
        yield from self._take_rest()

    def _take_rest(self) -> Iterator[tuple[str, int]]:
        for one in self._rest:
            self._found.append(one)
            yield one

    @property
    def texts(self) -> tuple[tuple[str, int], ...]:
        """All of them."""
        return tuple(self)

    @property
    def complete(self) -> bool:
        """Whether there is one for every combination that is worth looking at.

        False where a limit ended the search; all are taken to find out.
        """
        for _ in self._take_rest():
            pass
        return self._is_whole


class Walk(Representatives):
    """The texts of a universe, found as they are taken.

    Args:
        universe: what texts there are.
        patterns: that they are told apart by.
        limit: what may be spent.
        pruning: combinations of patterns that may be left out.
    """

    def __init__(
        self,
        universe: Universe,
        patterns: Sequence[Track],
        limit: Limit,
        pruning: Pruning = EVERYTHING,
    ) -> None:
        super().__init__()
        self._is_whole = False
        self.graph, self.limit = universe.graph, limit
        self.tracks = tracks = Tracks(patterns)
        self.needed = tuple(map(tracks.places_of, pruning.needed))
        self.fatal = tracks.at_ease(pruning.fatal)
        # The places of the patterns, which may be large, are looked up once and numbered.
        self.places: list[int] = []
        self.numbers: dict[int, int] = {}
        self.moves: dict[tuple[int, int], list[tuple[str, int]]] = {}
        self.ends: list[int] = []  # of each number, see ``_end``
        self.hits: set[int] = set()  # the combinations that were found
        self._rest = self._run()

    def _run(self) -> Iterator[tuple[str, int]]:
        start = self._number(self.tracks.start)
        self._is_whole = yield from self._visit(start)
        if self.graph.accepts(START):  # the empty text is taken only where no other will do
            empty = self.tracks.accepted(self.tracks.start)
            if empty not in self.hits:
                yield "", empty

    def _visit(self, start: int) -> Generator[tuple[str, int], None, bool]:
        """Follow all states, those first that short texts go through, and of these the last.

        Returns:
            Whether none was left out.
        """
        graph, ends, known, hits = self.graph, self.ends, self.moves, self.hits
        weight = 1 + self.tracks.size // _PLACES  # a state is as large as all patterns together
        # Each visit of a state: the state, how much was read, the number of the visit before it
        # and the characters in between.
        visits: list[_Visit] = [(START, start, 0, 0, "")]
        least = {(START, start): 0}  # of each state, how much is read until there
        queue = [(0, 0, 0)]  # how long texts are at least, how much of that is left; a visit
        while queue:
            _, _, number = heappop(queue)
            place, places, read, _, _ = visits[number]
            if least[place, places] < read:
                continue
            if not self.limit.spend_states(weight):
                return False
            end = ends[places]
            if end == _HOPELESS or end in hits:
                continue
            if read and graph.accepts(place):
                found = self.tracks.accepted(self.places[places])
                if found not in hits:
                    hits.add(found)
                    yield _text(visits, number), found
            for leap in graph.leaps(place):
                after, _, _, reading, length, left = leap
                length += read
                for text, then in known.get((places, reading)) or self._moves(places, leap):
                    state = after, then
                    if least.get(state, length + 1) > length:
                        least[state] = length
                        heappush(queue, (length + left, left, len(visits)))
                        visits.append((after, then, length, number, text))
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


def _text(visits: Sequence[_Visit], number: int) -> str:
    """Return the text that leads to a visit."""
    pieces: list[str] = []
    while number:
        _, _, _, number, text = visits[number]
        pieces.append(text)
    return "".join(reversed(pieces))
