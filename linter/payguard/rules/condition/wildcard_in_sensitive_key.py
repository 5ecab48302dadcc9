"""Wildcards and self-references where only an exact value protects."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, parse_operator
from payguard.iam.variable import variables
from payguard.iam.wildcard import has_wildcard
from payguard.quotation import quote
from payguard.rules.condition.value import texts
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import catalog


class WildcardInSensitiveKey(Rule):
    """An account, organization or VPC given by a pattern, or a key compared with itself."""

    id = "wildcard-in-sensitive-key"
    summary = "The value lets any account, organization or network pass."
    why = (
        "Account, organization and VPC identifiers are not chosen by their owners, so a pattern "
        "for them matches strangers. AWS knows no good use of wildcards in these keys."
    )
    severity = Severity.SECURITY_WARNING
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sensitive",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
    )
    access_analyzer = ("WILDCARD_USAGE_TOO_PERMISSIVE", "VARIABLE_USAGE_TOO_PERMISSIVE")
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
      "StringLike": {"aws:SourceAccount": "1111*"},
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

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem for each pattern of a sensitive key, and for a key equal to itself.

        A variable is a pattern too if it may be filled with wildcards.
        """
        operator = parse_operator(condition.operator)
        if operator is None or operator.kind != "String":
            return
        known = catalog.global_condition_key(condition.key)
        patterned = known is not None and known.sensitive and operator.base.endswith("Like")
        for index, text in texts(condition):
            if "${" in text and _is_itself(text, condition.key):
                yield Problem(
                    f"{quote(condition.key)} is compared with itself, so every value passes",
                    at=condition.value_pointer(index),
                    help="write the value that is meant, or the variable of another key",
                )
            elif patterned and "${" in text and _may_hold_wildcards(text):
                yield Problem(
                    f"{quote(text)} may be filled with wildcards, and then {quote(condition.key)} "
                    "matches what is not yours",
                    at=condition.value_pointer(index),
                    help="name each value in full, under StringEquals",
                )
            # A lone star only asks for the key: presence-by-wildcard's business.
            elif patterned and has_wildcard(text) and text.strip("*"):
                yield Problem(
                    f"the pattern {quote(text)} for {quote(condition.key)} also matches what is "
                    "not yours",
                    at=condition.value_pointer(index),
                    help="name each value in full, under StringEquals",
                )


def _may_hold_wildcards(text: str) -> bool:
    """Tell whether a variable stands for other than an identifier that AWS gives out."""
    keys = [found.key for found in variables(text) if not found.is_escape]
    known = map(catalog.global_condition_key, keys)
    return not all(key is not None and key.sensitive for key in known)


def _is_itself(text: str, key: str) -> bool:
    first = next(variables(text), None)
    return first is not None and first.text == text and first.key.lower() == key.lower()
