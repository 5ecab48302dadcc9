"""Object literals of three languages, and holes in texts."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard.iam.unresolved import MISSING, Unresolved
from payguard.sources import scan_hole, scan_literal
from payguard.sources.scan_excerpt import BRACES, Excerpt, single, unescaped


def read(text: str) -> scan_literal.Literal:
    return scan_literal.read(text, 0, len(text))


KNOWN: list[tuple[str, dict[str, Any]]] = [
    ("{}", {}),
    ('{"a": [1, -2.5, true, null, "x"]}', {"a": [1, -2.5, True, None, "x"]}),
    ("{'a': [True, False, None,],}", {"a": [True, False, None]}),
    ("{a: 'x', $b: `y`}", {"a": "x", "$b": "y"}),
    ('{"a": 1,  # why\n // and\n "b": 2}', {"a": 1, "b": 2}),
    (r'{"a": "q\"\\\n\u0041\ud83d\ude00\x42"}', {"a": 'q"\\\nA😀B'}),
    ('{"a": \'it "is"\'}', {"a": 'it "is"'}),
    ('{"a": r"\\d"}', {"a": "\\d"}),
    ('{"a": """x\n"y" z"""}', {"a": 'x\n"y" z'}),
    ('{"a": f"{{x}}"}', {"a": "{x}"}),
    ('{"a": "b" + "c"}', {"a": "bc"}),
    ('{"a": ("b" + "c")}', {"a": "bc"}),
    ('{"a": "${aws:username}"}', {"a": "${aws:username}"}),
    ('{"a": "${aws:PrincipalTag/team, \'x\'}${*}"}', {"a": "${aws:PrincipalTag/team, 'x'}${*}"}),
    ('{"a": "arn:aws:iam::aws:policy/X"}', {"a": "arn:aws:iam::aws:policy/X"}),
]


@pytest.mark.parametrize(("text", "expected"), KNOWN)
def test_a_literal_is_read_as_its_language_has_it(text: str, expected: dict[str, Any]) -> None:
    found = read(text)
    assert (found.value, found.unresolved, found.end) == (expected, (), len(text))


UNKNOWN = [
    ("account", "account", "*"),
    ("$account", "$account", "*"),
    ("get(x)[0]", "get(x)[0]", "*"),
    ('"x" if y else "z"', '"…" if y else "…"', "*"),
    ('["a"] + more', '["…"] + more', "*"),
    ('{"b": 1} | c', '{"…": 1} | c', "*"),
    ('getenv("X", "hunter2")', 'getenv("…", "…")', "*"),
    ("{**b}", "{**b}", "*"),
    ("{[key]: 1}", "{[key]: 1}", "*"),
    ("x ? y?.z : w ?? v", "x ? y?.z : w ?? v", "*"),
    ("...", "...", "*"),
    ('f"a:{b}:{c}"', "{b}, {c}", "a:*:*"),
    ("`a:${b}`", "${b}", "a:*"),
    ('"a:" + b + ":c"', "b", "a:*:c"),
    ('("a:" + $b + ":c")', "$b", "a:*:c"),
    ('"a:\'"$B"\':c"', "$B", "a:*:c"),
    ('"a:\\($b):c"', r"\($b)", "a:*:c"),
    ('"a" "b"', '"…" "…"', "ab"),
    ('"a" * b', '"…" * b', "*"),
    ('"{}".format(x)', '"…".format(x)', "*"),
    ('"<account>"', "<account>", "*"),
    ('"a:${B}:c"', "${B}", "a:*:c"),
    ('"a:${B:-d}:c"', "${B}", "a:*:c"),
    ('"${AWS::AccountId}"', "${AWS::AccountId}", "*"),
    ('"a:{{ b }}"', "{{ b }}", "a:*"),
    ('"a:%s"', "%s", "a:*"),
    ('"a:$(b c)"', "$(b c)", "a:*"),
    ('"arn:aws:x:REGION:ACCOUNT_ID:y"', "REGION, ACCOUNT_ID", "arn:aws:x:*:*:y"),
    ('"arn:aws:x:us-east-1:account-id:y"', "account-id", "arn:aws:x:us-east-1:*:y"),
]


@pytest.mark.parametrize(("text", "what", "pattern"), UNKNOWN)
def test_what_only_a_program_knows_is_unresolved_with_what_is_known(
    text: str, what: str, pattern: str
) -> None:
    found = read(f'{{"a": [{text}, 1], "b": 2}}')
    expected = Unresolved(what, MISSING, pattern)
    assert found.value == {"a": [expected, 1], "b": 2}
    assert found.unresolved == (("/a/0", expected),)


REFUSED = [
    ("{", 1),
    ('{"a"}', 4),
    ('{"a": }', 6),
    ('{"a": 1 "b": 2}', 11),
    ('{"a": [1}', 8),
    ('{"a": (1}', 9),
    ("{**a}", 5),
    ("{a, b: 1}", 9),
    ("{| x", 1),
    ('{"a": "\n"}', 6),
    ('{"a": ' * 20 + "1" + "}" * 20, 66),
]


@pytest.mark.parametrize(("text", "at"), REFUSED)
def test_what_is_no_literal_is_refused_where_it_ends(text: str, at: int) -> None:
    with pytest.raises(scan_literal.LiteralError) as caught:
        read(text)
    assert caught.value.at == at


def test_every_value_and_key_has_its_place() -> None:
    text = "{'a': [1, {b: \"x\"}]}"
    places = {
        at: (text[place.start : place.end], text[max(place.key_start, 0) : max(place.key_end, 0)])
        for at, place in read(text).places.items()
    }
    assert places == {
        "": (text, ""),
        "/a": ('[1, {b: "x"}]', "'a'"),
        "/a/0": ("1", ""),
        "/a/1": ('{b: "x"}', ""),
        "/a/1/b": ('"x"', "b"),
    }


def test_a_key_that_stands_twice_is_noted() -> None:
    assert read('{"a": 1, "b": {"c": 1, "c": 2}}').twice == (("c", 23),)


def test_an_unknown_object_forgets_what_stands_in_it() -> None:
    found = read('{"a": {"b": x, **c}}')
    assert set(found.places) == {"", "/a"}
    assert [at for at, _ in found.unresolved] == ["/a"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.from_regex(r"[a-z:*/ ]{0,8}", fullmatch=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-zA-Z]{1,6}", fullmatch=True), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip


@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), JSON, max_size=4))
def test_what_json_and_python_write_is_read_back(value: dict[str, Any]) -> None:
    import json

    for text in (json.dumps(value), json.dumps(value, indent=2), repr(value)):
        with suppress(scan_literal.LiteralError):  # deeper than any policy
            assert read(text).value == value


@given(st.text(alphabet="{}[]()\"'`,:ab1 \n\\#/$.+f*", max_size=60))
def test_any_text_is_a_literal_or_refused(text: str) -> None:
    with suppress(scan_literal.LiteralError):
        found = read("{" + text)
        assert found.end <= len(text) + 1
        for at, unresolved in found.unresolved:
            assert isinstance(unresolved, Unresolved)
            assert at in found.places


@given(st.text(max_size=40))
def test_a_text_is_split_at_its_holes_and_nothing_of_it_is_lost(text: str) -> None:
    parts = scan_hole.holes(text)
    assert "".join(part if isinstance(part, str) else part.name for part in parts) == text


@given(st.text(alphabet='ab{}\\"n\n', max_size=30))
def test_an_excerpt_knows_where_each_character_stands(text: str) -> None:
    file = Excerpt(text)
    for view in (
        unescaped(file, [(0, len(text))]),
        unescaped(file, [(0, len(text))], BRACES, single),
    ):
        for at, character in enumerate(view.text):
            place = view.offset(at)
            assert text[place] in (character, "\\")
            assert view.stretch(at, at + 1)[0] == place < view.stretch(at, at + 1)[1]
