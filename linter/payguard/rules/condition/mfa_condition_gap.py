"""Conditions on multi-factor authentication that let callers without it through."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, parse_operator
from payguard.iam.document import Statement
from payguard.iam.memory import remembered
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import chosen
from payguard.rules.condition.value import is_false
from payguard.rules.rule import Example, Problem, Rule

_PRESENT = "aws:multifactorauthpresent"
_AGE = "aws:multifactorauthage"


class MfaConditionGap(Rule):
    """A Deny without MFA that access keys slip through, or an Allow for those without MFA."""

    id = "mfa-condition-gap"
    summary = "The condition on multi-factor authentication misses callers who have none."
    why = (
        "Requests signed with long-term access keys do not carry the key at all. A Deny for "
        '"false" does not hold for them, so they need no second factor.'
    )
    severity = Severity.SECURITY_WARNING
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent",
    )
    when = bits.CONDITION
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "*",
    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
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
    "Effect": "Deny",
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "*",
    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
  }
}
"""
        ),
    )

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether the condition is about MFA."""
        return _about_mfa(condition.operator, condition.key)

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each MFA condition that is open to callers without MFA."""
        for condition in chosen(statement, _about_mfa):
            operator = parse_operator(condition.operator)
            if operator is None:
                continue
            without = operator.kind == "Bool" and any(map(is_false, condition.values))
            if (
                statement.effect == "Deny"
                and not operator.if_exists
                and (without or _old(condition))
            ):
                yield _slips(condition)
            elif statement.effect == "Allow" and without and len(condition.values) == 1:
                yield Problem(
                    f"{quote(condition.key)} is asked to be false: the statement grants to callers "
                    "without multi-factor authentication",
                    at=condition.value_pointer(0),
                    help='write "true"',
                )


@remembered
def _about_mfa(operator: str, key: str) -> bool:
    parsed = parse_operator(operator)
    if parsed is None:
        return False
    return (parsed.kind, key.lower()) in (("Bool", _PRESENT), ("Numeric", _AGE))


def _old(condition: Condition) -> bool:
    operator = parse_operator(condition.operator)
    return operator is not None and operator.base.startswith("NumericGreaterThan")


def _slips(condition: Condition) -> Problem:
    return Problem(
        f"requests signed with access keys do not carry {quote(condition.key)}, so this Deny does "
        "not hold for them",
        at=condition.pointer,
        help=f"write {quote(condition.operator + 'IfExists')}",
        on_key=True,
    )
