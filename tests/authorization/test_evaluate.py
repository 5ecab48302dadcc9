"""How the layers decide together: within an account, across accounts, and where one has no say."""

from typing import Any

import pytest

from authorization.asking import (
    ACCOUNT,
    BUCKET,
    OTHER,
    ROLE,
    SESSION,
    USER,
    Json,
    allow,
    ask,
    decided,
    deny,
    policy,
    verdict,
)
from payguard.authorization.decision import summary

ALL, NOTHING = policy(allow()), policy(allow(Action="ec2:*"))
DENIED = policy(allow(), deny())
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
SERVICE = "bedrock-agentcore.amazonaws.com"
ASSUMED = f"arn:aws:iam::{ACCOUNT}:role/payer"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
ASSUME = ask("sts:AssumeRole", ASSUMED)
ASSUME_FROM_OTHER = ask("sts:AssumeRole", ASSUMED, f"arn:aws:iam::{OTHER}:role/ci")


def granting(principal: Any, **more: Any) -> Json:
    return policy({**allow(**more), "Principal": principal})


def trusting(principal: Any) -> Json:
    return policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal})


@pytest.mark.parametrize("kind", ["identity", "boundary", "session", "vpc_endpoint"])
def test_a_deny_in_any_policy_wins(kind: str) -> None:
    policies: Json = {"identity": ALL, kind: DENIED}
    found = decided(**policies)
    assert found.detail == "ExplicitlyDenied"
    assert found.layer == kind.replace("_", "-")
    assert [ref.pointer for ref in found.decided_by] == ["/Statement/1"]


@pytest.mark.parametrize("kind", ["boundary", "session", "vpc_endpoint"])
def test_what_is_attached_has_to_allow(kind: str) -> None:
    policies: Json = {"identity": ALL, kind: NOTHING}
    found = decided(**policies)
    assert (found.detail, found.layer) == ("ImplicitlyDenied", kind.replace("_", "-"))
    assert found.decided_by == ()
    policies[kind] = ALL
    assert verdict(**policies) == "Allowed"


def test_several_session_policies_count_together() -> None:
    assert verdict(identity=ALL, session=[NOTHING, ALL]) == "Allowed"


def test_each_level_of_scps_has_to_allow() -> None:
    found = decided(identity=ALL, scps=[("root", [ALL]), ("pay", [NOTHING]), ("account", [ALL])])
    assert (found.detail, found.layer, found.level) == ("ImplicitlyDenied", "scp", "pay")
    assert verdict(identity=ALL, scps=[("root", [NOTHING, ALL])]) == "Allowed"
    assert verdict(identity=ALL, scps=[("root", [])]) == "ImplicitlyDenied"


def test_scps_may_use_the_whole_language() -> None:
    narrow = policy({**allow(NotResource="arn:aws:s3:::*"), "Condition": {"Null": {"x:y": "true"}}})
    assert verdict(identity=ALL, scps=[("root", [narrow])]) == "Allowed"
    assert verdict(ask("s3:GetObject", BUCKET), identity=ALL, scps=[("root", [narrow])]) == (
        "ImplicitlyDenied"
    )


@pytest.mark.parametrize(
    "wanted",
    [ask(principal=LINKED), ask(management_account=ACCOUNT)],
    ids=["service-linked role", "management account"],
)
def test_scps_do_not_bind_service_linked_roles_and_the_management_account(wanted: Any) -> None:
    assert verdict(wanted, identity=ALL, scps=[("root", [DENIED])]) == "Allowed"


def test_scps_do_not_bind_services() -> None:
    wanted = ask("s3:PutObject", BUCKET, SERVICE, resource_account=ACCOUNT)
    resource = granting({"Service": SERVICE})
    assert verdict(wanted, resource=resource, scps=[("root", [DENIED])]) == "Allowed"


def test_an_rcp_denies_but_needs_not_allow() -> None:
    wanted = ask("s3:GetObject", BUCKET)
    assert verdict(wanted, identity=ALL, rcps=[("root", [NOTHING])]) == "Allowed"
    spoken = policy(deny(Principal="*"))
    found = decided(wanted, identity=ALL, rcps=[("root", [spoken])])
    assert (found.detail, found.layer, found.level) == ("ExplicitlyDenied", "rcp", "root")
    exempt = ask("s3:GetObject", BUCKET, management_account=ACCOUNT)
    assert verdict(exempt, identity=ALL, rcps=[("root", [spoken])]) == "Allowed"


