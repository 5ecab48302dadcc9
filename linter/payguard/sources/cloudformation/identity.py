"""AWS::IAM resources: roles, users, groups, their policies, and what attaches one to another.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from payguard.iam.document import BOUNDARY, IDENTITY, TRUST
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import GROUP, ROLE, USER, Document, Gap, Role, Text
from payguard.quotation import quote
from payguard.sources.cloudformation.document import Policy, Written
from payguard.sources.cloudformation.partial import Partial
from payguard.sources.cloudformation.piece import (
    POLICY,
    Attached,
    Declared,
    Inline,
    Managed,
    Member,
    Piece,
    Target,
    target,
    text_of,
)
from payguard.sources.cloudformation.reference import KINDS, MANAGED_POLICY, NAMES
from payguard.sources.cloudformation.template import Resource, function_of
from payguard.sources.cloudformation.view import View

# Reads a policy in a world; where only the links count it returns a Gap without looking.
ReadPolicy = Callable[[Written, View], Policy]

_LISTS = (("Roles", ROLE), ("Users", USER), ("Groups", GROUP))
_APART: Mapping[str, tuple[str, str]] = {
    "AWS::IAM::RolePolicy": ("RoleName", ROLE),
    "AWS::IAM::UserPolicy": ("UserName", USER),
    "AWS::IAM::GroupPolicy": ("GroupName", GROUP),
}
_POLICY, _MEMBERSHIP = "AWS::IAM::Policy", "AWS::IAM::UserToGroupAddition"
TYPES = frozenset({*KINDS, *_APART, MANAGED_POLICY, _POLICY, _MEMBERSHIP})


def written(resource: Resource) -> Iterator[Written]:
    """Yield every policy that is written in an IAM resource, whatever its conditions."""
    properties, address = resource.properties, resource.address
    if "AssumeRolePolicyDocument" in properties:
        value, at = properties["AssumeRolePolicyDocument"], resource.at("AssumeRolePolicyDocument")
        yield Written(value, at, address, TRUST)
    if "PolicyDocument" in properties:
        value, at = properties["PolicyDocument"], resource.at("PolicyDocument")
        yield Written(value, at, address, IDENTITY)
    for value, at in branches(properties.get("Policies"), resource.at("Policies")):
        if type(value) is dict and "PolicyDocument" in value:
            yield Written(value["PolicyDocument"], f"{at}/PolicyDocument", address, IDENTITY)


def branches(value: Any, at: str) -> Iterator[tuple[Any, str]]:
    """Yield the items of a list, with both branches of each ``Fn::If`` around or in it."""
    pending = [(value, at)]
    while pending:
        value, at = pending.pop()
        choice = value.get("Fn::If") if type(value) is dict and len(value) == 1 else None
        if type(choice) is list and len(choice) == 3:
            pending += [(choice[index], f"{at}/Fn::If/{index}") for index in (2, 1)]
        elif type(value) is list:
            pending += [(one, f"{at}/{index}") for index, one in enumerate(value)][::-1]
        else:
            yield value, at


def pieces(resource: Resource, view: View, read: ReadPolicy) -> Iterator[Piece]:
    """Yield what an IAM resource says in one world."""
    if resource.type in KINDS:
        yield from _identity(resource, view, read)
    elif resource.type in _APART:
        name, kind = _APART[resource.type]
        at = resource.at(name)
        yield from _inline(resource, view, read, [(resource.properties.get(name), at, kind)])
    elif resource.type == _POLICY:
        yield from _inline(resource, view, read, list(_listed(resource, view)))
    elif resource.type == MANAGED_POLICY:
        yield from _managed(resource, view, read)
    else:
        yield from _membership(resource, view)


def _identity(resource: Resource, view: View, read: ReadPolicy) -> Iterator[Piece]:
    kind = KINDS[resource.type]
    me = Target(kind, resource.address, view.attribute(resource.address, "") or "")
    found = [*inline_policies(resource, view, read), *added(resource, view)]
    trust = trust_policy(resource, view, read) if kind == ROLE else None
    gaps = [one for one in (*found, trust) if isinstance(one, Gap)]
    tags, unknown_tags = _tags(resource, view)
    role = Role(
        resource.address,
        view.template.host.location(resource.pointer, resource.address),
        kind,
        text_of(me.text),
        text_of(view.attribute(resource.address, "Arn")),
        tuple(one for one in found if isinstance(one, Document)),
        trust=trust if isinstance(trust, Document) else None,
        tags=tags,
        gaps=(*gaps, *unknown_tags),
    )
    yield Declared(me, role)
    yield from attached(resource, view, me)
    for item, at in view.items(resource.properties.get("Groups"), resource.at("Groups")):
        group = target(view, item, at, GROUP) if kind == USER else None
        if group is not None:
            yield Member(me, group, view.template.host.location(at, resource.address))


def inline_policies(resource: Resource, view: View, read: ReadPolicy) -> Iterator[Document | Gap]:
    """Yield the policies of a role that are written in its own declaration."""
    for one, at in view.items(resource.properties.get("Policies"), resource.at("Policies")):
        item = view.value(one, at) if function_of(one) else one
        if isinstance(item, Partial):
            yield gap(resource, view, at, item.unresolved, IDENTITY)
        elif type(item) is dict and "PolicyDocument" in item:
            place = f"{at}/PolicyDocument"
            policy = Written(item["PolicyDocument"], place, resource.address, IDENTITY)
            if (found := read(policy, view)) is not None:
                yield found
        else:
            message = f"an inline policy of {quote(resource.address)} has no PolicyDocument"
            view.error(at, message)
            what = Unresolved(f"an inline policy of {resource.address}", MISSING)
            yield gap(resource, view, at, what, IDENTITY)


def trust_policy(resource: Resource, view: View, read: ReadPolicy) -> Policy:
    """Return who may assume a role; a Gap where its declaration does not tell."""
    name = "AssumeRolePolicyDocument"
    at = resource.at(name)
    policy = Written(resource.properties.get(name), at, resource.address, TRUST)
    found = read(policy, view) if name in resource.properties else None
    if found is not None:
        return found
    what = Unresolved(f"{name} of {resource.address}", MISSING)
    return gap(resource, view, resource.pointer, what, TRUST)


def added(resource: Resource, view: View) -> Iterator[Gap]:
    """Yield a gap where a macro adds to a declaration."""
    for at, holder in ((resource.pointer, resource.body), (resource.at(), resource.properties)):
        if "Fn::Transform" in holder:
            what = Unresolved(f"what Fn::Transform adds to {resource.address}", MISSING)
            yield gap(resource, view, f"{at}/Fn::Transform", what, IDENTITY)


def gap(resource: Resource, view: View, at: str, unresolved: Unresolved, part: str) -> Gap:
    """Return a gap of a role; arguments as in ``payguard.infrastructure.Gap``."""
    return Gap(unresolved, view.template.host.location(at, resource.address), part)


def attached(resource: Resource, view: View, me: Target) -> Iterator[Attached]:
    """Yield the managed policies, and the boundary, that a role's own declaration names."""
    properties = resource.properties
    arns = view.items(properties.get("ManagedPolicyArns"), resource.at("ManagedPolicyArns"))
    for item, at in arns:
        policy = target(view, item, at, POLICY)
        if policy is not None:
            yield Attached(me, policy, view.template.host.location(at, resource.address))
    if "PermissionsBoundary" in properties:
        at = resource.at("PermissionsBoundary")
        item, place = view.branch(properties["PermissionsBoundary"], at)
        policy = target(view, item, place, POLICY) if item is not None else None
        if policy is not None:
            location = view.template.host.location(place, resource.address)
            yield Attached(me, policy, location, BOUNDARY)


