"""Condition keys with the prefix aws: that AWS does not have."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.iam.context_key import (
    GLOBAL_PREFIX,
    context_key,
    lacks_tag_key,
    malformation,
    prefix_of,
)
from payguard.quotation import quote
from payguard.rules.condition.spelling import nearest
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import catalog


class UnknownGlobalConditionKey(Rule):
    """A global key that is misspelt or made up."""

    id = "unknown-global-condition-key"
    summary = "AWS has no global condition key of this name."
    why = (
        "No request carries the key: a condition that asks for it never holds, and a negated one "
        "always does, so that a guard is missing in plain sight."
    )
    severity = Severity.ERROR
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
    )
    access_analyzer = (
        "INVALID_GLOBAL_CONDITION_KEY",
        "UNSUPPORTED_GLOBAL_CONDITION_KEY",
        "DEPRECATED_GLOBAL_CONDITION_KEY",
    )
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
      "StringEquals": {"aws:SourceAcount": "111122223333"},
      "ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"}
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
      "ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"}
    }
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem where a key of the prefix aws: is not among the global keys."""
        key = condition.key
        if prefix_of(key) != GLOBAL_PREFIX or context_key(key) is not None:
            return
        if "${" in key or malformation(key) or lacks_tag_key(key):
            return
        yield Problem(
            f"{quote(key)} is no global condition key",
            at=condition.pointer,
            help=_nearest(key.lower()),
            on_key=True,
        )


def _nearest(key: str) -> str:
    # AWS's own advice for a key that is often written and never existed.
    if key == "aws:arn":
        return 'did you mean "aws:PrincipalArn" or "aws:SourceArn"?'
    name, slash, tag_key = key.partition("/")
    known = catalog.global_condition_keys()
    close = nearest(name + slash, known.keys(), 0.75)
    if close:
        found = known[close]
        tail = (tag_key or "team") if found.takes_tag_key else ""
        return f"did you mean {quote(found.key + tail)}?"
    return "look the key up among AWS's global condition keys"
