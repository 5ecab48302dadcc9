"""Random roles about payments, by seed: the same on every machine."""

import random
from collections.abc import Sequence

from authorization.asking import PAY, ROLE, Json, allow, policy
from authorization.question_set import CONFINED_TO, IMPLIES, NEVER_BOTH, Asked
from authorization.sample_roles import OPEN, SHOP, Role, managers, role
from payguard.authorization.prove import manager_actions

TEXTS = ("a", "b", "A", "a*", "*b", "?", "")
CONDITIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "aws:ResourceTag/team": (
        ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringLikeIfExists"),
        (*TEXTS, "${aws:PrincipalTag/team}"),
    ),
    "aws:PrincipalTag/team": (
        ("StringEquals", "StringNotEqualsIfExists", "StringLike", "StringEqualsIgnoreCase"),
        TEXTS,
    ),
    "aws:MultiFactorAuthPresent": (("Bool", "BoolIfExists"), ("true", "false")),
    "aws:MultiFactorAuthAge": (
        ("NumericLessThan", "NumericGreaterThanEquals", "NumericEquals", "NumericNotEquals"),
        ("0", "10", "10.5", "300"),
    ),
    "aws:CurrentTime": (
        ("DateLessThan", "DateGreaterThan", "DateEquals"),
        ("2026-01-01T00:00:00Z", "2027-06-01", "1800000000"),
    ),
    "aws:SourceIp": (
        ("IpAddress", "NotIpAddress", "IpAddressIfExists"),
        ("10.0.0.0/8", "10.1.0.0/16", "203.0.113.7", "2001:db8::/32"),
    ),
    "aws:CalledVia": (
        (
            "ForAllValues:StringEquals",
            "ForAnyValue:StringLike",
            "ForAllValues:StringNotLike",
            "ForAnyValue:StringNotEquals",
        ),
        ("a", "b", "a*", "c"),
    ),
    "aws:SourceArn": (
        ("ArnLike", "ArnNotEquals", "ArnEquals"),
        ("arn:aws:s3:::b", "arn:aws:s3:::*", "arn:*:lambda:*:*:function:?x", "arn:aws:s3:*"),
    ),
    "aws:RequestedRegion": (("StringEquals", "StringNotLike"), ("us-east-1", "eu-*")),
}
KEYS = tuple(sorted(CONDITIONS))
ACTIONS = (
    OPEN,
    PAY,
    "*",
    "bedrock-agentcore:*",
    "bedrock-agentcore:*Payment*",
    "bedrock-agentcore:Create*",
    "bedrock-agentcore:*Session",
    "bedrock-agentcore:?rocessPayment",
    "bedrock-agentcore:Get*",
)
RESOURCES = (
    "*",
    *managers(
        "*",
        "shop-*",
        "shop-a1b2c3d4e5",
        "*a*",
        "*-a1*",
        "?*-a1b2c3d4e5",
        "till-a1b2c3d4e5*",
        "t*l-*5",
        "${aws:PrincipalTag/team}-*",
        "shop-${aws:PrincipalTag/team, 'a'}*",
    ),
    "arn:aws:bedrock-agentcore:eu-west-1:*:payment-manager/*",
    "arn:aws:bedrock-agentcore:*:*:payment-manager/shop-*",
    "arn:aws:bedrock-agentcore:*",
)


def random_role(rng: random.Random) -> Role:
    """Return a random role.

    One policy of one to six statements, a third of them denying: one or two payments actions, most
    with wildcards (one in six times NotAction), one to three resources (one in six times
    NotResource), none to two conditions of one or two values each, Null among their operators.
    One in eight policies is of 2008, without variables. One role in six has a boundary as well, one
    in six two levels of SCPs; one in six has a known ARN.
    """
    boundary = (random_policy(rng, 2),) if _seldom(rng) else ()
    levels = ((policy(allow()),), (random_policy(rng, 2),)) if _seldom(rng) else ()
    arn = ROLE if _seldom(rng) else ""
    return Role((random_policy(rng, 6),), boundary=boundary, scps=levels, arn=arn)


def random_policy(rng: random.Random, most: int) -> Json:
    """Return a policy of up to ``most`` random statements."""
    said = [_random_statement(rng) for _ in range(rng.randint(1, most))]
    return policy(*said, version=rng.choice(("2012-10-17",) * 7 + ("2008-10-17",)))


def _random_statement(rng: random.Random) -> Json:
    action = "NotAction" if _seldom(rng) else "Action"
    resource = "NotResource" if _seldom(rng) else "Resource"
    said: Json = {
        "Effect": rng.choice(("Allow", "Allow", "Deny")),
        action: rng.sample(ACTIONS, rng.randint(1, 2)),
        resource: rng.sample(RESOURCES, rng.randint(1, 3)),
    }
    return _with_conditions(said, rng, rng.sample(KEYS, rng.choice((0, 0, 1, 1, 2))))


def _with_conditions(said: Json, rng: random.Random, keys: Sequence[str]) -> Json:
    """Return a statement with a random condition on each of some keys."""
    block: Json = {}
    for key in keys:
        operators, values = CONDITIONS[key]
        operator = "Null" if _seldom(rng) else rng.choice(operators)
        held = ("true", "false") if operator == "Null" else values
        block.setdefault(operator, {})[key] = rng.sample(held, min(len(held), rng.randint(1, 2)))
    return {**said, "Condition": block} if block else said


def conditional_role(rng: random.Random, keys: Sequence[str]) -> Role:
    """Return a role whose two to four statements hang on conditions on the same few keys.

    They are about paying, opening sessions, or both, on every manager or on some.
    """
    return role(*(_conditional_statement(rng, keys) for _ in range(rng.randint(2, 4))))


def _conditional_statement(rng: random.Random, keys: Sequence[str]) -> Json:
    said: Json = {
        "Effect": rng.choice(("Allow", "Allow", "Deny")),
        "Action": rng.choice((OPEN, PAY, [OPEN, PAY], [OPEN, PAY])),
        "Resource": rng.choice(("*", *managers("*", "shop-*"))),
    }
    return _with_conditions(said, rng, rng.sample(keys, rng.randint(1, len(keys))))


def _seldom(rng: random.Random) -> bool:
    return rng.random() < 1 / 6


def random_question(seed: int) -> Asked:
    """Return a random question: about random roles, or about roles that hang on conditions."""
    rng = random.Random(seed)
    kind = (NEVER_BOTH, CONFINED_TO, IMPLIES)[seed % 3]
    keys = rng.sample(KEYS, 2) if seed % 2 else ()
    one = conditional_role(rng, keys) if keys else random_role(rng)
    if kind == NEVER_BOTH:
        return Asked(f"random {seed}", kind, (one,), (OPEN, PAY))
    if kind == CONFINED_TO:
        arn = rng.choice([SHOP, *managers("shop-*", "*"), "*"])
        return Asked(f"random {seed}", kind, (one,), (arn,))
    other = _varied(one, rng, keys)
    return Asked(f"random {seed}", kind, (other._replace(arn=one.arn), one), manager_actions())


def _varied(one: Role, rng: random.Random, keys: Sequence[str]) -> Role:
    """Return a role with a statement more, less, or another instead of one; or another role."""
    if rng.random() < 0.3:
        return conditional_role(rng, keys) if keys else random_role(rng)
    said = list(one.identity[0]["Statement"])
    place = rng.randrange(len(said))
    more = _conditional_statement(rng, keys) if keys else _random_statement(rng)
    said[place : place + rng.randint(0, 1)] = [more] * rng.randint(0, 1)
    return one._replace(identity=({**one.identity[0], "Statement": said},))
