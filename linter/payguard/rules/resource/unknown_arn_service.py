"""ARNs whose service is misspelt, or is another service than the resource's own."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.rules.resource.arn_problem import SERVICE, problems
from payguard.rules.rule import Example, Problem, Rule, Text


class UnknownArnService(Rule):
    """An ARN under a service that does not have the resource.

    Services of ARNs are not all listed as prefixes of actions, so that one is reported only where
    it is plain which was meant: near to a known one, in upper case, or on payments resources.
    """

    id = "unknown-arn-service"
    summary = "The ARN names a service that AWS does not have, or that does not have this resource."
    why = (
        "The service in the ARN has to be the one that the resource belongs to, in lower case. "
        "AgentCore's is bedrock-agentcore, for its control plane as well; under bedrock or "
        "bedrock-agentcore-control the ARN matches nothing."
    )
    severity = Severity.ERROR
    category = "resource"
    references = (
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
    )
    access_analyzer = ("INVALID_ARN_SERVICE_CASE", "INVALID_SERVICE")
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": [
      "arn:aws:bedrock:us-east-1:111122223333:payment-manager/*",
      "arn:aws:Bedrock-AgentCore:us-east-1:111122223333:payment-manager/*"
    ]
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:InvokeAgentRuntime",
    "Resource": "arn:aws:agentcore:us-east-1:111122223333:runtime/*"
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
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:InvokeAgentRuntime",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/*"
  }
}
"""
        ),
    )

    def check_resource(self, resource: Text) -> Iterator[Problem]:
        """Yield a problem where the service is misspelt or not the resource's own."""
        yield from problems(resource, SERVICE)
