"""Payments resources, and ARNs and IDs of payments that stand elsewhere."""

import json
from typing import Any

import pytest

from payguard.infrastructure import Infrastructure, PaymentResource
from sources.pulumi_state.stacks import (
    ACCOUNT,
    CIPHER,
    MANAGER,
    ROLE,
    STACK,
    UNKNOWN,
    export,
    plan,
    preview,
    read,
    role,
    shown,
    state,
    step,
    urn,
)

CONNECTOR = "aws-native:bedrockagentcore:PaymentConnector"
PROVIDER = "aws-native:bedrockagentcore:PaymentCredentialProvider"
SHOP = "arn:aws:bedrock-agentcore:us-west-2:111122223333:payment-manager/shop-a1b2c3d4e5"


def created(*states: Any, **more: Any) -> Infrastructure:
    return read(preview(*(step("create", each) for each in states), **more))


def manager(**more: Any) -> dict[str, Any]:
    inputs = {"name": "myShop", "authorizerType": "AWS_IAM", "roleArn": UNKNOWN}
    return state(MANAGER, "m", {**inputs, **more.pop("inputs", {})}, **more)


def only(found: Infrastructure) -> PaymentResource:
    assert not found.errors
    assert len(found.resources) == 1
    return found.resources[0]


def test_a_manager_of_an_export_is_known() -> None:
    outputs = {"paymentManagerArn": SHOP, "paymentManagerId": "shop-a1b2c3d4e5"}
    service = f"{ACCOUNT}:role/service"
    found = only(read(export(manager(id=SHOP, outputs=outputs, inputs={"roleArn": service}))))
    assert (found.kind, found.name, found.arn, found.role_arn) == (
        "payment-manager",
        "myShop",
        SHOP,
        service,
    )
    assert found.address == urn(MANAGER, "m")


def test_the_id_of_a_manager_is_its_arn() -> None:
    assert only(read(export(manager(id=SHOP)))).arn == SHOP


REGIONS = [
    ("*", "urn:a::pulumi:providers:aws-native::default::x", {}),
    (
        "eu-west-1",
        "urn:a::pulumi:providers:aws-native::default::x",
        {"aws-native:region": "eu-west-1"},
    ),
    ("*", "urn:a::pulumi:providers:aws-native::mine::x", {"aws-native:region": "eu-west-1"}),
    ("*", "urn:a::pulumi:providers:aws-native::default::x", {"aws:region": "eu-west-1"}),
    ("*", "urn:a::pulumi:providers:aws-native::default::x", {"aws-native:region": "[secret]"}),
]


@pytest.mark.parametrize(("region", "provider", "config"), REGIONS)
def test_the_arn_of_a_new_manager_is_known_in_part(
    region: str, provider: str, config: dict[str, str]
) -> None:
    found = only(created(manager(provider=provider), config=config))
    rest = "payment-manager/myshop-?????????? (known after apply)"
    assert shown(found.arn) == f"arn:aws*:bedrock-agentcore:{region}:*:{rest}"
    assert shown(found.role_arn) == "arn:aws*:iam::*:role/* (known after apply)"


def test_the_region_of_a_provider_that_is_in_the_file_is_known() -> None:
    kind = "pulumi:providers:aws-native"
    provider = state(kind, "mine", {"region": "eu-central-1"})
    found = only(created(provider, manager(provider=f"{urn(kind, 'mine')}::id")))
    assert ":eu-central-1:*:payment-manager/" in shown(found.arn)


def test_a_manager_is_in_the_account_of_its_service_role() -> None:
    service = "arn:aws-us-gov:iam::111122223333:role/service"
    found = only(created(manager(inputs={"roleArn": service})))
    assert shown(found.arn) == (
        "arn:aws-us-gov:bedrock-agentcore:*:111122223333:"
        "payment-manager/myshop-?????????? (known after apply)"
    )
    assert found.role_arn == service


def test_a_new_service_role_is_told_by_its_name() -> None:
    made_from = {"roleArn": [urn(ROLE, "service")]}
    found = created(role("service"), manager(made_from=made_from))
    assert only(found).role_arn == found.roles[0].arn
    assert shown(only(found).role_arn) == "arn:aws*:iam::*:role/service (known after apply)"


def test_a_manager_without_a_service_role_says_so() -> None:
    bare = state(MANAGER, "m", {"name": "shop"})
    assert shown(only(created(bare)).role_arn) == "arn:aws*:iam::*:role/* (not in the input)"


