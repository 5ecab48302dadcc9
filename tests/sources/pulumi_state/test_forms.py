"""One program in the five forms that Pulumi writes: all tell the same, as far as each can."""

import json
import subprocess
import sys
from typing import Any

import pytest

from payguard.iam.document import IDENTITY, TRUST
from payguard.infrastructure import Document, Infrastructure, Role
from payguard.sources.pulumi_state import recognises, recognises_stream
from sources.pulumi_state.stacks import FIXTURES, FORMS, export, fixture, gaps, shown

PROJECT = "urn:pulumi:dev::payments-access::"
APP = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:role/app"},
    "Action": "sts:AssumeRole",
}
SERVICE = {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock-agentcore.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {
            "aws:SourceArn": "arn:aws:bedrock-agentcore:us-west-2:123456789012:"
            "payment-manager/latemanager-*"
        },
    },
}
SHOP = "arn:aws:bedrock-agentcore:us-west-2:123456789012:payment-manager/shopassistant-a1b2c3d4e5"
LATE = "arn:aws:bedrock-agentcore:us-west-2:123456789012:payment-manager/latemanager-56dc95bb4e"


def allowed(resource: Any, *names: str) -> dict[str, Any]:
    listed = [f"bedrock-agentcore:{name}" for name in names]
    return {"Effect": "Allow", "Action": listed, "Resource": resource}


MANAGEMENT = [
    allowed(
        [SHOP, f"{SHOP}/*"],
        "CreatePaymentInstrument",
        "GetPaymentInstrument",
        "ListPaymentInstruments",
        "DeletePaymentInstrument",
        "CreatePaymentSession",
        "GetPaymentSession",
        "ListPaymentSessions",
        "DeletePaymentSession",
    ),
    {
        "Sid": "DenyProcessPayment",
        "Effect": "Deny",
        "Action": "bedrock-agentcore:ProcessPayment",
        "Resource": "*",
    },
]
SPEND = [allowed([SHOP, f"{SHOP}/*"], "ProcessPayment")]
BUDGET = [allowed("arn:aws:bedrock-agentcore:us-west-2:*:payment-manager/shop*", "*PaymentSession")]
LATE_LISTS = [allowed(LATE, "ListPaymentSessions", "ListPaymentInstruments")]

# Name in IAM: type and name in Pulumi, trust, identity policies when all is known.
ROLES = {
    "AgentRuntime": ("aws:iam/role:Role::agent", APP, [BUDGET, SPEND]),
    "AgentCorePaymentsResourceRetrievalRole": ("aws:iam/role:Role::service", SERVICE, []),
    "PaymentsManagement": (
        "shop:index:TeamRole$aws:iam/role:Role::PaymentsManagement",
        APP,
        [MANAGEMENT],
    ),
    "LateManager": ("aws:iam/role:Role::late", APP, [LATE_LISTS]),
    "SecretScope": ("aws:iam/role:Role::hidden", APP, []),
}
SECRET_POLICY = ("policy of aws:iam/rolePolicy:RolePolicy hidden", "secret", IDENTITY)
_LATE_POLICY = "policy of aws:iam/rolePolicy:RolePolicy late"
LATE_POLICY = (
    f"{_LATE_POLICY}, from {'aws-native:bedrockagentcore:PaymentManager'} late",
    "known after apply",
    IDENTITY,
)
_ATTACHED = "policyArn of aws:iam/rolePolicyAttachment:RolePolicyAttachment agent"
MANAGEMENT_ROLE = (
    "role of aws:iam/rolePolicy:RolePolicy PaymentsManagement",
    "known after apply",
    IDENTITY,
)
# What the forms do not know: by role, and instead of which of its identity policies.
UNKNOWN: dict[str, dict[str, list[tuple[str, str, str]]]] = {
    "known": {"SecretScope": [SECRET_POLICY]},
    "planned": {"SecretScope": [SECRET_POLICY], "LateManager": [LATE_POLICY]},
    # A stream does not say what inputs were made from: nothing can be joined by that.
    "stream": {
        "SecretScope": [SECRET_POLICY],
        "LateManager": [(_LATE_POLICY, "known after apply", IDENTITY)],
        "AgentRuntime": [
            (f"{_ATTACHED}-spend", "known after apply", IDENTITY),
            (f"{_ATTACHED}-budget", "known after apply", IDENTITY),
        ],
        "PaymentsManagement": [MANAGEMENT_ROLE],
    },
}
KNOWLEDGE = {
    "export.json": "known",
    "checkpoint.json": "known",
    "preview.json": "planned",
    "update-plan.json": "planned",
    "preview-stream.jsonl": "stream",
}


