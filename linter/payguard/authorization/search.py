"""The search for requests that a question asks for, among all that can be told apart.

A question has one or more parts: requests that are to be allowed, or not, at once. They are about
one text of a universe, and share the values of some context keys. For every representative of the
texts the parts are put to the evaluator with all keys unknown; where the answer hangs on a key,
each value that stands for a class of values is tried. What is surely not so is done with, however
many keys are still open; what surely is so is a witness. No witness and nothing left open is a
proof, since every request has a representative that the evaluator cannot tell from it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, count, islice

from payguard.authorization.asked import (
    IMPLIED,
    Asked,
    about_text,
    cut,
    cut_to_text,
    make_request,
    plain_request,
)
from payguard.authorization.caller import caller
from payguard.authorization.distinction import Distinctions
from payguard.authorization.domain import PRINCIPAL_ARN, Domain
from payguard.authorization.doubt import LIMIT, REPLAY, UNSETTLED, Doubt
from payguard.authorization.evaluate import is_allowed, may_allow
from payguard.authorization.likely import likely_texts
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import clauses_of
from payguard.authorization.pruning import is_denied_everywhere, pruning
from payguard.authorization.question import Part, Question
from payguard.authorization.readable import readable
from payguard.authorization.relevance import has_variable_resource
from payguard.authorization.representative import only, representatives
from payguard.authorization.request import Request, Value, account_in
from payguard.authorization.sameness import same_statements
from payguard.authorization.solve import Case, assumed
from payguard.authorization.statement import resource_matches
from payguard.authorization.track import Track
from payguard.authorization.truth import NO, YES
from payguard.authorization.universe import Universe, exactly, loosely
from payguard.authorization.walk import EVERYTHING, Pruning, Representatives
from payguard.iam.wildcard import has_wildcard, matches
from payguard_policies.named_tuple import NamedTuple

_MOST_CANDIDATES = 24  # values of a key that are tried where no class is decided as a whole
_OTHER = "other"
_MOST_LIKELY = 2  # texts that are tried first
_MOST_OPEN = 40  # open cases that are tried so


class Found(NamedTuple):
    """What a search came to.

    Attributes:
        requests: the witness, a request for each part; empty if there is none.
        doubts: why it is not certain that there is none; empty with a witness or a proof.
        texts: how many representatives were looked at.
        alone: whether there is none because one of the parts is never as asked by itself, on any
            text of its ``alone``.
    """

    requests: tuple[Request, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    texts: int = 0
    alone: bool = False


def search(question: Question, limit: Limit) -> Found:
    """Search for requests that answer a question with yes."""
    return _Search(question, limit).run()


def each_text(question: Question, limit: Limit) -> Iterator[tuple[str, Found]]:
    """Search for requests about each representative text by itself."""
    return _Search(question, limit).each()


class _Search:
    def __init__(self, question: Question, limit: Limit) -> None:
        self.question, self.limit = question, limit
        self.universe = question.parts[0].target.universe
        self.apart = Distinctions(question, limit)
        self.looked_at = 0  # representatives
        # Parts that are not as asked where most is.
        self.denied = self._with_alone
        self.doubts: dict[Doubt, None] = {}
        self.open: list[Case] = []
        self.too_long = False  # whether an answer was about a text that is too long for an ID
        self._settled: set[tuple[object, ...] | None] = set()  # what was surely without an answer

    # The representatives, one after the other

    def run(self) -> Found:
        return self._look() or self._walk()

    def _look(self) -> Found | None:
        """Look whether it is soon found out; None if it is not."""
        if any(is_denied_everywhere(self.apart.asked[number]) for number in self._with_alone):
            return Found(alone=True)
        requests = self._try_likely()
        if requests:
            return Found(requests, texts=self.looked_at)
        if self._one_is_never(self.denied, thorough=False):
            return Found(texts=self.looked_at, alone=True)
        return None

    def _walk(self) -> Found:
        """Look at every representative."""
        texts = self._texts(pruning(self.apart.asked))
        for text, hits in self._wanted(texts):
            requests = self._ask(text, self._about(hits))
            if requests:
                return Found(requests, texts=self.looked_at)
        requests = self._try_values()
        if requests:
            return Found(requests, texts=self.looked_at)
        if self.too_long and not self._is_exact:
            return _Search(_with_universe(self.question, exactly), self.limit).run()
        self._note_limits(texts)
        alone = not self.doubts and self._one_is_never(self._with_alone, thorough=True)
        return Found(doubts=tuple(self.doubts), texts=self.looked_at, alone=alone)

    def _try_likely(self) -> tuple[Request, ...]:
        """Return requests about a text that comes to mind, if they answer the question.

        Notes which parts are not as asked on any of them.
        """
        if _contradict(self.apart.asked):
            return ()
        for text in islice(self._likely_texts(), _MOST_LIKELY):
            self.looked_at += 1
            parts = tuple(cut_to_text(asked, text) for asked in self.apart.asked)
            case = self._case(text, parts)
            requests = self._witness(case)
            if requests:
                return requests
            self.denied = [number for number in self.denied if case.is_denied(number)]
            if not self.denied:  # what is missing is no other resource
                break
        return ()

    def _likely_texts(self) -> Iterator[str]:
        if self.universe is None or not self.denied:
            return iter(())
        clauses = chain.from_iterable(clauses_of(asked.policies) for asked in self.apart.asked)
        return filter(self._is_wanted, likely_texts(self.universe, clauses))

    @property
    def _with_alone(self) -> list[int]:
        parts = enumerate(self.question.parts)
        return [number for number, part in parts if part.alone is not None]

    def _one_is_never(self, parts: Iterable[int], *, thorough: bool) -> bool:
        """Tell whether one of some parts is surely never as asked by itself."""

        def cost(number: int) -> int:
            return sum(map(may_allow, clauses_of(self.apart.asked[number].policies)))

        return any(self._is_never(one, thorough=thorough) for one in sorted(parts, key=cost))

    def _is_never(self, number: int, *, thorough: bool) -> bool:
        asked, tracks = self.apart.lone[number]
        if asked.part.alone is None:
            return False
        texts = representatives(loosely(asked.part.alone), tracks, self.limit, pruning((asked,)))
        for text, hits in texts:
            self.looked_at += 1
            case = self._case(text, (about_text(cut(asked, hits), text),), sure=False)
            if not (case.is_denied(0) or (thorough and case.solve(self.limit) is None)):
                return False
        return not self._lacks(texts)

    def each(self) -> Iterator[tuple[str, Found]]:
        texts = self._texts(EVERYTHING)
        wanted = list(self._wanted(texts))
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
        return tuple(cut(asked, hits) for asked in self.apart.asked)

    def _lacks(self, texts: Representatives) -> bool:
        """Tell whether there may be texts, or ways to read them, of which nothing was heard."""
        return not (texts.complete and self.apart.filled) or bool(self.limit.reached)

    def _note_limits(self, texts: Representatives) -> None:
        if self._lacks(texts):
            reason = self.limit.reached or "too many ways to fill variables in"
            self.doubts[Doubt(LIMIT, reason)] = None

    def _wanted(self, texts: Representatives) -> Iterator[tuple[str, int]]:
        """Yield the representatives that the question is about."""
        for text, hits in texts:
            if self._counts(hits):
                self.looked_at += 1
                yield text, hits

    def _texts(self, worth: Pruning) -> Representatives:
        inside, tracks = self.question.inside, tuple(self.apart.tracks)
        if self.universe is None:
            return Representatives(("*", -1))
        if len(inside) == 1 and not has_wildcard(inside[0]):
            return only(inside[0], self.universe, tracks)
        return representatives(self.universe, tracks, self.limit, worth)

    def _counts(self, hits: int) -> bool:
        outside, inside = self.question.outside, self.question.inside
        if self.universe is None:
            return True
        if any(hits >> self.apart.tracks[Track(pattern)] & 1 for pattern in outside):
            return False
        return not inside or any(
            hits >> self.apart.tracks[Track(pattern)] & 1 for pattern in inside
        )

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
        case = self._case(text, parts)
        requests = self._witness(case)
        if requests:
            return requests
        if case.settled or case.open:
            self._note_doubts(case)
        elif seen is not None:
            self._settled.add(seen)
        return ()

    def _case(self, text: str, parts: tuple[Asked, ...], *, sure: bool = True) -> Case:
        return Case(text, parts, lambda: self.apart.domains(parts, text), sure=sure)

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
            is_allowed(asked.policies, case.request(asked, values, single=False))
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
            and assumed(is_allowed(part.policies, found)) is (YES if part.allowed else NO)
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
        """Return values for the coupled keys: their own, one another's, and what texts ask for.

        And one that is none of these.
        """
        from payguard.authorization.capture import captures  # noqa: PLC0415  seldom needed

        pool: dict[str, None] = {}
        absent = {}
        for slot in sorted(self.apart.coupled):
            if slot in case.domains:
                values = case.domains[slot].values
                absent[slot] = None in values
                pool.update((str(v), None) for v in values if isinstance(v, str))
        for asked in case.parts:
            resource = asked.part.target.resource(case.text)
            for found in asked.entries:
                pool.update(dict.fromkeys(captures(found.clause, resource, tuple(pool))))
        # With spaces at its end where it is one of them.
        unlike = next(text for text in map(_OTHER.ljust, count()) if text not in pool)
        texts: tuple[Value | None, ...] = (*islice(pool, _MOST_CANDIDATES), unlike)
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
