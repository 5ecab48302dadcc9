"""Text files of all sorts: the policies and the values in them, and nothing else."""

import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import Document
from payguard.sources.scan import scan
from payguard.sources.scan_value import defects

FIXTURES = Path(__file__).parents[1] / "fixtures" / "scan"
ARN = "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5"
SESSION = "payment-session-A1b2C3d4E5f6G7h"
ANY_MANAGER = "arn:aws:bedrock-agentcore:*:*:payment-manager/*"


class Fixture(NamedTuple):
    name: str
    path: str

    @property
    def text(self) -> str:
        return (FIXTURES / f"{self.name}.txt").read_text(encoding="utf-8")


DOTENV = Fixture("dotenv", ".env")
SHELL = Fixture("shell", "deploy.sh")
PYTHON = Fixture("python", "roles.py")
TYPESCRIPT = Fixture("typescript", "roles.ts")
MARKDOWN = Fixture("markdown", "guide.md")
NOTEBOOK = Fixture("notebook", "wallet.ipynb")
QUIET = Fixture("quiet", "quiet.txt")
ALL = (DOTENV, SHELL, PYTHON, TYPESCRIPT, MARKDOWN, NOTEBOOK, QUIET)


def said(fixture: Fixture) -> list[tuple[int, str, list[str]]]:
    found = scan(fixture.path, fixture.text).values
    return [(v.location.span.line, v.text, [p.message for p in defects(v)]) for v in found]


