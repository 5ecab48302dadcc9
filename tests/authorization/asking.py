"""How tests of the evaluator write statements and requests."""

from collections.abc import Mapping
from typing import Any

from payguard.authorization.decision import Decision, decide
from payguard.authorization.policy_set import attach
from payguard.authorization.request import Request, Unknown, request

ACCOUNT, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/agent"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/agent/s1"
USER = f"arn:aws:iam::{ACCOUNT}:user/team/ann"
MANAGER = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:payment-manager/shop-a1b2c3d4e5"
PAY = "bedrock-agentcore:ProcessPayment"
BUCKET = "arn:aws:s3:::bucket/key"

Json = dict[str, Any]


def policy(*statements: Json, version: str | None = "2012-10-17") -> Json:
    """Return a policy; without a version if it is None."""
    head = {} if version is None else {"Version": version}
    return {**head, "Statement": list(statements)}


def allow(**elements: Any) -> Json:
    """Return a statement that allows everything but what the elements say."""
    return _statement("Allow", elements)


def deny(**elements: Any) -> Json:
    """Return a statement that denies everything but what the elements say."""
    return _statement("Deny", elements)


def _statement(effect: str, elements: Mapping[str, Any]) -> Json:
    found = {"Effect": effect, **elements}
    if "NotAction" not in found:
        found.setdefault("Action", "*")
    if "NotResource" not in found:
        found.setdefault("Resource", "*")
    return found


def ask(
    action: str = PAY,
    resource: str = MANAGER,
    principal: str | None = ROLE,
    context: Mapping[str, str | tuple[str, ...] | Unknown] | None = None,
    **more: str,
) -> Request:
    """Return a request."""
    return request(principal, action, resource, context=context, **more)


def verdict(wanted: Request | None = None, **policies: Any) -> str:
    """Return the detail of a decision, or ``undecided``."""
    return decided(wanted, **policies).detail or "undecided"


def decided(wanted: Request | None = None, **policies: Any) -> Decision:
    """Return the decision on a request; ``identity`` may be one policy."""
    for kind in ("identity", "boundary", "session", "vpc_endpoint"):
        if isinstance(policies.get(kind), dict):
            policies[kind] = [policies[kind]]
    return decide(attach(**policies), wanted or ask())
