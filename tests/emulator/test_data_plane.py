"""Sessions and instruments: created, found, listed page by page, deleted, each user's their own."""

import datetime as dt
import uuid
from typing import Any

import pytest

from emulated import USER, allow, deny, error, session
from payguard.emulator import Emulator

LIMITS = {"maxSpendAmount": {"value": "25", "currency": "USD"}}
WALLET = {
    "embeddedCryptoWallet": {
        "network": "SOLANA",
        "linkedAccounts": [{"sms": {"phoneNumber": "+491701234567"}}],
    }
}


@pytest.fixture
def data(emulator: Emulator) -> Any:
    return emulator.client("bedrock-agentcore")


def create_instrument(
    emulator: Emulator, data: Any, manager: str, user: str = USER
) -> dict[str, Any]:
    connector = emulator.create_connector(manager, f"wallets_{user}")
    made = data.create_payment_instrument(
        paymentManagerArn=manager,
        paymentConnectorId=connector,
        userId=user,
        paymentInstrumentType="EMBEDDED_CRYPTO_WALLET",
        paymentInstrumentDetails=WALLET,
    )
    return dict(made["paymentInstrument"])


def test_a_session_is_created_found_listed_and_deleted(data: Any, manager: str) -> None:
    asked = {"paymentManagerArn": manager, "userId": USER}
    made = data.create_payment_session(**asked, expiryTimeInMinutes=60, limits=LIMITS)
    found = made["paymentSession"]
    assert found["limits"] == LIMITS
    assert found["availableLimits"]["availableSpendAmount"] == LIMITS["maxSpendAmount"]
    id_ = {"paymentSessionId": found["paymentSessionId"]}
    assert data.get_payment_session(**asked, **id_)["paymentSession"] == found
    listed = data.list_payment_sessions(**asked)["paymentSessions"]
    assert [item["paymentSessionId"] for item in listed] == [found["paymentSessionId"]]
    assert data.delete_payment_session(**asked, **id_)["status"] == "DELETED"
    assert error(data.get_payment_session, **asked, **id_)[:2] == ("ResourceNotFoundException", 404)
    assert data.list_payment_sessions(**asked)["paymentSessions"] == []


def test_an_instrument_is_created_found_listed_and_deleted(
    emulator: Emulator, data: Any, manager: str
) -> None:
    found = create_instrument(emulator, data, manager)
    assert found["paymentInstrumentDetails"] == WALLET
    asked = {"paymentManagerArn": manager, "userId": USER}
    id_ = {"paymentInstrumentId": found["paymentInstrumentId"]}
    assert data.get_payment_instrument(**asked, **id_)["paymentInstrument"] == found
    listed = data.list_payment_instruments(**asked)["paymentInstruments"]
    assert [item["paymentInstrumentId"] for item in listed] == [found["paymentInstrumentId"]]
    other = {"paymentConnectorId": "another-a1b2c3d4e5"}
    assert data.list_payment_instruments(**asked, **other)["paymentInstruments"] == []
    mine = {"paymentConnectorId": found["paymentConnectorId"]}
    assert data.delete_payment_instrument(**asked, **id_, **mine)["status"] == "DELETED"
    assert error(data.get_payment_instrument, **asked, **id_)[0] == "ResourceNotFoundException"


def test_an_instrument_needs_a_connector_of_the_manager(data: Any, manager: str) -> None:
    code, status, message = error(
        data.create_payment_instrument,
        paymentManagerArn=manager,
        paymentConnectorId="missing-a1b2c3d4e5",
        userId=USER,
        paymentInstrumentType="EMBEDDED_CRYPTO_WALLET",
        paymentInstrumentDetails=WALLET,
    )
    assert (code, status) == ("ResourceNotFoundException", 404)
    assert "missing-a1b2c3d4e5" in message


