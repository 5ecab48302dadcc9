"""Whether a resource pattern can match what an action acts on, by the service reference.

Lenient throughout: a policy variable may stand for anything, an action of a service that the
catalog does not know in detail may act on anything, and of the resource types of an action any one
will do. What remains can never match.
"""

from functools import lru_cache

from payguard.iam.action import expand, split_action
from payguard.iam.variable import variables
from payguard.iam.wildcard import has_wildcard, matches, overlaps
from payguard_policies import CREDENTIAL_SERVICE, PAYMENTS_SERVICE, catalog

# A resource type with its service; the empty type stands for actions that act on no resource of
# their own, which IAM asks about with the resource "*".
ResourceType = tuple[str, str]

# Longer than any pattern that fits into a policy beside anything else; such a one is let pass.
_LONGEST = 1024
_FIELDS = 6

# Their list actions have no resource type in the reference, but are asked about the path or the
# log group that the request names: AWS's managed policies scope iam:ListRoles to a path.
_ASKED_ABOUT_NAMES = frozenset({"iam", "logs"})


@lru_cache(maxsize=8192)
def as_pattern(resource: str) -> str:
    """Return ``resource`` with each policy variable replaced by ``*``."""
    if "${" not in resource:
        return resource
    for variable in variables(resource):
        if variable.closed:
            resource = resource.replace(variable.text, "*")
    return resource


def is_any(resource: str) -> bool:
    """Tell whether ``resource`` matches everything: ``*``, or a variable alone."""
    return not as_pattern(resource).strip("*")


@lru_cache(maxsize=8192)
def acted_on(action: str) -> frozenset[ResourceType] | None:
    """Return the resource types that the actions matched by ``action`` act on.

    Returns:
        None if that is not known of each of them, or if there are none.
    """
    service = split_action(action)[0]
    if not has_wildcard(service) and catalog.detail(service) is None:
        return None
    found: set[ResourceType] = set()
    matched = expand(action)
    for name in matched:
        types = _types(name)
        if types is None:
            return None
        found |= types
    return frozenset(found) if matched else None


@lru_cache(maxsize=4096)
def _types(action: str) -> frozenset[ResourceType] | None:
    service, _, name = action.partition(":")
    detail = catalog.detail(service)
    if detail is None:
        return None
    known = detail.actions[name.lower()]
    # The reference is late with the resource types that can be tagged.
    if known.level == "Tagging" or "Tags" in name:
        return None
    if not known.resources and service in _ASKED_ABOUT_NAMES:
        return None
    return frozenset((service, use.type) for use in known.resources) or frozenset({(service, "")})


@lru_cache(maxsize=32768)
def fits(resource: str, service: str, resource_type: str) -> bool:
    """Tell whether ``resource`` may match some resource of a type."""
    if is_any(resource) or len(resource) > _LONGEST:
        return True
    pattern = as_pattern(resource)
    if not resource_type:
        return service == PAYMENTS_SERVICE and any(
            _overlap(pattern, arn) for arn in _nameless(service)
        )
    return _overlap(pattern, template(service, resource_type))


@lru_cache(maxsize=1024)
def template(service: str, resource_type: str) -> str:
    """Return the ARN of a resource type as a pattern, such as ``arn:*:kms:*:*:key/*``."""
    detail = catalog.detail(service)
    if detail is None:
        raise KeyError(service)
    return as_pattern(detail.resource_types[resource_type].arn)


@lru_cache(maxsize=64)
def _nameless(service: str) -> tuple[str, ...]:
    """Return the ARN of each resource type of a service with nothing in the place of the name.

    The reference gives CreatePaymentManager and its like no resource type, but AWS's page on the
    roles of payments allows them on ``payment-manager/*``: a pattern on all of a kind is let pass.
    https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html
    """
    detail = catalog.detail(service)
    arns = [] if detail is None else [entry.arn for entry in detail.resource_types.values()]
    return tuple(":".join(_emptied(arn.split(":", _FIELDS - 1))) for arn in arns)


def _emptied(fields: list[str]) -> list[str]:
    resource = fields[-1]
    for variable in variables(resource):
        resource = resource.replace(variable.text, "")
    return [*(as_pattern(field) for field in fields[:-1]), resource]


def _overlap(pattern: str, arn: str) -> bool:
    """Tell whether two ARN patterns overlap: field by field where both have six fields."""
    fields, others = pattern.split(":", _FIELDS - 1), arn.split(":", _FIELDS - 1)
    if len(fields) < _FIELDS:
        return overlaps(arn, pattern)
    if fields[2] == CREDENTIAL_SERVICE:  # another spelling of the same resources
        fields[2] = PAYMENTS_SERVICE
    return all(_fields_overlap(other, field) for field, other in zip(fields, others, strict=True))


def _fields_overlap(template_field: str, field: str) -> bool:
    """Tell whether one field of two patterns overlaps, the plain cases first: most are."""
    if template_field in ("*", field) or field == "*":
        return True
    if not has_wildcard(field):
        return matches(template_field, field)
    if template_field.endswith("*") and template_field.count("*") == 1:
        stem = template_field[:-1]
        if field.startswith(stem):
            return True
        if not has_wildcard(field[: len(stem)]):
            return False
    return overlaps(template_field, field)
