"""Managers, connectors and credential providers, and what is checked when they are created."""

from typing import Any

import pytest

from emulated import allow, assume, create_role, document, error
from payguard.emulator import Emulator
from payguard.identifiers import ERROR, check

SERVICE = "bedrock-agentcore.amazonaws.com"
COINBASE = {
    "coinbaseCdpConfiguration": {
        "apiKeyId": "key-1",
        "apiKeySecret": "c2VjcmV0",
        "walletSecret": "d2FsbGV0",
    }
}


@pytest.fixture
def control(emulator: Emulator) -> Any:
    return emulator.client("bedrock-agentcore-control")


def service_role(
    emulator: Emulator, source: str = "*", name: str = "Retrieval", service: str = SERVICE
) -> str:
    """Create a role that payments may assume for managers whose ARN ends so."""
    base = f"arn:aws:bedrock-agentcore:{emulator.region}:{emulator.account}:payment-manager"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": emulator.account},
            "ArnLike": {"aws:SourceArn": f"{base}/{source}"},
        },
    }
    made = emulator.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=document(statement)
    )
    return str(made["Role"]["Arn"])


def create(emulator: Emulator, control: Any, name: str = "agentPay", **more: Any) -> dict[str, Any]:
    given = {"authorizerType": "AWS_IAM", "roleArn": service_role(emulator), **more}
    return dict(control.create_payment_manager(name=name, **given))


def test_a_manager_is_created_found_listed_changed_and_deleted(
    emulator: Emulator, control: Any
) -> None:
    made = create(emulator, control, description="a shop", tags={"team": "red"})
    assert made["status"] == "READY"
    id_ = made["paymentManagerId"]
    assert id_.startswith("agentpay-"), "the name is lower-cased in the ID"
    for kind, text in (
        ("payment-manager-arn", made["paymentManagerArn"]),
        ("payment-manager-id", id_),
    ):
        assert not [item for item in check(kind, text) if item.severity == ERROR]
    got = control.get_payment_manager(paymentManagerId=id_)
    assert got["tags"] == {"team": "red"}
    assert got["workloadIdentityDetails"]["workloadIdentityArn"].endswith(f"/{id_}")
    control.update_payment_manager(paymentManagerId=id_, description="another")
    listed = control.list_payment_managers()["paymentManagers"]
    assert [item["description"] for item in listed] == ["another"]
    assert control.delete_payment_manager(paymentManagerId=id_)["status"] == "DELETING"
    assert error(control.get_payment_manager, paymentManagerId=id_)[:2] == (
        "ResourceNotFoundException",
        404,
    )


def test_a_name_is_taken_once(emulator: Emulator, control: Any) -> None:
    made = create(emulator, control)
    code, status, _ = error(
        control.create_payment_manager,
        name="AGENTPAY",
        authorizerType="AWS_IAM",
        roleArn=made["roleArn"],
    )
    assert (code, status) == ("ConflictException", 409)


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("arn:aws:iam::{account}:role/Missing", "Role validation failed"),
        ("arn:aws:iam::444455556666:role/Retrieval", "roleArn must belong to your account"),
        ("arn:aws:iam:::role/Retrieval", "roleArn must contain a valid account ID"),
    ],
)
def test_the_service_role_has_to_be_there(
    emulator: Emulator, control: Any, arn: str, message: str
) -> None:
    given = arn.format(account=emulator.account)
    code, _, told = error(
        control.create_payment_manager, name="shop", authorizerType="AWS_IAM", roleArn=given
    )
    assert (code, told) == ("ValidationException", message)


def test_the_service_may_be_trusted_by_its_regional_name(emulator: Emulator, control: Any) -> None:
    role = service_role(emulator, service=f"bedrock-agentcore.{emulator.region}.amazonaws.com")
    control.create_payment_manager(name="shop", authorizerType="AWS_IAM", roleArn=role)
    elsewhere = service_role(
        emulator, name="Elsewhere", service="bedrock-agentcore.eu-north-1.amazonaws.com"
    )
    told = error(
        control.create_payment_manager, name="other", authorizerType="AWS_IAM", roleArn=elsewhere
    )
    assert told[2] == "Role validation failed"


