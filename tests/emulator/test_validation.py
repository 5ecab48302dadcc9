"""Inputs are refused as the service refuses them: by botocore's model, patterns and lengths too."""

import datetime as dt
import json
from typing import Any

import pytest
from botocore.config import Config
from botocore.model import Shape
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from emulated import USER, error
from payguard.emulator import Emulator, input_shape
from payguard.emulator.operation import CONTROL, DATA, route, service_model
from payguard.emulator.payments import is_payments, operation_names
from payguard_policies import catalog

UNCHECKED = Config(parameter_validation=False, retries={"total_max_attempts": 1})
MANAGER = "arn:aws:bedrock-agentcore:us-west-2:111122223333:payment-manager/agentpay-a1b2c3d4e5"


@pytest.fixture
def data(emulator: Emulator) -> Any:
    """A client that sends whatever it is told to."""
    return emulator.client("bedrock-agentcore", config=UNCHECKED)


# What is changed in a good ListPaymentInstruments, the member that is refused, and why.
BAD_LISTS: list[tuple[dict[str, Any], str, str]] = [
    ({"paymentManagerArn": None}, "paymentManagerArn", "must not be null"),
    ({"paymentManagerArn": "agentpay"}, "paymentManagerArn", "greater than or equal to 66"),
    ({"paymentManagerArn": MANAGER.upper()}, "paymentManagerArn", "regular expression"),
    ({"paymentManagerArn": MANAGER[:-4]}, "paymentManagerArn", "regular expression"),
    ({"paymentManagerArn": f"{MANAGER}/session/x"}, "paymentManagerArn", "regular expression"),
    ({"paymentManagerArn": MANAGER.replace("3333", "333")}, "paymentManagerArn", "expression"),
    ({"paymentManagerArn": MANAGER + "\n"}, "paymentManagerArn", "regular expression"),
    ({"paymentManagerArn": MANAGER + "a" * 2000}, "paymentManagerArn", "less than or equal to"),
    ({"paymentManagerArn": 7}, "paymentManagerArn", "can not be converted to a string"),
    ({"paymentManagerArn": [MANAGER]}, "paymentManagerArn", "can not be converted to a string"),
    ({"paymentConnectorId": "wallets"}, "paymentConnectorId", "greater than or equal to 12"),
    ({"paymentConnectorId": "my_wallets-a1b2c3d4e5"}, "paymentConnectorId", "expression"),
    ({"nextToken": ""}, "nextToken", "greater than or equal to 1"),
    ({"nextToken": "a b"}, "nextToken", "regular expression pattern: \\S*"),
    ({"nextToken": "a" * 2049}, "nextToken", "less than or equal to 2048"),
    ({"maxResults": "ten"}, "maxResults", "can not be converted to an integer"),
    ({"maxResults": 1.5}, "maxResults", "can not be converted to an integer"),
    ({"maxResults": True}, "maxResults", "can not be converted to an integer"),
    ({"userId": "u" * 121}, "userId", "less than or equal to 120"),
    ({"agentName": "a" * 257}, "agentName", "less than or equal to 256"),
]


@pytest.mark.parametrize(
    ("change", "member", "why"), BAD_LISTS, ids=[f"{m}: {w}" for _, m, w in BAD_LISTS]
)
def test_a_bad_input_is_told_member_and_constraint(
    data: Any, change: dict[str, Any], member: str, why: str
) -> None:
    asked = {"paymentManagerArn": MANAGER, "userId": USER, **change}
    sent = {name: value for name, value in asked.items() if value is not None}
    code, status, message = error(data.list_payment_instruments, **sent)
    assert (code, status) == ("ValidationException", 400)
    assert message.startswith("1 validation error detected: ")
    assert f"at '{member}'" in message
    assert why in message