def test_an_rcp_without_principal_is_read_as_everyone() -> None:
    found = decided(ask("s3:GetObject", BUCKET), identity=ALL, rcps=[("root", [policy(deny())])])
    assert found.detail == "ExplicitlyDenied"
    assert [doubt.kind for doubt in found.doubts] == ["implied-principal"]


def test_an_rcp_has_no_effect_on_a_service_that_aws_does_not_list() -> None:
    found = decided(identity=ALL, rcps=[("root", [policy(deny(Principal="*"))])])
    assert found.detail == "Allowed"
    assert [doubt.kind for doubt in found.doubts] == ["rcp-service"]
    assert verdict(identity=DENIED, rcps=[("root", [DENIED])]) == "ExplicitlyDenied"


@pytest.mark.parametrize(
    ("principal", "identity", "boundary", "session", "expected"),
    [
        (ROLE, NOTHING, None, None, "Allowed"),
        (ROLE, NOTHING, NOTHING, None, "ImplicitlyDenied"),
        (ROLE, NOTHING, None, NOTHING, "ImplicitlyDenied"),
        (ROLE, NOTHING, ALL, ALL, "Allowed"),
        (ROLE, NOTHING, DENIED, None, "ExplicitlyDenied"),
        (SESSION, NOTHING, NOTHING, NOTHING, "Allowed"),
        (SESSION, NOTHING, DENIED, NOTHING, "ExplicitlyDenied"),
        (ROOT, ALL, None, None, "Allowed"),
        (ROOT, NOTHING, None, None, "ImplicitlyDenied"),
        ("*", NOTHING, None, None, "Allowed"),
        ("*", NOTHING, NOTHING, None, "undecided"),
    ],
)
def test_within_an_account_a_grant_by_the_resource_is_enough(
    principal: str, identity: Json, boundary: Json | None, session: Json | None, expected: str
) -> None:
    """The role's ARN grants within boundary and session policy, the session's ARN without."""
    found = verdict(
        ask("s3:GetObject", BUCKET, SESSION),
        identity=identity,
        boundary=boundary or [],
        session=session or [],
        resource=granting({"AWS": principal}),
    )
    assert found == expected


def test_a_grant_to_a_user_is_not_limited_by_its_boundary() -> None:
    wanted = ask("s3:GetObject", BUCKET, USER)
    assert verdict(wanted, boundary=NOTHING, resource=granting({"AWS": USER})) == "Allowed"


def test_a_grant_to_everyone_picked_by_principal_arn_is_not_limited_by_a_boundary() -> None:
    condition = {"ArnEquals": {"aws:PrincipalArn": ROLE}}
    resource = granting("*", Condition=condition)
    wanted = ask("s3:GetObject", BUCKET)
    assert verdict(wanted, boundary=NOTHING, resource=resource) == "Allowed"


@pytest.mark.parametrize(
    ("identity", "resource", "boundary", "expected"),
    [
        (ALL, granting({"AWS": ROLE}), None, "Allowed"),
        (ALL, granting({"AWS": ROOT}), None, "Allowed"),
        (ALL, granting("*"), None, "Allowed"),
        (ALL, None, None, "ImplicitlyDenied"),
        (NOTHING, granting({"AWS": ROLE}), None, "ImplicitlyDenied"),
        (ALL, granting({"AWS": SESSION}), NOTHING, "ImplicitlyDenied"),
        (ALL, granting({"AWS": OTHER}), None, "ImplicitlyDenied"),
    ],
)
def test_across_accounts_both_sides_have_to_allow(
    identity: Json, resource: Json | None, boundary: Json | None, expected: str
) -> None:
    wanted = ask("s3:GetObject", BUCKET, SESSION, resource_account=OTHER)
    found = verdict(wanted, identity=identity, resource=resource, boundary=boundary or [])
    assert found == expected


def test_the_account_of_a_resource_is_told_by_its_arn() -> None:
    foreign = f"arn:aws:sns:us-east-1:{OTHER}:t"
    assert verdict(ask("sns:Publish", foreign), identity=ALL) == "ImplicitlyDenied"
    assert verdict(ask("sns:Publish", foreign, resource_account=ACCOUNT), identity=ALL) == "Allowed"


