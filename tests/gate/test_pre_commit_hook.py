"""The pre-commit hook: which files it is given, and what its entry says about them."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HOOKS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
)
(HOOK,) = HOOKS

GOOD = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}'
BAD = GOOD.replace("s3:GetObject", "bedrock-agentcore:Pay")


def run(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    """Run the hook's entry on files, as pre-commit does where it has installed the package."""
    program, *arguments = shlex.split(HOOK["entry"])
    return subprocess.run(
        [Path(sys.executable).parent / program, *arguments, *names],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_hook_has_all_that_pre_commit_needs() -> None:
    assert {"id", "name", "entry", "language", "files"} <= HOOK.keys()
    assert (HOOK["id"], HOOK["language"]) == ("payguard-lint", "python")
    assert HOOK.get("pass_filenames", True) is True
    assert HOOK["require_serial"] is True


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("policy.json", True),
        ("infra/agent-policy.yaml", True),
        ("infra/ReadOnlyPolicies.yml", True),
        ("roles/agent/permissions.json", True),
        ("roles/agent/trust.json", True),
        ("iam/agent.json", True),
        ("policies/payments/spend.yml", True),
        ("scp-payments.json", True),
        ("shop.template.json", True),
        ("template.yaml", True),
        ("main.tf", True),
        ("modules/role/main.tf.json", True),
        ("package.json", False),
        ("tsconfig.json", False),
        ("values.yaml", False),
        (".github/workflows/ci.yml", False),
        ("docs/policy.md", False),
        ("policies/README.md", False),
        ("policy.json.bak", False),
        ("src/policy.py", False),
        ("terraform.tfvars", False),
    ],
)
def test_the_hook_is_given_what_may_hold_a_policy(path: str, expected: bool) -> None:
    # pre-commit searches for the pattern; it does not match it in full.
    assert bool(re.search(HOOK["files"], path)) is expected


def test_good_policies_pass(tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text(GOOD)
    (tmp_path / "trust.yaml").write_text(GOOD)
    done = run(tmp_path, "policy.json", "trust.yaml")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("policies/labels.json", '{"name": "x"}'),
        ("roles/index.yaml", "roles: [admin]\n"),
        ("privacy-policy.yml", "title: Privacy\n"),
        ("chart/template.yaml", "kind: {{ .Values.kind }}\n"),
        ("main.tf", 'resource "aws_s3_bucket" "b" {}\n'),
    ],
)
def test_what_only_is_called_like_a_policy_is_passed_over(
    tmp_path: Path, path: str, text: str
) -> None:
    assert re.search(HOOK["files"], path)
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text(text)
    (tmp_path / "policy.json").write_text(GOOD)
    alone = run(tmp_path, path)
    assert (alone.returncode, alone.stdout, alone.stderr) == (0, "", "")
    assert run(tmp_path, path, "policy.json").returncode == 0


def test_a_bad_policy_among_good_ones_fails_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text(GOOD)
    (tmp_path / "bad-policy.json").write_text(BAD)
    done = run(tmp_path, "policy.json", "bad-policy.json")
    assert done.returncode == 1
    assert "error[unknown-action]" in done.stdout
    assert "bad-policy.json:1:" in done.stdout


def test_a_broken_policy_fails(tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text('{"Statement": [],}')
    assert run(tmp_path, "policy.json").returncode == 2


def test_a_name_that_looks_like_an_option_is_a_name(tmp_path: Path) -> None:
    (tmp_path / "-policy.json").write_text(BAD)
    done = run(tmp_path, "./-policy.json")
    assert done.returncode == 1
