"""The comparison of the catalog with botocore's models, on models that differ in one thing."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from payguard import freshness
from payguard.freshness import NoSdkError, compare, read_model
from payguard_policies import catalog

PLANES = ("data", "control")


def model_of(plane: str) -> dict[str, Any]:
    """A model that holds exactly what the catalog holds of one plane."""
    shapes = {
        name: {
            limit: getattr(shape, limit)
            for limit in ("pattern", "min", "max")
            if getattr(shape, limit) is not None
        }
        for name, shape in catalog.string_shapes(plane).items()
    }
    return {"operations": {name: {} for name in catalog.operations(plane)}, "shapes": shapes}


@pytest.mark.parametrize("plane", PLANES)
def test_a_model_of_the_same_facts_does_not_differ(plane: str) -> None:
    assert list(compare(plane, model_of(plane))) == []


@pytest.mark.parametrize("plane", PLANES)
def test_operations_and_shapes_of_other_features_are_not_looked_at(plane: str) -> None:
    model = model_of(plane)
    model["operations"]["ListRuntimes"] = {}
    model["shapes"]["RuntimeArn"] = {"pattern": "x"}
    assert list(compare(plane, model)) == []


def test_an_operation_that_only_botocore_has_is_named() -> None:
    model = model_of("data")
    model["operations"]["RefundPayment"] = {}
    assert list(compare("data", model)) == [
        'botocore has the operation "RefundPayment" (data plane), the catalog has not'
    ]


def test_an_operation_that_only_the_catalog_has_is_named() -> None:
    model = model_of("data")
    del model["operations"]["ProcessPayment"]
    assert list(compare("data", model)) == [
        'the catalog has the operation "ProcessPayment" (data plane), botocore has not'
    ]


def test_a_shape_that_is_gone_is_named() -> None:
    model = model_of("control")
    del model["shapes"]["PaymentManagerId"]
    assert list(compare("control", model)) == [
        'botocore has no shape "PaymentManagerId" (control plane) any more'
    ]


@pytest.mark.parametrize("limit", ["pattern", "min", "max"])
def test_a_pattern_or_a_length_that_changed_is_named(limit: str) -> None:
    model = model_of("data")
    model["shapes"]["PaymentManagerArn"][limit] = 7
    assert list(compare("data", model)) == [
        'botocore\'s pattern or length of "PaymentManagerArn" (data plane) has changed'
    ]


def test_the_installed_botocore_is_compared_without_importing_it() -> None:
    botocore = pytest.importorskip("botocore")
    if botocore.__version__ != catalog.provenance()["inputs"]["botocore"]["version"]:
        pytest.skip("another botocore than the one that the catalog is made from")
    assert freshness.sdk_version() == botocore.__version__
    assert list(freshness.differences()) == []


MODEL: dict[str, Any] = {"operations": {"GetPayment": {}}, "shapes": {}}


@pytest.mark.parametrize("compressed", [True, False])
def test_the_newest_model_is_read_compressed_or_plain(tmp_path: Path, compressed: bool) -> None:
    text = json.dumps(MODEL).encode()
    for version, content in (("2023-01-01", b"{}"), ("2024-02-28", text)):
        folder = tmp_path / "service" / version
        folder.mkdir(parents=True)
        name = "service-2.json.gz" if compressed else "service-2.json"
        (folder / name).write_bytes(gzip.compress(content, mtime=0) if compressed else content)
    assert read_model(str(tmp_path), "service") == MODEL


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "has no model of service"),
        (b"", "has no model of service"),
        (b"not gzip", "has no model of service"),
        (gzip.compress(b"{}" * 100, mtime=0)[:-9], "has no model of service"),
        (gzip.compress(b"{}", mtime=0)[:10] + b"\xff" * 20, "has no model of service"),
        (gzip.compress(b"{", mtime=0), "has no model of service"),
        (gzip.compress(b"[]", mtime=0), "model of service cannot be read"),
        (gzip.compress(b'{"operations": {}}', mtime=0), "model of service cannot be read"),
    ],
)
def test_a_model_that_is_not_there_or_broken_is_one_clear_error(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    folder = tmp_path / "service" / "2024-02-28"
    folder.mkdir(parents=True)
    if content is not None:
        (folder / "service-2.json.gz").write_bytes(content)
    with pytest.raises(NoSdkError, match=message):
        read_model(str(tmp_path), "service")


def test_a_botocore_that_knows_no_agentcore_is_said_to_have_no_model(tmp_path: Path) -> None:
    with pytest.raises(NoSdkError, match="has no model of bedrock-agentcore"):
        read_model(str(tmp_path), "bedrock-agentcore")


def test_without_botocore_there_is_nothing_to_compare_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> Any:
        from importlib import metadata

        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", missing)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(NoSdkError, match="botocore is not installed"):
        freshness.sdk_version()
    with pytest.raises(NoSdkError, match="botocore is not installed"):
        list(freshness.differences())
