"""The composite action, step by step, as a runner executes it: with bash, in an empty folder."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
PAYGUARD = Path(sys.executable).parent / "payguard"
EXPRESSION = re.compile(r"\$\{\{ ([\w.-]+) \}\}")

GOOD = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}'
BAD = GOOD.replace("s3:GetObject", "bedrock-agentcore:Pay")
WARNING = GOOD.replace('"Version": "2012-10-17", ', "")

# Stands in for Python while an environment is made: no test needs the network.
PYTHON = """#!/bin/sh
case "$1 $2" in
  "-m venv") mkdir -p "$3/bin"; ln -s "$FAKE_PAYGUARD" "$3/bin/payguard"; cp "$0" "$3/bin/python" ;;
  "-m pip") shift 2; printf '%s\\n' "$@" > "$RUNNER_TEMP/pip" ;;
  *) exec "$FAKE_PYTHON" "$@" ;;
esac
"""

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the action needs bash")


@dataclass
class Run:
    """What came of the action."""

    status: int = 0
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    pip: list[str] = field(default_factory=list)


@dataclass
class Runner:
    """A runner of jobs: a workspace, a temporary folder, and the steps of the action."""

    workspace: Path
    temp: Path
    payguard: Path = PAYGUARD
    python: str = sys.executable

    def write(self, name: str, text: str) -> None:
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, **inputs: str) -> Run:
        """Run the steps until one fails; underscores in names of inputs stand for hyphens."""
        given = {name.replace("_", "-"): text for name, text in inputs.items()}
        assert given.keys() <= ACTION["inputs"].keys()
        known = {
            f"inputs.{name}": given.get(name, declared["default"])
            for name, declared in ACTION["inputs"].items()
        }
        known["github.action_path"] = str(ROOT)
        run = Run()
        for step in STEPS:
            outputs = self._step(step, known, run)
            known |= {f"steps.{step['id']}.outputs.{name}": text for name, text in outputs.items()}
            if run.status:
                break
        run.outputs = {
            name: EXPRESSION.sub(lambda found: known.get(found[1], ""), declared["value"])
            for name, declared in ACTION["outputs"].items()
        }
        pip = self.temp / "pip"
        run.pip = pip.read_text().splitlines() if pip.exists() else []
        return run

    def _step(self, step: dict[str, Any], known: dict[str, str], run: Run) -> dict[str, str]:
        folder = self.temp / step["id"]
        folder.mkdir()
        script, output, summary = (folder / name for name in ("script", "output", "summary"))
        script.write_text(step["run"], encoding="utf-8")
        output.touch()
        summary.touch()
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
            cwd=self.workspace,
            env={
                "PATH": f"{self._fakes()}{os.pathsep}{os.environ['PATH']}",
                "RUNNER_TEMP": str(self.temp),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
                "FAKE_PAYGUARD": str(self.payguard),
                "FAKE_PYTHON": self.python,
                **{
                    name: EXPRESSION.sub(lambda found: known[found[1]], text)
                    for name, text in step.get("env", {}).items()
                },
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        run.status = done.returncode
        run.log += done.stdout + done.stderr
        run.summary += summary.read_text(encoding="utf-8")
        return dict(line.split("=", 1) for line in output.read_text().splitlines())

    def _fakes(self) -> Path:
        folder = self.temp / "fakes"
        folder.mkdir(exist_ok=True)
        fake = folder / "python3"
        fake.write_text(PYTHON)
        fake.chmod(0o755)
        return folder

    def pretend(self, log: str, status: int) -> None:
        """Let payguard print a log and leave with a status."""
        self.payguard = self.temp / "pretended"
        self.payguard.write_text(f"#!/bin/sh\ncat '{self.temp}/log'\nexit {status}\n")
        self.payguard.chmod(0o755)
        (self.temp / "log").write_text(log, encoding="utf-8")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    for name in ("work space", "temp"):
        (tmp_path / name).mkdir()
    return Runner(tmp_path / "work space", tmp_path / "temp")


def test_a_clean_policy_passes(runner: Runner) -> None:
    runner.write("policy.json", GOOD)
    run = runner.run()
    assert (run.status, run.log) == (0, "")
    assert run.outputs == {
        "result": "passed",
        "status": "0",
        "findings": "0",
        "undecided": "0",
        "unchecked": "0",
        "sarif-file": "",
    }
    assert run.summary == "### payguard: passed\n\nNothing was found.\n\n"


def test_a_finding_fails_the_job_is_annotated_and_stands_in_the_summary(runner: Runner) -> None:
    runner.write("policies/bad.json", BAD)
    run = runner.run(paths="policies")
    assert run.status == 1
    assert run.log.startswith("::error file=policies/bad.json,line=1,col=70,")
    assert run.outputs["result"] == "failed"
    assert run.outputs["findings"] == "1"
    assert run.summary.startswith("### payguard: failed\n\n1 error\n\n<table>")
    assert (
        "<tr><td><code>error[unknown-action]</code></td>"
        "<td><code>policies/bad.json:1:70</code></td>"
    ) in run.summary


@pytest.mark.parametrize(
    ("fail_on", "status"), [("", 0), ("error", 0), ("warning", 1), ("suggestion", 1)]
)
def test_fail_on_is_the_threshold(runner: Runner, fail_on: str, status: int) -> None:
    runner.write("policy.json", WARNING)
    run = runner.run(fail_on=fail_on)
    assert (run.status, run.outputs["status"]) == (status, str(status))
    assert "::warning file=policy.json" in run.log
    assert run.outputs["findings"] == "1"


def test_several_paths_stand_one_a_line_and_may_hold_spaces(runner: Runner) -> None:
    for name in ("a b.json", "c.json", "d.json"):
        runner.write(name, BAD)
    run = runner.run(paths="a b.json\r\n\n  c.json\n")
    assert re.findall(r"file=([^,]*)", run.log) == ["a b.json", "c.json"]


def test_arguments_are_handed_on(runner: Runner) -> None:
    runner.write("policy.json", BAD)
    run = runner.run(args="--ignore unknown-action\n--isolated")
    assert (run.status, run.log) == (0, "")


@pytest.mark.parametrize(
    "name", ["$(touch pwned).json", "`touch pwned`.json", "; touch pwned", "*"]
)
def test_no_input_is_run_as_code(runner: Runner, name: str) -> None:
    runner.write("other.json", GOOD)
    run = runner.run(paths=name, fail_on=name, sarif_file=f"{name}.sarif", args=name)
    assert run.status == 2
    assert not (runner.workspace / "pwned").exists()


def test_what_cannot_be_read_is_unusable(runner: Runner) -> None:
    runner.write("good.json", GOOD)
    runner.write("broken.json", '{"Statement": [],}')
    run = runner.run()
    assert run.status == 2
    assert (run.outputs["result"], run.outputs["unchecked"]) == ("unusable", "1")
    assert "1 not checked" in run.summary
    assert "payguard could not check this" in run.summary


def test_nothing_to_check_is_unusable(runner: Runner) -> None:
    run = runner.run()
    assert (run.status, run.outputs["result"]) == (2, "unusable")
    assert "nothing to check" in run.log
    assert "Nothing was checked, see the log." in run.summary


def test_what_is_undecided_is_told_apart(runner: Runner) -> None:
    runner.pretend("::warning file=a.json,line=1,col=2,title=undecided[x]::who knows\n", 3)
    run = runner.run()
    assert run.status == 3
    assert (run.outputs["result"], run.outputs["undecided"]) == ("undecided", "1")
    assert run.outputs["findings"] == "0"


def test_a_sarif_log_is_written_beside_the_annotations(runner: Runner) -> None:
    runner.write("policy.json", BAD)
    run = runner.run(sarif_file="out/logs/payguard.sarif")
    assert run.status == 1
    assert "::error file=policy.json" in run.log
    log = json.loads((runner.workspace / "out/logs/payguard.sarif").read_text())
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["unknown-action"]
    assert run.outputs["sarif-file"] == "out/logs/payguard.sarif"


@pytest.mark.parametrize("name", ["file/payguard.sarif", "folder"])
def test_a_sarif_log_that_cannot_be_written_is_said(runner: Runner, name: str) -> None:
    runner.write("policy.json", GOOD)
    runner.write("file", "")
    (runner.workspace / "folder").mkdir()
    run = runner.run(sarif_file=name)
    assert (run.status, run.outputs["result"]) == (2, "unusable")
    assert "cannot write" in run.log
    assert "the SARIF log was not written" in run.log


def test_a_sarif_log_of_an_earlier_run_does_not_pass_for_this_one(runner: Runner) -> None:
    runner.write("payguard.sarif", "old")
    runner.pretend("", 2)
    run = runner.run(sarif_file="payguard.sarif")
    assert run.status == 2
    assert not (runner.workspace / "payguard.sarif").exists()


def test_the_summary_shows_texts_as_they_are_and_not_all_of_many(runner: Runner) -> None:
    line = "::error file=a%2C<b>|`.json,line=1,col=2,title=error[x]::<script> & 100%25%0Ahelp\n"
    runner.pretend(line * 101, 1)
    run = runner.run()
    assert run.outputs["findings"] == "101"
    assert run.summary.count("<tr><td>") == 100
    assert "and 1 more, see the log" in run.summary
    assert (
        "<td><code>a,&lt;b&gt;|`.json:1:2</code></td>"
        "<td><code>&lt;script&gt; &amp; 100%</code></td>"
    ) in run.summary


def test_the_action_installs_itself_unless_a_version_is_asked_for(runner: Runner) -> None:
    runner.write("policy.json", GOOD)
    run = runner.run()
    assert run.pip[0] == "install"
    assert run.pip[-3:] == ["--constraint", f"{ROOT}/constraints.txt", str(ROOT)]


def test_a_version_is_installed_by_its_number(runner: Runner) -> None:
    runner.write("policy.json", GOOD)
    assert runner.run(version="1.2.3rc1").pip[-1] == "payguard==1.2.3rc1"


@pytest.mark.parametrize("version", ["--index-url=x", "latest", "1 --pre", "1;x", "1\n--pre"])
def test_what_is_no_version_is_refused(runner: Runner, version: str) -> None:
    run = runner.run(version=version)
    assert (run.status, run.pip) == (2, [])
    assert '"version" is no version' in run.log


def test_a_python_that_is_too_old_is_refused(runner: Runner) -> None:
    runner.python = "false"
    run = runner.run()
    assert (run.status, run.pip) == (2, [])
    assert "Python 3.11 or newer is needed" in run.log


def test_no_step_is_somebody_elses_and_none_holds_an_expression_in_its_code() -> None:
    for step in STEPS:
        assert "uses" not in step
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]


def test_every_input_is_used_and_every_expression_names_something_there_is() -> None:
    written = (ROOT / "action.yml").read_text(encoding="utf-8")
    named = set(EXPRESSION.findall(written))
    assert {f"inputs.{name}" for name in ACTION["inputs"]} <= named
    steps = {step["id"] for step in STEPS}
    for name in named:
        head, _, rest = name.partition(".")
        assert head in ("inputs", "steps", "github")
        assert head != "inputs" or rest in ACTION["inputs"]
        assert head != "steps" or rest.split(".")[0] in steps
    assert len(re.findall(r"\$\{\{", written)) == len(EXPRESSION.findall(written))


def test_every_input_and_output_says_what_it_is() -> None:
    for declared in (*ACTION["inputs"].values(), *ACTION["outputs"].values()):
        assert declared["description"].endswith(".")
