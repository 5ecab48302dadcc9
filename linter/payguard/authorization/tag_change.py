"""Requests that set tags or take them away: what they carry, and what is so afterwards.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html#access_tags_control-requests
"""

from collections.abc import Iterable, Iterator, Mapping

from payguard.authorization.domain import is_carried
from payguard.authorization.policy_set import Clause, Policies, layer_of
from payguard.authorization.substitution import has_variables
from payguard.iam.document import IDENTITY
from payguard.iam.variable import variables
from payguard_policies.named_tuple import NamedTuple

OF_RESOURCE, OF_PRINCIPAL, PASSED = "aws:resourcetag/", "aws:principaltag/", "aws:requesttag/"
TAG_KEYS = "aws:tagkeys"


class Names(NamedTuple):
    """Keys of tags: in lower case, as conditions compare them, with how a policy writes them.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html#access_tags_control-tag-keys
    """

    written: Mapping[str, str]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.written)

    def keys(self, prefix: str) -> tuple[str, ...]:
        """Return the context keys of the tags, sorted, under a prefix in lower case."""
        return tuple(prefix + name for name in sorted(self.written))

    def each(self) -> Iterator["Names"]:
        """Yield all of them at once, and each by itself if there are more."""
        if self.written:
            yield self
        if len(self.written) > 1:
            for name in sorted(self.written):
                yield Names({name: self.written[name]})


class Change(NamedTuple):
    """One request that changes tags.

    Attributes:
        action: what is asked for.
        names: the tags.
        sets: whether it sets the tags; otherwise it takes them away.
    """

    action: str
    names: Names
    sets: bool = True

    def context(self, along: Iterable[str] = ()) -> dict[str, str | tuple[str, ...]]:
        """Return what the request carries, values of tags aside: the keys of all its tags.

        Args:
            along: further tags, as written, that it sets as well.
        """
        written = {**self.names.written, **{name.lower(): name for name in along}}
        return {TAG_KEYS: tuple(written[name] for name in sorted(written))}


def names_of(clauses: Iterable[Clause], prefix: str) -> Names:
    """Return the tags under a prefix that conditions and variables of some statements look at."""
    found: dict[str, str] = {}
    for clause in clauses:
        for key in _written_keys(clause):
            if key.lower().startswith(prefix):
                found.setdefault(key[len(prefix) :].lower(), key[len(prefix) :])
    return Names(found)


def _written_keys(clause: Clause) -> Iterator[str]:
    statement = clause.statement
    texts: list[object] = [*statement.resources, *statement.not_resources]
    for condition in clause.conditions:
        yield condition.key
        texts += condition.values
    for text in texts:
        if isinstance(text, str) and has_variables(text, statement.version):
            yield from (found.key for found in variables(text) if not found.is_escape)


def touching(policies: Policies, action: str, names: Names) -> Policies:
    """Return policies that deny whatever changes none of some tags, and are else the same.

    A request that changes tags names all of them in ``aws:TagKeys``.
    """
    if not is_carried(action, TAG_KEYS):
        return policies
    others = {"ForAllValues:StringNotEqualsIgnoreCase": {TAG_KEYS: sorted(names.written)}}
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": others}
    more = layer_of(IDENTITY, {"Version": "2012-10-17", "Statement": statement})
    identity = policies.identity
    whole = identity._replace(clauses=(*identity.clauses, *more.clauses))
    return policies._replace(identity=whole)
