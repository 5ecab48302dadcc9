"""Wildcards in principals, where IAM takes none."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import RESOURCE, TRUST, VPC_ENDPOINT, Statement
from payguard.iam.principal import Principal, principals
from payguard.iam.wildcard import has_wildcard
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.rule import Example, Problem, Rule


class PrincipalPartialWildcard(Rule):
    """A pattern for users, roles, sessions, services or providers."""

    id = "principal-partial-wildcard"
    summary = "A principal cannot be a pattern: a wildcard may only stand for everyone."
    why = (
        "IAM matches a principal in full. A star in part of an ARN or a name is refused, or read "
        "as the character itself, and matches nobody."
    )
    severity = Severity.ERROR
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    )
    access_analyzer = ("UNSUPPORTED_WILDCARD_IN_PRINCIPAL",)
    policy_types = frozenset({RESOURCE, TRUST, VPC_ENDPOINT})
    when = bits.PRINCIPAL
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:role/AgentCorePayments*"},
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
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "sts:AssumeRole",
    "Condition": {
      "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/AgentCorePayments*"}
    }
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each principal with a wildcard that is not the star for everyone."""
        for element in ("Principal", "NotPrincipal"):
            for principal in principals(statement.value, element):
                if _is_pattern(principal):
                    yield Problem(
                        f"{quote(principal.text)} holds a wildcard, and a principal is matched in "
                        "full",
                        at=principal.pointer,
                        help=_mend(principal),
                    )


def _is_pattern(principal: Principal) -> bool:
    if principal.type not in ("AWS", "Service", "Federated") or "${" in principal.text:
        return False
    star = principal.type == "AWS" and principal.text == "*"
    return has_wildcard(principal.text) and not star


def _mend(principal: Principal) -> str:
    if principal.type != "AWS":
        return "name each one in full"
    return (
        "name each one in full, or trust the account and give the pattern to aws:PrincipalArn in "
        "the condition"
    )
