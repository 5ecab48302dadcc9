"""Condition operators that IAM does not have."""

from collections.abc import Iterator, Mapping

from payguard.finding import Severity
from payguard.iam.condition import QUANTIFIERS, Condition, operator_names, parse_operator
from payguard.iam.document import Statement
from payguard.pointer import join
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.spelling import nearest
from payguard.rules.rule import Example, Problem, Rule


class UnknownConditionOperator(Rule):
    """An operator that is misspelt or made up."""

    id = "unknown-condition-operator"
    summary = "IAM has no condition operator of this name."
    why = (
        "AWS refuses to store a policy whose condition block holds an operator that it does not "
        "know, so the deploy fails."
    )
    severity = Severity.ERROR
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
    )
    access_analyzer = ("INVALID_CONDITION_OPERATOR",)
    when = bits.CONDITION
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringEqual": {"aws:ResourceAccount": "111122223333"}}
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
    "Condition": {"StringEquals": {"aws:ResourceAccount": "111122223333"}}
  }
}
"""
        ),
    )

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether the condition's operator is unknown."""
        return parse_operator(condition.operator) is None

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each operator that cannot be taken apart."""
        block = statement.value.get("Condition")
        if not isinstance(block, Mapping):
            return
        for operator, keys in block.items():
            # An operator without keys is reported as such: nothing is asked under it.
            if isinstance(keys, dict) and keys and parse_operator(operator) is None:
                yield Problem(
                    f"{quote(operator)} is no condition operator",
                    at=join("/Condition", operator),
                    help=_nearest(operator),
                    on_key=True,
                )


def _nearest(operator: str) -> str:
    quantifier, colon, rest = operator.rpartition(":")
    suffix = "IfExists" if rest.lower().endswith("ifexists") else ""
    base = _close(rest.lower().removesuffix("ifexists"), operator_names())
    prefix = _close(quantifier.lower(), QUANTIFIERS) if colon else ""
    if base and (prefix or not colon):
        return f"did you mean {quote(prefix + colon + base + suffix)}?"
    return "use an operator of the reference, such as StringEquals, ArnLike or Bool"


def _close(text: str, names: tuple[str, ...]) -> str:
    known = {name.lower(): name for name in names}
    return known.get(nearest(text, known, 0.6), "")
