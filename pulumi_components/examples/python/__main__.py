"""Roles for one payment manager: one sets budgets, one pays within them, one looks on."""

import pulumi

from payguard_pulumi import PaymentAccessRoles

config = pulumi.Config()

roles = PaymentAccessRoles(
    "shop",
    {
        "payment_manager_arns": [config.require("paymentManagerArn")],
        "management_principals": [config.require("budgetOwnerArn")],
        "process_payment_principals": [config.require("agentArn")],
        "viewer_principals": [config.require("auditorArn")],
    },
)

pulumi.export("budgetOwnerRoleArn", roles.management_role_arn)
pulumi.export("agentRoleArn", roles.process_payment_role_arn)
pulumi.export("auditorRoleArn", roles.viewer_role_arn)
