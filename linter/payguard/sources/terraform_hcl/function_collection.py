"""Terraform's functions on lists, sets and objects.

https://developer.hashicorp.com/terraform/language/functions
"""

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from payguard.iam.unresolved import MISSING, Unresolved
from payguard.sources.terraform_hcl.arguments import Arguments
from payguard.sources.terraform_hcl.datum import (
    Datum,
    EvaluationError,
    ItemSet,
    Note,
    UnknownError,
    closed,
    entries,
    known,
    same,
    set_of,
    text,
    truth,
)
from payguard.sources.terraform_hcl.evaluate import rest
from payguard.sources.terraform_hcl.type_constraint import alike

_LARGEST = 100_000


def _truths(call: Arguments) -> list[bool]:
    return [truth(item) for item in call.closed(0)]


def _concat(call: Arguments) -> list[Datum]:
    found: list[Datum] = []
    for place, one in enumerate(call.all):
        found += [rest(one.data, one)] if one.unknown else call.items(place)
    call.work.spend(len(found))
    return found


def _flatten(call: Arguments) -> list[Datum]:
    found: list[Datum] = []
    pending = list(reversed(call.items(0)))
    while pending:
        call.work.spend(1)
        item = pending.pop()
        if isinstance(item.data, list):
            pending += reversed(item.data)
        else:
            found.append(rest(item.data, item) if item.unknown else item)
    return found


def _merge(call: Arguments) -> Datum:
    found: dict[str, Datum] = {}
    keys: dict[str, tuple[int, int]] = {}
    for one in call.all:
        if one.data is None:
            continue
        found.update(entries(one))
        if one.source is call.at.source:
            keys.update(one.note.keys or {})
    call.work.spend(len(found))
    return call.at._replace(data=found, note=Note(keys=keys))


def _distinct(call: Arguments) -> list[Datum]:
    found: list[Datum] = []
    seen = set()
    for item in call.items(0):
        identity = None if item.unknown else repr(known(item, call.work))
        if identity is None or identity not in seen:
            found.append(item)
            seen.add(identity)
    return found


def _compact(call: Arguments) -> list[Datum]:
    found = []
    for item in call.items(0):
        if item.unknown:
            found.append(rest(item.data, item))  # it may be empty
        elif item.data not in ("", None):
            found.append(item._replace(data=text(item)))
    return found


def _contains(call: Arguments) -> bool:
    missed: UnknownError | None = None
    for item in call.items(0):
        try:
            if same(item, call.all[1], call.work):
                return True
        except UnknownError as error:
            missed = error
    if missed is not None:
        raise missed
    return False


def _index(call: Arguments) -> int:
    for place, item in enumerate(call.closed(0)):
        if same(item, call.all[1], call.work):
            return place
    raise EvaluationError("the list does not hold it")


def _coalesce(call: Arguments) -> Datum:
    for one in call.all:
        if one.unknown:
            raise UnknownError(one.data)
        if one.data not in (None, ""):
            return one
    raise EvaluationError("nothing but null and empty texts")


def _coalescelist(call: Arguments) -> Datum:
    for place, one in enumerate(call.all):
        if call.closed(place):
            return one
    raise EvaluationError("nothing but empty lists")


def _element(call: Arguments) -> Datum:
    found, place = call.closed(0), call.whole(1)
    if place < 0:  # versions of Terraform differ
        raise UnknownError(Unresolved("an element from the end", MISSING))
    if not found:
        raise EvaluationError("there is no such element")
    return found[place % len(found)]


def _keys(call: Arguments) -> list[Datum]:
    one = call.all[0]
    places = one.note.keys or {}
    return [
        Datum(key, one.source, *places.get(key, (one.start, one.end)))
        for key in sorted(call.entries(0))
    ]


def _values(call: Arguments) -> list[Datum]:
    found = call.entries(0)
    return [found[key] for key in sorted(found)]


def _length(call: Arguments) -> int:
    data = call.all[0].data
    if isinstance(data, str):
        return len(data)
    return len(call.entries(0)) if isinstance(data, dict) else len(call.closed(0))


def _lookup(call: Arguments) -> Datum:
    found, key = call.entries(0), call.text(1)
    if key in found:
        return found[key]
    return call.all[2]


def _one(call: Arguments) -> Datum:
    found = call.closed(0)
    if len(found) > 1:
        raise EvaluationError("more than one element")
    return found[0] if found else call.datum(None)


