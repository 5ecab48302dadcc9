"""Evaluated values, each with the place where it was written."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from payguard.iam.unresolved import AFTER_APPLY, MISSING, SECRET, Unresolved
from payguard.sources.terraform_hcl.syntax import Piece, Source
from payguard_policies.named_tuple import NamedTuple

# Evaluating a module takes no more steps than this, be it ever so cunning: seconds, not hours.
_STEPS = 2_000_000
# One value takes no more than this; the others are still told.
_VALUE_STEPS = 300_000
# An instance of a resource costs many steps until all is told about it.
_INSTANCE_STEPS = 100
# A text costs a step for so many characters.
_CHARACTERS = 8
TOO_MUCH = "it takes more steps to evaluate than any real value, and is not known"
# Stand around the number of an unknown in a text that is known in part: no characters (Unicode
# keeps them for internal use), so no text has them.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_MARK = re.compile(f"{_OPEN}([0-9]{{1,9}}){_CLOSE}")


class EvaluationError(ValueError):
    """An expression that has no value: Terraform would refuse it, or it is not understood here."""


class UnknownError(Exception):
    """An expression whose value hangs on something that is not known.

    Of what is known of that thing nothing is known of the value: the pattern is any text.
    """

    def __init__(self, unresolved: Unresolved) -> None:
        super().__init__(unresolved.what)
        self.unresolved = unresolved._replace(pattern="*")


class TooMuchError(Exception):
    """A value that takes more steps than any real one."""


class AllSpentError(Exception):
    """A module that takes more steps than any real one."""


class ItemSet(list["Datum"]):
    """The elements of a set, in the order in which Terraform goes through them."""


class Note(NamedTuple):
    """What else is known of a value.

    Attributes:
        marked: of a text that is known in part, the text with marks for what is not.
        pieces: of a text, which stretch of it stands where.
        tree: of a text that is JSON, the value that it was made from.
        plain: of such a text, ``plain`` of its tree.
        origin: of an attribute of a resource, the resource's address and the attribute's name.
        rest: of an element that is not known, whether it stands for any number of elements.
        keys: of an object, where its keys stand.
        twice: of an object that was written with a key twice, the key and where it stands: of the
            two values Terraform takes the last.
    """

    marked: str = ""
    pieces: tuple[Piece, ...] = ()
    tree: "Datum | None" = None
    plain: Any = None
    origin: tuple[str, str] | None = None
    rest: bool = False
    keys: Mapping[str, tuple[int, int]] | None = None
    twice: tuple[str, int, int] | None = None


_NO_NOTE = Note()


class Datum(NamedTuple):
    """A value.

    Attributes:
        data: a text, a number, a truth value, None, a list or ItemSet of Datum, an object as a
            dictionary of Datum, an Unresolved, or an object with attributes (``attribute``).
        source: the text in which it was written, at ``start``.
        note: what else is known of it.
    """

    data: Any
    source: Source
    start: int
    end: int
    note: Note = _NO_NOTE

    @property
    def unknown(self) -> bool:
        """Whether it is not known."""
        return isinstance(self.data, Unresolved)


class Several(NamedTuple):
    """Instances of which it is not known how many there are: any of them, and why."""

    one: Datum
    unresolved: Unresolved


class Work:
    """The bounds of one evaluation, and what it found unknown within texts."""

    def __init__(self) -> None:
        self._left, self._left_of_value = _STEPS, _VALUE_STEPS
        self._unknowns: list[Unresolved] = []

    def spend(self, steps: int) -> None:
        """Count steps; raise TooMuchError or AllSpentError when all are spent."""
        self._left_of_value -= steps
        if self._left_of_value < 0:
            raise TooMuchError
        self._left -= steps
        if self._left < 0:
            raise AllSpentError

    @contextmanager
    def one_value(self) -> Iterator[None]:
        """Count the steps of one value by themselves."""
        before, self._left_of_value = self._left_of_value, _VALUE_STEPS
        try:
            yield
        finally:
            self._left_of_value = before

    def spend_instances(self, number: int) -> None:
        """Count the steps of instances of a resource."""
        self._left -= number * _INSTANCE_STEPS
        if self._left < 0:
            raise AllSpentError

    def spend_text(self, length: int) -> None:
        """Count the steps of making a text."""
        self.spend(1 + length // _CHARACTERS)

    def marked(self, datum: Datum) -> str:
        """Return a text, in which marks stand for what is not known.

        Raises:
            EvaluationError: it is no text, and none can be made of it.
        """
        if isinstance(datum.data, Unresolved):
            if datum.note.marked:
                return datum.note.marked
            self._unknowns.append(datum.data)
            return f"{_OPEN}{len(self._unknowns) - 1}{_CLOSE}"
        return text(datum)

    def resolved(self, marked: str) -> str | Unresolved:
        """Return a marked text as it is, or, where there are marks, what is known of it."""
        if _OPEN not in marked:
            return marked
        found = [self._unknown(mark) for mark in _MARK.finditer(marked)]
        if not found:
            return marked
        if len(found) == 1 and _MARK.fullmatch(marked):
            return found[0]
        pattern = _MARK.sub(lambda mark: self._unknown(mark).pattern, marked)
        return together(found, pattern)

    def _unknown(self, mark: re.Match[str]) -> Unresolved:
        place = int(mark.group(1))
        known = place < len(self._unknowns)
        return self._unknowns[place] if known else Unresolved("a text", MISSING)

    def text_datum(self, marked: str, at: Datum, pieces: tuple[Piece, ...] = ()) -> Datum:
        """Return a marked text as a value that stands where ``at`` does."""
        self.spend_text(len(marked))
        data = self.resolved(marked)
        note = Note(pieces=pieces) if pieces else _NO_NOTE
        if isinstance(data, Unresolved):
            note = note._replace(marked=marked)
        return Datum(data, at.source, at.start, at.end, note)


def marks(marked: str) -> Iterable[re.Match[str]]:
    """Yield the marks of a text."""
    return _MARK.finditer(marked) if _OPEN in marked else ()


def together(unknowns: Iterable[Unresolved], pattern: str = "*") -> Unresolved:
    """Return several unknowns as one."""
    unknowns = list(unknowns)
    reasons = {unknown.why for unknown in unknowns}
    why = next((why for why in (SECRET, AFTER_APPLY, MISSING) if why in reasons), MISSING)
    names = list(dict.fromkeys(unknown.what for unknown in unknowns))
    return Unresolved(", ".join(names[:3]), why, pattern)


def text(datum: Datum) -> str:
    """Return a value as a text, as Terraform converts it.

    Raises:
        UnknownError: it is not known.
        EvaluationError: it cannot be converted.
    """
    data = datum.data
    if isinstance(data, str):
        return data
    if isinstance(data, Unresolved):
        raise UnknownError(data)
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, int):
        return str(data)
    if isinstance(data, float):
        return f"{Decimal(repr(data)):f}"
    raise EvaluationError(f"{kind(datum)} is no text")


def number(datum: Datum) -> float:
    """Return a value as a number; raises as ``text``."""
    data = datum.data
    if isinstance(data, int | float) and not isinstance(data, bool):
        return data
    if isinstance(data, Unresolved):
        raise UnknownError(data)
    if isinstance(data, str) and len(data) < 40:
        try:
            value = Decimal(data)
        except ArithmeticError:
            value = Decimal("NaN")
        if value.is_finite() and abs(value.adjusted()) < 40:
            return int(value) if value == value.to_integral_value() else float(value)
    raise EvaluationError(f"{kind(datum)} is no number")


def whole_number(datum: Datum) -> int:
    """Return a value as a whole number; raises as ``text``."""
    value = number(datum)
    if isinstance(value, int):
        return value
    raise EvaluationError("a fraction is no whole number")


def truth(datum: Datum) -> bool:
    """Return a value as a truth value; raises as ``text``."""
    data = datum.data
    if isinstance(data, bool):
        return data
    if isinstance(data, Unresolved):
        raise UnknownError(data)
    if data in ("true", "false"):
        return bool(data == "true")
    raise EvaluationError(f"{kind(datum)} is neither true nor false")


def items(datum: Datum) -> list[Datum]:
    """Return the elements of a list or set; raises as ``text``."""
    _check_number(datum)
    if isinstance(datum.data, list):
        return datum.data
    if isinstance(datum.data, Unresolved):
        raise UnknownError(datum.data)
    raise EvaluationError(f"{kind(datum)} is no list")


def closed(datum: Datum) -> list[Datum]:
    """Return the elements of a list whose length is known; raises as ``text``."""
    found = items(datum)
    for item in found:
        if item.note.rest:
            raise UnknownError(item.data)
    return found


def entries(datum: Datum) -> dict[str, Datum]:
    """Return the entries of an object; raises as ``text``."""
    _check_number(datum)
    if isinstance(datum.data, dict):
        return datum.data
    if isinstance(datum.data, Unresolved):
        raise UnknownError(datum.data)
    raise EvaluationError(f"{kind(datum)} is no object")


def _check_number(datum: Datum) -> None:
    if isinstance(datum.data, Several):
        raise UnknownError(datum.data.unresolved)


def kind(datum: Datum) -> str:
    """Return what a value is, in words."""
    data = datum.data
    if data is None:
        return "null"
    words = {bool: "a truth value", str: "a text", dict: "an object", ItemSet: "a set"}
    if type(data) in words:
        return words[type(data)]
    if isinstance(data, int | float):
        return "a number"
    return "a list" if isinstance(data, list) else "a resource"


def plain(datum: Datum, work: Work) -> Any:
    """Return a value as JSON has it; an Unresolved stands where something is not known."""
    work.spend(1)
    data = datum.data
    if isinstance(data, dict):
        return {key: plain(item, work) for key, item in data.items()}
    if isinstance(data, list):
        return [plain(item, work) for item in data]
    if data is None or isinstance(data, str | bool | int | float | Unresolved):
        return data
    return data.unresolved if isinstance(data, Several) else Unresolved(str(data))


def known(datum: Datum, work: Work) -> Any:
    """Return a value that is known throughout as JSON has it; raises as ``text``."""
    value = plain(datum, work)
    for _, unresolved in unknowns(value):
        raise UnknownError(unresolved)
    return value


def values(datum: Datum) -> Iterator[Datum]:
    """Yield a value and all values in it."""
    pending = [datum]
    while pending:
        one = pending.pop()
        yield one
        if isinstance(one.data, dict):
            pending += one.data.values()
        elif isinstance(one.data, list):
            pending += one.data


def unknowns(value: Any) -> Iterable[tuple[str, Unresolved]]:
    """Yield each Unresolved in a plain value, with its JSON Pointer, in order."""
    pending = [("", value)]
    while pending:
        at, one = pending.pop()
        if isinstance(one, Unresolved):
            yield at, one
        elif isinstance(one, dict):
            inner = [(f"{at}/{_token(key)}", item) for key, item in one.items()]
            pending += reversed(inner)
        elif isinstance(one, list):
            pending += reversed([(f"{at}/{place}", item) for place, item in enumerate(one)])


def _token(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def same(left: Datum, right: Datum, work: Work) -> bool:
    """Tell whether two values are equal, as ``==`` does; raises as ``text``."""
    one, other = known(left, work), known(right, work)
    if type(left.data) is not type(right.data):
        numbers = (int, float)
        if not (type(one) in numbers and type(other) in numbers):
            return False
    return bool(one == other)


def set_of(found: Iterable[Datum], work: Work) -> ItemSet:
    """Return a set: each element once, in Terraform's order; what is not known comes last."""
    seen: dict[Any, Datum] = {}
    rest = []
    for item in found:
        if item.unknown:
            rest.append(item)
        else:
            seen.setdefault(_identity(plain(item, work)), item)
    ordered = sorted(seen.items(), key=_order)
    return ItemSet([item for _, item in ordered] + rest)


def _identity(value: Any) -> Any:
    if isinstance(value, dict | list):
        return repr(value)
    return (type(value) is bool, value)


def _order(entry: tuple[Any, Datum]) -> tuple[bool, float, str]:
    data = entry[1].data
    if isinstance(data, int | float):
        return False, data, ""
    return True, 0, data if isinstance(data, str) else ""
