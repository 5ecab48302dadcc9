"""Which patterns of a list say nothing that another one has not said.

Wildcards are held against everything else in the list; beyond a number of comparisons that no
real list reaches the rest is left unanswered, so that a hostile list costs no more than a long
one. Texts are compared as they stand: lower the case of actions before asking.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from payguard.iam.wildcard import covers

_COMPARISONS = 10_000
# No real action or ARN is longer; comparing two patterns costs the product of their lengths.
_LONGEST = 2048
# Sorts behind every character of a real text.
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Redundancy:
    """Item number ``index`` says nothing new: item number ``by`` says it, equally or more widely."""

    index: int
    by: int


def repeated(texts: Sequence[str]) -> Iterator[Redundancy]:
    """Yield each text that an earlier one equals."""
    if len(set(texts)) == len(texts):
        return
    first: dict[str, int] = {}
    for index, text in enumerate(texts):
        by = first.setdefault(text, index)
        if by != index:
            yield Redundancy(index, by)


def covered(texts: Sequence[str]) -> list[Redundancy]:
    """Return each text all of whose matches another one of the list matches; equal ones aside."""
    # The test of has_wildcard, inlined: this line is run for every list of every policy.
    wide = dict.fromkeys(text for text in texts if "*" in text or "?" in text)
    if not wide:
        return []
    # Sorted, the texts that begin like a pattern stand side by side.
    order = sorted(set(texts))
    by: dict[str, str] = {}
    left = _COMPARISONS
    for pattern in wide:
        candidates = _beginning_alike(pattern, order)
        left -= len(candidates)
        if left < 0:
            break
        for text in candidates:
            if text not in by and _says_all_of(pattern, text, by):
                by[text] = pattern
    if not by:
        return []
    first = {text: index for index, text in reversed(list(enumerate(texts)))}
    return sorted(
        (Redundancy(first[text], first[pattern]) for text, pattern in by.items()),
        key=attrgetter("index"),
    )


def _beginning_alike(pattern: str, order: list[str]) -> list[str]:
    """Return the texts that begin as ``pattern`` does before its first wildcard."""
    if len(pattern) > _LONGEST:
        return []
    start = pattern.partition("*")[0].partition("?")[0]
    low = bisect_left(order, start)
    return order[low : bisect_left(order, start + _LAST, low)]


def _says_all_of(pattern: str, text: str, by: Mapping[str, str]) -> bool:
    if text == pattern or len(text) > _LONGEST:
        return False
    if not covers(pattern, text):
        return False
    # Of two patterns that say the same, such as "a*" and "a**", one must stay.
    return by.get(pattern) != text
