"""What is only known after apply is joined by references, where they leave no doubt."""

import json
from typing import Any

import pytest

from fixtures.terraform.planned import POLICY, holes, plan, read, resource, role, told
from payguard.iam.document import IDENTITY
from payguard.iam.unresolved import AFTER_APPLY, SECRET

TEXT = json.dumps(POLICY)
UNKNOWN = {"arn": True, "id": True}
ATTACHMENT = "aws_iam_role_policy_attachment.a"


def policy(key: str) -> dict[str, Any]:
    name = key.strip('[]"') or "p"
    return resource(f"aws_iam_policy.p{key}", {"name": name, "policy": TEXT}, UNKNOWN)


def attachment(key: str = "") -> dict[str, Any]:
    return resource(ATTACHMENT + key, {"role": "r"}, {"policy_arn": True})


def attached(keys: list[str], own: list[str], **expression: Any) -> Any:
    """What role r has of policies with these keys, attached by resources with those keys."""
    found = read(
        plan(
            role("r"),
            *map(policy, keys),
            *map(attachment, own),
            aws_iam_role_policy_attachment__a=expression,
        )
    )
    has = told(found)["aws_iam_role.r"]
    gaps = has.get("gaps", [])
    assert {part for part, _, _ in gaps} <= {IDENTITY}
    return has.get("identity", []), [what for _, what, _ in gaps]


P, A, B, ZERO, ONE = "aws_iam_policy.p", '["a"]', '["b"]', "[0]", "[1]"
JOINED = [
    ("the policy", [""], [""], [f"{P}.arn", P], [""]),
    ("the policy's id", [""], [""], [f"{P}.id", P], [""]),
    ("one of several", [A, B], [""], [f"{P}{B}.arn", P + B, P], [B]),
    ("the same key", [A, B], [A, B], [P, "each.key"], [A, B]),
    ("some of the keys", [A, B], [B], [P, "each.key"], [B]),
    ("the same index", [ZERO, ONE], [ZERO, ONE], [P, "count.index"], [ZERO, ONE]),
    ("the only one, whatever the key", [""], [A], [P, "each.key"], [""]),
    ("beside what is known", [""], [""], ["var.create", "path.module", f"{P}.arn"], [""]),
    ("beside an attribute that is known", [""], [""], [f"{P}.arn", f"{P}.name", P], [""]),
]


@pytest.mark.parametrize(
    ("keys", "own", "references", "expected"),
    [row[1:] for row in JOINED],
    ids=[row[0] for row in JOINED],
)
def test_a_reference_joins(
    keys: list[str], own: list[str], references: list[str], expected: list[str]
) -> None:
    assert attached(keys, own, policy_arn=references) == ([P + key for key in expected], [])


UNCLEAR = [
    ("a local value", [""], [""], ["local.arn"], "local.arn"),
    ("one of two", [A, B], [""], [f"{P}{A}.arn", f"{P}{B}.arn"], f"{ATTACHMENT}.policy_arn"),
    ("all of them", [A, B], [""], [P], P),
    ("an index reckoned with", [ZERO, ONE], [ZERO], [P, "count.index"], ""),
    ("a key that is not there", [A], [B], [P, "each.key"], ""),
    ("no attribute of a policy", [""], [""], ["aws_iam_role.r.arn"], "aws_iam_role.r.arn"),
    ("another attribute", [""], [""], [f"{P}.policy_id"], f"{P}.policy_id"),
    ("beside a local value", [""], [""], [f"{P}.arn", "local.prefix"], ""),
    ("something that is no reference", [""], [""], ["..."], "..."),
    ("a module that is not there", [""], [""], ["module.x.arn", "module.x"], "module.x.arn"),
]


@pytest.mark.parametrize(
    ("keys", "own", "references", "what"),
    [row[1:] for row in UNCLEAR],
    ids=[row[0] for row in UNCLEAR],
)
def test_a_reference_that_leaves_a_doubt_is_a_gap(
    keys: list[str], own: list[str], references: list[str], what: str
) -> None:
    identity, gaps = attached(keys, own, policy_arn=references)
    assert identity == []
    assert gaps == [what or f"{ATTACHMENT}{own[0]}.policy_arn"]


def test_the_values_of_a_for_each_are_told_together() -> None:
    values = [f"{P}{A}.arn", P + A, P, f"{P}{B}.arn", P + B, P]
    both = attached([A, B], ['["x"]', '["y"]'], policy_arn=["each.value"], for_each=values)
    assert both == ([P + A, P + B], [])
    chained = attached([A, B], [B], policy_arn=["each.value.arn", "each.value"], for_each=[P])
    assert chained == ([P + B], [])
    more = attached([A, B], ['["x"]'], policy_arn=["each.value"], for_each=values)
    assert more == ([], ["each.value"])


