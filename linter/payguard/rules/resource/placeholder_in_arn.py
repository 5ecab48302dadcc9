"""ARNs in which a placeholder was left, such as <account> or ACCOUNT_ID."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.rules.resource.arn_problem import PLACEHOLDER, problems
from payguard.rules.rule import Example, Problem, Rule, Text


class PlaceholderInArn(Rule):
    """An ARN with a part that was meant to be filled in."""

    id = "placeholder-in-arn"
    summary = "A placeholder was left in the ARN."
    why = (
        "IAM takes the placeholder for the text itself, which no account, region or resource is "
        "named after: the ARN matches nothing."
    )
    severity = Severity.ERROR
    category = "resource"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
    )
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:REGION:<account-id>:payment-manager/*"
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
        """Yield a problem where a placeholder was left."""
        yield from problems(resource, PLACEHOLDER)
