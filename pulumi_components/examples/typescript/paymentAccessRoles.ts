// The component's class, made from schema.json. `pulumi package add` generates one like it.
import * as pulumi from "@pulumi/pulumi";

export interface PaymentAccessRolesArgs {
    /** The payment managers that the roles are confined to, of one account and partition. */
    paymentManagerArns?: pulumi.Input<pulumi.Input<string>[]>;
    /** A payment manager that does not exist yet. With `accountId` and `region`, unless `paymentManagerArns` tells them. */
    paymentManagerName?: pulumi.Input<string>;
    /** The account in which `paymentManagerName` will be. */
    accountId?: pulumi.Input<string>;
    /** The region in which `paymentManagerName` will be. */
    region?: pulumi.Input<string>;
    /** ARNs of who may assume the control-plane role: it sets up managers, connectors and credential providers. */
    controlPlanePrincipals?: pulumi.Input<pulumi.Input<string>[]>;
    /** ARNs of who may assume the management role: it creates instruments and sessions, the budgets, and may never pay. */
    managementPrincipals?: pulumi.Input<pulumi.Input<string>[]>;
    /** ARNs of who may assume the process-payment role: it pays within the budgets of others. */
    processPaymentPrincipals?: pulumi.Input<pulumi.Input<string>[]>;
    /** ARNs of who may assume the viewer role: it lists and reads instruments and sessions, as a smoke test does. */
    viewerPrincipals?: pulumi.Input<pulumi.Input<string>[]>;
    /** Whether to make the role that payment managers work with (AWS: ResourceRetrievalRole). */
    createServiceRole?: boolean;
    /** The service role that the control-plane role passes to payment managers, where it exists already. */
    serviceRoleArn?: pulumi.Input<string>;
    /** The payment credential providers from which the service role gets payment tokens. */
    credentialProviderArns?: pulumi.Input<pulumi.Input<string>[]>;
    /** The wallet secrets that the service role reads; `-??????` stands for a suffix that is not known yet. */
    secretArns?: pulumi.Input<pulumi.Input<string>[]>;
    /** The customer managed key of the payment managers. */
    kmsKeyArn?: pulumi.Input<string>;
    /** The ARN of the permissions boundary of every role. */
    permissionsBoundary?: pulumi.Input<string>;
    /** What the boundary says, in JSON: with it the roles are checked under the boundary. AWS's own managed policies are known without it. */
    permissionsBoundaryDocument?: pulumi.Input<string>;
    /** The path of the roles, `/` by default. */
    path?: pulumi.Input<string>;
    /** What the names of the roles start with: `shop-` makes `shop-management`. Left out, Pulumi names them. */
    namePrefix?: pulumi.Input<string>;
    /** How long a session of a role may last, in seconds, 3,600 to 43,200. The service role is left at 3,600. */
    maxSessionDuration?: pulumi.Input<number>;
    /** What principals must send as external ID. */
    externalId?: pulumi.Input<string>;
    /** Tags of the roles. */
    tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
    /** Whether the control-plane role may subscribe in AWS Marketplace, as Coinbase asks for. */
    coinbaseMarketplace?: boolean;
    /** What happens where somebody could both open a budget and spend from it: `error` (the default) refuses, `advisory` warns. */
    separation?: string;
}

export class PaymentAccessRoles extends pulumi.ComponentResource {
    /** The ARN of the control-plane role, if it was made. */
    declare public readonly controlPlaneRoleArn: pulumi.Output<string | undefined>;
    /** The name of the control-plane role, if it was made. */
    declare public readonly controlPlaneRoleName: pulumi.Output<string | undefined>;
    /** The ARN of the management role, if it was made. */
    declare public readonly managementRoleArn: pulumi.Output<string | undefined>;
    /** The name of the management role, if it was made. */
    declare public readonly managementRoleName: pulumi.Output<string | undefined>;
    /** The ARN of the process-payment role, if it was made. */
    declare public readonly processPaymentRoleArn: pulumi.Output<string | undefined>;
    /** The name of the process-payment role, if it was made. */
    declare public readonly processPaymentRoleName: pulumi.Output<string | undefined>;
    /** The ARN of the viewer role, if it was made. */
    declare public readonly viewerRoleArn: pulumi.Output<string | undefined>;
    /** The name of the viewer role, if it was made. */
    declare public readonly viewerRoleName: pulumi.Output<string | undefined>;
    /** The ARN of the service role: the one that was made, or the one that was given. */
    declare public readonly serviceRoleArn: pulumi.Output<string | undefined>;
    /** The name of the service role, if it was made. */
    declare public readonly serviceRoleName: pulumi.Output<string | undefined>;
    /** The permissions policy of each role in JSON, by persona: `management`, `process-payment`. */
    declare public readonly permissionsPolicies: pulumi.Output<{ [key: string]: string }>;
    /** The trust policy of each role in JSON, by persona. */
    declare public readonly trustPolicies: pulumi.Output<{ [key: string]: string }>;

    constructor(name: string, args: PaymentAccessRolesArgs, opts?: pulumi.ComponentResourceOptions) {
        const outputs = {
            controlPlaneRoleArn: undefined,
            controlPlaneRoleName: undefined,
            managementRoleArn: undefined,
            managementRoleName: undefined,
            processPaymentRoleArn: undefined,
            processPaymentRoleName: undefined,
            viewerRoleArn: undefined,
            viewerRoleName: undefined,
            serviceRoleArn: undefined,
            serviceRoleName: undefined,
            permissionsPolicies: undefined,
            trustPolicies: undefined,
        };
        super("payguard:index:PaymentAccessRoles", name, { ...outputs, ...args }, opts, true);
    }
}
