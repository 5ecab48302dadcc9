import json
import os
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import payguard_policies

TRUTH = os.path.dirname(payguard_policies.__file__)


def read(*path: str) -> Any:
    with open(os.path.join(TRUTH, *path), encoding="utf-8") as file:
        return json.load(file)


ENTRIES = read("disagreements.json")


def test_the_disagreements_follow_their_schema() -> None:
    schema = read("schemas", "disagreements.schema.json")
    Draft202012Validator.check_schema(schema)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(ENTRIES)] == []


def test_each_disagreement_has_a_name_of_its_own() -> None:
    ids = [entry["id"] for entry in ENTRIES]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["id"])
def test_the_sides_of_a_disagreement_are_told_apart(entry: dict[str, Any]) -> None:
    sides = [(side["source"], side["says"]) for side in entry["sides"]]
    assert len({source for source, _ in sides}) == len(sides)
    assert len({says for _, says in sides}) > 1


@pytest.mark.parametrize(
    "expected",
    [
        "role-count",
        "data-plane-resource",
        "connector-resource",
        "manager-creation-resource",
        "credential-provider-resource",
        "payment-token-resource",
        "rotate-credentials",
        "create-token-vault",
        "managed-secret-writes",
        "wallet-secret-reads",
        "set-context",
        "regional-principal",
        "describe-key",
        "acps-spelling",
        "connector-id-underscore",
        "control-plane-manager-arn",
        "manager-name-length",
        "manager-name-case",
        "manager-name-characters",
        "description-characters",
        "vended-log-delivery",
        "process-payment-deny",
    ],
)
def test_the_disagreements_that_the_templates_rest_on_are_recorded(expected: str) -> None:
    assert expected in {entry["id"] for entry in ENTRIES}
