"""The component as other languages reach it: the schema they read, and the `Construct` they send.

A program in another language sends every number as a float, and secrets, outputs and unknown values
as marked objects. What is sent here goes through Pulumi's own host, in this process.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
import pytest
from pulumi.provider.server import ComponentInitError, ProviderServicer
from pulumi.runtime import proto, rpc

from payguard_pulumi import plugin
from payguard_pulumi.argument import wire_name
from payguard_pulumi.payment_access_roles import TOKEN
from pulumi_components.deployed_roles import deploy_roles
from pulumi_components.moto_mocks import ROLE, ROLE_POLICY, Account, Deployed, deploy, iam
from pulumi_components.sample_arguments import ACCOUNT, MANAGER, callers, everything

Json = dict[str, Any]


@pytest.fixture
def account() -> Iterator[Account]:
    with iam(ACCOUNT) as found:
        yield found


def secret(value: Any) -> Json:
    """A value as a secret goes over the wire."""
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}


def output(value: Any) -> Json:
    """A value as an output of another resource goes over the wire."""
    return {
        rpc._special_sig_key: rpc._special_output_value_sig,
        "value": value,
        "dependencies": [
            "urn:pulumi:test::payments::aws-native:bedrockagentcore:PaymentManager::m"
        ],
    }


UNKNOWN = rpc.UNKNOWN


def wired(args: Mapping[str, Any]) -> Json:
    """Arguments by the names that other languages give them."""
    return {wire_name(name): value for name, value in args.items() if value is not None}


def construct(
    inputs: Json, account: Account, monkeypatch: pytest.MonkeyPatch, *, preview: bool = False
) -> Deployed:
    """Send the host a `Construct`; the value is what it answers with."""
    monkeypatch.setattr(pulumi.runtime.settings, "reset_options", lambda **_: None)
    monkeypatch.setattr(pulumi.runtime.config, "set_all_config", lambda *_: None)
    servicer = ProviderServicer(plugin.Provider(), [], "")
    request = proto.ConstructRequest(name="shop", type=TOKEN, dryRun=preview)
    request.inputs.update(inputs)

    async def asked() -> Json:
        answer = await servicer._construct(request, None)
        return dict(rpc.deserialize_properties(answer.state))

    return deploy(
        lambda: pulumi.Output.from_input(asyncio.ensure_future(asked())), account, preview=preview
    )


def test_what_other_languages_send_makes_what_a_python_program_makes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with iam(ACCOUNT, managed_policies=True) as account:
        own = deploy_roles(everything(coinbase_marketplace=True), account).value
    with iam(ACCOUNT, managed_policies=True) as account:
        inputs = wired(everything(coinbase_marketplace=True))
        answer = construct(inputs, account, monkeypatch).value
        assert account.role("shop-viewer")["MaxSessionDuration"] == 7200
    assert answer == {wire_name(name): value for name, value in own.items()}


@pytest.mark.parametrize("marked", [secret, output], ids=["secret", "output"])
def test_a_marked_value_means_what_it_holds(marked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = wired(everything())
    flags = {"createServiceRole", "coinbaseMarketplace"}
    with iam(ACCOUNT) as account:
        construct(plain, account, monkeypatch)
        expected = {name: (account.trust(name), account.inline(name)) for name in account.roles()}
    with iam(ACCOUNT) as account:
        inputs = {key: value if key in flags else marked(value) for key, value in plain.items()}
        construct(inputs, account, monkeypatch)
        assert {
            name: (account.trust(name), account.inline(name)) for name in account.roles()
        } == expected
        assert account.role("shop-viewer")["MaxSessionDuration"] == 7200


def test_one_marked_entry_of_a_list_means_what_it_holds(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = wired(callers(payment_manager_arns=[output(MANAGER)]))
    construct(inputs, account, monkeypatch)
    (policy,) = account.inline("shop-viewer-1a2b3c4")
    assert policy["Statement"][0]["Resource"] == [MANAGER, f"{MANAGER}/*"]


def test_a_secret_is_told_to_blind_every_check_of_the_policies(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = wired(callers(payment_manager_arns=[secret(MANAGER)], tags=secret({"a": "b"})))
    (warning,) = construct(inputs, account, monkeypatch).warnings()
    assert warning.startswith("paymentManagerArns is a secret, and so every policy that holds it")


def test_a_value_that_a_preview_does_not_know_leaves_the_policies_unknown(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = wired(callers(payment_manager_arns=[UNKNOWN]))
    made = construct(inputs, account, monkeypatch, preview=True)
    assert len(made.of(ROLE)) == 3
    assert {type(one.inputs["policy"]) for one in made.of(ROLE_POLICY)} == {pulumi.output.Unknown}


@pytest.mark.parametrize("name", ["createServiceRole", "coinbaseMarketplace", "separation"])
def test_what_decides_which_resources_there_are_has_to_be_a_plain_value(
    account: Account, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    value = {**wired(everything()), "separation": "error"}[name]
    with pytest.raises(ComponentInitError, match=f"^{name}: it decides which resources"):
        construct({**wired(everything()), name: output(value)}, account, monkeypatch)


def test_a_refusal_names_the_argument_in_the_words_of_other_languages(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = wired(callers(payment_manager_arns=["arn:aws:s3:::bucket"]))
    with pytest.raises(ComponentInitError, match=r"^paymentManagerArns\[0\]: "):
        construct(inputs, account, monkeypatch)
    assert account.roles() == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [("permissionBoundary", "permissionsBoundary"), ("payment_manager_arns", "paymentManagerArns")],
)
def test_an_argument_that_there_is_not_is_refused_and_not_passed_over(
    account: Account, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    sentence = f'^{name}: there is no such argument; did you mean "{meant}"'
    with pytest.raises(ComponentInitError, match=sentence):
        construct({**wired(callers()), name: MANAGER}, account, monkeypatch)
    assert account.roles() == []


def test_the_plugin_serves_the_component_under_the_name_of_its_token() -> None:
    assert TOKEN.partition(":")[0] == plugin.NAME
    provider = plugin.Provider()
    assert list(json.loads(str(provider.schema))["resources"]) == [TOKEN]
