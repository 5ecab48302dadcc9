"""How long is waited: a deadline for each target, and growing pauses before asking again.

botocore's own retries know no deadline, and are off.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

from payguard.smoke.trouble import LATE
from payguard.smoke.verdict import Outcome, Trouble
from payguard_policies.named_tuple import NamedTuple

_FIRST, _LONGEST = 0.2, 5.0  # seconds: the bounds of a pause before the second request, and ever
_LEAST = 0.1  # seconds before the deadline in which nothing is begun
_MOST = 12  # requests for one page
# A name that does not resolve, or a port where nobody listens, seldom gets better.
_MOST_UNREACHABLE = 3  # in a row


class Deadline(NamedTuple):
    """A point in time, on the monotonic clock in seconds."""

    at: float

    @property
    def remaining(self) -> float:
        """The seconds that are left; none or less if it has passed."""
        return self.at - time.monotonic()

    def part(self, share: float) -> "Deadline":
        """Return an earlier one, after a share of what is left."""
        return Deadline(time.monotonic() + self.remaining * share)


def deadline(seconds: float) -> Deadline:
    """Return the point in time after so many seconds."""
    return Deadline(time.monotonic() + seconds)


class Attempts(NamedTuple):
    """What came of asking, maybe several times: a value, or a trouble."""

    value: Any
    trouble: Trouble | None
    made: int


class Patience:
    """Asks again where that may help.

    Args:
        stop: ends every pause: the run was interrupted.
        chance: returns a number from 0 to 1; the part of the greatest pause that is waited ("full
            jitter": those who were throttled together do not come back together).
            https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    def __init__(self, stop: threading.Event, chance: Callable[[], float] = random.random) -> None:
        self._stop, self._chance = stop, chance

    def pause(self, seconds: float) -> bool:
        """Wait; return whether the run was interrupted meanwhile."""
        return self._stop.wait(seconds)

    def ask(
        self,
        call: Callable[[], Any],
        means: Callable[[Exception], Trouble],
        until: Deadline,
        most: int = _MOST,
    ) -> Attempts:
        """Call until it returns, fails for good, or the time is up.

        Args:
            call: what to ask.
            means: tells what an error means.
            until: when to give up.
            most: how often to ask at most.
        """
        found, unreachable = LATE, 0
        for count in range(1, most + 1):
            if until.remaining <= _LEAST or self._stop.is_set():
                return Attempts(None, found, count - 1)
            try:
                return Attempts(call(), None, count)
            except Exception as error:  # noqa: BLE001  every error means something
                meant = means(error)
            late = until.remaining <= 0 and meant.outcome == Outcome.UNREACHABLE and count > 1
            found = found if late else meant  # cut off by the deadline: the one before tells more
            unreachable = unreachable + 1 if found.outcome == Outcome.UNREACHABLE else 0
            pause = self._chance() * min(_LONGEST, _FIRST * 2 ** (count - 1))
            enough = count == most or unreachable == _MOST_UNREACHABLE
            if found.final or enough or pause >= until.remaining:
                return Attempts(None, found, count)
            self._stop.wait(pause)
        raise AssertionError("the last attempt returns")
