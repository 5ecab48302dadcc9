"""Texts of a template of which some pieces are known only once the stack is deployed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from payguard.iam.unresolved import AFTER_APPLY, MISSING, SECRET, Unresolved
from payguard_policies.named_tuple import NamedTuple

# Names that refer to each other can double a text with each step; no name or ARN is longer.
_LONGEST, _MOST_PIECES = 100_000, 1000
_NAMED = 3
_DYNAMIC, _DYNAMIC_END = "{{resolve:", "}}"


class Piece(NamedTuple):
    """A stretch of a text that is not known; two with one ``what`` have one value.

    Attributes:
        what, why, pattern: as in ``payguard.iam.unresolved.Unresolved``.
    """

    what: str
    why: str = AFTER_APPLY
    pattern: str = "*"


@dataclass(frozen=True, slots=True)
class Partial:
    """A text with at least one piece that is not known, or a list or object that is not known.

    Two partials of equal pieces have one value, whatever the deploy makes of it.
    """

    pieces: tuple[str | Piece, ...]

    @property
    def pattern(self) -> str:
        """A superset of the texts that it can be."""
        pattern = "".join(one if isinstance(one, str) else one.pattern for one in self.pieces)
        while "**" in pattern:
            pattern = pattern.replace("**", "*")
        return pattern

    @property
    def unresolved(self) -> Unresolved:
        """What stands in a document in its place."""
        if len(self.pieces) == 1:
            only = self.pieces[0]
            return Unresolved(only) if isinstance(only, str) else Unresolved(*only)
        reasons = {one.what: one.why for one in self.pieces if isinstance(one, Piece)}
        names = list(reasons)
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        known = reasons.values()
        why = next((one for one in (SECRET, MISSING) if one in known), AFTER_APPLY)
        return Unresolved(", ".join(names[:_NAMED]) + more, why, self.pattern)


Known = str | Partial


def unknown(what: str, why: str = AFTER_APPLY, pattern: str = "*") -> Partial:
    """Return a value of which nothing is known but a pattern."""
    return Partial((Piece(what, why, pattern),))


def pattern_of(value: Known) -> str:
    """Return a superset of the texts that a value can be."""
    return value.pattern if isinstance(value, Partial) else value


def joined(parts: Iterable[str | Piece | Partial]) -> Known:
    """Return the text that the parts make one after the other; dynamic references are not known."""
    pieces: list[str | Piece] = []
    length = 0
    for part in parts:
        for piece in part.pieces if isinstance(part, Partial) else (part,):
            if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
                pieces[-1] += piece
            elif piece:
                pieces.append(piece)
            length += len(piece) if isinstance(piece, str) else _LONGEST // _MOST_PIECES
        if length > _LONGEST:
            return unknown("a text too long to be followed", MISSING)
    if any(isinstance(piece, str) and _DYNAMIC in piece for piece in pieces):
        pieces = _without_dynamic(pieces)
    if all(isinstance(piece, str) for piece in pieces):
        return "".join(map(str, pieces))
    return Partial(tuple(pieces))


def _without_dynamic(pieces: Sequence[str | Piece]) -> list[str | Piece]:
    """Replace each ``{{resolve:service:...}}``, whose key may itself have unknown pieces.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
    """
    found: list[str | Piece] = []
    reference = ""  # as written so far
    for piece in pieces:
        if isinstance(piece, Piece):
            if reference:
                reference += f"${{{piece.what}}}"
            else:
                found.append(piece)
            continue
        rest = piece
        while rest:
            if not reference:
                before, mark, rest = rest.partition(_DYNAMIC)
                found += [before] if before else []
                reference = mark
                continue
            inside, end, rest = rest.partition(_DYNAMIC_END)
            reference += inside
            if end:
                found.append(_dynamic(reference + end))
                reference = ""
    return [*found, reference] if reference else found


def _dynamic(reference: str) -> Piece:
    """Return what a dynamic reference stands for; only plain parameters are no secret."""
    plain = reference.startswith(f"{_DYNAMIC}ssm:")
    return Piece(reference, MISSING if plain else SECRET)


def hull(patterns: Sequence[str]) -> str:
    """Return one pattern for the texts that any of some patterns stands for; ``*`` for none."""
    different = list(dict.fromkeys(patterns))
    if len(different) == 1:
        return different[0]
    if not different:
        return "*"
    start = _shared_start(different)
    rest = [one[len(start) :][::-1] for one in different]
    return f"{start}*{_shared_start(rest)[::-1]}"


def _shared_start(texts: Sequence[str]) -> str:
    """Return what all texts start with: the first and the last in order differ the soonest."""
    first, last = min(texts), max(texts)
    for place, symbol in enumerate(first):
        if last[place : place + 1] != symbol:
            return first[:place]
    return first
