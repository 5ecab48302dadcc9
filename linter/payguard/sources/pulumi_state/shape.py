"""Which properties of which resource types say who may do what.

pulumi-aws: https://www.pulumi.com/registry/packages/aws/api-docs/iam/ ; aws-native has the
properties of CloudFormation's types with a small first letter:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
"""

from payguard.iam.document import IDENTITY, RCP, RESOURCE, SCP, VPC_ENDPOINT
from payguard.infrastructure import (
    CREDENTIAL_PROVIDER,
    GROUP,
    PAYMENT_CONNECTOR,
    PAYMENT_MANAGER,
    ROLE,
    USER,
)
from payguard_policies.named_tuple import NamedTuple

# A property that names roles, users or groups, one or a list of them, and which of the three.
Members = tuple[tuple[str, str], ...]

# What a managed policy is among the kinds of things that are referred to.
POLICY = "policy"


class Principal(NamedTuple):
    """A role, user or group: its kind, and the names of its properties."""

    kind: str
    name: str
    trust: str = ""
    inline: str = ""
    document: str = ""
    managed: str = ""
    boundary: str = ""
    groups: str = ""


class Managed(NamedTuple):
    """A managed policy: the properties with its document, its name, its ARN and whom it is for."""

    document: str
    name: str
    arn: str
    members: Members = ()


class Inline(NamedTuple):
    """An inline policy: the properties with its document and with whose it is."""

    document: str
    members: Members


class Attachment(NamedTuple):
    """The attachment of managed policies: the properties with their ARNs and whom they are for."""

    policy: str
    members: Members


class Membership(NamedTuple):
    """Who is in which group: the properties with users and with groups."""

    users: str
    groups: str


PRINCIPALS = {
    "aws:iam/role:Role": Principal(
        ROLE,
        "name",
        trust="assumeRolePolicy",
        inline="inlinePolicies",
        document="policy",
        managed="managedPolicyArns",
        boundary="permissionsBoundary",
    ),
    "aws:iam/user:User": Principal(USER, "name", boundary="permissionsBoundary"),
    "aws:iam/group:Group": Principal(GROUP, "name"),
    "aws-native:iam:Role": Principal(
        ROLE,
        "roleName",
        trust="assumeRolePolicyDocument",
        inline="policies",
        document="policyDocument",
        managed="managedPolicyArns",
        boundary="permissionsBoundary",
    ),
    "aws-native:iam:User": Principal(
        USER,
        "userName",
        inline="policies",
        document="policyDocument",
        managed="managedPolicyArns",
        boundary="permissionsBoundary",
        groups="groups",
    ),
    "aws-native:iam:Group": Principal(
        GROUP,
        "groupName",
        inline="policies",
        document="policyDocument",
        managed="managedPolicyArns",
    ),
}

_EVERYBODY: Members = (("roles", ROLE), ("users", USER), ("groups", GROUP))

MANAGED = {
    "aws:iam/policy:Policy": Managed("policy", "name", "arn"),
    "aws-native:iam:ManagedPolicy": Managed(
        "policyDocument", "managedPolicyName", "policyArn", _EVERYBODY
    ),
}

INLINE = {
    "aws:iam/rolePolicy:RolePolicy": Inline("policy", (("role", ROLE),)),
    "aws:iam/userPolicy:UserPolicy": Inline("policy", (("user", USER),)),
    "aws:iam/groupPolicy:GroupPolicy": Inline("policy", (("group", GROUP),)),
    "aws-native:iam:RolePolicy": Inline("policyDocument", (("roleName", ROLE),)),
    "aws-native:iam:UserPolicy": Inline("policyDocument", (("userName", USER),)),
    "aws-native:iam:GroupPolicy": Inline("policyDocument", (("groupName", GROUP),)),
    "aws-native:iam:Policy": Inline("policyDocument", _EVERYBODY),
}

ATTACHMENTS = {
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Attachment("policyArn", (("role", ROLE),)),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": Attachment("policyArn", (("user", USER),)),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": Attachment(
        "policyArn", (("group", GROUP),)
    ),
    "aws:iam/policyAttachment:PolicyAttachment": Attachment("policyArn", _EVERYBODY),
    # These attach what is in their list, and detach everything else.
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": Attachment(
        "policyArns", (("roleName", ROLE),)
    ),
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": Attachment(
        "policyArns", (("userName", USER),)
    ),
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": Attachment(
        "policyArns", (("groupName", GROUP),)
    ),
}

MEMBERSHIPS = {
    "aws:iam/groupMembership:GroupMembership": Membership("users", "group"),
    "aws:iam/userGroupMembership:UserGroupMembership": Membership("user", "groups"),
    "aws-native:iam:UserToGroupAddition": Membership("users", "groupName"),
}

