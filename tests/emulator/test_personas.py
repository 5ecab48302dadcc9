"""The documented roles, made in the emulator's IAM: each can call what its contract says."""

import json
from pathlib import Path
from typing import Any

import pytest

from emulated import USER, allow, assume, create_role, deny, error
from emulated import trust as role_trust
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


DOCUMENTED = Path(__file__).parents[1] / "documented" / "five-role"


def test_the_administrator_as_aws_writes_it_can_do_what_was_reported(emulator: Emulator) -> None:
    """AWS's page grants managers by pattern and connectors below them only."""
    document = (DOCUMENTED / "control-plane.permissions.json").read_text()
    assert f":{emulator.account}:" in document
    role = emulator.client("iam").create_role(
        RoleName="Documented", AssumeRolePolicyDocument=role_trust(emulator)
    )["Role"]["Arn"]
    emulator.client("iam").put_role_policy(
        RoleName="Documented", PolicyName="page", PolicyDocument=document
    )
    manager = emulator.create_manager("shop")
    connector = emulator.create_connector(manager, "wallets")
    control = emulator.client("bedrock-agentcore-control", assume(emulator, role))
    assert len(control.list_payment_managers()["paymentManagers"]) == 1
    id_ = {"paymentManagerId": manager.rpartition("/")[2]}
    control.get_payment_connector(**id_, paymentConnectorId=connector)
    code, _, message = error(control.list_payment_connectors, **id_)
    assert code == "AccessDeniedException"
    assert f"on resource: {manager} because" in message


def test_a_deny_on_either_resource_stays_one(emulator: Emulator) -> None:
    manager = emulator.create_manager("shop")
    connector = emulator.create_connector(manager, "wallets")
    action = "bedrock-agentcore:GetPaymentConnector"
    role = create_role(
        emulator, "Denied", allow(action, f"{manager}/connector/*"), deny(action, manager)
    )
    control = emulator.client("bedrock-agentcore-control", assume(emulator, role))
    asked = {"paymentManagerId": manager.rpartition("/")[2], "paymentConnectorId": connector}
    _, _, message = error(control.get_payment_connector, **asked)
    assert message.endswith("with an explicit deny in an identity-based policy")
