"""Words about actions and statements that several role rules share."""

from collections.abc import Sequence
from functools import cache

from payguard.authorization.policy_set import StatementRef
from payguard.authorization.reach import PAYMENTS_SERVICE
from payguard.finding import quote
from payguard.rules.subject import Subject, secret_groups

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


def is_about_payments(subject: Subject, ref: StatementRef) -> bool:
    """Tell whether a statement has actions of AgentCore only.

    Of other services the engine knows less about what an action is asked on.
    """
    clauses = subject.actor.policies.identity.clauses
    statement = next(clause.statement for clause in clauses if clause.ref == ref)
    prefix = f"{PAYMENTS_SERVICE}:"
    return bool(statement.actions) and all(
        isinstance(text, str) and text.lower().startswith(prefix) for text in statement.actions
    )
