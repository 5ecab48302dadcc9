from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard import suppression
from payguard.finding import Severity, Span
from payguard.infrastructure import Document
from payguard.sources.policy_file import FileMap
from payguard.suppression import Comment, Ignore, Suppressions, parse_comment

TODAY = date(2027, 6, 15)
RULES = frozenset({"unknown-action", "spend-anywhere"})


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(suppression, "_rule_ids", lambda: RULES)
    monkeypatch.chdir(tmp_path)


def yaml(*lines: str, path: str = "a.yaml", number: int = 0) -> Document:
    return Document(path, {}, "", FileMap("\n".join(lines), number))


def json(path: str = "a.json") -> Document:
    return Document(path, {}, "", FileMap("{}"))


@dataclass
class Run:
    """A run over documents with findings given as (rule, line)."""

    suppressions: Suppressions
    silenced: list[bool] = field(default_factory=list)

    def over(self, document: Document, *findings: tuple[str, int]) -> "Run":
        self.suppressions.visit(document)
        for rule, line in findings:
            place = (document.path, rule, "/Statement/0/Action", "Sid1", line)
            self.silenced.append(self.suppressions.silences(*place))
        return self

    def said(self) -> list[tuple[str, int, str]]:
        return [(f.rule, f.location.span.line, f.message) for f in self.suppressions.findings()]


def run(*ignores: Ignore, active: frozenset[str] | None = None) -> Run:
    return Run(Suppressions(ignores, TODAY, ".", active))


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("ignore[a] why", Comment(("a",), "why")),
        ("ignore[a, b ,a] why not", Comment(("a", "b"), "why not")),
        ("ignore [a]: why", Comment(("a",), "why")),
        ("ignore[a] -- why", Comment(("a",), "why")),
        ("ignore[a] — why [b]", Comment(("a",), "why [b]")),
        ("ignore[a]", Comment(("a",), "")),
        ("ignore[a] --", Comment(("a",), "")),
    ],
)
def test_a_comment_names_rules_and_a_reason(text: str, comment: Comment) -> None:
    assert parse_comment(text) == comment


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        ("disable=a", '"disable=a" says nothing to payguard; expected "ignore[rule-id] reason"'),
        ("ignore", '"ignore" names no rule; expected "ignore[rule-id] reason"'),
        ("ignore a why", '"ignore a why" names no rule; expected "ignore[rule-id] reason"'),
        ("ignored[a]", '"ignored[a]" names no rule; expected "ignore[rule-id] reason"'),
        ("ignore[ , ] why", '"ignore[ , ] why" names no rule; expected "ignore[rule-id] reason"'),
        (
            "ignore[a why",
            '"ignore[a why" lacks the closing bracket; expected "ignore[rule-id] reason"',
        ),
        ("", '"" says nothing to payguard; expected "ignore[rule-id] reason"'),
        (
            f"ignore[{','.join(map(str, range(17)))}] why",
            "one comment names 17 rules; at most 16 are read",
        ),
    ],
)
def test_a_malformed_comment_is_reported_and_silences_nothing(text: str, defect: str) -> None:
    assert parse_comment(text) == Comment((), "", defect)
    done = run().over(yaml("x:", f"  y: 1  # payguard: {text}"), ("a", 2))
    assert done.silenced == [False]
    assert done.said() == [("malformed-suppression", 2, defect)]


@given(st.text("ignore[], \n-a") | st.text())
def test_any_comment_can_be_read(text: str) -> None:
    comment = parse_comment(text)
    assert bool(comment.rules) != bool(comment.defect)


WHY = "# payguard: ignore[unknown-action] in preview"


