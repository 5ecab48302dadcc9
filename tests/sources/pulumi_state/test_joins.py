"""Who has which policy: by what a property was made from, by ARN, by name, never by a guess."""

from typing import Any

import pytest

from payguard.iam.document import BOUNDARY, IDENTITY
from payguard.iam.unresolved import AFTER_APPLY, MISSING, SECRET
from payguard.infrastructure import Infrastructure, Role
from payguard.sources.pulumi_state.shape import STACKS
from sources.pulumi_state.stacks import (
    ACCOUNT,
    ATTACHMENT,
    CIPHER,
    GROUP,
    POLICY,
    ROLE,
    ROLE_POLICY,
    TRUSTED,
    UNKNOWN,
    USER,
    actions,
    allow,
    export,
    gaps,
    only,
    preview,
    read,
    role,
    shown,
    state,
    step,
    urn,
)


def created(*states: Any) -> Infrastructure:
    """A preview that creates these resources."""
    return read(preview(*(step("create", each) for each in states)))


def policy(name: str, action: str, **more: Any) -> dict[str, Any]:
    return state(POLICY, name, {"name": name, "policy": allow(action)}, **more)


def attachment(name: str, to: Any, policy_arn: Any, **made_from: Any) -> dict[str, Any]:
    inputs = {"role": to, "policyArn": policy_arn}
    return state(ATTACHMENT, name, inputs, made_from=made_from)


def roles(found: Infrastructure) -> dict[str, Role]:
    return {shown(each.name): each for each in found.roles}


def test_an_unknown_policy_is_the_one_that_its_arn_was_made_from() -> None:
    found = created(
        role("a"),
        policy("pay", "ProcessPayment"),
        policy("list", "ListPaymentSessions"),
        attachment("x", "a", UNKNOWN, policyArn=[urn(POLICY, "pay")]),
    )
    assert actions(only(found).identity) == ["ProcessPayment"]
    assert only(found).gaps == ()


def test_an_unknown_role_is_the_one_that_its_name_was_made_from() -> None:
    made_from = {"role": [urn(ROLE, "b")]}
    inline = state(ROLE_POLICY, "x", {"role": UNKNOWN, "policy": allow("A")}, made_from=made_from)
    found = created(role("a"), role("b"), inline)
    assert [actions(each.identity) for each in found.roles] == [[], ["A"]]
    assert found.gaps == ()


def test_what_else_a_value_was_made_from_does_not_matter() -> None:
    made_from = {"role": [urn("random:index/randomId:RandomId", "r"), urn(ROLE, "a")]}
    inline = state(ROLE_POLICY, "x", {"role": UNKNOWN, "policy": allow("A")}, made_from=made_from)
    assert actions(only(created(role("a"), inline)).identity) == ["A"]


def test_where_only_the_resource_says_what_it_was_made_from_that_is_used() -> None:
    inline = state(ROLE_POLICY, "x", {"role": UNKNOWN, "policy": allow("A")})
    del inline["propertyDependencies"]
    inline["dependencies"] = [urn(POLICY, "p"), urn(ROLE, "a")]
    assert actions(only(created(role("a"), inline)).identity) == ["A"]


def test_one_of_two_roles_may_have_a_policy_so_both_have_a_gap() -> None:
    made_from = {"role": [urn(ROLE, "a"), urn(ROLE, "b")]}
    inline = state(ROLE_POLICY, "x", {"role": UNKNOWN, "policy": allow("A")}, made_from=made_from)
    found = created(role("a"), role("b"), role("c"), inline)
    what = f"role of {ROLE_POLICY} x, from {ROLE} a, {ROLE} b"
    expected = [(what, AFTER_APPLY, IDENTITY)]
    assert [gaps(each.gaps) for each in found.roles] == [expected, expected, []]
    assert [each.identity for each in found.roles] == [(), (), ()]
    assert gaps(found.gaps) == expected
    assert "A" in actions(found.documents[-1:])


def test_the_parent_of_a_policy_whose_role_is_unknown_has_a_gap_but_not_the_policy() -> None:
    inline = state(ROLE_POLICY, "x", {"role": UNKNOWN, "policy": allow("A")})
    inline["parent"] = urn(ROLE, "b")
    found = created(role("a"), role("b"), inline)
    expected = [(f"role of {ROLE_POLICY} x", AFTER_APPLY, IDENTITY)]
    assert [gaps(each.gaps) for each in found.roles] == [[], expected]
    assert [each.identity for each in found.roles] == [(), ()]
    assert gaps(found.gaps) == expected


