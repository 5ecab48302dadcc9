"""The answer to a question about all requests: proved, refuted with a witness, or undecided."""

from collections.abc import Iterable

from payguard.authorization.doubt import Doubt
from payguard.authorization.limit import Limit
from payguard.authorization.request import Request
from payguard_policies.named_tuple import NamedTuple

PROVED, REFUTED, UNDECIDED = "proved", "refuted", "undecided"


class Step(NamedTuple):
    """One request of a witness.

    Attributes:
        who: the name of the role that makes it.
        request: the request.
        allowed: whether it is allowed; a witness of missing access is denied.
        note: what it is there for, in a few words; may be empty.
    """

    who: str
    request: Request
    allowed: bool = True
    note: str = ""


class Examined(NamedTuple):
    """How much was looked at: statements, representative resources, and requests evaluated."""

    statements: int = 0
    resources: int = 0
    requests: int = 0


class Answer(NamedTuple):
    """What can be said of a property.

    Attributes:
        property: the property, as a sentence.
        verdict: PROVED, REFUTED or UNDECIDED.
        witness: if refuted, the requests that show it, in order; each can be replayed.
        reasons: if undecided, why; if refuted, what the witness rests on beside the policies.
        universe: what the requests range over.
        assumptions: what a proof takes for granted.
        examined: how much was looked at.
    """

    property: str
    verdict: str
    witness: tuple[Step, ...] = ()
    reasons: tuple[str, ...] = ()
    universe: str = ""
    assumptions: tuple[str, ...] = ()
    examined: Examined = Examined()


class Inquiry:
    """Gathers what the searches for one answer come to.

    Args:
        limit: what all of them together may spend.
        statements: how many statements speak about the question.
    """

    def __init__(self, limit: Limit, statements: int) -> None:
        self.limit, self._statements = limit, statements
        self._doubts: dict[str, None] = {}
        self._rests_on: dict[str, None] = {}
        self._resources = 0

    def note(self, doubts: Iterable[Doubt], resources: int = 0) -> None:
        """Take over why a search found nothing sure, and how much it looked at."""
        self._doubts.update((doubt.sentence, None) for doubt in doubts)
        self._resources += resources

    def note_reasons(self, sentences: Iterable[str]) -> None:
        """Add sentences on why nothing is sure."""
        self._doubts.update(dict.fromkeys(sentences))

    def forget(self) -> None:
        """Leave the doubts so far behind: something else made the answer sure."""
        self._doubts.clear()

    def rest_on(self, sentence: str) -> None:
        """Say what a witness rests on, beside the requests that it has."""
        self._rests_on[sentence] = None

    @property
    def is_open(self) -> bool:
        """Whether something was left undecided."""
        return bool(self._doubts)

    def answer(
        self,
        asked: str,
        universe: str,
        assumptions: Iterable[str] = (),
        witness: Iterable[Step] = (),
    ) -> Answer:
        """Return the answer: refuted with a witness, undecided with doubts, else proved."""
        steps = tuple(witness)
        verdict = REFUTED if steps else UNDECIDED if self._doubts else PROVED
        why = tuple(self._rests_on if steps else self._doubts)
        examined = Examined(self._statements, self._resources, self.limit.requests)
        return Answer(asked, verdict, steps, why, universe, tuple(assumptions), examined)
