"""Allow statements that others make unnecessary."""

from collections.abc import Iterator

from payguard.authorization.compare import REDUNDANT
from payguard.finding import Severity
from payguard.rules.rule import Example, RoleProblem, Rule
from payguard.rules.subject import Subject


class RedundantStatement(Rule):
    """An Allow that other statements of the role allow as well."""

    id = "redundant-statement"
    summary = "Other statements of the role allow everything that this one does."
    why = (
        "A statement that changes no decision hides what does: whoever removes it believes to have taken "
        "something away."
    )
    severity = Severity.SUGGESTION
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
      "Sid": "ReadSessions",
      "Effect": "Allow",
      "Action": [
        "bedrock-agentcore:GetPaymentSession",
        "bedrock-agentcore:ListPaymentSessions"
      ],
      "Resource": [
        "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5",
        "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5/*"
      ]
    },
    {
      "Sid": "ReadBoth",
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
      "Sid": "ReadAgain",
      "Effect": "Allow",
      "Action": "bedrock-agentcore:GetPaymentSession",
      "Resource": "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5"
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
      "Sid": "ReadSessions",
      "Effect": "Allow",
      "Action": [
        "bedrock-agentcore:GetPaymentSession",
        "bedrock-agentcore:ListPaymentSessions"
      ],
      "Resource": [
        "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5",
        "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5/*"
      ]
    },
    {
      "Sid": "ReadInstruments",
      "Effect": "Allow",
      "Action": [
        "bedrock-agentcore:GetPaymentInstrument"
      ],
      "Resource": [
        "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5",
        "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5/*"
      ]
    }
  ]
}
"""
        ),
    )

    def check_role(self, subject: Subject) -> Iterator[RoleProblem]:
        """Yield a problem for each such statement about payments."""
        for dead in subject.dead:
            if dead.why == REDUNDANT:
                yield RoleProblem(
                    f"other statements allow {subject.name} all that this one does",
                    dead.ref,
                    help="remove it",
                )
