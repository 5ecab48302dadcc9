"""IAM decides on every call, and denies in AWS's words."""

import json
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from emulated import (
    EXTERNAL_ID,
    USER,
    allow,
    assume,
    create_role,
    deny,
    document,
    error,
    session,
    trust,
)
from payguard.emulator import Emulator

LISTS = ("bedrock-agentcore:ListPaymentInstruments", "bedrock-agentcore:ListPaymentSessions")


def test_what_the_policy_allows_is_answered(emulator: Emulator, manager: str) -> None:
    client = session(emulator, "Viewer", allow(LISTS, manager))
    sessions = client.list_payment_sessions(paymentManagerArn=manager, userId=USER)
    instruments = client.list_payment_instruments(paymentManagerArn=manager, userId=USER)
    assert sessions["paymentSessions"] == []
    assert instruments["paymentInstruments"] == []


def test_a_missing_action_is_denied_with_principal_action_and_resource(
    emulator: Emulator, manager: str
) -> None:
    client = session(emulator, "Viewer", allow(LISTS[1], manager))
    code, status, message = error(
        client.list_payment_instruments, paymentManagerArn=manager, userId=USER
    )
    assert (code, status) == ("AccessDeniedException", 403)
    assert message == (
        f"User: arn:aws:sts::{emulator.account}:assumed-role/Viewer/smoke is not authorized to "
        f"perform: {LISTS[0]} on resource: {manager} because no identity-based policy allows the "
        f"{LISTS[0]} action"
    )


def test_a_policy_on_sub_resources_only_is_denied_on_the_manager(
    emulator: Emulator, manager: str
) -> None:
    client = session(emulator, "Stale", allow(LISTS, f"{manager}/session/*"))
    code, *_ = error(client.list_payment_sessions, paymentManagerArn=manager, userId=USER)
    assert code == "AccessDeniedException"


def test_an_explicit_deny_is_said_to_be_one(emulator: Emulator, manager: str) -> None:
    client = session(emulator, "Denied", allow("*"), deny(LISTS[1]))
    *_, message = error(client.list_payment_sessions, paymentManagerArn=manager, userId=USER)
    assert message.endswith(" with an explicit deny in an identity-based policy")


def _bounded(emulator: Emulator, boundary: dict[str, Any]) -> Any:
    iam = emulator.client("iam")
    made = iam.create_policy(PolicyName="boundary", PolicyDocument=document(boundary))
    role = create_role(emulator, "Bounded", allow("*"))
    iam.put_role_permissions_boundary(RoleName="Bounded", PermissionsBoundary=made["Policy"]["Arn"])
    return emulator.client("bedrock-agentcore", assume(emulator, role))


@pytest.mark.parametrize(
    ("boundary", "reason"),
    [
        (allow("s3:*"), f"because no permissions boundary allows the {LISTS[1]} action"),
        (deny(LISTS[1]), "with an explicit deny in a permissions boundary"),
    ],
    ids=["it does not allow", "it denies"],
)
def test_the_permissions_boundary_is_named(
    emulator: Emulator, manager: str, boundary: dict[str, Any], reason: str
) -> None:
    client = _bounded(emulator, boundary)
    *_, message = error(client.list_payment_sessions, paymentManagerArn=manager, userId=USER)
    assert message.endswith(reason)


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        (allow(LISTS[0]), f"because no session policy allows the {LISTS[1]} action"),
        (deny(LISTS[1]), "with an explicit deny in a session policy"),
    ],
    ids=["it does not allow", "it denies"],
)
def test_the_session_policy_is_named(
    emulator: Emulator, manager: str, policy: dict[str, Any], reason: str
) -> None:
    role = create_role(emulator, "Wide", allow("*"))
    client = emulator.client("bedrock-agentcore", assume(emulator, role, Policy=document(policy)))
    *_, message = error(client.list_payment_sessions, paymentManagerArn=manager, userId=USER)
    assert message.endswith(reason)


