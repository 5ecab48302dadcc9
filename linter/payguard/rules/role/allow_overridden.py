"""Allow statements that a Deny takes back in full."""

from collections.abc import Iterator

from payguard.authorization.compare import OVERRIDDEN
from payguard.finding import Severity
from payguard.rules.rule import Example, RoleProblem, Rule
from payguard.rules.subject import Subject


class AllowOverridden(Rule):
    """An Allow of which nothing is left once the Deny statements and the boundary have been heard."""

    id = "allow-overridden"
    summary = "Everything that the statement allows is denied again by the role's other policies."
    why = (
        "A Deny wins over every Allow, and a boundary or SCP must allow as well. A statement of which nothing "
        "is left reads as a permission and is none: the call ends in AccessDenied."
    )
    severity = Severity.WARNING
    category = "role"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    )
    yields = True
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": [
        "bedrock-agentcore:GetPaymentSession",
        "bedrock-agentcore:GetPaymentInstrument"
      ],
      "Resource": [
        "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5",
        "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5/*"
      ]
    },
    {
      "Sid": "Spend",
      "Effect": "Allow",
      "Action": "bedrock-agentcore:ProcessPayment",
      "Resource": [
        "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5",
        "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5/*"
      ]
    },
    {
      "Sid": "NeverSpend",
      "Effect": "Deny",
      "Action": "bedrock-agentcore:ProcessPayment",
      "Resource": "*"
    }
  ]
}
"""
        ),
    )
    good = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ManageBudgets",
      "Effect": "Allow",
      "Action": [
        "bedrock-agentcore:CreatePaymentInstrument",
        "bedrock-agentcore:GetPaymentInstrument",
        "bedrock-agentcore:ListPaymentInstruments",
        "bedrock-agentcore:DeletePaymentInstrument",
        "bedrock-agentcore:CreatePaymentSession",
        "bedrock-agentcore:GetPaymentSession",
        "bedrock-agentcore:ListPaymentSessions",
        "bedrock-agentcore:DeletePaymentSession"
      ],
      "Resource": [
        "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5",
        "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5/*"
      ]
    },
    {
      "Sid": "NeverSpend",
      "Effect": "Deny",
      "Action": "bedrock-agentcore:ProcessPayment",
      "Resource": "*"
    }
  ]
}
"""
        ),
    )

    def check_role(self, subject: Subject) -> Iterator[RoleProblem]:
        """Yield a problem for each such statement about payments."""
        for dead in subject.dead:
            if dead.why == OVERRIDDEN:
                yield RoleProblem(
                    f"nothing is left of what this statement allows to {subject.name}: other statements or the "
                    "boundary deny all of it",
                    dead.ref,
                    help="remove it, or the Deny that it contradicts",
                )
