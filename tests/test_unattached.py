"""Policies that the input declares without a role that has them: asked about by themselves.

Whoever attaches them elsewhere gets what they allow.
"""

import json
from typing import Any

import pytest

from fixtures.terraform.planned import plan, resource
from payguard.configuration import Settings
from payguard.finding import Report
from payguard.iam.unresolved import Unresolved
from payguard.infrastructure import Infrastructure
from payguard.run import lint_found
from payguard.sources.reading import read_input
from sources.terraform_hcl.configurations import read_texts

SHOP = "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/shop-a1b2c3d4e5"
PAY, OPEN = "bedrock-agentcore:ProcessPayment", "bedrock-agentcore:CreatePaymentSession"
SEPARATION, NOT_KNOWN = "separation-of-duties", "policy-not-known"


def document(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": [SHOP, f"{SHOP}/*"]}
    return {"Version": "2012-10-17", "Statement": [statement]}


BOTH = document(PAY, OPEN)
GUARD = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": PAY, "Resource": "*"}}
URN = "urn:pulumi:dev::shop::aws:iam/policy:Policy::p"


def read(value: object) -> Infrastructure:
    found = read_input("input.json", json.dumps(value), named=True)
    assert isinstance(found, Infrastructure)
    return found


def configuration(policy: str) -> Infrastructure:
    block = f'resource "aws_iam_policy" "p" {{\n  policy = {policy}\n}}\n'
    return read_texts(f'variable "unknown" {{}}\n{block}')


def data_source(blocks: str) -> Infrastructure:
    block = f'data "aws_iam_policy_document" "d" {{\n{blocks}\n}}\n'
    return read_texts(f'variable "unknown" {{}}\n{block}')


def template(policy: object) -> Infrastructure:
    properties = {"PolicyDocument": policy}
    return read({"Resources": {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}}})


def planned(written: object, **unknown: Any) -> Infrastructure:
    text = None if written is None else json.dumps(written)
    return read(plan(resource("aws_iam_policy.p", {"name": "p", "policy": text}, unknown)))


def exported(policy: str) -> Infrastructure:
    state = {
        "urn": URN,
        "type": "aws:iam/policy:Policy",
        "inputs": {"policy": policy},
        "outputs": {},
    }
    manifest = {"magic": "", "time": "2026-01-01T00:00:00Z"}
    return read({"version": 3, "deployment": {"manifest": manifest, "resources": [state]}})


def account(policy: object) -> Infrastructure:
    version = {"Document": policy, "VersionId": "v1", "IsDefaultVersion": True}
    one = {
        "PolicyName": "p",
        "Arn": "arn:aws:iam::111122223333:policy/p",
        "DefaultVersionId": "v1",
        "PolicyVersionList": [version],
    }
    lists: dict[str, list[Any]] = {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [],
    }
    return read({**lists, "Policies": [one]})


def role_rules(found: Infrastructure) -> tuple[list[str], list[str]]:
    """Return the role rules that found something, and those that could not tell."""
    report: Report = lint_found(found, Settings(select=("role",)))
    assert not report.errors
    return [one.rule for one in report.findings], [one.rule for one in report.undecided]


FOUND = {
    "Terraform": configuration(f"jsonencode({json.dumps(BOTH)})"),
    "a plan": planned(BOTH),
    "CloudFormation": template(BOTH),
    "Pulumi": exported(json.dumps(BOTH)),
    "an account": account(BOTH),
}


@pytest.mark.parametrize("found", FOUND.values(), ids=FOUND)
def test_a_policy_of_no_role_is_held_against_separation(found: Infrastructure) -> None:
    assert found.roles == ()
    assert role_rules(found) == ([SEPARATION], [])


UNKNOWN = {
    "an action in Terraform": (
        configuration(
            'jsonencode({ Statement = [{ Effect = "Allow", Action = var.unknown, Resource = "*" }] })'
        ),
        SEPARATION,
    ),
    "a statement in Terraform": (
        configuration("jsonencode({ Statement = [var.unknown] })"),
        SEPARATION,
    ),
    "all statements in Terraform": (
        configuration("jsonencode({ Statement = var.unknown })"),
        SEPARATION,
    ),
    "all of it in Terraform": (configuration("var.unknown"), NOT_KNOWN),
    "all of it in a plan": (planned(None, policy=True), NOT_KNOWN),
    "an action in CloudFormation": (
        template(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": {"Fn::ImportValue": "a"}, "Resource": "*"}
                ],
            }
        ),
        SEPARATION,
    ),
    "all of it in CloudFormation": (template({"Fn::ImportValue": "a"}), NOT_KNOWN),
    "all of it in Pulumi": (exported("04da6b54-80e4-46f7-96ec-b56ff0331ba9"), NOT_KNOWN),
}


@pytest.mark.parametrize(("found", "rule"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_a_policy_of_no_role_leaves_open_is_undecided(
    found: Infrastructure, rule: str
) -> None:
    assert role_rules(found) == ([], [rule])


QUIET = {
    "the text of a policy, which gives nobody anything": data_source(
        f'statement {{\n  actions = ["{PAY}", "{OPEN}"]\n  resources = ["{SHOP}"]\n}}'
    ),
    "a policy of a role that has it where a condition holds": read(
        {
            "Conditions": {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}},
            "Resources": {
                "R": {
                    "Type": "AWS::IAM::Role",
                    "Properties": {
                        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
                        "Policies": [{"PolicyName": "g", "PolicyDocument": GUARD}],
                    },
                },
                "P": {
                    "Type": "AWS::IAM::ManagedPolicy",
                    "Condition": "C",
                    "Properties": {
                        "Roles": [{"Ref": "R"}],
                        "PolicyDocument": {
                            "Version": "2012-10-17",
                            "Statement": [
                                *BOTH["Statement"],
                                {"Fn::If": ["C", GUARD["Statement"], {"Ref": "AWS::NoValue"}]},
                            ],
                        },
                    },
                },
            },
        }
    ),
    "spending alone, wherever": configuration(
        f'jsonencode({{ Statement = [{{ Effect = "Allow", Action = "{PAY}", Resource = var.unknown }}] }})'
    ),
    "another service, on something": configuration(
        'jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = var.unknown }] })'
    ),
    "what may be the boundary of a role, as that is not known": read_texts(
        f"""
        variable "boundary" {{}}
        resource "aws_iam_role" "r" {{
          name                 = "r"
          assume_role_policy   = jsonencode({json.dumps({"Version": "2012-10-17", "Statement": []})})
          permissions_boundary = var.boundary
        }}
        resource "aws_iam_policy" "p" {{
          policy = jsonencode({json.dumps(BOTH)})
        }}
        """
    ),
    "a policy of a role that has it, and guards it": read_texts(
        f"""
        resource "aws_iam_role" "r" {{
          name = "r"
          assume_role_policy = jsonencode({json.dumps({"Version": "2012-10-17", "Statement": []})})
          inline_policy {{
            policy = jsonencode({{ Statement = [{{ Effect = "Deny", Action = "{PAY}", Resource = "*" }}] }})
          }}
        }}
        resource "aws_iam_policy" "p" {{
          policy = jsonencode({json.dumps(BOTH)})
        }}
        resource "aws_iam_role_policy_attachment" "a" {{
          role       = aws_iam_role.r.name
          policy_arn = aws_iam_policy.p.arn
        }}
        """
    ),
}


@pytest.mark.parametrize("found", QUIET.values(), ids=QUIET)
def test_a_policy_that_breaks_nothing_is_left_alone(found: Infrastructure) -> None:
    findings, undecided = role_rules(found)
    assert SEPARATION not in findings
    assert undecided == []


def test_without_roles_only_documents_are_asked_about() -> None:
    report = lint_found(FOUND["Terraform"], Settings(select=("role",)), with_roles=False)
    assert (report.findings, report.undecided) == ((), ())


def test_what_a_role_is_told_not_to_know_is_told_once() -> None:
    found = read_texts(
        """
        variable "unknown" {}
        resource "aws_iam_policy" "p" {
          policy = var.unknown
        }
        resource "aws_iam_role" "r" {
          name                = "r"
          assume_role_policy  = "{}"
          managed_policy_arns = [aws_iam_policy.p.arn]
        }
        """
    )
    assert [gap.unresolved for gap in found.roles[0].gaps] == [
        Unresolved("var.unknown", "not in the input")
    ]
    assert found.gaps == ()
