"""A call is a conjunction: every resource that AWS authorizes it on has to be allowed."""

from functools import partial
from typing import Any

import pytest

from authorization.asking import ACCOUNT, MANAGER, PAY, ROLE, allow, policy
from payguard.authorization.call import Call, CallDecision, Use, call, decide_call
from payguard.authorization.policy_set import attach
from payguard.authorization.request import request

HOME = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}"
VAULT, DIRECTORY = f"{HOME}:token-vault/default", f"{HOME}:workload-identity-directory/default"
PROVIDER, IDENTITY = f"{VAULT}/paymentcredentialprovider/p", f"{DIRECTORY}/workload-identity/w"
RETRIEVE = "bedrock-agentcore:GetResourcePaymentToken"
LIST = "bedrock-agentcore:ListPaymentManagers"


@pytest.mark.parametrize(
    ("action", "resources", "expected", "missing"),
    [
        (PAY, [MANAGER], [("payment-manager", MANAGER)], ()),
        (PAY, [], [], ("payment-manager",)),
        (PAY, [f"{MANAGER}/session/s"], [("", f"{MANAGER}/session/s")], ("payment-manager",)),
        (LIST, [], [("", "*")], ()),
        (LIST.upper(), [MANAGER], [("", "*")], ()),
        (
            RETRIEVE,
            [PROVIDER, IDENTITY],
            [
                ("paymentcredentialprovider", PROVIDER),
                ("token-vault", VAULT),
                ("workload-identity", IDENTITY),
                ("workload-identity-directory", DIRECTORY),
            ],
            (),
        ),
        (
            RETRIEVE,
            [PROVIDER],
            [("paymentcredentialprovider", PROVIDER), ("token-vault", VAULT)],
            ("workload-identity", "workload-identity-directory"),
        ),
        (
            "bedrock-agentcore:ListPaymentCredentialProviders",
            [VAULT],
            [("token-vault", VAULT)],
            ("paymentcredentialprovider",),
        ),
        ("bedrock-agentcore:TagResource", [MANAGER], [("payment-manager", MANAGER)], ()),
        ("bedrock-agentcore:TagResource", [], [("", "*")], ()),
        ("iam:ListRoles", [ROLE], [("", ROLE)], ()),
        ("iam:PassRole", [ROLE], [("role", ROLE)], ()),
        ("s3:GetObject", ["arn:aws:s3:::b/k"], [("", "arn:aws:s3:::b/k")], ()),
        ("s3:GetObject", [], [], ("resource",)),
        ("bedrock-agentcore:Nothing", [MANAGER], [("", MANAGER)], ()),
        ("nonsense", [], [], ("resource",)),
    ],
)
def test_what_a_call_is_authorized_on(
    action: str, resources: list[str], expected: list[tuple[str, str]], missing: tuple[str, ...]
) -> None:
    found = call(action, resources)
    assert list(found.uses) == [Use(*use) for use in expected]
    assert found.missing == missing


def answer(resources: list[str], *allowed: str) -> CallDecision:
    document: Any = policy(allow(Action="bedrock-agentcore:*", Resource=list(allowed)))
    ask = partial(request, ROLE, RETRIEVE)
    return decide_call(attach(identity=[document]), call(RETRIEVE, resources), ask)


def test_all_resources_have_to_be_allowed() -> None:
    found = answer([PROVIDER, IDENTITY], PROVIDER, VAULT, IDENTITY, DIRECTORY)
    assert found.decision == "allow"
    assert len(found.parts) == 4
    assert not found.doubts


def test_a_policy_that_names_only_the_provider_is_not_enough() -> None:
    found = answer([PROVIDER, IDENTITY], PROVIDER)
    assert found.decision == "deny"
    assert [doubt.kind for doubt in found.doubts] == ["conjunction"]


def test_a_call_that_is_denied_on_everything_is_no_open_question() -> None:
    assert not answer([PROVIDER, IDENTITY], MANAGER).doubts


def test_a_resource_that_was_not_given_leaves_the_question_open() -> None:
    found = answer([PROVIDER], f"{HOME}:*")
    assert found.decision == "undecided"
    assert [doubt.subject for doubt in found.doubts] == [
        "workload-identity",
        "workload-identity-directory",
    ]


def test_an_open_part_leaves_the_call_open() -> None:
    document = policy(allow(Resource=f"{HOME}:*/shop-*"))
    ask = partial(request, ROLE, PAY)
    found = decide_call(attach(identity=[document]), Call((Use("", MANAGER),)), ask)
    assert found.decision == "undecided"
    assert [doubt.kind for doubt in found.doubts] == ["wildcard-in-resource-type"]
