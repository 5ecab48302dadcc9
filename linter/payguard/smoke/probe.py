"""Asks one target: signs in, learns the authorizer, and asks for both lists."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from payguard.quotation import quote
from payguard.smoke.connection import CONTROL, GET_MANAGER, Asker, Connections
from payguard.smoke.listing import DENIED, Listing, Question
from payguard.smoke.patience import Attempts, Deadline, Patience, deadline
from payguard.smoke.sign_in import Once, SignedIn, SignIn
from payguard.smoke.target import DEADLINE, Target
from payguard.smoke.trouble import EXPIRED, LATE, trouble
from payguard.smoke.verdict import ALLOW, APIS, SERVICE, Answer, Outcome, Standing, Trouble
from payguard_policies.named_tuple import NamedTuple

AWS_IAM, CUSTOM_JWT = "AWS_IAM", "CUSTOM_JWT"
# To learn the authorizer is worth a part of the time, and two requests.
_SHARE, _TRIES = 0.25, 2
_SETTLING = 3.0  # seconds between questions while IAM settles


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a target.

    Attributes:
        target: the target.
        answers: one for each API.
        authorizer: AWS_IAM or CUSTOM_JWT; empty where it could not be learned.
    """

    target: Target
    answers: tuple[Answer, ...]
    authorizer: str = ""


class Pace(NamedTuple):
    """How long a target may take, in seconds.

    Attributes:
        seconds: for all that is asked of it once, with what is asked again.
        settle: for how long a denial that is not expected is asked again: IAM needs some time
            until a change holds everywhere.
            https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
    """

    seconds: float = DEADLINE
    settle: float = 0.0

    @property
    def whole(self) -> float:
        """The most that a target may take."""
        return self.seconds + (self.settle and self.settle + self.seconds)


def unasked(target: Target, found: Trouble, *, authorizer: str = "", attempts: int = 0) -> Result:
    """Return the result of a target whose APIs were not asked, for a reason."""
    answers = (
        Answer(api, target.expected(api), found.outcome, found, attempts=attempts) for api in APIS
    )
    return Result(target, tuple(answers), authorizer)


