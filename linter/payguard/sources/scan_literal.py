"""Object literals as JSON, Python and JavaScript write them, with the place of every value.

More than JSON is read (comments, trailing commas, both kinds of quotes, bare keys), because code
is full of policies that are JSON but for that. What only a running program knows, such as a
variable or a call, is an Unresolved; of a text put together from pieces the known ones are kept.
"""

import re
from collections.abc import Sequence
from typing import Any

from payguard import pointer
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.sources.position import Place
from payguard.sources.scan_excerpt import ESCAPE, unescape
from payguard.sources.scan_hole import Hole, joined, shown
from payguard_policies.named_tuple import NamedTuple

_DEEPEST = 10  # a list of values of a condition is the sixth level of a policy
_LONGEST = 4096  # of an expression

_SPACE = re.compile(r"(?:\s+|#[^\n]*|//[^\n]*)*")
_STRINGS = (
    r'"""(?:[^"\\]|\\.|"(?!""))*"""',
    r"'''(?:[^'\\]|\\.|'(?!''))*'''",
    r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"',
    r"'[^'\\\n]*(?:\\.[^'\\\n]*)*'",
    r"`[^`\\]*(?:\\.[^`\\]*)*`",
)
_STRING = re.compile(rf"([fFrRbBuU]{{0,2}})({'|'.join(_STRINGS)})", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_ATOM = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?(?![\w.])|(?:true|false|null|True|False|None)\b")
_ATOMS = {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}
_COMPUTED = ("...", "…", "**", "[")  # begins a member whose key only a program knows
_OF_FORMAT = re.compile(r"\{\{|\}\}|\{[^{}]*\}")
_OF_TEMPLATE = re.compile(r"\$\{[^{}]*\}")
_OF_JQ = re.compile(r"\\\([^()]*\)")
# One piece of an expression: brackets are counted, text and comments are passed over whole.
_CODE = re.compile(
    rf"{'|'.join(_STRINGS)}|#[^\n]*|//[^\n]*|[()\[\]{{}},:]|\?[.?]?"
    r"|[^()\[\]{},:?\"'`#/]+|/",
    re.DOTALL,
)
_OPENING, _CLOSED, _CLOSING = frozenset("([{"), frozenset(")]}"), frozenset("]},")
_TERM = re.compile(r"[\w.$]+(?:\(\))?")
_QUOTES = ('"', "'", "`")
_JUGGLED = re.compile(r"'\*'")  # a shell leaves '...' for "$NAME" and comes back


class LiteralError(ValueError):
    """A text that is no literal; ``at`` is where reading it ended."""

    def __init__(self, at: int) -> None:
        super().__init__(f"no literal at {at}")
        self.at = at


class Literal(NamedTuple):
    """An object literal.

    Attributes:
        value: the decoded object, with an Unresolved wherever a value is not known.
        places: where each value and its key stand, by JSON Pointer.
        unresolved: each Unresolved in ``value``, with its JSON Pointer.
        end: where the literal ends.
        twice: keys that stand twice in one object, with the place of the second.
    """

    value: dict[str, Any]
    places: dict[str, Place]
    unresolved: tuple[tuple[str, Unresolved], ...]
    end: int
    twice: tuple[tuple[str, int], ...]


def read(text: str, start: int, end: int) -> Literal:
    """Read the object literal that starts with the brace at ``start``, and ends before ``end``.

    Raises:
        LiteralError: there is none, or some of its keys only a running program knows.
    """
    reader = _Reader(text, end)
    value, stop = reader.object(start, "", 0)
    if not isinstance(value, dict):
        raise LiteralError(stop)
    places = {"": Place(start, stop), **dict(reader.places)}
    return Literal(value, places, tuple(reader.unresolved), stop, tuple(reader.twice))


class _Reader:
    def __init__(self, text: str, end: int) -> None:
        self.text, self.end = text, end
        self.places: list[tuple[str, Place]] = []
        self.unresolved: list[tuple[str, Unresolved]] = []
        self.twice: list[tuple[str, int]] = []

    def skip(self, at: int) -> int:
        """Return where the next thing stands that is neither space nor comment."""
        found = _SPACE.match(self.text, at, self.end)
        at = found.end() if found else at
        if at >= self.end:
            raise LiteralError(at)
        return at

    def value(self, at: int, here: str, depth: int) -> tuple[Any, int]:
        """Read any value; what is none is an expression, up to the next comma or bracket."""
        before = len(self.places), len(self.unresolved), len(self.twice)
        found = self.primary(at, here, depth)
        if found is not None:
            after = self.skip(found[1])
            if self.text[after] in ",}]":
                return found
        del self.places[before[0] :], self.unresolved[before[1] :], self.twice[before[2] :]
        end = self.expression(at)
        return self.noted(here, _computed(self.text[at:end])), end

    def primary(self, at: int, here: str, depth: int) -> tuple[Any, int] | None:
        """Read a literal, whatever follows it; None where there is none."""
        if self.text[at] in "{[":
            if depth == _DEEPEST:
                raise LiteralError(at)
            read_container = self.object if self.text[at] == "{" else self.list
            return read_container(at, here, depth + 1)
        string = _STRING.match(self.text, at, self.end)
        if string:
            return self.noted(here, joined(_parts(string))), string.end()
        atom = _ATOM.match(self.text, at, self.end)
        if atom is None:
            return None
        word = atom.group()
        return (_ATOMS[word] if word in _ATOMS else _number(word)), atom.end()

    def noted(self, here: str, value: str | Unresolved) -> str | Unresolved:
        """Take note of a value if it is not known."""
        if isinstance(value, Unresolved):
            self.unresolved.append((here, value))
        return value

    def object(self, start: int, here: str, depth: int) -> tuple[Any, int]:
        """Read an object; with a key that is not known, what it says is not known at all."""
        value: dict[str, Any] = {}
        known, before = True, (len(self.places), len(self.unresolved))
        at = self.skip(start + 1)
        while self.text[at] != "}":
            key = self.key(at)
            if key is None:
                known, at = False, self.expression(at, 1)
            else:
                name, key_end, value_at = key
                place = pointer.join(here, name)
                if name in value:
                    self.twice.append((name, at))
                value[name], end = self.value(value_at, place, depth)
                self.places.append((place, Place(value_at, end, at, key_end)))
                at = end
            at = self.next(at, "}")
        if known:
            return value, at + 1
        del self.places[before[0] :], self.unresolved[before[1] :]
        return self.noted(
            here, Unresolved(_without_texts(self.text[start : at + 1]), MISSING)
        ), at + 1

    def list(self, start: int, here: str, depth: int) -> tuple[list[Any], int]:
        """Read a list."""
        value: list[Any] = []
        at = self.skip(start + 1)
        while self.text[at] != "]":
            place = f"{here}/{len(value)}"
            item, end = self.value(at, place, depth)
            value.append(item)
            self.places.append((place, Place(at, end)))
            at = self.next(end, "]")
        return value, at + 1

    def next(self, at: int, closing: str) -> int:
        """Return where the next item stands, or the closing bracket."""
        at = self.skip(at)
        if self.text[at] == ",":
            return self.skip(at + 1)
        if self.text[at] != closing:
            raise LiteralError(at)
        return at

    def key(self, at: int) -> tuple[str, int, int] | None:
        """Return a key, where it ends, and where its value stands; None for what is computed."""
        string = _STRING.match(self.text, at, self.end)
        found = string or _NAME.match(self.text, at, self.end)
        if found is None:
            if not self.text.startswith(_COMPUTED, at):
                raise LiteralError(at)
            return None
        after = self.skip(found.end())
        if self.text[after] != ":":
            if string:
                raise LiteralError(after)
            return None
        name = joined(_parts(string)) if string else found.group()
        return (name, found.end(), self.skip(after + 1)) if isinstance(name, str) else None

    def expression(self, start: int, colons: int = 0) -> int:
        """Return where the expression at ``start`` ends: before a comma or bracket not its own.

        A colon belongs to a question before it, or to a computed key: another, beyond so many
        ``colons``, means that a comma is missing.
        """
        at, depth, limit = start, 0, min(self.end, start + _LONGEST)
        while found := _CODE.match(self.text, at, limit):
            piece = found.group()
            if not depth and piece in _CLOSING:
                break
            depth += (piece in _OPENING) - (piece in _CLOSED)
            colons += 0 if depth else (piece == "?") - (piece == ":")
            if depth < 0 or colons < 0:
                raise LiteralError(at)
            at = found.end()
        if found is None or at == start:
            raise LiteralError(at)
        return at


def _number(word: str) -> int | float:
    return float(word) if "." in word else int(word)


def _parts(string: re.Match[str]) -> list[str | Hole]:
    """Return what a string literal says, piece by piece."""
    prefix, literal = string[1].lower(), string[2]
    quotes = 3 if literal[:3] in ('"""', "'''") else 1
    body = literal[quotes:-quotes]
    if "f" in prefix:
        parts = _split(body, _OF_FORMAT)
    elif literal[0] == "`":
        parts = _split(body, _OF_TEMPLATE)
    else:
        parts = _split(body, _OF_JQ)
    if "r" in prefix or "\\" not in body:
        return parts
    return [part if isinstance(part, Hole) else _plain(part) for part in parts]


def _split(body: str, holes: re.Pattern[str]) -> list[str | Hole]:
    parts: list[str | Hole] = []
    at = 0
    for found in holes.finditer(body):
        doubled = found.group() in ("{{", "}}")
        parts.append(body[at : found.start()])
        parts.append(found.group()[0] if doubled else Hole(found.group()))
        at = found.end()
    return [*parts, body[at:]]


def _plain(text: str) -> str:
    text = ESCAPE.sub(lambda found: unescape(found.group()), text)
    if text.isascii() or not any("\ud800" <= character < "\udc00" for character in text):
        return text
    # A character beyond the basic plane is written as two escapes.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _computed(text: str) -> str | Unresolved:
    """Return what is known of the value of an expression: pieces put together, or nothing."""
    pieces = _concatenated(text)
    value = joined(pieces) if pieces else Unresolved(_without_texts(text), MISSING)
    if isinstance(value, Unresolved):
        pattern = re.sub(r"\*{2,}", "*", _JUGGLED.sub("*", value.pattern))
        return value._replace(pattern=pattern)
    # Two strings side by side are one to Python, and to JSON a comma is missing.
    return value if "+" in text else Unresolved(_without_texts(text), MISSING, value)


def _without_texts(code: str) -> str:
    """Return code as messages may show it: what it says in quotes may be a secret."""
    return shown(_STRING.sub('"…"', code[:_LONGEST]))


def _concatenated(text: str) -> Sequence[str | Hole]:
    """Split ``"a" + b + "c"``, or what a shell or Python puts together side by side."""
    text = text.strip()
    if text[:1] == "(" and text[-1:] == ")":
        text = text[1:-1]
    pieces: list[str | Hole] = []
    at = 0
    while found := _piece(text, at):
        string = _STRING.match(text, at)
        pieces += _parts(string) if string else (Hole(found.group()),)
        at, beside = _next_piece(text, found.end())
        if not beside:
            return ()
    return pieces if at == len(text) else ()


def _piece(text: str, at: int) -> re.Match[str] | None:
    return _STRING.match(text, at) or _TERM.match(text, at)


def _next_piece(text: str, end: int) -> tuple[int, bool]:
    """Return where the piece after the one that ends at ``end`` stands, and if it is joined."""
    at = _matched_end(_SPACE, text, end)
    if text[at : at + 1] == "+":
        return _matched_end(_SPACE, text, at + 1), True
    strings = text[end - 1] in _QUOTES and text[at : at + 1] in _QUOTES
    juggled = at == end and (text[at : at + 1] == "$" or text[at : at + 1] in _QUOTES)
    return at, strings or juggled or at == len(text)


def _matched_end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
