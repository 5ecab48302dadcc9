"""Wildcards that allow to spend and to set the budget in one."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import IDENTITY, Policy
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.action.listing import listed_actions
from payguard.rules.payments.money import reached_by_wildcard, spending
from payguard.rules.rule import Example, Problem, Rule


class PaymentsFullAccess(Rule):
    """An action pattern that allows both ProcessPayment and CreatePaymentSession."""

    id = "payments-full-access"
    summary = "One wildcard allows both to spend and to set the budget that limits spending."
    why = (
        "A payment session is the budget. Whoever can create one and spend from it has no "
        "limit: an agent talked into it raises its own. AWS keeps the two in separate roles; a "
        "wildcard, AWS's own BedrockAgentCoreFullAccess among them, puts both into one."
    )
    severity = Severity.SECURITY_WARNING
    category = "payments"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-security-best-practices.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
    )
    policy_types = frozenset({IDENTITY})
    when = rule.ALLOW | rule.AGENTCORE | rule.ACTION_WILDCARD
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:*",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:*"
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
    "Action": [
      "bedrock-agentcore:ProcessPayment",
      "bedrock-agentcore:GetPaymentSession"
    ],
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
        """Yield a problem for each wildcard that reaches both.

        Silent about an administrator's "*" on every resource: it says what it does.
        """
        for at, text, reached in reached_by_wildcard(policy):
            if set(spending()) <= set(reached):
                others = [action for action in reached if action not in spending()]
                beside = f", and beside that {listed_actions(others)}" if others else ""
                yield Problem(
                    f"{quote(text)} allows to spend and to set the budget: it includes "
                    f"{listed_actions(spending())}{beside}",
                    at,
                    "name the actions that are meant, and leave spending and sessions to two roles",
                )
