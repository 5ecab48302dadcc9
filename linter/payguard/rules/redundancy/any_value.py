"""What becomes of a condition whose pattern any value matches."""

from collections.abc import Sequence
from typing import Any

from payguard.iam.condition import parse_operator

PRESENT, ABSENT, ALWAYS, NEVER = "present", "absent", "always", "never"


def any_value(values: Sequence[Any]) -> int | None:
    """Return the index of a value that is nothing but stars; None where there is none."""
    for index, value in enumerate(values):
        if type(value) is str and value and not value.strip("*"):
            return index
    return None


def outcome(operator: str) -> str | None:
    """Return when such a condition holds under ``operator``: PRESENT, ABSENT, ALWAYS or NEVER.

    PRESENT and ABSENT are about the key. None where the operator takes no pattern, and under
    ForAnyValue with IfExists, of which AWS does not say what it makes of an absent key.
    """
    parsed = parse_operator(operator)
    if parsed is None or parsed.base not in ("StringLike", "StringNotLike"):
        return None
    if parsed.quantifier == "ForAnyValue":
        if parsed.if_exists:
            return None
        return NEVER if parsed.negated else PRESENT
    if parsed.negated:
        return ABSENT
    return ALWAYS if parsed.if_exists or parsed.quantifier else PRESENT
