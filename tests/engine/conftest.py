"""What tests with the real engine share: the CLI, an IAM on loopback, stacks."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import build
from engine.workspace import PROGRAMS, Workspace, absent, left_running, write_plugins


@pytest.fixture(scope="session")
def cli() -> Path:
    """The ``pulumi`` executable."""
    found = build.cli()
    if not found.exists():
        absent("there is no engine: `make engine` builds it")
    return found


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the executables that the engine looks for."""
    folder = tmp_path_factory.mktemp("plugins") / "bin"
    write_plugins(folder)
    return folder


@pytest.fixture
def endpoint() -> Iterator[str]:
    """The address of an IAM with nothing in it."""
    from engine.stand_in.iam_server import iam_server

    with iam_server() as address:
        yield address


@pytest.fixture
def iam(endpoint: str) -> Any:
    """The client of that IAM."""
    from engine.stand_in.iam_server import client

    return client(endpoint)


@pytest.fixture
def workspace(tmp_path: Path, cli: Path, plugins: Path, endpoint: str) -> Iterator[Workspace]:
    """A project without a stack; afterwards nothing that was started for it is left running."""
    made = Workspace(tmp_path / "pulumi", cli, plugins, endpoint)
    yield made
    deadline = time.monotonic() + 10
    while left_running(made.folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left_running(made.folder) == []


@pytest.fixture
def team(workspace: Workspace) -> Workspace:
    """A stack whose roles are made by hand."""
    workspace.create(PROGRAMS / "team.py")
    return workspace


@pytest.fixture
def access(workspace: Workspace) -> Workspace:
    """A stack whose roles are made by the component."""
    workspace.create(PROGRAMS / "access.py")
    workspace.give()
    return workspace
