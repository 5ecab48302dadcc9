"""Service principals that no service has."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import RESOURCE, TRUST, VPC_ENDPOINT, Statement
from payguard.iam.principal import principals
from payguard.iam.wildcard import has_wildcard
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.principal.service_name import service_defect
from payguard.rules.rule import Example, Problem, Rule


class MalformedServicePrincipal(Rule):
    """A text under Service that is no name of a service principal."""

    id = "malformed-service-principal"
    summary = "No AWS service calls under this name."
    why = (
        "IAM refuses a trust policy that names a service which does not exist. In a resource "
        "policy the name may be stored, and no call ever matches it."
    )
    severity = Severity.ERROR
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
    )
    access_analyzer = ("INVALID_SERVICE_PRINCIPAL_FORMAT",)
    policy_types = frozenset({RESOURCE, TRUST, VPC_ENDPOINT})
    when = bits.PRINCIPAL
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"Service": ["bedrock-agentcore-control.amazonaws.com", "bedrock-agentcore"]},
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
        """Yield a problem for each service principal that cannot be one."""
        for element in ("Principal", "NotPrincipal"):
            for principal in principals(statement.value, element):
                if principal.type != "Service" or has_wildcard(principal.text):
                    continue
                defect = service_defect(principal.text)
                if defect is not None:
                    yield Problem(
                        f"{quote(principal.text)} is no service principal: {defect.reason}",
                        at=principal.pointer,
                        help=defect.mend,
                    )
