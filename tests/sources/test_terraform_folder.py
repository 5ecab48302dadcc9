"""Tests for folders of Terraform configuration as they lie on a disk."""

import os
from pathlib import Path

import pytest

from payguard.finding import InputError
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import Infrastructure
from payguard.sources import terraform_folder
from payguard.sources.terraform_folder import read_terraform_folder

ROLE = 'resource "aws_iam_role" "r" {\n  name = %s\n}\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def name_of_role(files: dict[str, str], folder: Path, root: str) -> object:
    """Return the name of the only role of a module on a disk."""
    write(folder, files)
    found = read_terraform_folder(root)
    assert isinstance(found, Infrastructure)
    assert not found.errors
    [role] = found.roles
    return role.name


ASKED = [
    ("in the folder", 'file("name.txt")', {"live/name.txt": "n"}),
    ("in a folder below", 'file("policies/deep/name.json")', {"live/policies/deep/name.json": "n"}),
    ("by the folder of the module", 'file("${path.module}/a/n.txt")', {"live/a/n.txt": "n"}),
    ("by the folder of the root", 'file("${path.root}/a/n.txt")', {"live/a/n.txt": "n"}),
    ("as a template", 'templatefile("t/n.json.tmpl", { a = "n" })', {"live/t/n.json.tmpl": "${a}"}),
    (
        "whatever lies in the folder of whoever runs the check",
        'file("a/n.txt")',
        {"live/a/n.txt": "n", "a/n.txt": "another"},
    ),
]


@pytest.mark.parametrize("absolute", [False, True], ids=["relative", "absolute"])
@pytest.mark.parametrize(
    ("expression", "files"), [case[1:] for case in ASKED], ids=[c[0] for c in ASKED]
)
def test_a_file_that_the_configuration_asks_for_is_read(
    folder: Path, expression: str, files: dict[str, str], absolute: bool
) -> None:
    root = str(folder / "live") if absolute else "live"
    assert name_of_role({**files, "live/main.tf": ROLE % expression}, folder, root) == "n"


def test_a_module_reads_files_of_its_own_folder_wherever_that_is(folder: Path) -> None:
    files = {
        "live/main.tf": 'module "m" {\n  source = "../shared/role"\n}\n',
        "shared/role/main.tf": ROLE % 'file("${path.module}/names/n.txt")',
        "shared/role/names/n.txt": "n",
    }
    assert name_of_role(files, folder, "live") == "n"


NOT_READ = [
    ("beside the folder", "../secret.txt"),
    ("of which the folder's name is the beginning", "../lively/n.txt"),
    ("that is not there", "none.txt"),
    ("that is a folder", "a"),
]


@pytest.mark.parametrize("path", [case[1] for case in NOT_READ], ids=[c[0] for c in NOT_READ])
def test_a_file_elsewhere_is_not_read_and_the_value_not_known(folder: Path, path: str) -> None:
    files = {
        "live/main.tf": ROLE % f'file("{path}")',
        "secret.txt": "x",
        "lively/n.txt": "x",
        "live/a/n.txt": "x",
    }
    assert name_of_role(files, folder, "live") == Unresolved(f"the file {path}", MISSING)


def test_an_absolute_path_out_of_the_folder_is_not_read(folder: Path) -> None:
    write(folder, {"secret.txt": "x", "live/main.tf": ROLE % f'file("{folder}/secret.txt")'})
    for root in ("live", str(folder / "live")):
        found = read_terraform_folder(root)
        assert isinstance(found, Infrastructure)
        assert isinstance(found.roles[0].name, Unresolved)


@pytest.mark.parametrize("place", [".", "m"], ids=["in the folder", "in a module"])
def test_configuration_that_cannot_be_read_is_an_error_and_the_rest_is_read(
    folder: Path, place: str
) -> None:
    calls = {"main.tf": 'module "m" {\n  source = "./m"\n}\n'} if place == "m" else {}
    write(folder, {f"{place}/role.tf": ROLE % '"n"', **calls})
    (folder / place / "broken.tf").write_bytes(b"# caf\xe9\n")
    found = read_terraform_folder(".")
    assert isinstance(found, Infrastructure)
    path = "m/broken.tf" if place == "m" else "broken.tf"
    assert found.errors == (InputError(path, "the file is not UTF-8 (byte 5)", 1, 6),)
    assert [role.name for role in found.roles] == ["n"]


@pytest.mark.parametrize("name", [".hidden.tf", ".#role.tf", "folder.tf"])
def test_what_terraform_passes_over_is_passed_over(folder: Path, name: str) -> None:
    if name == "folder.tf":
        (folder / name).mkdir()
    else:
        write(folder, {name: ROLE % '"hidden"'})
    assert name_of_role({"role.tf": ROLE % '"n"'}, folder, ".") == "n"


def test_a_byte_order_mark_is_passed_over_as_terraform_does(folder: Path) -> None:
    files = {
        "role.tf": "\ufeff" + ROLE % "var.n",
        "v.tf": '\ufeffvariable "n" {}\n',
        "terraform.tfvars": '\ufeffn = "n"\n',
    }
    assert name_of_role(files, folder, ".") == "n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    write(folder, {"role.tf": ROLE % '"n"'})
    os.mkfifo(folder / "pipe.tf")
    found = read_terraform_folder(".")
    assert isinstance(found, Infrastructure)
    assert found.errors == (InputError("pipe.tf", "it is no plain file"),)
    os.mkfifo(folder / "terraform.tfvars")
    assert read_terraform_folder(".") == InputError("terraform.tfvars", "it is no plain file")


def test_values_that_cannot_be_read_are_an_error_not_left_out(folder: Path) -> None:
    write(folder, {"main.tf": 'variable "n" {\n  default = "n"\n}\n' + ROLE % "var.n"})
    (folder / "terraform.tfvars").write_bytes(b'n = "caf\xe9"\n')
    message = "the file is not UTF-8 (byte 8)"
    assert read_terraform_folder(".") == InputError("terraform.tfvars", message, 1, 9)


def test_more_files_than_are_read_are_an_error_not_left_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terraform_folder, "_MOST_FILES", 2)
    write(folder, {f"{at}.tf": "" for at in range(3)})
    message = "the module has more than the 2 files read at most"
    assert read_terraform_folder(".") == InputError(".", message)
