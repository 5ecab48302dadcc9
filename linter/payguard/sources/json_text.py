"""JSON: decoded by the standard library's C decoder; positions are found when they are wanted.

Stricter than the decoder where IAM is: no duplicate keys, no NaN or Infinity.
"""

import json
import re
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

from payguard import pointer
from payguard.quotation import quote
from payguard.sources.position import Lines, Place

_TOKEN = re.compile(r'[{}\[\],:]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}\[\],:"]+', re.DOTALL)


class JsonError(ValueError):
    """A text that is no JSON document: what is wrong, and at which line and column (from 1)."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


class _DuplicateKeyError(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _DuplicateKeyError
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")


_SPACE = re.compile(r"[ \t\n\r]+")
# (text, offset) -> (value, where it ends); raw_decode wraps it at twice the cost.
_scan: Callable[[str, int], tuple[Any, int]] = vars(json.JSONDecoder())["scan_once"]
_decode = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant).decode


def parse(text: str) -> Any:
    """Return the value of the JSON document ``text``.

    Raises:
        JsonError: not JSON, a key twice in one object, nesting deeper than the decoder goes, or
            a number longer than Python converts.
    """
    try:
        return _decode(text)
    except json.JSONDecodeError as error:
        raise _syntax_error(text, error) from None
    except _DuplicateKeyError:
        raise _duplicate_key(text) from None
    except RecursionError:
        raise JsonError("nested too deeply to be a policy") from None
    except ValueError as error:
        raise JsonError(_value_message(str(error))) from None


def _value_message(text: str) -> str:
    return "a number with too many digits" if "digits" in text else text


def _syntax_error(text: str, error: json.JSONDecodeError) -> JsonError:
    if not text.strip():
        return JsonError("the file is empty" if not text else "the file holds only white space")
    comma = _trailing_comma(text, error.pos)
    if comma >= 0:
        closing = text[comma + 1 :].lstrip()[0]
        return JsonError(f'trailing comma before "{closing}"', *Lines(text).place(comma))
    reason = error.msg[:1].lower() + error.msg[1:]
    return JsonError(f"not JSON: {reason}", error.lineno, error.colno)


def _trailing_comma(text: str, position: int) -> int:
    """Return where the comma stands that the closing bracket near ``position`` follows, or -1.

    Decoders differ in whether they point at the comma or at the bracket.
    """
    before = text[:position].rstrip()
    if before.endswith(",") and text[position : position + 1] in ("]", "}"):
        return len(before) - 1
    after = text[position + 1 : position + 4096].lstrip()
    if text[position : position + 1] == "," and after[:1] in ("]", "}"):
        return position
    return -1


def _duplicate_key(text: str) -> JsonError:
    """Find the first key that stands twice in one object of ``text``, which is valid JSON."""
    seen: list[dict[str, int] | None] = []
    tokens = list(_TOKEN.finditer(text))
    for index, token in enumerate(tokens):
        symbol = token.group()
        if symbol in ("{", "["):
            seen.append({} if symbol == "{" else None)
        elif symbol in ("}", "]"):
            seen.pop()
        elif symbol[0] == '"' and index + 1 < len(tokens) and tokens[index + 1].group() == ":":
            keys = seen[-1]
            name = json.loads(symbol, strict=False)
            if keys is not None and name in keys:
                first = Lines(text).place(keys[name])[0]
                return JsonError(
                    f"the key {quote(name)} stands twice in one object (first on line {first}): "
                    "one of them would be lost",
                    *Lines(text).place(token.start()),
                )
            if keys is not None:
                keys[name] = token.start()
    return JsonError("a key stands twice in one object")


class _Branch:
    """A place on the way to wanted places: the next tokens, and whether it is wanted itself."""

    __slots__ = ("next", "wanted")

    def __init__(self) -> None:
        self.next: dict[str, _Branch] = {}
        self.wanted = False


def locate(text: str, wanted: Collection[str]) -> dict[str, Place]:
    """Return where the values at the ``wanted`` JSON Pointers stand in ``text``, valid JSON.

    Pointers that lead nowhere are left out. Only what lies on the way is walked; the rest is
    passed over at the decoder's speed.
    """
    root = _Branch()
    for place in wanted:
        branch = root
        for token in pointer.tokens(place):
            branch = branch.next.setdefault(token, _Branch())
        branch.wanted = True
    walk = _Walk(text, len(set(wanted)))
    with suppress(_AllFoundError):
        walk.visit(_skip_space(text, 0), "", root, (-1, -1))
    return walk.found


class _AllFoundError(Exception):
    """Nothing is wanted any more: the rest of the text need not be walked."""


class _Walk:
    """The way through one text to the wanted places; no deeper than their pointers are long."""

    def __init__(self, text: str, wanted: int) -> None:
        self.text = text
        self.wanted = wanted
        self.found: dict[str, Place] = {}

    def visit(self, start: int, here: str, branch: _Branch, key: tuple[int, int]) -> int:
        """Note the wanted places in the value at ``start``; return where it ends."""
        symbol, end = self.text[start], -1
        if branch.wanted:
            end = _scan(self.text, start)[1]
            self.found[here] = Place(start, end, *key)
            if len(self.found) == self.wanted:
                raise _AllFoundError
        if branch.next and symbol == "{":
            return self._visit_object(start, here, branch)
        if branch.next and symbol == "[":
            return self._visit_list(start, here, branch)
        return end if end >= 0 else _scan(self.text, start)[1]

    def _visit_object(self, start: int, here: str, branch: _Branch) -> int:
        text, at = self.text, _skip_space(self.text, start + 1)
        while text[at] != "}":
            name, key_end = _scan(text, at)
            value = _skip_space(text, _skip_space(text, key_end) + 1)
            inner = branch.next.get(name)
            if inner is None:
                end = _scan(text, value)[1]
            else:
                end = self.visit(value, pointer.join(here, name), inner, (at, key_end))
            at = _next_item(text, end)
        return at + 1

    def _visit_list(self, start: int, here: str, branch: _Branch) -> int:
        text, at, index = self.text, _skip_space(self.text, start + 1), 0
        while text[at] != "]":
            inner = branch.next.get(str(index))
            if inner is None:
                end = _scan(text, at)[1]
            else:
                end = self.visit(at, f"{here}/{index}", inner, (-1, -1))
            at, index = _next_item(text, end), index + 1
        return at + 1


def _next_item(text: str, end: int) -> int:
    """Return where the next item of a container starts, or its closing bracket."""
    at = _skip_space(text, end)
    return _skip_space(text, at + 1) if text[at] == "," else at


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()
