"""Account, region and partition of a deploy: whatever they are, they are the same everywhere.

Templates and configurations name them by what they will be. For what policies mean together the
values are no matter, as long as each stands for itself: an example stands in for each of them.
Where ARNs of payments name one outright, beside it, that is the one: payments has no access from
one account to another, so that nobody writes the ARNs of another. Where they name several, which
of them it will be stays unknown.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from payguard.iam.unresolved import Unresolved
from payguard.iam.wildcard import has_wildcard
from payguard.infrastructure import Document, Role
from payguard_policies import PAYMENTS_SERVICE
from payguard_policies.named_tuple import NamedTuple

_KNOWN = re.compile(
    r"AWS::(AccountId|Region|Partition|URLSuffix)"
    r"|data\.aws_(caller_identity|region|partition)\.[\w-]+\.\w+"
)
_REGION = re.compile(r"AWS::Region|data\.aws_region\.")
_ARN_FIELDS = 6
_ACCOUNT_PATTERN = "?" * 12


class Deployment(NamedTuple):
    """Where a deploy goes; empty where an example would contradict what is known."""

    partition: str = "aws"
    region: str = "us-east-1"
    account: str = "111122223333"

    def value(self, value: Any) -> Any:
        """Return a decoded document with account, region and partition filled in.

        What hangs on anything else stays unknown, and so does a region outside its field of an
        ARN.
        """
        if isinstance(value, Unresolved):
            return self._example(value)
        if isinstance(value, Mapping):
            return {key: self.value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        return value

    def arn(self, arn: str | Unresolved) -> str:
        """Return a role's ARN with account and partition filled in; empty if it is not known."""
        if isinstance(arn, str):
            return arn
        fields = arn.pattern.split(":", _ARN_FIELDS - 1)
        if len(fields) != _ARN_FIELDS or not (self.account and self.partition):
            return ""
        fields[1] = self.partition if fields[1] == "aws*" else fields[1]
        fields[4] = self.account if fields[4] in {_ACCOUNT_PATTERN, "*"} else fields[4]
        found = ":".join(fields)
        return "" if has_wildcard(found) else found

    def _example(self, value: Unresolved) -> Any:
        names = value.what.split(", ")
        if not all(_KNOWN.fullmatch(name) for name in names) or not self._tells(
            value.pattern, names
        ):
            return value
        fields = value.pattern.split(":", _ARN_FIELDS - 1)
        if len(fields) < _ARN_FIELDS:
            return self._plain(value, names)
        regions = sum(bool(_REGION.match(name)) for name in names)
        if regions and fields[3] != "*":
            return value  # in the resource part a star may be the policy's own
        fields[1] = self.partition if fields[1] == "aws*" else fields[1]
        fields[3] = self.region if regions else fields[3]
        fields[4] = self.account if fields[4] == _ACCOUNT_PATTERN else fields[4]
        fields[5] = fields[5].replace(_ACCOUNT_PATTERN, self.account)
        return ":".join(fields)

    def _tells(self, pattern: str, names: list[str]) -> bool:
        """Tell whether everything that a value hangs on has an example."""
        return (
            bool(self.account or _ACCOUNT_PATTERN not in pattern)
            and bool(self.region or not any(map(_REGION.match, names)))
            and bool(self.partition or "aws*" not in pattern)
        )

    def _plain(self, value: Unresolved, names: list[str]) -> Any:
        """Return the example for a text that is nothing but one of the names."""
        if value.pattern == _ACCOUNT_PATTERN:
            return self.account
        if value.pattern == "*" and len(names) == 1 and _REGION.match(names[0]):
            return self.region
        return self.partition if value.pattern == "aws*" else value


def deployment_of(roles: Sequence[Role], told: Sequence[str] = ()) -> Deployment:
    """Return where some roles are deployed to together, as far as it is told.

    Args:
        roles: whose policies may tell it.
        told: ARNs in which the user tells it.
    """
    documents = [document for role in roles for document in _documents(role)]
    if not any(document.unresolved for document in documents) and all(
        isinstance(role.arn, str) for role in roles
    ):
        return Deployment()  # nobody will ask
    values = (list(told), *(document.value for document in documents))
    arns = {arn for value in values for arn in _payments_arns(value)}
    fields = (sorted({arn[at] for arn in arns} - {""}) for at in range(3))
    usual = Deployment()
    return Deployment(*map(_only, fields, usual))


def told_by(role: Role) -> list[str]:
    """Return ARNs of payments in which a role tells where it is deployed to."""
    values = [document.value for document in _documents(role)]
    found = {arn for value in values for arn in _payments_arns(value)}
    if isinstance(role.arn, str) and role.arn.count(":") >= _ARN_FIELDS - 1:
        fields = role.arn.split(":", _ARN_FIELDS - 1)
        found.add((fields[1], "", fields[4]))
    return [":".join(("arn", arn[0], PAYMENTS_SERVICE, *arn[1:], "")) for arn in sorted(found)]


def _only(names: list[str], usual: str) -> str:
    if not names:
        return usual
    return names[0] if len(names) == 1 else ""


def _documents(role: Role) -> Iterator[Document]:
    others = (role.boundary, role.trust)
    yield from (*role.identity, *(document for document in others if document is not None))


def _payments_arns(value: Any) -> Iterator[tuple[str, str, str]]:
    """Yield partition, region and account of every ARN of AgentCore, each empty if not told."""
    if isinstance(value, Unresolved):
        value = value.pattern
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _payments_arns(item)
    elif isinstance(value, list):
        for item in value:
            yield from _payments_arns(item)
    elif isinstance(value, str) and value.startswith("arn:"):
        fields = value.split(":", _ARN_FIELDS - 1)
        if len(fields) == _ARN_FIELDS and fields[2] == PAYMENTS_SERVICE:
            partition, region, account = (
                "" if has_wildcard(field) else field for field in (fields[1], *fields[3:5])
            )
            yield partition, region, account
