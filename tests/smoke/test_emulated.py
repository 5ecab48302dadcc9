"""End to end over HTTP: roles in the emulator's IAM, assumed through STS, both lists called."""

import copy
import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from emulated import create_role
from payguard.cli import commands
from payguard.configuration import RoleRule, Settings
from payguard.emulator import Emulator
from payguard.smoke.connection import Connections
from payguard.smoke.fleet import Fleet
from payguard.smoke.patience import Patience
from payguard.smoke.plan import Wanted, plan
from payguard.smoke.probe import Pace, Probe
from payguard.smoke.rehearsal import NOTE
from payguard.smoke.target import Target
from payguard.smoke.verdict import APIS, Answer, Outcome, Standing
from payguard.sources.opening import How
from payguard_policies.roles import PERSONAS, Parameters, contract, permissions, trust
from pulumi_components.deployed_roles import deploy_roles
from pulumi_components.moto_mocks import iam
from smoke.random_roles import RandomRole, random_roles

INSTRUMENTS, SESSIONS = APIS
Json = dict[str, Any]


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with Emulator() as found:
        for name, value in found.environment().items():
            if name != "AWS_ENDPOINT_URL":
                monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
        yield found
        assert found.defects == ()


@pytest.fixture
def manager(emulator: Emulator) -> str:
    return emulator.create_manager("shop")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def smoke(emulator: Emulator, manager: str, *arguments: str) -> Result:
    where = ("--endpoint-url", emulator.url, "--sts-endpoint-url", emulator.url)
    return CliRunner().invoke(commands, ["smoke", "--manager-arn", manager, *where, *arguments])


def made(client: Any, name: str, trust_policy: Json, policies: Sequence[Json], **more: Any) -> str:
    """Create a role with these policies, and return its ARN."""
    role = client.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps(trust_policy), **more
    )
    for number, document in enumerate(policies):
        client.put_role_policy(
            RoleName=name, PolicyName=f"p{number}", PolicyDocument=json.dumps(document)
        )
    return str(role["Role"]["Arn"])


# A first try


