"""``payguard diff``: new access with a witness each, and what is taken away."""

import json
import shlex
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

import payguard_policies
from authorization.asking import ACCOUNT, PAY, ROLE, Json, allow, deny, policy
from authorization.questions import documents
from cli.proving import (
    DOCUMENTS,
    OPEN,
    PREFIX,
    RETRIEVE,
    SHOP,
    case_of,
    commands,
    lines,
    shell,
    write,
)
from commands import Run
from payguard.cli import commands as payguard_commands

SCHEMAS = Path(str(payguard_policies.__file__)).parent / "schemas"
LIST = "bedrock-agentcore:ListPaymentManagers"
MORE: dict[str, Json] = {
    "wide": policy(
        {"Sid": "Pay", **allow(Action=PAY)},
        allow(
            Action=[OPEN, "bedrock-agentcore:GetPaymentSession"],
            Resource=f"{PREFIX}shop-*",
            Condition={"StringEquals": {"aws:ResourceTag/team": "a"}},
        ),
    ),
    "guarded": policy(allow(Action=PAY), deny(Action=PAY, Resource=SHOP)),
    "assume": policy(allow(Action=PAY), allow(Action="sts:AssumeRole")),
    "retrieve": policy(allow(Action=RETRIEVE)),
    "lists": policy(allow(Action=LIST)),
}


