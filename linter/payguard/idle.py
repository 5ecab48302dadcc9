"""Roles that neither move money nor become another role: told from their statements alone.

Most roles of an account are so. The engine would come to the same answer about them, request by
request and role by role.
"""

from collections.abc import Iterable, Sequence

from payguard.authorization.actor import Actor
from payguard.authorization.caller import ROOT, caller
from payguard.authorization.closure import becoming_actions
from payguard.authorization.reach import may_grant
from payguard.iam.document import Statement
from payguard.rules.payments.money import spending

_ELSEWHERE = frozenset({"Service", "Federated", "CanonicalUser"})


def is_idle(actor: Actor) -> bool:
    """Tell whether nothing that is attached to a role lets it spend, open budgets, or become another."""
    return not any(may_grant(actor, action) for action in (*becoming_actions(), *spending()))


def let_in_by_name(actors: Iterable[Actor]) -> bool:
    """Tell whether some role may be assumed by who has no policy that says so.

    A trust policy that names an account leaves it to the policies there; one that names a role,
    or everyone, does not.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
    """
    return any(one.arn and not _leaves_it_to_policies(one) for one in actors)


def _leaves_it_to_policies(actor: Actor) -> bool:
    if actor.trust is None:
        return False
    return all(
        not clause.defect and _names_accounts(clause.statement) for clause in actor.trust.clauses
    )


def _names_accounts(statement: Statement) -> bool:
    """Tell whether a statement lets in nobody but services, providers and whole accounts."""
    if statement.effect == "Deny":
        return True
    named = statement.value.get("Principal")
    if not isinstance(named, dict):
        return False
    return all(
        kind in _ELSEWHERE or all(map(_is_account, _listed(texts))) for kind, texts in named.items()
    )


def _is_account(text: object) -> bool:
    return isinstance(text, str) and caller(text).kind == ROOT


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]
