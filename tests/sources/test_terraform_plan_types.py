"""Each IAM and payments resource type of Terraform means what it means to IAM."""

import json
from typing import Any

import pytest

from fixtures.terraform.planned import (
    POLICY,
    TRUST,
    holes,
    pattern,
    plan,
    read,
    resource,
    role,
    told,
)
from payguard.iam import document as iam
from payguard.iam.document import BOUNDARY, IDENTITY, RCP, RESOURCE, SCP, VPC_ENDPOINT
from payguard.iam.unresolved import AFTER_APPLY, MISSING, SECRET, Unresolved
from payguard.infrastructure import (
    CREDENTIAL_PROVIDER,
    GROUP,
    PAYMENT_CONNECTOR,
    PAYMENT_MANAGER,
    ROLE,
    USER,
)

TEXT = json.dumps(POLICY)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OURS = "arn:aws:iam::111122223333:policy/ours"


def policy(name: str, **after: Any) -> dict[str, Any]:
    values = {"name": name, "path": "/", "policy": TEXT, **after}
    return resource(f"aws_iam_policy.{name}", values, {"arn": "arn" not in after, "id": True})


def attachment(name: str, **after: Any) -> dict[str, Any]:
    kind = next(kind for kind in (ROLE, USER, GROUP) if kind in after)
    return resource(f"aws_iam_{kind}_policy_attachment.{name}", after)


KINDS = [
    (
        ROLE,
        resource("aws_iam_role.x", {"name": "x", "assume_role_policy": json.dumps(TRUST)}),
    ),
    (USER, resource("aws_iam_user.x", {"name": "x"})),
    (GROUP, resource("aws_iam_group.x", {"name": "x"})),
]


@pytest.mark.parametrize(("kind", "declared"), KINDS, ids=[ROLE, USER, GROUP])
def test_policies_reach_roles_users_and_groups_alike(kind: str, declared: Any) -> None:
    found = read(
        plan(
            declared,
            policy("ours", arn=OURS),
            resource(f"aws_iam_{kind}_policy.own", {kind: "x", "name": "own", "policy": TEXT}),
            attachment("ours", **{kind: "x", "policy_arn": OURS}),
            attachment("aws", **{kind: "x", "policy_arn": READ_ONLY}),
        )
    )
    assert told(found) == {
        f"aws_iam_{kind}.x": {
            "identity": [f"aws_iam_{kind}_policy.own", "aws_iam_policy.ours"],
            "managed": [READ_ONLY],
        }
    }
    assert found.roles[0].kind == kind
    assert (found.roles[0].trust is not None) == (kind == ROLE)


@pytest.mark.parametrize("kind", [ROLE, USER, GROUP])
def test_one_resource_may_attach_to_many(kind: str) -> None:
    found = read(
        plan(
            dict(KINDS)[kind],
            policy("ours", arn=OURS),
            resource(
                "aws_iam_policy_attachment.many",
                {f"{kind}s": ["x", "elsewhere"], "policy_arn": OURS},
            ),
        )
    )
    assert told(found) == {
        f"aws_iam_{kind}.x": {"identity": ["aws_iam_policy.ours"]},
        "elsewhere": {
            "identity": ["aws_iam_policy.ours"],
            "gaps": [("", f"the declaration of {kind} elsewhere", MISSING)],
        },
    }


@pytest.mark.parametrize(
    "membership",
    [
        resource("aws_iam_group_membership.m", {"name": "m", "group": "x", "users": ["anna"]}),
        resource("aws_iam_user_group_membership.m", {"user": "anna", "groups": ["x"]}),
    ],
    ids=["of the group", "of the user"],
)
def test_a_users_groups_count(membership: Any) -> None:
    found = read(
        plan(
            resource("aws_iam_user.anna", {"name": "anna"}),
            dict(KINDS)[GROUP],
            resource("aws_iam_group_policy.own", {"group": "x", "policy": TEXT}),
            membership,
        )
    )
    assert told(found)["aws_iam_user.anna"] == {"identity": ["aws_iam_group_policy.own"]}