def test_what_aws_provides_belongs_to_no_other_account() -> None:
    owned = "arn:aws:bedrock-agentcore:us-east-1:aws:browser/aws.browser.v1"
    assert verdict(ask("bedrock-agentcore:GetBrowser", owned), identity=ALL) == "Allowed"


@pytest.mark.parametrize(
    ("wanted", "identity", "trust", "expected"),
    [
        (ASSUME, ALL, trusting({"AWS": ROOT}), "Allowed"),
        (ASSUME, NOTHING, trusting({"AWS": ROOT}), "ImplicitlyDenied"),
        (ASSUME, NOTHING, trusting({"AWS": ROLE}), "Allowed"),
        (ASSUME, ALL, trusting({"AWS": OTHER}), "ImplicitlyDenied"),
        (ASSUME, ALL, None, "ImplicitlyDenied"),
        (ASSUME_FROM_OTHER, ALL, trusting({"AWS": OTHER}), "Allowed"),
        (ASSUME_FROM_OTHER, NOTHING, trusting({"AWS": OTHER}), "ImplicitlyDenied"),
        (
            ASSUME_FROM_OTHER,
            NOTHING,
            trusting({"AWS": ASSUME_FROM_OTHER.principal}),
            "ImplicitlyDenied",
        ),
        (ask("sts:AssumeRole", ASSUMED, SERVICE), {}, trusting({"Service": SERVICE}), "Allowed"),
        (
            ask("sts:AssumeRole", ASSUMED, "lambda.amazonaws.com"),
            {},
            trusting({"Service": SERVICE}),
            "ImplicitlyDenied",
        ),
        (ask("sts:AssumeRole", ASSUMED, ROOT), {}, trusting({"AWS": ROOT}), "ImplicitlyDenied"),
        (ask("sts:TagSession", ASSUMED), ALL, trusting({"AWS": ROLE}), "ImplicitlyDenied"),
    ],
)
@pytest.mark.parametrize("kind", ["trust", "resource"])
def test_a_role_is_assumed_with_the_leave_of_its_trust_policy(
    kind: str, wanted: Any, identity: Json, trust: Json | None, expected: str
) -> None:
    identities = [identity] if identity else []
    assert verdict(wanted, identity=identities, **{kind: trust}) == expected


def test_a_trust_policy_says_nothing_about_other_actions() -> None:
    assert verdict(identity=NOTHING, trust=trusting({"AWS": ROLE})) == "ImplicitlyDenied"
    refusing = policy({"Effect": "Deny", "Action": "*", "Principal": "*"})
    assert verdict(identity=ALL, trust=refusing) == "Allowed"


@pytest.mark.parametrize(
    ("identity", "principal", "expected"),
    [
        (ALL, ROOT, "Allowed"),
        (NOTHING, ROOT, "ImplicitlyDenied"),
        (NOTHING, ROLE, "Allowed"),
        (ALL, OTHER, "ImplicitlyDenied"),
    ],
)
def test_the_policy_of_a_kms_key_has_to_allow(
    identity: Json, principal: str, expected: str
) -> None:
    wanted = ask("kms:Decrypt", KEY)
    assert verdict(wanted, identity=identity, resource=granting({"AWS": principal})) == expected


def test_a_kms_key_whose_policy_is_not_given_is_read_as_open_to_identity_policies() -> None:
    found = decided(ask("kms:Decrypt", KEY), identity=ALL)
    assert found.decision == "allow"
    assert [doubt.kind for doubt in found.doubts] == ["key-policy"]


def test_nobody_is_granted_anything_but_by_the_resource() -> None:
    nobody = ask("s3:GetObject", BUCKET, None, resource_account=ACCOUNT)
    assert verdict(nobody, identity=ALL) == "ImplicitlyDenied"
    assert verdict(nobody, identity=ALL, resource=granting({"AWS": ROOT})) == "ImplicitlyDenied"
    assert verdict(nobody, identity=DENIED, resource=granting("*")) == "Allowed"


def test_the_root_user_needs_no_policy_in_its_own_account() -> None:
    found = decided(ask("s3:GetObject", BUCKET, ROOT))
    assert (found.detail, found.decided_by) == ("Allowed", ())
    assert verdict(ask(principal=ROOT), scps=[("root", [DENIED])]) == "ExplicitlyDenied"
    foreign = ask("s3:GetObject", BUCKET, ROOT, resource_account=OTHER)
    assert verdict(foreign) == "ImplicitlyDenied"
    assert verdict(foreign, resource=granting({"AWS": ACCOUNT})) == "Allowed"


