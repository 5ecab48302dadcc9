"""ARNs in a region that AWS does not have, or that their partition or service does not have."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.rules.resource.arn_problem import REGION, problems
from payguard.rules.rule import Example, Problem, Rule, Text


class MalformedArnRegion(Rule):
    """An ARN whose region is none of AWS's, or stands where none belongs."""

    id = "malformed-arn-region"
    summary = "The ARN's region does not exist, is missing, or does not belong there."
    why = (
        "An ARN with a region that does not exist matches nothing; so does one without a region "
        "where the service has regions, or with one where it has none, as in IAM."
    )
    severity = Severity.ERROR
    category = "resource"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
        "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html",
    )
    access_analyzer = (
        "INVALID_ARN_REGION",
        "MISSING_ARN_REGION",
        "ARN_REGION_NOT_ALLOWED",
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
      "arn:aws:bedrock-agentcore:us-east-11:111122223333:payment-manager/*",
      "arn:aws:bedrock-agentcore::111122223333:payment-manager/*"
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
        """Yield a problem where the region is wrong."""
        yield from problems(resource, REGION)