def _slice(call: Arguments) -> list[Datum]:
    found, start, end = call.closed(0), call.whole(1), call.whole(2)
    if not 0 <= start <= end <= len(found):
        raise EvaluationError("the slice lies outside of the list")
    return found[start:end]


def _sort(call: Arguments) -> list[Datum]:
    return [
        item._replace(data=found)
        for found, item in sorted(
            ((text(item), item) for item in call.closed(0)), key=lambda pair: pair[0]
        )
    ]


def _range(call: Arguments) -> list[Datum]:
    bounds = [call.number(place) for place in range(len(call.all))]
    start, end = (0, bounds[0]) if len(bounds) == 1 else (bounds[0], bounds[1])
    step = bounds[2] if len(bounds) > 2 else (1 if end >= start else -1)
    found = (start, end, step)
    whole = [int(one) for one in found if one == int(one)]
    if len(whole) < len(found) or not step or len(range(*whole)) > _LARGEST:
        raise UnknownError(Unresolved("a range that is too long, or of fractions", MISSING))
    return call.list_of(range(*whole))


def _zipmap(call: Arguments) -> dict[str, Datum]:
    names, found = call.closed(0), call.closed(1)
    if len(names) != len(found):
        raise EvaluationError("the lists have different lengths")
    return {text(name): item for name, item in zip(names, found, strict=True)}


def _setproduct(call: Arguments) -> list[Datum] | ItemSet:
    lists = [call.closed(place) for place in range(len(call.all))]
    size = 1
    for one in lists:
        size *= max(len(one), 1)
        call.work.spend(size)
    found = [call.datum(list(one)) for one in itertools.product(*lists)]
    sets = all(isinstance(one.data, ItemSet) for one in call.all)
    return ItemSet(found) if sets else found


def _set(call: Arguments, chosen: Callable[[Iterable[set[str]]], set[str]]) -> ItemSet:
    found: dict[str, Datum] = {}
    identities = []
    for place in range(len(call.all)):
        each = {repr(known(item, call.work)): item for item in call.closed(place)}
        found = {**each, **found}
        identities.append(set(each))
    wanted = chosen(identities)
    return set_of([found[identity] for identity in found if identity in wanted], call.work)


def _setsubtract(call: Arguments) -> ItemSet:
    return _set(call, lambda sets: set.difference(*sets))


def _transpose(call: Arguments) -> dict[str, Datum]:
    found: dict[str, list[str]] = {}
    for key, one in sorted(call.entries(0).items()):
        for item in closed(one):
            found.setdefault(text(item), []).append(key)
    return {key: call.datum(call.list_of(found[key])) for key in sorted(found)}


def _chunklist(call: Arguments) -> list[Datum]:
    found, size = call.closed(0), call.whole(1) or len(call.all[0].data) or 1
    return call.list_of(found[at : at + size] for at in range(0, len(found), max(size, 1)))


def _matchkeys(call: Arguments) -> list[Datum]:
    wanted = {repr(known(item, call.work)) for item in call.closed(2)}
    pairs = zip(call.closed(0), call.closed(1), strict=False)
    return [item for item, key in pairs if repr(known(key, call.work)) in wanted]


COLLECTION_FUNCTIONS: dict[str, Callable[[Arguments], Any]] = {
    "alltrue": lambda call: min(_truths(call), default=True),
    "anytrue": lambda call: max(_truths(call), default=False),
    "chunklist": _chunklist,
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "compact": _compact,
    "concat": _concat,
    "contains": _contains,
    "distinct": _distinct,
    "element": _element,
    "flatten": _flatten,
    "index": _index,
    "keys": _keys,
    "length": _length,
    "lookup": _lookup,
    "matchkeys": _matchkeys,
    "merge": _merge,
    "one": _one,
    "range": _range,
    "reverse": lambda call: call.closed(0)[::-1],
    "setintersection": lambda call: _set(call, lambda sets: set.intersection(*sets)),
    "setproduct": _setproduct,
    "setsubtract": _setsubtract,
    "setunion": lambda call: _set(call, lambda sets: set.union(*sets)),
    "slice": _slice,
    "sort": _sort,
    "tolist": lambda call: list(alike(call.items(0))),
    "tomap": lambda call: dict(
        zip(call.entries(0), alike(list(call.entries(0).values())), strict=True)
    ),
    "toset": lambda call: set_of(alike(call.items(0)), call.work),
    "transpose": _transpose,
    "values": _values,
    "zipmap": _zipmap,
}