def test_nobody_sees_what_is_anothers(emulator: Emulator, data: Any, manager: str) -> None:
    mine = emulator.create_session(manager, USER)
    other = {"paymentManagerArn": manager, "userId": "somebody-else"}
    assert data.list_payment_sessions(**other)["paymentSessions"] == []
    for call in (data.get_payment_session, data.delete_payment_session):
        assert error(call, **other, paymentSessionId=mine)[0] == "ResourceNotFoundException"
    found = create_instrument(emulator, data, manager)["paymentInstrumentId"]
    assert data.list_payment_instruments(**other)["paymentInstruments"] == []
    code, *_ = error(data.get_payment_instrument, **other, paymentInstrumentId=found)
    assert code == "ResourceNotFoundException"


@pytest.mark.parametrize("user", [{}, {"userId": ""}], ids=["no header", "an empty one"])
def test_without_a_user_a_call_is_refused(data: Any, manager: str, user: dict[str, str]) -> None:
    for call in (data.list_payment_sessions, data.list_payment_instruments):
        code, status, message = error(call, paymentManagerArn=manager, **user)
        assert (code, status) == ("ValidationException", 400)
        assert "userId is required" in message


def test_the_lists_say_of_a_missing_manager_what_their_model_can_say(
    emulator: Emulator, data: Any, manager: str
) -> None:
    emulator.delete_manager(manager)
    asked = {"paymentManagerArn": manager, "userId": USER}
    for call in (data.list_payment_sessions, data.list_payment_instruments):
        assert error(call, **asked)[:2] == ("ValidationException", 400)
    code, *_ = error(
        data.get_payment_session, **asked, paymentSessionId="payment-session-" + "a" * 15
    )
    assert code == "ResourceNotFoundException"


def test_a_session_ends_by_itself(emulator: Emulator, data: Any, manager: str) -> None:
    asked = {"paymentManagerArn": manager, "userId": USER}
    emulator.set_clock(dt.timedelta(minutes=-10))  # still within what a signature may be off
    made = emulator.create_session(manager, USER, minutes=15)
    emulator.set_clock(dt.timedelta(minutes=4))
    assert len(data.list_payment_sessions(**asked)["paymentSessions"]) == 1
    emulator.set_clock(dt.timedelta(minutes=6))
    assert data.list_payment_sessions(**asked)["paymentSessions"] == []
    code, *_ = error(data.get_payment_session, **asked, paymentSessionId=made)
    assert code == "ResourceNotFoundException"


@pytest.mark.parametrize("size", [1, 3, 7, 10])
def test_pages_together_are_the_whole_list_in_order(
    emulator: Emulator, data: Any, manager: str, size: int
) -> None:
    ids = [emulator.create_session(manager, USER) for _ in range(7)]
    pages = data.get_paginator("list_payment_sessions").paginate(
        paymentManagerArn=manager, userId=USER, PaginationConfig={"PageSize": size}
    )
    found = [[item["paymentSessionId"] for item in page["paymentSessions"]] for page in pages]
    assert [id_ for page in found for id_ in page] == ids
    assert all(len(page) <= size for page in found)
    assert found[-1]


def test_a_list_is_read_on_although_it_changes_meanwhile(
    emulator: Emulator, data: Any, manager: str
) -> None:
    ids = [emulator.create_session(manager, USER) for _ in range(4)]
    asked = {"paymentManagerArn": manager, "userId": USER, "maxResults": 2}
    first = data.list_payment_sessions(**asked)
    data.delete_payment_session(paymentManagerArn=manager, userId=USER, paymentSessionId=ids[1])
    ids.append(emulator.create_session(manager, USER))
    second = data.list_payment_sessions(**asked, nextToken=first["nextToken"])
    found = [item["paymentSessionId"] for item in second["paymentSessions"]]
    assert found == ids[2:4]
    third = data.list_payment_sessions(**asked, nextToken=second["nextToken"])
    assert [item["paymentSessionId"] for item in third["paymentSessions"]] == ids[4:]


