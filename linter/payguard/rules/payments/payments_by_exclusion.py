"""Allow statements that reach payments through NotAction or NotResource."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import IDENTITY, Policy, Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.action.listing import listed_actions
from payguard.rules.payments.money import (
    allowing,
    covers_type,
    denied,
    matched,
    money_actions,
    within,
)
from payguard.rules.resource.matching import acted_on
from payguard.rules.rule import Example, Problem, Rule


class PaymentsByExclusion(Rule):
    """NotAction or NotResource in an Allow that leaves payments in."""

    id = "payments-by-exclusion"
    summary = "An Allow with NotAction or NotResource allows payments without naming them."
    why = (
        "NotAction and NotResource in an Allow grant everything but what they list, and what "
        "AWS adds later. Payments came after many a policy of this kind was written."
    )
    severity = Severity.SECURITY_WARNING
    category = "payments"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html",
    )
    policy_types = frozenset({IDENTITY})
    when = rule.ALLOW | rule.PAYMENTS | rule.EXCLUSION
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "NotAction": ["iam:*", "organizations:*"],
    "Resource": "*"
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
    "Action": "bedrock-agentcore:ProcessPayment",
    "NotResource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/paymentmanager-abcdefghij"
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
    "NotAction": ["iam:*", "organizations:*", "bedrock-agentcore:*"],
    "Resource": "*"
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
    "Action": "bedrock-agentcore:ProcessPayment",
    "Resource": [
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/paymentmanager-abcdefghij",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/paymentmanager-abcdefghij/*"
    ]
  }
}
"""
        ),
    )

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield a problem at the NotAction or NotResource that leaves an action on money in."""
        statements = [
            statement
            for statement in allowing(policy)
            if statement.not_actions or statement.not_resources
        ]
        taken = denied(policy) if statements else frozenset()
        for statement in statements:
            left = [action for action in _left_in(statement) if action not in taken]
            if left:
                element = "NotAction" if statement.not_actions else "NotResource"
                yield Problem(
                    f"through {quote(element)}, which names what is left out, this Allow reaches "
                    f"{listed_actions(left)}",
                    f"{statement.pointer}/{element}",
                    "allow what is meant by name, or deny the actions on payments",
                    on_key=True,
                )


def _left_in(statement: Statement) -> list[str]:
    if statement.not_actions:
        excluded = {a for _, text in statement.texts("NotAction") for a in matched(text)}
        found = [action for action in money_actions() if action not in excluded]
    else:
        allowed = {a for _, text in statement.texts("Action") for a in matched(text)}
        found = [action for action in money_actions() if action in allowed]
    if not statement.not_resources:
        open_to = within(text for _, text in statement.texts("Resource"))
        return [action for action in found if action in open_to]
    spared = [text for _, text in statement.texts("NotResource")]
    return [action for action in found if not _covered(action, spared)]


def _covered(action: str, resources: list[str]) -> bool:
    return all(
        any(covers_type(text, *entry) for text in resources) for entry in acted_on(action) or ()
    )
