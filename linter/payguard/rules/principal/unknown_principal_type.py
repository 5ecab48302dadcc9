"""Types of principal that IAM does not have."""

from collections.abc import Iterator, Mapping

from payguard.finding import Severity
from payguard.iam.document import RESOURCE, TRUST, VPC_ENDPOINT, Statement
from payguard.iam.principal import PRINCIPAL_TYPES
from payguard.pointer import join
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.spelling import nearest
from payguard.rules.rule import Example, Problem, Rule


class UnknownPrincipalType(Rule):
    """A key under Principal that is no type of principal."""

    id = "unknown-principal-type"
    summary = "IAM has no type of principal with this name."
    why = (
        "AWS refuses to store a policy whose principal is of a type other than AWS, Service, "
        "Federated and CanonicalUser."
    )
    severity = Severity.ERROR
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    )
    access_analyzer = ("INVALID_PRINCIPAL_KEY",)
    policy_types = frozenset({RESOURCE, TRUST, VPC_ENDPOINT})
    when = bits.PRINCIPAL
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"Services": "bedrock-agentcore.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {
      "StringEquals": {"aws:SourceAccount": "111122223333"},
      "ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"}
    }
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
    "Principal": {"Service": "bedrock-agentcore.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {
      "StringEquals": {"aws:SourceAccount": "111122223333"},
      "ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"}
    }
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each type that is not one of the four."""
        for element in ("Principal", "NotPrincipal"):
            value = statement.value.get(element)
            if isinstance(value, Mapping):
                for kind in value:
                    if kind not in PRINCIPAL_TYPES:
                        yield Problem(
                            f"{quote(kind)} is no type of principal",
                            at=join(f"/{element}", kind),
                            help=_nearest(kind),
                            on_key=True,
                        )


def _nearest(kind: str) -> str:
    known = {name.lower(): name for name in PRINCIPAL_TYPES}
    close = nearest(kind.lower(), known, 0.6)
    if close:
        return f"did you mean {quote(known[close])}?"
    return 'name accounts, users and roles under "AWS", services under "Service"'
