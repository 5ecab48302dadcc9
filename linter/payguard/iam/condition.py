"""Condition operators and the entries of a condition block.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from payguard import pointer
from payguard_policies.named_tuple import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

QUANTIFIERS = ("ForAllValues", "ForAnyValue")

# Operator in lower case -> (its name, the type of value it compares, whether it negates).
_OPERATORS: dict[str, tuple[str, str, bool]] = {
    name.lower(): (name, kind, "Not" in name)
    for kind, names in {
        "String": (
            "StringEquals",
            "StringNotEquals",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            "StringLike",
            "StringNotLike",
        ),
        "Numeric": (
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ),
        "Date": (
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ),
        "Bool": ("Bool",),
        "Binary": ("BinaryEquals",),
        "IPAddress": ("IpAddress", "NotIpAddress"),
        "ARN": ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"),
        "Null": ("Null",),
    }.items()
    for name in names
}


class Operator(NamedTuple):
    """A condition operator, taken apart.

    Attributes:
        base: its name without quantifier and suffix, such as ``StringLike``.
        kind: the type of value it compares: String, Numeric, Date, Bool, Binary, IPAddress, ARN
            or Null.
        negated: whether it asks for a difference; such an operator also holds where the key is
            absent from the request.
        quantifier: ``ForAllValues``, ``ForAnyValue`` or empty.
        if_exists: whether it ends in ``IfExists``.
    """

    base: str
    kind: str
    negated: bool
    quantifier: str
    if_exists: bool


class Condition(NamedTuple):
    """One entry of a condition block: an operator, a key and the values it is held against.

    ``values`` has every value as written (strings, numbers, Booleans; anything else if the
    document is malformed); ``listed`` tells whether they stood in a list.
    """

    operator: str
    key: str
    values: tuple[Any, ...]
    listed: bool

    @property
    def pointer(self) -> str:
        """Where the entry stands, relative to the statement."""
        return pointer.join("/Condition", self.operator, self.key)

    def value_pointer(self, index: int) -> str:
        """Return where value number ``index`` stands, relative to the statement."""
        return f"{self.pointer}/{index}" if self.listed else self.pointer


@lru_cache(maxsize=1024)
def parse_operator(text: str) -> Operator | None:
    """Take ``text`` apart; None where IAM knows no such operator. Case is no matter to IAM."""
    quantifier, colon, rest = text.rpartition(":")
    if colon:
        quantifier = {name.lower(): name for name in QUANTIFIERS}.get(quantifier.lower(), "?")
    if quantifier == "?":
        return None
    lower = rest.lower()
    if_exists = lower.endswith("ifexists")
    found = _OPERATORS.get(lower.removesuffix("ifexists"))
    if found is None:
        return None
    return Operator(*found, quantifier=quantifier, if_exists=if_exists)


def operator_names() -> tuple[str, ...]:
    """Return the plain operator names, for a suggestion."""
    return tuple(name for name, _, _ in _OPERATORS.values())


def entries(block: object) -> Iterator[tuple[str, str, Any]]:
    """Yield (operator, key, value as written) of a condition block; malformed parts not."""
    if isinstance(block, dict):
        for operator, keys in block.items():
            if isinstance(keys, dict):
                for key, value in keys.items():
                    yield operator, key, value


def condition(operator: str, key: str, value: Any) -> Condition:
    """See one entry of a condition block as a condition."""
    listed = isinstance(value, list)
    return Condition(operator, key, tuple(value) if listed else (value,), listed)


def conditions(block: object) -> Iterator[Condition]:
    """Yield the conditions of a statement's condition block; malformed parts are passed over."""
    for operator, key, value in entries(block):
        yield condition(operator, key, value)
