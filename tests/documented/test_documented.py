import json
import os
from typing import Any

import pytest

FOLDER = os.path.dirname(__file__)


def read(*path: str) -> Any:
    with open(os.path.join(FOLDER, *path), encoding="utf-8") as file:
        return json.load(file)


INDEX = read("index.json")


def actions(document: Any) -> set[str]:
    found = [statement["Action"] for statement in document["Statement"]]
    return {name for value in found for name in ([value] if isinstance(value, str) else value)}


def test_the_index_names_exactly_the_documents() -> None:
    found = [
        f"{text}/{name}"
        for text in ("five-role", "four-role")
        for name in os.listdir(os.path.join(FOLDER, text))
    ]
    assert sorted(entry["file"] for entry in INDEX) == sorted(found)


@pytest.mark.parametrize("entry", INDEX, ids=lambda entry: entry["file"])
def test_a_document_is_a_policy_without_placeholders_and_with_a_source(
    entry: dict[str, Any],
) -> None:
    document = read(entry["file"])
    assert document["Version"] == "2012-10-17"
    assert "<" not in json.dumps(document)
    assert "REGION" not in json.dumps(document)
    assert all("Principal" in one for one in document["Statement"]) == (
        entry["kind"] in {"trust", "resource"}
    )
    assert entry["file"].startswith(entry["text"] + "/")
    assert set(entry["source"]) == {"title", "url", "read", "heading"}
    for value in entry["replaced"].values():
        assert value in json.dumps(document)


@pytest.mark.parametrize(
    "name",
    [
        "control-plane.permissions.json",
        "resource-retrieval.trust.json",
        "resource-retrieval.connector.permissions.json",
    ],
)
def test_these_blocks_are_the_same_in_both_texts(name: str) -> None:
    assert read("five-role", name) == read("four-role", name)


@pytest.mark.parametrize("persona", ["management", "process-payment"])
def test_the_older_text_never_names_the_manager_itself(persona: str) -> None:
    name = f"{persona}.permissions.json"
    newer, older = read("five-role", name), read("four-role", name)
    assert actions(newer) == actions(older)
    for statement in older["Statement"]:
        for resource in statement["Resource"] if statement["Effect"] == "Allow" else ():
            assert resource.endswith(("/instrument/*", "/session/*"))
    assert "/instrument/" not in json.dumps(newer)


def test_the_newer_text_adds_deletion_and_quick_create_to_the_service_role() -> None:
    name = "resource-retrieval.base.permissions.json"
    assert actions(read("five-role", name)) - actions(read("four-role", name)) == {
        "bedrock-agentcore:DeleteWorkloadIdentity",
        "bedrock-agentcore:CreatePaymentCredentialProvider",
        "bedrock-agentcore:GetPaymentCredentialProvider",
        "bedrock-agentcore:TagResource",
    }