@pytest.mark.parametrize(("source", "works"), [("shop-*", True), ("Shop-*", False)])
def test_the_service_role_has_to_trust_the_manager_by_its_lower_case_name(
    emulator: Emulator, control: Any, source: str, works: bool
) -> None:
    given = {"name": "Shop", "authorizerType": "AWS_IAM", "roleArn": service_role(emulator, source)}
    if works:
        control.create_payment_manager(**given)
    else:
        assert error(control.create_payment_manager, **given)[2] == "Role validation failed"


def test_the_creator_of_a_manager_has_to_pass_its_role(emulator: Emulator) -> None:
    role = service_role(emulator)
    statements = [allow("bedrock-agentcore:CreatePaymentManager")]
    creator = create_role(emulator, "Creator", *statements)
    client = emulator.client("bedrock-agentcore-control", assume(emulator, creator))
    given = {"name": "shop", "authorizerType": "AWS_IAM", "roleArn": role}
    code, _, message = error(client.create_payment_manager, **given)
    assert code == "AccessDeniedException"
    assert f"iam:PassRole on resource: {role} because no identity-based policy" in message
    passing = {"StringEquals": {"iam:PassedToService": SERVICE}}
    emulator.client("iam").put_role_policy(
        RoleName="Creator",
        PolicyName="pass",
        PolicyDocument=document({**allow("iam:PassRole", role), "Condition": passing}),
    )
    client.create_payment_manager(**given)


def create_connector(control: Any, manager: str, name: str = "wallets") -> dict[str, Any]:
    provider = control.create_payment_credential_provider(
        name="coinbase",
        credentialProviderVendor="CoinbaseCDP",
        providerConfigurationInput=COINBASE,
    )
    configuration = {"coinbaseCDP": {"credentialProviderArn": provider["credentialProviderArn"]}}
    return dict(
        control.create_payment_connector(
            paymentManagerId=manager.rpartition("/")[2],
            name=name,
            type="CoinbaseCDP",
            credentialProviderConfigurations=[configuration],
        )
    )


def test_a_connector_is_created_found_listed_changed_and_deleted(
    control: Any, manager: str
) -> None:
    made = create_connector(control, manager, "my_wallets")
    assert not [
        item
        for item in check("payment-connector-id", made["paymentConnectorId"])
        if item.severity == ERROR
    ]
    ids = {
        "paymentManagerId": made["paymentManagerId"],
        "paymentConnectorId": made["paymentConnectorId"],
    }
    control.update_payment_connector(**ids, description="mine")
    assert control.get_payment_connector(**ids)["description"] == "mine"
    listed = control.list_payment_connectors(paymentManagerId=ids["paymentManagerId"])
    assert [item["name"] for item in listed["paymentConnectors"]] == ["my_wallets"]
    code, *_ = error(control.delete_payment_manager, paymentManagerId=ids["paymentManagerId"])
    assert code == "ConflictException"
    code, *_ = error(control.delete_payment_credential_provider, name="coinbase")
    assert code == "ConflictException"
    control.delete_payment_connector(**ids)
    assert error(control.get_payment_connector, **ids)[0] == "ResourceNotFoundException"
    control.delete_payment_manager(paymentManagerId=ids["paymentManagerId"])
    control.delete_payment_credential_provider(name="coinbase")


@pytest.mark.parametrize(
    ("configurations", "code"),
    [
        ([], "ValidationException"),
        (
            [{"stripePrivy": {"credentialProviderArn": "{provider}"}}],
            "ValidationException",
        ),
        (
            [{"coinbaseCDP": {"credentialProviderArn": "{provider}"}}],
            "ResourceNotFoundException",
        ),
    ],
    ids=["no provider", "one of another vendor", "one that is not there"],
)
def test_a_connector_needs_a_credential_provider_of_its_vendor(
    emulator: Emulator, control: Any, manager: str, configurations: list[Any], code: str
) -> None:
    base = f"arn:aws:bedrock-agentcore:{emulator.region}:{emulator.account}"
    for item in configurations:
        for value in item.values():
            value["credentialProviderArn"] = (
                f"{base}:token-vault/default/paymentcredentialprovider/no"
            )
    told = error(
        control.create_payment_connector,
        paymentManagerId=manager.rpartition("/")[2],
        name="wallets",
        type="CoinbaseCDP",
        credentialProviderConfigurations=configurations,
    )
    assert told[0] == code


