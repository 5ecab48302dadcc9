"""Roles, users and groups are put together from everything that speaks of them."""

import pytest

from payguard.iam.unresolved import AFTER_APPLY, MISSING
from sources.cloudformation.templates import as_json, fixture, gaps_of, read, roles, shown

ROLE = "{Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}%s}}"
UNREADABLE = 'a policy of "Agent" cannot be read'
NESTED = "NestedNestedStackNestedNestedStackResourceDEFDAA4D"
POLICY = "PolicyDocument: {Statement: [{Sid: %s}]}"


def sids(role_identity: object) -> list[str]:
    """Return the Sids that tell the policies of a role from each other."""
    return [one.value["Statement"][0]["Sid"] for one in role_identity]  # type: ignore[attr-defined]


ATTACHED: dict[str, str] = {
    "inline policy": f"""
      Agent: {ROLE % f", Policies: [{{PolicyName: x, {POLICY % 'S'}}}]"}""",
    "policy by reference": f"""
      Agent: {ROLE % ""}
      P: {{Type: AWS::IAM::Policy, Properties: {{Roles: [!Ref Agent], {POLICY % "S"}}}}}""",
    "policy by name": f"""
      Agent: {ROLE % ", RoleName: agent"}
      P: {{Type: AWS::IAM::Policy, Properties: {{Roles: [agent], {POLICY % "S"}}}}}""",
    "policy by a name of the same pieces": f"""
      Agent: {ROLE % ", RoleName: !Sub '${AWS::StackName}-agent'"}
      P:
        Type: AWS::IAM::Policy
        Properties: {{Roles: [!Join ["-", [!Ref AWS::StackName, agent]]], {POLICY % "S"}}}""",
    "role policy": f"""
      Agent: {ROLE % ""}
      P: {{Type: AWS::IAM::RolePolicy, Properties: {{RoleName: !Ref Agent, {POLICY % "S"}}}}}""",
    "managed policy that the role names": f"""
      Agent: {ROLE % ", ManagedPolicyArns: [!Ref P]"}
      P: {{Type: AWS::IAM::ManagedPolicy, Properties: {{{POLICY % "S"}}}}}""",
    "managed policy by its attribute": f"""
      Agent: {ROLE % ", ManagedPolicyArns: [!GetAtt P.PolicyArn]"}
      P: {{Type: AWS::IAM::ManagedPolicy, Properties: {{{POLICY % "S"}}}}}""",
    "managed policy that names the role": f"""
      Agent: {ROLE % ""}
      P: {{Type: AWS::IAM::ManagedPolicy, Properties: {{Roles: [!Ref Agent], {POLICY % "S"}}}}}""",
    "managed policy by an ARN of this account": f"""
      Agent: {ROLE % ", ManagedPolicyArns: [!Sub 'arn:aws:iam::${AWS::AccountId}:policy/pay/p']"}
      P:
        Type: AWS::IAM::ManagedPolicy
        Properties: {{ManagedPolicyName: p, Path: /pay/, {POLICY % "S"}}}""",
}


@pytest.mark.parametrize("name", ATTACHED)
def test_a_policy_is_attached_as(name: str) -> None:
    text = f"Resources:{ATTACHED[name]}"
    for found in (read(text), read(as_json(text))):
        (role,) = found.roles
        assert (role.address, sids(role.identity), role.gaps) == ("Agent", ["S"], ())
        assert any(role.identity[0] is document for document in found.documents)
        assert (found.errors, found.gaps) == ((), ())


def test_what_is_attached_twice_is_there_once() -> None:
    found = read(
        f"""
        Resources:
          Agent: {ROLE % ", ManagedPolicyArns: [!Ref P]"}
          P: {{Type: AWS::IAM::ManagedPolicy, Properties: {{Roles: [!Ref Agent], {POLICY % "S"}}}}}
        """
    )
    assert sids(found.roles[0].identity) == ["S"]


