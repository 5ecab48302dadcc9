"""YAML is read as policies need it: text stays text, places are kept, nothing multiplies."""

from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from payguard import pointer
from payguard.sources import yaml_text
from payguard.sources.yaml_event import YamlError

POLICY = """\
# Grüße
Version: 2012-10-17
Statement:
  - Effect: Allow   # payguard: ignore[x] because
    Action: [a:b, "c:d"]
    Resource: &r
      - '*'
  - Effect: Deny
    Action: no
    NotResource: *r
"""


def test_scalars_are_read_as_json_has_them() -> None:
    assert yaml_text.parse(POLICY) == [
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": ["a:b", "c:d"], "Resource": ["*"]},
                {"Effect": "Deny", "Action": "no", "NotResource": ["*"]},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("place", "text", "key"),
    [
        ("/Version", "2012-10-17", "Version"),
        ("/Statement/0/Action/1", '"c:d"', ""),
        ("/Statement/0/Resource/0", "'*'", ""),
        ("/Statement/1/NotResource", "*r", "NotResource"),
        ("/Statement/1/Action", "no", "Action"),
    ],
)
def test_places_count_characters_not_bytes(place: str, text: str, key: str) -> None:
    found = yaml_text.locate(POLICY, {place})[place]
    assert POLICY[found.start : found.end] == text
    assert (POLICY[found.key_start : found.key_end] if found.key_start >= 0 else "") == key


MERGES = {
    "one mapping": ("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  x: 3\n", {"x": 3, "y": 2}),
    "own keys before": ("a: &a {x: 1, y: 2}\nb:\n  x: 3\n  <<: *a\n", {"x": 3, "y": 2}),
    "several, the first counts": (
        "a: &a {x: 1}\nc: &c {x: 2, z: 4}\nb:\n  <<: [*a, *c]\n",
        {"x": 1, "z": 4},
    ),
    "of what was merged itself": ("a: &a {x: 1}\nc: &c {<<: *a}\nb: {<<: *c}\n", {"x": 1}),
    "no mapping": ("a: &a 1\nb:\n  <<: *a\n", {"<<": 1}),
}


@pytest.mark.parametrize(("text", "expected"), MERGES.values(), ids=MERGES)
def test_a_mapping_takes_over_what_it_merges(text: str, expected: dict[str, Any]) -> None:
    assert yaml_text.parse(text)[0]["b"] == expected


def test_what_is_merged_stands_where_it_is_named() -> None:
    text = "a: &a {'x/y': 1}\nb:\n  <<: *a\n"
    found = yaml_text.locate(text, {"/b/x~1y"})["/b/x~1y"]
    assert text[found.start : found.end] == "*a"
    assert text[found.key_start : found.key_end] == "<<"


def bomb() -> str:
    text = "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    for level in range(8):
        name, inner = chr(98 + level), f"*{chr(97 + level)}"
        text += f"{name}: &{name} [{','.join([inner] * 10)}]\n"
    return text


REFUSED = [
    (bomb(), "more values than a policy can hold (aliases that multiply?)", 0),
    ("[" * 100_000, "nested too deeply to be a policy", 1),
    ("- " * 100_000, "nested too deeply to be a policy", 1),
    ("a: b: c", "not YAML: mapping values are not allowed in this context", 1),
    ("a: 1\na: 2", 'the key "a" stands twice in one mapping (first on line 1): one of them would be lost', 2),
    ("? [a]\n: b", "a mapping key that is no text", 1),
    ("*x", 'unknown alias "x"', 1),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "line"), REFUSED)
def test_a_text_that_cannot_be_read_is_refused_with_its_line(
    text: str, message: str, line: int
) -> None:
    with pytest.raises(YamlError) as caught:
        yaml_text.parse(text)
    assert (caught.value.message, caught.value.line) == (message, line)


@given(st.text(max_size=80))
def test_any_text_is_documents_or_a_yaml_error(text: str) -> None:
    with suppress(YamlError):
        yaml_text.parse(text)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(0, 10**6) | st.from_regex(r"[A-Za-z:*/-]{1,12}", fullmatch=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[A-Za-z]{1,6}", fullmatch=True), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(PLAIN)
def test_what_yaml_writes_is_read_back(value: Any) -> None:
    assert yaml_text.parse(yaml.safe_dump(value)) == [value]


@given(st.dictionaries(st.from_regex(r"[A-Za-z]{1,6}", fullmatch=True), PLAIN, min_size=1))
def test_every_key_is_found_at_its_place(value: dict[str, Any]) -> None:
    text = yaml.safe_dump(value)
    for key in value:
        place = yaml_text.locate(text, {pointer.join("", key)})[pointer.join("", key)]
        assert text[place.key_start : place.key_end].strip("'\"? ") == key