def statements(documents: tuple[Document, ...]) -> list[Any]:
    found = [document.value["Statement"] for document in documents]
    return sorted(found, key=json.dumps)


def by_name(found: Infrastructure) -> dict[str, Role]:
    return {shown(role.name): role for role in found.roles}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_whole(form: str) -> None:
    found = fixture(form)
    assert found.errors == ()
    assert set(by_name(found)) == set(ROLES)
    assert len(found.roles) == len(ROLES)


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_of_a_role_what_it_can_know(form: str, name: str) -> None:
    role = by_name(fixture(form))[name]
    place, trust, identity = ROLES[name]
    unknown = UNKNOWN[KNOWLEDGE[form]].get(name, [])
    assert role.address == PROJECT + place
    assert role.location.address == role.address
    assert role.kind == "role"
    known = KNOWLEDGE[form] == "known"
    arn = f"arn:aws:iam::123456789012:role/{name}"
    pattern = f"arn:aws*:iam::*:role/{name} (known after apply)"
    assert shown(role.arn) == (arn if known else pattern)
    assert role.trust is not None
    assert role.trust.value["Statement"] == [trust]
    assert role.trust.policy_type == TRUST
    assert gaps(role.gaps) == unknown
    hidden = bool(unknown) and name != "SecretScope"
    assert statements(role.identity) == ([] if hidden else sorted(identity, key=json.dumps))
    assert all(document.policy_type == IDENTITY for document in role.identity)
    assert (role.managed, role.boundary, role.boundary_arn, role.tags) == ((), None, "", {})


@pytest.mark.parametrize("form", FORMS)
def test_what_belongs_to_no_role_is_told_apart(form: str) -> None:
    found = fixture(form)
    stream = KNOWLEDGE[form] == "stream"
    assert gaps(found.gaps) == ([MANAGEMENT_ROLE] if stream else [])


@pytest.mark.parametrize("form", FORMS)
def test_every_document_is_there_attached_or_not(form: str) -> None:
    found = fixture(form)
    late = [LATE_LISTS] if KNOWLEDGE[form] == "known" else []
    expected = [MANAGEMENT, SPEND, BUDGET, *late, *([[APP]] * 4), [SERVICE]]
    assert statements(found.documents) == sorted(expected, key=json.dumps)
    of_roles = [d for role in found.roles for d in (*role.identity, role.trust) if d]
    assert all(any(d is each for each in found.documents) for d in of_roles)
    assert all(d.path == form and d.unresolved == () for d in found.documents)
    assert all(json.loads(d.text) == d.value for d in found.documents)


@pytest.mark.parametrize("form", FORMS)
def test_the_payment_manager_is_found(form: str) -> None:
    (manager,) = fixture(form).resources
    assert manager.kind == "payment-manager"
    assert manager.address == f"{PROJECT}aws-native:bedrockagentcore:PaymentManager::late"
    assert manager.name == "lateManager"
    name = "AgentCorePaymentsResourceRetrievalRole"
    late = "arn:aws*:bedrock-agentcore:*:*:payment-manager/latemanager-??????????"
    patterns = {
        "known": (LATE, f"arn:aws:iam::123456789012:role/{name}"),
        "planned": (
            f"{late} (known after apply)",
            f"arn:aws*:iam::*:role/{name} (known after apply)",
        ),
        "stream": (
            f"{late} (known after apply)",
            "arn:aws*:iam::*:role/* (known after apply)",
        ),
    }
    assert (shown(manager.arn), shown(manager.role_arn)) == patterns[KNOWLEDGE[form]]


