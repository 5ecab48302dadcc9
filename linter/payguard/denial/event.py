"""Denials in JSON: events of CloudTrail, decoded authorization messages, errors of services.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from payguard.denial.message import WITHHELD, Denial, in_words, is_code, of_error
from payguard_policies import catalog

_DEPTH = 12  # of JSON in JSON: a queue's record of a topic's message with an event has eight
_STARTS = 3  # places of one line, or one text, where an event may begin
_WRAPPED = ("Records", "Events", "events", "logEvents")
_INSIDE = ("CloudTrailEvent", "DecodedMessage", "detail", "Sns", "Message", "message", "body")
_BLANKS = re.compile(r"\s*")
_DNS = ".amazonaws.com"
_MANAGER = "paymentManagerArn"


def denials(text: str) -> Iterator[Denial] | None:
    """Return the denials in a text of JSON; None if it is no JSON that tells of a call."""
    values = list(_values(text))
    found = (denial for value in values for denial in _in(value, _DEPTH))
    first = next(found, None)
    if first is None:
        # An event of a call that was not denied is none; any other JSON may have it in its words.
        return iter(()) if any(map(_is_event, values)) else None
    return _chained(first, found)


def _chained(first: Denial, others: Iterator[Denial]) -> Iterator[Denial]:
    yield first
    yield from others


def _values(text: str) -> Iterator[Any]:
    """Yield the JSON values of a text: all of it, its lines, or what begins in a log line."""
    plain = text.strip()
    if plain[:1] in {"{", "[", '"'}:
        found = list(_one_after_another(plain))
        if not found:
            lines = plain.splitlines() if "\n" in plain else []
            found = [value for line in lines if (value := _decoded(line.strip())) is not None]
        if found:
            yield from found
            return
    if _may_hold_event(text):
        yield from _embedded(text)


def _one_after_another(text: str) -> Iterator[Any]:
    """Yield the values of which a text consists, as jq prints them; nothing if it holds more."""
    decode, found, at = json.JSONDecoder().raw_decode, [], 0
    while at < len(text):
        try:
            value, end = decode(text, at)
        except (ValueError, RecursionError):
            return
        if isinstance(value, str) and not _is_json(value):
            return
        found.append(value)
        at = _next(text, end)
    yield from found


def _next(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return blanks.end() if blanks else at


def _may_hold_event(text: str) -> bool:
    return '"eventName"' in text or '"explicitDeny"' in text


def _decoded(text: str) -> Any:
    if text[:1] not in {"{", "["}:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _embedded(text: str) -> Iterator[Any]:
    """Yield the objects that log lines hold, one a line, or else the one that a text holds."""
    lines = filter(_may_hold_event, text.splitlines())
    found = [value for line in lines for value in _first_object(line)]
    yield from found or _first_object(text)


def _first_object(text: str) -> Iterator[Any]:
    """Yield the object that a text holds; it begins at one of the first braces."""
    decode = json.JSONDecoder().raw_decode
    start = -1
    for _ in range(_STARTS):
        start = text.find("{", start + 1)
        if start < 0:
            return
        try:
            value, _ = decode(text, start)
        except (ValueError, RecursionError):
            continue
        yield value
        return


def _in(value: Any, depth: int) -> Iterator[Denial]:
    """Yield the denials in a JSON value."""
    if isinstance(value, str):
        inner = _decoded(value.strip())
        if inner is not None and depth:
            yield from _in(inner, depth - 1)
        elif inner is None:
            yield from in_words(value)
    elif isinstance(value, list) and depth:
        for item in value:
            if isinstance(item, (dict, list)) or _is_json(item):
                yield from _in(item, depth - 1)
    elif isinstance(value, dict):
        yield from _of_object(value, depth)


def _is_json(item: Any) -> bool:
    return isinstance(item, str) and item[:1] in {"{", "["}


def _of_object(value: Mapping[str, Any], depth: int) -> Iterator[Denial]:
    if _is_event(value):
        found = _of_event(value)
        if found is not None:
            yield found
        return
    if isinstance(value.get("context"), dict) and isinstance(value.get("allowed"), bool):
        if not value["allowed"]:
            yield _of_decoded(value)
        return
    found = _of_error(value)
    if found is not None:
        yield found
        return
    for name in (*_WRAPPED, *_INSIDE):
        if name in value and depth:
            yield from _in(value[name], depth - 1)


def _is_event(value: Any) -> bool:
    return isinstance(value, dict) and "eventName" in value and "eventSource" in value


# Errors


def _of_error(value: Mapping[str, Any]) -> Denial | None:
    """Return what an error object tells, as services answer and as SDKs write it to logs."""
    inner = value.get("Error", value.get("error"))
    where = inner if isinstance(inner, dict) else value
    code = next((_text(where, name) for name in _CODE_NAMES if _text(where, name)), "")
    message = next((_text(where, name) for name in _MESSAGE_NAMES if _text(where, name)), "")
    if not message or _decoded(message.strip()) is not None:
        return None
    code = code.rpartition("#")[2].partition(":")[0]  # as REST services spell it
    return of_error(code if is_code(code) else "", message)


_CODE_NAMES = ("Code", "code", "__type", "errorCode", "errorType", "name")
_MESSAGE_NAMES = ("Message", "message", "errorMessage", "msg", "@message", "log")


def _text(value: Mapping[str, Any], *names: str) -> str:
    """Return the text at the end of a path of names; empty if there is none."""
    found: Any = value
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


# CloudTrail


def _of_event(event: Mapping[str, Any]) -> Denial | None:
    """Return the denial that an event of CloudTrail tells of; None for a call that was not denied."""
    code = _text(event, "errorCode").removeprefix("Client.")
    if not code:
        return None
    operation = _text(event, "eventName")
    told = of_error(code, _text(event, "errorMessage"), operation)
    if told is None:
        return None
    identity = event.get("userIdentity")
    who = identity if isinstance(identity, dict) else {}
    return replace(
        told,
        principal=told.principal or _principal(who),
        action=told.action or _action(event),
        resource=told.resource or _resource(event),
        role=_role(who),
        context=_context(event, who),
        absent=_ADDRESSES - {_address_key(event)},
    )


def _principal(who: Mapping[str, Any]) -> str | None:
    if _text(who, "type") == "Unknown" or _text(who, "accountId") == "anonymous":
        return None
    return _text(who, "arn") or _text(who, "invokedBy")


def _role(who: Mapping[str, Any]) -> str:
    issuer = _text(who, "sessionContext", "sessionIssuer", "arn")
    return issuer if ":role/" in issuer else ""


def _action(event: Mapping[str, Any]) -> str:
    """Return the action of an event, which has the name of the operation; S3's are not all alike."""
    service = _text(event, "eventSource").removesuffix(_DNS)
    name = _text(event, "eventName")
    known = catalog.service_names()
    # The control plane has a name of its own, and no actions of its own.
    prefix = service if service in known else service.removesuffix("-control")
    actions = catalog.action_names(prefix)
    return f"{prefix}:{actions.get(name.lower(), name)}" if service and name else ""


