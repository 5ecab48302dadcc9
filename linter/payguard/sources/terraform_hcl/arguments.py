"""The arguments of a function call, as functions ask for them."""

from collections.abc import Iterable, Mapping
from typing import Any

from payguard.sources.terraform_hcl.datum import (
    Datum,
    Note,
    Work,
    closed,
    entries,
    items,
    number,
    text,
    whole_number,
)
from payguard.sources.terraform_hcl.evaluate import Scope
from payguard_policies.named_tuple import NamedTuple

_NOTHING = Note()


class Arguments(NamedTuple):
    """What a function is called with.

    The methods raise UnknownError where an argument is not known, EvaluationError where it is
    of another type, and IndexError where it is missing.

    Attributes:
        all: the arguments.
        at: a value that stands where the call does.
        scope: where the call stands.
    """

    all: list[Datum]
    at: Datum
    scope: Scope

    @property
    def work(self) -> Work:
        """The bounds of the evaluation."""
        return self.scope.module.work

    def text(self, place: int) -> str:
        """Return an argument as a text."""
        return text(self.all[place])

    def marked(self, place: int) -> str:
        """Return an argument as a text with marks for what is not known."""
        return self.work.marked(self.all[place])

    def number(self, place: int) -> float:
        """Return an argument as a number."""
        return number(self.all[place])

    def whole(self, place: int) -> int:
        """Return an argument as a whole number."""
        return whole_number(self.all[place])

    def items(self, place: int) -> list[Datum]:
        """Return the elements of an argument, some of which may stand for any number."""
        return items(self.all[place])

    def closed(self, place: int) -> list[Datum]:
        """Return the elements of an argument that has a known number of them."""
        return closed(self.all[place])

    def entries(self, place: int) -> Mapping[str, Datum]:
        """Return the entries of an argument."""
        return entries(self.all[place])

    def datum(self, data: Any) -> Datum:
        """Return a value that the function made."""
        return self.at._replace(data=data, note=_NOTHING)

    def list_of(self, found: Iterable[Any]) -> list[Datum]:
        """Return a list of values that the function made."""
        made = [self.datum(item) for item in found]
        self.work.spend(len(made))
        return made

    def marked_text(self, marked: str) -> Datum:
        """Return a text that the function made, with marks for what is not known."""
        return self.work.text_datum(marked, self.at)
