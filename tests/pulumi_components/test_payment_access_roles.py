"""The component's roles as IAM holds them: what is made, for whom, and under which names."""

import json
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

from payguard_policies import roles
from pulumi_components.deployed_roles import deploy_roles
from pulumi_components.moto_mocks import ATTACHMENT, ROLE, ROLE_POLICY, Account, iam
from pulumi_components.sample_arguments import ACCOUNT, MANAGER, callers, everything, principal

PERSONAS = list(roles.PERSONAS)


@pytest.fixture
def account() -> Iterator[Account]:
    with iam(ACCOUNT) as found:
        yield found


def test_a_role_is_made_for_each_persona_that_is_given_principals(account: Account) -> None:
    made = deploy_roles(callers(), account)
    assert sorted(one.name for one in made.of(ROLE)) == [
        "shop-management",
        "shop-process-payment",
        "shop-viewer",
    ]
    assert made.value["management_role_name"] == "shop-management-1a2b3c4"
    assert made.value["management_role_arn"] == account.role("shop-management-1a2b3c4")["Arn"]
    assert made.value["control_plane_role_arn"] is None
    assert made.value["service_role_arn"] is None


def test_every_role_has_one_inline_policy_and_the_documents_that_the_outputs_tell(
    account: Account,
) -> None:
    made = deploy_roles(everything(), account)
    assert sorted(account.roles()) == sorted(f"shop-{persona}" for persona in PERSONAS)
    for persona in PERSONAS:
        name = f"shop-{persona}"
        assert account.inline(name) == [json.loads(made.value["permissions_policies"][persona])]
        assert account.trust(name) == json.loads(made.value["trust_policies"][persona])
    assert len(made.of(ROLE_POLICY)) == len(PERSONAS)
    assert not any("inlinePolicies" in one.inputs for one in made.of(ROLE))


def test_name_path_duration_and_tags_reach_the_roles(account: Account) -> None:
    deploy_roles(everything(), account)
    role = account.role("shop-viewer")
    assert role["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/payments/shop-viewer"
    assert role["MaxSessionDuration"] == 7200
    assert role["Tags"] == [{"Key": "team", "Value": "shop"}]
    assert role["Description"] == roles.contract("viewer").summary
    assert account.role("shop-resource-retrieval")["MaxSessionDuration"] == 3600


def test_the_administrator_passes_the_service_role_that_was_made(account: Account) -> None:
    made = deploy_roles(everything(name_prefix=None), account)
    (policy,) = account.inline(made.value["control_plane_role_name"])
    (passing,) = [one for one in policy["Statement"] if one["Action"] == "iam:PassRole"]
    assert passing["Resource"] == [made.value["service_role_arn"]]


def test_coinbase_asks_for_the_marketplace_policy_on_the_administrator_alone() -> None:
    with iam(ACCOUNT, managed_policies=True) as account:
        made = deploy_roles(everything(coinbase_marketplace=True), account)
        marketplace = "arn:aws:iam::aws:policy/AWSMarketplaceManageSubscriptions"
        assert account.attached("shop-control-plane") == [marketplace]
        assert len(made.of(ATTACHMENT)) == 1


def test_a_preview_knows_every_policy_before_a_role_is_there(account: Account) -> None:
    made = deploy_roles(everything(name_prefix=None), account, preview=True)
    assert account.roles() == []
    for one in made.of(ROLE_POLICY):
        assert json.loads(one.inputs["policy"])["Statement"]
    for one in made.of(ROLE):
        assert json.loads(one.inputs["assumeRolePolicy"])["Statement"]


def test_a_manager_that_a_preview_does_not_know_leaves_the_policies_unknown(
    account: Account,
) -> None:
    def args() -> dict[str, Any]:
        return callers(payment_manager_arns=[pulumi.Output.from_input(pulumi.output.UNKNOWN)])

    made = deploy_roles(args, account, preview=True)
    assert len(made.of(ROLE)) == 3
    texts = [one.inputs["policy"] for one in made.of(ROLE_POLICY)]
    assert [type(text) for text in texts] == [pulumi.output.Unknown] * 3


def test_an_output_that_is_known_makes_the_same_roles_as_the_plain_value() -> None:
    def args() -> dict[str, Any]:
        output = pulumi.Output.from_input
        return everything(
            payment_manager_arns=output(everything()["payment_manager_arns"]),
            viewer_principals=[output(principal("ci"))],
            external_id=output("shop-42"),
            max_session_duration=output(7200.0),
        )

    with iam(ACCOUNT) as account:
        plain = deploy_roles(everything(), account).value
    with iam(ACCOUNT) as account:
        assert deploy_roles(args, account).value == plain


def test_a_coroutine_makes_the_same_roles_as_the_plain_value() -> None:
    async def later(value: Any) -> Any:
        return value

    def args() -> dict[str, Any]:
        return callers(
            payment_manager_arns=later([MANAGER]),
            viewer_principals=[later(principal("ci"))],
            tags={"team": later("shop")},
        )

    with iam(ACCOUNT) as account:
        plain = deploy_roles(callers(), account).value
    with iam(ACCOUNT) as account:
        assert deploy_roles(args, account).value == plain
        assert account.role("shop-viewer-1a2b3c4")["Tags"] == [{"Key": "team", "Value": "shop"}]


def test_a_manager_that_does_not_exist_yet_is_named_in_lower_case(account: Account) -> None:
    args = callers(
        payment_manager_arns=None,
        payment_manager_name="MyShop",
        account_id=ACCOUNT,
        region="us-east-1",
    )
    made = deploy_roles(args, account)
    (policy,) = account.inline(made.value["viewer_role_name"])
    pattern = MANAGER.replace("shop-a1b2c3d4e5", "myshop-*")
    assert policy["Statement"][0]["Resource"] == [pattern]


def test_roles_in_another_account_than_the_managers_are_warned_of() -> None:
    with iam("111122223333") as account:
        (warning,) = deploy_roles(callers(), account).warnings()
    assert warning.startswith("arn:aws:iam::111122223333:role/shop-")
    assert f"another account than the payment managers, {ACCOUNT}" in warning