def test_a_group_that_is_not_in_the_plan_is_a_gap_of_its_users() -> None:
    found = read(
        plan(
            resource("aws_iam_user.anna", {"name": "anna"}),
            resource("aws_iam_user_group_membership.m", {"user": "anna", "groups": ["away"]}),
        )
    )
    assert told(found)["aws_iam_user.anna"] == {"gaps": [(IDENTITY, "away", MISSING)]}


def test_a_role_lists_policies_itself() -> None:
    blocks = [{"name": "a", "policy": TEXT}, {"name": "b", "policy": TEXT}]
    found = read(
        plan(
            role(
                "r",
                {"inline_policy": blocks, "managed_policy_arns": [OURS, READ_ONLY]},
                unknown={"inline_policy": [{}, {}], "managed_policy_arns": [False, False]},
            ),
            policy("ours", arn=OURS),
            aws_iam_role__r={"inline_policy": [[], []], "managed_policy_arns": ["var.arns"]},
        )
    )
    assert told(found)["aws_iam_role.r"] == {
        "identity": ["aws_iam_role.r", "aws_iam_role.r", "aws_iam_policy.ours"],
        "managed": [READ_ONLY],
    }


@pytest.mark.parametrize("block", [{"name": "", "policy": ""}, {"name": None, "policy": None}])
def test_an_empty_inline_block_says_that_there_is_none(block: Any) -> None:
    found = read(plan(role("r", {"inline_policy": [block]}, unknown={"inline_policy": [{}]})))
    assert "identity" not in told(found)["aws_iam_role.r"]
    assert not found.errors


@pytest.mark.parametrize(
    ("arn", "expected"),
    [(OURS, "aws_iam_policy.ours"), (READ_ONLY, READ_ONLY), ("", ""), (None, "")],
)
def test_a_boundary_is_no_identity_policy(arn: Any, expected: str) -> None:
    found = read(plan(role("r", {"permissions_boundary": arn}), policy("ours", arn=OURS)))
    has = told(found)["aws_iam_role.r"]
    assert has.get("boundary", "") == expected
    assert "identity" not in has
    boundary = found.roles[0].boundary
    assert boundary is None or boundary.policy_type == BOUNDARY


def test_a_boundary_of_a_policy_that_is_created_as_well_is_found_by_reference() -> None:
    found = read(
        plan(
            role("r", unknown={"permissions_boundary": True}),
            policy("ours"),
            aws_iam_role__r={"permissions_boundary": ["aws_iam_policy.ours.arn"]},
        )
    )
    assert told(found)["aws_iam_role.r"]["boundary"] == "aws_iam_policy.ours"


def test_an_arn_written_by_hand_finds_the_policy_whose_arn_is_not_known_yet() -> None:
    found = read(
        plan(role("r"), policy("ours"), attachment("a", role="r", policy_arn=OURS)),
    )
    assert told(found)["aws_iam_role.r"]["identity"] == ["aws_iam_policy.ours"]


def test_a_data_source_tells_the_document_of_a_policy_that_is_there_already() -> None:
    found = read(
        plan(
            role("r"),
            resource(
                "data.aws_iam_policy.ro",
                {"arn": READ_ONLY, "name": "ReadOnlyAccess", "policy": TEXT},
                actions=("read",),
            ),
            attachment("a", role="r", policy_arn=READ_ONLY),
        )
    )
    assert told(found)["aws_iam_role.r"]["identity"] == ["data.aws_iam_policy.ro"]


def test_a_role_that_is_there_already_has_policies_that_nobody_told() -> None:
    existing = resource(
        "data.aws_iam_role.old",
        {"name": "old", "arn": "arn:aws:iam::1:role/old", "assume_role_policy": json.dumps(TRUST)},
        actions=("read",),
    )
    own = resource("aws_iam_role_policy.own", {"role": "old", "policy": TEXT})
    assert told(read(plan(existing, own))) == {
        "data.aws_iam_role.old": {
            "identity": ["aws_iam_role_policy.own"],
            "gaps": [(IDENTITY, "what else is attached to data.aws_iam_role.old", MISSING)],
        }
    }
    alone = read(plan(existing))
    assert not alone.roles
    assert [document.policy_type for document in alone.documents] == [iam.TRUST]


