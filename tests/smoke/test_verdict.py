"""Outcomes against expectations: only what was answered as expected is a pass."""

import itertools
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import payguard_policies
from payguard.iam.document import POLICY_TYPES
from payguard.smoke.connection import READS
from payguard.smoke.listing import DENIED
from payguard.smoke.report import EXPECTATION_WORDS, OUTCOME_WORDS
from payguard.smoke.trouble import OUTCOMES
from payguard.smoke.verdict import (
    ALLOW,
    APIS,
    DENY,
    NOT_ASSUMABLE,
    OF_THE_CALLER,
    Outcome,
    Standing,
    expected_of,
    judged,
)
from payguard_policies import catalog
from payguard_policies.roles import PERSONAS, contract

SCHEMAS = Path(str(payguard_policies.__file__)).parent / "schemas"
PASSES = {
    (Outcome.ALLOWED, ALLOW),
    (Outcome.DENIED_BY_IAM, DENY),
    (Outcome.NOT_ASSUMABLE, NOT_ASSUMABLE),
}
FAILS = {
    (Outcome.ALLOWED, DENY),
    (Outcome.ALLOWED, NOT_ASSUMABLE),
    (Outcome.DENIED_BY_IAM, ALLOW),
    (Outcome.DENIED_BY_IAM, NOT_ASSUMABLE),
    (Outcome.DENIED_OTHERWISE, ALLOW),
    (Outcome.DENIED_OTHERWISE, NOT_ASSUMABLE),
}


@pytest.mark.parametrize(
    ("outcome", "expected"), list(itertools.product(Outcome, (ALLOW, DENY, NOT_ASSUMABLE, "")))
)
def test_an_outcome_passes_or_fails_only_as_the_table_says(outcome: Outcome, expected: str) -> None:
    standing = judged(outcome, expected)
    assert (standing == Standing.AS_EXPECTED) == ((outcome, expected) in PASSES)
    assert (standing == Standing.NOT_AS_EXPECTED) == ((outcome, expected) in FAILS)


@pytest.mark.parametrize("expected", [ALLOW, DENY, NOT_ASSUMABLE, ""])
def test_the_wrong_kind_of_credentials_decides_nothing(expected: str) -> None:
    assert judged(Outcome.DENIED_OTHERWISE, expected, "authorizer") == Standing.UNDECIDED


def test_a_caller_who_may_assume_nothing_shows_nothing_about_a_role() -> None:
    found = judged(Outcome.NOT_ASSUMABLE, NOT_ASSUMABLE, OF_THE_CALLER)
    assert found == Standing.COULD_NOT_RUN


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("api", APIS)
def test_what_is_expected_of_a_persona_is_what_its_contract_says(persona: str, api: str) -> None:
    assert expected_of(api, persona, "") == contract(persona).smoke[api]
    assert expected_of(api, persona, "deny") == "deny"
    assert expected_of(api, "", "") == ""


def test_every_contract_speaks_of_the_same_apis_in_words_that_are_known() -> None:
    for persona in PERSONAS:
        assert tuple(contract(persona).smoke) == APIS
        assert set(contract(persona).smoke.values()) <= {ALLOW, DENY, NOT_ASSUMABLE}


def test_all_that_is_ever_called_only_reads_says_the_catalog() -> None:
    operations = {**catalog.operations("data"), **catalog.operations("control")}
    payments = {name for service, name in READS if service != "sts"}
    assert payments == {*APIS, "GetPaymentManager"}
    assert all(operations[name].readonly for name in payments)
    assert {name for service, name in READS if service == "sts"} == {"AssumeRole"}


def test_every_kind_of_trouble_of_the_catalogue_has_an_outcome() -> None:
    schema = json.loads((SCHEMAS / "messages.schema.json").read_text())
    causes = schema["items"]["properties"]["cause"]["enum"]
    assert sorted(OUTCOMES) == sorted(causes)


def test_every_outcome_and_expectation_has_words_and_is_in_the_schema() -> None:
    schema = json.loads((SCHEMAS / "smoke.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    answer = schema["$defs"]["answer"]["properties"]
    assert set(OUTCOME_WORDS) == set(Outcome) == set(answer["outcome"]["enum"])
    assert set(answer["standing"]["enum"]) == set(Standing)
    assert {*EXPECTATION_WORDS, None} == set(answer["expected"]["enum"])
    assert set(Outcome) >= DENIED


def test_the_schemas_know_every_persona_and_every_kind_of_policy() -> None:
    printed = json.loads((SCHEMAS / "smoke.schema.json").read_text())["$defs"]
    configured = json.loads((SCHEMAS / "configuration.schema.json").read_text())["$defs"]
    assert set(printed["target"]["properties"]["persona"]["enum"]) == {*PERSONAS, None}
    assert set(configured["target"]["properties"]["persona"]["enum"]) == set(PERSONAS)
    assert set(printed["answer"]["properties"]["layer"]["enum"]) == {*POLICY_TYPES, None}
    assert tuple(printed["answer"]["properties"]["api"]["enum"]) == APIS