def test_a_managed_policy_as_session_policy_limits_too(emulator: Emulator, manager: str) -> None:
    role = create_role(emulator, "Wide", allow("*"))
    only = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    client = emulator.client(
        "bedrock-agentcore", assume(emulator, role, PolicyArns=[{"arn": only}])
    )
    *_, message = error(client.list_payment_sessions, paymentManagerArn=manager, userId=USER)
    assert "no session policy allows" in message


def test_managed_policies_and_their_versions_count(emulator: Emulator, manager: str) -> None:
    iam = emulator.client("iam")
    role = create_role(emulator, "Managed")
    arn = iam.create_policy(PolicyName="lists", PolicyDocument=document(allow(LISTS)))["Policy"][
        "Arn"
    ]
    iam.attach_role_policy(RoleName="Managed", PolicyArn=arn)
    client = emulator.client("bedrock-agentcore", assume(emulator, role))
    client.list_payment_sessions(paymentManagerArn=manager, userId=USER)
    iam.create_policy_version(
        PolicyArn=arn, PolicyDocument=document(allow(LISTS[0])), SetAsDefault=True
    )
    code, *_ = error(client.list_payment_sessions, paymentManagerArn=manager, userId=USER)
    assert code == "AccessDeniedException"


def test_awss_own_managed_policies_are_known(emulator: Emulator, manager: str) -> None:
    role = create_role(emulator, "Full")
    emulator.client("iam").attach_role_policy(
        RoleName="Full", PolicyArn="arn:aws:iam::aws:policy/BedrockAgentCoreFullAccess"
    )
    client = emulator.client("bedrock-agentcore", assume(emulator, role))
    client.list_payment_sessions(paymentManagerArn=manager, userId=USER)


def test_the_policies_of_a_users_groups_count(emulator: Emulator, manager: str) -> None:
    iam = emulator.client("iam")
    iam.create_user(UserName="bob")
    key = iam.create_access_key(UserName="bob")["AccessKey"]
    client = emulator.client("bedrock-agentcore", key)
    code, _, message = error(client.list_payment_sessions, paymentManagerArn=manager, userId=USER)
    assert code == "AccessDeniedException"
    assert f"User: arn:aws:iam::{emulator.account}:user/bob is not" in message
    iam.create_group(GroupName="viewers")
    iam.put_group_policy(
        GroupName="viewers", PolicyName="lists", PolicyDocument=document(allow(LISTS))
    )
    iam.add_user_to_group(GroupName="viewers", UserName="bob")
    client.list_payment_sessions(paymentManagerArn=manager, userId=USER)


def test_tags_of_manager_and_role_can_decide(emulator: Emulator) -> None:
    mine = emulator.create_manager("mine", tags={"team": "red"})
    other = emulator.create_manager("other", tags={"team": "blue"})
    same = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    role = create_role(emulator, "Team", {**allow(LISTS), "Condition": same})
    emulator.client("iam").tag_role(RoleName="Team", Tags=[{"Key": "team", "Value": "red"}])
    client = emulator.client("bedrock-agentcore", assume(emulator, role))
    client.list_payment_sessions(paymentManagerArn=mine, userId=USER)
    code, *_ = error(client.list_payment_sessions, paymentManagerArn=other, userId=USER)
    assert code == "AccessDeniedException"


def test_a_manager_of_another_account_is_out_of_reach(emulator: Emulator, manager: str) -> None:
    elsewhere = manager.replace(emulator.account, "444455556666")
    client = session(emulator, "Wide", allow("*"))
    *_, message = error(client.list_payment_sessions, paymentManagerArn=elsewhere, userId=USER)
    assert message.endswith(f"because no resource-based policy allows the {LISTS[1]} action")


def test_what_the_engine_cannot_decide_is_neither_allowed_nor_denied(
    emulator: Emulator, manager: str
) -> None:
    stranger = {"StringEquals": {"aws:PrincipalArn": "${unfinished"}}
    client = session(emulator, "Unclear", {**allow(LISTS), "Condition": stranger})
    code, status, message = error(
        client.list_payment_sessions, paymentManagerArn=manager, userId=USER
    )
    assert (code, status) == ("UndecidedException", 501)
    assert LISTS[1] in message


