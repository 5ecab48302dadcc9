"""YAML with short tags is read as its long form, with bounds, and with places."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard.sources import yaml_text
from payguard.sources.cloudformation import yaml_tree
from payguard.sources.yaml_event import YamlError

READ: dict[str, tuple[str, Any]] = {
    "ref": ("!Ref A", {"Ref": "A"}),
    "condition": ("!Condition A", {"Condition": "A"}),
    "get attribute": ("!GetAtt A.B.C", {"Fn::GetAtt": "A.B.C"}),
    "a list": ("!Join ['', [a, !Ref B]]", {"Fn::Join": ["", ["a", {"Ref": "B"}]]}),
    "an object": ("!Transform {Name: x}", {"Fn::Transform": {"Name": "x"}}),
    "text that looks like a number": ("!Sub 5", {"Fn::Sub": "5"}),
    "a block": ("!Sub |\n  a\n  b\n", {"Fn::Sub": "a\nb\n"}),
    "a function in a function": (
        "!If [c, !Sub x, {a: !Ref B}]",
        {"Fn::If": ["c", {"Fn::Sub": "x"}, {"a": {"Ref": "B"}}]},
    ),
    "YAML's own tags": ("[!!str 5, ! x, !!map {a: b}]", ["5", "x", {"a": "b"}]),
    "an anchor": ("{a: &x !Ref B, b: *x}", {"a": {"Ref": "B"}, "b": {"Ref": "B"}}),
    "a merge": (
        "{a: &x {p: 1, q: 2}, b: {<<: *x, q: 3}}",
        {"a": {"p": 1, "q": 2}, "b": {"q": 3, "p": 1}},
    ),
    "several merges": (
        "{a: &x {p: 1}, b: &y {p: 2, q: 2}, c: {<<: [*x, *y]}}",
        {"a": {"p": 1}, "b": {"p": 2, "q": 2}, "c": {"p": 1, "q": 2}},
    ),
    "scalars": (
        "[true, false, ~, '', 12, -1.5, 007, 1e3, 0x1, 2012-10-17, yes, '12']",
        [True, False, None, "", 12, -1.5, "007", "1e3", "0x1", "2012-10-17", "yes", "12"],
    ),
}


@pytest.mark.parametrize("name", READ)
def test_yaml_is_read(name: str) -> None:
    written, expected = READ[name]
    (document,) = yaml_tree.parse(written)
    assert document.value == expected


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{a: 1, a: 2}", 'the key "a" stands twice in one mapping'),
        ("*x", 'unknown alias "x"'),
        ("a: &x [*x]", 'unknown alias "x"'),
        ("{[a]: b}", "a mapping key that is no text"),
        ("{&x a: 1, b: &y [], *y : c}", "a mapping key that is no text"),
        ("[" * 200, "nested too deeply to be a template"),
        ("a: [", "not YAML: "),
        (
            "a: &x [b, b, b, b]\n" + "".join(f"{i}: &x [{'*x, ' * 9}*x]\n" for i in range(9)),
            "more values",
        ),
    ],
)
def test_what_is_not_read_says_why(written: str, message: str) -> None:
    with pytest.raises(YamlError) as caught:
        yaml_tree.parse(written)
    assert caught.value.message.startswith(message)


def test_places_are_kept_beside_the_values() -> None:
    text = "A:\n  - !If [c, !Sub x,\n      {k: !Ref v}]\n"
    (document,) = yaml_tree.parse(text)
    mark = document.mark
    for token in ("A", 0, "Fn::If", 2, "k", "Ref"):
        mark = mark.inner[token]  # type: ignore[index]
    assert text[mark.place.start : mark.place.end] == "!Ref v"
    key = document.mark.inner["A"].place  # type: ignore[index,call-overload]
    assert text[key.key_start : key.key_end] == "A"


_SOME_YAML = st.text(alphabet="ab:-,[]{}&*!<#|>'\"\n 0", max_size=40)


@given(_SOME_YAML)
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(YamlError):
        yaml_tree.parse(text)


@given(_SOME_YAML.filter(lambda text: "!" not in text and "<<" not in text))
def test_without_tags_it_is_read_as_every_other_yaml(text: str) -> None:
    try:
        plain = yaml_text.parse(text)
    except YamlError:
        with pytest.raises(YamlError):
            yaml_tree.parse(text)
    else:
        assert [document.value for document in yaml_tree.parse(text)] == plain
