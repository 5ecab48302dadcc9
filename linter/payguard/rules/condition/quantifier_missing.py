"""Keys with several values under an operator that compares one."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, parse_operator
from payguard.iam.context_key import context_key
from payguard.quotation import quote
from payguard.rules.rule import Example, Problem, Rule


class QuantifierMissing(Rule):
    """A multivalued key without ForAllValues or ForAnyValue."""

    id = "quantifier-missing"
    summary = "The key may have several values, and the operator does not say which must match."
    why = (
        "A request may carry several values of this key. Without ForAllValues or ForAnyValue the "
        "comparison fails although one or even every value matches."
    )
    severity = Severity.ERROR
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
    )
    access_analyzer = ("MISSING_QUALIFIER",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:CreatePaymentManager",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:TagKeys": ["owner", "environment"]}}
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
    "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": ["owner", "environment"]}}
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem where a multivalued key stands under a plain operator.

        AWS's own policies compare keys of a few services so; for those it is a warning.
        """
        operator = parse_operator(condition.operator)
        if operator is None or operator.quantifier or operator.kind == "Null":
            return
        key = context_key(condition.key)
        if key is None or not key.multivalued:
            return
        yield Problem(
            f"{quote(key.name)} may have several values, and {quote(condition.operator)} compares "
            "one",
            at=condition.pointer,
            help=f'write "ForAnyValue:{condition.operator}" if one match is enough, or '
            f'"ForAllValues:{condition.operator}" if all must match',
            severity=None if key.name.startswith("aws:") else Severity.WARNING,
            on_key=True,
        )
