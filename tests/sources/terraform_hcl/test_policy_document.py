"""``aws_iam_policy_document``: what is not known stays in its place, whatever is merged over it."""

from typing import Any

import pytest

from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import Document
from sources.terraform_hcl.configurations import read_texts

X, MANY = Unresolved("var.x", MISSING), Unresolved("var.many", MISSING)


def document(body: str) -> Document:
    found = read_texts(
        f"""
        data "aws_iam_policy_document" "d" {{
          {body}
        }}
        variable "x" {{}}
        variable "many" {{}}
        resource "aws_iam_policy" "p" {{ policy = data.aws_iam_policy_document.d.json }}
        """
    )
    assert found.errors == ()
    [one] = found.documents
    return one


def statement(body: str) -> Any:
    return document(f"statement {{\n {body}\n}}").value["Statement"][0]


PARTS = [
    ("actions = var.many", {"Effect": "Allow", "Action": MANY}),
    ("actions = [var.x]", {"Effect": "Allow", "Action": X}),
    (
        'actions = concat(["a"], var.many)',
        {"Effect": "Allow", "Action": ["a", MANY]},
    ),
    (
        'resources = ["a/${var.x}", "&{aws:username}/${var.x}"]',
        {
            "Effect": "Allow",
            "Resource": [X._replace(pattern="a/*"), X._replace(pattern="${aws:username}/*")],
        },
    ),
    ("effect = var.x", {"Effect": X}),
    ("effect = null\n sid = null", {"Effect": "Allow"}),
    ("sid = var.x", {"Effect": "Allow", "Sid": X}),
    (
        'principals {\n type = "AWS"\n identifiers = [var.x]\n}',
        {"Effect": "Allow", "Principal": {"AWS": X}},
    ),
    ('principals {\n type = var.x\n identifiers = ["a"]\n}', {"Effect": "Allow", "Principal": X}),
    (
        'dynamic "principals" {\n for_each = var.many\n content {\n type = "AWS"\n}\n}',
        {"Effect": "Allow", "Principal": MANY},
    ),
    (
        'condition {\n test = "Bool"\n variable = "a"\n values = [var.x]\n}',
        {"Effect": "Allow", "Condition": {"Bool": {"a": X}}},
    ),
    (
        'condition {\n test = var.x\n variable = "a"\n values = []\n}',
        {"Effect": "Allow", "Condition": X},
    ),
    (
        'dynamic "condition" {\n for_each = var.many\n content {\n test = "Bool"\n}\n}',
        {"Effect": "Allow", "Condition": MANY},
    ),
]


@pytest.mark.parametrize(("body", "expected"), PARTS, ids=[case[0] for case in PARTS])
def test_what_is_not_known_of_a_statement_stays_in_its_place(
    body: str, expected: dict[str, Any]
) -> None:
    assert statement(body) == expected


def own(sid: str) -> str:
    return f'statement {{\n sid = {sid}\n effect = "Deny"\n}}\n'


def text(*sids: str) -> str:
    items = ", ".join(f'{{ Sid = {sid}, Effect = "Allow" }}' for sid in sids)
    return f"jsonencode({{ Statement = [{items}] }})"


def brief(one: Document) -> list[Any]:
    """Return of each statement what it is: its Sid and effect, or what is not known."""
    return [
        item.what
        if isinstance(item, Unresolved)
        else f"{getattr(item.get('Sid', ''), 'what', item.get('Sid', ''))} {item['Effect']}"
        for item in one.value["Statement"]
    ]


