"""What IAM's semantics are made of, as terms of z3: texts, patterns, context keys, managers.

See ``z3_model``.
"""

import ipaddress
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import z3

Formula = Any  # z3 has no annotations
YES, NO = z3.BoolVal(val=True), z3.BoolVal(val=False)
TEXT, NUMBER, DATE, BOOL, IP, ARN = "String", "Numeric", "Date", "Bool", "IpAddress", "Arn"


class NotCovered(Exception):  # noqa: N818  no error: the reason to skip a question
    """Something that this encoding leaves out."""


# Keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html


class Key(NamedTuple):
    """What AWS documents of a key: its type, and how it comes into a request.

    Attributes:
        kind: the type of its values.
        always: whether every request of a role carries it.
        several: whether it may have several values.
        tagging: whether only requests that pass tags carry it.
    """

    kind: str
    always: bool = False
    several: bool = False
    tagging: bool = False


_KEYS = {
    "aws:resourcetag/": Key(TEXT),
    "aws:principaltag/": Key(TEXT),
    "aws:requesttag/": Key(TEXT, tagging=True),
    "aws:useragent": Key(TEXT, always=True),
    "aws:userid": Key(TEXT, always=True),
    "aws:calledvia": Key(TEXT, several=True),
    "aws:multifactorauthpresent": Key(BOOL),
    "aws:securetransport": Key(BOOL, always=True),
    "aws:multifactorauthage": Key(NUMBER),
    "aws:currenttime": Key(DATE, always=True),
    "aws:sourceip": Key(IP),
    "aws:sourcearn": Key(ARN),
    "aws:requestedregion": Key(TEXT, always=True),
    "aws:resourceaccount": Key(TEXT, always=True),
    "aws:principalaccount": Key(TEXT, always=True),
}
RESOURCE_TAG, REQUEST_TAG = "aws:resourcetag/", "aws:requesttag/"
# The same role and the same manager ask and are asked in both requests of a question.
_SHARED = (RESOURCE_TAG, "aws:principaltag/")
TAG_RESOURCE, UNTAG_RESOURCE = "bedrock-agentcore:TagResource", "bedrock-agentcore:UntagResource"


def known_key(name: str) -> Key:
    found = _KEYS.get(name) or _KEYS.get(name.partition("/")[0] + "/")
    if found is None:
        raise NotCovered(f"the key {name}")
    return found


# Texts and patterns


def _text_sort() -> Any:
    return z3.ReSort(z3.StringSort())


def constant(text: str) -> Formula:
    if "\\" in text:
        raise NotCovered("a backslash")  # z3 reads escapes in texts
    return z3.StringVal(text)


def _any_character() -> Formula:
    return z3.AllChar(_text_sort())


def _but(character: str) -> Formula:
    return z3.Intersect(_any_character(), z3.Complement(z3.Re(character)))


def _sequence(parts: Sequence[Formula]) -> Formula:
    if not parts:
        return z3.Re("")
    return parts[0] if len(parts) == 1 else z3.Concat(*parts)


def _union(parts: Sequence[Formula]) -> Formula:
    return parts[0] if len(parts) == 1 else z3.Union(*parts)


def glob(pattern: str, *, wild: bool = True, fold: bool = False, field: bool = False) -> Formula:
    """Return the regular expression of a pattern.

    Args:
        pattern: as written.
        wild: whether ``*`` and ``?`` are wildcards.
        fold: whether case is no matter.
        field: whether wildcards stop at colons.
    """
    one = _but(":") if field else _any_character()
    parts: list[Formula] = []
    for piece in re.findall(r"[*?]|[^*?]+", pattern):
        if wild and piece == "*":
            parts.append(z3.Star(one))
        elif wild and piece == "?":
            parts.append(one)
        elif fold:
            parts += (
                _union([z3.Re(constant(c)) for c in dict.fromkeys((s.lower(), s.upper()))])
                for s in piece
            )
        else:
            parts.append(z3.Re(constant(piece)))
    return _sequence(parts)


_LOWER, _DIGIT = ("a", "z"), ("0", "9")


