"""A provider that is killed in the middle of an up, and the up that repairs it."""

from typing import Any

import pytest

from engine.workspace import Workspace

pytestmark = pytest.mark.engine

PERSONAS = {"management", "process-payment", "viewer"}


def policies(iam: Any) -> dict[str, int]:
    """Return how many policies each role has."""
    return {
        role["RoleName"]: len(iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"])
        for role in iam.list_roles()["Roles"]
    }


@pytest.mark.parametrize("moment", ["before 1", "before 4", "after 4", "after 6"])
def test_a_second_up_makes_what_is_missing(access: Workspace, iam: Any, moment: str) -> None:
    """Creations 1 to 3 are roles, 4 to 6 their policies; which of them comes first is chance."""
    access.fuse.write_text(moment)
    access.up(status=-1)
    assert not access.fuse.exists()
    access.up()
    assert access.planned() == {}
    outputs = access.outputs()
    known = {outputs[f"{persona.replace('-', '_')}_role_name"] for persona in PERSONAS}
    assert {name for name, count in policies(iam).items() if count} == known


def test_a_role_of_which_the_engine_never_heard_grants_nothing(access: Workspace, iam: Any) -> None:
    """IAM made it, and the provider died before it could say so: the next up makes another."""
    access.fuse.write_text("after 1")
    access.up(status=-1)
    [lost] = policies(iam)
    access.up()
    assert access.planned() == {}
    assert policies(iam).pop(lost) == 0
    assert len(policies(iam)) == len(PERSONAS) + 1


def test_such_a_role_is_in_the_way_where_names_are_given(access: Workspace, iam: Any) -> None:
    """The next up names it and makes the rest; once it is deleted, one more makes all."""
    access.give(name_prefix="till-")
    access.fuse.write_text("after 1")
    access.up(status=-1)
    [lost] = policies(iam)
    run = access.up(status=-1)
    assert f"Role with name {lost} already exists" in run.stdout
    assert policies(iam)[lost] == 0
    iam.delete_role(RoleName=lost)
    access.up()
    assert access.planned() == {}
    assert policies(iam) == {f"till-{persona}": 1 for persona in PERSONAS}
