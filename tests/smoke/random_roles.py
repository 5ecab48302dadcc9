"""Random roles of one account, in the words of IAM: what a plan and the emulator are asked about."""

import random
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Json = dict[str, Any]
_PREFIX = "bedrock-agentcore:"
_LISTS = ("ListPaymentInstruments", "ListPaymentSessions")
_ACTIONS: tuple[Any, ...] = (
    *(f"{_PREFIX}{name}" for name in _LISTS),
    [f"{_PREFIX}{name}" for name in _LISTS],
    f"{_PREFIX}List*",
    f"{_PREFIX}ListPayment?nstruments",
    f"{_PREFIX}*PaymentSession*",
    f"{_PREFIX}GetPaymentManager",
    f"{_PREFIX}Get*",
    f"{_PREFIX}ProcessPayment",
    "bedrock-agentcore:*",
    "s3:*",
    "*",
)
_CONDITIONS: tuple[Json, ...] = (
    {"Bool": {"aws:SecureTransport": "true"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"StringEquals": {"aws:RequestedRegion": "us-west-2"}},
    {"StringNotEquals": {"aws:RequestedRegion": "us-west-2"}},
    {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/matrix-*"}},
    {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/other-*"}},
    {"StringEquals": {"aws:PrincipalAccount": "111122223333"}},
    {"StringEquals": {"aws:ResourceAccount": "999988887777"}},
    {"StringEquals": {"aws:PrincipalTag/team": "red"}},
    {"StringEqualsIfExists": {"aws:PrincipalTag/team": "blue"}},
    {"Null": {"aws:PrincipalTag/team": "true"}},
    {"StringEquals": {"aws:PrincipalTag/team": "${aws:PrincipalTag/team}"}},
    {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}},
    {"StringEquals": {"aws:ResourceTag/team": "red"}},
    {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
)


class RandomRole(NamedTuple):
    """A role.

    Attributes:
        name: its name.
        identity: its inline policies.
        boundary: its permissions boundary; None for none.
        trust: its trust policy.
        tags: its tags.
        persona: what it is said to be.
    """

    name: str
    identity: tuple[Json, ...]
    boundary: Json | None
    trust: Json
    tags: Mapping[str, str]
    persona: str


def random_roles(count: int, manager: str, seed: int) -> Iterator[RandomRole]:
    """Yield roles, the same for the same seed.

    Args:
        count: how many.
        manager: the payment manager that most of their policies are about.
        seed: of the random numbers.
    """
    chance = random.Random(seed)
    account = manager.split(":")[4]
    personas = ("management", "viewer", "process-payment", "control-plane", "resource-retrieval")
    for number in range(count):
        persona = chance.choice(personas)
        yield RandomRole(
            f"matrix-{number}",
            tuple(_document(chance, manager) for _ in range(chance.randint(1, 3))),
            _document(chance, manager) if chance.random() < 0.25 else None,
            _trust(chance, account, persona),
            {"team": chance.choice(["red", "blue"])} if chance.random() < 0.5 else {},
            persona,
        )


def _document(chance: random.Random, manager: str) -> Json:
    statements = [_statement(chance, manager) for _ in range(chance.randint(1, 3))]
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(chance: random.Random, manager: str) -> Json:
    start = manager.rpartition("/")[0]
    resources: tuple[Any, ...] = (
        "*",
        manager,
        [manager, f"{manager}/*"],
        f"{manager}*",
        f"{start}/*",
        f"{start}/shop-??????????",
        f"{start}/other-a1b2c3d4e5",
        f"{start}/*/session/*",
        f"{manager}/*",
        manager.replace("us-west-2", "*"),
        "arn:aws:s3:::shop",
    )
    effect = "Deny" if chance.random() < 0.2 else "Allow"
    action = "NotAction" if chance.random() < 0.1 else "Action"
    resource = "NotResource" if chance.random() < 0.05 else "Resource"
    statement = {
        "Effect": effect,
        action: chance.choice(_ACTIONS),
        resource: chance.choice(resources),
    }
    if chance.random() < 0.3:
        statement["Condition"] = chance.choice(_CONDITIONS)
    return statement


def _trust(chance: random.Random, account: str, persona: str) -> Json:
    service = {"Service": "bedrock-agentcore.amazonaws.com"}
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    alone = persona == "resource-retrieval" and chance.random() < 0.7
    statement = {
        "Effect": "Allow",
        "Principal": service if alone else root,
        "Action": "sts:AssumeRole",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
