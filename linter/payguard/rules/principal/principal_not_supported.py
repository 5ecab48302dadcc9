"""Principals in policies that speak of the identity they are attached to."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import SCP, WITHOUT_PRINCIPAL, Statement
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.rule import Example, Problem, Rule

_ELEMENTS = ("Principal", "NotPrincipal")


class PrincipalNotSupported(Rule):
    """Principal or NotPrincipal in an identity policy, a boundary, a session policy or an SCP."""

    id = "principal-not-supported"
    summary = "This type of policy does not take a principal."
    why = (
        "Such a policy speaks of the identity that it is attached to. AWS refuses to store one "
        "that names a principal."
    )
    severity = Severity.ERROR
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html",
    )
    access_analyzer = ("UNSUPPORTED_PRINCIPAL", "SCP_SYNTAX_ERROR_PRINCIPAL")
    policy_types = WITHOUT_PRINCIPAL
    when = bits.PRINCIPAL
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:role/AgentCorePaymentsManagementRole"},
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
""",
            policy_type="identity",
        ),
    )
    good = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
""",
            policy_type="identity",
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each element that names principals."""
        for element in _ELEMENTS:
            if element in statement.value:
                yield Problem(
                    f"{quote(element)} stands in a policy of type {statement.policy_type}, which "
                    "takes none",
                    at=f"/{element}",
                    help=_mend(statement.policy_type),
                    on_key=True,
                )


def _mend(policy_type: str) -> str:
    if policy_type == SCP:
        return "remove it, and ask for aws:PrincipalArn in the condition"
    return "remove it, and attach the policy to the identity that is meant"
