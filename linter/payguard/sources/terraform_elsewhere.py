"""Resources of Terraform that give access, or make what does, and are not joined into roles.

The policies of the provider awscc are read all the same; what a stack of CloudFormation makes stands
in its template. https://registry.terraform.io/providers/hashicorp/awscc/latest/docs
"""

from types import MappingProxyType

from payguard.finding import Location
from payguard.iam.document import IDENTITY, TRUST
from payguard.iam.unresolved import MISSING, UNEVALUATED, Unresolved
from payguard.infrastructure import Gap

_STACKS = (
    "aws_cloudformation_stack",
    "aws_cloudformation_stack_set",
    "aws_serverlessapplicationrepository_cloudformation_stack",
    "awscc_cloudformation_stack",
    "awscc_cloudformation_stack_set",
)
# The policies of awscc: type to argument and policy type.
DOCUMENTS = MappingProxyType(
    {
        "awscc_iam_group_policy": ("policy_document", IDENTITY),
        "awscc_iam_managed_policy": ("policy_document", IDENTITY),
        "awscc_iam_role": ("assume_role_policy_document", TRUST),
        "awscc_iam_role_policy": ("policy_document", IDENTITY),
        "awscc_iam_user_policy": ("policy_document", IDENTITY),
    }
)
NOT_JOINED = (*_STACKS, "awscc_iam_group", "awscc_iam_user", *DOCUMENTS)


def not_joined(type_: str, address: str, location: Location) -> Gap:
    """Return what says that nobody was asked what a resource gives to whom."""
    if type_ in _STACKS:
        return Gap(Unresolved(f"the resources of {address}", MISSING), location)
    return Gap(Unresolved(f"what {address} gives to whom", UNEVALUATED), location, IDENTITY)
