"""Texts in Terraform's JSON syntax: each is a template once JSON's escapes are undone.

https://developer.hashicorp.com/terraform/language/syntax/json
"""

import json
import re

from payguard.sources.terraform_hcl import template
from payguard.sources.terraform_hcl.outline import Outline
from payguard.sources.terraform_hcl.scanner import Scanner
from payguard.sources.terraform_hcl.syntax import Embedded, File, HclError, Node, Piece, Template

_TEXT = re.compile(r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"')
# A character beyond the basic plane is written as two escapes.
_ESCAPE = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.")


class EscapedText:
    """A JSON text with its escapes undone, as a place where expressions stand."""

    __slots__ = ("_outline", "file", "text")

    def __init__(self, file: File, text: str, pieces: tuple[Piece, ...]) -> None:
        self.file, self.text = file, text
        self._outline = Outline(pieces)

    def outer(self, start: int, end: int) -> tuple[int, int]:
        """As in Source."""
        return self._outline.outer(start, max(end, start + 1))


def quoted(scanner: Scanner, read: template.Read) -> Node:
    """Read the JSON text at hand."""
    found = _TEXT.match(scanner.text, scanner.start)
    if found is None:
        raise HclError("the text is not closed on its line", scanner.start)
    start, end = found.span()
    scanner.resume(end)
    pieces = _pieces(scanner.text, start, end)
    text = "".join(piece.text for piece in pieces)
    if not scanner.templates or ("${" not in text and "%{" not in text):
        return Template(start, end, pieces)
    inner = Scanner(scanner.file, text)
    inner.lines_end = False
    source = EscapedText(scanner.file, text, pieces)
    try:
        node = template.whole(inner, read)
    except HclError as error:
        raise HclError(error.message, source.outer(error.offset, error.offset)[0]) from None
    return Embedded(start, end, source, node, tuple(inner.references))


def _pieces(text: str, start: int, end: int) -> tuple[Piece, ...]:
    """Return the characters of a JSON text: stretches without an escape, and each escape."""
    pieces, at = [], start + 1
    for escape in _ESCAPE.finditer(text, start + 1, end - 1):
        if escape.start() > at:
            pieces.append(Piece(at, escape.start(), text[at : escape.start()]))
        character = json.loads(f'"{escape.group()}"')
        pieces.append(Piece(escape.start(), escape.end(), character))
        at = escape.end()
    if at < end - 1:
        pieces.append(Piece(at, end - 1, text[at : end - 1]))
    return tuple(pieces)
