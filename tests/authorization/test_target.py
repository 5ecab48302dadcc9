"""What each action is asked on."""

import pytest

from authorization.asking import ACCOUNT, OTHER, PAY
from payguard.authorization.target import MANAGER, Call, calls, manager_of, universes
from payguard.authorization.universe import manager_universe, type_universe
from payguard_policies import catalog

PREFIX = "bedrock-agentcore:"
HEAD = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:"
SHOP = f"{HEAD}payment-manager/shop-a1b2c3d4e5"
PROVIDER = f"{HEAD}token-vault/default/paymentcredentialprovider/x"
IDENTITY = f"{HEAD}workload-identity-directory/default/workload-identity/x"

# What AWS's reference says, and (after the stroke) what an older text of AWS's says instead.
ON = {
    "CreatePaymentConnector": "payment-manager | connector",
    "CreatePaymentCredentialProvider": "paymentcredentialprovider + token-vault",
    "CreatePaymentInstrument": "payment-manager | instrument",
    "CreatePaymentManager": "*",
    "CreatePaymentSession": "payment-manager | session",
    "DeletePaymentConnector": "payment-manager | connector",
    "DeletePaymentCredentialProvider": "paymentcredentialprovider + token-vault",
    "DeletePaymentInstrument": "payment-manager | instrument",
    "DeletePaymentManager": "payment-manager",
    "DeletePaymentSession": "payment-manager | session",
    "GetPaymentConnector": "payment-manager | connector",
    "GetPaymentCredentialProvider": "paymentcredentialprovider + token-vault",
    "GetPaymentInstrument": "payment-manager | instrument",
    "GetPaymentInstrumentBalance": "payment-manager | instrument",
    "GetPaymentManager": "payment-manager",
    "GetPaymentSession": "payment-manager | session",
    "GetResourcePaymentToken": (
        "paymentcredentialprovider + token-vault + workload-identity + workload-identity-directory"
    ),
    "ListPaymentConnectors": "payment-manager | connector",
    "ListPaymentCredentialProviders": "paymentcredentialprovider + token-vault",
    "ListPaymentInstruments": "payment-manager | instrument",
    "ListPaymentManagers": "*",
    "ListPaymentSessions": "payment-manager | session",
    "ProcessPayment": "payment-manager | session",
    "RotatePaymentConnectorCredentials": "payment-manager | connector",
    "UpdatePaymentConnector": "payment-manager | connector",
    "UpdatePaymentCredentialProvider": "paymentcredentialprovider + token-vault",
    "UpdatePaymentManager": "payment-manager",
}


def written(found: tuple[Call, ...]) -> str:
    """Write calls down as in the table above."""
    sure = [call for call in found if not any(target.contested for target in call)]
    contested = [call for call in found if call not in sure]
    alternatives = (
        " or ".join(" + ".join(target.type or "*" for target in call) for call in some)
        for some in (sure, contested)
    )
    return " | ".join(filter(None, alternatives))


@pytest.mark.parametrize("name", ON)
def test_a_payments_action_is_asked_on(name: str) -> None:
    assert written(calls(PREFIX + name)) == ON[name]
    assert written(calls(PREFIX + name, ACCOUNT)) == ON[name]


def test_every_payments_action_is_in_the_table() -> None:
    assert set(ON) == set(catalog.payments_actions())


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("bedrock-agentcore:InvokeAgentRuntime", "runtime-endpoint + runtime"),
        (
            "bedrock-agentcore:GetResourceOauth2Token",
            ON["GetResourcePaymentToken"].replace("payment", "oauth2"),
        ),
        ("bedrock-agentcore:AllowVendedLogDeliveryForResource", "memory or payment-manager"),
        ("iam:TagRole", "role"),
        ("iam:ListRoles", "*"),
        ("sts:AssumeRole", "role"),
        ("kms:Decrypt", "key"),
        ("s3:GetObject", "* or *"),  # of a service without details: any ARN, or *
        ("bedrock-agentcore:NoSuchAction", "* or *"),
        ("nosuch:Thing", "* or *"),
        ("nocolon", "* or *"),
        ("", "* or *"),
    ],
)
def test_another_action_is_asked_on(action: str, expected: str) -> None:
    assert written(calls(action)) == expected


@pytest.mark.parametrize("name", ["TagResource", "UntagResource", "ListTagsForResource"])
def test_tags_are_asked_about_on_one_resource_of_any_type(name: str) -> None:
    found = calls(PREFIX + name)
    assert [MANAGER] in [[target.type for target in call] for call in found]
    assert all(len(call) == 1 for call in found)


@pytest.mark.parametrize("name", ["PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy"])
def test_resource_policies_are_asked_about_on_one_resource_of_any_type(name: str) -> None:
    found = {tuple(target.type for target in call) for call in calls(PREFIX + name)}
    assert found == {("gateway",), ("runtime",), ("runtime-endpoint",)}


@pytest.mark.parametrize(
    "action", ["bedrock-agentcore:processpayment", "Bedrock-AgentCore:PROCESSPAYMENT"]
)
def test_an_action_in_another_case_is_asked_on_the_manager(action: str) -> None:
    assert calls(action)[0] == calls(PAY)[0]


def test_an_action_in_another_case_has_the_same_doubts() -> None:
    assert calls("bedrock-agentcore:processpayment") == calls(PAY)


def test_the_manager_is_one_of_the_account() -> None:
    (manager,), (session,) = calls(PAY, ACCOUNT)
    assert manager.universe is manager_universe(ACCOUNT)
    assert manager.universe_name == f"every payment manager of account {ACCOUNT}"
    assert (session.type, session.contested) == ("session", True)
    assert calls(PAY, OTHER) != calls(PAY, ACCOUNT)


def test_no_resource_is_a_star() -> None:
    ((target,),) = calls("bedrock-agentcore:ListPaymentManagers")
    assert target.universe is None
    assert target.universe_name == '"*"'
    assert target.resource("*") == "*"


@pytest.mark.parametrize(
    ("action", "text", "expected"),
    [
        ("GetPaymentCredentialProvider", PROVIDER, [PROVIDER, f"{HEAD}token-vault/default"]),
        (
            "GetWorkloadAccessToken",
            IDENTITY,
            [IDENTITY, f"{HEAD}workload-identity-directory/default"],
        ),
        ("ProcessPayment", SHOP, [SHOP]),
    ],
)
def test_what_contains_a_resource_follows_from_it(
    action: str, text: str, expected: list[str]
) -> None:
    assert [target.resource(text) for target in calls(PREFIX + action)[0]] == expected


def test_the_manager_of_what_is_below_it_follows_from_it() -> None:
    _, (session,) = calls(PAY)
    manager = manager_of(session)
    assert (manager.type, manager.contested) == (MANAGER, False)
    assert manager.universe is session.universe
    assert manager.resource(f"{SHOP}/session/payment-session-a1b2c3d4e5f6g7h") == SHOP


def test_targets_of_one_universe_are_parts_of_one_text() -> None:
    ((call),) = calls(f"{PREFIX}GetResourcePaymentToken")
    found = universes(call)
    assert [[target.type for target in targets] for _, targets in found] == [
        ["paymentcredentialprovider", "token-vault"],
        ["workload-identity", "workload-identity-directory"],
    ]
    assert [universe for universe, _ in found] == [
        type_universe("bedrock-agentcore", kind, "")
        for kind in ("paymentcredentialprovider", "workload-identity")
    ]
