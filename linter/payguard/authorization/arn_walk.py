"""A walk through ARNs field by field: what can be told apart in each, put together.

Where no text has more than the five colons between its fields, a pattern with five colons matches a
text just where each field of it matches that of the text: no wildcard stands for a colon. A pattern
with fewer stands for several with five, in which wildcards stand for those that lack. So a state is
a place in one field, not in all of them, and a field that says the same in many policies is walked
through once.
"""

import functools
import operator
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from payguard.authorization.limit import Limit
from payguard.authorization.track import Track, remembered, renumbered
from payguard.authorization.universe import Fields, Universe
from payguard.authorization.walk import EVERYTHING, Pruning, Representatives
from payguard.iam.wildcard import has_wildcard, matches

_COLONS = 5
_MOST_WAYS = 8  # of one pattern; where there are more, all fields are walked at once
_UNIT = 8192  # ways: with so many, a combination counts as one more state

Way = tuple[Track, ...]  # one pattern for each field
Find = Callable[[Universe, Sequence[Track], Limit, Pruning], Representatives]


def ways(tracks: Sequence[Track]) -> list[tuple[Way, ...]] | None:
    """Return how each pattern can match an ARN, field by field; None if there are too many ways."""
    found = []
    for track in tracks:
        of_track = _ways(track)
        if len(of_track) > _MOST_WAYS:
            return None
        found.append(of_track)
    return found


@remembered
def _ways(track: Track) -> tuple[Way, ...]:
    lacking = _COLONS - track.pattern.count(":")
    if not lacking:
        return (_way(track.pattern, track),)
    if lacking < 0 or not track.wild:
        return ()
    texts = islice(_with_colons(track.pattern, lacking, track.reach), _MOST_WAYS + 1)
    return tuple(_way(text, track) for text in texts)


def _way(text: str, track: Track) -> Way:
    return tuple(
        Track(field, wild=track.wild and has_wildcard(field), fold=track.fold)
        for field in text.split(":")
    )


def _with_colons(pattern: str, lacking: int, reach: int) -> Iterator[str]:
    """Yield a pattern with so many more colons, for which wildcards of it stand.

    Those before its first ``reach`` colons stand for none.
    """
    if not lacking:
        yield pattern
        return
    start = len(":".join(pattern.split(":")[:reach])) if reach else 0
    at = next((at for at in range(start, len(pattern)) if pattern[at] in "*?"), -1)
    if at < 0:
        return
    star = pattern[at] == "*"
    reach = max(0, reach - pattern.count(":", 0, at))
    # The most first, so that few are tried in vain.
    for taken in range(lacking if star else 1, -1, -1):
        text = "*" + ":*" * taken if star else ":" if taken else "?"
        for rest in _with_colons(pattern[at + 1 :], lacking - taken, reach):
            yield pattern[:at] + text + rest


class ArnWalk(Representatives):
    """The ARNs of a universe, found as they are taken.

    Args:
        fields: of the universe, see ``Universe``.
        tracks: of each pattern, how it can match an ARN, see ``ways``.
        limit: what may be spent.
        pruning: combinations of patterns that may be left out.
        find: walks through what one field can be.
    """

    def __init__(
        self,
        fields: Sequence[Fields],
        tracks: Sequence[Sequence[Way]],
        limit: Limit,
        pruning: Pruning,
        find: Find,
    ) -> None:
        super().__init__()
        self._is_whole = False
        self._limit, self._pruning, self._find = limit, pruning, find
        self._weight = 1 + sum(map(len, tracks)) // _UNIT
        self._hits: set[int] = set()
        self._rest = self._run(fields, tracks)

    def _run(
        self, fields: Sequence[Fields], tracks: Sequence[Sequence[Way]]
    ) -> Iterator[tuple[str, int]]:
        complete = True
        for shape in fields:
            complete &= yield from self._of_shape(shape, _Ways(tracks, shape))
        self._is_whole = complete

    def _of_shape(self, shape: Fields, ways: "_Ways") -> Generator[tuple[str, int], None, bool]:
        """Yield ARNs with such fields; return whether nothing was left out."""
        needed = tuple(map(ways.of_tracks, self._pruning.needed))
        heads = {ways.all: ""}  # the ways that are still open -> the fields so far
        complete = True
        for place, field in enumerate(shape[:-1]):
            if isinstance(field, str):
                heads = {still: f"{head}{field}:" for still, head in heads.items()}
                continue
            found = self._find(field, ways.patterns(place), self._limit, EVERYTHING)
            after: dict[int, str] = {}
            for text, hits in found:
                kept = ways.kept(place, hits)
                if not self._limit.spend_states(len(heads) * self._weight):
                    return False
                for still, head in heads.items():
                    if all(still & kept & some for some in needed):
                        after.setdefault(still & kept, f"{head}{text}:")
            heads, complete = after, complete and found.complete
        pruning = ways.pruning(needed, ways.of_tracks(self._pruning.fatal), heads)
        if pruning is None:
            return complete
        return (yield from self._with_last(shape[-1], ways, heads, pruning)) and complete

    def _with_last(
        self, field: str | Universe, ways: "_Ways", heads: Mapping[int, str], pruning: Pruning
    ) -> Generator[tuple[str, int], None, bool]:
        """Yield ARNs that begin with such fields."""
        last, needed, fatal = len(ways.needs) - 1, self._pruning.needed, self._pruning.fatal
        one = isinstance(field, str)
        found = (
            Representatives((field, 0))
            if isinstance(field, str)
            else self._find(field, ways.patterns(last), self._limit, pruning)
        )
        for text, hits in found:
            kept = ways.all if one else ways.kept(last, hits)
            if not self._limit.spend_states(len(heads) * self._weight):
                return False
            for still, head in heads.items():
                hit = ways.tracks(still & kept)
                if hit in self._hits or hit & fatal or not all(hit & some for some in needed):
                    continue
                self._hits.add(hit)
                yield f"{head}{text}", hit
        return found.complete


