"""Who calls, and which policies speak for it."""

import functools
import json
from collections.abc import Mapping
from typing import Any

from payguard.authorization.policy_set import Policies, attach
from payguard.authorization.request import Value
from payguard.emulator.signature import SigningKey
from payguard_policies.named_tuple import NamedTuple


class PolicyTexts(NamedTuple):
    """The policies of a caller as their texts: what is parsed once is found again by them.

    Attributes:
        identity: inline and managed ones, those of a user's groups among them.
        boundary: the permissions boundary; empty if there is none.
        session: the session policies; empty if none were passed.
    """

    identity: tuple[str, ...]
    boundary: tuple[str, ...] = ()
    session: tuple[str, ...] = ()


class Identity(NamedTuple):
    """A caller.

    Attributes:
        arn: of the user, or of the session of a role.
        unique_id: such as ``AROA...:session``.
        account: that it belongs to.
        key: what its requests are signed with.
        policies: that speak for it.
        context: the keys that every request of its carries.
        expires: when its credentials end, in seconds since 1970; None for never.
    """

    arn: str
    unique_id: str
    account: str
    key: SigningKey
    policies: PolicyTexts
    context: Mapping[str, Value]
    expires: float | None = None

    @property
    def is_session(self) -> bool:
        """Whether it is a session of a role."""
        return ":assumed-role/" in self.arn


# An account here has few policies; each version is a text of its own.
@functools.lru_cache(maxsize=4096)
def parsed(texts: PolicyTexts, trust: str | None = None) -> Policies:
    """Return the policies of some texts, ready to be asked.

    Args:
        texts: of the caller.
        trust: the trust policy of the role that is to be assumed.
    """
    return attach(
        identity=[_document(text) for text in texts.identity],
        boundary=[_document(text) for text in texts.boundary],
        session=[_document(text) for text in texts.session],
        trust=None if trust is None else _document(trust),
    )


def _document(text: str) -> dict[str, Any]:
    value = json.loads(text)
    return value if isinstance(value, dict) else {}
