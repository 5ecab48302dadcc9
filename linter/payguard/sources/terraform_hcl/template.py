"""Templates of HCL: quoted texts and heredocs, with ``${...}`` and ``%{...}`` in them.

https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#templates
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from payguard.quotation import quote
from payguard.sources.terraform_hcl.scanner import NAME, Scanner
from payguard.sources.terraform_hcl.syntax import (
    Call,
    Conditional,
    For,
    HclError,
    Interpolation,
    Literal,
    Names,
    Node,
    Piece,
    Template,
)
from payguard_policies.named_tuple import NamedTuple

Read = Callable[[Scanner], Node]

_QUOTED = re.compile(r'[^"\\$%\n]++')
_PLAIN = re.compile(r'[^"\\$%\n]*+"')
_LINE = re.compile(r"[^$%\n]*+\n?+")
_MARKER = re.compile(r"[^\W\d][\w-]*+")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
# Digits behind \u and \U.
_CODES = {"u": 4, "U": 8}
_HEX = frozenset("0123456789abcdefABCDEF")
# So many signs are looked at together.
_RUN = 1000
# Directives within each other.
_DIRECTIVES = 20


class _Directive(NamedTuple):
    """``%{...}``, before it is known what it encloses."""

    start: int
    end: int
    word: str
    test: Node
    names: Names


_Part = Piece | Interpolation | _Directive


@dataclass(slots=True)
class _Reader:
    """Gathers the parts of one template.

    Attributes:
        scanner: holds the text.
        read: reads one expression.
        parts: what was read.
        trim: whether ``~`` asks to leave out the white space that follows.
    """

    scanner: Scanner
    read: Read
    parts: list[_Part] = field(default_factory=list)
    trim: bool = False

    def literal(self, start: int, end: int, text: str) -> None:
        """Add characters."""
        if self.trim:
            exact = end - start == len(text)
            kept = text.lstrip()
            # Of a heredoc the rest of the line is left out, of a quoted text all up to a letter.
            self.trim = not kept and not (exact and text.endswith("\n"))
            start, text = start + len(text) - len(kept) if exact else start, kept
        self.scanner.count()
        self.parts.append(Piece(start, end, text))

    def sequence(self, at: int) -> int:
        """Read ``${...}``, ``%{...}``, an escape of one, or the sign itself; return its end."""
        text = self.scanner.text
        sign = text[at]
        end = at + len(text[at : at + _RUN]) - len(text[at : at + _RUN].lstrip(sign))
        if text[end : end + 1] != "{":
            self.literal(at, end, text[at:end])
            return end
        if end - at > 1:
            self.literal(at, end - 2, text[at : end - 2])
            self.literal(end - 2, end + 1, f"{sign}{{")
            return end + 1
        return self._inner(at, sign)

    def _inner(self, at: int, sign: str) -> int:
        scanner = self.scanner
        before = scanner.inside(lines_end=False)
        scanner.resume(at + 2)
        self.trim = False
        if scanner.accept("~"):
            self._trim_back()
        part: _Part
        part = self._directive(at) if sign == "%" else Interpolation(at, at, self.read(scanner))
        self.trim = scanner.accept("~")
        scanner.lines_end = before
        if scanner.kind != "}":
            raise scanner.unexpected(f'"}}" at the end of "{sign}{{"')
        self.parts.append(part._replace(end=scanner.end))
        return scanner.end

    def _trim_back(self) -> None:
        last = len(self.parts) - 1
        for place in range(last, -1, -1):
            part = self.parts[place]
            if not isinstance(part, Piece):
                return
            start, end, text = part
            exact = end - start == len(text)
            if place < last and exact and text.endswith("\n"):
                return  # of a heredoc the line itself is trimmed, not those before it
            kept = text.rstrip()
            self.parts[place] = Piece(start, start + len(kept) if exact else end, kept)
            if kept:
                return

    def _directive(self, at: int) -> _Directive:
        scanner, word = self.scanner, self.scanner.token
        if scanner.kind != NAME or word not in ("if", "else", "endif", "for", "endfor"):
            raise scanner.unexpected("a directive")
        scanner.advance()
        names: list[str] = []
        if word == "for":
            names.append(scanner.token)
            scanner.expect(NAME, 'after "for"')
            if scanner.accept(","):
                names.append(scanner.token)
                scanner.expect(NAME, 'after "," in "for"')
            if scanner.token != "in":  # noqa: S105  a word of HCL
                raise scanner.unexpected('"in"')
            scanner.advance()
        test = self.read(scanner) if word in ("if", "for") else Literal(at, at, None)
        return _Directive(at, at, word, test, tuple(names))


def quoted(scanner: Scanner, read: Read) -> Node:
    """Read the quoted text at hand."""
    if scanner.json:
        from payguard.sources.terraform_hcl import json_text  # noqa: PLC0415  JSON only

        return json_text.quoted(scanner, read)
    text, start, at = scanner.text, scanner.start, scanner.end
    plain = _PLAIN.match(text, at)
    if plain is not None:  # most texts are
        end = plain.end() - 1
        scanner.resume(end + 1)
        return Template(start, end + 1, (Piece(at, end, text[at:end]),) if end > at else ())
    reader = _Reader(scanner, read)
    while True:
        run = _QUOTED.match(text, at)
        if run is not None:
            reader.literal(at, run.end(), run.group())
            at = run.end()
        sign = text[at : at + 1]
        if sign == '"':
            break
        if sign == "\\":
            at = _escape(reader, at)
        elif sign in ("$", "%"):
            at = reader.sequence(at)
        else:
            raise HclError("the text is not closed on its line", start)
    scanner.resume(at + 1)
    return Template(start, at + 1, _assembled(reader.parts))


def _escape(reader: _Reader, at: int) -> int:
    text = reader.scanner.text
    sign = text[at + 1 : at + 2]
    if sign in _ESCAPES:
        reader.literal(at, at + 2, _ESCAPES[sign])
        return at + 2
    digits = text[at + 2 : at + 2 + _CODES.get(sign, 0)]
    code = int(digits, 16) if digits and _HEX.issuperset(digits) else -1
    if len(digits) != _CODES.get(sign) or not 0 <= code <= 0x10FFFF or 0xD800 <= code < 0xE000:
        raise HclError(f"{quote(text[at : at + 2])} is no escape", at)
    reader.literal(at, at + 2 + len(digits), chr(code))
    return at + 2 + len(digits)


def heredoc(scanner: Scanner, read: Read) -> Template:
    """Read the heredoc at hand."""
    text, start, indented = scanner.text, scanner.start, scanner.kind == "<<-"
    name = _MARKER.match(text, scanner.end)
    first = text.find("\n", scanner.end)
    if name is None or first < 0 or text[name.end() : first].strip():
        raise HclError(f"expected a marker and a new line after {quote(scanner.kind)}", start)
    marker, at = name.group(), first + 1
    reader = _Reader(scanner, read)
    while not (closed := _closes(text, at, marker)):
        if at >= len(text):
            raise HclError(f"the heredoc {quote(marker)} is not closed", start)
        at = _line(reader, at)
    scanner.resume(closed)
    parts = _without_margin(reader.parts) if indented else reader.parts
    return Template(start, closed, _assembled(parts))


def _closes(text: str, at: int, marker: str) -> int:
    """Return where the marker ends, if the line at ``at`` holds nothing else; else 0."""
    line_end = text.find("\n", at)
    line_end = len(text) if line_end < 0 else line_end
    line = text[at:line_end]
    if line.strip() != marker:
        return 0
    return at + line.index(marker) + len(marker)


def _line(reader: _Reader, at: int) -> int:
    """Read up to a line's end outside of an expression, or the text's; return where it is."""
    text = reader.scanner.text
    while True:
        run = _LINE.match(text, at)
        end = at if run is None else run.end()
        if end > at:
            reader.literal(at, end, text[at:end])
        if end == len(text) or (end > at and text[end - 1] == "\n"):
            return end
        at = reader.sequence(end)


def _without_margin(parts: list[_Part]) -> list[_Part]:
    """Return the parts without the white space that all their lines start with."""
    starts, margins, new_line = set(), [], True
    for place, part in enumerate(parts):
        text = part.text if isinstance(part, Piece) else ""
        if new_line and not (text.endswith("\n") and text.isspace()):
            starts.add(place)
            margins.append(len(text) - len(text.lstrip()))
        new_line = text.endswith("\n")
    margin = min(margins, default=0)
    return [
        Piece(part.start + margin, part.end, part.text[margin:])
        if isinstance(part, Piece) and place in starts
        else part
        for place, part in enumerate(parts)
    ]


@dataclass(slots=True)
class _Open:
    """A directive that waits for its end; ``around`` are the parts before it."""

    directive: _Directive
    around: list[Piece | Interpolation]
    yes: Template | None = None


def _assembled(parts: Iterable[_Part]) -> tuple[Piece | Interpolation, ...]:
    """Return the parts with what stands between directives inside of them."""
    found: list[Piece | Interpolation] = []
    pending: list[_Open] = []
    for part in parts:
        if isinstance(part, Interpolation):
            found.append(part)
        elif isinstance(part, Piece):
            if part.text:
                found.append(part)
        elif part.word in ("if", "for"):
            if len(pending) >= _DIRECTIVES:
                raise HclError(f"directives nested more than {_DIRECTIVES} levels deep", part.start)
            pending.append(_Open(part, found))
            found = []
        else:
            found = _closed(pending, part, found)
    if pending:
        raise HclError("the directive is not ended", pending[-1].directive.start)
    return tuple(found)


def _closed(
    pending: list[_Open], part: _Directive, found: list[Piece | Interpolation]
) -> list[Piece | Interpolation]:
    """Take ``else``, ``endif`` or ``endfor``; return the parts to go on with."""
    top = pending[-1] if pending else None
    opening = "for" if part.word == "endfor" else "if"
    if top is None or top.directive.word != opening or (part.word == "else" and top.yes):
        raise HclError(f"{quote(part.word)} without {quote(opening)}", part.start)
    start, _, _, test, names = top.directive
    body = Template(start, part.end, tuple(found))
    if part.word == "else":
        top.yes = body
        return []
    pending.pop()
    value: Node
    nothing = Template(start, start, ())
    if opening == "if":
        yes, no = (top.yes, body) if top.yes else (body, nothing)
        value = Conditional(start, part.end, test, yes, no)
    else:
        each = For(start, part.end, names, test, None, body, None, grouped=False)
        value = Call(start, part.end, "join", (nothing, each), spread=False)
    return [*top.around, Interpolation(start, part.end, value)]


def whole(scanner: Scanner, read: Read) -> Template:
    """Read the whole text of the scanner as a template."""
    reader, at = _Reader(scanner, read), 0
    while at < len(scanner.text):
        at = _line(reader, at)
    return Template(0, at, _assembled(reader.parts))
