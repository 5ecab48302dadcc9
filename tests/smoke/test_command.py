"""``payguard smoke`` as users call it: options, tables of the configuration, formats, statuses."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

import payguard_policies
from payguard.cli import commands
from payguard.smoke import target as defaults
from payguard.smoke.rendering import FORMATS
from smoke.scripted import (
    GET_MANAGER,
    INSTRUMENTS,
    MANAGER,
    ROLE,
    SESSIONS,
    Asked,
    Reply,
    Scripted,
    denied,
    listed,
    managed,
    refused,
)

SCHEMA = Path(str(payguard_policies.__file__)).parent / "schemas" / "smoke.schema.json"
PAYGUARD = Path(sys.executable).parent / "payguard"
SPENDER = ROLE.replace("ManagementRole", "ProcessPaymentRole")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def smoke(server: Scripted, *arguments: str) -> Result:
    where = ("--endpoint-url", server.url, "--sts-endpoint-url", server.url)
    return CliRunner().invoke(commands, ["smoke", *where, *arguments])


def ask(server: Scripted, *arguments: str) -> Result:
    return smoke(server, "--manager-arn", MANAGER, "--role-arn", ROLE, *arguments)


def test_what_is_as_expected_ends_with_0(server: Scripted, folder: Path) -> None:
    server.says(INSTRUMENTS, listed(INSTRUMENTS, 1))
    result = ask(server)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"Not AWS's own endpoint: {server.url}",
        "",
        f"{ROLE} (management) on {MANAGER}",
        "  ok         ListPaymentInstruments: allowed (1 instrument)",
        "  ok         ListPaymentSessions: allowed (no sessions)",
        "",
        "1 target, 2 calls: 2 as expected.",
    ]
    assert result.stderr == ""


def test_a_denial_by_iam_names_the_layer_and_ends_with_1(server: Scripted, folder: Path) -> None:
    server.says(SESSIONS, denied(SESSIONS, "with an explicit deny in a service control policy"))
    result = ask(server)
    assert result.exit_code == 1
    assert (
        "  FAILED     ListPaymentSessions: denied by IAM, expected allowed: a service control "
        'policy explicitly denies "bedrock-agentcore:ListPaymentSessions"'
    ) in result.stdout.splitlines()
    assert "2 calls: 1 as expected, 1 not as expected." in result.stdout


@pytest.mark.parametrize(
    ("arguments", "reply", "status"),
    [
        (("--persona", "viewer"), None, 0),
        (("--persona", "process-payment"), None, 1),
        (("--expect", "deny"), None, 1),
        (("--expect", "deny"), denied(SESSIONS), 1),
        (
            ("--persona", "management", "--deadline", "8"),
            refused("ThrottlingException", "Rate exceeded", 429),
            3,
        ),
        (("--persona", "management"), refused("ValidationException", "no", 400), 3),
        (
            ("--persona", "management", "--allow-undecided"),
            refused("ValidationException", "", 400),
            0,
        ),
        (("--persona", "management"), refused("ExpiredTokenException", "expired"), 2),
        (("--persona", "management"), refused("AccessDeniedException", "Access Denied"), 1),
        (("--expect", "deny"), refused("AccessDeniedException", "Access Denied"), 1),
    ],
    ids=str,
)
def test_the_exit_status_is_what_is_worst(
    server: Scripted, folder: Path, arguments: tuple[str, ...], reply: Reply | None, status: int
) -> None:
    if reply is not None:
        server.says(SESSIONS, reply)
    assert ask(server, *arguments).exit_code == status


def test_what_is_not_as_expected_weighs_more_than_what_could_not_run(
    server: Scripted, folder: Path
) -> None:
    def only_one_expired(asked: Asked) -> Reply:
        return refused("ExpiredTokenException", "expired")

    server.says(SESSIONS, only_one_expired)
    server.says(INSTRUMENTS, denied(INSTRUMENTS))
    assert ask(server).exit_code == 1


def test_without_an_expectation_nothing_is_decided_and_the_help_says_how(
    server: Scripted, folder: Path
) -> None:
    result = smoke(server, "--manager-arn", MANAGER, "--role-arn", ROLE.replace("Payments", "X"))
    assert result.exit_code == 3
    assert "say what is expected: --persona NAME, or --expect allow or deny" in result.stdout


def test_the_name_of_a_role_tells_its_persona_unless_the_configuration_does(
    server: Scripted, folder: Path
) -> None:
    assert f"{ROLE} (management)" in ask(server).stdout
    (folder / "payguard.toml").write_text(
        '[[role]]\nname = "AgentCorePayments*"\npersona = "process-payment"\n'
    )
    assert f"{ROLE} (process-payment)" in ask(server).stdout


CONFIGURATION = f"""
[[smoke.target]]
manager-arns = ["{MANAGER}", "{MANAGER.replace("shop", "book")}"]
role-arns = ["{ROLE}"]
user-id = "probe"

