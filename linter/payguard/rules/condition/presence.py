"""What a condition says about a request that lacks the key, and how far it narrows one that has it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from collections.abc import Callable

from payguard.iam.condition import Condition, Operator, condition, entries, parse_operator
from payguard.iam.document import Statement
from payguard.rules.condition.value import is_false

_MOST = 64


def chosen(statement: Statement, wanted: Callable[[str, str], bool]) -> list[Condition]:
    """Return the conditions of ``statement`` whose operator and key ``wanted`` accepts.

    Cheaper than ``statement.conditions`` where few are wanted: nothing is built for the others.
    At most 64 are returned, more than AWS's size limits leave room for in earnest, so that rules
    may look around for each of them.
    """
    found = []
    for operator, key, value in entries(statement.value.get("Condition")):
        if wanted(operator, key):
            found.append(condition(operator, key, value))
            if len(found) == _MOST:
                break
    return found


def operator_demands_presence(operator: Operator) -> bool:
    """Tell whether ``operator`` fails for a request without the key; ``Null`` is not asked.

    A negated operator, ``IfExists`` and ``ForAllValues`` hold where there is no key; ForAnyValue
    fails there, negated or not.
    """
    if operator.if_exists or operator.quantifier == "ForAllValues":
        return False
    return operator.quantifier == "ForAnyValue" or not operator.negated


def demands_presence(entry: Condition) -> bool:
    """Tell whether ``entry`` surely fails for a request without its key."""
    operator = parse_operator(entry.operator)
    if operator is None:
        return False
    if operator.kind == "Null":
        return bool(entry.values) and all(is_false(value) for value in entry.values)
    return operator_demands_presence(operator)


def narrows(entry: Condition) -> bool:
    """Tell whether ``entry`` surely holds for some values of its key only.

    It demands the key, and no value is a bare ``*`` that everything matches.
    """
    operator = parse_operator(entry.operator)
    if operator is None or operator.kind == "Null" or not operator_demands_presence(operator):
        return False
    if operator.negated:
        return False
    anything = operator.base.endswith("Like") or operator.kind == "ARN"
    return bool(entry.values) and not (anything and any(map(_matches_all, entry.values)))


def narrowed(statement: Statement) -> dict[str, list[Condition]]:
    """Return the conditions of ``statement`` that narrow their key, by key in lower case."""
    found: dict[str, list[Condition]] = {}
    for entry in statement.conditions:
        if narrows(entry):
            found.setdefault(entry.key.lower(), []).append(entry)
    return found


def _matches_all(value: object) -> bool:
    return type(value) is str and value != "" and not value.strip("*")
