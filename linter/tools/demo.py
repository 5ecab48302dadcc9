"""The tour of ``make demo``: a broken payments policy, what payguard says, and the documented one."""

import os
import subprocess
import sys
import tempfile

EXAMPLES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "examples")
PAYGUARD = os.path.join(os.path.dirname(sys.executable), "payguard")
MANAGER = "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/shop-a1b2c3d4e5"


def show(expected: int, *arguments: str, folder: str, into: str | None = None) -> None:
    """Print a command and what it prints; leave where it does not end as ``expected``."""
    redirection = f" > {into}" if into else ""
    print(f"\n$ payguard {' '.join(arguments)}{redirection}", flush=True)
    done = subprocess.run(  # noqa: S603  our own command, fixed arguments
        [PAYGUARD, *arguments], cwd=folder, stdout=subprocess.PIPE if into else None, check=False
    )
    if into:
        with open(os.path.join(folder, into), "wb") as file:
            file.write(done.stdout)
    if done.returncode != expected:
        sys.exit(f"expected exit status {expected}, got {done.returncode}")


def main() -> None:
    """Lint the broken role, explain one finding, render the documented role and lint that."""
    print("A role that should open budgets and never spend. It looks guarded; it is not.")
    show(1, "lint", "agent-role.json", folder=EXAMPLES)
    show(0, "rule", "unknown-action", folder=EXAMPLES)
    with tempfile.TemporaryDirectory() as folder:
        print("\nThe same role as AWS documents it, scoped to one payment manager:")
        show(0, "render", "management", "--manager-arn", MANAGER, folder=folder, into="role.json")
        show(0, "lint", "role.json", folder=folder)
        show(0, "id", MANAGER, folder=folder)


if __name__ == "__main__":
    main()
