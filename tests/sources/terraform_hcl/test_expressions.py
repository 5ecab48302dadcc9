"""Expressions are worth what Terraform 1.11.4 says, and what is not known is named."""

import json

import pytest

from payguard.iam.unresolved import AFTER_APPLY, MISSING, SECRET, Unresolved
from payguard.sources.terraform_hcl.datum import Work, plain
from sources.terraform_hcl.configurations import FIXTURES, value_of

# Each is an expression and the JSON text that ``jsonencode`` made of it; null for an error.
AGREED: list[tuple[str, str | None]] = [
    (expression, text)
    for expression, text in json.loads((FIXTURES / "expressions.json").read_text())
]


@pytest.mark.parametrize(("expression", "expected"), AGREED, ids=[case[0] for case in AGREED])
def test_an_expression_is_worth_what_terraform_says(expression: str, expected: str | None) -> None:
    if expression.startswith("<<"):  # a heredoc ends with its line
        assert json.dumps(value_of(expression).data, ensure_ascii=False) == expected
    elif expected is None:
        assert value_of(f'try({expression}, "an error")').data == "an error"
    else:
        assert value_of(f"jsonencode({expression})").data == expected


DECLARED = """
variable "missing" {}
variable "list" { type = list(string) }
variable "secret" {
  default   = "hunter2"
  sensitive = true
}
variable "known" { default = "shop" }
locals { pair = [var.known, var.missing] }
data "aws_caller_identity" "me" {}
data "aws_region" "here" {}
data "aws_partition" "here" {}
resource "aws_s3_bucket" "b" { bucket = "logs" }
resource "aws_iam_role" "named" {
  name = "agent"
  path = "/payments/"
}
resource "aws_iam_role" "prefixed" { name_prefix = "agent-" }
resource "aws_iam_role" "nameless" {}
resource "aws_iam_role" "many" {
  for_each = toset(["a", "b"])
  name     = "agent-${each.key}"
}
resource "aws_iam_role" "unknown_many" {
  for_each = toset(var.list)
  name     = "agent-${each.key}"
}
resource "terraform_data" "late" { input = "x" }
resource "aws_bedrockagentcore_payment_manager" "m" { name = "ShopAssistant" }
resource "awscc_bedrockagentcore_payment_manager" "m" { name = "Other" }
"""
ACCOUNT = "????????????"

UNKNOWN = [
    ("var.missing", "var.missing", MISSING, "*"),
    ("var.undeclared", "var.undeclared", MISSING, "*"),
    ("local.undeclared.x", "local.undeclared.x", MISSING, "*"),
    ("aws_iam_role.undeclared.arn", "aws_iam_role.undeclared.arn", MISSING, "*"),
    ("var.missing.inner", "var.missing.inner", MISSING, "*"),
    ("var.secret", "var.secret", SECRET, "*"),
    ('"key-${var.secret}"', "var.secret", SECRET, "key-*"),
    ('sensitive("hunter2")', "a sensitive value", SECRET, "*"),
    ('"${var.known}-${var.missing}-x"', "var.missing", MISSING, "shop-*-x"),
    ('"${var.missing}${local.pair[1]}"', "var.missing", MISSING, "**"),
    ('format("a-%s-b", var.missing)', "var.missing", MISSING, "a-*-b"),
    ('format("a-%5s-b", var.missing)', "var.missing", MISSING, "*"),
    ('join("/", ["a", var.missing])', "var.missing", MISSING, "a/*"),
    ('upper("a-${var.missing}")', "var.missing", MISSING, "A-*"),
    ('substr("abc${var.missing}", 0, 2)', "var.missing", MISSING, "*"),
    ('replace("abc${var.missing}", "a", "b")', "var.missing", MISSING, "*"),
    ('var.missing == "x"', "var.missing", MISSING, "*"),
    ("var.missing + 1", "var.missing", MISSING, "*"),
    ("element(var.list, 0)", "var.list", MISSING, "*"),
    ("length(concat(var.list, [1]))", "var.list", MISSING, "*"),
    ('contains(["a", var.missing], "b")', "var.missing", MISSING, "*"),
    ('try(var.missing.x, "y")', "var.missing.x", MISSING, "*"),
    ("can(var.missing.x)", "var.missing.x", MISSING, "*"),
    ('try(regex("a", "b"), "y")', 'regex("a", "b")', MISSING, "*"),
    ('replace("a", "/a/", "b")', "a regular expression", MISSING, "*"),
    ("unheard_of(1)", "unheard_of(1)", MISSING, "*"),
    ("uuid()", "uuid()", MISSING, "*"),
    ("[1, 2][5]", "[1, 2][5]", MISSING, "*"),
    ('{ a = 1 }["b"]', '{ a = 1 }["b"]', MISSING, "*"),
    ("{ for x in var.list : x => 1 }", "var.list", MISSING, "*"),
    ("merge({ a = 1 }, var.missing)", "var.missing", MISSING, "*"),
    ('var.missing ? "role/prod-a" : "role/dev-a"', "var.missing", MISSING, "role/*-a"),
    ('var.missing ? "aa" : "a"', "var.missing", MISSING, "a*"),
    ("terraform.workspace", "terraform.workspace", MISSING, "*"),
    ('file("no.json")', "the file no.json", MISSING, "*"),
    (
        "data.aws_caller_identity.me.account_id",
        "data.aws_caller_identity.me.account_id",
        MISSING,
        ACCOUNT,
    ),
    ("data.aws_region.here.name", "data.aws_region.here.region", MISSING, "*"),
    ("data.aws_partition.here.partition", "data.aws_partition.here.partition", MISSING, "aws*"),
    (
        '"arn:${data.aws_partition.here.partition}:iam::${data.aws_caller_identity.me.account_id}:role/x"',
        "data.aws_partition.here.partition, data.aws_caller_identity.me.account_id",
        MISSING,
        f"arn:aws*:iam::{ACCOUNT}:role/x",
    ),
    ("aws_s3_bucket.b.arn", "aws_s3_bucket.b.arn", AFTER_APPLY, "arn:aws*:s3:::logs"),
    ("aws_s3_bucket.b.hosted_zone_id", "aws_s3_bucket.b.hosted_zone_id", AFTER_APPLY, "*"),
    (
        '"${aws_iam_role.named.arn}!"',
        "aws_iam_role.named.arn",
        AFTER_APPLY,
        f"arn:aws*:iam::{ACCOUNT}:role/payments/agent!",
    ),
    ("aws_iam_role.prefixed.name", "aws_iam_role.prefixed.name", AFTER_APPLY, "agent-*"),
    (
        "aws_iam_role.prefixed.arn",
        "aws_iam_role.prefixed.arn",
        AFTER_APPLY,
        f"arn:aws*:iam::{ACCOUNT}:role/agent-*",
    ),
    ("aws_iam_role.nameless.id", "aws_iam_role.nameless.name", AFTER_APPLY, "*"),
    (
        'aws_iam_role.many["a"].arn',
        'aws_iam_role.many["a"].arn',
        AFTER_APPLY,
        f"arn:aws*:iam::{ACCOUNT}:role/agent-a",
    ),
    ('aws_iam_role.unknown_many["x"].name', "var.list", MISSING, "agent-*"),
    ("aws_iam_role.unknown_many[*].name", "aws_iam_role.unknown_many", MISSING, "*"),
    ("keys(aws_iam_role.unknown_many)", "aws_iam_role.unknown_many", MISSING, "*"),
    ("try(length(aws_iam_role.unknown_many), 0)", "aws_iam_role.unknown_many", MISSING, "*"),
    ("terraform_data.late.output", "terraform_data.late.output", AFTER_APPLY, "*"),
    (
        "aws_bedrockagentcore_payment_manager.m.payment_manager_arn",
        "aws_bedrockagentcore_payment_manager.m.payment_manager_arn",
        AFTER_APPLY,
        f"arn:aws*:bedrock-agentcore:*:{ACCOUNT}:payment-manager/shopassistant-??????????",
    ),
    (
        "awscc_bedrockagentcore_payment_manager.m.payment_manager_id",
        "awscc_bedrockagentcore_payment_manager.m.payment_manager_id",
        AFTER_APPLY,
        "other-??????????",
    ),
]


