"""Condition keys that AWS has replaced."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.quotation import quote
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import catalog


class DeprecatedConditionKey(Rule):
    """A global key that AWS no longer documents and has replaced by another."""

    id = "deprecated-condition-key"
    summary = "AWS has replaced this condition key and does not document it."
    why = (
        "Services that came later do not pass the key, so the condition fails for them, and "
        "nothing says how long the others will."
    )
    severity = Severity.WARNING
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
    )
    access_analyzer = ("DEPRECATED_GLOBAL_CONDITION_KEY",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "sns:Publish",
    "Resource": "arn:aws:sns:us-east-1:111122223333:payment-alarms",
    "Condition": {"StringEquals": {"aws:SourceOwner": "111122223333"}}
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
    "Principal": {"Service": "cloudwatch.amazonaws.com"},
    "Action": "sns:Publish",
    "Resource": "arn:aws:sns:us-east-1:111122223333:payment-alarms",
    "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem where the catalog says that the key is deprecated."""
        known = catalog.global_condition_key(condition.key)
        if known is not None and known.deprecated:
            yield Problem(
                f"{quote(condition.key)} is a key that AWS has replaced",
                at=condition.pointer,
                help=f"use {quote(known.instead)}" if known.instead else "leave the key out",
                on_key=True,
            )
