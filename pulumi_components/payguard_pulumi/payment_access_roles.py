"""The component: one resource for all roles of a team's payment managers."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws

from payguard_policies import roles
from payguard_pulumi.argument_error import wire_name
from payguard_pulumi.arguments import (
    PLAIN,
    PRINCIPALS,
    SERVICE_PERSONA,
    arguments,
    check_known,
    given,
    is_known,
)
from payguard_pulumi.roles import Plan, permissions, role_arn, text

TOKEN = "payguard:index:PaymentAccessRoles"  # noqa: S105  the type of a resource
_ARN_FIELDS = 6


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
        values = given(args)
        check_known(values)
        known = _plan(values, name) if is_known(values) else None
        super().__init__(TOKEN, name, {wire_name(key): values[key] for key in values}, opts)
        plan = (
            pulumi.Output.all(**values).apply(lambda resolved: _plan(resolved, name))
            if known is None
            else pulumi.Output.from_input(name).apply(lambda _: known)
        )
        plan.apply(self._warn)
        for secret in _secrets(values):
            secret.apply(self._warn_of_secret)
        made = _Roles(name, self, values, plan)
        self._set_outputs(made, values)

    def _warn(self, plan: Plan) -> None:
        for warning in plan.warnings:
            pulumi.log.warn(warning, self)

    def _warn_of_secret(self, name: str) -> None:
        if name:
            pulumi.log.warn(
                f"{wire_name(name)} is a secret, and so every policy that holds it: nobody can check "
                "them in a preview or a state. An ARN or external ID is no secret: pass it plainly",
                self,
            )

    def _set_outputs(self, made: "_Roles", values: Mapping[str, Any]) -> None:
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


class _Roles:
    """The resources below one component.

    Args:
        name: the component's name.
        parent: the component.
        values: its arguments, as they were given.
        plan: what is made from them, once they are all known.
    """

    def __init__(
        self,
        name: str,
        parent: PaymentAccessRoles,
        values: Mapping[str, Any],
        plan: "pulumi.Output[Plan]",
    ) -> None:
        self._name, self._parent, self._values, self._plan = name, parent, values, plan
        self.roles: dict[str, aws.iam.Role] = {}
        self.permissions: dict[str, pulumi.Output[str]] = {}
        self.trust: dict[str, pulumi.Output[str]] = {}
        service = [SERVICE_PERSONA] if values.get("create_service_role") else []
        for persona in (*service, *(one for one, key in PRINCIPALS.items() if key in values)):
            self._make(persona)
        if values.get("coinbase_marketplace"):
            self._attach("control-plane")

    def arn(self, persona: str) -> "pulumi.Output[str | None]":
        """Return the ARN of a persona's role; None if there is none."""
        role = self.roles.get(persona)
        return pulumi.Output.from_input(None if role is None else role.arn)

    def name(self, persona: str) -> "pulumi.Output[str | None]":
        """Return the name of a persona's role; None if there is none."""
        role = self.roles.get(persona)
        return pulumi.Output.from_input(None if role is None else role.name)

    def _make(self, persona: str) -> None:
        values = self._values
        label = f"{self._name}-{persona}"
        named = "name_prefix" in values
        self.trust[persona] = self._plan.apply(lambda plan: text(plan.roles[persona].trust))
        role = aws.iam.Role(
            label,
            name=self._plan.apply(lambda plan: plan.roles[persona].name) if named else None,
            description=roles.contract(persona).summary,
            assume_role_policy=self.trust[persona],
            path=values.get("path"),
            permissions_boundary=values.get("permissions_boundary"),
            max_session_duration=None if persona == SERVICE_PERSONA else _duration(values),
            tags=values.get("tags"),
            # A name that is given cannot be held by the old role and the new one.
            opts=pulumi.ResourceOptions(parent=self._parent, delete_before_replace=named or None),
        )
        self.roles[persona] = role
        pulumi.Output.all(self._plan, role.arn).apply(self._check_account)
        self.permissions[persona] = self._permissions(persona)
        aws.iam.RolePolicy(
            label,
            name=persona,
            role=role.name,
            policy=self.permissions[persona],
            opts=pulumi.ResourceOptions(parent=role),
        )

    def _permissions(self, persona: str) -> "pulumi.Output[str]":
        """Return the permissions policy; of the role that passes the service role, with its ARN.

        That ARN is put together from the role's name, which a preview knows already.
        """
        service = self.roles.get(SERVICE_PERSONA)
        if service is None or persona == SERVICE_PERSONA:
            return self._plan.apply(lambda plan: text(plan.roles[persona].permissions))
        return pulumi.Output.all(self._plan, service.name).apply(
            lambda known: text(
                permissions(known[0].arguments, persona, role_arn(known[0].arguments, known[1]))
            )
        )

    def _attach(self, persona: str) -> None:
        role = self.roles[persona]
        managed = self._plan.apply(lambda plan: list(plan.roles[persona].managed))
        for number, policy in enumerate(roles.contract(persona).managed_policies):
            label = policy.arn.rpartition("/")[2]
            aws.iam.RolePolicyAttachment(
                f"{self._name}-{persona}-{label}",
                role=role.name,
                policy_arn=managed[number],
                opts=pulumi.ResourceOptions(parent=role),
            )

    def _check_account(self, known: Sequence[Any]) -> None:
        """Warn where the roles are made in another account than that of the payment managers."""
        plan, arn = known
        account = arn.split(":", _ARN_FIELDS - 1)[4] if arn else plan.arguments.account
        if account != plan.arguments.account:
            pulumi.log.warn(
                f"{arn} is of another account than the payment managers, {plan.arguments.account}: "
                "payments has no access from one account to another; deploy to theirs",
                self._parent,
            )


def _plan(values: Mapping[str, Any], name: str) -> Plan:
    """Check arguments that are all known, and the roles that they make; see ``separation.plan``."""
    from payguard_pulumi.separation import plan  # noqa: PLC0415  importing pays for no engine

    return plan(arguments(given(values)), name)


def _duration(values: Mapping[str, Any]) -> "pulumi.Output[int] | None":
    """Return the duration as the whole number that IAM takes: other languages send a float."""
    duration = values.get("max_session_duration")
    return None if duration is None else pulumi.Output.from_input(duration).apply(int)


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
