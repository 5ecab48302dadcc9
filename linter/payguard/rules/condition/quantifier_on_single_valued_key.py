"""Set operators on keys that have one value."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, Operator, parse_operator
from payguard.iam.context_key import context_key
from payguard.iam.document import Statement
from payguard.iam.memory import remembered
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import chosen
from payguard.rules.rule import Example, Problem, Rule

_CLAIMS = (":aud", ":amr")


class QuantifierOnSingleValuedKey(Rule):
    """ForAllValues or ForAnyValue on a key of which a request carries one value at most."""

    id = "quantifier-on-single-valued-key"
    summary = "A set operator stands on a key that has one value at most."
    why = (
        "ForAllValues also holds where the key is absent. On a key with one value it adds nothing "
        "but that hole: a request without the key passes."
    )
    severity = Severity.SECURITY_WARNING
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
    )
    access_analyzer = ("FORALLVALUES_WITH_SINGLE_VALUED_KEY",)
    when = bits.CONDITION
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
      "ForAllValues:StringEquals": {"aws:SourceAccount": "111122223333"},
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

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether a set operator stands on a single-valued key."""
        return _misplaced(condition.operator, condition.key)

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each condition with a set operator on a single-valued key."""
        for condition in chosen(statement, _misplaced):
            operator = parse_operator(condition.operator)
            if operator is not None:
                yield _problem(condition, operator, statement.effect)


@remembered
def _misplaced(operator: str, key: str) -> bool:
    parsed = parse_operator(operator)
    if parsed is None or not parsed.quantifier or parsed.kind == "Null":
        return False
    # Identity providers decide how many values a claim has; AWS documents set operators on amr,
    # and the audience is audience-set-operator's business.
    known = None if key.lower().endswith(_CLAIMS) else context_key(key)
    return known is not None and not known.multivalued


def _problem(condition: Condition, operator: Operator, effect: str) -> Problem:
    key = quote(condition.key)
    plain = condition.operator.partition(":")[2]
    if operator.quantifier == "ForAnyValue":
        message = f"{key} has one value at most: ForAnyValue adds nothing"
        severity = Severity.SUGGESTION
    else:
        message = f"{key} has one value at most, and ForAllValues also holds where it is absent"
        severity = Severity.SECURITY_WARNING if effect == "Allow" else Severity.WARNING
    mend = f"write {quote(plain)}"
    return Problem(message, at=condition.pointer, help=mend, severity=severity, on_key=True)
