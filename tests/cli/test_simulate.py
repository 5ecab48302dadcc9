"""``payguard simulate``: the decision, the statement that decides, and why others do not."""

import json
from pathlib import Path
from typing import Any

import pytest

from authorization.asking import (
    ACCOUNT,
    BUCKET,
    MANAGER,
    PAY,
    ROLE,
    allow,
    deny,
    policy,
)
from commands import Run

HOME = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}"
PROVIDER = f"{HOME}:token-vault/default/paymentcredentialprovider/p"
UNMATCHED = f'Action "s3:*" does not match "{PAY}"'
RETRIEVE = "bedrock-agentcore:GetResourcePaymentToken"


@pytest.fixture
def files(folder: Path) -> Path:
    """A folder with policies: all.json, spend.json (only ProcessPayment), none.json, deny.json."""
    documents: dict[str, Any] = {
        "all": policy(allow()),
        "spend": policy({"Sid": "Pay", **allow(Action=PAY)}, allow(Action="s3:*")),
        "none": policy(allow(Action="ec2:*")),
        "deny": policy(allow(), {"Sid": "Stop", **deny(Action=PAY)}),
        "team": policy(allow(Condition={"StringEquals": {"aws:ResourceTag/team": "a"}})),
        "tags": policy(allow(Condition={"ForAllValues:StringEquals": {"aws:TagKeys": "a"}})),
        "trust": policy(
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ROLE}}
        ),
        "named": policy(allow(Principal={"AWS": ROLE})),
        "everyone": policy(allow(Principal="*")),
        "rcp": policy(deny(Principal="*")),
        "region": policy(
            allow(),
            deny(Condition={"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}),
        ),
    }
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document, indent=1))
    return folder


def pay(*options: str) -> tuple[str, ...]:
    return ("simulate", "--action", PAY, "--resource", MANAGER, *options)


def test_the_statement_that_decides_comes_first_with_its_line(payguard: Run, files: Path) -> None:
    result = payguard(*pay("--identity", "spend.json", "--boundary", "deny.json"))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "deny: explicitly denied by deny.json:9:3",
        '  deny.json:9:3: Deny "Stop" of the permissions boundary applies',
        '  spend.json:4:3: Allow "Pay" of the identity policy applies',
        f"  spend.json:12:14: Allow of the identity policy does not apply: {UNMATCHED}",
        "  deny.json:4:3: Allow of the permissions boundary applies",
    ]


@pytest.mark.parametrize(
    ("options", "decision"),
    [
        (("--identity", "spend.json"), "allow"),
        (("--identity", "none.json", "--identity", "spend.json"), "allow"),
        (("--identity", "none.json"), "deny"),
        (("--identity", "spend.json", "--boundary", "none.json"), "deny"),
        (("--identity", "spend.json", "--session", "none.json"), "deny"),
        (("--identity", "spend.json", "--session", "none.json", "--session", "all.json"), "allow"),
        (("--identity", "spend.json", "--scp", "none.json", "--scp", "all.json"), "allow"),
        (("--identity", "spend.json", "--scp", "root=all.json", "--scp", "ou=none.json"), "deny"),
        (
            ("--identity", "all.json", "--scp", "none.json", "--management-account", ACCOUNT),
            "allow",
        ),
        (("--identity", "all.json", "--vpc-endpoint", "everyone.json"), "allow"),
        (
            ("--identity", "all.json", "--resource-account", "444455556666", "--principal", ROLE),
            "deny",
        ),
        (("--resource-policy", "named.json", "--principal", ROLE), "allow"),
        (("--resource-policy", "everyone.json", "--anonymous"), "allow"),
        (("--resource-policy", "named.json", "--anonymous"), "deny"),
        (("--identity", "team.json", "--context", "aws:resourcetag/TEAM=a"), "allow"),
        (("--identity", "team.json", "--context", "aws:ResourceTag/team=a=b"), "deny"),
        (("--identity", "team.json"), "deny"),
        (
            ("--identity", "tags.json", "--context", "aws:TagKeys=a", "--context", "aws:TagKeys=b"),
            "deny",
        ),
        (("--identity", "team.json", "--unknown", "aws:ResourceTag/team"), "undecided"),
        (("--resource-policy", "named.json"), "undecided"),
    ],
)
def test_every_kind_of_policy_can_be_given(
    payguard: Run, files: Path, options: tuple[str, ...], decision: str
) -> None:
    result = payguard(*pay(*options))
    assert result.stdout.partition(":")[0] == decision
    assert result.exit_code == (3 if decision == "undecided" else 0)
    assert payguard(*pay(*options, "--allow-undecided")).exit_code == 0


