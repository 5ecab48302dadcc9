"""The roles that are asked for, with their finished documents, before they are made."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from payguard_policies import roles
from payguard_pulumi.argument import PRINCIPALS, SERVICE_PERSONA
from payguard_pulumi.arguments import Arguments


class PlannedRole(NamedTuple):
    """A role before it is made.

    Attributes:
        persona: one of ``payguard_policies.roles.PERSONAS``.
        name: its name; an example where Pulumi will name it.
        arn: its ARN, with that name.
        permissions: its permissions policy.
        trust: its trust policy.
        managed: ARNs of AWS's managed policies that are attached to it.
    """

    persona: str
    name: str
    arn: str
    permissions: Mapping[str, Any]
    trust: Mapping[str, Any]
    managed: tuple[str, ...]


def planned_roles(arguments: Arguments, component: str) -> dict[str, PlannedRole]:
    """Return the roles that are asked for, by persona.

    Args:
        arguments: checked.
        component: the component's name: it stands in for names that Pulumi will make.
    """
    passed = arguments.parameters.service_role_arn
    found: dict[str, PlannedRole] = {}
    for persona in arguments.personas:
        name = f"{arguments.name_prefix or f'{component}-'}{persona}"
        arn = role_arn(arguments, name)
        passed = arn if persona == SERVICE_PERSONA else passed
        found[persona] = PlannedRole(
            persona,
            name,
            arn,
            permissions(arguments, persona, passed),
            roles.trust(persona, _parameters(arguments, persona, passed)),
            _managed(arguments, persona),
        )
    return found


def permissions(arguments: Arguments, persona: str, service_role: str | None) -> dict[str, Any]:
    """Return the permissions policy of a persona.

    Args:
        arguments: checked.
        persona: one of ``payguard_policies.roles.PERSONAS``.
        service_role: the ARN of the role that payment managers work with; None if there is none.
    """
    return roles.permissions(persona, _parameters(arguments, persona, service_role))


def role_arn(arguments: Arguments, name: str) -> str:
    """Return the ARN that a role of that name has, beside the payment managers."""
    return f"arn:{arguments.partition}:iam::{arguments.account}:role{arguments.path}{name}"


def text(document: Mapping[str, Any]) -> str:
    """Return a policy document as the JSON text that IAM takes."""
    return json.dumps(document, ensure_ascii=False)


def _parameters(arguments: Arguments, persona: str, service_role: str | None) -> roles.Parameters:
    principals = arguments.principals.get(persona, ()) if persona in PRINCIPALS else ()
    return dataclasses.replace(
        arguments.parameters, principal_arns=principals, service_role_arn=service_role
    )


def _managed(arguments: Arguments, persona: str) -> tuple[str, ...]:
    """Return AWS's managed policies for a persona: so far, what Coinbase asks for."""
    if not arguments.coinbase_marketplace:
        return ()
    return tuple(
        policy.arn.replace("<partition>", arguments.partition)
        for policy in roles.contract(persona).managed_policies
    )
