"""What Terraform itself wrote is read: plans, states, and a plan made by the test."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fixtures.terraform.planned import PATH, holes, pattern, plain, read_text, told
from payguard import pointer
from payguard.finding import InputError
from payguard.iam.document import IDENTITY, TRUST
from payguard.iam.unresolved import AFTER_APPLY, SECRET, Unresolved
from payguard.infrastructure import Infrastructure
from payguard.sources import json_text
from payguard.sources.terraform_plan import read_plan, recognises

FIXTURES = Path(__file__).parent.parent / "fixtures" / "terraform"
MANAGER = (
    "arn:aws:bedrock-agentcore:us-west-2:123456789012:payment-manager/shopassistant-a1b2c3d4e5"
)
EXECUTION = 'module.execution["{0}"].aws_iam_role.this'
EXECUTES = 'module.execution["{0}"].aws_iam_role_policy.this[0]'
CREATED = {
    "aws_iam_role.agent": {"identity": ["aws_iam_policy.budget", "aws_iam_policy.spend"]},
    "aws_iam_role.late": {
        "gaps": [(IDENTITY, "terraform_data.late_manager.output", AFTER_APPLY)],
    },
    "aws_iam_role.management": {"identity": ["aws_iam_role_policy.management"]},
    EXECUTION.format("eu"): {"identity": [EXECUTES.format("eu")]},
    EXECUTION.format("us"): {"identity": [EXECUTES.format("us")]},
}
APPLIED = CREATED | {"aws_iam_role.late": {"identity": ["aws_iam_role_policy.late"]}}


def fixture(name: str) -> tuple[str, Infrastructure]:
    text = (FIXTURES / name).read_text()
    found = read_text(text)
    assert isinstance(found, Infrastructure)
    return text, found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plan-create.json", CREATED),
        ("state.json", APPLIED),
        ("terraform.tfstate", APPLIED),
        (
            "changes/plan.json",
            {
                # replaced; its attachment of "spend" is deleted
                "aws_iam_role.agent": {"identity": ["aws_iam_policy.budget"]},
                "aws_iam_role.hush": {
                    "gaps": [(TRUST, "aws_iam_role.hush.assume_role_policy", SECRET)]
                },
                "aws_iam_role.late": {"identity": ["aws_iam_role_policy.late"]},
                # forgotten, and so still there
                "aws_iam_role.management": {"identity": ["aws_iam_role_policy.management"]},
                EXECUTION.format("eu"): {"identity": [EXECUTES.format("eu")]},
                EXECUTION.format("us"): {"identity": [EXECUTES.format("us")]},
            },
        ),
    ],
)
def test_roles_have_what_terraform_will_attach_to_them(name: str, expected: Any) -> None:
    _, found = fixture(name)
    assert told(found) == expected
    assert not found.errors
    assert not found.gaps


def test_a_plan_in_which_arns_are_known_later_is_joined_by_references() -> None:
    _, found = fixture("references/plan.json")
    assert told(found) == {
        # attached by each.key, by a for_each over the policies, and to many at once
        'aws_iam_role.a["one"]': {
            "identity": [
                'aws_iam_policy.p["one"]',
                'aws_iam_policy.p["two"]',
                "aws_iam_policy.c[0]",
            ],
            "boundary": 'aws_iam_policy.p["one"]',
            "gaps": [("", 'aws_iam_role.a["one"].tags', AFTER_APPLY)],
        },
        'aws_iam_role.a["two"]': {
            "identity": ['aws_iam_policy.p["two"]', 'aws_iam_policy.p["one"]'],
            "boundary": 'aws_iam_policy.p["two"]',
            "gaps": [("", 'aws_iam_role.a["two"].tags', AFTER_APPLY)],
        },
        # two inline blocks; by count.index; by the values of a for_each that all belong to it
        "aws_iam_role.c[0]": {
            "identity": [
                "aws_iam_role.c[0]",
                "aws_iam_role.c[0]",
                "aws_iam_role_policy.hushed",
                "aws_iam_policy.c[0]",
                "aws_iam_policy.c[1]",
            ],
            "gaps": [(IDENTITY, "aws_iam_role.c[0].managed_policy_arns", AFTER_APPLY)],
        },
        "aws_iam_role.c[1]": {
            "identity": [
                "aws_iam_role.c[1]",
                "aws_iam_role.c[1]",
                "aws_iam_role_policy.merged",
                "aws_iam_policy.c[1]",
                # by a variable of one module, and outputs of it given to another
            ],
            "gaps": [(IDENTITY, "aws_iam_role.c[1].managed_policy_arns", AFTER_APPLY)],
        },
        "module.inner.aws_iam_role.own": {
            "identity": ["module.inner.aws_iam_policy.own", "aws_iam_policy.c[0]"],
            "gaps": [(IDENTITY, "local.arn", AFTER_APPLY)],
        },
        "module.outer.aws_iam_role.own": {"gaps": [(IDENTITY, "local.arn", AFTER_APPLY)]},
        "aws_iam_user.u": {"identity": ["aws_iam_policy.c[0]"]},
        "aws_iam_group.g": {"identity": ["aws_iam_policy.c[0]"]},
    }
    assert [gap.unresolved.what for gap in found.gaps] == ["aws_iam_policy_attachment.many.roles"]
    assert not found.errors


def test_a_document_that_is_partly_known_keeps_what_is_known() -> None:
    _, found = fixture("references/plan.json")
    documents = {document.address: document for document in found.documents}
    late = Unresolved("terraform_data.late.output")
    first, second = documents['aws_iam_policy.p["one"]'].value["Statement"]
    assert first == {
        "Effect": "Allow",
        "Action": ["bedrock-agentcore:GetPaymentSession", "bedrock-agentcore:ProcessPayment"],
        "Resource": ["arn:aws:s3:::b", late, late],
        "Condition": {"StringEquals": {"aws:PrincipalTag/x": [late, "k"]}},
    }
    assert second == {
        "Sid": "T",
        "Effect": "Deny",
        "Principal": "*",
        "NotAction": ["iam:*"],
        "Resource": ["*"],
    }
    assert holes(documents['aws_iam_policy.p["one"]']) == {
        "/Statement/0/Resource/1": ("terraform_data.late.output", AFTER_APPLY, "*"),
        "/Statement/0/Resource/2": ("terraform_data.late.output", AFTER_APPLY, "*"),
        "/Statement/0/Condition/StringEquals/aws:PrincipalTag~1x/0": (
            "terraform_data.late.output",
            AFTER_APPLY,
            "*",
        ),
    }


def test_a_merged_document_has_the_statements_of_all_and_no_secret() -> None:
    text, found = fixture("references/plan.json")
    merged = next(one for one in found.documents if one.address == "aws_iam_role_policy.merged")
    statements = merged.value["Statement"]
    assert [statement.get("Sid") for statement in statements] == [None, "T", "Own", None]
    assert statements[2]["Resource"] == Unresolved("var.secret_arn", SECRET)
    assert statements[3]["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    spans = merged.source.spans({(f"/Statement/{index}", False) for index in range(4)})
    lines = text.split("\n")
    shown = [
        lines[span.line - 1][span.column - 1 :]
        for span in (spans[f"/Statement/{index}", False] for index in range(4))
    ]
    assert shown[0].startswith('{"actions":["bedrock-agentcore:GetPaymentSession"')
    assert shown[2].startswith('{"actions":["s3:*"]')
    assert shown[3].startswith('"{\\n  \\"Version\\"')


def test_secrets_are_read_nowhere() -> None:
    for name in ("changes/plan.json", "references/plan.json"):
        text, found = fixture(name)
        shown = repr((found.roles, found.values, found.gaps, found.errors))
        lines = {document.source.line(1) for document in found.documents}
        for secret in ("role/secret", "payment-manager/hush"):
            assert secret not in shown
            assert not [line for line in lines if secret in line]
        assert not [line for line in lines if "testing" in line]  # the provider's secret_key
        assert {len(line) for line in lines} == {len(text.rstrip("\n"))}


def test_tags_take_what_the_provider_adds_but_no_secret() -> None:
    _, found = fixture("changes/plan.json")
    hush = next(one for one in found.roles if one.address == "aws_iam_role.hush")
    assert dict(hush.tags) == {"a": Unresolved("aws_iam_role.hush.tags.a", SECRET)}


@pytest.mark.parametrize("name", ["plan-create.json", "state.json", "terraform.tfstate"])
def test_every_value_of_a_document_is_found_at_its_place(name: str) -> None:
    text, found = fixture(name)
    lines = text.split("\n")
    for document in found.documents:
        places = [
            (pointer.join("/Statement", index, element), value)
            for index, statement in enumerate(document.value["Statement"])
            for element, value in statement.items()
            if isinstance(value, str)
        ]
        assert places
        spans = document.source.spans({(place, False) for place, _ in places})
        for place, value in places:
            span = spans[place, False]
            shown = lines[span.line - 1][span.column - 1 : span.end_column - 1]
            assert json.loads(f'"{shown}"') == json.dumps(value)


def test_a_role_is_shown_by_its_address_and_a_state_file_by_its_name() -> None:
    for name, shown in (
        ("plan-create.json", '"aws_iam_role.agent"'),
        ("terraform.tfstate", '"agent"'),
    ):
        text, found = fixture(name)
        span = found.roles[0].location.span
        line = text.split("\n")[span.line - 1]
        assert line[span.column - 1 : span.end_column - 1] == shown
        assert found.roles[0].location.address == "aws_iam_role.agent"


def test_what_is_known_of_an_arn_before_apply_is_told() -> None:
    _, found = fixture("plan-create.json")
    assert pattern(found.roles[0].arn) == "arn:aws*:iam::*:role/AgentRuntime"
    _, applied = fixture("state.json")
    assert applied.roles[0].arn == "arn:aws:iam::123456789012:role/AgentRuntime"


def test_identifiers_of_payments_are_found_outside_of_policies() -> None:
    text, found = fixture("plan-create.json")
    assert [(value.text, value.location.address) for value in found.values] == [
        (MANAGER, "var.manager_arn"),
        (MANAGER, "terraform_data.late_manager"),
    ]
    for value in found.values:
        span = value.location.span
        assert value.source[span.column - 1 : span.end_column - 1] == f'"{MANAGER}"'
        assert len(value.source) == len(text.rstrip())


@pytest.mark.parametrize("name", ["plan-create.json", "changes/plan.json", "references/plan.json"])
def test_reading_twice_tells_the_same(name: str) -> None:
    assert plain(fixture(name)[1]) == plain(fixture(name)[1])


RECOGNISED = [
    ({"format_version": "1.2", "planned_values": {}}, True),
    ({"format_version": "1.0", "terraform_version": "1.5.0", "values": {}}, True),
    ({"format_version": "1.0"}, True),
    ({"format_version": "9.0", "resource_changes": []}, True),
    ({"planned_values": {}, "resource_changes": []}, True),
    ({"version": 3, "terraform_version": "0.11.1", "lineage": "x", "resources": []}, True),
    ({"format_version": "1.0", "provider_schemas": {}}, False),
    ({"format_version": "1.0", "valid": True, "diagnostics": []}, False),
    ({"Version": "2012-10-17", "Statement": []}, False),
    ({"Resources": {}}, False),
    ({"planned_values": {}}, False),
    ([], False),
    ("format_version", False),
    (None, False),
]


@pytest.mark.parametrize(("value", "expected"), RECOGNISED)
def test_plans_and_states_are_told_by_their_content(value: Any, expected: bool) -> None:
    assert recognises(value) is expected


UNKNOWN_FORMAT = (
    'the format version of this Terraform plan or state is "{}": only versions 1.x are known '
    "(terraform show -json of Terraform 1.1 or newer)"
)
UNKNOWN_STATE = (
    'the version of this Terraform state file is "3": only 4 is known; '
    "terraform show -json prints any state"
)
REFUSED = [
    ({"format_version": "2.0", "planned_values": {}}, UNKNOWN_FORMAT.format("2.0"), 3),
    ({"format_version": "0.2", "values": {}}, UNKNOWN_FORMAT.format("0.2"), 3),
    (
        {"planned_values": {}, "resource_changes": []},
        "this Terraform plan has no format_version",
        2,
    ),
    ({"format_version": 1, "values": {}}, "this Terraform plan has no format_version", 2),
    (
        {"version": 3, "terraform_version": "0.11.1", "lineage": "x", "resources": []},
        UNKNOWN_STATE,
        3,
    ),
]


@pytest.mark.parametrize(("value", "message", "line"), REFUSED)
def test_a_version_that_nobody_knows_is_refused(value: Any, message: str, line: int) -> None:
    text = "\n" + json.dumps(value, indent=1)
    found = read_text(text)
    assert isinstance(found, InputError)
    assert (found.path, found.message, found.line) == (PATH, message, line)


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.99"])
def test_newer_minor_versions_and_unknown_fields_are_tolerated(version: str) -> None:
    value = json.loads((FIXTURES / "plan-create.json").read_text())
    value |= {"format_version": version, "hence": {"what": ["ever"]}}
    for change in value["resource_changes"]:
        change["change"]["hence"] = change["hence"] = [1]
    found = read_text(json.dumps(value))
    assert isinstance(found, Infrastructure)
    assert told(found) == CREATED
    assert not found.errors


def test_a_state_of_nothing_is_nothing() -> None:
    assert read_text('{"format_version": "1.0"}') == Infrastructure()


def test_a_plan_of_terraform_today_is_read(tmp_path: Path) -> None:
    """Terraform plans the fixture by itself; it needs no account for that."""
    plugins, terraform = os.environ.get("PAYGUARD_TF_PLUGINS"), shutil.which("terraform")
    if terraform is None:
        pytest.skip("terraform is not installed")
    if not plugins:
        pytest.skip("PAYGUARD_TF_PLUGINS names no folder with the AWS provider")
    shutil.copytree(FIXTURES / "modules", tmp_path / "modules")
    shutil.copy(FIXTURES / "main.tf", tmp_path)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TF_")}
    environment |= {"AWS_EC2_METADATA_DISABLED": "true", "CHECKPOINT_DISABLE": "true"}

    def run(*arguments: str) -> str:
        return subprocess.run(
            [terraform, *arguments],
            cwd=tmp_path,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=300,
        ).stdout

    run("init", "-input=false", f"-plugin-dir={plugins}")
    run("plan", "-input=false", "-lock=false", "-out=plan.bin")
    text = run("show", "-json", "plan.bin")
    value = json_text.parse(text)
    assert recognises(value)
    found = read_plan(PATH, text, value)
    assert isinstance(found, Infrastructure)
    assert told(found) == CREATED
    assert not found.errors