@pytest.fixture
def files(folder: Path) -> Path:
    return write(folder, {**DOCUMENTS, **MORE})


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    found = json.loads((SCHEMAS / "diff.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(found)


ASSUMED = (
    "  assumed: the resource belongs to the caller's account: payments has no resource policies",
    "  assumed: no policy allows more than those given; further boundaries and SCPs only restrict",
    "  assumed: context keys hold values of the types that AWS documents",
    "  assumed: the catalog's 456 services and their actions are all there are",
)
OVER = "  over: {}, each on every resource of its types, with any context"
ON_SHOP = '     on "{shop}"'
TEAM = ' with aws:ResourceTag/team "a"'
REPLAY = "     $ payguard simulate --identity {} --action {} --resource {{shop}}"

TRANSCRIPTS: dict[str, tuple[tuple[str, ...], int, list[str]]] = {
    "nothing new": (
        ("pay.json", "pay.json"),
        0,
        lines(
            "proved: pay.json allows nothing that pay.json did not",
            OVER.format("1 action"),
            *ASSUMED,
            "  examined: 2 statements; no request needed to be tried",
            "0 new, 0 taken away, 0 actions undecided",
        ),
    ),
    "new access has a witness, and what decided before": (
        ("pay.json", "wide.json"),
        1,
        lines(
            "refuted: wide.json allows nothing that pay.json did not",
            "new access:",
            "  1. 2 actions: CreatePaymentSession, GetPaymentSession",
            f'{ON_SHOP},{TEAM}: allowed by wide.json:10:3; before: no identity policy allows "{{open}}"',
            f"{REPLAY.format('wide.json', OPEN)} --context aws:ResourceTag/team=a",
            "1 new, 0 taken away, 0 actions undecided",
        ),
    ),
    "what is taken away is told, and no offence": (
        ("pay.json", "guarded.json"),
        0,
        lines(
            "proved: guarded.json allows nothing that pay.json did not",
            OVER.format("1 action"),
            *ASSUMED,
            "  examined: 3 statements, 2 representative resources, 0 requests",
            "taken away:",
            "  1. ProcessPayment",
            f"{ON_SHOP}: allowed by pay.json:4:3; now: explicitly denied by guarded.json:9:3",
            REPLAY.format("pay.json", PAY),
            "0 new, 1 taken away, 0 actions undecided",
        ),
    ),
    "what is undecided has its actions and reasons": (
        ("pay.json", "unclear.json"),
        3,
        lines(
            "undecided: unclear.json allows nothing that pay.json did not",
            OVER.format("2 actions"),
            *ASSUMED,
            "  examined: 3 statements, 1 representative resource, 4 requests",
            "new access:",
            "  undecided: CreatePaymentSession",
            '  because: IAM has no condition operator "StringMatches"',
            "0 new, 0 taken away, 1 action undecided",
        ),
    ),
}


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_the_text_is_exactly_this(payguard: Run, files: Path, name: str) -> None:
    arguments, status, expected = TRANSCRIPTS[name]
    result = payguard("diff", *arguments)
    assert result.stdout.splitlines() == expected
    assert result.exit_code == status
    assert not result.stderr


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_the_json_fits_its_schema(
    payguard: Run, files: Path, schema: Draft202012Validator, name: str
) -> None:
    arguments, status, _ = TRANSCRIPTS[name]
    result = payguard("diff", *arguments, "--output-format", "json")
    value = json.loads(result.stdout)
    schema.validate(value)
    assert result.exit_code == status
    assert value["verdict"] == ("proved", "refuted", "", "undecided")[status]


def test_the_json_says_everything(payguard: Run, files: Path) -> None:
    value = json.loads(payguard("diff", "pay.json", "wide.json", "--output-format", "json").stdout)
    (change,) = value["new_access"]
    assert value["removed_access"] == []
    assert value["undecided"] == {"new": [], "removed": []}
    witness = change.pop("witness")
    assert change == {
        "actions": [OPEN, "bedrock-agentcore:GetPaymentSession"],
        "count": 2,
        "resource": SHOP,
        "context": {"aws:ResourceTag/team": "a"},
        "otherwise": {
            "decision": "deny",
            "detail": "ImplicitlyDenied",
            "layer": "identity",
            "decided_by": [],
        },
    }
    assert witness["requests"][0]["decided_by"][0]["path"] == "wide.json"
    asked = f"--action {OPEN} --resource {SHOP} --context aws:ResourceTag/team=a"
    assert witness["replay"] == [f"payguard simulate --identity wide.json {asked}"]


@pytest.mark.parametrize(
    ("arguments", "status", "verdict"),
    [
        (("all.json", "pay.json"), 0, "proved"),
        (("pay.json", "all.json"), 1, "refuted"),
        (("none.json", "retrieve.json"), 1, "refuted"),
        (("none.json", "lists.json", "--principal", ROLE), 1, "refuted"),
        (("guarded.json", "pay.json"), 1, "refuted"),
        (("pay.json", "all.json", "--boundary", "pay.json"), 0, "proved"),
        (("pay.json", "all.json", "--scp", "root=all.json", "--scp", "ou=pay.json"), 0, "proved"),
        (("none.json", "lists.json", "--actions", "payments"), 1, "refuted"),
        (("none.json", "assume.json", "--actions", "payments"), 1, "refuted"),
        (("assume.json", "pay.json"), 0, "proved"),
        (("pay.json", "assume.json", "--actions", "payments"), 0, "proved"),
        (("pay.json", "unclear.json", "--allow-undecided"), 0, "undecided"),
    ],
)
def test_the_exit_status_is_about_new_access(
    payguard: Run, files: Path, arguments: tuple[str, ...], status: int, verdict: str
) -> None:
    result = payguard("diff", *arguments)
    assert result.stdout.partition(":")[0] == verdict
    assert result.exit_code == status


def test_becoming_another_role_is_new_access_wherever_that_role_lets_it(
    payguard: Run, files: Path
) -> None:
    target = f"arn:aws:iam::{ACCOUNT}:role/other"
    result = payguard("diff", "pay.json", "assume.json")
    assert result.exit_code == 1
    _, title, first, witness, replay, count = result.stdout.splitlines()
    assert title == "new access:"
    assert first == "  1. sts:AssumeRole (where the trust policy of the role lets it in)"
    assert witness == (
        f'     on "{target}": allowed by -:1:37, assume.json:9:3; '
        'before: no identity policy allows "sts:AssumeRole"'
    )
    assert replay.endswith(f"--trust - --action sts:AssumeRole --resource {target}")
    assert count == "1 new, 0 taken away, 0 actions undecided"
    assert shell(commands(result.stdout)[0], files).stdout.startswith("allow: allowed by -:1:37")
    result = payguard("diff", "pay.json", "-", input=json.dumps(MORE["assume"]))
    assert result.exit_code == 1
    assert not commands(result.stdout)  # standard input cannot be both
    assert "(simulate cannot be told this request;" in result.stdout


def test_the_account_of_the_role_may_decide_whether_it_becomes_another(
    payguard: Run, files: Path
) -> None:
    only = {"StringEquals": {"aws:PrincipalAccount": "444455556666"}}
    write(
        files, {"only": policy(allow(Action=PAY), allow(Action="sts:AssumeRole", Condition=only))}
    )
    result = payguard("diff", "pay.json", "only.json")
    assert result.exit_code == 3
    assert (
        "  because: the account of the role decides on sts:AssumeRole: give it with --principal"
    ) in result.stdout.splitlines()
    other = "arn:aws:iam::444455556666:role/agent"
    assert payguard("diff", "pay.json", "only.json", "--principal", ROLE).exit_code == 0
    assert payguard("diff", "pay.json", "only.json", "--principal", other).exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("none.json", "retrieve.json"),
        ("pay.json", "all.json", "--scp", "all.json"),
        ("none.json", "lists.json", "--principal", ROLE),
        ("guarded.json", "wide.json"),
    ],
    ids=" ".join,
)
def test_every_command_decides_as_the_witness_does(
    payguard: Run, files: Path, schema: Draft202012Validator, arguments: tuple[str, ...]
) -> None:
    value = json.loads(payguard("diff", *arguments, "--output-format", "json").stdout)
    schema.validate(value)
    text = payguard("diff", *arguments, "-v").stdout
    changes = (*value["new_access"], *value["removed_access"])
    found = [command for change in changes for command in change["witness"]["replay"]]
    assert len(found) == len(changes) > 0
    assert commands(text) == found
    assert all(change["otherwise"]["decision"] == "deny" for change in changes)
    for command in found[:6]:
        assert shell(command, files).stdout.startswith("allow")


