"""Elements that a policy or statement must have, by the type of policy.

What each type needs: identity-based policies, boundaries, session policies and SCPs speak about
the principal they are attached to, so they need a resource and no principal; trust policies are
attached to the resource, so it is the other way round; RCPs and VPC endpoint policies need both.
Services differ on whether a resource-based policy needs a resource (ECR's repository policies
have none), so that one is not asked of them.
"""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import (
    BOUNDARY,
    IDENTITY,
    RCP,
    RESOURCE,
    SCP,
    SESSION,
    TRUST,
    VPC_ENDPOINT,
    Policy,
    Statement,
)
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.grammar import element
from payguard.rules.rule import Example, Problem, Rule

_Group = tuple[str, ...]  # elements one of which must be there
_ACT: tuple[_Group, ...] = (("Effect",), ("Action", "NotAction"))
_PLACE: _Group = ("Resource", "NotResource")
_WHO: _Group = ("Principal", "NotPrincipal")
_REQUIRED: dict[str, tuple[_Group, ...]] = {
    IDENTITY: (*_ACT, _PLACE),
    BOUNDARY: (*_ACT, _PLACE),
    SESSION: (*_ACT, _PLACE),
    SCP: (*_ACT, _PLACE),
    TRUST: (*_ACT, _WHO),
    RESOURCE: (*_ACT, _WHO),
    RCP: (*_ACT, _WHO, _PLACE),
    VPC_ENDPOINT: (*_ACT, _WHO, _PLACE),
}
_TYPE_NAMES = {
    IDENTITY: "an identity-based policy",
    BOUNDARY: "a permissions boundary",
    SESSION: "a session policy",
    SCP: "a service control policy",
    TRUST: "a trust policy",
    RESOURCE: "a resource-based policy",
    RCP: "a resource control policy",
    VPC_ENDPOINT: "a VPC endpoint policy",
}


class MissingElement(Rule):
    """A policy without statements, or a statement without an element that its type requires."""

    id = "missing-element"
    summary = "A required element is missing."
    why = (
        "IAM refuses the document. What a statement needs depends on where the policy is attached: "
        "an identity-based policy names resources, a trust policy names principals."
    )
    severity = Severity.ERROR
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html",
    )
    access_analyzer = (
        "MISSING_STATEMENT",
        "MISSING_EFFECT",
        "MISSING_ACTION",
        "MISSING_RESOURCE",
        "MISSING_PRINCIPAL",
    )
    when = rule.IRREGULAR
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": []
}
"""
        ),
    )
    good = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield a problem where the policy has no statement at all."""
        if policy.statements:
            return
        if policy.value.get("Statement") == []:
            yield Problem(
                '"Statement" is an empty list: a policy must have at least one statement',
                "/Statement",
                help="add a statement, or remove the policy",
            )
        elif "Statement" not in element.all_meant(policy.value, element.POLICY):
            yield Problem(
                'the policy has no "Statement": a policy must have at least one',
                help='add "Statement" with what the policy allows or denies',
            )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each required element that is there under no spelling."""
        present = statement.value.keys()
        for group in _REQUIRED.get(statement.policy_type, _ACT):
            if present.isdisjoint(group):
                yield from _missing(statement, group)


def _missing(statement: Statement, group: _Group) -> Iterator[Problem]:
    # A misspelt element is there: unknown-element says what to do about it.
    if not element.all_meant(statement.value, element.STATEMENT).isdisjoint(group):
        return
    names = " or ".join(quote(name) for name in group)
    kind = _TYPE_NAMES.get(statement.policy_type, "a policy")
    yield Problem(f"the statement has no {names}: {kind} needs it", help=_help(group, statement))


def _help(group: _Group, statement: Statement) -> str:
    if group == _WHO and statement.policy_type != TRUST:
        return (
            "name who may do it; if the policy is attached to a user or role, "
            "remove the principals of the other statements"
        )
    return {
        "Effect": 'add "Effect": "Allow" or "Effect": "Deny"; there is no default',
        "Action": 'add "Action" with the actions that the statement is about',
        "Resource": 'add "Resource" with the ARNs it is about, or "*" for actions without any',
        "Principal": 'add "Principal" with the service, account or role that may assume this role',
    }[group[0]]
