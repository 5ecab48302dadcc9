"""What goes wrong on the way: each fault has a verdict, and nothing hangs."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from payguard.smoke.connection import Connections
from payguard.smoke.fleet import Fleet
from payguard.smoke.patience import Patience
from payguard.smoke.probe import Pace, Probe, Result
from payguard.smoke.verdict import Answer, Outcome, Standing, judged
from smoke.conftest import Ask, target_of
from smoke.scripted import (
    ACCOUNT,
    ASSUME,
    GET_MANAGER,
    INSTRUMENTS,
    MANAGER,
    SESSIONS,
    Asked,
    Reply,
    Scripted,
    assumed,
    denied,
    listed,
    managed,
    not_assumed,
    refused,
)


def sessions(result: Result) -> Answer:
    return next(answer for answer in result.answers if answer.api == SESSIONS)


def instruments(result: Result) -> Answer:
    return next(answer for answer in result.answers if answer.api == INSTRUMENTS)


THROTTLED = refused("ThrottlingException", "Rate exceeded", 429)
FAILED = refused("InternalServerException", "Something went wrong", 500)


def test_without_a_fault_both_lists_are_allowed_also_when_they_are_empty(ask: Ask) -> None:
    result = ask()
    assert result.authorizer == "AWS_IAM"
    assert [answer.outcome for answer in result.answers] == [Outcome.ALLOWED] * 2
    assert [answer.standing for answer in result.answers] == [Standing.AS_EXPECTED] * 2


@pytest.mark.parametrize(
    "faults",
    [
        [THROTTLED, THROTTLED],
        [FAILED, FAILED],
        [Reply(503, b"<html>")],
        [Reply(reset=True), Reply(reset=True)],
        [Reply(body=b'{"paymentSessions": [], "x": "0123456789"}', half=True)],
        [Reply(body=b"not JSON at all")],
        [THROTTLED, FAILED, Reply(reset=True)],
    ],
    ids=["throttled", "500", "503", "reset", "half", "no JSON", "one after the other"],
)
def test_a_fault_that_passes_is_survived(server: Scripted, ask: Ask, faults: list[Reply]) -> None:
    server.says(SESSIONS, *faults, listed(SESSIONS, 2))
    answer = sessions(ask())
    assert (answer.outcome, answer.entries) == (Outcome.ALLOWED, 2)
    assert answer.attempts == len(faults) + 1 == len(server.asked(SESSIONS))


@pytest.mark.parametrize(
    ("fault", "outcome", "cause"),
    [
        (THROTTLED, Outcome.THROTTLED, "throttled"),
        (FAILED, Outcome.SERVICE_ERROR, "service-fault"),
        (Reply(500, b""), Outcome.SERVICE_ERROR, "service-error"),
        (Reply(502, b"<html>Bad Gateway</html>"), Outcome.SERVICE_ERROR, "service-error"),
        (Reply(429, b""), Outcome.THROTTLED, "throttled"),
        (Reply(reset=True), Outcome.UNREACHABLE, "connection-closed"),
        (
            Reply(body=b'{"paymentSessions": []}', half=True),
            Outcome.UNREACHABLE,
            "connection-closed",
        ),
        (Reply(body=b"<html>Sign in to the hotel</html>"), Outcome.SERVICE_ERROR, "no-list"),
        (Reply(body=b"{}"), Outcome.SERVICE_ERROR, "no-list"),
        (Reply(body=b"[]"), Outcome.SERVICE_ERROR, "unreadable"),
        (Reply(body=b'{"paymentSessions": [1]}'), Outcome.SERVICE_ERROR, "unreadable"),
        (Reply(body=b'{"paymentSessions": null}'), Outcome.SERVICE_ERROR, "no-list"),
        (
            Reply(302, b"", {"location": "http://127.0.0.1:9/"}),
            Outcome.INVALID_REQUEST,
            "unknown-error",
        ),
        (Reply(body=b" " * (9 << 20)), Outcome.SERVICE_ERROR, "endless"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_a_fault_that_lasts_is_never_a_pass(
    server: Scripted, ask: Ask, fault: Reply, outcome: Outcome, cause: str
) -> None:
    server.says(SESSIONS, fault)
    answer = sessions(ask(chance=0.01))
    assert answer.trouble is not None
    assert (answer.outcome, answer.trouble.cause) == (outcome, cause)
    for expected in ("allow", "deny", "not-assumable", ""):
        standing = judged(answer.outcome, expected, answer.trouble.kind)
        assert standing in {Standing.UNDECIDED, Standing.COULD_NOT_RUN}


@pytest.mark.parametrize(
    "slow",
    [Reply(wait=30), Reply(body=listed(SESSIONS, 9).body, dribble=0.5)],
    ids=["no answer", "a byte now and then"],
)
def test_a_slow_server_is_given_up_at_the_deadline(server: Scripted, ask: Ask, slow: Reply) -> None:
    server.says(SESSIONS, slow)
    start = time.monotonic()
    answer = sessions(ask(seconds=1.5))
    assert answer.outcome == Outcome.UNREACHABLE
    assert answer.standing == Standing.COULD_NOT_RUN
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    "lasting", [Reply(wait=30), THROTTLED], ids=["no answer", "throttled without end"]
)
def test_a_list_that_takes_its_time_leaves_the_other_one_its_own(
    server: Scripted, ask: Ask, lasting: Reply
) -> None:
    server.says(INSTRUMENTS, lasting)
    result = ask(seconds=4, chance=1.0)
    assert instruments(result).outcome in {Outcome.UNREACHABLE, Outcome.THROTTLED}
    assert sessions(result).outcome == Outcome.ALLOWED


def test_an_answer_in_chunks_is_read_whole(server: Scripted, ask: Ask) -> None:
    server.says(SESSIONS, Reply(body=listed(SESSIONS, 20).body, chunked=True))
    assert sessions(ask()).entries == 20


def test_throttling_without_end_is_given_up_at_the_deadline(server: Scripted, ask: Ask) -> None:
    server.says(SESSIONS, THROTTLED)
    start = time.monotonic()
    answer = sessions(ask(seconds=2, chance=1.0))
    assert answer.outcome == Outcome.THROTTLED
    assert 2 <= answer.attempts < 6
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("url", "cause"),
    [("http://no-such-host.invalid", "unknown-host"), ("http://127.0.0.1:9", "no-connection")],
)
def test_an_endpoint_that_cannot_be_reached_is_named_as_such(
    ask: Ask, url: str, cause: str
) -> None:
    answer = sessions(ask(endpoint_url=url, chance=0.0))
    assert answer.trouble is not None
    assert (answer.outcome, answer.trouble.cause) == (Outcome.UNREACHABLE, cause)
    assert answer.attempts == 3


def test_an_endpoint_that_speaks_no_tls_is_asked_once(server: Scripted, ask: Ask) -> None:
    answer = sessions(ask(endpoint_url=server.url.replace("http", "https")))
    assert answer.trouble is not None
    assert (answer.outcome, answer.trouble.cause, answer.attempts) == (
        Outcome.UNREACHABLE,
        "tls",
        1,
    )


# Credentials

EXPIRED = refused("ExpiredTokenException", "The security token included in the request is expired")


def test_a_role_whose_credentials_expire_in_the_middle_is_assumed_once_more(
    server: Scripted, ask: Ask
) -> None:
    server.says(ASSUME, assumed(key="ASIAFIRST00000000001"), assumed(key="ASIASECOND0000000002"))

    def first_expires(asked: Asked) -> Reply:
        return EXPIRED if "ASIAFIRST" in asked.headers["authorization"] else listed(SESSIONS)

    server.says(SESSIONS, first_expires)
    answer = sessions(ask())
    assert answer.outcome == Outcome.ALLOWED
    assert "assumed once more" in " ".join(answer.notes)
    assert len(server.asked(ASSUME)) == 2


def test_credentials_that_stay_expired_could_not_be_used(server: Scripted, ask: Ask) -> None:
    server.says(SESSIONS, EXPIRED)
    answer = sessions(ask())
    assert (answer.outcome, answer.standing) == (Outcome.NO_CREDENTIALS, Standing.COULD_NOT_RUN)
    assert len(server.asked(ASSUME)) == 2


def test_pages_that_were_read_before_the_credentials_expired_tell_that_it_is_allowed(
    server: Scripted, ask: Ask
) -> None:
    server.says(SESSIONS, listed(SESSIONS, 3, "next"), EXPIRED)
    answer = sessions(ask(role_arn=""))
    assert (answer.outcome, answer.pages, answer.entries) == (Outcome.ALLOWED, 1, 3)
    assert "page 2 could not be read" in " ".join(answer.notes)


@pytest.mark.parametrize(
    ("code", "message", "outcome", "says"),
    [
        (
            "InvalidSignatureException",
            "Signature expired: 20200101T000000Z is now earlier than 20260101T000000Z",
            Outcome.NO_CREDENTIALS,
            "seconds ahead of the endpoint's",
        ),
        (
            "InvalidSignatureException",
            "Signature not yet current: 20300101T000000Z is still later than 20260101T000500Z",
            Outcome.NO_CREDENTIALS,
            "clock",
        ),
        (
            "InvalidSignatureException",
            "Credential should be scoped to a valid region.",
            Outcome.WRONG_REGION,
            "signed for another region",
        ),
        (
            "UnrecognizedClientException",
            "The security token is invalid",
            Outcome.NO_CREDENTIALS,
            "",
        ),
        (
            "InvalidSignatureException",
            "The request signature we calculated does not match",
            Outcome.NO_CREDENTIALS,
            "",
        ),
    ],
)
def test_refused_signatures_say_what_is_wrong_with_them(
    server: Scripted, ask: Ask, code: str, message: str, outcome: Outcome, says: str
) -> None:
    old = {"date": "Wed, 01 Jan 2020 00:00:00 GMT"}
    reply = refused(code, message)
    server.says(SESSIONS, Reply(reply.status, reply.body, {**reply.headers, **old}))
    answer = sessions(ask())
    assert answer.trouble is not None
    assert answer.outcome == outcome
    assert says in answer.trouble.says
    assert answer.standing == Standing.COULD_NOT_RUN


def test_without_credentials_nothing_is_called(
    server: Scripted, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    answer = sessions(ask())
    assert answer.trouble is not None
    assert (answer.outcome, answer.trouble.cause) == (Outcome.NO_CREDENTIALS, "no-credentials")
    assert server.requests == []


@pytest.mark.parametrize("name", ["AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID"])
def test_credentials_that_no_request_can_carry_are_told_as_such(
    server: Scripted, ask: Ask, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As where a line end was copied along."""
    monkeypatch.setenv(name, "canary\ncanary")
    answer = sessions(ask(role_arn=""))
    assert answer.trouble is not None
    assert (answer.outcome, answer.attempts) == (Outcome.NO_CREDENTIALS, 1)
    assert "a line end" in answer.trouble.says
    assert server.requests == []


