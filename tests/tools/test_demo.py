"""``make demo`` tells the whole story: every command in it ends as it should."""

import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[2] / "linter" / "tools" / "demo.py"


def test_the_demo_ends_well_and_shows_every_step() -> None:
    done = subprocess.run(
        [sys.executable, DEMO], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [
        "$ payguard lint agent-role.json",
        "error[unknown-action]",
        "$ payguard render management",
        "The policy passes.",
        "proved: the role never both CreatePaymentSession and ProcessPayment",
        'proved: the role keeps the contract of the persona "management"',
        "1 target, 2 calls: 2 as expected.",
        "FAILED     ListPaymentSessions: denied by IAM, expected allowed",
        '"Action": "bedrock-agentcore:ListPaymentSessions",',
        "tried: the call is then allowed",
        "Put back, all is as it should be:",
        "1 target, 2 calls: 2 as expected.",
    ]
    at = 0
    for step in steps:
        found = done.stdout.find(step, at)
        assert found >= 0, f"{step!r} is missing after position {at}"
        at = found + len(step)
