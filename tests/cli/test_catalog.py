"""The catalog command: the age and the sources, and the comparison with botocore."""

import json
from collections.abc import Iterator

import pytest

from commands import Run
from payguard import freshness
from payguard_policies import catalog


@pytest.fixture
def sdk(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What botocore is found to differ in; empty until a test fills it."""
    found: list[str] = []
    monkeypatch.setattr(freshness, "sdk_version", lambda: "9.9.9")
    monkeypatch.setattr(freshness, "differences", lambda: iter(found))
    return found


def test_the_age_the_sources_and_the_counts_are_shown(payguard: Run) -> None:
    result = payguard("catalog")
    assert result.exit_code == 0
    facts = catalog.provenance()
    lines = result.output.splitlines()
    assert lines[0].startswith(f"AWS facts as of {facts['as_of']} (")
    assert lines[0].endswith(" old)")
    for name in ("botocore", "iam-data"):
        source = facts["inputs"][name]
        line = next(line for line in lines if line.startswith(f"  {name} "))
        assert line.split()[1:] == [source["version"], "released", source["released"]]
    for name, count in facts["counts"].items():
        assert f"{count:>8}  {name}" in lines


def test_json_is_the_provenance_and_the_age(payguard: Run) -> None:
    result = payguard("catalog", "--output-format", "json")
    assert result.exit_code == 0
    content = json.loads(result.output)
    assert content.pop("version") == 1
    assert content.pop("age_days") >= 0
    assert content == json.loads(json.dumps(dict(catalog.provenance())))


def test_agreement_with_botocore_is_exit_0(payguard: Run, sdk: list[str]) -> None:
    result = payguard("catalog", "--check")
    assert result.exit_code == 0
    assert result.output == (
        "The catalog and botocore 9.9.9 agree on every payments operation and ID.\n"
    )


def test_each_difference_is_a_line_and_exit_1(payguard: Run, sdk: list[str]) -> None:
    sdk += ["botocore has more", "botocore has less"]
    result = payguard("catalog", "--check")
    assert result.exit_code == 1
    assert result.output == "botocore has more\nbotocore has less\n"


@pytest.mark.parametrize("differences", [[], ["botocore has more"]])
def test_the_comparison_in_json_is_always_of_one_form(
    payguard: Run, sdk: list[str], differences: list[str]
) -> None:
    sdk += differences
    result = payguard("catalog", "--check", "--output-format", "json")
    assert result.exit_code == bool(differences)
    assert json.loads(result.output) == {
        "version": 1,
        "botocore": "9.9.9",
        "differences": differences,
    }


def test_without_botocore_the_comparison_is_exit_2(
    payguard: Run, sdk: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Iterator[str]:
        raise freshness.NoSdkError("botocore is not installed")

    monkeypatch.setattr(freshness, "differences", missing)
    result = payguard("catalog", "--check")
    assert result.exit_code == 2
    assert result.output == "Error: botocore is not installed\n"
    assert payguard("catalog").exit_code == 0
