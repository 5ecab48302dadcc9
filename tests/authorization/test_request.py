"""Requests: the context keys that follow from caller and resource."""

import pytest

from authorization.asking import ACCOUNT, BUCKET, MANAGER, OTHER, PAY, ROLE, SESSION, USER
from payguard.authorization.request import UNKNOWN, Outline, Request, request

SERVICE = "bedrock-agentcore.amazonaws.com"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
OF_ANY_PATH = ROLE.replace("role/", "role/*/")
GLOBAL = (
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principaltype",
    "aws:username",
    "aws:principalisawsservice",
    "aws:principalservicename",
)


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (ROLE, (ROLE, ACCOUNT, "AssumedRole", None, "false", None)),
        (SESSION, (Outline(ROLE, OF_ANY_PATH), ACCOUNT, "AssumedRole", None, "false", None)),
        (USER, (USER, ACCOUNT, "User", "ann", "false", None)),
        (ROOT, (ROOT, ACCOUNT, "Account", None, "false", None)),
        (ACCOUNT, (UNKNOWN, ACCOUNT, "Account", None, "false", None)),
        (f"arn:aws:iam::{ACCOUNT}:role/", (UNKNOWN, ACCOUNT, "AssumedRole", None, "false", None)),
        (SERVICE, (None, None, None, None, "true", SERVICE)),
        (f"{SERVICE}.cn", (None, None, None, None, "true", f"{SERVICE}.cn")),
        ("issuer.example", (None, None, None, None, None, None)),
        (None, (None, None, "Anonymous", None, None, None)),
    ],
)
def test_what_follows_from_the_caller(principal: str | None, expected: tuple[object, ...]) -> None:
    found = request(principal, PAY, MANAGER).context
    assert tuple(found.get(key) for key in GLOBAL) == expected


def test_all_the_names_of_a_service_are_not_known() -> None:
    assert request(SERVICE, PAY, MANAGER).context["aws:principalservicenameslist"] is UNKNOWN


@pytest.mark.parametrize(
    ("resource", "given", "expected"),
    [
        (MANAGER, "", ACCOUNT),
        (MANAGER, OTHER, OTHER),
        (BUCKET, "", ACCOUNT),
        (BUCKET, OTHER, OTHER),
        ("*", "", ACCOUNT),
        (MANAGER.replace(ACCOUNT, OTHER), "", OTHER),
        (MANAGER.replace(ACCOUNT, "aws"), "", ACCOUNT),
    ],
)
def test_the_account_of_the_resource(resource: str, given: str, expected: str) -> None:
    found = request(ROLE, PAY, resource, resource_account=given)
    assert found.resource_account == expected
    assert found.context["aws:resourceaccount"] == expected


def test_outlines_are_the_same_if_their_patterns_are() -> None:
    assert {Outline("a", "b"), Outline("a", "b"), Outline("b")} == {Outline("b"), Outline("a", "b")}
    assert Outline("a") != UNKNOWN


def test_what_is_given_wins_and_keys_have_no_case() -> None:
    found = request(ROLE, PAY, MANAGER, context={"AWS:PrincipalArn": "x", "Aws:TagKeys": ["a"]})
    assert found.context["aws:principalarn"] == "x"
    assert found.context["aws:tagkeys"] == ("a",)


def test_a_request_made_by_hand_carries_only_what_it_is_given() -> None:
    found = Request(ROLE, "IAM:PassRole", ROLE)
    assert found.context == {}
    assert found.service == "iam"
    assert repr(UNKNOWN) == "UNKNOWN"
