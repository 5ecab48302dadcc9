"""Policy documents of a template: as objects with functions in them, or as JSON text."""

from collections.abc import Iterator, Mapping
from typing import Any

from payguard import pointer
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import Document, Gap, SourceMap
from payguard.quotation import quote
from payguard.sources import json_text
from payguard.sources.cloudformation.function import call
from payguard.sources.cloudformation.host import JsonHost
from payguard.sources.cloudformation.parameter import has_default
from payguard.sources.cloudformation.partial import Partial
from payguard.sources.cloudformation.template import Template, function_of, is_deep
from payguard.sources.cloudformation.view import ABSENT, View
from payguard.sources.cloudformation.world import MOST, UndecidedError, World, explore
from payguard.sources.host import EmbeddedMap, NestedMap
from payguard_policies.named_tuple import NamedTuple

# So many values may be looked at in all worlds together: of one document, and of a template, after
# which each of its further documents is read in two worlds at most.
_MOST_VALUES, _ALL_VALUES = 100_000, 500_000


class Written(NamedTuple):
    """Where a policy is written, and what it is.

    Attributes:
        value: as written, with functions.
        pointer: where it stands in the template.
        address: of the resource that it belongs to.
        policy_type: as in ``payguard.infrastructure.Document``.
    """

    value: Any
    pointer: str
    address: str
    policy_type: str


# A policy in one world: None where it is not there.
Policy = Document | Gap | None
Variants = tuple[list[tuple[World, Policy]], bool]


