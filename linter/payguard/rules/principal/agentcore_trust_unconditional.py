"""Roles that AgentCore may assume on anybody's behalf."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import TRUST, Statement
from payguard.iam.principal import Principal
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import narrowed
from payguard.rules.principal.service_name import is_agentcore
from payguard.rules.principal.source_restriction import SOURCE_ARN, confines_source
from payguard.rules.rule import Example, Problem, Rule

_ARN_FORM = "arn:aws:bedrock-agentcore:REGION:ACCOUNT:payment-manager/NAME-*"


class AgentcoreTrustUnconditional(Rule):
    """A service role of AgentCore payments without the documented conditions of trust."""

    id = "agentcore-trust-unconditional"
    summary = "AgentCore may assume the role on behalf of any AWS account."
    why = (
        "The role reads wallet secrets and mints payment tokens. AgentCore calls for all its "
        "customers under one name; without aws:SourceAccount and aws:SourceArn a stranger can "
        "name your role for a payment manager of their own."
    )
    severity = Severity.SECURITY_WARNING
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    )
    access_analyzer = ("RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",)
    policy_types = frozenset({TRUST})
    when = bits.PRINCIPAL | bits.ALLOW
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock-agentcore.amazonaws.com"},
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

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem where nothing confines AgentCore, a suggestion where the ARN is left."""
        found = [p for p in statement.principals if p.type == "Service" and is_agentcore(p.text)]
        if not found:
            return
        confined = confines_source(statement)
        if confined and SOURCE_ARN in narrowed(statement):
            return
        for principal in found:
            yield _partly(principal) if confined else _openly(principal)


def _openly(principal: Principal) -> Problem:
    return Problem(
        f"{quote(principal.text)} may assume the role on behalf of any account",
        at=principal.pointer,
        help='add "StringEquals": {"aws:SourceAccount": "ACCOUNT"} and "ArnLike": '
        f'{{"aws:SourceArn": "{_ARN_FORM}"}}, the name in lower case',
    )


def _partly(principal: Principal) -> Problem:
    return Problem(
        f"{quote(principal.text)} may assume the role for everything that the account runs on "
        "AgentCore, not for one payment manager only",
        at=principal.pointer,
        help=f'add "ArnLike": {{"aws:SourceArn": "{_ARN_FORM}"}}, the name in lower case',
        severity=Severity.SUGGESTION,
    )
