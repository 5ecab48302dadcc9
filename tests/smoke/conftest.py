"""A scripted server, and credentials that are canaries: what must never be printed."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from payguard.smoke.connection import Connections
from payguard.smoke.patience import Patience
from payguard.smoke.probe import Pace, Probe, Result
from payguard.smoke.target import Target
from smoke.scripted import MANAGER, ROLE, Scripted, scripted

# What must never be printed: the credentials at hand.
CANARIES = ("AKIACANARYCANARY0000", "canary/secret+at+hand", "canary-session-token")
Ask = Callable[..., Result]
# Where nothing but these may be found: no profile, no instance, no file of the machine's.
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": CANARIES[0],
    "AWS_SECRET_ACCESS_KEY": CANARIES[1],
    "AWS_SESSION_TOKEN": CANARIES[2],
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "no-such-file",
    "AWS_SHARED_CREDENTIALS_FILE": "no-such-file",
    "NO_PROXY": "*",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "PAYGUARD_BEARER_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in _ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted() as script:
        yield script


def target_of(url: str, **changes: Any) -> Target:
    given = {
        "manager_arn": MANAGER,
        "role_arn": ROLE,
        "persona": "management",
        "endpoint_url": url,
        "sts_endpoint_url": url,
        **changes,
    }
    return Target(**given)


@pytest.fixture(scope="session")
def connections() -> Connections:
    """Clients for all tests: botocore's models are read once."""
    return Connections(4)


@pytest.fixture
def ask(server: Scripted, connections: Connections) -> Ask:
    """Ask one target of the scripted server, with pauses that do not last."""

    def one(
        seconds: float = 10.0, chance: float = 0.05, settle: float = 0.0, **changes: Any
    ) -> Result:
        patience = Patience(threading.Event(), lambda: chance)
        probe = Probe(connections, patience, Pace(seconds, settle))
        return probe.ask(target_of(server.url, **changes))

    return one