def test_a_role_is_described() -> None:
    found = read(
        f"""
        Parameters: {{Cost: {{Type: String}}}}
        Resources:
          Agent:
            Type: AWS::IAM::Role
            Properties:
              RoleName: agent
              Path: /pay/
              AssumeRolePolicyDocument: {{Statement: [{{Sid: T}}]}}
              ManagedPolicyArns:
                - arn:aws:iam::aws:policy/ReadOnlyAccess
                - !Sub arn:${{AWS::Partition}}:iam::aws:policy/job-function/Billing
                - arn:aws:iam::111122223333:policy/other
                - !ImportValue shared-policy
              PermissionsBoundary: !Ref Boundary
              Tags: [{{Key: team, Value: pay}}, {{Key: cost, Value: !Ref Cost}}]
          Boundary: {{Type: AWS::IAM::ManagedPolicy, Properties: {{{POLICY % "B"}}}}}
        """
    )
    (role,) = found.roles
    assert (role.name, shown(role.arn)) == (
        "agent",
        ("Agent.Arn", AFTER_APPLY, "arn:aws*:iam::????????????:role/pay/agent"),
    )
    assert role.trust is not None
    assert role.trust.policy_type == "trust"
    assert role.boundary is not None
    assert (sids([role.boundary]), role.boundary.policy_type) == (["B"], "boundary")
    assert role.managed == (
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:iam::aws:policy/job-function/Billing",
        "arn:aws:iam::111122223333:policy/other",
    )
    assert gaps_of(role) == [("Fn::ImportValue shared-policy", "identity")]
    assert shown(dict(role.tags)) == {"team": "pay", "cost": ("parameter Cost", MISSING, "*")}
    assert (role.location.span.line, role.location.span.column) == (4, 3)


@pytest.mark.parametrize(
    ("written", "boundary", "gaps"),
    [
        ("arn:aws:iam::111122223333:policy/b", "arn:aws:iam::111122223333:policy/b", []),
        ("!Ref AWS::NoValue", "", []),
        ("!ImportValue b", "", [("Fn::ImportValue b", "boundary")]),
    ],
)
def test_a_boundary_that_is_not_in_the_template(
    written: str, boundary: str, gaps: list[tuple[str, str]]
) -> None:
    (role,) = read(f"Resources: {{A: {ROLE % f', PermissionsBoundary: {written}'}}}").roles
    assert (role.boundary, role.boundary_arn, gaps_of(role)) == (None, boundary, gaps)


def test_a_managed_policy_that_is_only_a_boundary_is_listed_as_one() -> None:
    found = read(
        f"""
        Resources:
          A: {ROLE % ", PermissionsBoundary: !Ref P, ManagedPolicyArns: [!Ref Q]"}
          B: {ROLE % ", PermissionsBoundary: !Ref Q"}
          P: {{Type: AWS::IAM::ManagedPolicy, Properties: {{{POLICY % "P"}}}}}
          Q: {{Type: AWS::IAM::ManagedPolicy, Properties: {{{POLICY % "Q"}}}}}
        """
    )
    assert [(one.address, one.policy_type) for one in found.documents] == [
        ("A", "trust"),
        ("B", "trust"),
        ("P", "boundary"),
        ("Q", "identity"),
    ]


def test_a_policy_that_is_not_known_and_not_attached_is_a_gap() -> None:
    found = read(
        "Resources: {P: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: !ImportValue d}}}"
    )
    assert [(gap.unresolved.what, gap.location.address) for gap in found.gaps] == [
        ("Fn::ImportValue d", "P")
    ]


def test_users_have_the_policies_of_their_groups() -> None:
    found = read(
        f"""
        Resources:
          Staff:
            Type: AWS::IAM::Group
            Properties: {{GroupName: staff, Policies: [{{PolicyName: g, {POLICY % "G"}}}]}}
          OfGroup:
            Type: AWS::IAM::GroupPolicy
            Properties: {{GroupName: !Ref Staff, {POLICY % "H"}}}
          Alice:
            Type: AWS::IAM::User
            Properties: {{UserName: alice, Groups: [!Ref Staff, elsewhere]}}
          Bob: {{Type: AWS::IAM::User}}
          OfBob:
            Type: AWS::IAM::UserPolicy
            Properties: {{UserName: !Ref Bob, {POLICY % "B"}}}
          Joined:
            Type: AWS::IAM::UserToGroupAddition
            Properties: {{GroupName: staff, Users: [!Ref Bob]}}
          ForAll:
            Type: AWS::IAM::Policy
            Properties: {{Users: [alice], Groups: [!Ref Staff], {POLICY % "P"}}}
        """
    )
    known = roles(found)
    assert {address: (one.kind, sorted(sids(one.identity))) for address, one in known.items()} == {
        "Staff": ("group", ["G", "H", "P"]),
        "Alice": ("user", ["G", "H", "P"]),
        "Bob": ("user", ["B", "G", "H", "P"]),
    }
    assert gaps_of(known["Alice"]) == [("elsewhere", "identity")]


