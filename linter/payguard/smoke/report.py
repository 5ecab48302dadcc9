"""What a run found, ready to be printed: one row for each target."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from payguard.smoke.verdict import ALLOW, DENY, NOT_ASSUMABLE, Answer, Outcome, Standing
from payguard_policies.named_tuple import NamedTuple

if TYPE_CHECKING:
    from payguard.smoke.fleet import Run

LIVE, EMULATOR, PLAN = "live", "emulator", "plan"

# Exit statuses by what is worst, see ``payguard --help``.
_STATUSES = (
    (Standing.NOT_AS_EXPECTED, 1),
    (Standing.COULD_NOT_RUN, 2),
    (Standing.UNDECIDED, 3),
)

OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.ALLOWED: "allowed",
    Outcome.DENIED_BY_IAM: "denied by IAM",
    Outcome.DENIED_OTHERWISE: "denied, for another reason than IAM",
    Outcome.NOT_ASSUMABLE: "not assumable",
    Outcome.NOT_TESTABLE: "not testable",
    Outcome.INVALID_REQUEST: "refused as invalid",
    Outcome.THROTTLED: "throttled",
    Outcome.SERVICE_ERROR: "the service failed",
    Outcome.UNREACHABLE: "unreachable",
    Outcome.NO_CREDENTIALS: "no valid credentials",
    Outcome.WRONG_REGION: "wrong region",
    Outcome.UNDECIDED: "undecided",
    Outcome.NOT_ASKED: "not asked",
}
EXPECTATION_WORDS: Mapping[str, str] = {
    ALLOW: "allowed",
    DENY: "denied",
    NOT_ASSUMABLE: "not assumable",
}


class Place(NamedTuple):
    """Where a planned role is declared; line and column count from 1."""

    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Row:
    """A target and its answers.

    Attributes:
        who: the ARN of the role, its address in a file, or words for the credentials at hand.
        role_arn: the ARN of the role; empty where it is not known or no role is assumed.
        manager_arn: the payment manager.
        persona: what the role is; empty where nobody says.
        answers: one for each API.
        authorizer: as in ``payguard.smoke.probe.Result``.
        place: where a planned role is declared.
        explained: for an API, what ``payguard explain`` says of its denial.
    """

    who: str
    manager_arn: str
    persona: str
    answers: tuple[Answer, ...]
    role_arn: str = ""
    authorizer: str = ""
    place: Place | None = None
    explained: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Report(NamedTuple):
    """A run.

    Attributes:
        mode: LIVE, EMULATOR or PLAN.
        rows: in the order of the targets.
        notes: what is to be known of the run as a whole.
        interrupted: whether Ctrl-C ended it: the rows are those that were done, and the others.
    """

    mode: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def counts(self) -> Mapping[Standing, int]:
        """How many calls stand how."""
        found = Counter(answer.standing for row in self.rows for answer in row.answers)
        return {standing: found[standing] for standing in Standing}


def of_run(mode: str, run: "Run", notes: tuple[str, ...] = ()) -> Report:
    """Return the report of a run that called AWS, or the emulator."""
    rows = (
        Row(
            result.target.who,
            result.target.manager_arn,
            result.target.persona,
            result.answers,
            role_arn=result.target.role_arn,
            authorizer=result.authorizer,
        )
        for result in run.results
    )
    return Report(mode, tuple(rows), notes, run.interrupted)


def exit_status(report: Report, *, allow_undecided: bool = False) -> int:
    """Return the exit status: what is not as expected first, then what could not be asked."""
    counts = report.counts
    for standing, status in _STATUSES:
        if counts[standing] and not (allow_undecided and standing == Standing.UNDECIDED):
            return status
    return 0


def outcome_words(answer: Answer) -> str:
    """Return an outcome in words, and what was expected instead."""
    words = OUTCOME_WORDS[answer.outcome]
    if answer.outcome == Outcome.ALLOWED and answer.pages:
        words += f" ({_entries(answer)})"
    if answer.standing == Standing.NOT_AS_EXPECTED:
        words += f", expected {EXPECTATION_WORDS[answer.expected]}"
    return words


def _entries(answer: Answer) -> str:
    noun = answer.api.removeprefix("ListPayment").lower()
    many = "no" if not answer.entries else f"{answer.entries:,}"
    one = noun.removesuffix("s") if answer.entries == 1 else noun
    return f"{many} {one}" + (f" on {answer.pages:,} pages" if answer.pages > 1 else "")


def remarks(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield what else there is to say about an answer: a word, and a sentence."""
    found = answer.trouble
    unexpected = answer.standing != Standing.AS_EXPECTED
    if found is not None and unexpected:
        if found.mend:
            yield "help", found.mend
        if found.source:
            yield "see", found.source
    if unexpected and not answer.expected and answer.outcome in _JUDGED:
        yield "help", "say what is expected: --persona NAME, or --expect allow or deny"
    if answer.outcome not in _ASKED_ONCE and answer.attempts > 1:
        yield "note", f"asked {answer.attempts} times"
    for note in answer.notes:
        yield "note", note


_JUDGED = {Outcome.ALLOWED, Outcome.DENIED_BY_IAM, Outcome.DENIED_OTHERWISE}
_ASKED_ONCE = {Outcome.ALLOWED, Outcome.NOT_TESTABLE, Outcome.NOT_ASKED}