def test_the_token_of_one_list_is_none_of_another(
    emulator: Emulator, data: Any, manager: str
) -> None:
    for _ in range(2):
        emulator.create_session(manager, USER)
    asked = {"paymentManagerArn": manager, "maxResults": 1}
    token = data.list_payment_sessions(**asked, userId=USER)["nextToken"]
    for call, user in (
        (data.list_payment_sessions, "other"),
        (data.list_payment_instruments, USER),
    ):
        assert error(call, **asked, userId=user, nextToken=token)[0] == "ValidationException"
    for made_up in ("x", "AAAA", token + "A"):
        code, *_ = error(data.list_payment_sessions, **asked, userId=USER, nextToken=made_up)
        assert code == "ValidationException"


@pytest.mark.parametrize("size", [0, -1])
def test_a_page_holds_at_least_one(data: Any, manager: str, size: int) -> None:
    asked = {"paymentManagerArn": manager, "userId": USER, "maxResults": size}
    assert error(data.list_payment_sessions, **asked)[0] == "ValidationException"


def test_one_client_token_makes_one_session(data: Any, manager: str) -> None:
    asked = {
        "paymentManagerArn": manager,
        "userId": USER,
        "expiryTimeInMinutes": 30,
        "clientToken": str(uuid.uuid4()),
    }
    first, again = (data.create_payment_session(**asked)["paymentSession"] for _ in range(2))
    assert first == again
    code, *_ = error(data.create_payment_session, **{**asked, "expiryTimeInMinutes": 31})
    assert code == "ValidationException"
    asked["clientToken"] = str(uuid.uuid4())
    assert data.create_payment_session(**asked)["paymentSession"] != first


PAYMENT: dict[str, Any] = {
    "paymentSessionId": "payment-session-" + "a" * 15,
    "paymentInstrumentId": "payment-instrument-" + "a" * 15,
    "paymentType": "CRYPTO_X402",
    "paymentInput": {"cryptoX402": {"version": "2", "payload": {"scheme": "exact"}}},
}


def test_a_payment_is_authorized_and_never_made(emulator: Emulator, manager: str) -> None:
    action = "bedrock-agentcore:ProcessPayment"
    asked = {"paymentManagerArn": manager, "userId": USER, **PAYMENT}
    payer = session(emulator, "Payer", allow(action, manager))
    code, status, message = error(payer.process_payment, **asked)
    assert (code, status) == ("NotEmulatedException", 501)
    assert message == (
        "payguard emulator: not emulated: ProcessPayment: it was authorized, and nothing more was "
        "done"
    )
    other = session(emulator, "Other", allow("*"), deny(action))
    code, status, message = error(other.process_payment, **asked)
    assert (code, status) == ("AccessDeniedException", 403)
    assert f"perform: {action} on resource: {manager} with an explicit deny" in message


def test_balances_and_tokens_are_not_emulated(emulator: Emulator, data: Any, manager: str) -> None:
    code, *_ = error(
        data.get_payment_instrument_balance,
        paymentManagerArn=manager,
        userId=USER,
        paymentConnectorId="wallets-a1b2c3d4e5",
        paymentInstrumentId=PAYMENT["paymentInstrumentId"],
        chain="BASE",
        token="USDC",  # noqa: S106  a currency
    )
    assert code == "NotEmulatedException"
    assert error(data.get_workload_access_token, workloadName="shop")[0] == "NotEmulatedException"
    viewer = session(emulator, "Viewer", allow("bedrock-agentcore:List*"))
    code, *_ = error(viewer.get_workload_access_token, workloadName="shop")
    assert code == "AccessDeniedException"


def test_what_is_no_payments_operation_is_not_emulated(emulator: Emulator) -> None:
    control = emulator.client("bedrock-agentcore-control")
    code, status, message = error(control.list_agent_runtimes)
    assert (code, status) == ("NotEmulatedException", 501)
    assert "ListAgentRuntimes" in message