# Documents of other resources: the property, and the type of the policy.
DOCUMENTS = {
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": ("policyDocument", RESOURCE),
    "aws:dynamodb/resourcePolicy:ResourcePolicy": ("policy", RESOURCE),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("policy", VPC_ENDPOINT),
    "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy": ("policy", VPC_ENDPOINT),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": ("policy", RESOURCE),
    "aws:kms/externalKey:ExternalKey": ("policy", RESOURCE),
    "aws:kms/key:Key": ("policy", RESOURCE),
    "aws:kms/keyPolicy:KeyPolicy": ("policy", RESOURCE),
    "aws:kms/replicaKey:ReplicaKey": ("policy", RESOURCE),
    "aws:s3/bucket:Bucket": ("policy", RESOURCE),
    "aws:s3/bucketPolicy:BucketPolicy": ("policy", RESOURCE),
    "aws:secretsmanager/secret:Secret": ("policy", RESOURCE),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ("policy", RESOURCE),
    "aws:sns/topic:Topic": ("policy", RESOURCE),
    "aws:sns/topicPolicy:TopicPolicy": ("policy", RESOURCE),
    "aws:sqs/queue:Queue": ("policy", RESOURCE),
    "aws:sqs/queuePolicy:QueuePolicy": ("policy", RESOURCE),
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": (
        "inlinePolicy",
        IDENTITY,
    ),
    "aws-native:ec2:VpcEndpoint": ("policyDocument", VPC_ENDPOINT),
    "aws-native:kms:Key": ("keyPolicy", RESOURCE),
    "aws-native:kms:ReplicaKey": ("keyPolicy", RESOURCE),
    "aws-native:s3:BucketPolicy": ("policyDocument", RESOURCE),
    "aws-native:secretsmanager:ResourcePolicy": ("resourcePolicy", RESOURCE),
    "aws-native:sns:TopicInlinePolicy": ("policyDocument", RESOURCE),
    "aws-native:sqs:QueueInlinePolicy": ("policyDocument", RESOURCE),
    "aws-native:sso:PermissionSet": ("inlinePolicy", IDENTITY),
}

# Policies of AWS Organizations: a "type" tells which; the first where there is none.
ORGANIZATION = frozenset({"aws:organizations/policy:Policy", "aws-native:organizations:Policy"})
ORGANIZATION_TYPES = {"": SCP, "SERVICE_CONTROL_POLICY": SCP, "RESOURCE_CONTROL_POLICY": RCP}


class Payment(NamedTuple):
    """A payments resource: its kind, the properties with its name and its ARN."""

    kind: str
    name: str
    arn: str


PAYMENTS = {
    "aws-native:bedrockagentcore:PaymentManager": Payment(
        PAYMENT_MANAGER, "name", "paymentManagerArn"
    ),
    "aws-native:bedrockagentcore:PaymentConnector": Payment(
        PAYMENT_CONNECTOR, "connectorName", "paymentConnectorArn"
    ),
    "aws-native:bedrockagentcore:PaymentCredentialProvider": Payment(
        CREDENTIAL_PROVIDER, "name", "credentialProviderArn"
    ),
}


def kind_of(type_token: str) -> str:
    """Return the kind of what a type declares, if it can be referred to; else an empty text."""
    if type_token in PRINCIPALS:
        return PRINCIPALS[type_token].kind
    return POLICY if type_token in MANAGED else ""


def _principal_properties(own: Principal) -> tuple[str, ...]:
    names = (own.trust, own.inline, own.managed, own.boundary, own.groups, "tags", "tagsAll")
    return tuple(filter(None, names))


def _with_members(name: str, members: Members) -> tuple[str, ...]:
    return (name, *(member for member, _ in members))


_PROPERTIES: dict[str, tuple[str, ...]] = {
    **{token: _principal_properties(own) for token, own in PRINCIPALS.items()},
    **{token: _with_members(own.document, own.members) for token, own in MANAGED.items()},
    **{token: _with_members(own.document, own.members) for token, own in INLINE.items()},
    **{token: _with_members(own.policy, own.members) for token, own in ATTACHMENTS.items()},
    **{token: tuple(own) for token, own in MEMBERSHIPS.items()},
    **{token: (name,) for token, (name, _) in DOCUMENTS.items()},
    **dict.fromkeys(ORGANIZATION, ("content",)),
}


# What they make stands in their templates.
STACKS = frozenset(
    {
        "aws:cloudformation/stack:Stack",
        "aws:cloudformation/stackSet:StackSet",
        "aws-native:cloudformation:Stack",
        "aws-native:cloudformation:StackSet",
    }
)


def properties(type_token: str) -> tuple[str, ...]:
    """Return the names of the properties of a type that this package reads; mostly none."""
    return _PROPERTIES.get(type_token, ())


def is_list(name: str) -> bool:
    """Tell whether a property that names somebody or something is a list: its name is a plural."""
    return name.endswith("s")
