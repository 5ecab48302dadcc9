"""Elements of the wrong JSON type: a number for text, a list where one text is meant, null.

Policies decoded from JSON or YAML reach this rule with any value anywhere; every other rule
passes over what is no text, no list and no object, so that this one alone reports it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from payguard import pointer
from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.iam.document import Policy, Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.grammar.json_type import described
from payguard.rules.rule import Example, Problem, Rule

_TEXT = frozenset({str})
_SCALARS = frozenset({str, int, float, bool})
# More of the same in one list says nothing new and would fill the screen.
_SHOWN = 10


class WrongType(Rule):
    """An element whose value has a JSON type that IAM does not take there."""

    id = "wrong-type"
    summary = "An element has a JSON type that IAM does not accept there."
    why = (
        "IAM refuses the whole document as malformed. Templates that pass numbers, null or nested "
        "lists through are the usual cause."
    )
    severity = Severity.ERROR
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
    )
    access_analyzer = ("DATA_TYPE_MISMATCH",)
    when = rule.IRREGULAR
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": ["bedrock-agentcore:GetPaymentSession", null],
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
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
    "Action": ["bedrock-agentcore:GetPaymentSession"],
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield a problem for each element beside the statements, and for each odd statement."""
        for element in ("Version", "Id"):
            if element in policy.value:
                yield from _text(element, policy.value[element])
        statements = policy.value.get("Statement")
        if isinstance(statements, list):
            if len(statements) != len(policy.statements):
                yield from _odd_items("/Statement", statements, frozenset({dict}), "an object")
        elif "Statement" in policy.value and not isinstance(statements, dict):
            expected = "a statement (an object) or a list of statements"
            yield _problem("/Statement", '"Statement"', statements, expected)

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each element and list item of a wrong type."""
        for element, value in statement.value.items():
            kind = type(value)
            if kind is str and element != "Condition":  # any other element may be one text
                continue
            if kind is list and element in _LISTS and _TEXT.issuperset(map(type, value)):
                continue
            check = _CHECKS.get(element)
            if check is not None:
                yield from check(element, value)

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem for each condition value of a wrong type."""
        if _SCALARS.issuperset(map(type, condition.values)):
            return
        if condition.listed:
            expected = "text, a number or a Boolean"
            yield from _odd_items(condition.pointer, condition.values, _SCALARS, expected)
        else:
            expected = "text, a number, a Boolean or a list of them"
            yield _problem(condition.pointer, quote(condition.key), condition.values[0], expected)


def _text(element: str, value: object) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield _problem(f"/{element}", quote(element), value, "text")


def _texts(element: str, value: object) -> Iterator[Problem]:
    yield from _text_or_texts(f"/{element}", quote(element), value)


def _text_or_texts(place: str, name: str, value: object) -> Iterator[Problem]:
    if isinstance(value, list):
        yield from _odd_items(place, value, _TEXT, "text")
    elif not isinstance(value, str):
        yield _problem(place, name, value, "text or a list of texts")


def _principal(element: str, value: object) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        expected = 'an object such as {"AWS": "..."}, or "*"'
        yield _problem(f"/{element}", quote(element), value, expected)
        return
    for kind, entry in value.items():
        if type(entry) is not str:
            yield from _text_or_texts(pointer.join(f"/{element}", kind), quote(str(kind)), entry)


def _condition(element: str, value: object) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        expected = "an object of condition operators"
        yield _problem(f"/{element}", quote(element), value, expected)
        return
    for operator, entries in value.items():
        if not isinstance(entries, Mapping):
            place = pointer.join(f"/{element}", operator)
            yield _problem(place, quote(str(operator)), entries, "an object of condition keys")


def _odd_items(
    place: str, items: Sequence[Any], types: frozenset[type], expected: str
) -> Iterator[Problem]:
    odd = [index for index, item in enumerate(items) if type(item) not in types]
    name = quote(pointer.tokens(place)[-1])
    for index in odd[:_SHOWN]:
        yield _problem(f"{place}/{index}", f"item {index + 1} of {name}", items[index], expected)
    if len(odd) > _SHOWN:
        yield Problem(f"{len(odd) - _SHOWN:,} more items of {name} are not {expected}", place)


def _problem(place: str, name: str, value: object, expected: str) -> Problem:
    message = f"{name} is {described(value)}: expected {expected}"
    return Problem(message, place, help=_help(value, expected))


def _help(value: object, expected: str) -> str:
    if value is None:
        return "remove it, or give it a value"
    if isinstance(value, bool | int | float) and expected.startswith("text"):
        return "put the value in double quotes"
    if isinstance(value, list) and expected == "text":
        return "write one text, without the brackets"
    return ""


_LISTS = frozenset({"Action", "NotAction", "Resource", "NotResource"})
_CHECKS: dict[str, Callable[[str, object], Iterator[Problem]]] = {
    "Sid": _text,
    "Effect": _text,
    "Principal": _principal,
    "NotPrincipal": _principal,
    "Action": _texts,
    "NotAction": _texts,
    "Resource": _texts,
    "NotResource": _texts,
    "Condition": _condition,
}
