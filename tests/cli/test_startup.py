"""What a command does not load: start-up time is the first thing that a user feels."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from payguard_policies import roles

MANAGER = "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5"
# Runs a command as the entry point does, and prints at the very end what it has loaded.
PROGRAM = """
import sys
before = set(sys.modules)
from payguard.cli import main
sys.argv = ["payguard", *sys.argv[1:]]
status = 0
try:
    main()
except SystemExit as error:
    status = error.code
print("\\n" + " ".join(sorted(set(sys.modules) - before)))
sys.exit(status)
"""
HEAVY = (
    "boto3",
    "botocore",
    "jsonschema",
    "moto",
    "pulumi",
    "yaml",
    "importlib.metadata",
    "importlib.resources",
    "difflib",
    "multiprocessing",
)
OTHER_FORMATS = tuple(
    f"payguard.reporters.{name}"
    for name in (
        "fingerprint",
        "github",
        "gitlab",
        "json_report",
        "junit",
        "sarif",
        "sarif_rules",
    )
)


def loaded(folder: Path, *arguments: str) -> set[str]:
    """Return the modules that a command has loaded when it ends, as it should, with 0."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return set(done.stdout.splitlines()[-1].split())


def among(names: tuple[str, ...], modules: set[str]) -> set[str]:
    return {found for found in modules if any(f"{found}.".startswith(f"{n}.") for n in names)}


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    policy = roles.permissions("viewer", roles.Parameters(manager_arns=(MANAGER,)))
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    return tmp_path


@pytest.mark.parametrize("paths", [["policy.json"], ["."], []], ids=" ".join)
def test_linting_a_clean_policy_loads_nothing_heavy(clean: Path, paths: list[str]) -> None:
    modules = loaded(clean, "lint", *paths)
    assert "payguard.run" in modules
    assert among(HEAVY, modules) == set()


def test_linting_loads_the_reporter_of_no_other_format(clean: Path) -> None:
    assert among(OTHER_FORMATS, loaded(clean, "lint", "policy.json")) == set()


def test_linting_a_clean_policy_loads_no_explanation_of_identifiers(clean: Path) -> None:
    modules = loaded(clean, "lint", "policy.json")
    explaining = ("diagnosis", "arn_defect", "value_defect", "identification", "resource_defect")
    names = tuple(f"payguard.identifiers.{name}" for name in explaining)
    assert among(names, modules) == set()


def test_linting_loads_no_other_command(clean: Path) -> None:
    modules = loaded(clean, "lint", "policy.json")
    found = {name for name in modules if name.startswith("payguard.cli.")}
    assert found == {"payguard.cli.lint", "payguard.cli.option"}


def test_a_smoke_test_of_a_plan_loads_no_sdk(clean: Path) -> None:
    arguments = ("smoke", "--plan", ".", "--manager-arn", MANAGER, "--isolated")
    template = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    (clean / "stack.json").write_text(json.dumps({"Resources": {"Role": template}}))
    assert among(("boto3", "botocore", "moto"), loaded(clean, *arguments)) == set()


# Not -V: click itself loads difflib for an option of one letter.
@pytest.mark.parametrize("option", ["--version", "--help"])
def test_the_version_and_the_help_page_load_nothing_of_payguard_but_the_command_line(
    tmp_path: Path, option: str
) -> None:
    modules = loaded(tmp_path, option)
    ours = {name for name in modules if name.startswith("payguard")}
    assert ours == {"payguard", "payguard.cli"}
    assert among(HEAVY, modules) == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["id", "111122223333"],
        ["rule"],
        ["catalog"],
        ["completion", "bash"],
        ["render", "viewer", "--manager-arn", MANAGER],
    ],
    ids=lambda arguments: arguments[0],
)
def test_no_small_command_loads_an_sdk_or_a_schema(tmp_path: Path, arguments: list[str]) -> None:
    modules = loaded(tmp_path, *arguments)
    assert among(("boto3", "botocore", "jsonschema", "moto", "pulumi", "yaml"), modules) == set()
