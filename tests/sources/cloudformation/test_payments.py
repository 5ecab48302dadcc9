"""Payment managers, connectors, providers, and plain identifiers."""

import pytest

from payguard.iam.unresolved import AFTER_APPLY
from payguard.infrastructure import CREDENTIAL_PROVIDER, PAYMENT_CONNECTOR, PAYMENT_MANAGER
from sources.cloudformation.templates import fixture, read, shown

ARN = "arn:aws*:bedrock-agentcore:*:????????????:"
LITERAL = "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/shop-a1b2c3d4e5"


def test_resources_of_payments() -> None:
    found = fixture("cdk-conditions.template.json")
    assert [
        (one.kind, one.address, one.name, shown(one.arn), shown(one.role_arn))
        for one in found.resources
    ] == [
        (
            PAYMENT_MANAGER,
            "Manager",
            "ShopAssistant",
            (
                "Manager.PaymentManagerArn",
                AFTER_APPLY,
                f"{ARN}payment-manager/shopassistant-??????????",
            ),
            (
                "Retrieval6B830DDC.Arn",
                AFTER_APPLY,
                "arn:aws*:iam::????????????:role/AgentCorePaymentsResourceRetrievalRole",
            ),
        ),
        (
            CREDENTIAL_PROVIDER,
            "Wallet",
            "coinbase-wallet",
            (
                "Wallet.CredentialProviderArn",
                AFTER_APPLY,
                "arn:aws*:*:*:????????????:token-vault/*/paymentcredentialprovider/coinbase-wallet",
            ),
            "",
        ),
        (
            PAYMENT_CONNECTOR,
            "Connector",
            "coinbase",
            (
                "Connector.PaymentConnectorArn",
                AFTER_APPLY,
                f"{ARN}payment-manager/shopassistant-??????????/connector/*-??????????",
            ),
            "",
        ),
    ]
    manager = found.resources[0].location
    assert (manager.span.line, manager.address) == (91, "Manager")


def test_a_manager_whose_name_depends_on_a_condition_has_what_the_names_share() -> None:
    found = read(
        """
        Parameters: {Env: {Type: String}}
        Conditions: {Prod: !Equals [!Ref Env, prod]}
        Resources:
          M:
            Type: AWS::BedrockAgentCore::PaymentManager
            Properties: {Name: !If [Prod, ShopProd, ShopDev], RoleArn: arn:aws:iam::1:role/r}
        """
    )
    (manager,) = found.resources
    assert shown(manager.name) == ("M.Name", AFTER_APPLY, "Shop*")
    assert shown(manager.arn) == ("M", AFTER_APPLY, f"{ARN}payment-manager/shop*-??????????")
    assert manager.role_arn == "arn:aws:iam::1:role/r"


VALUES: dict[str, tuple[str, list[str]]] = {
    "an output": (f"Outputs: {{X: {{Value: {LITERAL}}}}}", [LITERAL]),
    "a default": (f"Parameters: {{P: {{Type: String, Default: {LITERAL}}}}}", [LITERAL]),
    "a mapping": (f"Mappings: {{M: {{dev: {{arn: {LITERAL}}}}}}}", [LITERAL]),
    "an output told by its name": ("Outputs: {PaymentManagerId: {Value: pm-1}}", ["pm-1"]),
    "an output of another name": ("Outputs: {Other: {Value: pm-1}}", []),
    "a default that is secret": (
        f"Parameters: {{P: {{Type: String, NoEcho: true, Default: {LITERAL}}}}}",
        [],
    ),
    "what a function makes": ("Outputs: {PaymentManagerId: {Value: !Sub 'pm-${AWS::Region}'}}", []),
    "a description of payments": ("Description: payment manager", []),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_plain_identifier_is_found_in(name: str) -> None:
    written, expected = VALUES[name]
    found = read(f"AWSTemplateFormatVersion: '2010-09-09'\n{written}\nResources: {{}}\n")
    assert [value.text for value in found.values] == expected
    assert all(value.text in value.source for value in found.values)


def test_identifiers_in_policies_are_left_to_the_rules() -> None:
    found = read(
        f"""
        Resources:
          F:
            Type: AWS::Lambda::Function
            Properties: {{Environment: {{Variables: {{PAYMENT_SESSION_ID: payment-session-x}}}}}}
          P:
            Type: AWS::IAM::Policy
            Properties: {{Roles: [r], PolicyDocument: {{Statement: [{{Resource: {LITERAL}}}]}}}}
        """
    )
    assert [(value.text, value.location.address) for value in found.values] == [
        ("payment-session-x", "F")
    ]
