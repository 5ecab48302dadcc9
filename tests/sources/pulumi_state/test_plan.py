"""Update plans: what changes is in them; what does not change must not be taken for absent."""

from typing import Any

import pytest

from payguard.iam.document import BOUNDARY, IDENTITY, TRUST
from payguard.iam.unresolved import MISSING
from sources.pulumi_state.stacks import (
    ACCOUNT,
    POLICY,
    ROLE,
    ROLE_POLICY,
    TRUSTED,
    actions,
    allow,
    gaps,
    only,
    plan,
    read,
    urn,
)

ROLE_STATE = {
    "arn": f"{ACCOUNT}:role/a",
    "name": "a",
    "path": "/",
    "assumeRolePolicy": TRUSTED,
    "inlinePolicies": [],
    "managedPolicyArns": [],
    "permissionsBoundary": "",
    "tags": {},
}


def entry(kind: str, *steps: str, state: Any = None, **diff: Any) -> dict[str, Any]:
    goal = {"type": kind, "inputDiff": diff, "outputDiff": {}}
    return {"goal": goal, "steps": steps, "state": state or {}}


def unchanged(**state: Any) -> tuple[str, str, Any]:
    return ROLE, "a", entry(ROLE, "same", state={**ROLE_STATE, **state})


def test_an_unchanged_role_is_what_the_provider_says_it_is() -> None:
    found = only(read(plan(unchanged())))
    assert (found.name, found.arn, found.gaps) == ("a", f"{ACCOUNT}:role/a", ())
    assert found.trust is not None


def test_unchanged_policies_are_what_the_provider_says_they_are() -> None:
    arn = "arn:aws:iam::aws:policy/ViewOnlyAccess"
    inline = [{"name": "x", "policy": allow("One")}]
    found = only(read(plan(unchanged(managedPolicyArns=[arn], inlinePolicies=inline))))
    assert (actions(found.identity), found.managed, found.gaps) == (["One"], (arn,), ())


def test_what_a_plan_does_not_tell_of_an_unchanged_role_is_a_gap() -> None:
    found = only(read(plan((ROLE, "a", entry(ROLE, "same", state={"name": "a"})))))
    assert gaps(found.gaps) == [
        (f"assumeRolePolicy of {ROLE} a", MISSING, TRUST),
        (f"inlinePolicies of {ROLE} a", MISSING, IDENTITY),
        (f"tags of {ROLE} a", MISSING, ""),
        (f"managedPolicyArns of {ROLE} a", MISSING, IDENTITY),
        (f"permissionsBoundary of {ROLE} a", MISSING, BOUNDARY),
    ]


def test_a_role_that_is_created_has_nothing_but_what_the_plan_tells() -> None:
    inputs = {"name": "a", "assumeRolePolicy": TRUSTED}
    found = only(read(plan((ROLE, "a", entry(ROLE, "create", adds=inputs)))))
    assert found.gaps == ()


def test_an_input_that_is_deleted_is_not_taken_from_the_state() -> None:
    state = {**ROLE_STATE, "managedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}
    changed = entry(ROLE, "update", state=state, deletes=["managedPolicyArns"])
    found = only(read(plan((ROLE, "a", changed))))
    assert (found.managed, found.gaps) == ((), ())


def test_what_is_updated_counts_before_the_state() -> None:
    state = {"role": "a", "policy": allow("Old")}
    changed = entry(ROLE_POLICY, "update", state=state, updates={"policy": allow("New")})
    found = read(plan(unchanged(), (ROLE_POLICY, "x", changed)))
    assert actions(only(found).identity) == ["New"]


def test_a_document_that_is_unchanged_and_not_in_the_state_is_a_gap() -> None:
    changed = entry(ROLE_POLICY, "same", state={"role": "a"})
    found = only(read(plan(unchanged(), (ROLE_POLICY, "x", changed))))
    assert found.identity == ()
    assert gaps(found.gaps) == [(f"policy of {ROLE_POLICY} x", MISSING, IDENTITY)]


def test_a_role_that_is_replaced_is_one_role() -> None:
    steps = ("create-replacement", "replace", "delete-replaced")
    found = read(plan((ROLE, "a", entry(ROLE, *steps, state=ROLE_STATE))))
    assert only(found).name == "a"


@pytest.mark.parametrize("steps", [["delete"], ["delete-replaced"], ["discard"]])
def test_what_is_deleted_is_not_there(steps: list[str]) -> None:
    found = read(plan((ROLE, "a", {"steps": steps, "state": ROLE_STATE})))
    assert (found.roles, found.gaps) == ((), ())


def test_a_resource_without_a_goal_is_told() -> None:
    found = read(plan((ROLE, "a", {"steps": [], "state": ROLE_STATE})))
    assert found.roles == ()
    assert gaps(found.gaps) == [(f"what becomes of {ROLE} a", MISSING, "")]


def test_an_old_plan_has_all_inputs() -> None:
    old = entry(ROLE, "same", adds={})
    old["goal"]["checkedInputs"] = {"name": "a", "assumeRolePolicy": TRUSTED}
    found = only(read(plan((ROLE, "a", old))))
    assert (found.name, found.gaps) == ("a", ())


def test_a_plan_in_an_envelope_is_read() -> None:
    found = read({"version": 1, "plan": plan(unchanged())})
    assert only(found).location.span.line == 10
    assert only(found).location.address == urn(ROLE, "a")


def test_a_plan_joins_what_it_does_not_know_yet() -> None:
    policy = entry(POLICY, "create", adds={"name": "p", "policy": allow("Pay")})
    adds = {"role": "a", "policyArn": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}
    attached = entry("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "create", adds=adds)
    attached["goal"]["propertyDependencies"] = {"policyArn": [urn(POLICY, "p")]}
    kind = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    found = read(plan(unchanged(), (POLICY, "p", policy), (kind, "x", attached)))
    assert actions(only(found).identity) == ["Pay"]
