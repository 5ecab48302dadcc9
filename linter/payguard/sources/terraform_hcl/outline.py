"""Texts that were put together: from their offsets to those of the text they stand in."""

from bisect import bisect_right

from payguard.sources.terraform_hcl.syntax import Piece


class Outline:
    """Leads from the offsets of a text to those of its source.

    Args:
        pieces: the stretches of the text, in order; at least one.
    """

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self._pieces = pieces
        self._starts = [0]
        for piece in pieces:
            self._starts.append(self._starts[-1] + len(piece.text))

    def outer(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of the text stands in the source."""
        first, last = self._piece(start), self._piece(end - 1)
        begin, stop = self._pieces[first], self._pieces[last]
        outer_start, outer_end = begin.start, stop.end
        if len(begin.text) == begin.end - begin.start:
            outer_start += start - self._starts[first]
        if len(stop.text) == stop.end - stop.start:
            outer_end = stop.start + end - self._starts[last]
        return outer_start, outer_end

    def _piece(self, offset: int) -> int:
        return min(max(bisect_right(self._starts, offset) - 1, 0), len(self._pieces) - 1)
