"""The IAM resource types: which roles, users and groups they make, with what attached.

https://github.com/hashicorp/terraform-provider-aws/tree/main/website/docs
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from types import MappingProxyType

from payguard.finding import Location
from payguard.iam.document import BOUNDARY, IDENTITY, RCP, RESOURCE, SCP, TRUST, VPC_ENDPOINT
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import GROUP, ROLE, USER, Document, Gap, Role, Text
from payguard.sources.assembly import Assembly, Reference
from payguard.sources.terraform_elsewhere import DOCUMENTS, NOT_JOINED, not_joined
from payguard.sources.terraform_hcl.attribute import attribute
from payguard.sources.terraform_hcl.datum import Datum, EvaluationError, text
from payguard.sources.terraform_hcl.document import Holder, document
from payguard.sources.terraform_hcl.provider import default_tags
from payguard.sources.terraform_hcl.reading import Reading
from payguard.sources.terraform_hcl.view import View

_KINDS = (ROLE, USER, GROUP)
_POLICY = "policy"
_ORGANIZATION = "aws_organizations_policy"
_ORGANIZATION_TYPES = {"SERVICE_CONTROL_POLICY": SCP, "RESOURCE_CONTROL_POLICY": RCP}
# Policies of something else than a role, user or group: type to argument and policy type.
_OTHERS = MappingProxyType(
    {
        "aws_ecr_repository_policy": ("policy", RESOURCE),
        "aws_kms_key": ("policy", RESOURCE),
        "aws_kms_key_policy": ("policy", RESOURCE),
        "aws_s3_bucket_policy": ("policy", RESOURCE),
        "aws_secretsmanager_secret": ("policy", RESOURCE),
        "aws_secretsmanager_secret_policy": ("policy", RESOURCE),
        "aws_sns_topic": ("policy", RESOURCE),
        "aws_sns_topic_policy": ("policy", RESOURCE),
        "aws_sqs_queue": ("policy", RESOURCE),
        "aws_sqs_queue_policy": ("policy", RESOURCE),
        "aws_ssoadmin_permission_set_inline_policy": ("inline_policy", IDENTITY),
        "aws_vpc_endpoint": ("policy", VPC_ENDPOINT),
        "aws_vpc_endpoint_policy": ("policy", VPC_ENDPOINT),
        **DOCUMENTS,
    }
)
# AWS keeps its own policies by the same names in every partition.
_OF_AWS = "arn:aws*:iam::aws:policy/"
# Arguments by which a resource means another.
_NAMING = ("arn", "id", "name", "role_name")


class Identities:
    """Puts the IAM resources of one input together.

    Args:
        reading: what the modules share.
        views: the instances of all resources.

    Attributes:
        documents: the policies that were found.
        gaps: after ``roles``, what is not known and belongs to no role.
    """

    def __init__(self, reading: Reading, views: Iterable[View]) -> None:
        self.documents: list[Document] = []
        self.gaps: list[Gap] = []
        self._reading = reading
        self._assembly = Assembly()
        self._by_type: dict[str, list[View]] = defaultdict(list)
        for view in views:
            self._by_type[view.type].append(view)
        self._tails: dict[str, str] = {}

    def roles(self) -> tuple[Role, ...]:
        """Return the roles, users and groups with everything that belongs to them."""
        for view in self._by_type["aws_iam_policy"]:
            self._managed(view)
        for kind in _KINDS:
            for view in self._by_type[f"aws_iam_{kind}"]:
                self._identity(kind, view)
        for kind in _KINDS:
            for view in self._by_type[f"aws_iam_{kind}_policy"]:
                self._inline(view, self._one(view, kind, kind), IDENTITY)
            self._attachments(kind)
        for view in self._by_type["aws_iam_policy_attachment"]:
            for kind in _KINDS:
                for role in self._several(view, f"{kind}s", kind):
                    self._attach(role, self._one(view, "policy_arn", _POLICY), view)
        self._memberships()
        self._other_policies()
        for kind in NOT_JOINED:
            for view in self._by_type[kind]:
                self.gaps.append(not_joined(kind, view.address, view.location))
        found = self._assembly.roles()
        told = {(gap.unresolved, gap.location) for role in found for gap in role.gaps}
        self.gaps = [
            gap
            for gap in (*self.gaps, *self._assembly.gaps)
            if (gap.unresolved, gap.location) not in told
        ]
        return found

    def _read(self, view: View, name: str, policy_type: str) -> Document | Gap | None:
        """Return the policy that an argument holds; None where there is none."""
        found = view.get(name)
        if found is None:
            return None
        holder = Holder(view.address, name, view.place(name), policy_type)
        with self._reading.work.one_value():
            policy = document(found, holder, self._reading.work, self._reading.report)
        if isinstance(policy, Document):
            self.documents.append(policy)
        return policy

    def _missing(self, view: View, name: str, policy_type: str) -> Gap:
        return Gap(Unresolved(f"{view.address}.{name}", MISSING), view.location, policy_type)

    def _managed(self, view: View) -> None:
        policy = self._read(view, "policy", IDENTITY) or self._missing(view, "policy", IDENTITY)
        if isinstance(policy, Gap):
            self.gaps.append(policy)  # until it turns out to be a role's
        arn = attribute(view, "arn")
        tail = arn.data.pattern.partition(":policy/")[2] if arn.unknown else ""
        if tail and "*" not in tail and "?" not in tail:
            # An ARN may be written out by hand, while that of the resource is known later.
            self._tails[tail] = "" if tail in self._tails else view.address
        self._assembly.policy(Reference(view.address, arn=_text(arn)), policy)

    def _identity(self, kind: str, view: View) -> None:
        trust = self._trust(view) if kind == ROLE else None
        tags = {} if kind == GROUP else self._tags(view)
        gaps = [Gap(tags, view.place("tags"))] if isinstance(tags, Unresolved) else []
        if isinstance(trust, Gap):
            gaps.append(trust)
        self._assembly.role(
            Role(
                view.address,
                view.location,
                kind,
                _text(attribute(view, "name")),
                _text(attribute(view, "arn")),
                trust=trust if isinstance(trust, Document) else None,
                tags={} if isinstance(tags, Unresolved) else tags,
                gaps=tuple(gaps),
            )
        )
        role = Reference(view.address, kind=kind)
        for block in view.blocks("inline_policy"):
            if isinstance(block, Datum):
                gap = Gap(block.data, view.location, IDENTITY)
                self._assembly.inline(role, gap, view.location)
            elif block.block.arguments:  # an empty block says that there shall be none
                self._inline(block, role, IDENTITY)
        for policy in self._several(view, "managed_policy_arns", _POLICY):
            self._attach(role, policy, view)
        if view.text("permissions_boundary"):
            boundary = self._one(view, "permissions_boundary", _POLICY)
            self._assembly.attach(role, boundary, view.place("permissions_boundary"), BOUNDARY)

    def _trust(self, view: View) -> Document | Gap:
        name = "assume_role_policy"
        return self._read(view, name, TRUST) or self._missing(view, name, TRUST)

    def _inline(self, view: View, role: Reference, policy_type: str) -> None:
        policy = self._read(view, "policy", policy_type)
        self._assembly.inline(
            role, policy or self._missing(view, "policy", policy_type), view.location
        )

    def _tags(self, view: View) -> dict[str, Text] | Unresolved:
        """Return the tags, those that the provider sets by default among them."""
        found: dict[str, Text] = {}
        for one in (default_tags(view), view.get("tags")):
            if one is None:
                continue
            if one.unknown:
                unresolved: Unresolved = one.data
                return unresolved
            for key, tag in one.data.items() if isinstance(one.data, dict) else ():
                if tag.data is not None:
                    found[key] = _text(tag)
        return found

    def _attachments(self, kind: str) -> None:
        for view in self._by_type[f"aws_iam_{kind}_policy_attachment"]:
            self._attach(self._one(view, kind, kind), self._one(view, "policy_arn", _POLICY), view)
        for view in self._by_type[f"aws_iam_{kind}_policy_attachments_exclusive"]:
            role = self._one(view, f"{kind}_name", kind)
            for policy in self._several(view, "policy_arns", _POLICY):
                self._attach(role, policy, view)

    def _attach(self, role: Reference, policy: Reference, view: View) -> None:
        self._assembly.attach(role, policy, view.location)

    def _memberships(self) -> None:
        for view in self._by_type["aws_iam_group_membership"]:
            group = self._one(view, "group", GROUP)
            for user in self._several(view, "users", USER):
                self._member(user, group, view.location)
        for view in self._by_type["aws_iam_user_group_membership"]:
            user = self._one(view, "user", USER)
            for group in self._several(view, "groups", GROUP):
                self._member(user, group, view.location)

    def _member(self, user: Reference, group: Reference, location: Location) -> None:
        if isinstance(user.name, Unresolved) and not user.address:
            self.gaps.append(Gap(user.name, location, IDENTITY))
        else:
            self._assembly.member(user, group, location)

    def _other_policies(self) -> None:
        for kind, (name, policy_type) in _OTHERS.items():
            for view in self._by_type[kind]:
                self._other(view, name, policy_type)
        for view in self._by_type[_ORGANIZATION]:
            wanted = view.text("type") or "SERVICE_CONTROL_POLICY"
            if isinstance(wanted, Unresolved) or wanted in _ORGANIZATION_TYPES:
                self._other(view, "content", _ORGANIZATION_TYPES.get(str(wanted), ""))

    def _other(self, view: View, name: str, policy_type: str) -> None:
        found = self._read(view, name, policy_type)
        if isinstance(found, Gap):
            self.gaps.append(found)

    def _one(self, view: View, name: str, kind: str) -> Reference:
        """Return what an argument means that is one name or ARN."""
        found = view.get(name)
        if found is None:
            return _reference(Unresolved(f"{view.address}.{name}", MISSING), "", kind)
        return self._meant(found, kind)

    def _several(self, view: View, name: str, kind: str) -> Iterator[Reference]:
        """Yield what an argument means that is a list; what is not known leads nowhere."""
        found = view.get(name)
        if found is not None:
            many = found.data if isinstance(found.data, list) else [found]
            for item in many:
                yield self._meant(item, kind)

    def _meant(self, datum: Datum, kind: str) -> Reference:
        address, name = datum.note.origin or ("", "")
        known = address if name in _NAMING else ""
        found = _text(datum)
        if kind == _POLICY and not known:
            pattern = found if isinstance(found, str) else found.pattern
            known = self._tails.get(pattern.partition(":policy/")[2], "")
            if pattern.startswith(_OF_AWS) and "*" not in pattern.removeprefix(_OF_AWS):
                found = pattern.replace("*", "", 1)
        return _reference(found, known, kind)


def _reference(found: Text, address: str, kind: str) -> Reference:
    if kind == _POLICY:
        return Reference(address, arn=found)
    return Reference(address, found, kind=kind)


def _text(datum: Datum) -> Text:
    if datum.unknown:
        unresolved: Unresolved = datum.data
        return unresolved
    try:
        return text(datum)
    except EvaluationError as error:
        return Unresolved(f"a text ({error})", MISSING)
