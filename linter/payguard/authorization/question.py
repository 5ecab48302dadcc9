"""Questions that a search answers: requests that are to be allowed, or not, at once."""

from collections.abc import Callable, Mapping

from payguard.authorization.policy_set import Policies
from payguard.authorization.universe import Target, Universe
from payguard_policies.named_tuple import NamedTuple

# The same role and the same resource: what these keys hold is the same in all parts.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
OF_PRINCIPAL = (
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
# Both are the time of the request: as a date, and as one or as seconds since 1970.
CURRENT_TIME, EPOCH_TIME = "aws:currenttime", "aws:epochtime"
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
        carried: further keys that the request may carry, though no statement looks at them.
        alone: where set, it is worth finding out whether the request is never as asked, on any of
            these texts: that answers this question and others.
    """

    policies: Policies
    action: str
    target: Target
    allowed: bool = True
    principal: str = ""
    slots: Slots = str
    context: Mapping[str, str | tuple[str, ...]] = {}
    carried: tuple[str, ...] = ()
    alone: Universe | None = None

    def slot(self, key: str) -> str:
        """Return the name of what a key holds; the two keys of the time hold the same."""
        return self.slots(CURRENT_TIME if key == EPOCH_TIME else key)


class Question(NamedTuple):
    """Requests that are asked for at once, about one text of the targets' universe.

    Attributes:
        parts: the requests; their targets have one universe.
        account: of the caller, where it is known.
        outside: patterns; texts that one of them matches do not count.
        inside: patterns; only texts that one of them matches count. Empty for all.
        present: the slots of keys that are not absent.
    """

    parts: tuple[Part, ...]
    account: str = ""
    outside: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    present: frozenset[str] = frozenset()


def own_slots(number: int) -> Slots:
    """Return what the keys of one request hold that is made beside others by the same role."""
    return lambda key: key if key.startswith((*OF_PRINCIPAL, *_OF_RESOURCE)) else f"{number} {key}"


def apart_slots(number: int) -> Slots:
    """Return what the keys of one request hold that is made beside others by other roles."""
    return lambda key: key if key.startswith(_OF_RESOURCE) else f"{number} {key}"


def changed_slots(number: int, changed: frozenset[str]) -> Slots:
    """Return the same where some keys hold something else than in other requests of the role."""
    own = own_slots(number)
    return lambda key: f"{number} {key}" if key in changed else own(key)
