"""Positions: from an offset in a text to a line and column, and from a pointer to its span."""

from bisect import bisect_right

from payguard.finding import Span
from payguard_policies.named_tuple import NamedTuple

# Up to this many places are found by looking; for more a table of the lines is made.
_FEW = 32


class Lines:
    """The lines of a text, found when somebody asks.

    Lines end with LF or CRLF; a column counts characters from 1.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._asked = 0
        self._starts: list[int] = []
        self._known: dict[int, int] = {}
        self._shown: dict[int, str] = {}

    def place(self, offset: int) -> tuple[int, int]:
        """Return (line, column) of ``offset``, both from 1."""
        self._asked += 1
        if self._asked > _FEW:
            starts = self._line_starts()
            line = bisect_right(starts, offset)
            return line, offset - starts[line - 1] + 1
        line = self.text.count("\n", 0, offset) + 1
        start = self._known[line] = self.text.rfind("\n", 0, offset) + 1
        return line, offset - start + 1

    def span(self, start: int, end: int) -> Span:
        """Return the span from ``start`` up to but not including ``end``."""
        line, column = self.place(start)
        if "\n" not in self.text[start:end]:
            return Span(line, column, line, column + end - start)
        return Span(line, column, *self.place(end))

    def line(self, number: int) -> str:
        """Return line ``number`` (from 1) without its end; empty where there is none.

        One copy of a line serves everybody: a minified file is one long line with many findings.
        """
        if number not in self._shown:
            self._shown[number] = self._line(number)
        return self._shown[number]

    def _line(self, number: int) -> str:
        start = self._known.get(number, -1)
        if start < 0:
            starts = self._line_starts()
            if not 1 <= number <= len(starts):
                return ""
            start = starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)].rstrip("\r\n")

    def _line_starts(self) -> list[int]:
        if not self._starts:
            starts, at = [0], self.text.find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = self.text.find("\n", at + 1)
            self._starts = starts
        return self._starts


class Place(NamedTuple):
    """Where a value stands in its text, as offsets; ``key_*`` where its key stands, if any."""

    start: int
    end: int
    key_start: int = -1
    key_end: int = -1

    def moved(self, by: int) -> "Place":
        """Return the place as it is in a text that has ``by`` more characters before it."""
        return Place(*(offset + by if offset >= 0 else offset for offset in self))
