"""Condition values: which texts an operator can read as its type.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from payguard.iam.condition import Condition

# No value of these types is longer; a longer text is refused before any pattern sees it.
_LONGEST = 128
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_EPOCH = re.compile(r"-?[0-9]{5,}(\.[0-9]+)?")
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?"
    r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)


def texts(condition: Condition) -> Iterator[tuple[int, str]]:
    """Yield (index, text) of each value of ``condition`` that is text."""
    for index, value in enumerate(condition.values):
        if type(value) is str:
            yield index, value


def fits(kind: str, value: Any) -> bool:
    """Tell whether an operator of ``kind`` can read ``value``.

    Values with a variable, values of unknown types and malformed ones (objects, lists, null) are
    taken to fit: other rules speak about them.
    """
    if type(value) is str:
        read = _READERS.get(kind)
        return read is None or "${" in value or (len(value) <= _LONGEST and read(value))
    if type(value) is bool:
        return kind in ("Bool", "Null", "String")
    if type(value) in (int, float):
        return kind in ("Numeric", "Date", "String")
    return True


def is_epoch(value: Any) -> bool:
    """Tell whether ``value`` is a point in time written as seconds since 1970."""
    if type(value) is str:
        return len(value) <= _LONGEST and _EPOCH.fullmatch(value) is not None
    return type(value) in (int, float)


def is_true(value: Any) -> bool:
    """Tell whether ``value`` is the JSON value true or the text ``true`` in any case."""
    return value is True or (type(value) is str and value.lower() == "true")


def is_false(value: Any) -> bool:
    """Tell whether ``value`` is the JSON value false or the text ``false`` in any case."""
    return value is False or (type(value) is str and value.lower() == "false")


def written(value: Any) -> str:
    """Return ``value`` as a policy writes it, for a message."""
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int and value.bit_length() > _LONGEST:
        return "a number of many digits"  # turning it into text may be refused by Python
    return value if type(value) is str else str(value)[:_LONGEST]


def _is_bool(text: str) -> bool:
    return text.lower() in ("true", "false")


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _is_date(text: str) -> bool:
    import datetime as dt  # noqa: PLC0415  costs start-up time, and few policies name dates

    found = _DATE.fullmatch(text)
    if found is None:
        return _EPOCH.fullmatch(text) is not None
    year, month, day, hour, minute, second = (int(part) if part else 0 for part in found.groups())
    try:
        # 60 seconds: ISO 8601 counts leap seconds, datetime does not.
        dt.datetime(year, month or 1, day or 1, hour, minute, min(second, 59))  # noqa: DTZ001  only the calendar is asked
    except ValueError:
        return False
    return second <= 60


def _is_network(text: str) -> bool:
    import ipaddress  # noqa: PLC0415  costs start-up time, and few policies name addresses

    address, slash, length = text.partition("/")
    if (slash and not (length.isascii() and length.isdigit())) or "%" in address:
        return False
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _is_base64(text: str) -> bool:
    import base64  # noqa: PLC0415  the rarest operator
    import binascii  # noqa: PLC0415

    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


_READERS: dict[str, Callable[[str], bool]] = {
    "Bool": _is_bool,
    "Null": _is_bool,
    "Numeric": _is_number,
    "Date": _is_date,
    "IPAddress": _is_network,
    "Binary": _is_base64,
}
