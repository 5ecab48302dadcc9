"""YAML: read from the parser's events, without recursion, without aliases growing out of hand.

Tags are not acted on.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import yaml

from payguard import pointer
from payguard.quotation import quote
from payguard.sources.position import Place
from payguard.sources.yaml_event import (
    MERGE,
    Container,
    at,
    check_count,
    check_depth,
    check_value,
    follow,
    scalar,
    taken_over,
)

_WHAT = "a policy"


@dataclass(slots=True)
class _Container(Container):
    pointer: str = ""


@dataclass(slots=True)
class _Reader:
    """Builds values from events and remembers where each stands."""

    documents: list[Any] = field(default_factory=list)
    places: list[dict[str, Place]] = field(default_factory=list)
    open: list[_Container] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    count: int = 0

    @property
    def around(self) -> _Container | None:
        return self.open[-1] if self.open else None

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
        top = self.around
        if top is not None and top.wants_key:
            top.take_key(event)
            return
        value = scalar(event)
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        self._put(value, 1, event.start_mark.index, event.end_mark.index)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise at(event.start_mark, f"unknown alias {quote(event.anchor)}")
        check_value(event, self.around)
        value, size = self.anchors[event.anchor]
        self._put(value, size, event.start_mark.index, event.end_mark.index)

    def _enter(self, event: Any) -> None:
        check_depth(event, len(self.open), _WHAT)
        check_value(event, self.around)
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        pointer, _ = self._next_pointer()
        start = event.start_mark.index
        self.open.append(_Container(value, start, event.anchor, self.count, pointer=pointer))

    def _leave(self, event: Any) -> None:
        top = self.open.pop()
        if MERGE in top.seen:
            self._merge(top)
        if top.anchor:
            self.anchors[top.anchor] = (top.value, self.count - top.counted + 1)
        self._put(top.value, 1, top.start, event.end_mark.index)

    def _merge(self, top: _Container) -> None:
        """Add what a mapping takes over, which stands where it is named."""
        sources = taken_over(top.value)
        if not sources:
            return
        place = self.places[-1][f"{top.pointer}/{MERGE}"]
        del top.value[MERGE]
        for source in sources:
            for key, value in source.items():
                if key not in top.value:
                    top.value[key] = value
                    self.places[-1][pointer.join(top.pointer, key)] = place

    def _next_pointer(self) -> tuple[str, tuple[int, int]]:
        top = self.around
        if top is None:
            return "", (-1, -1)
        if isinstance(top.value, dict):
            name = str(top.key).replace("~", "~0").replace("/", "~1")
            return f"{top.pointer}/{name}", top.key_place
        return f"{top.pointer}/{len(top.value)}", (-1, -1)

    def _put(self, value: Any, size: int, start: int, end: int) -> None:
        self.count += size
        check_count(self.count, _WHAT)
        pointer, key = self._next_pointer()
        self.places[-1][pointer] = Place(start, end, *key)
        top = self.around
        if top is None:
            self.documents.append(value)
        elif isinstance(top.value, dict):
            top.value[top.key] = value
            top.end_key()
        else:
            top.value.append(value)


def _read(text: str) -> _Reader:
    reader = _Reader()
    follow(text, reader.read, _WHAT)
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
