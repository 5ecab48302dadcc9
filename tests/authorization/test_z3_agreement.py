"""The engine and z3 give the same answers, to known questions and to random ones.

z3 reads the policies by itself: see ``z3_model``. Where it gives up, or does not cover something,
nothing is compared; how often that may be is held as well. A witness of the engine is put to z3 as
one concrete request, which it always decides.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from typing import NamedTuple

import pytest

from authorization.question_set import IMPLIES, Asked, questions
from authorization.random_questions import random_question
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED, Answer
from payguard.authorization.prove import manager_actions

needs_z3 = pytest.mark.skipif(find_spec("z3") is None, reason="z3 is not installed")

RANDOM = 240
# What z3 may spend on one query, in its own measure: about half a second, on a machine at rest.
EFFORT, KNOWN_EFFORT = 1_000_000, 5_000_000
SECONDS = 20.0  # in case its measure misses something
NOT_COVERED, UNKNOWN, IN_DOUBT = "not covered", "unknown", "undecided"


class Compared(NamedTuple):
    """What engine and z3 came to.

    Attributes:
        asked: the question.
        answer: the engine's.
        other: z3's verdict, or NOT_COVERED.
        why: what is not covered.
        unconfirmed: what z3 says of requests of the witness that it does not agree on.
    """

    asked: Asked
    answer: Answer
    other: str
    why: str = ""
    unconfirmed: tuple[str, ...] = ()

    @property
    def disagree(self) -> bool:
        """Whether both are sure, of opposite things."""
        return {self.answer.verdict, self.other} == {PROVED, REFUTED}


def compared(asked: Asked, effort: int) -> Compared:
    from authorization.z3_model import Attached, Solver
    from authorization.z3_terms import NotCovered

    answer = asked.answer()
    roles = [Attached(*role) for role in asked.roles]
    solver = Solver(SECONDS, effort=effort)
    try:
        found = solver.answer(asked.kind, roles, asked.about, manager_actions())
        return Compared(asked, answer, found.verdict, unconfirmed=tuple(unconfirmed(asked, answer)))
    except NotCovered as reason:
        return Compared(asked, answer, NOT_COVERED, str(reason))


def unconfirmed(asked: Asked, answer: Answer) -> Iterator[str]:
    """Yield the requests of a witness that are not as the engine says, and what z3 says of them."""
    from authorization.z3_model import Attached, Solver

    new, old = Attached(*asked.roles[0]), Attached(*asked.roles[-1])
    for step in answer.witness:
        request = step.request
        values = {k: v for k, v in request.context.items() if isinstance(v, (str, tuple))}
        expected = [(new, "allowed" if step.allowed else "denied")]
        if asked.kind == IMPLIES:
            expected.append((old, "denied"))
        for role, verdict in expected:
            found = Solver(SECONDS, effort=EFFORT).decide(
                role, request.action, request.resource, values
            )
            if found != verdict:
                yield f"{found} instead of {verdict}: {request}"


@cache
def known() -> tuple[Compared, ...]:
    return tuple(compared(asked, KNOWN_EFFORT) for asked in questions())


@cache
def random_ones() -> tuple[Compared, ...]:
    return tuple(compared(random_question(seed), EFFORT) for seed in range(RANDOM))


def shares(found: tuple[Compared, ...]) -> Counter[str]:
    """Count what could not be compared, by reason."""
    count: Counter[str] = Counter()
    for item in found:
        if item.other not in {PROVED, REFUTED}:
            count[item.other] += 1
        elif item.answer.verdict == UNDECIDED:
            count["the engine is undecided"] += 1
    return count


@pytest.mark.parametrize("asked", questions(), ids=lambda asked: asked.name)
def test_the_engine_answers_a_question_as_is_known(asked: Asked) -> None:
    answer = asked.answer()
    assert answer.verdict == asked.verdict, answer


@needs_z3
def test_z3_answers_the_known_questions_as_is_known() -> None:
    sure = [item for item in known() if item.other in {PROVED, REFUTED}]
    assert [(item.asked.name, item.other) for item in sure] == [
        (item.asked.name, item.asked.verdict) for item in sure
    ]
    assert len(sure) >= len(known()) - 2, shares(known())


@needs_z3
def test_no_random_question_is_answered_otherwise_by_z3() -> None:
    assert not [item for item in random_ones() if item.disagree]


@needs_z3
def test_every_request_of_a_witness_is_decided_alike_by_z3() -> None:
    found = [item for item in (*known(), *random_ones()) if item.answer.witness]
    assert not [item.unconfirmed for item in found if item.unconfirmed]
    assert len(found) >= 50


@needs_z3
def test_most_random_questions_are_decided_by_both() -> None:
    found = random_ones()
    count = shares(found)
    assert count[NOT_COVERED] <= 0.05 * RANDOM, {item.why for item in found}
    assert count[UNKNOWN] <= 0.10 * RANDOM, count
    assert count[IN_DOUBT] + count["the engine is undecided"] <= 0.05 * RANDOM, count
    both = [item for item in found if item.other == item.answer.verdict]
    assert len(both) >= 150, count
    kinds = Counter((item.asked.kind, item.other) for item in both)
    assert len(kinds) == 6, kinds
    assert min(kinds.values()) >= 10, kinds
