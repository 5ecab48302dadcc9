"""NotAction limited by tags, which most of the actions it stands for do not pass."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.carried_keys import is_tag_key
from payguard.iam.condition import Condition
from payguard.iam.document import Statement
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import chosen, demands_presence
from payguard.rules.rule import Example, Problem, Rule


class NotActionWithTagCondition(Rule):
    """A tag condition on every action but a few."""

    id = "not-action-with-tag-condition"
    summary = "A tag condition with NotAction leaves out every action that passes no tags."
    why = (
        "NotAction stands for all other actions, also those whose requests carry no tags. For "
        "those the condition fails: a Deny does not deny them, and an Allow does not grant them."
    )
    severity = Severity.SECURITY_WARNING
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
    )
    access_analyzer = (
        "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    )
    when = bits.CONDITION | bits.NOT_ACTION
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "NotAction": "bedrock-agentcore:Get*",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:ResourceTag/frozen": "true"}}
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
    "Action": ["bedrock-agentcore:DeletePaymentManager", "bedrock-agentcore:UpdatePaymentManager"],
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:ResourceTag/frozen": "true"}}
  }
}
"""
        ),
    )

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether the key is about tags."""
        return is_tag_key(condition.key)

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each tag condition that fails where the tag is not passed."""
        deny = statement.effect == "Deny"
        outcome = "are not denied" if deny else "are not granted"
        verb = "deny" if deny else "allow"
        for condition in chosen(statement, lambda _operator, key: is_tag_key(key)):
            if demands_presence(condition):
                yield Problem(
                    "NotAction stands for actions whose requests do not carry "
                    f"{quote(condition.key)}, and those {outcome}",
                    at=condition.pointer,
                    help=f"list the actions to {verb} under Action",
                    severity=None if deny else Severity.SUGGESTION,
                    on_key=True,
                )
