"""Condition keys that have not the form prefix:name."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.iam.context_key import malformation
from payguard.quotation import quote
from payguard.rules.condition.spelling import nearest
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import catalog


class MalformedConditionKey(Rule):
    """A condition key without a prefix or a name, or with characters no key has."""

    id = "malformed-condition-key"
    summary = "The condition key does not have the form prefix:name."
    why = (
        "No request carries such a key: a condition that asks for it never holds, and a negated "
        "one always does."
    )
    severity = Severity.ERROR
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html",
    )
    access_analyzer = ("INVALID_CONDITION_KEY_FORMAT",)
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
      "StringEquals": {"SourceAccount": "111122223333"},
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
        """Yield a problem where the key cannot be a context key."""
        reason = malformation(condition.key)
        if reason:
            yield Problem(
                f"{quote(condition.key)} is no condition key: {reason}",
                at=condition.pointer,
                help=_nearest(condition.key),
                on_key=True,
            )


def _nearest(key: str) -> str:
    if ":" not in key:
        known = catalog.global_condition_keys()
        found = nearest(f"aws:{key.strip().lower()}", known.keys(), 0.8)
        if found:
            return f"did you mean {quote(known[found].key)}?"
    return 'write a key as "aws:SourceAccount": the prefix, a colon and the name'
