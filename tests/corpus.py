"""Documents that tests share: AWS's managed policies, AWS's documented ones, and mutations."""

import functools
import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from payguard import run
from payguard.configuration import Settings
from payguard.finding import InputError, Report
from payguard.infrastructure import Document
from payguard.sources.policy_file import FileMap, read_policy_file

DOCUMENTED = Path(__file__).parent / "documented"


@functools.cache
def managed_policies() -> dict[str, Any]:
    """AWS's managed policies as moto carries them: name to document."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    return {
        name: entry["Document"] for name, entry in json.loads(aws_managed_policies_data).items()
    }


def lint_text(text: str, path: str = "policy.json", policy_type: str = "") -> Report:
    """Lint one text as a named file."""
    documents = read_policy_file(path, text, named=True, policy_type=policy_type)
    if isinstance(documents, InputError):
        return Report((), (documents,), 0, 0)
    return run.lint_documents(documents, Settings())


def lint_value(value: Any, policy_type: str = "") -> Report:
    """Lint a decoded value, whatever it is, as the text that it would be written as."""
    text = json.dumps(value, indent=1)
    return run.lint_documents(
        [Document("policy.json", value, policy_type, FileMap(text))], Settings()
    )


STRINGS = st.sampled_from(
    [
        "Allow",
        "Deny",
        "*",
        "",
        "bedrock-agentcore:ProcessPayment",
        "bedrock-agentcore:Get*",
        "bedrock-agentcore:*Session*",
        "iam:PassRole",
        "sts:AssumeRole",
        "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/shop-a1b2c3d4e5",
        "arn:aws:bedrock-agentcore:*:*:payment-manager/*/session/*",
        "arn:aws:iam::111122223333:role/${aws:username}",
        "${",
        "2012-10-17",
        "bedrock-agentcore.amazonaws.com",
        "aws:SourceArn",
        "StringEqualsIfExists",
        "ForAllValues:StringLike",
        "\ud800",
        "a\nb\x1b[31m",
    ]
) | st.text(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | STRINGS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STRINGS, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def mutated(draw: st.DrawFn, documents: list[Any]) -> Any:
    """One of ``documents`` with a few of its values replaced, removed, renamed or doubled."""
    value = json.loads(json.dumps(draw(st.sampled_from(documents))))
    for _ in range(draw(st.integers(1, 4))):
        value = _mutate(draw, value)
    return value


def _mutate(draw: st.DrawFn, value: Any) -> Any:
    if draw(st.integers(0, 3)) == 0 or not isinstance(value, (dict, list)) or not value:
        return draw(JSON) if draw(st.booleans()) else [value]
    if isinstance(value, list):
        index = draw(st.integers(0, len(value) - 1))
        value[index] = _mutate(draw, value[index])
        return value
    key = draw(st.sampled_from(sorted(value)))
    change = draw(st.sampled_from(["inside", "drop", "rename", "add"]))
    if change == "inside":
        value[key] = _mutate(draw, value[key])
    elif change == "drop":
        del value[key]
    elif change == "rename":
        value[draw(STRINGS)] = value.pop(key)
    else:
        value[draw(st.sampled_from(["Condition", "NotAction", "Principal", "Sid"]))] = draw(JSON)
    return value