class Documents:
    """Reads the policies of a template, each in every world in which it is another one.

    Args:
        template: the template.
    """

    def __init__(self, template: Template) -> None:
        self._template = template
        self._views: dict[World, View] = {}
        self._variants: dict[tuple[str, str], Variants] = {}
        self._left = _ALL_VALUES
        self._has_defaults = any(map(has_default, template.parameters.values()))

    def view(self, world: World) -> View:
        """Return the template as seen in a world."""
        if world not in self._views:
            self._views[world] = View(self._template, world, is_silent=world.defaults)
        return self._views[world]

    def variants(self, written: Written) -> Variants:
        """Return what a policy is in each world, and whether these are all worlds."""
        key = written.address, written.pointer  # a loop makes several resources of one text
        found = self._variants.get(key)
        if found is None:
            found = self._variants[key] = self._explored(written, World())
        return found

    def _explored(self, written: Written, start: World) -> Variants:
        size = _size_with_functions(written.value)
        if size and is_deep(written.value):
            reason = "it is nested too deeply"
            return [(start, _unreadable(self.view(start), written, written.pointer, reason))], True
        if not size:  # whether it is there at all is asked of its resource
            return [(start, read(self.view(World(is_open=True)), written))], True
        allowed = min(MOST, _MOST_VALUES // size, max(2, self._left // size))
        found, complete = explore(
            lambda world: read(self.view(world), written), start, max(1, allowed)
        )
        if not complete:
            found = self._sampled(written, max(1, allowed))
        self._left -= size * len(found)
        found = _shared(found)
        if complete and all(policy is found[0][1] for _, policy in found):
            return [(start, found[0][1])], True
        return found, complete

    def _sampled(self, written: Written, most: int) -> list[tuple[World, Policy]]:
        """Read a policy in some of too many worlds, such that each branch is taken at least once.

        Everything that can hold does, nothing does, and each comparison turned by itself.
        """
        found: list[tuple[World, Policy]] = []
        starts = [World(prefer=True), World(prefer=False)]
        for start in starts:
            if len(found) >= most:
                break
            view = View(self._template, start)
            policy = read(view, written)
            found.append((view.world, policy))
            if len(starts) == 2:
                starts += [
                    World(((atom, not holds),), prefer=True) for atom, holds in view.world.decisions
                ]
        return found

    def policy(self, written: Written, view: View) -> Policy:
        """Return what a policy is in one world; what stays open there is a Gap."""
        variants, complete = self.variants(written)
        if complete and len(variants) == 1:
            return variants[0][1]
        for world, policy in variants if complete and not view.world.is_open else ():
            if _fits(world, view.world):
                return policy
        what = f"which conditions hold for the policy of {written.address}"
        location = self._template.host.location(written.pointer, written.address)
        return Gap(Unresolved(what, MISSING), location, written.policy_type)

    def all(self, written: Written) -> Iterator[Document]:
        """Yield a policy's documents, the one that parameters at their defaults make included."""
        variants, complete = self.variants(written)
        if not complete:
            self._template.notes.gap(self._not_all(written))
        if self._has_defaults and _size_with_functions(written.value):
            variants = [*variants, *self._explored(written, World(defaults=True))[0]]
        documents = [one for _, one in _shared(variants) if isinstance(one, Document)]
        yield from {id(one): one for one in documents}.values()

    def gaps(self, written: Written) -> Iterator[Gap]:
        """Yield what is not known of a policy as a whole."""
        yield from (one for _, one in self.variants(written)[0] if isinstance(one, Gap))

    def _not_all(self, written: Written) -> Gap:
        what = f"the policy of {written.address} under every combination of conditions"
        location = self._template.host.location(written.pointer, written.address)
        return Gap(Unresolved(what, MISSING), location)


def _shared(found: list[tuple[World, Policy]]) -> list[tuple[World, Policy]]:
    """Return policies with one object for those that say the same."""
    distinct: list[Document] = []
    result: list[tuple[World, Policy]] = []
    for world, policy in found:
        same: Policy = policy
        if isinstance(policy, Document):
            same = next((one for one in distinct if one.value == policy.value), policy)
            if same is policy:
                distinct.append(policy)
        result.append((world, same))
    return result


def _fits(world: World, seen: World) -> bool:
    """Tell whether a world is one of those that ``world`` stands for."""
    open_atom = None
    for atom, holds in world.decisions:
        truth = seen.truth(atom)
        if truth is None:
            open_atom = open_atom or atom
        elif truth is not holds:
            return False
    if open_atom is not None:
        raise UndecidedError(open_atom)
    return True


def _size_with_functions(value: Any) -> int:
    """Return how many values a value holds; 0 where there is no function among them."""
    pending, size, plain = [value], 0, True
    while pending:
        one = pending.pop()
        size += 1
        if type(one) is dict:
            pending += one.values()
            plain = plain and not any(key == "Ref" or key[:4] == "Fn::" for key in one)
        elif type(one) is list:
            pending += one
        elif type(one) is Partial or (type(one) is str and "{{resolve:" in one):
            plain = False
    return 0 if plain else size


def read(view: View, written: Written) -> Policy:
    """Read a policy in one world.

    What cannot be read is noted, and a Gap in its place; None where no policy is left, or its
    resource is not made.
    """
    resource = view.template.resources.get(written.address)
    if resource is not None and view.exists(resource) is False:
        return None
    value, at = view.branch(written.value, written.pointer)
    if function_of(value) == "Fn::ToJsonString":
        value, at = view.branch(value["Fn::ToJsonString"], f"{at}/Fn::ToJsonString")
    if (name := function_of(value)) or type(value) is str:
        value = call(view, name, value[name], f"{at}/{name}") if name else view.value(value, at)
    if type(value) is dict:
        return _from_object(view, written, value, at)
    if value is ABSENT:
        return None
    if isinstance(value, Partial):
        return _gap(view, written, at, value.unresolved)
    if type(value) is str:
        return _from_text(view, written, value, at)
    return _unreadable(view, written, at, "it is no object")


def _gap(view: View, written: Written, at: str, unresolved: Unresolved) -> Gap:
    location = view.template.host.location(at, written.address)
    return Gap(unresolved, location, written.policy_type)


def _unreadable(view: View, written: Written, at: str, reason: str) -> Gap:
    """Note what is wrong with a policy, which stays unknown."""
    view.error(at, f"a policy of {quote(written.address)} cannot be read: {reason}")
    what = Unresolved(f"a policy of {written.address} that cannot be read", MISSING)
    return _gap(view, written, at, what)


def _from_text(view: View, written: Written, text: str, at: str) -> Document | Gap:
    try:
        value = json_text.parse(text)
    except json_text.JsonError as error:
        where = f" (line {error.line}, column {error.column} of the text)" if error.line else ""
        return _unreadable(view, written, at, error.message + where)
    if type(value) is not dict:
        return _unreadable(view, written, at, "its text is no JSON object")
    host = view.template.host
    literal = isinstance(host, JsonHost) and host.text[host.place(at).start] == '"'
    source: SourceMap = EmbeddedMap(host, at, text) if literal else NestedMap(host, at)
    return Document(host.path, value, written.policy_type, source, written.address, text)


def _from_object(view: View, written: Written, value: Mapping[str, Any], at: str) -> Document | Gap:
    host = view.template.host
    builder = _Builder(view)
    if _size_with_functions(value):
        built = builder.build(value, at, "")
        if not isinstance(built, dict):
            return _gap(view, written, at, builder.unresolved[0][1])
        value = built
    source = NestedMap(host, at, builder.moved)
    unresolved = tuple(builder.unresolved)
    kind, address = written.policy_type, written.address
    return Document(host.path, value, kind, source, address, unresolved=unresolved)


class _Builder:
    """Builds one document, and remembers which values stand elsewhere than their pointers say.

    Attributes:
        moved: pointers of the document to pointers of the file.
        unresolved: what is not known, with its pointers in the document.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self.moved: dict[str, str] = {}
        self.unresolved: list[tuple[str, Unresolved]] = []

    def build(self, value: Any, at: str, here: str) -> Any:
        """Return what a value at ``at`` of the file is at ``here`` of the document, or ABSENT."""
        value, place = self._view.branch(value, at)
        if place != at:
            self.moved[here] = place
        name = function_of(value)
        if name:
            result = call(self._view, name, value[name], f"{place}/{name}")
            return self._evaluated(result, here)
        if type(value) is dict:
            return self._object(value, place, here)
        if type(value) is list:
            return self._list(value, place, here)
        if type(value) is str and "{{resolve:" not in value:
            return value
        return self._evaluated(self._view.value(value, place), here)

    def _object(self, value: Mapping[str, Any], at: str, here: str) -> Any:
        if any(key[:4] == "Fn::" for key in value):
            return self._evaluated(self._view.value(value, at), here)
        pairs = (
            (key, self.build(one, pointer.join(at, key), pointer.join(here, key)))
            for key, one in value.items()
        )
        return {key: one for key, one in pairs if one is not ABSENT}

    def _list(self, value: list[Any], at: str, here: str) -> list[Any]:
        found: list[Any] = []
        for index, one in enumerate(value):
            target = f"{here}/{len(found)}"
            if index != len(found):
                self.moved[target] = f"{at}/{index}"
            built = self.build(one, f"{at}/{index}", target)
            if built is not ABSENT:
                found.append(built)
            else:
                self.moved.pop(target, None)
        return found

    def _evaluated(self, value: Any, here: str) -> Any:
        """Return an evaluated value with an Unresolved in place of what is not known."""
        if isinstance(value, Partial):
            unresolved = value.unresolved
            self.unresolved.append((here, unresolved))
            return unresolved
        if type(value) is list:
            return [self._evaluated(one, f"{here}/{index}") for index, one in enumerate(value)]
        if type(value) is dict:
            return {
                key: self._evaluated(one, pointer.join(here, key)) for key, one in value.items()
            }
        return value
