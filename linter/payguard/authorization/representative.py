"""Representatives: one text for every combination of patterns that some text matches.

Whoever looks at a text only through certain patterns cannot tell it from its representative.
"""

from collections.abc import Iterator, Sequence

from payguard.authorization.arn_walk import ArnWalk, ways
from payguard.authorization.limit import Limit
from payguard.authorization.track import Track, Tracks
from payguard.authorization.universe import Universe
from payguard.authorization.walk import EVERYTHING, Pruning, Representatives, Walk

_Wanted = tuple[Universe, tuple[Track, ...], Pruning]


def representatives(
    universe: Universe, tracks: Sequence[Track], limit: Limit, pruning: Pruning = EVERYTHING
) -> Representatives:
    """Find a text of ``universe`` for every combination of ``tracks`` that some text matches.

    Combinations that ``pruning`` excludes may be left out. They are found as they are taken; what
    was found in full is remembered: the questions about one role ask for the same again.
    """
    wanted = (universe, tuple(tracks), pruning)
    return _known.get(wanted) or _Remembered(wanted, limit)


class _Remembered(Representatives):
    """What is remembered once it was taken in full."""

    def __init__(self, wanted: _Wanted, limit: Limit) -> None:
        super().__init__()
        self._is_whole = False
        self._rest = self._take(wanted, limit)

    def _take(self, wanted: _Wanted, limit: Limit) -> Iterator[tuple[str, int]]:
        found = _walk(wanted, limit)
        yield from found
        self._is_whole = found.complete
        if self._is_whole:
            _remember(wanted, Representatives(*self._found))


def _walk(wanted: _Wanted, limit: Limit) -> Representatives:
    universe, tracks, pruning = wanted
    found = ways(tracks) if universe.fields else None
    if found is None:
        return Walk(universe, tracks, limit, pruning)
    return ArnWalk(universe.fields, found, limit, pruning, representatives)


def _remember(wanted: _Wanted, found: Representatives) -> None:
    """Keep what was found, as long as all that is kept is small."""
    if found.size > _MOST_CHARACTERS:
        return
    held = sum(one.size for one in _known.values())
    if len(_known) >= _MOST_KNOWN or held > _MOST_CHARACTERS:
        _known.clear()
    _known[wanted] = found


def only(text: str, universe: Universe, tracks: Sequence[Track]) -> Representatives:
    """Return the one text that is asked about, if it is one of the universe."""
    if not universe.holds(text):
        return Representatives()
    compiled = Tracks(tracks)
    places = compiled.start
    for symbol in text:
        places = compiled.after(symbol, places)
    return Representatives((text, compiled.accepted(places)))


_MOST_KNOWN = 256
_MOST_CHARACTERS = 1_000_000  # of the texts that are remembered
_known: dict[_Wanted, Representatives] = {}
