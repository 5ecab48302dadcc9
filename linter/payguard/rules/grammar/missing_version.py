"""Documents without a Version, which IAM reads as the policy language of 2008."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import Policy
from payguard.rules import rule
from payguard.rules.grammar import element
from payguard.rules.rule import Example, Problem, Rule


class MissingVersion(Rule):
    """A document that does not say which policy language it is written in."""

    id = "missing-version"
    summary = "The policy has no Version, so IAM reads it in the language of 2008."
    why = (
        "Without a Version, policy variables such as ${aws:username} are plain text: a statement "
        "that should hold for one user's wallet holds for nobody's, and a Deny denies nothing."
    )
    severity = Severity.WARNING
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html",
    )
    access_analyzer = ("MISSING_VERSION",)
    when = rule.IRREGULAR
    bad = (
        Example(
            """\
{
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
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
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield a problem where there is no Version under any spelling."""
        value = policy.value
        if "Version" in value or "Version" in element.all_meant(value, element.POLICY):
            return
        yield Problem(
            'the policy has no "Version": IAM reads it as "2008-10-17", '
            "in which policy variables are plain text",
            help='add "Version": "2012-10-17"',
        )
