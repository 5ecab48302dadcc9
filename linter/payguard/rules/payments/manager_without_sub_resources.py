"""Statements that name a payment manager, but not what is below it."""

from collections.abc import Iterator, Mapping

from payguard.finding import Severity
from payguard.iam.document import Policy, Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.action.listing import listed_actions
from payguard.rules.payments.sub_resource import (
    MANAGER,
    covers_below,
    granted,
    named_in,
    reaches,
    resources_by_action,
    sub_resources,
)
from payguard.rules.rule import Example, Problem, Rule

_CONNECTOR = "connector"


class ManagerWithoutSubResources(Rule):
    """Payments actions allowed on the ARN of a manager without its companion "<arn>/*"."""

    id = "manager-without-sub-resources"
    summary = "The statement names a payment manager, but not what is below it."
    why = (
        "AWS's texts disagree on whether a request for a session, an instrument or a connector "
        "is authorized on the manager or on the ARN below it; connectors that exist were seen "
        "authorized on their own ARN. An exact manager ARN does not match what is below: name "
        "both."
    )
    severity = Severity.SUGGESTION
    category = "payments"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html",
    )
    when = rule.ALLOW | rule.PAYMENTS
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:ProcessPayment",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/paymentmanager-abcdefghij"
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
    "Action": "bedrock-agentcore:UpdatePaymentConnector",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/paymentmanager-abcdefghij"
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
    "Action": "bedrock-agentcore:ProcessPayment",
    "Resource": [
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/paymentmanager-abcdefghij",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/paymentmanager-abcdefghij/*"
    ]
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
    "Action": "bedrock-agentcore:UpdatePaymentConnector",
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
        """Yield a problem for each manager whose sub-resources no statement grants."""
        statements = named_in(policy, f"{MANAGER}/")
        if statements:
            found = resources_by_action(policy, sub_resources())
            for statement in statements:
                yield from _problems(statement, found)


def _problems(statement: Statement, found: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    actions = granted(statement, sub_resources())
    for at, text in statement.texts("Resource"):
        if f"{MANAGER}/" not in text or not reaches(text, MANAGER):
            continue
        missing = [action for action in actions if not _granted_below(action, text, found[action])]
        if missing:
            certain = any(_asked_below(action) for action in missing)
            yield Problem(
                f"{quote(text)} does not match what is below the payment manager, which "
                f"{listed_actions(missing)} may be authorized on",
                statement.pointer + at,
                f"name {quote(text + '/*')} as well",
                Severity.WARNING if certain else None,
            )


def _granted_below(action: str, manager: str, resources: tuple[str, ...]) -> bool:
    return all(
        any(covers_below(text, manager, below) for text in resources)
        for below in sub_resources()[action]
    )


def _asked_below(action: str) -> bool:
    """Tell whether the action was seen asked about the sub-resource: a connector that exists.

    https://github.com/awslabs/agentcore-samples/pull/1782
    """
    verb_on_existing = not action.partition(":")[2].startswith(("Create", "List"))
    return verb_on_existing and _CONNECTOR in sub_resources()[action]
