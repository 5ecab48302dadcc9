"""Random policies about payments, and random requests to test answers against."""

import random
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from authorization.asking import ACCOUNT, PAY, ROLE, Json
from payguard.authorization.actor import Actor, actor
from payguard.authorization.domain import is_always_there
from payguard.authorization.evaluate import outcome
from payguard.authorization.policy_set import Policies
from payguard.authorization.request import Request, request

OPEN = "bedrock-agentcore:CreatePaymentSession"
TAG = "bedrock-agentcore:TagResource"
PREFIX = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:payment-manager/"
KEYS = (
    "aws:ResourceTag/team",
    "aws:PrincipalTag/team",
    "aws:MultiFactorAuthPresent",
    "aws:MultiFactorAuthAge",
    "aws:CurrentTime",
    "aws:SourceIp",
    "aws:SourceArn",
    "aws:CalledVia",
    "aws:UserAgent",
)
OPERATORS = {
    "aws:ResourceTag/team": "String",
    "aws:PrincipalTag/team": "String",
    "aws:UserAgent": "String",
    "aws:CalledVia": "Set",
    "aws:MultiFactorAuthPresent": "Bool",
    "aws:MultiFactorAuthAge": "Numeric",
    "aws:CurrentTime": "Date",
    "aws:SourceIp": "IpAddress",
    "aws:SourceArn": "Arn",
}
OPERATORS_OF = {
    "String": (
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLikeIfExists",
        "StringNotEqualsIfExists",
    ),
    "Set": (
        "ForAllValues:StringEquals",
        "ForAnyValue:StringLike",
        "ForAllValues:StringNotLike",
        "ForAnyValue:StringNotEquals",
        "StringEquals",
    ),
    "Bool": ("Bool", "BoolIfExists"),
    "Numeric": ("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"),
    "Date": ("DateLessThan", "DateGreaterThan", "DateEquals"),
    "IpAddress": ("IpAddress", "NotIpAddress", "IpAddressIfExists"),
    "Arn": ("ArnLike", "ArnNotEquals", "ArnEquals"),
}
VALUES: dict[str, tuple[str, ...]] = {
    "String": ("a", "b", "A", "a*", "*b", "?", "", "${aws:PrincipalTag/team}", "x${aws:userid}"),
    "Set": ("a", "b", "a*", "c"),
    "Bool": ("true", "false"),
    "Numeric": ("0", "10", "10.5", "300"),
    "Date": ("2026-01-01T00:00:00Z", "2027-06-01", "1800000000"),
    "IpAddress": ("10.0.0.0/8", "10.1.0.0/16", "203.0.113.7", "2001:db8::/32"),
    "Arn": ("arn:aws:s3:::b", "arn:aws:s3:::*", "arn:*:lambda:*:*:function:?x", "arn:aws:s3"),
}
# What random requests carry: the values above and their neighbours.
HELD: dict[str, tuple[Any, ...]] = {
    "String": ("a", "b", "A", "ab", "aab", "z", "", "B", "xa"),
    "Set": (("a",), ("b",), ("a", "b"), ("ab", "c"), ("z",), ("a", "z")),
    "Bool": ("true", "false"),
    "Numeric": ("0", "5", "10", "10.2", "10.5", "11", "300", "301", "-1"),
    "Date": ("2025-01-01T00:00:00Z", "1767225600", "2026-05-05", "1800000000", "1900000000"),
    "IpAddress": ("10.0.0.1", "10.1.2.3", "203.0.113.7", "203.0.113.8", "2001:db8::1", "::1"),
    "Arn": ("arn:aws:s3:::b", "arn:aws:s3:::c", "arn:aws:lambda:us-east-1:1:function:ax"),
}
IDS = ("shop", "shop-a", "till", "a", "ab", "team-a")

