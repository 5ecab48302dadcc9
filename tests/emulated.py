"""How tests make roles in the emulator, and what a call of theirs ends in."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from payguard.emulator import Emulator

USER = "probe"
EXTERNAL_ID = "a1b2c3d4"


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: str | Sequence[str], resource: str | Sequence[str] = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def deny(actions: str | Sequence[str], resource: str | Sequence[str] = "*") -> dict[str, Any]:
    return {"Effect": "Deny", "Action": actions, "Resource": resource}


def trust(emulator: Emulator, **condition: Any) -> str:
    """A trust policy for the whole account."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{emulator.account}:root"},
        "Action": "sts:AssumeRole",
    }
    return document({**statement, "Condition": condition} if condition else statement)


def create_role(emulator: Emulator, name: str, *statements: Mapping[str, Any]) -> str:
    """Create a role that the account may assume, and return its ARN."""
    iam = emulator.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(emulator))
    if statements:
        iam.put_role_policy(
            RoleName=name, PolicyName="access", PolicyDocument=document(*statements)
        )
    return str(made["Role"]["Arn"])


def assume(emulator: Emulator, role: str, **more: Any) -> dict[str, Any]:
    """Assume a role as the first user, and return the credentials."""
    found = emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="smoke", **more)
    return dict(found["Credentials"])


def session(emulator: Emulator, name: str, *statements: Mapping[str, Any]) -> Any:
    """A client of the data plane in a session of a new role."""
    return emulator.client(
        "bedrock-agentcore", assume(emulator, create_role(emulator, name, *statements))
    )


def error(call: Callable[..., Any], **arguments: Any) -> tuple[str, int, str]:
    """Return code, status and message of the error that a call ends in."""
    try:
        call(**arguments)
    except ClientError as refused:
        told = refused.response
        status = told["ResponseMetadata"]["HTTPStatusCode"]
        return told["Error"]["Code"], status, told["Error"]["Message"]
    raise AssertionError("the call went well")
