"""Many targets at once: a bounded number of threads, a time for each target, and Ctrl-C.

Threads are daemons: one that hangs in spite of every timeout, as on a server that sends a byte now
and then, is left behind when the time of its target is up, and another takes its place.
"""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from payguard.smoke.probe import Result, unasked
from payguard.smoke.target import Target
from payguard.smoke.trouble import INTERRUPTED, LATE, trouble

_GRACE = 2.0  # seconds beyond the deadline that a target may take to end by itself
_LOOK = 0.2  # seconds between looks at the clock


@dataclass(frozen=True, slots=True)
class Run:
    """The results of a run, in the order of the targets, and whether it was interrupted."""

    results: tuple[Result, ...]
    interrupted: bool = False


class Fleet:
    """Asks targets.

    Args:
        ask: asks one target, in time.
        threads: how many at once.
        seconds: the deadline of each target.
        stop: is set when the run is interrupted.
    """

    def __init__(
        self, ask: Callable[[Target], Result], threads: int, seconds: float, stop: threading.Event
    ) -> None:
        self._ask, self._threads, self._seconds, self._stop = ask, threads, seconds, stop
        self._waiting: queue.SimpleQueue[tuple[int, Target]] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._begun: dict[int, float] = {}
        # Workers write here: what is taken out of a queue when Ctrl-C comes would be lost.
        self._results: dict[int, Result] = {}

    def run(self, targets: Sequence[Target], progress: Callable[[int], object]) -> Run:
        """Ask all targets.

        Args:
            targets: the targets.
            progress: told how many more are done.
        """
        interrupted, told = False, 0
        try:
            for item in enumerate(targets):
                self._waiting.put(item)
            for _ in range(min(self._threads, len(targets))):
                self._start()
            while told < len(targets):
                self._wait(targets)
                done = len(self._results)
                progress(done - told)
                told = done
        except KeyboardInterrupt:
            interrupted = True
            self._stop.set()
        ordered = (
            self._results.get(number) or unasked(target, INTERRUPTED)
            for number, target in enumerate(targets)
        )
        return Run(tuple(ordered), interrupted)

    def _start(self) -> None:
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                number, target = self._waiting.get_nowait()
            except queue.Empty:
                return
            begun = self._begun[number] = time.monotonic()
            try:
                result = self._ask(target)
            except Exception as error:  # noqa: BLE001  one target's defect is not the others'
                result = unasked(target, trouble(error, ""))
            self._results.setdefault(number, result)
            self._done.put(number)
            if time.monotonic() - begun > self._seconds + _GRACE:
                return  # another has taken its place

    def _wait(self, targets: Sequence[Target]) -> None:
        """Wait until one more is done, or is not done in time."""
        with suppress(queue.Empty):
            self._done.get(timeout=_LOOK)
        late = time.monotonic() - self._seconds - _GRACE
        for number, begun in list(self._begun.items()):
            if begun < late and number not in self._results:
                self._results.setdefault(number, unasked(targets[number], LATE))
                self._start()
