"""The plugin ``pulumi-resource-payguard``: the component for programs in every language.

Pulumi's engine finds it on PATH; see ``pulumi_components/README.md``.
"""

import sys
from typing import Any

import pulumi
from pulumi.provider import ConstructResult
from pulumi.provider import main as serve
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from payguard import __version__
from payguard_pulumi import PaymentAccessRoles, PaymentAccessRolesArgs
from payguard_pulumi.argument import ArgumentError, wire_name

NAME = "payguard"


class Provider(ComponentProvider):
    """Pulumi's host of components, which passes over what no argument is called.

    A misspelt ``permissionsBoundary`` would make roles without one, and nobody would be told.
    """

    def __init__(self) -> None:
        super().__init__([PaymentAccessRoles], NAME, None, __version__)

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: Any,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Make the component, unless there is something that it does not take."""
        from payguard.suppression import nearest  # noqa: PLC0415  loaded once something is made

        taken = list(map(wire_name, PaymentAccessRolesArgs.__annotations__))
        for key in inputs:
            if key not in taken:
                reason = f"there is no such argument{nearest(key, taken)}"
                raise ComponentInitError(ArgumentError(key, reason))
        return super().construct(name, resource_type, inputs, options)


def main() -> None:
    """Serve the component to the engine whose address the first argument is, until it is ended."""
    serve(Provider(), sys.argv[1:])
