"""The AgentCore resources that a policy can name, by the first segment of their resource part."""

import functools
from collections.abc import Iterator

from payguard.identifiers.arn import outside_braces, segments
from payguard.identifiers.registry import required_shapes
from payguard.identifiers.shape import LONGEST, Shape
from payguard.identifiers.template import (
    VARIABLES,
    Template,
    resource_template,
    sub_resource_template,
    sub_resource_types,
    variable,
)
from payguard_policies import PAYMENTS_SERVICE, catalog
from payguard_policies.named_tuple import NamedTuple


class SubResource(NamedTuple):
    """What stands below a payment manager in a policy's ARN, as written, wildcards and all."""

    manager: str
    type: str
    id: str


def sub_resource(text: str) -> SubResource | None:
    """Split ``payment-manager/<id>/<type>/<id>``, alone or at the end of an ARN.

    None where ``text`` names a payment manager only, or something else. A wildcard in the place of
    the manager's ID, as in ``payment-manager/*/session/*``, is such a place all the same. A text
    longer than any ARN is something else.
    """
    if len(text) > LONGEST:
        return None
    resource = outside_braces(text, ":", 5)[-1] if text.startswith("arn:") else text
    parts = segments(resource)
    manager = resource_template(PAYMENTS_SERVICE, "payment-manager").segments
    if len(parts) <= len(manager) or parts[0] != manager[0]:
        return None
    return SubResource(parts[1], parts[2], "/".join(parts[3:]))


@functools.cache
def payments_families() -> dict[str, tuple[Template, ...]]:
    """Return the templates of the resources that payments use, by their first segment."""
    used = ("payment-manager", "paymentcredentialprovider", "workload-identity")
    found = {resource_template(PAYMENTS_SERVICE, name).segments[0]: () for name in used}
    families: dict[str, tuple[Template, ...]] = dict(found)
    for name in _resource_types():
        template = resource_template(PAYMENTS_SERVICE, name)
        first = template.segments[0]
        if first in families:
            families[first] = (*families[first], template)
    below = tuple(sub_resource_template(name) for name in sub_resource_types())
    first = below[0].segments[0]
    families[first] = (*families[first], *below)
    return families


@functools.cache
def _resource_types() -> tuple[str, ...]:
    detail = catalog.detail(PAYMENTS_SERVICE)
    return tuple(detail.resource_types) if detail else ()


@functools.cache
def first_segments() -> tuple[str, ...]:
    """Return what every AgentCore resource part may start with."""
    templates = (resource_template(PAYMENTS_SERVICE, name) for name in _resource_types())
    return tuple(dict.fromkeys(template.segments[0] for template in templates))


@functools.cache
def family_pattern(first: str) -> str:
    """Return the pattern of all resource parts of a family of payments resources."""
    return "|".join(_pattern(template) for template in payments_families()[first])


def _pattern(template: Template) -> str:
    return "/".join(
        f"(?:{_value_pattern(variable(segment))})" if variable(segment) else segment
        for segment in template.segments
    )


def _value_pattern(name: str) -> str:
    kind = VARIABLES.get(name)
    return "[^/]+" if kind is None else value_pattern_of(kind)


def value_pattern_of(kind: str) -> str:
    """Return the pattern of an ID or a name, wherever it stands."""
    # Where the planes disagree, what one of them takes is possible.
    shapes = [shape for shape in required_shapes(kind) if isinstance(shape, Shape)]
    return "|".join(dict.fromkeys(f"(?:{shape.pattern})" for shape in shapes))


@functools.cache
def any_resource() -> str:
    """Return the pattern of all AgentCore resource parts, loose for those not of payments."""
    others = (name for name in first_segments() if name not in payments_families())
    return "|".join((*map(family_pattern, payments_families()), f"(?:{'|'.join(others)})(?:/.*)?"))


def kind_at(first: str, parts: tuple[str, ...], place: int) -> str:
    """Return the kind of identifier that stands at a place; empty for a type or anything else."""
    for template in payments_families()[first]:
        known = template.segments
        if place < len(known) and all(
            variable(known[before]) or known[before] == parts[before] for before in range(place)
        ):
            return VARIABLES.get(variable(known[place]), "")
    return ""


def literal_values(first: str, parts: tuple[str, ...]) -> Iterator[tuple[str, str, int]]:
    """Yield kind, text and place of each ID or name that stands before the first ``*``."""
    for place, part in enumerate(parts):
        if "*" in part or "${" in part:
            return
        kind = kind_at(first, parts, place)
        if kind and "?" not in part:
            yield kind, part, place
