"""Conditions that ask whether a key is there by comparing it with "*".

Asked only of statements that touch Amazon Bedrock AgentCore or say who may assume a role: AWS's
own managed policies write it this way in a hundred places, and it works.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, condition, entries
from payguard.iam.document import Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.redundancy.any_value import ABSENT, PRESENT, any_value, outcome
from payguard.rules.rule import Example, Problem, Rule
from payguard.rules.trait import action_traits

_HOLDS: dict[str | None, tuple[str, str]] = {
    PRESENT: ("carries", "false"),
    ABSENT: ("does not carry", "true"),
}


class PresenceByWildcard(Rule):
    """A StringLike or StringNotLike condition against "*", which Null says better."""

    id = "presence-by-wildcard"
    summary = 'A condition compares with "*", which asks no more than whether the key is there.'
    why = (
        "It reads as if some value were asked for. Any value will do: whoever may set the tag or "
        "send the key passes."
    )
    severity = Severity.SUGGESTION
    category = "redundancy"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
    )
    access_analyzer = ("EQUIVALENT_TO_NULL_FALSE", "EQUIVALENT_TO_NULL_TRUE")
    when = rule.CONDITION
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringLike": {"aws:ResourceTag/team": "*"}}
  }
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
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"Null": {"aws:ResourceTag/team": "false"}}
  }
}
"""
        ),
    )

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether a value is nothing but stars."""
        return any_value(condition.values) is not None

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem at each value that is nothing but stars and only asks for the key."""
        for operator, key, value in entries(statement.value.get("Condition")):
            index = any_value(value if isinstance(value, list) else (value,))
            if index is None:
                continue
            holds = outcome(operator)
            if holds in _HOLDS and _concerns(statement):
                yield _problem(condition(operator, key, value), index, *_HOLDS[holds])


def _problem(found: Condition, index: int, holds: str, null: str) -> Problem:
    key = quote(found.key)
    return Problem(
        f'{quote(found.operator)} with "*" only asks that the request {holds} {key}',
        found.value_pointer(index),
        help=f'if that is meant, say "Null": {{{key}: "{null}"}}',
    )


def _concerns(statement: Statement) -> bool:
    wanted = rule.AGENTCORE | rule.ASSUME_ROLE
    if statement.not_actions:
        return True
    return any(type(a) is str and action_traits(a) & wanted for a in statement.actions)
