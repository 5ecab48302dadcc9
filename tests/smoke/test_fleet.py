"""Many targets at once: in order, bounded, each in its time, and partly when interrupted."""

import _thread
import queue
import threading
import time

import pytest

from payguard.smoke.fleet import Fleet
from payguard.smoke.probe import Result, unasked
from payguard.smoke.target import Target
from payguard.smoke.trouble import NO_LIST
from payguard.smoke.verdict import Outcome

MANAGERS = [
    f"arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/m-{number:010d}"
    for number in range(40)
]
TARGETS = [Target(arn) for arn in MANAGERS]


def done(target: Target) -> Result:
    return unasked(target, NO_LIST)


def test_results_come_in_the_order_of_the_targets() -> None:
    def ask(target: Target) -> Result:
        time.sleep(0.01 if target.manager_arn < MANAGERS[20] else 0)
        return done(target)

    counted: list[int] = []
    run = Fleet(ask, 8, 5, threading.Event()).run(TARGETS, counted.append)
    assert [result.target for result in run.results] == TARGETS
    assert sum(counted) == len(TARGETS)
    assert not run.interrupted


def test_no_more_than_so_many_are_asked_at_once() -> None:
    now, most, lock = [0], [0], threading.Lock()

    def ask(target: Target) -> Result:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.005)
        with lock:
            now[0] -= 1
        return done(target)

    Fleet(ask, 5, 5, threading.Event()).run(TARGETS, lambda _: None)
    assert most[0] <= 5


def test_a_target_that_hangs_is_given_up_and_the_others_are_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("payguard.smoke.fleet._GRACE", 0.1)
    hanging = threading.Event()

    def ask(target: Target) -> Result:
        if target.manager_arn in MANAGERS[:3]:
            hanging.wait(60)
        return done(target)

    start = time.monotonic()
    run = Fleet(ask, 3, 2, threading.Event()).run(TARGETS, lambda _: None)
    assert time.monotonic() - start < 15
    outcomes = [result.answers[0].outcome for result in run.results]
    assert outcomes == [Outcome.UNREACHABLE] * 3 + [Outcome.SERVICE_ERROR] * 37
    causes = {result.answers[0].trouble.cause for result in run.results[:3]}  # type: ignore[union-attr]
    assert causes == {"deadline"}
    hanging.set()


def test_a_defect_spoils_one_target_and_not_the_others() -> None:
    def ask(target: Target) -> Result:
        if target.manager_arn == MANAGERS[7]:
            raise ZeroDivisionError("canary: who knows what stands here")
        return done(target)

    run = Fleet(ask, 4, 5, threading.Event()).run(TARGETS, lambda _: None)
    answer = run.results[7].answers[0]
    assert answer.trouble is not None
    assert answer.outcome == Outcome.NOT_ASKED
    assert "ZeroDivisionError" in answer.trouble.says
    assert "canary" not in answer.trouble.says
    assert sum(result.answers[0].outcome == Outcome.SERVICE_ERROR for result in run.results) == 39


class _Interrupted(queue.SimpleQueue[int]):
    """Ctrl-C comes just when something has been taken out of it."""

    def get(self, block: bool = True, timeout: float | None = None) -> int:
        super().get(block, timeout)
        raise KeyboardInterrupt


def test_what_was_done_when_ctrl_c_comes_is_never_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(done, 1, 60, threading.Event())
    monkeypatch.setattr(fleet, "_done", _Interrupted())
    run = fleet.run(TARGETS[:1], lambda _: None)
    assert run.interrupted
    assert run.results[0].answers[0].outcome == Outcome.SERVICE_ERROR


def test_ctrl_c_ends_the_run_with_what_was_done(interruptible: None) -> None:
    def ask(target: Target) -> Result:
        if target.manager_arn == MANAGERS[10]:
            _thread.interrupt_main()
            time.sleep(30)
        return done(target)

    start = time.monotonic()
    stop = threading.Event()
    run = Fleet(ask, 1, 60, stop).run(TARGETS, lambda _: None)
    assert time.monotonic() - start < 10
    assert run.interrupted
    assert stop.is_set()
    outcomes = [result.answers[0].outcome for result in run.results]
    assert outcomes == [Outcome.SERVICE_ERROR] * 10 + [Outcome.NOT_ASKED] * 30
