"""Management roles that another policy could let spend."""

from collections.abc import Iterator

from payguard.authorization.contract import NOT_DENIED
from payguard.authorization.reach import short
from payguard.finding import Severity
from payguard.identifiers.problem import listed
from payguard.rules.rule import Example, RoleProblem, Rule
from payguard.rules.subject import Subject, witness


class PaymentDenyMissing(Rule):
    """A management role without an unconditional Deny on ProcessPayment for every payment manager."""

    id = "payment-deny-missing"
    summary = "The management role has no Deny that keeps spending shut whatever else it is given."
    why = (
        "AWS's role for setting budgets denies ProcessPayment on every resource, so that no other policy "
        "can open spending again. Without that Deny, or with one that a condition or a narrow resource "
        "leaves open, one more attached policy makes the role spend."
    )
    severity = Severity.WARNING
    category = "role"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
    )
    bad = (
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
      "Sid": "NeverSpendHere",
      "Effect": "Deny",
      "Action": "bedrock-agentcore:ProcessPayment",
      "Resource": "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5"
    }
  ]
}
""",
            persona="management",
        ),
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
    }
  ]
}
""",
            persona="management",
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
""",
            persona="management",
        ),
    )

    def check_role(self, subject: Subject) -> Iterator[RoleProblem]:
        """Yield a problem for each action that the contract wants denied and that is not."""
        open_ = subject.undecided(NOT_DENIED)
        if open_:
            names = listed([short(check.action) for check in open_])
            yield RoleProblem(
                f"whether {subject.name}, {subject.meant}, has a Deny that keeps {names} shut on "
                f"every payment manager is not known: {open_[0].answer.reasons[0]}",
                decided=False,
            )
        for check in subject.broken(NOT_DENIED):
            if not check.answer.witness:
                continue
            action = short(check.action)
            yield RoleProblem(
                f"{subject.name}, {subject.meant}, has no Deny that keeps {action} shut on every "
                "payment manager: one more policy could open it",
                help=f'add a statement with "Effect": "Deny", "Action": "{check.action}", '
                '"Resource": "*" and no condition',
                severity=subject.severity(self.severity),
                witness=witness(check.answer.witness),
            )
