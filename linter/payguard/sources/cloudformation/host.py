"""Where the values of a template stand: in JSON looked for when asked, in YAML known from reading."""

from collections.abc import Iterable, Mapping
from typing import Any

from payguard import pointer
from payguard.finding import InputError, Location
from payguard.sources import json_text
from payguard.sources.host import Host
from payguard.sources.position import Place

# How many slashes the pointer of an entry of a section has, such as that of a resource.
_ENTRY = 2


class TemplateHost(Host):
    """The template's file, in which each place is found without looking through all of it.

    Args:
        path: the file, as the user named it.
        text: its content.
    """

    def __init__(self, path: str, text: str) -> None:
        super().__init__(text)
        self.path = path

    def expect(self, places: Iterable[str]) -> None:
        """As in ``Host``; nothing here is cheaper for being told beforehand."""

    def location(self, at: str, address: str = "") -> Location:
        """Return the location of the value at a JSON Pointer; of an entry of a section its name."""
        return Location(self.path, self.span(at, on_key=at.count("/") == _ENTRY), at, address)

    def error(self, at: str, message: str) -> InputError:
        """Return an error about the value at a JSON Pointer."""
        span = self.location(at).span
        return InputError(self.path, message, span.line, span.column)


class JsonHost(TemplateHost):
    """A template in JSON: entries of sections are found together, what is in them one by one.

    Args:
        path: the file, as the user named it.
        text: its content, valid JSON.
        value: the decoded content.
    """

    def __init__(self, path: str, text: str, value: Mapping[str, Any]) -> None:
        super().__init__(path, text)
        self._value = value
        self._entries: dict[str, Place] | None = None
        self._found: dict[str, Place] = {}

    def place(self, at: str) -> Place:
        """Return where the value at a JSON Pointer stands, or the nearest value around it."""
        if self._entries is None:
            self._entries = json_text.locate(self.text, self._sections())
        if at not in self._found:
            self._found[at] = self._place(at, self._entries)
        return self._found[at]

    def _sections(self) -> list[str]:
        found = [""]
        for section, entries in self._value.items():
            head = pointer.join("", section)
            found.append(head)
            if isinstance(entries, dict):
                found += [pointer.join(head, name) for name in entries]
        return found

    def _place(self, at: str, entries: Mapping[str, Place]) -> Place:
        head, below = _split(at)
        while head not in entries:
            head, below = pointer.parent(head), ""
        around = entries[head]
        text = self.text[around.start : around.end]
        found = None
        while below and found is None:
            found = json_text.locate(text, (below,)).get(below)
            below = pointer.parent(below)
        if found is None:
            return around
        start, end, key_start, key_end = (one + around.start if one >= 0 else one for one in found)
        return Place(start, end, key_start, key_end)


def _split(at: str) -> tuple[str, str]:
    """Split a pointer into that of an entry of a section, and the rest."""
    parts = at.split("/", 3)
    return "/".join(parts[:3]), f"/{parts[3]}" if len(parts) > 3 else ""


class YamlHost(TemplateHost):
    """A template in YAML, of which reading has told where everything stands.

    Args:
        path: the file, as the user named it.
        text: its content.
        mark: where its values stand, as ``yaml_tree`` tells it.
    """

    def __init__(self, path: str, text: str, mark: Any) -> None:
        super().__init__(path, text)
        self._mark = mark

    def place(self, at: str) -> Place:
        """Return where the value at a JSON Pointer stands, or the nearest value around it."""
        mark = self._mark
        for token in pointer.tokens(at):
            inner = mark.inner
            if isinstance(inner, dict) and token in inner:
                mark = inner[token]
            elif isinstance(inner, list) and token.isdecimal() and int(token[:9]) < len(inner):
                mark = inner[int(token[:9])]
            else:
                break
        place: Place = mark.place
        return place
