"""Policies that the tests of ``prove`` and ``diff`` share, and how they follow what is printed."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from authorization.asking import ACCOUNT, PAY, Json, allow, policy

OPEN = "bedrock-agentcore:CreatePaymentSession"
TAG = "bedrock-agentcore:TagResource"
RETRIEVE = "bedrock-agentcore:GetResourcePaymentToken"
PREFIX = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:payment-manager/"
SHOP, TILL = f"{PREFIX}shop-a1b2c3d4e5", f"{PREFIX}till-a1b2c3d4e5"
EVERYTHING = policy(allow())
PAYGUARD = Path(sys.executable).parent / "payguard"


def tagged(stage: str) -> Json:
    return {"StringEquals": {"aws:ResourceTag/stage": stage}}


DOCUMENTS: dict[str, Json] = {
    "all": EVERYTHING,
    "none": policy(),
    "pay": policy({"Sid": "Pay", **allow(Action=PAY)}),
    "apart": policy(allow(Action=PAY, Resource=SHOP), allow(Action=OPEN, Resource=TILL)),
    "joint": policy(
        allow(Action=PAY, Resource=f"{PREFIX}shop-*"),
        allow(Action=OPEN, Resource=[TILL, f"{PREFIX}*"]),
    ),
    "tags": policy(
        allow(Action=PAY, Condition=tagged("spend")),
        allow(Action=OPEN, Condition=tagged("open")),
        allow(Action=TAG),
    ),
    "unclear": policy(
        allow(Action=PAY),
        allow(Action=OPEN, Condition={"StringMatches": {"aws:UserAgent": "till"}}),
    ),
    "mfa": policy(allow(Action=PAY, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
}


def write(folder: Path, documents: dict[str, Json]) -> Path:
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document, indent=1))
    return folder


def lines(*texts: str) -> list[str]:
    """Return the lines of a transcript, with what is too long for this file filled in."""
    return [text.format(shop=SHOP, till=TILL, pay=PAY, open=OPEN, tag=TAG) for text in texts]


def commands(output: str) -> list[str]:
    """Return the commands that an output says to run."""
    return re.findall(r"^ +\$ (.*)$", output, re.MULTILINE)


def shell(command: str, folder: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run a printed command as a user would."""
    path = f"PATH={shlex.quote(str(PAYGUARD.parent))}:$PATH; {command}"
    return subprocess.run(
        ["bash", "-c", path],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        input=given,
        timeout=60,
    )


def case_of(name: str, documents: Iterable[Json], asked: dict[str, Any]) -> Json:
    """Return a case of ``payguard test`` out of one request of a witness."""
    return {
        "id": name,
        "policies": {"identity": list(documents)},
        "request": asked["request"],
        "expected": asked["decision"],
        "expectedDetail": asked["detail"],
    }