@pytest.mark.parametrize(
    ("identity", "expected", "status"),
    [("all", "allow", 0), ("all", "deny", 1), ("none", "deny", 0), ("none", "allow", 1)],
)
def test_an_expectation_is_held_against_the_decision(
    payguard: Run, files: Path, identity: str, expected: str, status: int
) -> None:
    result = payguard(*pay("--identity", f"{identity}.json", "--expect", expected))
    assert result.exit_code == status
    assert result.stdout.endswith(f"expected: {expected}\n") == bool(status)


def test_an_rcp_denies_what_it_restricts(payguard: Run, files: Path) -> None:
    options = ("--identity", "all.json", "--rcp", "root=rcp.json", "--principal", ROLE)
    result = payguard("simulate", "--action", "s3:GetObject", "--resource", BUCKET, *options)
    assert result.stdout.startswith("deny: explicitly denied by rcp.json:4:3")
    result = payguard(*pay(*options))
    assert result.stdout.startswith("allow")
    assert "note: AWS does not list" in result.stdout


def test_a_path_may_hold_an_equals_sign(payguard: Run, files: Path) -> None:
    (files / "none.json").rename(files / "a=none.json")
    result = payguard(*pay("--identity", "all.json", "--scp", "a=none.json"))
    assert result.stdout.startswith("deny: no SCP allows")


def test_a_role_is_assumed_with_its_trust_policy(payguard: Run, files: Path) -> None:
    target = f"arn:aws:iam::{ACCOUNT}:role/payer"
    options = ("--action", "sts:AssumeRole", "--resource", target, "--principal", ROLE)
    result = payguard("simulate", *options, "--trust", "trust.json")
    assert result.stdout.startswith("allow: allowed by trust.json:4:3")
    result = payguard("simulate", *options, "--identity", "all.json")
    assert result.stdout.startswith('deny: no trust policy allows "sts:AssumeRole"')


def test_a_payment_manager_is_asked_in_its_region(payguard: Run, files: Path) -> None:
    asking = pay("--identity", "all.json", "--scp", "region.json", "--expect", "allow")
    assert payguard(*asking).exit_code == 0
    assert payguard(*asking, "--context", "aws:RequestedRegion=eu-west-1").exit_code == 1
    assert payguard(*asking, "--unknown", "aws:RequestedRegion").exit_code == 3


def test_an_action_without_resource_needs_none(payguard: Run, files: Path) -> None:
    options = ("--action", "bedrock-agentcore:ListPaymentManagers", "--identity", "all.json")
    assert payguard("simulate", *options, "--expect", "allow").exit_code == 0


def test_a_call_on_several_resources_is_asked_about_all(payguard: Run, files: Path) -> None:
    options = ("--action", RETRIEVE, "--identity", "all.json", "--resource", PROVIDER)
    result = payguard("simulate", *options)
    assert result.exit_code == 3
    assert result.stdout.splitlines()[0] == (
        'undecided: the call also asks about a resource of type "workload-identity", and none was '
        'given; the call also asks about a resource of type "workload-identity-directory", and '
        "none was given"
    )
    workload = f"{HOME}:workload-identity-directory/default/workload-identity/w"
    result = payguard("simulate", *options, "--resource", workload)
    lines = result.stdout.splitlines()
    assert lines[0] == f'allow: "{RETRIEVE}" is authorized on 4 resources'
    assert f'allow on "{PROVIDER}": allowed by all.json:4:3' in lines
    (files / "narrow.json").write_text(json.dumps(policy(allow(Resource=PROVIDER))))
    narrow = ("simulate", "--action", RETRIEVE, "--identity", "narrow.json")
    result = payguard(*narrow, "--resource", PROVIDER, "--resource", workload)
    assert result.stdout.startswith(f'deny: "{RETRIEVE}" is authorized on 4 resources, and not all')
    assert "note: that the call is also authorized" in result.stdout


