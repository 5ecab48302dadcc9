"""What a context key can be in a request: one value for everything that conditions can tell apart.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence

from payguard.authorization import value
from payguard.authorization.limit import Limit
from payguard.authorization.representative import representatives
from payguard.authorization.request import UNKNOWN, Sample, Value
from payguard.authorization.substitution import fill, has_variables, variable_keys
from payguard.authorization.track import FIELDS, FLAT, Track
from payguard.authorization.universe import Universe, value_universe
from payguard.iam.carried_keys import carriers, depends_on_action
from payguard.iam.condition import Condition, Operator, parse_operator
from payguard.iam.context_key import context_key
from payguard.iam.wildcard import has_wildcard
from payguard_policies.named_tuple import NamedTuple

_ABSENT = None
# Sets of values: beyond these the key counts as unknown, so that an answer may stay undecided.
_MOST_MEMBERS, _MOST_SETS = 12, 400
_TEXTS = frozenset({"String", "ARN"})
_INSTANTS = frozenset({"Date", "Numeric"})
# Keys that every request of an identity carries, by the catalog's text on their availability.
_ALWAYS = "every "
_FREE_VALUE = "any"
PRINCIPAL_ARN = "aws:principalarn"


class Use(NamedTuple):
    """A condition on a key, and the version of its policy, which decides about variables."""

    condition: Condition
    version: str | None


class Domain(NamedTuple):
    """The values that stand for all that a key can be; None is a request without the key.

    ``complete`` tells whether they do; otherwise UNKNOWN is among them.
    """

    values: tuple[Value | None, ...]
    complete: bool


def is_carried(action: str, key: str) -> bool:
    """Tell whether a request for ``action`` may carry ``key``, as far as AWS's reference knows.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html
    """
    if not depends_on_action(key):
        return True
    known = carriers(action, key)
    return known is None or known[0]


class Place(NamedTuple):
    """Where the caller belongs: its account and partition, each empty where it is not known."""

    account: str = ""
    partition: str = ""


def domain(key: str, uses: Sequence[Use], *, coupled: bool, place: Place, limit: Limit) -> Domain:
    """Return the values of a key that the conditions on it can tell apart.

    Args:
        key: in lower case.
        uses: every condition on it.
        coupled: whether its value is compared with another key's, or stands for a variable: then
            Samples stand for the classes of its values.
        place: of the caller.
        limit: what may be spent.
    """
    kinds = {operator.kind for use in uses if (operator := _operator(use)) is not None}
    kinds.discard("Null")
    tests = sum(
        operator is not None and operator.kind != "Null" for operator in map(_operator, uses)
    )
    known = context_key(key)
    if not kinds and known is not None:  # only asked whether it is there: still of its type
        kinds = {known.types[0]} & _TYPED.keys()
    found: list[str] = []
    complete = True
    if known is not None and known.types == ("Bool",):
        found = ["false", "true"]
    elif kinds <= _TEXTS:
        found, complete = _texts(key, uses, coupled=coupled, place=place, limit=limit)
    else:
        if kinds & _TEXTS:
            found, _ = _texts(key, uses, coupled=coupled, place=place, limit=limit)
        time = kinds >= _INSTANTS
        if time:  # a number of seconds is a date as well
            found += [_decimal(edge) for edge in _edges(_instants(uses))]
        for kind in sorted(kinds - _TEXTS - (_INSTANTS if time else set())):
            found += _TYPED[kind](_constants(uses, kind))
        complete = len(kinds) == 1 or (kinds == _INSTANTS and _is_time(uses))
        if known is None or not _TYPED.keys() >= set(known.types):
            found.append(_FREE_VALUE)
    return _completed(key, list(dict.fromkeys(found)), uses, tests, complete=complete)


def example(key: str) -> Value:
    """Return a value of a key's type."""
    found = domain(key, (), coupled=False, place=Place(), limit=Limit()).values
    return next(value for value in found if value is not None and value is not UNKNOWN)


def _operator(use: Use) -> Operator | None:
    return parse_operator(use.condition.operator)


def _completed(
    key: str, found: list[str], uses: Sequence[Use], tests: int, *, complete: bool
) -> Domain:
    """Add absence and sets of values, as the key can have them."""
    values: list[Value | None] = [] if is_always_there(key) else [_ABSENT]
    quantifiers = sum(bool(_quantifier(use)) for use in uses)
    if quantifiers and "" not in found:
        found = [*found, ""]  # a set of nothing but an empty text is a case of its own
    known = context_key(key)
    several = known.multivalued if known is not None else bool(quantifiers)
    if not several:
        values += found
    else:
        sets, all_sets = _sets(found, tests, always=known is not None)
        values += sets
        complete = complete and all_sets
    if not complete:
        values.append(UNKNOWN)
    return Domain(tuple(values), complete)


def is_always_there(key: str) -> bool:
    """Tell whether every request of a role or user carries ``key``."""
    from payguard_policies import catalog  # noqa: PLC0415  only where a condition asks

    known = catalog.global_condition_key(key)
    return known is not None and known.availability.startswith(_ALWAYS)


def _quantifier(use: Use) -> str:
    operator = _operator(use)
    return operator.quantifier if operator is not None else ""


def _sets(found: Sequence[str], tests: int, *, always: bool) -> tuple[list[Value], bool]:
    """Return sets of values that the conditions can tell apart.

    Whether some value of a set passes a test, or all do, is kept by a subset with one value for
    each test; a set of one is plain text unless the key always has a list.
    """
    size = max(1, tests)
    complete = len(found) <= _MOST_MEMBERS
    members = found[:_MOST_MEMBERS]
    chosen: list[Value] = []
    for count in range(1, size + 1):
        for members_of_set in itertools.combinations(members, count):
            if len(chosen) >= _MOST_SETS:
                return chosen, False
            single = count == 1 and not always
            chosen.append(members_of_set[0] if single else members_of_set)
    return chosen, complete


