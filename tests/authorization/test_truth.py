"""Three-valued answers: their tables, and that doubts are never lost."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard.authorization import doubt
from payguard.authorization.doubt import Doubt
from payguard.authorization.truth import (
    NO,
    YES,
    Truth,
    all_of,
    any_of,
    contested,
    maybe,
    negate,
    truth,
)

MAYBE = maybe(doubt.UNKNOWN_KEY, "aws:username")
TRUTHS = [NO, MAYBE, YES]
CONTESTED = [contested(NO, doubt.RCP_SERVICE, "a"), contested(YES, doubt.KEY_POLICY)]


@pytest.mark.parametrize(("left", "right"), list(product(TRUTHS, TRUTHS)))
def test_and_is_the_least_and_or_the_greatest(left: Truth, right: Truth) -> None:
    assert all_of((left, right)).rank == min(left.rank, right.rank)
    assert any_of((left, right)).rank == max(left.rank, right.rank)


def test_nothing_at_all_is_yes_for_and_and_no_for_or() -> None:
    assert all_of(()) is YES
    assert any_of(()) is NO


def test_negation_keeps_a_maybe_and_its_doubts() -> None:
    assert negate(YES) is NO
    assert negate(NO) is YES
    assert negate(MAYBE) == MAYBE


def test_a_plain_answer_is_certain_and_one_with_doubts_is_not() -> None:
    assert truth([1]) is YES
    assert truth("") is NO
    assert YES.is_certain
    assert NO.is_certain
    assert not MAYBE.is_certain
    assert not any(answer.is_certain for answer in CONTESTED)


answers = st.lists(st.sampled_from([*TRUTHS, *CONTESTED]), max_size=6)


@given(answers)
def test_de_morgan_holds_doubts_included(items: list[Truth]) -> None:
    assert negate(all_of(items)) == any_of([negate(item) for item in items])


def cautious(answer: Truth) -> int:
    """What remains of an answer for whoever takes every contested position for a maybe."""
    return answer.rank if answer.is_certain else 1


@given(answers)
def test_reading_contested_answers_as_maybe_commutes_with_and_and_or(items: list[Truth]) -> None:
    read = [cautious(item) for item in items]
    assert cautious(all_of(items)) == min(read, default=2)
    assert cautious(any_of(items)) == max(read, default=0)


def test_a_doubt_stands_once_and_a_crowd_of_doubts_is_cut() -> None:
    assert all_of([MAYBE, MAYBE]) == MAYBE
    many = [maybe(doubt.UNKNOWN_KEY, str(number)) for number in range(100)]
    assert len(any_of(many).doubts) == 8


def test_every_kind_of_doubt_has_a_sentence() -> None:
    kinds = [value for name, value in vars(doubt).items() if name.isupper() and name[0] != "_"]
    assert kinds
    for kind in kinds:
        assert Doubt(kind, "some thing").sentence
