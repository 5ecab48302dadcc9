"""Trust in AgentCore for something that is no payment manager."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.iam.document import TRUST, Statement
from payguard.iam.wildcard import has_wildcard, matches
from payguard.identifiers import ERROR, Arn, check_policy_arn, parse_arn
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.principal.service_name import is_agentcore
from payguard.rules.principal.source_restriction import SOURCE_ARN, source_arns
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import PAYMENTS_SERVICE

_MANAGER = "payment-manager"


class SourceArnNotPaymentManager(Rule):
    """aws:SourceArn of another family than payment managers, or of another service."""

    id = "source-arn-not-payment-manager"
    summary = "AgentCore is trusted for a source that is no payment manager."
    why = (
        "When AgentCore assumes the service role of payments, the source is the payment manager. "
        "A pattern of another family is right for the role of a Runtime or a Gateway; on a "
        'payments role it never matches, and creating the manager fails with "Role validation '
        'failed".'
    )
    severity = Severity.WARNING
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-permissions.html",
    )
    policy_types = frozenset({TRUST})
    when = bits.PRINCIPAL | bits.ALLOW | bits.CONDITION
    bad = (
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
      "ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/*"}
    }
  }
}
"""
        ),
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
      "ArnLike": {"aws:SourceArn": "arn:aws:iam::111122223333:role/AgentCorePaymentsManagementRole"}
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
      "ArnLike": {
        "aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/paymentmanager-*"
      }
    }
  }
}
"""
        ),
    )

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether the key is the source ARN."""
        return condition.key.lower() == SOURCE_ARN

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each source ARN that no payment manager has.

        Malformed ones, and names in upper case, are malformed-condition-arn's business.
        """
        if not any(p.type == "Service" and is_agentcore(p.text) for p in statement.principals):
            return
        for at, text in source_arns(statement):
            arn = parse_arn(text)
            if arn is not None and "${" not in text and not _is_broken(text):
                yield from _foreign(at, text, arn)


def _is_broken(text: str) -> bool:
    return any(problem.severity == ERROR for problem in check_policy_arn(text))


def _foreign(at: str, text: str, arn: Arn) -> Iterator[Problem]:
    family = arn.resource.partition("/")[0]
    mend = (
        f"write arn:aws:{PAYMENTS_SERVICE}:REGION:ACCOUNT:{_MANAGER}/NAME-*, the name in lower case"
    )
    if not matches(arn.service, PAYMENTS_SERVICE):
        yield Problem(
            f"AgentCore never assumes a role for {quote(text)}: its sources are of the service "
            f"{quote(PAYMENTS_SERVICE)}",
            at=at,
            help=mend,
            severity=Severity.ERROR,
        )
    elif not has_wildcard(family) and family != _MANAGER:
        yield Problem(
            f"{quote(text)} is no payment manager: the trust is right for the role of a {family}, "
            "not for the service role of payments",
            at=at,
            help=mend,
        )