def test_a_role_that_the_file_does_not_show_is_not_made_up() -> None:
    made_from = {"role": [urn(ROLE, "elsewhere")]}
    inline = state(ROLE_POLICY, "x", {"role": UNKNOWN, "policy": allow("A")}, made_from=made_from)
    found = created(inline)
    assert found.roles == ()
    what = f"role of {ROLE_POLICY} x, from {ROLE} elsewhere"
    assert gaps(found.gaps) == [(what, AFTER_APPLY, IDENTITY)]


def test_a_role_known_by_its_name_only_is_there_with_a_gap() -> None:
    found = created(state(ROLE_POLICY, "x", {"role": "lambda", "policy": allow("A")}))
    outside = only(found)
    assert outside.name == "lambda"
    assert gaps(outside.gaps) == [("the declaration of role lambda", MISSING, "")]
    assert actions(outside.identity) == ["A"]


def test_policies_are_joined_by_arn() -> None:
    arn = f"{ACCOUNT}:policy/pay"
    found = read(
        export(
            role("a"),
            policy("pay", "ProcessPayment", id=arn, outputs={"arn": arn}),
            attachment("x", "a", arn),
            attachment("y", "a", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        )
    )
    assert actions(only(found).identity) == ["ProcessPayment"]
    assert only(found).managed == ("arn:aws:iam::aws:policy/ReadOnlyAccess",)


def test_a_policy_s_id_is_its_arn() -> None:
    arn = f"{ACCOUNT}:policy/pay"
    found = read(export(role("a"), policy("pay", "Pay", id=arn), attachment("x", "a", arn)))
    assert actions(only(found).identity) == ["Pay"]


@pytest.mark.parametrize(
    ("arn", "attached"),
    [
        (f"{ACCOUNT}:policy/team/pay", True),
        (f"{ACCOUNT}:policy/pay", False),
        ("arn:aws:iam::aws:policy/team/pay", False),
    ],
)
def test_an_arn_written_out_names_a_policy_that_is_not_there_yet(arn: str, attached: bool) -> None:
    pay = policy("pay", "Pay")
    pay["inputs"]["path"] = "/team/"
    found = only(created(role("a"), pay, attachment("x", "a", arn)))
    assert actions(found.identity) == (["Pay"] if attached else [])
    assert found.managed == (() if attached else (arn,))


def namesakes(provider: str, **made_from: Any) -> dict[str, Any]:
    found = state(ROLE_POLICY, "x", {"role": "agent", "policy": allow("A")}, made_from=made_from)
    return {**found, "provider": provider}


@pytest.mark.parametrize(
    ("inline", "expected"),
    [
        (namesakes("two"), [[], ["A"]]),
        (namesakes("one"), [["A"], []]),
        (namesakes("three", role=[urn(ROLE, "b")]), [[], ["A"]]),
    ],
    ids=["the provider's", "the other provider's", "the one it was made from"],
)
def test_of_two_roles_of_one_name_in_two_accounts_the_right_one_is_meant(
    inline: Any, expected: Any
) -> None:
    one = role("a", provider="one", inputs={"name": "agent"})
    two = role("b", provider="two", inputs={"name": "agent"})
    found = read(export(one, two, inline))
    assert [actions(each.identity) for each in found.roles] == expected
    assert found.gaps == ()


def test_of_two_roles_of_one_name_none_is_guessed() -> None:
    one, two = (role(name, inputs={"name": "agent"}) for name in "ab")
    found = read(export(one, two, namesakes("three")))
    expected = [("role agent, of which there are several", MISSING, IDENTITY)]
    assert [gaps(each.gaps) for each in found.roles] == [expected, expected]
    assert gaps(found.gaps) == expected


def test_a_provider_does_not_matter_where_the_name_is_unique() -> None:
    inline = state(ROLE_POLICY, "x", {"role": "a", "policy": allow("A")}, provider="east")
    assert actions(only(read(export(role("a", provider="west"), inline))).identity) == ["A"]


def test_the_id_of_a_role_is_its_name() -> None:
    unnamed = state(ROLE, "r", {"assumeRolePolicy": TRUSTED}, id="r-1234567")
    inline = state(ROLE_POLICY, "x", {"role": "r-1234567", "policy": allow("A")})
    found = only(read(export(unnamed, inline)))
    assert (found.name, actions(found.identity)) == ("r-1234567", ["A"])


def test_a_name_made_from_a_prefix_is_unknown_but_for_the_prefix() -> None:
    found = only(created(state(ROLE, "r", {"assumeRolePolicy": TRUSTED, "namePrefix": "pay-"})))
    assert shown(found.name) == "pay-* (known after apply)"
    assert shown(found.arn) == "arn:aws*:iam::*:role/pay-* (known after apply)"


def test_a_secret_name_is_not_told() -> None:
    hidden = role("r", inputs={"name": CIPHER}, id="HUSH", outputs={"arn": CIPHER, "name": CIPHER})
    found = read(export(hidden))
    assert shown(only(found).name) == "* (secret)"
    assert shown(only(found).arn) == "arn:aws*:iam::*:role/* (secret)"
    assert "HUSH" not in repr(found)


def test_a_list_of_which_one_is_unknown_is_completed_by_what_it_was_made_from() -> None:
    everybody = state(
        "aws:iam/policyAttachment:PolicyAttachment",
        "x",
        {"policyArn": UNKNOWN, "roles": ["a", UNKNOWN], "users": ["u"]},
        made_from={
            "policyArn": [urn(POLICY, "pay")],
            "roles": [urn(ROLE, "a"), urn(ROLE, "b")],
            "users": [urn(USER, "u")],
        },
    )
    user = state(USER, "u", {"name": "u"})
    found = created(role("a"), role("b"), user, policy("pay", "Pay"), everybody)
    assert [actions(each.identity) for each in found.roles] == [["Pay"]] * 3
    assert found.gaps == ()


def test_a_list_that_is_unknown_as_a_whole_leaves_all_that_may_be_in_it_undecided() -> None:
    everybody = state(
        "aws:iam/policyAttachment:PolicyAttachment",
        "x",
        {"policyArn": f"{ACCOUNT}:policy/p", "roles": UNKNOWN},
        made_from={"roles": [urn(ROLE, "a"), urn(ROLE, "b")]},
    )
    found = created(role("a"), role("b"), role("c"), everybody)
    assert [len(each.gaps) for each in found.roles] == [1, 1, 0]
    assert len(found.gaps) == 1


def test_managed_policies_and_the_boundary_of_a_role_are_joined() -> None:
    arn = f"{ACCOUNT}:policy/pay"
    inputs = {
        "managedPolicyArns": [UNKNOWN, "arn:aws:iam::aws:policy/ViewOnlyAccess"],
        "permissionsBoundary": UNKNOWN,
        "inlinePolicies": [
            {"__defaults": [], "name": "one", "policy": allow("One")},
            {"name": "two", "policy": UNKNOWN},
            {"name": "three", "policy": CIPHER},
            {"__defaults": []},
        ],
        "tags": {"team": "shop", "owner": UNKNOWN, "pin": CIPHER},
        "tagsAll": {"env": "dev", "team": "shop", "owner": UNKNOWN, "pin": CIPHER},
    }
    made_from = {
        "managedPolicyArns": [urn(POLICY, "pay")],
        "permissionsBoundary": [urn(POLICY, "edge")],
    }
    one = role("a", inputs=inputs, made_from=made_from)
    one["propertyDependencies"] |= made_from
    pay = policy("pay", "Pay", outputs={"arn": arn})
    found = created(one, pay, policy("edge", "Edge"))
    mine = only(found)
    assert actions(mine.identity) == ["One", "Pay"]
    assert mine.managed == ("arn:aws:iam::aws:policy/ViewOnlyAccess",)
    assert mine.boundary is not None
    assert (actions([mine.boundary]), mine.boundary.policy_type) == (["Edge"], BOUNDARY)
    what = f"inlinePolicies of {ROLE} a"
    assert [(each[1], each[2]) for each in gaps(mine.gaps)] == [
        (AFTER_APPLY, IDENTITY),
        (SECRET, IDENTITY),
    ]
    assert {each[0] for each in gaps(mine.gaps)} == {what}
    assert {key: shown(text) for key, text in mine.tags.items()} == {
        "env": "dev",
        "team": "shop",
        "owner": "* (known after apply)",
        "pin": "* (secret)",
    }


def test_a_boundary_elsewhere_is_named_by_its_arn() -> None:
    arn = f"{ACCOUNT}:policy/edge"
    mine = only(created(role("a", inputs={"permissionsBoundary": arn})))
    assert (mine.boundary, mine.boundary_arn, mine.gaps) == (None, arn, ())


def test_an_empty_boundary_is_none() -> None:
    mine = only(created(role("a", inputs={"permissionsBoundary": ""})))
    assert (mine.boundary, mine.boundary_arn, mine.gaps) == (None, "", ())


def test_users_have_what_their_groups_have() -> None:
    group = state(GROUP, "g", {"name": "payers"})
    inline = state(
        "aws:iam/groupPolicy:GroupPolicy", "gp", {"group": "payers", "policy": allow("Group")}
    )
    own = state("aws:iam/userPolicy:UserPolicy", "up", {"user": "ann", "policy": allow("Own")})
    users = [state(USER, name, {"name": name}) for name in ("ann", "bob", "eve")]
    members = state(
        "aws:iam/groupMembership:GroupMembership", "m", {"group": "payers", "users": ["ann"]}
    )
    joins = state(
        "aws:iam/userGroupMembership:UserGroupMembership",
        "j",
        {"user": UNKNOWN, "groups": [UNKNOWN]},
        made_from={"user": [urn(USER, "bob")], "groups": [urn(GROUP, "g")]},
    )
    attached = state(
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
        "ua",
        {"user": "eve", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    )
    found = created(group, inline, own, *users, members, joins, attached)
    assert {name: actions(each.identity) for name, each in roles(found).items()} == {
        "payers": ["Group"],
        "ann": ["Own", "Group"],
        "bob": ["Group"],
        "eve": [],
    }
    assert [each.kind for each in found.roles] == ["group", "user", "user", "user"]
    assert roles(found)["eve"].managed == ("arn:aws:iam::aws:policy/AdministratorAccess",)
    assert found.gaps == ()


def test_a_member_that_is_unknown_is_told() -> None:
    members = state(
        "aws:iam/groupMembership:GroupMembership", "m", {"group": "payers", "users": [UNKNOWN]}
    )
    found = created(members)
    what = "users of aws:iam/groupMembership:GroupMembership m"
    assert gaps(found.gaps) == [(what, AFTER_APPLY, IDENTITY)]


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("RolePolicyAttachmentsExclusive", {"roleName": "a"}),
        ("UserPolicyAttachmentsExclusive", {"userName": "a"}),
        ("GroupPolicyAttachmentsExclusive", {"groupName": "a"}),
    ],
)
def test_exclusive_lists_attach_what_is_in_them(kind: str, inputs: dict[str, Any]) -> None:
    token = f"aws:iam/{kind[0].lower()}{kind[1:]}:{kind}"
    listed = [f"{ACCOUNT}:policy/p", f"{ACCOUNT}:policy/q"]
    found = created(state(token, "x", {**inputs, "policyArns": listed}))
    assert only(found).managed == tuple(listed)
    assert only(created(role("a"), state(token, "x", {**inputs, "policyArns": []}))).managed == ()


