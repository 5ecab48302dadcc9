"""The explain command: what it reads, what it says, and how it ends."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import payguard_policies
from commands import Run
from fixtures.round_trip.forms import FORMS, Form
from fixtures.round_trip.scenario import ACCOUNT, MANAGER
from payguard.denial.wording import spoken
from payguard_policies import roles

SCHEMA = Path(str(payguard_policies.__file__)).parent / "schemas" / "explanation.schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text()))
LIST = "bedrock-agentcore:ListPaymentSessions"
PAY = "bedrock-agentcore:ProcessPayment"
BALANCE = "bedrock-agentcore:GetPaymentInstrumentBalance"
WHO = "somebody-secret"
IMPLICIT = "because no identity-based policy allows the {} action"
EXPLICIT = "with an explicit deny in an identity-based policy"


def message(action: str, reason: str, role: str = "ShopPaymentsManagement") -> str:
    who = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{WHO}"
    text = f"User: {who} is not authorized to perform: {action} on resource: {MANAGER} "
    return spoken(text + reason.format(action), action.partition(":")[2])


def viewer(folder: Path, *left_out: str) -> str:
    """Write the documented policy of a viewer, without some actions."""
    found = roles.permissions("viewer", roles.Parameters(manager_arns=(MANAGER,)))
    (statement,) = found["Statement"]
    statement["Action"] = [name for name in statement["Action"] if name not in left_out]
    (folder / "viewer.json").write_text(json.dumps(found, indent=2))
    return "viewer.json"


def asked(payguard: Run, *arguments: str, **options: Any) -> tuple[Result, Any]:
    result = payguard("explain", "--output-format", "json", *arguments, **options)
    found = json.loads(result.stdout)
    VALIDATOR.validate(found)
    assert WHO not in result.output
    return result, found["explanations"]


def test_a_missing_action_is_named_with_the_statement_that_repairs_it(
    payguard: Run, folder: Path
) -> None:
    path = viewer(folder, LIST)
    result = payguard(
        "explain", message(LIST, IMPLICIT, "Viewer"), "--policies", path, "--persona", "viewer"
    )
    near = (
        '     viewer.json:7:17: Allow "AllowPaymentReadOperations" does not apply: none of the 4 '
        f'entries of Action matches "{LIST}"'
    )
    assert result.exit_code == 0
    assert WHO not in result.output
    assert result.stdout.splitlines() == [
        "explained: ListPaymentSessions is denied to Viewer: no identity-based policy allows it",
        f"  who: arn:aws:iam::{ACCOUNT}:role/Viewer",
        f"  action: {LIST} on {MANAGER}",
        "  AWS: denied because no identity-based policy allows it",
        "  cause: no identity-based policy allows it",
        near,
        "  repair: add to an identity-based policy in viewer.json:3:16",
        "     {",
        '       "Sid": "AllowListPaymentSessions",',
        '       "Effect": "Allow",',
        f'       "Action": "{LIST}",',
        f'       "Resource": "{MANAGER}"',
        "     }",
        "  tried: the call is then allowed",
        '  tried: the contract of "viewer" is then kept',
        "  tried: opening budgets and spending stay apart",
        "  tried: no other action becomes allowed",
    ]


def test_the_repair_that_is_offered_is_one_that_simulate_confirms(
    payguard: Run, folder: Path
) -> None:
    path = viewer(folder, LIST)
    _, (found,) = asked(payguard, message(LIST, IMPLICIT, "Viewer"), "--policies", path)
    policy = json.loads((folder / path).read_text())
    policy["Statement"].append(found["repair"]["edits"][0]["statement"])
    (folder / path).write_text(json.dumps(policy))
    ask = ("--identity", path, "--action", LIST, "--resource", MANAGER, "--expect", "allow")
    assert payguard("simulate", *ask).exit_code == 0


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_the_role_is_found_in_every_form_of_input(payguard: Run, folder: Path, form: Form) -> None:
    (folder / "in").mkdir()
    form.write("documented", folder / "in")
    config: tuple[str, ...] = ()
    role = ("--role", "ShopPaymentsManagement")
    if form.is_loose:
        (folder / "payguard.toml").write_text(
            '[[role]]\nname = "ShopPaymentsManagement"\n'
            'identity = ["in/ShopPaymentsManagement.management.json"]\n'
        )
        config = ("--config", "payguard.toml")
    text = message(PAY, EXPLICIT)
    result, (found,) = asked(payguard, text, "--policies", "in", *config, "--persona", "management")
    if found["role"] is None:  # a name that is only known in part
        result, (found,) = asked(
            payguard, text, "--policies", "in", *config, *role, "--persona", "management"
        )
    assert (result.exit_code, found["verdict"]) == (0, "as-designed"), result.output
    (cause,) = found["causes"]
    assert (cause["layer"], cause["explicit"]) == ("identity", True)
    assert cause["statements"][0]["sid"] == "DenyProcessPayment"


def test_a_boundary_that_came_with_the_plan_is_what_aws_names(payguard: Run, folder: Path) -> None:
    form = next(one for one in FORMS if one.name == "account details, CLI")
    (folder / "in").mkdir()
    form.write("broken", folder / "in")
    text = message(
        BALANCE, "because no permissions boundary allows the {} action", "ShopProcessPayment"
    )
    _, (found,) = asked(payguard, text, "--policies", "in")
    assert found["verdict"] == "explained"
    assert [cause["layer"] for cause in found["causes"]] == ["boundary"]
    assert [edit["layer"] for edit in found["repair"]["edits"]] == ["boundary"]


# What is read


def test_standard_input_is_read_by_default_and_each_denial_is_told_once(payguard: Run) -> None:
    log = "\n".join(
        [message(LIST, IMPLICIT), "noise", message(PAY, EXPLICIT), message(LIST, IMPLICIT)]
    )
    for arguments in ((), ("-",)):
        result, found = asked(payguard, *arguments, input=log)
        assert result.exit_code == 0
        assert [one["denial"]["action"] for one in found] == [LIST, PAY]
        assert [one["verdict"] for one in found] == ["told", "told"]


def test_an_event_of_cloudtrail_brings_the_context_that_a_condition_looks_at(
    payguard: Run, folder: Path
) -> None:
    event = {
        "eventSource": "bedrock-agentcore.amazonaws.com",
        "eventName": "ListPaymentSessions",
        "errorCode": "AccessDenied",
        "errorMessage": message(LIST, EXPLICIT, "Viewer"),
        "sourceIPAddress": "203.0.113.7",
        "userIdentity": {"type": "AssumedRole", "arn": "x"},
    }
    office = {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    statements = [
        {"Effect": "Allow", "Action": LIST, "Resource": MANAGER},
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": office},
    ]
    policy = {"Version": "2012-10-17", "Statement": statements}
    (folder / "role.json").write_text(json.dumps(policy))
    _, (found,) = asked(payguard, "--policies", "role.json", input=json.dumps(event))
    assert found["denial"]["context"]["aws:sourceip"] == "203.0.113.7"
    assert [cause["sure"] for cause in found["causes"]] == [True]


def test_an_encoded_message_says_how_to_decode_it(payguard: Run) -> None:
    text = (
        "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are "
        "not authorized to perform this operation. Encoded authorization failure message: 4Ai9qvVQ"
    )
    result = payguard("explain", text)
    assert result.exit_code == 0
    assert "aws sts decode-authorization-message" in result.stdout
    assert "4Ai9qvVQ" not in result.stdout


def test_an_answer_that_is_no_decision_of_iams_says_what_helps(payguard: Run) -> None:
    text = spoken(
        "The payment connector credentials are not authorized for this operation", "ProcessPayment"
    )
    result, (found,) = asked(payguard, text)
    assert result.exit_code == 0
    assert found["verdict"] == "not-iam"
    assert found["denial"]["message"]["id"] == "connector-credentials"
    assert payguard("explain", text).stdout.startswith("not-iam: The wallet provider refuses")


# How it ends


def test_policies_that_do_not_deny_it_leave_it_undecided(payguard: Run, folder: Path) -> None:
    path = viewer(folder)
    arguments = (message(LIST, IMPLICIT, "Viewer"), "--policies", path)
    result, (found,) = asked(payguard, *arguments)
    assert (result.exit_code, found["verdict"]) == (3, "not-denied")
    assert payguard("explain", *arguments, "--allow-undecided").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hello",), "there is no AccessDenied message in it"),
        (("",), "there is no AccessDenied message in it"),
        (("viewer.json",), "payguard explain - < viewer.json"),
        ((message(LIST, IMPLICIT), "--policies", "missing.json"), "no such file"),
        ((message(LIST, IMPLICIT), "--role", "Viewer"), "--policies PATH"),
        ((message(LIST, IMPLICIT), "--boundary", "viewer.json"), "--policies PATH"),
        ((message(LIST, IMPLICIT), "--policies", "-"), "standard input is for the message"),
        ((message(LIST, IMPLICIT), "--policies", "broken.json"), "broken.json"),
    ],
)
def test_what_cannot_be_done_is_refused(
    payguard: Run, folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    viewer(folder)
    (folder / "broken.json").write_text("{")
    result = payguard("explain", *arguments)
    assert result.exit_code == 2
    assert said in result.output


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(noise=st.text(max_size=40))
def test_what_stands_around_a_message_can_forge_no_line(payguard: Run, noise: str) -> None:
    text = message(LIST, IMPLICIT).replace(MANAGER, f"{MANAGER}/{noise}")
    result = payguard("explain", input=text)
    assert result.exit_code in {0, 2}
    assert all(character.isprintable() or character == "\n" for character in result.stdout)


def test_policies_that_take_too_long_leave_it_undecided(payguard: Run, folder: Path) -> None:
    stars = [
        f"arn:aws:bedrock-agentcore:*{'*'.join('abcdefghijklmnop'[: 3 + n])}*" for n in range(9)
    ]
    statements: list[dict[str, Any]] = [
        {"Effect": "Deny", "Action": "bedrock-agentcore:*", "Resource": star} for star in stars
    ]
    statements.append({"Effect": "Allow", "Action": PAY, "Resource": "*"})
    policy = {"Version": "2012-10-17", "Statement": statements}
    (folder / "role.json").write_text(json.dumps(policy))
    started = time.perf_counter()
    arguments = ("--policies", "role.json", "--persona", "viewer", "--timeout", "2")
    result, _ = asked(payguard, message(LIST, IMPLICIT), *arguments)
    assert result.exit_code in {0, 3}
    assert time.perf_counter() - started < 15


def test_a_role_that_is_empty_is_not_taken_for_one_that_is_not_given(
    payguard: Run, folder: Path
) -> None:
    path = viewer(folder, LIST)
    result = payguard("explain", message(LIST, IMPLICIT), "--policies", path, "--role", "")
    assert result.exit_code == 2
    assert "'--role': it is empty" in result.output


def test_one_denial_of_many_sessions_is_explained_once(payguard: Run) -> None:
    text = message(LIST, IMPLICIT)
    log = "\n".join(text.replace(WHO, f"{WHO}-{number}") for number in range(300))
    result, found = asked(payguard, "-", input=log)
    assert (len(found), result.stderr) == (1, "")


def test_of_very_many_denials_the_first_are_explained_and_that_is_said(payguard: Run) -> None:
    log = "\n".join(message(LIST, IMPLICIT, f"Role{number}") for number in range(30))
    result, found = asked(payguard, "-", input=log)
    assert len(found) == 20
    assert result.stderr == "payguard: 20 of 30 denials are explained\n"
