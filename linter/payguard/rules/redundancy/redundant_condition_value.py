"""Values of a condition that another value of the same list makes superfluous."""

import math
from collections.abc import Iterator
from typing import Any

from payguard.finding import Severity
from payguard.iam.condition import Condition, parse_operator
from payguard.quotation import quote
from payguard.rules.rule import Example, Problem, Rule

# The values of a list are joined by OR: of several thresholds the loosest decides.
_LOOSEST = {
    "NumericLessThan": max,
    "NumericLessThanEquals": max,
    "NumericGreaterThan": min,
    "NumericGreaterThanEquals": min,
}
_LONGEST = 40


class RedundantConditionValue(Rule):
    """A value that stands twice, or a threshold beside a looser one."""

    id = "redundant-condition-value"
    summary = "A condition value is superfluous beside another value of the same list."
    why = (
        "Values are joined by OR, so of two thresholds the looser one decides: the stricter reads "
        "like a limit and is none."
    )
    severity = Severity.SUGGESTION
    category = "redundancy"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html",
    )
    access_analyzer = ("REDUNDANT_CONDITION_VALUE_NUM",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": ["2700", "3600"]}}
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
    "Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": "2700"}}
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem at each repeated value, and at each threshold but the loosest."""
        if len(condition.values) < 2:
            return
        operator = parse_operator(condition.operator)
        if operator is None:
            return
        found = list(_repeated(condition))
        yield from found
        if operator.base in _LOOSEST and not found:
            yield from _stricter(condition, operator.base)


def _repeated(condition: Condition) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, value in enumerate(condition.values):
        if isinstance(value, str) and first.setdefault(value, index) != index:
            yield Problem(
                f"{quote(value)} stands twice under {quote(condition.key)}",
                condition.value_pointer(index),
                help="remove it",
            )


def _stricter(condition: Condition, operator: str) -> Iterator[Problem]:
    numbers = [_number(value) for value in condition.values]
    if None in numbers:
        return
    known = [number for number in numbers if number is not None]
    loosest = _LOOSEST[operator](known)
    deciding = quote(str(condition.values[known.index(loosest)]))
    for index, number in enumerate(known):
        if number != loosest:
            yield Problem(
                f"{quote(str(condition.values[index]))} is superfluous beside {deciding}: values "
                "are joined by OR, so the looser threshold decides",
                condition.value_pointer(index),
                help="keep the one that was meant",
            )


def _number(value: Any) -> float | None:
    """Return a value as a number; None where it is none, such as a policy variable."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and len(value) > _LONGEST:
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