def test_a_policy_that_nobody_has_and_that_is_unknown_is_told_all_the_same() -> None:
    lonely = state(POLICY, "p", {"name": "p", "policy": UNKNOWN})
    expected = [(f"policy of {POLICY} p", AFTER_APPLY, IDENTITY)]
    assert gaps(created(lonely).gaps) == expected
    attached = created(
        role("a"), lonely, attachment("x", "a", UNKNOWN, policyArn=[urn(POLICY, "p")])
    )
    assert (gaps(only(attached).gaps), attached.gaps) == (expected, ())


@pytest.mark.parametrize(
    ("value", "why"), [(UNKNOWN, AFTER_APPLY), (CIPHER, SECRET), ("[secret]", SECRET)]
)
def test_a_trust_policy_that_is_unknown_or_secret_is_a_gap(value: Any, why: str) -> None:
    mine = only(created(role("a", inputs={"assumeRolePolicy": value})))
    assert mine.trust is None
    assert gaps(mine.gaps) == [(f"assumeRolePolicy of {ROLE} a", why, "trust")]


def test_a_piece_of_a_document_that_is_secret_leaves_the_rest_known() -> None:
    text = allow("A").replace('"*"', '"arn:aws:s3:::[secret]/x"')
    inline = state(ROLE_POLICY, "x", {"role": "a", "policy": text})
    (document,) = only(created(role("a"), inline)).identity
    ((at, unresolved),) = document.unresolved
    assert at == "/Statement/0/Resource"
    assert shown(unresolved) == "arn:aws:s3:::*/x (secret)"
    assert document.value["Statement"][0]["Resource"] == unresolved
    assert document.value["Statement"][0]["Action"] == "bedrock-agentcore:A"
    assert document.text == ""


