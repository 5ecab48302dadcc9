"""A source account and a source ARN that belong to different accounts."""

from collections.abc import Iterator
from itertools import islice

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.iam.document import RESOURCE, TRUST, Statement
from payguard.iam.wildcard import overlaps
from payguard.identifiers import parse_arn
from payguard.identifiers.arn_field import is_account
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.principal.source_restriction import SOURCE_ACCOUNT, source_accounts, source_arns
from payguard.rules.rule import Example, Problem, Rule

_MOST = 64  # each is compared with each
_LONGEST = 64  # far beyond an account ID: what is longer is not compared


class SourceAccountMismatch(Rule):
    """aws:SourceAccount and aws:SourceArn that no one resource fulfils."""

    id = "source-account-mismatch"
    summary = "The source ARN is not of the source account, so the condition never holds."
    why = (
        "Both keys describe the same resource. If its ARN names one account and the condition asks "
        "for another, no request fulfils both, and the service cannot use the role."
    )
    severity = Severity.ERROR
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
    )
    policy_types = frozenset({TRUST, RESOURCE})
    when = bits.PRINCIPAL | bits.CONDITION
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
      "ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:444455556666:payment-manager/*"}
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

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether the key is the source account."""
        return condition.key.lower() == SOURCE_ACCOUNT

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each source ARN whose account the other condition refuses."""
        accounts = set(source_accounts(statement)[:_MOST])
        # A variable, or an account that is none: nothing can be said, or another rule has.
        if not accounts or not all(_is_comparable(account) for account in accounts):
            return
        for at, text in islice(source_arns(statement), _MOST):
            arn = parse_arn(text)
            if arn is None or not _is_comparable(arn.account):
                continue
            if not _is_among(arn.account, accounts):
                yield Problem(
                    f"the ARN is of account {quote(arn.account)}, and aws:SourceAccount asks for "
                    f"{quote(min(accounts))}",
                    at=at,
                    help="write the same account in both",
                )


def _is_comparable(account: str) -> bool:
    digits = account.replace("*", "").replace("?", "")
    return len(account) <= _LONGEST and (
        is_account(account) or (digits != account and "${" not in digits)
    )


def _is_among(account: str, accounts: set[str]) -> bool:
    if account in accounts:
        return True
    return any(
        overlaps(account, other)
        for other in accounts
        if "*" in account + other or "?" in account + other
    )
