"""Resources of Terraform that give access, or make what does, and are not joined into roles.

The policies of the provider awscc are read all the same; what a stack of CloudFormation makes stands
in its template. https://registry.terraform.io/providers/hashicorp/awscc/latest/docs
"""

from payguard.finding import Location
from payguard.iam.document import IDENTITY
from payguard.iam.unresolved import MISSING, UNEVALUATED, Unresolved
from payguard.infrastructure import Gap

_STACKS = (
    "aws_cloudformation_stack",
    "aws_cloudformation_stack_set",
    "aws_serverlessapplicationrepository_cloudformation_stack",
    "awscc_cloudformation_stack",
    "awscc_cloudformation_stack_set",
)
NOT_JOINED = (
    *_STACKS,
    "awscc_iam_group",
    "awscc_iam_group_policy",
    "awscc_iam_managed_policy",
    "awscc_iam_role",
    "awscc_iam_role_policy",
    "awscc_iam_user",
    "awscc_iam_user_policy",
)


def not_joined(type_: str, address: str, location: Location) -> Gap:
    """Return what says that nobody was asked what a resource gives to whom."""
    if type_ in _STACKS:
        return Gap(Unresolved(f"the resources of {address}", MISSING), location)
    return Gap(Unresolved(f"what {address} gives to whom", UNEVALUATED), location, IDENTITY)
