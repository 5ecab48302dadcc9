"""The personas of AgentCore payments: what each may do, may never do, and its policies.

Four personas are AWS's roles; `viewer` is ours, for a smoke test that only looks. Each has a folder
with a permissions policy and a trust policy as templates, and a contract with its sources. Where
AWS's sources disagree, `disagreements.json` beside this package says what the templates follow.
"""

from payguard_policies.action_sets import ActionGroup, action_sets
from payguard_policies.persona import PERSONAS
from payguard_policies.roles.contracts import (
    Contract,
    ManagedPolicy,
    Source,
    Trust,
    TrustCondition,
    UnknownPersonaError,
    contract,
)
from payguard_policies.roles.documents import permissions, trust
from payguard_policies.roles.parameters import Manager, Parameters, ParametersError, managers
from payguard_policies.roles.resources import cloudformation, terraform

__all__ = [
    "PERSONAS",
    "ActionGroup",
    "Contract",
    "ManagedPolicy",
    "Manager",
    "Parameters",
    "ParametersError",
    "Source",
    "Trust",
    "TrustCondition",
    "UnknownPersonaError",
    "action_sets",
    "cloudformation",
    "contract",
    "managers",
    "permissions",
    "terraform",
    "trust",
]
