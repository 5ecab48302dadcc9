"""Tag condition keys that do not say which tag."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.iam.context_key import lacks_tag_key
from payguard.quotation import quote
from payguard.rules.rule import Example, Problem, Rule


class ConditionTagKeyMissing(Rule):
    """A key such as aws:ResourceTag without the slash and the tag key behind it."""

    id = "condition-tag-key-missing"
    summary = "The condition key names no tag: the tag key after the slash is missing."
    why = (
        "Each tag is a condition key of its own, such as aws:ResourceTag/team. Without the tag "
        "key no request carries the key, and the condition never holds."
    )
    severity = Severity.ERROR
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourcetag",
    )
    access_analyzer = ("MISSING_TAG_KEY_IN_CONDITION",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringEquals": {"aws:ResourceTag": "payments"}}
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
    "Condition": {"StringEquals": {"aws:ResourceTag/team": "payments"}}
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem where the key is the prefix of a tag key and no more."""
        if lacks_tag_key(condition.key):
            bare = condition.key.rstrip("/")
            yield Problem(
                f"{quote(condition.key)} names no tag: the tag key is part of the condition key",
                at=condition.pointer,
                help=f'write {quote(bare + "/team")} for the tag "team"',
                on_key=True,
            )
