"""YAML: read from the parser's events, without recursion, without aliases growing out of hand.

Scalars are read as JSON has them: only ``true``/``false``, ``null`` and plain numbers are not
text, so that ``Version: 2012-10-17`` stays the text that IAM wants. Tags are not acted on.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import yaml

from payguard.finding import quote
from payguard.sources.position import Place

_DEPTH = 100
_VALUES = 1_000_000
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?")
_WORDS: dict[str, bool | None] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "~": None,
    "": None,
}
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(ValueError):
    """A text that cannot be read as YAML: what is wrong, and at which line and column (from 1)."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass(slots=True)
class _Container:
    value: Any
    pointer: str
    start: int
    key: str | None = None
    key_place: tuple[int, int] = (-1, -1)
    seen: dict[str, int] = field(default_factory=dict)
    anchor: str | None = None
    counted: int = 0


@dataclass(slots=True)
class _Reader:
    """Builds values from events and remembers where each stands."""

    documents: list[Any] = field(default_factory=list)
    places: list[dict[str, Place]] = field(default_factory=list)
    open: list[_Container] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    count: int = 0

    def read(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.places.append({})
            self.anchors.clear()
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._enter(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._leave(event)

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        top = self.open[-1] if self.open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._key(top, event.value, event.start_mark, end)
            return
        value = event.value
        if event.implicit[0] and not event.style:  # plain: the C parser says "", the other None
            value = _plain(value)
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        self._put(value, 1, start, end)

    def _key(self, top: _Container, name: str, mark: Any, end: int) -> None:
        if name in top.seen:
            raise YamlError(
                f"the key {quote(name)} stands twice in one mapping "
                f"(first on line {top.seen[name]}): one of them would be lost",
                mark.line + 1,
                mark.column + 1,
            )
        top.seen[name] = mark.line + 1
        top.key, top.key_place = name, (mark.index, end)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise _at(event.start_mark, f"unknown alias {quote(event.anchor)}")
        value, size = self.anchors[event.anchor]
        self._put(value, size, event.start_mark.index, event.end_mark.index)

    def _enter(self, event: Any) -> None:
        if len(self.open) >= _DEPTH:
            raise _at(event.start_mark, "nested too deeply to be a policy")
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        if self.open and isinstance(self.open[-1].value, dict) and self.open[-1].key is None:
            raise _at(event.start_mark, "a mapping key that is no text")
        pointer, _ = self._next_pointer()
        start = event.start_mark.index
        self.open.append(_Container(value, pointer, start, anchor=event.anchor, counted=self.count))

    def _leave(self, event: Any) -> None:
        top = self.open.pop()
        if top.anchor:
            self.anchors[top.anchor] = (top.value, self.count - top.counted + 1)
        self._put(top.value, 1, top.start, event.end_mark.index)

    def _next_pointer(self) -> tuple[str, tuple[int, int]]:
        if not self.open:
            return "", (-1, -1)
        top = self.open[-1]
        if isinstance(top.value, dict):
            name = str(top.key).replace("~", "~0").replace("/", "~1")
            return f"{top.pointer}/{name}", top.key_place
        return f"{top.pointer}/{len(top.value)}", (-1, -1)

    def _put(self, value: Any, size: int, start: int, end: int) -> None:
        self.count += size
        if self.count > _VALUES:
            raise YamlError("more values than a policy can hold (aliases that multiply?)")
        pointer, key = self._next_pointer()
        self.places[-1][pointer] = Place(start, end, *key)
        if not self.open:
            self.documents.append(value)
            return
        top = self.open[-1]
        if isinstance(top.value, dict):
            top.value[top.key] = value
            top.key, top.key_place = None, (-1, -1)
        else:
            top.value.append(value)


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if len(text) < 40 and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _at(mark: Any, message: str) -> YamlError:
    return YamlError(message, mark.line + 1, mark.column + 1)


def _read(text: str) -> _Reader:
    reader = _Reader()
    try:
        for event in yaml.parse(text, Loader=_Loader):
            reader.read(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"not YAML: {error.problem or error.context}"
        raise (_at(mark, reason) if mark else YamlError(reason)) from None
    except yaml.YAMLError as error:
        raise YamlError(f"not YAML: {' '.join(str(error).split())[:160]}") from None
    except RecursionError:
        raise YamlError("nested too deeply to be a policy") from None
    return reader


def parse(text: str) -> list[Any]:
    """Return the values of the YAML documents in ``text``.

    Raises:
        YamlError: no YAML, a key twice in one mapping, a key that is no text, too deep, too many
            values.
    """
    return _read(text).documents


def locate(text: str, wanted: Collection[str], document: int = 0) -> dict[str, Place]:
    """Return where the values at the ``wanted`` JSON Pointers stand in one document of ``text``."""
    found = places(text, document)
    return {pointer: found[pointer] for pointer in wanted if pointer in found}


def places(text: str, document: int = 0) -> dict[str, Place]:
    """Return where every value of one document of ``text`` stands, by its JSON Pointer."""
    return _read(text).places[document]