def test_a_profile_that_does_not_exist_is_named(server: Scripted, ask: Ask) -> None:
    answer = sessions(ask(profile="nobody"))
    assert answer.trouble is not None
    assert answer.trouble.cause == "no-profile"
    assert '"nobody"' in answer.trouble.says
    assert server.requests == []


# Roles

OF_CALLER = (
    f"User: arn:aws:sts::{ACCOUNT}:assumed-role/Pipeline/x is not authorized to perform: "
    "sts:AssumeRole on resource: arn:aws:iam::1:role/x because no identity-based policy allows the "
    "sts:AssumeRole action"
)


def test_a_role_that_cannot_be_assumed_was_not_tested(server: Scripted, ask: Ask) -> None:
    server.says(ASSUME, not_assumed())
    answer = sessions(ask())
    assert (answer.outcome, answer.standing) == (Outcome.NOT_ASSUMABLE, Standing.COULD_NOT_RUN)
    assert server.asked(SESSIONS) == []


def test_the_service_role_is_as_expected_when_nobody_can_assume_it(
    server: Scripted, ask: Ask
) -> None:
    server.says(ASSUME, not_assumed())
    answer = sessions(ask(persona="resource-retrieval"))
    assert (answer.outcome, answer.standing) == (Outcome.NOT_ASSUMABLE, Standing.AS_EXPECTED)


