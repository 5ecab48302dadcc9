"""The scripts of linter/tools, imported as Python finds them when one is run: beside each other."""

import importlib
import os
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOLS = os.path.join(ROOT, "linter", "tools")
NAMES = ("build_catalog", "catalog_managed_policies", "catalog_tables")


@pytest.fixture(scope="module")
def beside() -> Iterator[None]:
    """The folder of the scripts at the head of the path, as for the script itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(TOOLS)
        yield
    for name in NAMES:
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def tool(beside: None) -> ModuleType:
    return importlib.import_module("build_catalog")


@pytest.fixture(scope="module")
def tables(beside: None) -> ModuleType:
    return importlib.import_module("catalog_tables")