def test_a_first_try_needs_no_account(folder: Path) -> None:
    result = CliRunner().invoke(commands, ["smoke", "--emulator"])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(NOTE)
    assert "5 targets of the emulator, 10 calls: 10 as expected." in result.stdout
    for persona in PERSONAS:
        assert f" ({persona}) on " in result.stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("AWS_PROFILE", "nobody"),
        ("AWS_MAX_ATTEMPTS", "many"),
        ("AWS_RETRY_MODE", "none"),
        ("AWS_ENDPOINT_URL", "nonsense"),
        ("AWS_CA_BUNDLE", "no-such-file"),
        ("AWS_USE_FIPS_ENDPOINT", "true"),
    ],
)
def test_a_first_try_goes_well_whatever_the_environment_holds(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv(name, value)
    monkeypatch.setenv(name.lower() if name == "HTTP_PROXY" else name, value)
    result = CliRunner().invoke(commands, ["smoke", "--emulator", "--persona", "viewer"])
    assert result.exit_code == 0, result.output


def test_a_first_try_of_one_persona(folder: Path) -> None:
    result = CliRunner().invoke(
        commands, ["smoke", "--emulator", "--persona", "viewer", "--output-format", "json"]
    )
    found = json.loads(result.stdout)
    assert (result.exit_code, found["mode"], len(found["targets"])) == (0, "emulator", 1)


def test_every_format_says_that_it_is_the_emulator(folder: Path) -> None:
    def printed(output_format: str) -> str:
        arguments = ["smoke", "--emulator", "--persona", "viewer", "--format", output_format]
        return CliRunner().invoke(commands, arguments).stdout

    assert NOTE in json.loads(printed("json"))["notes"]
    junit = printed("junit")
    assert 'classname="payguard.smoke.emulator"' in junit
    assert NOTE.partition("'")[0] in junit


@pytest.mark.parametrize("given", ["--manager-arn", "--role-arn", "--endpoint-url", "--plan"])
def test_a_first_try_takes_nothing_of_an_account(folder: Path, given: str) -> None:
    result = CliRunner().invoke(commands, ["smoke", "--emulator", given, "x"])
    assert result.exit_code == 2
    assert "does not go with --emulator" in result.stderr


# Personas


@pytest.mark.parametrize("persona", PERSONAS)
def test_each_persona_and_api_as_its_contract_says(
    emulator: Emulator, manager: str, folder: Path, persona: str
) -> None:
    service = f"arn:aws:iam::{emulator.account}:role/service"
    parameters = Parameters(manager_arns=(manager,), service_role_arn=service)
    role = made(
        emulator.client("iam"),
        persona,
        trust(persona, parameters),
        [permissions(persona, parameters)],
    )
    result = smoke(emulator, manager, "--role-arn", role, "--persona", persona, "--format", "json")
    assert result.exit_code == 0, result.output
    answers = json.loads(result.stdout)["targets"][0]["answers"]
    assert {one["api"]: one["expected"] for one in answers} == contract(persona).smoke
    for other in PERSONAS:
        if contract(other).smoke != contract(persona).smoke:
            wrong = smoke(emulator, manager, "--role-arn", role, "--persona", other)
            assert wrong.exit_code in {1, 2}, other


# The component


def test_the_components_roles_answer_as_the_contracts_say(
    emulator: Emulator, manager: str, folder: Path
) -> None:
    start = manager.partition("payment-manager/")[0]
    secret = start.replace("bedrock-agentcore", "secretsmanager")
    assumed = (one for one in PERSONAS if one != "resource-retrieval")
    args = {
        **{f"{one.replace('-', '_')}_principals": [emulator.user_arn] for one in assumed},
        "payment_manager_arns": [manager],
        "separation": "advisory",  # one user assumes all of them
        "create_service_role": True,
        "credential_provider_arns": [f"{start}token-vault/default/paymentcredentialprovider/w"],
        "secret_arns": [f"{secret}secret:w-A1b2C3"],
    }
    with iam(emulator.account) as account:
        deploy_roles(args, account)
        roles = {name: (account.trust(name), account.inline(name)) for name in account.roles()}
    arns = [made(emulator.client("iam"), name, *documents) for name, documents in roles.items()]
    personas = {_persona(arn): arn for arn in arns}
    assert set(personas) == set(PERSONAS)
    for persona, arn in personas.items():
        result = smoke(emulator, manager, "--role-arn", arn, "--persona", persona)
        assert result.exit_code == 0, result.output
        assert "2 calls: 2 as expected." in result.stdout


def _persona(arn: str) -> str:
    plain = arn.rpartition("/")[2].lower().replace("-", "")
    return next(one for one in PERSONAS if one.replace("-", "") in plain)


# Broken, and explained

WHY = "no identity-based policy allows"


@pytest.mark.parametrize("api", APIS)
def test_a_removed_action_turns_the_verdict_and_is_named(
    emulator: Emulator, manager: str, folder: Path, api: str
) -> None:
    parameters = Parameters(manager_arns=(manager,))
    whole = permissions("management", parameters)
    broken = copy.deepcopy(whole)
    for statement in broken["Statement"]:
        if statement["Effect"] == "Allow":
            statement["Action"].remove(f"bedrock-agentcore:{api}")
    role = made(emulator.client("iam"), "Broken", trust("management", parameters), [broken])
    (folder / "management.json").write_text(json.dumps(broken, indent=2))
    (folder / "payguard.toml").write_text(
        f'[[role]]\nname = "Broken"\narn = "{role}"\npersona = "management"\n'
        'identity = ["management.json"]\n'
    )
    asked = ("--role-arn", role, "--policies", "management.json")
    result = smoke(emulator, manager, *asked)
    assert result.exit_code == 1, result.output
    lines = [line.strip() for line in result.stdout.splitlines()]
    failed = [line for line in lines if line.startswith("FAILED")]
    assert failed == [
        f'FAILED     {api}: denied by IAM, expected allowed: {WHY} "bedrock-agentcore:{api}"'
    ]
    assert "cause: no identity-based policy allows it" in lines
    assert f'"Action": "bedrock-agentcore:{api}",' in lines
    assert "tried: the call is then allowed" in lines
    explained = json.loads(smoke(emulator, manager, *asked, "--format", "json").stdout)
    told = {one["api"]: one["explained"] for one in explained["targets"][0]["answers"]}
    assert bool(told[api])
    assert not any(told[other] for other in APIS if other != api)

    emulator.client("iam").put_role_policy(
        RoleName="Broken", PolicyName="p0", PolicyDocument=json.dumps(whole)
    )
    assert smoke(emulator, manager, *asked).exit_code == 0


def test_a_guard_in_a_boundary_is_explained_as_such(
    emulator: Emulator, manager: str, folder: Path
) -> None:
    role = create_role(
        emulator,
        "Guarded",
        {"Effect": "Allow", "Action": "bedrock-agentcore:List*", "Resource": "*"},
    )
    client = emulator.client("iam")
    document = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
    }
    policy = client.create_policy(PolicyName="edge", PolicyDocument=json.dumps(document))
    client.put_role_permissions_boundary(
        RoleName="Guarded", PermissionsBoundary=policy["Policy"]["Arn"]
    )
    result = smoke(emulator, manager, "--role-arn", role, "--persona", "viewer", "--format", "json")
    answer = json.loads(result.stdout)["targets"][0]["answers"][0]
    assert (answer["outcome"], answer["layer"], answer["explicit"]) == (
        "denied-by-iam",
        "boundary",
        False,
    )


# Faults of the emulator's


@pytest.mark.parametrize(
    "fault", ["throttle:2", "500:2", "503:1", "reset:1", "half:1", "latency:300ms:2", "expired:1"]
)
def test_declared_faults_are_survived(
    emulator: Emulator, manager: str, folder: Path, fault: str
) -> None:
    role = create_role(
        emulator, "Viewer", {"Effect": "Allow", "Action": "bedrock-agentcore:*", "Resource": "*"}
    )
    emulator.inject(f"{fault}@ListPaymentSessions")
    result = smoke(emulator, manager, "--role-arn", role, "--persona", "viewer")
    assert result.exit_code == 0, result.output