def _tags(resource: Resource, view: View) -> tuple[Mapping[str, Text], tuple[Gap, ...]]:
    """Return the tags of a role, and a gap if there are others."""
    found: dict[str, Text] = {}
    complete = True
    for item, at in view.items(resource.properties.get("Tags"), resource.at("Tags")):
        tag = view.value(item, at)
        key, value = (tag.get("Key"), tag.get("Value")) if type(tag) is dict else (None, None)
        if isinstance(key, str) and isinstance(value, str | Partial):
            found[key] = text_of(value)
        else:
            complete = False
    if complete:
        return found, ()
    what = Unresolved(f"tags of {resource.address}", MISSING)
    return found, (gap(resource, view, resource.at("Tags"), what, ""),)


def _listed(resource: Resource, view: View) -> Iterator[tuple[Any, str, str]]:
    """Yield whom a policy names under ``Roles``, ``Users`` and ``Groups``, where, and its kind."""
    for name, kind in _LISTS:
        for item, at in view.items(resource.properties.get(name), resource.at(name)):
            yield item, at, kind


def _document(resource: Resource, view: View, read: ReadPolicy) -> Policy:
    properties, at = resource.properties, resource.at("PolicyDocument")
    if "PolicyDocument" in properties:
        value = properties["PolicyDocument"]
        return read(Written(value, at, resource.address, IDENTITY), view)
    view.error(resource.pointer, f"{quote(resource.address)} has no PolicyDocument")
    what = Unresolved(f"PolicyDocument of {resource.address}", MISSING)
    return gap(resource, view, resource.pointer, what, IDENTITY)


def _inline(
    resource: Resource, view: View, read: ReadPolicy, named: list[tuple[Any, str, str]]
) -> Iterator[Piece]:
    policy = _document(resource, view, read)
    for item, at, kind in named if policy is not None else ():
        value, place = view.branch(item, at)
        role = target(view, value, place, kind) if value is not None else None
        if role is not None and policy is not None:
            yield Inline(role, policy, view.template.host.location(place, resource.address))


def _managed(resource: Resource, view: View, read: ReadPolicy) -> Iterator[Piece]:
    policy = _document(resource, view, read)
    if policy is None:
        return
    path, name = (_named(resource, view, one) for one in ("Path", NAMES[MANAGED_POLICY]))
    known = isinstance(path, str) and isinstance(name, str) and name
    tail = f"{path or '/'}{name}" if known else ""
    me = Target(POLICY, resource.address, tail)
    yield Managed(me, policy)
    for item, at, kind in _listed(resource, view):
        role = target(view, item, at, kind)
        if role is not None:
            yield Attached(role, me, view.template.host.location(at, resource.address))


def _named(resource: Resource, view: View, name: str) -> object:
    """Return a property that names; empty where it is not given."""
    if name not in resource.properties:
        return ""
    return view.text(resource.properties[name], resource.at(name))


def _membership(resource: Resource, view: View) -> Iterator[Piece]:
    at = resource.at("GroupName")
    item, place = view.branch(resource.properties.get("GroupName"), at)
    group = target(view, item, place, GROUP) if item is not None else None
    for one, where in view.items(resource.properties.get("Users"), resource.at("Users")):
        user = target(view, one, where, USER)
        if user is not None and group is not None:
            yield Member(user, group, view.template.host.location(where, resource.address))
