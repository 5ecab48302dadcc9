"""Speed and memory of the proof engine, and z3 beside it in the same run.

Prints one line a requirement: what was measured, the bound, and whether it holds. What is measured
inside a process is processor time, so that others on the machine count little; every part runs in a
process of its own. The questions, the roles and z3's encoding are those of the tests.
"""

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:  # the type checker knows this folder as a package, Python runs it as scripts
    from tools.bench import ENVIRONMENT, line
else:
    from bench import ENVIRONMENT, line

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests")
ENGINE = "prove", "compare", "decision", "call"
IMPORTS = "import " + ", ".join(f"payguard.authorization.{name}" for name in ENGINE)
FOREIGN = f"""
import sys
before = set(sys.modules)
{IMPORTS}
own = {{"payguard", "payguard_policies"}} | set(sys.stdlib_module_names)
print(*sorted({{name.partition(".")[0] for name in set(sys.modules) - before}} - own))
"""
RANDOM = 400
Z3_SECONDS = 10.0  # for one query

Json = dict[str, Any]
T = TypeVar("T")


def timed(ask: Callable[[], T]) -> tuple[float, T]:
    """Return how many milliseconds of processor time a call takes, and what it returns."""
    start = time.process_time()
    found = ask()
    return (time.process_time() - start) * 1000, found


def spent(ask: Callable[[], object]) -> float:
    """Return how many milliseconds of processor time a call takes."""
    return timed(ask)[0]


# What is run in processes of their own; each returns what is printed as JSON


def typical() -> Json:
    """Ask the first question about a role of ten statements, and again."""
    from authorization.question_set import questions  # noqa: PLC0415  see ``measured``

    asked = next(item for item in questions() if item.name == "separation: ten statements")
    cold = spent(asked.answer)
    return {"cold": cold, "warm": statistics.median(spent(asked.answer) for _ in range(25))}


def random_roles() -> Json:
    """Ask about one random policy after the other, after some that do not count."""
    import random  # noqa: PLC0415  see ``measured``

    from authorization.asking import PAY  # noqa: PLC0415
    from authorization.question_set import NEVER_BOTH, Asked  # noqa: PLC0415
    from authorization.random_questions import random_policy  # noqa: PLC0415
    from authorization.sample_roles import OPEN, Role  # noqa: PLC0415

    def ask(seed: int) -> Asked:
        role = Role((random_policy(random.Random(seed), 6),))  # noqa: S311  no secret
        return Asked(str(seed), NEVER_BOTH, (role,), (OPEN, PAY))

    for seed in range(RANDOM, RANDOM + 50):
        ask(seed).answer()
    return {"times": sorted(spent(ask(seed).answer) for seed in range(RANDOM))}


def many() -> Json:
    """Compare a role of 200 statements with itself, with another wording, and with a wider one.

    Each is the first question of its process.
    """
    from authorization.question_set import IMPLIES, Asked  # noqa: PLC0415  see ``measured``
    from authorization.sample_roles import many_statements, rewritten, widened  # noqa: PLC0415
    from payguard.authorization.prove import manager_actions  # noqa: PLC0415

    old, variant = many_statements(), sys.argv[-1]
    new = {"alike": many_statements, "otherwise": lambda: rewritten(old)}.get(
        variant, lambda: widened(old)
    )()
    asked = Asked(variant, IMPLIES, (new, old), manager_actions())
    first, answer = timed(asked.answer)
    return {"first": first, "again": spent(asked.answer), "verdict": answer.verdict}


def everything() -> Json:
    """Ask all questions there are, of every kind; what counts is the memory."""
    from authorization.asking import PAY  # noqa: PLC0415  see ``measured``
    from authorization.question_set import questions  # noqa: PLC0415
    from authorization.sample_roles import OPEN, SHOP  # noqa: PLC0415
    from authorization.sample_roles import typical as typical_role  # noqa: PLC0415
    from payguard.authorization.compare import dead_statements  # noqa: PLC0415
    from payguard.authorization.prove import requires  # noqa: PLC0415

    verdicts = [asked.answer().verdict for asked in questions()]
    verdicts.append(requires(typical_role().actor(), [OPEN, PAY], SHOP).verdict)
    dead_statements(typical_role().actor())
    return {"verdicts": len(verdicts)}


def question_set() -> Json:
    """Put the known questions to the engine, each once."""
    from authorization.question_set import questions  # noqa: PLC0415  see ``measured``

    found: Json = {}
    for asked in questions():
        took, answer = timed(asked.answer)
        found[asked.name] = {"took": took, "verdict": answer.verdict, "known": asked.verdict}
    return found


def question_set_in_z3() -> Json:
    """Put the known questions to z3, each once; those that it does not cover are left out."""
    from authorization.question_set import questions  # noqa: PLC0415  see ``measured``
    from authorization.z3_model import Attached, Solver  # noqa: PLC0415
    from authorization.z3_terms import NotCovered  # noqa: PLC0415
    from payguard.authorization.prove import manager_actions  # noqa: PLC0415

    solver = Solver(Z3_SECONDS, examples=sys.argv[-1] == "examples")
    actions = manager_actions()
    found: Json = {}
    for asked in questions():
        roles = [Attached(*role) for role in asked.roles]
        put = functools.partial(solver.answer, asked.kind, roles, asked.about, actions)
        try:
            took, answer = timed(put)
        except NotCovered:
            continue
        found[asked.name] = {"took": took, "verdict": answer.verdict, "known": asked.verdict}
    return found


PARTS = {
    part.__name__: part
    for part in (typical, random_roles, many, everything, question_set, question_set_in_z3)
}


