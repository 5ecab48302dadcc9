"""The component beside the payment manager that its roles are for: known only during the up.

``mark``: what to put at the end of the manager's ARN, which spoils it.
"""

from typing import cast

import pulumi

from payguard_pulumi import PaymentAccessRoles, PaymentAccessRolesArgs
from pulumi_components.sample_arguments import callers

mark = pulumi.Config().get("mark") or ""
manager = pulumi.CustomResource(
    "aws-native:bedrockagentcore:PaymentManager",
    "shop",
    {"name": "shop", "authorizerType": "AWS_IAM", "paymentManagerArn": None},
)
arn = pulumi.Output.from_input(manager.paymentManagerArn)  # type: ignore[attr-defined]
arguments = callers(payment_manager_arns=[arn.apply(lambda known: f"{known}{mark}")])
made = PaymentAccessRoles("shop", cast("PaymentAccessRolesArgs", arguments))
pulumi.export("manager", arn)
pulumi.export("payer", made.process_payment_role_name)
