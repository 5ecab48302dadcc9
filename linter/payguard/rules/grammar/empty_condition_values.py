"""Condition keys held against an empty list of values.

The values of a key are joined by OR, and by NOR under a negated operator: without any, the
first never holds and the second always does; quantifiers and IfExists add the case of an absent
key.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
"""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, Operator, parse_operator
from payguard.quotation import quote
from payguard.rules.rule import Example, Problem, Rule

_NEVER = "never holds, so the statement never applies"
_ALWAYS = "always holds, so it restricts nothing"
_ABSENT = "holds only where the request does not carry the key"
_PRESENT = "holds wherever the request carries the key"


class EmptyConditionValues(Rule):
    """A condition key without a value to hold it against."""

    id = "empty-condition-values"
    summary = "A condition key is held against an empty list of values."
    why = (
        "By operator the condition then never holds, always holds, or holds only for requests "
        "without the key: a guard may be missing in plain sight."
    )
    severity = Severity.SUGGESTION
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html",
    )
    access_analyzer = (
        "EMPTY_ARRAY_CONDITION",
        "EMPTY_ARRAY_CONDITION_FORALLVALUES",
        "EMPTY_ARRAY_CONDITION_FORANYVALUE",
        "EMPTY_ARRAY_CONDITION_IFEXISTS",
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
    "Condition": {"StringEquals": {"aws:ResourceTag/team": []}}
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
        """Yield a problem where the list of values is empty."""
        if condition.values:
            return
        operator = parse_operator(condition.operator)
        if operator is None:
            return
        meaning = _meaning(operator)
        yield Problem(
            f"{quote(condition.key)} is held against an empty list: this condition {meaning}",
            condition.pointer,
            help="add the values that were meant, or remove the key",
            severity=None if meaning == _NEVER else Severity.WARNING,
        )


def _meaning(operator: Operator) -> str:
    if operator.quantifier == "ForAnyValue":
        if operator.if_exists:
            return _ALWAYS if operator.negated else _ABSENT
        return _PRESENT if operator.negated else _NEVER
    if operator.negated:
        return _ALWAYS
    return _ABSENT if operator.if_exists or operator.quantifier else _NEVER
