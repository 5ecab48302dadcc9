"""CloudFormation's intrinsic functions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from payguard.iam.unresolved import MISSING
from payguard.iam.wildcard import matches
from payguard.quotation import quote
from payguard.sources.cloudformation.partial import (
    Known,
    Partial,
    Piece,
    hull,
    joined,
    pattern_of,
    unknown,
)

if TYPE_CHECKING:
    from payguard.sources.cloudformation.view import View

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z0-9_.:]+")
_MOST_PARTS = 10_000


def call(view: View, name: str, argument: Any, at: str) -> Any:
    """Return what a function makes of its argument; ABSENT where no value is left.

    Args:
        view: what the argument is evaluated in.
        name: of the function, ``Ref`` or ``Fn::...``.
        argument: as written.
        at: where the argument stands.
    """
    function = _FUNCTIONS.get(name)
    if function is None:
        return unknown(name, MISSING)  # a transform, or a function that is newer than this list
    return function(view, argument, at)


def _ref(view: View, argument: Any, at: str) -> Any:
    if type(argument) is not str:
        return view.malformed(at, "Ref", "expected a name")
    return view.named(argument, at)


def _get_att(view: View, argument: Any, at: str) -> Any:
    if type(argument) is str:
        address, _, attribute = argument.partition(".")
    elif type(argument) is list and len(argument) == 2:
        address, found = argument[0], view.value(argument[1], f"{at}/1")
        attribute = pattern_of(found) if isinstance(found, str | Partial) else ""
    else:
        address = attribute = ""
    if type(address) is not str or not address or not attribute:
        return view.malformed(at, "Fn::GetAtt", "expected a logical id and an attribute")
    return view.attribute_at(address, attribute, at)


def _sub(view: View, argument: Any, at: str) -> Any:
    text, variables = argument, {}
    if type(argument) is list and len(argument) == 2:
        text, variables = argument
    if type(text) is not str or type(variables) is not dict:
        return view.malformed(at, "Fn::Sub", "expected text, or text and an object of values")
    return joined(_substituted(view, text, variables, at))


def _substituted(
    view: View, text: str, variables: dict[str, Any], at: str
) -> Iterator[str | Piece | Partial]:
    end = 0
    for found in _VARIABLE.finditer(text):
        yield text[end : found.start()]
        end = found.end()
        name = found[1].strip()
        if name.startswith("!"):
            yield f"${{{name[1:]}}}"
        elif name in variables:
            value = view.text(variables[name], f"{at}/1/{name}")
            if isinstance(value, str | Partial):
                yield value
        else:
            yield _variable(view, name, at)
    yield text[end:]


def variables(text: str) -> Iterator[str]:
    """Yield the names that the text of an ``Fn::Sub`` asks for."""
    for found in _VARIABLE.finditer(text):
        if not (name := found[1].strip()).startswith("!"):
            yield name


def _variable(view: View, name: str, at: str) -> Known:
    if not _NAME.fullmatch(name):
        return view.malformed(at, "Fn::Sub", f"{quote(name)} is no name")
    address, dot, attribute = name.partition(".")
    found = view.attribute_at(address, attribute, at) if dot else view.named(name, at)
    if isinstance(found, str | Partial):
        return found
    return unknown(name, MISSING)


def _join(view: View, argument: Any, at: str) -> Any:
    if type(argument) is not list or len(argument) != 2 or type(argument[0]) is not str:
        return view.malformed(at, "Fn::Join", "expected a delimiter and a list")
    parts = [
        view.text(item, place) if not isinstance(item, Partial) else item
        for item, place in view.items(argument[1], f"{at}/1")
    ]
    return joined(_delimited(argument[0], (one for one in parts if isinstance(one, str | Partial))))


def _delimited(delimiter: str, parts: Iterable[Known]) -> Iterator[Known]:
    for index, part in enumerate(parts):
        if index and delimiter:
            yield delimiter
        yield part


def _split(view: View, argument: Any, at: str) -> Any:
    if type(argument) is not list or len(argument) != 2 or type(argument[0]) is not str:
        return view.malformed(at, "Fn::Split", "expected a delimiter and a text")
    text = view.text(argument[1], f"{at}/1")
    if isinstance(text, str) and argument[0] and text.count(argument[0]) < _MOST_PARTS:
        return text.split(argument[0])
    if isinstance(text, Partial):
        return unknown(text.unresolved.what, text.unresolved.why)
    return view.malformed(at, "Fn::Split", "there is nothing to split")


def _select(view: View, argument: Any, at: str) -> Any:
    if type(argument) is not list or len(argument) != 2:
        return view.malformed(at, "Fn::Select", "expected a number and a list")
    index, items = view.text(argument[0], f"{at}/0"), view.value(argument[1], f"{at}/1")
    if isinstance(items, Partial):
        return unknown(items.unresolved.what, items.unresolved.why)
    if type(items) is not list:
        return view.malformed(at, "Fn::Select", "expected a number and a list")
    if isinstance(index, Partial):
        return _one_of(items, index)
    if not isinstance(index, str) or not index.isdecimal() or int(index[:9]) >= len(items):
        return view.malformed(at, "Fn::Select", f"a list of {len(items)} has no such item")
    return items[int(index[:9])]


def _find_in_map(view: View, argument: Any, at: str) -> Any:
    fits = type(argument) is list and 3 <= len(argument) <= 4
    keys = [view.text(one, f"{at}/{i}") for i, one in enumerate(argument[:3])] if fits else []
    wanted = [pattern_of(one) for one in keys if isinstance(one, str | Partial)]
    if len(wanted) != 3:
        return view.malformed(at, "Fn::FindInMap", "expected a map and two keys")
    found = [
        value
        for name in _matching(view.template.mappings, wanted[0])
        for first in _matching(view.template.mappings[name], wanted[1])
        for value in _values(view.template.mappings[name][first], wanted[2])
    ]
    unresolved = next((one for one in keys if isinstance(one, Partial)), None)
    if unresolved is not None:
        return _one_of([*found, *_default(view, argument, at)], unresolved)
    if found:
        return found[0]
    for default in _default(view, argument, at):
        return default
    return view.malformed(at, "Fn::FindInMap", "there is no such entry")


def _matching(entries: Any, pattern: str) -> list[str]:
    if type(entries) is not dict:
        return []
    if pattern in entries:
        return [pattern]
    return (
        [key for key in entries if matches(pattern, key)]
        if "*" in pattern or "?" in pattern
        else []
    )


def _values(entries: Any, pattern: str) -> list[Any]:
    return [entries[key] for key in _matching(entries, pattern)]


def _default(view: View, argument: list[Any], at: str) -> Iterator[Any]:
    if len(argument) == 4 and type(argument[3]) is dict and "DefaultValue" in argument[3]:
        yield view.value(argument[3]["DefaultValue"], f"{at}/3/DefaultValue")


def _one_of(values: list[Any], by: Partial) -> Any:
    """Return what stands for one of some values: which one depends on what is not known."""
    first = values[0] if values else None
    if isinstance(first, str | list) and all(one == first for one in values):
        return first
    texts = [pattern_of(one) for one in values if isinstance(one, str | Partial)]
    pattern = hull(texts) if len(texts) == len(values) else "*"
    return unknown(by.unresolved.what, by.unresolved.why, pattern)


def _import_value(view: View, argument: Any, at: str) -> Any:
    name = view.text(argument, at)
    shown = pattern_of(name) if isinstance(name, str | Partial) else "?"
    return unknown(f"Fn::ImportValue {shown}", MISSING)


def _base64(view: View, argument: Any, at: str) -> Any:
    view.value(argument, at)
    return unknown("Fn::Base64")


def _to_json_string(view: View, argument: Any, at: str) -> Any:
    value = view.value(argument, at)
    if _is_known(value):
        return json.dumps(value, separators=(",", ":"))
    return unknown("Fn::ToJsonString")


def _length(view: View, argument: Any, at: str) -> Any:
    value = view.value(argument, at)
    if type(value) is list:
        return str(len(value))
    if isinstance(value, Partial):
        return unknown(f"the length of {value.unresolved.what}", value.unresolved.why)
    return view.malformed(at, "Fn::Length", "expected a list")


def _unknown_list(name: str) -> Callable[[View, Any, str], Any]:
    return lambda _view, _argument, _at: unknown(name)


def _is_known(value: Any) -> bool:
    if type(value) is dict:
        return all(map(_is_known, value.values()))
    if type(value) is list:
        return all(map(_is_known, value))
    return value is None or isinstance(value, str | int | float)


_FUNCTIONS: dict[str, Callable[[View, Any, str], Any]] = {
    "Ref": _ref,
    "Fn::Base64": _base64,
    "Fn::Cidr": _unknown_list("Fn::Cidr"),
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _unknown_list("Fn::GetAZs"),
    "Fn::GetAtt": _get_att,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json_string,
}
