"""The actions that move money, set budgets or mint wallet tokens, and who reaches them.

A document is read as a whole here: what one statement allows, an unconditional Deny of another
takes away again. Conditions of an Allow are not weighed.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache

from payguard.iam.action import EVERY_ACTION, matches_action
from payguard.iam.document import Policy, Statement
from payguard.iam.wildcard import covers, has_wildcard
from payguard.rules.resource.matching import acted_on, fits, is_any, template
from payguard.rules.rule import AGENTCORE
from payguard.rules.trait import action_traits
from payguard_policies import PAYMENTS_SERVICE
from payguard_policies.action_sets import action_sets

SPEND = "payment"
BUDGET = "session-writes"
_TOKENS = ("payment-tokens", "workload-tokens")
# The rules that say of a document that it reaches both spending and budgets.
REACHING_BOTH = frozenset({"payments-by-exclusion", "payments-full-access"})
# A name of which this much stands in a pattern is meant by it, and no surprise.
_NAMED = 2 / 3


@cache
def money_actions() -> Mapping[str, str]:
    """Return each such action, as ``service:Name``, with what it does, the worst first.

    To delete a session takes a budget away; it is left out.
    """
    sets = action_sets()
    return {
        action: sets[name].why
        for name in (SPEND, BUDGET, *_TOKENS)
        for action in sets[name].actions
        if ":Delete" not in action
    }


@cache
def spending() -> tuple[str, str]:
    """Return the action that spends, and the one that sets what may be spent."""
    sets = action_sets()
    budget = next(action for action in sets[BUDGET].actions if action in money_actions())
    return sets[SPEND].actions[0], budget


@lru_cache(maxsize=16384)
def matched(pattern: str) -> tuple[str, ...]:
    """Return the money actions that an action pattern matches, the worst first."""
    if not action_traits(pattern) & AGENTCORE:
        return ()
    return tuple(action for action in money_actions() if matches_action(pattern, action))


def is_named(pattern: str, action: str) -> bool:
    """Tell whether a pattern that matches ``action`` spells out most of its name."""
    written = pattern.partition(":")[2].replace("*", "").replace("?", "")
    return len(written) >= _NAMED * len(action.partition(":")[2])


def allowing(policy: Policy) -> list[Statement]:
    """Return the Allow statements whose actions reach some money action."""
    return [
        statement
        for statement in policy.statements
        if statement.effect == "Allow" and (statement.not_actions or _any_matched(statement))
    ]


def reached_by_wildcard(policy: Policy) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each action text with wildcards that allows some money action.

    Yields:
        Its place in the document, the text, and the actions, the worst first. Actions that no
        resource of the statement fits, or that the document denies outright, do not count.
    """
    statements = allowing(policy)
    taken = denied(policy) if statements else frozenset()
    for statement in statements:
        patterns = [(at, text) for at, text in statement.texts("Action") if has_wildcard(text)]
        if not patterns:
            continue
        resources = [text for _, text in statement.texts("Resource")]
        open_to = [action for action in within(resources) if action not in taken]
        plainly = [action for action in within(_naming_agentcore(resources)) if action in open_to]
        for at, text in patterns:
            shown = plainly if text in EVERY_ACTION else open_to
            found = [action for action in shown if action in matched(text)]
            if found:
                yield statement.pointer + at, text, found


def _naming_agentcore(resources: Iterable[str]) -> list[str]:
    """Leave out what an administrator's "*" is allowed on without payments being meant."""
    return [text for text in resources if f":{PAYMENTS_SERVICE}:" in text]


# What a pattern that matches an action of AgentCore can begin with.
_BEGINNINGS = ("b", "B", "*", "?")


def _any_matched(statement: Statement) -> bool:
    return any(
        matched(text)
        for text in statement.actions
        if type(text) is str and text.startswith(_BEGINNINGS)
    )


def within(resources: Iterable[str]) -> list[str]:
    """Return the money actions that act on something ``resources`` may match, the worst first."""
    return list(_acting_on(frozenset(resources)))


@lru_cache(maxsize=1024)
def _acting_on(texts: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        action
        for action in money_actions()
        if any(fits(text, *entry) for text in texts for entry in acted_on(action) or ())
    )


def denied(policy: Policy) -> frozenset[str]:
    """Return the money actions that a statement of ``policy`` denies whatever the request is."""
    found: set[str] = set()
    for statement in policy.statements:
        if statement.effect == "Deny" and "Condition" not in statement.value:
            found |= set(_denied(statement))
    return frozenset(found)


def _denied(statement: Statement) -> Iterable[str]:
    patterns = [text for _, text in statement.texts("Action")]
    resources = [text for _, text in statement.texts("Resource")]
    for action in money_actions():
        if any(action in matched(pattern) for pattern in patterns) and _everywhere(
            action, resources
        ):
            yield action


def _everywhere(action: str, resources: Iterable[str]) -> bool:
    texts = tuple(resources)
    return any(covers_type(text, *entry) for text in texts for entry in acted_on(action) or ())


def covers_type(resource: str, service: str, resource_type: str) -> bool:
    """Tell whether ``resource`` matches every resource of a type, in its partition and account."""
    if is_any(resource) and "${" not in resource:
        return True
    fields = resource.split(":", 5)
    if len(fields) < 6 or "${" in resource or not resource_type:
        return False
    return covers(fields[2], service) and covers(
        fields[5], template(service, resource_type).split(":", 5)[5]
    )
