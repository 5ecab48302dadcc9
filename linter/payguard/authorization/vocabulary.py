"""Which actions statements can tell apart: one of each group is asked about, for all of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from payguard.authorization.domain import is_carried
from payguard.authorization.evaluate import may_allow
from payguard.authorization.policy_set import Clause, Policies, layers
from payguard.authorization.relevance import keys_of
from payguard.authorization.target import Call, calls
from payguard.iam.action import expand, split_action
from payguard.iam.unresolved import Unresolved
from payguard_policies import catalog

_EVERY = "*"


class Group(NamedTuple):
    """Actions of which no statement can tell one from another, and what they are asked on."""

    actions: tuple[str, ...]
    calls: tuple[Call, ...]


def groups(
    sets: Sequence[Policies], actions: Iterable[str] | None = None, account: str = ""
) -> list[Group]:
    """Group actions by the statements that speak about them.

    Args:
        sets: the policy sets that are asked together.
        actions: with their prefixes; None for every action of the catalog, and whatever else the
            statements name, that some Allow of the first set matches.
        account: of the caller and the resources, where it is known: across accounts nothing is
            allowed without a policy of the resource's.
    """
    clauses = [clause for policies in sets for clause in _clauses(policies)]
    spoken = _Spoken(clauses)
    names = list(_granted(sets[0]) if actions is None else actions)
    found: dict[tuple[object, ...], list[str]] = {}
    for name in names:
        mask = spoken.mask(name)
        key = (mask, _calls(name, account), spoken.carried(mask, name))
        found.setdefault(key, []).append(name)
    return [Group(tuple(members), _calls(members[0], account)) for members in found.values()]


def _clauses(policies: Policies) -> Iterator[Clause]:
    for layer in layers(policies):
        yield from layer.clauses


def _calls(action: str, account: str) -> tuple[Call, ...]:
    service = action.partition(":")[0].lower()
    return calls(action if service in catalog.detailed_services() else "any:any", account)


def _granted(policies: Policies) -> Iterator[str]:
    """Yield every action that some Allow of a policy set matches."""
    allowing = [clause for clause in _clauses(policies) if may_allow(clause)]
    texts = [text for clause in allowing for text in clause.statement.actions]
    if any(clause.statement.not_actions or clause.unresolved for clause in allowing):
        texts.append(_EVERY)
    found: dict[str, None] = {}
    for text in texts:
        pattern = text.pattern if isinstance(text, Unresolved) else text
        if isinstance(pattern, str):
            found.update(dict.fromkeys(_matched(pattern)))
    yield from found


def _matched(pattern: str) -> Sequence[str]:
    known = expand(pattern)
    # A name that the catalog does not have may still be one: AWS may be ahead of it.
    literal = ":" in pattern and not any(sign in pattern for sign in "*?")
    return known or ((pattern,) if literal else ())


class _Spoken:
    """Which statements speak about an action, as bits by their number."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._clauses = clauses
        self._always = 0
        self._added: dict[str, int] = {}
        self._taken: dict[str, int] = {}
        self._keys: dict[int, tuple[str, ...]] = {}
        for number, clause in enumerate(clauses):
            self._add(1 << number, clause)

    def _add(self, bit: int, clause: Clause) -> None:
        statement = clause.statement
        if statement.actions:
            self._note(bit, statement.actions, self._added)
        else:
            self._always |= bit
            self._note(bit, statement.not_actions, self._taken)

    def _note(self, bit: int, texts: Iterable[object], where: dict[str, int]) -> None:
        for text in texts:
            pattern = text.pattern if isinstance(text, Unresolved) else text
            if not isinstance(pattern, str) or (
                where is self._added and split_action(pattern) == ("*", "*")
            ):
                self._always |= bit
                continue
            if isinstance(text, Unresolved) and where is self._taken:
                continue
            for action in _matched(pattern):
                name = action.lower()
                where[name] = where.get(name, 0) | bit

    def mask(self, action: str) -> int:
        """Return the statements that may match ``action``."""
        name = action.lower()
        return (self._always & ~self._taken.get(name, 0)) | self._added.get(name, 0)

    def carried(self, mask: int, action: str) -> tuple[str, ...]:
        """Return the keys that these statements look at and that requests for the action carry."""
        keys = self._keys.get(mask)
        if keys is None:
            spoken = (clause for n, clause in enumerate(self._clauses) if mask >> n & 1)
            keys = self._keys[mask] = tuple(sorted(keys_of(spoken)))
        return tuple(key for key in keys if is_carried(action, key))