def test_an_object_with_a_secret_key_is_unknown_as_a_whole() -> None:
    statement = '"Condition": {"StringEquals": {"[secret]:sub": "x"}}, "Effect"'
    text = allow("A").replace('"Effect"', statement)
    inline = state(ROLE_POLICY, "x", {"role": "a", "policy": text})
    (document,) = only(created(role("a"), inline)).identity
    ((at, unresolved),) = document.unresolved
    assert (at, shown(unresolved)) == ("/Statement/0/Condition/StringEquals", "* (secret)")


DOCUMENTS = [
    ("aws:s3/bucketPolicy:BucketPolicy", "policy", "resource"),
    ("aws:kms/key:Key", "policy", "resource"),
    ("aws:secretsmanager/secretPolicy:SecretPolicy", "policy", "resource"),
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "policy", "vpc-endpoint"),
    ("aws:organizations/policy:Policy", "content", "scp"),
    (
        "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
        "inlinePolicy",
        "identity",
    ),
]


@pytest.mark.parametrize(("kind", "name", "part"), DOCUMENTS, ids=str)
def test_documents_of_other_resources_are_there_with_their_type(
    kind: str, name: str, part: str
) -> None:
    found = created(state(kind, "x", {name: allow("A")}))
    assert [each.policy_type for each in found.documents] == [part]
    assert found.documents[0].address == urn(kind, "x")
    unknown = created(state(kind, "x", {name: UNKNOWN}))
    assert gaps(unknown.gaps) == [(f"{name} of {kind} x", AFTER_APPLY, part)]
    nothing = created(state(kind, "x", {}), state(kind, "y", {name: ""}))
    assert (nothing.documents, nothing.gaps, nothing.errors) == ((), (), ())


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("SERVICE_CONTROL_POLICY", ["scp"]),
        ("RESOURCE_CONTROL_POLICY", ["rcp"]),
        ("TAG_POLICY", []),
    ],
)
def test_policies_of_organizations_are_told_apart(kind: str, parts: list[str]) -> None:
    type_ = "aws:organizations/policy:Policy"
    found = created(state(type_, "x", {"type": kind, "content": allow("A")}))
    assert [each.policy_type for each in found.documents] == parts


