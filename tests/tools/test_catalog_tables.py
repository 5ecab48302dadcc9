"""The catalog's tables, each on a tiny input."""

from types import ModuleType
from typing import Any

import pytest

# Service authorization reference


def reference_action(name: str, **facts: Any) -> dict[str, Any]:
    plain = {
        "accessLevel": "Read",
        "resourceTypes": [],
        "conditionKeys": [],
        "dependentActions": [],
    }
    return {"name": name, **plain, **facts}


def use(name: str, *, required: bool, **facts: Any) -> dict[str, Any]:
    return {
        "name": name,
        "required": required,
        "conditionKeys": [],
        "dependentActions": [],
        **facts,
    }


def test_action_names_are_sorted_and_stand_on_one_line(tables: ModuleType) -> None:
    assert tables.action_table({"b": ["Z", "A"], "a": []}) == {"a": "", "b": "A Z"}


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (reference_action("Get"), {"level": "Read"}),
        (
            reference_action("Tag", accessLevel="Tagging, Write", conditionKeys=["x:b", "x:a"]),
            {"level": "Tagging", "keys": ["x:a", "x:b"]},
        ),
        (
            reference_action(
                "Put",
                accessLevel="Permissions management, Write",
                resourceTypes=[use("thing", required=False), use("box", required=True)],
                dependentActions=["iam:PassRole"],
            ),
            {
                "level": "Permissions management",
                "resources": [{"type": "box", "required": True}, {"type": "thing"}],
                "dependent": ["iam:PassRole"],
            },
        ),
    ],
)
def test_an_action_keeps_what_says_something(
    tables: ModuleType, action: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert tables.listed_action(action) == expected


def test_hand_kept_actions_stand_among_the_listed_ones_and_say_so(tables: ModuleType) -> None:
    kept = {"Rotate": {"level": "Write", "note": "why", "sources": ["x"]}}
    assert tables.with_exceptions({"get": reference_action("Get")}, kept) == {
        "Get": {"level": "Read"},
        "Rotate": {"level": "Write", "note": "why", "origin": "exception"},
    }


def test_a_hand_kept_action_that_the_reference_lists_is_refused(tables: ModuleType) -> None:
    with pytest.raises(tables.InputError, match='lists "Get" now: drop it'):
        tables.with_exceptions({"get": reference_action("Get")}, {"Get": {"level": "Read"}})


def test_an_invented_action_that_the_reference_lists_is_refused(tables: ModuleType) -> None:
    tables.refute_invented(["x:Put"], {"x": {"get": {}}})
    with pytest.raises(tables.InputError, match='lists "x:Get": drop it'):
        tables.refute_invented(["x:Get"], {"x": {"get": {}}})


@pytest.mark.parametrize(
    ("written", "template"),
    [
        ("s3:ExistingObjectTag/<key>", "s3:ExistingObjectTag/${TagKey}"),
        ("secretsmanager:ResourceTag/tag-key", "secretsmanager:ResourceTag/${TagKey}"),
        ("kms:EncryptionContext:${Key}", "kms:EncryptionContext:${Key}"),
    ],
)
def test_a_variable_part_is_written_in_one_way(
    tables: ModuleType, written: str, template: str
) -> None:
    assert tables.template_key(written) == template


def test_a_service_is_described_by_actions_resource_types_and_keys(tables: ModuleType) -> None:
    kinds = {"box": {"key": "Box", "arn": "arn:x", "conditionKeys": ["x:b/<key>"]}}
    keys = {"x:b/<key>": {"key": "x:b/<key>", "type": "String"}}
    assert tables.service_detail("x", {"Get": {"level": "Read"}}, kinds, keys) == {
        "service": "x",
        "actions": {"Get": {"level": "Read"}},
        "resource_types": {"Box": {"arn": "arn:x", "keys": ["x:b/${TagKey}"]}},
        "condition_keys": {"x:b/${TagKey}": "String"},
    }


def test_condition_keys_are_grouped_by_type_without_the_global_ones(tables: ModuleType) -> None:
    def named(*keys: str) -> dict[str, Any]:
        return {key.lower(): {"key": key, "type": "String"} for key in keys}

    table = tables.condition_key_table(
        {"sts": named("sts:Z", "saml:aud", "aws:TagKeys"), "none": named("aws:TagKeys")},
        ["s3", "a"],
    )
    assert table == {
        "foreign_prefixes": {"saml": "sts"},
        "rcp_services": "a s3",
        "services": {"sts": {"String": "saml:aud sts:Z"}},
    }


# botocore


MODEL: dict[str, Any] = {
    "operations": {
        "ListPayments": {
            "http": {"method": "POST", "requestUri": "/list", "responseCode": 202},
            "input": {"shape": "Request"},
            "output": {"shape": "Response"},
            "errors": [{"shape": "Denied"}],
            "readonly": True,
        },
        "ListOthers": {"input": {"shape": "Unreached"}},
    },
    "shapes": {
        "Request": {
            "type": "structure",
            "required": ["id"],
            "members": {
                "id": {"shape": "Id"},
                "user": {"shape": "User", "location": "header", "locationName": "X-User"},
                "max": {"shape": "Max"},
            },
        },
        "Response": {"type": "structure", "members": {"items": {"shape": "Items"}}},
        "Items": {"type": "list", "member": {"shape": "Item"}},
        "Item": {"type": "map", "key": {"shape": "Key"}, "value": {"shape": "Response"}},
        "Id": {"type": "string", "pattern": "a+", "min": 1, "max": 2, "sensitive": True},
        "User": {"type": "string"},
        "Key": {"type": "string", "enum": ["B", "A"]},
        "Max": {"type": "integer", "max": 9, "box": True},
        "Denied": {"type": "structure", "members": {}, "error": {"httpStatusCode": 403}},
        "RoleArn": {"type": "string", "min": 20},
        "Unreached": {"type": "string"},
    },
}


def test_shapes_are_reached_through_members_lists_and_maps_even_in_a_circle(
    tables: ModuleType,
) -> None:
    reached = tables.reached_shapes(MODEL)
    assert reached == {"Request", "Response", "Items", "Item", "Id", "User", "Key", "Max"}


def test_shapes_keep_their_limits_and_the_order_of_permitted_values(tables: ModuleType) -> None:
    assert tables.shape_table(MODEL, "tiny model") == {
        "source": "tiny model",
        "strings": {
            "Id": {"pattern": "a+", "min": 1, "max": 2},
            "User": {},
            "Key": {"enum": ["B", "A"]},
            "RoleArn": {"min": 20},
        },
        "integers": {"Max": {"max": 9}},
    }


def test_an_operation_is_described_as_it_goes_over_the_wire(tables: ModuleType) -> None:
    pages = {"pagination": {"ListPayments": {"limit_key": "max"}}}
    assert tables.operation_table(MODEL, pages) == {
        "ListPayments": {
            "method": "POST",
            "uri": "/list",
            "status": 202,
            "readonly": True,
            "errors": {"Denied": 403},
            "paginator": {"limit_key": "max"},
            "inputs": {
                "id": {
                    "shape": "Id",
                    "type": "string",
                    "location": "body",
                    "wire_name": "id",
                    "required": True,
                },
                "user": {
                    "shape": "User",
                    "type": "string",
                    "location": "header",
                    "wire_name": "X-User",
                },
                "max": {
                    "shape": "Max",
                    "type": "integer",
                    "location": "body",
                    "wire_name": "max",
                },
            },
        }
    }


def test_pseudo_regions_are_left_out_of_a_partition(tables: ModuleType) -> None:
    partition = {
        "id": "aws",
        "regionRegex": "^x$",
        "outputs": {"dnsSuffix": "amazonaws.com"},
        "regions": {"us-east-1": {}, "aws-global": {}, "af-south-1": {}},
    }
    assert tables.partition_table({"partitions": [partition]}) == {
        "aws": {
            "regions": ["af-south-1", "us-east-1"],
            "region_pattern": "^x$",
            "dns_suffix": "amazonaws.com",
        }
    }
