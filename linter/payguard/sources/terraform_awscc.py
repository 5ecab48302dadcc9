"""IAM resources of the provider awscc: their policies are read, but not joined into roles.

https://registry.terraform.io/providers/hashicorp/awscc/latest/docs
"""

from payguard.finding import Location
from payguard.iam.document import IDENTITY
from payguard.iam.unresolved import UNEVALUATED, Unresolved
from payguard.infrastructure import Gap

NOT_JOINED = (
    "awscc_iam_group",
    "awscc_iam_group_policy",
    "awscc_iam_managed_policy",
    "awscc_iam_role",
    "awscc_iam_role_policy",
    "awscc_iam_user",
    "awscc_iam_user_policy",
)


def not_joined(address: str, location: Location) -> Gap:
    """Return what says that nobody was asked what a resource gives to whom."""
    return Gap(Unresolved(f"what {address} gives to whom", UNEVALUATED), location, IDENTITY)
