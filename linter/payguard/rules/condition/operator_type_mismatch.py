"""Operators that compare another type than the key has."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, Operator, parse_operator
from payguard.iam.context_key import ContextKey, context_key
from payguard.quotation import quote
from payguard.rules.condition.value import fits, texts, written
from payguard.rules.rule import Example, Problem, Rule

_OPERATORS = {
    "String": "StringEquals or StringLike",
    "ARN": "ArnLike",
    "Bool": "Bool",
    "Date": "DateLessThan, DateGreaterThan or another Date operator",
    "Numeric": "NumericEquals or another Numeric operator",
    "IPAddress": "IpAddress or NotIpAddress",
}
_NOUNS = {
    "String": "text",
    "ARN": "an ARN",
    "Bool": "true or false",
    "Date": "a date",
    "Numeric": "a number",
    "IPAddress": "an IP address",
}


class OperatorTypeMismatch(Rule):
    """An operator of one type on a key of another."""

    id = "operator-type-mismatch"
    summary = "The operator compares another type of value than the condition key has."
    why = (
        "Text operators know no address ranges, dates or truth: a range under StringEquals is "
        "compared letter by letter with an address and never equals it."
    )
    severity = Severity.ERROR
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
    )
    access_analyzer = ("TYPE_MISMATCH", "INVALID_CONDITION_DATA_TYPE")
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringEquals": {"aws:SourceIp": "203.0.113.0/24"}}
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "*",
    "Condition": {"NumericGreaterThan": {"aws:CurrentTime": "1798675200"}}
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
    "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "*",
    "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2026-12-31T00:00:00Z"}}
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem where the operator's type is not one of the key's.

        Text under a text operator, and ARNs under either, are left alone: AWS's own policies
        write both. So are keys whose values are the account's choice, such as tags.
        """
        operator = parse_operator(condition.operator)
        key = context_key(condition.key)
        if operator is None or key is None or operator.kind not in _NOUNS:
            return
        if operator.kind in key.types or not _readable(condition, operator):
            return
        if operator.kind == "String":
            yield from _as_text(condition, operator, key)
        elif operator.kind != "ARN" and not key.free:
            yield _mismatch(condition, operator, key)


def _readable(condition: Condition, operator: Operator) -> bool:
    return all(fits(operator.kind, value) for value in condition.values)


def _as_text(condition: Condition, operator: Operator, key: ContextKey) -> Iterator[Problem]:
    """A text operator on a typed key: wrong where the text can never be a value of the key."""
    kind = key.types[0]
    if kind in ("Date", "Numeric"):
        if not operator.base.endswith("Like"):
            yield _mismatch(condition, operator, key, Severity.WARNING)
    elif kind in ("Bool", "IPAddress"):
        for index, text in texts(condition):
            if "${" not in text and _never_equals(kind, text):
                yield Problem(
                    f"{quote(key.name)} is {_NOUNS[kind]}: as text it never equals {quote(text)}",
                    at=condition.value_pointer(index),
                    help=f"use the operator {_OPERATORS[kind]}",
                )


def _never_equals(kind: str, text: str) -> bool:
    if kind == "IPAddress":
        return "/" in text
    return not fits("Bool", text) and "*" not in text and "?" not in text


def _mismatch(
    condition: Condition, operator: Operator, key: ContextKey, severity: Severity | None = None
) -> Problem:
    value = quote(written(condition.values[0])) if condition.values else "a value"
    return Problem(
        f"{operator.base} compares {_NOUNS[operator.kind]} such as {value}, but "
        f"{quote(key.name)} is {_NOUNS[key.types[0]]}",
        at=condition.pointer,
        help=f"use the operator {_OPERATORS[key.types[0]]}",
        severity=Severity.WARNING if "String" in key.types else severity,
        on_key=True,
    )