A, B, NULL, VAR = '"a"', '"b"', "null", "var.x"
MERGED = [
    # what is merged first is replaced by its Sid
    (f"source_policy_documents = [{text(A, B)}]\n{own(A)}", ["a Deny", "b Allow"]),
    (f"override_policy_documents = [{text(A)}]\n{own(A)}", ["a Allow"]),
    (f"source_json = {text(A)}\n{own(A)}override_json = {text(A)}", ["a Allow"]),
    (f"source_policy_documents = [{text(NULL)}]\n{own(NULL)}", [" Allow", " Deny"]),
    # a source that is not known replaces nothing
    (f"source_policy_documents = [var.x]\n{own(A)}", ["var.x", "a Deny"]),
    (f"source_policy_documents = var.many\n{own(A)}", ["var.many", "a Deny"]),
    (
        f"source_policy_documents = concat([{text(A)}], var.many)\n{own(NULL)}",
        ["a Allow", "var.many", " Deny"],
    ),
    # an override that is not known may replace every statement that has a Sid
    (
        f"override_policy_documents = [var.x]\n{own(A)}{own(NULL)}",
        ["var.x", " Deny", "var.x"],
    ),
    # a Sid that is not known may be that of any other
    (f"source_policy_documents = [{text(A)}]\n{own(VAR)}", ["var.x", "var.x Deny"]),
    (f"source_policy_documents = [{text(VAR)}]\n{own(A)}", ["var.x", "a Deny"]),
    (f"{own(A)}{own(NULL)}{own(B)}", ["a Deny", " Deny", "b Deny"]),
    (
        f'{own(A)}dynamic "statement" {{\n for_each = var.many\n content {{}}\n}}\n{own(NULL)}',
        ["a Deny", "var.many", " Deny"],
    ),
    ("source_policy_documents = [jsonencode({ Statement = var.many })]", ["var.many"]),
    ('source_policy_documents = ["[]"]', ["a policy merged into data.aws_iam_policy_document.d"]),
]


@pytest.mark.parametrize(
    ("body", "expected"), MERGED, ids=[str(place) for place in range(len(MERGED))]
)
def test_statements_are_merged_as_the_provider_does(body: str, expected: list[str]) -> None:
    assert brief(document(body)) == expected


def test_everything_unknown_is_listed_with_its_pointer() -> None:
    one = document(
        'policy_id = var.x\n statement {\n actions = ["a", var.x]\n}\n'
        'dynamic "statement" {\n for_each = var.many\n content {}\n}'
    )
    assert [(pointer, item.what) for pointer, item in one.unresolved] == [
        ("/Id", "var.x"),
        ("/Statement/0/Action/1", "var.x"),
        ("/Statement/1", "var.many"),
    ]
    assert one.text == ""


DYNAMIC = [
    ('for_each = ["a", "b"]\n content { sid = statement.value }', ["a", "b"]),
    ('for_each = { k = "v" }\n content { sid = "${statement.key}${statement.value}" }', ["kv"]),
    ('for_each = toset(["b", "a"])\n iterator = it\n content { sid = it.key }', ["a", "b"]),
    ("for_each = []\n content {}", []),
    ('for_each = var.x == null ? [] : ["a"]\n content {}', ["var.x"]),
]


@pytest.mark.parametrize(("body", "expected"), DYNAMIC, ids=[case[0][:30] for case in DYNAMIC])
def test_dynamic_blocks_are_made(body: str, expected: list[str]) -> None:
    one = document(f'dynamic "statement" {{\n {body}\n}}')
    statements = one.value.get("Statement", [])
    assert [
        item.what if isinstance(item, Unresolved) else item["Sid"] for item in statements
    ] == expected


HEREDOCS = [
    ('{"Statement": [{"Sid": "${var.x}"}]}', [{"Sid": X}]),
    ('{"Statement": [{"Sid": "a-${var.x}"}]}', [{"Sid": X._replace(pattern="a-*")}]),
    ('{"Statement": [{"Action": ${jsonencode(var.many)}}]}', [{"Action": MANY}]),
    ('{"Statement": [{"Action": ${jsonencode(["a", var.x])}}]}', [{"Action": ["a", X]}]),
    ('{"Statement": [{"Action": [${var.x}, "b"]}]}', [{"Action": [X, "b"]}]),
    ('{"Statement": ${var.many}}', MANY),
    ('{"Statement": [{"Condition": {"${var.x}": {}}}]}', [{"Condition": X}]),
    ('{"Statement": [{"Sid": "q\\"${var.x}"}]}', [{"Sid": X._replace(pattern='q"*')}]),
]


@pytest.mark.parametrize(("heredoc", "expected"), HEREDOCS, ids=[case[0] for case in HEREDOCS])
def test_what_is_not_known_within_a_heredoc_stays_in_its_place(
    heredoc: str, expected: object
) -> None:
    found = read_texts(
        f'resource "aws_iam_policy" "p" {{\n  policy = <<E\n{heredoc}\nE\n}}\n'
        'variable "x" {}\nvariable "many" {}\n'
    )
    assert found.errors == ()
    assert found.documents[0].value["Statement"] == expected
