"""The traps that evaluators of IAM policies fall into, one test each."""

import pytest

from authorization.asking import (
    ACCOUNT,
    BUCKET,
    MANAGER,
    PAY,
    ROLE,
    allow,
    ask,
    decided,
    deny,
    policy,
    verdict,
)
from payguard.authorization.request import UNKNOWN

OTHER_MANAGER = MANAGER.replace("shop-", "till-")
USERNAME = {"aws:username": "bob"}
BOB = "arn:aws:s3:::bucket/bob"


@pytest.mark.parametrize("version", [None, "2008-10-17"])
def test_without_the_version_a_variable_is_ordinary_text(version: str | None) -> None:
    identity = policy(allow(Resource="arn:aws:s3:::bucket/${aws:username}"), version=version)
    assert verdict(ask("s3:GetObject", BOB, context=USERNAME), identity=identity) == (
        "ImplicitlyDenied"
    )
    literal = "arn:aws:s3:::bucket/${aws:username}"
    assert verdict(ask("s3:GetObject", literal, context=USERNAME), identity=identity) == "Allowed"


@pytest.mark.parametrize(
    ("tag", "expected"), [("shop-a1b2c3d4e5", "ExplicitlyDenied"), ("till", "Allowed")]
)
def test_a_variable_in_a_deny_is_not_widened(tag: str, expected: str) -> None:
    prefix = MANAGER.rpartition("/")[0]
    identity = policy(allow(), deny(Resource=f"{prefix}/${{aws:PrincipalTag/m}}"))
    assert verdict(ask(context={"aws:PrincipalTag/m": tag}), identity=identity) == expected


def test_a_variable_in_a_deny_that_is_not_known_leaves_the_question_open() -> None:
    prefix = MANAGER.rpartition("/")[0]
    identity = policy(allow(), deny(Resource=f"{prefix}/${{aws:PrincipalTag/m}}"))
    found = decided(ask(context={"aws:PrincipalTag/m": UNKNOWN}), identity=identity)
    assert found.decision == "undecided"
    assert [doubt.subject for doubt in found.doubts] == ["aws:PrincipalTag/m"]


@pytest.mark.parametrize(
    ("resource", "expected"),
    [(MANAGER, "Allowed"), (OTHER_MANAGER, "Allowed"), (f"{MANAGER}x", "ExplicitlyDenied")],
)
def test_not_resource_spares_what_any_of_its_entries_covers(resource: str, expected: str) -> None:
    identity = policy(allow(), deny(NotResource=[MANAGER, OTHER_MANAGER]))
    assert verdict(ask(resource=resource), identity=identity) == expected


@pytest.mark.parametrize(
    "condition",
    [
        {"StringNotEquals": {"aws:PrincipalTag/t": "a"}},
        {"StringNotLike": {"aws:PrincipalTag/t": "a*"}},
        {"ArnNotLike": {"aws:SourceArn": "arn:aws:s3:::b"}},
        {"NumericNotEquals": {"s3:max-keys": "1"}},
        {"DateNotEquals": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}},
        {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    ],
)
def test_a_negated_operator_on_an_absent_key_holds_in_a_deny(condition: object) -> None:
    identity = policy(allow(), deny(Condition=condition))
    assert verdict(identity=identity) == "ExplicitlyDenied"


def test_an_inverted_operator_on_a_variable_without_value_follows_the_page_and_says_so() -> None:
    condition = {"StringNotEquals": {"aws:ResourceTag/t": "${aws:PrincipalTag/t}"}}
    found = decided(
        ask(context={"aws:ResourceTag/t": "x"}), identity=policy(allow(Condition=condition))
    )
    assert found.decision == "allow"
    assert [doubt.kind for doubt in found.doubts] == ["unresolved-variable"]


def test_for_all_values_in_an_allow_holds_for_an_absent_key() -> None:
    condition = {"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}
    assert verdict(identity=policy(allow(Condition=condition))) == "Allowed"


def test_for_any_value_if_exists_on_an_absent_key_is_not_documented() -> None:
    condition = {"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": ["a"]}}
    found = decided(identity=policy(allow(Condition=condition)))
    assert found.decision == "undecided"
    assert "ForAnyValue with IfExists" in found.doubts[0].sentence


def test_an_open_question_that_the_outcome_does_not_hang_on_is_no_obstacle() -> None:
    condition = {"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": ["a"]}}
    assert verdict(identity=policy(allow(), allow(Condition=condition))) == "Allowed"
    assert verdict(identity=policy(allow(Condition=condition), deny())) == "ExplicitlyDenied"


def test_an_unmet_condition_is_an_implicit_deny() -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/t": "a"}}
    assert verdict(identity=policy(allow(Condition=condition))) == "ImplicitlyDenied"