@pytest.mark.parametrize(
    ("lines", "line", "silenced"),
    [
        pytest.param((f"a: 1 {WHY}",), 1, True, id="on the line"),
        pytest.param((WHY, "a: 1"), 2, True, id="alone above it"),
        pytest.param((f"    {WHY}", "a: 1"), 2, True, id="indented"),
        pytest.param((WHY, "# payguard: ignore[x] y", "a: 1"), 3, True, id="above another"),
        pytest.param((f"a: 1 {WHY}", "b: 2"), 2, False, id="at the end of the line above"),
        pytest.param((WHY, "", "a: 1"), 3, False, id="with a blank line between"),
        pytest.param(("a: 1", WHY), 1, False, id="below"),
        pytest.param((WHY, "a: 1", "b: 2"), 3, False, id="two lines above"),
    ],
)
def test_a_comment_speaks_about_its_line_or_the_next(
    lines: tuple[str, ...], line: int, silenced: bool
) -> None:
    assert run().over(yaml(*lines), ("unknown-action", line)).silenced == [silenced]


def test_a_comment_silences_only_the_rules_it_names() -> None:
    done = run().over(yaml(f"a: 1 {WHY}"), ("spend-anywhere", 1), ("unknown-action", 1))
    assert done.silenced == [False, True]
    assert done.said() == []


def test_a_comment_speaks_about_its_own_file_only() -> None:
    done = run().over(yaml(f"a: 1 {WHY}")).over(yaml("a: 1", path="b.yaml"), ("unknown-action", 1))
    assert done.silenced == [False]


def test_a_comment_without_reason_silences_nothing_and_is_reported() -> None:
    done = run().over(yaml("a: 1 # payguard: ignore[unknown-action]"), ("unknown-action", 1))
    assert done.silenced == [False]
    message = 'the suppression of "unknown-action" gives no reason'
    assert done.said() == [("suppression-without-reason", 1, message)]


def test_a_comment_that_names_no_rule_needs_no_reason_to_be_malformed() -> None:
    done = run().over(yaml("a: 1 # payguard: ignore[x]"))
    assert [rule for rule, *_ in done.said()] == ["malformed-suppression"]


def test_an_unused_comment_is_reported_rule_by_rule() -> None:
    text = "a: 1 # payguard: ignore[unknown-action, spend-anywhere] in preview"
    done = run().over(yaml("x: 0", text), ("spend-anywhere", 2))
    message = 'the suppression of "unknown-action" ("in preview") silences nothing'
    assert done.said() == [("unused-suppression", 2, message)]
    (finding,) = done.suppressions.findings()
    assert finding.location.path == "a.yaml"
    assert finding.location.span == Span(2, 6, 2, len(text) + 1)
    assert finding.source == text
    assert finding.severity is Severity.WARNING
    assert finding.help == "remove the comment"


def test_the_comments_of_a_file_with_several_documents_are_those_of_the_file() -> None:
    lines = (f"a: 1 {WHY}", "---", f"a: 1 {WHY}")
    done = run().over(yaml(*lines), ("unknown-action", 1))
    done.over(yaml(*lines, number=1), ("unknown-action", 3))
    assert done.silenced == [True, True]
    assert done.said() == []


def test_what_is_said_about_a_rule_that_took_no_part_is_not_unused() -> None:
    done = run(Ignore("*", "unknown-action", "why"), active=frozenset({"spend-anywhere"}))
    assert done.over(yaml(f"a: 1 {WHY}")).said() == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "unknown-acton",
            'the suppression names "unknown-acton", which is no rule; did you mean "unknown-action"?',
        ),
        ("x", 'the suppression names "x", which is no rule'),
        (
            "unused-suppression",
            '"unused-suppression" is about suppressions and cannot be suppressed itself',
        ),
    ],
)
def test_a_suppression_of_no_rule_is_malformed_in_comments_and_entries(
    name: str, message: str
) -> None:
    comment = run().over(yaml(f"a: 1 # payguard: ignore[{name}, unknown-action] why"))
    comment.over(yaml(), ("unknown-action", 1))
    assert comment.silenced == [True]
    assert comment.said() == [("malformed-suppression", 1, message)]
    entry = run(Ignore("no/such/file", name, "why", file="payguard.toml", line=4)).over(json())
    assert entry.said() == [("malformed-suppression", 4, message)]


