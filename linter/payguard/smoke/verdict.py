"""What came of one call: the outcome, and whether that is what the persona's contract says."""

from dataclasses import dataclass, replace
from enum import StrEnum

from payguard.denial.message import Denial
from payguard_policies import PAYMENTS_SERVICE
from payguard_policies.roles import contract


class Outcome(StrEnum):
    """What an API answered, or why it was not asked."""

    ALLOWED = "allowed"
    DENIED_BY_IAM = "denied-by-iam"
    DENIED_OTHERWISE = "denied-otherwise"
    NOT_ASSUMABLE = "not-assumable"
    NOT_TESTABLE = "not-testable"
    INVALID_REQUEST = "invalid-request"
    THROTTLED = "throttled"
    SERVICE_ERROR = "service-error"
    UNREACHABLE = "unreachable"
    NO_CREDENTIALS = "no-credentials"
    WRONG_REGION = "wrong-region"
    UNDECIDED = "undecided"
    NOT_ASKED = "not-asked"


class Standing(StrEnum):
    """How an outcome compares with what is expected."""

    AS_EXPECTED = "as-expected"
    NOT_AS_EXPECTED = "not-as-expected"
    UNDECIDED = "undecided"
    COULD_NOT_RUN = "could-not-run"


# What contracts expect of the list APIs; and of an assumed role, see ``Contract.smoke``.
ALLOW, DENY, NOT_ASSUMABLE = "allow", "deny", "not-assumable"
SERVICE = PAYMENTS_SERVICE  # the prefix of the actions
# The APIs, as every contract names them.
APIS = tuple(contract("viewer").smoke)

_ANSWERED = {Outcome.ALLOWED, Outcome.DENIED_BY_IAM, Outcome.DENIED_OTHERWISE}
_NOT_RUN = {
    Outcome.NOT_ASSUMABLE,
    Outcome.UNREACHABLE,
    Outcome.NO_CREDENTIALS,
    Outcome.WRONG_REGION,
    Outcome.NOT_ASKED,
}
# Whoever asks with the wrong kind of credentials learns nothing about policies.
_OF_THE_METHOD = "authorizer"
# A role that the caller's own policies keep it from may be open to others.
OF_THE_CALLER = "caller"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a call did not return what was asked for.

    Attributes:
        outcome: the verdict.
        cause: a slug: the ``id`` of a ``payguard_policies.messages.Message``, or one of
            ``payguard.smoke.trouble``'s own.
        says: one sentence, fit to be shown: without credentials, tokens and session names.
        mend: what helps; may be empty.
        source: the page or report that says so; may be empty.
        kind: the ``cause`` of a ``Message``; empty for what AWS did not answer.
        denial: what AWS said, if IAM denied it.
        final: whether to ask again is pointless.
    """

    outcome: Outcome
    cause: str
    says: str
    mend: str = ""
    source: str = ""
    kind: str = ""
    denial: Denial | None = None
    final: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one API for one target.

    Attributes:
        api: the operation.
        expected: ALLOW, DENY or NOT_ASSUMABLE; empty where nobody says.
        outcome: the verdict.
        trouble: why it was not allowed; None if it was.
        pages: how many pages were read.
        entries: how many instruments or sessions they held.
        attempts: how many requests were made for it.
        notes: what else is worth knowing.
    """

    api: str
    expected: str
    outcome: Outcome
    trouble: Trouble | None = None
    pages: int = 0
    entries: int = 0
    attempts: int = 0
    notes: tuple[str, ...] = ()

    @property
    def standing(self) -> Standing:
        """How it compares with what is expected."""
        return judged(self.outcome, self.expected, self.trouble.kind if self.trouble else "")

    def noted(self, *notes: str) -> "Answer":
        """Return the same answer with more notes."""
        return replace(self, notes=(*self.notes, *notes))


def judged(outcome: Outcome, expected: str, kind: str = "") -> Standing:
    """Compare an outcome with what is expected.

    Args:
        outcome: what came of the call.
        expected: ALLOW, DENY or NOT_ASSUMABLE; empty where nobody says.
        kind: what kind of trouble it was, as in ``Trouble``.
    """
    if outcome == expected == NOT_ASSUMABLE and kind != OF_THE_CALLER:
        return Standing.AS_EXPECTED
    if outcome in _NOT_RUN:
        return Standing.COULD_NOT_RUN
    if outcome not in _ANSWERED or not expected or kind == _OF_THE_METHOD:
        return Standing.UNDECIDED
    if expected == DENY and outcome == Outcome.DENIED_OTHERWISE:
        return Standing.UNDECIDED  # a connector's trouble tells nothing about what IAM would say
    wanted = {ALLOW: Outcome.ALLOWED, DENY: Outcome.DENIED_BY_IAM}.get(expected)
    return Standing.AS_EXPECTED if outcome == wanted else Standing.NOT_AS_EXPECTED


def expected_of(api: str, persona: str, expect: str) -> str:
    """Return what is expected of an API: as the user says, or as the persona's contract does.

    Args:
        api: the operation.
        persona: a persona; empty where nobody says.
        expect: ALLOW or DENY; empty to ask the contract.
    """
    if expect:
        return expect
    return contract(persona).smoke[api] if persona else ""
