"""Clients of AWS that can do nothing but read: one for each service, region and endpoint.

A client serves all roles: credentials, deadline and bearer token come with each call. Whatever
payguard would call, two hooks of botocore's let only ``READS`` pass, and the second of them stands
where the request is sent.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore import UNSIGNED, awsrequest, exceptions, httpsession, parsers, xform_name
from botocore.config import Config
from botocore.session import Session
from botocore.utils import get_environ_proxies
from urllib3.exceptions import HTTPError, ReadTimeoutError

from payguard import __version__
from payguard.smoke.patience import Deadline
from payguard.smoke.redaction import Secrets
from payguard.smoke.trouble import (
    EndlessError,
    NoUrlError,
    OpenRoadError,
    Refused,
    UnreadableError,
    UnsendableError,
)
from payguard.smoke.verdict import APIS, SERVICE
from payguard_policies import catalog
from payguard_policies.named_tuple import NamedTuple

DATA, CONTROL, STS = SERVICE, f"{SERVICE}-control", "sts"
GET_MANAGER, ASSUME_ROLE = "GetPaymentManager", "AssumeRole"
# All that is ever called. AssumeRole changes nothing: it hands out credentials.
READS = frozenset({*((DATA, api) for api in APIS), (CONTROL, GET_MANAGER), (STS, ASSUME_ROLE)})

_CONNECT, _READ = 5.0, 15.0  # seconds, or what is left until the deadline
_LARGEST = 8 << 20  # bytes of an answer; a page of a list has some kilobytes
_CHUNK = 65536


_CONFIG = Config(
    retries={"total_max_attempts": 1, "mode": "standard"},
    connect_timeout=_CONNECT,
    read_timeout=_READ,
    parameter_validation=True,
    user_agent_extra=f"payguard/{__version__}",
)


class Asker(NamedTuple):
    """As whom a call is made; nothing of it is ever shown.

    Attributes:
        credentials: frozen credentials of botocore's; None with a bearer token.
        bearer: a bearer token; empty with credentials.
    """

    credentials: Any
    bearer: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that must not be shown."""
        if self.credentials is None:
            return (self.bearer,)
        key, secret, token = self.credentials[:3]
        return (key, secret, token or "")


class _Call(NamedTuple):
    asker: Asker
    until: Deadline


_calling: ContextVar[_Call] = ContextVar("calling")


class Connections:
    """The clients of one run, made when they are first needed; any thread may ask.

    Args:
        threads: how many connections to keep for each client.
        session: of botocore's, to be configured by; None for one as the user has configured it.

    Attributes:
        secrets: what was ever called with, and must not be shown.
        elsewhere: endpoints that were used and are not AWS's own: of an option, of AWS_ENDPOINT_URL.
    """

    def __init__(self, threads: int, session: Session | None = None) -> None:
        self._threads = threads
        self.secrets = Secrets()
        self.elsewhere: set[str] = set()
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._session = session

    def call(
        self,
        service: str,
        operation: str,
        parameters: Mapping[str, Any],
        *,
        region: str,
        endpoint_url: str,
        asker: Asker,
        until: Deadline,
    ) -> dict[str, Any]:
        """Call an operation once.

        Args:
            service: DATA, CONTROL or STS.
            operation: as AWS names it.
            parameters: of the operation.
            region: where.
            endpoint_url: empty for AWS's own.
            asker: as whom.
            until: when to give up.

        Raises:
            Exception: what ``payguard.smoke.trouble`` explains.
        """
        self.secrets.add(asker.secrets)
        if not all(text.isascii() and text.isprintable() for text in asker.secrets):
            raise UnsendableError
        client = self._client(service, region, endpoint_url)
        if asker.bearer and not _is_confidential(client.meta.endpoint_url):
            raise OpenRoadError
        with _as(_Call(asker, until)):
            try:
                found: dict[str, Any] = getattr(client, xform_name(operation))(**parameters)
            except Exception as error:
                if _is_of_the_parser(error):
                    raise UnreadableError from error
                raise
        return found

    def _client(self, service: str, region: str, endpoint_url: str) -> Any:
        key = service, region, endpoint_url
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._new(*key)
            return self._clients[key]

    def _new(self, service: str, region: str, endpoint_url: str) -> Any:
        if self._session is None:
            self._session = Session()
        try:
            client = boto3.Session(botocore_session=self._session).client(
                service,
                region_name=region,
                endpoint_url=endpoint_url or None,
                # The default chain is not asked: each call brings its own.
                aws_access_key_id="none",
                aws_secret_access_key="none",  # noqa: S106  no secret: it signs nothing
                config=_CONFIG,
            )
        except ValueError as error:
            raise NoUrlError from error  # options were checked: it is the environment's
        if not _is_of_aws(client.meta.endpoint_url):
            self.elsewhere.add(_origin(client.meta.endpoint_url))
        sender = _Sender(client.meta.endpoint_url, self._threads, self._session)
        events = client.meta.events
        events.register_first("provide-client-params", _refuse_writes)
        events.register_first("before-call", _prepared)
        events.register_first("choose-signer", _signer)
        events.register_first("before-send", sender.send)
        return client


