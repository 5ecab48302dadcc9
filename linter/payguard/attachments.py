"""The policies of a role in the order in which the engine numbers them, and roles by their names."""

from collections.abc import Collection, Mapping, Sequence

from payguard.authorization.actor import Actor
from payguard.finding import Location, Span
from payguard.iam.document import BOUNDARY, IDENTITY
from payguard.infrastructure import Document, Role
from payguard.quotation import quote
from payguard.suppression import nearest

_MOST_NAMED = 5


class UnknownRoleError(LookupError):
    """No role, or several, are called so; the message says which there are."""


class _Elsewhere:
    """The source map of a policy that is not in the input, as AWS's own: where the role is."""

    def __init__(self, location: Location) -> None:
        self._span = location.span

    def spans(self, wanted: Collection[tuple[str, bool]]) -> Mapping[tuple[str, bool], Span]:
        """As in ``payguard.infrastructure.SourceMap``."""
        return dict.fromkeys(wanted, self._span)

    def line(self, number: int) -> str:  # noqa: ARG002  the protocol's signature
        """As in ``payguard.infrastructure.SourceMap``."""
        return ""

    def comments(self) -> list[tuple[int, str]]:
        """As in ``payguard.infrastructure.SourceMap``."""
        return []


def identity_documents(role: Role, actor: Actor) -> list[Document]:
    """Return the identity policies of a role, those of AWS's own last: the role stands for them."""
    own = list(role.identity)
    count = 1 + max((c.ref.number for c in actor.policies.identity.clauses), default=-1)
    return own + [elsewhere(role, IDENTITY)] * max(0, count - len(own))


def boundary_documents(role: Role, actor: Actor) -> list[Document]:
    """Return the permissions boundary of a role; nothing if it has none."""
    if role.boundary is not None:
        return [role.boundary]
    return [] if actor.policies.boundary is None else [elsewhere(role, BOUNDARY)]


def elsewhere(role: Role, kind: str) -> Document:
    """Return what stands for a policy of a role that is not in the input."""
    return Document(role.location.path, {}, kind, _Elsewhere(role.location), role.address)


def is_elsewhere(document: Document) -> bool:
    """Tell whether a policy is not in the input: ``elsewhere`` made it."""
    return isinstance(document.source, _Elsewhere)


def role_called(roles: Sequence[Role], address: str) -> Role:
    """Return the role that has an address, a name or an ARN.

    Raises:
        UnknownRoleError: no role or several are called so.
    """
    found = [role for role in roles if address in {role.address, role.name, role.arn}]
    found = found or [role for role in roles if role.address.endswith(f"::{address}")]
    if len(found) == 1:
        return found[0]
    if found:
        shown = ", ".join(quote(role.address) for role in found[:_MOST_NAMED])
        raise UnknownRoleError(
            f"{len(found)} roles are called {quote(address)}: give the address, one of {shown}"
        )
    known = [role.address for role in roles]
    hint = nearest(address, known)
    raise UnknownRoleError(
        f"there is no role {quote(address)} in the input{hint or f'; it declares {declared(roles)}'}"
    )


def declared(roles: Sequence[Role]) -> str:
    """Name the first of some roles, and say how many more there are."""
    named = ", ".join(quote(role.address) for role in roles[:_MOST_NAMED]) or "none at all"
    more = len(roles) - _MOST_NAMED
    return f"{named} and {more:,} more" if more > 0 else named
