"""What the Conditions of a template come to in a world.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payguard import pointer
from payguard.iam.wildcard import matches
from payguard.quotation import quote
from payguard.sources.cloudformation.partial import Known, Partial
from payguard.sources.cloudformation.world import Atom, UndecidedError

if TYPE_CHECKING:
    from payguard.sources.cloudformation.view import View

_MOST_OPERANDS = 10
_DEPTH = 20


def holds(view: View, name: str) -> bool:
    """Tell whether a condition of the template holds; raise UndecidedError if that is open."""
    return _Asking(view).named(name, "")


def decided(view: View, name: str) -> bool | None:
    """Tell whether a condition holds; None where the world leaves open what is not decided."""
    try:
        return view.holds(name)
    except UndecidedError:
        if view.world.is_open:
            return None
        raise


class _Asking:
    """One question about a condition, with the conditions it has led to so far."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._way: list[str] = []
        self._depth = 0

    def named(self, name: str, at: str) -> bool:
        conditions = self._view.template.conditions
        place = pointer.join("", "Conditions", name)
        if name not in conditions:
            return self._malformed(at, f"the condition {quote(name)} is not declared", name)
        if name in self._way:
            way = " -> ".join([*self._way[self._way.index(name) :], name])
            message = f"the condition {quote(name)} refers to itself: {way}"
            return self._malformed(place, message, name)
        return self._remembered(name, place)

    def _remembered(self, name: str, at: str) -> bool:
        """Ask once about each condition: those that name each other can multiply with each step."""
        outcome = self._view.outcomes.get(name)
        if outcome is None:
            self._way.append(name)
            try:
                outcome = self._holds(self._view.template.conditions[name], at)
            except UndecidedError as error:
                outcome = error
            finally:
                self._way.pop()
            self._view.outcomes[name] = outcome
        if isinstance(outcome, UndecidedError):
            raise outcome
        return outcome

    def _holds(self, node: Any, at: str) -> bool:
        if self._depth >= _DEPTH:
            name = self._way[-1]
            return self._malformed(at, f"the condition {quote(name)} is nested too deeply", name)
        self._depth += 1
        try:
            return self._outcome(node, at)
        finally:
            self._depth -= 1

    def _malformed(self, at: str, message: str, name: str) -> bool:
        """Note what is wrong; how such a condition comes out is as open as any other."""
        self._view.error(at, message)
        return self._decide(Atom((f"condition {name}",), "true"))

    def _outcome(self, node: Any, at: str) -> bool:
        if type(node) is dict and len(node) == 1:
            name, operands = next(iter(node.items()))
            place = f"{at}/{name}"
            if name == "Condition" and type(operands) is str:
                return self.named(operands, place)
            if type(operands) is list and 0 < len(operands) <= _MOST_OPERANDS:
                if name == "Fn::Equals" and len(operands) == 2:
                    return self._equals(operands, place)
                if name == "Fn::Not" and len(operands) == 1:
                    return not self._holds(operands[0], f"{place}/0")
                if name in {"Fn::And", "Fn::Or"}:
                    return self._any_of(operands, place, wanted=name == "Fn::Or")
        message = f"the condition {quote(self._way[-1])} cannot be read"
        return self._malformed(at, message, self._way[-1])

    def _any_of(self, operands: list[Any], at: str, *, wanted: bool) -> bool:
        """Tell whether an operand comes out as wanted, if any does; else the opposite."""
        undecided = None
        for index, operand in enumerate(operands):
            try:
                if self._holds(operand, f"{at}/{index}") is wanted:
                    return wanted
            except UndecidedError as error:
                undecided = undecided or error
        if undecided is not None:
            raise undecided
        return not wanted

    def _equals(self, operands: list[Any], at: str) -> bool:
        left, right = (
            _text(self._view.value(one, f"{at}/{index}")) for index, one in enumerate(operands)
        )
        if left is None or right is None:
            message = f"the condition {quote(self._way[-1])} compares what is no text"
            return self._malformed(at, message, self._way[-1])
        if isinstance(left, str):
            left, right = right, left
        if isinstance(left, str) or left == right:
            return left == right
        return self._compare(left, right)

    def _compare(self, left: Partial, right: Known) -> bool:
        if isinstance(right, Partial):
            return self._decide(Atom(left.pieces, right.pieces))
        atom = Atom(left.pieces, right, self._view.allowed(left))
        return matches(left.pattern, right) and self._decide(atom)

    def _decide(self, atom: Atom) -> bool:
        view = self._view
        found = view.world.truth(atom)
        if found is not None:
            return found
        taken = view.world.prefer
        if taken is None:
            raise UndecidedError(atom)
        view.world = view.world.decide(atom, holds=taken)
        return taken


def _text(value: Any) -> Known | None:
    if isinstance(value, str | Partial):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None
