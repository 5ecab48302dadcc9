"""The data plane: instruments and sessions of the users of a payment manager."""

from collections.abc import Mapping
from typing import Any

from payguard.emulator.failure import ServiceError, not_found
from payguard.emulator.ledger import Instrument, Manager, Session
from payguard.emulator.page import Page, cut
from payguard.emulator.payment_call import Handler, PaymentCall, Result, as_invalid


def _create_instrument(call: PaymentCall) -> Result:
    user, manager = call.user, call.manager
    connector = call.connector(manager)
    given = call.input
    found = call.ledger.add_instrument(
        manager,
        user,
        connector.id,
        given["paymentInstrumentType"],
        given["paymentInstrumentDetails"],
    )
    return {"paymentInstrument": _instrument(manager, found)}


def _instrument(manager: Manager, found: Instrument) -> dict[str, Any]:
    return {
        **_instrument_summary(manager, found),
        "paymentInstrumentDetails": found.details,
    }


def _instrument_summary(manager: Manager, found: Instrument) -> dict[str, Any]:
    return {
        "paymentInstrumentId": found.id,
        "paymentManagerArn": manager.arn,
        "paymentConnectorId": found.connector_id,
        "userId": found.user_id,
        "paymentInstrumentType": found.type,
        "status": "ACTIVE",
        "createdAt": found.created,
        "updatedAt": found.created,
    }


def _find_instrument(call: PaymentCall, manager: Manager) -> Instrument:
    """Return an instrument of the calling user's; another user's is not found, as at AWS."""
    id_, connector = call.input["paymentInstrumentId"], call.input.get("paymentConnectorId")
    found = manager.instruments.get(id_)
    if found is None or found.user_id != call.user or connector not in {None, found.connector_id}:
        raise not_found(f"Payment instrument not found: {id_}")
    return found


def _get_instrument(call: PaymentCall) -> Result:
    manager = call.manager
    return {"paymentInstrument": _instrument(manager, _find_instrument(call, manager))}


def _delete_instrument(call: PaymentCall) -> Result:
    manager = call.manager
    del manager.instruments[_find_instrument(call, manager).id]
    return {"status": "DELETED"}


def _list_instruments(call: PaymentCall) -> Result:
    manager, user = _listed_manager(call), call.user
    connector = call.input.get("paymentConnectorId")
    mine = [
        item
        for item in manager.instruments.values()
        if item.user_id == user and connector in {None, item.connector_id}
    ]
    found, token = cut(mine, _page(call, "instruments", manager, user, connector or ""))
    summaries = [_instrument_summary(manager, item) for item in found]
    return {"paymentInstruments": summaries, "nextToken": token}


def _listed_manager(call: PaymentCall) -> Manager:
    try:
        return call.manager
    except ServiceError as failure:
        raise as_invalid(failure) from None


def _page(call: PaymentCall, what: str, manager: Manager, user: str, *more: str) -> Page:
    given: Mapping[str, Any] = call.input
    return Page((what, manager.id, user, *more), given.get("maxResults"), given.get("nextToken"))


def _create_session(call: PaymentCall) -> Result:
    user, manager = call.user, call.manager
    given = call.input
    found = call.ledger.add_session(
        manager, user, given["expiryTimeInMinutes"], given.get("limits")
    )
    return {"paymentSession": _session(manager, found)}


def _session(manager: Manager, found: Session) -> dict[str, Any]:
    """Return a session; nothing is ever spent of its budget."""
    available = found.limits and {
        "availableSpendAmount": found.limits["maxSpendAmount"],
        "updatedAt": found.created,
    }
    return {
        **_session_summary(manager, found),
        "limits": found.limits,
        "availableLimits": available,
    }


def _session_summary(manager: Manager, found: Session) -> dict[str, Any]:
    return {
        "paymentSessionId": found.id,
        "paymentManagerArn": manager.arn,
        "userId": found.user_id,
        "expiryTimeInMinutes": found.minutes,
        "createdAt": found.created,
        "updatedAt": found.created,
    }


def _find_session(call: PaymentCall, manager: Manager) -> Session:
    id_ = call.input["paymentSessionId"]
    found = manager.sessions.get(id_)
    if found is None or found.user_id != call.user or found.has_ended(call.now):
        raise not_found(f"Payment session not found: {id_}")
    return found


def _get_session(call: PaymentCall) -> Result:
    manager = call.manager
    return {"paymentSession": _session(manager, _find_session(call, manager))}


def _delete_session(call: PaymentCall) -> Result:
    manager = call.manager
    del manager.sessions[_find_session(call, manager).id]
    return {"status": "DELETED"}


def _list_sessions(call: PaymentCall) -> Result:
    manager, user = _listed_manager(call), call.user
    mine = [
        item
        for item in manager.sessions.values()
        if item.user_id == user and not item.has_ended(call.now)
    ]
    found, token = cut(mine, _page(call, "sessions", manager, user))
    summaries = [_session_summary(manager, item) for item in found]
    return {"paymentSessions": summaries, "nextToken": token}


HANDLERS: Mapping[str, Handler] = {
    "CreatePaymentInstrument": _create_instrument,
    "GetPaymentInstrument": _get_instrument,
    "ListPaymentInstruments": _list_instruments,
    "DeletePaymentInstrument": _delete_instrument,
    "CreatePaymentSession": _create_session,
    "GetPaymentSession": _get_session,
    "ListPaymentSessions": _list_sessions,
    "DeletePaymentSession": _delete_session,
}
