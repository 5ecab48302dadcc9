"""Small stacks for tests, in the forms in which Pulumi writes them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from payguard.finding import InputError
from payguard.iam.unresolved import Unresolved
from payguard.infrastructure import Document, Gap, Infrastructure, Role
from payguard.sources.pulumi_state import read_pulumi

FIXTURES = Path(__file__).parents[2] / "fixtures" / "pulumi"
FORMS = (
    "export.json",
    "checkpoint.json",
    "preview.json",
    "update-plan.json",
    "preview-stream.jsonl",
)

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"
CIPHER = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}
PLAIN = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"HUSH"'}

ROLE = "aws:iam/role:Role"
USER = "aws:iam/user:User"
GROUP = "aws:iam/group:Group"
POLICY = "aws:iam/policy:Policy"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
STACK = "pulumi:pulumi:Stack"
MANAGER = "aws-native:bedrockagentcore:PaymentManager"

ACCOUNT = "arn:aws:iam::111122223333"
TRUSTED = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        },
    }
)


def allow(action: str) -> str:
    """The JSON text of a policy that allows one action of AgentCore payments."""
    statement = {"Effect": "Allow", "Action": f"bedrock-agentcore:{action}", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::shop::{kind}::{name}"


def state(kind: str, name: str, inputs: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A resource's state; what its inputs were made from under ``made_from``, as URNs."""
    made_from = more.pop("made_from", {})
    return {
        "urn": urn(kind, name),
        "custom": True,
        "type": kind,
        "inputs": dict(inputs),
        "propertyDependencies": {key: made_from.get(key, []) for key in inputs},
        **more,
    }


def role(name: str, **more: Any) -> dict[str, Any]:
    """A role as pulumi-aws has it before it is there; ``inputs`` adds to its properties."""
    inputs = {"name": name, "assumeRolePolicy": TRUSTED, **more.pop("inputs", {})}
    return state(ROLE, name, inputs, **more)


def export(*states: Any, **more: Any) -> dict[str, Any]:
    manifest = {"time": "2026-11-22T03:49:20Z", "magic": "ab", "version": "v3.259.0"}
    return {"version": 3, "deployment": {"manifest": manifest, "resources": states, **more}}


def preview(*steps: Any, **more: Any) -> dict[str, Any]:
    return {"steps": steps, "duration": 1, "changeSummary": {}, **more}


def step(op: str, new: Mapping[str, Any] | None, old: Mapping[str, Any] | None = None) -> Any:
    found = {"op": op, "urn": (new or old or {}).get("urn")}
    if new is not None:
        found["newState"] = new
    if old is not None:
        found["oldState"] = old
    return found


def plan(*entries: tuple[str, str, Any]) -> dict[str, Any]:
    manifest = {"time": "2026-11-22T03:49:20Z", "magic": "ab", "version": "v3.259.0"}
    plans = {urn(kind, name): entry for kind, name, entry in entries}
    return {"manifest": manifest, "resourcePlans": plans}


def stream(*events: Any) -> str:
    lines = [json.dumps({"sequence": index, **event}) for index, event in enumerate(events)]
    return "\n".join(lines) + "\n"


def read(value: Any, path: str = "stack.json") -> Infrastructure:
    """Read a value as the text that it would be written as."""
    return read_text(value if isinstance(value, str) else json.dumps(value, indent=1), path)


def read_text(text: str, path: str = "stack.json") -> Infrastructure:
    found = read_pulumi(path, text)
    assert not isinstance(found, InputError), found
    return found


def fixture(name: str) -> Infrastructure:
    return read_text((FIXTURES / name).read_text(), name)


def only(found: Infrastructure) -> Role:
    """The only role of a stack that could be read without an error."""
    assert not found.errors, found.errors
    assert len(found.roles) == 1, [each.address for each in found.roles]
    return found.roles[0]


def actions(documents: Iterable[Document]) -> list[str]:
    """The actions of the first statement of each document, without their service."""
    found = []
    for document in documents:
        action = document.value["Statement"][0]["Action"]
        listed = action if isinstance(action, list) else [action]
        found += [each.removeprefix("bedrock-agentcore:") for each in listed]
    return found


def gaps(of: Iterable[Gap]) -> list[tuple[str, str, str]]:
    """What is not known, why, and which part of a role it is."""
    return [(gap.unresolved.what, gap.unresolved.why, gap.part) for gap in of]


def shown(text: str | Unresolved) -> str:
    """A text, or the pattern of what is not known with the reason."""
    return text if isinstance(text, str) else f"{text.pattern} ({text.why})"
