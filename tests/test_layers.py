"""The layers of the architecture hold: imports point one way, and heavy packages stay put."""

import ast
from pathlib import Path

import pytest

import payguard
import payguard_policies

LINTER = Path(str(payguard.__file__)).parent
POLICIES = Path(str(payguard_policies.__file__)).parent

# From the ground up; a module may import its own layer and those before it.
LAYERS = [
    ["quotation"],
    ["finding", "pointer"],
    ["identifiers"],
    ["iam"],
    ["authorization"],
    ["infrastructure"],
    ["sources"],
    ["stand_in"],
    ["rules"],
    ["configuration", "suppression"],
    ["deployment"],
    ["subjects", "powers", "idle", "lone", "attachments"],
    ["role_check", "value_check", "fillings", "tally"],
    ["desk"],
    ["run"],
    ["reporters"],
    ["rule_page", "freshness", "inventory"],
    ["denial"],
    ["emulator"],
    ["smoke"],
    ["cli"],
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
OWNERS = {
    "click": {"cli"},
    "boto3": {"smoke", "emulator"},
    "botocore": {"smoke", "emulator"},
    "moto": {"emulator"},
    "pulumi": set(),
    "pulumi_aws": set(),
    "requests": set(),
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def modules() -> list[Path]:
    return sorted(path for path in LINTER.rglob("*.py") if path != LINTER / "__init__.py")


def layer(path: Path) -> str:
    return path.relative_to(LINTER).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(LINTER)))
def test_imports_point_towards_the_ground(path: Path) -> None:
    here = layer(path)
    assert here in RANK, f"{here} has no place in the architecture: add it to LAYERS"
    used = {name.split(".")[1] for name in imports(path) if name.startswith("payguard.")}
    upward = {name for name in used if name in RANK and RANK[name] > RANK[here]}
    assert not upward


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(LINTER)))
def test_heavy_packages_are_imported_only_by_their_owners(path: Path) -> None:
    used = {name.split(".")[0] for name in imports(path)}
    strangers = {name for name in used & set(OWNERS) if layer(path) not in OWNERS[name]}
    assert not strangers


@pytest.mark.parametrize("path", sorted(POLICIES.rglob("*.py")), ids=lambda path: path.name)
def test_the_truth_imports_nothing_but_itself_and_the_standard_library(path: Path) -> None:
    import sys

    roots = {name.split(".")[0] for name in imports(path)}
    assert roots <= set(sys.stdlib_module_names) | {"payguard_policies"}
