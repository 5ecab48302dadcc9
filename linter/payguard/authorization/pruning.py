"""Which texts a question need not look at, since one of its requests is denied there for sure."""

import functools
import operator
from collections.abc import Iterator, Sequence

from payguard.authorization.asked import Asked
from payguard.authorization.evaluate import may_allow
from payguard.authorization.policy_set import Clause, Layer, Policies
from payguard.authorization.statement import action_matches, soundness
from payguard.authorization.truth import YES
from payguard.authorization.walk import Pruning


def pruning(parts: Sequence[Asked]) -> Pruning:
    """Return what the texts must and must not match, so that all requests may be as asked.

    A role's identity policies, boundary and session policies have to allow each, and none of them
    may deny; where a policy of the resource has a say, nothing is left out.
    """
    asked = [part for part in parts if part.part.allowed and _is_for_a_role(part)]
    needed = dict.fromkeys(mask for part in asked for mask in _needed(part))
    fatal = (mask for part in asked for mask in _fatal(part))
    return Pruning(tuple(needed), functools.reduce(operator.or_, fatal, 0))


def _is_for_a_role(asked: Asked) -> bool:
    principal, policies = asked.part.principal, asked.part.policies
    if policies.resource is not None or policies.trust is not None:
        return False
    return not principal or ":role/" in principal


def _own_layers(policies: Policies) -> Iterator[Layer]:
    for layer in (policies.identity, policies.boundary, policies.session):
        if layer is not None:
            yield layer


def _needed(asked: Asked) -> Iterator[int]:
    for layer in _own_layers(asked.policies):
        masks = [asked.masks[id(clause)] for clause in layer.clauses if may_allow(clause)]
        if all(mask >= 0 for mask in masks):
            yield functools.reduce(operator.or_, masks, 0)


def _fatal(asked: Asked) -> Iterator[int]:
    for clause in _denials(asked):
        if asked.masks[id(clause)] > 0:
            yield asked.plain[id(clause)]


def is_denied_everywhere(asked: Asked) -> bool:
    """Tell whether a statement denies the request on whatever resource, and whoever makes it."""
    return _is_for_a_role(asked) and any(
        "*" in clause.statement.resources for clause in _denials(asked)
    )


def _denials(asked: Asked) -> Iterator[Clause]:
    """Yield the statements that deny whatever is done to one of their resources."""
    for layer in _own_layers(asked.policies):
        for clause in layer.clauses:
            if (
                clause.statement.effect == "Deny"
                and not clause.conditions
                and soundness(clause) is YES
                and action_matches(clause, asked.part.action) is YES
            ):
                yield clause
