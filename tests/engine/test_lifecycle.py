"""A stack from its first preview to its end, with the real engine."""

from typing import Any

import pytest

from engine.workspace import Workspace

pytestmark = pytest.mark.engine

PERSONAS = ["management", "process-payment", "viewer"]


def roles(iam: Any) -> dict[str, dict[str, Any]]:
    """Return the roles by what their names begin with: the rest is the engine's own."""
    found = iam.list_roles()["Roles"]
    return {
        role["RoleName"].rpartition("-")[0]: iam.get_role(RoleName=role["RoleName"])["Role"]
        for role in found
    }


def test_a_stack_is_previewed_made_left_alone_and_destroyed(access: Workspace, iam: Any) -> None:
    """A preview makes nothing; a second up finds nothing to do; a destroy leaves nothing."""
    assert access.planned() == {"create": 8}  # the stack, the component, and two for each role
    assert roles(iam) == {}
    access.up()
    assert sorted(roles(iam)) == [f"shop-{persona}" for persona in PERSONAS]
    assert access.planned() == {}
    assert "8 unchanged" in access.up().stdout
    access.destroy()
    assert roles(iam) == {}
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_every_kind_of_attachment_is_made_and_destroyed(team: Workspace, iam: Any) -> None:
    """Managed policies and attachments, and components of the team's own."""
    team.up()
    assert team.planned() == {}
    attached = iam.list_attached_role_policies(RoleName="PaymentsViewer")["AttachedPolicies"]
    assert [policy["PolicyName"].rpartition("-")[0] for policy in attached] == ["viewing"]
    team.destroy()
    assert roles(iam) == {}
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_a_role_of_aws_native_is_made_changed_and_destroyed(team: Workspace, iam: Any) -> None:
    team.config("native", "true")
    team.up()
    inline = iam.list_role_policies(RoleName="NativeAgent")["PolicyNames"]
    assert sorted(inline) == ["budget", "spend"]
    assert team.planned() == {}
    team.pulumi("refresh", "--yes")
    assert team.planned() == {}
    team.destroy()
    assert roles(iam) == {}


def test_a_change_that_iam_can_make_updates_the_role(access: Workspace, iam: Any) -> None:
    """Whom a role trusts is changed in place: it keeps its name and its ID."""
    access.up()
    before = roles(iam)["shop-viewer"]
    access.give(viewer_principals=["arn:aws:iam::123456789012:role/nightly"])
    assert access.planned() == {"update": 2}  # the component and the role
    access.up()
    after = roles(iam)["shop-viewer"]
    assert after["RoleId"] == before["RoleId"]
    [statement] = after["AssumeRolePolicyDocument"]["Statement"]
    assert "arn:aws:iam::123456789012:role/nightly" in str(statement["Principal"])
    assert access.planned() == {}


def test_a_change_that_iam_cannot_make_replaces_the_roles(access: Workspace, iam: Any) -> None:
    """A role cannot move to another path: a new one takes over, the old one goes."""
    access.up()
    before = roles(iam)
    access.give(path="/payments/")
    planned = access.planned()
    assert planned["replace"] == 6  # each role, and the policy that is its own
    access.up()
    after = roles(iam)
    assert sorted(after) == sorted(before)
    for name, role in after.items():
        assert role["Path"] == "/payments/"
        assert role["RoleId"] != before[name]["RoleId"]
        assert len(iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]) == 1
    assert access.planned() == {}


def test_roles_whose_names_are_given_are_replaced_as_well(access: Workspace, iam: Any) -> None:
    """The old role must go before the new one can have its name."""
    access.give(name_prefix="till-")
    access.up()
    access.give(name_prefix="till-", path="/payments/")
    access.up()
    names = [role["RoleName"] for role in iam.list_roles()["Roles"]]
    assert sorted(names) == [f"till-{persona}" for persona in PERSONAS]
    assert access.planned() == {}


def test_a_persona_without_principals_loses_its_role(access: Workspace, iam: Any) -> None:
    access.up()
    access.give(without=("viewer_principals",))
    access.up()
    assert sorted(roles(iam)) == ["shop-management", "shop-process-payment"]
    assert access.planned() == {}


def test_wrong_arguments_register_nothing(access: Workspace, iam: Any) -> None:
    """The preview fails with the name of the argument, and so would an up."""
    access.give(payment_manager_arns=["arn:aws:bedrock-agentcore:us-east-1:123456789012:*"])
    run = access.preview(status=-1)
    assert "paymentManagerArns" in run.stdout + run.stderr
    access.up(status=-1)
    assert roles(iam) == {}


def test_broken_separation_registers_nothing(access: Workspace, iam: Any) -> None:
    """Nobody may be trusted with budgets and with spending."""
    everyone = ["arn:aws:iam::123456789012:role/everyone"]
    access.give(management_principals=everyone, process_payment_principals=everyone)
    run = access.up(status=-1)
    assert "everyone" in run.stdout + run.stderr
    assert roles(iam) == {}