def test_a_role_that_is_only_named_is_there_with_a_gap() -> None:
    found = read(
        f"""
        Resources:
          P: {{Type: AWS::IAM::Policy, Properties: {{Roles: [existing], {POLICY % "S"}}}}}
          Q: {{Type: AWS::IAM::RolePolicy, Properties: {{RoleName: existing, {POLICY % "T"}}}}}
        """
    )
    (role,) = found.roles
    assert (role.name, sids(role.identity)) == ("existing", ["S", "T"])
    assert gaps_of(role) == [("the declaration of role existing", "")]


def test_a_policy_of_a_role_whose_name_is_not_known_is_a_gap() -> None:
    found = read(
        f"""
        Parameters: {{Name: {{Type: String}}}}
        Resources:
          P: {{Type: AWS::IAM::Policy, Properties: {{Roles: [!Ref Name], {POLICY % "S"}}}}}
        """
    )
    assert found.roles == ()
    assert len(found.documents) == 1
    assert [(gap.unresolved.what, gap.part) for gap in found.gaps] == [
        ("parameter Name", "identity")
    ]


UNKNOWN: dict[str, tuple[str, tuple[str, str]]] = {
    "a policy that is not known": (
        "{PolicyName: x, PolicyDocument: !ImportValue doc}",
        ("Fn::ImportValue doc", "identity"),
    ),
    "a policy that a macro completes": (
        "{PolicyName: x, PolicyDocument: {Statement: [], Fn::Transform: {Name: M}}}",
        ("Fn::Transform", "identity"),
    ),
    "a policy of a secret": (
        "{PolicyName: x, PolicyDocument: '{{resolve:secretsmanager:s}}'}",
        ("{{resolve:secretsmanager:s}}", "identity"),
    ),
    "policies that are not known": ("!ImportValue list", ("Fn::ImportValue list", "identity")),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_of_a_role_is_a_gap(name: str) -> None:
    written, gap = UNKNOWN[name]
    found = read(f"Resources: {{A: {ROLE % f', Policies: [{written}]'}}}")
    (role,) = found.roles
    assert (role.identity, gaps_of(role), found.errors) == ((), [gap], ())


def test_a_role_without_a_trust_policy_has_a_gap() -> None:
    (role,) = read("Resources: {A: {Type: AWS::IAM::Role}}").roles
    assert gaps_of(role) == [("AssumeRolePolicyDocument of A", "trust")]


def test_policies_may_be_json_text() -> None:
    found = read(
        """
        Resources:
          Agent:
            Type: AWS::IAM::Role
            Properties:
              AssumeRolePolicyDocument: !ToJsonString {Statement: [{Sid: T, Resource: !Ref AWS::Region}]}
              Policies:
                - PolicyName: literal
                  PolicyDocument: '{"Statement": [{"Sid": "L"}]}'
                - PolicyName: substituted
                  PolicyDocument: !Sub '{"Statement": [{"Sid": "${!aws:x}"}]}'
                - PolicyName: unknown
                  PolicyDocument: !Sub '{"Statement": [{"Sid": "${AWS::Region}"}]}'
                - PolicyName: broken
                  PolicyDocument: '{"Statement": ['
                - PolicyName: list
                  PolicyDocument: '[]'
        """
    )
    (role,) = found.roles
    assert role.trust is not None
    assert shown(role.trust.value["Statement"][0]["Resource"]) == ("AWS::Region", AFTER_APPLY, "*")
    assert sids(role.identity) == ["L", "${aws:x}"]
    assert [document.text for document in role.identity] == [
        '{"Statement": [{"Sid": "L"}]}',
        '{"Statement": [{"Sid": "${aws:x}"}]}',
    ]
    assert gaps_of(role) == [
        ("AWS::Region", "identity"),
        ("a policy of Agent that cannot be read", "identity"),
        ("a policy of Agent that cannot be read", "identity"),
    ]
    assert [(error.message, error.line) for error in found.errors] == [
        (
            f"{UNREADABLE}: not JSON: expecting value (line 1, column 16 of the text)",
            15,
        ),
        (f"{UNREADABLE}: its text is no JSON object", 17),
    ]


def test_policies_of_other_resources_are_read() -> None:
    found = read(
        """
        Resources:
          Key:
            Type: AWS::KMS::Key
            Properties: {KeyPolicy: {Statement: [{Sid: K, Effect: Allow}]}}
          Set:
            Type: AWS::SSO::PermissionSet
            Properties: {InlinePolicy: '{"Statement": [{"Sid": "I"}]}'}
          Endpoint:
            Type: AWS::EC2::VPCEndpoint
            Properties: {PolicyDocument: {Statement: [{Sid: E}]}}
          Bus:
            Type: AWS::Events::EventBus
            Properties: {Deep: [{Policy: {Statement: [!If [C, {Sid: B, Effect: Allow}, x]]}}]}
          Firewall:
            Type: AWS::WAFv2::WebACL
            Properties: {Rules: [{Statement: {GeoMatchStatement: {CountryCodes: [US]}}}]}
          Things:
            Type: AWS::IoT::Policy
            Properties: {PolicyDocument: {Statement: [{Sid: T, Effect: Allow}]}}
          Lost:
            Type: AWS::IAM::Role
            Properties:
              AssumeRolePolicyDocument: {Statement: [{Sid: A}]}
              Policy: {Statement: [{Sid: L, Effect: Allow}]}
        Conditions: {C: !Equals [!Ref AWS::Region, x]}
        """
    )
    assert [
        (one.address, one.policy_type, shown(one.value["Statement"])) for one in found.documents
    ] == [
        ("Key", "resource", [{"Sid": "K", "Effect": "Allow"}]),
        ("Set", "identity", [{"Sid": "I"}]),
        ("Endpoint", "vpc-endpoint", [{"Sid": "E"}]),
        ("Bus", "", [{"Sid": "B", "Effect": "Allow"}]),
        ("Bus", "", ["x"]),
        ("Lost", "trust", [{"Sid": "A"}]),
        ("Lost", "", [{"Sid": "L", "Effect": "Allow"}]),
    ]


def test_a_stack_of_cdk() -> None:
    found = fixture("cdk-four-roles.template.json")
    known = roles(found)
    assert {address: [one.address for one in role.identity] for address, role in known.items()} == {
        "Retrieval6B830DDC": [],
        "Management360EA51E": ["ManagementDefaultPolicy9B1FEDC8"],
        "ExecutionB02F1F83": ["ExecutionDefaultPolicyCC543D08"],
    }
    assert (found.errors, found.gaps) == ((), ())
    assert all(not role.gaps for role in found.roles)
    (manager,) = found.resources
    assert manager.role_arn == known["Retrieval6B830DDC"].arn
    source = known["Retrieval6B830DDC"].trust
    assert source is not None
    assert shown(source.value["Statement"][0]["Condition"]["ArnLike"]["aws:SourceArn"]) == (
        "AWS::Partition, AWS::Region, AWS::AccountId",
        AFTER_APPLY,
        "arn:aws*:bedrock-agentcore:*:????????????:payment-manager/shopassistant-*",
    )


def test_a_stack_of_cdk_with_conditions() -> None:
    found = fixture("cdk-conditions.template.json")
    seen = {
        role.address: (
            [one.address for one in role.identity],
            list(role.managed),
            role.boundary.address if role.boundary else "",
            gaps_of(role),
        )
        for role in found.roles
    }
    execution, agent = "ExecutionB02F1F83", "Agent255F68E9"
    of_execution, of_admins = ["ExecutionDefaultPolicyCC543D08"], ["AdminsDefaultPolicy03950D6B"]
    lambda_ = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    assert seen == {
        "Retrieval6B830DDC": ([], [], "", []),
        "Management360EA51E": (
            ["ManagementDefaultPolicy9B1FEDC8"],
            ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
            "BoundaryEA298153",
            [],
        ),
        f"{execution} (not HasBoundary)": (of_execution, [], "", []),
        f"{execution} (HasBoundary)": (
            of_execution,
            [],
            "",
            [("parameter BoundaryArn", "boundary")],
        ),
        f"{agent} (IsProd)": ([agent, "ProdOnly4AB947AA"], [], "", []),
        f"{agent} (not IsProd)": ([agent], [], "", []),
        "Admins8B360DEA": (of_admins, [], "", []),
        "AliceD4D33764": (of_admins, [], "", []),
        "existing-role": (
            ["ImpPolicy7A6E815A"],
            [],
            "",
            [("the declaration of role existing-role", "")],
        ),
        "FnServiceRoleB9001A96": (["FnServiceRoleDefaultPolicyC6A839BF"], [lambda_], "", []),
    }
    assert [gap.unresolved.what for gap in found.gaps] == [
        f"the resources of {NESTED} (AWS::CloudFormation::Stack)"
    ]
    assert found.errors == ()
