"""ARNs with wildcards compared as text."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, Operator, parse_operator
from payguard.iam.context_key import context_key
from payguard.iam.wildcard import has_wildcard
from payguard.quotation import quote
from payguard.rules.condition.value import texts
from payguard.rules.rule import Example, Problem, Rule

_COLONS = 5


class StringOperatorOnArnKey(Rule):
    """StringLike on a key that holds an ARN: its star runs over the colons."""

    id = "string-operator-on-arn-key"
    summary = "An ARN with wildcards is compared as text, where a star runs over the colons."
    why = (
        "ArnLike compares the six parts of an ARN one by one. Under StringLike a star meant for "
        "the Region may swallow the account too, and an ARN of a stranger's account matches."
    )
    severity = Severity.SECURITY_WARNING
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN",
    )
    access_analyzer = ("STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",)
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
      "StringLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:*:111122223333:payment-manager/*"}
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
      "ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:*:111122223333:payment-manager/*"}
    }
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem for each pattern under StringLike or StringNotLike on an ARN key."""
        operator = parse_operator(condition.operator)
        if operator is None or operator.kind != "String" or not operator.base.endswith("Like"):
            return
        key = context_key(condition.key)
        if key is None or key.types != ("ARN",):
            return
        for index, text in texts(condition):
            if has_wildcard(text) and text.strip("*"):
                yield _problem(condition, operator, index, text)


def _problem(condition: Condition, operator: Operator, index: int, text: str) -> Problem:
    crossing = has_wildcard(":".join(text.split(":", 5)[:5]))
    arn = "ArnNotLike" if operator.negated else "ArnLike"
    if crossing:
        message = (
            f"under {operator.base} a wildcard in {quote(text)} runs over the colons of an ARN"
        )
        severity = Severity.WARNING if operator.negated else None
    else:
        message = f"{quote(text)} is compared as text, although {quote(condition.key)} is an ARN"
        severity = Severity.SUGGESTION
    mend = f"use {arn}, which compares the six parts of an ARN one by one"
    if text.count(":") < _COLONS:
        mend += ", and write all six"
    return Problem(message, at=condition.value_pointer(index), help=mend, severity=severity)