actions = st.sampled_from(
    ["*", PAY, OPEN, "bedrock-agentcore:*Payment*", "bedrock-agentcore:Create*", "s3:*", TAG]
)
resources = st.sampled_from(
    [
        "*",
        f"{PREFIX}*",
        f"{PREFIX}shop-*",
        f"{PREFIX}shop-a1b2c3d4e5",
        f"{PREFIX}*a*",
        f"{PREFIX}?*-a1b2c3d4e5",
        f"{PREFIX}till-a1b2c3d4e5*",
        f"{PREFIX}*/session/*",
        f"{PREFIX}${{aws:PrincipalTag/team}}-*",
        f"{PREFIX}${{aws:PrincipalTag/team, 'shop'}}*",
        "arn:aws:bedrock-agentcore:eu-west-1:*:payment-manager/*",
        "arn:aws:bedrock-agentcore:*",
        "arn:aws:bedrock-agentcore",
        "arn:aws:s3:::bucket/*",
    ]
)


@st.composite
def conditions(draw: st.DrawFn) -> Json:
    found: Json = {}
    for key in draw(st.lists(st.sampled_from(KEYS), max_size=2, unique=True)):
        kind = OPERATORS[key]
        operator = draw(st.sampled_from((*OPERATORS_OF[kind], "Null")))
        values = ("true", "false") if operator == "Null" else VALUES[kind]
        chosen = draw(st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True))
        found.setdefault(operator, {})[key] = chosen
    return found


@st.composite
def statements(draw: st.DrawFn) -> Json:
    found: Json = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    kind = draw(st.sampled_from(["Action", "Action", "Action", "NotAction"]))
    found[kind] = draw(st.lists(actions, min_size=1, max_size=2))
    kind = draw(st.sampled_from(["Resource", "Resource", "Resource", "NotResource"]))
    found[kind] = draw(st.lists(resources, min_size=1, max_size=2))
    block = draw(conditions())
    return {**found, "Condition": block} if block else found


documents = st.builds(
    lambda version, found: {"Version": version, "Statement": found},
    st.sampled_from(["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17"]),
    st.lists(statements(), min_size=1, max_size=4),
)


@st.composite
def actors(draw: st.DrawFn) -> Actor:
    """Draw a role with up to three policies, and now and then a boundary and SCPs."""
    levels = draw(st.lists(st.tuples(st.just("root"), st.lists(documents, max_size=2)), max_size=1))
    return actor(
        "role",
        draw(st.lists(documents, min_size=1, max_size=2)),
        boundary=draw(st.lists(documents, max_size=1)),
        scps=levels if draw(st.integers(0, 3)) == 0 else (),
        arn=draw(st.sampled_from(["", ROLE])),
    )


def random_context(rng: random.Random) -> dict[str, Any]:
    return {
        key: rng.choice(HELD[OPERATORS[key]])
        for key in KEYS
        if rng.random() < 0.6 or is_always_there(key.lower())
    }


def random_manager(rng: random.Random) -> str:
    region = rng.choice(["us-east-1", "us-east-1", "us-east-1", "eu-west-1"])
    suffix = rng.choice(["a1b2c3d4e5", "bbbbbbbbbb", "zzzzzzzzza"])
    prefix = PREFIX.replace("us-east-1", region)
    return f"{prefix}{rng.choice(IDS)}-{suffix}"


def asked(role: Actor, action: str, resource: str, context: dict[str, Any]) -> Request:
    region = resource.split(":")[3] if resource != "*" else ""
    known = {**context, "aws:RequestedRegion": region} if region else context
    return request(role.arn or f"arn:aws:iam::{ACCOUNT}:role/", action, resource, context=known)


SHARED = ("aws:ResourceTag/team", "aws:PrincipalTag/team")


def random_pairs(
    role: Actor, first: str, second: str, number: int, seed: int
) -> Iterator[tuple[Request, Request]]:
    """Yield pairs of random requests about one manager, its tags and those of the role the same."""
    rng = random.Random(seed)
    for _ in range(number):
        manager = random_manager(rng)
        one, other = random_context(rng), random_context(rng)
        for key in SHARED:
            other.pop(key, None)
            if key in one:
                other[key] = one[key]
        yield asked(role, first, manager, one), asked(role, second, manager, other)


def surely_allowed(policies: Policies, wanted: Request) -> bool:
    answer = outcome(policies, wanted).allowed
    return answer.rank == 2 and answer.is_certain


def surely_denied(policies: Policies, wanted: Request) -> bool:
    answer = outcome(policies, wanted).allowed
    return answer.rank == 0 and answer.is_certain
