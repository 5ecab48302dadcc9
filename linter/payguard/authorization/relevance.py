"""Which statements have a say: those that cannot match are left out, and the outcome is the same.

The evaluator counts a statement whose action or resource surely does not match as no statement at
all, so that leaving it out changes nothing; what is left is small enough to be asked many times.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from payguard.authorization import value
from payguard.authorization.policy_set import Clause, Layer, Policies, clauses_of
from payguard.authorization.request import Request, Value
from payguard.authorization.resource import superset
from payguard.authorization.statement import action_matches, narrowed
from payguard.authorization.substitution import fill, has_variables, literal, variable_keys
from payguard.authorization.track import FIELDS, Track, strict_tracks
from payguard.authorization.truth import NO
from payguard.iam.condition import Condition, parse_operator
from payguard.iam.unresolved import Unresolved
from payguard.iam.wildcard import has_wildcard
from payguard_policies.named_tuple import NamedTuple

_FIELDS = 5  # colons of an ARN
_MOST_FILLED = 64  # ways to fill the variables of one resource
_MOST_TRIED = 1024  # the same, with those that leave one of them without a value

Keep = Callable[[Clause], bool]
Contexts = Callable[[Iterable[str]], Iterator[Mapping[str, Value]]]


def keep(policies: Policies, wanted: Keep) -> Policies:
    """Return a policy set with those of its statements for which ``wanted`` says yes."""

    def kept(layer: Layer) -> Layer:
        found = tuple(clause for clause in layer.clauses if wanted(clause))
        return layer if len(found) == len(layer.clauses) else Layer(layer.kind, layer.name, found)

    return _each_layer(policies, kept)


def of_request(policies: Policies, request: Request) -> Policies:
    """Return a policy set as it speaks about an action and a resource: for many like requests."""

    def spoken(layer: Layer) -> Layer:
        found = tuple(filter(None, (narrowed(clause, request) for clause in layer.clauses)))
        return Layer(layer.kind, layer.name, found) if layer.clauses else layer

    return _each_layer(policies, spoken)


def _each_layer(policies: Policies, change: Callable[[Layer], Layer]) -> Policies:
    def changed(layer: Layer | None) -> Layer | None:
        return None if layer is None else change(layer)

    return Policies(
        identity=change(policies.identity),
        boundary=changed(policies.boundary),
        session=changed(policies.session),
        scps=tuple(map(change, policies.scps)),
        rcps=tuple(map(change, policies.rcps)),
        resource=changed(policies.resource),
        trust=changed(policies.trust),
        vpc_endpoint=changed(policies.vpc_endpoint),
    )


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
        plain: those that are all that there is to a resource: it matches what they match.
    """

    clause: Clause
    tracks: tuple[Track, ...]
    decides: bool
    complete: bool = True
    plain: tuple[Track, ...] = ()


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
    plain: list[Track] = []
    complete = True
    for text in texts:
        for number, pattern in enumerate(_patterns(text, statement.version, contexts)):
            if number > _MOST_TRIED or len(found) > _MOST_FILLED * len(texts):
                complete = False
                break
            if pattern is not None:
                tracks = tuple(_tracks(pattern, suffix, colons=colons))
                found.update(dict.fromkeys(tracks))
                # Where a resource can be read in several ways, it has several patterns.
                if pattern is text and len(tracks) == 1:
                    plain += tracks
    decides = "Resource" in statement.value and all(
        isinstance(text, (str, Unresolved)) for text in texts
    )
    return Entry(clause, tuple(found), decides, complete, tuple(plain))


def _patterns(text: object, version: str | None, contexts: Contexts) -> Iterator[str | None]:
    """Yield what a resource can be filled in as; None for a way that leaves it without a value."""
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
            yield None if pattern.unresolved else pattern.text


def _tracks(pattern: str, suffix: str, *, colons: bool) -> Iterator[Track]:
    short = pattern.startswith("arn:") and pattern.count(":") < _FIELDS
    for text in (pattern, f"{pattern}:*") if short else (pattern,):
        whole = text + suffix
        if has_wildcard(text) and (colons or short):
            yield from strict_tracks([whole])
        else:
            yield Track(whole)
    if short:
        # Read field by field: the last may go on over the others, or those that lack are anything.
        colons_written = pattern.count(":")
        yield Track(pattern + suffix, reach=colons_written)
        yield Track(pattern + ":*" * (_FIELDS - colons_written) + suffix, reach=FIELDS)


# Where in an ARN the values of these keys stand: what comes before, and after.
_PLACES = {
    "aws:requestedregion": ("arn:*:*:", ":*:*"),
    "aws:resourceaccount": ("arn:*:*:*:", ":*"),
    "aws:principalaccount": ("arn:*:*:*:", ":*"),
}


def place_tracks(condition: Condition, version: str | None) -> tuple[Track, ...] | None:
    """Return patterns of ARNs that tell regions or accounts apart as a condition on them does.

    None where no pattern does: the operator compares no texts, or the value has a variable.
    """
    operator = parse_operator(condition.operator)
    if operator is None or operator.kind not in {"String", "Null"}:
        return None
    before, after = _PLACES[condition.key.lower()]
    fold = operator.base.endswith("IgnoreCase")
    found = []
    for written in condition.values if operator.kind == "String" else ():
        text = value.as_text(written)
        if text is None or has_variables(text, version):
            return None
        if ":" not in text:
            wanted = text if operator.base.endswith("Like") else literal(text)
            found.append(Track(f"{before}{wanted}{after}", reach=FIELDS, fold=fold))
    return tuple(found)


# A pattern of text that begins like this matches the ARNs of roles alike in every account.
_ANY_ACCOUNT = ("*:role/", "*role/", "*/")


def caller_tracks(condition: Condition, version: str | None) -> tuple[Track, ...] | None:
    """Return patterns of ARNs that tell apart whose roles a condition on their ARN matches.

    The roles are those of the partition and the account of the ARN. None where no pattern does.
    """
    operator = parse_operator(condition.operator)
    if operator is None or operator.kind not in {"ARN", "String"}:
        return ()
    like = operator.kind == "ARN" or operator.base.endswith("Like")
    found = []
    for text in filter(None, map(value.as_text, condition.values)):
        if has_variables(text, version):
            return None
        fields = (text if like else literal(text)).split(":", _FIELDS)
        if len(fields) <= _FIELDS:
            if operator.kind == "String" and like and not _is_of_any_account(text):
                return None
            continue
        head, partition, service, region, account, resource = fields
        plain = head == "arn" and service in {"iam", "*"} and region in {"", "*"}
        if operator.kind == "String" and like and not (plain and resource[:1] in {"r", "*"}):
            return None
        fold = operator.base.endswith("IgnoreCase")
        found.append(Track(f"arn:{partition}:*:*:{account}:*", reach=FIELDS, fold=fold))
    return tuple(found)


def _is_of_any_account(text: str) -> bool:
    return not text.strip("*") or not has_wildcard(text) or text.startswith(_ANY_ACCOUNT)


def tells_sub_resources(policies: Policies) -> bool:
    """Tell whether some resource pattern may match a manager and not what is below it, or reverse.

    A pattern that ends in a star, and has no other wildcard in an ID, matches both or neither.
    """
    return any(
        not _is_prefix(text)
        for clause in clauses_of(policies)
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
