"""Which statements have a say: those that cannot match are left out, and the outcome is the same.

The evaluator counts a statement whose action or resource surely does not match as no statement at
all, so that leaving it out changes nothing; what is left is small enough to be asked many times.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from payguard.authorization.policy_set import Clause, Layer, Policies, layers
from payguard.authorization.request import Value
from payguard.authorization.resource import superset
from payguard.authorization.statement import action_matches
from payguard.authorization.substitution import fill, has_variables
from payguard.authorization.track import FIELDS, SEGMENTS, Track
from payguard.authorization.truth import NO
from payguard.iam.unresolved import Unresolved
from payguard.iam.variable import variables
from payguard.iam.wildcard import has_wildcard

_FIELDS = 5  # colons of an ARN
_MOST_FILLED = 64  # ways to fill the variables of one resource

Keep = Callable[[Clause], bool]
Contexts = Callable[[Iterable[str]], Iterator[Mapping[str, Value]]]


def keep(policies: Policies, wanted: Keep) -> Policies:
    """Return a policy set with those of its statements for which ``wanted`` says yes."""
    return Policies(
        identity=_layer(policies.identity, wanted),
        boundary=_optional(policies.boundary, wanted),
        session=_optional(policies.session, wanted),
        scps=tuple(_layer(layer, wanted) for layer in policies.scps),
        rcps=tuple(_layer(layer, wanted) for layer in policies.rcps),
        resource=_optional(policies.resource, wanted),
        trust=_optional(policies.trust, wanted),
        vpc_endpoint=_optional(policies.vpc_endpoint, wanted),
    )


def _optional(layer: Layer | None, wanted: Keep) -> Layer | None:
    return None if layer is None else _layer(layer, wanted)


def _layer(layer: Layer, wanted: Keep) -> Layer:
    kept = tuple(clause for clause in layer.clauses if wanted(clause))
    return layer if len(kept) == len(layer.clauses) else Layer(layer.kind, layer.name, kept)


def about(policies: Policies, action: str) -> Policies:
    """Return the policy set without the statements that surely do not match ``action``."""
    return keep(policies, lambda clause: action_matches(clause, action) is not NO)


class Entry(NamedTuple):
    """The patterns that the resources of a statement are held against texts with.

    Attributes:
        clause: the statement.
        tracks: for each resource that it names, its patterns.
        decides: whether the statement matches nothing where none of them does.
        complete: whether they are all that its variables can make of it.
    """

    clause: Clause
    tracks: tuple[Track, ...]
    decides: bool
    complete: bool = True


def entry(clause: Clause, contexts: Contexts, *, colons: bool, suffix: str = "") -> Entry:
    """Return the patterns of a statement.

    Args:
        clause: the statement.
        contexts: for some keys, every combination of values that stands for all.
        colons: whether the texts may have more than an ARN's five colons.
        suffix: what follows the resource in the texts, see ``universe.Target``.
    """
    statement = clause.statement
    texts = statement.resources or statement.not_resources
    found: dict[Track, None] = {}
    complete = True
    for text in texts:
        for pattern in _patterns(text, statement.version, contexts):
            if len(found) > _MOST_FILLED * len(texts):
                complete = False
                break
            found.update(dict.fromkeys(_tracks(pattern, suffix, colons=colons)))
    decides = "Resource" in statement.value and all(
        isinstance(text, (str, Unresolved)) for text in texts
    )
    return Entry(clause, tuple(found), decides, complete)


def _patterns(text: object, version: str | None, contexts: Contexts) -> Iterator[str]:
    if isinstance(text, Unresolved):
        yield superset(text.pattern)
        yield superset(text.pattern) + ":*"
    elif isinstance(text, str):
        if not has_variables(text, version):
            yield text
            return
        yield superset(text)
        for context in contexts(variable_keys(text)):
            pattern = fill(text, context, wildcards=True)
            if not pattern.unresolved:
                yield pattern.text


def variable_keys(text: str) -> tuple[str, ...]:
    """Return the context keys, in lower case, that a text has variables for."""
    return tuple(
        dict.fromkeys(
            variable.key.lower() for variable in variables(text) if not variable.is_escape
        )
    )


def _tracks(pattern: str, suffix: str, *, colons: bool) -> Iterator[Track]:
    short = pattern.startswith("arn:") and pattern.count(":") < _FIELDS
    for text in (pattern, f"{pattern}:*") if short else (pattern,):
        whole = text + suffix
        yield Track(whole)
        if has_wildcard(text) and (colons or short):
            yield Track(whole, reach=FIELDS)
            yield Track(whole, reach=SEGMENTS)


def tells_sub_resources(policies: Policies) -> bool:
    """Tell whether some resource pattern may match a manager and not what is below it, or reverse.

    A pattern that ends in a star, and has no other wildcard in an ID, matches both or neither.
    """
    return any(
        not _is_prefix(text)
        for layer in layers(policies)
        for clause in layer.clauses
        for text in (*clause.statement.resources, *clause.statement.not_resources)
    )


def _is_prefix(text: object) -> bool:
    if not isinstance(text, str) or not text.endswith("*"):
        return False
    head = text[:-1].split(":", _FIELDS)[-1]
    return not has_wildcard(head) and "${" not in head and head.count("/") < 2


def keys_of(policies: Iterable[Clause]) -> frozenset[str]:
    """Return every context key that conditions and variables of some statements look at."""
    found: set[str] = set()
    for clause in policies:
        found.update(condition.key.lower() for condition in clause.conditions)
        found |= variable_keys_of(clause)
    return frozenset(found)


def has_variable_resource(clause: Clause) -> bool:
    """Tell whether a statement has variables in its resources."""
    statement = clause.statement
    return any(
        isinstance(text, str) and has_variables(text, statement.version)
        for text in (*statement.resources, *statement.not_resources)
    )


def variable_keys_of(clause: Clause) -> set[str]:
    """Return the keys that the variables of a statement stand for."""
    statement = clause.statement
    values = (text for condition in clause.conditions for text in condition.values)
    texts = (*statement.resources, *statement.not_resources, *values)
    return {
        key
        for text in texts
        if isinstance(text, str) and has_variables(text, statement.version)
        for key in variable_keys(text)
    }
