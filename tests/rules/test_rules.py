"""Every rule fires on its bad examples exactly as written down, and is silent on the good ones."""

import os
from pathlib import Path

import pytest

from payguard.reporters import Options, render
from payguard.rule_page import report_of
from payguard.rules.registry import RULES
from payguard.rules.rule import Rule

GOLDEN = Path(__file__).parent / "golden"
OPTIONS = Options(color=False, statistics=False, quiet=True, verbose=False, version="0")
BY_ID = {rule.id: rule for rule in RULES}


def rendered(rule: type[Rule]) -> str:
    return "\n".join("".join(render(report_of(bad), "full", OPTIONS)) for bad in rule.bad)


@pytest.mark.parametrize("rule_id", BY_ID)
def test_bad_examples_give_exactly_the_golden_output(rule_id: str, update_golden: bool) -> None:
    rule = BY_ID[rule_id]
    for bad in rule.bad:
        report = report_of(bad)
        fired = {finding.rule for finding in (*report.findings, *report.undecided)}
        assert rule_id in fired, bad.text
    golden = GOLDEN / f"{rule_id}.out"
    text = rendered(rule)
    if update_golden:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text)
    assert text == golden.read_text()


@pytest.mark.parametrize("rule_id", BY_ID)
def test_good_examples_are_silent_under_every_rule(rule_id: str) -> None:
    rule = BY_ID[rule_id]
    assert rule.good
    for good in rule.good:
        report = report_of(good)
        assert not report.errors
        assert [(f.rule, f.message) for f in (*report.findings, *report.undecided)] == []


def test_each_rule_module_is_registered_and_each_registered_rule_has_a_golden_file() -> None:
    import payguard.rules as package

    root = Path(str(package.__file__)).parent
    modules = {
        f"{path.parent.name}/{path.stem}"
        for path in root.glob("*/*.py")
        if path.stem != "__init__" and f"class {_class_name(path.stem)}(Rule)" in path.read_text()
    }
    registered = {f"{rule.category}/{rule.id.replace('-', '_')}" for rule in RULES}
    assert modules == registered
    assert {path.stem for path in GOLDEN.glob("*.out")} == set(BY_ID)
    assert [rule.id for rule in RULES] == sorted(BY_ID)


def _class_name(stem: str) -> str:
    return "".join(part.capitalize() for part in stem.split("_"))


@pytest.mark.parametrize("rule_id", BY_ID)
def test_metadata_is_complete(rule_id: str) -> None:
    rule = BY_ID[rule_id]
    assert rule.__module__ == f"payguard.rules.{rule.category}.{rule_id.replace('-', '_')}"
    assert rule.__name__ == _class_name(rule_id.replace("-", "_"))
    assert rule.summary.endswith(".")
    assert rule.why.endswith(".")
    assert len(rule.summary) <= 100
    assert rule.references
    assert all(page.startswith("https://") for page in rule.references)
    assert rule.__doc__
    assert os.path.basename(GOLDEN)
