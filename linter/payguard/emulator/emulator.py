"""The emulator as a whole, for tests and for ``payguard smoke --emulator``."""

import collections
import datetime as dt
import functools
import os
import re
import threading
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

import botocore.loaders
import botocore.session

from payguard.emulator.account import ADMIN, ADMIN_KEY, Account
from payguard.emulator.fault import Fault, Faults, parse_fault
from payguard.emulator.gateway import Gateway, Observed
from payguard.emulator.ledger import Ledger
from payguard.emulator.payments import operation_names
from payguard.emulator.server import Server
from payguard.emulator.signature import SigningKey
from payguard_policies import catalog

ACCOUNT, REGION = "111122223333", "us-west-2"
# Whoever runs for long must not fill the memory with what was asked.
_MOST_OBSERVED = 10_000

_ANY_TOKEN = {
    "customJWTAuthorizer": {"discoveryUrl": "https://example.com/.well-known/openid-configuration"}
}

LIMITS = """\
No payment is made or simulated: ProcessPayment, token and balance operations are authorized, then
answered 501 NotEmulatedException.
IAM and STS are moto's, with payguard's engine to decide: no SCPs, no boundaries of users, no MFA, no
web identity and no SAML. What the engine cannot decide is answered 501 UndecidedException.
Actions are authorized on the resources of AWS's service authorization reference, after the inputs
have been checked; for the creation and list of managers and for connectors, what the live service is
reported to take is enough as well. Requests come from 127.0.0.1, as if over TLS and through no VPC.
A call to a manager with AWS_IAM that names no user is refused; what AWS does then is not documented.
Bearer tokens for managers with CUSTOM_JWT are read; their signatures are not verified.
Managers and connectors are READY at once. There are no quotas and no secrets, and all is gone at the
end.
"""


