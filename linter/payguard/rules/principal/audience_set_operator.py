"""Set operators on the audience of a token."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, parse_operator
from payguard.iam.document import TRUST, Statement
from payguard.iam.memory import remembered
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import chosen
from payguard.rules.rule import Example, Problem, Rule


class AudienceSetOperator(Rule):
    """ForAllValues or ForAnyValue on a provider's aud claim."""

    id = "audience-set-operator"
    summary = "A set operator stands on the audience of a token."
    why = (
        "A token is made for one audience with most providers. ForAllValues also holds for a "
        "token that names none, and ForAnyValue for one that was made for somebody else as well."
    )
    severity = Severity.SECURITY_WARNING
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
    )
    access_analyzer = ("FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE", "CONFIRM_AUDIENCE_CLAIM_TYPE")
    policy_types = frozenset({TRUST})
    when = bits.PRINCIPAL | bits.ALLOW | bits.CONDITION
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/login.example.com"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {
      "ForAllValues:StringEquals": {"login.example.com:aud": "payments-console"},
      "StringEquals": {"login.example.com:sub": "operator"}
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
    "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/login.example.com"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {
      "StringEquals": {
        "login.example.com:aud": "payments-console",
        "login.example.com:sub": "operator"
      }
    }
  }
}
"""
        ),
    )

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether a set operator stands on an audience."""
        return _on_audience(condition.operator, condition.key)

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each set operator on a claim that names the audience."""
        for condition in chosen(statement, _on_audience):
            yield _problem(condition)


@remembered
def _on_audience(operator: str, key: str) -> bool:
    parsed = parse_operator(operator)
    prefix, _, claim = key.lower().rpartition(":")
    if parsed is None or not parsed.quantifier or parsed.kind == "Null":
        return False
    return claim == "aud" and ("." in prefix or prefix == "saml")


def _problem(condition: Condition) -> Problem:
    operator = parse_operator(condition.operator)
    every = operator is not None and operator.quantifier == "ForAllValues"
    accepted = "without an audience" if every else "made for other audiences too"
    plain = condition.operator.partition(":")[2]
    return Problem(
        f"{quote(condition.operator)} also accepts a token {accepted}",
        at=condition.pointer,
        help=f"write {quote(plain)}, unless the provider puts several audiences into a token",
        on_key=True,
    )
