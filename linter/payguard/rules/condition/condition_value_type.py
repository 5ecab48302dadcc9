"""Condition values that the operator cannot read."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, Operator, parse_operator
from payguard.quotation import quote
from payguard.rules.condition.value import fits, is_epoch, written
from payguard.rules.rule import Example, Problem, Rule

_EXPECTED = {
    "Bool": ("neither true nor false", 'write "true" or "false"'),
    "Null": (
        "neither true nor false",
        'write "true" for an absent key, "false" for a present one',
    ),
    "Numeric": ("no number", "write a whole or decimal number"),
    "Date": ("no date", 'write a date of ISO 8601, such as "2026-01-31T00:00:00Z"'),
    "IPAddress": (
        "no IP address and no range",
        'write an address or a range, such as "203.0.113.0/24"',
    ),
    "Binary": ("no base64", "encode the bytes as base64"),
}
# What a condition value may be; anything else is the grammar's business.
_JSON_TYPES = {str: "text", int: "number", float: "number", bool: "Boolean"}


class ConditionValueType(Rule):
    """A value that is not of the type that its operator compares."""

    id = "condition-value-type"
    summary = "The operator cannot read this value: it is not of the type that it compares."
    why = (
        "A value that cannot be read equals nothing: an Allow behind it grants nothing, and a "
        "Deny behind it denies nothing."
    )
    severity = Severity.ERROR
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
    )
    access_analyzer = (
        "TYPE_MISMATCH_BOOLEAN",
        "TYPE_MISMATCH_DATE",
        "TYPE_MISMATCH_NUMBER",
        "TYPE_MISMATCH_STRING",
        "TYPE_MISMATCH_IP_RANGE",
        "INVALID_DATE_VALUE",
        "INVALID_CONDITION_DATA_TYPE",
    )
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "*",
    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "no"}}
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
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {
      "DateLessThan": {"aws:CurrentTime": "31.12.2026"},
      "IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "203.0.113.*"]}
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
    "Effect": "Deny",
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "*",
    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
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
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {
      "DateLessThan": {"aws:CurrentTime": "2026-12-31T23:59:59Z"},
      "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}
    }
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem for each value that the operator cannot read, or reads as seconds.

        A list of values of several JSON types is read, and most likely not meant.
        """
        operator = parse_operator(condition.operator)
        if operator is not None:
            yield from tuple(_misread(condition, operator)) or _mixed(condition)


def _misread(condition: Condition, operator: Operator) -> Iterator[Problem]:
    if operator.kind not in _EXPECTED:
        return
    for index, value in enumerate(condition.values):
        if not fits(operator.kind, value):
            yield _unreadable(condition, operator, index)
        elif operator.kind == "Date" and is_epoch(value):
            yield Problem(
                f"{quote(written(value))} is a time in seconds since 1970; a written date "
                "says the same plainly",
                at=condition.value_pointer(index),
                help=_EXPECTED["Date"][1],
                severity=Severity.SUGGESTION,
            )


def _mixed(condition: Condition) -> Iterator[Problem]:
    kinds = [_JSON_TYPES.get(type(value)) for value in condition.values]
    at = next((index for index, kind in enumerate(kinds) if kind != kinds[0]), 0)
    if at and None not in kinds:
        yield Problem(
            f"the values of {quote(condition.key)} are of several JSON types: the {kinds[0]} "
            f"{quote(written(condition.values[0]))} and the {kinds[at]} "
            f"{quote(written(condition.values[at]))}",
            at=condition.value_pointer(at),
            help="write all of them in double quotes",
            severity=Severity.SUGGESTION,
        )


def _unreadable(condition: Condition, operator: Operator, index: int) -> Problem:
    defect, mend = _EXPECTED[operator.kind]
    value = quote(written(condition.values[index]))
    return Problem(
        f"{value} is {defect}, so {operator.base} cannot compare {quote(condition.key)} with it",
        at=condition.value_pointer(index),
        help=mend,
    )