def test_a_witness_is_a_case_of_payguard_test_for_both_versions(payguard: Run, files: Path) -> None:
    value = json.loads(
        payguard("diff", "guarded.json", "wide.json", "--output-format", "json").stdout
    )
    cases = []
    for change in value["new_access"]:
        (asked,) = change["witness"]["requests"]
        cases.append(case_of("new", [MORE["wide"]], asked))
        cases.append(case_of("old", [MORE["guarded"]], {**asked, **change["otherwise"]}))
    assert [case["expected"] for case in cases] == ["allow", "deny"] * (len(cases) // 2)
    (files / "cases").write_text(json.dumps(cases))
    assert payguard("test", "cases").exit_code == 0


def test_long_lists_are_cut_short_unless_all_is_wanted(payguard: Run, files: Path) -> None:
    short, whole = (
        payguard("diff", "none.json", "all.json", *more).stdout for more in ((), ("-v",))
    )
    listed = [line for line in short.splitlines() if line.startswith("  1. ")]
    assert listed[0].startswith("  1. ")
    assert "CreatePaymentManager, ListPaymentManagers" in listed[0]  # payments first
    assert " more" in listed[0]
    assert "  20. " in short
    assert "  21. " not in short
    assert "more (--verbose lists them)" in short
    assert "  21. " in whole
    assert " more" not in whole


# Folders


def test_a_folder_holds_the_identity_policies_of_one_role(payguard: Run, files: Path) -> None:
    for name in ("old", "new"):
        (files / name / "deep").mkdir(parents=True)
        write(files / name, {"pay": DOCUMENTS["pay"]})
        (files / name / "notes.json").write_text('{"name": "no policy"}')
        (files / name / "main.tf").write_text("resource {")
    assert payguard("diff", "old", "new").exit_code == 0
    text = (
        f"Version: '2012-10-17'\nStatement:\n- Effect: Allow\n  Action: {OPEN}\n  Resource: '*'\n"
    )
    (files / "new" / "deep" / "open.yaml").write_text(text)
    result = payguard("diff", "old", "new")
    assert result.exit_code == 1
    assert "allowed by new/deep/open.yaml:3:3; before: no identity policy" in result.stdout
    (command,) = commands(result.stdout)
    assert "--identity new/pay.json --identity new/deep/open.yaml" in command
    assert "notes" not in command
    assert shell(command, files).stdout.startswith("allow: allowed by new/deep/open.yaml:3:3")
    assert payguard("diff", "old", "pay.json").exit_code == 0


def test_one_side_may_be_standard_input(payguard: Run, files: Path) -> None:
    result = payguard("diff", "pay.json", "-", input=json.dumps(DOCUMENTS["all"]))
    assert result.exit_code == 1
    assert result.stdout.startswith("refuted: - allows nothing that pay.json did not\n")
    result = payguard("diff", "-", "-", input=json.dumps(DOCUMENTS["all"]))
    assert result.exit_code == 2
    assert "-: standard input is empty; it can be read once" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("pay.json",), "give OLD and NEW"),
        (("pay.json", "missing.json"), "missing.json: no such file or folder"),
        (("pay.json", "broken.json"), "broken.json:1:1: not JSON"),
        (("pay.json", "empty"), "empty: there is no policy in it"),
        (("pay.json", "spoilt"), "spoilt/a.json:1:24: "),
        (("pay.json", "notes.json"), "notes.json"),
        (("pay.json", "pay.json", "--scp", "broken.json"), "broken.json:1:1: not JSON"),
        (("pay.json", "pay.json", "--principal", "x"), '"x" is no ARN of a role or user'),
        (("pay.json", "pay.json", "--actions", "s3"), "'s3' is not one of 'all', 'payments'"),
        (("pay.json", "large.json"), "large.json: the policy has 100,133 characters"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    payguard: Run, files: Path, arguments: tuple[str, ...], message: str
) -> None:
    (files / "broken.json").write_text("Statement")
    (files / "notes.json").write_text("{}")
    (files / "empty").mkdir()
    (files / "spoilt").mkdir()
    (files / "spoilt" / "a.json").write_text('{"Statement": [{"Sid": }]}')
    write(files, {"large": policy(allow(Action=[f"s3:Get{number:06}" for number in range(6670)]))})
    result = payguard("diff", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not result.stdout


def test_a_witness_carries_what_the_other_version_looks_at(payguard: Run, files: Path) -> None:
    block = {"StringNotEquals": {"aws:UserAgent": "a"}}
    write(files, {"agent": policy(allow(Action=PAY, Resource=f"{PREFIX}*", Condition=block))})
    result = payguard("diff", "agent.json", "pay.json", "--output-format", "json")
    (change,) = json.loads(result.stdout)["new_access"]
    assert change["otherwise"]["decision"] == "deny"


# Hostile input


def test_names_and_texts_from_outside_are_made_plain(payguard: Run, files: Path) -> None:
    hostile = "\x1b[2J::set-output::##[add-mask]\u202e"
    document = policy({"Sid": hostile, **allow(Condition={"StringEquals": {hostile: "x"}})})
    write(files, {hostile: document})
    for options in ((), ("--output-format", "json")):
        result = payguard("diff", "pay.json", f"{hostile}.json", *options)
        assert result.exit_code == 1
        for line in result.stdout.splitlines():
            assert line.isprintable()
            assert not line.startswith("::")
            assert "##[" not in line
    for command in commands(payguard("diff", "pay.json", f"{hostile}.json").stdout)[:2]:
        assert shell(command, files).stdout.startswith("allow")


def test_a_comparison_beyond_its_time_is_undecided(payguard: Run, files: Path) -> None:
    names = [f"aws:PrincipalTag/{number}" for number in range(8)]
    variables = "*".join(f"${{{name}}}" for name in names)
    block = {"StringLike": {name: ["a*", "*b", "c?", "d"] for name in names}}
    bomb = policy(*(allow(Resource=f"{PREFIX}{variables}*", Condition=block) for _ in range(30)))
    write(files, {"bomb": bomb})
    start = time.monotonic()
    result = payguard("diff", "pay.json", "bomb.json", "--timeout", "0.2")
    assert time.monotonic() - start < 30
    assert result.exit_code in {1, 3}
    if result.exit_code == 3:
        assert '  because: the search was ended before its end: "no more time"' in result.stdout


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(one=documents, other=documents)
def test_random_witnesses_are_replayed(
    tmp_path_factory: pytest.TempPathFactory, one: Json, other: Json
) -> None:
    folder = write(tmp_path_factory.mktemp("random"), {"one": one, "other": other})
    paths = [str(folder / f"{name}.json") for name in ("one", "other")]
    runner = CliRunner()
    asked = ["diff", *paths, "--actions", "payments", "--output-format", "json"]
    result = runner.invoke(payguard_commands, asked)
    assert result.exit_code in {0, 1, 3}
    value: dict[str, Any] = json.loads(result.stdout)
    assert (result.exit_code == 1) == bool(value["new_access"])
    for change in (*value["new_access"], *value["removed_access"]):
        for command in change["witness"]["replay"][:1]:
            done = runner.invoke(payguard_commands, shlex.split(command)[1:])
            assert done.stdout.startswith("allow")