def _resource(event: Mapping[str, Any]) -> str:
    asked = event.get("requestParameters")
    given = asked if isinstance(asked, dict) else {}
    if _text(given, _MANAGER):
        return _text(given, _MANAGER)
    listed = event.get("resources")
    named = (
        [_text(one, "ARN") for one in listed if isinstance(one, dict)]
        if isinstance(listed, list)
        else []
    )
    arns = [value for value in given.values() if isinstance(value, str)]
    return next((arn for arn in (*named, *arns) if arn.startswith("arn:")), "")


# Who passes a VPC endpoint has the address in the VPC and no other.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip
_ADDRESSES = frozenset({"aws:sourceip", "aws:vpcsourceip"})


def _address_key(event: Mapping[str, Any]) -> str:
    return "aws:vpcsourceip" if _text(event, "vpcEndpointId") else "aws:sourceip"


def _context(event: Mapping[str, Any], who: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """Return the context keys that an event tells; the name of the session is not among them."""
    told = {
        _address_key(event): _address(_text(event, "sourceIPAddress")),
        "aws:useragent": _text(event, "userAgent"),
        "aws:requestedregion": _text(event, "awsRegion"),
        "aws:sourcevpce": _text(event, "vpcEndpointId"),
        "aws:multifactorauthpresent": _text(
            who, "sessionContext", "attributes", "mfaAuthenticated"
        ),
        "aws:currenttime": _text(event, "eventTime"),
        "aws:epochtime": _epoch(_text(event, "eventTime")),
        "aws:securetransport": "true" if isinstance(event.get("tlsDetails"), dict) else "",
        "sts:externalid": _text(event, "requestParameters", "externalId"),
    }
    return {key: value for key, value in told.items() if value}


def _address(text: str) -> str:
    """Return an IP address; a call that a service makes has the name of the service instead."""
    try:
        ip_address(text)
    except ValueError:
        return ""
    return text


def _epoch(text: str) -> str:
    try:
        return str(int(datetime.fromisoformat(text).timestamp()))
    except (ValueError, OverflowError):
        return ""


# Decoded authorization messages


def _of_decoded(value: Mapping[str, Any]) -> Denial:
    context = value["context"]
    explicit = value.get("explicitDeny")
    return Denial(
        principal=_text(context, "principal", "arn"),
        action=_text(context, "action"),
        resource=_text(context, "resource"),
        explicit=explicit if isinstance(explicit, bool) else None,
        context=dict(_conditions(context)),
        whole=True,
    )


def _items(value: Any) -> list[Mapping[str, Any]]:
    found = value.get("items") if isinstance(value, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _conditions(context: Mapping[str, Any]) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Yield the context keys of a decoded message, as AWS had them in the request."""
    for one in _items(context.get("conditions")):
        values = tuple(_text(value, "value") for value in _items(one.get("values")))
        key = _text(one, "key").lower()
        if key and values and key not in WITHHELD:
            yield key, values[0] if len(values) == 1 else values
