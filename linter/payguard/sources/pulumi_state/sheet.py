"""A text in which resources stand: a whole file, or one line of a stream of events."""

from collections.abc import Collection, Mapping

from payguard import pointer
from payguard.finding import Location, Span
from payguard.infrastructure import SourceMap
from payguard.sources import json_text
from payguard.sources.host import EmbeddedMap, Host, NestedMap
from payguard.sources.position import Place


class Sheet:
    """One JSON text, and where the values in it stand that somebody will ask for.

    Args:
        path: the file, as the user named it.
        text: the JSON text, which has been parsed without an error.
        above: how many lines of the file come before it.
    """

    __slots__ = ("_above", "_known_host", "_places", "_text", "_wanted", "path")

    def __init__(self, path: str, text: str, above: int = 0) -> None:
        self.path, self._text, self._above = path, text, above
        self._wanted: set[str] = set()
        self._places: Mapping[str, Place] | None = None
        self._known_host: Host | None = None

    @property
    def _host(self) -> Host:
        if self._known_host is None:  # most lines of a stream are never asked for a place
            self._known_host = Host(self._text)
        return self._known_host

    def expect(self, at: str) -> None:
        """Tell beforehand that the place of a JSON Pointer will be asked for.

        All that is expected is found in one walk over the text.
        """
        self._wanted.add(at)

    def location(self, at: str, address: str = "", *, on_key: bool = False) -> Location:
        """Return where the value at an expected JSON Pointer stands, or its key.

        Of one that was not expected, where the nearest expected one around it stands.
        """
        if self._places is None:
            self._places = json_text.locate(self._text, self._wanted)
        while at not in self._places and at:
            at = pointer.parent(at)
        place = self._places.get(at, Place(0, 0))
        start, end = place.start, place.end
        if on_key and place.key_start >= 0:
            start, end = place.key_start, place.key_end
        span = self._host.between(start, end)
        return Location(self.path, _lower(span, self._above), "", address)

    def line(self, location: Location) -> str:
        """Return the line of the file at ``location``."""
        return self._host.lines.line(location.span.line - self._above)

    def nested(self, at: str) -> SourceMap:
        """Return the source map of a document that is an object of the text."""
        return self._map(NestedMap(self._host, at))

    def embedded(self, at: str, text: str) -> SourceMap:
        """Return the source map of a document that is JSON text in a string of the text."""
        return self._map(EmbeddedMap(self._host, at, text))

    def _map(self, inner: SourceMap) -> SourceMap:
        return _LowerMap(inner, self._above) if self._above else inner


class _LowerMap:
    """A source map whose text stands further down in its file."""

    def __init__(self, inner: SourceMap, above: int) -> None:
        self._inner, self._above = inner, above

    def spans(self, wanted: Collection[tuple[str, bool]]) -> Mapping[tuple[str, bool], Span]:
        """As in ``payguard.infrastructure.SourceMap``."""
        found = self._inner.spans(wanted)
        return {want: _lower(span, self._above) for want, span in found.items()}

    def line(self, number: int) -> str:
        """As in ``payguard.infrastructure.SourceMap``."""
        return self._inner.line(number - self._above)

    def comments(self) -> list[tuple[int, str]]:
        """As in ``payguard.infrastructure.SourceMap``."""
        return []  # JSON has none


def _lower(span: Span, lines: int) -> Span:
    return span._replace(line=span.line + lines, end_line=span.end_line + lines)
