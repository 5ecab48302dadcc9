"""Workload identities of payment managers named with upper case, which none has."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import Policy
from payguard.identifiers import check_policy_arn
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.payments.sub_resource import named_in, resources_by_action
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies.action_sets import action_sets

_IDENTITY = "/workload-identity/"
_UPPER_CASE = "workload-identity-upper-case"


class UpperCaseWorkloadIdentity(Rule):
    """The ARN of a workload identity with upper case, in a policy that mints payment tokens."""

    id = "upper-case-workload-identity"
    summary = (
        "The workload identity is named with upper case, but a payment manager's is in lower case."
    )
    why = (
        "The service lower-cases the name of a payment manager in its ID and in its workload "
        "identity. Resources are compared with regard to case: a pattern made from the name as "
        "it was given never matches, and payments fail for want of a workload access token."
    )
    severity = Severity.WARNING
    category = "payments"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
    )
    when = rule.ALLOW | rule.PAYMENTS
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetResourcePaymentToken",
    "Resource": [
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:token-vault/default",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:workload-identity-directory/default",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:workload-identity-directory/default/workload-identity/MyPaymentManager-*"
    ]
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
    "Action": "bedrock-agentcore:GetResourcePaymentToken",
    "Resource": [
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:token-vault/default",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:workload-identity-directory/default",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:workload-identity-directory/default/workload-identity/mypaymentmanager-*"
    ]
  }
}
"""
        ),
    )

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield a problem for each such identity, where the document allows payment tokens.

        The identities of agent runtimes keep their case; only a payment manager's is meant.
        """
        statements = named_in(policy, _IDENTITY)
        if statements and _mints_payment_tokens(policy):
            for statement in statements:
                for at, text in statement.texts("Resource"):
                    if any(found.code == _UPPER_CASE for found in check_policy_arn(text)):
                        yield _problem(statement.pointer + at, text)


def _mints_payment_tokens(policy: Policy) -> bool:
    tokens = dict.fromkeys(action_sets()["payment-tokens"].actions)
    return any(resources_by_action(policy, tokens).values())


def _problem(at: str, text: str) -> Problem:
    head, _, name = text.rpartition("/")
    return Problem(
        f"{quote(name)} has upper case, but the workload identity of a payment manager is named "
        "in lower case",
        at,
        f"write {quote(f'{head}/{name.lower()}')}" if "$" not in name else "write it in lower case",
    )
