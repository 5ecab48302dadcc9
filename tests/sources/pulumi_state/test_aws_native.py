"""aws-native: documents as objects, of which single values can be unknown."""

from typing import Any

import pytest

from payguard.iam.document import IDENTITY
from payguard.iam.unresolved import AFTER_APPLY, SECRET, Unresolved
from sources.pulumi_state.stacks import (
    ACCOUNT,
    CIPHER,
    MANAGER,
    PLAIN,
    UNKNOWN,
    actions,
    allow,
    export,
    gaps,
    only,
    preview,
    read,
    shown,
    state,
    step,
    urn,
)

ROLE = "aws-native:iam:Role"
MANAGED = "aws-native:iam:ManagedPolicy"


def document(action: Any, resource: Any = "*") -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


def role(name: str, **inputs: Any) -> dict[str, Any]:
    trust = document("sts:AssumeRole")
    return state(ROLE, name, {"roleName": name, "assumeRolePolicyDocument": trust, **inputs})


def created(*states: Any) -> Any:
    return read(preview(*(step("create", each) for each in states)))


def test_a_role_with_everything_in_it() -> None:
    mine = role(
        "a",
        policies=[
            {"policyName": "one", "policyDocument": document("One")},
            {"policyName": "two", "policyDocument": allow("Two")},
            {"policyName": "three", "policyDocument": UNKNOWN},
        ],
        managedPolicyArns=["arn:aws:iam::aws:policy/ViewOnlyAccess"],
        permissionsBoundary=f"{ACCOUNT}:policy/edge",
        tags=[{"key": "team", "value": "shop"}, {"key": "pin", "value": CIPHER}, UNKNOWN],
    )
    found = only(created(mine))
    assert (found.name, found.address) == ("a", urn(ROLE, "a"))
    assert shown(found.arn) == "arn:aws*:iam::*:role/a (known after apply)"
    assert actions(found.identity) == ["One", "Two"]
    assert found.managed == ("arn:aws:iam::aws:policy/ViewOnlyAccess",)
    assert found.boundary_arn == f"{ACCOUNT}:policy/edge"
    assert {key: shown(text) for key, text in found.tags.items()} == {
        "team": "shop",
        "pin": "* (secret)",
    }
    assert gaps(found.gaps) == [
        (f"policies of {ROLE} a", AFTER_APPLY, IDENTITY),
        (f"tags of {ROLE} a", AFTER_APPLY, ""),
    ]
    assert found.trust is not None
    assert found.trust.text == ""


def test_values_of_a_document_that_are_unknown_or_secret_are_marked() -> None:
    sources = [urn(MANAGER, "m")]
    shop = "arn:aws:bedrock-agentcore:us-west-2:*:payment-manager/shop-a1b2c3d4e5"
    inputs = {
        "roleName": "a",
        "policyName": "x",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["bedrock-agentcore:ProcessPayment"],
                    "Resource": [UNKNOWN, shop, CIPHER],
                    "Condition": {"StringEquals": {"aws:PrincipalTag/a": PLAIN}},
                },
                UNKNOWN,
            ],
        },
    }
    kind = "aws-native:iam:RolePolicy"
    inline = state(kind, "x", inputs, made_from={"policyDocument": sources})
    (found,) = only(created(role("a"), inline)).identity
    what = f"policyDocument of {kind} x, from {MANAGER} m"
    unknown, secret = Unresolved(what, AFTER_APPLY, "*"), Unresolved(what, SECRET, "*")
    assert dict(found.unresolved) == {
        "/Statement/0/Resource/0": unknown,
        "/Statement/0/Resource/2": secret,
        "/Statement/0/Condition/StringEquals/aws:PrincipalTag~1a": secret,
        "/Statement/1": unknown,
    }
    assert found.value["Statement"][0]["Resource"] == [unknown, shop, secret]
    assert found.value["Statement"][1] == unknown
    assert "HUSH" not in repr(found)


def test_statements_that_are_unknown_as_a_whole_are_marked() -> None:
    mine = role("a", policies=[{"policyName": "x", "policyDocument": {"Statement": UNKNOWN}}])
    (found,) = only(created(mine)).identity
    assert [at for at, _ in found.unresolved] == ["/Statement"]


def test_a_managed_policy_is_attached_from_its_own_side() -> None:
    arn = f"{ACCOUNT}:policy/p"
    inputs = {"policyDocument": document("Pay"), "roles": ["a", UNKNOWN], "groups": ["g"]}
    policy = state(MANAGED, "p", inputs, made_from={"roles": [urn(ROLE, "b")]})
    policy["outputs"] = {"policyArn": arn}
    group = state("aws-native:iam:Group", "g", {"groupName": "g"})
    user = state("aws-native:iam:User", "u", {"userName": "u", "groups": ["g"]})
    found = created(role("a"), role("b"), group, user, policy)
    assert [actions(each.identity) for each in found.roles] == [["Pay"]] * 4
    assert [each.kind for each in found.roles] == ["role", "role", "group", "user"]
    assert found.gaps == ()


@pytest.mark.parametrize(
    ("kind", "member", "principal"),
    [
        ("RolePolicy", "roleName", "Role"),
        ("UserPolicy", "userName", "User"),
        ("GroupPolicy", "groupName", "Group"),
    ],
)
def test_inline_policies_declared_apart_are_joined(kind: str, member: str, principal: str) -> None:
    inputs = {member: "a", "policyName": "x", "policyDocument": document("One")}
    own = state(f"aws-native:iam:{principal}", "a", {member: "a"})
    own["inputs"]["assumeRolePolicyDocument"] = document("sts:AssumeRole")
    found = created(own, state(f"aws-native:iam:{kind}", "x", inputs))
    assert actions(only(found).identity) == ["One"]


def test_a_policy_of_several_is_an_inline_policy_of_each() -> None:
    inputs = {"policyDocument": document("One"), "roles": ["a"], "users": ["u"]}
    user = state("aws-native:iam:User", "u", {"userName": "u"})
    found = created(role("a"), user, state("aws-native:iam:Policy", "x", inputs))
    assert [actions(each.identity) for each in found.roles] == [["One"], ["One"]]


def test_memberships_declared_apart_are_joined() -> None:
    inputs = {"groupName": "g", "users": ["u"]}
    group = state("aws-native:iam:Group", "g", {"groupName": "g"})
    group["inputs"]["policies"] = [{"policyName": "x", "policyDocument": document("One")}]
    user = state("aws-native:iam:User", "u", {"userName": "u"})
    found = created(group, user, state("aws-native:iam:UserToGroupAddition", "m", inputs))
    assert [actions(each.identity) for each in found.roles] == [["One"], ["One"]]


def test_names_and_arns_of_an_export_come_from_the_outputs() -> None:
    mine = role("a")
    del mine["inputs"]["roleName"]
    mine |= {"id": "a-123", "outputs": {"arn": f"{ACCOUNT}:role/a-123", "roleName": "a-123"}}
    found = only(read(export(mine)))
    assert (found.name, found.arn) == ("a-123", f"{ACCOUNT}:role/a-123")
