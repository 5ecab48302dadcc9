"""Load: one run of ``payguard smoke`` over 500 targets, against the emulator on the same machine.

Prints one line a requirement: what was measured, the bound, and whether it holds. Emulator and smoke
test are processes of their own. Every target is a role of its own, assumed through STS; a part of
them is broken, and every verdict is checked.
"""

import argparse
import copy
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from payguard_policies.roles import Parameters, permissions, trust

if TYPE_CHECKING:  # the type checker knows this folder as a package, Python runs it as scripts
    from tools.bench import ENVIRONMENT, PAYGUARD, WORK, line
    from tools.bench_emulator import client, running
else:
    from bench import ENVIRONMENT, PAYGUARD, WORK, line
    from bench_emulator import client, running

TARGETS, SECONDS, MEGABYTES = 500, 30.0, 200.0
CONFIGURATION = os.path.join(WORK, "smoke.toml")
_PERSONAS = ("management", "viewer", "process-payment", "control-plane")
_BROKEN = 10  # one role in so many lacks an action, or has one too many
_SESSIONS = "bedrock-agentcore:ListPaymentSessions"


class Made(NamedTuple):
    """A role in the emulator, and how its call of ListPaymentSessions has to stand."""

    arn: str
    persona: str
    standing: str


class Run(NamedTuple):
    """One run: wall and processor seconds, peak memory in MB, and what it printed."""

    wall: float
    processor: float
    peak: float
    found: dict[str, Any]


def roles(url: str, manager: str) -> Iterator[Made]:
    """Create the roles in the emulator."""
    iam = client(url, "iam")
    account = manager.split(":")[4]
    service = f"arn:aws:iam::{account}:role/service"
    parameters = Parameters(manager_arns=(manager,), service_role_arn=service)
    for number in range(TARGETS):
        persona = _PERSONAS[number % len(_PERSONAS)]
        document = permissions(persona, parameters)
        broken = number % _BROKEN == 0
        if broken:
            document = _broken(document)
        name = f"smoke-{number}"
        made = iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps(trust(persona, parameters))
        )
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(document))
        standing = "not-as-expected" if broken else "as-expected"
        yield Made(made["Role"]["Arn"], persona, standing)


def _broken(document: dict[str, Any]) -> dict[str, Any]:
    """Return a policy that may list sessions if the given one may not, and may not if it may."""
    found = copy.deepcopy(document)
    for statement in found["Statement"]:
        if statement["Effect"] == "Allow" and _SESSIONS in statement["Action"]:
            statement["Action"].remove(_SESSIONS)
            return found
    found["Statement"].append({"Effect": "Allow", "Action": _SESSIONS, "Resource": "*"})
    return found


def configure(url: str, manager: str, made: list[Made]) -> None:
    """Write the tables that name the targets."""
    with open(CONFIGURATION, "w") as file:
        file.writelines(
            f'[[smoke.target]]\nmanager-arns = ["{manager}"]\nrole-arns = ["{role.arn}"]\n'
            f'persona = "{role.persona}"\nendpoint-url = "{url}"\nsts-endpoint-url = "{url}"\n'
            for role in made
        )


def once(arguments: tuple[str, ...]) -> Run:
    """Run the smoke test over all targets."""
    keys = {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    }
    output = os.path.join(WORK, "smoke.json")
    command = [PAYGUARD, "smoke", "--config", CONFIGURATION, "--format", "json", "-o", output]
    start = time.perf_counter()
    child = subprocess.Popen([*command, *arguments], env={**ENVIRONMENT, **keys})  # noqa: S603
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 1:  # some of them are broken
        sys.exit(f"the smoke test ended with {child.returncode}")
    with open(output) as file:
        found = json.load(file)
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, found)


def wrong(found: dict[str, Any], made: list[Made]) -> int:
    """Count the verdicts that are not what the roles were made for."""
    count = 0
    for target, role in zip(found["targets"], made, strict=True):
        instruments, sessions = (answer["standing"] for answer in target["answers"])
        count += instruments != "as-expected"
        count += sessions != role.standing or target["role_arn"] != role.arn
    return count


def main() -> int:
    """Create the roles, run, print; exit with 1 if a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("smoke", nargs="*", help="more arguments for payguard smoke")
    arguments = parser.parse_args()
    with running() as (url, manager, _):
        made = list(roles(url, manager))
        configure(url, manager, made)
        run = once(tuple(arguments.smoke))
    errors = wrong(run.found, made)
    print(f"{len(made)} targets: {run.wall:.1f} s, {run.processor:.1f} s of processor time")
    held = [
        line("payguard smoke, 500 targets on the emulator", run.wall, SECONDS, "s"),
        line("payguard smoke, 500 targets, peak memory", run.peak, MEGABYTES, "MB"),
        line("payguard smoke, 500 targets, wrong verdicts", errors, 0, ""),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
