"""Files of Terraform, native or JSON, as bodies of arguments and blocks."""

import re
from collections.abc import Iterator

from payguard.finding import InputError
from payguard.quotation import quote
from payguard.sources import json_text
from payguard.sources.terraform_hcl.expression import expression
from payguard.sources.terraform_hcl.scanner import END, NAME, Scanner
from payguard.sources.terraform_hcl.syntax import (
    Argument,
    Block,
    Embedded,
    File,
    HclError,
    Names,
    Node,
    Object,
    Piece,
    Template,
    Tuple,
)

# Where reading goes on after a mistake: at the next block that starts a line.
_NEXT_BLOCK = re.compile(
    r"^(?:resource|data|module|variable|locals|output|provider|terraform)\b[^\n]*\{", re.MULTILINE
)
_MISTAKES = 10


def parse(file: File) -> tuple[Block, list[InputError]]:
    """Read a file: its body, and what in it could not be read.

    The name tells the syntax: ``.json`` at the end, or the native one.
    """
    body = Block("", (), 0, 0, file)
    errors: list[InputError] = []
    if file.path.endswith(".json"):
        _parse_json(file, body, errors)
        return body, errors
    at = 1 if file.text.startswith("\ufeff") else 0  # Terraform takes a byte order mark
    while at >= 0 and len(errors) < _MISTAKES:
        scanner = Scanner(file, at=at)
        try:
            scanner.advance()
            _body(scanner, body, END)
            at = -1
        except HclError as error:
            errors.append(_input_error(file, error))
            found = _NEXT_BLOCK.search(file.text, max(error.offset, at) + 1)
            at = -1 if found is None else found.start()
    return body, errors


def _input_error(file: File, error: HclError) -> InputError:
    line, column = file.lines.place(error.offset)
    return InputError(file.path, f"not HCL: {error.message}", line, column)


def _body(scanner: Scanner, block: Block, closing: str) -> None:
    """Read arguments and blocks up to the end of the block."""
    while True:
        while scanner.accept("\n"):
            pass
        if scanner.kind == closing:
            return
        if scanner.kind != NAME:
            raise scanner.unexpected("an argument or a block")
        name, start, end = scanner.token, scanner.start, scanner.end
        scanner.advance()
        if scanner.kind == "=":
            scanner.advance()
            _argument(scanner, block, name, start, end)
        else:
            block.blocks.append(_block(scanner, name, start))
        if scanner.kind not in ("\n", closing):
            raise scanner.unexpected("a new line")


def _argument(scanner: Scanner, block: Block, name: str, start: int, end: int) -> None:
    if name in block.arguments:
        line = block.source.lines.place(block.arguments[name].start)[0]
        raise HclError(f"{quote(name)} is set twice (first on line {line})", start)
    scanner.references = []
    value = expression(scanner)
    references = tuple(scanner.references)
    block.arguments[name] = Argument(name, start, end, value, references, block.source)


def _block(scanner: Scanner, name: str, start: int) -> Block:
    labels = []
    while scanner.kind != "{":
        if scanner.kind == NAME:
            labels.append(scanner.token)
            scanner.advance()
        elif scanner.kind == '"':
            labels.append(_label(scanner))
        else:
            raise scanner.unexpected('"=", a label or "{"')
    block = Block(name, tuple(labels), start, scanner.last, scanner.file)
    scanner.enter()
    scanner.advance()
    _body(scanner, block, "}")
    scanner.leave()
    scanner.expect("}", "to close the block")
    return block


def _label(scanner: Scanner) -> str:
    start = scanner.start
    label = literal(expression(scanner, 9))
    if label is None:
        raise HclError("a label must be a plain text", start)
    return label


def literal(node: Node) -> str | None:
    """Return the text of a template without expressions; None for anything else."""
    if not isinstance(node, Template):
        return None
    pieces = [part.text for part in node.parts if isinstance(part, Piece)]
    return "".join(pieces) if len(pieces) == len(node.parts) else None


# How many labels the blocks of each type have.
_LABELS = {
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "module": 1,
    "variable": 1,
    "output": 1,
    "provider": 1,
    "locals": 0,
    "terraform": 0,
}


def _parse_json(file: File, body: Block, errors: list[InputError]) -> None:
    try:
        json_text.parse(file.text)  # strict: what follows takes more than JSON
    except json_text.JsonError as error:
        errors.append(InputError(file.path, error.message, error.line, error.column))
        return
    scanner = Scanner(file, json=True)
    scanner.templates = not file.path.endswith(".tfvars.json")
    scanner.lines_end = False
    try:
        scanner.advance()
        node = expression(scanner)
    except HclError as error:
        errors.append(_input_error(file, error))
        return
    if not isinstance(node, Object):
        errors.append(InputError(file.path, "the top level is no object", 1, 1))
        return
    if file.path.endswith(".tfvars.json"):
        _fill(body, node)
        return
    for name, start, end, value in _entries(node):
        if name in _LABELS:
            body.blocks += _json_blocks(file, (name,), value, (start, end))


def _entries(node: Node) -> Iterator[tuple[str, int, int, Node]]:
    """Yield (key, where it starts and ends, value) of each entry of an object, or of several."""
    for one in node.items if isinstance(node, Tuple) else (node,):
        if isinstance(one, Object):
            for key, value in one.entries:
                yield literal(key) or "", key.start, key.end, value


def _json_blocks(file: File, labels: Names, node: Node, at: tuple[int, int]) -> Iterator[Block]:
    """Yield the blocks of a type, the first of ``labels``, whose other labels are keys."""
    if len(labels) <= _LABELS[labels[0]]:
        for label, start, end, value in _entries(node):
            yield from _json_blocks(file, (*labels, label), value, (start, end))
        return
    for one in node.items if isinstance(node, Tuple) else (node,):
        if isinstance(one, Object):
            yield block_of(file, labels[0], labels[1:], one, at)


def block_of(
    file: File, name: str, labels: tuple[str, ...], node: Object, at: tuple[int, int]
) -> Block:
    """Return an object of the JSON syntax as a block; ``at`` is where its header stands."""
    block = Block(name, labels, *at, file, json=True)
    _fill(block, node)
    return block


def _fill(block: Block, node: Object) -> None:
    for name, start, end, value in _entries(node):
        if name != "//":  # a comment
            references = tuple(_references(value))
            block.arguments[name] = Argument(name, start, end, value, references, block.source)


def _references(node: Node) -> Iterator[Names]:
    pending = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, Embedded):
            yield from one.references
        elif isinstance(one, Tuple):
            pending += one.items
        elif isinstance(one, Object):
            pending += [part for entry in one.entries for part in entry]
