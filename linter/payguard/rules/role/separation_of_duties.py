"""Roles that open budgets and spend from them."""

from collections.abc import Iterator

from payguard.authorization.answer import UNDECIDED
from payguard.finding import Severity
from payguard.quotation import quote
from payguard.rules.payments.money import REACHING_BOTH
from payguard.rules.rule import Example, RoleProblem, Rule
from payguard.rules.subject import Subject, witness


class SeparationOfDuties(Rule):
    """A role that may call CreatePaymentSession and ProcessPayment on one payment manager."""

    id = "separation-of-duties"
    summary = "One role can open a budget and spend from it, on the same payment manager."
    why = (
        "A payment session is the budget. Whoever can create one and spend from it has no limit: an "
        "agent talked into it raises its own. AWS asks for two roles. What counts is everything that is "
        "attached to the role together, and what its Deny statements and boundary take away again."
    )
    severity = Severity.SECURITY_WARNING
    category = "role"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-security-best-practices.html",
    )
    yields_to = REACHING_BOTH
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "OpenBudgets",
      "Effect": "Allow",
      "Action": [
        "bedrock-agentcore:CreatePaymentSession",
        "bedrock-agentcore:GetPaymentSession"
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
      "Sid": "OpenBudgets",
      "Effect": "Allow",
      "Action": [
        "bedrock-agentcore:CreatePaymentSession",
        "bedrock-agentcore:GetPaymentSession"
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
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Spend",
      "Effect": "Allow",
      "Action": [
        "bedrock-agentcore:ProcessPayment",
        "bedrock-agentcore:GetPaymentInstrument",
        "bedrock-agentcore:GetPaymentInstrumentBalance",
        "bedrock-agentcore:GetPaymentSession"
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
        """Yield a problem if the role can do both, or if it cannot be told.

        Silent about an administrator's "*" on every resource: it says what it does.
        """
        if not subject.touches_payments or (subject.is_administrator and not subject.persona):
            return
        answer = subject.separation
        if answer.witness:
            manager = answer.witness[-1].request.resource
            yield RoleProblem(
                f"{subject.name} can open a budget (CreatePaymentSession) and spend from it "
                f"(ProcessPayment) on {quote(manager)}",
                subject.deciding(answer.witness),
                help="leave spending to a role of its own, and deny bedrock-agentcore:ProcessPayment "
                'on "*" to the one that opens sessions',
                witness=witness(answer.witness),
            )
        elif answer.verdict == UNDECIDED and not subject.actor.gaps:  # see policy-not-known
            yield RoleProblem(
                f"whether {subject.name} can both open a budget and spend from it is not known: "
                f"{answer.reasons[0]}",
                decided=False,
            )