def test_exclusive_attachments_are_attachments() -> None:
    found = read(
        plan(
            role("r"),
            resource(
                "aws_iam_role_policy_attachments_exclusive.x",
                {"role_name": "r", "policy_arns": [READ_ONLY]},
            ),
        )
    )
    assert told(found)["aws_iam_role.r"]["managed"] == [READ_ONLY]


KEPT = {
    "name": "r",
    "assume_role_policy": json.dumps(TRUST),
    "inline_policy": [{"name": "told", "policy": TEXT}, {"name": "stranger", "policy": TEXT}],
    "managed_policy_arns": [OURS, READ_ONLY],
}


def test_a_role_that_exists_lists_what_others_decide_about_and_what_nobody_does() -> None:
    """A policy that is detached, deleted or changed by the plan is still in IAM's list."""
    found = read(
        plan(
            role("r", KEPT, unknown=dict.fromkeys(KEPT, False), actions=("no-op",), before=KEPT),
            resource(
                "aws_iam_role_policy.told",
                {"role": "r", "name": "told", "policy": TEXT},
                actions=("update",),
                before={"role": "r", "name": "told", "policy": "{}"},
            ),
            resource(
                "aws_iam_role_policy_attachment.gone",
                {},
                actions=("delete",),
                before={"role": "r", "policy_arn": OURS},
            ),
            aws_iam_role__r={"name": []},
        )
    )
    assert told(found)["aws_iam_role.r"] == {
        "identity": ["aws_iam_role.r", "aws_iam_role_policy.told"],
        "managed": [READ_ONLY],
    }


def test_a_plan_that_owns_all_policies_of_a_role_takes_the_others_away() -> None:
    found = read(
        plan(
            role("r", KEPT, unknown=dict.fromkeys(KEPT, False), actions=("no-op",), before=KEPT),
            resource(
                "aws_iam_role_policies_exclusive.x", {"role_name": "r", "policy_names": ["told"]}
            ),
            aws_iam_role__r={"name": []},
        )
    )
    assert told(found)["aws_iam_role.r"]["identity"] == ["aws_iam_role.r"]


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (("create",), True),
        (("no-op",), True),
        (("update",), True),
        (("delete", "create"), True),
        (("create", "delete"), True),
        (("forget",), True),
        (("create", "forget"), True),
        (("delete",), False),
    ],
)
def test_what_is_deleted_is_not_there_and_what_is_replaced_once(
    actions: tuple[str, ...], expected: bool
) -> None:
    declared = role("r", actions=actions, before=KEPT | {"inline_policy": []})
    found = read(plan(declared, aws_iam_role__r={"name": []}))
    assert [one.address for one in found.roles] == ["aws_iam_role.r"] * expected


def test_what_an_earlier_replacement_left_behind_is_not_there() -> None:
    old = {**role("r", {"name": "old"}, actions=("delete",), before=KEPT), "deposed": "1a2b"}
    found = read(plan(role("r"), old))
    assert [one.name for one in found.roles] == ["r"]


def test_a_role_that_a_confined_plan_does_not_mention_stays() -> None:
    value = plan(role("r"))
    value["complete"] = False
    value["prior_state"] = {
        "values": {
            "root_module": {
                "resources": [
                    {
                        "address": "aws_iam_user.anna",
                        "mode": "managed",
                        "type": "aws_iam_user",
                        "name": "anna",
                        "values": {"name": "anna"},
                        "sensitive_values": {},
                    }
                ]
            }
        }
    }
    found = read(value)
    assert [one.address for one in found.roles] == ["aws_iam_role.r", "aws_iam_user.anna"]
    (gap,) = found.gaps
    assert gap.unresolved.what == "what the plan leaves out: it is not complete"