class Emulator:
    """AgentCore payments, IAM and STS of one account in one Region, on loopback.

    Use it as a context manager, or call ``start`` and ``close``::

        with Emulator() as emulator:
            arn = emulator.create_manager("agentpay")
            sessions = emulator.client("bedrock-agentcore").list_payment_sessions(
                paymentManagerArn=arn, userId="somebody"
            )

    Attributes:
        account: its account ID.
        region: its Region.
        credentials: of its first user, ``admin``, who may do everything.
    """

    def __init__(
        self,
        *,
        account: str = ACCOUNT,
        region: str = REGION,
        faults: Iterable[str | Fault] = (),
        managers: Iterable[str] = (),
        port: int = 0,
    ) -> None:
        """Make an emulator; nothing listens before ``start``.

        Args:
            account: twelve digits.
            region: of any of AWS's partitions.
            faults: such as ``throttle:2`` or ``500:1@ListPaymentSessions``.
            managers: names of payment managers that are there from the start.
            port: on loopback; 0 to take a free one.

        Raises:
            ValueError: One of these is of no known form.
        """
        if not (len(account) == 12 and account.isascii() and account.isdigit()):
            raise ValueError(f"account {account[:40]!r} is not of twelve digits")
        self.account = account
        self.region = region
        self.credentials: SigningKey = ADMIN_KEY
        self._port = port
        self._skew = dt.timedelta()
        self._observed: collections.deque[Observed] = collections.deque(maxlen=_MOST_OBSERVED)
        self._faults = Faults(self._fault(item) for item in faults)
        partition = _partition(region)
        self._account = Account(account, partition)
        self._ledger = Ledger(partition, region, account, self._now)
        self._gateway = Gateway(
            self._account, self._ledger, region, self._faults, self._observed.append
        )
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        for name in managers:
            self.create_manager(name)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> None:
        """Listen, in a thread.

        Raises:
            OSError: The port cannot be had.
        """
        if self._server is not None:
            return
        self._server = Server(self._port, self._gateway.reply)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop to listen, and close what is open."""
        if self._server is None or self._thread is None:
            return
        self._server.close()
        self._thread.join(timeout=5)
        self._server = self._thread = None

    @property
    def url(self) -> str:
        """Where it listens: the endpoint URL of all its services.

        Raises:
            RuntimeError: It has not been started.
        """
        if self._server is None:
            raise RuntimeError("the emulator has not been started")
        return self._server.url

    @property
    def user_arn(self) -> str:
        """The ARN of the first user."""
        return f"arn:{self._account.partition}:iam::{self.account}:user/{ADMIN}"

    @property
    def managers(self) -> tuple[str, ...]:
        """The ARNs of its payment managers, in the order of their creation."""
        with self._ledger.lock:
            return tuple(found.arn for found in self._ledger.managers.values())

    @property
    def observed(self) -> tuple[Observed, ...]:
        """What was asked for so far, oldest first; the last ten thousand."""
        return tuple(self._observed)

    @property
    def defects(self) -> tuple[str, ...]:
        """Errors of the emulator's own so far: there should be none."""
        return tuple(self._gateway.defects)

    def client(
        self, service: str, credentials: Mapping[str, Any] | None = None, **more: Any
    ) -> Any:
        """Return a boto3 client of one of its services.

        Args:
            service: ``iam``, ``sts``, ``bedrock-agentcore`` or ``bedrock-agentcore-control``.
            credentials: as AssumeRole and CreateAccessKey return them; None for the first user's.
            more: for boto3, such as ``config``.
        """
        import boto3  # noqa: PLC0415  half a second that a server alone does not need
        from botocore.config import Config  # noqa: PLC0415  same

        given = credentials or {}
        session = bare_session()
        session.register_component("data_loader", _loader())
        # No proxy leads to loopback, whatever the environment names.
        config = Config(proxies={}).merge(more.pop("config", Config()))
        return boto3.session.Session(botocore_session=session).client(
            service,
            region_name=self.region,
            endpoint_url=self.url,
            aws_access_key_id=given.get("AccessKeyId", self.credentials.access_key_id),
            aws_secret_access_key=given.get("SecretAccessKey", self.credentials.secret),
            aws_session_token=given.get("SessionToken"),
            config=config,
            **more,
        )

    def environment(self) -> dict[str, str]:
        """Return the environment variables that send every AWS client here, as the first user.

        https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
        """
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.credentials.secret,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }

    def create_manager(
        self,
        name: str,
        *,
        authorizer: str = "AWS_IAM",
        authorizer_configuration: Mapping[str, Any] | None = None,
        role_arn: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> str:
        """Create a payment manager without asking IAM, and return its ARN.

        Args:
            name: letters and digits, a letter first.
            authorizer: ``AWS_IAM`` or ``CUSTOM_JWT``.
            authorizer_configuration: of ``CUSTOM_JWT``; None for one that takes every token.
            role_arn: the service role; it need not be there.
            tags: of the manager.

        Raises:
            ValueError: It is no name for a manager, or there is one of that name.
        """
        from payguard.identifiers import ERROR, check  # noqa: PLC0415  explanations are seldom needed

        problems = [item for item in check("payment-manager-name", name) if item.severity == ERROR]
        if problems:
            raise ValueError(f"manager {name[:60]!r}: {problems[0].message}")
        role = role_arn or (
            f"arn:{self._account.partition}:iam::{self.account}:role/"
            "AgentCorePaymentsResourceRetrievalRole"
        )
        with self._ledger.lock:
            if any(one.name.lower() == name.lower() for one in self._ledger.managers.values()):
                raise ValueError(f"manager {name!r}: there is one of that name")
            found = self._ledger.add_manager(
                name,
                role,
                authorizer=authorizer,
                authorizer_configuration=(
                    authorizer_configuration or _ANY_TOKEN if authorizer == "CUSTOM_JWT" else None
                ),
                tags=tags,
            )
        return found.arn

    def create_connector(self, manager_arn: str, name: str, vendor: str = "CoinbaseCDP") -> str:
        """Create a connector without asking IAM, and return its ID.

        Raises:
            KeyError: There is no such manager.
        """
        with self._ledger.lock:
            manager = self._ledger.managers[manager_arn.rpartition("/")[2]]
            return self._ledger.add_connector(manager, name, vendor, []).id

    def delete_manager(self, manager_arn: str) -> None:
        """Delete a manager and all that hangs on it, without asking IAM.

        Raises:
            KeyError: There is no such manager.
        """
        with self._ledger.lock:
            del self._ledger.managers[manager_arn.rpartition("/")[2]]

    def create_session(self, manager_arn: str, user_id: str, minutes: int = 60) -> str:
        """Create a session of a user without asking IAM, and return its ID.

        Raises:
            KeyError: There is no such manager.
        """
        with self._ledger.lock:
            manager = self._ledger.managers[manager_arn.rpartition("/")[2]]
            return self._ledger.add_session(manager, user_id, minutes, None).id

    def inject(self, fault: str | Fault) -> None:
        """Declare one more fault.

        Raises:
            ValueError: It is of no known form.
        """
        self._faults.add(self._fault(fault))

    def expire_sessions(self) -> None:
        """Let the temporary credentials that were given out be expired."""
        self._account.expire_sessions()

    def set_clock(self, ahead: dt.timedelta) -> None:
        """Let the emulator's clock be ahead of this machine's, or behind with a negative value."""
        self._skew = ahead

    def _now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self._skew

    def _fault(self, fault: str | Fault) -> Fault:
        return fault if isinstance(fault, Fault) else parse_fault(fault, operation_names())


def bare_session() -> botocore.session.Session:
    """Return a session of botocore's that knows nothing of the user's environment and files."""
    usual = botocore.session.Session.SESSION_VARIABLES
    alone = {name: (None, None, default, of) for name, (_, _, default, of) in usual.items()}
    nothing = (None, None, os.devnull, None)
    return botocore.session.Session({**alone, "config_file": nothing, "credentials_file": nothing})


@functools.cache
def _loader() -> botocore.loaders.Loader:
    """What reads botocore's models: with one for all clients each model is read once."""
    return botocore.loaders.create_loader()


def _partition(region: str) -> str:
    """Return the partition of a Region.

    Raises:
        ValueError: No partition has a Region of that name.
    """
    for name, partition in catalog.partitions().items():
        if re.fullmatch(partition.region_pattern, region):
            return name
    raise ValueError(f"region {region[:40]!r} is none of AWS's")
