"""YAML with CloudFormation's short tags: ``!Ref X`` is read as ``{"Ref": "X"}``, and so on.

Where each value stands
is kept beside the values, in a tree of the same shape: cheaper than a pointer for each of them.
"""

from dataclasses import dataclass
from typing import Any

import yaml

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
from payguard_policies.named_tuple import NamedTuple

_WHAT = "a template"

# The functions whose names have no prefix in their long form.
_WITHOUT_PREFIX = frozenset({"Ref", "Condition"})


class Mark(NamedTuple):
    """Where a value stands, and in a tree of the value's shape where what it holds stands."""

    place: Place
    inner: "dict[str, Mark] | list[Mark] | None" = None


class YamlDocument(NamedTuple):
    """One YAML document: its value, and where everything in it stands."""

    value: Any
    mark: Mark


@dataclass(slots=True)
class _Container(Container):
    marks: Any = None
    function: str = ""


class _Reader:
    """Builds values and marks from events."""

    def __init__(self) -> None:
        self.documents: list[YamlDocument] = []
        self._open: list[_Container] = []
        self._anchors: dict[str, tuple[Any, Mark, int]] = {}
        self._count = 0

    def read(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._enter(event, {} if kind is yaml.MappingStartEvent else [])
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._leave(event)
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.DocumentStartEvent:
            self._anchors.clear()

    @property
    def _around(self) -> _Container | None:
        return self._open[-1] if self._open else None

    def _scalar(self, event: Any) -> None:
        top = self._around
        if top is not None and top.wants_key:
            top.take_key(event, again=event.value == MERGE)
            return
        start, end = event.start_mark.index, event.end_mark.index
        value = scalar(event)
        function = _function(event.tag) if event.tag else ""
        inner = None
        if function:
            value, inner = {function: value}, {function: Mark(Place(start, end))}
        if event.anchor:
            self._anchors[event.anchor] = (value, Mark(Place(start, end), inner), 1)
        self._put(value, inner, 1, start, end)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            raise at(event.start_mark, f"unknown alias {quote(event.anchor)}")
        check_value(event, self._around)
        value, mark, size = self._anchors[event.anchor]
        self._put(value, mark.inner, size, event.start_mark.index, event.end_mark.index)

    def _enter(self, event: Any, value: Any) -> None:
        check_depth(event, len(self._open), _WHAT)
        check_value(event, self._around)
        marks: Any = {} if type(value) is dict else []
        function = _function(event.tag) if event.tag else ""
        start, anchor = event.start_mark.index, event.anchor
        self._open.append(
            _Container(value, start, anchor, self._count, marks=marks, function=function)
        )

    def _leave(self, event: Any) -> None:
        top = self._open.pop()
        end = event.end_mark.index
        value, inner = top.value, top.marks
        if MERGE in top.seen:
            value, inner = _merged(value, inner)
        if top.function:
            inner = {top.function: Mark(Place(top.start, end), inner)}
            value = {top.function: value}
        if top.anchor:
            size = self._count - top.counted + 1
            self._anchors[top.anchor] = (value, Mark(Place(top.start, end), inner), size)
        self._put(value, inner, 1, top.start, end)

    def _put(self, value: Any, inner: Any, size: int, start: int, end: int) -> None:
        self._count += size
        check_count(self._count, _WHAT)
        top = self._around
        if top is None:
            self.documents.append(YamlDocument(value, Mark(Place(start, end), inner)))
            return
        mark = Mark(Place(start, end, *top.key_place), inner)
        if type(top.value) is not dict:
            top.value.append(value)
            top.marks.append(mark)
            return
        if top.key == MERGE and MERGE in top.value:  # a second one: both count
            value, mark = _both(top.value[MERGE], value), top.marks[MERGE]
        top.value[top.key] = value
        top.marks[top.key] = mark
        top.end_key()


def _both(first: Any, second: Any) -> list[Any]:
    return [one for many in (first, second) for one in (many if type(many) is list else [many])]


def _merged(value: dict[str, Any], marks: dict[str, Mark]) -> tuple[Any, Any]:
    """Return a mapping with what it takes over by ``<<``, as the tools that package templates do.

    Its own keys count before those taken over, and those of an earlier mapping before a later's.
    """
    sources = taken_over(value)
    if not sources:
        return value, marks
    around = marks[MERGE]
    inner = around.inner if isinstance(around.inner, list) else [around] * len(sources)
    own = {key: one for key, one in value.items() if key != MERGE}
    places = {key: mark for key, mark in marks.items() if key != MERGE}
    for source, mark in zip(sources, inner, strict=False):
        below = mark.inner if isinstance(mark.inner, dict) else {}
        for key, one in source.items():
            if key not in own:
                own[key], places[key] = one, below.get(key, mark)
    return own, places


def _function(tag: str) -> str:
    """Return the name of the function that a short tag stands for; empty for YAML's own tags."""
    name = tag[1:]
    if tag[0] != "!" or not name.isalnum():
        return ""
    return name if name in _WITHOUT_PREFIX else f"Fn::{name}"


def parse(text: str) -> list[YamlDocument]:
    """Return the YAML documents in ``text``.

    Raises:
        YamlError: no YAML, a key twice in one mapping, a key that is no text, too deep, too many
            values.
    """
    reader = _Reader()
    follow(text, reader.read, _WHAT)
    return reader.documents
