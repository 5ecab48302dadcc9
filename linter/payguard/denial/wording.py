"""How AWS words a denial: ``payguard.denial.message`` reads what this writes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from payguard.authorization.decision import DENY, EXPLICITLY_DENIED, Decision
from payguard.authorization.request import Request
from payguard.iam.document import (
    BOUNDARY,
    IDENTITY,
    RCP,
    RESOURCE,
    SCP,
    SESSION,
    TRUST,
    VPC_ENDPOINT,
)

# What AWS calls each kind of policy, with the article that stands before it.
POLICY_NAMES = {
    IDENTITY: ("an", "identity-based policy"),
    BOUNDARY: ("a", "permissions boundary"),
    SESSION: ("a", "session policy"),
    SCP: ("a", "service control policy"),
    RCP: ("a", "resource control policy"),
    RESOURCE: ("a", "resource-based policy"),
    VPC_ENDPOINT: ("a", "VPC endpoint policy"),
    TRUST: ("the", "role trust policy"),
}
CODE = "AccessDeniedException"
ANONYMOUS = "anonymous"


def wording(decision: Decision, request: Request, policy: str = "") -> str:
    """Return the message with which AWS denies a request.

    Args:
        decision: a denial.
        request: what was denied.
        policy: the ARN of the policy that denies it; empty for none. AWS tells it for some
            services, in one account or organization, and only of an explicit deny.
            https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns

    Raises:
        ValueError: the decision is no denial.
    """
    if decision.decision != DENY:
        raise ValueError(f"the decision is {decision.decision!r}, which AWS does not word")
    article, name = POLICY_NAMES[decision.layer]
    if decision.detail == EXPLICITLY_DENIED:
        reason = f"with an explicit deny in {article} {name}" + (f": {policy}" if policy else "")
    else:
        reason = f"because no {name} allows the {request.action} action"
    who = ANONYMOUS if request.principal is None else request.principal
    asked = f"User: {who} is not authorized to perform: {request.action}"
    # S3 puts every resource into quotes, as the name of an object may have blanks.
    on = f'"{request.resource}"' if " " in request.resource else request.resource
    return f"{asked} on resource: {on} {reason}"


def spoken(message: str, operation: str, code: str = CODE) -> str:
    """Return a message as botocore and the AWS CLI tell it."""
    return f"An error occurred ({code}) when calling the {operation} operation: {message}"
