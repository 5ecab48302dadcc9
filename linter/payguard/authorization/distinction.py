"""What a question can tell apart: patterns of texts, and values of context keys.

Texts that match the same patterns are alike to all of its parts, and so are values of a key for
which every condition holds alike.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from payguard.authorization.asked import (
    ACCOUNTS,
    DERIVED,
    Asked,
    coupled,
    free_keys,
    make_request,
)
from payguard.authorization.domain import PRINCIPAL_ARN, Domain, Place, Use, domain
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import Policies, clauses_of
from payguard.authorization.question import Part, Question
from payguard.authorization.relevance import about, caller_tracks, entry, place_tracks
from payguard.authorization.request import Value, account_in
from payguard.authorization.track import Track, renumbered
from payguard_policies.named_tuple import NamedTuple


class Lone(NamedTuple):
    """A part by itself: its masks are about its own patterns, in their order."""

    asked: Asked
    tracks: tuple[Track, ...]


class Distinctions:
    """What the parts of a question can tell apart.

    Attributes:
        coupled: the slots of keys whose values other keys or variables repeat.
        callers_follow: whether the ARN of a role that is not known is one of the account that a
            text is in.
        tracks: the patterns of all parts and of the question itself, numbered.
        filled: whether they are all that variables can make of them.
        lone: the parts, each by itself.
        asked: the parts; their masks are about all patterns.
    """

    def __init__(self, question: Question, limit: Limit) -> None:
        self.question, self.limit = question, limit
        self.universe = question.parts[0].target.universe
        sliced = [about(part.policies, part.action) for part in question.parts]
        keys = [
            free_keys(part, spoken) for part, spoken in zip(question.parts, sliced, strict=True)
        ]
        self.coupled = coupled(question.parts, sliced)
        self._known: dict[tuple[str, tuple[int, ...], Place], Domain] = {}
        self.callers_follow = not (question.account or self.universe is None)
        # Of the coupled keys, whatever the text is: their samples stand in patterns as well.
        self._of_coupled: Mapping[str, Domain] = {}
        if self.coupled:
            self._of_coupled = self.domains(list(self._coupled_parts(sliced, keys)))
        self.filled = True
        self.lone = tuple(map(self._prepare, question.parts, sliced, keys))
        self.tracks: dict[Track, int] = {}
        self.asked = tuple(map(self._numbered, self.lone))
        for pattern in (*question.outside, *question.inside):
            self.tracks.setdefault(Track(pattern), len(self.tracks))

    def _coupled_parts(
        self, sliced: Iterable[Policies], keys: Iterable[tuple[str, ...]]
    ) -> Iterator[Asked]:
        for part, spoken, free in zip(self.question.parts, sliced, keys, strict=True):
            kept = tuple(key for key in free if part.slot(key) in self.coupled)
            yield Asked(part, spoken, (), {}, {}, kept)

    def domains(self, parts: Sequence[Asked], text: str = "") -> dict[str, Domain]:
        """Return the values of every key that what is left of the parts can tell apart.

        Without a text, whatever it is.
        """
        uses: dict[str, dict[int, Use]] = {}
        names: dict[str, str] = {}
        for asked in parts:
            slots = asked.part.slot
            for key in asked.keys:
                names[slots(key)] = key
                uses.setdefault(slots(key), {})
            for clause in clauses_of(asked.policies):
                for condition in clause.conditions:
                    slot = slots(condition.key.lower())
                    if slot in uses:
                        uses[slot][id(condition)] = Use(condition, clause.statement.version)
        place = Place(self.question.account)
        here = _place_of(text) if text and self.callers_follow else place
        return {
            slot: self._domain(
                slot, names[slot], uses[slot], here if names[slot] == PRINCIPAL_ARN else place
            )
            for slot in uses
        }

    def _domain(self, slot: str, key: str, uses: Mapping[int, Use], place: Place) -> Domain:
        if slot in self._of_coupled:
            return self._of_coupled[slot]
        wanted = slot, tuple(uses), place
        known = self._known.get(wanted)
        if known is None:
            known = self._known[wanted] = self._find_domain(slot, key, tuple(uses.values()), place)
        return known

    def _find_domain(self, slot: str, key: str, uses: tuple[Use, ...], place: Place) -> Domain:
        repeated = slot in self.coupled
        found = domain(key, uses, coupled=repeated, place=place, limit=self.limit)
        if slot in self.question.present:
            return found._replace(values=tuple(v for v in found.values if v is not None))
        return found

    def _prepare(self, part: Part, spoken: Policies, keys: tuple[str, ...]) -> Lone:
        """Number the patterns of a part's statements."""
        colons = self.universe is not None and self.universe.has_colons
        suffix = part.target.suffix
        contexts = self._contexts(part)
        entries = tuple(
            entry(clause, contexts, colons=colons, suffix=suffix) for clause in clauses_of(spoken)
        )
        tracks = dict.fromkeys(self._places(spoken))
        if self.callers_follow and PRINCIPAL_ARN in keys:
            tracks.update(dict.fromkeys(self._callers(spoken)))
        numbers = {track: number for number, track in enumerate(tracks)}
        masks, plain = {}, {}
        for found in entries:
            mask = 0
            for track in found.tracks:
                mask |= 1 << numbers.setdefault(track, len(numbers))
            masks[id(found.clause)] = mask if found.decides and found.complete else -1
            if found.clause.statement.effect == "Deny":
                plain[id(found.clause)] = sum(1 << numbers[track] for track in set(found.plain))
            self.filled &= found.complete
        return Lone(Asked(part, spoken, entries, masks, plain, keys), tuple(numbers))

    def _numbered(self, lone: Lone) -> Asked:
        """Number the patterns of a part among those of all."""
        numbers = [self.tracks.setdefault(track, len(self.tracks)) for track in lone.tracks]
        if numbers == list(range(len(numbers))):
            return lone.asked
        masks, plain = (
            {of: mask if mask < 0 else renumbered(mask, numbers) for of, mask in found.items()}
            for found in (lone.asked.masks, lone.asked.plain)
        )
        return lone.asked._replace(masks=masks, plain=plain)

    def _places(self, spoken: Policies) -> Iterator[Track]:
        """Yield the patterns that conditions hold the region and account of a text against."""
        for clause in clauses_of(spoken):
            for condition in clause.conditions:
                key = condition.key.lower()
                if key not in DERIVED:
                    continue
                found = place_tracks(condition, clause.statement.version)
                self.filled &= found is not None
                if self.universe is None:
                    self.filled &= key not in ACCOUNTS or bool(self.question.account)
                else:
                    yield from found or ()

    def _callers(self, spoken: Policies) -> Iterator[Track]:
        """Yield the patterns that conditions hold the account and partition of the caller against."""
        for clause in clauses_of(spoken):
            for condition in clause.conditions:
                if condition.key.lower() == PRINCIPAL_ARN:
                    found = caller_tracks(condition, clause.statement.version)
                    self.callers_follow &= found is not None
                    yield from found or ()

    def _contexts(self, part: Part) -> Callable[[Iterable[str]], Iterator[Mapping[str, Value]]]:
        """Return what makes every combination of the values that some keys stand for."""

        def combinations(wanted: Iterable[str]) -> Iterator[dict[str, Value]]:
            keys = tuple(wanted)
            names = [key for key in keys if part.slot(key) in self._of_coupled]
            given = dict(make_request(part, "*", {}).context)
            self.filled &= not DERIVED & set(keys) - given.keys()
            choices = [self._of_coupled[part.slot(name)].values for name in names]
            for chosen in itertools.product(*choices):
                pairs = zip(names, chosen, strict=True)
                yield given | {name: value for name, value in pairs if value is not None}

        return combinations


def _place_of(text: str) -> Place:
    """Return the account and partition that an ARN shows; nothing where it shows no account."""
    account = account_in((text,))
    return Place(account, text.split(":", 2)[1]) if account else Place()
