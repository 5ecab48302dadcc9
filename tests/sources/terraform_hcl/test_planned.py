"""What is read equals what Terraform's own plan says, as far as the plan knows it.

``planned.json`` beside each configuration holds what Terraform 1.11.4 with hashicorp/aws 5.100.0
planned for its IAM resources; a policy that is null there is known only after apply.
"""

import json
from typing import Any

import pytest

from payguard.infrastructure import Document, Infrastructure, Role
from sources.terraform_hcl.configurations import FIXTURES, read_fixture

NAMES = ["documents", "example", "wide"]
KINDS = ("aws_iam_role.", "aws_iam_user.", "aws_iam_group.")


def planned(name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((FIXTURES / name / "planned.json").read_text())
    return found


def normal(value: Any) -> Any:
    """Sort lists of texts: the provider sorts what it makes of sets, the reader does not."""
    if isinstance(value, dict):
        return {key: normal(item) for key, item in value.items()}
    if isinstance(value, list):
        texts = all(isinstance(item, str) for item in value)
        return sorted(value) if texts else [normal(item) for item in value]
    return value


def policies(found: Infrastructure, address: str, policy_type: str) -> list[Any]:
    return [
        normal(document.value)
        for document in found.documents
        if (document.address, document.policy_type) == (address, policy_type)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_goes_wrong(name: str) -> None:
    found = read_fixture(name)
    assert (found.errors, found.gaps) == ((), ())
    assert [role.gaps for role in found.roles] == [()] * len(found.roles)


@pytest.mark.parametrize("name", NAMES)
def test_policies_are_those_of_the_plan(name: str) -> None:
    found = read_fixture(name)
    compared = 0
    for address, attributes in planned(name).items():
        for attribute, kind in (("policy", "identity"), ("assume_role_policy", "trust")):
            if attributes.get(attribute) is not None:
                assert policies(found, address, kind) == [normal(attributes[attribute])]
                compared += 1
        if "inline_policy" in attributes:
            expected = [normal(policy) for policy in attributes["inline_policy"]]
            assert policies(found, address, "identity") == expected
            compared += 1
    assert compared == {"documents": 7, "example": 10, "wide": 15}[name]


@pytest.mark.parametrize("name", NAMES)
def test_roles_users_and_groups_are_those_of_the_plan(name: str) -> None:
    roles = {role.address: role for role in read_fixture(name).roles}
    expected = {
        address: attributes
        for address, attributes in planned(name).items()
        if f"{'.'.join(address.split('[')[0].split('.')[-2:])}".startswith(KINDS)
        or ".aws_iam_role.this" in address
    }
    assert set(roles) == set(expected)
    for address, attributes in expected.items():
        role = roles[address]
        assert role.name == attributes["name"]
        assert role.boundary_arn == attributes.get("permissions_boundary", "")
        assert dict(role.tags) == attributes.get("tags_all", {})


def identity(role: Role) -> list[str]:
    return [document.address for document in role.identity]


def test_what_is_attached_is_found_through_modules_and_references() -> None:
    roles = {role.address: role for role in read_fixture("wide").roles}
    inner = "module.roles[1].module.inner.aws_iam_role_policy.this"
    assert identity(roles["module.roles[1].aws_iam_role.this"]) == [
        inner,
        "module.policy.aws_iam_policy.p",
    ]
    assert identity(roles['aws_iam_role.tenant["shop"]']) == ['aws_iam_role_policy.tenant["shop"]']
    assert identity(roles["aws_iam_user.operator"]) == ["aws_iam_group_policy.operators"]
    assert roles["aws_iam_role.heredoc[0]"].managed == ("arn:aws:iam::aws:policy/ReadOnlyAccess",)


def test_what_the_plan_does_not_know_is_unresolved_in_its_place() -> None:
    late = next(role for role in read_fixture("example").roles if role.name == "LateManager")
    [(pointer, unresolved)] = late.identity[0].unresolved
    assert pointer == "/Statement/0/Resource"
    assert unresolved.sentence == "terraform_data.late_manager.output (known after apply)"


def test_reading_twice_gives_the_same() -> None:
    def without_source(found: Infrastructure) -> list[Document]:
        return [document._replace(source=None) for document in found.documents]  # type: ignore[arg-type]

    one, other = read_fixture("wide"), read_fixture("wide")
    assert without_source(one) == without_source(other)
    assert [role.address for role in one.roles] == [role.address for role in other.roles]