class _Ways:
    """The ways that patterns can match ARNs of one shape; a set of them is a whole number.

    Attributes:
        all: all of them.
        needs: for each field, what it has to match: a pattern -> the ways that need it.
    """

    def __init__(self, tracks: Sequence[Sequence[Way]], shape: Fields) -> None:
        self.needs: tuple[dict[Track, int], ...] = tuple({} for _ in shape)
        self._of_track: list[int] = []  # the ways of each pattern
        self._owners: list[int] = []  # the pattern of each way
        for number, of_track in enumerate(tracks):
            found = 0
            for way in of_track:
                if not all(map(_may_match, way, shape)):
                    continue
                bit = 1 << len(self._owners)
                for pattern, field, needs in zip(way, shape, self.needs, strict=True):
                    if not (isinstance(field, str) or _is_anything(pattern)):
                        needs[pattern] = needs.get(pattern, 0) | bit
                found |= bit
                self._owners.append(number)
            self._of_track.append(found)
        self.all = (1 << len(self._owners)) - 1

    def patterns(self, place: int) -> tuple[Track, ...]:
        """Return what a field is held against."""
        return tuple(self.needs[place])

    def kept(self, place: int, hits: int) -> int:
        """Return the ways that are open to texts whose field matches some of its patterns."""
        kept = self.all
        for number, needing in enumerate(self.needs[place].values()):
            if not hits >> number & 1:
                kept &= ~needing
        return kept

    def of_tracks(self, tracks: int) -> int:
        """Return the ways of some patterns, which are given as bits by their number."""
        return functools.reduce(
            operator.or_, (ways for at, ways in enumerate(self._of_track) if tracks >> at & 1), 0
        )

    def tracks(self, ways: int) -> int:
        """Return the patterns that some ways belong to."""
        return renumbered(ways, self._owners)

    def pruning(self, needed: Sequence[int], fatal: int, heads: Collection[int]) -> Pruning | None:
        """Return what the last field must and must not match; None if none is worth looking at.

        Args:
            needed: sets of ways, one of each of which has to be left open.
            fatal: ways that must not.
            heads: the ways that the fields before it leave open.
        """
        if not heads:
            return None
        some = functools.reduce(operator.or_, heads)
        always = functools.reduce(operator.and_, heads) & fatal
        last = list(self.needs[-1].values())
        free = self.all & ~functools.reduce(operator.or_, last, 0)
        if always & free:
            return None
        return Pruning(
            tuple(_bits(last, one & some) for one in needed if not one & some & free),
            _bits([0 if needing & ~always else needing for needing in last], always),
        )


def _bits(sets: Iterable[int], wanted: int) -> int:
    """Return which of some sets have something of another, as bits by their number."""
    return sum(1 << at for at, held in enumerate(sets) if held & wanted)


def _may_match(pattern: Track, field: str | Universe) -> bool:
    if not isinstance(field, str):
        return True
    text, wanted = (
        (field.lower(), pattern.pattern.lower()) if pattern.fold else (field, pattern.pattern)
    )
    return matches(wanted, text) if pattern.wild else wanted == text


def _is_anything(pattern: Track) -> bool:
    return pattern.wild and not pattern.pattern.strip("*")
