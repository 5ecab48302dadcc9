"""Text that stands escaped in a file: read as it is meant, and still found where it stands."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text taken out of another, piece by piece.

    Attributes:
        text: as it is meant.
        inner: offsets in ``text`` at which pieces start, ascending, the first 0.
        outer: the offsets of the same pieces in the parent.
        parent: the text that it was taken out of; None where that is the file.
    """

    text: str
    inner: tuple[int, ...] = (0,)
    outer: tuple[int, ...] = (0,)
    parent: "Excerpt | None" = None

    def behind(self, at: int) -> int:
        """Return where in the parent the character at ``at`` of this text stands."""
        piece = bisect_right(self.inner, at) - 1
        return self.outer[piece] + at - self.inner[piece]

    def offset(self, at: int) -> int:
        """Return where in the file the character at ``at`` of this text stands."""
        found = self.behind(at)
        return found if self.parent is None else self.parent.offset(found)

    def stretch(self, start: int, end: int) -> tuple[int, int]:
        """Return from where to where in the file what stands from ``start`` to ``end`` goes."""
        last = self.offset(end - 1) + 1
        following = self.offset(end)
        # The last character may be written with more than one.
        return self.offset(start), following if last < following < last + _ESCAPED else last


_ESCAPED = 6
# What JSON, Python, JavaScript and a shell's double quotes write with a backslash.
ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r?\n|.)", re.DOTALL)
BRACES = re.compile(r"\{\{|\}\}")

_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def unescape(raw: str) -> str:
    """Return what one escape stands for; ``raw`` starts with the backslash."""
    mark = raw[1]
    if mark in "ux" and len(raw) > 2:
        return chr(int(raw[2:], 16))  # noqa: FURB166  int knows no such prefix
    return "" if mark in "\r\n" else _LETTERS.get(mark, mark)


def single(raw: str) -> str:
    """Return the one brace that two stand for in a text that is formatted later."""
    return raw[0]


def unescaped(
    parent: Excerpt,
    stretches: Iterable[tuple[int, int]],
    escape: re.Pattern[str] = ESCAPE,
    meant: Callable[[str], str] = unescape,
) -> Excerpt:
    """Return stretches of ``parent``, given by their offsets, as one text without escapes."""
    pieces: list[str] = []
    inner, outer, length = [0], [0], 0
    for start, end in stretches:
        at = start
        for found in (*escape.finditer(parent.text, start, end), None):
            stop = found.start() if found else end
            inner.append(length)
            outer.append(at)
            pieces.append(parent.text[at:stop])
            length += stop - at
            if found:
                inner.append(length)
                outer.append(stop)
                pieces.append(meant(found.group()))
                length += len(pieces[-1])
                at = found.end()
    return Excerpt("".join(pieces), tuple(inner), tuple(outer), parent)
