"""One text stands for every combination of patterns that some text matches, and none is missing."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from payguard.authorization import representative
from payguard.authorization.limit import Limit
from payguard.authorization.representative import representatives
from payguard.authorization.track import FIELDS, FLAT, SEGMENTS, Track
from payguard.authorization.universe import Universe, anything, manager_universe
from payguard.authorization.walk import Pruning
from payguard.iam.wildcard import matches

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
common = settings(max_examples=150, deadline=None, phases=PHASES)
LONGEST = 5
# Universes over few characters, so that all of their short texts can be tried.
PATTERNS = (
    "",
    "[abc:]*",
    "[ab]+",
    "a?b?c?",
    "(a|b)*:(a|b)*",
    "(ab|ba)*c?",
    "[ab]{1,3}(:[ab]{2})?",
    "a:b:[ab]*:c?:[ab]*",
    "[ab]{2}",
)
patterns = st.text(alphabet="abA*?:", max_size=4)
tracks = st.builds(
    Track,
    patterns,
    wild=st.sampled_from([True, True, True, False]),
    reach=st.sampled_from([FLAT, FLAT, FIELDS, SEGMENTS]),
    fold=st.sampled_from([False, False, True]),
)


def universe(pattern: str) -> Universe:
    return Universe(pattern, "texts", has_colons=True) if pattern else anything()


def strings(alphabet: str, longest: int) -> Iterator[str]:
    for length in range(longest + 1):
        yield from map("".join, itertools.product(alphabet, repeat=length))


def texts_of(pattern: str) -> list[str]:
    """Return the short texts of a universe; of all texts those over five characters."""
    found = strings("abA:z" if not pattern else "abc:", LONGEST if pattern else 4)
    return [text for text in found if not pattern or re.fullmatch(pattern, text)]


def fields(text: str, most: int) -> list[str]:
    return text.split(":", most)


def is_hit(track: Track, text: str) -> bool:
    """Match by the definition of a track, without its automaton."""
    pattern = track.pattern
    if track.fold:
        pattern, text = pattern.lower(), text.lower()
    if not track.wild:
        return pattern == text
    if track.reach == FLAT:
        return matches(pattern, text)
    most = -1 if track.reach == SEGMENTS else 5
    wanted, found = pattern.split(":", most), text.split(":", most)
    return len(wanted) == len(found) and all(map(matches, wanted, found))


def hits(found: Sequence[Track], text: str) -> int:
    return sum(1 << number for number, track in enumerate(found) if is_hit(track, text))


def by_hits(found: Sequence[Track], texts: Iterable[str]) -> dict[int, str]:
    """Return a shortest text for every combination of patterns that one of the texts matches.

    The empty text is taken only where no other will do.
    """
    shortest: dict[int, str] = {}
    for text in sorted(texts, key=lambda text: (not text, len(text))):
        shortest.setdefault(hits(found, text), text)
    return shortest


@common
@given(st.lists(tracks, max_size=4), st.sampled_from(PATTERNS))
def test_every_representative_matches_what_it_stands_for(found: list[Track], pattern: str) -> None:
    answer = representatives(universe(pattern), found, Limit())
    assert answer.complete
    assert len({combination for _, combination in answer.texts}) == len(answer.texts)
    for text, combination in answer.texts:
        assert not pattern or re.fullmatch(pattern, text)
        assert hits(found, text) == combination


@common
@given(st.lists(tracks, max_size=4), st.sampled_from(PATTERNS))
def test_every_combination_that_a_short_text_has_is_found(found: list[Track], pattern: str) -> None:
    answer = {hit: text for text, hit in representatives(universe(pattern), found, Limit()).texts}
    expected = by_hits(found, texts_of(pattern))
    assert expected.keys() - answer.keys() == set()
    for combination, text in expected.items():
        assert len(answer[combination]) <= len(text) or not text


masks = st.integers(0, 15)


@common
@given(st.lists(tracks, max_size=4), st.sampled_from(PATTERNS), st.lists(masks, max_size=2), masks)
def test_what_is_worth_looking_at_is_found(
    found: list[Track], pattern: str, needed: list[int], fatal: int
) -> None:
    every = (1 << len(found)) - 1
    worth = Pruning(tuple(mask & every for mask in needed), fatal & every)
    whole = {hit for _, hit in representatives(universe(pattern), found, Limit()).texts}
    pruned = {hit for _, hit in representatives(universe(pattern), found, Limit(), worth).texts}
    wanted = {hit for hit in whole if all(hit & m for m in worth.needed) and not hit & worth.fatal}
    assert wanted <= pruned <= whole


@common
@given(st.lists(patterns, min_size=1, max_size=3))
def test_texts_of_all_characters_are_told_apart_like_those_of_a_few(found: list[str]) -> None:
    named = [Track(pattern) for pattern in found]
    answer = representatives(anything(), named, Limit())
    assert {hit for _, hit in answer.texts} >= set(by_hits(named, strings("abA:?*z", 3)))
    for text, combination in answer.texts:
        assert combination == sum(matches(p, text) << n for n, p in enumerate(found))


@pytest.mark.parametrize(
    ("pattern", "found", "expected"),
    [
        ("[ab]+", [], [("a", 0)]),
        ("[ab]*", [], [("a", 0)]),
        ("[ab]*", [Track("")], [("a", 0), ("", 1)]),
        ("[ab]+", [Track("b*")], [("a", 0), ("b", 1)]),
        ("[ab]+", [Track("*")], [("a", 1)]),
        ("[ab]+", [Track("c*")], [("a", 0)]),
        ("[ab]{2}", [Track("a*"), Track("*b")], [("aa", 1), ("ab", 3), ("ba", 0), ("bb", 2)]),
        ("a", [Track("b")], [("a", 0)]),
        ("", [Track("1-", fold=True)], [("a", 0), ("1-", 1)]),
        ("", [Track("*", wild=False)], [("a", 0), ("*", 1)]),
        ("", [Track("\U0010fffe?")], [("a", 0), ("*a", 1)]),
        ("", [Track("\u00e9quipe")], [("a", 0), ("\u00e9quipe", 1)]),
        ("", [Track("\u00ff", fold=True)], [("a", 0), ("\u00ff", 1)]),
        ("", [Track(" ")], [("a", 0), (" ", 1)]),
    ],
)
def test_the_representatives_of(
    pattern: str, found: list[Track], expected: list[tuple[str, int]]
) -> None:
    answer = representatives(universe(pattern), found, Limit())
    assert (sorted(answer.texts), answer.complete) == (sorted(expected), True)


def test_a_pattern_is_hit_through_folded_case_in_a_universe_of_either_case() -> None:
    for pattern, text in (("[a-z]+", "ab"), ("[A-Z]+", "AB")):
        answer = representatives(universe(pattern), [Track("aB", fold=True)], Limit())
        assert (text, 1) in answer.texts


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (["*"], {1}),
        (["*/shop-*"], {0, 1}),
        (["*/shop-*", "*/till-*"], {0, 1, 2}),
        (["*/shop-*", "*-aaaaaaaaaa"], {0, 1, 2, 3}),
        (["*/a*", "*/a", "*/a?*"], {0, 5}),
        (["arn:aws:*", "arn:aws-*"], {1, 2}),
        (["*/Shop*"], {0}),
        (["*/session/*"], {0}),
        (["*:111122223333:*", "*:1111*", "*3333:*"], {0, 2, 4, 6, 7}),
        (["*x*y*", "*y*x*"], {0, 1, 2, 3}),
        (["arn:aws:bedrock-agentcore:us-east-1:*", "*:us-*"], {0, 2, 3}),
    ],
)
def test_the_combinations_of_patterns_on_payment_managers(
    found: list[str], expected: set[int]
) -> None:
    answer = representatives(manager_universe(), [Track(text) for text in found], Limit())
    assert answer.complete
    assert {hit for _, hit in answer.texts} == expected


# Limits


MANY = [Track(f"*{one}*{other}*") for one, other in ("ab", "cd", "ef", "gh")]


def test_without_states_left_what_was_found_is_not_all() -> None:
    whole = representatives(universe("[a-h]*"), MANY, Limit())
    representative._known.clear()
    for states in (0, 1, 5, 50):
        limit = Limit(states=states)
        some = representatives(universe("[a-h]*"), MANY, limit)
        assert not some.complete
        assert limit.reached == "too many combinations of patterns"
        assert {hit for _, hit in some.texts} <= {hit for _, hit in whole.texts}
        assert all(hits(MANY, text) == hit for text, hit in some.texts)
    assert whole.complete
    assert {hit for _, hit in whole.texts} == set(range(16))


def test_what_was_not_found_in_full_is_not_remembered() -> None:
    letters = universe("[a-h]*")
    assert not representatives(letters, MANY, Limit(states=20)).complete
    assert representatives(letters, MANY, Limit()).complete


def test_what_was_found_in_full_is_remembered_for_a_while() -> None:
    letters = universe("[a-h]*")
    first = representatives(letters, MANY, Limit()).texts
    again = representatives(letters, MANY, Limit(states=0))
    assert (again.complete, again.texts) == (True, first)
    for number in range(300):
        assert representatives(letters, [Track(f"a{number}*")], Limit()).complete
    assert 0 < len(representative._known) <= 256


def test_what_was_not_taken_in_full_is_not_remembered() -> None:
    letters = universe("[a-h]*")
    assert next(iter(representatives(letters, MANY, Limit())))
    assert not representative._known
    assert not representatives(letters, MANY, Limit(states=0)).complete


def test_what_is_remembered_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(representative, "_MOST_CHARACTERS", 100)
    letters = universe("[a-h]*")
    for number in range(20):
        tracks = [Track("a" * number + "*"), Track("b" * 30)]
        assert representatives(letters, tracks, Limit()).complete
        held = (text for found in representative._known.values() for text, _ in found.texts)
        assert sum(map(len, held)) < 200
    assert representatives(letters, [Track("a" * 200)], Limit()).complete
    assert all(
        len(text) < 200 for found in representative._known.values() for text, _ in found.texts
    )


@common
@given(st.lists(tracks, max_size=3), st.integers(0, 60))
def test_a_limit_only_leaves_out(found: list[Track], states: int) -> None:
    some = representatives(universe("[ab:]*"), found, Limit(states=states))
    representative._known.clear()
    whole = representatives(universe("[ab:]*"), found, Limit())
    if some.complete:
        assert some.texts == whole.texts
    assert set(some.texts) - set(whole.texts) <= {("", hits(found, ""))}
