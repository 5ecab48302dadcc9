"""Wallet tokens and secrets in the reach of people and agents."""

from collections.abc import Iterator

from payguard.authorization.answer import Step
from payguard.authorization.reach import short
from payguard.finding import Severity
from payguard.rules.role.naming import SERVICE_PERSONA, listed
from payguard.rules.rule import Example, RoleProblem, Rule
from payguard.rules.subject import Subject, witness


class TokenOutsideServiceRole(Rule):
    """A role other than the service role that gets payment tokens or reads wallet secrets."""

    id = "token-outside-service-role"
    summary = "A role that is not the service role can get payment tokens or read wallet secrets."
    why = (
        "The token, or the secret behind a credential provider, signs wallet operations without AgentCore: "
        "past every session, every limit and every log of payments. AWS gives both to the service role alone, "
        "which nobody but AgentCore payments assumes."
    )
    severity = Severity.SECURITY_WARNING
    category = "role"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-prerequisites.html",
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
      "Resource": [
        "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5",
        "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5/*"
      ]
    },
    {
      "Sid": "ReadKey",
      "Effect": "Allow",
      "Action": "secretsmanager:GetSecretValue",
      "Resource": "arn:aws:secretsmanager:us-east-1:999988887777:secret:bedrock-agentcore-identity!default/payment/wallet-AbCdEf"
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
        """Yield a problem for each statement that allows it."""
        if subject.alone or subject.is_administrator or subject.persona == SERVICE_PERSONA:
            return  # a policy by itself may be the service role's
        groups: dict[object, list[tuple[str, tuple[Step, ...]]]] = {}
        for action, steps in subject.secrets:
            groups.setdefault(subject.deciding(steps), []).append((action, steps))
        for found in groups.values():
            names = listed([short(action) for action, _ in found])
            yield RoleProblem(
                f"{subject.name} can {names}, which opens wallets past every session limit, and is "
                "not the service role",
                subject.deciding(found[0][1]),
                help="leave it to the role that AgentCore payments assumes",
                witness=witness(found[0][1]),
            )
