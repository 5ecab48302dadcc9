"""No text in a policy or a file name can forge output, whatever the format."""

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard.finding import Finding, InputError, Location, Report, Severity, Span
from payguard.reporters import FORMATS, Options, render
from payguard.reporters.plain_text import plain

OPTIONS = Options(color=False, statistics=True, quiet=False, verbose=True, version="1")
PIECES = (
    *("::set-output name=a::b", "##[add-mask]", "##vso[x]", "##", "[", "::", " ", ",", "%0A"),
    *("\n", "\r", "\0", "\x07", "\x1b[2J", "\x9b31m", "\u202e", "\u2028", "\ud800", "](", "日"),
)
BITS = st.sampled_from(PIECES)
TEXT = st.lists(BITS | st.text(max_size=8), max_size=8).map("".join)
SPANS = st.builds(Span, st.integers(1, 3), st.integers(1, 30), st.just(3), st.integers(1, 30))
FINDINGS = st.builds(
    Finding,
    rule=TEXT,
    severity=st.sampled_from(Severity),
    message=TEXT,
    help=TEXT,
    reference=TEXT,
    location=st.builds(Location, TEXT, SPANS, TEXT, TEXT),
    source=TEXT.map(lambda text: text.replace("\n", "")),
)
REPORTS = st.builds(
    Report,
    findings=st.lists(FINDINGS, max_size=3).map(tuple),
    errors=st.lists(st.builds(InputError, TEXT, TEXT), max_size=2).map(tuple),
    documents=st.integers(0, 3),
    files=st.integers(0, 3),
    undecided=st.lists(FINDINGS, max_size=1).map(tuple),
)
COMMAND = re.compile(r"##[A-Za-z]*\[")


@given(REPORTS, st.sampled_from(FORMATS))
def test_output_holds_only_printable_lines_and_no_command(report: Report, name: str) -> None:
    for line in "".join(render(report, name, OPTIONS)).split("\n"):
        assert line.replace("\t", "").isprintable()
        assert not COMMAND.search(line)
        if name != "github":
            assert not line.lstrip().startswith("::")


@given(REPORTS)
def test_github_output_is_one_command_for_each_entry(report: Report) -> None:
    lines = "".join(render(report, "github", OPTIONS)).splitlines()
    assert len(lines) == len(report.findings) + len(report.undecided) + len(report.errors)
    for line in lines:
        assert re.match(r"::(error|warning|notice) file=[^:,]*(,[a-zA-Z]+=[^:,]*)*::", line)


@given(REPORTS)
def test_concise_output_is_one_line_for_each_entry(report: Report) -> None:
    plain_options = OPTIONS._replace(statistics=False, quiet=True)
    lines = "".join(render(report, "concise", plain_options)).split("\n")
    assert len(lines) - 1 == len(report.findings) + len(report.undecided) + len(report.errors)


@given(REPORTS)
def test_json_gives_back_what_was_found(report: Report) -> None:
    value = json.loads("".join(render(report, "json", OPTIONS)))
    said = [entry["message"] for entry in value["findings"]]
    found = [finding.message.encode("utf-8", "backslashreplace") for finding in report.findings]
    assert [text.encode() for text in said] == found


@given(REPORTS)
def test_sarif_is_json_that_a_strict_parser_takes(report: Report) -> None:
    text = "".join(render(report, "sarif", OPTIONS))
    (run,) = json.loads(text)["runs"]
    assert len(run["results"]) == len(report.findings) + len(report.undecided)
    json.dumps(run, ensure_ascii=False).encode()


@given(st.text())
def test_plain_text_is_printable_and_printable_text_is_kept(text: str) -> None:
    assert plain(text).isprintable()
    assert plain(plain(text)) == plain(text)
    if text.isprintable() and "##" not in text:
        assert plain(text) == text


def test_a_long_run_of_hashes_costs_no_more_than_its_length() -> None:
    start = time.perf_counter()
    plain("##" * 50_000 + "a" * 100_000)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("name", FORMATS)
def test_ten_thousand_findings_come_in_chunks(broad: Finding, name: str) -> None:
    report = Report((broad,) * 10_000, (), 1, 1)
    chunks = [len(chunk) for chunk in render(report, name, OPTIONS)]
    assert len(chunks) >= 10_000
    assert max(chunks) < 2_000
