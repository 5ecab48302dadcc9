"""A template seen in one world: branches taken, references followed, texts put together."""

from collections.abc import Iterator, Mapping
from typing import Any

from payguard import pointer
from payguard.iam.unresolved import MISSING
from payguard.quotation import quote
from payguard.sources.cloudformation import condition, function, parameter, reference
from payguard.sources.cloudformation.partial import Known, Partial, joined, unknown
from payguard.sources.cloudformation.template import LOOP, Resource, Template, function_of
from payguard.sources.cloudformation.world import UndecidedError, World


class Absent:
    """What ``AWS::NoValue`` makes of a value: it is not there."""

    __slots__ = ()


# How deep values may be nested, what names lead to included.
_DEPTH = 30

ABSENT = Absent()
NO_VALUE = {"Ref": "AWS::NoValue"}


class View:
    """A template in one world. It raises UndecidedError where a condition is not decided yet.

    Args:
        template: the template.
        world: the world, which grows where it prefers an outcome.
        is_silent: whether what is wrong is not noted: it was noted elsewhere, or holds only here.

    Attributes:
        outcomes: what conditions came to here.
    """

    def __init__(self, template: Template, world: World, *, is_silent: bool = False) -> None:
        self.template = template
        self.world = world
        self._is_silent = is_silent
        self._following: list[str] = []
        self._named: dict[tuple[str, str], Known] = {}
        self.outcomes: dict[str, bool | UndecidedError] = {}
        self._depth = 0

    def error(self, at: str, message: str) -> None:
        """Note that the value at a JSON Pointer cannot be read."""
        if not self._is_silent:
            self.template.notes.error(at, message)

    def malformed(self, at: str, name: str, message: str) -> Partial:
        """Note that a function is used wrongly; return what stands in its place."""
        self.error(at, f"{name} of {quote(address_of(at))}: {message}")
        return unknown(name, MISSING)

    def holds(self, name: str) -> bool:
        """Tell whether a condition of the template holds; raise UndecidedError if that is open."""
        return condition.holds(self, name)

    def branch(self, value: Any, at: str) -> tuple[Any, str]:
        """Return what stands at a place once the branches of ``Fn::If`` there are taken.

        ABSENT where nothing does; a Partial where the condition is left open or is none.
        """
        while function_of(value) == "Fn::If":
            choice, at = value["Fn::If"], f"{at}/Fn::If"
            if type(choice) is not list or len(choice) != 3 or type(choice[0]) is not str:
                message = "expected a condition's name and two values"
                return self.malformed(at, "Fn::If", message), at
            name = choice[0]
            if name not in self.template.conditions:
                message = f"the condition {quote(name)} is not declared"
                return self.malformed(at, "Fn::If", message), at
            holds = condition.decided(self, name)
            if holds is None:
                return unknown(f"Fn::If {name}"), at
            place = 1 if holds else 2
            value, at = choice[place], f"{at}/{place}"
        return (ABSENT if value == NO_VALUE else value), at

    def value(self, value: Any, at: str) -> Any:
        """Evaluate everything in a value; ABSENT where nothing stands there."""
        if self._depth >= _DEPTH:
            return self.malformed(at, "a value", "nested too deeply, or named by way of too many")
        self._depth += 1
        try:
            return self._value(value, at)
        finally:
            self._depth -= 1

    def _value(self, value: Any, at: str) -> Any:
        value, at = self.branch(value, at)
        if name := function_of(value):
            return function.call(self, name, value[name], f"{at}/{name}")
        if type(value) is dict:
            return self._object(value, at)
        if type(value) is list:
            found = (self.value(one, f"{at}/{index}") for index, one in enumerate(value))
            return [one for one in found if one is not ABSENT]
        if type(value) is str and "{{resolve:" in value:
            return joined((value,))
        return value

    def _object(self, value: Mapping[str, Any], at: str) -> Any:
        if "Fn::Transform" in value:  # may stand beside what it adds to
            return unknown("Fn::Transform", MISSING)
        name = next((key for key in value if key[:4] == "Fn::"), "")
        if name.startswith(LOOP):  # that could not be written out, as is noted
            return unknown(name, MISSING)
        if name:
            return self.malformed(at, name, "it does not stand alone")
        pairs = ((key, self.value(one, pointer.join(at, key))) for key, one in value.items())
        return {key: one for key, one in pairs if one is not ABSENT}

    def text(self, value: Any, at: str) -> Known | Absent:
        """Evaluate a value that has to be text; an unknown one stands for what is none."""
        found = self.value(value, at)
        if isinstance(found, str | Partial | Absent):
            return found
        if isinstance(found, bool):
            return "true" if found else "false"
        if isinstance(found, int | float):
            return str(found)
        self.error(at, f"expected text in {quote(address_of(at))}")
        return unknown(f"a value of {address_of(at)} that is no text", MISSING)

    def items(self, value: Any, at: str) -> Iterator[tuple[Any, str]]:
        """Yield what a list holds, and where, with branches taken but nothing else evaluated.

        A list that is not known yields one Partial, and what is no list yields itself.
        """
        value, at = self.branch(value, at)
        if function_of(value):
            name = function_of(value)
            value = function.call(self, name, value[name], f"{at}/{name}")
        if type(value) is not list:
            if value is not ABSENT and value is not None:
                yield value, at
            return
        for index, one in enumerate(value):
            item, place = self.branch(one, f"{at}/{index}")
            if item is not ABSENT:
                yield item, place

    def exists(self, resource: Resource) -> bool | None:
        """Tell whether a resource is made; None where the world leaves that open."""
        name = resource.body.get("Condition")
        if name is None:
            return True
        if type(name) is not str or name not in self.template.conditions:
            at = f"{resource.pointer}/Condition"
            self.error(at, f"the condition of {quote(resource.address)} is not declared")
            return None if self.world.is_open else True
        return condition.decided(self, name)

    def named(self, name: str, at: str) -> Any:
        """Return what ``Ref`` gives for a name: a text, a list, something unknown, or ABSENT."""
        if name == "AWS::NoValue":
            return ABSENT
        if name in parameter.PSEUDO:
            found = Partial((parameter.PSEUDO[name],))
            return self.world.text(found.pieces) or found
        if name in self.template.parameters:
            return parameter.value(name, self.template.parameters[name], self.world)
        return self.attribute_at(name, "", at)

    def allowed(self, value: Partial) -> frozenset[str] | None:
        """Return the texts that a value can be, if it is a parameter with allowed values."""
        first = value.pieces[0]
        name = "" if isinstance(first, str) else first.what.removeprefix("parameter ")
        declared = self.template.parameters.get(name)
        if declared is None or parameter.subject(name, declared) != value:
            return None
        return parameter.allowed_values(declared)

    def attribute_at(self, address: str, name: str, at: str) -> Known:
        """Return an attribute of a resource that is named at ``at``; see ``attribute``."""
        found = self.attribute(address, name)
        if found is None:
            step = f"{address}.{name}" if name else address
            message = f"{quote(address_of(at))} refers to {quote(step)}, which is not declared"
            self.error(at, message)
            return unknown(step, MISSING)
        return found

    def attribute(self, address: str, name: str) -> Known | None:
        """Return an attribute of a resource, its Ref where ``name`` is empty.

        None where the template has no such resource. A name that refers to itself is an error.
        """
        key = (address, name)
        if key in self._named:
            return self._named[key]
        step = f"{address}.{name}" if name else address
        if step in self._following:
            way = [*self._following[self._following.index(step) :], step]
            at = pointer.join("", "Resources", address)
            self.error(at, f"{quote(address)} refers to itself: {' -> '.join(way)}")
            return unknown(step, MISSING)
        self._following.append(step)
        try:
            found = reference.attribute(self, address, name)
        finally:
            self._following.pop()
        if found is not None:
            self._named[key] = found
        return found


def address_of(at: str) -> str:
    """Return the name of the entry of a section that a JSON Pointer leads into."""
    tokens = pointer.tokens(at)
    return tokens[1] if len(tokens) > 1 else (tokens or ("the template",))[0]
