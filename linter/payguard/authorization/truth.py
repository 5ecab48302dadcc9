"""Three-valued answers: no, maybe, yes; whatever is not certain carries its doubts.

A maybe has doubts because its answer hangs on them. A yes or no may have doubts too: payguard
then takes the position that AWS documents, although it is contested; whoever wants certainty
reads such an answer as a maybe. Both readings follow from the same tables.
"""

from collections.abc import Iterable

from payguard.authorization.doubt import UNKNOWN_KEY, Doubt
from payguard_policies.named_tuple import NamedTuple

MOST_DOUBTS = 8  # what is shown; one is enough to make an answer uncertain


class Truth(NamedTuple):
    """An answer: rank 0 is no, 1 maybe, 2 yes; ``doubts`` say what it hangs on."""

    rank: int
    doubts: tuple[Doubt, ...] = ()

    @property
    def is_certain(self) -> bool:
        """Whether it is a yes or a no that nothing contests."""
        return self.rank != 1 and not self.doubts


NO, YES = Truth(0), Truth(2)


class Reading:
    """A way to settle what AWS's pages leave open: for the most, or for the least, access.

    What hangs on an unknown key stays open. With ``None`` in the place of a reading nothing is
    settled.

    Args:
        most: whether doubtful statements count where they allow, and not where they deny.
    """

    def __init__(self, *, most: bool) -> None:
        self.most = most
        self.settled = False  # whether anything had to be

    def settle(self, answer: Truth, *, allows: bool) -> Truth:
        """Return what a doubtful element of a statement that allows, or denies, is taken to answer."""
        keys = tuple(item for item in answer.doubts if item.kind == UNKNOWN_KEY)
        self.settled = self.settled or len(keys) < len(answer.doubts)
        if keys:
            return Truth(1, keys)
        return YES if allows is self.most else NO


def truth(holds: object) -> Truth:
    """Return a plain yes or no."""
    return YES if holds else NO


def maybe(kind: str, subject: str = "") -> Truth:
    """Return a maybe with one doubt."""
    return Truth(1, (Doubt(kind, subject),))


def contested(answer: Truth, kind: str, subject: str = "") -> Truth:
    """Return ``answer`` as a position that is taken although it is in doubt."""
    return Truth(answer.rank, (*answer.doubts, Doubt(kind, subject)))


def negate(answer: Truth) -> Truth:
    """Return the opposite; a maybe stays one."""
    if answer is YES:
        return NO
    return YES if answer is NO else Truth(2 - answer.rank, answer.doubts)


def all_of(answers: Iterable[Truth]) -> Truth:
    """Return yes if all are, no if one is: the least of them."""
    rank, doubts = 2, []
    for answer in answers:
        if answer is YES:
            continue
        if answer is NO:
            return NO
        if answer.rank < rank:
            rank, doubts = answer.rank, list(answer.doubts)
        elif answer.rank == rank:
            doubts += answer.doubts
    return _truth(rank, doubts) if doubts or rank < 2 else YES


def any_of(answers: Iterable[Truth]) -> Truth:
    """Return yes if one is, no if none is: the greatest of them."""
    rank, doubts = 0, []
    for answer in answers:
        if answer is NO:
            continue
        if answer is YES:
            return YES
        if answer.rank > rank:
            rank, doubts = answer.rank, list(answer.doubts)
        elif answer.rank == rank:
            doubts += answer.doubts
    return _truth(rank, doubts) if doubts or rank else NO


def _truth(rank: int, doubts: list[Doubt]) -> Truth:
    if not doubts and rank != 1:
        return YES if rank else NO
    return Truth(rank, tuple(dict.fromkeys(doubts))[:MOST_DOUBTS])