def test_the_values_of_a_for_each_that_go_to_several_roles_are_not_told_apart() -> None:
    values = [f"{P}{A}.arn", f"{P}{B}.arn"]
    each = [
        resource(f'{ATTACHMENT}["{name}"]', {"role": name}, {"policy_arn": True})
        for name in ("r", "s")
    ]
    found = read(
        plan(
            *(role("r"), role("s"), policy(A), policy(B), *each),
            aws_iam_role_policy_attachment__a={"policy_arn": ["each.value"], "for_each": values},
        )
    )
    gap = {"gaps": [(IDENTITY, "each.value", AFTER_APPLY)]}
    assert told(found) == {"aws_iam_role.r": gap, "aws_iam_role.s": gap}


LISTS = [
    ("unknown as a whole", None, True, [f"{P}.arn"], True),
    ("one unknown item", [None], [True], [f"{P}.arn"], False),
    ("more items than references", [None, None], [True, True], [f"{P}.arn"], True),
]


@pytest.mark.parametrize(
    ("arns", "unknown", "references", "gap"),
    [row[1:] for row in LISTS],
    ids=[row[0] for row in LISTS],
)
def test_what_is_referred_to_in_a_list_is_in_it(
    arns: Any, unknown: Any, references: list[str], gap: bool
) -> None:
    declared = role("r", {"managed_policy_arns": arns}, unknown={"managed_policy_arns": unknown})
    expressions = {"aws_iam_role__r": {"managed_policy_arns": references}}
    has = told(read(plan(declared, policy(""), **expressions)))["aws_iam_role.r"]
    assert has["identity"] == [P]
    assert bool(has.get("gaps")) is gap


CHOSEN = [
    ("one item, two policies", [None], [True], [f"{P}{A}.arn", f"{P}{B}.arn", "var.spend"]),
    ("two items, three policies", [None, None], [True, True], [P]),
    ("as a whole, by a variable", None, True, ["var.spend", f"{P}{A}.arn", f"{P}{B}.arn"]),
    ("as a whole, by a local value", None, True, [f"{P}{A}.arn", f"{P}{B}.arn", "local.spend"]),
    ("as a whole, by what is iterated over", None, True, [P, "each.value.spend"]),
    ("as a whole, by the workspace", None, True, [P, "terraform.workspace"]),
]


@pytest.mark.parametrize(
    ("arns", "unknown", "references"), [row[1:] for row in CHOSEN], ids=[row[0] for row in CHOSEN]
)
def test_nothing_is_attached_where_a_condition_may_choose_among_policies(
    arns: Any, unknown: Any, references: list[str]
) -> None:
    declared = role("r", {"managed_policy_arns": arns}, unknown={"managed_policy_arns": unknown})
    expressions = {"aws_iam_role__r": {"managed_policy_arns": references}}
    policies = [policy(key) for key in (A, B, '["c"]')]
    has = told(read(plan(declared, *policies, **expressions)))["aws_iam_role.r"]
    assert "identity" not in has
    assert len(has["gaps"]) == len(arns or [None])


def test_all_policies_are_attached_where_nothing_can_choose_among_them() -> None:
    declared = role("r", {}, unknown={"managed_policy_arns": True})
    expressions = {"aws_iam_role__r": {"managed_policy_arns": [P, "path.module"]}}
    has = told(read(plan(declared, policy(A), policy(B), **expressions)))["aws_iam_role.r"]
    assert has["identity"] == [P + A, P + B]
    assert len(has["gaps"]) == 1


def test_what_the_provider_fills_in_is_no_gap() -> None:
    """Unknown, but not configured: filled with what other resources attach."""
    assert told(read(plan(role("r"), aws_iam_role__r={"name": []})))["aws_iam_role.r"] == {}
    value = plan(role("r"))
    del value["configuration"]
    assert [what for _, what, _ in told(read(value))["aws_iam_role.r"]["gaps"]] == [
        "aws_iam_role.r.inline_policy",
        "aws_iam_role.r.managed_policy_arns",
    ]


def module(address: str, change: dict[str, Any]) -> dict[str, Any]:
    return {**change, "address": f"{address}.{change['address']}", "module_address": address}