def test_a_deny_by_tag_leaves_untagged_managers_open() -> None:
    condition = {"StringEquals": {"aws:ResourceTag/team": "treasury"}}
    identity = policy(allow(), deny(Condition=condition))
    tagged = ask(context={"aws:ResourceTag/team": "treasury"})
    assert verdict(tagged, identity=identity) == "ExplicitlyDenied"
    assert verdict(ask(), identity=identity) == "Allowed"


def test_a_deny_on_not_resource_with_a_trailing_star_admits_longer_names() -> None:
    identity = policy(allow(), deny(NotResource=f"{MANAGER}*"))
    assert verdict(ask(resource=f"{MANAGER}x"), identity=identity) == "Allowed"


def test_boundary_and_scp_grant_nothing() -> None:
    everything = policy(allow())
    assert verdict(boundary=everything) == "ImplicitlyDenied"
    assert verdict(scps=[("root", [everything])], session=everything) == "ImplicitlyDenied"


def test_an_empty_boundary_list_is_no_boundary() -> None:
    assert verdict(identity=policy(allow()), boundary=[], session=[]) == "Allowed"


@pytest.mark.parametrize("head", ["*", "payment-*", "payment-manage?", "payment-manager*"])
def test_a_wildcard_in_the_resource_type_is_an_open_question(head: str) -> None:
    tail = "" if head == "payment-manager*" else "/shop-*"
    resource = f"arn:aws:bedrock-agentcore:*:*:{head}{tail}"
    assert verdict(identity=policy(allow(Resource=resource))) == "undecided"
    assert verdict(ask(resource=BUCKET), identity=policy(allow(Resource=resource))) == (
        "ImplicitlyDenied"
    )


def test_a_star_for_the_whole_resource_part_is_no_open_question() -> None:
    resource = f"arn:aws:bedrock-agentcore:*:{ACCOUNT}:*"
    assert verdict(identity=policy(allow(Resource=resource))) == "Allowed"


def test_a_bucket_is_no_resource_type() -> None:
    identity = policy(allow(Resource="arn:aws:s3:::buck*/key"))
    assert verdict(ask("s3:GetObject", BUCKET), identity=identity) == "Allowed"


@pytest.mark.parametrize(
    "short", ["arn:aws:bedrock-agentcore", "arn:*:bedrock-agentcore:us-east-1"]
)
def test_a_short_arn_is_an_open_question_where_identities_are_concerned(short: str) -> None:
    everything, narrow = policy(allow()), policy(allow(Resource=short))
    assert verdict(identity=narrow) == "undecided"
    assert verdict(identity=everything, boundary=narrow) == "undecided"
    assert verdict(identity=everything, scps=[("root", [narrow])]) == "undecided"
    resource = policy(allow(Resource=short, Principal={"AWS": ROLE}))
    assert verdict(resource=resource) == "ImplicitlyDenied"


def test_a_short_arn_that_ends_with_a_star_is_plain() -> None:
    assert verdict(identity=policy(allow(Resource="arn:aws:bedrock-agentcore:*"))) == "Allowed"


@pytest.mark.parametrize(
    ("epoch", "expected"), [("1767225600", "Allowed"), ("1767225600000", "ImplicitlyDenied")]
)
def test_epoch_time_counts_seconds(epoch: str, expected: str) -> None:
    condition = {"DateEquals": {"aws:EpochTime": "2026-01-01T00:00:00Z"}}
    identity = policy(allow(Condition=condition))
    assert verdict(ask(context={"aws:EpochTime": epoch}), identity=identity) == expected


def test_an_action_without_resource_type_is_granted_by_a_star_only() -> None:
    listing = ask("bedrock-agentcore:ListPaymentManagers", "*")
    assert verdict(listing, identity=policy(allow())) == "Allowed"
    assert verdict(listing, identity=policy(allow(Resource=MANAGER))) == "ImplicitlyDenied"
    assert verdict(listing, identity=policy(allow(Resource="arn:aws:*"))) == "ImplicitlyDenied"
    assert verdict(listing, identity=policy(allow(NotResource=MANAGER))) == "Allowed"


def test_deny_everything_but_my_manager_also_denies_the_lists() -> None:
    identity = policy(allow(), deny(NotResource=MANAGER))
    listing = ask("bedrock-agentcore:ListPaymentManagers", "*")
    assert verdict(listing, identity=identity) == "ExplicitlyDenied"


def test_a_session_of_a_manager_is_not_what_payments_are_authorized_on() -> None:
    identity = policy(allow(Action=PAY, Resource=f"{MANAGER}/session/*"))
    assert verdict(identity=identity) == "ImplicitlyDenied"