def test_quick_create_needs_the_vendor_and_is_not_emulated(control: Any, manager: str) -> None:
    code, *_ = error(
        control.create_payment_connector,
        paymentManagerId=manager.rpartition("/")[2],
        name="wallets",
        type="CoinbaseCDP",
        credentialProviderConfigurations=[],
        provisionMode="QUICK_CREATE",
    )
    assert code == "NotEmulatedException"


def test_no_secret_of_a_credential_provider_is_ever_told(emulator: Emulator, control: Any) -> None:
    made = control.create_payment_credential_provider(
        name="coinbase",
        credentialProviderVendor="CoinbaseCDP",
        providerConfigurationInput=COINBASE,
    )
    got = control.get_payment_credential_provider(name="coinbase")
    listed = control.list_payment_credential_providers()
    kept = repr((emulator._ledger.providers, made, got, listed))
    secrets = COINBASE["coinbaseCdpConfiguration"]
    assert not any(secrets[name] in kept for name in ("apiKeySecret", "walletSecret"))
    output = got["providerConfigurationOutput"]["coinbaseCdpConfiguration"]
    assert ":secret:bedrock-agentcore-identity!" in output["walletSecretArn"]["secretArn"]
    assert got["credentialProviderArn"].startswith("arn:aws:acps:")


def test_a_secret_kept_elsewhere_is_named_not_read(control: Any) -> None:
    elsewhere = {"secretId": "shop/coinbase", "jsonKey": "secret"}
    made = control.create_payment_credential_provider(
        name="coinbase",
        credentialProviderVendor="CoinbaseCDP",
        providerConfigurationInput={
            "coinbaseCdpConfiguration": {
                "apiKeyId": "key-1",
                "apiKeySecretConfig": elsewhere,
                "walletSecretConfig": elsewhere,
            }
        },
    )
    output = made["providerConfigurationOutput"]["coinbaseCdpConfiguration"]
    assert output["apiKeySecretSource"] == "EXTERNAL"
    assert output["apiKeySecretJsonKey"] == "secret"


@pytest.mark.parametrize(
    ("resources", "allowed"),
    [
        (["{base}:token-vault/default", "{base}:token-vault/default/*"], True),
        (["{base}:token-vault/default/*"], False),
    ],
    ids=["vault and provider", "provider only"],
)
def test_a_credential_provider_is_authorized_with_its_vault(
    emulator: Emulator, control: Any, resources: list[str], allowed: bool
) -> None:
    control.create_payment_credential_provider(
        name="coinbase",
        credentialProviderVendor="CoinbaseCDP",
        providerConfigurationInput=COINBASE,
    )
    base = f"arn:aws:bedrock-agentcore:{emulator.region}:{emulator.account}"
    on = [text.format(base=base) for text in resources]
    role = create_role(emulator, "Reader", allow("bedrock-agentcore:Get*", on))
    client = emulator.client("bedrock-agentcore-control", assume(emulator, role))
    if allowed:
        client.get_payment_credential_provider(name="coinbase")
        return
    _, _, message = error(client.get_payment_credential_provider, name="coinbase")
    assert f"on resource: {base}:token-vault/default because" in message


def test_the_control_plane_is_open_to_iam_whatever_the_data_plane_takes(emulator: Emulator) -> None:
    arn = emulator.create_manager("tokens", authorizer="CUSTOM_JWT")
    got = emulator.client("bedrock-agentcore-control").get_payment_manager(
        paymentManagerId=arn.rpartition("/")[2]
    )
    assert got["authorizerType"] == "CUSTOM_JWT"
