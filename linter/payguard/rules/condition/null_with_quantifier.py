"""Null behind ForAllValues or ForAnyValue, where it decides nothing."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, Operator, parse_operator
from payguard.quotation import quote
from payguard.rules.rule import Example, Problem, Rule

_OUTCOME = {"ForAllValues": "always holds", "ForAnyValue": "never holds"}


class NullWithQuantifier(Rule):
    """A test for the key itself, asked of each of its values."""

    id = "null-with-quantifier"
    summary = "The operator Null behind a set operator does not test whether the key is there."
    why = (
        "With ForAllValues the condition always holds, with ForAnyValue it never does: the test "
        "for the key is gone either way."
    )
    severity = Severity.WARNING
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null",
    )
    access_analyzer = ("NULL_WITH_QUALIFIER",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:CreatePaymentManager",
    "Resource": "*",
    "Condition": {"ForAnyValue:Null": {"aws:TagKeys": "true"}}
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
    "Effect": "Deny",
    "Action": "bedrock-agentcore:CreatePaymentManager",
    "Resource": "*",
    "Condition": {"Null": {"aws:TagKeys": "true"}}
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem where Null has a set operator."""
        operator = parse_operator(condition.operator)
        if operator is not None and _tests_values(operator):
            yield Problem(
                f"{quote(condition.operator)} {_OUTCOME[operator.quantifier]}, whether or not "
                f"{quote(condition.key)} is in the request",
                at=condition.pointer,
                help='write "Null" alone',
                on_key=True,
            )


def _tests_values(operator: Operator) -> bool:
    return operator.kind == "Null" and bool(operator.quantifier) and not operator.if_exists
