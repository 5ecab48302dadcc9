"""Coverage of IAM Access Analyzer's checks: what the rules declare is complete, and true."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import corpus
from payguard.rules.registry import RULES

HERE = Path(__file__).parent
CONTRIBUTING = HERE.parent / "CONTRIBUTING.md"
HEADING = "## Access Analyzer checks without a rule"
CHECKS = json.loads((HERE / "data" / "access_analyzer_checks.json").read_text())["checks"]
CASES = json.loads((HERE / "data" / "access_analyzer_cases.json").read_text())["cases"]
DECLARED = {(code, rule.id) for rule in RULES for code in rule.access_analyzer}


def unchecked() -> dict[str, str]:
    """The checks that CONTRIBUTING.md says have no rule, with the reason why not."""
    _, found, rest = CONTRIBUTING.read_text().partition(f"{HEADING}\n")
    assert found, HEADING
    section = rest.partition("\n## ")[0]
    return dict(re.findall(r"^\| `([A-Z_]+)` \| (.+) \|$", section, re.MULTILINE))


def name(case: dict[str, Any]) -> str:
    return f"{case['code']}-{case['rule']}"


def document(case: dict[str, Any]) -> dict[str, Any]:
    """The case's policy, with a Sid of the length that it asks for."""
    policy: dict[str, Any] = case["policy"]
    if "sid_length" not in case:
        return policy
    return {**policy, "Statement": {**policy["Statement"], "Sid": "a" * case["sid_length"]}}


def test_every_declared_code_is_a_check_of_access_analyzer() -> None:
    assert {code for code, _ in DECLARED} <= CHECKS.keys()


@pytest.mark.skipif(not CONTRIBUTING.exists(), reason="the checkout's pages are not at hand")
def test_every_check_in_scope_has_a_rule_or_a_reason_why_not() -> None:
    in_scope = {code for code, check in CHECKS.items() if check["in_scope"]}
    with_rule = {code for code, _ in DECLARED}
    without = unchecked()
    assert in_scope - with_rule == without.keys()
    assert all(reason.strip() for reason in without.values())


def test_every_declaration_has_a_case() -> None:
    assert {(case["code"], case["rule"]) for case in CASES} == DECLARED


@pytest.mark.parametrize("case", CASES, ids=name)
def test_what_access_analyzer_describes_is_reported_by_the_rule_that_declares_it(
    case: dict[str, Any],
) -> None:
    text = json.dumps(document(case))
    report = corpus.lint_text(text, policy_type=case.get("policy_type", ""))
    assert not report.errors
    places = {(finding.rule, finding.location.pointer) for finding in report.findings}
    assert (case["rule"], case["at"]) in places, places
