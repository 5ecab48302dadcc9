"""Expressions of HCL, by precedence: no more than one frame of the stack for each level.

https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#expressions
"""

from collections.abc import Callable
from decimal import Decimal

from payguard.sources.terraform_hcl import template
from payguard.sources.terraform_hcl.scanner import NAME, NUMBER, Scanner
from payguard.sources.terraform_hcl.syntax import (
    Access,
    Binary,
    Call,
    Conditional,
    For,
    HclError,
    Literal,
    Name,
    Node,
    Object,
    Piece,
    Splat,
    Template,
    Traversal,
    Tuple,
    Unary,
)

_STRENGTH = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 4,
    ">": 4,
    "<=": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}
_WORDS = {"true": True, "false": False, "null": None}
# Numbers of more digits are nobody's: Python would take long to convert them.
_DIGITS = 300
_SPLATS = 10


def expression(scanner: Scanner, minimum: int = 0) -> Node:
    """Read the expression at hand, up to an operator weaker than ``minimum``.

    Raises:
        HclError: no expression, or one that is nested too deeply.
    """
    scanner.enter()
    start = scanner.start
    left = _operand(scanner)
    while (strength := _STRENGTH.get(scanner.kind, 0)) > minimum:
        sign = scanner.kind
        scanner.advance()
        right = expression(scanner, strength)
        left = Binary(start, scanner.last, sign, left, right)
    if not minimum and scanner.accept("?"):
        yes = expression(scanner)
        scanner.expect(":", 'between the two results of "?"')
        no = expression(scanner)
        left = Conditional(start, scanner.last, left, yes, no)
    scanner.leave()
    return left


def _operand(scanner: Scanner) -> Node:
    if scanner.kind not in ("-", "!"):
        return _steps(scanner, _primary(scanner))
    start, sign = scanner.start, scanner.kind
    scanner.enter()
    scanner.advance()
    operand = _operand(scanner)
    scanner.leave()
    return Unary(start, scanner.last, sign, operand)


def _primary(scanner: Scanner) -> Node:
    read = _PRIMARY.get(scanner.kind)
    if read is None:
        raise scanner.unexpected("a value")
    return read(scanner)


def _literal(scanner: Scanner) -> Literal:
    start, end = scanner.start, scanner.end
    value = _number(scanner.token, start)
    scanner.advance()
    return Literal(start, end, value)


def _number(token: str, start: int) -> float:
    value = Decimal(token)
    if len(token) > _DIGITS or abs(value.adjusted()) > _DIGITS:
        raise HclError("a number with too many digits", start)
    return int(value) if value == value.to_integral_value() else float(value)


def _named(scanner: Scanner) -> Node:
    name, start, end = scanner.token, scanner.start, scanner.end
    scanner.advance()
    while scanner.kind == "::":  # a function of a provider
        scanner.advance()
        name = f"{name}::{scanner.token}"
        scanner.expect(NAME, 'after "::"')
    if scanner.kind == "(":
        return _call(scanner, name, start)
    if name in _WORDS:
        return Literal(start, end, _WORDS[name])
    return Name(start, end, name)


def _call(scanner: Scanner, name: str, start: int) -> Call:
    before = scanner.inside(lines_end=False)
    scanner.advance()
    arguments, spread = [], False
    while scanner.kind != ")":
        arguments.append(expression(scanner))
        spread = scanner.accept("...")
        if spread or not scanner.accept(","):
            break
    scanner.lines_end = before
    scanner.expect(")", f"at the end of the call of {name}")
    return Call(start, scanner.last, name, tuple(arguments), spread)


def _parentheses(scanner: Scanner) -> Node:
    before = scanner.inside(lines_end=False)
    scanner.advance()
    inner = expression(scanner)
    scanner.lines_end = before
    scanner.expect(")", 'to close "("')
    return inner


def _steps(scanner: Scanner, base: Node) -> Node:
    """Read the steps that follow a value; note what the whole refers to."""
    steps: list[Access | Splat] = []
    while scanner.kind in (".", "["):
        step = _step(scanner)
        if isinstance(step, Splat) and not step.full:
            step = _names_splat(scanner)
        steps.append(step)
    if isinstance(base, Name):
        scanner.references.append(_reference(base.name, steps))
    if not steps:
        return base
    return Traversal(base.start, scanner.last, base, _nested(steps))


def _nested(steps: list[Access | Splat]) -> tuple[Access | Splat, ...]:
    """Return the steps with those behind a ``[*]`` in it: it takes them in each element."""
    splats = [place for place, step in enumerate(steps) if isinstance(step, Splat) and step.full]
    if len(splats) > _SPLATS:
        raise HclError(f'more than {_SPLATS} "[*]" one after another', steps[-1].end)
    for place in reversed(splats):
        steps[place:] = [Splat(steps[-1].end, tuple(steps[place + 1 :]), full=True)]
    return tuple(steps)


def _reference(root: str, steps: list[Access | Splat]) -> tuple[str, ...]:
    names = [root]
    for step in steps[:_SPLATS]:
        inner = step.steps if isinstance(step, Splat) else (step,)
        names += [one.key for one in inner if isinstance(one, Access) and isinstance(one.key, str)]
    return tuple(names[:4])