def in_modules(references: list[str], given: list[str], each: list[str] | None = None) -> Any:
    """What the roles of two module instances have, attached within the module.

    Args:
        references: of the attachment, in the module.
        given: of the module's variable ``arn``, where it is called.
        each: of the call's ``for_each``.
    """
    instances = ['module.m["a"]', 'module.m["b"]']
    value = plan(policy(A), policy(B))
    value["resource_changes"] += [
        module(one, change)
        for one in instances
        for change in (
            role("r", {"name": one}),
            resource(ATTACHMENT, {"role": one}, {"policy_arn": True}),
            resource("aws_iam_policy.own", {"name": one, "policy": TEXT}, {"arn": True}),
        )
    ]
    inner = {
        "resources": [
            {"address": "aws_iam_role.r", "expressions": {}},
            {"address": "aws_iam_policy.own", "expressions": {}},
            {"address": ATTACHMENT, "expressions": {"policy_arn": {"references": references}}},
        ],
        "outputs": {"arn": {"expression": {"references": ["aws_iam_policy.own.arn"]}}},
    }
    call = {
        "expressions": {"arn": {"references": given}},
        "for_each_expression": {"references": each or []},
        "module": inner,
    }
    value["configuration"]["root_module"]["module_calls"] = {"m": call}
    return told(read(value))


MODULES = [
    ("its own resource", ["aws_iam_policy.own.arn"], [], None, "module.m{0}.aws_iam_policy.own"),
    ("its variable", ["var.arn"], [f"{P}{A}.arn"], None, P + A),
    ("its variable, by key", ["var.arn"], [P, "each.key"], None, P + "{0}"),
    ("its variable, by value", ["var.arn"], ["each.value.arn", "each.value"], [P], P + "{0}"),
]


@pytest.mark.parametrize(
    ("references", "given", "each", "expected"),
    [row[1:] for row in MODULES],
    ids=[row[0] for row in MODULES],
)
def test_references_in_a_module_belong_to_its_instance(
    references: list[str], given: list[str], each: list[str] | None, expected: str
) -> None:
    assert in_modules(references, given, each) == {
        f"module.m{key}.aws_iam_role.r": {"identity": [expected.format(key)]} for key in (A, B)
    }


CIRCLES = [
    ("a variable of itself", ["var.arn"], ["module.m.arn"]),
    ("an output of itself", ["module.m.arn"], ["var.arn"]),
]


@pytest.mark.parametrize(
    ("references", "given"), [row[1:] for row in CIRCLES], ids=[row[0] for row in CIRCLES]
)
def test_references_in_circles_are_gaps(references: list[str], given: list[str]) -> None:
    for has in in_modules(references, given).values():
        assert "identity" not in has
        assert [part for part, _, _ in has["gaps"]] == [IDENTITY]


def data(name: str, **after: Any) -> dict[str, Any]:
    marks: dict[str, Any] = {"json": True}
    if after.get("source_policy_documents"):
        marks["source_policy_documents"] = [
            text is None for text in after["source_policy_documents"]
        ]
    return resource(f"data.aws_iam_policy_document.{name}", after, marks, actions=("read",))


def statement(action: str, **more: Any) -> dict[str, Any]:
    return {"actions": [action], "resources": ["*"], "effect": None, "sid": None, **more}


def merged(*sources: dict[str, Any], **expressions: Any) -> Any:
    """The policy of role r, which comes from the data source ``top``."""
    own = resource("aws_iam_role_policy.own", {"role": "r", "name": "own"}, {"policy": True})
    references = {"policy": ["data.aws_iam_policy_document.top.json"]}
    blocks = {f"data__aws_iam_policy_document__{name}": one for name, one in expressions.items()}
    return read(plan(role("r"), own, *sources, aws_iam_role_policy__own=references, **blocks))


def test_a_policy_that_is_not_known_is_that_of_its_data_source() -> None:
    found = merged(data("top", statement=[statement("s3:&{x}", resources=["a/&{aws:username}"])]))
    (document,) = found.roles[0].identity
    assert document.value == {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["s3:${x}"], "Resource": ["a/${aws:username}"]}
        ],
    }
    assert (document.address, document.text) == ("aws_iam_role_policy.own", "")
    assert not found.gaps


