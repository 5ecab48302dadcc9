"""Roles for a payment manager that the same program makes: its ARN is known only during the up."""

import json
from typing import Any

import pytest

from engine.command import payguard, saved
from engine.workspace import PROGRAMS, Workspace

pytestmark = pytest.mark.engine


@pytest.fixture
def late(workspace: Workspace) -> Workspace:
    """A stack with a manager and its roles."""
    workspace.create(PROGRAMS / "late_access.py")
    return workspace


def test_the_roles_are_confined_to_the_manager_that_was_made(late: Workspace) -> None:
    """The preview shows all resources, and the linter says what it cannot know; then it is proved."""
    assert late.planned() == {"create": 9}
    payguard(late, "lint", saved(late, "preview.json", late.preview("--json").stdout), status=3)
    late.up()
    assert late.planned() == {}
    export, outputs = saved(late, "export.json", json.dumps(late.exported())), late.outputs()
    persona = ("--persona", "process-payment", "--manager-arn", outputs["manager"])
    run = payguard(late, "prove", "--role", outputs["payer"], *persona, export, status=0)
    assert run.stdout.startswith("proved")


def test_an_arn_that_turns_out_wrong_makes_no_role(late: Workspace, iam: Any) -> None:
    """The preview could not know; the up names the argument, and the next one repairs it."""
    late.config("mark", "/*")
    late.preview()
    run = late.up(status=-1)
    assert "paymentManagerArns" in run.stdout
    assert iam.list_roles()["Roles"] == []
    late.config("mark", "")
    late.up()
    assert len(iam.list_roles()["Roles"]) == 3
    assert late.planned() == {}
