"""Texts of a universe that come to mind first: most questions are settled by one of them."""

import functools
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from payguard.authorization.arn_walk import ways
from payguard.authorization.evaluate import may_allow
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import Clause
from payguard.authorization.readable import readable
from payguard.authorization.representative import representatives
from payguard.authorization.substitution import has_variables
from payguard.authorization.track import Track
from payguard.authorization.universe import Universe
from payguard.iam.wildcard import matches

_STATES = 500  # of automata, for one text
_MOST_PATTERNS = 12  # that are looked at, where they are no longer than this
_LONGEST = 256


def likely_texts(universe: Universe, clauses: Iterable[Clause]) -> Iterator[str]:
    """Yield a text that people would write, then others that statements that allow are about."""
    found = {""}
    fitting = (fitted(universe, pattern) for pattern in islice(_granted(clauses), _MOST_PATTERNS))
    for text in chain([likely(universe)], fitting):
        if text not in found:
            found.add(text)
            yield text


def _granted(clauses: Iterable[Clause]) -> Iterator[str]:
    for clause in filter(may_allow, clauses):
        version = clause.statement.version
        texts = (text for text in clause.statement.resources if isinstance(text, str))
        yield from (t for t in texts if len(t) <= _LONGEST and not has_variables(t, version))


@functools.lru_cache(maxsize=64)
def likely(universe: Universe) -> str:
    """Return the text of a universe that people would write; empty if it has none."""
    found = representatives(universe, (), Limit(_STATES)).texts
    texts = [other for text, _ in found for other in (*readable(text), text)]
    return next(filter(universe.has, texts), "")


@functools.lru_cache(maxsize=512)
def fitted(universe: Universe, pattern: str) -> str:
    """Return a text like ``likely`` that a pattern matches, in a universe of ARNs; empty for none.

    What the pattern says of a field is followed where the likely text has something else there.
    """
    text = likely(universe)
    for of_shape in universe.fields:
        for way in (ways([Track(pattern)]) or [()])[0]:
            fields = [
                _fitted(field, wanted, own)
                for field, wanted, own in zip(of_shape, way, text.split(":"), strict=False)
            ]
            if all(fields) and universe.has(":".join(fields)):
                return ":".join(fields)
    return ""


def _fitted(field: str | Universe, wanted: Track, likely_one: str) -> str:
    if matches(wanted.pattern, likely_one):
        return likely_one
    if isinstance(field, str):
        return ""
    found = representatives(field, (wanted,), Limit(_STATES))
    return next((text for text, hits in found if hits), "")
