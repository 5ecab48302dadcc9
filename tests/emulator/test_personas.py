"""The documented roles, made in the emulator's IAM: each can call what its contract says."""

import json
from typing import Any

import pytest

from emulated import USER, assume, error
from payguard.emulator import Emulator
from payguard_policies.roles import PERSONAS, Parameters, contract, permissions, trust

LISTS = {
    "ListPaymentInstruments": "list_payment_instruments",
    "ListPaymentSessions": "list_payment_sessions",
}


def create(emulator: Emulator, persona: str, parameters: Parameters) -> str:
    iam = emulator.client("iam")
    made = iam.create_role(
        RoleName=persona, AssumeRolePolicyDocument=json.dumps(trust(persona, parameters))
    )
    iam.put_role_policy(
        RoleName=persona,
        PolicyName="documented",
        PolicyDocument=json.dumps(permissions(persona, parameters)),
    )
    return str(made["Role"]["Arn"])


def service_role(emulator: Emulator) -> str:
    return f"arn:aws:iam::{emulator.account}:role/resource-retrieval"


@pytest.mark.parametrize("persona", PERSONAS)
def test_a_persona_lists_as_its_contract_says(
    emulator: Emulator, manager: str, persona: str
) -> None:
    parameters = Parameters(
        manager_arns=(manager,), service_role_arn=service_role(emulator), external_id=None
    )
    role = create(emulator, persona, parameters)
    expected = contract(persona).smoke
    assert set(expected) == set(LISTS)
    if "not-assumable" in expected.values():
        code, *_ = error(emulator.client("sts").assume_role, RoleArn=role, RoleSessionName="smoke")
        assert code == "AccessDenied"
        return
    client = emulator.client("bedrock-agentcore", assume(emulator, role))
    for operation, verdict in expected.items():
        call = getattr(client, LISTS[operation])
        asked: dict[str, Any] = {"paymentManagerArn": manager, "userId": USER}
        if verdict == "allow":
            call(**asked)
        else:
            assert error(call, **asked)[0] == "AccessDeniedException"


def test_the_administrator_builds_what_the_others_work_with(emulator: Emulator) -> None:
    """The documented control-plane role creates provider, manager and connector, with tags."""
    coming = Parameters(
        manager_name="shop",
        account=emulator.account,
        region=emulator.region,
        service_role_arn=service_role(emulator),
    )
    create(emulator, "resource-retrieval", coming)
    admin = assume(emulator, create(emulator, "control-plane", coming))
    control = emulator.client("bedrock-agentcore-control", admin)
    provider = control.create_payment_credential_provider(
        name="coinbase",
        credentialProviderVendor="CoinbaseCDP",
        providerConfigurationInput={
            "coinbaseCdpConfiguration": {
                "apiKeyId": "key-1",
                "apiKeySecret": "c2VjcmV0",
                "walletSecret": "d2FsbGV0",
            }
        },
        tags={"team": "red"},
    )
    made = control.create_payment_manager(
        name="shop",
        authorizerType="AWS_IAM",
        roleArn=service_role(emulator),
        tags={"team": "red"},
    )
    connector = control.create_payment_connector(
        paymentManagerId=made["paymentManagerId"],
        name="wallets",
        type="CoinbaseCDP",
        credentialProviderConfigurations=[
            {"coinbaseCDP": {"credentialProviderArn": provider["credentialProviderArn"]}}
        ],
    )
    known = Parameters(manager_arns=(made["paymentManagerArn"],))
    developer = emulator.client(
        "bedrock-agentcore", assume(emulator, create(emulator, "management", known))
    )
    wallet = {"network": "ETHEREUM", "linkedAccounts": []}
    asked = {"paymentManagerArn": made["paymentManagerArn"], "userId": USER}
    developer.create_payment_instrument(
        **asked,
        paymentConnectorId=connector["paymentConnectorId"],
        paymentInstrumentType="EMBEDDED_CRYPTO_WALLET",
        paymentInstrumentDetails={"embeddedCryptoWallet": wallet},
    )
    developer.create_payment_session(**asked, expiryTimeInMinutes=15)
    assert len(developer.list_payment_sessions(**asked)["paymentSessions"]) == 1
