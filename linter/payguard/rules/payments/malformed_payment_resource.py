"""ARNs of payments resources that can match none."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.rules.resource.arn_problem import RESOURCE, problems
from payguard.rules.rule import Example, Problem, Rule, Text


class MalformedPaymentResource(Rule):
    """An ARN of a payment manager, or of what belongs to one, whose type or ID is not of its form."""

    id = "malformed-payment-resource"
    summary = "The ARN of a payments resource has a type or an ID that none can have."
    why = (
        "An ID has a fixed form: a payment manager's ends with a hyphen and ten characters, "
        "and is in lower case whatever the name was. An ARN with any other matches no request."
    )
    severity = Severity.ERROR
    category = "payments"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/APIReference/API_ProcessPayment.html",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html",
    )
    access_analyzer = ("INVALID_ARN_RESOURCE",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": [
      "bedrock-agentcore:ProcessPayment",
      "bedrock-agentcore:GetPaymentSession"
    ],
    "Resource": [
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/MyManager-abcdefghij",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/MyManager-abcdefghij/*"
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
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": [
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/paymentmanager",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*/sessions/*"
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
    "Action": [
      "bedrock-agentcore:ProcessPayment",
      "bedrock-agentcore:GetPaymentSession"
    ],
    "Resource": [
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/mymanager-abcdefghij",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/mymanager-abcdefghij/*"
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
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_resource(self, resource: Text) -> Iterator[Problem]:
        """Yield a problem for each part of the resource that stands in the way of a match."""
        yield from problems(resource, RESOURCE)
