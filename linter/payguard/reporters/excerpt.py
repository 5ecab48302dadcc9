"""The source line of a finding and the carets under it, for a terminal."""

from payguard.finding import Span
from payguard.reporters.plain_text import HASH, LOG_COMMAND, visible

_WIDTH = 120


def excerpt(source: str, span: Span) -> tuple[str, str]:
    """Return the line as it can be shown, and blanks and carets that fit under it.

    A long line is cut around the span; tabs stay tabs in both, so that they fall together
    wherever the terminal's tab stops are.
    """
    start, end = _marked(source, span)
    first, last = _window(len(source), start, end)
    cells = _cells(source[first:last])
    start, end = start - first, min(end, last) - first
    left, right = "…" * (first > 0), "…" * (last < len(source))
    indent = "".join("\t" if cell == "\t" else " " * _width(cell) for cell in cells[:start])
    carets = "^" * max(1, sum(map(_width, cells[start:end])))
    return f"{left}{''.join(cells)}{right}", f"{' ' * len(left)}{indent}{carets}"


def _marked(source: str, span: Span) -> tuple[int, int]:
    """Return where the carets start and end: at least one, none under the line's trailing space."""
    start = min(max(span.column - 1, 0), len(source))
    end = len(source) if span.end_line > span.line else min(span.end_column - 1, len(source))
    return start, max(start + 1, start + len(source[start:end].rstrip()))


def _window(length: int, start: int, end: int) -> tuple[int, int]:
    """Return the part of a line to show: all of a short one, else what lies around the span."""
    if length <= _WIDTH:
        return 0, length
    room = _WIDTH - 2
    first = max(0, start - max(0, room - (end - start)) // 2)
    last = min(length, first + room)
    return max(0, last - room), last


def _cells(text: str) -> list[str]:
    cells = [char if char == "\t" else visible(char) for char in text]
    if "##" in text:
        for found in LOG_COMMAND.finditer(text):
            cells[found.start()] = HASH
    return cells


def _width(cell: str) -> int:
    """Return how many columns a terminal gives to a cell."""
    if cell.isascii():
        return len(cell)
    import unicodedata  # noqa: PLC0415  rarely needed

    if unicodedata.category(cell) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(cell) in ("W", "F") else 1
