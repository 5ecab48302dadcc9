"""Conditions: every way in which they can come out is looked at by itself, and no other."""

from typing import Any

import pytest

from payguard.iam.unresolved import MISSING
from sources.cloudformation.templates import ALLOW, gaps_of, read, resources_of, roles, shown

HEAD = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Env: {Type: String, AllowedValues: [dev, prod]}
  Size: {Type: String}
  Other: {Type: String}
  Boundary: {Type: String}
  Key: {Type: String, NoEcho: true}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: !Equals [!Ref Env, dev]
  NotProd: !Not [!Condition IsProd]
  IsBig: !Equals [big, !Ref Size]
  IsHuge: !Equals [!Ref Size, huge]
  BigProd: !And [!Condition IsProd, !Condition IsBig]
  AnySize: !Or [!Condition IsBig, !Condition IsHuge]
  IsOther: !Equals [!Ref Size, !Ref Other]
  HasKey: !Not [!Equals [!Ref Key, ""]]
  HasBoundary: !Not [!Equals [!Ref Boundary, ""]]
  Impossible: !Equals [!Ref Env, staging]
"""
ROLE = """
Resources:
  Agent:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: []}
      Policies:
        - PolicyName: p
          PolicyDocument: {%s}
"""

RESOURCES: dict[str, tuple[str, list[Any]]] = {
    "a value": ("!If [IsProd, a, b]", ["a", "b"]),
    "equal branches": ("!If [IsProd, a, a]", ["a"]),
    "an item of a list": ("[x, !If [IsProd, a, !Ref AWS::NoValue]]", [["x", "a"], ["x"]]),
    "the same condition twice": (
        "[!If [IsProd, a, b], !If [IsProd, c, d]]",
        [["a", "c"], ["b", "d"]],
    ),
    "a condition and its opposite": (
        "[!If [IsProd, a, b], !If [NotProd, c, d]]",
        [["a", "d"], ["b", "c"]],
    ),
    "the other of two allowed values": (
        "[!If [IsProd, a, b], !If [IsDev, c, d]]",
        [["a", "d"], ["b", "c"]],
    ),
    "values of one parameter exclude each other": (
        "[!If [IsBig, a, b], !If [IsHuge, c, d]]",
        [["a", "d"], ["b", "c"], ["b", "d"]],
    ),
    "a value that is not allowed": ("!If [Impossible, a, b]", ["b"]),
    "and": ("!If [BigProd, a, b]", ["a", "b"]),
    "or": ("!If [AnySize, a, b]", ["a", "b"]),
    "nested": ("!If [IsProd, !If [IsBig, a, b], c]", ["a", "b", "c"]),
    "nested, the same again": ("!If [IsProd, !If [IsProd, a, b], c]", ["a", "c"]),
    "two parameters": ("!If [IsOther, a, b]", ["a", "b"]),
    "what a condition decides is known": ("!If [IsProd, !Sub '${Env}-x', y]", ["prod-x", "y"]),
    "what a condition denies is not": (
        "!If [IsBig, y, !Sub '${Size}-x']",
        ["y", ("parameter Size", MISSING, "*-x")],
    ),
}


@pytest.mark.parametrize("name", RESOURCES)
def test_a_document_is_read_in_each_world(name: str) -> None:
    written, expected = RESOURCES[name]
    found = read(HEAD + ROLE % ALLOW % written)
    documents = [one for one in found.documents if one.policy_type == "identity"]
    assert resources_of(documents) == expected
    assert found.errors == ()
    in_roles = [role.identity for role in found.roles]
    assert sorted(map(repr, map(resources_of, in_roles))) == sorted(
        f"[{one!r}]" for one in expected
    )
    assert {id(one) for one in documents} == {id(one) for many in in_roles for one in many}


def test_a_statement_and_a_whole_policy_can_depend_on_conditions() -> None:
    found = read(
        HEAD
        + """
Resources:
  Agent:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: []}
      Policies:
        - !If
          - IsBig
          - PolicyName: big
            PolicyDocument:
              Statement:
                - !If [IsProd, {Effect: Deny, Action: "a:B", Resource: p}, !Ref AWS::NoValue]
                - {Effect: Allow, Action: "a:B", Resource: "*"}
          - !Ref AWS::NoValue