@pytest.mark.parametrize("value", [UNKNOWN, [UNKNOWN]], ids=["the list", "one of it"])
def test_inline_policies_that_are_unknown_are_a_gap(value: Any) -> None:
    mine = only(created(role("a", inputs={"inlinePolicies": value})))
    assert gaps(mine.gaps) == [(f"inlinePolicies of {ROLE} a", AFTER_APPLY, IDENTITY)]


@pytest.mark.parametrize(("value", "why"), [(UNKNOWN, AFTER_APPLY), (CIPHER, SECRET)])
def test_tags_that_are_unknown_as_a_whole_are_a_gap(value: Any, why: str) -> None:
    mine = only(created(role("a", inputs={"tags": value})))
    assert (mine.tags, gaps(mine.gaps)) == ({}, [(f"tags of {ROLE} a", why, "")])


def test_a_path_is_part_of_the_arn_known_or_not() -> None:
    for path, pattern in (("/team/", "/team/a"), (UNKNOWN, "*a")):
        mine = only(created(role("a", inputs={"path": path})))
        assert shown(mine.arn) == f"arn:aws*:iam::*:role{pattern} (known after apply)"


def test_one_role_in_each_of_many_accounts_is_told_by_its_provider() -> None:
    many = [role(f"r{index}", provider=str(index), inputs={"name": "agent"}) for index in range(20)]
    found = read(export(*many, namesakes("3")))
    assert [bool(each.identity) for each in found.roles] == [index == 3 for index in range(20)]
    assert found.gaps == ()


def test_one_resource_twice_is_read_twice() -> None:
    policies = [{"policyName": "x", "policyDocument": {"Statement": UNKNOWN}}]
    own = {"roleName": "a", "assumeRolePolicyDocument": {}, "policies": policies}
    one = state("aws-native:iam:Role", "a", own)
    found = created(one)
    assert len(read(export(one, one)).roles) == 2
    assert [at for at, _ in only(found).identity[0].unresolved] == ["/Statement"]


@pytest.mark.parametrize("kind", sorted(STACKS))
def test_what_a_stack_of_cloudformation_makes_is_a_gap(kind: str) -> None:
    found = read(export(state(kind, "s", {"templateBody": "{}"})))
    assert gaps(found.gaps) == [(f"the resources of {kind} s", "not in the input", "")]
    assert found.gaps[0].location.span.line > 0