[[smoke.target]]
manager-arns = ["{MANAGER}"]
role-arns = ["{SPENDER}"]
expect = "deny"
"""


def configured(server: Scripted, text: str = CONFIGURATION) -> str:
    where = f'endpoint-url = "{server.url}"\nsts-endpoint-url = "{server.url}"\n'
    return text.replace("[[smoke.target]]\n", f"[[smoke.target]]\n{where}")


def test_tables_ask_every_manager_as_every_role(server: Scripted, folder: Path) -> None:
    (folder / "payguard.toml").write_text(configured(server))
    result = CliRunner().invoke(commands, ["smoke", "--output-format", "json"])
    assert result.exit_code == 1  # the last is expected to be denied, and is not
    found = json.loads(result.stdout)
    asked = [(one["role_arn"], one["manager_arn"]) for one in found["targets"]]
    assert asked == [
        (ROLE, MANAGER),
        (ROLE, MANAGER.replace("shop", "book")),
        (SPENDER, MANAGER),
    ]
    assert [one["answers"][0]["expected"] for one in found["targets"]] == ["allow", "allow", "deny"]
    users = [
        asked.headers["x-amzn-bedrock-agentcore-payments-user-id"]
        for asked in server.asked(SESSIONS)
    ]
    assert sorted(users) == ["payguard-smoke", "probe", "probe"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[smoke.target]]\n", "smoke.target[0].manager-arns: it is missing"),
        ("[[smoke.target]]\nmanager-arns = []\n", "smoke.target[0].manager-arns"),
        (
            f'\n[[smoke.target]]\nmanager-arns = ["{MANAGER}"]\nrole-arn = "x"\n',
            'payguard.toml:2: smoke.target[0].role-arn: unknown key; did you mean "role-arns"?',
        ),
        ("[smoke]\ntargets = []\n", "smoke.targets: unknown key"),
        (f'[[smoke.target]]\nmanager-arns = ["{MANAGER}"]\nexpect = "maybe"\n', "allow or deny"),
        ('[[smoke.target]]\nmanager-arns = ["arn:aws:x"]\n', "--manager-arn"),
    ],
)
def test_a_wrong_table_is_told_with_its_place(
    server: Scripted, folder: Path, text: str, message: str
) -> None:
    (folder / "payguard.toml").write_text(text)
    result = CliRunner().invoke(commands, ["smoke"])
    assert result.exit_code == 2
    assert message in result.stderr
    assert server.requests == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name what is asked"),
        (("--manager-arn", "x"), "is no ARN"),
        (("--manager-arn", MANAGER, "--persona", "viewer", "--expect", "deny"), "exclude"),
        (("--manager-arn", MANAGER, "--role", "x"), "belongs to --plan"),
        (("--expect", "deny"), "--expect belongs to --manager-arn"),
        (("--user-id", "me"), "--user-id belongs to --manager-arn"),
        (("--manager-arn", MANAGER, "--external-id", "between-us"), "belongs to --role-arn"),
        (("--plan", "x.json", "--role-arn", ROLE), "does not go with --plan"),
        (("--plan", "no-such-file.json"), "no-such-file.json"),
    ],
)
def test_a_wrong_use_is_exit_2_before_any_call(
    folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = CliRunner().invoke(commands, ["smoke", "--isolated", *arguments])
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize(
    "name",
    ["role-arn", "external-id", "profile", "user-id", "region", "endpoint-url", "sts-endpoint-url"],
)
def test_an_option_that_is_empty_is_not_taken_for_one_that_is_not_given(
    server: Scripted, folder: Path, name: str
) -> None:
    """As where a variable of the shell is not set: nobody means the credentials at hand, or AWS."""
    result = ask(server, f"--{name}", "")
    assert result.exit_code == 2
    assert f"'--{name}': it is empty" in result.output
    assert server.requests == []


def test_json_follows_its_schema_and_carries_what_aws_said(server: Scripted, folder: Path) -> None:
    server.says(SESSIONS, denied(SESSIONS))
    result = ask(server, "--format", "json")
    found = json.loads(result.stdout)
    assert [
        e.message for e in Draft202012Validator(json.loads(SCHEMA.read_text())).iter_errors(found)
    ] == []
    assert (found["mode"], found["complete"]) == ("live", True)
    assert found["summary"]["not-as-expected"] == 1
    answer = found["targets"][0]["answers"][1]
    assert (answer["outcome"], answer["layer"], answer["explicit"]) == (
        "denied-by-iam",
        "identity",
        False,
    )


def test_junit_has_a_test_for_each_call(server: Scripted, folder: Path) -> None:
    server.says(SESSIONS, denied(SESSIONS))
    result = ask(server, "--format", "junit", "-o", "smoke.xml")
    assert (result.exit_code, result.stdout) == (1, "")
    suite = ET.parse(folder / "smoke.xml").getroot()[0]  # noqa: S314  our own output
    assert [(suite.get("tests"), suite.get("failures"))] == [("2", "1")]
    failure = suite[1].find("failure")
    assert failure is not None
    assert "no identity-based policy allows" in str(failure.get("message"))


def test_github_annotates_what_is_not_as_expected(server: Scripted, folder: Path) -> None:
    server.says(SESSIONS, denied(SESSIONS))
    lines = ask(server, "--format", "github").stdout.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("::error title=payguard smoke%3A not as expected::")


def test_the_options_have_the_values_that_the_smoke_test_has() -> None:
    options = {one.name: one for one in commands.get_command(None, "smoke").params}  # type: ignore[arg-type, union-attr]
    assert options["user_id"].default == defaults.USER_ID
    assert options["deadline"].default == defaults.DEADLINE
    assert options["bearer_token_env"].default == defaults.BEARER_VARIABLE
    choices: Any = options["output_format"].type
    assert tuple(choices.choices) == FORMATS


def test_a_jwt_manager_is_undecided_and_names_the_variable(server: Scripted, folder: Path) -> None:
    server.says(GET_MANAGER, managed("CUSTOM_JWT"))
    result = ask(server, "--bearer-token-env", "SHOP_TOKEN")
    assert result.exit_code == 3
    assert "give a bearer token in the environment variable SHOP_TOKEN" in result.stdout


def test_there_is_no_progress_bar_where_stderr_is_no_terminal(
    server: Scripted, folder: Path
) -> None:
    assert ask(server).stderr == ""


def test_there_is_a_progress_bar_on_a_terminal(server: Scripted, folder: Path) -> None:
    where = ("--endpoint-url", server.url, "--sts-endpoint-url", server.url)
    for more, wanted in (((), True), (("--no-progress",), False)):
        out, error = _on_a_terminal(
            "smoke", "--manager-arn", MANAGER, "--role-arn", ROLE, *where, *more
        )
        assert ("Asking" in error) == wanted, error
        assert "2 calls: 2 as expected." in out
        assert "Asking" not in out


def _on_a_terminal(*arguments: str) -> tuple[str, str]:
    """Run a command whose stderr is a terminal; return what it writes there and to stdout."""
    ours, theirs = os.openpty()
    run = subprocess.Popen(
        [str(PAYGUARD), *arguments], stdout=subprocess.PIPE, stderr=theirs, env=dict(os.environ)
    )
    os.close(theirs)
    out, _ = run.communicate(timeout=60)
    shown = b""
    with contextlib.suppress(OSError):  # the other side is closed
        while part := os.read(ours, 65536):
            shown += part
    os.close(ours)
    return out.decode(), shown.decode()


def test_an_endpoint_of_the_environment_is_used_and_named(
    server: Scripted, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    arguments = ["smoke", "--manager-arn", MANAGER, "--role-arn", ROLE, "--format", "json"]
    result = CliRunner().invoke(commands, arguments)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["notes"] == [f"Not AWS's own endpoint: {server.url}"]


@pytest.mark.parametrize(
    "url", ["http://canary:canary@127.0.0.1:9", "http://127.0.0.1:9/canary?token=canary"]
)
def test_of_an_endpoint_of_the_environment_no_password_is_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    result = CliRunner().invoke(
        commands, ["smoke", "--manager-arn", MANAGER, "--persona", "viewer"]
    )
    assert "Not AWS's own endpoint: http://127.0.0.1:9\n" in result.output
    assert "canary" not in result.output


def test_an_endpoint_of_the_environment_that_is_no_url_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")
    result = CliRunner().invoke(commands, ["smoke", "--manager-arn", MANAGER, "--role-arn", ROLE])
    assert result.exit_code == 2
    assert "the endpoint is no URL" in result.output
    assert "check AWS_ENDPOINT_URL" in result.output


def test_ctrl_c_prints_what_was_found_and_ends_with_130(
    server: Scripted, folder: Path, interruptible: None
) -> None:
    slow = MANAGER.replace("shop", "slow")

    def hang(asked: Asked) -> Reply:
        return Reply(wait=60) if asked.json["paymentManagerArn"] == slow else listed(INSTRUMENTS)

    server.says(INSTRUMENTS, hang)
    managers = ("--manager-arn", MANAGER, "--manager-arn", slow)
    where = ("--endpoint-url", server.url, "--sts-endpoint-url", server.url)
    command = [str(PAYGUARD), "smoke", *managers, "--role-arn", ROLE, *where, "--concurrency", "1"]
    run = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    deadline = time.monotonic() + 60
    while len(server.asked(INSTRUMENTS)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    out, error = run.communicate(timeout=20)
    assert run.returncode == 130, out + error
    assert "ok         ListPaymentSessions: allowed (no sessions)" in out
    assert "not run    ListPaymentSessions: not asked: the run was interrupted before" in out
    assert "Interrupted: of 2 targets, 4 calls: 2 as expected, 2 not run." in out
    assert error == "payguard: interrupted\n"
