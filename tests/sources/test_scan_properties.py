"""Whatever a text holds, scanning it ends well, and what is in it is found."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payguard.sources.scan import scan
from payguard.sources.scan_value import defects

FIXTURES = sorted((Path(__file__).parents[1] / "fixtures" / "scan").glob("*.txt"))
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in FIXTURES}
PATHS = st.sampled_from(("a.md", "a.py", "a.ipynb", ".env"))

PIECES = st.sampled_from(
    (
        *("arn:aws:", ":bedrock-agentcore:", "us-east-1:", "999988887777:", ":payment-manager/"),
        *("payment-session-", "payment-instrument-", "A1b2C3d4E5f6G7h", "shop-a1b2c3d4e5"),
        *("/paymentcredentialprovider/", "PAYMENT_MANAGER_ID=", "{", "}", "[", "]", '"', "'"),
        *("`", "\\", "\n", ":", ",", "#", "//", "${", "<", "…", "\u2011", "\ud800", "\0", "日"),
        *('"Statement"', "Effect", '\\"Statement\\":', "{{", "}}", '"""', "*", "?", "(", ")", "+"),
    )
)
NOISE = st.lists(PIECES | st.text(max_size=6), max_size=40).map("".join)


def check(path: str, text: str) -> None:
    found = scan(path, text)
    lines = text.split("\n")
    for value in found.values:
        span = value.location.span
        assert lines[span.line - 1][span.column - 1 : span.end_column - 1] == value.text
        for problem in defects(value):
            assert problem.message.isprintable()
    for document in found.documents:
        places = {("", False), ("/Statement", True), ("/Statement/0/Action/3", False)}
        for span in document.source.spans(places).values():
            assert 1 <= span.line <= span.end_line <= len(lines)
            document.source.line(span.line)
        document.source.comments()
        assert len(document.unresolved) == len({at for at, _ in document.unresolved})
    for gap in found.gaps:
        assert 1 <= gap.location.span.line <= len(lines)


@given(PATHS, NOISE)
def test_noise_is_scanned_without_a_crash(path: str, text: str) -> None:
    check(path, text)


@pytest.mark.parametrize("name", sorted(TEXTS))
@given(data=st.data())
@settings(max_examples=60)
def test_a_damaged_file_is_scanned_without_a_crash(name: str, data: st.DataObject) -> None:
    text = TEXTS[name]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 200)))
    check(data.draw(PATHS), text[:start] + data.draw(NOISE) + text[end:])


WORDS = st.from_regex(r"[A-Za-z*]{1,8}", fullmatch=True)
STATEMENT = st.fixed_dictionaries(
    {"Effect": st.sampled_from(("Allow", "Deny")), "Action": st.lists(WORDS, max_size=3)},
    optional={"Resource": WORDS | st.lists(WORDS, max_size=2), "Sid": WORDS},
)
POLICY = st.fixed_dictionaries(
    {"Statement": STATEMENT | st.lists(STATEMENT, min_size=1, max_size=3)},
    optional={"Version": st.just("2012-10-17"), "Id": WORDS},
)
INDENT = st.sampled_from((None, 1, 4))


def written(policy: dict[str, Any], indent: int | None) -> dict[str, tuple[str, str]]:
    """Return ways in which a policy stands in files: path and text."""
    plain = json.dumps(policy, indent=indent)
    doubled = plain.replace("{", "{{").replace("}", "}}")
    cell = {"cell_type": "code", "source": f"p = {plain}\n".splitlines(keepends=True)}
    return {
        "fence": ("a.md", f"Text.\n\n```json\n{plain}\n```\n\nMore {{text}}.\n"),
        "script": ("a.sh", f"cat <<EOF\n{plain}\nEOF\n"),
        "python": ("a.py", f"POLICY = {policy!r}\n"),
        "trailing comma": ("a.ts", f"const p = {plain[:-1]},}};"),
        "quoted": ("a.sh", f"x={json.dumps(plain)}\n"),
        "quoted twice": ("a.py", f"x = {json.dumps(json.dumps(plain))}\n"),
        "formatted": ("a.py", f'x = f"""{doubled}"""\n'),
        "notebook": ("a.ipynb", json.dumps({"cells": [cell]}, indent=indent)),
    }


@given(POLICY, INDENT)
def test_a_policy_is_found_however_it_is_written_and_reads_as_it_does(
    policy: dict[str, Any], indent: int | None
) -> None:
    for way, (path, text) in written(policy, indent).items():
        found = scan(path, text)
        assert [document.value for document in found.documents] == [policy], way
        assert not found.gaps, way
        check(path, text)


@given(POLICY, INDENT, st.sampled_from(("fence", "script", "python", "quoted", "notebook")))
def test_the_place_of_an_effect_holds_the_effect(
    policy: dict[str, Any], indent: int | None, way: str
) -> None:
    path, text = written(policy, indent)[way]
    (document,) = scan(path, text).documents
    single = isinstance(policy["Statement"], dict)
    place = "/Statement/Effect" if single else "/Statement/0/Effect"
    expected = policy["Statement"]["Effect"] if single else policy["Statement"][0]["Effect"]
    span = document.source.spans({(place, False)})[place, False]
    line = text.split("\n")[span.line - 1]
    assert line[span.column - 1 : span.end_column - 1].strip("\\\"'") == expected