def ignore(**changes: Any) -> Ignore:
    usual = Ignore("*.json", "unknown-action", "in preview", file="payguard.toml", line=4)
    return usual._replace(**changes)


@pytest.mark.parametrize(
    ("entry", "silenced"),
    [
        (ignore(), True),
        (ignore(path="a.json"), True),
        (ignore(path="b.json"), False),
        (ignore(rule="spend-anywhere"), False),
        (ignore(pointer="/Statement/0/Action"), True),
        (ignore(pointer="/Statement/0"), True),
        (ignore(pointer="/Statement/0/Act"), False),
        (ignore(pointer="/Statement/0/Action/0"), False),
        (ignore(sid="Sid1"), True),
        (ignore(sid="Sid2"), False),
        (ignore(sid="Sid1", pointer="/Statement/1"), False),
        (ignore(expires=date(2027, 6, 15)), True),
        (ignore(expires=date(2027, 6, 14)), False),
        (ignore(reason=" "), False),
    ],
)
def test_an_entry_silences_what_its_members_all_fit(entry: Ignore, silenced: bool) -> None:
    done = run(entry).over(json(), ("unknown-action", 1))
    assert done.silenced == [silenced]
    assert bool(done.said()) == (not silenced and entry.path != "b.json")


@pytest.mark.parametrize(
    ("entry", "rule", "message", "help_"),
    [
        (
            ignore(),
            "unused-suppression",
            'the suppression of "unknown-action" ("in preview") silences nothing in the files that match "*.json"',
            "remove the entry",
        ),
        (
            ignore(expires=date(2027, 6, 14)),
            "expired-suppression",
            'the suppression of "unknown-action" ("in preview") has expired: its last day was 2027-06-14',
            "mend the finding or decide anew",
        ),
        (
            ignore(reason="--"),
            "suppression-without-reason",
            'the suppression of "unknown-action" gives no reason',
            "say why the finding is accepted; until then nothing is silenced",
        ),
    ],
)
def test_an_entry_that_silences_nothing_is_reported_at_its_table(
    entry: Ignore, rule: str, message: str, help_: str
) -> None:
    done = run(entry).over(json())
    (finding,) = done.suppressions.findings()
    assert (finding.rule, finding.message, finding.help) == (rule, message, help_)
    assert finding.location.path == "payguard.toml"
    assert finding.location.span.line == 4
    assert run(entry).over(json("a.yaml")).said() == []


def test_an_entry_used_once_is_not_unused() -> None:
    done = run(ignore()).over(json("b.json")).over(json(), ("unknown-action", 1))
    assert done.over(json("c.json")).said() == []


def test_both_kinds_count_as_used_where_both_fit() -> None:
    done = run(ignore(path="*.yaml")).over(yaml(f"a: 1 {WHY}"), ("unknown-action", 1))
    assert done.said() == []


def test_findings_are_ordered_by_path_and_line() -> None:
    done = run(ignore(path="*.yaml"))
    done.over(yaml(f"a: 1 {WHY}", f"b: 1 {WHY}", path="z.yaml")).over(yaml(f"a: 1 {WHY}"))
    places = [(f.location.path, f.location.span.line, f.rule) for f in done.suppressions.findings()]
    assert places == [
        ("a.yaml", 1, "unused-suppression"),
        ("payguard.toml", 4, "unused-suppression"),
        ("z.yaml", 1, "unused-suppression"),
        ("z.yaml", 2, "unused-suppression"),
    ]


def test_a_file_full_of_comments_is_read_up_to_a_bound() -> None:
    done = run().over(yaml(*[WHY] * 5000, "a: 1"), ("unknown-action", 1001))
    assert done.silenced == [True]
    assert done.said() == [
        (
            "malformed-suppression",
            1001,
            "the file holds more than 1000 comments to payguard; the rest is not read",
        )
    ]


def test_a_json_file_and_no_entries_cost_nothing() -> None:
    done = run().over(json(), ("unknown-action", 1))
    assert done.silenced == [False]
    assert done.suppressions._comments == {}
