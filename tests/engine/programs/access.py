"""The component, with the arguments that the configuration has as JSON."""

import pulumi

from payguard_pulumi import PaymentAccessRoles

made = PaymentAccessRoles("shop", pulumi.Config().require_object("arguments"))
for output in PaymentAccessRoles.__annotations__:
    pulumi.export(output, getattr(made, output))
