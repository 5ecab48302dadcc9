"""Roles of a template: what belongs together is put together, in every world by itself.

Only what speaks of the same roles is looked at together, so that a condition somewhere else in the
template does not multiply the worlds. A role that comes out differently is there several times,
with the conditions that tell in its address: ``Agent (IsProd)`` and ``Agent (not IsProd)``. The
address of its location is the logical id in any case.
"""

from collections.abc import Callable, Hashable, Iterator
from typing import Any

from payguard.iam.document import IDENTITY
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import Gap, Role
from payguard.sources.cloudformation import identity, serverless
from payguard.sources.cloudformation.condition import decided
from payguard.sources.cloudformation.document import Documents, Policy, Written
from payguard.sources.cloudformation.piece import (
    Managed,
    Piece,
    assembled,
    declared_keys,
    policy_keys,
    role_keys,
)
from payguard.sources.cloudformation.template import Resource, Template
from payguard.sources.cloudformation.view import View
from payguard.sources.cloudformation.world import World, explore
from payguard_policies.named_tuple import NamedTuple

_Outcomes = dict[str, bool]
_Reader = Callable[[Resource, View, identity.ReadPolicy], Iterator[Piece]]


class _Entity(NamedTuple):
    """A resource that speaks of roles.

    Attributes:
        resource: the resource.
        declares: what the role or policy that it declares can be found by, in any world.
        roles, policies: what the roles and managed policies can be found by that it speaks of.
        is_settled: whether it says the same in every world, its policies aside.
        is_whole: whether all worlds were looked at.
        pieces: what it says, if that is the same in every world; else None.
    """

    resource: Resource
    declares: frozenset[Hashable]
    roles: frozenset[Hashable]
    policies: frozenset[Hashable]
    is_settled: bool
    is_whole: bool
    pieces: list[Piece] | None


class Stack:
    """The roles of one template.

    Args:
        template: the template.
        documents: reads its policies.
    """

    def __init__(self, template: Template, documents: Documents) -> None:
        self._template = template
        self._documents = documents

    def roles(self) -> list[Role]:
        """Return the roles, users and groups; gaps of no role are noted."""
        entities = [
            self._entity(one) for one in self._template.resources.values() if _read(one) is not None
        ]
        declaring = {key: one for one in entities for key in one.declares}
        found: list[Role] = []
        for group in _grouped(entities):
            wanted = {key for one in group for key in one.policies}
            inside = {one.resource.address for one in group}
            named = {
                declaring[key].resource.address: declaring[key] for key in wanted & declaring.keys()
            }
            others = [one for address, one in named.items() if address not in inside]
            found += self._of_group(group, others)
        return found

    def _entity(self, resource: Resource) -> _Entity:
        several: list[Written] = []

        def read(written: Written, view: View) -> Policy:
            variants, complete = self._documents.variants(written)
            if complete and len(variants) == 1:
                return variants[0][1]
            several.append(written)
            location = view.template.host.location(written.pointer, written.address)
            return Gap(Unresolved(written.address), location, written.policy_type)

        def look(world: World) -> list[Piece]:
            return self._pieces(resource, self._documents.view(world), read)

        found, complete = explore(look)
        every = [piece for _, pieces in found for piece in pieces]
        return _Entity(
            resource,
            frozenset(key for piece in every for key in declared_keys(piece)),
            frozenset(key for piece in every for key in role_keys(piece)),
            frozenset(key for piece in every for key in policy_keys(piece)),
            len(found) == 1,
            complete,
            every if complete and len(found) == 1 and not several else None,
        )

    @staticmethod
    def _pieces(resource: Resource, view: View, read: identity.ReadPolicy) -> list[Piece]:
        reader = _read(resource)
        if reader is None or view.exists(resource) is False:
            return []
        return list(reader(resource, view, read))

    def _said(self, entity: _Entity, view: View) -> list[Piece]:
        """Return what a resource says in one world."""
        if entity.pieces is not None:
            return entity.pieces
        return self._pieces(entity.resource, view, self._documents.policy)

    def _of_group(self, group: list[_Entity], others: list[_Entity]) -> list[Role]:
        """Return the roles of a group in every world; ``others`` declare policies they use."""

        def look(world: World) -> tuple[tuple[Role, ...], list[Gap]]:
            view = self._documents.view(world)
            found = [piece for one in group for piece in self._said(one, view)]
            for other in others:
                found += [one for one in self._said(other, view) if isinstance(one, Managed)]
            return assembled(found)

        found, complete = explore(look)
        if not complete or not all(one.is_whole for one in (*group, *others)):
            return self._open(group, others)
        for _, (_, gaps) in found:
            for gap in gaps:
                self._template.notes.gap(gap)
        names = _conditions(group) if len(found) > 1 else []
        seen = [
            (self._outcomes(world, names), role) for world, (roles, _) in found for role in roles
        ]
        return _merged(seen)

    def _outcomes(self, world: World, names: list[str]) -> _Outcomes:
        """Return what conditions come to in a world, as far as that is decided."""
        view = self._documents.view(world._replace(is_open=True))
        found = {name: decided(view, name) for name in names if name in self._template.conditions}
        return {name: holds for name, holds in found.items() if holds is not None}

    def _open(self, group: list[_Entity], others: list[_Entity]) -> list[Role]:
        """Return roles under more combinations of conditions than are followed one by one.

        What depends on no condition is there; that there is more is said of each of them.
        """
        view = self._documents.view(World(is_open=True))
        found: list[Piece] = []
        for one in (*group, *others):
            pieces = self._said(one, view)
            declares = [piece for piece in pieces if list(declared_keys(piece))]
            found += pieces if one.is_settled and one in group else declares
        roles, gaps = assembled(found)
        for gap in gaps:
            self._template.notes.gap(gap)
        what = Unresolved("what holds under each combination of conditions", MISSING)
        return [
            role._replace(gaps=(*role.gaps, Gap(what, role.location, IDENTITY))) for role in roles
        ]


