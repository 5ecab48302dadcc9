"""Denials, read from whatever tells of them: an error, a log, an event of CloudTrail's."""

from collections.abc import Iterator
from itertools import islice

from payguard.denial import event
from payguard.denial.message import Denial, in_words

MOST = 1_000  # denials of one text


def read(text: str) -> Denial | None:
    """Return the first denial that a text tells of; None if it tells of none.

    Args:
        text: an error as botocore, an SDK or the AWS CLI prints it, a log with such a line in it,
            an event of CloudTrail (or ``Records`` of them, or what ``lookup-events`` prints), or a
            decoded authorization message. Any text may be given; time is linear in its length.
    """
    return next(denials(text), None)


def denials(text: str) -> Iterator[Denial]:
    """Yield the denials that a text tells of, from first to last, a thousand at most."""
    found = event.denials(text)
    yield from islice(in_words(text) if found is None else found, MOST)
