"""NotPrincipal in trust policies."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import TRUST, Statement
from payguard.rules import rule as bits
from payguard.rules.rule import Example, Problem, Rule


class TrustNotPrincipal(Rule):
    """A trust policy that says whom it does not mean."""

    id = "trust-not-principal"
    summary = "A trust policy does not take NotPrincipal."
    why = "IAM refuses to store a trust policy that names its principals by exception."
    severity = Severity.ERROR
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
    )
    access_analyzer = ("ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",)
    policy_types = frozenset({TRUST})
    when = bits.PRINCIPAL
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/PaymentsOperator"},
    "Action": "sts:AssumeRole"
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
        """Yield a problem where the element stands in a trust policy."""
        if "NotPrincipal" in statement.value:
            yield Problem(
                '"NotPrincipal" stands in a trust policy, which takes only Principal',
                at="/NotPrincipal",
                help="name those who may assume the role under Principal",
                on_key=True,
            )