def _read(resource: Resource) -> _Reader | None:
    """Return what reads a resource, if it speaks of roles."""
    if resource.type in identity.TYPES:
        return identity.pieces
    return serverless.pieces if resource.type in serverless.TYPES else None


def _grouped(entities: list[_Entity]) -> Iterator[list[_Entity]]:
    """Yield what speaks of the same roles; everything together if a part was not seen whole."""
    if not all(one.is_whole for one in entities):
        yield entities
        return
    lead: dict[Hashable, int] = {}
    parent = list(range(len(entities)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for place, one in enumerate(entities):
        for key in one.roles:
            parent[root(place)] = root(lead.setdefault(key, place))
    groups: dict[int, list[_Entity]] = {}
    for place, one in enumerate(entities):
        groups.setdefault(root(place), []).append(one)
    yield from groups.values()


def _conditions(group: list[_Entity]) -> list[str]:
    """Return the conditions that some resources name, in their order."""
    found: dict[str, None] = {}
    pending: list[Any] = [one.resource.body for one in reversed(group)]
    while pending:
        one = pending.pop()
        if type(one) is dict:
            choice = one.get("Fn::If")
            named = choice[0] if type(choice) is list and choice else one.get("Condition")
            if type(named) is str:
                found[named] = None
            pending += reversed(one.values())
        elif type(one) is list:
            pending += reversed(one)
    return list(found)


def _merged(seen: list[tuple[_Outcomes, Role]]) -> list[Role]:
    """Return each role once; one that differs between worlds with what tells them apart."""
    variants: dict[str, list[tuple[Role, list[_Outcomes]]]] = {}
    for outcomes, role in seen:
        known = variants.setdefault(role.address, [])
        same = next((worlds for one, worlds in known if one == role), None)
        if same is None:
            known.append((role, [outcomes]))
        else:
            same.append(outcomes)
    return [
        role._replace(address=f"{address} ({_told(place, known)})") if len(known) > 1 else role
        for address, known in variants.items()
        for place, (role, _) in enumerate(known)
    ]


def _told(place: int, known: list[tuple[Role, list[_Outcomes]]]) -> str:
    """Say which conditions hold where a role comes out so, and nowhere else."""
    own = known[place][1]
    others = [world for at, (_, worlds) in enumerate(known) if at != place for world in worlds]
    shared = [one for one in own[0].items() if all(world.get(one[0]) is one[1] for world in own)]
    told: list[str] = []
    while others and shared:
        name, holds = min(shared, key=lambda one: len(_agreeing(others, *one)))
        shared.remove((name, holds))
        rest = _agreeing(others, name, holds=holds)
        if len(rest) < len(others):
            told.append(name if holds else f"not {name}")
            others = rest
    return ", ".join(told) if not others else f"case {place + 1} of {len(known)}"


def _agreeing(worlds: list[_Outcomes], name: str, holds: bool) -> list[_Outcomes]:
    """Return the worlds in which a condition may come out so."""
    return [world for world in worlds if world.get(name, holds) is holds]
