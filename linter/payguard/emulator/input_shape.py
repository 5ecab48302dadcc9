"""Whether an input keeps to the constraints of botocore's model, in the words of AWS's services.

Length, range, enum, pattern and required members, as the services check them; botocore itself
checks types, required members and lower bounds only.
https://smithy.io/2.0/spec/constraint-traits.html
"""

import functools
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from botocore.model import Shape

from payguard.emulator.failure import ServiceError, invalid
from payguard_policies.named_tuple import NamedTuple

# Enough to mend an input with; a hostile one has no use for more.
_MOST = 20
_LONGEST_VALUE = 256
_JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "boolean": (bool,),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
    "timestamp": (str, int, float),
    "blob": (str,),
}


class Problem(NamedTuple):
    """What is wrong with one member, and whether it could not even be read."""

    path: str
    message: str
    unreadable: bool = False


def refusal(problems: Iterator[Problem]) -> ServiceError | None:
    """Return the ValidationException that tells all problems; None if there are none."""
    found = list(islice(problems, _MOST))
    if not found:
        return None
    count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: "
    reason = "CannotParse" if all(item.unreadable for item in found) else "FieldValidationFailed"
    failure = invalid(count + "; ".join(item.message for item in found), reason)
    failure.detail["fieldList"] = [{"name": item.path, "message": item.message} for item in found]
    return failure


def problems(
    shape: Shape, value: Any, path: str = "", *, secret: bool = False
) -> Iterator[Problem]:
    """Yield what is wrong with a value, member by member, as the services name it.

    Args:
        shape: of botocore's model.
        value: decoded; a member that is None counts as absent.
        path: of the value in the input, such as ``limits.maxSpendAmount``.
        secret: whether it stands in something sensitive: it is not repeated then.
    """
    kind = shape.type_name
    wanted = _JSON_TYPES.get(kind)
    if wanted and (not isinstance(value, wanted) or (type(value) is bool and kind != "boolean")):
        yield Problem(
            path, f"Value at '{path}' can not be converted to {_article(kind)}", unreadable=True
        )
        return
    secret = secret or bool(shape.metadata.get("sensitive"))
    if kind == "structure":
        yield from _structure(shape, value, path, secret=secret)
    elif kind == "list":
        yield from _length(shape, value, path, "a list")
        for number, item in enumerate(value, 1):
            yield from problems(shape.member, item, f"{path}.{number}.member", secret=secret)
    elif kind == "map":
        yield from _length(shape, value, path, "a map")
        for key, item in value.items():
            yield from problems(shape.key, key, f"{path}.key", secret=secret)
            yield from problems(shape.value, item, f"{path}.{key[:64]}.value", secret=secret)
    elif kind == "string":
        yield from _text(shape, value, path, secret=secret)
    elif kind in {"integer", "long", "double", "float"}:
        yield from _number(shape, value, path)


def _article(kind: str) -> str:
    return {"integer": "an integer", "structure": "an object"}.get(kind, f"a {kind}")


def _structure(shape: Any, value: dict[str, Any], path: str, *, secret: bool) -> Iterator[Problem]:
    given = {name: item for name, item in value.items() if item is not None}
    inside = f"{path}." if path else ""
    for name in shape.required_members:
        if name not in given:
            where = f"{inside}{name}"
            message = "failed to satisfy constraint: Member must not be null"
            yield Problem(where, f"Value null at '{where}' {message}")
    known = [name for name in shape.members if name in given]
    if shape.metadata.get("union") and len(known) != 1:
        message = "failed to satisfy constraint: exactly one member of a union must be set"
        yield Problem(path, f"Value at '{path}' {message}: {', '.join(shape.members)}")
    for name in known:
        yield from problems(shape.members[name], given[name], f"{inside}{name}", secret=secret)


def _failed(value: object, path: str, constraint: str, *, secret: bool) -> Problem:
    shown = f"Value '{str(value)[:_LONGEST_VALUE]}' at" if not secret else "Value at"
    return Problem(path, f"{shown} '{path}' failed to satisfy constraint: Member must {constraint}")


def _length(
    shape: Shape, value: Any, path: str, shown: object, *, secret: bool = True
) -> Iterator[Problem]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and len(value) < least:
        constraint = f"have length greater than or equal to {least}"
        yield _failed(shown, path, constraint, secret=secret)
    if most is not None and len(value) > most:
        constraint = f"have length less than or equal to {most}"
        yield _failed(shown, path, constraint, secret=secret)


def _text(shape: Any, value: str, path: str, *, secret: bool) -> Iterator[Problem]:
    if shape.enum and value not in shape.enum:
        constraint = f"satisfy enum value set: [{', '.join(shape.enum)}]"
        yield _failed(value, path, constraint, secret=secret)
        return
    too_long = list(_length(shape, value, path, value, secret=secret))
    yield from too_long
    pattern = shape.metadata.get("pattern")
    # A text of the wrong length is not worth the time that a pattern may take.
    expression = _expression(pattern) if pattern and not too_long else None
    if expression is not None and expression.fullmatch(value) is None:
        constraint = f"satisfy regular expression pattern: {pattern}"
        yield _failed(value, path, constraint, secret=secret)


def _number(shape: Shape, value: float, path: str) -> Iterator[Problem]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        constraint = f"have value greater than or equal to {least}"
        yield _failed(value, path, constraint, secret=False)
    if most is not None and value > most:
        constraint = f"have value less than or equal to {most}"
        yield _failed(value, path, constraint, secret=False)


@functools.cache
def _expression(pattern: str) -> re.Pattern[str] | None:
    r"""Compile a pattern of Java's; None if it has what Python's lack, beside ``\p{C}``."""
    text = pattern.replace(r"\p{C}", _others()) if r"\p{C}" in pattern else pattern
    try:
        return re.compile(text)
    except re.error:
        return None


@functools.cache
def _others() -> str:
    """Return all characters of the category C, as ranges of a character class."""
    ranges: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code))[0] != "C":
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
