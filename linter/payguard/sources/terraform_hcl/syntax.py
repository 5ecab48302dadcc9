"""Terraform configuration as a neutral tree: what stands where, before anything is evaluated.

The native syntax (https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md) and its JSON form
give the same tree. ``start`` and ``end`` are offsets in the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from payguard.finding import Span
from payguard.sources.position import Lines
from payguard_policies.named_tuple import NamedTuple

Names = tuple[str, ...]


class HclError(ValueError):
    """A text that is not HCL: what is wrong, and at which offset."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message, self.offset = message, offset


class Source(Protocol):
    """A text in which nodes stand."""

    @property
    def file(self) -> "File":
        """The file that a person can open."""

    @property
    def text(self) -> str:
        """The text to which offsets refer."""

    def outer(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in the file for two offsets in the text."""


class Literal(NamedTuple):
    """A number, a truth value or null."""

    start: int
    end: int
    value: float | bool | None


class Piece(NamedTuple):
    """Literal characters of a template; written as they are where both lengths are the same."""

    start: int
    end: int
    text: str


class Interpolation(NamedTuple):
    """``${...}`` or a directive in a template."""

    start: int
    end: int
    value: "Node"


class Template(NamedTuple):
    """A quoted text, a heredoc, or a text in JSON."""

    start: int
    end: int
    parts: tuple[Piece | Interpolation, ...]


class Tuple(NamedTuple):
    """``[...]``."""

    start: int
    end: int
    items: tuple["Node", ...]


class Object(NamedTuple):
    """``{...}``; a bare name as key is a text."""

    start: int
    end: int
    entries: tuple[tuple["Node", "Node"], ...]


class Name(NamedTuple):
    """A root name, such as ``var`` or a variable of a ``for``."""

    start: int
    end: int
    name: str


class Access(NamedTuple):
    """A step ``.name``, ``.0`` or ``[key]``; ``key`` is a text, a number or an expression."""

    end: int
    key: "str | int | Node"


class Splat(NamedTuple):
    """A step ``[*]`` (``full``) or ``.*``, with the steps that it takes in each element."""

    end: int
    steps: tuple["Access | Splat", ...]
    full: bool


class Traversal(NamedTuple):
    """Steps into a value, one after another."""

    start: int
    end: int
    base: "Node"
    steps: tuple[Access | Splat, ...]


class Call(NamedTuple):
    """A function call; with ``spread`` the last argument is a list of arguments."""

    start: int
    end: int
    name: str
    arguments: tuple["Node", ...]
    spread: bool


class Unary(NamedTuple):
    """``-value`` or ``!value``."""

    start: int
    end: int
    sign: str
    operand: "Node"


class Binary(NamedTuple):
    """``left sign right``."""

    start: int
    end: int
    sign: str
    left: "Node"
    right: "Node"


class Conditional(NamedTuple):
    """``test ? yes : no``."""

    start: int
    end: int
    test: "Node"
    yes: "Node"
    no: "Node"


class For(NamedTuple):
    """``[for k, v in collection : value if test]``, or with ``=>`` an object.

    Attributes:
        names: the variables: one, or two where the key is wanted.
        collection: what is gone through.
        key: of an object; None makes a list.
        value: of each element.
        test: which elements are taken; None takes all.
        grouped: whether elements of one key make a list (``...``).
    """

    start: int
    end: int
    names: Names
    collection: "Node"
    key: "Node | None"
    value: "Node"
    test: "Node | None"
    grouped: bool


class Embedded(NamedTuple):
    """An expression whose offsets refer to another text: a template within a JSON text."""

    start: int
    end: int
    source: Source
    node: "Node"
    references: tuple[Names, ...]


Node = (
    Literal
    | Template
    | Tuple
    | Object
    | Name
    | Traversal
    | Call
    | Unary
    | Binary
    | Conditional
    | For
    | Embedded
)


class Argument(NamedTuple):
    """``name = value`` in a body.

    Attributes:
        name: its name, which stands at ``start``.
        value: its expression.
        references: the names that the expression starts from, each with up to three that follow,
            such as ``("aws_iam_role", "agent", "arn")``.
        source: the file.
    """

    name: str
    start: int
    end: int
    value: Node
    references: tuple[Names, ...]
    source: "File"


@dataclass(slots=True)
class Block:
    """A block with its labels; the body of a file is one too, without a type.

    Attributes:
        type: the first word, such as ``resource``.
        labels: the words after it.
        start: where its header starts.
        end: where its header ends.
        source: the text that it stands in.
        arguments: by name.
        blocks: the blocks in it.
        json: whether it was written as JSON, where blocks look like arguments.
    """

    type: str
    labels: Names
    start: int
    end: int
    source: "File"
    arguments: dict[str, Argument] = field(default_factory=dict)
    blocks: list["Block"] = field(default_factory=list)
    json: bool = False

    def references(self) -> Iterator[Names]:
        """Yield what the expressions in the block and the blocks in it refer to."""
        pending = [self]
        while pending:
            block = pending.pop()
            for argument in block.arguments.values():
                yield from argument.references
            pending += block.blocks


class File:
    """A file and its text.

    Args:
        path: as shown to users.
        text: its content.
    """

    __slots__ = ("comments", "lines", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.lines = Lines(text)
        self.comments: list[tuple[int, str]] = []

    @property
    def file(self) -> "File":
        """As in Source."""
        return self

    def outer(self, start: int, end: int) -> tuple[int, int]:
        """As in Source: a file's offsets are its own."""
        return start, end

    def span(self, start: int, end: int) -> Span:
        """Return the span between two offsets; of several lines the first."""
        line_end = self.text.find("\n", start, end)
        return self.lines.span(start, end if line_end < 0 else line_end)