def test_all_problems_are_told_at_once_with_their_fields(data: Any) -> None:
    asked = {"paymentManagerArn": MANAGER, "limits": {"maxSpendAmount": {"currency": "EUR"}}}
    try:
        data.create_payment_session(**asked, userId=USER, expiryTimeInMinutes=600)
    except data.exceptions.ValidationException as refused:
        told = refused.response
    assert told["reason"] == "FieldValidationFailed"
    assert {item["name"] for item in told["fieldList"]} == {
        "limits.maxSpendAmount.value",
        "limits.maxSpendAmount.currency",
        "expiryTimeInMinutes",
    }
    assert told["Error"]["Message"].startswith("3 validation errors detected: ")


def test_what_is_sensitive_is_not_repeated(data: Any) -> None:
    wallet = {
        "network": "SOLANA",
        "linkedAccounts": [{"email": {"emailAddress": "not an address"}}],
    }
    _, _, message = error(
        data.create_payment_instrument,
        paymentManagerArn=MANAGER,
        paymentConnectorId="wallets-a1b2c3d4e5",
        userId=USER,
        paymentInstrumentType="EMBEDDED_CRYPTO_WALLET",
        paymentInstrumentDetails={"embeddedCryptoWallet": wallet},
    )
    assert "emailAddress" in message
    assert "not an address" not in message


def test_a_union_has_one_member(data: Any) -> None:
    _, _, message = error(
        data.create_payment_instrument,
        paymentManagerArn=MANAGER,
        paymentConnectorId="wallets-a1b2c3d4e5",
        userId=USER,
        paymentInstrumentType="EMBEDDED_CRYPTO_WALLET",
        paymentInstrumentDetails={},
    )
    assert "at 'paymentInstrumentDetails'" in message


@pytest.mark.parametrize(
    ("operation", "change", "member"),
    [
        ("create_payment_manager", {"name": "my-manager"}, "name"),
        ("create_payment_manager", {"name": "m" * 49}, "name"),
        ("create_payment_manager", {"authorizerType": "NONE"}, "authorizerType"),
        ("create_payment_manager", {"roleArn": "role/x"}, "roleArn"),
        ("create_payment_manager", {"description": "a\u200bb"}, "description"),
        ("create_payment_manager", {"clientToken": "short"}, "clientToken"),
        ("create_payment_manager", {"tags": {"a" * 129: "b"}}, "tags.key"),
        ("list_payment_managers", {"maxResults": 101}, "maxResults"),
        ("list_payment_managers", {"maxResults": "many"}, "maxResults"),
        ("get_payment_manager", {"paymentManagerId": "UPPER-a1b2c3d4e5"}, "paymentManagerId"),
        ("list_payment_credential_providers", {"maxResults": 21}, "maxResults"),
    ],
)
def test_the_control_plane_keeps_to_its_own_model(
    emulator: Emulator, operation: str, change: dict[str, Any], member: str
) -> None:
    client = emulator.client("bedrock-agentcore-control", config=UNCHECKED)
    role = f"arn:aws:iam::{emulator.account}:role/Retrieval"
    good = {"name": "shop", "authorizerType": "AWS_IAM", "roleArn": role}
    asked = {**(good if operation.startswith("create") else {}), **change}
    code, _, message = error(getattr(client, operation), **asked)
    assert code == "ValidationException"
    assert f"at '{member}'" in message


@pytest.mark.parametrize(
    ("asked", "member"),
    [
        ({"RoleSessionName": "no spaces"}, "RoleSessionName"),
        ({"RoleSessionName": "s"}, "RoleSessionName"),
        ({"DurationSeconds": 60}, "DurationSeconds"),
        ({"ExternalId": "x"}, "ExternalId"),
        ({"RoleArn": "short"}, "RoleArn"),
    ],
)
def test_sts_checks_its_input_too(emulator: Emulator, asked: dict[str, Any], member: str) -> None:
    client = emulator.client("sts", config=UNCHECKED)
    role = f"arn:aws:iam::{emulator.account}:role/Viewer"
    good = {"RoleArn": role, "RoleSessionName": "smoke"}
    code, status, message = error(client.assume_role, **{**good, **asked})
    assert (code, status) == ("ValidationError", 400)
    assert f"at '{member}'" in message


