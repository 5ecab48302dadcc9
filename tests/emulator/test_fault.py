"""Declared faults: they happen to the next calls of payments, and to no others."""

import http.client
import threading
import time
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from emulated import USER, error
from payguard.emulator import Emulator, FaultError
from payguard.emulator.fault import Fault, parse_fault

ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})


def lists(emulator: Emulator, config: Config = ONCE) -> Any:
    return emulator.client("bedrock-agentcore", config=config)


@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [
        ("throttle:1", "ThrottlingException", 429),
        ("500:1", "InternalServerException", 500),
        ("503:1", "ServiceUnavailableException", 503),
        ("expired:1", "ExpiredTokenException", 403),
    ],
)
def test_a_fault_of_the_service_happens_as_often_as_declared(
    emulator: Emulator, manager: str, fault: str, code: str, status: int
) -> None:
    emulator.inject(fault)
    client = lists(emulator)
    asked = {"paymentManagerArn": manager, "userId": USER}
    assert error(client.list_payment_sessions, **asked)[:2] == (code, status)
    assert client.list_payment_sessions(**asked)["paymentSessions"] == []


def test_botocore_survives_what_passes(emulator: Emulator, manager: str) -> None:
    emulator.inject("throttle:1")
    emulator.inject("500:1")
    client = lists(emulator, Config(retries={"mode": "standard", "total_max_attempts": 3}))
    client.list_payment_sessions(paymentManagerArn=manager, userId=USER)
    assert [seen.code for seen in emulator.observed] == [
        "ThrottlingException",
        "InternalServerException",
        "",
    ]


def test_a_connection_is_reset(emulator: Emulator, manager: str) -> None:
    emulator.inject("reset:1")
    client = lists(emulator)
    asked = {"paymentManagerArn": manager, "userId": USER}
    with pytest.raises(ConnectionClosedError):
        client.list_payment_sessions(**asked)
    client.list_payment_sessions(**asked)


def test_half_an_answer_is_cut_off(emulator: Emulator, manager: str) -> None:
    """Botocore takes what is left for an answer without members, not for an error."""
    emulator.inject("half:2")
    connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"), timeout=10)
    connection.request("POST", "/payments/listPaymentSessions", b"{}")
    with pytest.raises(http.client.IncompleteRead):
        connection.getresponse().read()
    client = lists(emulator)
    asked = {"paymentManagerArn": manager, "userId": USER}
    assert "paymentSessions" not in client.list_payment_sessions(**asked)
    assert client.list_payment_sessions(**asked)["paymentSessions"] == []


def test_latency_makes_clients_wait(emulator: Emulator, manager: str) -> None:
    emulator.inject("latency:400ms:1")
    client = lists(emulator, ONCE.merge(Config(read_timeout=0.2)))
    asked = {"paymentManagerArn": manager, "userId": USER}
    with pytest.raises(ReadTimeoutError):
        client.list_payment_sessions(**asked)
    client.list_payment_sessions(**asked)


def test_a_fault_can_be_of_one_operation(emulator: Emulator, manager: str) -> None:
    emulator.inject("throttle:1@ListPaymentInstruments")
    client = lists(emulator)
    asked = {"paymentManagerArn": manager, "userId": USER}
    client.list_payment_sessions(**asked)
    assert error(client.list_payment_instruments, **asked)[0] == "ThrottlingException"


def test_iam_and_sts_have_no_faults(emulator: Emulator) -> None:
    emulator.inject("500:1")
    emulator.client("sts").get_caller_identity()
    emulator.client("iam").list_roles()


def test_closing_does_not_wait_for_latency(manager: str) -> None:
    with Emulator(faults=["latency:60s"], managers=["slow"]) as slow:
        client = lists(slow)

        def call() -> None:
            with pytest.raises(ConnectionClosedError):
                client.list_payment_sessions(paymentManagerArn=slow.managers[0], userId=USER)

        waiting = threading.Thread(target=call, daemon=True)
        waiting.start()
        while not slow.observed:
            time.sleep(0.01)
        start = time.monotonic()
    waiting.join(timeout=10)
    assert not waiting.is_alive()
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("throttle:2", Fault("throttle", 2)),
        ("500:1@GetPaymentSession", Fault("500", 1, 0.0, "GetPaymentSession")),
        ("latency:2s", Fault("latency", None, 2.0)),
        ("latency:0.5s:3", Fault("latency", 3, 0.5)),
        ("latency:20ms", Fault("latency", None, 0.02)),
    ],
)
def test_a_fault_is_read(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    "text",
    ["", "throttle", "throttle:0", "throttle:-1", "latency:2", "latency:9999s", "404:1", "half:1@"],
)
def test_what_is_no_fault_is_refused_with_the_forms_that_there_are(text: str) -> None:
    with pytest.raises(FaultError, match="fault"):
        parse_fault(text)


def test_a_fault_of_no_operation_is_refused(emulator: Emulator) -> None:
    with pytest.raises(FaultError, match="ListPaymentSession"):
        emulator.inject("throttle:1@ListPaymentSession")
