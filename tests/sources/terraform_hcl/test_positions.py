"""Every value of a document leads to the characters that it was written as."""

import json
import textwrap
from typing import Any

import pytest

from payguard.infrastructure import Document
from payguard.sources.terraform_hcl.document import TreeMap
from sources.terraform_hcl.configurations import read_fixture, read_texts


def shown(document: Document, texts: dict[str, str], pointer: str, on_key: bool = False) -> str:
    """Return the characters that a span covers."""
    span = document.source.spans([(pointer, on_key)])[pointer, on_key]
    assert span.line == span.end_line
    line = texts[document.path].split("\n")[span.line - 1]
    assert document.source.line(span.line) == line.rstrip("\r")
    return line[span.column - 1 : span.end_column - 1]


DATA = """\
locals {
  pair = ["arn:one", "arn:two"]
}
data "aws_iam_policy_document" "d" {
  policy_id = "the-id"
  statement {
    sid       = "First"
    actions   = ["s3:Get*", "s3:Put*"]
    resources = local.pair
    principals {
      type        = "AWS"
      identifiers = ["111122223333"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:x"
      values   = ["a", "&{aws:username}"]
    }
  }
  dynamic "statement" {
    for_each = ["x"]
    content {
      not_actions = ["iam:${statement.value}"]
    }
  }
}
resource "aws_iam_policy" "p" {
  policy = data.aws_iam_policy_document.d.json
}
"""
IN_DATA = [
    ("/Statement/0/Action/1", False, '"s3:Put*"'),
    ("/Statement/0/Action", False, '["s3:Get*", "s3:Put*"]'),
    ("/Statement/0/Action", True, "actions"),
    ("/Statement/0/Resource/1", False, '"arn:two"'),
    ("/Statement/0/Sid", False, '"First"'),
    ("/Statement/0/Principal/AWS", False, '"111122223333"'),
    ("/Statement/0/Condition/StringEquals/aws:x/1", False, '"&{aws:username}"'),
    ("/Statement/0/Effect", False, "statement"),  # not written: the block stands for it
    ("/Statement/0", False, "statement"),
    ("/Statement/1/NotAction", False, '"iam:${statement.value}"'),
    ("/Statement/1/NotAction", True, "not_actions"),
    ("/Id", False, '"the-id"'),
    ("/Id", True, "policy_id"),
    ("/Statement/0/Missing/3", False, "statement"),
    ("", False, 'data "aws_iam_policy_document" "d"'),
]

ENCODED = """\
resource "aws_iam_policy" "p" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for name in ["a", "b"] : { "Effect" = "Allow", Action = ["s3:${name}", lower("X")] }]
  })
}
"""
IN_ENCODED = [
    ("/Version", False, '"2012-10-17"'),
    ("/Version", True, "Version"),
    ("/Statement/1/Effect", False, '"Allow"'),
    ("/Statement/1/Effect", True, '"Effect"'),
    ("/Statement/0/Action/0", False, '"s3:${name}"'),
    ("/Statement/0/Action/1", False, 'lower("X")'),
    ("/Statement/0", False, '{ "Effect" = "Allow", Action = ["s3:${name}", lower("X")] }'),
]

HEREDOC = """\
resource "aws_iam_policy" "p" {
  policy = <<-EOF
    {
      "Statement": [
        {"Sid": "é😀", "Action": "s3:${lower("GET")}*", "Resource": ${jsonencode(["x"])},
         "Condition": {"StringEquals": {"aws:x": "$${aws:username}", "y": "z"}}}
      ]
    }
  EOF
}
"""
IN_HEREDOC = [
    ("/Statement/0/Sid", False, '"é😀"'),
    ("/Statement/0/Sid", True, '"Sid"'),
    ("/Statement/0/Action", False, '"s3:${lower("GET")}*"'),
    ("/Statement/0/Resource", False, '${jsonencode(["x"])}'),
    ("/Statement/0/Resource/0", False, '${jsonencode(["x"])}'),
    ("/Statement/0/Condition/StringEquals/aws:x", False, '"$${aws:username}"'),
    ("/Statement/0/Condition/StringEquals/y", False, '"z"'),
    ("/Statement/0/Condition/StringEquals/y", True, '"y"'),
]

QUOTED = """\
resource "aws_iam_policy" "p" {
  policy = "{\\"Version\\": \\"2012-10-17\\", \\"Statement\\": []}"
}
"""
IN_QUOTED = [
    ("/Version", False, '\\"2012-10-17\\"'),
    ("/Version", True, '\\"Version\\"'),
    ("/Statement", False, "[]"),
]

