"""After a real ``pulumi up``: the roles are in the emulator's IAM, and answer as they should."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.workspace import Workspace
from payguard.cli import commands
from payguard.emulator import Emulator

pytestmark = pytest.mark.engine

PERSONAS = ("management", "process-payment", "viewer")


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Emulator]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with Emulator() as found:
        for name, value in found.environment().items():
            if name != "AWS_ENDPOINT_URL":
                monkeypatch.setenv(name, value)
        yield found
        assert found.defects == ()


@pytest.fixture
def endpoint(emulator: Emulator) -> str:
    """The emulator's IAM, in which the engine makes the roles."""
    return emulator.url


def smoke(emulator: Emulator, manager: str, role: str, persona: str) -> Result:
    where = ("--endpoint-url", emulator.url, "--sts-endpoint-url", emulator.url)
    asked = ("--manager-arn", manager, "--role-arn", role, "--persona", persona)
    return CliRunner().invoke(commands, ["smoke", "--isolated", *where, *asked])


def test_the_roles_of_a_stack_answer_as_their_contracts_say(
    access: Workspace, emulator: Emulator
) -> None:
    """Made by the component, assumed through STS, both lists called; what is removed is missed."""
    manager = emulator.create_manager("shop")
    principals = {f"{one.replace('-', '_')}_principals": [emulator.user_arn] for one in PERSONAS}
    # One user assumes all of them.
    access.give(payment_manager_arns=[manager], separation="advisory", **principals)
    access.up()
    iam = emulator.client("iam")
    arns = {role["RoleName"].rpartition("-")[0]: role["Arn"] for role in iam.list_roles()["Roles"]}
    assert sorted(arns) == [f"shop-{persona}" for persona in PERSONAS]
    for persona in PERSONAS:
        result = smoke(emulator, manager, arns[f"shop-{persona}"], persona)
        assert result.exit_code == 0, result.output
        assert "2 calls: 2 as expected." in result.stdout

    name = arns["shop-viewer"].rpartition("/")[2]
    (policy,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
    iam.delete_role_policy(RoleName=name, PolicyName=policy)
    assert smoke(emulator, manager, arns["shop-viewer"], "viewer").exit_code == 1
    access.pulumi("refresh", "--yes")
    access.up()
    assert smoke(emulator, manager, arns["shop-viewer"], "viewer").exit_code == 0
