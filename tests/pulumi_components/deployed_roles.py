"""The component's roles, made by Pulumi's mocks in moto's IAM: for tests of any part."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from payguard_pulumi import PaymentAccessRoles, PaymentAccessRolesArgs
from pulumi_components.moto_mocks import Account, Deployed, deploy

OUTPUTS = tuple(PaymentAccessRoles.__annotations__)


def deploy_roles(
    args: Mapping[str, Any] | Callable[[], Mapping[str, Any]],
    account: Account,
    *,
    name: str = "shop",
    preview: bool = False,
) -> Deployed:
    """Make the roles; the value is the component's outputs by their Python names.

    Args:
        args: of the component, see `PaymentAccessRolesArgs`; or what makes them in the program,
            where there are outputs among them.
        account: where they are created; see `moto_mocks.iam`.
        name: of the component.
        preview: whether it is only a preview.
    """

    def program() -> dict[str, Any]:
        values = args() if callable(args) else args
        made = PaymentAccessRoles(name, cast("PaymentAccessRolesArgs", values))
        return {output: getattr(made, output) for output in OUTPUTS}

    return deploy(program, account, preview=preview)
