"""ARNs and IDs of payments, outside of policies, that no resource can have."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.infrastructure import Value
from payguard.quotation import quote
from payguard.rules.rule import Example, Problem, Rule
from payguard.sources.scan_value import defects


class MalformedPaymentValue(Rule):
    """An ARN or ID of payments in a variable, an output, a setting or a line of code."""

    id = "malformed-payment-value"
    summary = "An ARN or ID of payments, outside of policies, has a form that none can have."
    why = (
        "The value ends up in a call to AgentCore payments, which refuses it, or in a policy that "
        "then matches nothing: at run time, and far from the line on which it was written. "
        "Placeholders, patterns and the accounts of AWS's examples are passed over."
    )
    severity = Severity.ERROR
    category = "payments"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/APIReference/API_ProcessPayment.html",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html",
    )
    bad = (
        Example(
            """\
{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Resources": {
    "Topic": {"Type": "AWS::SNS::Topic"}
  },
  "Outputs": {
    "PaymentManagerArn": {
      "Value": "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/Shop-a1b2c3d4e5"
    }
  }
}
"""
        ),
        Example(
            """\
{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Resources": {
    "Agent": {
      "Type": "AWS::Lambda::Function",
      "Properties": {
        "Code": {"ZipFile": "def handler(event, context): pass"},
        "Handler": "index.handler",
        "Runtime": "python3.13",
        "Role": "arn:aws:iam::999988887777:role/agent",
        "Environment": {
          "Variables": {
            "PAYMENT_CONNECTOR_ID": "stripe-a1b2c3d4e",
            "PAYMENT_MANAGER_ARN": "arn:aws:bedrock-agentcore:us-east-1:99998888777:payment-manager/shop-a1b2c3d4e5"
          }
        }
      }
    }
  }
}
"""
        ),
    )
    good = (
        Example(
            """\
{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Resources": {
    "Topic": {"Type": "AWS::SNS::Topic"}
  },
  "Outputs": {
    "PaymentManagerArn": {
      "Value": "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5"
    }
  }
}
"""
        ),
    )

    def check_value(self, value: Value) -> Iterator[Problem]:
        """Yield a problem for each part of the value that is not of its form."""
        named = quote(value.text)
        for defect in defects(value):
            lead = "" if defect.message.startswith(named) else f"{named}: "
            yield Problem(f"{lead}{defect.message}", help=defect.help)
