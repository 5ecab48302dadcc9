"""What an error means, of AWS or of botocore: the outcome, the cause, and what helps."""

import socket
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from botocore import exceptions, parsers

from payguard.denial.message import Denial, of_error
from payguard.denial.wording import POLICY_NAMES
from payguard.quotation import quote
from payguard.smoke.redaction import shown
from payguard.smoke.verdict import Outcome, Trouble
from payguard_policies.named_tuple import NamedTuple

# What kind of trouble the service tells of (``Message.cause``) -> the outcome.
OUTCOMES: Mapping[str, Outcome] = {
    "account": Outcome.DENIED_OTHERWISE,
    "authorizer": Outcome.DENIED_OTHERWISE,
    "provider": Outcome.DENIED_OTHERWISE,
    "quota": Outcome.DENIED_OTHERWISE,
    "subscription": Outcome.DENIED_OTHERWISE,
    "budget": Outcome.INVALID_REQUEST,
    "input": Outcome.INVALID_REQUEST,
    "not-found": Outcome.INVALID_REQUEST,
    "service-role": Outcome.INVALID_REQUEST,
    "session": Outcome.INVALID_REQUEST,
    "clock": Outcome.NO_CREDENTIALS,
    "credentials": Outcome.NO_CREDENTIALS,
    "region": Outcome.WRONG_REGION,
    "service": Outcome.SERVICE_ERROR,
    "throttled": Outcome.THROTTLED,
}
# Outcomes that may be others the next time.
_PASSING = frozenset({Outcome.THROTTLED, Outcome.SERVICE_ERROR})
EXPIRED = "expired-credentials"
_CLOCK = "clock"
_NOT_IMPLEMENTED = 501  # as of the emulator, where the engine cannot decide
_ALIKE = 1  # seconds of difference between clocks that are worth no word


class EndlessError(Exception):
    """An answer that is longer than any of the API's."""


class UnreadableError(Exception):
    """An answer that is not what botocore's model says."""


class OpenRoadError(Exception):
    """A bearer token that would have gone over the network in the clear."""


class NoUrlError(Exception):
    """An endpoint that is no URL."""


class UnsendableError(Exception):
    """Credentials that no request can carry."""


class Refused(Exception):  # noqa: N818  what is meant is the call, and it is refused
    """A call that payguard never makes: a defect of payguard's own."""


class _Local(NamedTuple):
    """What an exception means where no answer of AWS's came; attributes as in ``Trouble``."""

    outcome: Outcome
    cause: str
    says: str
    mend: str
    final: bool = False


