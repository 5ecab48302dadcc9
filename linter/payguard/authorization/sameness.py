"""Whether two policy sets say the same, word for word."""

from payguard.authorization.policy_set import Clause, Layer, Policies


def same_statements(one: Policies, other: Policies) -> bool:
    """Tell whether two policy sets hold the same statements, in whatever order."""
    return one is other or (
        all(map(_same_layer, _all_layers(one), _all_layers(other)))
        and (len(one.scps), len(one.rcps)) == (len(other.scps), len(other.rcps))
    )


def _all_layers(policies: Policies) -> tuple[Layer | None, ...]:
    found = policies
    single = (
        found.identity,
        found.boundary,
        found.session,
        found.resource,
        found.trust,
        found.vpc_endpoint,
    )
    return (*single, *found.scps, *found.rcps)


def _same_layer(one: Layer | None, other: Layer | None) -> bool:
    if one is None or other is None or len(one.clauses) != len(other.clauses):
        return one is other
    left, right = ([_content(clause) for clause in layer.clauses] for layer in (one, other))
    return left == right or sorted(left) == sorted(right)


def _content(clause: Clause) -> str:
    """Return all that a statement says, its Sid aside."""
    said = {name: part for name, part in clause.statement.value.items() if name != "Sid"}
    return f"{clause.statement.version} {clause.defect} {said!r}"
