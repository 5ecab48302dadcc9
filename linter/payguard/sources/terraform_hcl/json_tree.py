"""JSON within texts of Terraform: decoded, with what is not known in its place, and located."""

import re
from collections.abc import Iterable
from typing import Any

from payguard import pointer
from payguard.finding import InputError
from payguard.iam.unresolved import Unresolved
from payguard.sources import json_text
from payguard.sources.position import Place
from payguard.sources.terraform_hcl.datum import Datum, Note, Work, marks, together
from payguard.sources.terraform_hcl.outline import Outline
from payguard.sources.terraform_hcl.syntax import Piece
from payguard_policies.named_tuple import NamedTuple

_SIGN = re.compile('\\\\.|"|\ufdd0[0-9]{1,9}\ufdd1', re.DOTALL)
_DEPTH = 60


def pieces_of(datum: Datum, whole: str) -> tuple[Piece, ...]:
    """Return which stretch of a text stands where."""
    if datum.note.pieces:
        return datum.note.pieces
    start, end = datum.start + 1, datum.end - 1
    if datum.source.text[start:end] == whole:  # between quotation marks
        return (Piece(start, end, whole),)
    return (Piece(datum.start, datum.end, whole),)


def _quoted(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Put quotation marks around what is not known outside of a text: it is any JSON value."""
    found, within = [], False
    for piece in pieces:
        parts, at = [], 0
        for sign in _SIGN.finditer(piece.text):
            if sign.group() == '"':
                within = not within
            elif sign.group()[0] != "\\" and not within:
                parts += [piece.text[at : sign.start()], f'"{sign.group()}"']
                at = sign.end()
        text = "".join([*parts, piece.text[at:]]) if parts else piece.text
        found.append(piece._replace(text=text))
    return tuple(found)


def _text(datum: Datum, work: Work) -> tuple[str, tuple[Piece, ...]]:
    marked = work.marked(datum)
    pieces = pieces_of(datum, marked)
    if _has_mark(marked):
        pieces = _quoted(pieces)
        marked = "".join(piece.text for piece in pieces)
    return marked, pieces


def value_of(datum: Datum, work: Work) -> Any:
    """Return the value of a JSON text; an Unresolved stands where something is not known.

    Raises:
        json_text.JsonError: it is no JSON, or nested too deeply.
    """
    text, _ = _text(datum, work)
    work.spend_text(len(text))
    value = json_text.parse(text)
    _check_depth(value)
    return _resolved(value, work) if _has_mark(text) else value


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > _DEPTH:
            raise json_text.JsonError("nested too deeply to be a policy")
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]


def _resolved(value: Any, work: Work) -> Any:
    if isinstance(value, str):
        return work.resolved(value)
    if isinstance(value, list):
        return [_resolved(item, work) for item in value]
    if not isinstance(value, dict):
        return value
    unknown = [key for key in map(work.resolved, value) if isinstance(key, Unresolved)]
    if unknown:  # a key that is not known: nor is what the object holds
        return together(unknown)
    return {key: _resolved(item, work) for key, item in value.items()}


def decoded(datum: Datum, work: Work) -> Datum:
    """Return the value of a JSON text with the place of each value in it; raises as ``value_of``.

    A text that was made from a value gives that value, with its places.
    """
    if datum.note.tree is not None:
        return datum.note.tree
    text, pieces = _text(datum, work)
    work.spend_text(len(text) * 8)
    value = json_text.parse(text)
    _check_depth(value)
    places = json_text.locate(text, set(_pointers(value)))
    return _Builder(datum, Outline(pieces), places, work).build(value, "")


def _pointers(value: Any) -> Iterable[str]:
    pending = [("", value)]
    while pending:
        at, one = pending.pop()
        yield at
        if isinstance(one, dict):
            pending += [(pointer.join(at, key), item) for key, item in one.items()]
        elif isinstance(one, list):
            pending += [(f"{at}/{place}", item) for place, item in enumerate(one)]


class _Builder(NamedTuple):
    """Builds a located value out of a decoded one."""

    datum: Datum
    outline: Outline
    places: dict[str, Place]
    work: Work

    def build(self, value: Any, at: str) -> Datum:
        """Return the value at a JSON Pointer."""
        place = self.places[at]
        start, end = self.outline.outer(place.start, place.end)
        data: Any = value
        keys = {}
        if isinstance(value, dict):
            data = {}
            for key, item in value.items():
                inner = pointer.join(at, key)
                data[key] = self.build(item, inner)
                key_place = self.places[inner]
                keys[key] = self.outline.outer(key_place.key_start, key_place.key_end)
            if any(map(_has_mark, value)):
                data = _resolved(value, self.work)
        elif isinstance(value, list):
            data = [self.build(item, f"{at}/{number}") for number, item in enumerate(value)]
        elif isinstance(value, str):
            data = self.work.resolved(value)
        return Datum(data, self.datum.source, start, end, Note(keys=keys))


def _has_mark(key: str) -> bool:
    return any(True for _ in marks(key))


def malformed(datum: Datum, error: json_text.JsonError, work: Work, what: str) -> InputError:
    """Return the error that says what is wrong with a JSON text, and where.

    Args:
        datum: the text.
        error: what is wrong; its line and column count within the text.
        work: the bounds of the evaluation.
        what: the address and argument that hold the text.
    """
    file = datum.source.file
    start = datum.source.outer(datum.start, datum.end)[0]
    if error.line:
        text, pieces = _text(datum, work)
        offset = 0
        for _ in range(error.line - 1):
            offset = text.find("\n", offset) + 1
        offset = min(offset + error.column - 1, max(len(text) - 1, 0))
        start = datum.source.outer(*Outline(pieces).outer(offset, offset + 1))[0]
    line, column = file.lines.place(start)
    return InputError(file.path, f"{what}: {error.message}", line, column)
