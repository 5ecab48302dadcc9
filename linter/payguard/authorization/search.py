"""The search for requests that a question asks for, among all that can be told apart.

A question has one or more parts: requests that are to be allowed, or not, at once. They are about
one text of a universe, and share the values of some context keys. For every representative of the
texts the parts are put to the evaluator with all keys unknown; where the answer hangs on a key,
each value that stands for a class of values is tried. What is surely not so is done with, however
many keys are still open; what surely is so is a witness. No witness and nothing left open is a
proof, since every request has a representative that the evaluator cannot tell from it.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from payguard.authorization.asked import (
    ACCOUNTS,
    DERIVED,
    IMPLIED,
    Asked,
    about_text,
    coupled,
    cut,
    free_keys,
    make_request,
    plain_request,
)
from payguard.authorization.caller import caller
from payguard.authorization.domain import PRINCIPAL_ARN, Domain, Place, Use, domain
from payguard.authorization.doubt import LIMIT, REPLAY, UNSETTLED, Doubt
from payguard.authorization.evaluate import outcome
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import Policies, clauses_of
from payguard.authorization.pruning import pruning
from payguard.authorization.question import Part, Question
from payguard.authorization.readable import readable
from payguard.authorization.relevance import (
    about,
    caller_tracks,
    entry,
    has_variable_resource,
    place_tracks,
)
from payguard.authorization.representative import (
    EVERYTHING,
    Pruning,
    Representatives,
    only,
    representatives,
)
from payguard.authorization.request import Request, Value, account_in
from payguard.authorization.sameness import same_statements
from payguard.authorization.solve import Case, assumed
from payguard.authorization.statement import resource_matches
from payguard.authorization.track import Track
from payguard.authorization.truth import NO, YES
from payguard.authorization.universe import Universe, exactly, loosely
from payguard.iam.wildcard import has_wildcard, matches
from payguard_policies.named_tuple import NamedTuple

_MOST_CANDIDATES = 24  # values of a key that are tried where no class is decided as a whole
_MOST_OPEN = 40  # open cases that are tried so


class Found(NamedTuple):
    """What a search came to.

    Attributes:
        requests: the witness, a request for each part; empty if there is none.
        doubts: why it is not certain that there is none; empty with a witness or a proof.
        texts: how many representatives were looked at.
    """

    requests: tuple[Request, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    texts: int = 0


def search(question: Question, limit: Limit) -> Found:
    """Search for requests that answer a question with yes."""
    return _Search(question, limit).run()


def is_possible(question: Question, limit: Limit) -> tuple[bool, int]:
    """Tell whether requests may answer a question with yes, for all that a short look tells.

    Returns:
        False only where surely none do; and how many representatives were looked at.
    """
    return _Search(_with_universe(question, loosely), limit).is_possible()


def each_text(question: Question, limit: Limit) -> Iterator[tuple[str, Found]]:
    """Search for requests about each representative text by itself."""
    return _Search(question, limit).each()


class _Search:
    def __init__(self, question: Question, limit: Limit) -> None:
        self.question, self.limit = question, limit
        self.universe = question.parts[0].target.universe
        sliced = [about(part.policies, part.action) for part in question.parts]
        keys = [
            free_keys(part, spoken) for part, spoken in zip(question.parts, sliced, strict=True)
        ]
        self.coupled = coupled(question.parts, sliced)
        self._known: dict[tuple[str, tuple[int, ...], Place], Domain] = {}
        # Whether the ARN of a role that is not known is one of the account that a text is in.
        self.callers_follow = not (question.account or self.universe is None)
        # Of the coupled keys, whatever the text is: their samples stand in patterns as well.
        self.domains: Mapping[str, Domain] = {}
        if self.coupled:
            self.domains = self._domains(list(self._coupled_parts(sliced, keys)))
        self.tracks: dict[Track, int] = {}
        self.filled = True  # whether the patterns are all that variables can make of them
        self.asked = tuple(map(self._prepare, question.parts, sliced, keys))
        self.doubts: dict[Doubt, None] = {}
        self.open: list[Case] = []
        self.too_long = False  # whether an answer was about a text that is too long for an ID
        self._settled: set[tuple[object, ...] | None] = set()  # what was surely without an answer

    # What the parts can tell apart

    def _coupled_parts(
        self, sliced: Iterable[Policies], keys: Iterable[tuple[str, ...]]
    ) -> Iterator[Asked]:
        for part, spoken, free in zip(self.question.parts, sliced, keys, strict=True):
            kept = tuple(key for key in free if part.slot(key) in self.coupled)
            yield Asked(part, spoken, (), {}, kept)

    def _domains(self, parts: Sequence[Asked], text: str = "") -> dict[str, Domain]:
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
        if slot in self.domains:
            return self.domains[slot]
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

    def _prepare(self, part: Part, spoken: Policies, keys: tuple[str, ...]) -> Asked:
        """Number the patterns of a part's statements."""
        colons = self.universe is not None and self.universe.has_colons
        suffix = part.target.suffix
        contexts = self._contexts(part)
        entries = tuple(
            entry(clause, contexts, colons=colons, suffix=suffix) for clause in clauses_of(spoken)
        )
        self._tell_places_apart(spoken)
        if self.callers_follow and PRINCIPAL_ARN in keys:
            self._tell_callers_apart(spoken)
        masks = {}
        for found in entries:
            mask = 0
            for track in found.tracks:
                mask |= 1 << self.tracks.setdefault(track, len(self.tracks))
            masks[id(found.clause)] = mask if found.decides and found.complete else -1
            self.filled &= found.complete
        return Asked(part, spoken, entries, masks, keys)

    def _tell_places_apart(self, spoken: Policies) -> None:
        """Number the patterns that conditions hold the region and account of a text against."""
        for clause in clauses_of(spoken):
            for condition in clause.conditions:
                key = condition.key.lower()
                if key not in DERIVED:
                    continue
                found = place_tracks(condition, clause.statement.version)
                self.filled &= found is not None
                if self.universe is None:
                    self.filled &= key not in ACCOUNTS or bool(self.question.account)
                    continue
                for track in found or ():
                    self.tracks.setdefault(track, len(self.tracks))

    def _tell_callers_apart(self, spoken: Policies) -> None:
        """Number the patterns that conditions hold the account and partition of the caller against."""
        for clause in clauses_of(spoken):
            for condition in clause.conditions:
                if condition.key.lower() == PRINCIPAL_ARN:
                    found = caller_tracks(condition, clause.statement.version)
                    self.callers_follow &= found is not None
                    for track in found or ():
                        self.tracks.setdefault(track, len(self.tracks))

    def _contexts(self, part: Part) -> Callable[[Iterable[str]], Iterator[Mapping[str, Value]]]:
        """Return what makes every combination of the values that some keys stand for."""

        def combinations(wanted: Iterable[str]) -> Iterator[dict[str, Value]]:
            keys = tuple(wanted)
            names = [key for key in keys if part.slot(key) in self.domains]
            given = dict(make_request(part, "*", {}).context)
            self.filled &= not DERIVED & set(keys) - given.keys()
            choices = [self.domains[part.slot(name)].values for name in names]
            for chosen in itertools.product(*choices):
                pairs = zip(names, chosen, strict=True)
                yield given | {name: value for name, value in pairs if value is not None}

        return combinations

    # The representatives, one after the other

    def run(self) -> Found:
        texts, wanted = self._wanted(pruning(self.asked))
        for text, hits in wanted:
            requests = self._ask(text, self._about(hits))
            if requests:
                return Found(requests, texts=len(wanted))
        requests = self._try_values()
        if requests:
            return Found(requests, texts=len(wanted))
        if self.too_long and not self._is_exact:
            return _Search(_with_universe(self.question, exactly), self.limit).run()
        self._note_limits(texts)
        return Found(doubts=tuple(self.doubts), texts=len(wanted))

    def is_possible(self) -> tuple[bool, int]:
        texts, wanted = self._wanted(pruning(self.asked))
        possible = any(self._may_be(text, self._about(hits)) for text, hits in wanted)
        return possible or self._lacks(texts), len(wanted)

    def _may_be(self, text: str, parts: tuple[Asked, ...]) -> bool:
        """Tell whether requests about one text may be an answer, however doubts are settled."""
        parts = tuple(about_text(asked, text) for asked in parts)
        case = Case(text, parts, lambda: self._domains(parts, text), sure=False)
        return case.solve(self.limit) is not None

    def each(self) -> Iterator[tuple[str, Found]]:
        texts, wanted = self._wanted(EVERYTHING)
        if not (self._is_exact or all(self._is_short(text) for text, _ in wanted)):
            yield from _Search(_with_universe(self.question, exactly), self.limit).each()
            return
        for text, hits in wanted:
            self.doubts, self.open = {}, []
            requests = self._ask(text, self._about(hits)) or self._try_values()
            self._note_limits(texts)
            yield text, Found(requests, () if requests else tuple(self.doubts), 1)
        self.doubts = {}
        self._note_limits(texts)
        if self.doubts:  # there are texts of which nothing was heard
            yield "", Found(doubts=tuple(self.doubts))

    def _about(self, hits: int) -> tuple[Asked, ...]:
        return tuple(cut(asked, hits) for asked in self.asked)

    def _lacks(self, texts: Representatives) -> bool:
        """Tell whether there may be texts, or ways to read them, of which nothing was heard."""
        return not (texts.complete and self.filled) or bool(self.limit.reached)

    def _note_limits(self, texts: Representatives) -> None:
        if self._lacks(texts):
            reason = self.limit.reached or "too many ways to fill variables in"
            self.doubts[Doubt(LIMIT, reason)] = None

    def _wanted(self, worth: Pruning) -> tuple[Representatives, list[tuple[str, int]]]:
        """Return the representatives, and those of them that the question is about."""
        found = self._texts(worth)
        return found, [(text, hits) for text, hits in found.texts if self._counts(hits)]

    def _texts(self, worth: Pruning) -> Representatives:
        question = self.question
        for pattern in (*question.outside, *question.inside):
            self.tracks.setdefault(Track(pattern), len(self.tracks))
        if self.universe is None:
            return Representatives((("*", -1),), complete=True)
        if len(question.inside) == 1 and not has_wildcard(question.inside[0]):
            return only(question.inside[0], self.universe, tuple(self.tracks))
        return representatives(self.universe, tuple(self.tracks), self.limit, worth)

    def _counts(self, hits: int) -> bool:
        outside, inside = self.question.outside, self.question.inside
        if self.universe is None:
            return True
        if any(hits >> self.tracks[Track(pattern)] & 1 for pattern in outside):
            return False
        return not inside or any(hits >> self.tracks[Track(pattern)] & 1 for pattern in inside)

    def _ask(self, text: str, parts: tuple[Asked, ...]) -> tuple[Request, ...]:
        """Return requests about one text that answer the question, or note why none is sure.

        A witness must hold however IAM's open questions are settled; without one, a proof must.
        """
        if _contradict(parts):
            return ()
        parts = tuple(about_text(asked, text) for asked in parts)
        seen = _signature(text, parts)
        if seen in self._settled:
            return ()
        case = Case(text, parts, lambda: self._domains(parts, text))
        requests = self._witness(case)
        if requests:
            return requests
        if case.settled or case.open:
            self._note_doubts(case)
        elif seen is not None:
            self._settled.add(seen)
        return ()

    def _witness(self, case: Case) -> tuple[Request, ...]:
        """Return requests that surely answer the question."""
        values = case.solve(self.limit)
        if values is None:
            return ()
        requests = tuple(case.request(asked, values) for asked in case.parts)
        if not self._replays(requests):
            self.doubts[Doubt(REPLAY)] = None
        elif self._is_short(case.text):
            return self._readable(case.text, requests)
        else:
            self.too_long = True
            self.doubts[Doubt(LIMIT, "IDs of too many lengths")] = None
        return ()

    @property
    def _is_exact(self) -> bool:
        return self.universe is None or self.universe.is_exact

    def _is_short(self, text: str) -> bool:
        """Tell whether a text is one of the universe, in which IDs may have been let grow."""
        return self.universe is None or self.universe.has(text)

    def _note_doubts(self, case: Case) -> None:
        """Note what one request hangs on that may answer the question, if there is one."""
        lenient = case.anew(case.domains, sure=False)
        values = lenient.solve(self.limit)
        if values is None:
            return
        if len(self.open) < _MOST_OPEN:
            self.open.append(case)
        found = [
            outcome(asked.policies, case.request(asked, values, single=False)).allowed
            for asked in case.parts
        ]
        doubts = [item for answer in found for item in assumed(answer).doubts]
        self.doubts.update(dict.fromkeys(doubts or (Doubt(UNSETTLED),)))

    def _readable(self, text: str, requests: tuple[Request, ...]) -> tuple[Request, ...]:
        """Return the same witness about a resource that is easier to read, if it is one."""
        for other in readable(text):
            if not (self._is_wanted(other) and self._is_short(other)):
                continue
            found = tuple(
                make_request(
                    part,
                    part.target.resource(other),
                    {key: held for key, held in one.context.items() if key not in IMPLIED},
                )
                for part, one in zip(self.question.parts, requests, strict=True)
            )
            if self._replays(found):
                return found
        return requests

    def _is_wanted(self, text: str) -> bool:
        """Tell whether a text is one that the question is about."""
        outside, inside = self.question.outside, self.question.inside
        if any(matches(pattern, text) for pattern in outside):
            return False
        return not inside or any(matches(pattern, text) for pattern in inside)

    def _replays(self, requests: Sequence[Request]) -> bool:
        """Put a witness to the evaluator once more, with every statement of every policy."""
        return all(
            _is_possible(part, found)
            and assumed(outcome(part.policies, found).allowed) is (YES if part.allowed else NO)
            for part, found in zip(self.question.parts, requests, strict=True)
        )

    # Keys whose values other keys or variables repeat

    def _try_values(self) -> tuple[Request, ...]:
        """Try single values where whole classes of them were left open."""
        noted = self.open
        self.open = []
        for case in noted:
            requests = self._witness(
                case.anew({**case.domains, **self._candidates(case)}, sure=True)
            )
            if requests or self.limit.is_over:
                return requests
        return ()

    def _candidates(self, case: Case) -> dict[str, Domain]:
        """Return values for the coupled keys: their own, one another's, and what texts ask for."""
        from payguard.authorization.capture import captures  # noqa: PLC0415  seldom needed

        pool: dict[str, None] = {}
        absent = {}
        for slot in sorted(self.coupled):
            if slot in case.domains:
                values = case.domains[slot].values
                absent[slot] = None in values
                pool.update((str(v), None) for v in values if isinstance(v, str))
        for asked in case.parts:
            resource = asked.part.target.resource(case.text)
            for found in asked.entries:
                pool.update(dict.fromkeys(captures(found.clause, resource, tuple(pool))))
        texts: tuple[Value | None, ...] = tuple(pool)[:_MOST_CANDIDATES]
        return {
            slot: Domain((None, *texts) if may_be_absent else texts, complete=False)
            for slot, may_be_absent in absent.items()
        }


