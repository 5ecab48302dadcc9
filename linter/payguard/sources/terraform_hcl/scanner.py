"""The words of HCL: one token at a time, each found in a time linear in its length.

Every repetition in the patterns is possessive: nothing is tried twice, whatever the text holds.
"""

import re

from payguard.quotation import quote
from payguard.sources.terraform_hcl.syntax import File, HclError, Names

# Kinds of tokens; of a sign, the sign itself is the kind.
NAME, NUMBER, END = "name", "number", "end"

_IN_WORDS = {END: "the end of the file", "\n": "the end of the line", '"': "a text"}

# What people write is some ten levels deep.
_DEPTH = 60
# More expressions in one file are no work of hands.
_NODES = 500_000

_COMMENT = r"(?:\#|//)[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/"
_BLANK = re.compile(rf"(?:[ \t\r]++|{_COMMENT})*+")
_BLANK_LINES = re.compile(rf"(?:[ \t\r\n]++|{_COMMENT})*+")
_TOKEN = re.compile(
    r"""
    (?P<name>[^\W\d][\w-]*+)
    |(?P<number>[0-9]++(?:\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+)
    |==|!=|<=|>=|&&|\|\||=>|\.\.\.|::|<<-?+|[-{}\[\]()=,.:?!+*/%<>"~\n]
    """,
    re.VERBOSE,
)
_MARK = re.compile(r"(?:\#|//)[ \t]*+payguard:([^\n]*+)")
_BLANK_STARTS = frozenset(" \t\r\n#/")


class Scanner:
    """Goes through one text, one token ahead of its reader.

    Args:
        file: the file that the text belongs to; comments to payguard are noted there.
        text: the text, if it is not the file's own.
        at: where to start.
        json: whether quoted texts are JSON's.

    Attributes:
        kind: the kind of the token at hand.
        token: its text.
        start: where it starts; ``end``: where it ends.
        last: where the token before it ended.
        lines_end: whether a line end is a token rather than white space.
        templates: whether texts of JSON are templates.
        references: what the expressions read so far refer to.
    """

    def __init__(self, file: File, text: str = "", at: int = 0, *, json: bool = False) -> None:
        self.file, self.text, self.json = file, text or file.text, json
        self.kind = self.token = ""
        self.start = self.end = self.last = at
        self.lines_end = self.templates = True
        self.references: list[Names] = []
        self._marked = not json and not text and "payguard:" in self.text
        self._depth = self._nodes = 0

    def advance(self) -> None:
        """Take the next token."""
        text, at = self.text, self.end
        self.last = at
        if text[at : at + 1] in _BLANK_STARTS:
            found = (_BLANK if self.lines_end else _BLANK_LINES).match(text, at)
            if found is not None:
                at = found.end()
                if self._marked:
                    self._note_comments(found.start(), at)
        token = _TOKEN.match(text, at)
        if token is None or text.startswith("/*", at):
            self._no_token(at)
            return
        self.start, self.end, self.token = at, token.end(), token.group()
        self.kind = token.lastgroup or self.token

    def _no_token(self, at: int) -> None:
        if at < len(self.text):
            if self.text.startswith("/*", at):
                raise HclError('the comment "/*" is not closed', at)
            raise HclError(f"{quote(self.text[at])} has no meaning here", at)
        self.start = self.end = at
        self.kind, self.token = END, ""

    def _note_comments(self, start: int, end: int) -> None:
        for mark in _MARK.finditer(self.text, start, end):
            line = self.file.lines.place(mark.start())[0]
            self.file.comments.append((line, mark.group(1).strip()))

    def resume(self, at: int) -> None:
        """Go on with the token at ``at``."""
        self.end = at
        self.advance()

    def accept(self, kind: str) -> bool:
        """Pass over a token of this kind, if one is at hand."""
        if self.kind != kind:
            return False
        self.advance()
        return True

    def expect(self, kind: str, where: str) -> None:
        """Pass over a token of this kind; raise HclError if another is at hand."""
        if self.kind != kind:
            raise self.unexpected(f"{quote(kind)} {where}")
        self.advance()

    def unexpected(self, wanted: str) -> HclError:
        """Return the error that says what was expected and what was found."""
        found = _IN_WORDS.get(self.kind) or quote(self.token)
        return HclError(f"expected {wanted}, found {found}", self.start)

    def enter(self) -> None:
        """Go one level deeper, within bounds."""
        self._depth += 1
        self.count()
        if self._depth > _DEPTH:
            raise HclError(f"nested more than {_DEPTH} levels deep", self.start)

    def count(self) -> None:
        """Note one more expression or piece of a text, within bounds."""
        self._nodes += 1
        if self._nodes > _NODES:
            raise HclError(f"more than {_NODES:,} expressions in one file", self.start)

    def leave(self) -> None:
        """Come back from a level."""
        self._depth -= 1

    def inside(self, *, lines_end: bool) -> bool:
        """Say whether line ends count from here on; return whether they did."""
        before, self.lines_end = self.lines_end, lines_end
        return before
