"""The policies that speak about one request, by kind and level, ready to be asked.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from payguard.iam.condition import Condition
from payguard.iam.document import (
    BOUNDARY,
    EFFECTS,
    IDENTITY,
    RCP,
    RESOURCE,
    SCP,
    SESSION,
    TRUST,
    VERSIONS,
    VPC_ENDPOINT,
    WITHOUT_PRINCIPAL,
    Statement,
    parse_policy,
)
from payguard.iam.unresolved import Unresolved
from payguard.quotation import quote
from payguard_policies.named_tuple import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

Document: TypeAlias = "Mapping[str, Any]"

_LISTS = ("Action", "NotAction", "Resource", "NotResource")

# Kinds whose statements must name a principal; RCPs and endpoint policies without one are read as
# speaking of everyone, which is all that an RCP may say.
WITH_PRINCIPAL = frozenset({RESOURCE, TRUST})


# The policy that allows everything.
EVERYTHING: Document = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
}


class StatementRef(NamedTuple):
    """Which statement: the kind of its policy, the policy's number among its kind, and the place.

    Attributes:
        policy: one of ``payguard.iam.document.POLICY_TYPES``.
        number: the number of the policy among those of its kind and level, from 0.
        pointer: where the statement stands in its policy.
        sid: its identifier; None if it has none.
        level: the level of an SCP or RCP, as given; empty otherwise.
    """

    policy: str
    number: int
    pointer: str
    sid: str | None
    level: str = ""


class Clause(NamedTuple):
    """A statement and where it stands.

    Attributes:
        ref: which one it is.
        statement: the statement.
        conditions: its conditions.
        defect: why IAM would refuse it; empty if it would not, as far as this can tell. Such a
            statement never surely applies.
        unresolved: what is not known of the statement as a whole: nor does such a one.
        matches: whether its action and its resource are known to match what is asked, so that only
            the principal and the conditions are still to be looked at.
    """

    ref: StatementRef
    statement: Statement
    conditions: tuple[Condition, ...]
    defect: str
    unresolved: Unresolved | None = None
    matches: bool = False


class Layer(NamedTuple):
    """Policies that count as one: a request is allowed by the layer if one statement allows it."""

    kind: str
    name: str
    clauses: tuple[Clause, ...]


class Policies(NamedTuple):
    """Everything that speaks about one request; None or empty where nothing is attached.

    ``scps`` and ``rcps`` have one layer for each level from the root down to the account.
    """

    identity: Layer
    boundary: Layer | None = None
    session: Layer | None = None
    scps: tuple[Layer, ...] = ()
    rcps: tuple[Layer, ...] = ()
    resource: Layer | None = None
    trust: Layer | None = None
    vpc_endpoint: Layer | None = None


Levels: TypeAlias = "Sequence[tuple[str, Sequence[Document]]]"


def attach(
    *,
    identity: Sequence[Document] = (),
    boundary: Sequence[Document] = (),
    session: Sequence[Document] = (),
    scps: Levels = (),
    rcps: Levels = (),
    resource: Document | None = None,
    trust: Document | None = None,
    vpc_endpoint: Sequence[Document] = (),
) -> Policies:
    """Make the policy set of one request out of decoded policy documents.

    Args:
        identity: the policies of the caller and of its groups.
        boundary: its permissions boundary; empty if none is attached.
        session: the session policies; empty if none was passed.
        scps: (name, policies) of each level from the root of the organization down.
        rcps: the same of the resource's account.
        resource: the policy of the resource.
        trust: the trust policy of the role, where the request is to assume it.
        vpc_endpoint: the policy of the VPC endpoint that the request passes through.
    """
    return Policies(
        identity=_layer(IDENTITY, identity),
        boundary=_layer(BOUNDARY, boundary) if boundary else None,
        session=_layer(SESSION, session) if session else None,
        scps=tuple(_layer(SCP, documents, name) for name, documents in scps),
        rcps=tuple(_layer(RCP, documents, name) for name, documents in rcps),
        resource=None if resource is None else _layer(RESOURCE, (resource,)),
        trust=None if trust is None else _layer(TRUST, (trust,)),
        vpc_endpoint=_layer(VPC_ENDPOINT, vpc_endpoint) if vpc_endpoint else None,
    )


def layers(policies: Policies) -> Iterable[Layer]:
    """Yield every layer of a policy set, in the order that AWS names them in its messages."""
    single = (
        policies.vpc_endpoint,
        policies.resource,
        policies.trust,
        policies.identity,
        policies.boundary,
        policies.session,
    )
    yield from policies.rcps
    yield from policies.scps
    yield from (layer for layer in single if layer is not None)


def clauses_of(policies: Policies) -> Iterator[Clause]:
    """Yield every statement of a policy set."""
    return chain.from_iterable(layer.clauses for layer in layers(policies))


def layer_of(kind: str, document: Document) -> Layer:
    """Return the statements of one policy of a kind, ready to be asked."""
    return _layer(kind, (document,))


def with_identity(policies: Policies, document: Document, number: int) -> Policies:
    """Return the policies with one more identity policy, which is counted as ``number``."""
    clauses = _clauses(IDENTITY, number, document, "")
    identity = policies.identity
    return policies._replace(identity=identity._replace(clauses=(*identity.clauses, *clauses)))


def _layer(kind: str, documents: Sequence[Document], name: str = "") -> Layer:
    found: list[Clause] = []
    for index, document in enumerate(documents):
        found += _clauses(kind, index, document, name)
    return Layer(kind, name, tuple(found))


def _clauses(kind: str, index: int, document: Document, level: str) -> Iterable[Clause]:
    policy = parse_policy(document, kind)
    problem = _policy_defect(document)
    for statement in policy.statements:
        unresolved = _unresolved(statement)
        defect = "" if unresolved else problem or _defect(statement)
        ref = StatementRef(kind, index, statement.pointer, statement.sid, level)
        yield Clause(ref, statement, statement.conditions, defect, unresolved)
    empty = Statement({}, "", "", (), (), (), (), policy.version, kind)
    if problem and not policy.statements:
        yield Clause(StatementRef(kind, index, "", None, level), empty, (), problem)
    for place, unresolved in _unresolved_statements(document):
        ref = StatementRef(kind, index, place, None, level)
        yield Clause(ref, empty, (), "", unresolved)


def _unresolved_statements(document: Document) -> Iterable[tuple[str, Unresolved]]:
    """Yield the statements, or all of them, of which nothing is known."""
    statements = document.get("Statement")
    if isinstance(statements, Unresolved):
        yield "/Statement", statements
    elif isinstance(statements, list):
        for number, item in enumerate(statements):
            if isinstance(item, Unresolved):
                yield f"/Statement/{number}", item


# What a statement hangs on as a whole; of actions and resources each entry speaks for itself.
_WHOLE = ("Effect", "Condition", "Principal", "NotPrincipal")


def _unresolved(statement: Statement) -> Unresolved | None:
    """Return what is not known of a statement, beside its actions, resources and values."""
    value = statement.value
    for element in _WHOLE:
        found = value.get(element)
        if isinstance(found, Unresolved):
            return found
        for inner in found.values() if isinstance(found, dict) else ():
            if isinstance(inner, Unresolved):
                return inner
            if element != "Condition" and isinstance(inner, list):
                unknown = [entry for entry in inner if isinstance(entry, Unresolved)]
                if unknown:
                    return unknown[0]
    return None


def _policy_defect(document: Document) -> str:
    """Say why IAM refuses the policy as a whole.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """
    version = document.get("Version", VERSIONS[0])
    if isinstance(version, Unresolved):
        return "its Version is not known"
    if not isinstance(version, str) or version not in VERSIONS:
        return "its policy has no known Version"
    statements = document.get("Statement")
    if isinstance(statements, (dict, Unresolved)):
        return ""
    if not isinstance(statements, list):
        return "its policy has no Statement"
    if not all(isinstance(item, (dict, Unresolved)) for item in statements):
        return "its policy has a statement that is no object"
    return ""


def _defect(statement: Statement) -> str:
    """Say why IAM refuses the statement."""
    value, kind = statement.value, statement.policy_type
    if statement.effect not in EFFECTS:
        return "its Effect is neither Allow nor Deny"
    if ("Action" in value) == ("NotAction" in value):
        return "it needs one of Action and NotAction"
    if problem := _resource_defect(value, kind):
        return problem
    if any(value.get(element) == [] for element in _LISTS):
        return "it has an empty list"
    if "Condition" in value and not _is_condition(value["Condition"]):
        return "its Condition is no object of operators"
    return _principal_defect(value, kind)


def _resource_defect(value: Mapping[str, Any], kind: str) -> str:
    elements = [element for element in ("Resource", "NotResource") if element in value]
    if len(elements) > 1:
        return "it has both Resource and NotResource"
    if not elements:
        # The trust policy of a role and the policies of some resources speak of what they hang on.
        return "" if kind in WITH_PRINCIPAL else "it has neither Resource nor NotResource"
    return f"{quote(elements[0])} has no place in it" if kind == TRUST else ""


def _is_condition(block: object) -> bool:
    return isinstance(block, dict) and all(isinstance(keys, dict) for keys in block.values())


def _principal_defect(value: Mapping[str, Any], kind: str) -> str:
    elements = [element for element in ("Principal", "NotPrincipal") if element in value]
    if kind in WITHOUT_PRINCIPAL:
        return f"{quote(elements[0])} has no place in it" if elements else ""
    if len(elements) > 1:
        return "it has both Principal and NotPrincipal"
    if not elements:
        return "it names no principal" if kind in WITH_PRINCIPAL else ""
    return "" if _names_principals(value[elements[0]]) else "its principal is malformed"


def _names_principals(named: object) -> bool:
    if not isinstance(named, dict):
        return named == "*"
    entries = [item if isinstance(item, list) else [item] for item in named.values()]
    return bool(entries) and all(
        entry and all(isinstance(text, str) for text in entry) for entry in entries
    )
