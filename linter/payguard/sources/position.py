"""Positions: from an offset in a text to a line and column, and from a pointer to its span."""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

from payguard.finding import Span


@dataclass(slots=True)
class Lines:
    """The lines of a text, found once and only when somebody asks.

    Lines end with LF or CRLF; a column counts characters from 1.
    """

    text: str
    _starts: list[int] = field(default_factory=list)
    _shown: dict[int, str] = field(default_factory=dict)

    def place(self, offset: int) -> tuple[int, int]:
        """Return (line, column) of ``offset``, both from 1."""
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """Return the span from ``start`` up to but not including ``end``."""
        line, column = self.place(start)
        end_line, end_column = self.place(end)
        return Span(line, column, end_line, end_column)

    def line(self, number: int) -> str:
        """Return line ``number`` (from 1) without its end; empty where there is none.

        One copy of a line serves everybody: a minified file is one long line with many findings.
        """
        if number not in self._shown:
            self._shown[number] = self._line(number)
        return self._shown[number]

    def _line(self, number: int) -> str:
        starts = self._line_starts()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

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