def test_the_service_role_is_not_shown_to_be_closed_by_a_caller_who_may_assume_nothing(
    server: Scripted, ask: Ask
) -> None:
    server.says(ASSUME, not_assumed(message=OF_CALLER))
    answer = sessions(ask(persona="resource-retrieval"))
    assert answer.standing == Standing.COULD_NOT_RUN


def test_a_service_role_that_can_be_assumed_is_not_as_expected_whatever_it_may(
    server: Scripted, ask: Ask
) -> None:
    server.says(SESSIONS, denied(SESSIONS))
    result = ask(persona="resource-retrieval")
    assert [answer.standing for answer in result.answers] == [Standing.NOT_AS_EXPECTED] * 2


def test_an_expired_session_of_the_caller_is_told_as_such(server: Scripted, ask: Ask) -> None:
    server.says(ASSUME, not_assumed("ExpiredToken", "The security token is expired", 400))
    assert sessions(ask()).outcome == Outcome.NO_CREDENTIALS


# Managers


def test_a_manager_that_is_deleted_meanwhile_is_told_as_such(server: Scripted, ask: Ask) -> None:
    server.says(SESSIONS, refused("ResourceNotFoundException", "no such manager", 404))
    answer = sessions(ask())
    assert answer.trouble is not None
    assert (answer.outcome, answer.trouble.cause) == (Outcome.INVALID_REQUEST, "not-found")
    assert answer.standing == Standing.UNDECIDED
    assert instruments(ask()).outcome == Outcome.ALLOWED