def test_names_that_two_accounts_share_are_told_apart_by_reference() -> None:
    first, second = role("a", {"name": "same"}), role("b", {"name": "same"})
    own = resource("aws_iam_role_policy.own", {"role": "same", "policy": TEXT})
    found = read(
        plan(first, second, own, aws_iam_role_policy__own={"role": ["aws_iam_role.b.name"]})
    )
    assert told(found) == {
        "aws_iam_role.a": {},
        "aws_iam_role.b": {"identity": ["aws_iam_role_policy.own"]},
    }
    unclear = read(plan(first, second, own))
    assert [gap.unresolved.what for gap in unclear.gaps] == [
        "which role is meant by aws_iam_role_policy.own.role"
    ]


OTHERS = [
    ("aws_secretsmanager_secret_policy", "policy", RESOURCE, {}),
    ("aws_kms_key", "policy", RESOURCE, {}),
    ("aws_s3_bucket_policy", "policy", RESOURCE, {}),
    ("aws_vpc_endpoint_policy", "policy", VPC_ENDPOINT, {}),
    ("aws_ssoadmin_permission_set_inline_policy", "inline_policy", IDENTITY, {}),
    ("aws_organizations_policy", "content", SCP, {"type": "SERVICE_CONTROL_POLICY"}),
    ("aws_organizations_policy", "content", RCP, {"type": "RESOURCE_CONTROL_POLICY"}),
]


@pytest.mark.parametrize(("type_", "name", "policy_type", "more"), OTHERS)
def test_policies_of_other_resources_are_documents(
    type_: str, name: str, policy_type: str, more: dict[str, str]
) -> None:
    found = read(plan(resource(f"{type_}.x", {name: TEXT, **more})))
    (document,) = found.documents
    assert (document.address, document.policy_type) == (f"{type_}.x", policy_type)
    assert document.text == TEXT


def test_a_tag_policy_is_none_of_iams() -> None:
    found = read(
        plan(resource("aws_organizations_policy.x", {"content": "{}", "type": "TAG_POLICY"}))
    )
    assert not found.documents


def test_a_data_source_that_no_policy_has_is_a_document_of_its_own() -> None:
    used = resource("data.aws_iam_policy_document.used", {"json": json.dumps(POLICY, indent=1)})
    part = resource("data.aws_iam_policy_document.part", {"json": '{"Statement": []}'})
    whole = resource(
        "data.aws_iam_policy_document.whole",
        {"json": '{"Statement": [1]}', "source_policy_documents": ['{"Statement": []}']},
    )
    own = resource("aws_iam_role_policy.own", {"role": "r", "policy": TEXT})
    found = read(plan(role("r"), own, used, part, whole))
    assert [document.address for document in found.documents] == [
        "aws_iam_role.r",
        "aws_iam_role_policy.own",
        "data.aws_iam_policy_document.whole",
    ]


MANAGER = resource(
    "aws_bedrockagentcore_payment_manager.shop",
    {"name": "ShopAssistant", "region": "us-west-2"},
    {"payment_manager_arn": True, "payment_manager_id": True, "role_arn": True},
)
MANAGER_PATTERN = "arn:aws*:bedrock-agentcore:us-west-2:*:payment-manager/shopassistant-??????????"


def test_a_manager_tells_what_its_arn_and_role_will_be() -> None:
    found = read(
        plan(
            role("retrieval", {"name": "Retrieval", "path": "/pay/"}),
            MANAGER,
            aws_bedrockagentcore_payment_manager__shop={
                "role_arn": ["aws_iam_role.retrieval.arn", "aws_iam_role.retrieval"]
            },
        )
    )
    (manager,) = found.resources
    assert (manager.kind, manager.name) == (PAYMENT_MANAGER, "ShopAssistant")
    assert pattern(manager.arn) == MANAGER_PATTERN
    assert manager.role_arn == found.roles[0].arn
    assert pattern(manager.role_arn) == "arn:aws*:iam::*:role/pay/Retrieval"


