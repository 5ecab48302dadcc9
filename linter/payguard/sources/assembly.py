"""Joins what a reader finds piece by piece: roles, policies, and what attaches one to another."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from payguard.finding import Location, Span
from payguard.iam.document import BOUNDARY, IDENTITY
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import ROLE, Document, Gap, Role, Text
from payguard_policies.named_tuple import NamedTuple


class Reference(NamedTuple):
    """How a piece names another: by its address, its ARN or its name, as far as they are known.

    Attributes:
        address: the address of a resource of the same input; empty if it is not named so.
        name: its name in IAM.
        arn: its ARN.
        kind: of a role, ROLE, USER or GROUP.
    """

    address: str = ""
    name: Text = ""
    arn: Text = ""
    kind: str = ROLE

    @property
    def keys(self) -> Iterator[tuple[str, str]]:
        """What the piece can be found by, the surest first."""
        if self.address:
            yield "address", self.address
        if isinstance(self.arn, str) and self.arn:
            yield "arn", self.arn
        if isinstance(self.name, str) and self.name:
            yield f"{self.kind} name", self.name

    @property
    def unresolved(self) -> Unresolved:
        """What is not known, where it names nothing that is in the input."""
        for text in (self.arn, self.name):
            if isinstance(text, Unresolved):
                return text
        return Unresolved(str(self.address or self.arn or self.name), MISSING)


class Attachment(NamedTuple):
    """A policy attached to a role, as identity policy or as boundary (``part``)."""

    role: Reference
    policy: Reference
    location: Location
    part: str = IDENTITY


class Inline(NamedTuple):
    """A policy that is declared apart from the role whose inline policy it is."""

    role: Reference
    policy: Document | Gap
    location: Location


@dataclass(slots=True)
class Assembly:
    """The pieces of one input; ``roles`` joins them once all are there."""

    _roles: list[Role] = field(default_factory=list)
    _policies: dict[tuple[str, str], Document | Gap] = field(default_factory=dict)
    _attachments: list[Attachment] = field(default_factory=list)
    _inline: list[Inline] = field(default_factory=list)
    _members: list[tuple[Reference, Reference, Location]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def role(self, role: Role) -> None:
        """Add a role, user or group with what its own declaration says."""
        self._roles.append(role)

    def policy(self, named: Reference, policy: Document | Gap) -> None:
        """Add a managed policy; a Gap where its document is not known."""
        for key in named.keys:
            self._policies[key] = policy

    def inline(self, role: Reference, policy: Document | Gap, location: Location) -> None:
        """Add an inline policy that is declared apart from its role."""
        self._inline.append(Inline(role, policy, location))

    def attach(
        self, role: Reference, policy: Reference, location: Location, part: str = IDENTITY
    ) -> None:
        """Add the attachment of a managed policy, or of a boundary."""
        self._attachments.append(Attachment(role, policy, location, part))

    def member(self, user: Reference, group: Reference, location: Location) -> None:
        """Add the membership of a user in a group."""
        self._members.append((user, group, location))

    def roles(self) -> tuple[Role, ...]:
        """Return the roles with everything that belongs to them.

        A role that is only referred to is there as well, with a gap; a piece whose role is not
        known is among ``gaps``.
        """
        known = _Known()
        for role in self._roles:
            known.add(role)
        for inline in self._inline:
            self._put(known, inline.role, inline.location, _policy(inline.policy))
        for attachment in self._attachments:
            part = self._attached(attachment)
            self._put(known, attachment.role, attachment.location, part)
        for user, group, location in self._members:
            self._join(known, user, group, location)
        return known.roles()

    def _put(self, known: "_Known", role: Reference, location: Location, part: Role) -> None:
        place = known.find(role)
        if place is None:
            place = known.outside(role, location)
        if place is None:
            self.gaps.append(Gap(role.unresolved, location, IDENTITY))
        else:
            known.pieces[place].join(part)

    def _attached(self, attachment: Attachment) -> Role:
        """Return a role that has nothing but what is attached."""
        wanted, part = attachment.policy, attachment.part
        found = next((self._policies[key] for key in wanted.keys if key in self._policies), None)
        if found is not None:
            return _policy(found, part)
        if isinstance(wanted.arn, str) and wanted.arn:
            arn = wanted.arn
            return _NOTHING._replace(boundary_arn=arn) if part == BOUNDARY else _managed(arn)
        return _policy(Gap(wanted.unresolved, attachment.location), part)

    def _join(self, known: "_Known", user: Reference, group: Reference, location: Location) -> None:
        place, source = known.find(user), known.find(group)
        if place is None:
            return  # a user that is not in the input: nothing is asked about it
        if source is None:
            gap = Gap(group.unresolved, location, IDENTITY)
            known.pieces[place].join(_NOTHING._replace(gaps=(gap,)))
            return
        of_group = known.pieces[source].role()
        gained = _NOTHING._replace(
            identity=of_group.identity, managed=of_group.managed, gaps=of_group.gaps
        )
        known.pieces[place].join(gained)


_NOTHING = Role("", Location("", Span(0, 0, 0, 0)))


def _managed(arn: str) -> Role:
    return _NOTHING._replace(managed=(arn,))


def _policy(policy: Document | Gap, part: str = IDENTITY) -> Role:
    if isinstance(policy, Gap):
        return _NOTHING._replace(gaps=(policy._replace(part=part),))
    if part == BOUNDARY:
        return _NOTHING._replace(boundary=policy._replace(policy_type=BOUNDARY))
    return _NOTHING._replace(identity=(policy,))


class _Pieces:
    """One role and what has been joined to it: in lists, as there can be many."""

    def __init__(self, role: Role) -> None:
        self._role = role
        self._identity = {id(one): one for one in role.identity}
        self._managed = dict.fromkeys(role.managed)
        self._gaps = list(role.gaps)

    def join(self, part: Role) -> None:
        """Add what ``part`` has; the same policy counts once."""
        for one in part.identity:
            self._identity.setdefault(id(one), one)
        self._managed.update(dict.fromkeys(part.managed))
        self._gaps += part.gaps
        self._role = self._role._replace(
            boundary=part.boundary or self._role.boundary,
            boundary_arn=part.boundary_arn or self._role.boundary_arn,
        )

    def role(self) -> Role:
        """Return the role with everything."""
        return self._role._replace(
            identity=tuple(self._identity.values()),
            managed=tuple(self._managed),
            gaps=tuple(dict.fromkeys(self._gaps)),
        )


class _Known:
    """The roles of an input, found by address, ARN or name."""

    def __init__(self) -> None:
        self.pieces: list[_Pieces] = []
        self._places: dict[tuple[str, str], int] = {}

    def roles(self) -> tuple[Role, ...]:
        """Return the roles, in the order in which they were added."""
        return tuple(each.role() for each in self.pieces)

    def add(self, role: Role) -> None:
        place = len(self.pieces)
        self.pieces.append(_Pieces(role))
        for key in Reference(role.address, role.name, role.arn, role.kind).keys:
            self._places.setdefault(key, place)

    def find(self, wanted: Reference) -> int | None:
        """Return the place of a role; None if it is not in the input."""
        keys = [*wanted.keys, *_by_name(wanted)]
        return next((self._places[key] for key in keys if key in self._places), None)

    def outside(self, wanted: Reference, location: Location) -> int | None:
        """Add a role that is only referred to, by a name that is known; return its place."""
        name = wanted.name or next((name for _, name in _by_name(wanted)), "")
        if not isinstance(name, str) or not name:
            return None
        gap = Gap(Unresolved(f"the declaration of {wanted.kind} {name}", MISSING), location)
        self.add(Role(name, location, wanted.kind, name, wanted.arn or "", gaps=(gap,)))
        return len(self.pieces) - 1


def _by_name(wanted: Reference) -> Iterator[tuple[str, str]]:
    """Yield the name that an ARN ends with."""
    if isinstance(wanted.arn, str) and wanted.arn:
        yield f"{wanted.kind} name", wanted.arn.rpartition("/")[2]


def as_used(documents: Iterable[Document], roles: Iterable[Role]) -> tuple[Document, ...]:
    """Return documents; those that are boundaries and nothing else are of that type.

    They are then the objects that the roles have.
    """
    allowing = {id(document) for role in roles for document in role.identity}
    boundaries = {_written(role.boundary): role.boundary for role in roles if role.boundary}
    return tuple(
        document if id(document) in allowing else boundaries.get(_written(document), document)
        for document in documents
    )


def _written(document: Document) -> tuple[str, int]:
    """Return what a policy and its copy of another type have in common."""
    return document.address, id(document.source)
