"""Values of condition keys that are more than text: numbers, dates, Booleans, addresses, bytes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

_LONGEST = 64
# Compiled when first used: most policies compare neither numbers nor dates.
_NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"
# ISO 8601 as the W3C profiles it, with RFC 3339's freedoms; a month, or a date alone, is its first
# midnight in UTC.
_DATE = (
    r"([0-9]{4}-[0-9]{2})(-[0-9]{2})?"
    r"(?(2)(?:[Tt ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]+)?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?)"
)
_LEAP = ":60"
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
    """Return the decimal ``text`` in units of 10**-20, so that comparing is exact.

    None if it is none, or is longer than that.
    """
    if len(text) > _LONGEST or not is_number(text):
        return None
    whole, _, fraction = text.partition(".")
    if len(fraction) > SCALE:
        return None
    return int(whole + fraction.ljust(SCALE, "0"))


def is_number(text: str) -> bool:
    """Tell whether ``text`` is a decimal, however long."""
    import re  # noqa: PLC0415  few policies compare numbers

    return re.fullmatch(_NUMBER, text) is not None


@lru_cache(maxsize=512)
def instant(text: str) -> int | None:
    """Return an ISO 8601 date or epoch seconds in the units of ``number``; None if it is neither.

    Epoch time counts seconds, not milliseconds.
    """
    import re  # noqa: PLC0415  few policies compare dates

    parts = re.fullmatch(_DATE, text) if len(text) <= _LONGEST else None
    if parts is None:
        return number(text)
    from datetime import UTC, datetime  # noqa: PLC0415  same

    month, day, minute, second, zone = parts.groups(default="")
    leap = second.startswith(_LEAP)  # which ISO 8601 counts and datetime does not
    clock = f"T{minute}{':59' if leap else second}{zone.upper()}" if minute else ""
    try:
        found = datetime.fromisoformat(f"{month}{day or '-01'}{clock}")
    except ValueError:  # a thirteenth month and the like
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    since = found - datetime(1970, 1, 1, tzinfo=UTC)
    seconds = since.days * 86400 + since.seconds + leap
    return seconds * UNIT + since.microseconds * _MICROSECOND


def may_be_year(text: str) -> bool:
    """Tell whether ``text`` is a date of the W3C's that ``instant`` takes for epoch seconds."""
    return len(text) == 4 and text.isascii() and text.isdigit()


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
