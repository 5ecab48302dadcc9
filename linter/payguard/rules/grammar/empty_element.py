"""Empty lists and objects: IAM takes them, and matches them against nothing.

An empty list of values in a condition means different things by operator: see
empty-condition-values.
"""

from collections.abc import Iterator, Mapping

from payguard import pointer
from payguard.finding import Severity
from payguard.iam.document import Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.rule import Example, Problem, Rule

_LISTS = {
    "Action": "matches no action, so {outcome}",
    "Resource": "matches no resource, so {outcome}",
    "NotAction": "leaves nothing out, so the statement is about every action",
    "NotResource": "leaves nothing out, so the statement is about every resource",
}
_OUTCOMES = {"Allow": "this Allow grants nothing", "Deny": "this Deny denies nothing"}
_PRINCIPALS = {
    "Principal": "names nobody, so {outcome}",
    "NotPrincipal": "leaves nobody out, so the statement is about everybody",
}


class EmptyElement(Rule):
    """An element that is an empty list or an empty object."""

    id = "empty-element"
    summary = "An element is an empty list or object."
    why = (
        "IAM accepts it, so nothing warns you: an empty Action or Resource makes a statement "
        "without effect, the negated ones make it all-embracing, an empty Condition is no "
        "condition. A variable that a template left empty is the usual cause."
    )
    severity = Severity.SUGGESTION
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
    )
    access_analyzer = (
        "EMPTY_ARRAY_ACTION",
        "EMPTY_ARRAY_RESOURCE",
        "EMPTY_ARRAY_PRINCIPAL",
        "EMPTY_OBJECT_PRINCIPAL",
        "EMPTY_OBJECT_CONDITION",
    )
    when = rule.IRREGULAR
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": []
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
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {}
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
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each element, principal type and operator block that is empty."""
        for element, value in statement.value.items():
            if type(value) is str:
                continue
            if element in _LISTS:
                if value == []:
                    yield _empty(f"/{element}", _LISTS[element], statement, "an empty list")
            elif element in _PRINCIPALS and isinstance(value, Mapping):
                yield from _principal(element, value, statement)
            elif element == "Condition" and isinstance(value, Mapping):
                yield from _condition(value)


def _principal(
    element: str, value: Mapping[str, object], statement: Statement
) -> Iterator[Problem]:
    if not value:
        yield _empty(f"/{element}", _PRINCIPALS[element], statement, "an empty object")
        return
    empty = [pointer.join(f"/{element}", kind) for kind, entry in value.items() if entry == []]
    if len(empty) == len(value):
        yield _empty(empty[0], _PRINCIPALS[element], statement, "an empty list")
        return
    for place in empty:
        name = quote(pointer.tokens(place)[-1])
        yield Problem(f"{name} is an empty list: it names nobody", place, help="remove it")


def _condition(value: Mapping[str, object]) -> Iterator[Problem]:
    if not value:
        yield Problem(
            '"Condition" is an empty object: the statement holds without any condition',
            "/Condition",
            help="add the condition that was meant, or remove the element",
        )
    for operator, entries in value.items():
        if entries == {}:
            yield Problem(
                f"{quote(str(operator))} holds no condition key: it asks for nothing",
                pointer.join("/Condition", operator),
                help="add the condition that was meant, or remove the operator",
            )


def _empty(place: str, meaning: str, statement: Statement, what: str) -> Problem:
    """Say what an empty value means; one that reads otherwise than it works is a warning."""
    outcome = _OUTCOMES.get(statement.effect, "the statement has no effect")
    works_otherwise = "{outcome}" not in meaning or statement.effect == "Deny"
    name = quote(pointer.tokens(place)[-1])
    return Problem(
        f"{name} is {what}: it {meaning.format(outcome=outcome)}",
        place,
        help="name what was meant, or remove the statement",
        severity=Severity.WARNING if works_otherwise else None,
    )
