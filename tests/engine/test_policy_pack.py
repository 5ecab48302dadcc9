"""The policy pack in the hands of the engine: what a preview says, and what an up does not make."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.workspace import REPOSITORY, Workspace

pytestmark = pytest.mark.engine

PACK_FOLDER = REPOSITORY / "pulumi_components" / "policy_pack"
PACK = ("--policy-pack", str(PACK_FOLDER))


def names(iam: Any) -> set[str]:
    return {role["RoleName"] for role in iam.list_roles()["Roles"]}


def test_the_roles_of_the_component_pass(access: Workspace) -> None:
    """Without a word about them, at the preview and at the up."""
    for run in (access.preview(*PACK), access.up(*PACK)):
        assert "payguard@v" in run.stdout
        assert "[mandatory]" not in run.stdout
        assert "[advisory]" not in run.stdout


def test_a_role_that_breaks_separation_is_refused_before_anything_is_made(
    team: Workspace, iam: Any
) -> None:
    """Its policies are joined over ARNs that are not known yet; the refusal shows the requests."""
    team.config("faulty", "true")
    for run in (team.preview(*PACK, status=-1), team.pulumi("up", "--yes", *PACK, status=-1)):
        assert "[mandatory]" in run.stdout
        assert "separation-of-duties: AgentRuntime can open a budget" in run.stdout
        assert "request: AgentRuntime may bedrock-agentcore:ProcessPayment" in run.stdout
    assert names(iam) == set()


def test_the_refusal_is_told_as_the_page_shows_it(team: Workspace) -> None:
    """Line by line, without where the pack lies."""
    page = (PACK_FOLDER.parent / "README.md").read_text()
    shown = page.split("$ pulumi preview --policy-pack policy_pack\n")[1].partition("\n```")[0]
    team.config("faulty", "true")
    told = team.preview(*PACK, status=-1).stdout.replace(f" (local: {PACK_FOLDER})", "")
    assert shown in told


def test_a_role_of_aws_native_is_refused_as_well(team: Workspace) -> None:
    """Its policies stand in the role itself, as objects."""
    team.config("native", "true")
    run = team.preview(*PACK, status=-1)
    assert "[mandatory]" in run.stdout
    assert "separation-of-duties: NativeAgent can open a budget" in run.stdout


def test_what_is_there_already_is_judged_without_a_program(team: Workspace) -> None:
    """``pulumi policy analyze`` asks the pack about a state."""
    team.config("faulty", "true")
    team.up()
    run = team.pulumi("policy", "analyze", *PACK, status=-1)
    assert "separation-of-duties: AgentRuntime can open a budget" in run.stdout


def test_what_is_not_known_at_the_preview_is_advisory(team: Workspace) -> None:
    team.config("late", "Allow")
    run = team.preview(*PACK)
    assert "[mandatory]" not in run.stdout
    assert "[advisory]" in run.stdout
    assert "what LateWatcher may do is not known in full" in run.stdout


def test_a_document_that_is_known_during_the_up_is_judged_before_it_is_made(
    team: Workspace, iam: Any
) -> None:
    """The preview could not see it; the role stands, and has no policy."""
    team.config("late", "Permit")
    team.preview(*PACK)
    run = team.up(*PACK, status=-1)
    assert "invalid-effect: " in run.stdout
    assert '"Permit"' in run.stdout
    assert iam.list_role_policies(RoleName="LateWatcher")["PolicyNames"] == []
    team.config("late", "Allow")
    team.up(*PACK)
    assert len(iam.list_role_policies(RoleName="LateWatcher")["PolicyNames"]) == 1


def test_a_secret_is_not_told(team: Workspace) -> None:
    """A finding would quote the effect, if the engine's secrets came to the rules in clear."""
    team.config("secret", "Permit")
    run = team.preview(*PACK)
    assert "what SecretScope may do is not known in full" in run.stdout
    assert "(secret)" in run.stdout
    assert "Permit" not in run.stdout + run.stderr


def test_a_team_may_make_it_advisory(team: Workspace, tmp_path: Path) -> None:
    """By Pulumi's own configuration of packs."""
    team.config("faulty", "true")
    config = tmp_path / "pack.json"
    config.write_text(json.dumps({"role-security-warning": "advisory"}))
    run = team.preview(*PACK, "--policy-pack-config", str(config))
    assert "[mandatory]" not in run.stdout
    assert "separation-of-duties" in run.stdout


def test_the_configuration_of_the_linter_lies_beside_the_program(team: Workspace) -> None:
    team.config("faulty", "true")
    settings = team.project / "payguard.toml"
    settings.write_text('ignore = ["separation-of-duties"]\n')
    team.preview(*PACK)
    settings.write_text('ignored = ["separation-of-duties"]\n')
    run = team.preview(*PACK, status=-1)
    assert "ignored: unknown key" in run.stdout + run.stderr
