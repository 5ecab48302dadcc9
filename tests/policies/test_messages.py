"""The catalogue of answers: each has a name, a source, and is told from the others."""

import json
import os
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import payguard_policies
from payguard_policies.messages import Message, message_of, messages

TRUTH = os.path.dirname(payguard_policies.__file__)


def read(*path: str) -> Any:
    with open(os.path.join(TRUTH, *path), encoding="utf-8") as file:
        return json.load(file)


def test_the_catalogue_follows_its_schema() -> None:
    schema = read("schemas", "messages.schema.json")
    Draft202012Validator.check_schema(schema)
    errors = Draft202012Validator(schema).iter_errors(read("messages.json"))
    assert [error.message for error in errors] == []


def test_each_answer_has_a_name_of_its_own() -> None:
    ids = [message.id for message in messages()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("message", messages(), ids=lambda message: message.id)
def test_no_answer_hides_another(message: Message) -> None:
    for code in message.codes:
        assert message_of(code, f"Before. {message.text.upper()} After.") == message


def test_a_code_that_does_not_fit_is_not_overruled_by_the_text() -> None:
    assert message_of("NoSuchBucket", "Authorization method mismatch") is None


def test_a_text_is_enough_where_no_code_is_known() -> None:
    found = message_of("", "Authorization method mismatch. The agent is configured otherwise.")
    assert found is not None
    assert found.id == "authorization-method"


def test_a_denial_by_iam_is_in_no_catalogue() -> None:
    text = "User: arn:aws:iam::111122223333:user/a is not authorized to perform: s3:GetObject"
    assert message_of("AccessDeniedException", text) is None
