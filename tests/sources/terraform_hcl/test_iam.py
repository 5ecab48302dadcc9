"""Roles, users and groups are found with everything that is attached to them."""

from typing import Any

import pytest

from payguard.iam.unresolved import AFTER_APPLY, MISSING, SECRET, Unresolved
from payguard.infrastructure import Infrastructure, Role
from sources.terraform_hcl.configurations import read_texts

ALLOW = 'jsonencode({ Statement = [{ Sid = "%s" }] })'
ROLE = f"""
resource "aws_iam_role" "r" {{
  name               = "agent"
  assume_role_policy = {ALLOW % "trust"}
}}
resource "aws_iam_policy" "p" {{
  name   = "spend"
  policy = {ALLOW % "managed"}
}}
"""


def sids(role: Role) -> list[Any]:
    return [document.value["Statement"][0]["Sid"] for document in role.identity]


def the_role(found: Infrastructure, address: str = "aws_iam_role.r") -> Role:
    return next(role for role in found.roles if role.address == address)


ATTACHED = [
    ("by reference", "role = aws_iam_role.r.name\n policy_arn = aws_iam_policy.p.arn"),
    ("by id", "role = aws_iam_role.r.id\n policy_arn = aws_iam_policy.p.id"),
    ("by name", 'role = "agent"\n policy_arn = aws_iam_policy.p.arn'),
    ("in a text", 'role = "${aws_iam_role.r.name}"\n policy_arn = "${aws_iam_policy.p.arn}"'),
    (
        "by an old idiom",
        'role = join("", aws_iam_role.r[*].name)\n policy_arn = join("", aws_iam_policy.p.*.arn)',
    ),
    ("by trying", 'role = try(aws_iam_role.r.name, "")\n policy_arn = one([aws_iam_policy.p.arn])'),
    (
        "by a set",
        "for_each = toset([aws_iam_policy.p.arn])\n role = aws_iam_role.r.name\n policy_arn = each.value",
    ),
    ("by a written ARN", 'role = "agent"\n policy_arn = "arn:aws:iam::111122223333:policy/spend"'),
    (
        "by an ARN with an unknown account",
        'role = "agent"\n policy_arn = "arn:aws:iam::${data.aws_caller_identity.me.id}:policy/spend"',
    ),
]


@pytest.mark.parametrize(
    "arguments", [case[1] for case in ATTACHED], ids=[case[0] for case in ATTACHED]
)
def test_a_policy_is_attached(arguments: str) -> None:
    found = read_texts(
        f'{ROLE}\nresource "aws_iam_role_policy_attachment" "a" {{\n {arguments}\n}}\n'
        'data "aws_caller_identity" "me" {}\n'
    )
    assert sids(the_role(found)) == ["managed"]
    assert (the_role(found).gaps, found.gaps, the_role(found).managed) == ((), (), ())


OF_AWS = [
    '"arn:aws:iam::aws:policy/ReadOnlyAccess"',
    '"arn:${data.aws_partition.here.partition}:iam::aws:policy/ReadOnlyAccess"',
    "data.aws_iam_policy.read.arn",
]


@pytest.mark.parametrize("arn", OF_AWS)
def test_a_policy_of_aws_is_told_by_its_arn(arn: str) -> None:
    found = read_texts(
        f'{ROLE}\nresource "aws_iam_role_policy_attachment" "a" {{\n'
        f"  role       = aws_iam_role.r.name\n  policy_arn = {arn}\n}}\n"
        'data "aws_partition" "here" {}\n'
        'data "aws_iam_policy" "read" {\n  arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"\n}\n'
    )
    assert the_role(found).managed == ("arn:aws:iam::aws:policy/ReadOnlyAccess",)
    assert the_role(found).gaps == ()


