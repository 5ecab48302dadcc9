"""The README cannot lie: its files are written, its commands run, its outputs compared."""

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from payguard.rule_page import output, page
from payguard.rules.registry import RULES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAYGUARD = Path(sys.executable).parent / "payguard"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    line: str
    expected: str


def commands(text: str) -> list[Command]:
    """Return the payguard commands of one console block, with what stands below each."""
    found = []
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, _, expected = part.partition("\n")
        if line.startswith("payguard "):
            found.append(Command(line, expected))
    return found


TRANSCRIPTS = [
    command
    for language, _, text in BLOCK.findall(README)
    if language == "console"
    for command in commands(text)
]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Read the README from top to bottom: write its files, run its commands."""
    folder = tmp_path_factory.mktemp("readme")
    found = []
    for language, name, text in BLOCK.findall(README):
        if name:
            (folder / name).write_text(text, encoding="utf-8")
        if language == "console":
            found += [run(command.line, folder) for command in commands(text)]
    return found


def run(line: str, folder: Path) -> str:
    """Run one line of a transcript; ``> file`` at its end is understood."""
    line, _, target = line.partition(" > ")
    done = subprocess.run(
        [PAYGUARD, *shlex.split(line)[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if target:
        (folder / target.strip()).write_text(done.stdout)
        return done.stderr
    return done.stdout + done.stderr


def test_the_readme_has_transcripts() -> None:
    assert len(TRANSCRIPTS) >= 7


@pytest.mark.parametrize("number", range(len(TRANSCRIPTS)), ids=[c.line for c in TRANSCRIPTS])
def test_a_transcript_of_the_readme_is_what_the_command_prints(
    number: int, outputs: list[str]
) -> None:
    assert outputs[number].rstrip("\n") == TRANSCRIPTS[number].expected.rstrip("\n")


def test_every_command_is_in_the_readme() -> None:
    from payguard.cli import _COMMANDS

    for name in _COMMANDS:
        assert f"payguard {name}" in README, name


def test_every_exit_status_is_in_the_readme_and_in_help() -> None:
    help_text = run("payguard lint --help", ROOT)
    for status in ("0", "1", "2", "3"):
        assert re.search(rf"^\| {status} \|", README, re.MULTILINE)
        assert re.search(rf"^ +{status}  ", help_text, re.MULTILINE)


def test_the_rules_page_holds_the_page_of_every_rule_with_its_real_output() -> None:
    rules_page = (ROOT / "linter" / "RULES.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert page(rule) in rules_page
        assert output(rule.bad[0]).strip() in rules_page