PAYMENTS = [
    (
        "aws_bedrockagentcore_payment_connector",
        {"name": "coinbase", "payment_manager_id": "shop-a1b2c3d4e5", "region": "us-west-2"},
        PAYMENT_CONNECTOR,
        "coinbase",
        "arn:aws*:bedrock-agentcore:us-west-2:*:payment-manager/shop-a1b2c3d4e5/connector/*-??????????",
    ),
    (
        "awscc_bedrockagentcore_payment_connector",
        {"connector_name": "coinbase"},
        PAYMENT_CONNECTOR,
        "coinbase",
        "arn:aws*:bedrock-agentcore:*:*:payment-manager/*/connector/*-??????????",
    ),
    (
        "aws_bedrockagentcore_payment_credential_provider",
        {"name": "privy", "provider_configuration": [{"app_secret": "hush"}]},
        CREDENTIAL_PROVIDER,
        "privy",
        "arn:aws*:*:*:*:token-vault/*/paymentcredentialprovider/privy",
    ),
    (
        "awscc_bedrockagentcore_payment_manager",
        {"name": "Shop"},
        PAYMENT_MANAGER,
        "Shop",
        "arn:aws*:bedrock-agentcore:*:*:payment-manager/shop-??????????",
    ),
]


@pytest.mark.parametrize(("type_", "after", "kind", "name", "expected"), PAYMENTS)
def test_payments_resources_are_told_before_they_exist(
    type_: str, after: dict[str, Any], kind: str, name: str, expected: str
) -> None:
    (found,) = read(plan(resource(f"{type_}.x", after))).resources
    assert (found.kind, found.name, found.address) == (kind, name, f"{type_}.x")
    assert pattern(found.arn) == expected
    assert "hush" not in repr(found)


def test_a_known_arn_is_told_as_it_is() -> None:
    arn = "arn:aws:bedrock-agentcore:us-west-2:111122223333:payment-manager/shop-a1b2c3d4e5"
    after = {"name": "shop", "payment_manager_arn": arn, "role_arn": "arn:aws:iam::1:role/r"}
    (found,) = read(plan(resource("awscc_bedrockagentcore_payment_manager.x", after))).resources
    assert (found.arn, found.role_arn) == (arn, "arn:aws:iam::1:role/r")


def document_of(*resources: str) -> dict[str, Any]:
    statement = {
        "actions": ["bedrock-agentcore:ProcessPayment"],
        "resources": [None] * len(resources),
    }
    marks = {"json": True, "statement": [{"resources": [True] * len(resources)}]}
    return plan(
        role("r"),
        MANAGER,
        resource(
            "data.aws_iam_policy_document.pay", {"statement": [statement]}, marks, actions=("read",)
        ),
        resource("aws_iam_role_policy.pay", {"role": "r", "name": "pay"}, {"policy": True}),
        aws_iam_role_policy__pay={"policy": ["data.aws_iam_policy_document.pay.json"]},
        data__aws_iam_policy_document__pay={
            "statement": [{"resources": {"references": list(resources)}}]
        },
    )


NARROWED = [
    (
        "aws_bedrockagentcore_payment_manager.shop.payment_manager_arn",
        MANAGER_PATTERN + "*",
        "a text with an ARN starts with it",
    ),
    (
        "aws_bedrockagentcore_payment_manager.shop.payment_manager_id",
        "*shopassistant-??????????*",
        "an ID may stand anywhere",
    ),
    ("aws_bedrockagentcore_payment_manager.shop.status", "*", "anything"),
]


@pytest.mark.parametrize(("reference", "expected", "why"), NARROWED)
def test_a_resource_that_is_created_as_well_narrows_a_policy(
    reference: str, expected: str, why: str
) -> None:
    found = read(document_of(reference))
    document = found.roles[0].identity[0]
    assert holes(document) == {"/Statement/0/Resource/0": (reference, AFTER_APPLY, expected)}, why


