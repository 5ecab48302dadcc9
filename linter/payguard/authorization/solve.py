"""One text of a question: are there values of the context keys with which all parts are as asked.

The parts are put to the evaluator with all keys unknown; where the answer hangs on a key, its
values are tried one after the other. Where the evaluator says no, the values that it says no
because of are told apart from those that are no matter, so that the search goes back to a key that
makes a difference.
"""

from collections.abc import Callable, Mapping, Sequence

from payguard.authorization.asked import Asked, make_request, open_request, put
from payguard.authorization.domain import Domain, is_carried
from payguard.authorization.doubt import KEY_POLICY, UNKNOWN_KEY
from payguard.authorization.evaluate import is_allowed
from payguard.authorization.limit import Limit
from payguard.authorization.relevance import of_request
from payguard.authorization.request import UNKNOWN, Request, Sample, Value
from payguard.authorization.truth import MOST_DOUBTS, NO, YES, Reading, Truth, negate

# The policy of a key is not asked for: it lets the identity policies of its account decide.
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
ASSUMED = frozenset({KEY_POLICY})

_SELDOM = 2  # times that the policies are asked as they are

Values = Mapping[str, Value | None]  # by slot; None for an absent key
Conflict = frozenset[str]  # slots whose values together exclude an answer


class Case:
    """One text, and what is left of the parts about it.

    Args:
        text: a text of the universe.
        parts: the parts, cut down to the statements that may match it.
        domains: finds the values of the keys, by slot, if they are needed.
        sure: whether what IAM leaves open is settled against the question, so that an answer is
            sure, rather than for it, so that none is missed.
    """

    def __init__(
        self,
        text: str,
        parts: tuple[Asked, ...],
        domains: Callable[[], Mapping[str, Domain]],
        *,
        sure: bool = True,
    ) -> None:
        self.text, self.parts, self.sure = text, parts, sure
        self._find_domains = domains
        self._domains: Mapping[str, Domain] | None = None
        self._readings = (Reading(most=sure), Reading(most=not sure))
        self._requests = tuple(open_request(asked, text) for asked in parts)
        self._policies = [asked.policies for asked in parts]
        self._asked = [0 for _ in parts]  # how often the evaluator was
        self._slots = tuple(
            tuple((key, asked.part.slot(key)) for key in asked.keys) for asked in parts
        )
        self._known: dict[tuple[object, ...], Truth] = {}  # by part and the values of its slots
        self.open = False  # whether something hangs on values that no class decides

    def anew(self, domains: Mapping[str, Domain], *, sure: bool) -> "Case":
        """Return the same case with other domains, or settled otherwise."""
        return Case(self.text, self.parts, lambda: domains, sure=sure)

    @property
    def domains(self) -> Mapping[str, Domain]:
        """The values of the keys, by slot."""
        if self._domains is None:
            self._domains = self._find_domains()
        return self._domains

    @property
    def settled(self) -> bool:
        """Whether anything that IAM leaves open had to be settled."""
        return any(reading.settled for reading in self._readings)

    def solve(self, limit: Limit) -> Values | None:
        """Return values, as few as needed, with which all parts are as asked; None if none are.

        Where ``sure`` is not asked for, what stays open counts as an answer.
        """
        solution: list[Values] = []
        self._next_part(0, {}, limit, solution)
        return solution[0] if solution else None

    def _next_part(
        self, number: int, values: Values, limit: Limit, solution: list[Values]
    ) -> Conflict:
        if number == len(self.parts):
            solution.append(values)
            return frozenset()
        return self._branch(number, values, limit, solution)

    def _branch(
        self, number: int, values: Values, limit: Limit, solution: list[Values]
    ) -> Conflict:
        """Look for an answer with these values; without one, return which of them exclude it."""
        asked = self.parts[number]
        if not limit.spend_request():
            self.open = True
            return frozenset(values)
        answer = self._answer(number, values)
        if answer is NO:
            return self._because(number, values, limit)
        slot = "" if answer is YES else _next_slot(answer, values, asked)
        if not slot:
            if answer is not YES:
                self.open = True
            if answer is YES or not self.sure:
                return self._next_part(number + 1, values, limit, solution)
            return frozenset(values)
        excluded: set[str] = set()
        for value in self.domains[slot].values:
            conflict = self._branch(number, {**values, slot: value}, limit, solution)
            if solution or slot not in conflict:
                return conflict
            excluded |= conflict
        return frozenset(excluded - {slot})

    def is_denied(self, number: int) -> bool:
        """Tell whether a part is surely not as asked, whatever the keys hold."""
        return self._answer(number, {}) is NO

    def _because(self, number: int, values: Values, limit: Limit) -> Conflict:
        """Return the slots without whose values the part would not surely be otherwise."""
        own = {slot for _, slot in self._slots[number]}
        kept = {slot: value for slot, value in values.items() if slot in own}
        for slot in list(kept):
            fewer = {name: value for name, value in kept.items() if name != slot}
            if limit.spend_request() and self._answer(number, fewer) is NO:
                kept = fewer
        return frozenset(kept)

    def _answer(self, number: int, values: Values) -> Truth:
        """Tell whether a part is as asked, with these values and all others unknown."""
        asked = self.parts[number]
        given = [(key, values[slot]) for key, slot in self._slots[number] if slot in values]
        wanted = number, *given
        found = self._known.get(wanted)
        if found is None:
            found = self._known[wanted] = self._find_answer(number, given)
        return found if asked.part.allowed else negate(found)

    def _find_answer(self, number: int, given: Sequence[tuple[str, Value | None]]) -> Truth:
        asked, wanted = self.parts[number], self._requests[number]
        self._asked[number] += 1
        if self._asked[number] == _SELDOM:
            self._policies[number] = of_request(asked.policies, wanted)
        context = dict(wanted.context)
        for key, value in given:
            put(context, key, value)
        reading = self._readings[asked.part.allowed]
        return assumed(
            is_allowed(self._policies[number], wanted._replace(context=context), reading)
        )

    def request(self, asked: Asked, values: Values, *, single: bool = True) -> Request:
        """Return the request of a part with these values.

        With ``single``, one value stands for a class of values, and keys that are no matter have
        one too.
        """
        context: dict[str, Value] = {}
        for key in asked.keys:
            slot = asked.part.slot(key)
            value = values.get(slot, UNKNOWN)
            if value is UNKNOWN and single:
                value = next(v for v in self.domains[slot].values if v is not UNKNOWN)
            put(context, key, str(value) if single and isinstance(value, Sample) else value)
        for slot, value in values.items():  # what another part says of the same role or resource
            if asked.part.slot(slot) == slot and value is not UNKNOWN:
                put(context, slot, str(value) if single and isinstance(value, Sample) else value)
        if single:
            self._share(asked, values, context)
        return make_request(asked.part, asked.part.target.resource(self.text), context)

    def _share(self, asked: Asked, values: Values, context: dict[str, Value]) -> None:
        """Give a part the values that the others are given for keys they have in common."""
        for slot, found in self.domains.items():
            shared = asked.part.slot(slot) == slot and is_carried(asked.part.action, slot)
            if shared and slot not in context and values.get(slot, UNKNOWN) is UNKNOWN:
                value = next(v for v in found.values if v is not UNKNOWN)
                put(context, slot, str(value) if isinstance(value, Sample) else value)


def assumed(answer: Truth) -> Truth:
    """Take a position for granted that every answer about KMS keys rests on."""
    if answer.rank == 1 or not answer.doubts:
        return answer
    if any(item.kind not in ASSUMED for item in answer.doubts):
        return answer
    return YES if answer.rank else NO


def _next_slot(answer: Truth, values: Values, asked: Asked) -> str:
    """Return the slot of a key that the answer hangs on and that is still open; empty if none is."""
    hanging = {item.subject.lower() for item in answer.doubts if item.kind == UNKNOWN_KEY}
    slots = asked.part.slot
    still = [slots(key) for key in asked.keys if slots(key) not in values and key in hanging]
    if still or len(answer.doubts) < MOST_DOUBTS:
        return still[0] if still else ""
    return next((slots(key) for key in asked.keys if slots(key) not in values), "")
