"""The command line beside the engine's: what users run on what the engine writes."""

import subprocess
import sys
from pathlib import Path

from engine.workspace import Run, Workspace

PAYGUARD = Path(sys.executable).with_name("payguard")


def payguard(workspace: Workspace, *arguments: str, status: int) -> Run:
    """Run payguard in the project's folder."""
    run = subprocess.run(
        [PAYGUARD, *arguments],
        cwd=workspace.project,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == status, run.stdout + run.stderr
    return run


def saved(workspace: Workspace, name: str, text: str) -> str:
    """Write a file into the project's folder; return its name."""
    (workspace.project / name).write_text(text)
    return name
