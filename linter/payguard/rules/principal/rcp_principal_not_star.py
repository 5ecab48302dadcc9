"""Principals of resource control policies."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import RCP, Statement
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.rule import Example, Problem, Rule


class RcpPrincipalNotStar(Rule):
    """A resource control policy for certain principals."""

    id = "rcp-principal-not-star"
    summary = "A resource control policy takes no principal but the star."
    why = (
        "Organizations refuses a resource control policy whose principal is anything else; whom "
        "it concerns is said in the condition."
    )
    severity = Severity.ERROR
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html",
    )
    access_analyzer = ("RCP_SYNTAX_ERROR_PRINCIPAL",)
    policy_types = frozenset({RCP})
    when = bits.PRINCIPAL
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "secretsmanager:GetSecretValue",
    "Resource": "*"
  }
}
""",
            policy_type="rcp",
        ),
    )
    good = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "secretsmanager:GetSecretValue",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}
  }
}
""",
            policy_type="rcp",
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for NotPrincipal, and for each principal but the star."""
        if "NotPrincipal" in statement.value:
            yield Problem(
                "a resource control policy does not take NotPrincipal",
                at="/NotPrincipal",
                help='write "Principal": "*", and name the exceptions in the condition',
                on_key=True,
            )
        for principal in statement.principals:
            if principal.text != "*":
                yield Problem(
                    f"{quote(principal.text)} is named in a resource control policy, which takes "
                    'no principal but "*"',
                    at=principal.pointer,
                    help='write "Principal": "*", and ask for aws:PrincipalArn or '
                    "aws:PrincipalAccount in the condition",
                )
