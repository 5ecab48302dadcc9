"""Statements that name what is below a payment manager, but not the manager."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import Policy, Statement
from payguard.iam.wildcard import has_wildcard
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.action.listing import listed_actions
from payguard.rules.payments.sub_resource import (
    MANAGER,
    granted,
    named_in,
    names_below,
    parent_of,
    reaches,
    resources_by_action,
    sub_resources,
)
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import catalog


class ManagerNotInResource(Rule):
    """Payments actions allowed on connectors, instruments or sessions only."""

    id = "manager-not-in-resource"
    summary = "The statement names what is below a payment manager, but not the manager itself."
    why = (
        "The service reference authorizes these actions on the payment manager; for the list "
        "actions there is nothing else. Sub-resources alone are an older text of AWS's page, "
        "still copied: its current text names payment-manager/*. Connectors are created on the "
        "manager, too."
    )
    severity = Severity.WARNING
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
    "Action": [
      "bedrock-agentcore:CreatePaymentSession",
      "bedrock-agentcore:ListPaymentSessions"
    ],
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*/session/*"
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
    "Action": "bedrock-agentcore:CreatePaymentConnector",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/paymentmanager-abcdefghij/connector/*"
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
      "bedrock-agentcore:CreatePaymentSession",
      "bedrock-agentcore:ListPaymentSessions"
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
    "Action": "bedrock-agentcore:CreatePaymentConnector",
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
        """Yield a problem for each statement whose actions are granted on no manager anywhere."""
        statements = named_in(policy, f"{MANAGER}/")
        if statements:
            found = resources_by_action(policy, sub_resources())
            nowhere = {
                action
                for action, resources in found.items()
                if not any(reaches(text, MANAGER) for text in resources)
            }
            for statement in statements:
                yield from _problems(statement, nowhere)


def _problems(statement: Statement, nowhere: set[str]) -> Iterator[Problem]:
    below = [(at, text) for at, text in statement.texts("Resource") if names_below(text, MANAGER)]
    missing = [action for action in granted(statement, sub_resources()) if action in nowhere]
    if below and missing:
        place, first = below[0]
        lists = [action for action in missing if _lists_on_data_plane(action)]
        yield Problem(
            f"the service reference authorizes {listed_actions(lists or missing)} on the payment "
            f"manager, but this statement names only what is below one: {quote(first)}",
            statement.pointer + place,
            _mend(parent_of(first)),
            Severity.ERROR if lists else None,
        )


def _lists_on_data_plane(action: str) -> bool:
    """Tell whether nothing below a manager can be meant: lists of all instruments or sessions.

    AWS's current text still scopes ListPaymentConnectors, of the control plane, to connectors.
    """
    name = action.partition(":")[2]
    return name.startswith("List") and name in catalog.operations("data")


def _mend(manager: str) -> str:
    if has_wildcard(manager) and manager.endswith("*"):
        return f"name {quote(manager)}, which covers the managers and all below them"
    return f"name both {quote(manager)} and {quote(manager + '/*')}"