def _class(*members: tuple[str, str] | str) -> Formula:
    return _union([z3.Range(*m) if isinstance(m, tuple) else z3.Re(m) for m in members])


def _partitions() -> Formula:
    more = z3.Concat(z3.Re("aws-"), z3.Plus(_class(_LOWER, _DIGIT, "-")))
    return z3.Union(z3.Re("aws"), more)


def _manager_ids() -> Formula:
    """Return the shape that AWS's API model gives to the IDs of payment managers."""
    inner, edge = _class(_LOWER, _DIGIT, "-"), _class(_LOWER, _DIGIT)
    name = z3.Concat(edge, z3.Option(z3.Concat(z3.Loop(inner, 0, 47), edge)))
    return z3.Concat(name, z3.Re("-"), z3.Loop(edge, 10, 10))


def _arns() -> Formula:
    """Return ARNs of any service, as far as AWS documents their form."""
    field = _class(_LOWER, _DIGIT, "-")
    account = z3.Option(z3.Loop(_class(_DIGIT), 12, 12))
    rest = z3.Plus(_class(_LOWER, _DIGIT, ("A", "Z"), "_", ".", "/", ":", "=", "@", "+", "-"))
    colon = z3.Re(":")
    fields = (z3.Re("arn"), _partitions(), z3.Plus(field), z3.Star(field), account, rest)
    parts = [part for item in fields for part in (item, colon)][:-1]
    return z3.Concat(*parts)


# Policy variables: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html


class Variable(NamedTuple):
    """A variable of a text: its key, in lower case, and its default."""

    key: str
    default: str | None


class Literal(str):
    """A piece of a text in which nothing is a wildcard."""

    __slots__ = ()


Piece = str | Variable
VARIABLE = re.compile(r"\$\{([^{}]*)\}")


def pieces_of(text: str, version: str | None) -> list[Piece]:
    """Split a text at its variables; in policies of another version there are none."""
    if version != "2012-10-17" or "${" not in text:
        return [text] if text else []
    found: list[Piece] = []
    at = 0
    for match in VARIABLE.finditer(text):
        found.append(text[at : match.start()])
        found.append(_variable(match[1]))
        at = match.end()
    found.append(text[at:])
    if any(type(piece) is str and "${" in piece for piece in found):
        raise NotCovered("a malformed variable")
    return [piece for piece in found if piece != ""]


def _variable(inner: str) -> Piece:
    if inner in {"*", "?", "$"}:
        return Literal(inner)
    key, comma, rest = inner.partition(",")
    default = re.fullmatch(r"\s*'([^']*)'\s*", rest)
    if (comma and default is None) or key != key.strip() or not key:
        raise NotCovered("a malformed variable")
    return Variable(key.lower(), default[1] if default else None)


# Requests


class Manager(NamedTuple):
    """A payment manager, as variables of z3."""

    partition: Formula
    region: Formula
    account: Formula
    id: Formula

    @property
    def fields(self) -> tuple[Any, ...]:
        """The six fields of its ARN; a text where AWS fixes it, the last one without its type."""
        return "arn", self.partition, "bedrock-agentcore", self.region, self.account, self.id

    def shape(self, account: str) -> list[Formula]:
        """Return what holds of every payment manager, in an account if one is given."""
        name = z3.Plus(_class(_LOWER, _DIGIT, "-"))
        accounts = z3.Re(account) if account else z3.Loop(_class(_DIGIT), 12, 12)
        shapes = (_partitions(), name, accounts, _manager_ids())
        return [z3.InRe(value, shape) for value, shape in zip(self, shapes, strict=True)]


TYPE = "payment-manager/"
MANAGER = Manager(*(z3.String(name) for name in ("partition", "region", "account", "id")))
SORTS: dict[str, Callable[[str], Formula]] = {
    TEXT: z3.String,
    ARN: z3.String,
    NUMBER: z3.Real,
    DATE: z3.Real,
    BOOL: z3.Bool,
    IP: z3.Int,
}


