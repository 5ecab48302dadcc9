"""Policy documents out of evaluated values, and where their values stand."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from payguard import pointer
from payguard.finding import InputError, Location, Span
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import Document, Gap
from payguard.quotation import quote
from payguard.sources import json_text
from payguard.sources.terraform_hcl import json_tree
from payguard.sources.terraform_hcl.datum import (
    TOO_MUCH,
    AllSpentError,
    Datum,
    EvaluationError,
    TooMuchError,
    Work,
    plain,
    unknowns,
    values,
)
from payguard.sources.terraform_hcl.syntax import File
from payguard_policies.named_tuple import NamedTuple


class TreeMap:
    """The source map of a document whose values stand anywhere in the files of a module.

    Args:
        tree: returns the document with the place of each value; asked once, when it matters.
        file: the file of the document: what stands in another one is shown by what is around it.
        start: where the document starts in it; ``end``: where it ends.
    """

    def __init__(self, tree: Callable[[], Datum], file: File, start: int, end: int) -> None:
        self._make, self._file, self._whole = tree, file, (start, end)
        self._tree: Datum | None = None

    def spans(self, wanted: Collection[tuple[str, bool]]) -> Mapping[tuple[str, bool], Span]:
        """As in ``payguard.infrastructure.SourceMap``."""
        if self._tree is None:
            self._tree = self._make()
        return {want: self._span(self._tree, *want) for want in wanted}

    def _span(self, tree: Datum, at: str, on_key: bool) -> Span:
        found = self._whole
        here: Datum | None = tree
        tokens = pointer.tokens(at)
        for place, token in enumerate(("", *tokens)):
            above, here = here, here if not place else _inner(here, token)
            if here is None:
                break
            if here.source.file is self._file:
                found = here.source.outer(here.start, here.end)
            if on_key and place == len(tokens) and above is not None:
                found = self._key(above, token) or found
        return self._file.span(*found)

    def _key(self, above: Datum, token: str) -> tuple[int, int] | None:
        place = (above.note.keys or {}).get(token)
        if place is None or above.source.file is not self._file:
            return None
        return above.source.outer(*place)

    def starts(self) -> Iterator[tuple[str, int]]:
        """Yield the path and offset of every value of the document."""
        self._tree = self._tree or self._make()
        for one in values(self._tree):
            yield one.source.file.path, one.source.outer(one.start, one.end)[0]

    def line(self, number: int) -> str:
        """As in ``payguard.infrastructure.SourceMap``."""
        return self._file.lines.line(number)

    def comments(self) -> list[tuple[int, str]]:
        """As in ``payguard.infrastructure.SourceMap``."""
        return list(self._file.comments)


def _inner(datum: Datum | None, token: str) -> Datum | None:
    data: Any = None if datum is None else datum.data
    if isinstance(data, dict):
        return data.get(token)
    if isinstance(data, list) and token.isdigit() and int(token) < len(data):
        found: Datum = data[int(token)]
        return found
    return None


class Holder(NamedTuple):
    """What holds a document.

    Attributes:
        address: of the resource.
        argument: the argument, for messages.
        location: where it stands.
        policy_type: as in Document.
        required: whether it must be a policy; otherwise what is no JSON object is passed over.
    """

    address: str
    argument: str
    location: Location
    policy_type: str
    required: bool = True


def document(
    datum: Datum, holder: Holder, work: Work, report: Callable[[InputError], None]
) -> Document | Gap | None:
    """Return a policy document; a Gap where nothing of it is known.

    Args:
        datum: the value of the argument that holds it.
        holder: what holds it.
        work: the bounds of the evaluation.
        report: is told of a text that is no policy.
    """
    tree = datum if isinstance(datum.data, dict) else datum.note.tree
    if tree is not None:
        value = datum.note.plain if datum.note.tree is not None else plain(datum, work)
        located = _Located(value, lambda: tree)
        for error in _twice(tree, holder):
            report(error)
    elif datum.unknown and not datum.note.marked:
        return Gap(datum.data, holder.location, holder.policy_type)
    else:
        try:
            located = _Located(json_tree.value_of(datum, work), lambda: _located_tree(datum, work))
        except TooMuchError:
            return _refused(datum, holder, TOO_MUCH, report)
        except (EvaluationError, json_text.JsonError) as error:
            return _unreadable(datum, holder, error, work, report)
    if isinstance(located.value, Unresolved):
        return Gap(located.value, holder.location, holder.policy_type)
    if not isinstance(located.value, dict):
        return _refused(datum, holder, "a policy is a JSON object", report)
    return _made(datum, holder, located)


def _located_tree(datum: Datum, work: Work) -> Datum:
    """Return the values of a JSON text with their places; if that is too much, the text."""
    try:
        with work.one_value():
            return json_tree.decoded(datum, work)
    except (AllSpentError, TooMuchError):
        return datum


def _twice(tree: Datum, holder: Holder) -> Iterator[InputError]:
    """Yield an error for each object with a key that stands twice in it."""
    for one in values(tree):
        if one.note.twice is not None:
            key, first, second = one.note.twice
            lines = one.source.file.lines
            before = lines.place(one.source.outer(first, first + 1)[0])[0]
            message = (
                f"{holder.address}: {holder.argument}: the key {quote(key)} stands twice in one "
                f"object (first on line {before}): Terraform takes the last, the other is lost"
            )
            place = lines.place(one.source.outer(second, second + 1)[0])
            yield InputError(one.source.file.path, message, *place)


class _Located(NamedTuple):
    """A decoded document, and what returns it with the place of each value."""

    value: Any
    tree: Callable[[], Datum]


def _unreadable(
    datum: Datum,
    holder: Holder,
    error: Exception,
    work: Work,
    report: Callable[[InputError], None],
) -> Gap | None:
    if datum.unknown:  # what is missing may be what would make it JSON
        return Gap(datum.data, holder.location, holder.policy_type)
    if holder.required and isinstance(error, json_text.JsonError):
        what = f"{holder.address}: {holder.argument}"
        report(json_tree.malformed(datum, error, work, what))
        return _gap(holder, "is no JSON")
    return _refused(datum, holder, str(error), report)


def _made(datum: Datum, holder: Holder, located: _Located) -> Document:
    file = datum.source.file
    start, end = datum.source.outer(datum.start, datum.end)
    return Document(
        file.path,
        located.value,
        holder.policy_type,
        TreeMap(located.tree, file, start, end),
        holder.address,
        datum.data if isinstance(datum.data, str) else "",
        tuple(unknowns(located.value)),
    )


def _refused(
    datum: Datum, holder: Holder, why: str, report: Callable[[InputError], None]
) -> Gap | None:
    if not holder.required:
        return None
    file = datum.source.file
    line, column = file.lines.place(datum.source.outer(datum.start, datum.end)[0])
    report(InputError(file.path, f"{holder.address}: {holder.argument}: {why}", line, column))
    return _gap(holder, "is no policy")


def _gap(holder: Holder, why: str) -> Gap:
    unresolved = Unresolved(f"{holder.address}.{holder.argument}, which {why}", MISSING)
    return Gap(unresolved, holder.location, holder.policy_type)