_SIGN_IN = 'sign in, as with "aws sso login", or set AWS_PROFILE or the keys in the environment'
_NETWORK = "check the network, the VPC endpoint and its security group, and --endpoint-url"
_LATER = "try again later"
_SETTINGS = "check AWS_* in the environment, and the configuration of the AWS CLI"
_UNREACHABLE = Outcome.UNREACHABLE
_UNKNOWN_HOST = _Local(
    _UNREACHABLE,
    "unknown-host",
    "the name of the endpoint cannot be resolved",
    "check the network and the region: AgentCore is not in every one",
)
# The first that fits: some are kinds of others.
_LOCAL: tuple[tuple[type[Exception], _Local], ...] = (
    (
        exceptions.SSLError,
        _Local(
            _UNREACHABLE,
            "tls",
            "the certificate of the endpoint is not trusted, or it speaks no TLS",
            "check --endpoint-url and AWS_CA_BUNDLE",
            final=True,
        ),
    ),
    (
        exceptions.ProxyConnectionError,
        _Local(_UNREACHABLE, "proxy", "the proxy cannot be reached", "check HTTPS_PROXY, NO_PROXY"),
    ),
    (
        exceptions.EndpointConnectionError,
        _Local(_UNREACHABLE, "no-connection", "nothing listens at the endpoint", _NETWORK),
    ),
    (
        exceptions.ConnectTimeoutError,
        _Local(_UNREACHABLE, "connect-timeout", "the endpoint takes no connection", _NETWORK),
    ),
    (
        exceptions.ReadTimeoutError,
        _Local(_UNREACHABLE, "read-timeout", "the endpoint does not answer in time", _LATER),
    ),
    (
        exceptions.ConnectionClosedError,
        _Local(_UNREACHABLE, "connection-closed", "the connection broke off", _LATER),
    ),
    (
        exceptions.HTTPClientError,
        _Local(_UNREACHABLE, "connection", "the connection failed", _NETWORK),
    ),
    (
        exceptions.ParamValidationError,
        _Local(
            Outcome.INVALID_REQUEST,
            "invalid-parameter",
            "botocore refuses a parameter",
            "check the ARN, the connector ID and the user ID",
            final=True,
        ),
    ),
    (
        OpenRoadError,
        _Local(
            Outcome.NOT_TESTABLE,
            "no-tls",
            "a bearer token is not sent without TLS",
            "give an --endpoint-url that begins with https://",
            final=True,
        ),
    ),
    (
        NoUrlError,
        _Local(
            _UNREACHABLE,
            "no-url",
            "the endpoint is no URL",
            "check AWS_ENDPOINT_URL, and endpoint_url in the configuration of the AWS CLI",
            final=True,
        ),
    ),
    (
        UnsendableError,
        _Local(
            Outcome.NO_CREDENTIALS,
            "unsendable-credentials",
            "the credentials hold a line end or another sign that no request can carry",
            "set them once more, without what was copied along",
            final=True,
        ),
    ),
    (
        EndlessError,
        _Local(
            Outcome.SERVICE_ERROR,
            "endless",
            "the answer is too long to be one of AgentCore's",
            "check --endpoint-url",
            final=True,
        ),
    ),
    *(
        (kind, _Local(Outcome.SERVICE_ERROR, "unreadable", "the answer cannot be read", _LATER))
        for kind in (parsers.ResponseParserError, UnreadableError)
    ),
)
LATE = Trouble(
    _UNREACHABLE,
    "deadline",
    "there was no answer within the deadline",
    "try again later, or with a longer --deadline",
)
NO_LIST = Trouble(
    Outcome.SERVICE_ERROR,
    "no-list",
    "the endpoint answered without the list that the API returns",
    "check --endpoint-url: it may be another service's",
    final=False,
)
INTERRUPTED = Trouble(Outcome.NOT_ASKED, "interrupted", "the run was interrupted before")


def trouble(error: Exception, action: str, secrets: Iterable[str] = ()) -> Trouble:
    """Return what an error means that a call raised.

    Args:
        error: what botocore raised.
        action: the action that the call needs, such as ``bedrock-agentcore:ListPaymentSessions``.
        secrets: texts that must not be shown.
    """
    if isinstance(error, exceptions.ClientError):
        return _answered(error.response, action, secrets)
    for kind, local in _LOCAL:
        if isinstance(error, kind):
            return _unanswered(_UNKNOWN_HOST if _is_unresolved(error) else local)
    if isinstance(error, exceptions.BotoCoreError):
        says = f"the AWS SDK cannot call: {shown(str(error), secrets)}"
        return Trouble(Outcome.NOT_ASKED, "sdk", says, _SETTINGS)
    # A defect, here or there: its text may hold anything.
    says = f"internal error ({type(error).__name__}); please report it"
    return Trouble(Outcome.NOT_ASKED, "internal-error", says)


def _unanswered(found: _Local) -> Trouble:
    return Trouble(found.outcome, found.cause, found.says, found.mend, final=found.final)


def of_credentials(error: Exception, secrets: Iterable[str] = ()) -> Trouble:
    """Return what an error means that came up while looking for credentials."""
    if isinstance(error, exceptions.ProfileNotFound):
        named = quote(shown(str(error.kwargs["profile"])))
        see = 'see "aws configure list-profiles"'
        return _no_credentials("no-profile", f"there is no profile {named}", see)
    if isinstance(error, exceptions.NoCredentialsError):
        return _no_credentials("no-credentials", "there are no credentials", _SIGN_IN)
    if isinstance(error, (exceptions.BotoCoreError, exceptions.ClientError)):
        told = shown(str(error), secrets)
        return _no_credentials(
            "credential-source", f"the credentials cannot be had: {told}", _SIGN_IN
        )
    says = f"the credentials cannot be had ({type(error).__name__})"
    return _no_credentials("credential-source", says, _SIGN_IN)


def _no_credentials(cause: str, says: str, mend: str) -> Trouble:
    return Trouble(Outcome.NO_CREDENTIALS, cause, says, mend)