def _with_universe(question: Question, made: Callable[[Universe], Universe]) -> Question:
    """Return the same question about the texts of a universe that is made of its own."""
    parts = []
    for part in question.parts:
        universe = part.target.universe
        other = None if universe is None else made(universe)
        parts.append(part._replace(target=part.target._replace(universe=other)))
    return question._replace(parts=tuple(parts))


def _place_of(text: str) -> Place:
    """Return the account and partition that an ARN shows; nothing where it shows no account."""
    account = account_in((text,))
    return Place(account, text.split(":", 2)[1]) if account else Place()


def _is_possible(part: Part, found: Request) -> bool:
    """Tell whether a role that is not further known is one of the account that asks."""
    held = found.context.get(PRINCIPAL_ARN)
    if part.principal or not isinstance(held, str) or not account_in((found.resource,)):
        return True
    return caller(held).shares_account(found.caller)


def _signature(text: str, parts: Sequence[Asked]) -> tuple[object, ...] | None:
    """Return all that the parts can tell of a text; None where that may be the text itself."""
    found: list[object] = []
    for asked in parts:
        plain = plain_request(asked.part, text)
        for clause in clauses_of(asked.policies):
            if has_variable_resource(clause):
                return None
            found.append((id(clause), resource_matches(clause, plain)))
        found.append(plain.resource_account)
        found.append(plain.context.get("aws:requestedregion"))
        found.append(plain.caller.partition)
    return tuple(found)


def _contradict(parts: Sequence[Asked]) -> bool:
    """Tell whether one request is to be allowed and denied by the same statements."""
    if len(parts) != 2 or parts[0].part.allowed == parts[1].part.allowed:
        return False
    one, other = (asked.part for asked in parts)
    alike = one._replace(policies=other.policies, allowed=other.allowed) == other
    return alike and same_statements(parts[0].policies, parts[1].policies)
