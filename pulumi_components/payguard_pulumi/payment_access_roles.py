"""The component: one resource for all roles of a team's payment managers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

import pulumi

from payguard_pulumi.argument import PLAIN, PRINCIPALS, SERVICE_PERSONA, is_known, wire_name
from payguard_pulumi.role_resources import RoleResources

if TYPE_CHECKING:
    from payguard_pulumi.plan import Plan

TOKEN = "payguard:index:PaymentAccessRoles"  # noqa: S105  the type of a resource


# Flat on purpose: the Python component host of Pulumi 3.272 loses enums in lists and nested objects
# that are outputs, and hands whole numbers over as floats.
class PaymentAccessRolesArgs(TypedDict, total=False):
    """What the roles are made for. A role is made for each persona that is given principals."""

    payment_manager_arns: pulumi.Input[Sequence[pulumi.Input[str]]]
    """The payment managers that the roles are confined to, of one account and partition."""

    payment_manager_name: pulumi.Input[str]
    """A payment manager that does not exist yet. With `accountId` and `region`, unless `paymentManagerArns` tells them."""

    account_id: pulumi.Input[str]
    """The account in which `paymentManagerName` will be."""

    region: pulumi.Input[str]
    """The region in which `paymentManagerName` will be."""

    control_plane_principals: pulumi.Input[Sequence[pulumi.Input[str]]]
    """ARNs of who may assume the control-plane role: it sets up managers, connectors and credential providers."""

    management_principals: pulumi.Input[Sequence[pulumi.Input[str]]]
    """ARNs of who may assume the management role: it creates instruments and sessions, the budgets, and may never pay."""

    process_payment_principals: pulumi.Input[Sequence[pulumi.Input[str]]]
    """ARNs of who may assume the process-payment role: it pays within the budgets of others."""

    viewer_principals: pulumi.Input[Sequence[pulumi.Input[str]]]
    """ARNs of who may assume the viewer role: it lists and reads instruments and sessions, as a smoke test does."""

    create_service_role: bool
    """Whether to make the role that payment managers work with (AWS: ResourceRetrievalRole)."""

    service_role_arn: pulumi.Input[str]
    """The service role that the control-plane role passes to payment managers, where it exists already."""

    credential_provider_arns: pulumi.Input[Sequence[pulumi.Input[str]]]
    """The payment credential providers from which the service role gets payment tokens."""

    secret_arns: pulumi.Input[Sequence[pulumi.Input[str]]]
    """The wallet secrets that the service role reads; `-??????` stands for a suffix that is not known yet."""

    kms_key_arn: pulumi.Input[str]
    """The customer managed key of the payment managers."""

    permissions_boundary: pulumi.Input[str]
    """The ARN of the permissions boundary of every role."""

    permissions_boundary_document: pulumi.Input[str]
    """What the boundary says, in JSON: with it the roles are checked under the boundary. AWS's own managed policies are known without it."""

    path: pulumi.Input[str]
    """The path of the roles, `/` by default."""

    name_prefix: pulumi.Input[str]
    """What the names of the roles start with: `shop-` makes `shop-management`. Left out, Pulumi names them."""

    max_session_duration: pulumi.Input[float]
    """How long a session of a role may last, in seconds, 3,600 to 43,200. The service role is left at 3,600."""

    external_id: pulumi.Input[str]
    """What principals must send as external ID."""

    tags: pulumi.Input[dict[str, pulumi.Input[str]]]
    """Tags of the roles."""

    coinbase_marketplace: bool
    """Whether the control-plane role may subscribe in AWS Marketplace, as Coinbase asks for."""

    separation: str
    """What happens where somebody could both open a budget and spend from it: `error` (the default) refuses, `advisory` warns."""