def test_the_service_role_of_a_manager_is_the_role_itself() -> None:
    found = fixture("preview.json")
    service = by_name(found)["AgentCorePaymentsResourceRetrievalRole"]
    assert found.resources[0].role_arn == service.arn


@pytest.mark.parametrize("form", FORMS)
def test_a_file_read_twice_says_the_same(form: str) -> None:
    first, second = fixture(form), fixture(form)
    assert [d._replace(source=None) for d in first.documents] == [  # type: ignore[arg-type]
        d._replace(source=None)  # type: ignore[arg-type]
        for d in second.documents
    ]
    assert first.resources == second.resources
    assert (first.values, first.gaps, first.errors) == (second.values, second.gaps, second.errors)
    assert [(r.address, r.gaps, r.location) for r in first.roles] == [
        (r.address, r.gaps, r.location) for r in second.roles
    ]


@pytest.mark.parametrize("form", FORMS)
def test_no_secret_is_in_what_is_said(form: str) -> None:
    text = (FIXTURES / form).read_text()
    found = repr(fixture(form))
    assert "ciphertext" not in found
    assert "v1:" not in found
    assert ("ciphertext" in text) == (form != "preview.json")


@pytest.mark.parametrize("form", FORMS[:-1])
def test_files_are_recognised_by_their_content(form: str) -> None:
    text = (FIXTURES / form).read_text()
    assert recognises(json.loads(text))
    assert not recognises_stream(text)
    assert not recognises_stream(json.dumps(json.loads(text)))


def test_a_stream_is_recognised_by_its_first_line() -> None:
    text = (FIXTURES / "preview-stream.jsonl").read_text()
    assert recognises_stream(text)
    assert recognises_stream("\n\n" + text[:400])
    assert not recognises(json.loads(text.splitlines()[0]))


@pytest.mark.parametrize(
    "value",
    [
        {"version": 3, "deployment": None},
        {"version": 3, "deployment": {"manifest": {"time": "", "magic": ""}}},
        {"version": 4, "features": [], "deployment": export()["deployment"]},
        {"version": 3, "checkpoint": {"stack": "", "latest": None}},
        {"config": {}, "duration": 5, "changeSummary": {"same": 3}},
        {"version": 1, "plan": {"manifest": {}, "resourcePlans": {"urn:pulumi:a": {}}}},
    ],
    ids=" ".join,
)
def test_files_with_next_to_nothing_in_them_are_recognised_and_read(value: Any) -> None:
    from payguard.sources.pulumi_state import read_pulumi

    assert recognises(value)
    found = read_pulumi("stack.json", json.dumps(value))
    assert isinstance(found, Infrastructure)
    assert found.roles == ()


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "steps",
        7,
        {},
        {"Version": "2012-10-17", "Statement": []},
        {"version": 4, "terraform_version": "1.11.4", "resources": []},
        {"format_version": "1.2", "resource_changes": [], "configuration": {}},
        {"Resources": {}, "AWSTemplateFormatVersion": "2010-09-09"},
        {"version": "3", "deployment": {"replicas": 2}},
        {"version": 3, "deployment": "production"},
        {"version": 1, "checkpoint": {"epoch": 3}},
        {"steps": [{"name": "build"}], "on": "push"},
        {"steps": [], "jobs": {}},
        {"resourcePlans": {"a": {}}},
        {"sequence": 1, "timestamp": 2, "cancelEvent": {}},
    ],
    ids=str,
)
def test_other_values_are_not_taken_for_pulumi_s(value: Any) -> None:
    assert not recognises(value)


@pytest.mark.parametrize(
    "text",
    ["", "\n", '{"sequence": 1}', '{"sequence": 1, "x": "Event"}', '"sequence" fooEvent"', "{"],
)
def test_other_texts_are_not_taken_for_a_stream(text: str) -> None:
    assert not recognises_stream(text)


def test_recognising_loads_next_to_nothing_and_nothing_loads_pulumi() -> None:
    code = (
        "import sys; import payguard.sources.pulumi_state as p; p.recognises({});"
        "assert not {'yaml', 'payguard.sources.pulumi_state.reading'} & set(sys.modules);"
        "p.read_pulumi('x', '{}');"
        "assert not {'yaml', 'pulumi', 'boto3', 'jsonschema'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
