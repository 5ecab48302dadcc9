"""Principal and NotPrincipal: whom a statement names, and how directly."""

from typing import Any

import pytest

from authorization.asking import (
    ACCOUNT,
    OTHER,
    ROLE,
    SESSION,
    USER,
    ask,
    decided,
    deny,
    policy,
    verdict,
)
from authorization.asking import allow as statement
from payguard.authorization.caller import caller
from payguard.authorization.principal import reach

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
PATHED = f"arn:aws:iam::{ACCOUNT}:role/team/agent"
SOME_ROLE = f"arn:aws:iam::{ACCOUNT}:role/"
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/ann"
SERVICE = "bedrock-agentcore.amazonaws.com"
OF_CLOUDFRONT = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1A2B3C4D5E6F7"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/issuer.example"


def named(principal: Any, asking: str | None, **more: Any) -> tuple[int, int, int]:
    value = {"Effect": "Allow", "Principal": principal, **more}
    found = reach(value, caller(asking), bounded=False)
    return found.named.rank, found.itself.rank, found.directly.rank


@pytest.mark.parametrize(
    ("principal", "asking", "expected"),
    [
        ("*", ROLE, (2, 2, 1)),
        ({"AWS": "*"}, None, (2, 2, 1)),
        ({"AWS": ACCOUNT}, ROLE, (2, 0, 0)),
        ({"AWS": ROOT}, SESSION, (2, 0, 0)),
        ({"AWS": ROOT}, ROOT, (2, 2, 0)),
        ({"AWS": OTHER}, ROLE, (0, 0, 0)),
        ({"AWS": ROOT.replace("aws:", "aws-cn:")}, ROLE, (0, 0, 0)),
        ({"AWS": ROOT}, None, (0, 0, 0)),
        ({"AWS": ROOT}, SERVICE, (0, 0, 0)),
        ({"AWS": ROLE}, ROLE, (2, 2, 0)),
        ({"AWS": ROLE}, SESSION, (2, 2, 0)),
        ({"AWS": PATHED}, SESSION, (2, 2, 0)),
        ({"AWS": PATHED}, ROLE, (0, 0, 0)),
        ({"AWS": ROLE}, USER, (0, 0, 0)),
        ({"AWS": ROLE}, SOME_ROLE, (1, 1, 0)),
        ({"AWS": SESSION}, SESSION, (2, 2, 2)),
        ({"AWS": SESSION}, f"{SESSION}x", (0, 0, 0)),
        ({"AWS": SESSION}, ROLE, (1, 1, 1)),
        ({"AWS": SESSION}, SOME_ROLE, (1, 1, 1)),
        ({"AWS": USER}, USER, (2, 2, 2)),
        ({"AWS": USER}, USER.upper(), (0, 0, 0)),
        ({"AWS": OF_CLOUDFRONT}, OF_CLOUDFRONT, (2, 2, 2)),
        ({"AWS": OF_CLOUDFRONT}, f"{OF_CLOUDFRONT}2", (0, 0, 0)),
        ({"AWS": OF_CLOUDFRONT}, ROLE, (0, 0, 0)),
        ({"AWS": FEDERATED}, FEDERATED, (2, 2, 2)),
        ({"AWS": USER}, FEDERATED, (1, 1, 1)),
        ({"AWS": [OTHER, ROOT, ROLE]}, ROLE, (2, 2, 0)),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"}, ROLE, (1, 1, 1)),
        ({"AWS": f"arn:aws:iam::{OTHER}:role/*"}, ROLE, (0, 0, 0)),
        ({"AWS": "AROAEXAMPLE"}, ROLE, (0, 0, 0)),
        ({"Service": SERVICE}, SERVICE, (2, 2, 2)),
        ({"Service": "lambda.amazonaws.com"}, SERVICE, (0, 0, 0)),
        ({"Service": "*"}, SERVICE, (1, 1, 1)),
        ({"Federated": PROVIDER}, PROVIDER, (2, 2, 2)),
        ({"CanonicalUser": "79a5"}, ROLE, (1, 1, 0)),
        ({"CanonicalUser": "79a5"}, None, (0, 0, 0)),
        ({"Sevice": SERVICE}, SERVICE, (1, 1, 1)),
        ({}, ROLE, (0, 0, 0)),
        (7, ROLE, (0, 0, 0)),
    ],
)
def test_whom_a_statement_names(
    principal: Any, asking: str | None, expected: tuple[int, int, int]
) -> None:
    assert named(principal, asking) == expected


