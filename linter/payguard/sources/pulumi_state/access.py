"""Roles, users and groups with their policies, joined from the resources of a stack."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from payguard.finding import InputError, Location
from payguard.iam.document import BOUNDARY, IDENTITY, TRUST
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import GROUP, USER, Document, Gap, Role, Text
from payguard.sources.assembly import Assembly, Reference
from payguard.sources.pulumi_state.document import DocumentError, missing, read_document
from payguard.sources.pulumi_state.index import Index, Named
from payguard.sources.pulumi_state.sentinel import partly, whole
from payguard.sources.pulumi_state.shape import (
    ATTACHMENTS,
    DOCUMENTS,
    INLINE,
    MANAGED,
    MEMBERSHIPS,
    ORGANIZATION,
    ORGANIZATION_TYPES,
    POLICY,
    PRINCIPALS,
    STACKS,
    Members,
    Principal,
    is_list,
    properties,
)
from payguard.sources.pulumi_state.state import Property, Resource, Stack, short

# One resource attaches at most as many policies to as many roles; IAM has 5,000 users an account,
_PAIRS = 100_000
# and users have in all at most as many policies from their groups.
_INHERITED = 1_000_000


class Access:
    """What the resources of a stack say about who may do what.

    Attributes:
        documents: every policy document.
        gaps: what is not known and belongs to no role.
        errors: what could not be read.
    """

    def __init__(self, stack: Stack) -> None:
        self.documents: list[Document] = []
        self.gaps: list[Gap] = []
        self.errors: list[InputError] = []
        self._unshown = stack.unshown
        self._stacks = [each for each in stack.resources if each.type in STACKS]
        self._resources = [each for each in stack.resources if properties(each.type)]
        self.index = Index(self._resources)
        self._assembly = Assembly()
        self._unread: dict[str, Gap] = {}
        self._attached: set[str] = set()
        self._memberships: list[tuple[Reference, Reference, Location]] = []
        self._of_groups: Counter[Reference] = Counter()

    def expect(self) -> None:
        """Tell the sheets which places will be asked for."""
        for stack in self._stacks:
            stack.sheet.expect(stack.at)
        for resource in self._resources:
            resource.sheet.expect(resource.at)
            for name in properties(resource.type):
                found = resource.get(name)
                if found is not None:
                    resource.sheet.expect(found.at)
                    _expect_items(resource, found)

    def roles(self) -> tuple[Role, ...]:
        """Return the roles, users and groups; afterwards the attributes are complete."""
        for resource in self._resources:
            self._reader(resource.type)(resource)
        self._join_groups()
        roles = self._assembly.roles()
        unread = (gap for urn, gap in self._unread.items() if urn not in self._attached)
        self.gaps += [*self._assembly.gaps, *unread]
        for stack in self._stacks:
            what = Unresolved(f"the resources of {short(stack.urn)}", MISSING)
            self.gaps.append(Gap(what, stack.location))
        return roles

    def _reader(self, kind: str) -> Callable[[Resource], None]:
        readers: tuple[tuple[Any, Callable[[Resource], None]], ...] = (
            (PRINCIPALS, self._principal),
            (MANAGED, self._managed),
            (INLINE, self._inline),
            (ATTACHMENTS, self._attachment),
            (MEMBERSHIPS, self._membership),
        )
        return next((reader for table, reader in readers if kind in table), self._other)

    def _principal(self, resource: Resource) -> None:
        own = PRINCIPALS[resource.type]
        identity = self.index.identities[resource.urn]
        trust = self._trust(resource, own)
        found = [*self._inline_policies(resource, own)]
        tags, gaps = _tags(resource)
        role = Role(
            resource.urn,
            resource.location,
            own.kind,
            identity.name,
            identity.arn,
            identity=tuple(each for each in found if isinstance(each, Document)),
            trust=trust if isinstance(trust, Document) else None,
            tags=tags,
            gaps=(
                *(each for each in (trust, *found) if isinstance(each, Gap)),
                *gaps,
                *self._hidden(resource),
            ),
        )
        self._assembly.role(role)
        mine = identity.reference
        for name, part in ((own.managed, IDENTITY), (own.boundary, BOUNDARY)):
            for policy in self._policies(resource, name) if name else ():
                self._attach(mine, policy, _place(resource, name), part)
        for group in self._named(resource, own.groups, GROUP).references if own.groups else ():
            self._memberships.append((mine, group, _place(resource, own.groups)))

    def _trust(self, resource: Resource, own: Principal) -> Document | Gap | None:
        return self._read(resource, own.trust, TRUST) if own.trust else None

    def _inline_policies(self, resource: Resource, own: Principal) -> Iterator[Document | Gap]:
        """Yield the inline policies that a principal declares itself."""
        found = resource.get(own.inline) if own.inline else None
        if found is None:
            if own.inline and resource.hides(own.inline):
                yield missing(resource, None, own.inline, IDENTITY)
            return
        what = resource.what(own.inline)
        unresolved = whole(found.value, what)
        if unresolved is not None:
            yield Gap(unresolved, resource.locate(found), IDENTITY)
        elif not isinstance(found.value, list):
            yield self._refused(resource, found, own.inline, "is no list")
        else:
            for index, item in enumerate(found.value):
                place = Property(item, f"{found.at}/{index}")
                yield from self._inline_policy(resource, own, place, what)

    def _inline_policy(
        self, resource: Resource, own: Principal, found: Property, what: str
    ) -> Iterator[Document | Gap]:
        unresolved = whole(found.value, what)
        if unresolved is not None:
            yield Gap(unresolved, resource.locate(found), IDENTITY)
        elif not isinstance(found.value, dict):
            yield self._refused(resource, found, own.inline, "holds something that is no object")
        elif any(found.value.get(key) for key in (own.document, "name", "policyName")):
            # One with nothing in it says that there are no inline policies.
            document = found.value.get(own.document)
            at = f"{found.at}/{own.document}"
            place = None if document is None else Property(document, at)
            yield self._parsed(resource, place, own.inline, IDENTITY)

    def _hidden(self, resource: Resource) -> Iterator[Gap]:
        """Yield what a preview may not show of a principal that is there already."""
        if self._unshown and not resource.created:
            what = f"unchanged policies of {short(resource.urn)}"
            more = "which pulumi preview --show-sames shows"
            yield Gap(Unresolved(f"{what}, {more}", MISSING), resource.location, IDENTITY)

    def _managed(self, resource: Resource) -> None:
        own = MANAGED[resource.type]
        reference = self.index.identities[resource.urn].reference
        policy = self._read(resource, own.document, IDENTITY)
        self._assembly.policy(reference, policy)
        if isinstance(policy, Gap):
            self._unread[resource.urn] = policy
        for name, member in self._members(resource, own.members):
            self._attach(member, reference, _place(resource, name))

    def _inline(self, resource: Resource) -> None:
        own = INLINE[resource.type]
        policy = self._read(resource, own.document, IDENTITY)
        for name, member in self._members(resource, own.members):
            self._of_groups[member] += 1
            self._assembly.inline(member, policy, _place(resource, name))

    def _attachment(self, resource: Resource) -> None:
        own = ATTACHMENTS[resource.type]
        policies = self._policies(resource, own.policy)
        if not policies and not is_list(own.policy):
            policies = (Reference(arn=Unresolved(resource.what(own.policy), MISSING)),)
        members = list(self._members(resource, own.members))
        if self._too_many(resource, len(policies) * len(members)):
            return
        location = _place(resource, own.policy)
        for _, member in members:
            for policy in policies:
                self._attach(member, policy, location)

    def _attach(
        self, member: Reference, policy: Reference, location: Location, part: str = IDENTITY
    ) -> None:
        self._attached.add(policy.address)
        self._of_groups[member] += 1
        self._assembly.attach(member, policy, location, part)

    def _membership(self, resource: Resource) -> None:
        own = MEMBERSHIPS[resource.type]
        users = [each for _, each in self._members(resource, ((own.users, USER),))]
        groups = self._named(resource, own.groups, GROUP).references
        if self._too_many(resource, len(users) * len(groups)):
            return
        location = _place(resource, own.users)
        for user in users:
            if isinstance(user.name, Unresolved) and not user.address:
                self.gaps.append(Gap(user.unresolved, location, IDENTITY))
            self._memberships += [(user, group, location) for group in groups]

    def _join_groups(self) -> None:
        """Add the memberships, unless users would have more policies than can be."""
        inherited = 0
        for user, group, location in self._memberships:
            inherited += self._of_groups[group]
            if inherited > _INHERITED:
                message = f"groups give their users more than {_INHERITED:,} policies"
                self.errors.append(_input_error(location, message))
                self.gaps.append(Gap(Unresolved(message, MISSING), location, IDENTITY))
                return
            self._assembly.member(user, group, location)

    def _other(self, resource: Resource) -> None:
        if resource.type in ORGANIZATION:
            kind = _value(resource, "type") or ""
            name, part = "content", ORGANIZATION_TYPES.get(kind if isinstance(kind, str) else "")
        else:
            name, part = DOCUMENTS[resource.type]
        if part is not None and _value(resource, name) not in (None, ""):
            policy = self._read(resource, name, part)
            if isinstance(policy, Gap):
                self.gaps.append(policy)

    def _members(self, resource: Resource, members: Members) -> Iterator[tuple[str, Reference]]:
        """Yield whom the properties in ``members`` name; who may be meant gets a gap."""
        found = False
        for name, kind in members:
            named = self._named(resource, name, kind)
            for urn, why in named.doubtful:
                gap = Gap(why, _place(resource, name), IDENTITY)
                self._assembly.inline(Reference(urn, kind=kind), gap, gap.location)
            for reference in named.references:
                found = True
                yield name, reference
        if not found and len(members) == 1:
            name, kind = members[0]
            if not is_list(name):
                yield name, Reference(name=Unresolved(resource.what(name), MISSING), kind=kind)

    def _policies(self, resource: Resource, name: str) -> tuple[Reference, ...]:
        return self._named(resource, name, POLICY).references

    def _named(self, resource: Resource, name: str, kind: str) -> Named:
        named = self.index.named(resource, name, kind)
        if named.malformed:
            self._error(resource, resource.get(name), name, "holds something that is no text")
        return named

    def _read(self, resource: Resource, name: str, part: str) -> Document | Gap:
        return self._parsed(resource, resource.get(name), name, part)

    def _parsed(
        self, resource: Resource, found: Property | None, name: str, part: str
    ) -> Document | Gap:
        """Return a document; a gap and an error where what is there is none."""
        try:
            policy = read_document(resource, found, name, part)
        except DocumentError as error:
            location = resource.locate(found)
            self.errors.append(_input_error(location, str(error)))
            return missing(resource, found, name, part)
        if isinstance(policy, Document):
            self.documents.append(policy)
        return policy

    def _refused(self, resource: Resource, found: Property, name: str, problem: str) -> Gap:
        self._error(resource, found, name, problem)
        return missing(resource, found, name, IDENTITY)

    def _error(self, resource: Resource, found: Property | None, name: str, problem: str) -> None:
        message = f"the {name} of {short(resource.urn)} {problem}"
        self.errors.append(_input_error(resource.locate(found), message))

    def _too_many(self, resource: Resource, pairs: int) -> bool:
        if pairs <= _PAIRS:
            return False
        message = f"{short(resource.urn)} joins {pairs:,} pairs: more than {_PAIRS:,} are not read"
        self.errors.append(_input_error(resource.location, message))
        self.gaps.append(Gap(Unresolved(message, MISSING), resource.location, IDENTITY))
        return True


def _input_error(location: Location, message: str) -> InputError:
    return InputError(location.path, message, location.span.line, location.span.column)


def _value(resource: Resource, name: str) -> Any:
    found = resource.get(name)
    return None if found is None else found.value


def _place(resource: Resource, name: str) -> Location:
    return resource.locate(resource.get(name))


def _expect_items(resource: Resource, found: Property) -> None:
    """Expect the documents in a list of inline policies."""
    own = PRINCIPALS.get(resource.type)
    if own is None or not own.document or not isinstance(found.value, list):
        return
    for index, item in enumerate(found.value):
        if isinstance(item, dict):
            resource.sheet.expect(f"{found.at}/{index}/{own.document}")
        resource.sheet.expect(f"{found.at}/{index}")


def _tags(resource: Resource) -> tuple[dict[str, Text], list[Gap]]:
    """Return the tags of a principal, those that its provider adds among them."""
    tags: dict[str, Text] = {}
    gaps = []
    if resource.hides("tags") and resource.hides("tagsAll"):
        gaps.append(missing(resource, None, "tags", ""))
    for name in ("tagsAll", "tags"):
        found = resource.get(name)
        for key, value in () if found is None else _keys_and_values(found.value):
            what = f"tag {key} of {short(resource.urn)}" if key else resource.what(name)
            text = partly(value, what)
            if not key and text is not None:
                gaps.append(Gap(text, resource.locate(found)))
            elif key and (text is not None or isinstance(value, str)):
                tags[key] = value if text is None else text
    return tags, gaps


def _keys_and_values(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield keys and values of tags: an object, or with aws-native a list of objects.

    What is not known in itself has an empty key.
    """
    if whole(value, "") is not None:
        yield "", value
    elif isinstance(value, dict):
        yield from ((key, text) for key, text in value.items() if key != "__defaults")
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict) and isinstance(item.get("key"), str):
                yield item["key"], item.get("value")
            else:
                yield "", item