"""
    )
    assert {
        role.address: [shown(document.value["Statement"]) for document in role.identity]
        for role in found.roles
    } == {
        "Agent (IsBig, IsProd)": [
            [
                {"Effect": "Deny", "Action": "a:B", "Resource": "p"},
                {"Effect": "Allow", "Action": "a:B", "Resource": "*"},
            ]
        ],
        "Agent (IsBig, not IsProd)": [[{"Effect": "Allow", "Action": "a:B", "Resource": "*"}]],
        "Agent (not IsBig)": [],
    }


def test_a_policy_that_is_not_made_is_not_read() -> None:
    text = HEAD + ROLE.replace("Type: AWS", "Condition: IsProd\n    Type: AWS")
    found = read(text % ALLOW % "!If [IsProd, a, b]")
    assert [resources_of(role.identity) for role in found.roles] == [["a"]]
    assert resources_of([one for one in found.documents if one.policy_type == "identity"]) == ["a"]


def test_a_region_that_a_condition_decides_is_known() -> None:
    found = read(
        "Conditions: {Here: !Equals [!Ref AWS::Region, us-east-1]}"
        + ROLE % ALLOW % "!If [Here, !Sub 'x-${AWS::Region}', y]"
    )
    assert sorted(resources_of(role.identity)[0] for role in found.roles) == ["x-us-east-1", "y"]


def test_conditions_may_come_from_a_loop() -> None:
    found = read(
        "Conditions: {'Fn::ForEach::L': [X, [a, b], {'Is${X}': !Equals [!Ref AWS::Region, '${X}']}]}"
        + ROLE % ALLOW % "[!If [Isa, p, q], !If [Isb, r, s]]"
    )
    assert sorted(resources_of(role.identity)[0] for role in found.roles) == [
        ["p", "s"],
        ["q", "r"],
        ["q", "s"],
    ]
    assert found.errors == ()


def test_an_allow_and_a_deny_of_different_branches_are_never_in_one_role() -> None:
    found = read(
        HEAD
        + ROLE % "Statement: [{Effect: !If [IsProd, Deny, Allow], Action: 'a:B', Resource: '*'}]"
    )
    effects = {
        role.address: role.identity[0].value["Statement"][0]["Effect"] for role in found.roles
    }
    assert effects == {"Agent (IsProd)": "Deny", "Agent (not IsProd)": "Allow"}


def test_resources_that_are_not_made_attach_nothing() -> None:
    found = read(
        HEAD
        + """
Resources:
  Agent:
    Type: AWS::IAM::Role
    Condition: IsProd
    Properties: {AssumeRolePolicyDocument: {Statement: []}}
  Everyone:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: []}
      PermissionsBoundary: !If [HasBoundary, !Ref Boundary, !Ref AWS::NoValue]
  InDev:
    Type: AWS::IAM::Policy
    Condition: NotProd
    Properties:
      Roles: [!Ref Agent, !Ref Everyone]
      PolicyDocument: {Statement: []}
"""
    )
    known = roles(found)
    assert {address: len(role.identity) for address, role in known.items()} == {
        "Agent": 0,
        "Everyone (not HasBoundary, not NotProd)": 0,
        "Everyone (not HasBoundary, NotProd)": 1,
        "Everyone (HasBoundary, not NotProd)": 0,
        "Everyone (HasBoundary, NotProd)": 1,
    }
    assert [gaps_of(role) for address, role in known.items() if "(HasBoundary" in address] == [
        [("parameter Boundary", "boundary")]
    ] * 2


def test_conditions_of_roles_that_have_nothing_in_common_do_not_multiply() -> None:
    conditions = "".join(f"  C{i}: !Equals [!Ref AWS::Region, r{i}]\n" for i in range(30))
    body = "".join(
        f"  R{i}:\n    Type: AWS::IAM::Role\n    Properties:\n"
        "      AssumeRolePolicyDocument: {Statement: []}\n"
        "      ManagedPolicyArns: [!Ref Shared]\n"
        f"      PermissionsBoundary: !If [C{i}, 'arn:aws:iam::1:policy/b', !Ref AWS::NoValue]\n"
        for i in range(30)
    )
    shared = (
        "  Shared: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Statement: []}}}\n"
    )
    found = read(f"Conditions:\n{conditions}Resources:\n{shared}{body}")
    assert [role.address for role in found.roles][:2] == [
        "R0 (C0)",
        "R0 (not C0)",
    ]
    assert len(found.roles) == 60
    assert all(len(role.identity) == 1 and not role.gaps for role in found.roles)


def many(count: int) -> str:
    """Return a template with ``count`` conditions that do not depend on each other."""
    names = range(count)
    parameters = "".join(f"  P{i}: {{Type: String}}\n" for i in names)
    conditions = "".join(f"  C{i}: !Equals [!Ref P{i}, x]\n" for i in names)
    items = ", ".join(f"!If [C{i}, a{i}, b{i}]" for i in names)
    policy = ROLE % ALLOW % f"[{items}]"
    return f"Parameters:\n{parameters}Conditions:\n{conditions}{policy}"


def test_every_combination_is_read_up_to_sixteen() -> None:
    found = read(many(4))
    assert len({role.address for role in found.roles}) == 16
    assert found.gaps == ()


def test_beyond_that_each_branch_is_seen_and_the_role_stays_undecided() -> None:
    found = read(many(6))
    (role,) = found.roles
    assert role.address == "Agent"
    assert role.identity == ()
    assert gaps_of(role) == [
        ("which conditions hold for the policy of Agent", "identity"),
    ]
    seen = {one for many_ in resources_of([*found.documents][1:]) for one in many_}
    assert seen == {f"{branch}{i}" for branch in "ab" for i in range(6)}
    assert [gap.unresolved.what for gap in found.gaps] == [
        "the policy of Agent under every combination of conditions"
    ]


def test_attachments_under_too_many_combinations_leave_the_role_undecided() -> None:
    parameters = "".join(f"  P{i}: {{Type: String}}\n" for i in range(5))
    conditions = "".join(f"  C{i}: !Equals [!Ref P{i}, x]\n" for i in range(5))
    policies = "".join(
        f"  Policy{i}:\n    Type: AWS::IAM::Policy\n    Condition: C{i}\n"
        "    Properties: {Roles: [!Ref Agent], PolicyDocument: {Statement: []}}\n"
        for i in range(5)
    )
    always = "  Always: {Type: AWS::IAM::Policy, Properties: {Roles: [!Ref Agent], PolicyDocument: {Statement: []}}}\n"
    found = read(
        f"Parameters:\n{parameters}Conditions:\n{conditions}{ROLE % ALLOW % 'x'}{policies}{always}"
    )
    (role,) = found.roles
    assert [document.address for document in role.identity] == ["Agent", "Always"]
    assert gaps_of(role) == [("what holds under each combination of conditions", "identity")]


DEFAULTS = """
Parameters:
  Resource: {Type: String, Default: "*"}
  Secret: {Type: String, NoEcho: true, Default: hunter2}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /key}
  Actions: {Type: CommaDelimitedList, Default: "a:B, a:C"}
  Wide: {Type: String, Default: "yes"}