def _is_of_the_parser(error: Exception) -> bool:
    """Tell whether botocore stumbled over an answer, as over a list where an object belongs."""
    place = error.__traceback__
    while place is not None:
        if place.tb_frame.f_globals.get("__name__") == parsers.__name__:
            return True
        place = place.tb_next
    return False


@contextmanager
def _as(call: _Call) -> Iterator[None]:
    token = _calling.set(call)
    try:
        yield
    finally:
        _calling.reset(token)


def allowed(service: str, operation: str) -> None:
    """Let a call pass that only reads.

    Raises:
        Refused: it is none of ``READS``.
    """
    if (service, operation) not in READS:
        raise Refused(f"payguard smoke never calls {service}:{operation}")


def _refuse_writes(model: Any, **_: Any) -> None:
    allowed(model.service_model.service_name, model.name)


def _prepared(model: Any, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    """Give a request its credentials, its time, and a bearer token instead of a signature."""
    allowed(model.service_model.service_name, model.name)
    call = _calling.get()
    context["read_timeout"] = max(0.05, min(_READ, call.until.remaining))
    if call.asker.bearer:
        params["headers"]["Authorization"] = f"Bearer {call.asker.bearer}"
    else:
        context.setdefault("signing", {})["request_credentials"] = _Frozen(call.asker.credentials)


def _signer(**_: Any) -> Any:
    return UNSIGNED if _calling.get().asker.bearer else None


class _Frozen(NamedTuple):
    """Credentials as botocore's signer asks for them."""

    frozen: Any

    def get_frozen_credentials(self) -> Any:
        """Return them."""
        return self.frozen


class _Sender:
    """Sends the requests of one client, and reads what comes back, within bounds.

    botocore reads an answer of any length, for any time, and takes one that broke off for whole.
    """

    def __init__(self, url: str, threads: int, session: Session) -> None:
        self._http = httpsession.URLLib3Session(
            verify=_bundle(session),
            proxies={} if _is_loopback(url) else get_environ_proxies(url),
            timeout=(_CONNECT, _READ),
            max_pool_connections=threads,
        )

    def send(self, request: Any, event_name: str, **_: Any) -> Any:
        """Send a request, as a handler of ``before-send``."""
        service, operation = event_name.split(".")[1:]  # before-send.SERVICE.OPERATION
        allowed(service, operation)
        request.stream_output = True
        response = self._http.send(request)
        content = _content(response, _calling.get().until)
        return awsrequest.AWSResponse(
            response.url, response.status_code, response.headers, _Content(content)
        )


def _origin(url: str) -> str:
    """Return scheme, host and port of an endpoint: there may be a password in the rest."""
    found = urlsplit(url)
    return f"{found.scheme}://{found.netloc.rpartition('@')[2]}"


def _is_of_aws(url: str) -> bool:
    """Tell whether an endpoint is AWS's: one of a region, or a VPC endpoint."""
    host = urlsplit(url).hostname or ""
    suffixes = {partition.dns_suffix for partition in catalog.partitions().values()}
    return any(host.endswith(f".{suffix}") for suffix in suffixes)


def _is_confidential(url: str) -> bool:
    """Tell whether nobody on the way can read what is sent: a bearer token is all that counts."""
    return url.startswith("https://") or _is_loopback(url)


def _is_loopback(url: str) -> bool:
    """Tell whether a URL names this machine, which no proxy leads to."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def _bundle(session: Session) -> Any:
    return session.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE") or True


class _Content(NamedTuple):
    """The content of an answer, as botocore reads it."""

    content: bytes

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """Yield it."""
        yield self.content


def _content(response: Any, until: Deadline) -> bytes:
    url, raw, found = response.url, response.raw, bytearray()
    # read1 returns what has come: read waits until there is a whole chunk.
    read = getattr(raw, "read1", raw.read)
    try:
        while chunk := read(_CHUNK):
            found += chunk
            if len(found) > _LARGEST:
                raw.close()
                raise EndlessError
            if until.remaining <= 0:
                raw.close()
                raise exceptions.ReadTimeoutError(endpoint_url=url)
    except ReadTimeoutError as error:
        raise exceptions.ReadTimeoutError(endpoint_url=url, error=error) from None
    except (HTTPError, OSError) as error:
        raise exceptions.ConnectionClosedError(endpoint_url=url, error=error) from None
    promised = response.headers.get("content-length", "")
    if promised.isdecimal() and int(promised) != len(found):
        raise exceptions.ConnectionClosedError(endpoint_url=url)
    return bytes(found)
