"""Allow for everybody but some."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import RESOURCE, VPC_ENDPOINT, Statement
from payguard.rules import rule as bits
from payguard.rules.rule import Example, Problem, Rule


class AllowNotPrincipal(Rule):
    """NotPrincipal with Allow: the whole world, less a few."""

    id = "allow-not-principal"
    summary = "Allow with NotPrincipal grants to everybody else, strangers included."
    why = (
        "NotPrincipal stands for all principals that are not listed: those of every other AWS "
        "account, and callers without credentials."
    )
    severity = Severity.SECURITY_WARNING
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html",
    )
    access_analyzer = ("ALLOW_WITH_NOT_PRINCIPAL",)
    policy_types = frozenset({RESOURCE, VPC_ENDPOINT})
    when = bits.PRINCIPAL | bits.ALLOW
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/Contractor"},
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
    "Principal": {"AWS": "arn:aws:iam::111122223333:role/AgentCorePaymentsResourceRetrievalRole"},
    "Action": "secretsmanager:DescribeSecret",
    "Resource": "*"
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem where an Allow names its principals by exception."""
        if "NotPrincipal" in statement.value:
            yield Problem(
                '"NotPrincipal" with Allow grants to every principal that it does not name, of '
                "every account",
                at="/NotPrincipal",
                help="name those who are meant under Principal",
                on_key=True,
            )
