"""``--role``: a role that a plan, a template, a state or a configuration declares."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from payguard.attachments import (
    UnknownRoleError,
    boundary_documents,
    elsewhere,
    identity_documents,
    role_called,
)
from payguard.authorization.actor import Actor
from payguard.cli import Refusal
from payguard.cli.policy_files import STDIN, refusal
from payguard.deployment import deployment_of
from payguard.finding import InputError
from payguard.iam.document import IDENTITY
from payguard.iam.unresolved import Unresolved
from payguard.infrastructure import Document, Infrastructure, Role
from payguard.run import with_modules
from payguard.sources.opening import How, open_input
from payguard.sources.text_file import Candidate, discover
from payguard.subjects import actor_of, nothing_known, unknown_policies
from payguard_policies.named_tuple import NamedTuple

_HOW = How(standard_input=sys.stdin.buffer.read)


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


class Declaration(NamedTuple):
    """What some files say of a role, before it is told where it is deployed to.

    Attributes:
        role: the role.
        roles: all that the files declare.
        adrift: what stands for policies of which it is not known whose they are.
    """

    role: Role
    roles: Sequence[Role]
    adrift: Sequence[Unresolved]

    def deployed(self, told: Sequence[str] = ()) -> DeclaredRole:
        """Return the role where it is deployed to; ``told`` as in ``deployment_of``."""
        role = self.role
        actor = actor_of(role, deployment_of(self.roles, told))
        gaps = (*actor.gaps, *(unresolved.sentence for unresolved in self.adrift))
        unknown = (*unknown_policies(role), *self.adrift)
        return DeclaredRole(
            actor._replace(gaps=tuple(dict.fromkeys(gaps))),
            identity_documents(role, actor),
            boundary_documents(role, actor),
            [(elsewhere(role, IDENTITY), nothing_known(unresolved)) for unresolved in unknown],
            role.arn if isinstance(role.arn, str) else "",
        )


def declaration(paths: Sequence[str], address: str) -> Declaration:
    """Return what some files say of a role.

    Args:
        paths: the files and folders.
        address: what one of them calls it, its name or its ARN.

    Raises:
        Refusal: an input cannot be read, no role or several have that address.
    """
    parts = [_read(item) for item in with_modules(list(_inputs(paths)))]
    roles = [role for part in parts for role in part.roles]
    try:
        role = role_called(roles, address)
    except UnknownRoleError as error:
        raise Refusal(str(error)) from None
    # A policy of which it is not known whose it is may be of this role.
    adrift = [gap.unresolved for part in parts for gap in part.gaps if gap.part == IDENTITY]
    return Declaration(role, roles, adrift)


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
