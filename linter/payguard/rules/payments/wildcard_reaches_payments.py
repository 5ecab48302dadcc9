"""Wildcards that include an action on money that nobody would look for there."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import IDENTITY, Policy
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.action.listing import clause, listed_actions
from payguard.rules.payments.money import is_named, money_actions, reached_by_wildcard, spending
from payguard.rules.rule import Example, Problem, Rule


class WildcardReachesPayments(Rule):
    """An action pattern that matches an action on money without spelling its name."""

    id = "wildcard-reaches-payments"
    summary = "A wildcard includes actions that spend, set budgets or mint wallet tokens."
    why = (
        "Get* reads like looking, but AgentCore names the actions that hand out wallet tokens "
        "GetResourcePaymentToken and GetWorkloadAccessToken, and the service reference calls "
        "the former a read. A token opens the wallet past every session limit."
    )
    severity = Severity.SECURITY_WARNING
    category = "payments"
    references = (
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-security-best-practices.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-prerequisites.html",
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
    "Action": "bedrock-agentcore:Get*",
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
    "Action": ["bedrock-agentcore:List*", "bedrock-agentcore:Create*"],
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
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
      "bedrock-agentcore:GetPaymentManager",
      "bedrock-agentcore:GetPaymentConnector"
    ],
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
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
    "Action": [
      "bedrock-agentcore:ListPaymentSessions",
      "bedrock-agentcore:CreatePaymentConnector"
    ],
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield a problem for each wildcard that reaches such an action unnamed."""
        for at, text, reached in reached_by_wildcard(policy):
            hidden = [action for action in reached if not is_named(text, action)]
            if hidden and not set(spending()) <= set(reached):
                why = clause(money_actions()[hidden[0]])
                yield Problem(
                    f"{quote(text)} includes {listed_actions(hidden)}: {why}",
                    at,
                    "name the actions that are meant",
                )
