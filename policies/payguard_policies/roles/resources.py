"""The role of a persona as a resource of Terraform or CloudFormation, with both its policies.

The name of the role is left to them, so that one configuration can be applied twice.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from payguard_policies.roles.contracts import contract
from payguard_policies.roles.documents import permissions, trust
from payguard_policies.roles.parameters import Parameters

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
_TEMPLATE = re.compile(r"([$%])\{")


def terraform(persona: str, parameters: Parameters) -> str:
    """The role and its inline policy as resources of Terraform's AWS provider, in HCL.

    Arguments and errors as in `permissions`.
    """
    label = persona.replace("-", "_")
    role = {
        "description": _literal(contract(persona).summary),
        "assume_role_policy": _encoded(trust(persona, parameters)),
    }
    policy = {
        "name": _literal(persona),
        "role": f"aws_iam_role.{label}.name",
        "policy": _encoded(permissions(persona, parameters)),
    }
    return "\n".join(
        (_resource("aws_iam_role", label, role), _resource("aws_iam_role_policy", label, policy))
    )


def cloudformation(persona: str, parameters: Parameters) -> dict[str, Any]:
    """A template of CloudFormation with the role and its inline policy, and the ARN as output.

    Arguments and errors as in `permissions`. To be created with `CAPABILITY_IAM`.
    """
    terms = contract(persona)
    name = f"{''.join(word.capitalize() for word in persona.split('-'))}Role"
    policy = {"PolicyName": persona, "PolicyDocument": permissions(persona, parameters)}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": terms.summary,
        "Resources": {
            name: {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "Description": terms.summary,
                    "AssumeRolePolicyDocument": trust(persona, parameters),
                    "Policies": [policy],
                },
            }
        },
        "Outputs": {f"{name}Arn": {"Value": {"Fn::GetAtt": [name, "Arn"]}}},
    }


def _resource(kind: str, label: str, arguments: Mapping[str, str]) -> str:
    body = "".join(f"  {line}\n" for line in _assignments(arguments))
    return f'resource "{kind}" "{label}" {{\n{body}}}\n'


def _encoded(document: Mapping[str, Any]) -> str:
    return f"jsonencode({_expression(document, '  ')})"


def _expression(value: Any, indent: str) -> str:
    """A decoded document in HCL."""
    inner = f"{indent}  "
    if isinstance(value, Mapping):
        entries = {_key(key): _expression(item, inner) for key, item in value.items()}
        body = "".join(f"{inner}{line}\n" for line in _assignments(entries))
        return f"{{\n{body}{indent}}}"
    if isinstance(value, list):
        body = "".join(f"{inner}{_expression(item, inner)},\n" for item in value)
        return f"[\n{body}{indent}]"
    return _literal(value)


def _assignments(entries: Mapping[str, str]) -> Iterator[str]:
    """Assignments as `terraform fmt` leaves them: those of one line that follow each other align."""
    for is_long, run in groupby(entries.items(), key=lambda entry: "\n" in entry[1]):
        assigned = list(run)
        width = 0 if is_long else max(len(name) for name, _ in assigned)
        yield from (f"{name:<{width}} = {value}" for name, value in assigned)


def _key(key: str) -> str:
    return key if _IDENTIFIER.fullmatch(key) else _literal(key)


def _literal(value: Any) -> str:
    return _TEMPLATE.sub(r"\1\1{", json.dumps(value, ensure_ascii=False))