def test_a_value_that_comes_from_two_things_can_be_anything() -> None:
    manager = "aws_bedrockagentcore_payment_manager.shop"
    found = read(document_of(f"{manager}.payment_manager_arn", f"{manager}.payment_manager_id"))
    assert [hole[2] for hole in holes(found.roles[0].identity[0]).values()] == ["*", "*"]


def test_a_policy_that_is_secret_is_a_gap_and_shown_nowhere() -> None:
    own = resource(
        "aws_iam_role_policy.own", {"role": "r", "policy": TEXT}, secret={"policy": True}
    )
    found = read(plan(role("r"), own))
    assert told(found)["aws_iam_role.r"]["gaps"] == [
        (IDENTITY, "aws_iam_role_policy.own.policy", SECRET)
    ]
    (trust,) = found.documents
    assert TEXT not in trust.source.line(1)
    assert "s3:*" not in trust.source.line(1)


@pytest.mark.parametrize("unknown", [True, False])
def test_a_data_source_whose_json_is_secret_is_one(unknown: bool) -> None:
    statement = {"actions": ["s3:*"], "resources": ["*"]}
    source = resource(
        "data.aws_iam_policy_document.d",
        {"json": None if unknown else TEXT, "statement": [statement]},
        {"json": unknown},
        secret={"json": True},
        actions=("read",),
    )
    found = read(plan(source))
    assert not found.documents
    (gap,) = found.gaps
    assert gap.unresolved == Unresolved("data.aws_iam_policy_document.d.json", SECRET)


def test_a_secret_that_a_provider_copied_into_a_policy_is_not_known() -> None:
    quiet = "arn:aws:iam::111122223333:role/quiet"
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"{quiet}/*"}
    own = {"role": "r", "policy": json.dumps({"Statement": [statement]})}
    value = plan(role("r"), resource("aws_iam_role_policy.own", own))
    value["variables"] = {"quiet": {"value": quiet}}
    root = value["configuration"]["root_module"]
    root["variables"] = {"quiet": {"sensitive": True}}
    (document,) = read(value).roles[0].identity
    unknown = Unresolved("var.quiet", SECRET, "*/*")
    assert document.value == {"Statement": [{**statement, "Resource": unknown}]}
    assert document.unresolved == (("/Statement/0/Resource", unknown),)
    assert "quiet/" not in document.text
    root["variables"] = {"quiet": {}}
    (document,) = read(value).roles[0].identity
    assert document.value == {"Statement": [statement]}


def test_values_of_outputs_variables_and_resources_are_found_unless_secret() -> None:
    arn = "arn:aws:bedrock-agentcore:us-west-2:111122223333:payment-manager/{}-a1b2c3d4e5"
    value = plan(
        resource(
            "aws_lambda_function.agent",
            {
                "environment": [
                    {"variables": {"MANAGER": arn.format("env"), "HUSH": arn.format("h")}}
                ]
            },
            secret={"environment": [{"variables": {"HUSH": True}}]},
        )
    )
    value["planned_values"] = {
        "outputs": {
            "shown": {"sensitive": False, "value": [arn.format("out")]},
            "hidden": {"sensitive": True, "value": arn.format("hidden")},
            "copied": {"sensitive": False, "value": arn.format("h")},
        }
    }
    value["variables"] = {"a": {"value": arn.format("var")}, "b": {"value": arn.format("quiet")}}
    value["configuration"]["root_module"]["variables"] = {"a": {}, "b": {"sensitive": True}}
    found = read(value)
    assert [(one.text, one.location.address) for one in found.values] == [
        (arn.format("out"), "output.shown"),
        (arn.format("var"), "var.a"),
        (arn.format("env"), "aws_lambda_function.agent"),
    ]


def test_tags_are_those_of_the_resource_and_its_provider() -> None:
    found = read(plan(role("r", {"tags": {"a": "b"}, "tags_all": {"a": "b", "team": "pay"}})))
    assert dict(found.roles[0].tags) == {"a": "b", "team": "pay"}
