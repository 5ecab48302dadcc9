"""Versions of the policy language that do not exist."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import VERSIONS, Policy
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.rule import Example, Problem, Rule


class InvalidVersion(Rule):
    """A Version that names no version of the policy language."""

    id = "invalid-version"
    summary = "The Version is none that the policy language has."
    why = (
        "IAM refuses the document. Version says which policy language the document is written in; "
        "it is not the day of its last change."
    )
    severity = Severity.ERROR
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html",
    )
    access_analyzer = ("INVALID_VERSION",)
    when = rule.IRREGULAR
    bad = (
        Example(
            """\
{
  "Version": "2026-11-23",
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
        """Yield a problem where the version is a text other than the two that exist."""
        version = policy.version
        if version is not None and version not in VERSIONS:
            yield Problem(
                f'"Version" is {quote(version)}: the policy language has "2012-10-17" and, '
                'older, "2008-10-17"',
                "/Version",
                help='write "2012-10-17"',
            )