MERGED = """\
data "aws_iam_policy_document" "d" {
  source_policy_documents = [<<EOF
{"Statement": [{"Sid": "a", "Effect": "Allow", "Action": "s3:Get*"}]}
EOF
  ]
  statement {
    actions = ["s3:Put*"]
  }
}
resource "aws_iam_policy" "p" {
  policy = data.aws_iam_policy_document.d.json
}
"""
IN_MERGED = [
    ("/Statement/0/Action", False, '"s3:Get*"'),
    ("/Statement/0/Action", True, '"Action"'),
    ("/Statement/1/Action", False, '"s3:Put*"'),
]

JSON = json.dumps(
    {
        "resource": {
            "aws_iam_policy": {
                "p": {"policy": '${jsonencode({Version = "2012-10-17", Statement = ["\\é"]})}'}
            }
        }
    }
).replace("\\\\\\u00e9", "é")
IN_JSON = [
    ("/Version", False, '\\"2012-10-17\\"'),
    ("/Version", True, "Version"),
    ("/Statement/0", False, '\\"é\\"'),
]

CASES = [
    (name, text, pointer, on_key, expected)
    for name, text, wanted in (
        ("main.tf", DATA, IN_DATA),
        ("main.tf", ENCODED, IN_ENCODED),
        ("main.tf", HEREDOC, IN_HEREDOC),
        ("main.tf", QUOTED, IN_QUOTED),
        ("main.tf", MERGED, IN_MERGED),
        ("main.tf.json", JSON, IN_JSON),
    )
    for pointer, on_key, expected in wanted
]


@pytest.mark.parametrize(
    ("name", "text", "pointer", "on_key", "expected"),
    CASES,
    ids=[f"{case[2]}-{case[4]}" for case in CASES],
)
def test_a_pointer_leads_to_what_was_written(
    name: str, text: str, pointer: str, on_key: bool, expected: str
) -> None:
    found = read_texts({name: text})
    assert not found.errors
    [document] = found.documents
    assert shown(document, {name: text}, pointer, on_key) == expected


def test_windows_line_ends_do_not_move_what_stands_in_a_heredoc() -> None:
    text = HEREDOC.replace("\n", "\r\n")
    [document] = read_texts({"main.tf": text}).documents
    assert shown(document, {"main.tf": text}, "/Statement/0/Sid") == '"é😀"'


def test_a_value_of_another_file_is_shown_by_what_is_around_it() -> None:
    texts = {
        "locals.tf": 'locals {\n  actions = ["s3:Get*"]\n}\n',
        "main.tf": textwrap.dedent(
            """\
            resource "aws_iam_policy" "p" {
              policy = jsonencode({ Statement = [{ Action = local.actions }] })
            }
            """
        ),
    }
    [document] = read_texts(texts).documents
    assert document.path == "main.tf"
    assert shown(document, texts, "/Statement/0/Action/0") == "{ Action = local.actions }"


def test_a_document_is_of_the_file_in_which_it_was_written() -> None:
    texts = {
        "documents.tf": DATA.partition('resource "')[0],
        "main.tf": 'resource "aws_iam_policy" "p" {\n  policy = data.aws_iam_policy_document.d.json\n}\n',
    }
    [document] = read_texts(texts).documents
    assert (document.path, document.address) == ("documents.tf", "aws_iam_policy.p")
    assert shown(document, texts, "/Statement/0/Action/1") == '"s3:Put*"'


def pointers(value: Any, here: str = "") -> list[str]:
    inner: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        inner = [(key.replace("~", "~0").replace("/", "~1"), item) for key, item in value.items()]
    elif isinstance(value, list):
        inner = [(str(place), item) for place, item in enumerate(value)]
    return [here, *(one for key, item in inner for one in pointers(item, f"{here}/{key}"))]


@pytest.mark.parametrize("name", ["documents", "example", "wide"])
def test_every_value_of_every_document_has_a_place_in_its_file(name: str) -> None:
    for document in read_fixture(name).documents:
        assert isinstance(document.source, TreeMap)
        for pointer in pointers(document.value):
            for on_key in (False, True):
                span = document.source.spans([(pointer, on_key)])[pointer, on_key]
                line = document.source.line(span.line)
                assert 1 <= span.column < span.end_column <= len(line) + 1


def test_comments_reach_the_documents() -> None:
    text = "# payguard: ignore[some-rule] for a reason\n" + ENCODED
    [document] = read_texts({"main.tf": text}).documents
    assert document.source.comments() == [(1, "ignore[some-rule] for a reason")]
