r"""Policy documents that stand in other text: in Markdown, in code, in a script's here-document.

A policy is found by its ``Statement``. It may be escaped, as in ``"{\"Version\": ..."``, or have
its braces doubled, as in a text that Python formats. Code that computes a policy without writing a
single statement down is no document; one that was written down and cannot be read is a Gap.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from payguard import pointer
from payguard.finding import InputError, Location, Span
from payguard.iam.unresolved import Unresolved
from payguard.infrastructure import Document, Gap
from payguard.quotation import quote
from payguard.sources import json_text, scan_literal
from payguard.sources.host import comments
from payguard.sources.position import Lines, Place
from payguard.sources.scan_excerpt import BRACES, ESCAPE, Excerpt, single, unescape, unescaped

UNREADABLE = "cannot be read"

_KEY = "Statement"
_COLON = re.compile(r"\\?[\"'`]?\s*:")
_WRITTEN = re.compile(r"\bEffect\\*[\"'`]?\s*:")
_STATEMENT = frozenset({"Effect", "Action", "NotAction"})
_BEFORE = 2048  # how far before its Statement a policy may begin
_NEAR = 80  # how far behind the place where it cannot be read its first Effect may stand
_TRIES = 4
_TRY = 50  # what a try costs beside its characters
_PATIENCE = 100_000
_ESCAPED = 3  # how often a policy may be escaped: JSON in JSON in a script
_LARGEST = 256 * 1024


@dataclass(slots=True)
class Page:
    """A file that is scanned, as all its documents share it."""

    path: str
    lines: Lines
    _stretches: list[tuple[int, int]] = field(default_factory=list)
    _comments: list[tuple[int, str]] | None = None

    def holds(self, start: int, end: int) -> None:
        """Take note of where a document stands."""
        self._stretches.append((self.lines.place(start)[0], self.lines.place(end)[0]))

    @property
    def comments(self) -> list[tuple[int, str]]:
        """The comments to payguard in the documents and on the line above each.

        Elsewhere, as in a sentence about such comments, they speak to nobody.
        """
        if self._comments is None:
            heard = [line for first, last in self._stretches for line in range(first - 1, last + 1)]
            within = frozenset(heard)
            self._comments = [found for found in comments(self.lines.text) if found[0] in within]
        return self._comments


@dataclass(frozen=True, slots=True)
class LiteralMap:
    """The source map of a document that is a literal in a text."""

    page: Page
    excerpt: Excerpt
    places: Mapping[str, Place]

    def spans(self, wanted: Collection[tuple[str, bool]]) -> Mapping[tuple[str, bool], Span]:
        """As in ``payguard.infrastructure.SourceMap``."""
        return {want: self._span(*want) for want in wanted}

    def line(self, number: int) -> str:
        """As in ``payguard.infrastructure.SourceMap``."""
        return self.page.lines.line(number)

    def comments(self) -> list[tuple[int, str]]:
        """As in ``payguard.infrastructure.SourceMap``."""
        return self.page.comments

    def _span(self, at: str, on_key: bool) -> Span:
        missing = at not in self.places
        while at not in self.places:
            at = pointer.parent(at)
        place = self.places[at]
        start, end = place.start, place.end
        if on_key and not missing and place.key_start >= 0:
            start, end = place.key_start, place.key_end
        line_end = self.excerpt.text.find("\n", start, end)
        first, last = self.excerpt.stretch(start, end if line_end < 0 else line_end)
        return self.page.lines.span(first, last)


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at one place: a document, or why there is none.

    Attributes:
        start: where in the file it starts.
        end: where it ends.
        item: the Document; a Gap where it cannot be read, an InputError where it is wrong.
    """

    start: int
    end: int
    item: Document | Gap | InputError


def find(page: Page, excerpt: Excerpt) -> Iterator[Found]:
    """Yield the policies in a text, those that are escaped or formatted after the others.

    Args:
        page: the file.
        excerpt: the text, which is the file or a part of it.
    """
    if _KEY not in excerpt.text:
        return
    yield from _Search(page, excerpt, "").run()
    if "{{" in excerpt.text:
        view = unescaped(excerpt, [(0, len(excerpt.text))], BRACES, single)
        yield from _Search(page, view, "{").run()
    view = excerpt
    for _ in range(_ESCAPED):
        if f'\\"{_KEY}' not in view.text and f"\\'{_KEY}" not in view.text:
            break
        view = unescaped(view, [(0, len(view.text))], ESCAPE, unescape)
        yield from _Search(page, view, "\\").run()


