"""Roles that neither move money nor become another role: told from their statements alone.

Most roles of an account are so. The engine would come to the same answer about them, request by
request and role by role.
"""

from collections.abc import Iterable, Sequence
from functools import cache

from payguard.authorization.actor import Actor
from payguard.authorization.caller import ROOT, caller
from payguard.authorization.evaluate import may_allow
from payguard.authorization.relevance import about
from payguard.iam.document import TRUST, Statement, parse_policy
from payguard.rules.payments.money import spending
from payguard_policies.role_use import edits, passed_runners, standing_runners, trust_edit

_ELSEWHERE = frozenset({"Service", "Federated", "CanonicalUser"})


def is_idle(actor: Actor) -> bool:
    """Tell whether nothing that is attached to a role lets it spend, open budgets, or become another."""
    return not any(
        may_allow(clause)
        for action in _turning()
        for clause in about(actor.policies, action).identity.clauses
    )


@cache
def _turning() -> tuple[str, ...]:
    """Return the actions that move money, or are a first step to another role."""
    runners = (*passed_runners(), *standing_runners())
    ran = dict.fromkeys(action for runner in runners for action in runner.actions)
    edited = (edit.action for edit in (trust_edit(), *edits()))
    return tuple(dict.fromkeys(("sts:AssumeRole", "iam:PassRole", *spending(), *edited, *ran)))


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
    items = actor.trust.get("Statement")
    statements = parse_policy(actor.trust, TRUST).statements
    whole = len(items) if isinstance(items, list) else 1
    return len(statements) == whole and all(map(_names_accounts, statements))


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
