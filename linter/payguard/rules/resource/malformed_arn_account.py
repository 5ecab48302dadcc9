"""ARNs whose account is not twelve digits."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.rules.resource.arn_problem import ACCOUNT, problems
from payguard.rules.rule import Example, Problem, Rule, Text


class MalformedArnAccount(Rule):
    """An ARN whose account is not twelve digits, or is missing."""

    id = "malformed-arn-account"
    summary = "The ARN's account is not a 12-digit account ID."
    why = (
        "An account ID has twelve digits, leading zeros included. With a digit lost, or without "
        "an account where the service has one, the ARN matches nothing."
    )
    severity = Severity.ERROR
    category = "resource"
    references = (
        "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
    )
    access_analyzer = (
        "INVALID_ARN_ACCOUNT",
        "MISSING_ARN_ACCOUNT",
    )
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": [
      "arn:aws:bedrock-agentcore:us-east-1:11112222333:payment-manager/*",
      "arn:aws:bedrock-agentcore:us-east-1::payment-manager/*"
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
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_resource(self, resource: Text) -> Iterator[Problem]:
        """Yield a problem where the account is wrong."""
        yield from problems(resource, ACCOUNT)