class Held(NamedTuple):
    """One value that a key may have: whether it has it, and what it is.

    Attributes:
        there: whether the value is there.
        value: the value.
        newer: for an address, whether it is of version 6.
    """

    there: Formula
    value: Formula
    newer: Formula = None


class Context:
    """The context keys of one request, made as they are asked for.

    Args:
        number: of the request; keys that the requests share have the same name in all.
        action: what is asked for.
        sets: how many values of a key with several make a difference.
        renamed: for some keys, by their beginning, the name of what they hold.
    """

    def __init__(
        self, number: int, action: str, sets: int, renamed: Mapping[str, str] | None = None
    ) -> None:
        self.number, self.action, self.sets = number, action, sets
        self._renamed = renamed or {}
        self._held: dict[str, tuple[Held, ...]] = {}
        self.shape: list[Formula] = []

    def held(self, name: str) -> tuple[Held, ...]:
        """Return the values that a key, given in lower case, may have."""
        if name not in self._held:
            self._held[name] = self._make(name)
        return self._held[name]

    def values(self, given: Mapping[str, Any]) -> list[Formula]:
        """Say that the keys asked for so far hold just what is given, by name in lower case."""
        found = []
        for name, held in self._held.items():
            texts = given.get(name, ())
            texts = (texts,) if isinstance(texts, str) else tuple(texts)
            if len(texts) > len(held):
                raise NotCovered(f"{len(texts)} values of {name}")
            for item, text in itertools.zip_longest(held, texts):
                found.append(item.there == (NO if text is None else YES))
                if text is not None and _is_of(known_key(name).kind, text):
                    found += _equals(known_key(name).kind, item, text)
        return found

    def present(self, name: str) -> Formula:
        """Tell whether the request carries a key."""
        return z3.Or(*(item.there for item in self.held(name)))

    def _make(self, name: str) -> tuple[Held, ...]:
        key = known_key(name)
        implied = {
            "aws:requestedregion": MANAGER.region,
            "aws:resourceaccount": MANAGER.account,
            "aws:principalaccount": MANAGER.account,
        }
        if name in implied:
            return (Held(YES, implied[name]),)
        slot = self._slot(name)
        number = self.sets if key.several else 1
        found = [self._one(f"{slot} {place}", key) for place in range(number)]
        # The first values are there, the others not: which ones it are is no matter.
        self.shape += (z3.Implies(b.there, a.there) for a, b in itertools.pairwise(found))
        return tuple(found)

    def _slot(self, name: str) -> str:
        for beginning, slot in self._renamed.items():
            if name.startswith(beginning):
                return slot + name.removeprefix(beginning)
        return name if name.startswith(_SHARED) else f"{self.number} {name}"

    def _one(self, slot: str, key: Key) -> Held:
        there = YES if key.always else z3.Bool(f"{slot} there")
        if key.tagging and self.action != TAG_RESOURCE:
            there = NO
        value = SORTS[key.kind](slot)
        newer = None
        if key.kind == ARN:
            self.shape.append(z3.InRe(value, _arns()))
        if key.kind == IP:
            newer = z3.Bool(f"{slot} newer")
            self.shape += (value >= 0, value < z3.If(newer, 2**128, 2**32))
        return Held(there, value, newer)


def _is_of(kind: str, text: str) -> bool:
    """Tell whether a value is of its key's type; where only Null asks for it, that is no matter."""
    forms = {NUMBER: r"-?[0-9]+(\.[0-9]+)?", DATE: r"-?[0-9]+(\.[0-9]+)?", IP: "[0-9a-f.:]*[.:].*"}
    return kind not in forms or re.fullmatch(forms[kind], text) is not None


def _equals(kind: str, held: Held, text: str) -> list[Formula]:
    """Say that a value is the one that a request writes as ``text``."""
    if kind == IP:
        address = ipaddress.ip_address(text)
        return [held.newer == (YES if address.version == 6 else NO), held.value == int(address)]
    if kind in {NUMBER, DATE}:
        number = Fraction(text)
        return [held.value == z3.RealVal(f"{number.numerator}/{number.denominator}")]
    if kind == BOOL:
        return [held.value == (YES if text == "true" else NO)]
    return [held.value == constant(text)]
