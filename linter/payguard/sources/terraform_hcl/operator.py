"""The operators of HCL on evaluated values."""

from payguard.iam.unresolved import MISSING, Unresolved
from payguard.sources.terraform_hcl.datum import (
    Datum,
    UnknownError,
    Work,
    number,
    same,
    truth,
)

# Beyond this a number is no longer computed with.
_LARGEST = 10**300


def negated(sign: str, operand: Datum) -> float | bool:
    """Return ``-operand`` or ``!operand``.

    Raises:
        UnknownError: it hangs on something that is not known.
        EvaluationError: it has no value.
    """
    return -number(operand) if sign == "-" else not truth(operand)


def applied(sign: str, left: Datum, right: Datum, work: Work) -> float | bool:
    """Return ``left sign right``; raises as ``negated``."""
    if sign in ("&&", "||"):
        return _logical(left, right, decides=sign == "||")
    if sign in ("==", "!="):
        return same(left, right, work) is (sign == "==")
    one, other = number(left), number(right)
    if sign in ("<", ">", "<=", ">="):
        return _compared(sign, one, other)
    return bounded(_computed(sign, one, other))


def _logical(left: Datum, right: Datum, *, decides: bool) -> bool:
    """Return the value that decides if either has it, even if the other is not known."""
    for one in (left, right):
        if not one.unknown and truth(one) is decides:
            return decides
    for one in (left, right):
        if one.unknown:
            raise UnknownError(one.data)
    return not decides


def _compared(sign: str, one: float, other: float) -> bool:
    if sign in ("<=", ">="):
        return one <= other if sign == "<=" else one >= other
    return one < other if sign == "<" else one > other


def _computed(sign: str, one: float, other: float) -> float:
    if sign == "+":
        return one + other
    if sign == "-":
        return one - other
    if sign == "*":
        return one * other
    if other == 0:
        raise UnknownError(Unresolved("a division by zero", MISSING))
    if sign == "%":
        rest = abs(one) % abs(other)
        return rest if one >= 0 else -rest
    return one // other if one % other == 0 else one / other


def bounded(value: float) -> float:
    """Return a number that is neither huge nor none; a fraction without one as a whole number."""
    if value != value or abs(value) > _LARGEST:  # noqa: PLR0124  only NaN differs from itself
        raise UnknownError(Unresolved("a number that is too large", MISSING))
    if isinstance(value, int):
        return value
    return int(value) if value.is_integer() else value
