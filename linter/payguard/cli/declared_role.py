"""``--role``: a role that a plan, a template, a state or a configuration declares."""

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from payguard.authorization.actor import Actor
from payguard.cli import Refusal
from payguard.cli.policy_files import STDIN, refusal
from payguard.deployment import deployment_of
from payguard.finding import InputError, Location, Span, quote
from payguard.iam.document import BOUNDARY, IDENTITY
from payguard.infrastructure import Document, Infrastructure, Role
from payguard.run import with_modules
from payguard.sources.opening import How, open_input
from payguard.sources.text_file import Candidate, discover
from payguard.subjects import actor_of, nothing_known, unknown_policies
from payguard.suppression import nearest

_MOST_NAMED = 5
_HOW = How(standard_input=sys.stdin.buffer.read)


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


class DeclaredRole(NamedTuple):
    """A role that a file declares.

    Attributes:
        actor: as the engine sees it.
        identity: its identity policies, in the order in which the engine numbers them.
        boundary: its permissions boundary; empty for none.
        unknown: what else may be attached to it: where it is told of, and a policy of which
            nothing is known.
        arn: its ARN; empty where that is not known before the deploy.
    """

    actor: Actor
    identity: Sequence[Document]
    boundary: Sequence[Document]
    unknown: Sequence[tuple[Document, Mapping[str, Any]]]
    arn: str


def declared_role(paths: Sequence[str], address: str, told: Sequence[str] = ()) -> DeclaredRole:
    """Return a role that some files declare.

    Args:
        paths: the files and folders.
        address: what one of them calls it, its name or its ARN.
        told: ARNs that are asked about, see ``deployment_of``.

    Raises:
        Refusal: an input cannot be read, no role or several have that address.
    """
    parts = [_read(item) for item in with_modules(list(_inputs(paths)))]
    roles = [role for part in parts for role in part.roles]
    role = _named(roles, address)
    actor = actor_of(role, deployment_of(roles, told))
    # A policy of which it is not known whose it is may be of this role.
    adrift = [gap.unresolved for part in parts for gap in part.gaps if gap.part == IDENTITY]
    gaps = dict.fromkeys((*actor.gaps, *(unresolved.sentence for unresolved in adrift)))
    unknown = (*unknown_policies(role), *adrift)
    return DeclaredRole(
        actor._replace(gaps=tuple(gaps)),
        _identity(role, actor),
        _boundary(role, actor),
        [(_elsewhere(role, IDENTITY), nothing_known(unresolved)) for unresolved in unknown],
        role.arn if isinstance(role.arn, str) else "",
    )


def _inputs(paths: Sequence[str]) -> Iterator[Candidate | InputError]:
    if STDIN in paths:
        yield Candidate(STDIN, named=True, piped=True)
    yield from discover(path for path in paths if path != STDIN)


def _read(item: Candidate | InputError) -> Infrastructure:
    found = item if isinstance(item, InputError) else open_input(item, "", _HOW).found
    errors = (found,) if isinstance(found, InputError) else found.errors
    if errors:
        raise refusal(errors[0])
    assert isinstance(found, Infrastructure)  # noqa: S101  an error was raised above
    return found


def _named(roles: Sequence[Role], address: str) -> Role:
    found = [role for role in roles if address in {role.address, role.name, role.arn}]
    found = found or [role for role in roles if role.address.endswith(f"::{address}")]
    if len(found) == 1:
        return found[0]
    known = [role.address for role in roles]
    if found:
        shown = ", ".join(quote(role.address) for role in found[:_MOST_NAMED])
        raise Refusal(
            f"{len(found)} roles are called {quote(address)}: give the address, one of {shown}"
        )
    hint = nearest(address, known)
    shown = ", ".join(map(quote, known[:_MOST_NAMED])) or "none at all"
    raise Refusal(
        f"there is no role {quote(address)} in the input{hint or f'; it declares {shown}'}"
    )


def _identity(role: Role, actor: Actor) -> list[Document]:
    """Return the identity policies in the order in which the engine numbers them."""
    own = list(role.identity)
    count = 1 + max((c.ref.number for c in actor.policies.identity.clauses), default=-1)
    return own + [_elsewhere(role, IDENTITY)] * max(0, count - len(own))


def _boundary(role: Role, actor: Actor) -> list[Document]:
    if role.boundary is not None:
        return [role.boundary]
    return [] if actor.policies.boundary is None else [_elsewhere(role, BOUNDARY)]


def _elsewhere(role: Role, kind: str) -> Document:
    return Document(role.location.path, {}, kind, _Elsewhere(role.location), role.address)
