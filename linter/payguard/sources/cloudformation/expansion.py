"""Resources of a template, with the loops of ``Fn::ForEach`` written out.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from payguard import pointer
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import Gap
from payguard.quotation import quote
from payguard.sources.cloudformation.template import (
    LOOP,
    Resource,
    Template,
    is_deep,
    resource,
)
from payguard.sources.cloudformation.view import View, address_of
from payguard.sources.cloudformation.world import World
from payguard_policies.named_tuple import NamedTuple

# Values that all loops of a template may write out together.
_MOST = 20_000
_NOTHING: Mapping[str, str] = {}
# Stands for what a loop makes that is not known: noted where the loop is read.
_UNKNOWN: list[object] = []


class _Loop(NamedTuple):
    variable: str
    values: list[str]


class _TooManyError(Exception):
    pass


class Expansion:
    """Writes out the loops of one template.

    Args:
        template: the template, whose resources need not be there yet.
    """

    def __init__(self, template: Template) -> None:
        self._template = template
        self._loops = LOOP in template.host.text
        self._written = 0

    def expand(self) -> None:
        """Give the template its resources, and conditions without loops."""
        if any(name.startswith(LOOP) for name in self._template.conditions):
            written = dict(self._template.conditions)
            self._template.conditions.clear()
            for name, value, _ in self._entries(written, "/Conditions"):
                if value is not _UNKNOWN:
                    self._template.conditions[name] = value
        for one in self._resources():
            self._template.resources[one.address] = one

    def _resources(self) -> Iterator[Resource]:
        declared: set[str] = set()
        try:
            for address, body, at in self._entries(self._template.value["Resources"], "/Resources"):
                found = self._resource(address, body, at)
                if found is not None and address in declared:
                    self._template.notes.error(at, f"{quote(address)} is declared twice")
                elif found is not None:
                    declared.add(address)
                    yield found
        except _TooManyError:
            message = "the loops write out more than a template can hold: the rest is not read"
            self._template.notes.error("/Resources", message)

    def _resource(self, address: str, body: Any, at: str) -> Resource | None:
        if address == "Fn::Transform":
            self._gap(address, at)
        if address == "Fn::Transform" or body is _UNKNOWN:
            return None
        found = resource(self._template, address, body, at)
        if found is None or not self._loops:
            return found
        if is_deep(found.body):
            message = f"{quote(address)} is nested too deeply for loops to be written out"
            self._template.notes.error(at, message)
            return found
        return found._replace(body=self._inside(found.body, at))

    def _inside(self, value: Any, at: str) -> Any:
        """Return a value with the loops inside it written out."""
        if type(value) is dict:
            entries = self._entries(value, at)
            return {name: self._inside(one, place) for name, one, place in entries}
        if type(value) is list:
            return [self._inside(one, f"{at}/{index}") for index, one in enumerate(value)]
        return value

    def _entries(
        self, section: Mapping[str, Any], at: str, bound: Mapping[str, str] = _NOTHING
    ) -> Iterator[tuple[str, Any, str]]:
        """Yield name, value and place of what an object holds; a loop that is not known stays.

        Args:
            section: as written.
            at: where it stands.
            bound: the variables of the loops around it.
        """
        for name, value in section.items():
            place = pointer.join(at, name)
            if name.startswith(LOOP):
                loop = self._loop(name, self._filled(value, bound), place)
                if loop is None:
                    yield name, _UNKNOWN, place
                    continue
                for one in loop.values:
                    inner = {**bound, loop.variable: one}
                    yield from self._entries(value[2], f"{place}/2", inner)
            elif bound:
                yield _replaced(name, bound), self._filled(value, bound), place
            else:
                yield name, value, place

    def _loop(self, name: str, value: Any, at: str) -> _Loop | None:
        """Return a loop whose collection is known; note the others."""
        notes = self._template.notes
        fits = type(value) is list and len(value) == 3 and not is_deep(value)
        if not fits or type(value[0]) is not str or type(value[2]) is not dict:
            where = "" if address_of(at) == name else f" in {quote(address_of(at))}"
            message = f"{quote(name)}{where} is no loop: expected a name, a list and an object"
            notes.error(at, message)
            return None
        found = View(self._template, World(is_open=True)).value(value[1], f"{at}/1")
        if type(found) is not list or not all(type(one) is str for one in found):
            self._gap(name, at)
            return None
        return _Loop(value[0], found)

    def _filled(self, value: Any, bound: Mapping[str, str]) -> Any:
        """Return a copy of what is repeated, with the variables of loops filled in."""
        if not bound:
            return value
        self._written += 1
        if self._written > _MOST:
            raise _TooManyError
        if type(value) is dict:
            name = value.get("Ref") if len(value) == 1 else None
            if type(name) is str and name in bound:
                return bound[name]
            return {_replaced(key, bound): self._filled(one, bound) for key, one in value.items()}
        if type(value) is list:
            return [self._filled(one, bound) for one in value]
        return _replaced(value, bound) if type(value) is str else value

    def _gap(self, name: str, at: str) -> None:
        location = self._template.host.location(at, address_of(at))
        self._template.notes.gap(Gap(Unresolved(name, MISSING), location))


def _replaced(text: str, bound: Mapping[str, str]) -> str:
    """Return a text with variables filled in, as ``${X}``, or as letters and digits by ``&{X}``."""
    if "{" in text:
        for name, value in bound.items():
            text = text.replace(f"${{{name}}}", value)
            text = text.replace(f"&{{{name}}}", "".join(filter(str.isalnum, value)))
    return text