def _is_unresolved(error: Exception) -> bool:
    """Tell whether it was the name of a host that could not be resolved."""
    inner = getattr(error, "kwargs", {}).get("error")
    if isinstance(inner, socket.gaierror) or type(inner).__name__ == "NameResolutionError":
        return True
    return isinstance(getattr(inner, "__cause__", None), socket.gaierror)


# What AWS answered


def _answered(response: Mapping[str, Any], action: str, secrets: Iterable[str]) -> Trouble:
    error = response.get("Error", {})
    code, message = str(error.get("Code", "")), str(error.get("Message", ""))
    about = response.get("ResponseMetadata", {})
    status = int(about.get("HTTPStatusCode", 0))
    denial = of_error(code, message)
    if denial is not None and denial.known is not None:
        return _known(denial, about)
    if status >= 500:
        return _failed(status, shown(message or code, secrets))
    if status == 429:
        return Trouble(Outcome.THROTTLED, "throttled", "too many requests", _LATER, final=False)
    if denial is not None:
        return _denied(denial, action, code, message, secrets)
    told = shown(f"{code}: {message}" if message else code or f"status {status}", secrets)
    if status in {401, 403}:
        return _unexplained(told)
    return Trouble(Outcome.INVALID_REQUEST, "unknown-error", f"AWS answered {quote(told)}")


def _failed(status: int, told: str) -> Trouble:
    if status == _NOT_IMPLEMENTED:
        says = f"the endpoint cannot answer: {quote(told)}"
        return Trouble(Outcome.SERVICE_ERROR, "not-implemented", says)
    says = f"the service failed with status {status}"
    return Trouble(Outcome.SERVICE_ERROR, "service-error", says, _LATER, final=False)


def _known(denial: Denial, about: Mapping[str, Any]) -> Trouble:
    message = denial.known
    assert message is not None  # noqa: S101  asked for by the caller
    outcome = OUTCOMES[message.cause]
    says = message.means.rstrip(".")
    if message.cause == _CLOCK:
        says += _difference(about)
    return Trouble(
        outcome,
        message.id,
        f"{says[:1].lower()}{says[1:]}" if says[1:2].islower() else says,
        message.mend.rstrip("."),
        message.source,
        message.cause,
        final=outcome not in _PASSING,
    )


def _difference(about: Mapping[str, Any]) -> str:
    """Say how far the clocks are apart, if the answer tells the time."""
    from datetime import UTC, datetime  # noqa: PLC0415  seldom

    try:
        theirs = parsedate_to_datetime(str(about.get("HTTPHeaders", {}).get("date", "")))
        seconds = round((datetime.now(UTC) - theirs).total_seconds())
    except (TypeError, ValueError):
        return ""
    if abs(seconds) <= _ALIKE:
        return ""
    word = "ahead of" if seconds > 0 else "behind"
    return f" (it is {abs(seconds):,} seconds {word} the endpoint's)"


def _denied(
    denial: Denial, action: str, code: str, message: str, secrets: Iterable[str]
) -> Trouble:
    if not denial.action and denial.explicit is None and not denial.encoded:
        return _unexplained(shown(f"{code}: {message}" if message else code, secrets))
    if denial.action and denial.action.lower() != action.lower():
        about = f"IAM denies {quote(denial.action)}, which the call needs besides"
        says = f"{about}: {_reason(denial)}" if denial.layer else about
        return Trouble(Outcome.DENIED_OTHERWISE, "another-action", says, denial=denial)
    return Trouble(Outcome.DENIED_BY_IAM, "iam", _reason(denial, action), denial=denial)


def _unexplained(told: str) -> Trouble:
    says = f"denied without a reason: {quote(told)}"
    mend = "look for the call in CloudTrail: payguard explain reads the event"
    return Trouble(Outcome.DENIED_OTHERWISE, "unexplained", says, mend)


def _reason(denial: Denial, action: str = "") -> str:
    """Say in words which kind of policy denied."""
    asked = quote(denial.action or action)
    if not denial.layer:
        return f"a policy denies {asked}" if denial.explicit else f"IAM does not allow {asked}"
    article, name = POLICY_NAMES[denial.layer]
    if denial.explicit is False:
        return f"no {name} allows {asked}"
    policy = f" ({shown(denial.policy)})" if denial.policy else ""
    return f"{article} {name} explicitly denies {asked}{policy}"
