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


# What stands for the tools of a pipeline: a plan, template or preview that is clean, or is not.
STAND_IN = """\
#!/bin/sh
case "$*" in
  *"show -json"*|*synth*|*"preview --json"*) cat "$INPUT" ;;
  *apply*|*deploy*|*up*) echo deployed >> deployed.txt ;;
esac
"""
GATES = {name: text for _, name, text in BLOCK.findall(README) if name.endswith("-gate.sh")}


def test_there_is_a_block_for_each_kind_of_pipeline() -> None:
    assert set(GATES) == {"terraform-gate.sh", "cdk-gate.sh", "pulumi-gate.sh"}


def passed_gate(folder: Path, script: str, template: str) -> bool:
    """Run a pipeline block with stand-ins for its tools; tell whether it came to deploy."""
    tools = folder / "bin"
    tools.mkdir(parents=True)
    for tool in ("terraform", "npx", "pulumi"):
        (tools / tool).write_text(STAND_IN)
        (tools / tool).chmod(0o755)
    (folder / "input.json").write_text(template)
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": f"{tools}:{PAYGUARD.parent}:/usr/bin:/bin", "INPUT": "input.json"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    deployed = (folder / "deployed.txt").exists()
    assert deployed == (done.returncode == 0), done.stdout + done.stderr
    return deployed


def stack(*actions: str) -> str:
    """Return a template with one role that may do these actions on one payment manager."""
    import json

    manager = "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5"
    statement = {
        "Effect": "Allow",
        "Action": [f"bedrock-agentcore:{action}" for action in actions],
        "Resource": [manager, f"{manager}/*"],
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    properties = {
        "AssumeRolePolicyDocument": trust,
        "Policies": [{"PolicyName": "p", "PolicyDocument": document}],
    }
    role = {"Type": "AWS::IAM::Role", "Properties": properties}
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Agent": role}})


@pytest.mark.parametrize("name", GATES)
def test_a_pipeline_block_deploys_what_passes_and_nothing_else(name: str, tmp_path: Path) -> None:
    good = stack("ProcessPayment", "GetPaymentSession")
    bad = stack("ProcessPayment", "CreatePaymentSession")
    assert passed_gate(tmp_path / "good", GATES[name], good)
    assert not passed_gate(tmp_path / "bad", GATES[name], bad)
    reports = [path for path in (tmp_path / "bad").iterdir() if path.suffix in {".xml", ".sarif"}]
    reports += (tmp_path / "bad").glob("gl-*.json")
    assert all("separation-of-duties" in path.read_text() for path in reports)
    assert len(reports) == 1