def test_every_way_to_attach_is_known() -> None:
    found = read_texts(
        f"""
        resource "aws_iam_role" "r" {{
          name                = "agent"
          assume_role_policy  = {ALLOW % "trust"}
          managed_policy_arns = [aws_iam_policy.a.arn, "arn:aws:iam::aws:policy/X"]
          inline_policy {{
            name   = "one"
            policy = {ALLOW % "inline"}
          }}
          inline_policy {{}}
        }}
        resource "aws_iam_policy" "a" {{ policy = {ALLOW % "a"} }}
        resource "aws_iam_policy" "b" {{ policy = {ALLOW % "b"} }}
        resource "aws_iam_policy" "c" {{ policy = {ALLOW % "c"} }}
        resource "aws_iam_role_policy" "d" {{
          role   = aws_iam_role.r.id
          policy = {ALLOW % "d"}
        }}
        resource "aws_iam_role_policy_attachments_exclusive" "e" {{
          role_name   = aws_iam_role.r.name
          policy_arns = [aws_iam_policy.b.arn]
        }}
        resource "aws_iam_policy_attachment" "f" {{
          name       = "f"
          roles      = [aws_iam_role.r.name]
          policy_arn = aws_iam_policy.c.arn
        }}
        """
    )
    role = the_role(found)
    assert sorted(sids(role)) == ["a", "b", "c", "d", "inline"]
    assert role.managed == ("arn:aws:iam::aws:policy/X",)
    assert role.trust is not None
    assert role.trust.policy_type == "trust"
    assert (role.gaps, found.gaps) == ((), ())


def test_users_have_the_policies_of_their_groups() -> None:
    found = read_texts(
        f"""
        resource "aws_iam_user" "u" {{ name = "operator" }}
        resource "aws_iam_group" "g" {{ name = "operators" }}
        resource "aws_iam_group" "h" {{ name = "others" }}
        resource "aws_iam_user_policy" "u" {{
          user   = aws_iam_user.u.name
          policy = {ALLOW % "own"}
        }}
        resource "aws_iam_group_policy" "g" {{
          group  = aws_iam_group.g.name
          policy = {ALLOW % "group"}
        }}
        resource "aws_iam_policy" "p" {{ policy = {ALLOW % "managed"} }}
        resource "aws_iam_group_policy_attachment" "h" {{
          group      = aws_iam_group.h.id
          policy_arn = aws_iam_policy.p.arn
        }}
        resource "aws_iam_user_group_membership" "m" {{
          user   = aws_iam_user.u.name
          groups = [aws_iam_group.g.name]
        }}
        resource "aws_iam_group_membership" "m" {{
          name  = "m"
          group = aws_iam_group.h.name
          users = [aws_iam_user.u.name]
        }}
        """
    )
    user = the_role(found, "aws_iam_user.u")
    assert sorted(sids(user)) == ["group", "managed", "own"]
    assert user.kind == "user"
    assert sids(the_role(found, "aws_iam_group.g")) == ["group"]


def test_a_boundary_is_found_by_its_policy_or_its_arn() -> None:
    found = read_texts(
        f"""
        resource "aws_iam_policy" "b" {{ policy = {ALLOW % "bound"} }}
        resource "aws_iam_role" "r" {{ permissions_boundary = aws_iam_policy.b.arn }}
        resource "aws_iam_role" "s" {{ permissions_boundary = "arn:aws:iam::aws:policy/B" }}
        resource "aws_iam_role" "t" {{ permissions_boundary = var.boundary }}
        resource "aws_iam_role" "u" {{ permissions_boundary = null }}
        variable "boundary" {{}}
        """
    )
    bound = the_role(found).boundary
    assert bound is not None
    assert (bound.policy_type, bound.address) == ("boundary", "aws_iam_policy.b")
    assert the_role(found, "aws_iam_role.s").boundary_arn == "arn:aws:iam::aws:policy/B"
    gaps = the_role(found, "aws_iam_role.t").gaps
    assert [(gap.unresolved.what, gap.part) for gap in gaps if gap.part == "boundary"] == [
        ("var.boundary", "boundary")
    ]
    assert all(gap.part == "trust" for gap in the_role(found, "aws_iam_role.u").gaps)


GAPS = [
    ("var.policy", Unresolved("var.policy", MISSING)),
    ("var.secret", Unresolved("var.secret", SECRET)),
    ('file("none.json")', Unresolved("the file none.json", MISSING)),
    ("aws_s3_bucket.b.policy", Unresolved("aws_s3_bucket.b.policy", AFTER_APPLY)),
    ('"{ ${var.policy} }"', Unresolved("var.policy", MISSING, "{ * }")),
    ("module.m.policy", Unresolved("module.m.policy", MISSING)),
]


