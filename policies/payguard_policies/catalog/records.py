"""What the catalog answers with: immutable values, one class per kind of fact.

Named tuples: fifteen frozen dataclasses would cost every start of the linter five milliseconds.
"""

from collections.abc import Mapping

from payguard_policies.named_tuple import NamedTuple


class ResourceUse(NamedTuple):
    """A resource type that an action acts on, with the condition keys of that pairing."""

    type: str
    required: bool
    condition_keys: tuple[str, ...]


class Action(NamedTuple):
    """An IAM action as the service authorization reference describes it.

    Attributes:
        name: Canonical spelling, without the service prefix.
        level: Access level: "List", "Read", "Write", "Tagging" or "Permissions management".
        resources: Resource types it acts on; empty where AWS documents `*` only.
        condition_keys: Keys that the action itself supports, canonical spelling.
        dependent_actions: Actions that AWS says are needed beside it.
        origin: "service-reference", or "exception" for a hand-kept one.
        note: Why it is kept by hand; empty otherwise.
    """

    name: str
    level: str
    resources: tuple[ResourceUse, ...]
    condition_keys: tuple[str, ...]
    dependent_actions: tuple[str, ...]
    origin: str
    note: str


class ResourceType(NamedTuple):
    """A resource type; `arn` is AWS's template, such as `arn:${Partition}:kms:...`."""

    name: str
    arn: str
    condition_keys: tuple[str, ...]


class ConditionKey(NamedTuple):
    """A condition key and its type: String, ARN, Bool, Date, Numeric, IPAddress or ArrayOf one.

    A key with a variable part keeps AWS's template: `s3:ExistingObjectTag/${TagKey}`.
    """

    key: str
    type: str


class ServiceDetail(NamedTuple):
    """Everything known of one service; `actions` and `condition_keys` have lower-case keys."""

    service: str
    actions: Mapping[str, Action]
    resource_types: Mapping[str, ResourceType]
    condition_keys: Mapping[str, ConditionKey]


class InventedAction(NamedTuple):
    """An action that public policies carry although AWS has none of that name.

    Attributes:
        name: As it is usually written, with the service prefix.
        why: One sentence on what is wrong with it.
        instead: The action meant, with the service prefix; empty where nothing replaces it.
    """

    name: str
    why: str
    instead: str


class UnlistedService(NamedTuple):
    """A service prefix that AWS writes in its managed policies but documents nowhere (any more)."""

    prefix: str
    product: str
    seen_in: str


class GlobalKey(NamedTuple):
    """An AWS global condition key.

    Attributes:
        key: Canonical spelling; a key that takes a tag key ends with its slash.
        type: String, ARN, Bool, Date, Numeric or IPAddress.
        other_types: Further types that AWS accepts for it; `aws:EpochTime` is Date and Numeric.
        multivalued: A request may carry several values, so ForAllValues/ForAnyValue apply.
        takes_tag_key: Followed by a tag key, as `aws:ResourceTag/` is.
        sensitive: AWS knows no good reason to compare it with wildcards.
        untrustworthy: The caller chooses the value (`aws:Referer`, `aws:UserAgent`).
        deprecated: AWS advises against it.
        instead: The key that replaces it; empty if none does.
        service_principal_only: Present only when an AWS service principal calls.
        never_for_service_principal: Absent when an AWS service principal calls.
        services: Where not empty, the only services that pass the key.
        documented: False for a key that only AWS's own policies use.
        availability: In few words, the requests that carry the key.
    """

    key: str
    type: str
    other_types: tuple[str, ...]
    multivalued: bool
    takes_tag_key: bool
    sensitive: bool
    untrustworthy: bool
    deprecated: bool
    instead: str
    service_principal_only: bool
    never_for_service_principal: bool
    services: tuple[str, ...]
    documented: bool
    availability: str


class StringShape(NamedTuple):
    """What a string may look like: pattern for a full match, lengths, permitted values.

    `pattern` is as its source writes it; the few with Unicode classes do not compile with `re`.
    """

    name: str
    pattern: str | None
    min: int | None
    max: int | None
    enum: tuple[str, ...]
    source: str


class IntegerShape(NamedTuple):
    """The bounds of an integer; None where the model sets none."""

    name: str
    min: int | None
    max: int | None
    source: str


class Member(NamedTuple):
    """A member of an operation's input.

    Attributes:
        name: Member name in the SDK.
        shape: Shape name in the plane's model.
        type: Kind of that shape: string, integer, structure, ...
        location: "body", "header", "uri" or "querystring".
        wire_name: Name on the wire: header, query parameter or JSON member.
        required: The model asks for it.
    """

    name: str
    shape: str
    type: str
    location: str
    wire_name: str
    required: bool


class Paginator(NamedTuple):
    """How a list operation goes on to its next page."""

    input_token: str
    output_token: str
    limit_key: str
    result_key: str


class Operation(NamedTuple):
    """A payments API operation; `errors` maps each error name to its HTTP status."""

    name: str
    plane: str
    method: str
    uri: str
    status: int
    readonly: bool
    inputs: Mapping[str, Member]
    errors: Mapping[str, int]
    paginator: Paginator | None


class Partition(NamedTuple):
    """An AWS partition; `region_pattern` also matches regions newer than the list."""

    name: str
    regions: tuple[str, ...]
    region_pattern: str
    dns_suffix: str