@pytest.mark.parametrize("caller", [ROLE, SESSION, USER, ROOT])
def test_who_one_is_may_be_asked_whatever_policies_say(caller: str) -> None:
    """As the STS API reference has it; only the endpoint on the way may deny the request."""
    wanted = ask("sts:GetCallerIdentity", "*", caller)
    found = decided(
        wanted, identity=DENIED, boundary=NOTHING, session=NOTHING, scps=[("root", [DENIED])]
    )
    assert (found.detail, found.decided_by) == ("Allowed", ())
    assert summary(found, wanted.action) == 'allowed: "sts:GetCallerIdentity" needs no permission'
    assert {note.reason for note in found.because} == {
        '"sts:GetCallerIdentity" needs no permission'
    }
    denying = policy(deny(Principal="*"))
    assert verdict(wanted, identity=ALL, vpc_endpoint=denying) == "ExplicitlyDenied"
    assert verdict(wanted._replace(principal=None), identity=ALL) == "ImplicitlyDenied"


@pytest.mark.parametrize(
    "caller",
    [
        "agent",
        f"arn:aws:iam::{ACCOUNT}:group/agents",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/agent",
        f"arn:aws:iam::{ACCOUNT[1:]}:role/agent",
        "AROAEXAMPLEEXAMPLE11:session",
    ],
)
def test_what_is_no_principal_is_granted_nothing_for_sure_and_denied_nothing(caller: str) -> None:
    found = decided(ask("s3:GetObject", BUCKET, caller, resource_account=ACCOUNT), identity=ALL)
    assert [doubt.kind for doubt in found.doubts] == ["nobody"]
    assert verdict(ask(principal=caller), vpc_endpoint=DENIED) == "ExplicitlyDenied"


@pytest.mark.parametrize(
    "caller",
    [
        SERVICE,
        "accounts.google.com",
        f"arn:aws:iam::{ACCOUNT}:saml-provider/idp",
        f"arn:aws:iam::{ACCOUNT}:oidc-provider/issuer.example",
        "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1A2B3C4D5E6F7",
    ],
)
def test_callers_outside_of_accounts_are_granted_what_the_resource_grants(caller: str) -> None:
    wanted = ask("s3:GetObject", BUCKET, caller, resource_account=ACCOUNT)
    assert verdict(wanted, resource=granting("*")) == "Allowed"
    assert verdict(wanted, identity=ALL) == "ImplicitlyDenied"


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "allow", "Action": "*", "Resource": "*"},
        {"Action": "*", "Resource": "*"},
        {"Effect": "Allow", "Resource": "*"},
        {"Effect": "Allow", "Action": "*"},
        {"Effect": "Allow", "Action": "*", "NotAction": "ec2:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "NotResource": "ec2:*"},
        {"Effect": "Allow", "NotAction": [], "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": [{}]},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Null": "x"}},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"},
        {"Effect": "Allow", "Action": [7], "Resource": "*"},
        {"Effect": "Allow", "Action": "bedrock*", "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "Resource": [7]},
    ],
)
def test_a_statement_that_iam_refuses_decides_nothing(statement: Json) -> None:
    assert verdict(identity=policy(statement)) == "undecided"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"Version": "2012-10-17"},
        {"Version": "2012", "Statement": allow()},
        {"Version": [], "Statement": allow()},
        {"Statement": 7},
        {"Statement": [allow(), 7]},
    ],
)
def test_a_policy_that_iam_refuses_decides_nothing(document: Json) -> None:
    assert verdict(identity=document) == "undecided"
    assert verdict(identity=[document, policy(deny())]) == "ExplicitlyDenied"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({**allow(), "Principal": {"AWS": []}}, "undecided"),
        ({**allow(), "Principal": {"AWS": [7]}}, "undecided"),
        ({**allow(), "Principal": {}}, "undecided"),
        ({**allow(), "Principal": ROLE}, "undecided"),
        ({**allow()}, "undecided"),
        ({**allow(), "Principal": "*", "NotPrincipal": "*"}, "undecided"),
        ({"Effect": "Allow", "Action": "*", "Principal": {"AWS": ROLE}}, "Allowed"),
    ],
)
def test_a_resource_policy_has_to_name_its_principals(statement: Json, expected: str) -> None:
    wanted = ask("s3:GetObject", BUCKET)
    assert verdict(wanted, resource=policy(statement)) == expected
