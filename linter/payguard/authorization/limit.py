"""How much work a question may cost before it is given up as undecided."""

from time import monotonic

_STATES = 60_000
_REQUESTS = 200_000
_SECONDS = 5.0
_UNCLOCKED = 256


class Limit:
    """What is left of the states, requests and seconds that one question may use.

    Args:
        states: of automata.
        requests: put to the evaluator.
        seconds: on the clock; checked now and then, so that it costs nothing.
    """

    def __init__(
        self, states: int = _STATES, requests: int = _REQUESTS, seconds: float = _SECONDS
    ) -> None:
        self._states, self._requests = states, requests
        self._end = monotonic() + seconds
        self._unclocked = 0  # states since the last look at the clock
        self._late = False
        self.requests = 0
        self.reached = ""

    def spend_states(self, count: int = 1) -> bool:
        """Take some states; False once there are no more."""
        self._states -= count
        self._unclocked += count
        if self._states < 0:
            self.reached = self.reached or "too many combinations of patterns"
            self.check_time()  # whoever asks on, without any states, asks for a long time
            return False
        if self._unclocked >= _UNCLOCKED:
            self._unclocked = 0
            self.check_time()
        return not self._late

    def spend_request(self) -> bool:
        """Take one request; False once there are no more."""
        self.requests += 1
        if self.requests > self._requests:
            self.reached = self.reached or "too many combinations of values"
            return False
        if not self.requests & 63:
            self.check_time()
        return not self._late

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to ask with."""
        return self._late or self.requests > self._requests

    def check_time(self) -> bool:
        """Look at the clock; False once the time is up."""
        if monotonic() > self._end:
            self._late = True
            self.reached = self.reached or "no more time"
        return not self._late
