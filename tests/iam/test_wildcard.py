"""Wildcards match, overlap and cover exactly as a search through all short texts says."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payguard.iam import wildcard

PATTERNS = st.text("ab*?", max_size=6)
TEXTS = ["".join(letters) for size in range(8) for letters in itertools.product("ab", repeat=size)]


def language(pattern: str) -> set[str]:
    return {text for text in TEXTS if wildcard.matches(pattern, text)}


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("", "", True),
        ("*", "", True),
        ("?", "", False),
        ("a*b*c", "aXbYbZc", True),
        ("a*b*c", "aXbYbZ", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("[ab]", "a", False),
        ("*payment*", "createpaymentsession", True),
        ("a" * 10, "a" * 10, True),
    ],
)
def test_star_is_any_run_and_question_mark_one_character(
    pattern: str, text: str, expected: bool
) -> None:
    assert wildcard.matches(pattern, text) is expected


@given(PATTERNS, st.text("ab", max_size=7))
def test_matching_agrees_with_a_regular_expression(pattern: str, text: str) -> None:
    import re

    expression = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    assert wildcard.matches(pattern, text) is bool(re.fullmatch(expression, text, re.DOTALL))


@settings(max_examples=300, deadline=None)
@given(PATTERNS, PATTERNS)
def test_two_patterns_overlap_exactly_where_a_common_text_exists(first: str, second: str) -> None:
    # Two patterns of up to six symbols that overlap share a text of at most seven characters: the
    # literal characters of one, and at most one more for each question mark of the other.
    common = language(first) & language(second)
    if common:
        assert wildcard.overlaps(first, second)
    elif len(first.replace("*", "")) + len(second.replace("*", "")) <= 7:
        assert not wildcard.overlaps(first, second)


@settings(max_examples=300, deadline=None)
@given(PATTERNS, PATTERNS)
def test_covering_is_never_claimed_where_a_text_escapes(wide: str, narrow: str) -> None:
    if wildcard.covers(wide, narrow):
        assert language(narrow) <= language(wide)


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("*", "a*", True),
        ("a*", "ab*", True),
        ("a*", "*", False),
        ("?", "*", False),
        ("*", "?", True),
        ("a*c", "a*bc", True),
        ("*a", "*", False),
        ("s3:Get*", "s3:GetObject*", True),
    ],
)
def test_a_wide_pattern_covers_a_narrow_one(wide: str, narrow: str, expected: bool) -> None:
    assert wildcard.covers(wide, narrow) is expected


def test_hostile_patterns_end() -> None:
    assert not wildcard.matches("*a" * 200 + "b", "a" * 5000)
    assert wildcard.overlaps("*a" * 100, "a*" * 100)
    assert wildcard.matches("*" + "?" * 4000 + "b*", "a" * 9000 + "b")
    assert not wildcard.matches("*" + "?a" * 4000 + "b*", "a" * 9000)
