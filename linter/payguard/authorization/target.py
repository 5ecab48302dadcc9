"""What an action is authorized on: a payment manager, a credential provider and its vault, ``*``.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html
"""

from collections.abc import Sequence
from functools import lru_cache

from payguard.authorization.universe import (
    Target,
    Universe,
    any_resource,
    manager_universe,
    sub_resource_universe,
    type_universe,
    united,
)
from payguard_policies import PAYMENTS_SERVICE, catalog
from payguard_policies.action_sets import action_sets

MANAGER = "payment-manager"
_ANY = Target(None)
# A call is authorized on all of these at once; other types of one action are alternatives, as
# AWS's own code interpreters and custom ones are.
# https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html
_CONTAINED = {
    "paymentcredentialprovider": ("token-vault", "/paymentcredentialprovider/*"),
    "oauth2credentialprovider": ("token-vault", "/oauth2credentialprovider/*"),
    "apikeycredentialprovider": ("token-vault", "/apikeycredentialprovider/*"),
    "workload-identity": ("workload-identity-directory", "/workload-identity/*"),
    "runtime-endpoint": ("runtime", "/runtime-endpoint/*"),
}

Call = tuple[Target, ...]  # everything that one call is authorized on


@lru_cache(maxsize=1024)
def calls(action: str, account: str = "") -> tuple[Call, ...]:
    """Return what a call of ``action`` can be authorized on: one or more alternatives.

    Args:
        action: with its service prefix.
        account: of the resource; empty for any.

    An alternative whose targets are contested is there because AWS's sources disagree.
    """
    service, _, name = action.partition(":")
    detail = catalog.detail(service)
    known = detail.actions.get(name.lower()) if detail is not None else None
    if known is None:
        return ((Target(any_resource(service, account)),), (_ANY,))
    types = [use.type for use in known.resources]
    if not types:
        return ((_ANY,),)
    if MANAGER in types and known.name in catalog.payments_actions():
        return _on_manager(action, account)
    required = [use.type for use in known.resources if use.required]
    if service.lower() == PAYMENTS_SERVICE and required == types and _is_conjunction(types):
        return (_together(types, account),)
    alone = dict.fromkeys(types)
    return tuple((Target(type_universe(service.lower(), kind, account), kind),) for kind in alone)


def _on_manager(action: str, account: str) -> tuple[Call, ...]:
    """The reference names the manager; an older text of AWS's names what is below it."""
    found: list[Call] = [(Target(manager_universe(account), MANAGER),)]
    sub_type = _sub_resource(action)
    if sub_type:
        universe = sub_resource_universe(sub_type, account)
        found.append((Target(universe, sub_type, contested=True),))
    return tuple(found)


def _sub_resource(action: str) -> str:
    for group in action_sets().values():
        names = {name.lower() for name in group.actions}
        if group.sub_resources and action.lower() in names:
            return group.sub_resources[0]
    return ""


def manager_of(target: Target) -> Target:
    """Return the payment manager of a target that is below one."""
    return target._replace(type=MANAGER, suffix=f"/{target.type}/*", contested=False)


def either(targets: Sequence[Target]) -> Target:
    """Return a target whose texts are those of all of some targets."""
    first = targets[0]
    found = tuple(target.universe for target in targets if target.universe is not None)
    return first if len(found) == 1 else first._replace(universe=united(found))


def _is_conjunction(types: Sequence[str]) -> bool:
    return any(kind in _CONTAINED and _CONTAINED[kind][0] in types for kind in types)


def _together(types: Sequence[str], account: str) -> Call:
    found: list[Target] = []
    inner = [kind for kind in types if kind in _CONTAINED and _CONTAINED[kind][0] in types]
    covered = {_CONTAINED[kind][0] for kind in inner}
    for kind in types:
        if kind in covered:
            continue
        universe = type_universe(PAYMENTS_SERVICE, kind, account)
        found.append(Target(universe, kind))
        if kind in inner:
            outer, suffix = _CONTAINED[kind]
            found.append(Target(universe, outer, suffix))
    return tuple(found)


def universes(call: Call) -> list[tuple[Universe | None, Call]]:
    """Return the targets of a call by their universe: those of one are parts of one text."""
    found: dict[Universe | None, list[Target]] = {}
    for target in call:
        found.setdefault(target.universe, []).append(target)
    return [(universe, tuple(targets)) for universe, targets in found.items()]
