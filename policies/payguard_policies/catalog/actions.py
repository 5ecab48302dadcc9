"""Which actions and resource types each service has."""

import functools
import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from payguard_policies import PAYMENTS_SERVICE
from payguard_policies.catalog.files import FOLDER, table
from payguard_policies.catalog.records import (
    Action,
    ConditionKey,
    InventedAction,
    ResourceType,
    ResourceUse,
    ServiceDetail,
    UnlistedService,
)

_NO_NAMES: Mapping[str, str] = MappingProxyType({})


@functools.cache
def service_names() -> frozenset[str]:
    """The service prefixes that IAM knows, in lower case."""
    return frozenset(table("actions.json"))


def action_names(service: str) -> Mapping[str, str]:
    """The actions of a service: lower-case name to canonical name; empty if it is unknown."""
    service = service.lower()
    return _action_names(service) if service in table("actions.json") else _NO_NAMES


@functools.cache
def _action_names(service: str) -> Mapping[str, str]:
    names = table("actions.json")[service].split()
    return MappingProxyType({name.lower(): name for name in names})


def detail(service: str) -> ServiceDetail | None:
    """Actions, resource types and condition keys of a service that payments roles touch.

    Returns:
        None for any other service; `service_names` and `action_names` still know it.
    """
    service = service.lower()
    return _detail(service) if service in detailed_services() else None


@functools.cache
def detailed_services() -> frozenset[str]:
    """The service prefixes that `detail` has an answer for: those that payments roles touch."""
    names = os.listdir(os.path.join(FOLDER, "services"))
    return frozenset(name.removesuffix(".json") for name in names if name.endswith(".json"))


@functools.cache
def _detail(service: str) -> ServiceDetail:
    known = table("services", service + ".json")
    keys = known["condition_keys"].items()
    return ServiceDetail(
        service=service,
        actions=MappingProxyType(
            {name.lower(): _action(name, facts) for name, facts in known["actions"].items()}
        ),
        resource_types=MappingProxyType(
            {
                name: ResourceType(name, facts["arn"], tuple(facts.get("keys", ())))
                for name, facts in known["resource_types"].items()
            }
        ),
        condition_keys=MappingProxyType(
            {key.lower(): ConditionKey(key, kind) for key, kind in keys}
        ),
    )


def _action(name: str, facts: Mapping[str, Any]) -> Action:
    return Action(
        name=name,
        level=facts["level"],
        resources=tuple(
            ResourceUse(use["type"], use.get("required", False), tuple(use.get("keys", ())))
            for use in facts.get("resources", ())
        ),
        condition_keys=tuple(facts.get("keys", ())),
        dependent_actions=tuple(facts.get("dependent", ())),
        origin=facts.get("origin", "service-reference"),
        note=facts.get("note", ""),
    )


@functools.cache
def payments_actions() -> frozenset[str]:
    """Canonical names, without the service prefix, of the actions on payments.

    AWS names each of them after a payments resource; the reference gives two of them
    (CreatePaymentManager, ListPaymentManagers) no resource type, so the name decides.
    """
    return frozenset(n for n in action_names(PAYMENTS_SERVICE).values() if "Payment" in n)


@functools.cache
def invented_actions() -> Mapping[str, InventedAction]:
    """Actions found in public policies that AWS does not have, by lower-case "service:name"."""
    known = table("hand_kept", "exceptions.json")["invented"]
    return MappingProxyType(
        {
            name.lower(): InventedAction(name, facts["why"], facts["instead"])
            for name, facts in known.items()
        }
    )


@functools.cache
def unlisted_services() -> Mapping[str, UnlistedService]:
    """Service prefixes, in lower case, that are neither in `service_names` nor a typing error."""
    known = table("hand_kept", "unlisted_services.json")["services"]
    return MappingProxyType(
        {prefix: UnlistedService(prefix, **facts) for prefix, facts in known.items()}
    )
