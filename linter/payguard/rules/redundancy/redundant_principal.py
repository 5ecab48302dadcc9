"""Principals of a trust policy that another one of the same statement includes.

A role principal stands for all of its sessions, so a session named beside its role adds
nothing; an account may be written as its number or as the ARN of its root, which is the same.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import TRUST, Statement
from payguard.iam.principal import Principal
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.rule import Example, Problem, Rule


class RedundantPrincipal(Rule):
    """A principal that stands twice, or a role session beside its role."""

    id = "redundant-principal"
    summary = "A trust policy names a principal twice, or a role's session beside the role."
    why = (
        "Removing one of the two changes nothing: a session that was meant to lose its trust "
        "still has it through its role."
    )
    severity = Severity.SUGGESTION
    category = "redundancy"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    )
    access_analyzer = ("REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY",)
    policy_types = frozenset({TRUST})
    when = bits.PRINCIPAL
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {
      "AWS": [
        "arn:aws:iam::111122223333:role/agent-runtime",
        "arn:aws:sts::111122223333:assumed-role/agent-runtime/checkout"
      ]
    },
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
    "Principal": {
      "AWS": "arn:aws:iam::111122223333:role/agent-runtime"
    },
    "Action": "sts:AssumeRole"
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem at each principal that an other one of the statement includes."""
        principals = statement.principals
        if len(principals) < 2:
            return
        roles = {_role(principal.text): principal.text for principal in principals}
        first: dict[tuple[str, str], Principal] = {}
        for principal in principals:
            same = (principal.type, _account(principal.text))
            earlier = first.setdefault(same, principal)
            if earlier is not principal:
                yield _repeated(principal, earlier)
            elif (role := _role_of_session(principal.text)) is not None and role in roles:
                yield Problem(
                    f"{quote(principal.text)} is redundant: {quote(roles[role])} stands for all "
                    "of its sessions",
                    principal.pointer,
                    help="remove it, or remove the role if only this session is trusted",
                )


def _repeated(principal: Principal, earlier: Principal) -> Problem:
    if principal.text == earlier.text:
        message = f"{quote(principal.text)} stands twice among the principals"
    else:
        message = f"{quote(principal.text)} and {quote(earlier.text)} are the same principal"
    return Problem(message, principal.pointer, help="remove one of the two")


def _account(text: str) -> str:
    """Return the account number where ``text`` is the ARN of an account's root, else ``text``."""
    parts = text.split(":", 5)
    is_root = len(parts) == 6 and parts[2] == "iam" and parts[5] == "root"
    return parts[4] if is_root else text


def _role(text: str) -> tuple[str, str] | None:
    """Return account and name of a role ARN, its path left out; None where it is none."""
    parts = text.split(":", 5)
    if len(parts) < 6 or not parts[5].startswith("role/"):
        return None
    return parts[4], parts[5].rpartition("/")[2]


def _role_of_session(text: str) -> tuple[str, str] | None:
    """Return account and name of the role that a session ARN belongs to."""
    parts = text.split(":", 5)
    if len(parts) < 6 or not parts[5].startswith("assumed-role/"):
        return None
    return parts[4], parts[5].split("/")[1]
