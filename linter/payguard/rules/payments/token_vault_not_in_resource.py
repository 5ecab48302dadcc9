"""Statements that name payment credential providers, but not their token vault."""

from collections.abc import Iterator, Mapping
from functools import cache

from payguard.finding import Severity
from payguard.iam.document import Policy, Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.action.listing import listed_actions
from payguard.rules.payments.sub_resource import (
    PROVIDER,
    VAULT,
    granted,
    named_in,
    names_below,
    parent_of,
    reaches,
    resources_by_action,
)
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import PAYMENTS_SERVICE, catalog


class TokenVaultNotInResource(Rule):
    """Credential provider actions allowed on providers only."""

    id = "token-vault-not-in-resource"
    summary = "The statement names credential providers, but not the token vault that holds them."
    why = (
        "The service reference authorizes these actions on the provider and on its token "
        "vault, both. Creating a provider was seen refused on token-vault/default where the "
        "policy named providers only."
    )
    severity = Severity.WARNING
    category = "payments"
    references = (
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
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
      "bedrock-agentcore:CreatePaymentCredentialProvider",
      "bedrock-agentcore:GetPaymentCredentialProvider"
    ],
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:token-vault/default/paymentcredentialprovider/*"
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
      "bedrock-agentcore:CreatePaymentCredentialProvider",
      "bedrock-agentcore:GetPaymentCredentialProvider"
    ],
    "Resource": [
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:token-vault/default",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:token-vault/default/paymentcredentialprovider/*"
    ]
  }
}
"""
        ),
    )

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield a problem for each statement whose actions are granted on no vault anywhere."""
        statements = named_in(policy, f"{VAULT}/")
        if statements:
            found = resources_by_action(policy, _on_both())
            nowhere = {
                action
                for action, resources in found.items()
                if not any(reaches(text, VAULT) for text in resources)
            }
            for statement in statements:
                yield from _problems(statement, nowhere)


def _problems(statement: Statement, nowhere: set[str]) -> Iterator[Problem]:
    below = [(at, text) for at, text in statement.texts("Resource") if names_below(text, VAULT)]
    missing = [action for action in granted(statement, _on_both()) if action in nowhere]
    if below and missing:
        place, first = below[0]
        yield Problem(
            f"the service reference authorizes {listed_actions(missing)} on the token vault as "
            f"well, but this statement names only what is in it: {quote(first)}",
            statement.pointer + place,
            f"name {quote(parent_of(first))} beside it",
        )


@cache
def _on_both() -> Mapping[str, None]:
    """Return the actions that act on a credential provider and its vault, and on nothing else.

    GetResourcePaymentToken acts on more; AWS grants its parts in several statements.
    """
    detail = catalog.detail(PAYMENTS_SERVICE)
    actions = () if detail is None else detail.actions.values()
    return {
        f"{PAYMENTS_SERVICE}:{action.name}": None
        for action in actions
        if {use.type for use in action.resources} == {PROVIDER, VAULT}
    }