Conditions:
  IsWide: !Equals [!Ref Wide, "yes"]
Resources:
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [agent]
      PolicyDocument:
        Statement:
          - {Effect: Allow, Action: !Ref Actions, Resource: [!Ref Resource, !Ref Secret, !Ref Stored]}
          - !If [IsWide, {Effect: Allow, Action: "*", Resource: "*"}, !Ref AWS::NoValue]
"""


def test_what_defaults_make_is_looked_at_but_belongs_to_no_role() -> None:
    found = read(DEFAULTS)
    wide, narrow, defaults = found.documents
    unknown = [
        ("parameter Resource", MISSING, "*"),
        ("parameter Secret", "secret", "*"),
        ("parameter Stored", MISSING, "*"),
    ]
    assert resources_of([wide, narrow, defaults]) == [unknown, unknown, ["*", *unknown[1:]]]
    assert shown(narrow.value["Statement"][0]["Action"]) == ("parameter Actions", MISSING, "*")
    assert defaults.value["Statement"][0]["Action"] == ["a:B", "a:C"]
    assert [len(one.value["Statement"]) for one in found.documents] == [2, 1, 2]
    attached = [document for role in found.roles for document in role.identity]
    assert [id(one) for one in attached] == [id(wide), id(narrow)]
    assert "hunter2" not in repr(found)


def test_variants_that_no_condition_tells_apart_are_numbered() -> None:
    found = read(HEAD + ROLE % ALLOW % "!If [IsProd, !If [IsBig, a, b], !If [IsBig, b, a]]")
    assert {role.address: resources_of(role.identity) for role in found.roles} == {
        "Agent (case 1 of 2)": ["a"],
        "Agent (case 2 of 2)": ["b"],
    }
    assert {role.location.address for role in found.roles} == {"Agent"}


def test_a_secret_that_a_condition_compares_is_in_no_address() -> None:
    found = read(HEAD.replace('Key, ""', "Key, hunter2") + ROLE % ALLOW % "!If [HasKey, a, b]")
    assert [role.address for role in found.roles] == [
        "Agent (not HasKey)",
        "Agent (HasKey)",
    ]


WRONG: dict[str, tuple[str, list[str]]] = {
    "a circle": (
        "A: !Not [!Condition B]\n  B: !Not [!Condition A]",
        ['the condition "A" refers to itself: A -> B -> A'],
    ),
    "no function": ("A: yes", ['the condition "A" cannot be read']),
    "what is not declared": ("A: !Condition B", ['the condition "B" is not declared']),
    "a list compared": ("A: !Equals [[a], b]", ['the condition "A" compares what is no text']),
    "too many operands": (
        f"A: {{Fn::Or: [{', '.join(['!Condition B'] * 11)}]}}",
        ['the condition "A" cannot be read'],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_condition_that_cannot_be_read_can_come_out_either_way(name: str) -> None:
    written, messages = WRONG[name]
    found = read(f"Conditions:\n  {written}\n" + ROLE % ALLOW % "!If [A, a, b]")
    assert [error.message for error in found.errors] == messages
    assert resources_of([*found.documents][1:]) == ["a", "b"]


def test_a_resource_whose_condition_is_not_declared_is_read_and_an_error() -> None:
    found = read(
        ROLE.replace("Type: AWS::IAM::Role", "Type: AWS::IAM::Role\n    Condition: No")
        % ALLOW
        % "a"
    )
    assert [error.message for error in found.errors] == ['the condition of "Agent" is not declared']
    assert [role.address for role in found.roles] == ["Agent"]
