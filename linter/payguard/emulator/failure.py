"""How AWS says that a call failed: a code, a sentence and an HTTP status, as JSON or as XML."""

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from payguard.emulator.exchange import HttpAnswer

# Codes of the emulator's own: what AWS answers is not emulated, or cannot be told. 501 is a status
# that no SDK tries again.
NOT_EMULATED, UNDECIDED = "NotEmulatedException", "UndecidedException"

_NAMESPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}


class ServiceError(Exception):
    """A call that ends in an error of the service.

    Attributes:
        code: such as ``ValidationException``.
        message: one sentence for the caller.
        status: the HTTP status.
        detail: further members of the error's shape.
    """

    def __init__(
        self, code: str, message: str, status: int, detail: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.detail = dict(detail or {})


def invalid(message: str, reason: str = "FieldValidationFailed") -> ServiceError:
    """Return the refusal of an input; ``reason`` is of the model's enum."""
    return ServiceError("ValidationException", message, 400, {"reason": reason})


def not_found(message: str) -> ServiceError:
    """Return the failure to find what was asked for."""
    return ServiceError("ResourceNotFoundException", message, 404)


def conflict(message: str) -> ServiceError:
    """Return the refusal of what does not go together with what there is."""
    return ServiceError("ConflictException", message, 409)


def not_emulated(what: str) -> ServiceError:
    """Return the answer to what the emulator does not do."""
    return ServiceError(NOT_EMULATED, f"payguard emulator: not emulated: {what}", 501)


def undecided(what: str) -> ServiceError:
    """Return the answer where IAM's decision cannot be told: neither a yes nor a no."""
    return ServiceError(UNDECIDED, f"payguard emulator: undecided: {what}", 501)


def as_json(failure: ServiceError) -> HttpAnswer:
    """Return a failure in the form of REST-JSON services.

    https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
    """
    body = {"message": failure.message, **failure.detail}
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": failure.code}
    return HttpAnswer(failure.status, json.dumps(body).encode(), headers)


def as_xml(failure: ServiceError, service: str, request_id: str) -> HttpAnswer:
    """Return a failure in the form of the query protocol, which IAM and STS speak.

    https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#operation-error-serialization
    """
    fault = "Receiver" if failure.status >= 500 else "Sender"
    body = (
        f'<ErrorResponse xmlns="{_NAMESPACES.get(service, _NAMESPACES["sts"])}"><Error>'
        f"<Type>{fault}</Type><Code>{escape(failure.code)}</Code>"
        f"<Message>{escape(failure.message)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return HttpAnswer(failure.status, body.encode(), {"Content-Type": "text/xml"})
