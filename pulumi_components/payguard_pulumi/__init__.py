"""The Pulumi side of payguard: roles for AgentCore payments, and a policy pack.

Each is loaded when it is asked for: the policy pack does without pulumi-aws.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from payguard_pulumi.payment_access_roles import PaymentAccessRoles, PaymentAccessRolesArgs

__all__ = ["PaymentAccessRoles", "PaymentAccessRolesArgs"]


def __getattr__(name: str) -> Any:
    """Load the component, as PEP 562 has it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from payguard_pulumi import payment_access_roles  # noqa: PLC0415  see above

    return getattr(payment_access_roles, name)
