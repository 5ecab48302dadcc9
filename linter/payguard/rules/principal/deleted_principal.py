"""Principals that are gone."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import RESOURCE, TRUST, VPC_ENDPOINT, Statement
from payguard.iam.principal import principals
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.rule import Example, Problem, Rule

# How the unique IDs of users and roles start.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
_NOUNS = {"AROA": "role", "AIDA": "user"}
_LENGTHS = range(16, 129)


class DeletedPrincipal(Rule):
    """A unique ID where the ARN of a user or role should stand."""

    id = "deleted-principal"
    summary = "The principal is a unique ID, which IAM shows where a user or role was deleted."
    why = (
        "IAM stores the ID of a principal and shows its ARN while the principal exists. The ID "
        "itself shows up once it is gone: it matches nobody, not even a new role of that name."
    )
    severity = Severity.WARNING
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids",
    )
    access_analyzer = ("INVALID_ROLE_REFERENCE", "INVALID_USER_REFERENCE")
    policy_types = frozenset({RESOURCE, TRUST, VPC_ENDPOINT})
    when = bits.PRINCIPAL
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"AWS": "AROADBQP57FF2AEXAMPLE"},
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
        """Yield a problem for each unique ID of a user or role among the AWS principals."""
        for element in ("Principal", "NotPrincipal"):
            for principal in principals(statement.value, element):
                noun = _noun(principal.text) if principal.type == "AWS" else ""
                if noun:
                    yield Problem(
                        f"{quote(principal.text)} is the unique ID of a {noun}, as IAM shows it "
                        f"once the {noun} is deleted",
                        at=principal.pointer,
                        help=f"write the ARN of the {noun} that is meant, or remove it",
                    )


def _noun(text: str) -> str:
    known = len(text) in _LENGTHS and text.isascii() and text.isalnum()
    return _NOUNS.get(text[:4], "") if known else ""
