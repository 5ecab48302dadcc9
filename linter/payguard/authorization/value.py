"""Values of condition keys that are more than text: numbers, dates, Booleans, addresses, bytes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

_LONGEST = 64
# Compiled when first used: most policies compare neither numbers nor dates.
_NUMBER = r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,20})?"
# The W3C's profile of ISO 8601; a date alone is its midnight in UTC.
_DATE = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
SCALE = 20
UNIT: int = 10**SCALE
_MICROSECOND: int = 10 ** (SCALE - 6)


def as_text(written: object) -> str | None:
    """Return a JSON value as IAM reads it: numbers and Booleans as text; None for anything else."""
    if isinstance(written, str):
        return written
    if isinstance(written, bool):
        return "true" if written else "false"
    if isinstance(written, int):
        return str(written) if written.bit_length() < 200 else None
    return repr(written) if isinstance(written, float) else None


def number(text: str) -> int | None:
    """Return the decimal ``text`` in units of 10**-20, so that comparing is exact; None if none."""
    if len(text) > _LONGEST or not re.fullmatch(_NUMBER, text):
        return None
    whole, _, fraction = text.partition(".")
    return int(whole + fraction.ljust(SCALE, "0"))


@lru_cache(maxsize=512)
def instant(text: str) -> int | None:
    """Return an ISO 8601 date or epoch seconds in the units of ``number``; None if it is neither.

    Epoch time counts seconds, not milliseconds.
    """
    if len(text) > _LONGEST or not re.fullmatch(_DATE, text):
        return number(text)
    from datetime import UTC, datetime  # noqa: PLC0415  few policies compare dates

    try:
        found = datetime.fromisoformat(text)
    except ValueError:  # a thirteenth month and the like
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    since = found - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86400 + since.seconds) * UNIT + since.microseconds * _MICROSECOND


def boolean(text: str) -> bool | None:
    """Return the Boolean that ``text`` is, in any case; None if it is none."""
    return {"true": True, "false": False}.get(text.lower()) if len(text) < 6 else None


@lru_cache(maxsize=512)
def address(text: str) -> "IPv4Address | IPv6Address | None":
    """Return the IP address that ``text`` is; None if it is none."""
    from ipaddress import ip_address  # noqa: PLC0415  few policies compare addresses

    try:
        return ip_address(text) if len(text) < _LONGEST else None
    except ValueError:
        return None


@lru_cache(maxsize=512)
def network(text: str) -> "IPv4Network | IPv6Network | None":
    """Return the range that ``text`` is in CIDR notation; an address alone is a range of one."""
    from ipaddress import ip_network  # noqa: PLC0415  few policies compare addresses

    length = text.partition("/")[2]
    if len(text) >= _LONGEST or not (length.isascii() and (length.isdigit() or not length)):
        return None
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def data(text: str) -> bytes | None:
    """Return the bytes that ``text`` stands for in base64; None if it is none."""
    from binascii import a2b_base64  # noqa: PLC0415  few policies compare bytes

    try:
        return a2b_base64(text, strict_mode=True)
    except ValueError:  # not base64, or not even ASCII
        return None
