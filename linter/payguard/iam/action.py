"""Action patterns such as ``bedrock-agentcore:Get*``, held against the catalog.

Service prefix and action name are matched without regard to case.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
"""

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, lru_cache

from payguard.iam.wildcard import has_wildcard, matches
from payguard_policies import catalog

# What matches every action, and says so.
EVERY_ACTION = frozenset({"*", "*:*"})


def split_action(text: str) -> tuple[str, str]:
    """Return service prefix and action name as written; ``*`` alone is both.

    A text without a colon has an empty service, which no action has.
    """
    if text == "*":
        return "*", "*"
    service, colon, name = text.partition(":")
    return (service, name) if colon else ("", text)


def is_known(text: str) -> bool:
    """Tell whether ``text`` is plainly the name of an action that the catalog knows."""
    service, _, name = text.partition(":")
    return name.lower() in catalog.action_names(service)


@lru_cache(maxsize=8192)
def expand(text: str) -> tuple[str, ...]:
    """Return every action the catalog knows that ``text`` matches, as ``service:Name``, sorted."""
    service, name = split_action(text)
    found: list[str] = []
    for known in _services(service.lower()):
        found += [f"{known}:{action}" for action in _names(known, name.lower())]
    return tuple(found)


def matches_some(text: str) -> bool:
    """Tell whether ``text`` matches any action that the catalog knows."""
    service, name = split_action(text)
    return any(True for known in _services(service.lower()) for _ in _names(known, name.lower()))


@lru_cache(maxsize=8192)
def matches_action(pattern: str, action: str) -> bool:
    """Tell whether ``pattern`` matches the one ``action``, given as ``service:Name``."""
    return matches(pattern.lower(), action.lower())


def _services(service: str) -> Iterator[str]:
    if has_wildcard(service):
        yield from (name for name in sorted(catalog.service_names()) if matches(service, name))
    elif service in catalog.service_names():
        yield service


def _names(service: str, pattern: str) -> Iterator[str]:
    """Yield the names of a service's actions that a pattern in lower case matches, sorted."""
    names = catalog.action_names(service)
    if not has_wildcard(pattern):
        if pattern in names:
            yield names[pattern]
        return
    ordered = _ordered(service)
    head = pattern.replace("?", "*").partition("*")[0]
    first, last = bisect_left(ordered, head), bisect_left(ordered, head + "\x7f")
    for lower in ordered[first:last]:
        if matches(pattern, lower):
            yield names[lower]


@cache
def _ordered(service: str) -> tuple[str, ...]:
    return tuple(sorted(catalog.action_names(service)))
