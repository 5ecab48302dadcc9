"""Speed and memory on plans, configurations, templates and accounts, beside checkov and cfn-lint.

Prints one line a requirement: what was measured, the bound, and whether it holds. Whole processes
are measured, in turn, on the same files in one run; see ``bench_roles`` for what is in them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # the type checker knows this folder as a package, Python runs it as scripts
    from tools import bench_roles
    from tools.bench import ENVIRONMENT, PAYGUARD, WORK, line
else:
    import bench_roles
    from bench import ENVIRONMENT, PAYGUARD, WORK, line

RESOURCES, ROLES = 1000, 2000
PLAN, HCL, TEMPLATE, DETAILS = (
    os.path.join(WORK, name) for name in ("plan.json", "hcl", "template.yaml", "details.json")
)
CHECKOV, CFN_LINT = "checkov==3.3.30", "cfn-lint==1.58.0"
SLOWER = 3.0  # times as long as payguard, at least


class Program(NamedTuple):
    """A command, without the file; and the statuses with which it ends when it has checked one."""

    command: Sequence[str]
    statuses: Container[int]


class Measure(NamedTuple):
    """The runs of one command: wall and processor seconds, and peak memory in MB."""

    wall: tuple[float, ...]
    processor: tuple[float, ...]
    peak: float

    @property
    def median(self) -> float:
        """The median wall time in seconds."""
        return statistics.median(self.wall)

    def __str__(self) -> str:
        spent = statistics.median(self.processor)
        return f"{self.median:.2f} s ({spent:.2f} s of processor time), {self.peak:.0f} MB"


# There are findings in every corpus: anything else than 1 has not checked it.
OURS = Program((PAYGUARD, "lint", "--isolated", "--no-progress"), (1,))


def once(program: Program, path: str) -> tuple[float, float, float]:
    """Check a file or folder; return wall and processor seconds, and peak memory in MB."""
    start = time.perf_counter()
    child = subprocess.Popen(  # noqa: S603  fixed commands
        [*program.command, path],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
    )
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in program.statuses:
        sys.exit(f"{program.command[:2]} on {path} ended with {child.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def in_turn(runs: int, path: str, *programs: Program) -> list[Measure]:
    """Run the programs A B A B ..., after one round that does not count."""
    rounds = [[once(program, path) for program in programs] for _ in range(runs + 1)][1:]
    found = []
    for column in zip(*rounds, strict=True):
        walls, processors, peaks = zip(*column, strict=True)
        found.append(Measure(walls, processors, max(peaks)))
    return found


def make_corpora() -> None:
    """Write the corpora."""
    os.makedirs(HCL, exist_ok=True)
    terraform = bench_roles.terraform(RESOURCES)
    stack = bench_roles.template(RESOURCES)
    texts = {
        PLAN: json.dumps(bench_roles.plan(terraform), separators=(",", ":")),
        os.path.join(HCL, "main.tf"): bench_roles.hcl(terraform),
        TEMPLATE: bench_roles.as_yaml(stack),
        DETAILS: json.dumps(bench_roles.details(ROLES), indent=4),
    }
    for path, text in texts.items():
        with open(path, "w") as file:
            file.write(text)
    print(
        f"{len(terraform)} resources of Terraform, {len(stack['Resources'])} of CloudFormation, "
        f"{len(texts[DETAILS]) / 1e6:.0f} MB of account details with {ROLES} roles"
    )


def installed(requirement: str) -> str:
    """Return a program in a virtual environment of its own, made on first use."""
    name = requirement.partition("==")[0]
    folder = os.path.join(WORK, name)
    python, program = (os.path.join(folder, "bin", one) for one in ("python", name))
    if not os.path.exists(program):
        install = [python, "-m", "pip", "install", "-q", requirement]
        for command in ([sys.executable, "-m", "venv", folder], install):
            subprocess.run(command, check=True)  # noqa: S603  fixed commands
    return program


def checkov(framework: str) -> Program:
    """Return checkov, asked about one framework only: its quickest way."""
    options = ("--quiet", "--compact", "--skip-download", "--framework", framework)
    what = "-d" if framework == "terraform" else "-f"
    return Program((installed(CHECKOV), *options, what), (0, 1))


def cfn_lint() -> Program:
    """Return cfn-lint, whose status has a bit for each kind of finding."""
    return Program((installed(CFN_LINT), "--template"), range(0, 16, 2))


def faster(runs: int, what: str, path: str, peers: dict[str, Program]) -> tuple[Measure, bool]:
    """Measure payguard and others on one file; return its runs, and whether it is fast enough."""
    ours, *theirs = in_turn(runs, path, OURS, *peers.values())
    print(f"{what}: payguard {ours}")
    held = []
    for name, measure in zip(peers, theirs, strict=True):
        print(f"{what}: {name} {measure}")
        times = statistics.median(b / a for a, b in zip(ours.wall, measure.wall, strict=True))
        held.append(line(f"{name} / payguard lint, {what}", times, SLOWER, "x", at_least=True))
    return ours, all(held)


def measure(runs: int, *, peer: bool) -> bool:
    """Measure everything; return whether every bound holds."""
    on_plan, on_hcl, on_template = (
        {CHECKOV: checkov(framework)} if peer else {}
        for framework in ("terraform_plan", "terraform", "cloudformation")
    )
    if peer:
        on_template[CFN_LINT] = cfn_lint()
    plan, plan_holds = faster(runs, "plan of 1,000 resources", PLAN, on_plan)
    held = [
        plan_holds,
        line("payguard lint, plan of 1,000 resources", plan.median, 1.0, "s"),
        line("payguard lint, plan of 1,000 resources, peak memory", plan.peak, 150, "MB"),
    ]
    for what, path, peers, bound in (
        ("HCL of 1,000 resources", HCL, on_hcl, 5.0),
        ("template of 1,000 resources", TEMPLATE, on_template, 3.0),
        ("account of 2,000 roles", DETAILS, {}, 5.0),
    ):
        ours, holds = faster(runs, what, path, peers)
        held += [holds, line(f"payguard lint, {what}", ours.median, bound, "s")]
    return all(held)


def main() -> int:
    """Make the corpora, measure, print; exit with 1 if a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--prepare", action="store_true", help="only write the corpora")
    parser.add_argument("--no-peer", action="store_true", help="leave the other programs out")
    arguments = parser.parse_args()
    if arguments.prepare:
        make_corpora()
        return 0
    # In a process of its own: a forked child starts with the peak memory of its parent.
    subprocess.run([sys.executable, __file__, "--prepare"], check=True)  # noqa: S603
    return 0 if measure(arguments.runs, peer=not arguments.no_peer) else 1


if __name__ == "__main__":
    sys.exit(main())
