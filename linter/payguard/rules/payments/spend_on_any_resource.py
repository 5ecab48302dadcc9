"""Spending allowed on every payment manager of the account."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import IDENTITY, Policy, Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.payments.money import allowing, denied, is_named, matched, spending
from payguard.rules.payments.sub_resource import MANAGER
from payguard.rules.resource.arn_problem import is_malformed
from payguard.rules.resource.matching import fits
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import PAYMENTS_SERVICE, catalog


class SpendOnAnyResource(Rule):
    """ProcessPayment allowed on "*", or on everything of the service."""

    id = "spend-on-any-resource"
    summary = "ProcessPayment is allowed on every resource."
    why = (
        "A role that pays needs the payment managers it pays from, no others. On every "
        "resource it also spends from managers that somebody else sets up later, with other "
        "wallets behind them."
    )
    severity = Severity.SECURITY_WARNING
    category = "payments"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-security-best-practices.html",
    )
    policy_types = frozenset({IDENTITY})
    when = rule.ALLOW | rule.PAYMENTS
    bad = (
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
    "Resource": "*"
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
        """Yield a problem for each resource that is wider than payment managers."""
        statements = [one for one in allowing(policy) if _spends(one) and not _limited(one)]
        if not statements or spending()[0] in denied(policy):
            return
        for statement in statements:
            for at, text in statement.texts("Resource"):
                if _is_wide(text):
                    yield Problem(
                        f"{quote(text)} lets this statement spend through every payment manager "
                        "of the account",
                        statement.pointer + at,
                        "name the payment managers that are meant, each with its companion "
                        '"<arn>/*"',
                    )


_TAG = "aws:resourcetag/"


def _spends(statement: Statement) -> bool:
    """Tell whether the statement names the action; wider patterns are other rules' matter."""
    action = spending()[0]
    return any(
        action in matched(text) and is_named(text, action) for _, text in statement.texts("Action")
    )


def _limited(statement: Statement) -> bool:
    """Tell whether a tag of the manager is asked for, which limits the statement as an ARN does."""
    return any(condition.key.lower().startswith(_TAG) for condition in statement.conditions)


def _is_wide(resource: str) -> bool:
    detail = catalog.detail(PAYMENTS_SERVICE)
    types = () if detail is None else detail.resource_types
    if f":{MANAGER}/" in resource or is_malformed(resource):
        return False
    return fits(resource, PAYMENTS_SERVICE, MANAGER) and any(
        fits(resource, PAYMENTS_SERVICE, other) for other in types if other != MANAGER
    )
