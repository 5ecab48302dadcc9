"""Resources that are no ARN: another prefix, fields missing, white space around."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.rules.resource.arn_problem import FORM, problems
from payguard.rules.rule import Example, Problem, Rule, Text


class MalformedArn(Rule):
    """A resource that is not written as an ARN of six fields."""

    id = "malformed-arn"
    summary = "The resource is not written as an ARN."
    why = (
        'IAM refuses a policy whose resource is neither "*" nor an ARN, and an ARN with a '
        "stray character matches nothing. A bare ID or a name is no resource."
    )
    severity = Severity.ERROR
    category = "resource"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
    )
    access_analyzer = (
        "INVALID_ARN_PREFIX",
        "MISSING_ARN_FIELD",
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
      "paymentmanager-abcdefghij",
      "arn:aws:bedrock-agentcore:payment-manager/*",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/* "
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
        """Yield a problem where the text is no ARN."""
        yield from problems(resource, FORM)
