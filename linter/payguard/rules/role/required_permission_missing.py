"""Roles that lack what their persona needs."""

from collections.abc import Iterator

from payguard.authorization.contract import MISSING, Check
from payguard.authorization.reach import short
from payguard.finding import Severity
from payguard.quotation import quote
from payguard.rules.role.naming import listed
from payguard.rules.rule import Example, RoleProblem, Rule
from payguard.rules.subject import Subject, witness


class RequiredPermissionMissing(Rule):
    """A role that its contract wants to do something, and that never may."""

    id = "required-permission-missing"
    summary = "A permission that the persona needs is missing: the call ends in AccessDenied."
    why = (
        "A persona's contract lists the calls that it cannot work without, after AWS's documentation. Where "
        "no request for one of them can be allowed, whatever its context, its user gets AccessDenied."
    )
    severity = Severity.ERROR
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
""",
            persona="management",
            managers=(
                "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5",
            ),
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
            managers=(
                "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5",
            ),
        ),
    )

    def check_role(self, subject: Subject) -> Iterator[RoleProblem]:
        """Yield one problem with all the actions that are missing, and one with all that may be."""
        broken = [check for check in subject.broken(MISSING) if check.answer.witness]
        if broken:
            yield self._missing(subject, broken)
        open_ = subject.needs_undecided
        if open_:
            names = listed(list(dict.fromkeys(short(check.action) for check in open_)))
            yield RoleProblem(
                f"whether {subject.name}, {subject.meant}, may ever call {names}, which it has to, "
                f"is not known: {open_[0].answer.reasons[0]}",
                decided=False,
            )

    def _missing(self, subject: Subject, broken: list[Check]) -> RoleProblem:
        names = list(dict.fromkeys(short(check.action) for check in broken))
        steps = broken[0].answer.witness
        where = f" on {quote(steps[0].request.resource)}" if subject.managers else ""
        return RoleProblem(
            f"{subject.name}, {subject.meant}, may never call {listed(names)}{where}: the call ends "
            "in AccessDenied",
            help=f"allow it; `payguard render {subject.persona}` prints the documented policy",
            severity=subject.severity(self.severity),
            witness=witness(steps),
        )