# Every payments operation, with values that may or may not keep to its model.
OPERATIONS = [
    service_model(plane).operation_model(name)
    for plane, names in (
        (DATA, catalog.operations("data")),
        (CONTROL, catalog.operations("control")),
    )
    for name in names
]
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 500), st.text(max_size=40), st.just({}), st.just([])
)


def values(shape: Any) -> st.SearchStrategy[Any]:
    """Values of a shape, each member now and then missing or of another type."""
    return st.one_of(_likely(shape), ANYTHING)


def _likely(shape: Any) -> st.SearchStrategy[Any]:
    kind = shape.type_name
    if kind == "structure":
        return st.fixed_dictionaries(
            {}, optional={name: values(member) for name, member in shape.members.items()}
        )
    if kind == "list":
        return st.lists(st.deferred(lambda: values(shape.member)), max_size=2)
    if kind == "map":
        return st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2)
    if kind == "string" and shape.enum:
        return st.sampled_from(shape.enum)
    if kind == "integer":
        return st.integers(-1, 600)
    return st.text(max_size=60) if kind == "string" else ANYTHING


@given(st.data())
def test_what_botocore_refuses_is_refused(data: st.DataObject) -> None:
    model = data.draw(st.sampled_from(OPERATIONS))
    found = data.draw(_likely(model.input_shape))
    # A member that is null is an absent one on the wire; botocore would not send it.
    if botocore_refuses(model.input_shape, found):
        assert input_shape.refusal(input_shape.problems(model.input_shape, found)) is not None


def botocore_refuses(shape: Shape, value: Any) -> bool:
    return bool(ParamValidator().validate(value, shape).has_errors())


@given(st.data())
def test_no_input_ends_in_anything_but_an_answer_or_a_refusal(data: st.DataObject) -> None:
    model = data.draw(st.sampled_from(OPERATIONS))
    found = data.draw(values(model.input_shape))
    refused = input_shape.refusal(input_shape.problems(model.input_shape, found))
    assert refused is None or refused.code == "ValidationException"


def test_routes_are_those_of_the_models() -> None:
    for plane in (DATA, CONTROL):
        model = service_model(plane)
        for name in model.operation_names:
            http = model.operation_model(name).http
            path = http["requestUri"].partition("?")[0].replace("+}", "}")
            path = path.replace("{", "").replace("}", "")
            found = route(http["method"], path)
            assert found is not None
            assert (found.plane, found.name) == (plane, name)
    assert all(map(is_payments, operation_names()))


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/payments/listPaymentSessions"), ("POST", "/no")]
)
def test_what_no_model_has_is_no_operation(method: str, path: str) -> None:
    assert route(method, path) is None


def test_answers_keep_to_the_models(emulator: Emulator, manager: str) -> None:
    """Every member is one of the model's, and keeps to its constraints."""
    connector = emulator.create_connector(manager, "wallets")
    client = emulator.client("bedrock-agentcore")
    asked = {"paymentManagerArn": manager, "userId": USER}
    wallet = {"network": "SOLANA", "linkedAccounts": []}
    answers = {
        "CreatePaymentSession": client.create_payment_session(
            **asked,
            expiryTimeInMinutes=15,
            limits={"maxSpendAmount": {"value": "1", "currency": "USD"}},
        ),
        "CreatePaymentInstrument": client.create_payment_instrument(
            **asked,
            paymentConnectorId=connector,
            paymentInstrumentType="EMBEDDED_CRYPTO_WALLET",
            paymentInstrumentDetails={"embeddedCryptoWallet": wallet},
        ),
        "ListPaymentSessions": client.list_payment_sessions(**asked, maxResults=1),
        "ListPaymentInstruments": client.list_payment_instruments(**asked),
    }
    for name, answer in answers.items():
        del answer["ResponseMetadata"]
        shape = service_model(DATA).operation_model(name).output_shape
        assert list(input_shape.problems(shape, as_sent(answer))) == []


def as_sent(answer: dict[str, Any]) -> Any:
    def text(value: dt.datetime) -> str:
        return value.isoformat()

    return json.loads(json.dumps(answer, default=text))
