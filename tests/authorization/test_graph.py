"""A pattern's graph reads the pattern's texts, with as few states as can be."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authorization.reading import reads
from payguard.authorization import graph
from payguard.authorization.graph import ALPHABET, START, Graph
from payguard.identifiers.automaton import automaton_of

LONGEST = 5
pieces = st.sampled_from(
    ["a", "b", "[ab]", "a?", "[ab]*", "b+", "(ab|ba)", "(a|ab)*", "[ab]{2}", ""]
)
patterns = st.lists(pieces, max_size=4).map("".join)


def texts() -> list[str]:
    return [
        "".join(found)
        for length in range(LONGEST + 1)
        for found in itertools.product("abc", repeat=length)
    ]


def reached(found: Graph) -> set[int]:
    states = [START]
    for state in states:  # it grows on the way
        states += [a for a in found._row(state) if a >= 0 and a not in states]
    return set(states)


def endings(found: Graph, state: int) -> frozenset[str]:
    """Return the short texts that may follow where a state is."""
    ends = {""} if found.accepts(state) else set()
    queue = [(state, "")]
    for at, text in queue:  # it grows on the way
        for after, characters in found._moves(at).items():
            for symbol in filter("ab".__contains__, characters):
                ends.update({text + symbol} if found.accepts(after) else ())
                queue += [(after, text + symbol)] if len(text) < LONGEST else []
    return frozenset(ends)


@given(patterns)
@settings(deadline=None)
def test_a_graph_holds_the_texts_of_its_pattern(pattern: str) -> None:
    found = Graph(automaton_of(pattern))
    for text in texts():
        assert reads(found, text) == bool(re.fullmatch(pattern, text)), text


@given(patterns)
@settings(deadline=None, max_examples=40)
def test_no_two_states_but_the_start_can_be_followed_by_the_same(pattern: str) -> None:
    found = Graph(automaton_of(pattern))
    states = sorted(reached(found) - {START})
    assert len({endings(found, state) for state in states}) == len(states)


@given(patterns)
@settings(deadline=None, max_examples=40)
def test_what_is_left_to_read_is_the_shortest_ending(pattern: str) -> None:
    found = Graph(automaton_of(pattern))
    for state in reached(found):
        shortest = min(map(len, endings(found, state)), default=0)
        assert found.left(state) == shortest


@given(patterns)
@settings(deadline=None)
def test_leaps_read_the_same_texts(pattern: str) -> None:
    found = Graph(automaton_of(pattern))
    read = set()
    queue = [(START, "")]
    for state, text in queue:  # it grows on the way
        if found.accepts(state):
            read.add(text)
        for leap in found.leaps(state):
            for symbol in filter("ab".__contains__, leap.characters):
                longer = text + symbol + leap.rest
                queue += [(leap.after, longer)] if len(longer) <= LONGEST else []
    assert read == {text for text in texts() if re.fullmatch(pattern, text)}


def test_the_graph_of_any_text_has_all_of_them() -> None:
    found = Graph(None)
    assert all(reads(found, text) for text in ("", "a", ALPHABET))
    assert not reads(found, "\u20ac")
    assert found.left(START) == 0


def test_a_run_of_places_without_a_choice_is_one_leap() -> None:
    found = Graph(automaton_of("ab[cd]ef"))
    (leap,) = found.leaps(START)
    assert (leap.characters, leap.rest) == ("a", "b")
    (leap,) = found.leaps(leap.after)
    assert (leap.characters, leap.rest) == ("cd", "ef")
    assert found.accepts(leap.after)


def test_states_are_taken_as_they_come_where_there_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(graph, "_MOST_STATES", 3)
    found = Graph(automaton_of("[ab]{4}c?"))
    assert all(found.left(state) == 0 for state in reached(found))
    assert reads(found, "abba")
    assert reads(found, "abbac")
    assert not reads(found, "abb")