@pytest.mark.parametrize("given", ["right", "wrong", "none"])
def test_an_external_id_of_the_trust_policy_has_to_be_given(emulator: Emulator, given: str) -> None:
    arn = emulator.client("iam").create_role(
        RoleName="Partner",
        AssumeRolePolicyDocument=trust(emulator, StringEquals={"sts:ExternalId": EXTERNAL_ID}),
    )["Role"]["Arn"]
    sts = emulator.client("sts")
    if given == "right":
        sts.assume_role(RoleArn=arn, RoleSessionName="smoke", ExternalId=EXTERNAL_ID)
        return
    more = {"ExternalId": "other"} if given == "wrong" else {}
    code, status, message = error(sts.assume_role, RoleArn=arn, RoleSessionName="smoke", **more)
    assert (code, status) == ("AccessDenied", 403)
    assert message == (
        f"User: {emulator.user_arn} is not authorized to perform: sts:AssumeRole on resource: "
        f"{arn} because no role trust policy allows the sts:AssumeRole action"
    )


def test_a_trust_policy_for_somebody_else_is_no_entrance(emulator: Emulator) -> None:
    somebody = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    arn = emulator.client("iam").create_role(
        RoleName="Service",
        AssumeRolePolicyDocument=document({**somebody, "Action": "sts:AssumeRole"}),
    )["Role"]["Arn"]
    code, *_ = error(emulator.client("sts").assume_role, RoleArn=arn, RoleSessionName="smoke")
    assert code == "AccessDenied"


def test_the_caller_of_assume_role_needs_the_action_itself(emulator: Emulator) -> None:
    target = create_role(emulator, "Target")
    first = assume(emulator, create_role(emulator, "First", allow("s3:*")))
    *_, message = error(
        emulator.client("sts", first).assume_role, RoleArn=target, RoleSessionName="next"
    )
    assert "because no identity-based policy allows the sts:AssumeRole action" in message


def test_iam_is_decided_too(emulator: Emulator) -> None:
    role = create_role(emulator, "Viewer", allow(LISTS))
    iam = emulator.client("iam", assume(emulator, role))
    code, status, message = error(
        iam.put_role_policy,
        RoleName="Viewer",
        PolicyName="more",
        PolicyDocument=document(allow("*")),
    )
    assert (code, status) == ("AccessDenied", 403)
    assert f"iam:PutRolePolicy on resource: {role} because" in message


def form(
    emulator: Emulator, given: dict[str, Any], body: str, method: str = "POST", **headers: str
) -> tuple[int, str]:
    """Send IAM a form of the test's own, signed, and return the status and the content."""
    key = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    where = emulator.url + ("/" if method == "POST" else f"/?{body}")
    request = AWSRequest(method, where, headers, body if method == "POST" else "")
    SigV4Auth(key, "iam", "us-east-1").add_auth(request)
    answer = URLLib3Session().send(request.prepare())
    return answer.status_code, answer.text


CREATE = "Action=CreateUser&UserName=bob&Version=2010-05-08"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_what_iam_does_is_what_was_decided_about_also_where_a_parameter_stands_twice(
    emulator: Emulator,
) -> None:
    given = assume(emulator, create_role(emulator, "Reader", allow("iam:GetUser")))
    for body in (f"{CREATE}&Action=GetUser", f"Action=GetUser&{CREATE}"):
        status, told = form(emulator, given, body, **FORM)
        assert status in {403, 404}, told
    assert [user["UserName"] for user in emulator.client("iam").list_users()["Users"]] == ["admin"]


def test_a_form_needs_no_content_type(emulator: Emulator) -> None:
    given = assume(emulator, create_role(emulator, "Maker", allow("iam:CreateUser")))
    status, told = form(emulator, given, CREATE)
    assert (status, "<UserName>bob</UserName>" in told) == (200, True)


def test_a_call_by_get_is_not_emulated_and_says_so(emulator: Emulator) -> None:
    given = assume(emulator, create_role(emulator, "Maker", allow("iam:CreateUser")))
    status, told = form(emulator, given, CREATE, method="GET")
    assert (status, "not emulated: iam by GET" in told) == (501, True)


