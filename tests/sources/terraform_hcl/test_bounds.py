"""No configuration, however cunning, takes long or much memory; what is too much is an error."""

import time

import pytest

from payguard.finding import InputError
from sources.terraform_hcl.configurations import read_texts

ROLE = 'resource "aws_iam_role" "r" {\n  name = "r"\n  assume_role_policy = local.x\n}\n'
DOUBLED = "".join(f'  a{at + 1} = "${{local.a{at}}}${{local.a{at}}}"\n' for at in range(40))
LISTS = "".join(f"  a{at + 1} = [local.a{at}, local.a{at}]\n" for at in range(40))
DEEP = "".join(f"  a{at + 1} = [local.a{at}]\n" for at in range(5000))
SQUARED = "".join(f"  a{at + 1} = local.a{at} * local.a{at}\n" for at in range(60))
STATEMENTS = "".join(f'  statement {{\n    sid = "s{at}"\n  }}\n' for at in range(5000))
LONG = 'a = join("", [for x in range(20000) : "aaaaaaaaaa"])'

CUNNING = [
    f'locals {{\n  a0 = "{"a" * 32}"\n{DOUBLED}  x = local.a40\n}}\n',
    f"locals {{\n  a0 = [1]\n{LISTS}  x = jsonencode(local.a40)\n}}\n",
    f"locals {{\n  a0 = [1]\n{DEEP}  x = jsonencode({{ Statement = local.a5000 }})\n}}\n",
    f"locals {{\n  a0 = [1]\n{DEEP}  x = local.a5000 == local.a4999\n}}\n",
    f"locals {{\n  a0 = 10\n{SQUARED}  x = local.a60\n}}\n",
    "locals {\n  x = jsonencode(range(1e8))\n}\n",
    "locals {\n  x = jsonencode(setproduct(range(1000), range(1000), range(1000)))\n}\n",
    "locals {\n  x = jsonencode([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]])\n}\n",
    'locals {\n  x = indent(1000000000, "a\\nb")\n}\n',
    'locals {\n  x = format("%9999d", 1)\n}\n',
    'locals {\n  x = "${1e300 * 1e300}"\n}\n',
    f'locals {{\n  {LONG}\n  x = replace(local.a, "a", local.a)\n}}\n',
    f'locals {{\n  {LONG}\n  x = join(local.a, [for y in range(20000) : "b"])\n}}\n',
    f'variable "v" {{}}\nlocals {{\n  {LONG}\n  x = var.v ? "${{local.a}}b" : local.a\n}}\n',
    f'data "aws_iam_policy_document" "d" {{\n{STATEMENTS}}}\nlocals {{\n  x = data.aws_iam_policy_document.d.json\n}}\n',
    (
        'data "aws_iam_policy_document" "d" {\n  dynamic "statement" {\n    for_each = range(90000)\n    content {\n      actions = [statement.value]\n    }\n  }\n}\n'
        "locals {\n  x = data.aws_iam_policy_document.d.json\n}\n"
    ),
    'locals {\n  x = <<E\n{"Statement": ' + "[" * 900 + "]" * 900 + "}\nE\n}\n",
    "locals {\n  x = <<E\n" + "${1}" * 50_000 + "\nE\n}\n",
    "locals {\n  x = ["
    + ",".join(f"local.a{at}" for at in range(5000))
    + "]\n"
    + "".join(f'  a{at} = "{at}"\n' for at in range(5000))
    + "}\n",
]


@pytest.mark.parametrize("text", CUNNING, ids=[str(place) for place in range(len(CUNNING))])
def test_a_cunning_value_is_told_or_given_up_soon(text: str) -> None:
    start = time.process_time()
    found = read_texts({"main.tf": text + ROLE})
    assert time.process_time() - start < 15
    [role] = found.roles
    assert (role.trust is None) == bool(role.gaps)


def test_a_value_that_takes_too_long_is_an_error_and_the_rest_is_read() -> None:
    found = read_texts({"main.tf": CUNNING[1] + ROLE})
    assert found.errors == (
        InputError(
            "main.tf",
            "local.x: it takes more steps to evaluate than any real value, and is not known",
            43,
            3,
        ),
    )
    assert [gap.unresolved.what for gap in found.roles[0].gaps] == ["local.x"]


def test_a_module_that_takes_too_long_is_an_error() -> None:
    text = "".join(
        f'resource "aws_iam_role" "r{at}" {{\n  count = 10000\n}}\n' for at in range(300)
    )
    start = time.process_time()
    found = read_texts({"main.tf": text})
    assert time.process_time() - start < 15
    assert [error.message for error in found.errors] == [
        "evaluating this module takes more steps than any real one: it is not read"
    ]
    assert found.roles == ()


RESOURCES = """
data "aws_iam_policy_document" "d{0}" {{
  statement {{
    sid       = "S{0}"
    actions   = [for verb in ["Create", "Get"] : "bedrock-agentcore:${{verb}}PaymentSession"]
    resources = local.both
    condition {{
      test     = "StringEquals"
      variable = "aws:PrincipalTag/x"
      values   = ["$${{aws:username}}"]
    }}
  }}
}}
resource "aws_iam_role" "r{0}" {{
  name               = "Role{0}"
  assume_role_policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ AWS = "*" }} }}]
  }})
}}
resource "aws_iam_policy" "p{0}" {{
  policy = <<-EOF
    {{
      "Version": "2012-10-17",
      "Statement": [{{"Effect": "Allow", "Action": ["s3:*"], "Resource": "${{local.both[1]}}"}}]
    }}
  EOF
}}
resource "aws_iam_role_policy" "i{0}" {{
  role   = aws_iam_role.r{0}.name
  policy = data.aws_iam_policy_document.d{0}.json
}}
"""


def test_a_thousand_resources_are_read_within_the_bound() -> None:
    """On two cores: about 0.4 seconds; the bound of 2.5 is for slow machines."""
    text = 'locals { both = ["a", "b"] }\n' + "".join(map(RESOURCES.format, range(250)))
    start = time.process_time()
    found = read_texts({"main.tf": text})
    taken = time.process_time() - start
    assert (len(found.roles), len(found.documents), found.errors) == (250, 750, ())
    assert taken < 2.5