@pytest.mark.parametrize(
    ("expression", "what", "why", "pattern"), UNKNOWN, ids=[case[0] for case in UNKNOWN]
)
def test_what_is_not_known_is_named_with_what_is_known_of_it(
    expression: str, what: str, why: str, pattern: str
) -> None:
    assert value_of(expression, DECLARED).data == Unresolved(what, why, pattern)


KNOWN = [
    ("var.known", "shop"),
    ("aws_s3_bucket.b.id", "logs"),
    ("aws_iam_role.named.id", "agent"),
    ("[for key, role in aws_iam_role.many : role.name]", ["agent-a", "agent-b"]),
    ("values(aws_iam_role.many)[*].name", ["agent-a", "agent-b"]),
    ("keys(aws_iam_role.many)", ["a", "b"]),
    ('var.missing ? "same" : "same"', "same"),
    ("false && var.missing", False),
    ("true || var.missing", True),
    ('contains(["a", var.missing], "a")', True),
    ("local.pair[0]", "shop"),
    ('coalesce("", var.known)', "shop"),
    ("path.module", "."),
    ('core::upper("a")', "A"),
    ('provider::aws::arn_parse("arn:aws:iam::1:role/a").resource', "role/a"),
    ('provider::aws::arn_build("aws", "iam", "", "1", "role/a")', "arn:aws:iam::1:role/a"),
    ('nonsensitive("a")', "a"),
]


@pytest.mark.parametrize(("expression", "expected"), KNOWN, ids=[case[0] for case in KNOWN])
def test_what_is_known_is_known_beside_what_is_not(expression: str, expected: object) -> None:
    assert plain(value_of(expression, DECLARED), Work()) == expected


HELD = [
    # lists keep what is known; an Unresolved stands for any number of elements
    ('concat(["a"], var.list)', ["a", Unresolved("var.list", MISSING)]),
    ('flatten([["a"], var.list])', ["a", Unresolved("var.list", MISSING)]),
    ("[for x in concat([1], var.list) : x + 1]", [2, Unresolved("var.list", MISSING)]),
    ('[for x in ["a", var.missing] : x if x != "b"]', ["a", Unresolved("var.missing", MISSING)]),
    ('compact(["", "a", var.missing])', ["a", Unresolved("var.missing", MISSING)]),
    ('toset(["b", var.missing, "a"])', ["a", "b", Unresolved("var.missing", MISSING)]),
    ("{ a = var.missing, b = 1 }", {"a": Unresolved("var.missing", MISSING), "b": 1}),
]


@pytest.mark.parametrize(("expression", "expected"), HELD, ids=[case[0] for case in HELD])
def test_a_collection_keeps_what_is_known_of_it(expression: str, expected: object) -> None:
    assert plain(value_of(expression, DECLARED), Work()) == expected


def test_a_secret_is_in_no_message() -> None:
    for expression in ("var.secret", '"a ${var.secret}"', "upper(var.secret)", "[var.secret][0]"):
        data = value_of(expression, DECLARED).data
        assert isinstance(data, Unresolved)
        assert data.why == SECRET
        assert "hunter2" not in repr(data)
