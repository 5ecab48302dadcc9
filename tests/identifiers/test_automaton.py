"""Wildcards against the catalog's patterns: a "no" is certain."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard.identifiers.automaton import Wildcard, automaton_of, match
from payguard.identifiers.glob import can_match, can_match_name, glob_of
from payguard_policies import catalog

ID = "([0-9a-z][-]?){1,100}-[0-9a-z]{10}"
PATTERNS = [
    "",
    "a",
    "a|bc",
    "(a|b)*c",
    "a{3}",
    "a{2,4}b",
    "a{0,40}b",
    "(?:ab)+",
    "[^/]+/x",
    "[]a]b",
    "a.c",
    r"\w+-\d+",
    r"^us\-\w+\-\d+$",
    "a?b?c?",
    ID,
]


def compilable(pattern: str | None) -> bool:
    return pattern is not None and r"\p" not in pattern and r"\u" not in pattern


def test_the_catalogs_patterns_can_all_be_read() -> None:
    for plane in ("data", "control", "other"):
        for shape in catalog.string_shapes(plane).values():
            if shape.pattern is not None and compilable(shape.pattern):
                assert automaton_of(shape.pattern).classes, shape.name


@given(st.sampled_from(PATTERNS), st.data())
def test_what_a_pattern_matches_its_automaton_matches(pattern: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(pattern, fullmatch=True))
    assert match(automaton_of(pattern), list(text)).possible


@given(st.sampled_from(PATTERNS), st.data())
def test_hiding_characters_behind_wildcards_keeps_a_match(
    pattern: str, data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(pattern, fullmatch=True))
    hidden: list[str | Wildcard] = list(text)
    for place in range(len(hidden)):
        if data.draw(st.booleans()):
            hidden[place] = data.draw(st.sampled_from(list(Wildcard)))
    assert match(automaton_of(pattern), hidden).possible


SMALL = [pattern for pattern in PATTERNS if "{0,40}" not in pattern and pattern != ID]


@given(st.sampled_from(SMALL), st.text(alphabet="abc/]-us1", max_size=8))
def test_without_wildcards_an_automaton_is_its_pattern(pattern: str, text: str) -> None:
    expected = re.fullmatch(pattern, text) is not None
    assert match(automaton_of(pattern), list(text)).possible is expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (ID, "*", True),
        (ID, "pm-*", True),
        (ID, "*-??????????", True),
        (ID, "Pm-*", False),
        (ID, "pm-??", False),
        (ID, "pm_*", False),
        (ID, "*/*", False),
        (ID, "${aws:PrincipalTag/manager}", True),
        (ID, "${aws:PrincipalTag/manager}-MINE", False),
        (ID, "${*}", False),
        (ID, "${never closed", True),
        ("[0-9]{12}", "1234*", True),
        ("[0-9]{12}", "1234*56789", True),
        ("[0-9]{12}", "12345678901", False),
        ("[0-9]{12}", "1234567890123*", False),
        ("[0-9]{12}", "????????????", True),
        ("[0-9]{12}", "?????????????", False),
    ],
)
def test_whether_something_can_match(pattern: str, text: str, *, expected: bool) -> None:
    assert can_match(pattern, text) is expected


def test_names_are_matched_as_they_are_written() -> None:
    assert can_match_name(("us-east-1", "eu-west-1"), "us-*")
    assert not can_match_name(("us-east-1", "eu-west-1"), "ap-*")
    assert not can_match_name(("a.c",), "abc")


def test_a_match_says_how_far_it_came() -> None:
    found = match(automaton_of(ID), glob_of("pm-Xy*").symbols)
    assert (found.possible, found.end) == (False, 3)
    found = match(automaton_of(ID), glob_of("pm-xy").symbols)
    assert (found.possible, found.end) == (False, 5)


@given(st.text(alphabet="*?${}a", max_size=40))
def test_every_symbol_knows_its_place(text: str) -> None:
    glob = glob_of(text)
    assert len(glob.symbols) == len(glob.offsets)
    assert list(glob.offsets) == sorted(set(glob.offsets))


@pytest.mark.parametrize("scrap", ["*a", "?", "${", "${a}", string.ascii_lowercase, "*"])
def test_a_megabyte_of_wildcards_is_answered(scrap: str) -> None:
    can_match(ID, scrap * (2**20 // len(scrap)))