def test_documents_are_merged_as_the_provider_merges_them() -> None:
    """Statements with the Sid of an earlier one take its place."""
    known = {"Version": "2008-10-17", "Id": "k", "Statement": {"Sid": "B", "Effect": "Deny"}}
    found = merged(
        data(
            "top",
            statement=[statement("top:A", sid="A"), statement("top:C")],
            source_policy_documents=[json.dumps(known), None],
            override_policy_documents=[json.dumps({"Statement": [{"Sid": "A", "Action": "o:A"}]})],
        ),
        data("base", statement=[statement("base:B", sid="B"), statement("base:D")]),
        top={"source_policy_documents": ["data.aws_iam_policy_document.base.json"]},
    )
    (document,) = found.roles[0].identity
    assert document.value["Version"] == "2012-10-17"
    assert document.value["Id"] == "k"
    actions = [one.get("Action") for one in document.value["Statement"]]
    assert actions == [["base:B"], ["base:D"], "o:A", ["top:C"]]
    assert not document.unresolved
    assert [one.address for one in found.documents] == ["aws_iam_role.r", "aws_iam_role_policy.own"]


def test_what_is_merged_and_not_known_stays_a_hole() -> None:
    found = merged(data("top", statement=[], source_policy_documents=[None]))
    (document,) = found.roles[0].identity
    what = "data.aws_iam_policy_document.top.source_policy_documents[0]"
    assert holes(document) == {"/Statement/0": (what, AFTER_APPLY, "*")}


def test_documents_merged_in_a_circle_stay_holes() -> None:
    found = merged(
        data("top", statement=[], source_policy_documents=[None]),
        top={"source_policy_documents": ["data.aws_iam_policy_document.top.json"]},
    )
    (document,) = found.roles[0].identity
    assert holes(document) == {
        "/Statement/0": ("data.aws_iam_policy_document.top.json", AFTER_APPLY, "*")
    }


BLOCKS = [
    (
        {"principals": [{"type": "*", "identifiers": ["*"]}]},
        {"Principal": "*"},
    ),
    (
        {
            "principals": [
                {"type": "AWS", "identifiers": ["1"]},
                {"type": "AWS", "identifiers": ["2"]},
                {"type": "Service", "identifiers": ["s"]},
            ]
        },
        {"Principal": {"AWS": ["1", "2"], "Service": ["s"]}},
    ),
    (
        {"not_principals": [{"type": "AWS", "identifiers": ["1"]}], "not_actions": ["a:b"]},
        {"NotPrincipal": {"AWS": ["1"]}, "NotAction": ["a:b"]},
    ),
    (
        {
            "condition": [
                {"test": "StringEquals", "variable": "k", "values": ["1"]},
                {"test": "StringEquals", "variable": "k", "values": ["&{v}"]},
                {"test": "Bool", "variable": "b", "values": ["true"]},
            ]
        },
        {"Condition": {"StringEquals": {"k": ["1", "${v}"]}, "Bool": {"b": ["true"]}}},
    ),
    (
        {"sid": "", "effect": "Deny", "not_resources": ["r"]},
        {"Effect": "Deny", "NotResource": ["r"]},
    ),
]


@pytest.mark.parametrize(("block", "expected"), BLOCKS)
def test_blocks_are_the_elements_of_a_statement(block: Any, expected: Any) -> None:
    (document,) = merged(data("top", statement=[block])).roles[0].identity
    assert document.value["Statement"] == [{"Effect": "Allow", **expected}]


HIDDEN = [
    ({"effect": True}, "/Statement/0/Effect"),
    ({"resources": True}, "/Statement/0/Resource"),
    ({"resources": [True]}, "/Statement/0/Resource/0"),
    ({"condition": [{"values": [True]}]}, "/Statement/0/Condition/StringEquals/k/0"),
    ({"condition": [{"variable": True}]}, "/Statement/0/Condition"),
    ({"principals": [{"type": True}]}, "/Statement/0/Principal"),
    ({"principals": True}, "/Statement/0/Principal"),
    (True, "/Statement/0"),
]


@pytest.mark.parametrize(("marks", "place"), HIDDEN, ids=[place for _, place in HIDDEN])
@pytest.mark.parametrize("why", [SECRET, AFTER_APPLY])
def test_what_is_not_known_of_a_block_is_a_hole_at_its_place(
    marks: Any, place: str, why: str
) -> None:
    block = {
        "effect": "Allow",
        "resources": ["r"],
        "condition": [{"test": "StringEquals", "variable": "k", "values": ["v"]}],
        "principals": [{"type": "AWS", "identifiers": ["1"]}],
    }
    source = data("top", statement=[block])
    side = "after_sensitive" if why == SECRET else "after_unknown"
    source["change"][side] = {**source["change"][side], "statement": [marks]}
    source["change"]["after_unknown"]["json"] = True
    (document,) = merged(source).roles[0].identity
    assert [(at, hole[1]) for at, hole in holes(document).items()] == [(place, why)]
