import json
import os

import pytest
from jsonschema import Draft202012Validator

import payguard_policies
from payguard.finding import SEVERITIES, Finding, InputError, Report
from payguard.reporters import Options, render

SCHEMA = os.path.join(os.path.dirname(payguard_policies.__file__), "schemas", "report.schema.json")


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def text(report: Report, options: Options) -> str:
    return "".join(render(report, "json", options))


def test_the_report_fits_its_schema(
    report: Report, options: Options, validator: Draft202012Validator
) -> None:
    for case in (report, Report((), (), 0, 0)):
        validator.validate(json.loads(text(case, options)))


def test_the_report_says_everything(report: Report, options: Options) -> None:
    value = json.loads(text(report, options))
    assert value["version"] == 1
    assert value["tool"] == {"name": "payguard", "version": "1.2.3"}
    assert value["summary"] == {
        "documents": 3,
        "files": 2,
        "findings": {"error": 1, "security-warning": 1, "warning": 0, "suggestion": 0},
        "suppressed": 1,
        "undecided": 1,
        "errors": 2,
    }
    finding = value["findings"][0]
    assert len(finding.pop("fingerprint")) == 32
    assert finding == {
        "rule": "unknown-action",
        "severity": "error",
        "message": 'the action "bedrock-agentcore:Pay" does not exist',
        "help": 'write "bedrock-agentcore:ProcessPayment"',
        "reference": "https://docs.aws.amazon.com/actions.html",
        "path": "policies/admin role.json",
        "line": 12,
        "column": 8,
        "end_line": 12,
        "end_column": 31,
        "pointer": "/Statement/0/Action/1",
        "address": "aws_iam_policy.admin",
    }
    assert value["errors"] == [
        {"path": "broken.json", "message": 'trailing comma before "]"', "line": 3, "column": 4},
        {"path": "gone.json", "message": "no such file or folder", "line": 0, "column": 0},
    ]
    assert [entry["rule"] for entry in value["undecided"]] == ["unknown-value"]


def test_each_entry_stands_on_a_line_of_its_own(misspelt: Finding, options: Options) -> None:
    lines = text(Report((misspelt,) * 3, (), 1, 1), options).splitlines()
    assert [json.loads(line.rstrip(","))["rule"] for line in lines if "rule" in line] == [
        "unknown-action"
    ] * 3


def test_a_file_name_that_is_no_utf_8_is_spelt_out(
    misspelt: Finding, options: Options, validator: Draft202012Validator
) -> None:
    at = misspelt.location._replace(path=os.fsdecode(b"a\xff\xf0\x9f\x92\xb8.json"))
    errors = (InputError("\ud800", "no such file"),)
    shown = text(Report((misspelt._replace(location=at),), errors, 1, 1), options)
    value = json.loads(shown)
    validator.validate(value)
    assert value["findings"][0]["path"] == "a\\udcff\U0001f4b8.json"
    assert value["errors"][0]["path"] == "\\ud800"


def test_the_output_is_ascii_and_holds_no_command_for_a_ci_log(
    misspelt: Finding, options: Options
) -> None:
    hostile = misspelt._replace(message="é ##vso[task.complete]\n::set-output name=a::b")
    shown = text(Report((hostile,), (), 1, 1), options)
    assert shown.isascii()
    assert "##" not in shown
    assert json.loads(shown)["findings"][0]["message"] == hostile.message


def test_the_schema_knows_the_severities() -> None:
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    defined = schema["$defs"]["finding"]["properties"]["severity"]["enum"]
    assert defined == list(reversed(SEVERITIES))
    summed = schema["properties"]["summary"]["properties"]["findings"]
    assert summed["required"] == list(summed["properties"]) == defined
