"""One change of one policy, and the policies as they are after some."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from payguard.authorization.policy_set import (
    Clause,
    Layer,
    Policies,
    StatementRef,
    layer_of,
    layers,
)
from payguard.finding import Location
from payguard.iam.document import (
    BOUNDARY,
    IDENTITY,
    RCP,
    RESOURCE,
    SCP,
    SESSION,
    TRUST,
    VERSIONS,
    VPC_ENDPOINT,
)
from payguard_policies.named_tuple import NamedTuple

# Kinds of Edit
ADD, REPLACE, REMOVE = "add", "replace", "remove"
_ADDED_SID = "payguard-repair"


class Edit(NamedTuple):
    """One change of one policy.

    Attributes:
        kind: ADD (a statement), REPLACE (one by another) or REMOVE.
        layer: the kind of the policy.
        level: of an SCP or RCP.
        location: the statement that is changed, or the policy that gets one more; None for a
            policy that is not in the input.
        statement: what is added, or stands instead; None for what is removed.
        ref: the statement that is changed; None for one that is added.
        number: of the policy among those of its kind; None for one that is not in the input.
    """

    kind: str
    layer: str
    level: str
    location: Location | None
    statement: Mapping[str, Any] | None
    ref: StatementRef | None = None
    number: int | None = None


def edited(policies: Policies, edits: Iterable[Edit]) -> Policies:
    """Return policies as they are after some edits."""
    for number, edit in enumerate(edits):
        policies = _edited(policies, edit, number)
    return policies


def _edited(policies: Policies, edit: Edit, number: int) -> Policies:
    found = {layer.name: layer for layer in _of_kind(policies, edit.layer)}
    layer = found.get(edit.level) or Layer(edit.layer, edit.level, ())
    if edit.kind == ADD:
        ref = StatementRef(edit.layer, number, f"/{_ADDED_SID}", None, edit.level)
        clauses = (*layer.clauses, *_clauses(edit, ref, VERSIONS[0]))
    else:
        clauses = tuple(
            new
            for clause in layer.clauses
            for new in (
                _clauses(edit, clause.ref, clause.statement.version)
                if clause.ref == edit.ref
                else (clause,)
            )
        )
    return _with_layer(policies, layer._replace(clauses=clauses))


def _clauses(edit: Edit, ref: StatementRef, version: str | None) -> tuple[Clause, ...]:
    if edit.statement is None:
        return ()
    document: dict[str, Any] = {"Statement": [edit.statement]}
    if version:
        document["Version"] = version
    return tuple(clause._replace(ref=ref) for clause in layer_of(edit.layer, document).clauses)


def _of_kind(policies: Policies, kind: str) -> Iterator[Layer]:
    return (layer for layer in layers(policies) if layer.kind == kind)


def _with_layer(policies: Policies, layer: Layer) -> Policies:
    """Return policies with another layer of that kind and level."""
    if layer.kind == SCP:
        return policies._replace(scps=_levels(policies.scps, layer))
    if layer.kind == RCP:
        return policies._replace(rcps=_levels(policies.rcps, layer))
    if layer.kind == IDENTITY:
        return policies._replace(identity=layer)
    changed: dict[str, Layer] = {layer.kind: layer}
    return policies._replace(
        boundary=changed.get(BOUNDARY, policies.boundary),
        session=changed.get(SESSION, policies.session),
        resource=changed.get(RESOURCE, policies.resource),
        trust=changed.get(TRUST, policies.trust),
        vpc_endpoint=changed.get(VPC_ENDPOINT, policies.vpc_endpoint),
    )


def _levels(levels: Sequence[Layer], changed: Layer) -> tuple[Layer, ...]:
    return tuple(changed if one.name == changed.name else one for one in levels)
