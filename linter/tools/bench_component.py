"""What the Pulumi component costs: to import, and to check all roles before they are registered.

Processor seconds of whole processes that take turns, each beside a program without the component:
the same imports, and the same resources registered by hand. Pulumi's mocks stand in for the engine.
"""

import argparse
import asyncio
import json
import statistics
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import pulumi
from pulumi.runtime import mocks
from pulumi.runtime.stack import run_pulumi_func

if TYPE_CHECKING:
    from payguard_pulumi import PaymentAccessRolesArgs
    from tools.bench import line
    from tools.bench_engine import whole
else:
    from bench import line
    from bench_engine import whole

ACCOUNT = "111122223333"
HOME = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}"
ARGS = {
    "payment_manager_arns": [f"{HOME}:payment-manager/shop-a1b2c3d4e5"],
    "control_plane_principals": [f"arn:aws:iam::{ACCOUNT}:role/administrator"],
    "management_principals": [f"arn:aws:iam::{ACCOUNT}:role/budget-owner"],
    "process_payment_principals": [f"arn:aws:iam::{ACCOUNT}:role/agent"],
    "viewer_principals": [f"arn:aws:iam::{ACCOUNT}:role/auditor"],
    "create_service_role": True,
    "credential_provider_arns": [f"{HOME}:token-vault/default/paymentcredentialprovider/wallet"],
    "secret_arns": [f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:wallet-A1b2C3"],
}
BARE, COMPONENT = "import pulumi, pulumi_aws.iam", "from payguard_pulumi import PaymentAccessRoles"


class Echo(mocks.Mocks):
    """Answers every registration with its inputs."""

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, object], None]:
        """Answer with nothing: no function is called."""
        raise NotImplementedError(args.token)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, object]]:
        """Answer with what a provider knows of a role in a preview."""
        return args.name, {
            "name": args.name,
            "arn": f"arn:aws:iam::{ACCOUNT}:role/r",
            **args.inputs,
        }


def with_component() -> None:
    """Register all roles by the component."""
    from payguard_pulumi import PaymentAccessRoles  # noqa: PLC0415  only where it is measured

    PaymentAccessRoles("shop", cast("PaymentAccessRolesArgs", ARGS))


def by_hand() -> None:
    """Register as many roles and policies of about the same size without it."""
    import pulumi_aws as aws  # noqa: PLC0415  only where it is measured

    statement = {"Effect": "Allow", "Action": ["s3:GetObject"] * 10, "Resource": [HOME] * 20}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement] * 2})
    parent = pulumi.ComponentResource("example:index:Roles", "shop", {})
    for number in range(5):
        opts = pulumi.ResourceOptions(parent=parent)
        role = aws.iam.Role(f"shop-{number}", assume_role_policy=text, opts=opts)
        opts = pulumi.ResourceOptions(parent=role)
        aws.iam.RolePolicy(f"shop-{number}", role=role.name, policy=text, opts=opts)


async def deployed(program: Callable[[], None]) -> None:
    """Preview a program to its end."""
    mocks.set_mocks(Echo(), preview=True)
    await run_pulumi_func(program)


PROGRAMS = {"component": with_component, "hand": by_hand}


def measure(runs: int) -> bool:
    """Measure everything; return whether every bound holds."""
    pairs = (
        [(sys.executable, "-c", code) for code in (BARE, COMPONENT)],
        [(sys.executable, __file__, "--program", name) for name in ("hand", "component")],
    )
    # In turn, after one round that does not count.
    rounds = [[[whole(one)[0] for one in pair] for pair in pairs] for _ in range(runs + 1)][1:]
    more = [statistics.median(row[at][1] - row[at][0] for row in rounds) for at in range(2)]
    least = [statistics.median(row[at][0] for row in rounds) for at in range(2)]
    held = [
        line("import of the component, beyond pulumi and pulumi_aws.iam", more[0], 50, "ms"),
        line("all roles checked and registered, beyond registering by hand", more[1], 500, "ms"),
    ]
    print(f"      the imports {least[0]:.0f} ms, the program by hand {least[1]:.0f} ms")
    return all(held)


def main() -> int:
    """Run the benchmark, or one program of it; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="how often each program is run")
    parser.add_argument("--program", choices=PROGRAMS, help="run this program, once")
    options = parser.parse_args()
    if options.program:
        asyncio.run(deployed(PROGRAMS[options.program]))
        return 0
    return 0 if measure(options.runs) else 1


if __name__ == "__main__":
    sys.exit(main())
