"""Roles that questions are about: what is attached to them, as plain JSON."""

from typing import NamedTuple

from authorization.asking import ACCOUNT, PAY, Json, allow, deny, policy
from payguard.authorization.actor import Actor, actor
from payguard.authorization.prove import manager_actions

OPEN = "bedrock-agentcore:CreatePaymentSession"
MANAGERS = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:payment-manager/"
SHOP = f"{MANAGERS}shop-a1b2c3d4e5"
MANY_STATEMENTS = 200


class Role(NamedTuple):
    """What is attached to a role, as decoded documents; ``scps`` has the documents of each level."""

    identity: tuple[Json, ...]
    boundary: tuple[Json, ...] = ()
    session: tuple[Json, ...] = ()
    scps: tuple[tuple[Json, ...], ...] = ()
    arn: str = ""

    def actor(self, name: str = "role") -> Actor:
        """Return the role as the engine sees it."""
        levels = [(f"level {number}", level) for number, level in enumerate(self.scps)]
        return actor(
            name,
            self.identity,
            boundary=self.boundary,
            session=self.session,
            scps=levels,
            arn=self.arn,
        )


def role(*statements: Json) -> Role:
    """Return a role with one policy."""
    return Role((policy(*statements),))


def managers(*names: str) -> list[str]:
    """Return patterns of payment managers."""
    return [f"{MANAGERS}{name}" for name in names]


def typical() -> Role:
    """Return a role of ten statements that pays, and never creates a session to pay from."""
    return role(
        allow(
            Action=[PAY, "bedrock-agentcore:GetPaymentInstrument*"], Resource=[SHOP, f"{SHOP}/*"]
        ),
        allow(
            Action=["bedrock-agentcore:GetPaymentSession", "bedrock-agentcore:ListPayment*"],
            Resource=managers("shop-*", "till-*"),
        ),
        allow(
            Action="bedrock-agentcore:GetResourcePaymentToken",
            Resource=[
                f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:token-vault/default",
                f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:token-vault/default/*",
            ],
        ),
        allow(
            Action="secretsmanager:GetSecretValue",
            Resource=f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:bedrock-agentcore-*",
            Condition={"StringEquals": {"aws:ResourceAccount": ACCOUNT}},
        ),
        allow(Action=["logs:CreateLogStream", "logs:PutLogEvents"], Resource="arn:aws:logs:*:*:*"),
        allow(Action="bedrock:InvokeModel*", Resource="arn:aws:bedrock:*::foundation-model/*"),
        allow(
            Action="bedrock-agentcore:*",
            Resource=managers("test-*"),
            Condition={
                "StringEquals": {"aws:ResourceTag/stage": "test"},
                "Bool": {"aws:MultiFactorAuthPresent": "true"},
            },
        ),
        deny(
            Action=["bedrock-agentcore:Create*", "bedrock-agentcore:Delete*"],
            NotResource=managers("sandbox-*"),
        ),
        deny(
            NotAction=["iam:*", "sts:*"],
            Condition={"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "us-west-2"]}},
        ),
        deny(Action="*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
    )


# Many statements, and the same said otherwise


def many_statements(count: int = MANY_STATEMENTS) -> Role:
    """Return a role of many statements: each some actions on some managers, some of them denied.

    A quarter has a condition, a tenth denies.
    """
    actions = manager_actions()
    said = []
    for number in range(count):
        first = number * 3 % len(actions)
        chosen = [actions[(first + step) % len(actions)] for step in range(3)]
        statement: Json = {
            "Sid": f"S{number}",
            "Effect": "Deny" if number % 10 == 9 else "Allow",
            "Action": chosen,
            "Resource": managers(f"shop{number}-*", f"till{number}-*"),
        }
        if number % 4 == 3:
            statement["Condition"] = {"StringEquals": {"aws:PrincipalTag/team": f"t{number % 12}"}}
        said.append(statement)
    return role(*said)


def rewritten(many: Role) -> Role:
    """Return a role that allows the same, said otherwise.

    Every third statement is split by resource, every third by action; lists and statements are
    turned around, and single entries stand without a list.
    """
    said: list[Json] = []
    for number, statement in enumerate(many.identity[0]["Statement"]):
        found = {name: item for name, item in statement.items() if name != "Sid"}
        element = (None, "Resource", "Action")[number % 3]
        if element is None:
            said.append({**found, "Action": found["Action"][::-1]})
        else:
            said += ({**found, element: entry} for entry in found[element])
    return role(*said[::-1])


def widened(many: Role) -> Role:
    """Return a role in which one Allow, in the middle, covers more."""
    said = [dict(statement) for statement in many.identity[0]["Statement"]]
    found = said[len(said) // 2]
    found["Resource"] = managers("shop1*")
    return role(*said)
