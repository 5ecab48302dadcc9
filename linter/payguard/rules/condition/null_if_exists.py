"""Null with the suffix IfExists, which it does not take."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, parse_operator
from payguard.quotation import quote
from payguard.rules.rule import Example, Problem, Rule


class NullIfExists(Rule):
    """The operator that asks whether a key is there, told to ask only if the key is there."""

    id = "null-if-exists"
    summary = "The operator Null does not take the suffix IfExists."
    why = (
        "Null asks whether a key is in the request; IfExists would make it hold without asking. "
        "IAM allows the suffix on every operator but this one."
    )
    severity = Severity.ERROR
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists",
    )
    access_analyzer = ("NULL_WITH_IF_EXISTS",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:DeletePaymentManager",
    "Resource": "*",
    "Condition": {"NullIfExists": {"aws:SourceVpce": "true"}}
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
    "Action": "bedrock-agentcore:DeletePaymentManager",
    "Resource": "*",
    "Condition": {"Null": {"aws:SourceVpce": "true"}}
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem where the operator is Null and ends in IfExists."""
        operator = parse_operator(condition.operator)
        if operator is not None and operator.kind == "Null" and operator.if_exists:
            yield Problem(
                f"{quote(condition.operator)} is no condition operator: Null asks itself whether "
                "the key is there",
                at=condition.pointer,
                help='write "Null", with "true" for an absent key and "false" for a present one',
                on_key=True,
            )