def spanned(document: Document, text: str, place: str, *, on_key: bool = False) -> str:
    span = document.source.spans({(place, on_key)})[place, on_key]
    assert span.line == span.end_line
    line = text.split("\n")[span.line - 1]
    assert document.source.line(span.line) == line
    return line[span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize("fixture", ALL, ids=lambda fixture: fixture.name)
def test_every_value_stands_where_it_is_said_to(fixture: Fixture) -> None:
    lines = fixture.text.split("\n")
    for value in scan(fixture.path, fixture.text).values:
        span = value.location.span
        assert value.location.path == fixture.path
        assert value.source == lines[span.line - 1]
        assert value.source[span.column - 1 : span.end_column - 1] == value.text


def test_values_of_an_env_file_are_judged_by_their_names() -> None:
    assert said(DOTENV) == [
        (
            3,
            ARN.replace("shop", "Shop"),
            ['the service lower-cases the manager name; found "Shop"'],
        ),
        (4, "coinbase-f6g7h8i9j", ['the suffix "f6g7h8i9j" has 9 characters, expected 10']),
        (5, SESSION, [f'"{SESSION}" does not start with "payment-instrument-"']),
        (6, SESSION, []),
        (8, "arn:aws:bedrock-agentcore:us-east-1:123456789012:payment-manager/pm-123", []),
    ]


def test_nothing_is_said_about_other_things_patterns_holes_and_prose() -> None:
    found = scan(QUIET.path, QUIET.text)
    assert [value.text for value in found.values if defects(value)] == []
    assert (found.documents, found.gaps, found.errors) == ((), (), ())


def test_a_script_has_policies_in_here_documents_in_jq_and_in_quotes() -> None:
    found = scan(SHELL.path, SHELL.text)
    account = Unresolved("${ACCOUNT_ID}", MISSING, ANY_MANAGER)
    spend, budgets, never = found.documents
    assert spend.unresolved == (("/Statement/0/Resource", account),)
    assert budgets.unresolved == (
        ("/Statement/0/Resource/0", Unresolved("$account", MISSING, ANY_MANAGER)),
        (
            "/Statement/0/Condition/StringEquals/aws:PrincipalAccount",
            Unresolved("$account", MISSING, "*"),
        ),
    )
    assert never.unresolved == ()
    assert never.text.startswith('{"Version":"2012-10-17"')
    assert never.value["Statement"] == [
        {"Effect": "Deny", "Action": "bedrock-agentcore:ProcessPayment", "Resource": "*"}
    ]
    assert (*found.gaps, *found.errors) == ()
    assert spanned(spend, SHELL.text, "/Statement/0/Effect") == '"Allow"'
    assert spanned(budgets, SHELL.text, "/Statement/0/Action", on_key=True) == "Action"
    assert spanned(never, SHELL.text, "/Statement/0/Effect") == r"\"Deny\""
    assert said(SHELL) == [
        (38, ARN, []),
        (39, SESSION[:-1], ['14 characters after "payment-session-", expected 15']),
    ]


def test_python_has_policies_as_dictionaries_and_in_formatted_text() -> None:
    found = scan(PYTHON.path, PYTHON.text)
    spend, trust = found.documents
    assert spend.value["Statement"][0]["Action"] == [
        "bedrock-agentcore:ProcessPayment",
        "bedrock-agentcore:GetPaymentSession",
    ]
    assert spend.unresolved == (
        ("/Statement/0/Resource", Unresolved("{region}, {account}", MISSING, ANY_MANAGER)),
    )
    assert trust.unresolved == (
        (
            "/Statement/0/Condition/StringEquals/aws:SourceAccount",
            Unresolved("{account}", MISSING, "*"),
        ),
    )
    assert spanned(spend, PYTHON.text, "/Statement/0/Action/1") == (
        '"bedrock-agentcore:GetPaymentSession"'
    )
    assert spanned(trust, PYTHON.text, "/Statement/0/Principal") == (
        '{{"Service": "bedrock-agentcore.amazonaws.com"}}'
    )
    assert [value.text for value in found.values] == [ARN]
    assert (*found.gaps, *found.errors) == ()


def test_typescript_has_policies_with_bare_keys_and_templates() -> None:
    found = scan(TYPESCRIPT.path, TYPESCRIPT.text)
    (trust,) = found.documents
    assert [unresolved.pattern for _, unresolved in trust.unresolved] == [
        "bedrock-agentcore.*.amazonaws.com",
        "*",
        "arn:aws:bedrock-agentcore:*:*:payment-manager/*-*",
    ]
    assert spanned(trust, TYPESCRIPT.text, "/Statement/0/Condition/StringEquals") == (
        "{ 'aws:SourceAccount': account }"
    )
    assert [value.text for value in found.values] == [SESSION]


def test_markdown_has_policies_in_fences_and_one_that_cannot_be_read_is_a_gap() -> None:
    found = scan(MARKDOWN.path, MARKDOWN.text)
    lists, deny = found.documents
    assert lists.unresolved == (
        ("/Statement/0/Resource", Unresolved("<account>, REGION", MISSING, ANY_MANAGER)),
    )
    assert deny.text == (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", '
        '"Action": "bedrock-agentcore:ProcessPayment", "Resource": "*"}}'
    )
    (gap,) = found.gaps
    assert gap.unresolved.sentence == "a policy from line 33 on (cannot be read)"
    assert gap.location.span[:2] == (30, 1)
    assert said(MARKDOWN) == [
        (3, ARN[:-2], ['the suffix "a1b2c3d4" has 8 characters, expected 10']),
        (4, SESSION, []),
        (8, f"{ARN}/connector/coinbase-f6g7h8i9j0", []),
    ]


def test_a_notebook_has_policies_in_its_cells() -> None:
    found = scan(NOTEBOOK.path, NOTEBOOK.text)
    (spend,) = found.documents
    assert spend.value["Statement"][0]["Action"] == "bedrock-agentcore:Pay"
    assert spanned(spend, NOTEBOOK.text, "/Statement/0/Action") == r"\"bedrock-agentcore:Pay\""
    assert spanned(spend, NOTEBOOK.text, "/Statement") == "[{"
    assert said(NOTEBOOK) == [
        (6, SESSION, []),
        (
            27,
            ARN.replace("-agentcore", ""),
            ['service is "bedrock", expected "bedrock-agentcore"'],
        ),
    ]


def test_a_notebook_that_is_no_json_is_an_error_and_its_values_are_read_all_the_same() -> None:
    found = scan("a.ipynb", f'{{"cells": ["{ARN}",]}}')
    assert [(error.path, error.message) for error in found.errors] == [
        ("a.ipynb", 'trailing comma before "]"')
    ]
    assert [value.text for value in found.values] == [ARN]


def test_a_value_inside_a_policy_is_no_value_by_itself() -> None:
    policy = f'{{"Statement": [{{"Effect": "Allow", "Resource": "{ARN}"}}]}}'
    found = scan("x.py", f"POLICY = {policy}\nOTHER = '{SESSION}'\n")
    assert len(found.documents) == 1
    assert [value.text for value in found.values] == [SESSION]


def test_a_key_that_stands_twice_is_an_error_with_its_place() -> None:
    text = 'x = {\n "Statement": [{"Effect": "Allow",\n "Effect": "Deny"}]}'
    (error,) = scan("x.py", text).errors
    assert error.message == (
        'the key "Effect" stands twice in one object: one of them would be lost'
    )
    assert (error.path, error.line, error.column) == ("x.py", 3, 2)
    assert scan("x.py", text).documents == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"Statement": rows}', 0),
        ('{"Statement": [make(x) for x in rows]}', 0),
        ('policy["Statement"]: list = []', 0),
        ("Statement:\n  - Effect: Allow\n", 0),
        ('{"Statement": [{"Effect": "Allow"}, *more]}', 1),
        ('{"Statement": [make(x), {"Effect": "Allow"}]}', 1),
        ('{"Id": {"a": 1}, "Statement": {"Action": "a:b"}}', 1),
        ('{"Statement": [{"NotAction": "a:b"}]}' * 2, 2),
        (r'"{\\\"Statement\\\": [{\\\"Effect\\\": \\\"Allow\\\"}]}"', 1),
    ],
)
def test_a_policy_is_one_if_a_statement_is_written_down(text: str, expected: int) -> None:
    found = scan("x.py", text)
    assert (len(found.documents), found.gaps, found.errors) == (expected, (), ())


