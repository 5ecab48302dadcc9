// Roles for one payment manager: one sets budgets, one pays within them, one looks on.
import * as pulumi from "@pulumi/pulumi";
import { PaymentAccessRoles } from "./paymentAccessRoles";

const config = new pulumi.Config("payment-roles");

const roles = new PaymentAccessRoles("shop", {
    paymentManagerArns: [config.require("paymentManagerArn")],
    managementPrincipals: [config.require("budgetOwnerArn")],
    processPaymentPrincipals: [config.require("agentArn")],
    viewerPrincipals: [config.require("auditorArn")],
});

export const budgetOwnerRoleArn = roles.managementRoleArn;
export const agentRoleArn = roles.processPaymentRoleArn;
export const auditorRoleArn = roles.viewerRoleArn;
