"""Whether a resource pattern of a policy matches the resource of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import functools

from payguard.authorization import doubt
from payguard.authorization.request import Request
from payguard.authorization.substitution import Pattern, fill, has_variables, literal
from payguard.authorization.truth import NO, YES, Truth, maybe
from payguard.iam.document import BOUNDARY, IDENTITY, RCP, SCP, SESSION
from payguard.iam.unresolved import Unresolved
from payguard.iam.wildcard import has_wildcard, matches
from payguard_policies import catalog

# Observed: these read missing trailing fields of an ARN as wildcards; resource and VPC endpoint
# policies do not. SCPs and RCPs with such an ARN are refused, so nothing can be said of them.
_READ_SHORT_ARNS = frozenset({IDENTITY, BOUNDARY, SESSION, SCP, RCP})
_FIELDS = 6


def covers(text: object, request: Request, version: str | None, policy_type: str) -> Truth:
    """Tell whether one entry of ``Resource`` covers the resource of ``request``.

    Args:
        text: the entry as written.
        request: what is asked; a resource of ``*`` is covered by ``*`` only.
        version: of the policy, which decides whether there are variables.
        policy_type: one of POLICY_TYPES.

    A variable without a value makes the entry cover nothing.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    if isinstance(text, Unresolved):
        return _may_be(text, request.resource)
    if not isinstance(text, str):
        return maybe(doubt.MALFORMED, "a resource that is no text")
    short = policy_type in _READ_SHORT_ARNS
    if not has_variables(text, version):
        return _covers(text, request.resource, short, text)
    pattern = fill(text, request.context, wildcards=True)
    if pattern.unresolved:
        return NO
    if pattern.is_certain and not pattern.early:
        return _covers(pattern.text, literal(request.resource), short, text)
    return _may_cover(pattern, literal(request.resource), text)


def _may_be(text: Unresolved, resource: str) -> Truth:
    """Answer for an entry of which only a superset is known."""
    pattern = superset(text.pattern)
    if matches(pattern, resource) or matches(f"{pattern}:*", resource):
        return maybe(doubt.UNRESOLVED, text.sentence)
    return NO


def superset(text: str) -> str:
    """Return a pattern for all that ``text`` can match, whatever its variables are filled with."""
    return fill(text, {}, wildcards=True, free=True).text if "${" in text else text


def _may_cover(pattern: Pattern, resource: str, written: str) -> Truth:
    """Match a pattern that is only known to be a superset of the one that IAM compares with."""
    if not (matches(pattern.text, resource) or matches(f"{pattern.text}:*", resource)):
        return NO
    if pattern.early:
        return maybe(doubt.EARLY_VARIABLE, written)
    if pattern.unknown:
        return maybe(doubt.UNKNOWN_KEY, pattern.unknown)
    if pattern.sampled:
        return maybe(doubt.SAMPLED, pattern.sampled)
    return maybe(doubt.MALFORMED_VARIABLE, pattern.malformed)


def spares(text: object, request: Request, version: str | None, policy_type: str) -> Truth:
    """Tell whether one entry of ``NotResource`` covers the resource, so that it is spared.

    Takes what ``covers`` takes. A variable without a value covers nothing in ``Resource``; what it
    does to ``NotResource`` is not documented.
    """
    if isinstance(text, str) and has_variables(text, version):
        pattern = fill(text, request.context, wildcards=True)
        if pattern.unresolved:
            return maybe(doubt.UNRESOLVED_NOT_RESOURCE, pattern.unresolved)
        if pattern.unknown:
            return maybe(doubt.UNKNOWN_KEY, pattern.unknown)
        if pattern.sampled:
            return maybe(doubt.SAMPLED, pattern.sampled)
    return covers(text, request, version, policy_type)


@functools.lru_cache(maxsize=2048)
def _covers(pattern: str, resource: str, short: bool, written: str) -> Truth:
    if pattern and not pattern.strip("*"):
        return YES
    if resource in {"*", literal("*")}:
        return NO
    if not pattern.startswith("arn:"):
        return maybe(doubt.NO_ARN, written) if matches(pattern, resource) else NO
    if pattern.count(":") < _FIELDS - 1:
        return _covers_short(pattern, resource, short, written)
    return _covers_arn(pattern, resource, written) if matches(pattern, resource) else NO


def _covers_arn(pattern: str, resource: str, written: str) -> Truth:
    """Judge a pattern of six fields that matches, read as one text."""
    wanted, found = pattern.split(":", _FIELDS - 1), resource.split(":", _FIELDS - 1)
    aligned = len(found) == _FIELDS and _fields_match(wanted, found)
    if not aligned or (":" in found[-1] and not _stays_in_segments(wanted[-1], found[-1])):
        return maybe(doubt.COLON_SPAN, written)
    if _has_open_type(wanted[-1]) and _is_typed(found[2], found[-1]):
        return maybe(doubt.TYPE_WILDCARD, written)
    return YES


def _fields_match(wanted: list[str], found: list[str]) -> bool:
    return all(matches(pattern, text) for pattern, text in zip(wanted, found, strict=False))


def _covers_short(pattern: str, resource: str, short: bool, written: str) -> Truth:
    """Match an ARN pattern of fewer than six fields.

    A star that ends a field may reach beyond it; what else a short ARN matches is not documented.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    wanted = pattern.split(":")
    if matches(pattern, resource):
        found = resource.split(":", len(wanted) - 1)
        aligned = len(found) == len(wanted) and _fields_match(wanted, found)
        return YES if aligned and pattern.endswith("*") else maybe(doubt.SHORT_ARN, written)
    fields = resource.split(":", _FIELDS - 1)
    if short and len(fields) == _FIELDS and _fields_match(wanted, fields):
        return maybe(doubt.SHORT_ARN, written)
    return NO


def _stays_in_segments(pattern: str, text: str) -> bool:
    """Tell whether a match surely has no wildcard reaching across a colon from inside a segment.

    A star at the end of a segment may reach beyond the colon that follows.
    """
    after_stars = pattern.split("*")[1:]
    if "?" not in pattern and all(rest.startswith(":") for rest in after_stars if rest):
        return True
    wanted, found = pattern.split(":"), text.split(":")
    return len(wanted) == len(found) and _fields_match(wanted, found)


def _type_of(resource: str) -> str:
    """Return what stands before the first slash or colon of a resource part."""
    return resource.partition("/")[0].partition(":")[0]


def _has_open_type(pattern: str) -> bool:
    """Tell whether the resource type has a wildcard; a star for the whole part is none of it."""
    return bool(pattern.strip("*")) and has_wildcard(_type_of(pattern))


def _is_typed(service: str, resource: str) -> bool:
    """Tell whether a resource part starts with a type, as far as the catalog knows the service."""
    return "/" in resource and _type_of(resource) in _types(service)


@functools.lru_cache(maxsize=64)
def _types(service: str) -> frozenset[str]:
    detail = catalog.detail(service)
    known = detail.resource_types.values() if detail else ()
    return frozenset(_type_of(item.arn.split(":", _FIELDS - 1)[-1]) for item in known)
