"""Resources in trust policies."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import TRUST, Statement
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.rule import Example, Problem, Rule


class TrustWithResource(Rule):
    """A trust policy that names the role it is attached to."""

    id = "trust-with-resource"
    summary = "A trust policy does not take a resource: it concerns the role that carries it."
    why = "IAM refuses to store a trust policy with a Resource or NotResource element."
    severity = Severity.ERROR
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user.html",
    )
    access_analyzer = ("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",)
    policy_types = frozenset({TRUST})
    when = bits.IRREGULAR
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:role/PaymentsOperator"},
    "Action": "sts:AssumeRole",
    "Resource": "arn:aws:iam::111122223333:role/AgentCorePaymentsManagementRole"
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
    "Principal": {"AWS": "arn:aws:iam::111122223333:role/PaymentsOperator"},
    "Action": "sts:AssumeRole"
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each resource element."""
        for element in ("Resource", "NotResource"):
            if element in statement.value:
                yield Problem(
                    f"{quote(element)} stands in a trust policy, which takes none",
                    at=f"/{element}",
                    help=f"remove {quote(element)}: the policy concerns the role that carries it",
                    on_key=True,
                )
