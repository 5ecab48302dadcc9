"""Configurations of Terraform in tests: written in place, or in folders of fixtures."""

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

from payguard.finding import InputError
from payguard.infrastructure import Infrastructure
from payguard.sources.terraform_hcl import folder
from payguard.sources.terraform_hcl.datum import Datum
from payguard.sources.terraform_hcl.ledger import Key
from payguard.sources.terraform_hcl.module import Module
from payguard.sources.terraform_hcl.read import read
from payguard.sources.terraform_hcl.reading import Reading

FIXTURES = Path(__file__).parents[2] / "fixtures" / "terraform_hcl"
ReadFolder = Callable[[str], Mapping[str, str] | InputError]


def folders(texts: Mapping[str, str]) -> ReadFolder:
    """Return what reads a folder of ``texts``, which go by their paths."""

    def read_folder(path: str) -> Mapping[str, str] | InputError:
        found = {name: text for name, text in texts.items() if str(Path(name).parent) == path}
        return found or InputError(path, "no such file or folder")

    return read_folder


def no_file(_path: str) -> str | None:
    """Stand for a disk on which there is no other file."""
    return None


def read_texts(
    root: Mapping[str, str] | str, others: Mapping[str, str] | None = None
) -> Infrastructure:
    """Read a root module, one text or several by path, with the folders that it calls."""
    texts = {"main.tf": textwrap.dedent(root)} if isinstance(root, str) else root
    return read(texts, folders(others or {}), {**texts, **(others or {})}.get)


def read_fixture(name: str) -> Infrastructure:
    """Read a folder of fixtures as a root module."""
    root = FIXTURES / name

    def read_folder(path: str) -> dict[str, str]:
        return {
            file.relative_to(root).as_posix(): file.read_text()
            for file in sorted((root / path).glob("*"))
            if file.is_file()
        }

    def read_file(path: str) -> str | None:
        return (root / path).read_text() if (root / path).is_file() else None

    return read(read_folder(""), read_folder, read_file)


def value_of(expression: str, declarations: str = "") -> Datum:
    """Return what an expression is worth in a module with some declarations."""
    text = f"locals {{\n  tested = {expression}\n}}\n{textwrap.dedent(declarations)}\n"
    found = folder.read("", {"main.tf": text}, root=True)
    assert not found.errors
    module = Module(Reading(folders({}), no_file), found)
    value: Datum = module.reading.ledger.value(Key(module, "local", "tested"))
    return value