@pytest.mark.parametrize(
    "reply",
    [
        denied(GET_MANAGER),
        refused("ResourceNotFoundException", "no such manager", 404),
        Reply(500, b""),
        Reply(reset=True),
        Reply(body=b"[1]"),
    ],
    ids=["denied", "not found", "500", "reset", "no object"],
)
def test_lists_are_asked_though_the_authorizer_cannot_be_learned(
    server: Scripted, ask: Ask, reply: Reply
) -> None:
    server.says(GET_MANAGER, reply)
    result = ask()
    assert result.authorizer == ""
    assert sessions(result).outcome == Outcome.ALLOWED


def test_whoever_may_not_read_the_manager_leaves_that_to_the_credentials_at_hand(
    server: Scripted, ask: Ask
) -> None:
    def at_hand_may(asked: Asked) -> Reply:
        role = "ASIACANARY" in asked.headers["authorization"]
        return denied(GET_MANAGER) if role else managed("CUSTOM_JWT")

    server.says(GET_MANAGER, at_hand_may)
    assert ask().authorizer == "CUSTOM_JWT"


# Pages


def test_all_pages_are_walked(server: Scripted, ask: Ask) -> None:
    def page(asked: Asked) -> Reply:
        number = int(asked.json.get("nextToken", "0"))
        return listed(SESSIONS, 10, str(number + 1) if number < 4 else "")

    server.says(SESSIONS, page)
    answer = sessions(ask())
    assert (answer.pages, answer.entries) == (5, 50)
    assert answer.notes == ()


def test_a_page_that_leads_back_is_noticed(server: Scripted, ask: Ask) -> None:
    server.says(SESSIONS, listed(SESSIONS, 1, "same"))
    answer = sessions(ask())
    assert (answer.outcome, answer.pages) == (Outcome.ALLOWED, 2)
    assert "leads to one that was read" in " ".join(answer.notes)


def test_pages_that_lead_around_in_a_circle_are_noticed(server: Scripted, ask: Ask) -> None:
    following = {"": "a", "a": "b", "b": "c", "c": "a"}
    server.says(
        SESSIONS, lambda asked: listed(SESSIONS, 1, following[asked.json.get("nextToken", "")])
    )
    answer = sessions(ask())
    assert (answer.outcome, answer.pages) == (Outcome.ALLOWED, 4)


