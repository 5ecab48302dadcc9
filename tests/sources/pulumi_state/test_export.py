"""Exports and checkpoints: what a stack has, and what an update that broke off leaves open."""

import json
from typing import Any

import pytest

from payguard.finding import InputError
from payguard.iam.document import BOUNDARY, IDENTITY, TRUST
from payguard.iam.unresolved import MISSING, SECRET
from payguard.sources.pulumi_state import read_pulumi
from sources.pulumi_state.stacks import (
    ACCOUNT,
    PLAIN,
    ROLE,
    ROLE_POLICY,
    TRUSTED,
    actions,
    allow,
    export,
    gaps,
    only,
    read,
    role,
    state,
)


def test_what_waits_for_its_deletion_is_not_there() -> None:
    found = read(export(role("a"), {**role("a"), "delete": True}, {**role("b"), "delete": True}))
    assert only(found).name == "a"


def test_what_was_deleted_and_not_made_again_is_told() -> None:
    found = read(export({**role("a"), "pendingReplacement": True}))
    assert found.roles == ()
    what = f"{ROLE} a, which was deleted and not yet made again"
    assert gaps(found.gaps) == [(what, MISSING, "")]
    assert found.gaps[0].location.span.line == 11


def test_what_an_update_that_broke_off_may_have_changed_is_told() -> None:
    operations = [{"type": "creating", "resource": role("b")}, {"resource": 7}]
    found = read(export(role("a"), pending_operations=operations))
    assert [each.name for each in found.roles] == ["a"]
    assert gaps(found.gaps) == [
        (f"the outcome of creating {ROLE} b", MISSING, ""),
        ("the outcome of an operation on a resource", MISSING, ""),
    ]


def test_a_plaintext_secret_is_neither_used_nor_shown() -> None:
    inline = state(ROLE_POLICY, "x", {"role": "a", "policy": PLAIN})
    found = read(export(role("a"), inline))
    assert gaps(only(found).gaps) == [(f"policy of {ROLE_POLICY} x", SECRET, IDENTITY)]
    assert "HUSH" not in repr(found)


def test_a_role_that_the_stack_only_reads_is_what_was_read() -> None:
    outputs = {
        "arn": f"{ACCOUNT}:role/agent",
        "name": "agent",
        "assumeRolePolicy": TRUSTED,
        "inlinePolicies": [{"name": "x", "policy": allow("One")}],
        "managedPolicyArns": ["arn:aws:iam::aws:policy/ViewOnlyAccess"],
        "permissionsBoundary": "",
        "tags": {"team": "shop"},
    }
    found = only(read(export(state(ROLE, "a", {}, id="agent", external=True, outputs=outputs))))
    assert (found.name, found.arn) == ("agent", f"{ACCOUNT}:role/agent")
    assert (actions(found.identity), len(found.managed), found.gaps) == (["One"], 1, ())
    assert found.tags == {"team": "shop"}


def test_what_was_not_read_of_a_role_that_the_stack_only_reads_is_a_gap() -> None:
    found = only(read(export(state(ROLE, "a", {}, id="agent", external=True))))
    assert found.name == "agent"
    assert {each[1:] for each in gaps(found.gaps)} == {
        (MISSING, TRUST),
        (MISSING, IDENTITY),
        (MISSING, BOUNDARY),
        (MISSING, ""),
    }


def test_a_document_of_the_outputs_is_not_used_for_a_role_of_the_stack() -> None:
    outputs = {"managedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}
    assert only(read(export(role("a", outputs=outputs)))).managed == ()


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_every_known_version_is_read(version: int) -> None:
    assert only(read({**export(role("a")), "version": version})).name == "a"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {**export(), "version": 5},
            "the version of this stack export is 5: versions 1 to 4 are read",
        ),
        (
            {**export(), "version": 0},
            "the version of this stack export is 0: versions 1 to 4 are read",
        ),
        (
            {**export(), "version": "3"},
            "the version of this stack export is no number: versions 1 to 4 are read",
        ),
        (
            {**export(), "version": True},
            "the version of this stack export is no number: versions 1 to 4 are read",
        ),
        (
            {"version": 9, "checkpoint": {"stack": "dev", "latest": export()["deployment"]}},
            "the version of this checkpoint is 9: versions 1 to 4 are read",
        ),
        (
            {"version": 2, "plan": {"resourcePlans": {"urn:pulumi:a": {}}}},
            "the version of this update plan is 2: version 1 is read",
        ),
    ],
)
def test_an_unknown_version_is_refused(value: Any, message: str) -> None:
    assert read_pulumi("s.json", json.dumps(value)) == InputError("s.json", message, 1, 1)
