"""Which name was meant: the nearest of those that AWS has."""

from collections.abc import Collection

# No operator, key or type of principal that AWS has is longer: nothing is near to such a text.
_LONGEST = 80


def nearest(word: str, known: Collection[str], cutoff: float) -> str:
    """Return the name of ``known`` that is nearest to ``word``; empty if none is near.

    Args:
        word: what was written, in lower case.
        known: the names, in lower case; a few hundred at most.
        cutoff: how near is near, from 0 to 1.
    """
    if len(word) > _LONGEST:
        return ""
    from difflib import get_close_matches  # noqa: PLC0415  start-up time: only for a misspelling

    return next(iter(get_close_matches(word, known, n=1, cutoff=cutoff)), "")
