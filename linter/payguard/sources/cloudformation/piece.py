"""What one resource says about roles: who they are, what they may do, what is attached to whom."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from payguard.finding import Location
from payguard.iam.document import IDENTITY
from payguard.infrastructure import ROLE, Document, Gap, Role, Text
from payguard.quotation import quote
from payguard.sources.assembly import Assembly, Reference
from payguard.sources.cloudformation.parameter import ACCOUNT, PARTITION
from payguard.sources.cloudformation.partial import Known, Partial
from payguard.sources.cloudformation.reference import KINDS, MANAGED_POLICY, implied_role
from payguard.sources.cloudformation.template import function_of
from payguard.sources.cloudformation.view import View, address_of
from payguard_policies.named_tuple import NamedTuple

POLICY = "policy"
_OF_POLICY, _OF_AWS = ":policy/", ":iam::aws:policy/"


class Target(NamedTuple):
    """How a property names a role, user, group or managed policy.

    Attributes:
        kind: ROLE, USER, GROUP or POLICY.
        address: its logical id, where it is referred to.
        text: else its name, or a policy's ARN.
    """

    kind: str
    address: str = ""
    text: Known = ""

    @property
    def keys(self) -> Iterator[Hashable]:
        """What this may have in common with the names of what is declared."""
        if self.address:
            yield self.address
        elif self.kind == POLICY and (tail := _tail(self.text)):
            yield POLICY, tail
        else:
            yield self.kind, self.text

    def reference(self, declared: Mapping[Hashable, str]) -> Reference:
        """Return this as the assembly wants it.

        Args:
            declared: the logical ids of what is declared, by ``keys``.
        """
        if self.address:
            return Reference(self.address, kind=self.kind)
        address = next((declared[key] for key in self.keys if key in declared), "")
        known = text_of(self.text)
        if self.kind != POLICY:
            return Reference(address, name=known, kind=self.kind)
        # A text that names an account need not name this one.
        here = isinstance(self.text, Partial) and ACCOUNT in self.text.pieces
        return Reference(address if here else "", arn=_of_aws(self.text) or known)


class Attached(NamedTuple):
    """A managed policy attached to a role, as identity policy or as boundary (``part``)."""

    role: Target
    policy: Target
    location: Location
    part: str = IDENTITY


class Inline(NamedTuple):
    """A policy that is declared apart from its role."""

    role: Target
    policy: Document | Gap
    location: Location


class Member(NamedTuple):
    """A user's membership in a group."""

    user: Target
    group: Target
    location: Location


class Managed(NamedTuple):
    """A managed policy that is declared here."""

    target: Target
    policy: Document | Gap


class Declared(NamedTuple):
    """A role, user or group with what its own declaration says."""

    target: Target
    role: Role


Piece = Attached | Inline | Member | Managed | Declared


def declared_keys(piece: Piece) -> Iterator[Hashable]:
    """Yield what the role, user, group or managed policy that a piece declares is found by."""
    if isinstance(piece, Declared):
        yield piece.target.address
        yield from Target(piece.target.kind, text=piece.target.text).keys
    elif isinstance(piece, Managed):
        yield piece.target.address
        if piece.target.text:
            yield POLICY, piece.target.text


def role_keys(piece: Piece) -> Iterator[Hashable]:
    """Yield what the roles, users and groups that a piece speaks of are found by."""
    if isinstance(piece, Declared):
        yield from declared_keys(piece)
    elif isinstance(piece, Member):
        yield from piece.user.keys
        yield from piece.group.keys
    elif isinstance(piece, Attached | Inline):
        yield from piece.role.keys


def policy_keys(piece: Piece) -> Iterator[Hashable]:
    """Yield what the managed policies that a piece attaches are found by."""
    if isinstance(piece, Attached):
        yield from piece.policy.keys


def assembled(pieces: list[Piece]) -> tuple[tuple[Role, ...], list[Gap]]:
    """Join pieces that are all there are of some roles; the gaps are those of no role."""
    declared = {
        key: piece.target.address
        for piece in pieces
        if isinstance(piece, Declared | Managed)
        for key in declared_keys(piece)
    }
    assembly = Assembly()
    for piece in pieces:
        _add(assembly, piece, declared)
    return assembly.roles(), assembly.gaps


def _add(assembly: Assembly, piece: Piece, declared: Mapping[Hashable, str]) -> None:
    if isinstance(piece, Declared):
        assembly.role(piece.role)
    elif isinstance(piece, Managed):
        assembly.policy(Reference(piece.target.address), piece.policy)
    elif isinstance(piece, Inline):
        assembly.inline(piece.role.reference(declared), piece.policy, piece.location)
    elif isinstance(piece, Member):
        user, group = piece.user.reference(declared), piece.group.reference(declared)
        assembly.member(user, group, piece.location)
    else:
        role, policy = piece.role.reference(declared), piece.policy.reference(declared)
        assembly.attach(role, policy, piece.location, piece.part)


def text_of(known: Known | None) -> Text:
    """Return a text as ``Infrastructure`` has it."""
    return known.unresolved if isinstance(known, Partial) else known or ""


def target(view: View, value: Any, at: str, kind: str) -> Target | None:
    """Return what an item of a property names; None where that is not there in this world."""
    address = _referred(view, value, kind)
    if address:
        resource = view.template.resources.get(address) or implied_role(view, address)
        exists = resource is None or view.exists(resource) is not False
        return Target(kind, address) if exists else None
    text = value if isinstance(value, Partial) else view.text(value, at)
    if not isinstance(text, str | Partial):
        return None
    if not text:
        view.error(at, f"an empty name of a {kind} in {quote(address_of(at))}")
    return Target(kind, text=text)


def _referred(view: View, value: Any, kind: str) -> str:
    """Return the logical id that a value refers to, if it is one of the wanted kind."""
    name = function_of(value)
    if name not in {"Ref", "Fn::GetAtt"}:
        return ""
    argument = value[name]
    address = argument[0] if type(argument) is list and argument else argument
    if type(address) is not str:
        return ""
    address = address.partition(".")[0]
    resource = view.template.resources.get(address)
    if resource is None:
        return address if kind == ROLE and implied_role(view, address) else ""
    wanted = POLICY if resource.type == MANAGED_POLICY else KINDS.get(resource.type)
    return address if wanted == kind else ""


def _tail(text: Known) -> str:
    """Return path and name of a policy's ARN, as far as they are written out."""
    end = text.pieces[-1] if isinstance(text, Partial) else text
    if not isinstance(end, str) or _OF_POLICY not in end:
        return ""
    return "/" + end.partition(_OF_POLICY)[2]


def _of_aws(text: Known) -> str:
    """Return the ARN of one of AWS's own policies whose partition alone is not known.

    Payments are there in no other partition than ``aws``.
    """
    pieces = text.pieces if isinstance(text, Partial) else (text,)
    if len(pieces) == 3 and pieces[:2] == ("arn:", PARTITION):
        return f"arn:aws{pieces[2]}" if str(pieces[2]).startswith(_OF_AWS) else ""
    return text if isinstance(text, str) and text.startswith(f"arn:aws{_OF_AWS}") else ""
