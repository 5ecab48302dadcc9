"""Wildcards under operators that take them as letters."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, Operator, parse_operator
from payguard.iam.context_key import context_key
from payguard.quotation import quote
from payguard.rules.condition.value import texts
from payguard.rules.rule import Example, Problem, Rule


class WildcardWithoutLike(Rule):
    """A star or question mark in a value that is compared letter by letter."""

    id = "wildcard-without-like"
    summary = "The value holds a wildcard, which this operator takes as a plain character."
    why = (
        "StringEquals compares letter by letter. A request would have to carry the star itself, "
        "so the condition that was meant to match many values matches none."
    )
    severity = Severity.WARNING
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_String",
    )
    access_analyzer = ("WILDCARD_WITHOUT_LIKE_OPERATOR",)
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
      "StringEquals": {
        "aws:SourceAccount": "111122223333",
        "aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
      }
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
        """Yield a problem for each value with a wildcard under a String operator without Like.

        An ARN never holds one of its own, so there the condition can never hold.
        """
        operator = parse_operator(condition.operator)
        if operator is None or operator.kind != "String" or operator.base.endswith("Like"):
            return
        for index, text in texts(condition):
            if _has_wildcard(text):
                yield Problem(
                    f"{operator.base} takes the wildcard in {quote(text)} as a plain character",
                    at=condition.value_pointer(index),
                    help=f"use {_like(condition, operator)}",
                    severity=Severity.ERROR if _never(condition, operator) else None,
                )


def _never(condition: Condition, operator: Operator) -> bool:
    """Tell whether no request can carry the character: an ARN has none of them."""
    key = context_key(condition.key)
    return not operator.negated and key is not None and key.types == ("ARN",)


def _has_wildcard(text: str) -> bool:
    # ${*} and ${?} are how a policy writes the characters themselves.
    return "*" in text.replace("${*}", "") or "?" in text.replace("${?}", "")


def _like(condition: Condition, operator: Operator) -> str:
    key = context_key(condition.key)
    family = "Arn" if key is not None and key.types == ("ARN",) else "String"
    name = family + ("NotLike" if operator.negated else "Like")
    quantifier = f"{operator.quantifier}:" if operator.quantifier else ""
    return quantifier + name + ("IfExists" if operator.if_exists else "")
