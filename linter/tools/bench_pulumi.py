"""What the component and the policy pack cost in a preview of the real engine.

Whole previews that take turns: the component with all roles, the same resources registered by
hand, and the component under the policy pack; processor seconds of all their processes, which other
work on the machine does not change, and wall seconds. Needs the engine, which `make engine` builds;
without it, says so and measures nothing.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # the type checker knows this folder as a package, Python runs it as scripts
    from tools.bench import line
    from tools.bench_engine import TESTS
else:
    from bench import line
    from bench_engine import TESTS

    sys.path.insert(0, TESTS)

from engine import build
from engine.stand_in.iam_server import iam_server
from engine.workspace import PROGRAMS, REPOSITORY, Workspace, write_plugins
from pulumi_components.sample_arguments import everything

PACK = ("--policy-pack", os.path.join(REPOSITORY, "pulumi_components", "policy_pack"))
# The attachment of Coinbase's managed policy is left out on both sides.
ARGUMENTS = everything(coinbase_marketplace=False)


@contextmanager
def stacks() -> Iterator[tuple[Workspace, Workspace]]:
    """Make a stack by the component, and one by hand with the documents that it has."""
    with tempfile.TemporaryDirectory() as name, iam_server() as address:
        folder = Path(name)
        write_plugins(folder / "bin")
        component, by_hand = (
            Workspace(folder / each, build.cli(), folder / "bin", address)
            for each in ("component", "by-hand")
        )
        component.create(PROGRAMS / "access.py")
        component.config("arguments", json.dumps(ARGUMENTS))
        by_hand.create(PROGRAMS / "by_hand.py")
        by_hand.config("documents", json.dumps(documents(component)))
        yield component, by_hand


def documents(component: Workspace) -> dict[str, dict[str, str]]:
    """Return the documents of each persona that a preview of the component has."""
    steps: list[dict[str, Any]] = json.loads(component.preview("--json").stdout)["steps"]
    found: dict[str, dict[str, str]] = {}
    for step in steps:
        kind, _, name = step["urn"].rpartition("::")
        inputs, persona = step["newState"].get("inputs") or {}, name.removeprefix("shop-")
        if kind.endswith("aws:iam/role:Role"):
            found.setdefault(persona, {})["trust"] = inputs["assumeRolePolicy"]
        elif kind.endswith("aws:iam/rolePolicy:RolePolicy"):
            found.setdefault(persona, {})["permissions"] = inputs["policy"]
    return found


class Spent(NamedTuple):
    """What one preview took, in seconds."""

    processor: float
    wall: float


def spent(workspace: Workspace, *options: str) -> Spent:
    """Return what a preview takes."""
    start = time.perf_counter(), _processor()
    workspace.preview(*options)
    return Spent(_processor() - start[1], time.perf_counter() - start[0])


def _processor() -> float:
    """Return the processor seconds of all processes that were started here and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(runs: int) -> bool:
    """Measure everything; return whether every bound holds."""
    with stacks() as (component, by_hand):
        # In turn, after one round that does not count.
        rounds = [
            (spent(by_hand), spent(component), spent(component, *PACK)) for _ in range(runs + 1)
        ][1:]
    held = line("preview of all roles, beyond the same by hand", _added(rounds, 1, 0), 0.5, "s")
    print(f"      the policy pack takes {_added(rounds, 2, 1):.2f} s more; wall seconds:", end=" ")
    names = ("by hand", "component", "under the pack")
    walls = (statistics.median(row[at].wall for row in rounds) for at in range(len(names)))
    print(", ".join(f"{name} {wall:.2f}" for name, wall in zip(names, walls, strict=True)))
    return held


def _added(rounds: Sequence[Sequence[Spent]], one: int, other: int) -> float:
    """Return how many processor seconds a program takes beyond another, round by round."""
    return statistics.median(row[one].processor - row[other].processor for row in rounds)


def main() -> int:
    """Run the benchmark; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="how often each program is previewed")
    runs = parser.parse_args().runs
    if not build.cli().exists():
        print("there is no engine: `make engine` builds it, and this is measured")
        return 0
    return 0 if measure(runs) else 1


if __name__ == "__main__":
    sys.exit(main())