def command(part: str, variant: str = "") -> tuple[str, ...]:
    """Return the command that runs a part in a process of its own."""
    return (sys.executable, __file__, "--part", part, *([variant] if variant else []))


def measured(part: str, variant: str = "") -> Json:
    """Run a part in a process of its own, and return what it found.

    Only that process imports the engine, or z3: this one stays small and does nothing else.
    """
    found: Json = json.loads(printed(command(part, variant)))
    return found


def printed(arguments: Sequence[str]) -> str:
    """Run a command, and return what it prints."""
    run = subprocess.run(  # noqa: S603  fixed commands
        arguments, check=True, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    return run.stdout


def whole(arguments: Sequence[str]) -> tuple[float, float]:
    """Run a command; return the milliseconds of processor time and the MB at most it took."""
    child = subprocess.Popen(  # noqa: S603  fixed commands
        arguments, stdout=subprocess.DEVNULL, env=ENVIRONMENT
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{arguments[:4]} ended with {child.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss / 1024


# The requirements


def measure(runs: int, *, peer: bool) -> bool:
    """Measure everything; return whether every bound holds."""
    held = [*_speed(runs), *_weight(runs)]
    ours = [measured("question_set") for _ in range(runs)]
    wrong = [name for name, item in ours[0].items() if item["verdict"] != item["known"]]
    held.append(line("known questions that are not answered as is known", len(wrong), 0, ""))
    print(*(f"      {name}" for name in wrong), sep="\n", end="\n" if wrong else "")
    if peer:
        held.append(_beside_z3(ours))
    return all(held)


def _speed(runs: int) -> Iterator[bool]:
    ten = [measured("typical") for _ in range(runs)]
    cold = statistics.median(found["cold"] for found in ten)
    yield line(
        "never both, ten statements", statistics.median(found["warm"] for found in ten), 5, "ms"
    )
    print(f"      the first time in a process {cold:.1f} ms")
    # The median of each place in the order: one run's hiccup is no policy's.
    times = [statistics.median(c) for c in zip(*(_random_times(runs)), strict=True)]
    yield line(f"never both, 95 % of {RANDOM} random policies", times[RANDOM * 95 // 100], 3, "ms")
    print(f"      median {times[RANDOM // 2]:.2f} ms, slowest {times[-1]:.1f} ms")
    for variant, words in (
        ("alike", "200 statements, the same text"),
        ("otherwise", "200 statements, said otherwise"),
        ("wider", "200 statements, one of them wider"),
    ):
        found = [measured("many", variant) for _ in range(runs)]
        first, again = (statistics.median(f[name] for f in found) for name in ("first", "again"))
        yield line(f"new access, {words}", first / 1000, 0.4, "s")
        print(f"      {found[0]['verdict']}; asked again {again:.0f} ms")


def _random_times(runs: int) -> Iterator[list[float]]:
    for _ in range(runs):
        yield measured("random_roles")["times"]


def _weight(runs: int) -> Iterator[bool]:
    empty, typing, engine = (
        (sys.executable, "-c", code) for code in ("pass", "import typing", IMPORTS)
    )
    # In turn, after one round that does not count.
    rounds = [[whole(code)[0] for code in (empty, typing, engine)] for _ in range(runs * 3 + 1)][1:]
    more = [statistics.median(row[at] - row[0] for row in rounds) for at in range(3)]
    ratio = statistics.median(row[2] / row[0] for row in rounds)
    yield line("import of the engine, beyond python -c pass", more[2], 15, "ms")
    print(f"      {ratio:.1f} x python -c pass; typing alone {more[1]:.1f} ms beyond it")
    foreign = printed((sys.executable, "-c", FOREIGN)).split()
    yield line("packages that the engine imports beside its own", len(foreign), 0, "")
    print(*(f"      {name}" for name in foreign), sep="\n", end="\n" if foreign else "")
    yield line("peak memory, all questions asked", whole(command("everything"))[1], 50, "MB")


def _beside_z3(ours: list[Json]) -> bool:
    """Compare with z3 over the questions that it covers, given up after a time or not.

    The bound is on z3 with the question as it stands. With some managers tried one by one first,
    which is no work of z3's, it is faster: that is printed beside it.
    """
    own = {name: statistics.median(run[name]["took"] for run in ours) for name in ours[0]}
    ratio = {how: _ratio(own, how) for how in ("plain", "examples")}
    print(f"      with some managers tried first {ratio['examples']:.0f} x")
    return line("z3 / engine, the known questions", ratio["plain"], 50, "x", at_least=True)


def _ratio(own: Json, how: str) -> float:
    theirs = measured("question_set_in_z3", how)
    mine: float = sum(own[name] for name in theirs)
    total: float = sum(item["took"] for item in theirs.values())
    gave_up = sum(item["verdict"] != item["known"] for item in theirs.values())
    median = statistics.median(item["took"] / own[name] for name, item in theirs.items())
    print(
        f"z3, {how}: {total / 1000:.2f} s for {len(theirs)} of {len(own)} questions, "
        f"{gave_up} given up; the engine {mine / 1000:.2f} s; median of the ratios {median:.0f}"
    )
    return total / mine


def main() -> int:
    """Measure and print; exit with 1 if a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--no-peer", action="store_true", help="leave z3 out")
    parser.add_argument("--part", choices=sorted(PARTS), help="only this, printed as JSON")
    parser.add_argument("variant", nargs="?", default="", help="of the part")
    arguments = parser.parse_args()
    if arguments.part:
        sys.path.insert(0, TESTS)
        print(json.dumps(PARTS[arguments.part]()))
        return 0
    return 0 if measure(arguments.runs, peer=not arguments.no_peer) else 1


if __name__ == "__main__":
    sys.exit(main())
