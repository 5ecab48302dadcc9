"""Roles that reach other payment managers than their own."""

from collections.abc import Iterator

from payguard.authorization.contract import OUTSIDE
from payguard.authorization.reach import short
from payguard.finding import Severity
from payguard.quotation import quote
from payguard.rules.role.naming import listed
from payguard.rules.rule import Example, RoleProblem, Rule
from payguard.rules.subject import Subject, witness


class AccessOutsideManagers(Rule):
    """A role that may act on a payment manager that is not declared as its own."""

    id = "access-outside-managers"
    summary = "The role reaches a payment manager that is not among its own."
    why = (
        "The configuration, or the command line, says which payment managers are the role's own. A pattern "
        "that is one character too short, or a list without the service's suffix, reaches the others of the "
        "account, and those that will be created."
    )
    severity = Severity.SECURITY_WARNING
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
      "Sid": "Spend",
      "Effect": "Allow",
      "Action": [
        "bedrock-agentcore:ProcessPayment",
        "bedrock-agentcore:GetPaymentInstrument",
        "bedrock-agentcore:GetPaymentInstrumentBalance",
        "bedrock-agentcore:GetPaymentSession"
      ],
      "Resource": "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2*"
    }
  ]
}
""",
            persona="process-payment",
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
            managers=(
                "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5",
            ),
        ),
    )

    def check_role(self, subject: Subject) -> Iterator[RoleProblem]:
        """Yield a problem with a request on a payment manager that is not the role's own."""
        for check in subject.outside_undecided:
            yield RoleProblem(
                f"whether {subject.name} reaches a payment manager that is not its own is not "
                f"known: {check.answer.reasons[0]}",
                decided=False,
            )
        for check in subject.broken(OUTSIDE):
            if not check.answer.witness:
                continue
            request = check.answer.witness[-1].request
            yield RoleProblem(
                f"{subject.name} reaches a payment manager that is not its own: "
                f"{short(request.action)} on {quote(request.resource)}",
                subject.deciding(check.answer.witness),
                help=f"name {listed(list(subject.managers), quoted=True)} and what is below it, "
                "without a wildcard in the ID",
                witness=witness(check.answer.witness),
            )
