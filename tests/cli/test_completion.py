"""The completion command: a script for each shell, and what the shell gets from it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands import Run

SHELLS = ("bash", "zsh", "fish")
PROGRAM = "import sys; from payguard.cli import main; sys.argv[0] = 'payguard'; main()"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_a_shell_is_printed(payguard: Run, shell: str) -> None:
    result = payguard("completion", shell)
    assert result.exit_code == 0
    assert f"_PAYGUARD_COMPLETE={shell}_complete" in result.output


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_can_read_its_script(payguard: Run, shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "completion"
    script.write_text(payguard("completion", shell).output)
    done = subprocess.run([shell, "-n", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_shell_is_exit_2(payguard: Run) -> None:
    result = payguard("completion", "tcsh")
    assert result.exit_code == 2
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in result.output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("payguard ren", ["render"]),
        ("payguard c", ["catalog", "completion"]),
        ("payguard render v", ["viewer"]),
        ("payguard render re", ["resource-retrieval"]),
        ("payguard completion f", ["fish"]),
        ("payguard lint --fail-on sec", ["security-warning"]),
        ("payguard pro", ["prove"]),
        ("payguard di", ["diff"]),
        ("payguard prove --persona v", ["viewer"]),
        ("payguard diff --actions p", ["payments"]),
    ],
)
def test_commands_personas_and_choices_are_completed(words: str, expected: list[str]) -> None:
    asked = {
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
        "_PAYGUARD_COMPLETE": "bash_complete",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [f"plain,{word}" for word in expected]
