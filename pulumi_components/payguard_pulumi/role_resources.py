"""The IAM resources of one component: a role for each persona, with its policies."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

from payguard_policies import roles
from payguard_pulumi.argument import ADMINISTRATOR, PRINCIPALS, SERVICE_PERSONA

if TYPE_CHECKING:
    from payguard_pulumi.plan import Plan

_ARN_FIELDS = 6


class RoleResources:
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
        parent: pulumi.ComponentResource,
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
            self._attach(ADMINISTRATOR)
        first = next(iter(self.roles.values()))
        pulumi.Output.all(plan, first.arn).apply(self._check_account)

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
        self.trust[persona] = self._plan.apply(lambda plan: plan.trust(persona))
        role = aws.iam.Role(
            label,
            name=self._plan.apply(lambda plan: plan.roles[persona].name) if named else None,
            description=roles.contract(persona).summary,
            assume_role_policy=self.trust[persona],
            path=values.get("path"),
            permissions_boundary=values.get("permissions_boundary"),
            max_session_duration=None if persona == SERVICE_PERSONA else self._duration(),
            tags=values.get("tags"),
            # A name that is given cannot be held by the old role and the new one.
            opts=pulumi.ResourceOptions(parent=self._parent, delete_before_replace=named or None),
        )
        self.roles[persona] = role
        self.permissions[persona] = self._permissions(persona)
        aws.iam.RolePolicy(
            label,
            name=persona,
            role=role.name,
            policy=self.permissions[persona],
            opts=pulumi.ResourceOptions(parent=role),
        )

    def _permissions(self, persona: str) -> "pulumi.Output[str]":
        """Return the permissions policy; that of the administrator holds the service role's ARN.

        That ARN is put together from the role's name, which a preview knows already.
        """
        service = self.roles.get(SERVICE_PERSONA)
        if service is None or persona != ADMINISTRATOR:
            return self._plan.apply(lambda plan: plan.permissions(persona))
        return pulumi.Output.all(self._plan, service.name).apply(
            lambda known: known[0].permissions(persona, service_role=known[1])
        )

    def _duration(self) -> "pulumi.Output[int] | None":
        """Return the duration as the whole number that IAM takes: other languages send a float.

        It waits for the plan, in which a value that is no such number is refused by its name.
        """
        duration = self._values.get("max_session_duration")
        if duration is None:
            return None
        return pulumi.Output.all(self._plan, duration).apply(lambda known: int(known[1]))

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
        account = arn.split(":", _ARN_FIELDS - 1)[4]
        if account != plan.arguments.account:
            pulumi.log.warn(
                f"{arn} is of another account than the payment managers, {plan.arguments.account}: "
                "payments has no access from one account to another; deploy to theirs",
                self._parent,
            )
