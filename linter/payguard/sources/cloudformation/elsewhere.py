"""What stands in a template apart from roles: policies of other resources, and plain identifiers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from payguard import pointer
from payguard.iam.document import IDENTITY, RESOURCE, VPC_ENDPOINT
from payguard.infrastructure import Value
from payguard.sources.cloudformation.document import Written
from payguard.sources.cloudformation.identity import branches
from payguard.sources.cloudformation.template import Resource, Template

# Properties of other resources that hold policies; those that are not listed are known by their
# statements.
_POLICIES: Mapping[str, tuple[str, str]] = {
    "AWS::EC2::VPCEndpoint": ("PolicyDocument", VPC_ENDPOINT),
    "AWS::KMS::Key": ("KeyPolicy", RESOURCE),
    "AWS::KMS::ReplicaKey": ("KeyPolicy", RESOURCE),
    "AWS::S3::BucketPolicy": ("PolicyDocument", RESOURCE),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", RESOURCE),
    "AWS::SQS::QueuePolicy": ("PolicyDocument", RESOURCE),
    "AWS::SSO::PermissionSet": ("InlinePolicy", IDENTITY),
    "AWS::SecretsManager::ResourcePolicy": ("ResourcePolicy", RESOURCE),
}
# Their policies have a grammar of their own.
_OTHER_GRAMMAR = frozenset({"AWS::IoT::Policy", "AWS::VerifiedPermissions::Policy"})

_ARN = re.compile(r"arn:[^:\s]*:(?:bedrock-agentcore|acps):")
_NAMED = re.compile(
    r"payment(?:manager|connector|instrument|session)(?:arn|id)$|paymentcredentialproviderarn$"
)
_NO_LETTER = re.compile(r"[^a-z]")
_SECTIONS = ("Parameters", "Mappings", "Resources", "Outputs")
_LONGEST = 2048


def policies(resource: Resource, read: frozenset[str]) -> Iterator[Written]:
    """Yield the policies that a resource holds apart from those of roles, users and groups.

    Args:
        resource: the resource.
        read: where the policies stand that are read as those of a role, user or group.
    """
    if resource.type in _OTHER_GRAMMAR:
        return
    name, kind = _POLICIES.get(resource.type, ("", ""))
    for key, value in resource.properties.items():
        at = resource.at(key)
        if key == name:
            yield Written(value, at, resource.address, kind)
        else:
            yield from _with_statements(value, at, resource.address, read)


def _with_statements(value: Any, at: str, address: str, read: frozenset[str]) -> Iterator[Written]:
    pending = [(value, at)]
    while pending:
        one, place = pending.pop()
        if place in read:
            continue
        if type(one) is dict:
            if "Statement" in one and _is_policy(one["Statement"]):
                yield Written(one, place, address, "")
                continue
            pending += [(below, pointer.join(place, key)) for key, below in one.items()][::-1]
        elif type(one) is list:
            pending += [(below, f"{place}/{index}") for index, below in enumerate(one)][::-1]


def _is_policy(statements: Any) -> bool:
    """Tell whether statements are those of IAM, not those of a firewall."""
    return any(type(one) is dict and "Effect" in one for one, _ in branches(statements, ""))


def values(template: Template, policies_at: frozenset[str]) -> Iterator[Value]:
    """Yield ARNs and IDs of payments that stand by themselves.

    Args:
        template: the template.
        policies_at: where its policies stand, in which the rules look themselves.
    """
    if "payment" not in template.host.text.lower() and "acps" not in template.host.text:
        return
    for section in _SECTIONS:
        for name, entry in _entries(template, section):
            at = pointer.join("", section, name)
            if section != "Parameters" or not _is_secret(entry):
                yield from _values(template, entry, at, name, policies_at)


def _entries(template: Template, section: str) -> Iterator[tuple[str, Any]]:
    entries = template.value.get(section)
    if section == "Resources":
        yield from ((one.address, one.body) for one in template.resources.values())
    elif type(entries) is dict:
        yield from entries.items()


def _is_secret(parameter: Any) -> bool:
    return type(parameter) is dict and "NoEcho" in parameter


def _values(
    template: Template, entry: Any, at: str, name: str, policies_at: frozenset[str]
) -> Iterator[Value]:
    """Yield what is found in an entry of a section; an output is named by the entry itself."""
    pending = [(entry, at, name)]
    while pending:
        one, place, key = pending.pop()
        if place in policies_at:
            continue
        if type(one) is str:
            if _is_identifier(one, key):
                location = template.host.location(place, name)
                yield Value(one, location, template.host.lines.line(location.span.line))
        elif type(one) is dict:
            below = [(item, pointer.join(place, k), _key(k, key)) for k, item in one.items()]
            pending += below[::-1]
        elif type(one) is list:
            pending += [(item, f"{place}/{i}", key) for i, item in enumerate(one)][::-1]


def _key(key: str, around: str) -> str:
    """Return what names a value: its key, or the one around it where the key says nothing."""
    return around if key in {"Value", "Default"} else key


def _is_identifier(text: str, key: str) -> bool:
    if not 0 < len(text) <= _LONGEST or "${" in text or "{{" in text:
        return False
    if _ARN.match(text):
        return True
    return _NAMED.search(_NO_LETTER.sub("", key.lower())) is not None and not text.isspace()
