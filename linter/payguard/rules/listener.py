"""Rules that listen: known by what they want to be asked about, loaded when they are asked."""

from functools import cached_property
from importlib import import_module
from typing import Any

from payguard.rules.rule import Rule, hears

HOOKS = (
    "check_policy",
    "check_statement",
    "check_action",
    "check_resource",
    "check_condition",
    "check_role",
    "check_value",
    "hears_condition",
)


class Listener:
    """A rule's id, category and what it listens for; its module is imported at the first question.

    Attributes:
        id, category, policy_types, when: as on the rule's class.
        hooks: the names of the hooks that the rule overrides.
    """

    def __init__(
        self,
        rule_id: str,
        category: str,
        hooks: tuple[str, ...],
        when: int,
        types: tuple[str, ...],
    ) -> None:
        self.id, self.category = rule_id, category
        self.hooks, self.when, self.policy_types = hooks, when, types

    @cached_property
    def rule(self) -> Rule:
        """The rule itself."""
        name = self.id.replace("-", "_")
        module = import_module(f"payguard.rules.{self.category}.{name}")
        found: type[Rule] = getattr(module, "".join(part.capitalize() for part in name.split("_")))
        return found()


def entry(rule: type[Rule]) -> tuple[Any, ...]:
    """Return what the index says about a rule: the arguments of its Listener."""
    hooks = tuple(hook for hook in HOOKS if hears(rule, hook))
    return rule.id, rule.category, hooks, rule.when, tuple(sorted(rule.policy_types))


def listener(rule: Rule) -> Listener:
    """Return the listener of a rule that is already there."""
    found = Listener(*entry(type(rule)))
    found.rule = rule
    return found


def listeners() -> tuple[Listener, ...]:
    """Return a listener for every rule, in the alphabetical order of the ids."""
    # The generator of the index must run without it.
    from payguard.rules.index import INDEX  # noqa: PLC0415

    return tuple(Listener(*fields) for fields in INDEX)