@pytest.mark.parametrize(("expression", "unresolved"), GAPS, ids=[case[0] for case in GAPS])
def test_a_policy_of_which_nothing_is_known_is_a_gap(
    expression: str, unresolved: Unresolved
) -> None:
    found = read_texts(
        f"""
        {ROLE}
        resource "aws_iam_role_policy" "i" {{
          role   = aws_iam_role.r.name
          policy = {expression}
        }}
        variable "policy" {{}}
        variable "secret" {{
          default   = "hunter2"
          sensitive = true
        }}
        resource "aws_s3_bucket" "b" {{}}
        module "m" {{ source = "example/m/aws" }}
        """
    )
    [gap] = the_role(found).gaps
    assert (gap.unresolved, gap.part) == (unresolved, "identity")
    assert (gap.location.path, gap.location.address) == ("main.tf", "aws_iam_role_policy.i")
    assert found.errors == ()


WRONG = [
    ('"no json"', "not JSON: expecting value", 5, 15),
    ('"[]"', "a policy is a JSON object", 5, 14),
    ("[1]", "a list is no text", 5, 14),
    ("5", "a policy is a JSON object", 5, 14),
    ('<<E\n{\n "a": 1,\n}\nE\n', 'trailing comma before "}"', 7, 8),
    ('jsonencode("x")', "a policy is a JSON object", 5, 14),
    (f'"{"[" * 70}{"]" * 70}"', "nested too deeply to be a policy", 5, 14),
]


@pytest.mark.parametrize(
    ("expression", "message", "line", "column"), WRONG, ids=[case[0][:20] for case in WRONG]
)
def test_what_is_no_policy_is_an_error_and_a_gap(
    expression: str, message: str, line: int, column: int
) -> None:
    text = (
        'resource "aws_iam_role" "r" {\n  name = "agent"\n'
        f"  assume_role_policy = {ALLOW % 't'}\n  inline_policy {{\n"
        f"    policy = {expression}\n  }}\n}}\n"
    )
    found = read_texts({"main.tf": text})
    [error] = found.errors
    assert error.message == f"aws_iam_role.r: policy: {message}"
    assert (error.path, error.line, error.column) == ("main.tf", line, column)
    assert [gap.part for gap in the_role(found).gaps] == ["identity"]


def test_a_key_that_stands_twice_is_an_error_although_terraform_takes_it() -> None:
    text = (
        'resource "aws_iam_policy" "p" {\n  policy = jsonencode({\n'
        '    Statement = [{ Condition = {\n      Bool = { "a" = "true" }\n'
        '      "Bool" = { "b" = "true" }\n    } }]\n  })\n}\n'
    )
    found = read_texts({"main.tf": text})
    [error] = found.errors
    assert error.message == (
        'aws_iam_policy.p: policy: the key "Bool" stands twice in one object (first on line 4): '
        "Terraform takes the last, the other is lost"
    )
    assert (error.path, error.line, error.column) == ("main.tf", 5, 7)
    assert found.documents[0].value == {"Statement": [{"Condition": {"Bool": {"b": "true"}}}]}


def test_an_attachment_whose_role_is_not_known_is_a_gap_of_no_role() -> None:
    found = read_texts(
        'variable "role" {}\n'
        'resource "aws_iam_role_policy_attachment" "a" {\n  role = var.role\n'
        '  policy_arn = "arn:aws:iam::aws:policy/X"\n}\n'
    )
    [gap] = found.gaps
    assert (gap.unresolved, gap.part) == (Unresolved("var.role", MISSING), "identity")


def test_a_role_that_is_only_named_is_there_with_a_gap() -> None:
    found = read_texts(
        f'resource "aws_iam_role_policy" "i" {{\n  role = "elsewhere"\n  policy = {ALLOW % "i"}\n}}\n'
    )
    [role] = found.roles
    assert (role.name, sids(role)) == ("elsewhere", ["i"])
    assert [gap.unresolved.what for gap in role.gaps] == ["the declaration of role elsewhere"]


def test_a_list_of_policies_that_is_not_known_is_a_gap() -> None:
    found = read_texts(
        f"""
        resource "aws_iam_role" "r" {{
          name                = "agent"
          assume_role_policy  = {ALLOW % "trust"}
          managed_policy_arns = concat(["arn:aws:iam::aws:policy/X"], var.more)
          dynamic "inline_policy" {{
            for_each = var.more
            content {{ policy = inline_policy.value }}
          }}
        }}
        variable "more" {{}}
        """
    )
    role = the_role(found)
    assert role.managed == ("arn:aws:iam::aws:policy/X",)
    assert {(gap.unresolved.what, gap.part) for gap in role.gaps} == {("var.more", "identity")}


TAGS = [
    ("{ a = 1, b = null, c = var.x }", {"p": "1", "a": "1", "c": Unresolved("var.x", MISSING)}),
    ("null", {"p": "1"}),
]


