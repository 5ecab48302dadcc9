"""Targets out of options and of the configuration: every manager is asked as every role."""

from collections.abc import Iterator, Sequence

from payguard.configuration import Settings, SmokeRule
from payguard.identifiers import parse_arn
from payguard.smoke.target import Target
from payguard.subjects import persona_named


def targets_of(rules: Sequence[SmokeRule], settings: Settings) -> list[Target]:
    """Return the targets that some rules make, each once.

    Args:
        rules: from options or from the configuration.
        settings: say what persona a role is, where its rule does not.
    """
    return list(dict.fromkeys(one for rule in rules for one in _of(rule, settings)))


def _of(rule: SmokeRule, settings: Settings) -> Iterator[Target]:
    for manager in rule.manager_arns:
        for role in rule.role_arns or ("",):
            persona = rule.persona or ("" if rule.expect else persona_of(role, settings))
            yield Target(manager, role, persona, rule.expect, **dict(rule.given))


def persona_of(role_arn: str, settings: Settings) -> str:
    """Return what persona a role is, as the configuration says or as its name suggests."""
    found = parse_arn(role_arn)
    if found is None:
        return ""
    name = found.resource.rpartition("/")[2]
    rule = settings.role_rule(name)
    return (rule.persona if rule else "") or persona_named(name)