def _step(scanner: Scanner) -> Access | Splat:
    if scanner.kind == "[":
        return _index(scanner)
    scanner.advance()
    token, at = scanner.token, scanner.start
    if scanner.kind == NUMBER and "." in token:  # ".0.1", which looks like a fraction
        token = token.partition(".")[0]
        scanner.resume(at + len(token))
        return Access(scanner.last, int(token))
    if scanner.accept(NAME):
        return Access(scanner.last, token)
    if scanner.accept(NUMBER):
        return Access(scanner.last, _place(token, at))
    if scanner.accept("*"):
        return Splat(scanner.last, (), full=False)
    raise scanner.unexpected('a name after "."')


def _place(token: str, at: int) -> int:
    if len(token) > _DIGITS or not token.isdigit():
        raise HclError(f"expected an index, found {token[:20]}", at)
    return int(token)


def _index(scanner: Scanner) -> Access | Splat:
    before = scanner.inside(lines_end=False)
    scanner.advance()
    if scanner.accept("*"):
        scanner.lines_end = before
        scanner.expect("]", 'after "[*"')
        return Splat(scanner.last, (), full=True)
    key = expression(scanner)
    scanner.lines_end = before
    scanner.expect("]", "at the end of the index")
    return Access(scanner.last, key)


def _names_splat(scanner: Scanner) -> Splat:
    """Read the steps that ``.*`` takes in each element: names only."""
    steps: list[Access | Splat] = []
    while scanner.kind == ".":
        step = _step(scanner)
        if isinstance(step, Splat):
            raise HclError('".*" twice in one expression', scanner.last)
        steps.append(step)
    return Splat(scanner.last, tuple(steps), full=False)


def _brackets(scanner: Scanner) -> Node:
    start = scanner.start
    before = scanner.inside(lines_end=False)
    scanner.advance()
    if scanner.kind == NAME and scanner.token == "for":  # noqa: S105  a word of HCL
        return _for(scanner, start, "]", before)
    items = []
    while scanner.kind != "]":
        items.append(expression(scanner))
        if not scanner.accept(","):
            break
    scanner.lines_end = before
    scanner.expect("]", 'or "," in the list')
    return Tuple(start, scanner.last, tuple(items))


def _braces(scanner: Scanner) -> Node:
    start = scanner.start
    before = scanner.inside(lines_end=False)
    scanner.advance()
    if scanner.kind == NAME and scanner.token == "for":  # noqa: S105  a word of HCL
        return _for(scanner, start, "}", before)
    entries = []
    while scanner.kind != "}":
        key = _key(scanner)
        if not scanner.accept("="):
            scanner.expect(":", 'or "=" after the key')
        scanner.lines_end = True  # a line end parts two entries, and so does a comma
        entries.append((key, expression(scanner)))
        scanner.lines_end = False
        if scanner.kind == "}":
            break
        if not (scanner.accept(",") or scanner.accept("\n")):
            raise scanner.unexpected('"," or a new line between two entries')
        scanner.accept(",")
    scanner.lines_end = before
    scanner.advance()
    return Object(start, scanner.last, tuple(entries))


def _key(scanner: Scanner) -> Node:
    """Read a key; a bare name is a text, one in parentheses an expression."""
    bare = scanner.kind == NAME
    key = expression(scanner)
    if bare and isinstance(key, Name):
        scanner.references.pop()
        return Template(key.start, key.end, (Piece(key.start, key.end, key.name),))
    return key


def _for(scanner: Scanner, start: int, closing: str, before: bool) -> For:
    scanner.advance()
    names = [scanner.token]
    scanner.expect(NAME, 'after "for"')
    if scanner.accept(","):
        names.append(scanner.token)
        scanner.expect(NAME, 'after "," in "for"')
    if scanner.token != "in":  # noqa: S105  a word of HCL
        raise scanner.unexpected('"in"')
    scanner.advance()
    collection = expression(scanner)
    scanner.expect(":", 'after what "for" goes through')
    key, value, grouped = None, expression(scanner), False
    if closing == "}":
        key = value
        scanner.expect("=>", 'in a "for" that makes an object')
        value = expression(scanner)
        grouped = scanner.accept("...")
    test = None
    if scanner.kind == NAME and scanner.token == "if":  # noqa: S105  a word of HCL
        scanner.advance()
        test = expression(scanner)
    scanner.lines_end = before
    scanner.expect(closing, 'at the end of "for"')
    return For(start, scanner.last, tuple(names), collection, key, value, test, grouped)


_PRIMARY: dict[str, Callable[[Scanner], Node]] = {
    NAME: _named,
    NUMBER: _literal,
    '"': lambda scanner: template.quoted(scanner, expression),
    "<<": lambda scanner: template.heredoc(scanner, expression),
    "<<-": lambda scanner: template.heredoc(scanner, expression),
    "(": _parentheses,
    "[": _brackets,
    "{": _braces,
}
