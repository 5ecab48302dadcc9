"""Tracks hold patterns against texts as the evaluator does."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authorization.asking import allow, ask, policy
from payguard.authorization.operator import holds
from payguard.authorization.policy_set import Clause, attach
from payguard.authorization.relevance import entry
from payguard.authorization.request import Value
from payguard.authorization.resource import covers
from payguard.authorization.substitution import fill, fits
from payguard.authorization.track import FIELDS, FLAT, SEGMENTS, Track, Tracks, strict_tracks
from payguard.iam.condition import condition
from payguard.iam.wildcard import matches

LATEST = "2012-10-17"
ARN = "arn:aws:logs:u:1:"
patterns = st.text(alphabet="ab*?:", max_size=6)
texts = st.text(alphabet="abc:*?", max_size=7)


def hits(tracks: Sequence[Track], text: str) -> list[bool]:
    """Return which tracks match the whole of ``text``."""
    compiled = Tracks(tracks)
    places = compiled.start
    for symbol in text:
        places = compiled.after(symbol, places)
    accepted = compiled.accepted(places)
    return [bool(accepted >> number & 1) for number in range(len(tracks))]


def strings(alphabet: str, longest: int) -> Iterator[str]:
    for length in range(longest + 1):
        yield from map("".join, itertools.product(alphabet, repeat=length))


@pytest.mark.parametrize(
    ("track", "text", "expected"),
    [
        (Track("a*b"), "a:x:b", True),
        (Track("a*b"), "a", False),
        (Track(""), "", True),
        (Track("*"), "", True),
        (Track("**"), "", True),
        (Track("?"), "", False),
        (Track("a*b", wild=False), "a*b", True),
        (Track("a*b", wild=False), "axb", False),
        (Track("a?", wild=False), "ab", False),
        (Track("Team", fold=True), "tEAM", True),
        (Track("Team"), "team", False),
        (Track("Te*", fold=True), "TEAM", True),
        (Track("a1-_", fold=True), "A1-_", True),
        (Track("\U0010fffe\U0010ffff"), "*?", True),
        (Track("\U0010fffe\U0010ffff"), "ab", False),
        (Track("*\U0010fffe"), "ab*", True),
        (Track("arn:aws:*:::b", reach=FIELDS), "arn:aws:s3:::b", True),
        (Track("arn:aws:*:b", reach=FIELDS), "arn:aws:s3:::b", False),
        (Track("arn:aws:?:::b", reach=FIELDS), "arn:aws::::b", False),
        (Track("arn:aws:s3:::*", reach=FIELDS), "arn:aws:s3:::a:b", True),
        (Track("arn:aws:s3:::?b", reach=FIELDS), "arn:aws:s3::::b", True),
        (Track("arn:aws:s3:::*", reach=SEGMENTS), "arn:aws:s3:::a:b", False),
        (Track("arn:aws:s3:::?b", reach=SEGMENTS), "arn:aws:s3::::b", False),
        (Track("arn:aws:s3:::a:*", reach=SEGMENTS), "arn:aws:s3:::a:b/c", True),
    ],
)
def test_a_track_matches_a_whole_text(track: Track, text: str, expected: bool) -> None:
    assert hits([track], text) == [expected]


@settings(max_examples=400, deadline=None)
@given(st.lists(patterns, min_size=1, max_size=5), texts)
def test_tracks_side_by_side_match_what_each_pattern_matches(found: list[str], text: str) -> None:
    assert hits([Track(pattern) for pattern in found], text) == [
        matches(pattern, text) for pattern in found
    ]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(texts, st.booleans()), min_size=1, max_size=5), texts)
def test_tracks_without_wildcards_match_their_own_text(
    found: list[tuple[str, bool]], text: str
) -> None:
    tracks = [Track(pattern, wild=False, fold=fold) for pattern, fold in found]
    assert hits(tracks, text) == [
        text.lower() == pattern.lower() if fold else text == pattern for pattern, fold in found
    ]


cased = st.text(alphabet="aAbBzZ09-_é É*?", max_size=6)


@settings(max_examples=400, deadline=None)
@given(cased, cased)
def test_tracks_that_fold_case_agree_with_the_operator(pattern: str, text: str) -> None:
    asked = ask(context={"aws:UserAgent": text})
    wanted = holds(condition("StringEqualsIgnoreCase", "aws:UserAgent", pattern), asked, None)
    assert hits([Track(pattern, wild=False, fold=True)], text) == [wanted.rank == 2]
    wild = matches(pattern.lower(), text.lower())
    assert hits([Track(pattern, fold=True)], text) == [wild]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["a", "*", "${*}", "${?}", "${$}", "${k}", "?"])), texts, texts)
def test_a_filled_in_pattern_is_tracked_as_it_fits(
    pieces: list[str], value: str, text: str
) -> None:
    pattern = fill("".join(pieces), {"k": value}, wildcards=True).text
    assert hits([Track(pattern)], text) == [fits(pattern, text)]
    plain = fill("".join(pieces), {"k": value}, wildcards=False).text
    assert hits([Track(plain)], text) == [fits(plain, text)]


fields = st.text(alphabet="ab*?", max_size=3)
tails = st.text(alphabet="ab*?:", max_size=4)
arn_patterns = st.builds(
    lambda found, tail: ":".join(["arn", *found, tail]),
    st.lists(fields, min_size=4, max_size=4),
    tails,
)


@settings(max_examples=400, deadline=None)
@given(st.lists(arn_patterns, min_size=1, max_size=3), st.data())
def test_fields_reach_as_far_as_arn_operators_let_them(
    found: list[str], data: st.DataObject
) -> None:
    text = data.draw(arn_patterns | patterns.map(lambda end: "arn:a:b:a:b:" + end))
    asked = ask(context={"aws:UserAgent": text})
    expected = [
        holds(condition("ArnLike", "aws:UserAgent", pattern), asked, None).rank == 2
        for pattern in found
    ]
    assert hits([Track(pattern, reach=FIELDS) for pattern in found], text) == expected


def segments_match(pattern: str, text: str) -> bool:
    wanted, found = pattern.split(":"), text.split(":")
    return len(wanted) == len(found) and all(map(matches, wanted, found))


@settings(max_examples=300, deadline=None)
@given(st.lists(patterns, min_size=1, max_size=4), texts)
def test_segments_reach_over_no_colon(found: list[str], text: str) -> None:
    tracks = [Track(pattern, reach=SEGMENTS) for pattern in found]
    assert hits(tracks, text) == [segments_match(pattern, text) for pattern in found]


def test_every_way_of_reading_a_pattern_is_a_track() -> None:
    assert strict_tracks(["a*", "b"]) == [
        Track(pattern, reach=reach) for pattern in ("a*", "b") for reach in (FLAT, FIELDS, SEGMENTS)
    ]


# What a statement's tracks cannot tell apart, its resources do not tell apart either


def clause_on(*resources: str) -> Clause:
    return attach(identity=[policy(allow(Resource=list(resources)))]).identity.clauses[0]


def no_keys(_keys: Iterable[str]) -> Iterator[Mapping[str, Value]]:
    yield {}


def told_apart(resources: list[str], found: Iterable[str], *, colons: bool) -> list[object]:
    """Return texts that hit the same tracks of a statement and are covered differently."""
    tracks = entry(clause_on(*resources), no_keys, colons=colons).tracks
    seen = defaultdict(set)
    for text in found:
        asked = ask(resource=text)
        answers = tuple(covers(pattern, asked, LATEST, "identity").rank for pattern in resources)
        seen[tuple(hits(tracks, text))].add(answers)
    return [answers for answers in seen.values() if len(answers) > 1]


RESOURCES = [f"{ARN}{end}" for end in strings("ab:", 4)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="ab*?:", max_size=5), min_size=1, max_size=2))
def test_resources_that_hit_the_same_tracks_are_covered_alike(found: list[str]) -> None:
    resources = [f"{ARN}{end}" for end in found]
    assert told_apart(resources, RESOURCES, colons=True) == []


WHOLE = [
    f"arn:{one}:{two}:{three}:{four}:{end}"
    for one in ("aws", "a")
    for two in ("s", "a")
    for three in ("", "a", "s")
    for four in ("", "1", "a")
    for end in ("a", "s", "a:s", "s1", "1/a")
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            "arn:{}:{}:{}:{}:{}".format,
            *[st.text(alphabet="as1*?", max_size=3)] * 4,
            st.text(alphabet="as1*?:", max_size=4),
        )
        | st.text(alphabet="as*?:1", max_size=6),
        min_size=1,
        max_size=2,
    )
)
def test_whole_arns_that_hit_the_same_tracks_are_covered_alike(resources: list[str]) -> None:
    assert told_apart(resources, WHOLE, colons=True) == []


@pytest.mark.parametrize(
    "short",
    [
        "arn:*",
        "arn:a",
        "arn:aws",
        "arn:aws:*",
        "arn:aws:s",
        "arn:aws:s*",
        "arn:aws:s:",
        "arn:aws:s:*",
        "arn:aws:s::1",
        "arn:aws:s::1*",
        "arn",
        "arn:",
    ],
)
def test_short_arns_that_hit_the_same_tracks_are_covered_alike(short: str) -> None:
    assert told_apart([short], WHOLE, colons=True) == []


@pytest.mark.parametrize("short", ["arn:???", "arn:*:s*", "arn:aws:*:a", "arn:*s:a:*"])
def test_wildcards_inside_short_arns_are_told_apart_field_by_field(short: str) -> None:
    assert told_apart([short], WHOLE, colons=True) == []


MANAGERS = [
    f"arn:{partition}:bedrock-agentcore:{region}:{account}:payment-manager/{name}"
    for partition in ("aws", "aws-cn")
    for region in ("a", "us-east-1")
    for account in ("111122223333", "000000000000")
    for name in ("a-aaaaaaaaaa", "aws-bbbbbbbbbb", "payment-a1a1a1a1a1", "a-a-a1b1c1d1e1")
]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [
                    "*",
                    "?",
                    "arn:",
                    "aws",
                    "a",
                    ":",
                    "1",
                    "bedrock-agentcore",
                    "us-east-1",
                    "-",
                    "payment-manager",
                    "payment-manager/",
                    "/",
                    "111122223333",
                ]
            ),
            max_size=8,
        ).map("".join),
        min_size=1,
        max_size=2,
    )
)
def test_managers_that_hit_the_same_tracks_are_covered_alike(resources: list[str]) -> None:
    arns = [*resources, *(f"arn:{text}" for text in resources)]
    assert told_apart(arns, MANAGERS, colons=False) == []
