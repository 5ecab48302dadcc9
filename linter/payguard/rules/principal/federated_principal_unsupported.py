"""Identity providers in policies of resources."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import RESOURCE, VPC_ENDPOINT, Statement
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.rule import Example, Problem, Rule


class FederatedPrincipalUnsupported(Rule):
    """A Federated principal outside a trust policy."""

    id = "federated-principal-unsupported"
    summary = "Only the trust policy of a role takes an identity provider as principal."
    why = (
        "Users of an identity provider reach a resource only through a role that they assume. A "
        "policy of the resource that names the provider is refused."
    )
    severity = Severity.ERROR
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-federated-web-identity",
    )
    access_analyzer = ("FEDERATED_PRINCIPAL_NOT_SUPPORTED",)
    policy_types = frozenset({RESOURCE, VPC_ENDPOINT})
    when = bits.PRINCIPAL
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/Workforce"},
    "Action": "secretsmanager:DescribeSecret",
    "Resource": "*"
  }
}
"""
        ),
    )
    good = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:role/Workforce"},
    "Action": "secretsmanager:DescribeSecret",
    "Resource": "*"
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each principal of the type Federated."""
        for principal in statement.principals:
            if principal.type == "Federated":
                yield Problem(
                    f"{quote(principal.text)} is an identity provider, and only a trust policy "
                    "takes one",
                    at=principal.pointer,
                    help='name the role that its users assume, under "AWS"',
                )
