"""Resources that a service may use on anybody's behalf."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import RESOURCE, Statement
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import narrowed
from payguard.rules.principal.source_restriction import confines_source
from payguard.rules.rule import Example, Problem, Rule

# Keys by which the documentation of some services confines their own calls instead.
_OWN_WAYS = (
    "kms:encryptioncontext:",
    "kms:viaservice",
    "kms:calleraccount",
    "aws:sourceowner",
    "lambda:eventsourcetoken",
)


class ServicePrincipalUnrestricted(Rule):
    """A service allowed to use a resource for whomever it works."""

    id = "service-principal-unrestricted"
    summary = "The service may use the resource on behalf of any AWS account."
    why = (
        "A service calls for all its customers under one name. Without a condition on the source "
        "a stranger can make it use your resource: the confused deputy problem."
    )
    severity = Severity.SECURITY_WARNING
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceaccount",
    )
    access_analyzer = (
        "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
        "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    )
    policy_types = frozenset({RESOURCE})
    when = bits.PRINCIPAL | bits.ALLOW
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"Service": "delivery.logs.amazonaws.com"},
    "Action": "kms:GenerateDataKey",
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
    "Principal": {"Service": "delivery.logs.amazonaws.com"},
    "Action": "kms:GenerateDataKey",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each service principal whose source nothing confines.

        Other conditions may confine it in a way of their own: then it is a suggestion.
        """
        services = [p for p in statement.principals if p.type == "Service"]
        if not services or confines_source(statement):
            return
        found = narrowed(statement)
        if any(key.startswith(_OWN_WAYS) for key in found):
            return
        for principal in services:
            yield Problem(
                f"{quote(principal.text)} may do this on behalf of any account that uses the "
                "service",
                at=principal.pointer,
                help='add "StringEquals": {"aws:SourceAccount": "ACCOUNT"}, and aws:SourceArn '
                "where the resource is known",
                severity=Severity.SUGGESTION if found else None,
            )
