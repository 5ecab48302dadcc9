"""JSON types in words, for messages about a value of the wrong one."""

from payguard.quotation import quote

_WORDS: dict[type, str] = {list: "a list", dict: "an object", type(None): "null"}
# Wider numbers are named without their digits: Python refuses to write out very long ones.
_WIDEST_NUMBER = 10**15


def described(value: object) -> str:
    """Return what ``value`` is, such as ``the number 42`` or ``a list``."""
    if isinstance(value, str):
        return f"the text {quote(value)}"
    if isinstance(value, bool):
        return f"the Boolean {str(value).lower()}"
    if isinstance(value, int | float):
        narrow = -_WIDEST_NUMBER < value < _WIDEST_NUMBER
        return f"the number {value}" if narrow else "a number"
    return _WORDS.get(type(value), "a value of no JSON type")
