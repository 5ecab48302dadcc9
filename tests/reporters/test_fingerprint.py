import os

import pytest

from payguard.finding import Finding, Severity, Span
from payguard.reporters.fingerprint import fingerprints, relative


def one(finding: Finding) -> str:
    return next(fingerprints([finding]))


def test_a_fingerprint_is_the_same_when_lines_move_or_the_help_is_reworded(
    misspelt: Finding,
) -> None:
    # Pinned: baselines that users keep hold this value.
    pinned = "fe84987db41a10f0a375a27a6a7369db"
    moved = misspelt._replace(location=misspelt.location._replace(span=Span(99, 1, 99, 2)))
    reworded = moved._replace(help="", reference="", source="", severity=Severity.WARNING)
    assert one(misspelt) == one(moved) == one(reworded) == pinned


def test_a_fingerprint_differs_with_the_place(misspelt: Finding) -> None:
    at = misspelt.location
    places = (at._replace(path="x"), at._replace(pointer="x"), at._replace(address="x"))
    others = {one(misspelt._replace(location=place)) for place in places}
    assert len(others | {one(misspelt)}) == 4


def test_a_fingerprint_differs_with_what_is_said(misspelt: Finding) -> None:
    others = {one(misspelt._replace(rule="x")), one(misspelt._replace(message="x"))}
    assert len(others | {one(misspelt)}) == 3


def test_text_cannot_pass_from_one_part_into_the_next(misspelt: Finding) -> None:
    place = misspelt.location
    a = misspelt._replace(location=place._replace(address="ab", pointer="c"))
    b = misspelt._replace(location=place._replace(address="a", pointer="bc"))
    assert one(a) != one(b)


def test_equal_findings_are_numbered(misspelt: Finding, broad: Finding) -> None:
    marks = list(fingerprints([misspelt, broad, misspelt, misspelt]))
    assert marks[2:] == [f"{marks[0]}:2", f"{marks[0]}:3"]
    assert len(set(marks)) == 4


def test_a_file_is_the_same_however_it_was_named(
    misspelt: Finding, tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["a/b.json", "./a/b.json", "a//b.json", os.path.join(tmp_path, "a", "b.json")]
    places = (misspelt.location._replace(path=name) for name in names)
    assert len({one(misspelt._replace(location=place)) for place in places}) == 1


@pytest.mark.parametrize(
    ("path", "expected"),
    [("", ""), ("-", "-"), ("../x.json", "../x.json"), ("/no/such/x.json", "/no/such/x.json")],
)
def test_other_paths_are_kept(path: str, expected: str) -> None:
    assert relative(path) == expected
