"""Which actions statements can tell apart: one of each group is asked about, for all of them."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from payguard.authorization.domain import is_carried
from payguard.authorization.evaluate import may_allow
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import Clause, Policies, layers
from payguard.authorization.relevance import keys_of
from payguard.authorization.target import Call, calls
from payguard.iam.action import expand, is_known
from payguard.iam.unresolved import Unresolved
from payguard.iam.wildcard import has_wildcard, matches
from payguard_policies import catalog
from payguard_policies.named_tuple import NamedTuple

_EVERY = "*"


class Group(NamedTuple):
    """Actions of which no statement can tell one from another, and what they are asked on."""

    actions: tuple[str, ...]
    calls: tuple[Call, ...]


def groups(
    sets: Sequence[Policies], actions: Iterable[str] | None, account: str, limit: Limit
) -> list[Group]:
    """Group actions by the statements that speak about them.

    Args:
        sets: the policy sets that are asked together.
        actions: with their prefixes; None for ``granted`` of the first set.
        account: of the caller and the resources, where it is known: across accounts nothing is
            allowed without a policy of the resource's.
        limit: what may be spent. Once it is over, the groups are no more to be relied on.
    """
    clauses = [clause for policies in sets for clause in _clauses(policies)]
    spoken = _Spoken(clauses, limit)
    names = granted(sets[0], limit) if actions is None else list(actions)
    found: dict[tuple[object, ...], list[str]] = {}
    for name in names:
        mask = spoken.mask(name)
        key = (mask, _calls(name, account), spoken.carried(mask, name))
        found.setdefault(key, []).append(name)
    return [Group(tuple(members), _calls(members[0], account)) for members in found.values()]


def granted(policies: Policies, limit: Limit) -> tuple[str, ...]:
    """Return every action that some Allow of a policy set may match, of the catalog or named there.

    Not all of them where the time of ``limit`` is up.
    """
    allowing = [clause for clause in _clauses(policies) if may_allow(clause)]
    texts = [text for clause in allowing for text in clause.statement.actions]
    if any(clause.statement.not_actions or clause.unresolved for clause in allowing):
        texts.append(_EVERY)
    found: dict[str, None] = {}
    for text in dict.fromkeys(map(_pattern, texts)):
        if limit.check_time():
            found.update(dict.fromkeys(_matched(text)))
    return tuple(found)


def _clauses(policies: Policies) -> Iterator[Clause]:
    for layer in layers(policies):
        yield from layer.clauses


def _calls(action: str, account: str) -> tuple[Call, ...]:
    service = action.partition(":")[0].lower()
    return calls(action if service in catalog.detailed_services() else "any:any", account)


def _pattern(text: object) -> str:
    """Return what an entry of Action or NotAction is held against actions as."""
    pattern = text.pattern if isinstance(text, Unresolved) else text
    return pattern if isinstance(pattern, str) else _EVERY


def _matched(pattern: str) -> Sequence[str]:
    """Return the actions that a pattern may match: of the catalog, or the one that it names."""
    if not pattern.strip("*"):
        return expand(_EVERY) if pattern else ()
    if ":" not in pattern:  # IAM may refuse it; if it does not, it goes over the whole text
        return _matched_whole(pattern.lower()) if has_wildcard(pattern) else ()
    # A name that the catalog does not have may still be one: AWS may be ahead of it.
    return expand(pattern) or (() if has_wildcard(pattern) else (pattern,))


@lru_cache(maxsize=256)
def _matched_whole(pattern: str) -> tuple[str, ...]:
    return tuple(action for action in expand(_EVERY) if matches(pattern, action.lower()))


class _Spoken:
    """Which statements speak about an action: two bits for each, for what is sure and what is not.

    A statement with Action has the first where one of its patterns surely matches; with NotAction,
    where none surely does. It has the second where a pattern matches of which more is not known.
    """

    def __init__(self, clauses: Sequence[Clause], limit: Limit) -> None:
        self._clauses, self._limit = clauses, limit
        self._always = 0
        self._added: dict[str, int] = {}
        self._taken: dict[str, int] = {}
        self._wild: dict[tuple[str, bool], int] = {}  # by pattern, and whether it takes away
        self._keys: dict[int, tuple[str, ...]] = {}
        for number, clause in enumerate(clauses):
            self._add(1 << 2 * number, clause)

    def _add(self, sure: int, clause: Clause) -> None:
        statement = clause.statement
        takes = not statement.actions
        if takes:
            self._always |= sure
        for text in statement.actions or statement.not_actions:
            if not self._limit.check_time():
                return
            pattern = _pattern(text)
            every = bool(pattern) and not pattern.strip("*")
            if isinstance(text, str) and (every or ":" in pattern):
                self._note(sure, pattern, every=every, takes=takes)
            else:
                self._note(sure << 1, pattern, every=every, takes=False)

    def _note(self, bit: int, pattern: str, *, every: bool, takes: bool) -> None:
        if every:
            self._always = self._always & ~bit if takes else self._always | bit
            return
        where = self._taken if takes else self._added
        for action in _matched(pattern):
            name = action.lower()
            where[name] = where.get(name, 0) | bit
        if has_wildcard(pattern):
            key = (pattern.lower(), takes)
            self._wild[key] = self._wild.get(key, 0) | bit

    def mask(self, action: str) -> int:
        """Return the statements that may match ``action``."""
        name = action.lower()
        added, taken = self._added.get(name, 0), self._taken.get(name, 0)
        if self._wild and not is_known(name) and self._limit.check_time():
            for (pattern, takes), bits in self._wild.items():
                if matches(pattern, name):
                    added, taken = (added, taken | bits) if takes else (added | bits, taken)
        return (self._always & ~taken) | added

    def carried(self, mask: int, action: str) -> tuple[str, ...]:
        """Return the keys that these statements look at and that requests for the action carry."""
        keys = self._keys.get(mask)
        if keys is None:
            spoken = (clause for n, clause in enumerate(self._clauses) if mask >> 2 * n & 3)
            keys = self._keys[mask] = tuple(sorted(keys_of(spoken)))
        return tuple(key for key in keys if is_carried(action, key))
