"""Field by field, the same is found as in whole ARNs."""

import re

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from payguard.authorization.arn_walk import ArnWalk, ways
from payguard.authorization.limit import Limit
from payguard.authorization.representative import representatives
from payguard.authorization.track import FIELDS, FLAT, SEGMENTS, Track
from payguard.authorization.universe import Universe
from payguard.authorization.walk import EVERYTHING, Pruning, Walk

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
common = settings(max_examples=150, deadline=None, phases=PHASES)
SHAPES = (
    "arn:(aws|aws-[ab]+):s:[ab]+:[01]{2}:m/[ab]+(/n/[ab]{2})?",
    "arn:aws:s:[ab]*:01:m/[ab]|arn:aws:s:[ab]*:01:m/[ab]/n/a|arn:aws:t:b:[01]:x",
)
field = st.sampled_from(
    [
        "*",
        "a*",
        "*b",
        "?",
        "a",
        "ab",
        "aws",
        "aws-*",
        "s",
        "01",
        "0?",
        "m/*",
        "m/a*",
        "*/n/*",
        "",
        "*a*b*",
    ]
)
patterns = st.one_of(
    st.lists(field, min_size=5, max_size=5).map(lambda found: ":".join(["arn", *found])),
    st.lists(field, max_size=6).map(":".join),
    st.tuples(st.just("arn:*:s"), field, field, field).map(":".join),
)
tracks = st.builds(
    Track,
    patterns,
    wild=st.sampled_from([True, True, True, False]),
    reach=st.sampled_from([FLAT, FLAT, FIELDS, SEGMENTS, 2]),
    fold=st.booleans(),
)
masks = st.integers(0, 15)


def universe(pattern: str) -> Universe:
    return Universe(pattern, "texts")


def by_field(
    pattern: str, found: list[Track], limit: Limit, worth: Pruning = EVERYTHING
) -> ArnWalk:
    of_each = ways(found)
    assert of_each is not None
    return ArnWalk(universe(pattern).fields, of_each, limit, worth, representatives)


@common
@given(st.sampled_from(SHAPES), st.lists(tracks, max_size=5))
def test_the_same_combinations_are_found_as_in_whole_texts(
    pattern: str, found: list[Track]
) -> None:
    if ways(found) is None:
        return
    whole = Walk(universe(pattern), found, Limit())
    fields = by_field(pattern, found, Limit())
    assert whole.complete
    assert fields.complete
    assert len({hits for _, hits in fields}) == len(fields.texts)
    assert {hits for _, hits in fields} == {hits for _, hits in whole}
    for text, hits in fields:
        assert re.fullmatch(pattern, text)
        assert Walk(Universe(re.escape(text), "it"), found, Limit()).texts == ((text, hits),)


@common
@given(
    st.sampled_from(SHAPES),
    st.lists(tracks, min_size=4, max_size=4),
    st.lists(masks, max_size=2),
    masks,
)
def test_only_what_is_not_worth_looking_at_is_left_out(
    pattern: str, found: list[Track], needed: list[int], fatal: int
) -> None:
    if ways(found) is None:
        return
    whole = {hits for _, hits in by_field(pattern, found, Limit())}
    worth = {hits for hits in whole if all(hits & one for one in needed) and not hits & fatal}
    pruned = by_field(pattern, found, Limit(), Pruning(tuple(needed), fatal))
    assert pruned.complete
    assert {hits for _, hits in pruned} == worth


@common
@given(st.sampled_from(SHAPES), st.lists(tracks, max_size=3), st.integers(0, 40))
def test_a_limit_only_leaves_out(pattern: str, found: list[Track], states: int) -> None:
    if ways(found) is None:
        return
    some = by_field(pattern, found, Limit(states=states))
    whole = {hits for _, hits in by_field(pattern, found, Limit())}
    assert {hits for _, hits in some} <= whole
    if some.complete:
        assert {hits for _, hits in some} == whole


@pytest.mark.parametrize(
    ("track", "expected"),
    [
        (Track("arn:a:b:c:d:e"), ["arn:a:b:c:d:e"]),
        (Track("arn:*:b:c:d:e*"), ["arn:*:b:c:d:e*"]),
        (Track("arn:a:b:*"), ["arn:a:b:*:*:*"]),
        (Track("*"), ["*:*:*:*:*:*"]),
        (Track("arn:a:b:c:d*e"), ["arn:a:b:c:d*:*e"]),
        (Track("arn:a:b:*:x*"), ["arn:a:b:*:*:x*", "arn:a:b:*:x*:*"]),
        (Track("arn:a:b:c:d?e"), ["arn:a:b:c:d:e"]),
        (Track("arn:a:b:c?d?e"), ["arn:a:b:c:d:e"]),
        (Track("arn:a:b:c:d:e:f"), []),
        (Track("arn:a:b:c"), []),
        (Track("arn:a:b:*", wild=False), []),
        (Track("arn:a:b:c:d:*", wild=False), ["arn:a:b:c:d:*"]),
        (Track("arn:a:b:*", reach=FIELDS), []),
        (Track("arn:*:b:*", reach=3), ["arn:*:b:*:*:*"]),
        (Track("arn:*:b:*:x*", reach=3), ["arn:*:b:*:*:x*", "arn:*:b:*:x*:*"]),
    ],
)
def test_how_a_pattern_can_match_an_arn(track: Track, expected: list[str]) -> None:
    found = ways([track])
    assert found is not None
    assert [":".join(one.pattern for one in way) for way in found[0]] == expected


@pytest.mark.parametrize("pattern", ["*a*b*c*", "?" * 40, "*?" * 5_000])
def test_a_pattern_with_many_ways_is_left_to_whole_texts(pattern: str) -> None:
    assert ways([Track("*"), Track(pattern)]) is None
    found = [Track("*"), Track(pattern[:200])]
    answer = representatives(universe(SHAPES[0]), found, Limit())
    assert answer.texts == Walk(universe(SHAPES[0]), found, Limit()).texts


@pytest.mark.parametrize(
    ("pattern", "has_colons", "expected"),
    [
        ("arn:(aws|b):s:[ab]+:[01]{2}:m/[:]+", True, 0),
        ("arn:(aws|b):s:[ab]+:[01]{2}:m/[ab]+", False, 1),
        ("arn:aws:s:[ab]+:01:m|arn:aws:s:[ab]+:01:n", False, 1),
        ("arn:aws:s:a:01:m|arn:aws:s:b:01:n", False, 2),
        ("[ab]+", False, 0),
        ("arn:aws:s:a:01:m|x", False, 0),
    ],
)
def test_only_texts_with_five_colons_have_fields(
    pattern: str, has_colons: bool, expected: int
) -> None:
    assert len(Universe(pattern, "texts", has_colons=has_colons).fields) == expected


def test_texts_are_found_as_they_are_taken() -> None:
    found = [Track(f"arn:*:*:*:*:m/{text}*") for text in ("a", "b", "ab", "ba")]
    limit = Limit()
    assert next(iter(by_field(SHAPES[0], found, limit)))
    taken = limit._states
    assert by_field(SHAPES[0], found, limit).complete
    assert taken - limit._states > Limit()._states - taken
