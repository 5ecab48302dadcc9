"""The Pulumi side of payguard: roles for AgentCore payments."""

from payguard_pulumi.payment_access_roles import PaymentAccessRoles, PaymentAccessRolesArgs

__all__ = ["PaymentAccessRoles", "PaymentAccessRolesArgs"]
