"""Policy variables under operators that do not fill them in."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, parse_operator
from payguard.iam.variable import variables
from payguard.quotation import quote
from payguard.rules.condition.value import texts
from payguard.rules.rule import Example, Problem, Rule

_FILLED = ("String", "ARN")


class VariableInTypedCondition(Rule):
    """A variable where IAM reads its letters as they stand."""

    id = "variable-in-typed-condition"
    summary = "Policy variables are filled in under String and Arn operators only."
    why = (
        "Under any other operator the variable's own letters are the value, which is no number, "
        "date, address or truth value: the condition never holds."
    )
    severity = Severity.ERROR
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-conditionelement",
    )
    access_analyzer = ("INVALID_VARIABLE_FOR_OPERATOR",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"IpAddress": {"aws:SourceIp": "${aws:PrincipalTag/office-range}"}}
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
    "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem for each value with a variable that its operator does not fill in."""
        operator = parse_operator(condition.operator)
        if operator is None or operator.kind in _FILLED:
            return
        for index, text in texts(condition):
            found = next((v for v in variables(text) if v.closed and not v.is_escape), None)
            if found is not None:
                yield Problem(
                    f"{operator.base} does not fill in the variable {quote(found.text)}: its "
                    "letters are taken as the value",
                    at=condition.value_pointer(index),
                    help="write the value itself, or compare under a String or Arn operator",
                )
