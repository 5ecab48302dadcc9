"""Roles that become another role, and so have the powers of both."""

from collections.abc import Iterator, Sequence

from payguard.authorization.answer import Step
from payguard.finding import Severity
from payguard.rules.rule import Example, RoleProblem, Rule
from payguard.rules.subject import Subject, witness


class SeparationByAnotherRole(Rule):
    """A role that opens budgets and can become one that spends, or the other way round."""

    id = "separation-by-another-role"
    summary = "A role can become, or rewrite, others and so both open a budget and spend from it."
    why = (
        "Two roles separate nothing if one of them can turn into the other: by assuming it, by passing it to "
        "a service that runs its code, by running commands where it is in use, or by writing its policies. "
        "The requests that are shown lead there one after the other."
    )
    severity = Severity.SECURITY_WARNING
    category = "role"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    )
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
      "Sid": "EditsRoles",
      "Effect": "Allow",
      "Action": "iam:PutRolePolicy",
      "Resource": "*"
    }
  ]
}
""",
            arn="arn:aws:iam::999988887777:role/budget-agent",
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
        """Yield a problem if the role, or what it becomes, can do both and it alone could not."""
        if subject.is_administrator or (subject.touches_payments and subject.separation.witness):
            return
        steps = (
            subject.joint_separation.witness
            if subject.touches_payments
            else subject.assumed_separation
        )
        if steps:
            yield RoleProblem(
                f"{subject.name} {_way(subject, steps)}, and so can both open a budget and spend "
                "from it",
                subject.deciding(steps[:1]),
                help="take that permission away, or confine it to roles that have nothing to do with payments",
                witness=witness(steps),
            )


def _way(subject: Subject, steps: Sequence[Step]) -> str:
    """Say what the role becomes: another one, or two where it does neither by itself."""
    notes = [step.note for step in steps if step.note] or ["becomes another role"]
    return notes[0] if subject.touches_payments else " and ".join(dict.fromkeys(notes))