def test_pages_without_end_are_walked_up_to_a_bound(server: Scripted, ask: Ask) -> None:
    def endless() -> Callable[[Asked], Reply]:
        count = iter(range(10_000))
        return lambda _: listed(SESSIONS, 1, f"page-{next(count)}")

    server.says(SESSIONS, endless())
    answer = sessions(ask(seconds=60))
    assert (answer.outcome, answer.pages) == (Outcome.ALLOWED, 100)
    assert "more than 100 pages" in " ".join(answer.notes)


def test_a_denial_on_a_later_page_is_a_denial(server: Scripted, ask: Ask) -> None:
    server.says(SESSIONS, listed(SESSIONS, 1, "next"), denied(SESSIONS))
    answer = sessions(ask())
    assert answer.outcome == Outcome.DENIED_BY_IAM
    assert answer.notes == ("after 1 page that were allowed",)


# Bearer tokens

MISMATCH = refused(
    "AccessDeniedException",
    "Authorization method mismatch. The agent is configured for a different authorization method",
)


def test_a_jwt_manager_is_not_testable_with_iam_credentials(server: Scripted, ask: Ask) -> None:
    server.says(GET_MANAGER, managed("CUSTOM_JWT"))
    for persona in ("management", "process-payment"):
        answer = sessions(ask(persona=persona))
        assert answer.trouble is not None
        assert (answer.outcome, answer.standing) == (Outcome.NOT_TESTABLE, Standing.UNDECIDED)
        assert "not testable with IAM credentials" in answer.trouble.says
    assert server.asked(SESSIONS) == []


@pytest.mark.parametrize("learned", [True, False])
def test_a_bearer_token_takes_the_place_of_the_signature_and_of_the_user(
    server: Scripted, ask: Ask, monkeypatch: pytest.MonkeyPatch, learned: bool
) -> None:
    monkeypatch.setenv("PAYGUARD_BEARER_TOKEN", "eyJcanary.token.here\n")
    server.says(GET_MANAGER, managed("CUSTOM_JWT") if learned else denied(GET_MANAGER))
    for api in (INSTRUMENTS, SESSIONS):
        server.says(api, _only_bearer)
    result = ask()
    assert result.authorizer == "CUSTOM_JWT"
    assert [answer.outcome for answer in result.answers] == [Outcome.ALLOWED] * 2
    last = server.asked(SESSIONS)[-1].headers
    assert last["authorization"] == "Bearer eyJcanary.token.here"
    assert not {name for name in last if "user-id" in name or name == "x-amz-security-token"}


def _only_bearer(asked: Asked) -> Reply:
    return listed(asked.operation) if "Bearer" in asked.headers["authorization"] else MISMATCH