class PaymentAccessRoles(pulumi.ComponentResource):
    """The documented IAM roles for Amazon Bedrock AgentCore payments, confined to payment managers. A role is made for each persona that is given principals, and the service role if it is asked for. All of them are checked together before anything is registered: that whoever sets budgets cannot spend them, that each role can do what its persona needs and nothing on any other manager."""

    control_plane_role_arn: pulumi.Output[str | None]
    """The ARN of the control-plane role, if it was made."""

    control_plane_role_name: pulumi.Output[str | None]
    """The name of the control-plane role, if it was made."""

    management_role_arn: pulumi.Output[str | None]
    """The ARN of the management role, if it was made."""

    management_role_name: pulumi.Output[str | None]
    """The name of the management role, if it was made."""

    process_payment_role_arn: pulumi.Output[str | None]
    """The ARN of the process-payment role, if it was made."""

    process_payment_role_name: pulumi.Output[str | None]
    """The name of the process-payment role, if it was made."""

    viewer_role_arn: pulumi.Output[str | None]
    """The ARN of the viewer role, if it was made."""

    viewer_role_name: pulumi.Output[str | None]
    """The name of the viewer role, if it was made."""

    service_role_arn: pulumi.Output[str | None]
    """The ARN of the service role: the one that was made, or the one that was given."""

    service_role_name: pulumi.Output[str | None]
    """The name of the service role, if it was made."""

    permissions_policies: pulumi.Output[dict[str, str]]
    """The permissions policy of each role in JSON, by persona: `management`, `process-payment`."""

    trust_policies: pulumi.Output[dict[str, str]]
    """The trust policy of each role in JSON, by persona."""

    def __init__(
        self,
        name: str,
        args: PaymentAccessRolesArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the roles.

        Args:
            name: what the names of the resources start with.
            args: what the roles are made for.
            opts: options of the component; its provider, if any, is that of the roles.

        Raises:
            pulumi.InputPropertyError: an argument is not what it should be, arguments do not go
                together, or the roles would break the separation of duties.
        """
        # Here, not above: a program that only imports the component does not pay for the engine.
        from payguard_pulumi.arguments import check_known, check_names, given  # noqa: PLC0415
        from payguard_pulumi.plan import plan_of, refuse_shared_principals  # noqa: PLC0415

        values = given(args)
        check_known(values)
        check_names(values, name)
        known = plan_of(values, name) if is_known(values) else None
        if known is None:
            refuse_shared_principals(values, name)
        super().__init__(TOKEN, name, {wire_name(key): values[key] for key in values}, opts)
        plan = (
            pulumi.Output.all(**values).apply(lambda resolved: plan_of(resolved, name))
            if known is None
            else pulumi.Output.from_input(name).apply(lambda _: known)
        )
        plan.apply(self._warn)
        for secret in _secrets(values):
            secret.apply(self._warn_of_secret)
        made = RoleResources(name, self, values, plan)
        self._set_outputs(made, values)

    def _warn(self, plan: "Plan") -> None:
        for warning in plan.warnings:
            pulumi.log.warn(warning, self)

    def _warn_of_secret(self, name: str) -> None:
        if name:
            pulumi.log.warn(
                f"{wire_name(name)} is a secret, and so every policy that holds it: nobody can check "
                "them in a preview or a state. An ARN or external ID is no secret: pass it plainly",
                self,
            )

    def _set_outputs(self, made: RoleResources, values: Mapping[str, Any]) -> None:
        for persona in PRINCIPALS:
            slug = persona.replace("-", "_")
            setattr(self, f"{slug}_role_arn", made.arn(persona))
            setattr(self, f"{slug}_role_name", made.name(persona))
        self.service_role_arn = (
            made.arn(SERVICE_PERSONA)
            if SERVICE_PERSONA in made.roles
            else pulumi.Output.from_input(values.get("service_role_arn"))
        )
        self.service_role_name = made.name(SERVICE_PERSONA)
        self.permissions_policies = pulumi.Output.all(**made.permissions)
        self.trust_policies = pulumi.Output.all(**made.trust)
        outputs = PaymentAccessRoles.__annotations__
        self.register_outputs({wire_name(key): getattr(self, key) for key in outputs})


def _secrets(values: Mapping[str, Any]) -> "list[pulumi.Output[str]]":
    """Return, for each argument that a policy holds, its name if it is a secret, else nothing."""
    return [
        pulumi.Output.from_input(_secret(key, value))
        for key, value in values.items()
        if key not in _OUTSIDE_POLICIES and not is_known(value)
    ]


async def _secret(name: str, value: Any) -> str:
    return name if await pulumi.Output.from_input(value).is_secret() else ""


# What a role has beside its policies.
_OUTSIDE_POLICIES = frozenset(
    {*PLAIN, "max_session_duration", "name_prefix", "path", "permissions_boundary", "tags"}
)