def test_a_spread_at_the_top_leaves_a_gap_because_any_key_may_come_of_it() -> None:
    found = scan("x.ts", 'const p = {...base, Statement: [{Effect: "Allow", Action: "a:b"}]}')
    assert found.documents == ()
    assert [gap.location.span[:2] for gap in found.gaps] == [(1, 11)]


def test_comments_count_in_a_policy_and_above_it_and_nowhere_else() -> None:
    text = (
        "Write `# payguard: ignore[a] reason` there.\n\n"
        "# payguard: ignore[b] the whole\n"
        'x = {"Statement": [\n'
        '  {"Effect": "Allow",  # payguard: ignore[c] this line\n'
        '   "Action": "a:b"}]}\n'
        "\n# payguard: ignore[d] elsewhere\n"
    )
    (document,) = scan("x.py", text).documents
    assert document.source.comments() == [(3, "ignore[b] the whole"), (5, "ignore[c] this line")]


REPEATED: list[tuple[str, str]] = [
    ("prose", "the quick brown fox "),
    ("signs without an end", ":bedrock-agentcore:"),
    ("prefixes", "payment-session-"),
    ("one value", f"{ARN} "),
    ("names", "PAYMENT_CONNECTOR_ID=stripe-a1b2c3d4 "),
    ("nested beginnings", '{"Statement":'),
    ("nested lists", '{"Statement":['),
    ("escaped beginnings", '{\\"Statement\\":'),
    ("doubled braces", '{{"Statement":'),
    ("open strings", '{"Statement":"""'),
    ("open calls", "{Statement:("),
    ("open braces", "{"),
    ("comments", '{"Statement": # \n'),
    ("holes", '{"Statement":[{"Effect":"${<{{'),
    ("policies", '{"Statement":[{"Effect":"Allow"}]} '),
    ("lines after a quote", f'"{ARN}"' + "\n" * 300),
]


@pytest.mark.parametrize(("name", "piece"), REPEATED, ids=[name for name, _ in REPEATED])
def test_a_long_text_costs_no_more_than_its_length(name: str, piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        start = time.perf_counter()
        scan("x.md", text)
        return time.perf_counter() - start

    seconds(1000)
    assert seconds(400_000) < 20  # a square of the length takes hours


def test_a_beginning_without_an_end_a_thousandfold_is_given_up_and_said() -> None:
    (gap,) = scan("x.md", '{"Statement":' * 20_000).gaps
    assert gap.unresolved.why == "cannot be read"


def test_equal_texts_are_read_equally() -> None:
    def plain(fixture: Fixture) -> list[Any]:
        found = scan(fixture.path, fixture.text)
        return [found.values, found.gaps, found.errors, [d.value for d in found.documents]]

    assert all(plain(fixture) == plain(fixture) for fixture in ALL)
