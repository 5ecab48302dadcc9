"""Questions that a search answers: requests that are to be allowed, or not, at once."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from payguard.authorization.policy_set import Policies
from payguard.authorization.universe import Target

# The same role and the same resource: what these keys hold is the same in all parts.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_OF_PRINCIPAL = (
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltag/",
    "aws:principaltype",
    "aws:username",
)
_OF_RESOURCE = (
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
    "aws:resourcetag/",
)
Slots = Callable[[str], str]


class Part(NamedTuple):
    """One request of a question.

    Attributes:
        policies: what speaks about it.
        action: what is asked for.
        target: what it is asked on.
        allowed: whether it is to be allowed; otherwise it is to be denied.
        principal: who asks: an ARN; empty for some role of the resource's account.
        slots: names what a context key holds; keys with the same name hold the same.
        context: the keys whose values are given; an empty tuple for one that is absent.
    """

    policies: Policies
    action: str
    target: Target
    allowed: bool = True
    principal: str = ""
    slots: Slots = str
    context: Mapping[str, str | tuple[str, ...]] = {}


class Question(NamedTuple):
    """Requests that are asked for at once, about one text of the targets' universe.

    Attributes:
        parts: the requests; their targets have one universe.
        account: of the caller, where it is known.
        outside: patterns; texts that one of them matches do not count.
        inside: patterns; only texts that one of them matches count. Empty for all.
        present: beginnings of the slots that are not absent.
    """

    parts: tuple[Part, ...]
    account: str = ""
    outside: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    present: tuple[str, ...] = ()


def own_slots(number: int) -> Slots:
    """Return what the keys of one request hold that is made beside others by the same role."""
    return lambda key: key if key.startswith((*_OF_PRINCIPAL, *_OF_RESOURCE)) else f"{number} {key}"


def apart_slots(number: int) -> Slots:
    """Return what the keys of one request hold that is made beside others by other roles."""
    return lambda key: key if key.startswith(_OF_RESOURCE) else f"{number} {key}"


def retagged_slots(number: int, *, principal: bool, resource: bool) -> Slots:
    """Return the same where the tags of principal or resource can change in between."""
    changing = tuple(
        prefix
        for prefix, changes in (("aws:principaltag/", principal), ("aws:resourcetag/", resource))
        if changes
    )
    own = own_slots(number)
    return lambda key: f"{number} {key}" if changing and key.startswith(changing) else own(key)
