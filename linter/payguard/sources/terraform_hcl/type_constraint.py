"""Types of variables: what Terraform makes of a value that is given to one.

https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from collections.abc import Callable

from payguard.sources.terraform_hcl.datum import (
    Datum,
    EvaluationError,
    Note,
    Work,
    entries,
    items,
    number,
    set_of,
    text,
    truth,
)
from payguard.sources.terraform_hcl.syntax import Call, Embedded, Name, Node, Object, Template

Evaluate = Callable[[Node], Datum]


def alike(found: list[Datum]) -> list[Datum]:
    """Return elements of one type: texts, where texts and other plain values are mixed."""
    types = {type(item.data) for item in found if isinstance(item.data, str | bool | int | float)}
    if str not in types or len(types) == 1:
        return found
    plain = (bool, int, float)
    return [
        item._replace(data=text(item)) if isinstance(item.data, plain) else item for item in found
    ]


def converted(value: Datum, wanted: Node, evaluate: Evaluate, work: Work) -> Datum:
    """Return a value as the type that is wanted.

    Args:
        value: what is given; where it is not known it stays so.
        wanted: the expression of the type.
        evaluate: evaluates the defaults of optional attributes.
        work: the bounds of the evaluation.

    Raises:
        EvaluationError: the value cannot be converted.
    """
    work.spend(1)
    if isinstance(wanted, Embedded):  # JSON: "${list(string)}"
        wanted = wanted.node
    name = _name(wanted)
    if value.unknown or value.data is None:
        return value
    if name in _PLAIN:
        return value._replace(data=_PLAIN[name](value))
    inner = wanted.arguments[0] if isinstance(wanted, Call) and wanted.arguments else None
    if inner is not None and name in ("list", "set", "map"):
        return _collection(value, name, lambda item: converted(item, inner, evaluate, work), work)
    if isinstance(inner, Object) and name == "object":
        return _object(value, inner, evaluate, work)
    return value


def _collection(value: Datum, name: str, convert: Callable[[Datum], Datum], work: Work) -> Datum:
    if name == "map":
        found = {key: convert(item) for key, item in entries(value).items()}
        return value._replace(data=found)
    made = [item if item.note.rest else convert(item) for item in items(value)]
    return value._replace(data=set_of(made, work) if name == "set" else made, note=Note())


_PLAIN: dict[str, Callable[[Datum], str | float | bool]] = {
    "string": text,
    "number": number,
    "bool": truth,
}


def _name(wanted: Node) -> str:
    if isinstance(wanted, Name | Call):
        return wanted.name
    if isinstance(wanted, Template) and len(wanted.parts) == 1:  # before Terraform 0.12, and JSON
        return getattr(wanted.parts[0], "text", "")
    return ""


def _object(value: Datum, wanted: Object, evaluate: Evaluate, work: Work) -> Datum:
    given = entries(value)
    found = {}
    for key_node, type_node in wanted.entries:
        key = text(evaluate(key_node))
        optional = isinstance(type_node, Call) and type_node.name == "optional"
        arguments = type_node.arguments if isinstance(type_node, Call) and optional else ()
        item = given.get(key)
        if item is None and not optional:
            raise EvaluationError(f"the object lacks {key}")
        if (item is None or item.data is None) and len(arguments) > 1:
            item = evaluate(arguments[1])
        elif item is None:
            item = value._replace(data=None, note=Note())
        inner = arguments[0] if arguments else type_node
        found[key] = converted(item, inner, evaluate, work)
    return value._replace(data=found)
