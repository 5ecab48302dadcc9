"""The plugin ``pulumi-resource-payguard``: the component for programs in every language.

Pulumi's engine finds it on PATH; see ``pulumi_components/README.md``.
"""

from pulumi.provider.experimental import component_provider_host

from payguard import __version__
from payguard_pulumi import PaymentAccessRoles

NAME = "payguard"


def main() -> None:
    """Serve the component to the engine whose address the first argument is, until it is ended."""
    component_provider_host([PaymentAccessRoles], NAME, version=__version__)
