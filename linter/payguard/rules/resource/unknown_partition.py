"""ARNs in a partition that AWS does not have."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.rules.resource.arn_problem import PARTITION, problems
from payguard.rules.rule import Example, Problem, Rule, Text


class UnknownPartition(Rule):
    """An ARN whose partition is none of AWS's."""

    id = "unknown-partition"
    summary = "AWS has no partition of this name."
    why = (
        "The partition is the part of AWS that the resource lives in: aws, aws-cn, aws-us-gov "
        "and a few more. An ARN in any other matches nothing."
    )
    severity = Severity.ERROR
    category = "resource"
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",)
    access_analyzer = ("INVALID_PARTITION",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:amazon:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
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
        """Yield a problem where the partition is unknown."""
        yield from problems(resource, PARTITION)
