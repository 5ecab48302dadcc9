"""What the engine writes, read by the linter: previews, exports and saved plans as they are."""

import json
from typing import Any

import pytest

from engine.command import payguard, saved
from engine.workspace import Run, Workspace
from payguard_policies import roles
from pulumi_components.sample_arguments import MANAGER, OTHER_MANAGER, everything

pytestmark = pytest.mark.engine


def test_the_preview_of_good_roles_holds(access: Workspace) -> None:
    """What the component makes is judged before anything is made, and nothing is open."""
    preview = saved(access, "preview.json", access.preview("--json").stdout)
    payguard(access, "lint", preview, status=0)


def test_the_preview_of_a_role_that_breaks_separation_is_refused(team: Workspace) -> None:
    """Its two policies are attached by ARNs that are not known before they are made."""
    team.config("faulty", "true")
    preview = saved(team, "preview.json", team.preview("--json").stdout)
    run = payguard(team, "lint", preview, status=1)
    assert "security-warning[separation-of-duties]: AgentRuntime can open a budget" in run.stdout


@pytest.mark.parametrize("option", ["late", "secret"])
def test_what_a_preview_cannot_tell_is_undecided(team: Workspace, option: str) -> None:
    """A role for a manager that is made beside it; a document with a secret in it."""
    team.config(option, "Allow")
    preview = saved(team, "preview.json", team.preview("--json").stdout)
    run = payguard(team, "lint", preview, status=3)
    assert "undecided[policy-not-known]" in run.stdout


def test_a_saved_plan_is_read(team: Workspace) -> None:
    team.config("faulty", "true")
    plan = str(team.project / "plan.json")
    team.preview("--save-plan", plan, PULUMI_EXPERIMENTAL="true")
    run = payguard(team, "lint", "plan.json", status=1)
    assert "separation-of-duties" in run.stdout


def test_what_was_not_known_before_the_deploy_is_judged_after_it(team: Workspace) -> None:
    team.config("late", "Allow")
    team.up()
    export = saved(team, "export.json", json.dumps(team.exported()))
    payguard(team, "lint", export, status=0)


def test_the_state_tells_what_each_role_reaches(team: Workspace) -> None:
    """Of the roles that the engine made: who they are, and what they can do."""
    team.config("faulty", "true")
    team.up()
    export = saved(team, "export.json", json.dumps(team.exported()))
    run = payguard(team, "roles", export, "--output-format", "json", status=0)
    found = {role["name"].rpartition("-")[0] or role["name"]: role for role in _roles(run)}
    assert found["process-payment"]["persona"] == {"name": "process-payment", "by": "inferred"}
    assert [power["verb"] for power in found["process-payment"]["powers"]] == ["spend", "read"]
    assert found["process-payment"]["separation"]["verdict"] == "proved"
    assert found["AgentRuntime"]["separation"]["verdict"] == "refuted"


def _roles(run: Run) -> list[Any]:
    return list(json.loads(run.stdout)["roles"])


def test_every_role_in_the_state_keeps_its_contract(access: Workspace) -> None:
    """Proved, for all requests: what each must, may and must never be allowed, on both managers."""
    access.give(**everything())
    access.up()
    export = saved(access, "export.json", json.dumps(access.exported()))
    managers = [option for arn in (MANAGER, OTHER_MANAGER) for option in ("--manager-arn", arn)]
    for persona in roles.PERSONAS:
        about = ("--role", f"shop-{persona}", "--persona", persona, *managers)
        run = payguard(access, "prove", *about, export, status=0)
        assert run.stdout.startswith("proved")
    payguard(access, "lint", export, status=0)
