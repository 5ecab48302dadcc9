"""Findings lead to the very value in the template, however it got into the document."""

import pytest

from payguard.iam.unresolved import Unresolved
from sources.cloudformation.templates import (
    FIXTURES,
    as_json,
    fixture,
    leaves,
    read,
    shown,
    written_at,
)

# Functions that give a text which is written elsewhere, or nowhere.
_FUNCTION = ("!", "{", '"{{resolve:')


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.iterdir()))
def test_each_text_stands_where_it_is_said_to_stand(name: str) -> None:
    documents = fixture(name).documents
    assert documents
    for document in documents:
        unresolved = {at for at, _ in document.unresolved}
        for at, value in leaves(document.value):
            literal = written_at(document, at)
            if isinstance(value, Unresolved):
                assert at in unresolved
                assert literal.startswith(_FUNCTION)
            else:
                assert literal.strip("\"'") == str(value) or literal.startswith(_FUNCTION)


CONDITIONAL = """\
Parameters:
  Env: {Type: String}
Conditions:
  Prod: !Equals [!Ref Env, prod]
Resources:
  P:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [r]
      PolicyDocument: !If
        - Prod
        - Statement:
            - !If
              - Prod
              - Effect: Allow
                Action: a:First
                Resource: [one, !If [Prod, !Ref AWS::NoValue, two], three]
              - !Ref AWS::NoValue
            - !If [Prod, !Ref AWS::NoValue, {Effect: Deny, Action: "a:Never", Resource: x}]
            - Effect: Allow
              Action:
                Fn::If: [Prod, [a:Second, "a:Third"], a:Fourth]
              Resource: !Sub "${Env}"
              Condition:
                StringEquals:
                  aws:x/y~z: !If [Prod, [v, w], u]
        - Statement: []
"""
PLACES = {
    "/Statement/0": (15, 17, "Effect: Allow"),
    "/Statement/0/Action": (16, 25, "a:First"),
    "/Statement/0/Resource/0": (17, 28, "one"),
    "/Statement/0/Resource/1": (17, 69, "three"),
    "/Statement/1/Action/1": (22, 43, '"a:Third"'),
    "/Statement/1/Action": (22, 32, '[a:Second, "a:Third"]'),
    "/Statement/1/Resource": (23, 25, '!Sub "${Env}"'),
    "/Statement/1/Condition/StringEquals/aws:x~1y~0z/1": (26, 45, "w"),
}


@pytest.mark.parametrize("at", PLACES)
def test_a_value_behind_conditions(at: str) -> None:
    document = read(CONDITIONAL).documents[0]
    assert shown(document.value["Statement"][1]["Action"]) == ["a:Second", "a:Third"]
    span = document.source.spans({(at, False)})[at, False]
    assert (span.line, span.column, written_at(document, at)) == PLACES[at]


def test_a_key_and_what_is_missing() -> None:
    document = read(CONDITIONAL).documents[0]
    wanted = {("/Statement/1/Resource", True), ("/Statement/1/NotResource", False)}
    spans = document.source.spans(wanted)
    assert spans["/Statement/1/Resource", True][:2] == (23, 15)
    assert spans["/Statement/1/NotResource", False][:2] == (20, 15)


def test_json_and_yaml_agree_on_what_stands_where() -> None:
    by_json = read(as_json(CONDITIONAL)).documents[0]
    for at, (_, _, literal) in PLACES.items():
        written = written_at(by_json, at)
        expected = literal.strip('"').replace("Effect: Allow", "{").replace("[a:Second,", "[")
        assert written.strip('"') == expected or written[0] in "[{"


def test_json_text_in_a_json_template_has_its_own_places() -> None:
    text = (
        '{"Resources": {"S": {"Type": "AWS::SSO::PermissionSet", "Properties": {"InlinePolicy":\n'
        '  "{\\"Statement\\": [{\\"Action\\": \\"a:B\\", \\"Resource\\": \\"x\\"}]}"}}}}'
    )
    (document,) = read(text).documents
    assert written_at(document, "/Statement/0/Action") == '\\"a:B\\"'


def test_comments_that_speak_to_payguard_are_heard_in_yaml() -> None:
    documents = fixture("sam.yaml").documents
    comment = (45, "ignore[spend-on-any-resource] the sandbox has no money")
    assert [document.source.comments() for document in documents] == [[comment]] * 3
    assert fixture("cdk-four-roles.template.json").documents[0].source.comments() == []


def test_roles_and_gaps_stand_where_they_are_declared() -> None:
    found = fixture("sam.yaml")
    assert [(role.address, role.location.span[:2]) for role in found.roles] == [
        ("PayRole", (20, 3)),
        ("GivenRole", (71, 3)),
        ("MachineRole", (76, 3)),
    ]
    assert [gap.location.span[:2] for gap in found.roles[0].gaps] == [(40, 11), (84, 3), (6, 26)]
