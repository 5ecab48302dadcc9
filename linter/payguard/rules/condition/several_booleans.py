"""Bool with more than one value."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, parse_operator
from payguard.quotation import quote
from payguard.rules.condition.value import is_false, is_true
from payguard.rules.rule import Example, Problem, Rule


class SeveralBooleans(Rule):
    """A truth value compared with both true and false."""

    id = "several-booleans"
    summary = "The operator Bool is given both true and false: every request passes."
    why = (
        "The values of a condition are alternatives. True or false is all that the key can be, so "
        "the condition only asks that the key is there."
    )
    severity = Severity.WARNING
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Boolean",
    )
    access_analyzer = ("INVALID_CONDITION_MULTIPLE_BOOLEAN",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": ["true", "false"]}}
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
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem where Bool or Null has true and false among its values."""
        operator = parse_operator(condition.operator)
        if operator is None or operator.kind not in ("Bool", "Null") or len(condition.values) < 2:
            return
        if any(map(is_true, condition.values)) and any(map(is_false, condition.values)):
            yield Problem(
                f"{quote(condition.key)} may be true or false here, so {operator.base} lets every "
                "value pass",
                at=condition.pointer,
                help="keep the one value that is meant",
            )
