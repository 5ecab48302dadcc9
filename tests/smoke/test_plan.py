"""``payguard smoke --plan``: the same table and expectations, before anything is deployed."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

import payguard_policies
from payguard.cli import commands
from payguard_policies import roles
from payguard_policies.roles import PERSONAS, Parameters, contract
from smoke.scripted import ACCOUNT, MANAGER

SCHEMA = Path(str(payguard_policies.__file__)).parent / "schemas" / "smoke.schema.json"
FIXTURES = Path(__file__).parents[1] / "fixtures"
SERVICE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/Service"
PARAMETERS = Parameters(
    manager_arns=(MANAGER,),
    service_role_arn=SERVICE_ROLE,
    credential_provider_arns=(
        f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:token-vault/default/paymentcredentialprovider/p",
    ),
    secret_arns=(f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:wallet-AbCdEf",),
)
NAMES = {
    "control-plane": "AgentCorePaymentsControlPlaneRole",
    "management": "AgentCorePaymentsManagementRole",
    "process-payment": "AgentCorePaymentsProcessPaymentRole",
    "resource-retrieval": "AgentCorePaymentsResourceRetrievalRole",
    "viewer": "PaymentsViewer",
}


def role(persona: str, **changes: Any) -> dict[str, Any]:
    """Return a role of CloudFormation with the documented policies of a persona."""
    document = roles.permissions(persona, PARAMETERS)
    properties = {
        "RoleName": NAMES[persona],
        "AssumeRolePolicyDocument": roles.trust(persona, PARAMETERS),
        "Policies": [{"PolicyName": "payments", "PolicyDocument": document}],
        **changes,
    }
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def allowing(actions: str | list[str], resource: Any = "*", **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource, **more}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Policies": [{"PolicyName": "payments", "PolicyDocument": document}]}


def template(**resources: Any) -> str:
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def planned(folder: Path, text: str, *arguments: str, manager: str = MANAGER) -> Result:
    (folder / "stack.json").write_text(text)
    given = ("--manager-arn", manager) if manager else ()
    return CliRunner().invoke(commands, ["smoke", "--plan", "stack.json", *given, *arguments])


def outcomes(result: Result) -> list[tuple[str, str, str]]:
    """Return outcome, expectation and standing of every answer."""
    found = json.loads(result.stdout)
    return [
        (answer["outcome"], answer["expected"], answer["standing"])
        for target in found["targets"]
        for answer in target["answers"]
    ]


@pytest.mark.parametrize("persona", PERSONAS)
def test_each_documented_role_answers_as_its_contract_says(folder: Path, persona: str) -> None:
    result = planned(
        folder, template(Role=role(persona)), "--persona", persona, "--output-format", "json"
    )
    assert result.exit_code == 0, result.output
    wanted = contract(persona).smoke.values()
    assert [expected for _, expected, _ in outcomes(result)] == list(wanted)


def test_the_names_of_roles_tell_what_is_expected(folder: Path) -> None:
    known = {name.replace("-", ""): role(name) for name in PERSONAS if name != "viewer"}
    result = planned(folder, template(**known))
    assert result.exit_code == 0, result.output
    assert "4 targets, 8 calls: 8 as expected." in result.stdout


def test_a_missing_action_is_told_before_the_deploy(folder: Path) -> None:
    broken = role("management", **allowing("bedrock-agentcore:ListPaymentInstruments"))
    result = planned(folder, template(Role=broken))
    assert result.exit_code == 1
    assert "ok         ListPaymentInstruments: allowed" in result.stdout
    assert (
        "FAILED     ListPaymentSessions: denied by IAM, expected allowed: no identity policy "
        'allows "bedrock-agentcore:ListPaymentSessions"'
    ) in result.stdout


def test_a_guard_is_named_with_its_line(folder: Path) -> None:
    guarded = role("management")
    guarded["Properties"]["Policies"].append(
        {
            "PolicyName": "guard",
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Deny",
                    "Action": "bedrock-agentcore:List*",
                    "Resource": "*",
                },
            },
        }
    )
    result = planned(folder, template(Role=guarded))
    assert result.exit_code == 1
    assert "explicitly denied by stack.json:1:" in result.stdout


def test_a_manager_of_the_same_stack_stands_for_its_arn_to_be(folder: Path) -> None:
    manager = {
        "Type": "AWS::BedrockAgentCore::PaymentManager",
        "Properties": {"Name": "Shop", "AuthorizerType": "AWS_IAM", "RoleArn": SERVICE_ROLE},
    }
    arn = {"Fn::GetAtt": ["Manager", "PaymentManagerArn"]}
    lists = ["bedrock-agentcore:ListPaymentInstruments", "bedrock-agentcore:ListPaymentSessions"]
    own = role("management", **allowing(lists, arn))
    below = role("management", **allowing(lists, {"Fn::Sub": "${Manager.PaymentManagerArn}/*"}))
    whole = planned(folder, template(Role=own, Manager=manager), manager="")
    assert whole.exit_code == 0, whole.output
    assert "payment-manager/shop-a1b2c3d4e5" in whole.stdout
    assert planned(folder, template(Role=below, Manager=manager), manager="").exit_code != 0


def test_without_a_manager_to_ask_about_nothing_is_decided(folder: Path) -> None:
    result = planned(folder, template(Role=role("management")), manager="")
    assert result.exit_code == 2
    assert "give one with --manager-arn" in result.stderr


@pytest.mark.parametrize("given", [{"Ref": "Later"}, {"Fn::ImportValue": "elsewhere"}])
def test_what_is_not_known_before_the_deploy_is_undecided(folder: Path, given: Any) -> None:
    text = template(Role=role("management", **allowing("bedrock-agentcore:List*", given)))
    document = json.loads(text)
    document["Parameters"] = {"Later": {"Type": "String"}}
    result = planned(folder, json.dumps(document))
    assert result.exit_code == 3, result.output
    assert "is not known" in result.stdout
    assert planned(folder, json.dumps(document), "--allow-undecided").exit_code == 0


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ({"Bool": {"aws:SecureTransport": "true"}}, "allowed"),
        ({"Bool": {"aws:SecureTransport": "false"}}, "denied-by-iam"),
        ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, "allowed"),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, "denied-by-iam"),
        ({"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, "allowed"),
        ({"StringEquals": {"aws:ResourceAccount": "111111111111"}}, "denied-by-iam"),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "undecided"),
        ({"StringEquals": {"aws:ResourceTag/team": "a"}}, "undecided"),
        ({"StringEquals": {"aws:PrincipalTag/team": "a"}}, "allowed"),
        ({"StringEquals": {"aws:PrincipalTag/team": "b"}}, "denied-by-iam"),
        ({"StringEquals": {"bedrock-agentcore:userid": "me"}}, "denied-by-iam"),
        ({"Null": {"aws:RequestTag/x": "true"}}, "allowed"),
    ],
    ids=str,
)
def test_conditions_are_held_against_the_request_that_would_be_made(
    folder: Path, condition: dict[str, Any], outcome: str
) -> None:
    policies = allowing("bedrock-agentcore:List*", "*", Condition=condition)
    tagged = role("management", **policies, Tags=[{"Key": "team", "Value": "a"}])
    result = planned(folder, template(Role=tagged), "--output-format", "json")
    assert {found for found, _, _ in outcomes(result)} == {outcome}


def test_roles_of_no_persona_are_told_of_only_where_they_may_list(folder: Path) -> None:
    other = role("viewer", RoleName="Cook", **allowing("s3:*"))
    open_ = role("viewer", RoleName="Waiter", **allowing("*"))
    result = planned(folder, template(Cook=other, Waiter=open_))
    assert result.exit_code == 3
    assert "1 role of no persona that may list nothing" in result.stdout
    assert "Waiter on" in result.stdout
    assert "Cook on" not in result.stdout


def test_one_role_is_asked_about_by_address_or_name(folder: Path) -> None:
    text = template(A=role("management"), B=role("process-payment"))
    for named in ("A", NAMES["management"]):
        result = planned(folder, text, "--role", named)
        assert (result.exit_code, result.stdout.count(" on arn:")) == (0, 1)
    missing = planned(folder, text, "--role", "C")
    assert missing.exit_code == 2
    assert 'there is no role "C"' in missing.stderr


def test_a_service_role_that_others_may_assume_is_not_as_expected(folder: Path) -> None:
    opened = role("resource-retrieval", AssumeRolePolicyDocument=roles.trust("viewer", PARAMETERS))
    result = planned(folder, template(Role=opened), "--persona", "resource-retrieval")
    assert result.exit_code == 1
    assert "its trust policy lets in others than services" in result.stdout


@pytest.mark.parametrize(
    "path",
    [
        "cloudformation/cdk-four-roles.template.json",
        "pulumi/preview.json",
        "pulumi/export.json",
        "terraform/plan-create.json",
        "terraform/state.json",
        "account_details/details.json",
    ],
)
def test_every_source_is_read(folder: Path, path: str) -> None:
    arguments = ["smoke", "--plan", str(FIXTURES / path), "--manager-arn", MANAGER]
    result = CliRunner().invoke(commands, [*arguments, "--output-format", "json"])
    assert result.exit_code in {0, 1, 3}, result.output
    found = json.loads(result.stdout)
    assert found["mode"] == "plan"
    schema = json.loads(SCHEMA.read_text())
    assert [error.message for error in Draft202012Validator(schema).iter_errors(found)] == []


def test_files_without_a_role_are_nothing_to_ask_about(folder: Path) -> None:
    result = planned(folder, template(Topic={"Type": "AWS::SNS::Topic"}))
    assert result.exit_code == 2


def test_a_plan_from_standard_input_is_decided_too(folder: Path) -> None:
    broken = role("management", **allowing("bedrock-agentcore:ListPaymentInstruments"))
    arguments = ["smoke", "--plan", "-", "--manager-arn", MANAGER]
    result = CliRunner().invoke(commands, arguments, input=template(Role=broken))
    assert result.exit_code == 1, result.output
    assert "-:1:" in result.stdout
    (folder / "stack.json").write_text(template(Role=broken))
    named = [*arguments, "--policies", "stack.json"]
    explained = CliRunner().invoke(commands, named, input=template(Role=broken))
    assert '"Action": "bedrock-agentcore:ListPaymentSessions",' in explained.stdout


def test_a_denial_of_a_planned_role_is_explained_by_the_plan_itself(folder: Path) -> None:
    broken = role("management", **allowing("bedrock-agentcore:ListPaymentInstruments", MANAGER))
    result = planned(folder, template(Role=broken))
    assert "cause: no identity-based policy allows it" in result.stdout
    assert "tried: the call is then allowed" in result.stdout
