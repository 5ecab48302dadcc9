"""What a resource pattern reaches of a payment manager, a token vault, and what is below them."""

from collections.abc import Mapping
from functools import cache, lru_cache

from payguard.iam.action import matches_action
from payguard.iam.document import Policy, Statement
from payguard.iam.wildcard import overlaps
from payguard.identifiers import segments
from payguard.rules.resource.matching import as_pattern, fits, is_any, template
from payguard_policies import PAYMENTS_SERVICE
from payguard_policies.action_sets import action_sets

MANAGER = "payment-manager"
VAULT = "token-vault"
PROVIDER = "paymentcredentialprovider"

# A policy of AWS's greatest size has room for fewer; more are not compared with each other.
_MOST = 200


@cache
def sub_resources() -> Mapping[str, tuple[str, ...]]:
    """Return each action on payment managers with what below one AWS's texts scope it to."""
    return {
        action: group.sub_resources
        for group in action_sets().values()
        for action in group.actions
        if group.sub_resources
    }


@lru_cache(maxsize=4096)
def reaches(resource: str, resource_type: str) -> bool:
    """Tell whether ``resource`` may match a resource of the type itself, not only one below it.

    IDs hold no slash, but a wildcard matches slashes too: it is the slashes written that tell.
    """
    if is_any(resource):
        return True
    slashes = template(PAYMENTS_SERVICE, resource_type).count("/")
    return (
        fits(resource, PAYMENTS_SERVICE, resource_type)
        and as_pattern(resource).count("/") <= slashes
    )


def names_below(resource: str, resource_type: str) -> bool:
    """Tell whether ``resource`` matches only what is below a resource of the type."""
    return fits(resource, PAYMENTS_SERVICE, resource_type) and not reaches(resource, resource_type)


@lru_cache(maxsize=4096)
def covers_below(resource: str, parent: str, below: str) -> bool:
    """Tell whether ``resource`` may match something of the kind ``below`` under ``parent``."""
    return overlaps(as_pattern(resource), f"{as_pattern(parent)}/{below}/*")


def parent_of(resource: str) -> str:
    """Return the part of an ARN up to the ID of the first resource in it."""
    return "/".join(segments(resource)[:2])


def granted(statement: Statement, wanted: Mapping[str, object]) -> list[str]:
    """Return those of the ``wanted`` actions that a statement's Action matches, in that order."""
    patterns = {text for _, text in statement.texts("Action")}
    return [action for action in wanted if any(matches_action(text, action) for text in patterns)]


def named_in(policy: Policy, words: str) -> list[Statement]:
    """Return the Allow statements with a resource that holds ``words``: cheap, asked of many.

    Returns:
        None of them if the policy has more resources than any that AWS would take.
    """
    found = [
        statement
        for statement in policy.statements
        if statement.effect == "Allow"
        and any(type(text) is str and words in text for text in statement.resources)
    ]
    return found if sum(len(one.resources) for one in policy.statements) <= _MOST else []


def resources_by_action(
    policy: Policy, wanted: Mapping[str, object]
) -> Mapping[str, tuple[str, ...]]:
    """Return for each of the ``wanted`` actions the resources that ``policy`` allows it on."""
    found: dict[str, dict[str, None]] = {action: {} for action in wanted}
    for statement in policy.statements:
        if statement.effect == "Allow":
            resources = dict.fromkeys(text for _, text in statement.texts("Resource"))
            for action in granted(statement, wanted):
                found[action].update(resources)
    return {action: tuple(resources) for action, resources in found.items()}
