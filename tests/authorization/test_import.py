"""What the engine may import: little, and only what stands before it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import payguard.authorization

FOLDER = Path(str(payguard.authorization.__file__)).parent
FOUNDATION = {"authorization", "quotation", "pointer", "identifiers", "iam"}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_the_engine_builds_on_the_policy_model_alone(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            root, _, rest = name.partition(".")
            assert root in sys.stdlib_module_names | {"payguard", "payguard_policies"}
            assert root != "payguard" or rest.partition(".")[0] in FOUNDATION


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        (("decision", "call", "prove", "compare"), ("enum", "json", "re", "typing")),
        (("decision", "call"), ("payguard.authorization.search", "payguard.identifiers")),
    ],
)
def test_loading_the_engine_loads_nothing_heavy(
    modules: tuple[str, ...], heavy: tuple[str, ...]
) -> None:
    heavy += ("click", "dataclasses", "datetime", "decimal", "inspect", "ipaddress", "pathlib")
    names = ", ".join(f"payguard.authorization.{name}" for name in modules)
    code = f"import sys, {names}; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
