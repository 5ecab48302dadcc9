"""What expressions are worth: as Terraform has it, as far as it can be told without a plan.

https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md

What hangs on something unknown is an Unresolved that names it, never an error and never dropped.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from payguard.iam.unresolved import MISSING, Unresolved
from payguard.quotation import quote
from payguard.sources.terraform_hcl.datum import (
    Datum,
    EvaluationError,
    ItemSet,
    Note,
    Several,
    UnknownError,
    Work,
    closed,
    entries,
    items,
    kind,
    text,
    together,
    truth,
)
from payguard.sources.terraform_hcl.either import either
from payguard.sources.terraform_hcl.operator import applied, negated
from payguard.sources.terraform_hcl.syntax import (
    Access,
    Binary,
    Call,
    Conditional,
    Embedded,
    For,
    Interpolation,
    Literal,
    Name,
    Node,
    Object,
    Piece,
    Source,
    Splat,
    Template,
    Traversal,
    Tuple,
    Unary,
)
from payguard_policies.named_tuple import NamedTuple

_NOTHING = Note()
_SHOWN = 60


class Module(Protocol):
    """Where names lead."""

    def root(self, names: tuple[str, ...], at: Datum) -> tuple[Datum, int] | None:
        """Return what the first of ``names`` mean, and how many of them; None for nothing."""

    def text_of(self, path: str) -> Source | None:
        """Return a file by its path from the root module; None where it is not in the input."""

    @property
    def work(self) -> Work:
        """The bounds of the evaluation."""


class Scope(NamedTuple):
    """Where an expression stands.

    Attributes:
        module: leads names to values.
        source: the text that offsets refer to.
        names: variables of ``for``, ``each``, ``count`` and the like.
        trying: whether an error is awaited, by ``try`` or ``can``.
    """

    module: Module
    source: Source
    names: Mapping[str, Datum]
    trying: bool = False

    def with_names(self, names: Mapping[str, Datum]) -> "Scope":
        """Return the scope with more names."""
        return self._replace(names={**self.names, **names})


def evaluate(node: Node, scope: Scope) -> Datum:
    """Return what an expression is worth.

    Raises:
        EvaluationError: it has no value; only where the scope is ``trying``.
    """
    scope.module.work.spend(1)
    try:
        return _HANDLERS[type(node)](node, scope)
    except UnknownError as error:
        return Datum(error.unresolved, scope.source, node.start, node.end)
    except EvaluationError:
        if scope.trying:
            raise
    except RecursionError:  # data may be nested without end
        pass
    return Datum(Unresolved(shown(node, scope), MISSING), scope.source, node.start, node.end)


def shown(node: Node, scope: Scope) -> str:
    """Return an expression as written, shortened to one line."""
    found = " ".join(scope.source.text[node.start : min(node.end, node.start + 400)].split())
    return found if len(found) <= _SHOWN else f"{found[: _SHOWN - 1]}…"


def _datum(node: Node, scope: Scope, data: Any, note: Note = _NOTHING) -> Datum:
    return Datum(data, scope.source, node.start, node.end, note)


def _literal(node: Literal, scope: Scope) -> Datum:
    return _datum(node, scope, node.value)


def _template(node: Template, scope: Scope) -> Datum:
    parts = node.parts
    if len(parts) == 1:
        part = parts[0]
        if isinstance(part, Interpolation):
            return evaluate(part.value, scope)
        if part.end - part.start == len(part.text) and part.start == node.start + 1:
            return _datum(node, scope, part.text)
    work = scope.module.work
    pieces = tuple(
        part
        if isinstance(part, Piece)
        else Piece(part.start, part.end, work.marked(evaluate(part.value, scope)))
        for part in parts
    )
    marked = "".join([piece.text for piece in pieces])
    return work.text_datum(marked, _datum(node, scope, None), pieces)


def _tuple(node: Tuple, scope: Scope) -> Datum:
    return _datum(node, scope, [evaluate(item, scope) for item in node.items])


def _object(node: Object, scope: Scope) -> Datum:
    found: dict[str, Datum] = {}
    keys: dict[str, tuple[int, int]] = {}
    twice = None
    for key_node, value_node in node.entries:
        key = text(evaluate(key_node, scope))
        if key in keys:
            twice = (key, keys[key][0], key_node.start)
        keys[key] = (key_node.start, key_node.end)
        found[key] = evaluate(value_node, scope)
    return _datum(node, scope, found, Note(keys=keys, twice=twice))


def _embedded(node: Embedded, scope: Scope) -> Datum:
    return evaluate(node.node, scope._replace(source=node.source))


def _name(node: Name, scope: Scope) -> Datum:
    return _traversed(node, node, (), scope)


def _traversal(node: Traversal, scope: Scope) -> Datum:
    return _traversed(node, node.base, node.steps, scope)


def _traversed(node: Node, base: Node, steps: tuple[Access | Splat, ...], scope: Scope) -> Datum:
    if not isinstance(base, Name):
        return stepped(evaluate(base, scope), steps, scope)
    if base.name in scope.names:
        return stepped(scope.names[base.name], steps, scope)
    names = [base.name]
    for step in steps[:3]:
        if not isinstance(step, Access) or not isinstance(step.key, str):
            break
        names.append(step.key)
    found = scope.module.root(tuple(names), _datum(node, scope, None))
    if found is None:
        return _datum(node, scope, Unresolved(shown(node, scope), MISSING))
    value, taken = found
    return stepped(value, steps[taken - 1 :], scope)


def stepped(value: Datum, steps: Iterable[Access | Splat], scope: Scope) -> Datum:
    """Return what steps from a value lead to."""
    for step in steps:
        if isinstance(step, Splat):
            value = _splatted(value, step, scope)
        elif isinstance(step.key, str | int):
            value = _accessed(value, step.key)
        else:
            value = _indexed(value, evaluate(step.key, scope))
    return value


def _splatted(value: Datum, splat: Splat, scope: Scope) -> Datum:
    if value.data is None:
        return value._replace(data=[], note=_NOTHING)
    if isinstance(value.data, Several):
        raise UnknownError(value.data.unresolved)
    each = items(value) if isinstance(value.data, list | Unresolved) else [value]
    found = [item if item.note.rest else stepped(item, splat.steps, scope) for item in each]
    return value._replace(data=found, note=_NOTHING)


def _indexed(value: Datum, key: Datum) -> Datum:
    if key.unknown and not value.unknown:
        raise UnknownError(key.data)
    if key.unknown:
        return _accessed(value, "")
    if isinstance(key.data, bool) or not isinstance(key.data, str | int):
        raise EvaluationError(f"{kind(key)} is no index")
    return _accessed(value, key.data)


def _accessed(value: Datum, key: str | int) -> Datum:
    data = value.data
    if isinstance(data, Unresolved):
        what = f"{data.what}.{key}" if isinstance(key, str) and key else data.what
        raise UnknownError(Unresolved(what, data.why))
    if isinstance(data, dict):
        if str(key) in data:
            inner: Datum = data[str(key)]
            return inner
        raise EvaluationError(f"there is no {quote(str(key))}")
    if isinstance(data, list) and not isinstance(data, ItemSet):
        return _element(data, key)
    if isinstance(data, Several):
        return data.one
    if isinstance(key, str) and hasattr(data, "attribute"):
        found: Datum = data.attribute(key)
        return found
    raise EvaluationError(f"{kind(value)} has no {quote(str(key))}")


def _element(data: list[Datum], key: str | int) -> Datum:
    place = int(key) if str(key).isdigit() and len(str(key)) < 10 else -1
    for item in data[: place + 1]:
        if item.note.rest:
            raise UnknownError(item.data)
    if not 0 <= place < len(data):
        raise EvaluationError(f"there is no element {key}")
    return data[place]


def _unary(node: Unary, scope: Scope) -> Datum:
    return _datum(node, scope, negated(node.sign, evaluate(node.operand, scope)))


def _binary(node: Binary, scope: Scope) -> Datum:
    """Evaluate a chain of operators from the left, however long it is."""
    chain: list[Binary] = []
    first: Node = node
    while isinstance(first, Binary):
        chain.append(first)
        first = first.left
    value = evaluate(first, scope)
    for one in reversed(chain):
        scope.module.work.spend(1)
        right = evaluate(one.right, scope)
        try:
            data: Any = applied(one.sign, value, right, scope.module.work)
        except UnknownError as error:
            data = error.unresolved
        value = _datum(one, scope, data)
    return value


def _conditional(node: Conditional, scope: Scope) -> Datum:
    test = evaluate(node.test, scope)
    if not test.unknown:
        chosen, other = (node.yes, node.no) if truth(test) else (node.no, node.yes)
        value = evaluate(chosen, scope)
        if isinstance(value.data, bool | int | float) and isinstance(other, Template):
            return value._replace(data=text(value))  # both are of one type
        return value
    both = [evaluate(one, scope._replace(trying=False)) for one in (node.yes, node.no)]
    return either(both[0], both[1], _datum(node, scope, together([test.data])))


def _for(node: For, scope: Scope) -> Datum:
    each = pairs(evaluate(node.collection, scope))
    if node.key is not None:
        return _for_object(node, each, scope)
    found = []
    for key, item in each:
        if item.note.rest:
            found.append(item)
            continue
        inner = _each(node.names, key, item, scope)
        test = None if node.test is None else evaluate(node.test, inner)
        if test is not None and test.unknown:
            found.append(rest(test.data, item))
        elif test is None or truth(test):
            found.append(evaluate(node.value, inner))
    return _datum(node, scope, found)


def _for_object(node: For, each: list[tuple[Datum, Datum]], scope: Scope) -> Datum:
    found: dict[str, Datum] = {}
    groups: dict[str, list[Datum]] = {}
    keys = {}
    for key, item in each:
        if item.note.rest:
            raise UnknownError(item.data)
        inner = _each(node.names, key, item, scope)
        if node.test is not None and not truth(evaluate(node.test, inner)):
            continue
        name_datum = evaluate(node.key or node.value, inner)
        name = text(name_datum)
        if name_datum.source is scope.source:
            keys[name] = (name_datum.start, name_datum.end)
        value = evaluate(node.value, inner)
        if name in found and not node.grouped:
            raise EvaluationError(f"two entries have the key {quote(name)}")
        groups.setdefault(name, []).append(value)
        found[name] = _datum(node, scope, groups[name]) if node.grouped else value
    return _datum(node, scope, found, Note(keys=keys))


def _each(names: tuple[str, ...], key: Datum, item: Datum, scope: Scope) -> Scope:
    bound = {names[0]: item} if len(names) == 1 else {names[0]: key, names[1]: item}
    return scope.with_names(bound)


def pairs(collection: Datum) -> list[tuple[Datum, Datum]]:
    """Return the keys and values that a ``for`` goes through, in its order; raises as ``text``."""
    if isinstance(collection.data, dict):
        found = entries(collection)
        return [(collection._replace(data=key, note=_NOTHING), found[key]) for key in sorted(found)]
    each = items(collection)
    if isinstance(collection.data, ItemSet):
        return [(item, item) for item in each]
    return [(collection._replace(data=at, note=_NOTHING), item) for at, item in enumerate(each)]


def rest(unresolved: Unresolved, at: Datum) -> Datum:
    """Return what stands in a list for any number of elements that are not known."""
    return Datum(unresolved, at.source, at.start, at.end, Note(rest=True))


def _call(node: Call, scope: Scope) -> Datum:
    from payguard.sources.terraform_hcl import function  # noqa: PLC0415  functions evaluate, too

    name = node.name.removeprefix("core::")
    if name in function.LAZY:
        return function.LAZY[name](node, scope)
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    if node.spread:
        arguments[-1:] = closed(arguments[-1])
    if name not in function.FUNCTIONS:
        raise UnknownError(Unresolved(shown(node, scope), MISSING))
    at = _datum(node, scope, None)
    try:
        found = function.FUNCTIONS[name](function.Arguments(arguments, at, scope))
    except (IndexError, OverflowError, TypeError, ZeroDivisionError) as error:
        raise EvaluationError(f"{name} does not take these arguments") from error
    return found if isinstance(found, Datum) else at._replace(data=found)


_HANDLERS: dict[type, Callable[[Any, Scope], Datum]] = {
    Literal: _literal,
    Template: _template,
    Tuple: _tuple,
    Object: _object,
    Embedded: _embedded,
    Name: _name,
    Traversal: _traversal,
    Unary: _unary,
    Binary: _binary,
    Conditional: _conditional,
    For: _for,
    Call: _call,
}
