"""Whatever is sent, the gateway answers it or refuses it: nothing else goes wrong."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from payguard.emulator import Emulator, payments
from payguard.emulator.exchange import HttpRequest
from payguard.emulator.operation import DATA, service_model

TEXT = st.text(max_size=30)
PATHS = st.one_of(
    st.sampled_from(
        [
            "/",
            "/payments/listPaymentSessions",
            "/payments/managers-list?maxResults=%zz",
            "/payments/managers/a-0123456789/connectors",
            "/identities/CreatePaymentCredentialProvider",
        ]
    ),
    TEXT.map(lambda text: f"/{text}"),
)
AUTHORIZATIONS = st.one_of(
    TEXT,
    TEXT.map(lambda text: f"Bearer {text}"),
    st.lists(TEXT, min_size=3, max_size=6).map(
        lambda parts: (
            f"AWS4-HMAC-SHA256 Credential={'/'.join(parts)}/iam/aws4_request, "
            "SignedHeaders=host;x-amz-date, Signature=\xe9\u20ac"
        )
    ),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=10,
)
NAMES = sorted(
    {
        name
        for op in payments.operation_names()
        if op in service_model(DATA).operation_names
        for name in service_model(DATA).operation_model(op).input_shape.members
    }
)
BODIES = st.one_of(
    st.binary(max_size=60),
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4).map(
        lambda value: json.dumps(value).encode()
    ),
    st.dictionaries(
        st.sampled_from(["Action", "Version", "RoleArn", "Tags.member.1.Key"]), TEXT, max_size=4
    ).map(lambda form: urlencode(form, errors="surrogatepass").encode()),
)


@pytest.fixture(scope="module")
def shared() -> Emulator:
    """One for all examples: nothing has to listen."""
    return Emulator(managers=["shop"])


@given(
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    PATHS,
    st.fixed_dictionaries(
        {}, optional={"authorization": AUTHORIZATIONS, "x-amz-date": TEXT, "host": TEXT}
    ),
    BODIES,
)
def test_a_request_of_anything_is_answered(
    shared: Emulator, method: str, target: str, headers: dict[str, str], body: bytes
) -> None:
    reply = shared._gateway.reply(HttpRequest(method, target, headers, body))
    assert reply.answer.status != 500, reply.answer.body
    assert shared.defects == ()


def signed(emulator: Emulator, service: str, target: str, body: bytes) -> HttpRequest:
    """A request of the first user's, whatever it asks for."""
    request = AWSRequest("POST", f"http://127.0.0.1{target}", {"Host": "127.0.0.1"}, body)
    key = Credentials(emulator.credentials.access_key_id, emulator.credentials.secret)
    SigV4Auth(key, service, emulator.region).add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return HttpRequest("POST", target, headers, body)


FORMS: dict[str, list[str]] = {
    "iam": [
        "CreateRole",
        "PutRolePolicy",
        "AttachRolePolicy",
        "CreatePolicy",
        "GetRole",
        "ListRoles",
        "TagRole",
    ],
    "sts": ["AssumeRole", "GetCallerIdentity", "GetSessionToken", "DecodeAuthorizationMessage"],
}
PARAMETERS = [
    "RoleName",
    "RoleArn",
    "RoleSessionName",
    "PolicyName",
    "PolicyDocument",
    "PolicyArn",
    "AssumeRolePolicyDocument",
    "Path",
    "DurationSeconds",
    "Tags.member.1.Key",
    "Tags.member.1.Value",
    "PolicyArns.member.1.arn",
    "Policy",
    "MaxItems",
    "Marker",
]
VALUES = st.one_of(
    TEXT,
    st.sampled_from(
        [
            "admin",
            "arn:aws:iam::111122223333:role/x",
            "arn:aws:iam::aws:policy/nothing",
            '{"Version": "2012-10-17", "Statement": []}',
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}',
            "[" * 2000,
            "900",
        ]
    ),
)


@given(st.sampled_from(sorted(FORMS)), st.data())
def test_a_signed_form_of_anything_is_answered(shared: Emulator, service: str, data: Any) -> None:
    action = data.draw(st.sampled_from(FORMS[service]))
    parameters = data.draw(st.dictionaries(st.sampled_from(PARAMETERS), VALUES, max_size=6))
    form = {"Action": action, "Version": "2010-05-08", **parameters}
    body = urlencode(form, errors="surrogatepass").encode()
    reply = shared._gateway.reply(signed(shared, service, "/", body))
    assert reply.answer.status != 500, reply.answer.body
    assert shared.defects == ()


@given(
    st.sampled_from(
        [
            "/payments/createPaymentSession",
            "/payments/listPaymentInstruments",
            "/payments/managers",
            "/payments/managers-list",
        ]
    ),
    st.dictionaries(
        st.sampled_from([*NAMES, "name", "roleArn", "tags", "authorizerType"]), JSON, max_size=5
    ),
)
def test_a_signed_body_of_anything_is_answered(
    shared: Emulator, target: str, given_: dict[str, Any]
) -> None:
    value = {"paymentManagerArn": shared.managers[0], **given_}
    reply = shared._gateway.reply(
        signed(shared, "bedrock-agentcore", target, json.dumps(value).encode())
    )
    assert reply.answer.status != 500, reply.answer.body
    assert shared.defects == ()


def test_a_defect_is_told_by_its_place_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> Any:
        raise KeyError("hunter2")

    monkeypatch.setitem(payments._HANDLERS, "ListPaymentSessions", broken)
    emulator = Emulator(managers=["shop"])
    body = json.dumps({"paymentManagerArn": emulator.managers[0]}).encode()
    request = signed(emulator, "bedrock-agentcore", "/payments/listPaymentSessions", body)
    reply = emulator._gateway.reply(request)
    assert reply.answer.status == 500
    assert b"KeyError at test_hostile_requests.py:" in reply.answer.body
    assert b"hunter2" not in reply.answer.body
    assert len(emulator.defects) == 1


@pytest.mark.parametrize("header", ["x-amz-security-token", "authorization", "host", "x-amz-date"])
def test_a_header_of_other_characters_than_ascii_is_no_valid_one(
    shared: Emulator, header: str
) -> None:
    found = signed(shared, "sts", "/", b"Action=GetCallerIdentity&Version=2011-06-15")
    headers = {**found.headers, header: found.headers.get(header, "") + "\xe9\u0661"}
    reply = shared._gateway.reply(found._replace(headers=headers))
    assert reply.answer.status == 403
    assert shared.defects == ()
