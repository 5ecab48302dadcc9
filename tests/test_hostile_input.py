"""No input raises out of the linter, however it is broken."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from corpus import JSON, lint_text, lint_value, managed_policies, mutated
from payguard.iam.document import POLICY_TYPES
from payguard.reporters import FORMATS, Options, render
from payguard.rules.registry import RULES
from payguard_policies import roles

MANAGER = "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/shop-a1b2c3d4e5"
PARAMETERS = roles.Parameters(manager_arns=(MANAGER,))
SEEDS = [
    *(json.loads(bad.text) for rule in RULES for bad in rule.bad if bad.text.startswith("{")),
    *(roles.permissions(persona, PARAMETERS) for persona in roles.PERSONAS),
    *(roles.trust(persona, PARAMETERS) for persona in roles.PERSONAS),
]
OPTIONS = Options(color=True, statistics=True, quiet=False, verbose=True, version="0")


@settings(max_examples=400, deadline=None)
@given(mutated(SEEDS))
def test_a_mutated_policy_is_reported_on_and_never_raises(value: Any) -> None:
    if not isinstance(value, dict):
        return
    for policy_type in ("", *POLICY_TYPES):
        report = lint_value(value, policy_type)
        assert not report.errors, report.errors
    for output_format in FORMATS:
        "".join(render(report, output_format, OPTIONS))


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_any_json_is_a_report(value: Any) -> None:
    try:
        text = json.dumps(value)
    except ValueError:
        return
    report = lint_text(text)
    assert not [error for error in report.errors if "failed on this policy" in error.message]


@settings(max_examples=100, deadline=None)
@given(mutated(list(managed_policies().values())[::40]))
def test_a_mutated_managed_policy_never_raises(value: Any) -> None:
    if isinstance(value, dict):
        assert not lint_value(value).errors


@pytest.mark.parametrize("size", [10_000])
def test_a_value_of_a_megabyte_anywhere_is_survived(size: int) -> None:
    long = "x*" * (size * 50)
    statement = {
        "Sid": long,
        "Effect": "Allow",
        "Action": [long, f"bedrock-agentcore:{long}"],
        "Resource": [long, f"{MANAGER}/{long}", "${" * size],
        "Condition": {"StringLike": {long: long, "aws:SourceArn": long}, long: {"a": "b"}},
        "Principal": {"AWS": long, "Service": long, long: long},
    }
    report = lint_value({"Version": "2012-10-17", "Statement": statement})
    assert not report.errors
    assert all(len(finding.message) < 2000 for finding in report.findings)


def test_a_hundred_thousand_elements_are_survived() -> None:
    statement = {
        "Effect": "Allow",
        "Action": [f"s3:Get*{index}" for index in range(100_000)],
        "Resource": [f"arn:aws:s3:::b{index}*" for index in range(100_000)],
    }
    assert not lint_value({"Version": "2012-10-17", "Statement": statement}).errors
