"""A session tells the name of its role and not its path: what that is enough to decide."""

from typing import Any

import pytest

from authorization.asking import ACCOUNT, OTHER, SESSION, allow, ask, decided, deny, policy, verdict

ROLES = f"arn:aws:iam::{ACCOUNT}:role/"
KEY = "aws:PrincipalArn"


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("ArnEquals", f"{ROLES}*", "Allowed"),
        ("ArnLike", f"{ROLES}*agent", "Allowed"),
        ("ArnLike", "arn:*:iam::*:role/*", "Allowed"),
        ("ArnLike", f"{ROLES}agent", "undecided"),
        ("ArnLike", f"{ROLES}team/agent", "undecided"),
        ("ArnLike", f"{ROLES}team/*", "undecided"),
        ("ArnLike", f"{ROLES}agen", "ImplicitlyDenied"),
        ("ArnLike", f"arn:aws:iam::{OTHER}:role/*", "ImplicitlyDenied"),
        ("ArnLike", f"arn:aws:iam::{ACCOUNT}:user/*", "ImplicitlyDenied"),
        ("ArnLike", "arn:aws:iam", "ImplicitlyDenied"),
        ("ArnLike", "*", "undecided"),
        ("ArnLike", [f"{ROLES}admin", f"{ROLES}a*"], "undecided"),
        ("ArnLike", [f"{ROLES}admin", f"{ROLES}*t"], "Allowed"),
        ("ArnLike", f"{ROLES}${{aws:PrincipalTag/role}}", "undecided"),
        ("ArnNotLike", f"{ROLES}admin", "Allowed"),
        ("ArnNotLike", f"{ROLES}*", "ImplicitlyDenied"),
        ("ArnNotEquals", f"{ROLES}agent", "undecided"),
        ("StringLike", "*:role/*", "Allowed"),
        ("StringEquals", f"{ROLES}*", "ImplicitlyDenied"),
        ("StringEquals", f"{ROLES}agent", "undecided"),
        ("StringEqualsIgnoreCase", f"{ROLES}ADMIN", "ImplicitlyDenied"),
        ("StringEqualsIgnoreCase", f"{ROLES}AGENT", "undecided"),
        ("StringNotEquals", f"{ROLES}admin", "Allowed"),
        ("StringLikeIfExists", "*", "Allowed"),
        ("ForAnyValue:ArnLike", f"{ROLES}admin", "ImplicitlyDenied"),
        ("Null", "false", "Allowed"),
        ("Null", "true", "ImplicitlyDenied"),
        ("Bool", "true", "undecided"),
        ("ArnLike", [None], "undecided"),
    ],
)
def test_a_condition_on_the_role_of_a_session(operator: str, value: Any, expected: str) -> None:
    condition = {operator: {KEY: value}}
    found = verdict(ask(principal=SESSION), identity=policy(allow(Condition=condition)))
    assert found == expected


def test_a_denial_of_all_roles_but_another_one_denies_the_session() -> None:
    others = {"ArnNotLike": {KEY: "arn:aws:iam::*:role/OrgAdmin"}}
    scps = [("root", [policy(allow(), deny(Condition=others))])]
    found = verdict(ask(principal=SESSION), identity=policy(allow()), scps=scps)
    assert found == "ExplicitlyDenied"


def test_the_role_of_a_session_in_a_variable_is_not_known() -> None:
    found = verdict(
        ask(principal=SESSION, resource="arn:aws:s3:::b/x", context={"x:y": "z"}),
        identity=policy(allow(Condition={"StringEquals": {"x:y": "${aws:PrincipalArn, 'z'}"}})),
    )
    assert found == "undecided"


def test_what_is_known_of_the_role_is_the_reason() -> None:
    condition = {"ArnLike": {KEY: f"{ROLES}admin"}}
    found = decided(ask(principal=SESSION), identity=policy(allow(Condition=condition)))
    assert found.because[0].reason == (
        f'ArnLike {KEY} does not hold: the request has "{ROLES}agent" or "{ROLES}*/agent"'
    )
