"""Words about actions and statements that several role rules share."""

from collections.abc import Sequence
from functools import cache

from payguard.quotation import quote
from payguard.rules.subject import secret_groups

SERVICE_PERSONA = "resource-retrieval"
_MOST_NAMES = 4


def listed(names: Sequence[str], *, quoted: bool = False) -> str:
    """Return names as a list in words; beyond four the others are counted."""
    shown = [quote(name) if quoted else name for name in names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        return f"{', '.join(shown)} and {len(names) - _MOST_NAMES} more"
    return " and ".join((", ".join(shown[:-1]), shown[-1]) if len(shown) > 1 else shown)


@cache
def secret_actions() -> frozenset[str]:
    """Return the actions of these groups, with their prefixes."""
    return frozenset(action for group in secret_groups() for action in group.actions)
