"""Account, region and partition of a deploy: whatever they are, they are the same everywhere.

Templates and configurations name them by what they will be. For what policies mean together the
values are no matter, as long as each stands for itself: an example stands in for each of them.
"""

import re
from collections.abc import Mapping
from typing import Any

from payguard.iam.unresolved import Unresolved

ACCOUNT, REGION, PARTITION = "111122223333", "us-east-1", "aws"
_KNOWN = re.compile(
    r"AWS::(AccountId|Region|Partition|URLSuffix)"
    r"|data\.aws_(caller_identity|region|partition)\.[\w-]+\.\w+"
)
_REGION = re.compile(r"AWS::Region|data\.aws_region\.")
_ARN_FIELDS = 6
_ACCOUNT_PATTERN = "?" * len(ACCOUNT)


def deployed(value: Any) -> Any:
    """Return a decoded document with examples for the account, region and partition.

    What hangs on anything else stays unknown, and so does a region outside its field of an ARN.
    """
    if isinstance(value, Unresolved):
        return _example(value)
    if isinstance(value, Mapping):
        return {key: deployed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [deployed(item) for item in value]
    return value


def deployed_arn(arn: str | Unresolved) -> str:
    """Return a role's ARN with examples for account and partition; empty if it is not known."""
    if isinstance(arn, str):
        return arn
    fields = arn.pattern.split(":", _ARN_FIELDS - 1)
    if len(fields) != _ARN_FIELDS:
        return ""
    fields[1] = PARTITION if fields[1] == "aws*" else fields[1]
    fields[4] = ACCOUNT if fields[4] in {_ACCOUNT_PATTERN, "*"} else fields[4]
    found = ":".join(fields)
    return "" if "*" in found or "?" in found else found


def _example(value: Unresolved) -> Any:
    names = value.what.split(", ")
    if not all(_KNOWN.fullmatch(name) for name in names):
        return value
    fields = value.pattern.split(":", _ARN_FIELDS - 1)
    if len(fields) < _ARN_FIELDS:
        return _plain(value, names)
    regions = sum(bool(_REGION.match(name)) for name in names)
    if regions and fields[3] != "*":
        return value  # in the resource part a star may be the policy's own
    fields[1] = PARTITION if fields[1] == "aws*" else fields[1]
    fields[3] = REGION if regions else fields[3]
    fields[4] = ACCOUNT if fields[4] == _ACCOUNT_PATTERN else fields[4]
    fields[5] = fields[5].replace(_ACCOUNT_PATTERN, ACCOUNT)
    return ":".join(fields)


def _plain(value: Unresolved, names: list[str]) -> Any:
    """Return the example for a text that is nothing but one of the names."""
    if value.pattern == _ACCOUNT_PATTERN:
        return ACCOUNT
    if value.pattern == "*" and len(names) == 1 and _REGION.match(names[0]):
        return REGION
    return PARTITION if value.pattern == "aws*" else value
