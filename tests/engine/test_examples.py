"""The examples that users start from: Python as a project, TypeScript through the plugin."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import build
from engine.workspace import REPOSITORY, Workspace, absent, run_to_end, write_script

pytestmark = pytest.mark.engine

COMPONENTS = REPOSITORY / "pulumi_components"
EXAMPLES = COMPONENTS / "examples"
TYPESCRIPT = Path(__file__).parent / "typescript"
PERSONAS = ["management", "process-payment", "viewer"]
Node = Callable[[str], Any]


def personas(iam: Any) -> list[str]:
    """Return the names of the roles, without what the engine adds to them."""
    names = [role["RoleName"] for role in iam.list_roles()["Roles"]]
    return sorted(name.rpartition("-")[0].removeprefix("shop-") for name in names)


def test_the_example_in_python_deploys(workspace: Workspace, iam: Any) -> None:
    """With its own configuration; its outputs are the roles' ARNs."""
    shutil.copytree(EXAMPLES / "python", workspace.project, dirs_exist_ok=True)
    workspace.pulumi("stack", "init", "dev")
    workspace.up()
    assert personas(iam) == PERSONAS
    arns = {role["Arn"] for role in iam.list_roles()["Roles"]}
    assert set(workspace.outputs().values()) == arns
    assert workspace.planned() == {}


@pytest.fixture
def plugin(plugins: Path) -> None:
    """Put the plugin that ``pip install`` brings on the engine's search path."""
    name = "pulumi-resource-payguard"
    if not (plugins / name).exists():
        write_script(plugins / name, f'exec "{Path(sys.executable).with_name(name)}" "$@"')


@pytest.fixture
def node(workspace: Workspace, plugin: None) -> Node:
    """Run the example in TypeScript, compiled with its types."""
    packages = build.node_modules()
    if not packages.exists():
        absent("there are no packages of npm: `make engine` installs them")
    for source in (EXAMPLES / "typescript", TYPESCRIPT):
        shutil.copytree(source, workspace.project, dirs_exist_ok=True)
    (workspace.project / "node_modules").symlink_to(packages)
    compiler = packages / ".bin" / "tsc"
    compiled = run_to_end([compiler], workspace.project, workspace.environment, 120)
    assert compiled.returncode == 0, compiled.stdout

    def run(command: str) -> Any:
        script = ["node", "bin/run.js", command, "./index"]
        ended = run_to_end(script, workspace.project, workspace.environment, 180)
        assert ended.returncode == 0, ended.stderr[-4000:]
        return json.loads(ended.stdout)

    return run


def test_the_example_in_typescript_deploys_through_the_plugin(node: Node, iam: Any) -> None:
    """Preview, up, up again, destroy; outputs come back to the program."""
    assert node("preview")["changes"] == {"create": 8}
    made = node("up")
    assert personas(iam) == PERSONAS
    arns = {role["Arn"] for role in iam.list_roles()["Roles"]}
    assert {output["value"] for output in made["outputs"].values()} == arns
    assert node("up")["changes"] == {"same": 8}
    node("destroy")
    assert personas(iam) == []


def test_the_engine_reads_the_schema_from_the_plugin(workspace: Workspace, plugin: None) -> None:
    """What ``pulumi package add`` generates SDKs from is the schema in the repository."""
    run = workspace.pulumi("package", "get-schema", str(workspace.plugin("payguard")))
    found, own = json.loads(run.stdout), json.loads((COMPONENTS / "schema.json").read_text())
    assert (found["name"], found["version"]) == (own["name"], own["version"])
    assert types(found) == types(own)


def types(schema: Any) -> Any:
    """Return each resource's inputs and outputs with what the engine keeps of them."""
    return {
        (token, part): {
            name: {key: value for key, value in told.items() if key in {"type", "description"}}
            for name, told in resource[part].items()
        }
        for token, resource in schema["resources"].items()
        for part in ("inputProperties", "properties")
    }
