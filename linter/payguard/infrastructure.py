"""The shape that every reader fills and every rule reads: documents, roles and where they stand."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from payguard.finding import InputError, Location, Span
from payguard.iam.unresolved import Unresolved
from payguard_policies.named_tuple import NamedTuple

# Begins a comment that speaks to payguard, in any format that has comments.
COMMENT_MARK = "# payguard:"

# A text that is known, or what stands for it where it is not.
Text = str | Unresolved

# Kinds of Role, and of PaymentResource
ROLE, USER, GROUP = "role", "user", "group"
PAYMENT_MANAGER = "payment-manager"
PAYMENT_CONNECTOR = "payment-connector"
CREDENTIAL_PROVIDER = "credential-provider"


class SourceMap(Protocol):
    """Knows where the values of one document stand in its file; asked only when it matters."""

    def spans(self, wanted: Collection[tuple[str, bool]]) -> Mapping[tuple[str, bool], Span]:
        """Return the span of each wanted (JSON Pointer, whether its key is meant).

        A pointer that leads nowhere, such as one to a missing element, gets the span of the
        nearest value around it.
        """

    def line(self, number: int) -> str:
        """Return a line of the file, from 1, without its end."""

    def comments(self) -> list[tuple[int, str]]:
        """Return (line, text) of the comments that speak to payguard."""


class Document(NamedTuple):
    """One policy document found in a file.

    Attributes:
        path: the file, as the user named it.
        value: the decoded document; where a value is not known, an Unresolved stands in its place.
        policy_type: what the reader knows of its type; empty where only its shape can tell.
        source: where its values stand.
        address: the resource that it belongs to, such as a Terraform address; empty for a file
            that is nothing but a policy.
        text: as in ``payguard.iam.document.Policy``.
        unresolved: every Unresolved in ``value``, with its JSON Pointer.
    """

    path: str
    value: Mapping[str, Any]
    policy_type: str
    source: SourceMap
    address: str = ""
    text: str = ""
    unresolved: tuple[tuple[str, Unresolved], ...] = ()


class Gap(NamedTuple):
    """Something that the input does not tell: what hangs on it stays undecided.

    Attributes:
        unresolved: what is not known, and why.
        location: where it stands.
        part: the part of the role that is missing: an identity policy, a boundary, a trust policy
            (``payguard.iam.document.POLICY_TYPES``); empty where it is something else.
    """

    unresolved: Unresolved
    location: Location
    part: str = ""


class Role(NamedTuple):
    """A role, or a user or group, with everything in the input that speaks about it.

    Attributes:
        address: what the input calls it: a Terraform address, a logical id, a URN, a name.
        location: where it is declared.
        kind: ROLE, USER or GROUP.
        name: its name in IAM.
        arn: its ARN; an Unresolved where the account is not known.
        identity: its inline and attached policies, those of a user's groups among them.
        boundary: its permissions boundary, if its document is in the input.
        trust: its trust policy.
        managed: the ARNs of attached policies whose documents are not in the input, as AWS's own
            (``arn:aws:iam::aws:policy/...``).
        boundary_arn: the ARN of the boundary, where its document is not in the input; else empty.
        tags: its tags.
        gaps: what about it is not known: an attachment whose policy is only known after apply, a
            secret document and the like.
    """

    address: str
    location: Location
    kind: str = ROLE
    name: Text = ""
    arn: Text = ""
    identity: tuple[Document, ...] = ()
    boundary: Document | None = None
    trust: Document | None = None
    managed: tuple[str, ...] = ()
    boundary_arn: str = ""
    tags: Mapping[str, Text] = MappingProxyType({})
    gaps: tuple[Gap, ...] = ()


class PaymentResource(NamedTuple):
    """A payment manager, connector or credential provider that the input declares.

    Attributes:
        kind: PAYMENT_MANAGER, PAYMENT_CONNECTOR or CREDENTIAL_PROVIDER.
        address: as in Role.
        location: where it is declared.
        name: its name.
        arn: its ARN; an Unresolved with what is known of it as pattern before the deploy.
        role_arn: of a manager, the service role; empty otherwise.
    """

    kind: str
    address: str
    location: Location
    name: Text = ""
    arn: Text = ""
    role_arn: Text = ""


class Value(NamedTuple):
    """An ARN or ID of payments that stands by itself: a variable, an output, a line of code.

    Attributes:
        text: the value.
        location: where it stands.
        source: the line it stands on, for display.
    """

    text: str
    location: Location
    source: str = ""


class Infrastructure(NamedTuple):
    """Everything that a reader found in one input.

    Attributes:
        documents: every policy document, whether attached to something or not; those of roles are
            the same objects as in ``roles``.
        roles: roles, users and groups.
        resources: payment managers, connectors and credential providers.
        values: plain ARNs and IDs of payments.
        gaps: what is not known and belongs to no role.
        errors: parts of the input that could not be read; the rest is there all the same.
    """

    documents: tuple[Document, ...] = ()
    roles: tuple[Role, ...] = ()
    resources: tuple[PaymentResource, ...] = ()
    values: tuple[Value, ...] = ()
    gaps: tuple[Gap, ...] = ()
    errors: tuple[InputError, ...] = ()
