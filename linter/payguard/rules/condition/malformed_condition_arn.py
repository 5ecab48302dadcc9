"""ARNs in conditions that no ARN can match."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from payguard.finding import Severity
from payguard.iam.condition import Condition, Operator, parse_operator
from payguard.iam.context_key import context_key
from payguard.quotation import quote
from payguard.rules.condition.value import texts
from payguard.rules.rule import Example, Problem, Rule

if TYPE_CHECKING:
    from payguard import identifiers

_MEND = 'write all six parts, arn:partition:service:region:account:resource; a part may be "*"'


class MalformedConditionArn(Rule):
    """A value that is compared with ARNs and is none."""

    id = "malformed-condition-arn"
    summary = "The value is compared with ARNs, and no ARN can match it."
    why = (
        "Arn operators compare the six parts of an ARN one by one. A value with fewer parts, or "
        "with a part that AWS never writes, matches nothing: the role cannot be assumed, the "
        "permission is not granted, or the Deny does not deny. The service writes the name of a "
        "payment manager in lower case."
    )
    severity = Severity.ERROR
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
    )
    access_analyzer = ("INVALID_CONDITION_DATA_TYPE",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock-agentcore.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {
      "StringEquals": {"aws:SourceAccount": "111122223333"},
      "ArnLike": {
        "aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/PaymentManager-*"
      }
    }
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock-agentcore.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {
      "StringEquals": {"aws:SourceAccount": "111122223333"},
      "ArnLike": {"aws:SourceArn": "payment-manager/*"}
    }
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
    "Principal": {"Service": "bedrock-agentcore.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {
      "StringEquals": {"aws:SourceAccount": "111122223333"},
      "ArnLike": {
        "aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/paymentmanager-*"
      }
    }
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem for each value under an Arn operator, or of an ARN key, that is no ARN."""
        operator = parse_operator(condition.operator)
        if operator is None or not _compares_arns(condition, operator):
            return
        for index, text in texts(condition):
            yield from _defects(condition, index, text)


def _compares_arns(condition: Condition, operator: Operator) -> bool:
    if operator.kind == "ARN":
        return True
    # Under StringLike a pattern need not have the parts of an ARN.
    if operator.kind != "String" or operator.base.endswith("Like"):
        return False
    key = context_key(condition.key)
    return key is not None and key.types == ("ARN",)


def _defects(condition: Condition, index: int, text: str) -> Iterator[Problem]:
    if text == "":
        return
    from payguard.identifiers import ERROR, check_policy_arn  # noqa: PLC0415  start-up time

    for problem in check_policy_arn(text):
        if problem.severity == ERROR and not _is_named_owner(problem):
            yield Problem(
                f"no value of {quote(condition.key)} matches {quote(text)}: {problem.message}",
                at=condition.value_pointer(index),
                help=problem.help or _MEND,
            )


def _is_named_owner(problem: "identifiers.Problem") -> bool:
    """Tell whether the account is a word: AWS owns policies under names such as ``partner``."""
    found = problem.found
    return problem.part == "account" and found.isascii() and found.isalpha() and found.islower()
