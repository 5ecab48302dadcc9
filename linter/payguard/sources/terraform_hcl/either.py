"""One of two values, where it is not known which."""

from typing import Any

from payguard.iam.unresolved import SECRET, Unresolved
from payguard.sources.terraform_hcl.datum import Datum


def either(one: Datum, other: Datum, unknown: Datum) -> Datum:
    """Return what is known of a value that is one of two.

    Args:
        one: the first.
        other: the second.
        unknown: stands for the value; its Unresolved says what decides.
    """
    if one.data == other.data and isinstance(one.data, str | int):
        return one
    if unknown.data.why == SECRET:
        return unknown
    return unknown._replace(data=unknown.data._replace(pattern=_pattern(one.data, other.data)))


def _pattern(one: Any, other: Any) -> str:
    """Return what both values start and end with, and anything in between."""
    first, second = _known(one), _known(other)
    start = _shared(first, second)
    end = _shared(first[start:][::-1], second[start:][::-1])
    return f"{first[:start]}*{first[len(first) - end :]}"


def _known(data: Any) -> str:
    if isinstance(data, Unresolved):
        return data.pattern
    return data if isinstance(data, str) else ""


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts start with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
