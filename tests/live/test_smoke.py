"""Opt-in: the smoke test against AWS, with the credentials at hand (``pytest -m live``)."""

import json
import os

import pytest
from click.testing import CliRunner

from payguard.cli import commands

# A payment manager; and perhaps a role that may list, and one that must not.
MANAGER = os.environ.get("PAYGUARD_LIVE_MANAGER_ARN", "")
ROLES = {
    "viewer": os.environ.get("PAYGUARD_LIVE_VIEWER_ROLE_ARN", ""),
    "process-payment": os.environ.get("PAYGUARD_LIVE_PROCESS_PAYMENT_ROLE_ARN", ""),
}
pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not MANAGER, reason="PAYGUARD_LIVE_MANAGER_ARN names no payment manager"),
]


@pytest.mark.parametrize("persona", ROLES)
def test_a_deployed_role_answers_as_its_contract_says(persona: str) -> None:
    if not ROLES[persona]:
        pytest.skip(f"no role of the persona {persona} is named")
    arguments = ["--manager-arn", MANAGER, "--role-arn", ROLES[persona], "--persona", persona]
    result = CliRunner().invoke(commands, ["smoke", *arguments, "--isolated", "--format", "json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["notes"] == []
