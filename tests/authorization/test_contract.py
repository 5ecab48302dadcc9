"""Every persona's documented policy keeps its contract, for any manager, and no other's."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authorization.asking import Json, allow, deny, policy
from payguard.authorization.actor import Actor, actor
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED
from payguard.authorization.contract import (
    BEYOND,
    FORBIDDEN,
    MISSING,
    NOT_DENIED,
    OUTSIDE,
    Check,
    contract,
    verdict,
)
from payguard_policies import roles

ACCOUNT = "999988887777"
MANAGER = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:payment-manager/shop-a1b2c3d4e5"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:bedrock-agentcore-identity!default/payment/x-AbCdEf"


def documented(persona: str, manager: str = MANAGER) -> Json:
    region = manager.split(":")[3]
    parameters = roles.Parameters(
        manager_arns=(manager,),
        service_role_arn=f"arn:aws:iam::{ACCOUNT}:role/AgentCorePaymentsResourceRetrievalRole",
        credential_provider_arns=(
            f"{manager.partition('payment-manager')[0]}token-vault/default/paymentcredentialprovider/w",
        ),
        secret_arns=(SECRET.replace("us-east-1", region),),
    )
    return roles.permissions(persona, parameters)


def held(
    persona: str, *documents: Json, managers: tuple[str, ...] = (MANAGER,), **more: Any
) -> list[Check]:
    role = actor("role", documents, arn=f"arn:aws:iam::{ACCOUNT}:role/r", **more)
    return list(contract(role, persona, managers))


def broken(checks: list[Check]) -> list[tuple[str, str]]:
    return [
        (check.kind, check.action.partition(":")[2])
        for check in checks
        if check.answer.verdict != PROVED
    ]


@pytest.mark.parametrize("persona", roles.PERSONAS)
def test_the_documented_policy_keeps_the_contract(persona: str) -> None:
    checks = held(persona, documented(persona))
    assert broken(checks) == []
    assert verdict(checks) == PROVED


names = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?-[a-z0-9]{10}", fullmatch=True)
regions = st.sampled_from(["us-east-1", "us-west-2", "eu-central-1", "ap-southeast-2"])


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(roles.PERSONAS), names, regions)
def test_it_keeps_it_for_any_manager(persona: str, name: str, region: str) -> None:
    manager = f"arn:aws:bedrock-agentcore:{region}:{ACCOUNT}:payment-manager/{name}"
    assert broken(held(persona, documented(persona, manager), managers=(manager,))) == []


@pytest.mark.parametrize("persona", roles.PERSONAS)
@pytest.mark.parametrize("other", roles.PERSONAS)
def test_no_documented_policy_keeps_the_contract_of_another_persona(
    persona: str, other: str
) -> None:
    if persona != other:
        assert verdict(held(other, documented(persona))) == REFUTED


def without(document: Json, action: str) -> Json:
    found = []
    for statement in document["Statement"]:
        actions = statement["Action"]
        if isinstance(actions, list):
            actions = [name for name in actions if name != action]
        found.append({**statement, "Action": actions})
    return {**document, "Statement": found}


MUST = [
    (persona, action)
    for persona in ("management", "process-payment", "viewer")
    for group in roles.contract(persona).must_allow
    for action in group.actions
]


@pytest.mark.parametrize(("persona", "action"), MUST)
def test_each_action_that_is_taken_away_is_named(persona: str, action: str) -> None:
    document = without(documented(persona), action)
    if any(action == statement["Action"] for statement in document["Statement"]):
        document["Statement"] = [s for s in document["Statement"] if s["Action"] != action]
    assert (MISSING, action.partition(":")[2]) in broken(held(persona, document))


def added(persona: str, *statements: Json) -> list[tuple[str, str]]:
    return broken(held(persona, documented(persona), policy(*statements)))


def test_a_permission_of_another_duty_is_forbidden_even_on_another_manager() -> None:
    other = MANAGER.replace("shop-", "till-")
    found = added(
        "process-payment", allow(Action="bedrock-agentcore:UpdatePaymentConnector", Resource=other)
    )
    assert (FORBIDDEN, "UpdatePaymentConnector") in found
    assert (OUTSIDE, "") in found


def test_an_action_that_the_contract_does_not_name_is_beyond_it() -> None:
    found = added(
        "process-payment", allow(Action="bedrock-agentcore:ListPaymentSessions", Resource=MANAGER)
    )
    assert found == [(BEYOND, "ListPaymentSessions")]


def test_a_wallet_secret_is_forbidden_and_another_secret_is_nobodys_business() -> None:
    read = "secretsmanager:GetSecretValue"
    assert (FORBIDDEN, "GetSecretValue") in added("management", allow(Action=read, Resource=SECRET))
    own = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:app/database-AbCdEf"
    assert added("management", allow(Action=read, Resource=own)) == []


@pytest.mark.parametrize(
    "guard",
    [
        deny(Action="bedrock-agentcore:ProcessPayment", Resource=MANAGER),
        deny(
            Action="bedrock-agentcore:ProcessPayment",
            Condition={"StringEquals": {"aws:PrincipalTag/kind": "agent"}},
        ),
        deny(Action="bedrock-agentcore:ProcessPayments"),
    ],
)
def test_a_deny_that_leaves_a_gap_is_not_the_one_that_is_asked_for(guard: Json) -> None:
    document = documented("management")
    allows = [s for s in document["Statement"] if s["Effect"] == "Allow"]
    checks = held("management", {**document, "Statement": [*allows, guard]})
    assert broken(checks) == [(NOT_DENIED, "ProcessPayment")]


def test_a_condition_on_what_is_needed_is_no_lack() -> None:
    document = documented("viewer")
    for statement in document["Statement"]:
        statement["Condition"] = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    checks = held("viewer", document)
    assert broken(checks) == []
    needed = next(check for check in checks if check.kind == MISSING)
    assert any("aws:multifactorauthpresent" in text for text in needed.answer.assumptions)


def test_what_a_boundary_takes_away_is_missing() -> None:
    checks = held(
        "viewer", documented("viewer"), boundary=[policy(allow(Action="bedrock-agentcore:Get*"))]
    )
    assert {kind for kind, _ in broken(checks)} == {MISSING}
    assert {name for _, name in broken(checks)} == {"ListPaymentInstruments", "ListPaymentSessions"}


def test_with_a_policy_that_is_not_known_nothing_is_missing_for_sure() -> None:
    role: Actor = actor("role", [policy()], gaps=("a policy is not known",))
    checks = contract(role, "viewer", (MANAGER,))
    assert verdict(checks) == UNDECIDED


def test_an_unknown_persona_is_refused_with_the_nearest() -> None:
    with pytest.raises(roles.UnknownPersonaError, match="management"):
        contract(actor("role", []), "managment")