# Texts


def _texts(
    key: str, uses: Sequence[Use], *, coupled: bool, place: Place, limit: Limit
) -> tuple[list[str], bool]:
    """Return a text for every combination of the patterns that the key is compared with.

    First those that match the most of them: statements allow what they ask for.
    """
    tracks = list(dict.fromkeys(_tracks(uses)))
    universe = _universe(key, place)
    found = representatives(universe, tracks, limit)
    texts = sorted(found, key=lambda one: -one[1].bit_count())
    if not coupled:
        return [text for text, _ in texts], found.complete
    return [_sample(text, hits, tracks) for text, hits in texts], found.complete


def _universe(key: str, place: Place) -> Universe:
    if key == PRINCIPAL_ARN:
        return value_universe("role", place.account, place.partition)
    known = context_key(key)
    return value_universe("ARN" if known is not None and known.types[0] == "ARN" else "")


def _tracks(uses: Iterable[Use]) -> Iterator[Track]:
    for condition, version in uses:
        operator = parse_operator(condition.operator)
        if operator is None or operator.kind not in _TEXTS:
            continue
        for written in condition.values:
            text = value.as_text(written)
            if text is None:
                continue
            if has_variables(text, version):
                if variable_keys(text):
                    continue
                wild = operator.kind == "ARN" or operator.base.endswith("Like")
                text = fill(text, {}, wildcards=wild).text
            if operator.kind == "ARN":
                if text.count(":") >= FIELDS:
                    yield Track(text, reach=FIELDS)
            else:
                fold = operator.base.endswith("IgnoreCase")
                yield Track(text, wild=operator.base.endswith("Like"), fold=fold, reach=FLAT)


def _sample(text: str, hits: int, tracks: Sequence[Track]) -> str:
    """Return what stands for a class: the text itself where the class has no other."""
    hit = [track for number, track in enumerate(tracks) if hits >> number & 1]
    if any(map(_is_one_text, hit)):
        return text
    patterns = [track.pattern for track in hit if track.wild] or ["*"]
    others = (track for track in tracks if track not in hit)
    without = frozenset(track.pattern for track in others if _is_one_text(track))
    longest = max(patterns, key=lambda pattern: len(pattern.replace("*", "")))
    return Sample(text, longest, without)


def _is_one_text(track: Track) -> bool:
    """Tell whether no text but its own can hit a pattern."""
    return not track.fold and not (track.wild and has_wildcard(track.pattern))


# Values of other types


def _constants(uses: Iterable[Use], kind: str) -> list[str]:
    found = []
    for condition, _ in uses:
        operator = parse_operator(condition.operator)
        if operator is not None and operator.kind == kind:
            found += [value.as_text(written) or "" for written in condition.values]
    return found


def _numbers(constants: Sequence[str]) -> list[str]:
    return [_decimal(edge) for edge in _edges(value.number(text) for text in constants)]


def _dates(constants: Sequence[str]) -> list[str]:
    return [_decimal(edge) for edge in _edges(value.instant(text) for text in constants)]


def _instants(uses: Sequence[Use]) -> Iterator[int | None]:
    yield from map(value.number, _constants(uses, "Numeric"))
    yield from map(value.instant, _constants(uses, "Date"))


def _is_time(uses: Iterable[Use]) -> bool:
    """Tell whether dates and numbers are compared with keys that take both."""
    return all(
        "Numeric" in (known.types if (known := context_key(use.condition.key)) else ())
        for use in uses
        if (operator := _operator(use)) is not None and operator.kind == "Numeric"
    )


def _edges(constants: Iterable[int | None]) -> list[int]:
    """Return numbers on, between and beyond the constants, which are in units of 10**-20."""
    known = sorted({constant for constant in constants if constant is not None})
    if not known:
        return [0]
    between = [_between(low, high) for low, high in itertools.pairwise(known)]
    return [known[0] - value.UNIT, *known, *between, known[-1] + value.UNIT]


def _between(low: int, high: int) -> int:
    whole = (low // value.UNIT + 1) * value.UNIT
    return whole if whole < high else (low + high) // 2


def _decimal(number: int) -> str:
    sign, number = ("-", -number) if number < 0 else ("", number)
    whole, fraction = divmod(number, value.UNIT)
    rest = str(fraction).rjust(value.SCALE, "0").rstrip("0")
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


def _booleans(_constants: Sequence[str]) -> list[str]:
    return ["false", "true"]


def _addresses(constants: Sequence[str]) -> list[str]:
    """Return addresses at the edges of every range, inside and outside, and one of each family."""
    found = ["203.0.113.7", "2001:db8::7"]
    for text in constants:
        network = value.network(text)
        if network is None:
            continue
        first, last = int(network[0]), int(network[-1])
        make = type(network[0])
        found += [str(make(number)) for number in (first, last)]
        if first > 0:
            found.append(str(make(first - 1)))
        if last + 1 < 2**network.max_prefixlen:
            found.append(str(make(last + 1)))
    return found


def _binaries(constants: Sequence[str]) -> list[str]:
    return [*(text for text in constants if value.data(text) is not None), "cGF5Z3VhcmQ="]


_TYPED = {
    "Numeric": _numbers,
    "Date": _dates,
    "Bool": _booleans,
    "Binary": _binaries,
    "IPAddress": _addresses,
}
