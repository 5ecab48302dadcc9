"""The emulator command: it says where it listens and what it does not do, and ends cleanly."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest

from commands import Run
from payguard import emulator as package
from payguard.emulator import LIMITS

PAYGUARD = Path(sys.executable).parent / "payguard"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_listens_until_it_is_interrupted(
    tmp_path: Path, number: signal.Signals, interruptible: None
) -> None:
    ready = tmp_path / "url"
    running = subprocess.Popen(
        [
            PAYGUARD,
            "emulator",
            "--manager",
            "shop",
            "--account",
            "444455556666",
            "--ready-file",
            ready,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 30
        while not ready.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        url = ready.read_text().strip()
        caller = boto3.client(
            "sts",
            endpoint_url=url,
            region_name="us-west-2",
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",  # noqa: S106
        ).get_caller_identity()
        assert caller["Arn"] == "arn:aws:iam::444455556666:user/admin"
        running.send_signal(number)
        out, err = running.communicate(timeout=20)
    finally:
        running.kill()
        running.wait()
    assert running.returncode == 0
    assert err == ""
    assert f"Listening on {url} (account 444455556666)." in out
    assert f"export AWS_ENDPOINT_URL={url}" in out
    assert ":444455556666:payment-manager/shop-" in out
    assert LIMITS in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--fault", "explode:1"), 'fault "explode:1"'),
        (("--account", "12"), "twelve digits"),
        (("--region", "nowhere"), "none of AWS's"),
        (("--manager", "my-shop"), "my-shop"),
        (("--manager", "shop", "--manager", "Shop"), "there is one of that name"),
        (("--account", ""), "'--account': it is empty"),
        (("--port", "70000"), "70000"),
    ],
)
def test_what_cannot_be_is_refused(payguard: Run, arguments: tuple[str, ...], told: str) -> None:
    result = payguard("emulator", *arguments)
    assert result.exit_code == 2
    assert told in result.output


def test_a_missing_extra_is_named(payguard: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "is_installed", lambda: False)
    result = payguard("emulator")
    assert result.exit_code == 2
    assert "pip install 'payguard[emulator]'" in result.output


def test_a_port_that_is_taken_is_refused(payguard: Run) -> None:
    with package.Emulator() as running:
        result = payguard("emulator", "--port", running.url.rpartition(":")[2])
    assert result.exit_code == 2
    assert "in use" in result.output


def test_a_ready_file_that_cannot_be_written_ends_it(payguard: Run, tmp_path: Path) -> None:
    result = payguard("emulator", "--ready-file", str(tmp_path / "missing" / "url"))
    assert result.exit_code == 2
    assert "No such file" in result.output


def test_whether_the_extra_is_there_is_told_without_loading_it() -> None:
    code = (
        "import sys; from payguard import emulator; print(emulator.is_installed(), "
        "any(name.split('.')[0] in {'moto', 'botocore', 'boto3'} for name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["True", "False"]
