"""What AWS's SDK models say: shapes of strings and numbers, operations, partitions."""

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from payguard_policies.catalog.files import table
from payguard_policies.catalog.records import (
    IntegerShape,
    Member,
    Operation,
    Paginator,
    Partition,
    StringShape,
)


@functools.cache
def string_shapes(plane: str) -> Mapping[str, StringShape]:
    """What strings may look like, by shape name.

    Args:
        plane: "data" or "control" for the two payments models, "other" for the hand-kept ones.

    Raises:
        KeyError: There is no such plane; planes and shapes are named in code, never by input.
    """
    model = _shapes(plane)
    return MappingProxyType(
        {
            name: StringShape(
                name=name,
                pattern=facts.get("pattern"),
                min=facts.get("min"),
                max=facts.get("max"),
                enum=tuple(facts.get("enum", ())),
                source=facts.get("source") or model["source"],
            )
            for name, facts in model["strings"].items()
        }
    )


def string_shape(plane: str, shape: str) -> StringShape:
    """What a string shape such as "PaymentManagerArn" may look like.

    Raises:
        KeyError: The plane has no such shape, or there is no such plane.
    """
    return string_shapes(plane)[shape]


@functools.cache
def integer_shape(plane: str, shape: str) -> IntegerShape:
    """The bounds of an integer shape; arguments and errors as in `string_shape`."""
    model = _shapes(plane)
    facts = model["integers"][shape]
    return IntegerShape(shape, facts.get("min"), facts.get("max"), model["source"])


def _shapes(plane: str) -> Any:
    if plane == "other":
        return table("hand_kept", "identifiers.json")
    return table("identifiers.json")[plane]


@functools.cache
def operations(plane: str) -> Mapping[str, Operation]:
    """The payments operations of a plane, "data" or "control", by name."""
    known = table("operations.json")[plane]
    return MappingProxyType({name: _operation(plane, name, facts) for name, facts in known.items()})


def _operation(plane: str, name: str, facts: Mapping[str, Any]) -> Operation:
    paginator = facts.get("paginator")
    return Operation(
        name=name,
        plane=plane,
        method=facts["method"],
        uri=facts["uri"],
        status=facts["status"],
        readonly=facts["readonly"],
        inputs=MappingProxyType(
            {member: _member(member, about) for member, about in facts["inputs"].items()}
        ),
        errors=MappingProxyType(facts["errors"]),
        paginator=Paginator(**paginator) if paginator else None,
    )


def _member(name: str, facts: Mapping[str, Any]) -> Member:
    return Member(
        name=name,
        shape=facts["shape"],
        type=facts["type"],
        location=facts["location"],
        wire_name=facts["wire_name"],
        required=facts.get("required", False),
    )


@functools.cache
def partitions() -> Mapping[str, Partition]:
    """AWS's partitions by name: "aws", "aws-cn", "aws-us-gov" and the isolated ones."""
    return MappingProxyType(
        {
            name: Partition(
                name, tuple(facts["regions"]), facts["region_pattern"], facts["dns_suffix"]
            )
            for name, facts in table("partitions.json").items()
        }
    )
