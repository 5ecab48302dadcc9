"""An emulator for each test, and a payment manager in it."""

from collections.abc import Iterator

import pytest

from payguard.emulator import Emulator


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "MOTO_ACCOUNT_ID"):
        monkeypatch.delenv(name, raising=False)
    with Emulator() as found:
        yield found
        assert found.defects == ()


@pytest.fixture
def manager(emulator: Emulator) -> str:
    return emulator.create_manager("agentpay")
