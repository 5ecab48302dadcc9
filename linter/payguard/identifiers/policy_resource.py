"""What follows the account in an AgentCore ARN of a policy, wildcards and variables included.

A wildcard ``*`` also stands for slashes, so the whole resource part is tried at once: whether it can
match any resource at all. Only if it cannot is the segment sought that is in the way.
"""

import functools

from payguard.identifiers.arn import segments
from payguard.identifiers.glob import can_match, glob_of, is_glob, tried
from payguard.identifiers.problem import NOTE, Problem, with_article
from payguard.identifiers.registry import accepted
from payguard.identifiers.resource_family import (
    any_resource,
    family_pattern,
    first_segments,
    literal_values,
    payments_families,
)
from payguard.identifiers.template import resource_template
from payguard.quotation import quote
from payguard_policies import PAYMENTS_SERVICE


@functools.lru_cache(maxsize=1024)
def resource_problems(resource: str) -> tuple[Problem, ...]:
    """Return why the resource part of a policy's AgentCore ARN can match no resource."""
    noted = _upper_case_identity(resource)
    return (*_errors(resource), noted) if noted else tuple(_errors(resource))


def _errors(resource: str) -> list[Problem]:
    first = segments(resource)[0]
    if first in payments_families():
        return _family_errors(first, resource)
    known = can_match(any_resource(), resource) if is_glob(first) else first in first_segments()
    if known:
        return []
    from payguard.identifiers.resource_defect import wrong_type  # noqa: PLC0415  see there

    return [wrong_type(first, resource)]


def _family_errors(first: str, resource: str) -> list[Problem]:
    glob = glob_of(resource)
    outcome = tried(family_pattern(first), glob)
    if outcome.possible and _has_fit_lengths(first, segments(resource)):
        return []
    from payguard.identifiers import resource_defect  # noqa: PLC0415  see there

    if outcome.possible:
        return resource_defect.wrong_lengths(first, resource)
    return resource_defect.impossible(first, resource, glob, outcome.end)


def _has_fit_lengths(first: str, parts: tuple[str, ...]) -> bool:
    """Tell whether the IDs and names up to the first wildcard are what their kinds accept.

    The automaton widens counts, so it lets some lengths through.
    """
    return all(accepted(kind, part) for kind, part, _ in literal_values(first, parts))


def _upper_case_identity(resource: str) -> Problem | None:
    """Return a note where a workload identity is named with upper case.

    The one that the service makes for a payment manager is named in lower case.
    """
    template = resource_template(PAYMENTS_SERVICE, "workload-identity")
    parts = segments(resource)
    if len(parts) != len(template.segments) or parts[0] != template.segments[0]:
        return None
    literal = glob_of(parts[-1]).literal
    if literal == literal.lower():
        return None
    title = with_article("workload identity")
    message = f"{title} of a payment manager is named in lower case; found {quote(parts[-1])}"
    return Problem(
        "sub-resource-id",
        parts[-1],
        message,
        severity=NOTE,
        code="workload-identity-upper-case",
    )
