"""Conditions with a pattern that any value matches, which therefore always hold, or never.

An absent key satisfies IfExists and ForAllValues; ForAnyValue needs a value, and no value differs
from "*". Where the pattern still tells a present key from an absent one, presence-by-wildcard has
more. ForAnyValue together with IfExists is left out: AWS does not say what an absent key means
there.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.quotation import quote
from payguard.rules.redundancy.any_value import ALWAYS, NEVER, any_value, outcome
from payguard.rules.rule import Example, Problem, Rule


class WildcardOnlyCondition(Rule):
    """A condition against "*" that always holds, or never."""

    id = "wildcard-only-condition"
    summary = 'A condition compares with "*" in a way that always holds, or never.'
    why = (
        "The statement looks guarded and is not, or looks like a grant and grants nothing: "
        "with IfExists or ForAllValues a request without the key passes too."
    )
    severity = Severity.WARNING
    category = "redundancy"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
    )
    access_analyzer = (
        "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION",
        "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION",
    )
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringLikeIfExists": {"aws:ResourceTag/team": "*"}}
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
    "Condition": {"StringEquals": {"aws:ResourceTag/team": "agents"}}
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem at the value that matches everything."""
        index = any_value(condition.values)
        if index is None:
            return
        holds = outcome(condition.operator)
        key, operator, place = (
            quote(condition.key),
            quote(condition.operator),
            condition.value_pointer(index),
        )
        if holds == ALWAYS:
            yield Problem(
                f'{operator} with "*" always holds: the condition on {key} restricts nothing',
                place,
                help="write the values that were meant, or remove the condition",
            )
        elif holds == NEVER:
            yield Problem(
                f'{operator} with "*" never holds: the statement never applies',
                place,
                help="write the values that were meant, or remove the statement",
            )
