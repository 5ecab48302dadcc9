"""Real clients: boto3, the AWS CLI and the bedrock-agentcore SDK talk to it as they talk to AWS."""

import base64
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulated import USER, allow, assume, create_role, trust
from payguard.emulator import Emulator

AWS = Path(sys.executable).parent / "aws"
LISTS = ["bedrock-agentcore:ListPaymentInstruments", "bedrock-agentcore:ListPaymentSessions"]
LIMITS = {"maxSpendAmount": {"value": "10.00", "currency": "USD"}}

Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def aws(emulator: Emulator, tmp_path: Path) -> Cli:
    """The AWS CLI, as the first user or with other credentials."""

    def run(*words: str, **credentials: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
            **emulator.environment(),
            **credentials,
        }
        del environment["AWS_ENDPOINT_URL"]
        return subprocess.run(
            [AWS, *words, "--endpoint-url", emulator.url, "--output", "json"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def test_the_aws_cli_creates_a_role_assumes_it_and_lists(
    emulator: Emulator, manager: str, aws: Cli, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [allow(LISTS, manager)]}))
    made = aws(
        "iam",
        "create-role",
        "--role-name",
        "Viewer",
        "--assume-role-policy-document",
        trust(emulator),
    )
    assert made.returncode == 0, made.stderr
    role = json.loads(made.stdout)["Role"]["Arn"]
    put = aws(
        *("iam", "put-role-policy", "--role-name", "Viewer", "--policy-name", "lists"),
        *("--policy-document", f"file://{policy}"),
    )
    assert put.returncode == 0, put.stderr
    assumed = aws("sts", "assume-role", "--role-arn", role, "--role-session-name", "cli")
    given = json.loads(assumed.stdout)["Credentials"]
    credentials = {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }
    asked = ("--payment-manager-arn", manager, "--user-id", USER)
    for name, key in (
        ("list-payment-sessions", "paymentSessions"),
        ("list-payment-instruments", "paymentInstruments"),
    ):
        listed = aws("bedrock-agentcore", name, *asked, **credentials)
        assert listed.returncode == 0, listed.stderr
        assert json.loads(listed.stdout) == {key: []}
    denied = aws(
        *("bedrock-agentcore", "create-payment-session", *asked),
        *("--expiry-time-in-minutes", "30"),
        **credentials,
    )
    assert denied.returncode != 0
    assert (
        "(AccessDeniedException) when calling the CreatePaymentSession operation" in denied.stderr
    )


def test_the_aws_cli_walks_all_pages(emulator: Emulator, manager: str, aws: Cli) -> None:
    ids = [emulator.create_session(manager, USER) for _ in range(7)]
    listed = aws(
        *("bedrock-agentcore", "list-payment-sessions", "--payment-manager-arn", manager),
        *("--user-id", USER, "--page-size", "3"),
    )
    found = json.loads(listed.stdout)["paymentSessions"]
    assert [item["paymentSessionId"] for item in found] == ids


def test_the_aws_cli_lists_managers(manager: str, aws: Cli) -> None:
    listed = aws("bedrock-agentcore-control", "list-payment-managers")
    assert listed.returncode == 0, listed.stderr
    assert [item["paymentManagerArn"] for item in json.loads(listed.stdout)["paymentManagers"]] == [
        manager
    ]


@pytest.fixture
def sdk(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The payments client of the bedrock-agentcore SDK."""
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    from bedrock_agentcore.payments import PaymentManager

    def make(arn: str, credentials: dict[str, Any] | None = None, **more: Any) -> Any:
        if credentials is not None:
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", credentials["AccessKeyId"])
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", credentials["SecretAccessKey"])
            monkeypatch.setenv("AWS_SESSION_TOKEN", credentials["SessionToken"])
        return PaymentManager(arn, region_name=emulator.region, **more)

    return make


def test_the_sdk_manages_sessions_and_instruments(
    emulator: Emulator, manager: str, sdk: Callable[..., Any]
) -> None:
    connector = emulator.create_connector(manager, "wallets")
    client = sdk(manager, agent_name="shopper")
    made = client.create_payment_session(expiry_time_in_minutes=30, user_id=USER, limits=LIMITS)
    got = client.get_payment_session(payment_session_id=made["paymentSessionId"], user_id=USER)
    assert got["availableLimits"]["availableSpendAmount"] == LIMITS["maxSpendAmount"]
    client.create_payment_instrument(
        payment_connector_id=connector,
        payment_instrument_type="EMBEDDED_CRYPTO_WALLET",
        payment_instrument_details={
            "embeddedCryptoWallet": {
                "network": "ETHEREUM",
                "linkedAccounts": [{"email": {"emailAddress": "probe@example.com"}}],
            }
        },
        user_id=USER,
    )
    assert len(client.list_payment_sessions(user_id=USER)["paymentSessions"]) == 1
    assert {seen.agent for seen in emulator.observed} == {"shopper"}
    assert len(client.list_payment_instruments(user_id=USER)["paymentInstruments"]) == 1
    client.delete_payment_session(payment_session_id=made["paymentSessionId"], user_id=USER)
    assert client.list_payment_sessions(user_id=USER)["paymentSessions"] == []


def test_the_sdk_is_denied_as_the_role_is(
    emulator: Emulator, manager: str, sdk: Callable[..., Any]
) -> None:
    role = create_role(emulator, "Payer", allow("bedrock-agentcore:ProcessPayment", manager))
    client = sdk(manager, assume(emulator, role))
    with pytest.raises(Exception, match=r"ListPaymentSessions.*no identity-based policy allows"):
        client.list_payment_sessions(user_id=USER)


def token(**claims: Any) -> str:
    """A JWT whose signature is none."""
    parts = [{"alg": "none"}, {"exp": time.time() + 600, "sub": USER, **claims}]
    encoded = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    ]
    return ".".join([*encoded, "signature"])


def jwt_manager(emulator: Emulator) -> str:
    return emulator.create_manager(
        "tokens",
        authorizer="CUSTOM_JWT",
        authorizer_configuration={"customJWTAuthorizer": {"allowedAudience": ["shop"]}},
    )


def test_the_sdk_lists_with_a_bearer_token_for_the_user_of_its_subject(
    emulator: Emulator, sdk: Callable[..., Any]
) -> None:
    arn = jwt_manager(emulator)
    mine, _ = (emulator.create_session(arn, user) for user in (USER, "other"))
    found = sdk(arn, bearer_token=token(aud="shop")).list_payment_sessions()["paymentSessions"]
    assert [item["paymentSessionId"] for item in found] == [mine]


@pytest.mark.parametrize(
    "bad",
    [token(aud="elsewhere"), token(aud="shop", exp=1), token(aud="shop", sub=None), "no.token"],
    ids=["another audience", "expired", "no subject", "no token at all"],
)
def test_a_bad_token_is_refused(emulator: Emulator, sdk: Callable[..., Any], bad: str) -> None:
    client = sdk(jwt_manager(emulator), bearer_token=bad)
    with pytest.raises(Exception, match="AccessDeniedException"):
        client.list_payment_sessions()


def test_a_manager_takes_either_tokens_or_signatures(
    emulator: Emulator, manager: str, sdk: Callable[..., Any]
) -> None:
    with pytest.raises(Exception, match="Authorization method mismatch"):
        sdk(manager, bearer_token=token()).list_payment_sessions()
    with pytest.raises(Exception, match="Authorization method mismatch"):
        sdk(jwt_manager(emulator)).list_payment_sessions(user_id=USER)
