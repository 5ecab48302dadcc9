"""Policies that stand alone, and of which role rules have nothing to say: told from their statements.

Most policies that reach payments are an administrator's, or reach them by a wildcard that another
rule shows. The engine would come to the same answer about them, but to load it takes as long as all
else that a file needs.
"""

from collections.abc import Collection, Iterable

from payguard.iam.document import EFFECTS, VERSIONS, Policy, Statement
from payguard.rules.payments.money import REACHING_BOTH, matched, spending
from payguard_policies import PAYMENTS_SERVICE

_PLAIN = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource"})
_OWN = f"{PAYMENTS_SERVICE}:"


def is_settled(policy: Policy, found: Collection[str]) -> bool:
    """Tell whether role rules surely have nothing to say about a policy, and nobody has to ask.

    Args:
        policy: an identity policy of which all is known, but not what else a role has beside it.
        found: the rules that found something in it.
    """
    statements = policy.statements
    if any(map(_is_about_payments, statements)):  # it may be redundant, or grant nothing
        return False
    administers = any(statement.allows_everything for statement in statements)
    if administers or not any(map(_may_spend, statements)):
        return True
    return not REACHING_BOTH.isdisjoint(found) and _surely_spends(policy)


def _is_about_payments(statement: Statement) -> bool:
    """Tell whether all actions of a statement may be payments actions."""
    actions = statement.actions
    return bool(actions) and all(str(text).lower().startswith(_OWN) for text in actions)


def _may_spend(statement: Statement) -> bool:
    """Tell whether a statement may allow to spend, or to open a budget, as far as its text shows."""
    if statement.effect == "Deny":
        return False
    if statement.effect not in EFFECTS or not _are_plain(statement.actions):
        return True
    return any(map(_spending_among, statement.actions))


def _surely_spends(policy: Policy) -> bool:
    """Tell whether a policy surely allows to spend and to open a budget on any payment manager."""
    return (
        policy.value.get("Version", VERSIONS[0]) in VERSIONS
        and len(policy.statements) == _count(policy.value.get("Statement"))
        and all(statement.effect == "Allow" for statement in policy.statements)
        and any(map(_allows_both, policy.statements))
    )


def _count(statements: object) -> int:
    return len(statements) if isinstance(statements, list) else 1


def _allows_both(statement: Statement) -> bool:
    """Tell whether a statement allows both on every resource, and nothing stands against it."""
    if not statement.value.keys() <= _PLAIN or "*" not in statement.resources:
        return False
    named, spared = statement.actions, statement.not_actions
    if bool(named) == bool(spared) or not _are_plain(named or spared):
        return False
    reached = {action for text in named or spared for action in _spending_among(text)}
    return reached >= set(spending()) if named else not reached


def _are_plain(texts: Iterable[object]) -> bool:
    """Tell whether there are actions, each a text that names its service or is only stars."""
    listed = list(texts)
    return bool(listed) and all(
        isinstance(text, str) and (":" in text or not text.strip("*")) for text in listed
    )


def _spending_among(text: str) -> set[str]:
    return set(spending()).intersection(matched(text))