@dataclass(slots=True)
class _Search:
    """A search for policies in one view of a text.

    ``style`` is what marks the policies of this view in the text behind it: a backslash before the
    quote of ``Statement``, a second brace, or nothing. ``patience`` is how many characters may
    still be read in vain: nested beginnings must not make the search long.
    """

    page: Page
    excerpt: Excerpt
    style: str
    patience: int = 0

    def run(self) -> Iterator[Found]:
        """Yield what is found, in order."""
        text, at, done = self.excerpt.text, 0, 0
        self.patience = _PATIENCE + len(text)
        while (at := text.find(_KEY, at)) >= 0:
            if self.patience < 0:
                yield self._given_up(at)
                return
            key = at - (text[at - 1 : at] in ("'", '"', "`"))
            at += len(_KEY)
            if not _COLON.match(text, at) or text[key - 1 : key].isalnum():
                continue
            found = self._around(key, done)
            if found is not None:
                done = at = max(at, found[1])
                yield from found[0]

    def _around(self, key: int, low: int) -> tuple[list[Found], int] | None:
        """Read the policy whose ``Statement`` stands at ``key``; tell where it ends."""
        text, brace = self.excerpt.text, key
        failed = (0, 0)
        for _ in range(_TRIES):
            brace = text.rfind("{", max(low, key - _BEFORE), brace)
            if brace < 0 or not self._is_mine(brace, key):
                break
            try:
                literal = scan_literal.read(text, brace, min(len(text), brace + _LARGEST))
            except scan_literal.LiteralError as error:
                self.patience -= error.at - brace + _TRY
                failed = max(failed, (error.at, brace))
                continue
            if _KEY in literal.value and literal.end > key:
                return self._found(brace, literal), literal.end
            self.patience -= literal.end - brace + _TRY
        return self._unreadable(failed[1], failed[0]) if failed[0] > key else None

    def _given_up(self, at: int) -> Found:
        start = self.excerpt.offset(at)
        what = "what follows, after too much that begins like a policy and is none,"
        gap = Gap(Unresolved(what, UNREADABLE), self._location(start))
        return Found(start, start, gap)

    def _location(self, start: int) -> Location:
        return Location(self.page.path, self.page.lines.span(start, start + 1))

    def _is_mine(self, brace: int, key: int) -> bool:
        """Tell whether the policy is one of this view."""
        text, parent = self.excerpt.text, self.excerpt.parent
        if text[key - 1 : key] == "\\":
            return False
        if not self.style:
            return text[brace - 1 : brace + 1] != "{{"
        behind = parent.text if parent else ""
        if self.style == "\\":
            return behind.startswith("\\", self.excerpt.behind(key))
        return behind.startswith("{{", self.excerpt.behind(brace))

    def _found(self, brace: int, literal: scan_literal.Literal) -> list[Found]:
        if not _is_written(literal.value["Statement"]):
            return []
        start, end = self.excerpt.stretch(brace, literal.end)
        self.page.holds(start, end)
        return [Found(start, end, item) for item in self._items(brace, literal)]

    def _items(self, brace: int, literal: scan_literal.Literal) -> Iterator[Document | InputError]:
        for name, at in literal.twice:
            message = f"the key {quote(name)} stands twice in one object: one of them would be lost"
            yield InputError(
                self.page.path, message, *self.page.lines.place(self.excerpt.offset(at))
            )
        if literal.twice:
            return
        source = LiteralMap(self.page, self.excerpt, literal.places)
        text = "" if literal.unresolved else _json(self.excerpt.text[brace : literal.end])
        yield Document(self.page.path, literal.value, "", source, "", text, literal.unresolved)

    def _unreadable(self, start: int, end: int) -> tuple[list[Found], int] | None:
        """Return the Gap of what was meant as a policy and cannot be read."""
        if not _WRITTEN.search(self.excerpt.text, start, end + _NEAR):
            return None
        first, last = self.excerpt.stretch(start, end)
        line = self.page.lines.place(self.excerpt.offset(min(end, len(self.excerpt.text) - 1)))[0]
        what = f"a policy from line {line} on"
        gap = Gap(Unresolved(what, UNREADABLE), self._location(first))
        return [Found(first, last, gap)], end


def _json(text: str) -> str:
    """Return a literal if it is JSON as it stands; empty if it is not."""
    try:
        json_text.parse(text)
    except json_text.JsonError:
        return ""
    return text


def _is_written(statements: Any) -> bool:
    """Tell whether a statement is written down: code that computes them all says nothing."""
    items = statements if isinstance(statements, list) else [statements]
    return any(isinstance(item, dict) and _STATEMENT & item.keys() for item in items)
