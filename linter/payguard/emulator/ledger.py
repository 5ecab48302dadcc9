"""What there is: payment managers with their connectors, instruments and sessions; no money.

Everything is kept in memory and gone with the process. Secrets of credential providers are not
kept at all.
"""

import datetime as dt
import itertools
import secrets
import string
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from payguard_policies import PAYMENTS_SERVICE

_TAIL = string.ascii_lowercase + string.digits


def tail(length: int) -> str:
    """Return some characters that make an ID its own."""
    return "".join(secrets.choice(_TAIL) for _ in range(length))


@dataclass(slots=True)
class Instrument:
    """A payment instrument of one user; ``details`` are those of its creation."""

    id: str
    number: int
    connector_id: str
    user_id: str
    type: str
    details: Mapping[str, Any]
    created: dt.datetime


@dataclass(slots=True)
class Session:
    """A payment session of one user: a budget that ends by itself."""

    id: str
    number: int
    user_id: str
    minutes: int
    limits: Mapping[str, Any] | None
    created: dt.datetime

    def has_ended(self, now: dt.datetime) -> bool:
        """Tell whether its time is over."""
        return now >= self.created + dt.timedelta(minutes=self.minutes)


@dataclass(slots=True)
class Connector:
    """A payment connector of a manager."""

    id: str
    number: int
    name: str
    type: str
    configurations: list[Any]
    description: str | None
    created: dt.datetime
    updated: dt.datetime


@dataclass(slots=True)
class Provider:
    """A payment credential provider; ``output`` says where its secrets would be."""

    number: int
    name: str
    vendor: str
    output: Mapping[str, Any]
    tags: dict[str, str]
    created: dt.datetime
    updated: dt.datetime


@dataclass(slots=True)
class Manager:
    """A payment manager and all that hangs on it."""

    id: str
    number: int
    arn: str
    name: str
    authorizer: str
    authorizer_configuration: Any
    role_arn: str
    description: str | None
    key_arn: str | None
    tags: dict[str, str]
    created: dt.datetime
    updated: dt.datetime
    connectors: dict[str, Connector] = field(default_factory=dict)
    instruments: dict[str, Instrument] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)


class Ledger:
    """All managers and credential providers of one account in one Region.

    Attributes:
        now: tells the time, in UTC.
        region: where all this is.
        lock: to be held while something is read or changed.
        managers: by ID.
        providers: by name.
        replies: what was answered to a client token, by caller, operation and token.
    """

    def __init__(
        self, partition: str, region: str, account: str, now: Callable[[], dt.datetime]
    ) -> None:
        self.now = now
        self.region = region
        self.lock = threading.RLock()
        self.managers: dict[str, Manager] = {}
        self.providers: dict[str, Provider] = {}
        self.replies: dict[tuple[str, ...], tuple[str, Mapping[str, Any]]] = {}
        self._base = f"arn:{partition}:{PAYMENTS_SERVICE}:{region}:{account}"
        self._numbers = itertools.count(1)

    def arn(self, resource: str) -> str:
        """Return the ARN of a resource of AgentCore's here."""
        return f"{self._base}:{resource}"

    def next_number(self) -> int:
        """Return a number higher than all before."""
        return next(self._numbers)

    def manager(self, arn: str) -> Manager | None:
        """Return the manager of an ARN, if there is one."""
        found = self.managers.get(arn.rpartition("/")[2])
        return found if found is not None and found.arn == arn else None

    def add_manager(
        self,
        name: str,
        role_arn: str,
        *,
        authorizer: str = "AWS_IAM",
        authorizer_configuration: Any = None,
        description: str | None = None,
        key_arn: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Manager:
        """Create a manager; its ID is its name in lower case and ten characters more."""
        id_ = f"{name.lower()}-{tail(10)}"
        now = self.now()
        found = Manager(
            id=id_,
            number=self.next_number(),
            arn=self.arn(f"payment-manager/{id_}"),
            name=name,
            authorizer=authorizer,
            authorizer_configuration=authorizer_configuration,
            role_arn=role_arn,
            description=description,
            key_arn=key_arn,
            tags=dict(tags or {}),
            created=now,
            updated=now,
        )
        self.managers[id_] = found
        return found

    def add_connector(
        self,
        manager: Manager,
        name: str,
        type_: str,
        configurations: list[Any],
        description: str | None = None,
    ) -> Connector:
        """Create a connector of a manager.

        Its ID is made of the letters and digits of its name: what becomes of an underscore, which
        the control plane accepts in IDs and the data plane refuses, is not documented.
        """
        id_ = f"{name.lower().replace('_', '')}-{tail(10)}"
        now = self.now()
        number = self.next_number()
        found = Connector(id_, number, name, type_, configurations, description, now, now)
        manager.connectors[id_] = found
        return found

    def add_instrument(
        self, manager: Manager, user_id: str, connector_id: str, type_: str, details: Any
    ) -> Instrument:
        """Create an instrument of a user."""
        id_ = f"payment-instrument-{tail(15)}"
        number = self.next_number()
        found = Instrument(id_, number, connector_id, user_id, type_, details, self.now())
        manager.instruments[id_] = found
        return found

    def add_session(
        self, manager: Manager, user_id: str, minutes: int, limits: Mapping[str, Any] | None
    ) -> Session:
        """Create a session of a user."""
        id_ = f"payment-session-{tail(15)}"
        found = Session(id_, self.next_number(), user_id, minutes, limits, self.now())
        manager.sessions[id_] = found
        return found
