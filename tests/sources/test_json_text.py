"""JSON is decoded strictly, and every value is found again at its place."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard import pointer
from payguard.sources import json_text

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


def places_of(value: Any, here: str = "") -> dict[str, Any]:
    found = {here: value}
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, inner in items:
        found |= places_of(inner, pointer.join(here, key))
    return found


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_every_pointer_leads_to_the_text_of_its_value(
    value: Any, indent: Any, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    wanted = places_of(value)
    found = json_text.locate(text, set(wanted))
    assert set(found) == set(wanted)
    for place, expected in wanted.items():
        assert json.loads(text[found[place].start : found[place].end]) == expected


@given(st.dictionaries(st.text(max_size=5), VALUES, min_size=1, max_size=4))
def test_every_key_is_found_at_its_place(value: dict[str, Any]) -> None:
    text = json.dumps(value)
    found = json_text.locate(text, {pointer.join("", key) for key in value})
    for key in value:
        place = found[pointer.join("", key)]
        assert json.loads(text[place.key_start : place.key_end]) == key


REFUSED = [
    ("", "the file is empty", 0, 0),
    (" \n", "the file holds only white space", 0, 0),
    ('{"a": 1,}', 'trailing comma before "}"', 1, 8),
    ('{\n  "a": [1, 2,\n ]}', 'trailing comma before "]"', 2, 13),
    ('{"a" 1}', "not JSON: expecting ':' delimiter", 1, 6),
    ('{"a": NaN}', "NaN is not a JSON value", 0, 0),
    ('{"a": ' + "9" * 100_000 + "}", "a number with too many digits", 0, 0),
    ("[" * 100_000, "nested too deeply to be a policy", 0, 0),
    ('{"a": ' * 100_000, "nested too deeply to be a policy", 0, 0),
    (
        '{"a": {"b": 1,\n "b": 2}}',
        'the key "b" stands twice in one object (first on line 1): one of them would be lost',
        2,
        2,
    ),
    (
        '{"\\u0061": 1, "a": 2}',
        'the key "a" stands twice in one object (first on line 1): one of them would be lost',
        1,
        15,
    ),
]


@pytest.mark.parametrize(("text", "message", "line", "column"), REFUSED)
def test_a_text_that_is_no_strict_json_is_refused_with_its_place(
    text: str, message: str, line: int, column: int
) -> None:
    with pytest.raises(json_text.JsonError) as caught:
        json_text.parse(text)
    assert (caught.value.message, caught.value.line, caught.value.column) == (message, line, column)


@given(st.text(max_size=60))
def test_any_text_is_a_value_or_a_json_error(text: str) -> None:
    with suppress(json_text.JsonError):
        json_text.parse(text)
