"""A role or user as the engine sees it: what is attached to it, and who it is."""

from __future__ import annotations

from collections.abc import Sequence

from payguard.authorization.caller import caller
from payguard.authorization.policy_set import Document, Layer, Levels, Policies, attach, layer_of
from payguard.iam.document import TRUST
from payguard_policies.named_tuple import NamedTuple


class Actor(NamedTuple):
    """A role, or a user.

    Attributes:
        name: how it is called in an answer.
        policies: everything that speaks about its requests.
        arn: its ARN; empty if it is not known.
        trust: the statements of its trust policy, for a role; None if it is not known.
        account: the account it belongs to; empty if it is not known.
        gaps: what about it is not known, a sentence each: no proof stands with one.
        attached: the ARNs of the account's own managed policies that are attached to it.
    """

    name: str
    policies: Policies
    arn: str = ""
    trust: Layer | None = None
    account: str = ""
    gaps: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()

    def of(self, arn: str) -> Actor:
        """Return the role with another ARN, and with the account of that."""
        return self._replace(arn=arn, account=caller(arn).account if arn else "")


def actor(
    name: str,
    identity: Sequence[Document],
    *,
    boundary: Sequence[Document] = (),
    session: Sequence[Document] = (),
    scps: Levels = (),
    rcps: Levels = (),
    vpc_endpoint: Sequence[Document] = (),
    arn: str = "",
    trust: Document | None = None,
    gaps: Sequence[str] = (),
    attached: Sequence[str] = (),
) -> Actor:
    """Make a role out of decoded documents; see ``policy_set.attach`` and ``Actor``."""
    policies = attach(
        identity=identity,
        boundary=boundary,
        session=session,
        scps=scps,
        rcps=rcps,
        vpc_endpoint=vpc_endpoint,
    )
    letting_in = None if trust is None else layer_of(TRUST, trust)
    found = Actor(name, policies, trust=letting_in, gaps=tuple(gaps), attached=tuple(attached))
    return found.of(arn)
