"""``payguard test``: verdicts, exit statuses, and what is said of files that hold no cases."""

import json
from pathlib import Path
from typing import Any

import pytest

from authorization.asking import MANAGER, PAY, ROLE, allow, deny, policy
from commands import Run

CONFORMANCE = str(Path(__file__).parent.parent / "authorization" / "conformance.json")

GRANTED = "allowed by identity[0]/Statement/0"
NO_SERVICE = 'IAM refuses the action "bedrock*": it names no service'


def case(name: str, expected: str = "allow", **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "policies": {"identity": [policy(allow(Action=PAY))]},
        "request": {"principal": ROLE, "action": PAY, "resource": MANAGER},
        "expected": expected,
        **more,
    }


def write(path: Path, *cases: Any) -> str:
    path.write_text(json.dumps(list(cases)))
    return path.name


def test_the_sentences_of_the_documentation_pass(payguard: Run) -> None:
    result = payguard("test", CONFORMANCE)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "74 cases: 74 passed, 0 failed"


def test_a_verdict_a_line(payguard: Run, folder: Path) -> None:
    undecided = case("open", "deny", policies={"identity": [policy(allow(Action="bedrock*"))]})
    detail = case("detail", expectedDetail="ExplicitlyDenied")
    result = payguard(
        "test", write(folder / "cases.json", case("a"), case("b", "deny"), undecided, detail)
    )
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"passed  a: allow: {GRANTED}",
        f"FAILED  b: expected deny, got allow: {GRANTED}",
        f"FAILED  open: expected deny, got undecided: {NO_SERVICE}",
        f"FAILED  detail: expected ExplicitlyDenied, got Allowed: {GRANTED}",
        "4 cases: 1 passed, 3 failed (1 undecided)",
    ]


def test_quiet_prints_failures_only(payguard: Run, folder: Path) -> None:
    result = payguard("test", "-q", write(folder / "cases.json", case("a"), case("b", "deny")))
    assert result.stdout.splitlines() == [
        f"FAILED  b: expected deny, got allow: {GRANTED}",
        "2 cases: 1 passed, 1 failed",
    ]


def test_json_is_a_list_of_verdicts(payguard: Run, folder: Path) -> None:
    explicit = case("no", "deny", policies={"identity": [policy(allow(), {**deny(), "Sid": "N"})]})
    odd = case("odd", "deny", policies={"identity": [policy(allow(Action="bedrock*"))]})
    path = write(folder / "cases.json", case("a"), case("b", "deny", policies={}), explicit, odd)
    result = payguard("test", "--output-format", "json", path)
    assert result.exit_code == 1
    first = {"policy": "identity", "index": 0, "pointer": "/Statement/0", "sid": None}
    assert json.loads(result.stdout) == [
        {
            "id": "a",
            "decision": "allow",
            "detail": "Allowed",
            "decided_by": [first],
            "passed": True,
        },
        {
            "id": "b",
            "decision": "deny",
            "detail": "ImplicitlyDenied",
            "decided_by": [],
            "passed": True,
        },
        {
            "id": "no",
            "decision": "deny",
            "detail": "ExplicitlyDenied",
            "decided_by": [{**first, "pointer": "/Statement/1", "sid": "N"}],
            "passed": True,
        },
        {
            "id": "odd",
            "decision": "undecided",
            "detail": None,
            "decided_by": [first],
            "passed": False,
            "doubts": [NO_SERVICE],
        },
    ]


def test_cases_may_stand_one_a_line_or_alone_or_come_from_standard_input(
    payguard: Run, folder: Path
) -> None:
    lines = f"{json.dumps(case('a'))}\n\n{json.dumps(case('b'))}\r\n"
    (folder / "cases.jsonl").write_text(lines)
    (folder / "one.json").write_text(json.dumps(case("c"), indent=1))
    result = payguard("test", "cases.jsonl", "one.json", "-", input=lines)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "5 cases: 5 passed, 0 failed"


@pytest.mark.parametrize("sign", ["\u2028", "\u0085", "\x7f", "\u2029"])
def test_a_line_ends_at_a_line_feed_and_nowhere_else(
    payguard: Run, folder: Path, sign: str
) -> None:
    lines = "\n".join(json.dumps(case(f"{name}{sign}"), ensure_ascii=False) for name in "ab")
    (folder / "cases.jsonl").write_text(lines, encoding="utf-8")
    result = payguard("test", "cases.jsonl")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "2 cases: 2 passed, 0 failed"


def test_one_case_is_counted_as_one(payguard: Run, folder: Path) -> None:
    result = payguard("test", write(folder / "cases.json", case("a")))
    assert result.stdout.splitlines()[-1] == "1 case: 1 passed, 0 failed"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "bad.json: there is no case in it"),
        ("", "bad.json: the file is empty"),
        ("nonsense", "bad.json:1:1: not JSON: expecting value"),
        ("nonsense\nmore", "bad.json:1:1: not JSON: expecting value"),
        ("[{},\n]", 'bad.json:1:4: trailing comma before "]"'),
        ("7", "bad.json:1:1: this is no access test case: a case must be an object"),
        (
            json.dumps([case("a"), case("b", "alow")], indent=0).replace(" ", ""),
            '"expected" must be "allow" or "deny" (at /1/expected)',
        ),
        (
            f"{json.dumps(case('a'))}\n{json.dumps(case('b', 'alow'))}",
            'bad.json:2:387: this is no access test case: "expected" must be "allow" or "deny"',
        ),
        (
            f"{json.dumps(case('a'))}\n{{",
            "bad.json:2:2: not JSON: expecting property name",
        ),
        ('[{"id": 1, "id": 2}]', 'bad.json:1:12: the key "id" stands twice in one object'),
        ('{"Version": "2012-10-17", "Statement": []}', '"id" is missing'),
    ],
)
def test_a_bad_file_is_refused_with_a_clear_line(
    payguard: Run, folder: Path, text: str, message: str
) -> None:
    (folder / "bad.json").write_text(text)
    result = payguard("test", "bad.json")
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.startswith("payguard: bad.json")
    assert len(result.stderr.splitlines()) == 1
    assert not result.stdout


def test_a_file_that_cannot_be_read_does_not_stop_the_others(payguard: Run, folder: Path) -> None:
    result = payguard("test", "missing.json", write(folder / "cases.json", case("b", "deny")))
    assert result.exit_code == 2
    assert result.stderr == "payguard: missing.json: no such file or folder\n"
    assert "FAILED  b" in result.stdout


def test_something_has_to_be_named(payguard: Run) -> None:
    assert payguard("test").exit_code == 2
