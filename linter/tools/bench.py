"""Speed and memory of the linter, as ratios of whole processes measured in turn in one run.

Prints one line a requirement: what was measured, the bound, and whether it holds. The corpora are
made from AWS's managed policies, as moto carries them, each copy with other accounts and Sids.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Outside the repository: nobody's .gitignore takes part in what is measured.
WORK = os.path.join(tempfile.gettempdir(), "payguard-bench")
BIN = os.path.dirname(sys.executable)
PAYGUARD = os.path.join(BIN, "payguard")
PARLIAMENT = "parliament==1.6.4"
INSTALL = ("install", "-q", PARLIAMENT, "setuptools<80")

FLOOR = """
import json, os, sys
count = 0
for folder, _, names in os.walk(sys.argv[1]):
    for name in sorted(names):
        with open(os.path.join(folder, name), "rb") as file:
            count += json.loads(file.read()) is not None
print(count)
"""
PEER = """
import os, sys
from parliament import analyze_policy_string
for folder, _, names in os.walk(sys.argv[1]):
    for name in sorted(names):
        with open(os.path.join(folder, name)) as file:
            text = file.read()
        try:
            len(analyze_policy_string(text).findings)
        except Exception:
            pass
"""


@dataclass(frozen=True)
class Measure:
    """The runs of one command: wall seconds, and peak memory in MB."""

    wall: tuple[float, ...]
    peak: float

    @property
    def median(self) -> float:
        """The median wall time in seconds."""
        return statistics.median(self.wall)


# As after any installation: modules are compiled once, not at every start.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}


def once(command: Sequence[str]) -> tuple[float, float]:
    """Run a command; return its wall time in seconds and its peak memory in MB."""
    start = time.perf_counter()
    child = subprocess.Popen(  # noqa: S603  fixed commands
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT
    )
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        sys.exit(f"{command[:4]} ended with {child.returncode}")
    return wall, usage.ru_maxrss / 1024


def in_turn(runs: int, *commands: Sequence[str]) -> list[Measure]:
    """Run the commands A B A B ..., after one round that does not count."""
    rounds = [[once(command) for command in commands] for _ in range(runs + 1)][1:]
    columns = list(zip(*rounds, strict=True))
    return [Measure(tuple(w for w, _ in c), max(p for _, p in c)) for c in columns]


def ratio(first: Measure, second: Measure) -> float:
    """Return the median of the pairwise ratios."""
    return statistics.median(a / b for a, b in zip(first.wall, second.wall, strict=True))


def managed_policies() -> list[Any]:
    """Return AWS's managed policy documents."""
    # Large: only the process that writes the corpora holds it.
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415

    return [entry["Document"] for _, entry in sorted(json.loads(aws_managed_policies_data).items())]


def make_corpora() -> None:
    """Write the corpora once: ten thousand files, and one of 1 MB."""
    documents = managed_policies()
    folder = os.path.join(WORK, "10k")
    if not os.path.isdir(folder):
        os.makedirs(folder)
        for index in range(10_000):
            text = json.dumps(documents[index % len(documents)], indent=4)
            text = text.replace('"Sid": "', f'"Sid": "N{index}').replace("::*:", f"::{index:012}:")
            with open(os.path.join(folder, f"policy{index:05}.json"), "w") as file:
                file.write(text)
    with open(os.path.join(WORK, "big.json"), "w") as file:
        json.dump({"Version": "2012-10-17", "Statement": big_statements(5_000)}, file, indent=1)
    for name, text in (("floor.py", FLOOR), ("peer.py", PEER)):
        with open(os.path.join(WORK, name), "w") as file:
            file.write(text)


def big_statements(count: int) -> list[dict[str, Any]]:
    """Return ``count`` distinct statements, together about 1 MB."""
    return [
        {
            "Sid": f"S{index}",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "bedrock-agentcore:GetPaymentSession"],
            "Resource": [
                f"arn:aws:s3:::bucket-{index}/*",
                f"arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/pm{index}-*",
            ],
        }
        for index in range(count)
    ]


def parliament_python() -> str:
    """Return the interpreter of a virtual environment that has parliament, made on first use."""
    folder = os.path.join(WORK, "parliament")
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(os.path.join(folder, "bin", "parliament")):
        for command in ([sys.executable, "-m", "venv", folder], [python, "-m", "pip", *INSTALL]):
            subprocess.run(command, check=True)  # noqa: S603  fixed commands
    return python


def line(what: str, value: float, bound: float, unit: str, *, at_least: bool = False) -> bool:
    """Print one requirement and whether it holds."""
    holds = value >= bound if at_least else value <= bound
    sign = "≥" if at_least else "≤"
    print(f"{'ok  ' if holds else 'MISS'}  {what:<66} {value:8.2f} {unit:<3} ({sign} {bound:g})")
    return holds


def measure(runs: int, *, peer: bool) -> bool:
    """Measure everything; return whether every bound holds."""
    python = sys.executable
    one = os.path.join(WORK, "10k", "policy00001.json")
    lint = (PAYGUARD, "lint", "--isolated", "--no-progress")
    many = max(3, runs // 3)
    click, version, single = in_turn(
        runs, (python, "-c", "import click"), (PAYGUARD, "--version"), (*lint, one)
    )
    floor, ten = in_turn(
        many,
        (python, os.path.join(WORK, "floor.py"), os.path.join(WORK, "10k")),
        (*lint, os.path.join(WORK, "10k")),
    )
    (big,) = in_turn(many, (*lint, os.path.join(WORK, "big.json")))
    print(
        f"import click {click.median * 1000:.0f} ms; floor over 10,000 files {floor.median:.2f} s"
    )
    held = [
        line("payguard --version / import click", ratio(version, click), 1.3, "x"),
        line("payguard lint, one policy / import click", ratio(single, click), 2.0, "x"),
        line("payguard lint, 10,000 policies / walk, read, decode", ratio(ten, floor), 4.0, "x"),
        line("payguard lint, 10,000 policies, peak memory", ten.peak, 100, "MB"),
        line("payguard lint, 1 MB policy of 5,000 statements", big.median, 1.0, "s"),
    ]
    print(f"10,000 policies {ten.median:.2f} s")
    if peer:
        held.append(measure_peer(ten.median))
    return all(held)


def measure_peer(ours: float) -> bool:
    """Measure parliament's library once over the same ten thousand files: it takes a minute."""
    theirs, _ = once(
        (parliament_python(), os.path.join(WORK, "peer.py"), os.path.join(WORK, "10k"))
    )
    print(f"10,000 policies: {PARLIAMENT} {theirs:.1f} s")
    return line(
        "parliament's library / payguard lint, 10,000 policies", theirs / ours, 20, "x", at_least=True
    )  # fmt: skip


def main() -> int:
    """Make the corpora, measure, print; exit with 1 if a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--prepare", action="store_true", help="only write the corpora")
    parser.add_argument("--no-peer", action="store_true", help="leave parliament out")
    arguments = parser.parse_args()
    if arguments.prepare:
        make_corpora()
        return 0
    # In a process of its own: a forked child starts with the peak memory of its parent.
    subprocess.run([sys.executable, __file__, "--prepare"], check=True)  # noqa: S603
    return 0 if measure(arguments.runs, peer=not arguments.no_peer) else 1


if __name__ == "__main__":
    sys.exit(main())
