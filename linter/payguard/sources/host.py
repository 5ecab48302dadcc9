"""Files that hold policy documents among other things, as objects or as JSON text in a string."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from payguard import pointer
from payguard.finding import Span
from payguard.infrastructure import COMMENT_MARK
from payguard.sources import json_text
from payguard.sources.position import Lines, Place

_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)


class Host:
    """A JSON or YAML file in which many places are asked for: found together, at the first ask.

    Args:
        text: the file's content, which has been parsed without an error.
        yaml_document: the number of the YAML document in the file; -1 for JSON.
    """

    def __init__(self, text: str, yaml_document: int = -1) -> None:
        self.text = text
        self.lines = Lines(text)
        self._yaml_document = yaml_document
        self._roots: set[str] = set()
        self._places: dict[str, Place] | None = None

    @cached_property
    def comments(self) -> list[tuple[int, str]]:
        """(line, text) of the comments that speak to payguard."""
        return comments(self.text)

    def expect(self, places: Iterable[str]) -> None:
        """Tell beforehand that these JSON Pointers may be asked for: cheaper than one by one."""
        new = set(places) - self._roots
        self._roots |= new
        if new and self._yaml_document < 0:
            self._places = None

    def place(self, at: str) -> Place:
        """Return where the value at a JSON Pointer stands, or the nearest value around it."""
        places = self._known()
        if at not in places and self._yaml_document < 0:
            self._look_below(at, places)
        while at not in places and at:
            at = pointer.parent(at)
        return places.get(at, Place(0, 0))

    def _look_below(self, at: str, places: dict[str, Place]) -> None:
        """Look for a place below the nearest one that is known: no more of the text is read."""
        missing = [at]
        while missing[-1] and pointer.parent(missing[-1]) not in places:
            missing.append(pointer.parent(missing[-1]))
        around = pointer.parent(missing[-1])
        start, end, *_ = places.get(around, Place(0, len(self.text)))
        found = json_text.locate(self.text[start:end], {one[len(around) :] for one in missing})
        places.update({around + one: place.moved(start) for one, place in found.items()})

    def span(self, at: str, *, on_key: bool = False) -> Span:
        """Return the span of the value at a JSON Pointer, by its first line, or of its key."""
        place = self.place(at)
        if on_key and place.key_start >= 0:
            return self.lines.span(place.key_start, place.key_end)
        return self.between(place.start, place.end)

    def between(self, start: int, end: int) -> Span:
        """Return the span between two offsets; of several lines the first."""
        line_end = self.text.find("\n", start, end)
        return self.lines.span(start, end if line_end < 0 else line_end)

    def _known(self) -> dict[str, Place]:
        if self._places is None:
            if self._yaml_document >= 0:
                from payguard.sources import yaml_text  # noqa: PLC0415  JSON does not pay for YAML

                self._places = yaml_text.places(self.text, self._yaml_document)
            else:
                self._places = json_text.locate(self.text, self._roots)
        return self._places


class NestedMap:
    """The source map of a document that is an object of its host file.

    Args:
        host: the file.
        root: the JSON Pointer of the document in the file.
        moved: pointers of the document to pointers of the file, for values that stand elsewhere.
    """

    def __init__(self, host: Host, root: str, moved: Mapping[str, str] | None = None) -> None:
        self._host, self._root, self._moved = host, root, moved or {}
        host.expect((root,))

    def spans(self, wanted: Collection[tuple[str, bool]]) -> Mapping[tuple[str, bool], Span]:
        """As in ``payguard.infrastructure.SourceMap``."""
        return {
            (at, on_key): self._host.span(self._in_file(at), on_key=on_key) for at, on_key in wanted
        }

    def _in_file(self, at: str) -> str:
        above = at
        while above not in self._moved and above:
            above = pointer.parent(above)
        return self._moved.get(above, self._root) + at[len(above) :]

    def line(self, number: int) -> str:
        """As in ``payguard.infrastructure.SourceMap``."""
        return self._host.lines.line(number)

    def comments(self) -> list[tuple[int, str]]:
        """As in ``payguard.infrastructure.SourceMap``."""
        return self._host.comments


class EmbeddedMap:
    """The source map of a document that is JSON text in a string of a JSON file.

    Args:
        host: the file.
        root: the JSON Pointer of the string in the file.
        text: the string's value: the document's JSON text.
    """

    def __init__(self, host: Host, root: str, text: str) -> None:
        self._host, self._root, self._text = host, root, text
        self._escapes: tuple[list[int], list[int]] | None = None
        host.expect((root,))

    def spans(self, wanted: Collection[tuple[str, bool]]) -> Mapping[tuple[str, bool], Span]:
        """As in ``payguard.infrastructure.SourceMap``."""
        pointers = {above for at, _ in wanted for above in _and_above(at)}
        places = json_text.locate(self._text, pointers)
        return {want: self._span(want, places) for want in wanted}

    def _span(self, want: tuple[str, bool], places: Mapping[str, Place]) -> Span:
        at, on_key = want
        missing = at not in places
        while at not in places and at:
            at = pointer.parent(at)
        place = places.get(at)
        if place is None:
            return self._host.span(self._root)
        start, end = place.start, place.end
        if on_key and not missing and place.key_start >= 0:
            start, end = place.key_start, place.key_end
        return self._host.between(self._outer(start), self._outer(end))

    def _outer(self, offset: int) -> int:
        """Return where the character at ``offset`` of the document stands in the file."""
        if self._escapes is None:
            self._escapes = self._find_escapes()
        inner, outer = self._escapes
        at = bisect_right(inner, offset) - 1
        return outer[at] + offset - inner[at]

    def _find_escapes(self) -> tuple[list[int], list[int]]:
        """Return offsets in the document and in the file between which nothing is escaped."""
        place = self._host.place(self._root)
        inner, outer = [0], [place.start + 1]
        literal = self._host.text[place.start : place.end]
        for escape in _ESCAPE.finditer(literal):
            raw = escape.group()
            # A character beyond the basic plane is written as two escapes.
            low = raw[1] == "u" and "dc00" <= raw[2:].lower() < "e000"
            before = inner[-1] + place.start + escape.start() - outer[-1]
            inner.append(before if low else before + 1)
            outer.append(place.start + escape.end())
        return inner, outer

    def line(self, number: int) -> str:
        """As in ``payguard.infrastructure.SourceMap``."""
        return self._host.lines.line(number)

    def comments(self) -> list[tuple[int, str]]:
        """As in ``payguard.infrastructure.SourceMap``."""
        return []  # JSON has none


def comments(text: str) -> list[tuple[int, str]]:
    """Return (line, text) of the comments in ``text`` that speak to payguard."""
    if COMMENT_MARK not in text:
        return []
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        _, mark, comment = line.partition(COMMENT_MARK)
        if mark:
            found.append((number, comment.strip()))
    return found


def _and_above(at: str) -> list[str]:
    found = [at]
    while found[-1]:
        found.append(pointer.parent(found[-1]))
    return found
