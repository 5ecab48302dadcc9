"""Named groups of actions that belong together, such as those that set a budget.

Contracts and rules are made of them, so that no list of actions is written twice.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from types import MappingProxyType

from payguard_policies.named_tuple import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PATH = os.path.join(os.path.dirname(__file__), "roles", "action_sets.json")


class ActionGroup(NamedTuple):
    """Actions that are asked on the same resources.

    Attributes:
        actions: Whole names, such as "bedrock-agentcore:ProcessPayment".
        resource_types: Types of the actions' own service that one request is authorized on, each
            of them; empty where the service authorization reference names none.
        sub_resources: Path segments below a payment manager ("session") that AWS's four-role text,
            or a live report, authorizes the same actions on.
        resources: Patterns of the resources that are meant; empty for all of the types.
        context: Condition keys, with their values, of the requests that are meant.
        why: One sentence for a reader of a report.
    """

    actions: tuple[str, ...]
    resource_types: tuple[str, ...]
    sub_resources: tuple[str, ...]
    resources: tuple[str, ...]
    context: Mapping[str, str]
    why: str


@functools.cache
def action_sets() -> Mapping[str, ActionGroup]:
    """The named groups that the contracts are made of, such as "session-writes"."""
    return MappingProxyType(
        {name: action_group(facts) for name, facts in action_set_facts().items()}
    )


@functools.cache
def action_set_facts() -> Mapping[str, Any]:
    """The groups as decoded JSON, by name; read it, do not change it."""
    import json  # noqa: PLC0415  start-up time

    with open(_PATH, "rb") as file:
        return MappingProxyType(json.load(file))


def action_group(facts: Mapping[str, Any]) -> ActionGroup:
    """Return a group as its JSON describes it."""
    return ActionGroup(
        actions=tuple(facts["actions"]),
        resource_types=tuple(facts["resource_types"]),
        sub_resources=tuple(facts.get("sub_resources", ())),
        resources=tuple(facts.get("resources", ())),
        context=MappingProxyType(facts.get("context", {})),
        why=facts["why"],
    )
