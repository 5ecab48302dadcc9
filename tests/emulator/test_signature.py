"""Who does not sign as AWS asks is refused, with AWS's codes."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from emulated import USER, allow, assume, create_role, error
from payguard.emulator import Emulator

LISTS = "bedrock-agentcore:ListPayment*"


def listing(
    emulator: Emulator, manager: str, credentials: Mapping[str, Any]
) -> tuple[str, int, str]:
    client = emulator.client("bedrock-agentcore", credentials)
    return error(client.list_payment_sessions, paymentManagerArn=manager, userId=USER)


@pytest.fixture
def viewer(emulator: Emulator) -> dict[str, Any]:
    return assume(emulator, create_role(emulator, "Viewer", allow(LISTS)))


def test_another_secret_makes_no_valid_signature(
    emulator: Emulator, manager: str, viewer: dict[str, Any]
) -> None:
    wrong = {**viewer, "SecretAccessKey": "x" * 40}
    code, status, message = listing(emulator, manager, wrong)
    assert (code, status) == ("InvalidSignatureException", 403)
    assert message.startswith("The request signature we calculated does not match")
    told = error(emulator.client("sts", wrong).get_caller_identity)
    assert told[:2] == ("SignatureDoesNotMatch", 403)


def test_an_unknown_key_is_not_recognized(emulator: Emulator, manager: str) -> None:
    unknown = {"AccessKeyId": "AKIAIOSFODNN7UNKNOWN", "SecretAccessKey": "x" * 40}
    told = listing(emulator, manager, unknown)
    assert told == (
        "UnrecognizedClientException",
        403,
        "The security token included in the request is invalid.",
    )
    assert error(emulator.client("sts", unknown).get_caller_identity)[0] == "InvalidClientTokenId"


@pytest.mark.parametrize("token", ["other", None], ids=["another token", "no token"])
def test_temporary_credentials_need_their_token(
    emulator: Emulator, manager: str, viewer: dict[str, Any], token: str | None
) -> None:
    told = listing(emulator, manager, {**viewer, "SessionToken": token})
    assert told[:2] == ("UnrecognizedClientException", 403)


def test_an_expired_session_is_said_to_be_expired(
    emulator: Emulator, manager: str, viewer: dict[str, Any]
) -> None:
    client = emulator.client("bedrock-agentcore", viewer)
    client.list_payment_sessions(paymentManagerArn=manager, userId=USER)
    emulator.expire_sessions()
    told = listing(emulator, manager, viewer)
    assert told == (
        "ExpiredTokenException",
        403,
        "The security token included in the request is expired",
    )
    assert error(emulator.client("sts", viewer).get_caller_identity)[0] == "ExpiredToken"


@pytest.mark.parametrize(
    ("ahead", "message"),
    [(16, "Signature expired: "), (-16, "Signature not yet current: ")],
    ids=["signed too early", "signed too late"],
)
def test_a_clock_that_is_off_by_more_than_a_quarter_of_an_hour_is_told(
    emulator: Emulator, manager: str, ahead: int, message: str
) -> None:
    emulator.set_clock(dt.timedelta(minutes=ahead))
    code, status, told = listing(emulator, manager, {})
    assert (code, status) == ("InvalidSignatureException", 403)
    assert told.startswith(message)
    emulator.set_clock(dt.timedelta(minutes=ahead // 2))
    client = emulator.client("bedrock-agentcore")
    client.list_payment_sessions(paymentManagerArn=manager, userId=USER)


def test_credentials_are_scoped_to_one_region(emulator: Emulator, manager: str) -> None:
    import boto3

    client = boto3.client(
        "bedrock-agentcore",
        region_name="eu-central-1",
        endpoint_url=emulator.url,
        aws_access_key_id=emulator.credentials.access_key_id,
        aws_secret_access_key=emulator.credentials.secret,
    )
    code, _, message = error(client.list_payment_sessions, paymentManagerArn=manager, userId=USER)
    assert code == "InvalidSignatureException"
    assert message == "Credential should be scoped to a valid region, not 'eu-central-1'. "


def test_the_key_of_a_deleted_role_or_an_inactive_user_is_worth_nothing(
    emulator: Emulator, manager: str, viewer: dict[str, Any]
) -> None:
    iam = emulator.client("iam")
    iam.delete_role_policy(RoleName="Viewer", PolicyName="access")
    iam.delete_role(RoleName="Viewer")
    assert listing(emulator, manager, viewer)[0] == "UnrecognizedClientException"
    iam.create_user(UserName="bob")
    key = iam.create_access_key(UserName="bob")["AccessKey"]
    assert listing(emulator, manager, key)[0] == "AccessDeniedException"
    iam.update_access_key(UserName="bob", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert listing(emulator, manager, key)[0] == "UnrecognizedClientException"


def signed(emulator: Emulator, manager: str) -> AWSRequest:
    """A request that is good as it is."""
    request = AWSRequest(
        "POST",
        f"{emulator.url}/payments/listPaymentSessions",
        {"Content-Type": "application/json", "X-Amzn-Bedrock-AgentCore-Payments-User-Id": USER},
        json.dumps({"paymentManagerArn": manager}),
    )
    key = Credentials(emulator.credentials.access_key_id, emulator.credentials.secret)
    SigV4Auth(key, "bedrock-agentcore", emulator.region).add_auth(request)
    return request


def sent(request: AWSRequest) -> tuple[int, str]:
    answer = URLLib3Session().send(request.prepare())
    return answer.status_code, answer.headers.get("x-amzn-errortype", "")


def _nothing(request: AWSRequest) -> None:
    pass


def _body(request: AWSRequest) -> None:
    request.data = request.data.replace("}", ', "maxResults": 1}')


def _header(request: AWSRequest) -> None:
    request.headers.replace_header("X-Amzn-Bedrock-AgentCore-Payments-User-Id", "other")


def _unsigned_header(request: AWSRequest) -> None:
    request.headers["X-Amz-Target"] = "something"


def _hash(request: AWSRequest) -> None:
    request.headers["X-Amz-Content-SHA256"] = "0" * 64


def _no_date(request: AWSRequest) -> None:
    del request.headers["X-Amz-Date"]


def _no_authorization(request: AWSRequest) -> None:
    del request.headers["Authorization"]


def _basic(request: AWSRequest) -> None:
    request.headers.replace_header("Authorization", "Basic YWRtaW46YWRtaW4=")


def _service(request: AWSRequest) -> None:
    told = request.headers["Authorization"].replace("/bedrock-agentcore/", "/s3/")
    request.headers.replace_header("Authorization", told)


def _day(request: AWSRequest) -> None:
    told = request.headers["Authorization"].split("/", 2)
    told[1] = "20200101"
    request.headers.replace_header("Authorization", "/".join(told))


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (_nothing, 200, ""),
        (_body, 403, "InvalidSignatureException"),
        (_header, 403, "InvalidSignatureException"),
        (_unsigned_header, 403, "InvalidSignatureException"),
        (_hash, 403, "InvalidSignatureException"),
        (_no_date, 403, "IncompleteSignatureException"),
        (_no_authorization, 403, "MissingAuthenticationTokenException"),
        (_basic, 403, "IncompleteSignatureException"),
        (_service, 403, "InvalidSignatureException"),
        (_day, 403, "InvalidSignatureException"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else str(value),
)
def test_what_is_changed_after_signing_is_noticed(
    emulator: Emulator, manager: str, change: Any, status: int, code: str
) -> None:
    request = signed(emulator, manager)
    change(request)
    assert sent(request) == (status, code)