@pytest.mark.parametrize(("tags", "expected"), TAGS)
def test_tags_are_read_with_those_of_the_provider(tags: str, expected: dict[str, Any]) -> None:
    found = read_texts(
        f"""
        provider "aws" {{
          default_tags {{ tags = {{ p = "1", a = "2" }} }}
        }}
        provider "aws" {{
          alias = "other"
          default_tags {{ tags = {{ q = "1" }} }}
        }}
        resource "aws_iam_role" "r" {{ tags = {tags} }}
        resource "aws_iam_role" "s" {{ provider = aws.other }}
        variable "x" {{}}
        """
    )
    assert dict(the_role(found).tags) == ({"a": "2"} | expected)
    assert dict(the_role(found, "aws_iam_role.s").tags) == {"q": "1"}


def test_tags_that_are_not_known_are_a_gap() -> None:
    found = read_texts('variable "t" {}\nresource "aws_iam_user" "u" { tags = var.t }\n')
    assert [gap.unresolved.what for gap in the_role(found, "aws_iam_user.u").gaps] == ["var.t"]


OTHERS = [
    ("aws_s3_bucket_policy", "policy", "", "resource"),
    ("aws_secretsmanager_secret_policy", "policy", "", "resource"),
    ("aws_kms_key", "policy", "", "resource"),
    ("aws_vpc_endpoint", "policy", "", "vpc-endpoint"),
    ("aws_organizations_policy", "content", "", "scp"),
    ("aws_organizations_policy", "content", 'type = "RESOURCE_CONTROL_POLICY"', "rcp"),
    ("aws_ssoadmin_permission_set_inline_policy", "inline_policy", "", "identity"),
]


@pytest.mark.parametrize(("kind", "argument", "more", "policy_type"), OTHERS)
def test_policies_of_other_resources_are_read(
    kind: str, argument: str, more: str, policy_type: str
) -> None:
    found = read_texts(f'resource "{kind}" "x" {{\n  {argument} = {ALLOW % "s"}\n  {more}\n}}\n')
    [document] = found.documents
    assert (document.address, document.policy_type) == (f"{kind}.x", policy_type)
    assert found.roles == ()


def test_other_organization_policies_are_passed_over() -> None:
    found = read_texts(
        'resource "aws_organizations_policy" "x" {\n  type = "TAG_POLICY"\n  content = "{}"\n}\n'
    )
    assert (found.documents, found.errors) == ((), ())


def test_a_data_source_that_nothing_read_uses_is_a_document_by_itself() -> None:
    found = read_texts(
        """
        data "aws_iam_policy_document" "alone" {
          source_policy_documents = [data.aws_iam_policy_document.merged.json]
          statement { actions = ["s3:Get*"] }
        }
        data "aws_iam_policy_document" "merged" {
          statement { actions = ["s3:Put*"] }
        }
        data "aws_iam_policy_document" "used" {
          statement { actions = ["s3:List*"] }
        }
        resource "aws_iam_policy" "p" { policy = data.aws_iam_policy_document.used.json }
        resource "aws_glacier_vault" "v" {
          access_policy = data.aws_iam_policy_document.alone.json
        }
        """
    )
    assert [(document.address, document.policy_type) for document in found.documents] == [
        ("aws_iam_policy.p", "identity"),
        ("data.aws_iam_policy_document.alone", ""),
    ]
    actions = [item["Action"] for item in found.documents[1].value["Statement"]]
    assert actions == ["s3:Put*", "s3:Get*"]


@pytest.mark.parametrize("attribute", ["json", "minified_json"])
def test_a_data_source_that_is_used_is_no_document_by_itself(attribute: str) -> None:
    found = read_texts(
        f"""
        data "aws_iam_policy_document" "used" {{
          statement {{ actions = ["s3:List*"] }}
        }}
        resource "aws_iam_policy" "p" {{
          policy = data.aws_iam_policy_document.used.{attribute}
        }}
        """
    )
    assert [document.address for document in found.documents] == ["aws_iam_policy.p"]


def test_documents_of_roles_are_the_same_objects() -> None:
    found = read_texts(
        f'{ROLE}\nresource "aws_iam_role_policy" "i" {{\n role = "agent"\n policy = {ALLOW % "i"}\n}}\n'
    )
    of_roles = [*the_role(found).identity, the_role(found).trust]
    assert all(any(one is document for document in found.documents) for one in of_roles)
