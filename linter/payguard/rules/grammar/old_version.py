"""Documents in the policy language of 2008.

Where such a document holds policy variables, variable-without-version says more.
"""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import Policy
from payguard.rules import rule
from payguard.rules.rule import Example, Problem, Rule

_OLD = "2008-10-17"


class OldVersion(Rule):
    """A document written in the superseded policy language."""

    id = "old-version"
    summary = "The policy is written in the superseded language of 2008."
    why = (
        "It works until somebody adds a policy variable, which this version takes as plain text. "
        "AWS asks not to use it for any policy that is new or edited."
    )
    severity = Severity.SUGGESTION
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html",
    )
    when = rule.IRREGULAR
    bad = (
        Example(
            """\
{
  "Version": "2008-10-17",
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
        """Yield a problem where the version is the old one."""
        if policy.version == _OLD:
            yield Problem(
                f'"Version" is "{_OLD}", an old policy language that takes policy variables '
                "as plain text",
                "/Version",
                help='write "2012-10-17"; a policy without variables means the same in it',
            )