def test_everyone_picked_by_principal_arn_is_granted_directly() -> None:
    condition = {"ArnEquals": {"aws:PrincipalArn": ROLE}}
    assert named("*", ROLE, Condition=condition) == (2, 2, 2)
    assert named("*", ROLE, Condition=7) == (2, 2, 1)


def excepted(listed: Any, asking: str | None, *, bounded: bool = False) -> int:
    value = {"Effect": "Deny", "NotPrincipal": listed}
    return reach(value, caller(asking), bounded=bounded).named.rank


@pytest.mark.parametrize(
    ("listed", "asking", "expected"),
    [
        ({"AWS": [ROLE, ROOT]}, ROLE, 0),
        ({"AWS": [ROLE, ACCOUNT]}, ROLE, 0),
        ({"AWS": ROLE}, ROLE, 1),
        ({"AWS": ROOT}, ROLE, 1),
        ({"AWS": [ROLE, ROOT]}, SESSION, 0),
        ({"AWS": [SESSION, ROLE, ROOT]}, SESSION, 0),
        ({"AWS": [SESSION, PATHED, ROOT]}, SESSION, 0),
        ({"AWS": [SESSION, ROOT]}, SESSION, 1),
        ({"AWS": [SESSION, ROOT]}, ROLE, 1),
        ({"AWS": [ROLE, ROOT]}, SOME_ROLE, 1),
        ({"AWS": [USER, ROOT]}, USER, 0),
        ({"AWS": [USER, ROOT]}, ROLE, 1),
        ({"AWS": USER}, ROLE, 2),
        ({"AWS": ROOT}, ROOT, 0),
        ({"AWS": OTHER}, ROLE, 2),
        ({"AWS": [ROLE, ROOT]}, None, 2),
        ({"Service": SERVICE}, SERVICE, 0),
        ({"Service": SERVICE}, ROLE, 2),
        ({"AWS": "*"}, ROLE, 0),
        ("*", None, 0),
    ],
)
def test_whom_not_principal_leaves_out(listed: Any, asking: str | None, expected: int) -> None:
    assert excepted(listed, asking) == expected


def test_not_principal_with_deny_hits_whoever_has_a_boundary() -> None:
    assert excepted({"AWS": [ROLE, ROOT]}, ROLE, bounded=True) == 2
    assert excepted({"Service": SERVICE}, SERVICE, bounded=True) == 0
    resource = policy({**deny(), "NotPrincipal": {"AWS": [ROLE, ROOT]}})
    everything = policy(statement())
    assert verdict(identity=everything, resource=resource) == "Allowed"
    assert verdict(identity=everything, resource=resource, boundary=everything) == (
        "ExplicitlyDenied"
    )


def test_a_deny_for_the_account_hits_its_roles() -> None:
    resource = policy(deny(Principal={"AWS": ROOT}))
    assert verdict(identity=policy(statement()), resource=resource) == "ExplicitlyDenied"


def test_a_session_that_is_not_known_leaves_the_question_open() -> None:
    resource = policy(statement(Principal={"AWS": SESSION}))
    found = decided(resource=resource)
    assert found.decision == "undecided"
    assert SESSION in found.doubts[0].sentence
    assert verdict(ask(principal=SESSION), resource=resource) == "Allowed"
