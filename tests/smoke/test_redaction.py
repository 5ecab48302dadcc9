"""Credentials, tokens and session names are in nothing that is shown."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from payguard.cli import commands
from payguard.smoke.redaction import shown
from smoke.conftest import CANARIES
from smoke.scripted import (
    ACCOUNT,
    ASSUME,
    GET_MANAGER,
    INSTRUMENTS,
    KEY,
    MANAGER,
    ROLE,
    SECRET,
    SESSIONS,
    TOKEN,
    Reply,
    Scripted,
    denied,
    not_assumed,
    refused,
)

LONG = "Zm9v" * 30
TEXTS = [
    ("the key AKIAIOSFODNN7EXAMPLE is wrong", "AKIAIOSFODNN7EXAMPLE"),
    (f"User: arn:aws:sts::{ACCOUNT}:assumed-role/Admin/jane.doe@example.com may not", "jane.doe"),
    (f"arn:aws:sts::{ACCOUNT}:federated-user/jane.doe", "jane.doe"),
    ("Authorization: Bearer abc.def.ghi", "abc.def"),
    ("got eyJhbGciOiJub25lIn0.eyJzdWIiOiJqYW5lIn0.c2ln here", "eyJzdWIi"),
    ("X-Amz-Security-Token=FwoGZXIvYXdzEBYaD and more", "FwoGZXIv"),
    ("Signature=0123456789abcdef0123456789abcdef, more", "0123456789abcdef"),
    (f"a token {LONG} here", LONG),
    ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"),
]


@pytest.mark.parametrize(("text", "secret"), TEXTS, ids=[secret[:12] for _, secret in TEXTS])
def test_what_looks_like_a_secret_is_hidden(text: str, secret: str) -> None:
    assert secret not in shown(text)


@pytest.mark.parametrize("known", [True, False])
def test_a_secret_is_hidden_also_where_a_long_text_is_cut(known: bool) -> None:
    key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    for before in range(4096 - len(key), 4097):
        found = shown("x " * (before // 2) + " " * (before % 2) + key, [key] if known else ())
        assert key[:5] not in found


def test_what_is_no_secret_stays_readable() -> None:
    text = f"{ROLE} may not bedrock-agentcore:ListPaymentSessions on {MANAGER}"
    assert shown(text) == text


@given(st.text(min_size=8, max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_a_secret_that_is_known_is_hidden_whatever_it_looks_like(
    secret: str, before: str, after: str
) -> None:
    assert secret not in shown(f"{before}{secret}{after}", [secret]).replace("***", "")


@given(st.text(max_size=2000))
def test_any_text_is_shown_on_one_printable_line(text: str) -> None:
    found = shown(text)
    assert found.isprintable()
    assert len(found) <= 300


# What AWS might answer, with every canary in it; to STS no role's credentials are known yet.
AT_HAND = " ".join((*CANARIES, "eyJcanary.token.here", "canary-external"))
EVERYTHING = f"{AT_HAND} {KEY} {SECRET} {TOKEN}"
ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/Role/canary-session"
ANSWERS: list[tuple[str, Reply]] = [
    (SESSIONS, refused("AccessDeniedException", EVERYTHING)),
    (SESSIONS, refused("AccessDeniedException", f"User: {ARN} is not authorized")),
    (SESSIONS, refused("ValidationException", EVERYTHING, 400)),
    (SESSIONS, refused("NobodyKnowsException", EVERYTHING, 400)),
    (SESSIONS, refused("NobodyKnowsException", EVERYTHING, 500)),
    (SESSIONS, refused("UnrecognizedClientException", EVERYTHING)),
    (SESSIONS, refused(f"Odd{KEY}", EVERYTHING, 418)),
    (SESSIONS, denied(SESSIONS, f"with an explicit deny: {EVERYTHING}", "canary-session")),
    (SESSIONS, Reply(200, EVERYTHING.encode())),
    (GET_MANAGER, refused("AccessDeniedException", EVERYTHING)),
    (INSTRUMENTS, denied(INSTRUMENTS, session="canary-session")),
    (ASSUME, not_assumed()),
    (ASSUME, not_assumed(message=AT_HAND)),
    (ASSUME, not_assumed("ValidationError", AT_HAND, 400)),
]


@pytest.mark.parametrize("output_format", ["text", "json", "junit", "github"])
@pytest.mark.parametrize("number", range(len(ANSWERS)))
def test_no_answer_of_awss_makes_a_secret_appear(
    server: Scripted, number: int, output_format: str
) -> None:
    operation, reply = ANSWERS[number]
    server.says(operation, reply)
    arguments = ["--manager-arn", MANAGER, "--role-arn", ROLE, "--external-id", "canary-external"]
    where = ["--endpoint-url", server.url, "--sts-endpoint-url", server.url, "--isolated"]
    result = CliRunner().invoke(
        commands,
        ["smoke", *arguments, *where, "--output-format", output_format, "--deadline", "5"],
    )
    assert result.exit_code in {0, 1, 2, 3}, result.output
    if output_format == "json":
        json.loads(result.stdout)
    printed = result.output.lower()
    assert [secret for secret in EVERYTHING.split() if secret.lower() in printed] == []
    assert "canary" not in printed


def test_the_secrets_of_a_target_are_not_in_its_repr() -> None:
    from smoke.conftest import target_of

    assert "canary" not in repr(target_of("http://127.0.0.1:1", external_id="canary-external"))