def test_a_clock_that_is_wrong_is_told(emulator: Emulator, manager: str, folder: Path) -> None:
    import datetime as dt

    emulator.set_clock(dt.timedelta(hours=2))
    result = smoke(emulator, manager, "--persona", "viewer")
    assert result.exit_code == 2
    assert "clock" in result.stdout


def test_entries_of_the_user_alone_are_counted_over_all_pages(
    emulator: Emulator, manager: str, folder: Path
) -> None:
    for _ in range(3):
        emulator.create_session(manager, "probe")
    emulator.create_session(manager, "somebody else")
    result = smoke(emulator, manager, "--persona", "viewer", "--user-id", "probe")
    assert "ListPaymentSessions: allowed (3 sessions)" in result.stdout


def test_another_region_and_account_is_denied(
    emulator: Emulator, manager: str, folder: Path
) -> None:
    other = manager.replace(emulator.account, "999988887777")
    result = smoke(emulator, other, "--persona", "viewer")
    assert result.exit_code in {1, 3}


# The plan and the emulator agree

COUNT, SEED = 240, 20261127


def test_the_plan_and_the_emulator_agree_on_every_role_of_a_matrix(
    emulator: Emulator, manager: str, folder: Path
) -> None:
    """What the plan decides is what is answered; it leaves open only what hangs on the call."""
    roles = list(random_roles(COUNT, manager, SEED))
    (folder / "stack.json").write_text(json.dumps(_template(roles)))
    planned = _planned(roles, manager)
    answered = _answered(emulator, manager, roles)
    found: Counter[tuple[str, str]] = Counter()
    for role in roles:
        for before, after in zip(planned[role.name], answered[role.name], strict=True):
            found[str(before.outcome), str(after.outcome)] += 1
            if before.outcome != Outcome.UNDECIDED:
                assert before.outcome == after.outcome, (role, before, after)
                assert before.standing == after.standing, (role, before, after)
    decided = sum(number for (before, _), number in found.items() if before != "undecided")
    assert decided > 0.85 * 2 * COUNT, found
    for outcome in ("allowed", "denied-by-iam", "not-assumable"):
        assert found[outcome, outcome] > 10, found
    standings = Counter(one.standing for answers in answered.values() for one in answers)
    assert min(standings[Standing.AS_EXPECTED], standings[Standing.NOT_AS_EXPECTED]) > 50


def _template(roles: Sequence[RandomRole]) -> Json:
    resources: Json = {}
    for number, role in enumerate(roles):
        properties: Json = {
            "RoleName": role.name,
            "AssumeRolePolicyDocument": role.trust,
            "Policies": [
                {"PolicyName": f"p{at}", "PolicyDocument": one}
                for at, one in enumerate(role.identity)
            ],
            "Tags": [{"Key": key, "Value": value} for key, value in role.tags.items()],
        }
        if role.boundary is not None:
            edge = {"ManagedPolicyName": f"edge-{number}", "PolicyDocument": role.boundary}
            resources[f"Edge{number}"] = {"Type": "AWS::IAM::ManagedPolicy", "Properties": edge}
            properties["PermissionsBoundary"] = {"Ref": f"Edge{number}"}
        resources[f"Role{number}"] = {"Type": "AWS::IAM::Role", "Properties": properties}
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


def _planned(roles: Sequence[RandomRole], manager: str) -> Mapping[str, tuple[Answer, ...]]:
    rules = tuple(RoleRule(role.name, persona=role.persona) for role in roles)
    report = plan(["stack.json"], Wanted((manager,)), Settings(roles=rules), How(""))
    return {role.name: row.answers for role, row in zip(roles, report.rows, strict=True)}


def _answered(
    emulator: Emulator, manager: str, roles: Sequence[RandomRole]
) -> Mapping[str, tuple[Answer, ...]]:
    client = emulator.client("iam")
    targets = []
    for number, role in enumerate(roles):
        tags = [{"Key": key, "Value": value} for key, value in role.tags.items()]
        arn = made(client, role.name, role.trust, role.identity, Tags=tags)
        if role.boundary is not None:
            edge = client.create_policy(
                PolicyName=f"edge-{number}", PolicyDocument=json.dumps(role.boundary)
            )
            client.put_role_permissions_boundary(
                RoleName=role.name, PermissionsBoundary=edge["Policy"]["Arn"]
            )
        url = emulator.url
        targets.append(Target(manager, arn, role.persona, endpoint_url=url, sts_endpoint_url=url))
    stop = threading.Event()
    probe = Probe(Connections(8), Patience(stop), Pace(120))
    run = Fleet(probe.ask, 8, 120, stop).run(targets, lambda _: None)
    return {role.name: result.answers for role, result in zip(roles, run.results, strict=True)}
