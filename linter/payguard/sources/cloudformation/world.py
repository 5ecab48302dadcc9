"""Conditions: one template is several stacks, and each is looked at by itself.

Which branch of an ``Fn::If`` is taken depends on parameters, and every parameter can be given
another value than its default. Taking both branches at once would be wrong twice over: an Allow of
the one and a Deny of the other never meet. So what depends on conditions is read once for every way
in which they can come out. A world is such a way, as far as anything has asked: it holds what is
decided about single comparisons (``Env is prod``), so that conditions that are made of the same
comparison, or are each other's opposite, always agree.
"""

from collections.abc import Callable
from typing import TypeVar

from payguard.sources.cloudformation.partial import Piece
from payguard_policies.named_tuple import NamedTuple

# More ways than this are not followed one by one: what hangs on them stays undecided.
MOST = 16

_Result = TypeVar("_Result")


class Atom(NamedTuple):
    """A comparison whose outcome depends on the deploy.

    Attributes:
        subject: the value that is compared.
        other: what it is compared with: a text, or a value that is not known either.
        allowed: the texts that the subject can be; None where any can be.
    """

    subject: tuple[str | Piece, ...]
    other: str | tuple[str | Piece, ...]
    allowed: frozenset[str] | None = None


class UndecidedError(Exception):
    """A comparison has to be decided before the reading can go on."""

    def __init__(self, atom: Atom) -> None:
        super().__init__("a condition is not decided")
        self.atom = atom


class World(NamedTuple):
    """One way in which the conditions of a template can come out.

    Attributes:
        decisions: comparisons, and whether they hold.
        defaults: whether every parameter has its default value.
        prefer: what is taken for comparisons that are not decided; None to ask for a decision.
        is_open: whether what is not decided stays so: an Fn::If is then a value that is not known.
    """

    decisions: tuple[tuple[Atom, bool], ...] = ()
    defaults: bool = False
    prefer: bool | None = None
    is_open: bool = False

    def truth(self, atom: Atom) -> bool | None:
        """Tell whether a comparison holds; None where that is not decided."""
        remaining = set(atom.allowed or ())
        for one, holds in self.decisions:
            if one.subject != atom.subject:
                continue
            if one.other == atom.other:
                return holds
            if isinstance(one.other, str) and isinstance(atom.other, str):
                if holds:
                    return False
                remaining.discard(one.other)
        if atom.allowed is not None and (atom.other not in remaining or len(remaining) == 1):
            return atom.other in remaining
        return None

    def decide(self, atom: Atom, *, holds: bool) -> "World":
        """Return this world with one more comparison decided."""
        return self._replace(decisions=(*self.decisions, (atom, holds)))

    def text(self, subject: tuple[str | Piece, ...]) -> str | None:
        """Return the text that a value was found equal to; None where there is none."""
        for atom, holds in self.decisions:
            if holds and atom.subject == subject and isinstance(atom.other, str):
                return atom.other
        return None


def explore(
    evaluate: Callable[[World], _Result], start: World | None = None, most: int = MOST
) -> tuple[list[tuple[World, _Result]], bool]:
    """Evaluate something in every world in which it comes out differently.

    Args:
        evaluate: returns what is wanted in a world, or raises UndecidedError.
        start: what is decided beforehand; None for nothing.
        most: the number of worlds to look at.

    Returns:
        The results with their worlds, and whether these are all.
    """
    found: list[tuple[World, _Result]] = []
    pending = [World() if start is None else start]
    while pending:
        if len(found) + len(pending) > most:
            return found, False
        world = pending.pop()
        try:
            found.append((world, evaluate(world)))
        except UndecidedError as error:
            pending.append(world.decide(error.atom, holds=False))
            pending.append(world.decide(error.atom, holds=True))
    return found, True
