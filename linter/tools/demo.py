"""The tour of ``make demo``: a broken payments role, the proved one, and what AWS would answer it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from payguard.emulator import Emulator

EXAMPLES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "examples")
PAYGUARD = os.path.join(os.path.dirname(sys.executable), "payguard")
ROLE, LISTS = "ShopManagement", "bedrock-agentcore:ListPaymentSessions"
SPEND = ("--never-both", "CreatePaymentSession", "ProcessPayment")


class Tour:
    """Runs commands in a folder and prints them with what they print."""

    def __init__(self, folder: str, environment: Mapping[str, str] = MappingProxyType({})) -> None:
        mine = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
        self._folder, self._environment = folder, {**mine, **environment}

    def show(self, expected: int, *arguments: str, into: str | None = None) -> None:
        """Print a command and what it prints; leave where it does not end as ``expected``."""
        redirection = f" > {into}" if into else ""
        print(f"\n$ payguard {' '.join(arguments)}{redirection}", flush=True)
        done = subprocess.run(  # noqa: S603  our own command, fixed arguments
            [PAYGUARD, *arguments],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE if into else None,
            check=False,
        )
        if into:
            with open(os.path.join(self._folder, into), "wb") as file:
                file.write(done.stdout)
        if done.returncode != expected:
            sys.exit(f"expected exit status {expected}, got {done.returncode}")


def broken() -> None:
    """Lint the broken role, and explain one finding."""
    tell("A role that should open budgets and never spend. It looks guarded; it is not.")
    tour = Tour(EXAMPLES)
    tour.show(1, "lint", "agent-role.json")
    tour.show(0, "rule", "unknown-action")


def proved(tour: Tour, manager: str) -> None:
    """Render the documented role for a payment manager, lint it and prove it."""
    tell("The same role as AWS documents it, scoped to one payment manager:")
    tour.show(0, "id", manager)
    tour.show(0, "render", "management", "--manager-arn", manager, into="role.json")
    tour.show(0, "lint", "role.json")
    tour.show(0, "prove", "role.json", *SPEND)
    tour.show(0, "prove", "role.json", "--persona", "management", "--manager-arn", manager)


def called(tour: Tour, emulator: Emulator, manager: str, folder: str) -> None:
    """Create the role in the emulator, call both list APIs as it, break it, and mend it."""
    whole = read(folder, "role.json")
    role = create(emulator, whole)
    with open(os.path.join(folder, "payguard.toml"), "w") as file:
        file.write(
            f'[[role]]\nname = "{ROLE}"\narn = "{role}"\npersona = "management"\n'
            'identity = ["role.json"]\n'
        )
    url = emulator.url
    where = ("--endpoint-url", url, "--sts-endpoint-url", url)
    smoke = ("smoke", "--manager-arn", manager, "--role-arn", role, *where)
    tell(
        "Created in the emulator's IAM (no AWS account is needed), assumed, and both lists called:"
    )
    tour.show(0, *smoke)
    tell(f"Somebody takes {LISTS} away. The smoke test notices, and says what is to be done:")
    write(folder, "role.json", without(whole, LISTS))
    put(emulator, read(folder, "role.json"))
    tour.show(1, *smoke, "--policies", "role.json")
    tell("Put back, all is as it should be:")
    write(folder, "role.json", whole)
    put(emulator, whole)
    tour.show(0, *smoke)


def create(emulator: Emulator, document: Any) -> str:
    """Create the role, which the whole account may assume, and return its ARN."""
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{emulator.account}:root"},
        "Action": "sts:AssumeRole",
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": trust})
    made = emulator.client("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=text)
    put(emulator, document)
    return str(made["Role"]["Arn"])


def put(emulator: Emulator, document: Any) -> None:
    """Give the role a policy instead of the one that it has."""
    emulator.client("iam").put_role_policy(
        RoleName=ROLE, PolicyName="payments", PolicyDocument=json.dumps(document)
    )


def without(document: Any, action: str) -> Any:
    """Return a policy without an action."""
    found = json.loads(json.dumps(document))
    for statement in found["Statement"]:
        if isinstance(statement["Action"], list):
            statement["Action"] = [one for one in statement["Action"] if one != action]
    return found


def read(folder: str, name: str) -> Any:
    """Return a decoded file."""
    with open(os.path.join(folder, name)) as file:
        return json.load(file)


def write(folder: str, name: str, value: Any) -> None:
    """Write a value as JSON."""
    with open(os.path.join(folder, name), "w") as file:
        json.dump(value, file, indent=2)


def tell(text: str) -> None:
    """Print what comes next."""
    print(f"\n{text}", flush=True)


def main() -> None:
    """Show the whole story."""
    broken()
    with Emulator() as emulator, tempfile.TemporaryDirectory() as folder:
        manager = emulator.create_manager("shop")
        credentials = emulator.environment()
        del credentials["AWS_ENDPOINT_URL"]  # it is named on the command line
        tour = Tour(folder, credentials)
        proved(tour, manager)
        called(tour, emulator, manager, folder)


if __name__ == "__main__":
    main()