@pytest.mark.parametrize("text", ["{", "[]", "{}", "null", '{"Statement": []}', "[" * 9000])
def test_a_trust_policy_that_is_none_makes_no_role(emulator: Emulator, text: str) -> None:
    iam = emulator.client("iam")
    code, status, _ = error(iam.create_role, RoleName="R", AssumeRolePolicyDocument=text)
    assert (code, status) == ("MalformedPolicyDocument", 400)
    assert iam.list_roles()["Roles"] == []


def test_the_policy_of_one_emulator_is_not_that_of_another(emulator: Emulator) -> None:
    create_role(emulator, "Here")
    with Emulator() as other:
        assert other.client("iam").list_roles()["Roles"] == []


def test_what_is_observed_holds_no_credential(emulator: Emulator, manager: str) -> None:
    role = create_role(emulator, "Viewer", allow(LISTS))
    given = assume(emulator, role)
    emulator.client("bedrock-agentcore", given).list_payment_sessions(
        paymentManagerArn=manager, userId=USER
    )
    told = json.dumps(emulator.observed)
    assert '["ListPaymentSessions", 200, "", ""]' in told
    assert not any(str(given[name]) in told for name in ("SecretAccessKey", "SessionToken"))


def test_a_users_boundary_is_not_taken_where_it_would_not_count(emulator: Emulator) -> None:
    iam = emulator.client("iam")
    boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    told = error(iam.create_user, UserName="bob", PermissionsBoundary=boundary)
    assert told[:2] == ("NotEmulatedException", 501)
    iam.create_user(UserName="bob")
    code, *_ = error(
        iam.put_user_permissions_boundary, UserName="bob", PermissionsBoundary=boundary
    )
    assert code == "NotEmulatedException"


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("get_session_token", {}),
        ("get_federation_token", {"Name": "bob"}),
        (
            "assume_role_with_web_identity",
            {"RoleSessionName": "smoke", "WebIdentityToken": "a.b.c.d", "RoleArn": "{role}"},
        ),
    ],
)
def test_what_of_sts_is_not_emulated_gives_no_credentials(
    emulator: Emulator, call: str, arguments: dict[str, str]
) -> None:
    role = f"arn:aws:iam::{emulator.account}:role/Viewer"
    given = {name: value.format(role=role) for name, value in arguments.items()}
    told = error(getattr(emulator.client("sts"), call), **given)
    assert told[:2] == ("NotEmulatedException", 501)


def test_a_session_lasts_as_long_as_asked_within_what_the_role_allows(emulator: Emulator) -> None:
    role = create_role(emulator, "Short")
    sts = emulator.client("sts")
    _, _, message = error(
        sts.assume_role, RoleArn=role, RoleSessionName="smoke", DurationSeconds=7200
    )
    assert "exceeds the MaxSessionDuration set for this role" in message
    emulator.client("iam").update_role(RoleName="Short", MaxSessionDuration=7200)
    first = assume(emulator, role, DurationSeconds=7200)
    emulator.client("iam").put_role_policy(
        RoleName="Short", PolicyName="on", PolicyDocument=document(allow("sts:AssumeRole"))
    )
    _, _, message = error(
        emulator.client("sts", first).assume_role,
        RoleArn=role,
        RoleSessionName="next",
        DurationSeconds=7200,
    )
    assert "1 hour session limit" in message


def test_session_tags_need_their_own_action_and_count_as_the_principals(
    emulator: Emulator,
) -> None:
    mine = emulator.create_manager("mine", tags={"team": "red"})
    same = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    role = create_role(emulator, "Team", {**allow(LISTS), "Condition": same})
    tags = [{"Key": "team", "Value": "red"}]
    sts = emulator.client("sts")
    _, _, message = error(sts.assume_role, RoleArn=role, RoleSessionName="smoke", Tags=tags)
    assert "sts:TagSession" in message
    whole = json.loads(trust(emulator))
    whole["Statement"][0]["Action"] = ["sts:AssumeRole", "sts:TagSession"]
    emulator.client("iam").update_assume_role_policy(
        RoleName="Team", PolicyDocument=json.dumps(whole)
    )
    client = emulator.client("bedrock-agentcore", assume(emulator, role, Tags=tags))
    client.list_payment_sessions(paymentManagerArn=mine, userId=USER)