def test_json_says_everything(payguard: Run, files: Path) -> None:
    options = ("--identity", "spend.json", "--expect", "allow", "--output-format", "json")
    result = payguard(*pay(*options))
    value = json.loads(result.stdout)
    (part,) = value.pop("resources")
    assert value == {
        "decision": "allow",
        "principal": f"arn:aws:iam::{ACCOUNT}:role/",
        "action": PAY,
        "doubts": [],
        "expected": "allow",
        "passed": True,
    }
    because = part.pop("because")
    first = {"policy": "identity", "index": 0, "pointer": "/Statement/0", "sid": "Pay"}
    assert part == {
        "resource": MANAGER,
        "type": "payment-manager",
        "decision": "allow",
        "detail": "Allowed",
        "layer": "identity",
        "decided_by": [{**first, "path": "spend.json", "line": 4, "column": 3}],
    }
    assert because[1] == {
        "policy": "identity",
        "index": 0,
        "pointer": "/Statement/1",
        "sid": None,
        "path": "spend.json",
        "line": 12,
        "column": 14,
        "effect": "Allow",
        "applies": "no",
        "element": "/Statement/1/Action",
        "reason": UNMATCHED,
    }


def test_yaml_is_read_as_well(payguard: Run, files: Path) -> None:
    text = f"Version: '2012-10-17'\nStatement:\n- Effect: Allow\n  Action: {PAY}\n  Resource: '*'\n"
    (files / "role.yaml").write_text(text)
    result = payguard(*pay("--identity", "role.yaml"))
    assert result.stdout.startswith("allow: allowed by role.yaml:3:3")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (pay(), "there is no policy to ask"),
        (pay("--identity", "missing.json"), "missing.json: no such file or folder"),
        (pay("--identity", "broken.json"), "broken.json:1:1: not JSON"),
        (pay("--resource-policy", "two.yaml"), "two.yaml: it holds 2 policies"),
        (pay("--identity", "all.json", "--context", "x"), "is not of the form KEY=VALUE"),
        (pay("--identity", "all.json", "--context", "=x"), "is not of the form KEY=VALUE"),
        (
            pay("--identity", "all.json", "--anonymous", "--principal", ROLE),
            "--principal and --anonymous exclude each other",
        ),
        *(
            (pay("--identity", "all.json", "--principal", text), "is no role, user, session")
            for text in ("", "agent", f"arn:aws:iam::{ACCOUNT}:group/g", ROLE[:-5] + "*", ROLE[3:])
        ),
        (pay("--identity", "all.json", "--resource-account", "12"), "no account ID of 12 digits"),
        (pay("--identity", "all.json", "--management-account", "x"), "no account ID of 12 digits"),
        (
            pay("--identity", "all.json", "--context", "aws:x=1", "--unknown", "AWS:X"),
            '--unknown "AWS:X": --context gives it a value',
        ),
        *(
            (("simulate", "--identity", "all.json", "--action", text), f'"{text}" is no action')
            for text in ("s3:*", "s3:Get?", "s3:", ":Get", "s3:Get Object", "s3:${x}")
        ),
        (("simulate", "--identity", "all.json", "--action", "Pay"), "names no service"),
        (
            ("simulate", "--identity", "all.json", "--action", PAY),
            "is authorized on a payment-manager: give its ARN with --resource",
        ),
        (
            (
                "simulate",
                "--resource-policy",
                "named.json",
                "--action",
                "s3:Get",
                "--resource",
                "*",
            ),
            "give the caller with --principal",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(
    payguard: Run, files: Path, options: tuple[str, ...], message: str
) -> None:
    (files / "broken.json").write_text("Statement")
    (files / "two.yaml").write_text("Statement: []\n---\nStatement: []\n")
    result = payguard(*options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not result.stdout


def test_an_action_that_the_catalog_lacks_is_pointed_out(payguard: Run, files: Path) -> None:
    options = ("--identity", "all.json", "--resource", MANAGER)
    result = payguard("simulate", "--action", "bedrock-agentcore:ProcesPayment", *options)
    assert result.exit_code == 0
    assert 'did you mean "bedrock-agentcore:ProcessPayment"?' in result.stderr
    result = payguard("simulate", "--action", "bedrock-agentcore-control:ProcessPayment", *options)
    assert result.exit_code == 0
    assert result.stderr == 'payguard: the catalog has no service "bedrock-agentcore-control"\n'
    result = payguard("simulate", "--action", PAY.upper(), *options)
    assert not result.stderr
