"""A statement of a policy as a formula of z3; see ``z3_model``."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, NamedTuple

import z3

from authorization.z3_terms import (
    ARN,
    BOOL,
    DATE,
    IP,
    MANAGER,
    NO,
    NUMBER,
    SORTS,
    TEXT,
    TYPE,
    YES,
    Context,
    Formula,
    Held,
    Literal,
    NotCovered,
    Piece,
    Variable,
    constant,
    glob,
    known_key,
    pieces_of,
)

Json = Mapping[str, Any]


class Reading:
    """How what AWS leaves open is read: for the most access, or for the least."""

    def __init__(self, *, most: bool) -> None:
        self.most = most
        self.used = False

    def open(self, *, allows: bool) -> Formula:
        """Return what an open point is taken to be in a statement that allows, or denies."""
        self.used = True
        return z3.BoolVal(allows is self.most)


class Statement(NamedTuple):
    """A statement that speaks about an action; attributes as in the document."""

    allows: bool
    version: str | None
    value: Json


class Sentence:
    """One statement as a formula over the resource and the context of one request.

    Args:
        statement: the statement.
        context: the keys of the request.
        reading: how open points are read.
    """

    def __init__(self, statement: Statement, context: Context, reading: Reading) -> None:
        self.allows, self.version, self.value = statement
        self.context = context
        self._reading = reading

    def applies(self) -> Formula:
        """Tell whether the statement applies to the request."""
        return z3.And(self._resource(), *self._conditions())

    def _open(self) -> Formula:
        return self._reading.open(allows=self.allows)

    # Resources

    def _resource(self) -> Formula:
        if "NotResource" in self.value:
            return z3.Not(z3.Or(*map(self._spares, listed(self.value["NotResource"]))))
        return z3.Or(*map(self._covers, listed(self.value["Resource"])))

    def _spares(self, text: str) -> Formula:
        """As _covers; but what a variable without a value does to NotResource is left open."""
        missing = self._missing(pieces_of(text, self.version))
        covered = self._covers(text)
        return z3.If(missing, z3.Not(self._open()), covered) if missing is not None else covered

    def _covers(self, text: str) -> Formula:
        pieces = pieces_of(text, self.version)
        fields = _fields(pieces)
        if fields is None:
            return YES
        if len(fields) > 6:
            return NO
        wanted = zip(fields[:5], MANAGER.fields, strict=False)
        heads = [self._field(pattern, value) for pattern, value in wanted]
        if len(fields) < 6:  # its last field is a star, which reaches beyond the colon
            return z3.And(*heads)
        found = z3.And(*heads, self._id(fields[5]))
        typed = re.split("/", "".join(p if isinstance(p, str) else "/" for p in fields[5]))[0]
        if re.search(r"[*?]", typed) and fields[5] != ["*"]:  # a wildcard in the type
            return z3.And(found, self._open_covering())
        return found

    def _open_covering(self) -> Formula:
        taken = self._open()
        return z3.Not(taken) if "NotResource" in self.value else taken

    def _field(self, pattern: list[Piece], value: Any) -> Formula:
        if not all(isinstance(piece, str) for piece in pattern):
            raise NotCovered("a variable before the resource part")
        text = "".join(map(str, pattern))
        if isinstance(value, str):
            return z3.BoolVal(bool(re.fullmatch(expression(text), value)))
        return z3.InRe(value, glob(text))

    def _id(self, pattern: list[Piece]) -> Formula:
        """Hold the resource part of a pattern against that of the manager."""
        if all(type(piece) is str for piece in pattern):
            text = "".join(map(str, pattern))
            rests = [text[at:] for at in _after(text, TYPE)]
            found = [z3.InRe(MANAGER.id, glob(rest)) for rest in rests]
            return z3.Or(*found)
        first = pattern[0]
        if type(first) is str and first.startswith(TYPE):
            rest = first.removeprefix(TYPE)
            return self._search([rest, *pattern[1:]] if rest else pattern[1:], MANAGER.id)
        return self._search(pattern, z3.Concat(z3.StringVal(TYPE), MANAGER.id))

    # Variables

    def _missing(self, pieces: Iterable[Piece]) -> Formula:
        """Tell whether a variable has no value; None where none can be without."""
        found = [
            z3.Not(self.context.present(piece.key))
            for piece in pieces
            if isinstance(piece, Variable) and piece.default is None
        ]
        return z3.Or(*found) if found else None

    def _filled(self, piece: Piece) -> Formula:
        if not isinstance(piece, Variable):
            return constant(piece)
        key = known_key(piece.key)
        if key.kind != TEXT or key.several:
            raise NotCovered("a variable that is no text")
        (held,) = self.context.held(piece.key)
        default = z3.StringVal("") if piece.default is None else constant(piece.default)
        return z3.If(held.there, held.value, default)

    def _search(self, pattern: Sequence[Piece], text: Formula) -> Formula:
        """Hold a pattern with variables against a text: its pieces between stars, one by one."""
        runs: list[list[Piece]] = [[]]
        for piece in pattern:
            if type(piece) is not str:
                runs[-1].append(piece)
                continue
            if "?" in piece:
                raise NotCovered("a question mark beside a variable")
            first, *others = piece.split("*")
            runs[-1].append(first)
            runs += ([other] for other in others)
        joined = [self._joined(run) for run in runs]
        missing = self._missing(pattern)
        there = [] if missing is None else [z3.Not(missing)]
        if len(joined) == 1:
            return z3.And(*there, text == joined[0])
        if len(joined) == 2 and runs[1] == [""]:
            return z3.And(*there, z3.PrefixOf(joined[0], text))
        return z3.And(*there, *_in_order(joined, text))

    def _joined(self, run: Sequence[Piece]) -> Formula:
        parts = [self._filled(piece) for piece in run if piece != ""]
        if not parts:
            return z3.StringVal("")
        return parts[0] if len(parts) == 1 else z3.Concat(*parts)

    # Conditions

    def _conditions(self) -> Iterator[Formula]:
        for operator, keys in self.value.get("Condition", {}).items():
            for name, values in keys.items():
                yield self._condition(operator, name.lower(), listed(values))

    def _condition(self, operator: str, name: str, values: list[Any]) -> Formula:
        quantifier, _, base = operator.rpartition(":")
        if_exists = base.endswith("IfExists")
        base = base.removesuffix("IfExists")
        present = self.context.present(name)
        if base == "Null":
            return z3.Or(*(present == z3.BoolVal(str(item).lower() == "false") for item in values))
        negated = "Not" in base
        held = self.context.held(name)
        matched = [self._matched(base, name, item, values, negated=negated) for item in held]
        if quantifier:
            answers = list(zip(held, matched, strict=True))
            return self._quantified(quantifier, answers, present, if_exists=if_exists)
        if known_key(name).several:  # not made for several values
            found = self._open() if negated else NO
            return z3.If(present, found, z3.BoolVal(negated or if_exists))
        return z3.If(present, matched[0], z3.BoolVal(negated or if_exists))

    def _quantified(
        self,
        quantifier: str,
        answers: list[tuple[Held, Formula]],
        present: Formula,
        *,
        if_exists: bool,
    ) -> Formula:
        """ForAllValues holds of nothing and of an empty text alone; ForAnyValue of neither.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
        """
        if quantifier == "ForAnyValue":
            some = z3.Or(*(z3.And(held.there, answer) for held, answer in answers))
            return z3.If(present, some, self._open()) if if_exists else some
        if quantifier != "ForAllValues":
            raise NotCovered("an unknown quantifier")
        every = z3.And(*(z3.Implies(held.there, answer) for held, answer in answers))
        first, others = answers[0][0], [held.there for held, _ in answers[1:]]
        if not z3.is_string(first.value):
            return every
        alone = z3.And(first.there, first.value == z3.StringVal(""), z3.Not(z3.Or(*others)))
        return z3.Or(every, alone)

    def _matched(
        self, base: str, name: str, held: Held, values: list[Any], *, negated: bool
    ) -> Formula:
        """Hold one value against all of the policy: any of them, or none where negated."""
        kind = known_key(name).kind
        tests = [self._test(base, kind, held, str(value), negated=negated) for value in values]
        return z3.Not(z3.Or(*tests)) if negated else z3.Or(*tests)

    def _test(self, base: str, kind: str, held: Held, text: str, *, negated: bool) -> Formula:
        if base.startswith("String") and kind in {TEXT, ARN}:
            return self._string(base, held.value, text, negated=negated)
        family = next((name for name in SORTS if base.replace("Not", "").startswith(name)), "")
        if family != kind:
            raise NotCovered(f"{base} on a key of type {kind}")
        if kind == ARN:
            return self._arn(held.value, text)
        return _TESTS[kind](base, held, text)

    def _string(self, base: str, value: Formula, text: str, *, negated: bool) -> Formula:
        pieces = pieces_of(text, self.version)
        like, fold = base.endswith("Like"), base.endswith("IgnoreCase")
        if all(type(piece) is str for piece in pieces):
            return z3.InRe(value, glob(text, wild=like, fold=fold))
        if fold:
            raise NotCovered("a variable without regard to case")
        wanted = [p if like or not isinstance(p, str) else Literal(p) for p in pieces]
        found = self._search(wanted, value)
        missing = self._missing(pieces)
        if negated and missing is not None:
            # Documented to hold, observed not to.
            return z3.If(missing, z3.Not(self._open()), found)
        return found

    def _arn(self, value: Formula, text: str) -> Formula:
        if not all(type(piece) is str for piece in pieces_of(text, self.version)):
            raise NotCovered("a variable in an ARN condition")
        fields = text.split(":", 5)
        if len(fields) < 6:
            return NO
        parts = [glob(field, field=True) for field in fields[:5]] + [glob(fields[5])]
        joined = [part for item in parts for part in (item, z3.Re(":"))][:-1]
        return z3.InRe(value, z3.Concat(*joined))


def _in_order(joined: list[Formula], text: Formula) -> list[Formula]:
    head, *middle, tail = joined
    found = [z3.PrefixOf(head, text)]
    at = z3.Length(head)
    for piece in middle:
        place = z3.IndexOf(text, piece, at)
        found.append(place >= 0)
        at = place + z3.Length(piece)
    return [*found, z3.SuffixOf(tail, text), at + z3.Length(tail) <= z3.Length(text)]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def expression(pattern: str) -> str:
    signs = {"*": ".*", "?": "."}
    return "".join(signs.get(sign) or re.escape(sign) for sign in pattern)


def _after(pattern: str, text: str) -> list[int]:
    """Return the places of a pattern that ``text`` can lead to."""
    places = {0}
    for symbol in text:
        after = set()
        for place in _past_stars(pattern, places):
            if place < len(pattern) and pattern[place] == "*":
                after.add(place)
            elif place < len(pattern) and pattern[place] in {"?", symbol}:
                after.add(place + 1)
        places = after
    return sorted(places)


def _past_stars(pattern: str, places: set[int]) -> Iterator[int]:
    for place in places:
        at = place
        while at < len(pattern) and pattern[at] == "*":
            yield at
            at += 1
        yield at


def _fields(pieces: list[Piece]) -> list[list[Piece]] | None:
    """Split a resource at its first five colons; None for a star that is everything."""
    plain = all(type(piece) is str for piece in pieces)
    if plain and pieces and not "".join(map(str, pieces)).strip("*"):
        return None
    fields: list[list[Piece]] = [[]]
    for piece in pieces:
        if type(piece) is not str:
            fields[-1].append(piece)
            continue
        first, *others = piece.split(":")
        fields[-1].append(first)
        fields += ([other] for other in others)
    fields = [[piece for piece in field if piece != ""] for field in fields]
    if fields[0] != ["arn"]:
        raise NotCovered("a resource that is no ARN")
    if len(fields) < 6 and fields[-1] != ["*"]:
        raise NotCovered("an ARN of fewer than six fields")
    return fields


# Values that are no texts


def _ordered(read: Callable[[str], Fraction | None]) -> Callable[[str, Held, str], Formula]:
    def test(base: str, held: Held, text: str) -> Formula:
        number = read(text)
        if number is None:
            raise NotCovered("a value of another type")
        wanted = z3.RealVal(f"{number.numerator}/{number.denominator}")
        or_equal = base.endswith("Equals")
        if "LessThan" in base:
            return held.value <= wanted if or_equal else held.value < wanted
        if "GreaterThan" in base:
            return held.value >= wanted if or_equal else held.value > wanted
        return held.value == wanted

    return test


def _number(text: str) -> Fraction | None:
    return Fraction(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else None


def _date(text: str) -> Fraction | None:
    """Read a date of ISO 8601, or seconds since 1970; without a zone it is UTC."""
    if re.fullmatch(r"\d+", text):
        return Fraction(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Fraction((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def _bool(_base: str, held: Held, text: str) -> Formula:
    if text.lower() not in {"true", "false"}:
        raise NotCovered("a value of another type")
    return held.value == z3.BoolVal(text.lower() == "true")


def _address(_base: str, held: Held, text: str) -> Formula:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise NotCovered("a value of another type") from error
    newer = z3.BoolVal(network.version == 6)
    first, last = int(network[0]), int(network[-1])
    return z3.And(held.newer == newer, held.value >= first, held.value <= last)


_TESTS: dict[str, Callable[[str, Held, str], Formula]] = {
    NUMBER: _ordered(_number),
    DATE: _ordered(_date),
    BOOL: _bool,
    IP: _address,
}
