"""REST-JSON on the server's side: an input out of a request, an answer out of a result.

https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from botocore.model import OperationModel, Shape

from payguard.emulator import input_shape
from payguard.emulator.exchange import HttpAnswer, HttpRequest
from payguard.emulator.failure import invalid
from payguard.emulator.input_shape import Problem
from payguard.emulator.operation import Route


def read_input(route: Route, request: HttpRequest) -> dict[str, Any]:
    """Return the input of an operation, checked against its model.

    Raises:
        ServiceError: The body is no JSON object, or a member breaks a constraint.
    """
    shape = route.model.input_shape
    if shape is None:
        return {}
    body = _body(request)
    query = dict(parse_qsl(request.query, keep_blank_values=True, max_num_fields=100))
    found: dict[str, Any] = {}
    unreadable: list[Problem] = []
    for name, member in shape.members.items():
        text = _elsewhere(member, route.labels, query, request.headers)
        if "location" in member.serialization:
            value = None if text is None else _read(member, text)
            if text is not None and value is None:
                unreadable.append(_not_a(member, name))
        else:
            value = body.get(member.serialization.get("name", name))
        if value is not None:
            found[name] = value
    failure = input_shape.refusal(iter(unreadable)) if unreadable else None
    failure = failure or input_shape.refusal(input_shape.problems(shape, found))
    if failure is not None:
        raise failure
    return found


def _not_a(member: Shape, name: str) -> Problem:
    return Problem(
        name, f"Value at '{name}' can not be converted to {member.type_name}", unreadable=True
    )


def _body(request: HttpRequest) -> Mapping[str, Any]:
    if not request.body:
        return {}
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError):
        raise invalid("The request body could not be parsed as JSON.", "CannotParse") from None
    if not isinstance(value, dict):
        raise invalid("The request body must be a JSON object.", "CannotParse")
    return value


def _elsewhere(
    member: Shape, labels: Mapping[str, str], query: Mapping[str, str], headers: Mapping[str, str]
) -> str | None:
    """Return the text of a member that stands outside of the body."""
    name = member.serialization.get("name", "")
    where = member.serialization.get("location")
    if where == "uri":
        return labels.get(name)
    if where == "querystring":
        return query.get(name)
    return headers.get(name.lower()) if where == "header" else None


def _read(member: Shape, text: str) -> Any:
    """Return the value that a text stands for; None if it stands for none."""
    if member.type_name in {"integer", "long"}:
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None
    if member.type_name == "boolean":
        return {"true": True, "false": False}.get(text)
    return text if member.type_name == "string" else None


def write_answer(model: OperationModel, result: Mapping[str, Any]) -> HttpAnswer:
    """Return the answer of an operation that went well."""
    shape = model.output_shape
    status = int(model.http.get("responseCode", 200))
    if shape is None or not shape.members:
        return HttpAnswer(status, b"", {})
    body = json.dumps(_value(shape, result), separators=(",", ":"), ensure_ascii=False)
    return HttpAnswer(status, body.encode(), {"Content-Type": "application/json"})


def _value(shape: Any, value: Any) -> Any:
    kind = shape.type_name
    if kind == "structure":
        return dict(_members(shape, value))
    if kind == "list":
        return [_value(shape.member, item) for item in value]
    if kind == "timestamp":
        return _time(shape, value)
    return value


def _members(shape: Any, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, member in shape.members.items():
        item = value.get(name)
        if item is not None:
            yield member.serialization.get("name", name), _value(member, item)


def _time(shape: Any, value: dt.datetime) -> str | float:
    if shape.serialization.get("timestampFormat") == "iso8601":
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return round(value.timestamp(), 3)