def test_a_bearer_token_tells_nothing_about_a_role_that_must_be_denied(
    server: Scripted, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYGUARD_BEARER_TOKEN", "eyJcanary.token.here")
    server.says(GET_MANAGER, managed("CUSTOM_JWT"))
    answer = sessions(ask(persona="process-payment"))
    assert (answer.outcome, answer.standing) == (Outcome.NOT_TESTABLE, Standing.UNDECIDED)
    assert server.asked(SESSIONS) == []


def test_a_bearer_token_that_is_refused_is_no_valid_credential(
    server: Scripted, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYGUARD_BEARER_TOKEN", "eyJcanary.token.here")
    server.says(GET_MANAGER, managed("CUSTOM_JWT"))
    server.says(SESSIONS, refused("UnauthorizedException", "Token expired", 401))
    assert sessions(ask()).standing in {Standing.COULD_NOT_RUN, Standing.UNDECIDED}


def test_a_bearer_token_is_not_sent_in_the_clear(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYGUARD_BEARER_TOKEN", "eyJcanary.token.here")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    answer = sessions(ask(role_arn="", endpoint_url="http://agentcore.invalid"))
    assert answer.trouble is not None
    assert (answer.outcome, answer.trouble.cause) == (Outcome.NOT_TESTABLE, "no-tls")
    assert answer.standing == Standing.UNDECIDED


def test_the_wrong_kind_of_credentials_is_told_as_such(server: Scripted, ask: Ask) -> None:
    server.says(GET_MANAGER, denied(GET_MANAGER))
    server.says(SESSIONS, MISMATCH)
    answer = sessions(ask())
    assert (answer.outcome, answer.standing) == (Outcome.DENIED_OTHERWISE, Standing.UNDECIDED)


# What is sent


def test_another_region_than_the_managers_is_refused_before_any_call(
    server: Scripted, ask: Ask
) -> None:
    answer = sessions(ask(region="eu-west-1"))
    assert (answer.outcome, answer.standing) == (Outcome.WRONG_REGION, Standing.COULD_NOT_RUN)
    assert server.requests == []


def test_requests_carry_what_the_target_says_and_nothing_else(server: Scripted, ask: Ask) -> None:
    ask(
        agent_name="shop-agent",
        connector_id="coinbase-a1b2c3d4e5",
        external_id="between-us",
        user_id="probe",
    )
    (role,) = server.asked(ASSUME)
    assert role.form["ExternalId"] == "between-us"
    assert "Policy" not in role.form
    (of_instruments,), (of_sessions,) = server.asked(INSTRUMENTS), server.asked(SESSIONS)
    assert of_instruments.json == {
        "paymentManagerArn": MANAGER,
        "paymentConnectorId": "coinbase-a1b2c3d4e5",
    }
    assert of_sessions.json == {"paymentManagerArn": MANAGER}
    prefix = "x-amzn-bedrock-agentcore-payments"
    for asked in (of_instruments, of_sessions):
        assert asked.headers[f"{prefix}-user-id"] == "probe"
        assert asked.headers[f"{prefix}-agent-name"] == "shop-agent"
        assert "/us-east-1/bedrock-agentcore/aws4_request" in asked.headers["authorization"]


# IAM that has not settled


def test_a_denial_just_after_a_deploy_is_asked_again_where_the_user_says_so(
    server: Scripted, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payguard.smoke.probe._SETTLING", 0.05)
    server.says(ASSUME, not_assumed(), not_assumed(), assumed())
    server.says(SESSIONS, denied(SESSIONS), denied(SESSIONS), listed(SESSIONS))
    result = ask(settle=20)
    assert [answer.standing for answer in result.answers] == [Standing.AS_EXPECTED] * 2
    assert all("asked again for" in " ".join(answer.notes) for answer in result.answers)
    assert len(server.asked(ASSUME)) == 5


def test_a_denial_that_stays_is_one(
    server: Scripted, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payguard.smoke.probe._SETTLING", 0.2)
    server.says(SESSIONS, denied(SESSIONS))
    start = time.monotonic()
    answer = sessions(ask(settle=1))
    assert (answer.outcome, answer.standing) == (Outcome.DENIED_BY_IAM, Standing.NOT_AS_EXPECTED)
    assert 1 <= time.monotonic() - start < 12


@pytest.mark.parametrize("settle", [0, 30])
def test_what_is_as_expected_or_no_question_of_iam_is_not_asked_again(
    server: Scripted, ask: Ask, settle: float
) -> None:
    server.says(SESSIONS, refused("ValidationException", "no", 400))
    start = time.monotonic()
    ask(settle=settle)
    assert time.monotonic() - start < 12
    assert len(server.asked(SESSIONS)) == 1


# Sources of credentials


def test_a_source_of_credentials_that_hangs_ends_with_the_deadline(
    server: Scripted, ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The thread that waits is left behind by the fleet; the others give up by themselves."""
    config = tmp_path / "config"
    config.write_text("[profile slow]\ncredential_process = sleep 4\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    probe = Probe(Connections(2), Patience(threading.Event()), Pace(1))
    fleet = Fleet(probe.ask, 3, 1, threading.Event())
    targets = [target_of(server.url, profile="slow", role_arn="") for _ in range(6)]
    start = time.monotonic()
    run = fleet.run(targets, lambda _: None)
    assert time.monotonic() - start < 12
    assert {result.answers[0].standing for result in run.results} == {Standing.COULD_NOT_RUN}
    assert server.asked(SESSIONS) == []
