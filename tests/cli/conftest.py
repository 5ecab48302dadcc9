"""Running the command line inside the test process, in a folder of its own."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from commands import Run
from payguard.cli import commands


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def payguard(folder: Path) -> Run:
    def run(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(commands, arguments, **options)

    return run
