"""JSON: decoded by the standard library's C decoder; positions are found when they are wanted.

Stricter than the decoder where IAM is: no duplicate keys, no NaN or Infinity.
"""

import json
import re
from collections.abc import Collection
from typing import Any

from payguard.finding import quote
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


def locate(text: str, wanted: Collection[str]) -> dict[str, Place]:
    """Return where the values at the ``wanted`` JSON Pointers stand in ``text``, valid JSON.

    One pass over the tokens; pointers that lead nowhere are left out.
    """
    missing = set(wanted)
    found: dict[str, Place] = {}
    # One frame a container: [pointer, next index or -1 for an object, where it starts,
    # where its key starts, where its key ends]
    frames: list[list[Any]] = []
    pointer, key_start, key_end = "", -1, -1
    scan = _TOKEN.finditer(text)
    for token in scan:
        symbol = token.group()
        if symbol in ("{", "["):
            frames.append([pointer, -1 if symbol == "{" else 0, token.start(), key_start, key_end])
            pointer, key_start, key_end = f"{pointer}/0", -1, -1
            continue
        if symbol == ",":
            frame = frames[-1]
            if frame[1] >= 0:
                frame[1] += 1
                pointer, key_start, key_end = f"{frame[0]}/{frame[1]}", -1, -1
            continue
        if symbol == ":":
            continue
        if symbol in ("}", "]"):
            pointer, _, start, key_start, key_end = frames.pop()
            _note(found, missing, pointer, Place(start, token.end(), key_start, key_end))
            pointer = frames[-1][0] if frames else ""
        elif symbol[0] == '"' and frames and frames[-1][1] < 0 and key_start < 0:
            name = json.loads(symbol, strict=False) if "\\" in symbol else symbol[1:-1]
            pointer = f"{frames[-1][0]}/{name.replace('~', '~0').replace('/', '~1')}"
            key_start, key_end = token.start(), token.end()
            continue
        else:
            _note(found, missing, pointer, Place(token.start(), token.end(), key_start, key_end))
        key_start = key_end = -1
        if len(found) == len(missing):
            break
    return found


def _note(found: dict[str, Place], wanted: set[str], pointer: str, place: Place) -> None:
    if pointer in wanted:
        found[pointer] = place