def test_an_update_of_the_service_role_does_not_leave_the_old_one() -> None:
    old = manager(outputs={"roleArn": f"{ACCOUNT}:role/old"}, id=SHOP)
    found = only(read(preview(step("update", manager(), old))))
    assert shown(found.role_arn) == "arn:aws*:iam::*:role/* (known after apply)"
    assert found.arn == SHOP


@pytest.mark.parametrize(
    ("kind", "inputs", "name", "arn"),
    [
        (
            CONNECTOR,
            {"connectorName": "base", "paymentManagerId": "shop-a1b2c3d4e5"},
            "base",
            "arn:aws*:bedrock-agentcore:*:*:payment-manager/shop-a1b2c3d4e5/connector/*",
        ),
        (
            CONNECTOR,
            {"paymentManagerId": UNKNOWN},
            "* (known after apply)",
            "arn:aws*:bedrock-agentcore:*:*:payment-manager/*/connector/*",
        ),
        (
            PROVIDER,
            {"name": "wallet"},
            "wallet",
            "arn:aws*:*:*:*:token-vault/*/paymentcredentialprovider/wallet",
        ),
        (
            PROVIDER,
            {"name": CIPHER},
            "* (secret)",
            "arn:aws*:*:*:*:token-vault/*/paymentcredentialprovider/*",
        ),
    ],
)
def test_connectors_and_credential_providers_are_found(
    kind: str, inputs: Any, name: str, arn: str
) -> None:
    found = only(created(state(kind, "x", inputs)))
    assert (shown(found.name), shown(found.arn)) == (name, f"{arn} (known after apply)")
    assert found.role_arn == ""


@pytest.mark.parametrize(
    ("kind", "output", "arn"),
    [
        (CONNECTOR, "paymentConnectorArn", f"{SHOP}/connector/base-a1b2c3d4e5"),
        (
            PROVIDER,
            "credentialProviderArn",
            "arn:aws:acps:us-west-2:111122223333:token-vault/default/paymentcredentialprovider/w",
        ),
    ],
)
def test_their_arns_come_from_the_outputs(kind: str, output: str, arn: str) -> None:
    assert only(read(export(state(kind, "x", {"name": "x"}, outputs={output: arn})))).arn == arn


FUNCTION = "aws:lambda/function:Function"


def test_arns_and_ids_elsewhere_are_values() -> None:
    variables = {
        "MANAGER": SHOP,
        "PAYMENT_MANAGER_ID": "shop-a1b2c3d4e5",
        "SESSION": "payment-session-abcdefghij12345",
        "REGION": "us-west-2",
        "PAYMENTS": "on",
        "RUNTIME": "arn:aws:bedrock-agentcore:us-west-2:111122223333:runtime/agent-a1b2c3d4e5",
        "HIDDEN": {**CIPHER, "plaintext": SHOP},
        "LATER": UNKNOWN,
    }
    function = state(FUNCTION, "f", {"environment": {"variables": variables}})
    stack = state(STACK, "shop-dev", {}, outputs={"shop": [SHOP], "other": "x"})
    value = preview(step("create", function), step("create", stack), config={"shop:manager": SHOP})
    text = json.dumps(value, indent=1)
    found = read(text)
    assert [(each.text, each.location.address) for each in found.values] == [
        (SHOP, ""),
        (SHOP, urn(FUNCTION, "f")),
        ("shop-a1b2c3d4e5", urn(FUNCTION, "f")),
        ("payment-session-abcdefghij12345", urn(FUNCTION, "f")),
        (SHOP, urn(STACK, "shop-dev")),
    ]
    for each in found.values:
        line = text.split("\n")[each.location.span.line - 1]
        assert each.source == line
        place = slice(each.location.span.column - 1, each.location.span.end_column - 1)
        assert json.loads(line[place]) == each.text


def test_the_outputs_that_a_plan_expects_are_values() -> None:
    goal = {"type": STACK, "inputDiff": {}}
    entry = {"goal": goal, "steps": ["create"], "state": {"manager": SHOP}}
    assert [each.text for each in read(plan((STACK, "s", entry))).values] == [SHOP]


def test_what_roles_and_policies_say_are_no_values() -> None:
    found = created(role("a", inputs={"tags": {"paymentManagerArn": SHOP}}))
    assert found.values == ()


def test_values_of_a_document_are_no_values() -> None:
    policy = {"Statement": [{"Resource": SHOP}]}
    key = state("aws-native:kms:Key", "k", {"keyPolicy": policy, "description": SHOP})
    assert [each.text for each in created(key).values] == [SHOP]