class Probe:
    """Asks targets; any thread may use it.

    Args:
        connections: the clients.
        patience: asks again where that may help.
        pace: how long a target may take.
        at_hand: as in ``payguard.smoke.sign_in.SignIn``.
    """

    def __init__(
        self,
        connections: Connections,
        patience: Patience,
        pace: Pace,
        at_hand: Asker | None = None,
    ) -> None:
        self._connections, self._patience, self._pace = connections, patience, pace
        self._sign_in = SignIn(connections, patience, at_hand)
        self._listing = Listing(connections, patience)
        self._authorizers = Once()

    def ask(self, target: Target) -> Result:
        """Ask both APIs of a target; as long as IAM may not have settled, once more."""
        if target.asked_region != target.manager.region:
            return unasked(target, _other_region(target))
        settled = deadline(self._pace.settle)
        found, again = self._ask(target), False
        while settled.remaining > 0 and any(map(_may_settle, found.answers)):
            if self._patience.pause(min(_SETTLING, settled.remaining)):
                break  # the run was interrupted
            self._sign_in.forget(target)
            found, again = self._ask(target), True
        if not again:
            return found
        note = f"asked again for {self._pace.settle - max(0, settled.remaining):.0f} seconds"
        return replace(found, answers=tuple(answer.noted(note) for answer in found.answers))

    def _ask(self, target: Target) -> Result:
        until = deadline(self._pace.seconds)
        try:
            return self._asked(target, until)
        except TimeoutError:
            return unasked(target, LATE)

    def _asked(self, target: Target, until: Deadline) -> Result:
        sign_in = self._sign_in
        signed = sign_in.role(target, until) if target.role_arn else sign_in.base(target, until)
        authorizer = self._authorizer(target, signed, until)
        if authorizer == CUSTOM_JWT or (signed.asker is None and not authorizer and _token(target)):
            return self._by_bearer(target, until)
        if signed.asker is None:
            assert signed.trouble is not None  # noqa: S101  one of the two is there
            return unasked(target, signed.trouble, authorizer=authorizer, attempts=signed.attempts)
        answers = tuple(self._signed(target, api, signed, part) for api, part in _parts(until))
        if not authorizer and all(map(_is_of_the_method, answers)):
            return self._by_bearer(target, until)
        return Result(target, answers, authorizer)

    def _signed(self, target: Target, api: str, signed: SignedIn, until: Deadline) -> Answer:
        assert signed.asker is not None  # noqa: S101  the caller has seen to it
        found = self._listing.ask(Question(target, api, signed.asker, until))
        if found.trouble is None or found.trouble.cause != EXPIRED or not target.role_arn:
            return found
        fresh = self._sign_in.again(target, signed, until)
        if fresh.asker is None:
            return found
        again = self._listing.ask(Question(target, api, fresh.asker, until))
        return again.noted("the role was assumed once more: its credentials had expired")

    def _by_bearer(self, target: Target, until: Deadline) -> Result:
        token = _token(target)
        if not token:
            return unasked(target, _not_testable(target), authorizer=CUSTOM_JWT)
        if any(target.expected(api) not in {ALLOW, ""} for api in APIS):
            return unasked(target, _not_of_roles(), authorizer=CUSTOM_JWT)
        note = "asked with the bearer token: the IAM policies of a role play no part"
        asker = Asker(None, token)
        questions = (Question(target, api, asker, part) for api, part in _parts(until))
        answers = (self._listing.ask(question).noted(note) for question in questions)
        return Result(target, tuple(answers), CUSTOM_JWT)

    # The authorizer

    def _authorizer(self, target: Target, signed: SignedIn, until: Deadline) -> str:
        """Return the authorizer of the manager; empty where nobody may know."""
        key = (target.manager_arn, target.endpoint_url)
        known: str = self._authorizers.get(key, until, lambda: self._learn(target, signed, until))
        if not known:
            self._authorizers.forget(key, known)  # another role may be allowed to
        return known

    def _learn(self, target: Target, signed: SignedIn, until: Deadline) -> str:
        share = until.part(_SHARE)
        at_hand = self._sign_in.base(target, until).asker if target.role_arn else None
        for asker in filter(None, (signed.asker, at_hand)):
            done = self._get_manager(target, asker, share)
            if done.trouble is None:
                return str(done.value.get("authorizerType", ""))
            if done.trouble.outcome not in DENIED:
                break  # the credentials of another do not help
        return ""

    def _get_manager(self, target: Target, asker: Asker, until: Deadline) -> Attempts:
        call = partial(
            self._connections.call,
            CONTROL,
            GET_MANAGER,
            {"paymentManagerId": target.manager_id},
            region=target.asked_region,
            endpoint_url=target.endpoint_url,
            asker=asker,
            until=until,
        )
        action, secrets = f"{SERVICE}:{GET_MANAGER}", self._connections.secrets
        means = partial(trouble, action=action, secrets=secrets)
        return self._patience.ask(call, means, until, _TRIES)


def _parts(until: Deadline) -> Iterator[tuple[str, Deadline]]:
    """Yield each API with its part of the time: one that hangs leaves the others theirs."""
    for left, api in zip(range(len(APIS), 0, -1), APIS, strict=True):
        yield api, until.part(1 / left)


def _may_settle(answer: Answer) -> bool:
    """Tell whether an answer may be another as soon as a change of IAM holds everywhere."""
    changing = {Outcome.DENIED_BY_IAM, Outcome.NOT_ASSUMABLE, Outcome.ALLOWED}
    expected = answer.standing == Standing.AS_EXPECTED
    return bool(answer.expected) and not expected and answer.outcome in changing


def _token(target: Target) -> str:
    """Return the bearer token for a target; empty if there is none."""
    return os.environ.get(target.bearer_variable, "").strip()


def _is_of_the_method(answer: Answer) -> bool:
    """Tell whether the answer is that another kind of credentials is asked for."""
    return answer.trouble is not None and answer.trouble.cause == "authorization-method"


def _other_region(target: Target) -> Trouble:
    own, asked = quote(target.manager.region), quote(target.asked_region)
    says = f"the payment manager is in {own}, and {asked} is to be asked"
    return Trouble(Outcome.WRONG_REGION, "region-of-manager", says, "leave --region out")


def _not_testable(target: Target) -> Trouble:
    return Trouble(
        Outcome.NOT_TESTABLE,
        "custom-jwt",
        "not testable with IAM credentials: the authorizer of the payment manager is CUSTOM_JWT",
        f"give a bearer token in the environment variable {target.bearer_variable}",
        kind="authorizer",
    )


def _not_of_roles() -> Trouble:
    return Trouble(
        Outcome.NOT_TESTABLE,
        "custom-jwt",
        "not testable: the authorizer of the payment manager is CUSTOM_JWT, so that no IAM policy "
        "denies these calls to a role, and a bearer token tells nothing about one",
        kind="authorizer",
    )
