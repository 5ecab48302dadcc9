"""The IAM resource types of Terraform: which roles, users and groups they make, with what attached.

https://github.com/hashicorp/terraform-provider-aws/tree/main/website/docs/r
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from payguard.iam.document import BOUNDARY, IDENTITY, RCP, RESOURCE, SCP, TRUST, VPC_ENDPOINT
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import GROUP, ROLE, USER, Document, Gap, Role, Text
from payguard.sources.assembly import Assembly, Reference
from payguard.sources.terraform_document import POLICY_DOCUMENT, Documents
from payguard.sources.terraform_elsewhere import DOCUMENTS, NOT_JOINED, not_joined
from payguard.sources.terraform_name import KINDS, POLICY, Names
from payguard.sources.terraform_pattern import attribute
from payguard.sources.terraform_reference import References
from payguard.sources.terraform_resource import Place, Resource
from payguard.sources.terraform_snapshot import Snapshot
from payguard_policies.named_tuple import NamedTuple

_IDENTITIES = {f"aws_iam_{kind}": kind for kind in KINDS}
_INLINE = {f"aws_iam_{kind}_policy": kind for kind in KINDS}
_ATTACHMENTS = {f"aws_iam_{kind}_policy_attachment": kind for kind in KINDS}
_ONLY_ATTACHED = {f"aws_iam_{kind}_policy_attachments_exclusive": kind for kind in KINDS}
_ONLY_INLINE = "aws_iam_role_policies_exclusive"
_TO_MANY = "aws_iam_policy_attachment"
_POLICIES = ("aws_iam_policy", "data.aws_iam_policy")
_ROLE_DATA = "data.aws_iam_role"
_MEMBERS, _GROUPS = "aws_iam_group_membership", "aws_iam_user_group_membership"
# Policies of something else than a role, user or group: type to attribute and policy type.
_OTHERS = {
    "aws_kms_key": ("policy", RESOURCE),
    "aws_kms_key_policy": ("policy", RESOURCE),
    "aws_s3_bucket_policy": ("policy", RESOURCE),
    "aws_secretsmanager_secret": ("policy", RESOURCE),
    "aws_secretsmanager_secret_policy": ("policy", RESOURCE),
    "aws_sns_topic_policy": ("policy", RESOURCE),
    "aws_sqs_queue_policy": ("policy", RESOURCE),
    "aws_ssoadmin_permission_set_inline_policy": ("inline_policy", IDENTITY),
    "aws_vpc_endpoint_policy": ("policy", VPC_ENDPOINT),
    **DOCUMENTS,
}
_ORGANIZATION = "aws_organizations_policy"
_ORGANIZATION_TYPES = {"SERVICE_CONTROL_POLICY": SCP, "RESOURCE_CONTROL_POLICY": RCP}
TYPES = frozenset(
    {
        *_IDENTITIES,
        *_INLINE,
        *_ATTACHMENTS,
        *_ONLY_ATTACHED,
        *_OTHERS,
        *_POLICIES,
        *NOT_JOINED,
        *(_ONLY_INLINE, _ORGANIZATION, _TO_MANY, _ROLE_DATA, _MEMBERS, _GROUPS, POLICY_DOCUMENT),
    }
)


class _Attachment(NamedTuple):
    """An attachment of a policy that is not known by itself."""

    role: Reference
    policy: Reference
    resource: Resource


class Identities:
    """Puts the IAM resources of one input together.

    Args:
        documents: reads their policies.
        references: the configuration.
        names: finds what attributes mean.
        resources: what there will be after apply.
        removed: what there was before it and is taken away or changed by it.

    Attributes:
        gaps: after ``roles``, what is not known and belongs to no role.
    """

    def __init__(
        self,
        documents: Documents,
        references: References,
        names: Names,
        resources: Sequence[Resource],
        removed: Sequence[Resource],
    ) -> None:
        self.gaps: list[Gap] = []
        self._documents, self._references, self._names = documents, references, names
        self._assembly = Assembly()
        self._snapshot = Snapshot(resources, removed)
        self._by_type: dict[str, list[Resource]] = defaultdict(list)
        for resource in resources:
            self._by_type[resource.type].append(resource)

    def roles(self) -> tuple[Role, ...]:
        """Return the roles, users and groups with everything that belongs to them."""
        for resource in (one for type_ in _POLICIES for one in self._by_type[type_]):
            policy = self._document(resource, ("policy",), IDENTITY)
            named = Reference(resource.address, arn=attribute(resource, "arn"))
            self._assembly.policy(named, policy)
        for kind, resource in self._of(_IDENTITIES):
            self._identity(kind, resource)
        self._inline_policies()
        self._attachments()
        self._memberships()
        self._existing_roles()
        self._other_policies()
        for type_ in NOT_JOINED:
            for one in self._by_type[type_]:
                self.gaps.append(not_joined(type_, one.address, one.location))
        found = self._assembly.roles()
        told = {(gap.unresolved, gap.location) for role in found for gap in role.gaps}
        self.gaps = [
            gap
            for gap in (*self.gaps, *self._assembly.gaps)
            if (gap.unresolved, gap.location) not in told
        ]
        return found

    def _of(self, kinds: Mapping[str, str]) -> Iterator[tuple[str, Resource]]:
        """Yield the resources of some types, with the kind that each type stands for."""
        for type_, kind in kinds.items():
            for resource in self._by_type[type_]:
                yield kind, resource

    def _document(self, resource: Resource, place: Place, policy_type: str) -> Document | Gap:
        found = self._documents.read(resource, place, policy_type)
        if isinstance(found, Gap):
            self.gaps.append(found)  # until it turns out to be a role's
        return found

    def _identity(self, kind: str, resource: Resource) -> None:
        trust: Document | Gap | None = None
        tags = self._tags(resource)
        gaps = [Gap(tags, resource.location)] if isinstance(tags, Unresolved) else []
        if kind == ROLE:
            trust = self._document(resource, ("assume_role_policy",), TRUST)
        if isinstance(trust, Gap):
            gaps.append(trust)
        role = Role(
            resource.address,
            resource.location,
            kind,
            attribute(resource, "name"),
            attribute(resource, "arn"),
            trust=trust if isinstance(trust, Document) else None,
            tags={} if isinstance(tags, Unresolved) else tags,
            gaps=tuple(gaps),
        )
        self._assembly.role(role)
        named = Reference(resource.address, kind=kind)
        if kind == ROLE:
            self._own_inline(resource, named)
            self._own_attached(resource, named)
        if kind != GROUP and self._names.text(resource, "permissions_boundary"):
            policy = self._names.one(resource, "permissions_boundary", POLICY)
            self._assembly.attach(named, policy, resource.location, BOUNDARY)

    def _tags(self, resource: Resource) -> dict[str, Text] | Unresolved:
        """Return the tags, those that the provider sets by default among them.

        Terraform marks secrets in ``tags``, but lets the same values through in ``tags_all``.
        """
        found: dict[str, Text] = {}
        for name in ("tags_all", "tags"):
            tags = resource.get(name)
            if isinstance(tags, Unresolved) and name == "tags":
                return tags
            if isinstance(tags, dict):
                for key, tag in tags.items():
                    found.update(self._tag(resource, name, key, tag))
            elif tags is not None and not isinstance(tags, Unresolved):
                self._documents.refuse(resource, (name,), "is no map")
                return Unresolved(f"{resource.address}.{name}", MISSING)
        return found

    def _tag(self, resource: Resource, name: str, key: str, tag: object) -> dict[str, Text]:
        if isinstance(tag, (str, Unresolved)):
            return {key: tag}
        if tag is not None:
            self._documents.refuse(resource, (name, key), "is no text")
        return {}

    def _own_inline(self, resource: Resource, role: Reference) -> None:
        """Add the inline policies that the role lists itself."""
        blocks = self._names.texts(resource, "inline_policy")
        configured = self._references.is_configured(resource, "inline_policy")
        if isinstance(blocks, Unresolved):
            if configured is not False:
                self._unknown_inline(resource, role, blocks)
            return
        for index, block in enumerate(blocks):
            place: Place = ("inline_policy", index)
            if isinstance(block, Unresolved):
                self._unknown_inline(resource, role, block)
            elif not isinstance(block, dict):
                self._documents.refuse(resource, place, "is no block")
                what = f"{resource.address}.inline_policy[{index}]"
                self._unknown_inline(resource, role, Unresolved(what, MISSING))
            elif not any(block.get(name) for name in ("name", "policy")):
                continue  # an empty block says that there shall be none
            elif not self._snapshot.has_inline(
                resource, block.get("name"), configured=bool(configured)
            ):
                found = self._document(resource, (*place, "policy"), IDENTITY)
                self._assembly.inline(role, found, resource.location)

    def _unknown_inline(self, resource: Resource, role: Reference, what: Unresolved) -> None:
        self._assembly.inline(role, Gap(what, resource.location, IDENTITY), resource.location)

    def _own_attached(self, resource: Resource, role: Reference) -> None:
        """Attach the managed policies that the role lists itself."""
        name = "managed_policy_arns"
        configured = self._references.is_configured(resource, name)
        if configured is False and isinstance(resource.get(name), Unresolved):
            return  # the provider will fill it with what other resources attach
        for policy in self._names.several(resource, name, POLICY):
            known = isinstance(policy.arn, str)
            if not known or not self._snapshot.has_attached(
                resource, str(policy.arn), configured=bool(configured)
            ):
                self._assembly.attach(role, policy, resource.location)

    def _inline_policies(self) -> None:
        for kind, resource in self._of(_INLINE):
            policy = self._document(resource, ("policy",), IDENTITY)
            role = self._names.one(resource, kind, kind)
            self._assembly.inline(role, policy, resource.location)

    def _attachments(self) -> None:
        spread: dict[tuple[str, str], list[_Attachment]] = defaultdict(list)
        for kind, resource in self._of(_ATTACHMENTS):
            role = self._names.one(resource, kind, kind)
            policy = self._names.one(resource, "policy_arn", POLICY)
            if isinstance(policy.arn, Unresolved) and not policy.address:
                found = _Attachment(role, policy, resource)
                spread[resource.module, resource.block].append(found)
            else:
                self._assembly.attach(role, policy, resource.location)
        for attachments in spread.values():
            self._attach_together(attachments)
        for kind, resource in self._of(_ONLY_ATTACHED):
            role = self._names.one(resource, f"{kind}_name", kind)
            for policy in self._names.several(resource, "policy_arns", POLICY):
                self._assembly.attach(role, policy, resource.location)
        for resource in self._by_type[_TO_MANY]:
            policy = self._names.one(resource, "policy_arn", POLICY)
            for kind in KINDS:
                for role in self._names.several(resource, f"{kind}s", kind):
                    self._assembly.attach(role, policy, resource.location)

    def _attach_together(self, attachments: Sequence[_Attachment]) -> None:
        """Attach the policies of a ``for_each`` of which only all together are known.

        If all go to one role, it does not matter which instance attaches which.
        """
        first = attachments[0]
        policies = self._names.spread(first.resource, "policy_arn", POLICY)
        same = all(one.role == first.role for one in attachments)
        if not same or len(policies) != len(attachments):
            policies = [one.policy for one in attachments]
        for one, policy in zip(attachments, policies, strict=True):
            self._assembly.attach(one.role, policy, one.resource.location)

    def _memberships(self) -> None:
        for resource in self._by_type[_MEMBERS]:
            group = self._names.one(resource, "group", GROUP)
            for user in self._names.several(resource, "users", USER):
                self._assembly.member(user, group, resource.location)
        for resource in self._by_type[_GROUPS]:
            user = self._names.one(resource, "user", USER)
            for group in self._names.several(resource, "groups", GROUP):
                self._assembly.member(user, group, resource.location)

    def _existing_roles(self) -> None:
        """Read the trust policies of roles that are there already.

        One to which something is attached is a role of the result, of which the other policies
        are not known.
        """
        attached = {
            name
            for kinds in (_INLINE, _ATTACHMENTS)
            for kind, resource in self._of(kinds)
            if kind == ROLE and isinstance(name := resource.get("role"), str)
        }
        declared = {attribute(resource, "name") for resource in self._by_type["aws_iam_role"]}
        for resource in self._by_type[_ROLE_DATA]:
            trust = self._document(resource, ("assume_role_policy",), TRUST)
            name = resource.get("name")
            if not isinstance(name, str) or name not in attached or name in declared:
                continue
            unknown = Gap(
                Unresolved(f"what else is attached to {resource.address}", MISSING),
                resource.location,
                IDENTITY,
            )
            gaps = (unknown, trust) if isinstance(trust, Gap) else (unknown,)
            role = Role(
                resource.address,
                resource.location,
                ROLE,
                name,
                attribute(resource, "arn"),
                trust=trust if isinstance(trust, Document) else None,
                gaps=gaps,
            )
            self._assembly.role(role)

    def _other_policies(self) -> None:
        for type_, (name, policy_type) in _OTHERS.items():
            for resource in self._by_type[type_]:
                if resource.get(name) not in (None, ""):
                    self._document(resource, (name,), policy_type)
        for resource in self._by_type[_ORGANIZATION]:
            kind = resource.get("type")
            if isinstance(kind, str) and kind in _ORGANIZATION_TYPES:
                self._document(resource, ("content",), _ORGANIZATION_TYPES[kind])
