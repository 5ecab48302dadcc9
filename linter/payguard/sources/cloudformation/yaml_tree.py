"""YAML with CloudFormation's short tags: ``!Ref X`` is read as ``{"Ref": "X"}``, and so on.

Read from the parser's events, without recursion, as ``payguard.sources.yaml_text`` reads YAML
without tags: with the same scalars, the same refusals and the same bounds. Where each value stands
is kept beside the values, in a tree of the same shape: cheaper than a pointer for each of them.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from payguard.finding import quote
from payguard.sources.position import Place
from payguard.sources.yaml_text import YamlError

_DEPTH = 100
_VALUES = 1_000_000
_WORDS: dict[str, bool | None] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "~": None,
    "": None,
}
_DIGITS = frozenset("0123456789-.")
_MERGE = "<<"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

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
class _Container:
    value: Any
    marks: Any
    start: int
    function: str = ""
    anchor: str | None = None
    key: str | None = None
    key_place: tuple[int, int] = (-1, -1)
    seen: dict[str, int] = field(default_factory=dict)
    counted: int = 0


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

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        top = self._open[-1] if self._open else None
        if top is not None and top.key is None and type(top.value) is dict:
            self._key(top, event.value, event.start_mark, end)
            return
        value = event.value
        if event.implicit[0] and not event.style:  # plain: the C parser says "", the other None
            value = _plain(value)
        function = _function(event.tag) if event.tag else ""
        inner = None
        if function:
            value, inner = {function: value}, {function: Mark(Place(start, end))}
        if event.anchor:
            self._anchors[event.anchor] = (value, Mark(Place(start, end), inner), 1)
        self._put(value, inner, 1, start, end)

    def _key(self, top: _Container, name: str, mark: Any, end: int) -> None:
        if name in top.seen and name != _MERGE:
            raise YamlError(
                f"the key {quote(name)} stands twice in one mapping "
                f"(first on line {top.seen[name]}): one of them would be lost",
                mark.line + 1,
                mark.column + 1,
            )
        top.seen[name] = mark.line + 1
        top.key, top.key_place = name, (mark.index, end)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            raise _at(event.start_mark, f"unknown alias {quote(event.anchor)}")
        if self._open and type(self._open[-1].value) is dict and self._open[-1].key is None:
            raise _at(event.start_mark, "a mapping key that is no text")
        value, mark, size = self._anchors[event.anchor]
        self._put(value, mark.inner, size, event.start_mark.index, event.end_mark.index)

    def _enter(self, event: Any, value: Any) -> None:
        if len(self._open) >= _DEPTH:
            raise _at(event.start_mark, "nested too deeply to be a template")
        if self._open and type(self._open[-1].value) is dict and self._open[-1].key is None:
            raise _at(event.start_mark, "a mapping key that is no text")
        marks: Any = {} if type(value) is dict else []
        function = _function(event.tag) if event.tag else ""
        start, anchor = event.start_mark.index, event.anchor
        self._open.append(_Container(value, marks, start, function, anchor, counted=self._count))

    def _leave(self, event: Any) -> None:
        top = self._open.pop()
        end = event.end_mark.index
        value, inner = top.value, top.marks
        if _MERGE in top.seen:
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
        if self._count > _VALUES:
            raise YamlError("more values than a template can hold (aliases that multiply?)")
        if not self._open:
            self.documents.append(YamlDocument(value, Mark(Place(start, end), inner)))
            return
        top = self._open[-1]
        mark = Mark(Place(start, end, *top.key_place), inner)
        if type(top.value) is not dict:
            top.value.append(value)
            top.marks.append(mark)
            return
        if top.key == _MERGE and _MERGE in top.value:  # a second one: both count
            value, mark = _both(top.value[_MERGE], value), top.marks[_MERGE]
        top.value[top.key] = value
        top.marks[top.key] = mark
        top.key, top.key_place = None, (-1, -1)


def _both(first: Any, second: Any) -> list[Any]:
    return [one for many in (first, second) for one in (many if type(many) is list else [many])]


def _merged(value: dict[str, Any], marks: dict[str, Mark]) -> tuple[Any, Any]:
    """Return a mapping with what it takes over by ``<<``, as the tools that package templates do.

    Its own keys count before those taken over, and those of an earlier mapping before a later's.
    """
    sources = value[_MERGE] if type(value[_MERGE]) is list else [value[_MERGE]]
    if not all(type(source) is dict for source in sources):
        return value, marks  # no merge: an odd key, which whoever reads the value complains about
    around = marks[_MERGE]
    inner = around.inner if isinstance(around.inner, list) else [around] * len(sources)
    own = {key: one for key, one in value.items() if key != _MERGE}
    places = {key: mark for key, mark in marks.items() if key != _MERGE}
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


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _DIGITS and _DIGITS.issuperset(text):
        return _number(text)
    return text


def _number(text: str) -> Any:
    """Return a number as JSON writes it; anything else, as a date, stays text."""
    whole, dot, fraction = text.removeprefix("-").partition(".")
    plain = whole.isdigit() and (whole == "0" or whole[0] != "0") and len(whole) <= 18
    if not plain or (dot and (not fraction.isdigit() or len(fraction) > 17)):
        return text
    return float(text) if dot else int(text)


def _at(mark: Any, message: str) -> YamlError:
    return YamlError(message, mark.line + 1, mark.column + 1)


def parse(text: str) -> list[YamlDocument]:
    """Return the YAML documents in ``text``.

    Raises:
        YamlError: no YAML, a key twice in one mapping, a key that is no text, too deep, too many
            values.
    """
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
        raise YamlError("nested too deeply to be a template") from None
    return reader.documents
