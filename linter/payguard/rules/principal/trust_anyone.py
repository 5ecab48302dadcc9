"""Roles that anyone may assume."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.iam.document import TRUST, Statement
from payguard.identifiers import parse_arn
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import narrowed
from payguard.rules.condition.value import texts
from payguard.rules.rule import Example, Problem, Rule

# Keys that say whose caller it is, or from which network. An external ID is no secret, and tags
# of principals are the choice of whoever owns the account.
_KEEPERS = frozenset(
    {
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalaccount",
        "aws:principalservicename",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceip",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpceorgid",
        "aws:vpceaccount",
        "aws:userid",
    }
)
_ARN_KEEPERS = ("aws:principalarn", "aws:sourcearn")


class TrustAnyone(Rule):
    """A star as principal of a trust policy, with no condition on who calls."""

    id = "trust-anyone"
    summary = "Any principal of any AWS account may assume the role."
    why = (
        "A star as principal stands for everybody. Without a condition on the account, the "
        "organization or the network, a stranger can assume the role and spend."
    )
    severity = Severity.SECURITY_WARNING
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
    )
    access_analyzer = ("ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL",)
    policy_types = frozenset({TRUST})
    when = bits.PRINCIPAL | bits.ALLOW
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"AWS": "*"},
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
    "Action": "sts:AssumeRole"
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each star that no condition confines."""
        for principal in statement.principals:
            if principal.text == "*" and principal.type in ("*", "AWS"):
                if _is_confined(statement):
                    return
                yield Problem(
                    f"{quote('*')} lets any principal of any AWS account assume the role",
                    at=principal.pointer,
                    help="name the accounts or roles that may assume it",
                )


def _is_confined(statement: Statement) -> bool:
    found = narrowed(statement)
    if any(key in _KEEPERS or "." in key.partition(":")[0] for key in found):
        return True
    return any(_names_account(entry) for key in _ARN_KEEPERS for entry in found.get(key, ()))


def _names_account(condition: Condition) -> bool:
    arns = [parse_arn(text) for _, text in texts(condition)]
    return bool(arns) and all(arn is None or arn.account.strip("*?") for arn in arns)
