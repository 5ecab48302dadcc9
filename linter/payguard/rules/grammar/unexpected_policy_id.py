"""An Id in a policy type whose grammar has none."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import BOUNDARY, IDENTITY, SESSION, Policy
from payguard.rules import rule
from payguard.rules.rule import Example, Problem, Rule


class UnexpectedPolicyId(Rule):
    """An identity-based policy with an Id."""

    id = "unexpected-policy-id"
    summary = "An identity-based policy has an Id, which only resource-based policies may have."
    why = (
        "The grammar allows an Id in resource-based policies alone; one here is mostly a sign that "
        "the text was copied from a bucket or queue policy and is attached to the wrong thing."
    )
    severity = Severity.WARNING
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_id.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
    )
    policy_types = frozenset({IDENTITY, BOUNDARY, SESSION})
    when = rule.IRREGULAR
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Id": "payments",
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
        """Yield a problem at an Id."""
        if "Id" in policy.value:
            yield Problem(
                '"Id" has no place in an identity-based policy',
                "/Id",
                help="remove it; a Sid may say what each statement is for",
                on_key=True,
            )
