"""Conditions of an Allow that a request passes by leaving the key out."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, Operator, parse_operator
from payguard.iam.document import Statement
from payguard.iam.memory import remembered
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import chosen, demands_presence, operator_demands_presence
from payguard.rules.rule import Example, Problem, Rule

# Keys that stand for who calls, from where and for whom. Those of one line speak of the same
# thing: where one of them must be there, the others may be absent.
_GUARDS = (
    ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"),
    ("aws:principalorgid", "aws:principalorgpaths"),
    ("aws:sourcevpc", "aws:sourcevpce", "aws:sourceip", "aws:vpceorgid", "aws:vpceaccount"),
    ("aws:multifactorauthpresent", "aws:multifactorauthage"),
    ("iam:passedtoservice",),
    ("iam:permissionsboundary",),
    ("sts:externalid",),
)
_GROUP = {key: group for group in _GUARDS for key in group}
# The subject and the audience of an identity provider's token.
_CLAIMS = (":sub", ":aud")


class ConditionHoldsWithoutKey(Rule):
    """A guard of an Allow that holds where the key is absent."""

    id = "condition-holds-without-key"
    summary = "This condition of an Allow also holds for a request without the key."
    why = (
        "A negated operator and one with IfExists hold where the key is absent. The restriction "
        "applies only to callers who carry the key, and the others are let through."
    )
    severity = Severity.SECURITY_WARNING
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists",
    )
    when = bits.CONDITION | bits.ALLOW
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "iam:PassRole",
    "Resource": "arn:aws:iam::111122223333:role/AgentCorePaymentsResourceRetrievalRole",
    "Condition": {"StringEqualsIfExists": {"iam:PassedToService": "bedrock-agentcore.amazonaws.com"}}
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
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}
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
    "Action": "iam:PassRole",
    "Resource": "arn:aws:iam::111122223333:role/AgentCorePaymentsResourceRetrievalRole",
    "Condition": {"StringEquals": {"iam:PassedToService": "bedrock-agentcore.amazonaws.com"}}
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
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
  }
}
"""
        ),
    )

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether the condition is a guard that holds without its key."""
        return _open_guard(condition.operator, condition.key)

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each guard that holds without its key, unless another demands it."""
        for condition in chosen(statement, _open_guard):
            operator = parse_operator(condition.operator)
            if operator is not None and not _demanded(statement, condition.key.lower()):
                yield _problem(condition, operator)


@remembered
def _open_guard(operator: str, key: str) -> bool:
    lower = key.lower()
    if lower not in _GROUP and not _is_claim(lower):
        return False
    parsed = parse_operator(operator)
    if parsed is None or parsed.kind == "Null" or parsed.quantifier == "ForAllValues":
        return False
    # An address is absent behind a VPC endpoint: AWS pairs it with IfExists on purpose.
    return lower != "aws:sourceip" and not operator_demands_presence(parsed)


def _is_claim(key: str) -> bool:
    return key.endswith(_CLAIMS) and ("." in key.partition(":")[0] or key.startswith("saml:"))


def _demanded(statement: Statement, key: str) -> bool:
    group = _GROUP.get(key, (key,))
    related = chosen(statement, lambda _operator, other: other.lower() in group)
    if any(entry.key.lower() == "aws:sourceip" for entry in related):
        return True
    related = chosen(statement, lambda _operator, other: other.lower() in group)
    return any(map(demands_presence, related))


def _problem(condition: Condition, operator: Operator) -> Problem:
    if operator.if_exists:
        plain = condition.operator[: -len("IfExists")]
        mend = f"write {quote(plain)}"
    else:
        mend = (
            f'add "Null": {{{quote(condition.key)}: "false"}}, or name the values that are allowed'
        )
    return Problem(
        f"{quote(condition.operator)} also holds for a request without {quote(condition.key)}, "
        "which is allowed then",
        at=condition.pointer,
        help=mend,
        on_key=True,
    )
