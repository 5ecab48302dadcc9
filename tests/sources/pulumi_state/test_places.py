"""Every value of every document is found at the place in the file where a person sees it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from payguard import pointer
from payguard.finding import Span
from payguard.infrastructure import Document
from sources.pulumi_state.stacks import (
    FIXTURES,
    FORMS,
    UNKNOWN,
    export,
    fixture,
    preview,
    read_text,
    role,
    state,
    step,
    stream,
    urn,
)

EXCERPTS = ("excerpts/role-export.json", "excerpts/unchanged-preview.json")


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, pointer.join(at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{at}/{index}")


def at_span(text: str, span: Span) -> str:
    assert span.line == span.end_line
    return text.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]


def check(text: str, documents: tuple[Document, ...]) -> int:
    seen = 0
    for document in documents:
        wanted = dict(leaves(document.value))
        spans = document.source.spans([(at, False) for at in wanted])
        for at, value in wanted.items():
            span = spans[at, False]
            written = at_span(text, span)
            # JSON text in a string is escaped once more.
            inner = json.loads(f'"{written}"') if document.text else written
            assert json.loads(inner) == value
            assert document.source.line(span.line) == text.split("\n")[span.line - 1]
            seen += 1
    return seen


@pytest.mark.parametrize("form", [*FORMS, *EXCERPTS])
def test_every_text_of_every_document_is_found_at_its_place(form: str) -> None:
    text = (FIXTURES / form).read_text()
    assert check(text, fixture(form).documents) > 3


@pytest.mark.parametrize("indent", [None, 1, "\t"])
def test_values_of_documents_that_are_objects_are_found_at_their_place(indent: Any) -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "a:b"}]}
    inputs = {
        "roleName": "a",
        "assumeRolePolicyDocument": document,
        "policies": [{"policyName": "b", "policyDocument": document}],
    }
    text = json.dumps(export(state("aws-native:iam:Role", "a", inputs)), indent=indent)
    found = read_text(text)
    assert len(found.documents) == 2
    assert check(text, found.documents) == 6


def test_in_a_stream_a_value_is_found_on_the_line_of_its_event() -> None:
    event = {"resourcePreEvent": {"metadata": {"op": "create", "new": role("a"), "urn": "x"}}}
    text = "\n" + stream({"preludeEvent": {"config": {}}}, event, {"summaryEvent": {}})
    found = read_text(text)
    assert check(text, found.documents) == 4
    (only,) = found.roles
    assert only.location.span.line == 3
    assert at_span(text, only.location.span) == json.dumps(urn("aws:iam/role:Role", "a"))
    assert found.documents[0].source.comments() == []


@pytest.mark.parametrize("form", FORMS)
def test_a_role_stands_where_its_urn_does(form: str) -> None:
    text = (FIXTURES / form).read_text()
    for found in fixture(form).roles:
        assert json.loads(at_span(text, found.location.span)) == found.address


def test_a_gap_stands_where_the_value_is_missing() -> None:
    policy = state("aws:iam/rolePolicy:RolePolicy", "p", {"role": "a", "policy": UNKNOWN})
    text = json.dumps(preview(step("create", role("a")), step("create", policy)), indent=2)
    (gap,) = read_text(text).roles[0].gaps
    assert at_span(text, gap.location.span) == json.dumps(UNKNOWN)
    assert gap.location.address == urn("aws:iam/rolePolicy:RolePolicy", "p")
