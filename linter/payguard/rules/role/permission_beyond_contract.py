"""Roles that can do more than their persona."""

from collections.abc import Iterator

from payguard.authorization.contract import BEYOND, FORBIDDEN, Check
from payguard.authorization.reach import short
from payguard.finding import Severity
from payguard.rules.role.naming import listed, secret_actions
from payguard.rules.rule import Example, RoleProblem, Rule
from payguard.rules.subject import Subject, witness


class PermissionBeyondContract(Rule):
    """A role that may do what its persona's contract forbids, or does not know."""

    id = "permission-beyond-contract"
    summary = "The role can do something that its persona must not, or need not, do."
    why = (
        "Each persona is one duty. With an action of another one the role is that persona as well, and "
        "whoever holds it has both duties. An action that no contract names is at least not needed."
    )
    severity = Severity.SECURITY_WARNING
    category = "role"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-security-best-practices.html",
    )
    bad = (
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
        "bedrock-agentcore:GetPaymentSession",
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
            persona="process-payment",
        ),
    )
    good = (
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
""",
            persona="process-payment",
        ),
    )

    def check_role(self, subject: Subject) -> Iterator[RoleProblem]:
        """Yield a problem for each statement that allows such actions, the forbidden ones apart."""
        for kind, severity in ((FORBIDDEN, self.severity), (BEYOND, Severity.WARNING)):
            broken = [check for check in subject.broken(kind) if check.answer.witness]
            groups: dict[object, list[Check]] = {}
            for check in broken:
                if check.action not in secret_actions():
                    place = subject.deciding(check.answer.witness)
                    groups.setdefault(place, []).append(check)
            for checks in groups.values():
                yield self._problem(subject, checks, subject.severity(severity))
        yield from self._undecided(subject)

    def _undecided(self, subject: Subject) -> Iterator[RoleProblem]:
        """Yield what could not be told of forbidden actions; whole policies see policy-not-known."""
        open_ = subject.undecided(FORBIDDEN)
        if open_:
            names = listed([short(check.action) for check in open_])
            yield RoleProblem(
                f"whether {subject.name}, {subject.meant}, can {names}, which it must not, is not "
                f"known: {open_[0].answer.reasons[0]}",
                decided=False,
            )

    def _problem(self, subject: Subject, checks: list[Check], severity: Severity) -> RoleProblem:
        names = listed([short(check.action) for check in checks])
        first = checks[0]
        verb = "must not" if first.kind == FORBIDDEN else "need not"
        reason = f": {first.why}" if first.why else ""
        return RoleProblem(
            f"{subject.name}, {subject.meant}, can {names}, which it {verb}{reason.rstrip('.')}",
            subject.deciding(first.answer.witness),
            help="leave it to the role whose duty it is",
            severity=severity,
            witness=witness(first.answer.witness),
        )
