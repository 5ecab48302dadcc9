"""The roles command: which roles it lists, what it says of each, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import payguard_policies
from commands import Run
from payguard.configuration import Settings
from payguard.inventory import take
from payguard.sources.opening import How
from payguard.sources.text_file import Candidate
from payguard_policies import roles

FIXTURES = Path(__file__).parents[1] / "fixtures"
SCHEMA = Path(str(payguard_policies.__file__)).parent / "schemas" / "roles.schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text()))
ACCOUNT = "999988887777"
MANAGER = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:payment-manager/shop-a1b2c3d4e5"
BOTH = [MANAGER, f"{MANAGER}/*"]
PAY = "bedrock-agentcore:ProcessPayment"
OPEN = "bedrock-agentcore:CreatePaymentSession"


def policy(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any = "*", **elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **elements}


def trusting(principal: Any, **elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **elements}


LAMBDA = policy(trusting({"Service": "lambda.amazonaws.com"}))


def role(name: str, *statements: Any, trust: Any = LAMBDA) -> dict[str, Any]:
    """A role as `aws iam get-account-authorization-details` prints it."""
    return {
        "RoleName": name,
        "Path": "/",
        "RoleId": "AROAEXAMPLE",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "AssumeRolePolicyDocument": trust,
        "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": policy(*statements)}],
        "AttachedManagedPolicies": [],
        "Tags": [],
        "InstanceProfileList": [],
    }


def account(*found: dict[str, Any]) -> str:
    details = {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": list(found),
        "Policies": [],
        "IsTruncated": False,
    }
    return json.dumps(details, indent=1)


def asked(payguard: Run, *arguments: str, **options: Any) -> tuple[Result, Any]:
    result = payguard("roles", "--output-format", "json", *arguments, **options)
    found = json.loads(result.stdout)
    VALIDATOR.validate(found)
    return result, found


def only(payguard: Run, folder: Path, found: dict[str, Any]) -> Any:
    """Return what is said of the one role of an account."""
    (folder / "details.json").write_text(account(found))
    return asked(payguard, "--isolated", "details.json")[1]["roles"][0]


# Which roles there are, in every form

FORMS = [
    (
        "terraform/plan-create.json",
        3,
        {
            "AgentRuntime": "aws_iam_role.agent",
            "LateManager": "aws_iam_role.late",
            "PaymentsManagement": "aws_iam_role.management",
            "PaymentsExecution-eu": 'module.execution["eu"].aws_iam_role.this',
            "PaymentsExecution-us": 'module.execution["us"].aws_iam_role.this',
        },
    ),
    (
        "terraform/terraform.tfstate",
        0,
        {
            "AgentRuntime": "aws_iam_role.agent",
            "LateManager": "aws_iam_role.late",
            "PaymentsManagement": "aws_iam_role.management",
            "PaymentsExecution-eu": 'module.execution["eu"].aws_iam_role.this',
            "PaymentsExecution-us": 'module.execution["us"].aws_iam_role.this',
        },
    ),
    (
        "terraform_hcl/wide/main.tf",
        3,
        {
            "tenant-bank": 'aws_iam_role.tenant["bank"]',
            "tenant-shop": 'aws_iam_role.tenant["shop"]',
            "heredoc-0": "aws_iam_role.heredoc[0]",
            "heredoc-1": "aws_iam_role.heredoc[1]",
            "module-0": "module.roles[0].aws_iam_role.this",
            "module-1": "module.roles[1].aws_iam_role.this",
            "operator-overridden": "aws_iam_user.operator",
            "operators": "aws_iam_group.operators",
        },
    ),
    (
        "cloudformation/cdk-four-roles.template.json",
        0,
        {
            "AgentCorePaymentsResourceRetrievalRole": "Retrieval6B830DDC",
            "Management360EA51E": "Management360EA51E",
            "ExecutionB02F1F83": "ExecutionB02F1F83",
        },
    ),
    (
        "cloudformation/sam.yaml",
        3,
        {"PayRole": "PayRole", "GivenRole": "GivenRole", "MachineRole": "MachineRole"},
    ),
    (
        "pulumi/export.json",
        3,
        {
            name: f"urn:pulumi:dev::payments-access::{rest}"
            for name, rest in {
                "AgentRuntime": "aws:iam/role:Role::agent",
                "AgentCorePaymentsResourceRetrievalRole": "aws:iam/role:Role::service",
                "LateManager": "aws:iam/role:Role::late",
                "PaymentsManagement": "shop:index:TeamRole$aws:iam/role:Role::PaymentsManagement",
                "SecretScope": "aws:iam/role:Role::hidden",
            }.items()
        },
    ),
    (
        "account_details/details.json",
        0,
        {
            "anna": "arn:aws:iam::123456789012:user/anna",
            "payers": "arn:aws:iam::123456789012:group/payers",
            **{
                name: f"arn:aws:iam::123456789012:role/{name}"
                for name in (
                    "LateManager",
                    "PaymentsExecution-eu",
                    "AgentRuntime",
                    "PaymentsExecution-us",
                    "PaymentsManagement",
                )
            },
        },
    ),
]


@pytest.mark.parametrize(("name", "status", "expected"), FORMS, ids=[form[0] for form in FORMS])
def test_every_role_of_every_form_of_input_is_listed(
    payguard: Run, name: str, status: int, expected: dict[str, str]
) -> None:
    path = str(FIXTURES / name)
    result, found = asked(payguard, "--isolated", path)
    assert {one["name"]: one["address"] for one in found["roles"]} == expected
    assert result.exit_code == status
    assert payguard("roles", "--isolated", "--allow-undecided", path).exit_code == 0
    unknown = [one for one in found["roles"] if one["unknown"]]
    assert bool(unknown or found["unknown"]) is (status == 3)


def test_a_role_stands_where_it_is_declared(payguard: Run) -> None:
    path = FIXTURES / "account_details" / "details.json"
    _, found = asked(payguard, "--isolated", str(path))
    lines = path.read_text().split("\n")
    for one in found["roles"]:
        assert f'"{one["name"]}"' in lines[one["line"] - 1][one["column"] - 1 :]
        assert one["path"] == str(path)


def test_a_role_is_told_in_words(payguard: Run, folder: Path) -> None:
    trust = policy(
        trusting({"Service": ["lambda.amazonaws.com", "ecs-tasks.amazonaws.com"]}),
        trusting(
            {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            Condition={"StringEquals": {"sts:ExternalId": ["shop-42", "shop-43"]}},
        ),
    )
    agent = role("agent", allow(PAY, BOTH), allow("s3:GetObject", "arn:aws:s3:::b/*"), trust=trust)
    admin = role("admin", allow("bedrock-agentcore:*"))
    (folder / "details.json").write_text(account(agent, admin))
    result = payguard("roles", "--isolated", "details.json")
    assert result.exit_code == 0
    blocks = result.output.split("\n\n")
    assert blocks[0] == (
        "role agent\n"
        f"  at            details.json:6:16  arn:aws:iam::{ACCOUNT}:role/agent\n"
        "  persona       none\n"
        f'  payments      spends on "{MANAGER}"\n'
        '  assumed by    the service "lambda.amazonaws.com" or the service "ecs-tasks.amazonaws.com"\n'
        f'                "arn:aws:iam::{ACCOUNT}:root", '
        'if sts:ExternalId StringEquals "shop-42" or "shop-43"\n'
        "  separated     yes"
    )
    assert '  payments      spends on "*"\n                opens budgets on "*"\n' in blocks[1]
    assert "                gets payment tokens\n" in blocks[1]
    assert "  separated     no\n                1. admin may " + OPEN in blocks[1]
    assert blocks[2] == "2 roles: 1 not separated.\n"


# Who it is


@pytest.mark.parametrize(
    ("name", "table", "persona", "managers"),
    [
        ("agent", "", (None, "none"), []),
        ("PaymentsManagement", "", ("management", "inferred"), []),
        ("agent", 'persona = "viewer"', ("viewer", "declared"), []),
        ("PaymentsManagement", 'persona = "viewer"', ("viewer", "declared"), []),
        (
            "PaymentsManagement",
            f'manager-arns = ["{MANAGER}"]',
            ("management", "inferred"),
            [MANAGER],
        ),
    ],
)
def test_the_persona_is_told_with_who_says_so(
    payguard: Run, folder: Path, name: str, table: str, persona: Any, managers: list[str]
) -> None:
    (folder / "details.json").write_text(account(role(name, allow(PAY, BOTH))))
    (folder / "payguard.toml").write_text(f'[[role]]\nname = "{name}"\n{table}\n' if table else "")
    one = asked(payguard, "details.json")[1]["roles"][0]
    assert (one["persona"]["name"], one["persona"]["by"]) == persona
    assert one["managers"] == managers
    text = payguard("roles", "details.json").output
    assert f"  persona       {persona[0]} ({persona[1]})\n" in text or persona[1] == "none"
    isolated = asked(payguard, "--isolated", "details.json")[1]["roles"][0]
    assert isolated["persona"]["by"] != "declared"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:role/a"}), f'"arn:aws:iam::{ACCOUNT}:role/a"'),
        (trusting("*"), "everyone"),
        (trusting({"AWS": ["*", ACCOUNT]}), f'everyone or "{ACCOUNT}"'),
        (trusting({"Federated": "accounts.google.com"}) | {"Action": "sts:AssumeRole*"},
         'those whom "accounts.google.com" vouches for'),
        (trusting({"Service": "a.b"}, Condition={"Bool": {"aws:SecureTransport": True}}),
         'the service "a.b", if aws:SecureTransport Bool "true"'),
        (trusting({"AWS": "1"}, Condition={"Null": {"a:b": "true"}, "StringLike": {"a:b": "x*"}}),
         '"1", if a:b Null "true" and a:b StringLike "x*"'),
        (trusting({"Service": "a.b"}) | {"Effect": "Deny"}, 'not the service "a.b"'),
        ({"Effect": "Allow", "NotPrincipal": {"AWS": "1"}, "Action": "*"}, 'everyone but "1"'),
        (trusting({"AWS": "1"}) | {"Action": "sts:TagSession"}, "nobody"),
        (trusting({"AWS": [str(n) for n in range(9)]}),
         '"0", "1", "2", "3", "4", "5" or 3 more'),
        ({"Effect": "Allow", "Action": "sts:AssumeRole"}, "nobody"),
        (trusting({"AWS": {"odd": 1}}), "an object"),
    ],
)  # fmt: skip
def test_who_may_assume_a_role_is_told_with_its_conditions(
    payguard: Run, folder: Path, statement: Any, expected: str
) -> None:
    (folder / "details.json").write_text(account(role("x", trust=policy(statement))))
    text = payguard("roles", "--isolated", "details.json").output
    assert f"  assumed by    {expected}\n" in text


def test_users_and_groups_are_assumed_by_nobody_and_it_is_not_said(payguard: Run) -> None:
    path = str(FIXTURES / "account_details" / "details.json")
    _, found = asked(payguard, "--isolated", path)
    kinds = {one["name"]: (one["kind"], one["assumed_by"]) for one in found["roles"]}
    assert kinds["anna"] == ("user", [])
    assert kinds["payers"] == ("group", [])
    blocks = payguard("roles", "--isolated", path).output.split("\n\n")
    assert [block for block in blocks[:2] if "assumed by" in block] == []


def test_what_the_deploy_decides_is_told_by_what_it_comes_from(payguard: Run) -> None:
    path = str(FIXTURES / "cloudformation" / "cdk-four-roles.template.json")
    _, found = asked(payguard, "--isolated", path)
    execution = next(one for one in found["roles"] if one["name"].startswith("Execution"))
    spend = execution["powers"][0]
    assert (spend["verb"], spend["place"], spend["place_known"], spend["certain"]) == (
        "spend",
        "Manager.PaymentManagerArn (known after apply)",
        False,
        True,
    )
    text = payguard("roles", "--isolated", path).output
    assert "spends on Manager.PaymentManagerArn (known after apply)\n" in text


# Separation


def test_a_role_that_becomes_another_is_not_separated_and_the_way_is_shown(
    payguard: Run, folder: Path
) -> None:
    root = policy(trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
    found = (
        role("budget", allow(OPEN, BOTH), trust=root),
        role(
            "agent",
            allow(PAY, BOTH),
            allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/budget"),
        ),
        role("idle", allow("s3:GetObject")),
    )
    (folder / "details.json").write_text(account(*found))
    result, answer = asked(payguard, "--isolated", "details.json")
    verdicts = {one["name"]: one["separation"]["verdict"] for one in answer["roles"]}
    assert verdicts == {"budget": "proved", "agent": "refuted", "idle": "proved"}
    agent = answer["roles"][1]["separation"]["witness"]
    assert [(step["who"], step["action"]) for step in agent] == [
        ("agent", "sts:AssumeRole"),
        ("budget", OPEN),
        ("agent", PAY),
    ]
    assert result.exit_code == 0


def test_a_role_that_another_one_lets_in_by_name_is_no_idle_one(
    payguard: Run, folder: Path
) -> None:
    """A trust policy that names a role needs no policy of that role."""
    named = policy(trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:role/plain"}))
    found = (
        role("budget", allow(OPEN, BOTH), trust=named),
        role("agent", allow(PAY, BOTH), trust=named),
        role("plain", allow("s3:GetObject")),
    )
    (folder / "details.json").write_text(account(*found))
    _, answer = asked(payguard, "--isolated", "details.json")
    assert answer["roles"][2]["separation"]["verdict"] == "refuted"


def test_an_answer_that_takes_too_long_is_given_up_as_undecided(
    payguard: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payguard.cli.roles.in_time", lambda _seconds, _ask, otherwise: otherwise())
    (folder / "details.json").write_text(account(role("agent", allow(PAY, BOTH))))
    result, found = asked(payguard, "--isolated", "details.json")
    assert result.exit_code == 3
    assert found["roles"][0]["separation"]["verdict"] == "undecided"


# Roles that the configuration makes out of files

TABLE = """\
[[role]]
name = "agent"
persona = "process-payment"
arn = "arn:aws:iam::999988887777:role/agent"
identity = ["iam/agent-*.json"]
boundary = "iam/boundary.json"
trust = "iam/trust.json"
"""


def write_role(folder: Path, boundary: Any) -> None:
    (folder / "iam").mkdir()
    files = {
        "agent-pay": policy(allow([PAY, OPEN], BOTH)),
        "agent-log": policy(allow("logs:PutLogEvents")),
        "boundary": boundary,
        "trust": LAMBDA,
        "stranger": policy(allow("*")),
    }
    for name, document in files.items():
        (folder / "iam" / f"{name}.json").write_text(json.dumps(document))
    (folder / "payguard.toml").write_text(TABLE)


@pytest.mark.parametrize(
    ("boundary", "verbs", "verdict"),
    [
        (policy(allow("*")), ["spend", "open-budgets"], "refuted"),
        (policy(allow([PAY, "logs:*"])), ["spend"], "proved"),
        (policy(allow("s3:*")), [], "proved"),
    ],
)
def test_a_role_made_of_files_has_the_boundary_that_the_configuration_names(
    payguard: Run, folder: Path, boundary: Any, verbs: list[str], verdict: str
) -> None:
    write_role(folder, boundary)
    result, found = asked(payguard)
    (agent,) = found["roles"]
    assert [power["verb"] for power in agent["powers"]] == verbs
    assert agent["separation"]["verdict"] == verdict
    assert agent["assumed_by"][0]["principals"][0]["text"] == "lambda.amazonaws.com"
    assert (agent["path"], agent["persona"]["by"]) == ("iam/agent-log.json", "declared")
    assert result.exit_code == 0


def test_a_role_without_a_trust_policy_in_the_input_is_not_known_in_full(
    payguard: Run, folder: Path
) -> None:
    write_role(folder, policy(allow("*")))
    (folder / "payguard.toml").write_text(TABLE.replace('trust = "iam/trust.json"\n', ""))
    result, found = asked(payguard)
    assert result.exit_code == 3
    assert found["roles"][0]["assumed_by"] is None
    assert "its trust policy is not in the input" in payguard("roles").output


# How it ends


def test_policies_that_belong_to_nobody_are_no_roles(payguard: Run, folder: Path) -> None:
    (folder / "policy.json").write_text(json.dumps(policy(allow("*"))))
    result = payguard("roles", "--isolated")
    assert result.exit_code == 2
    assert "no role, user or group in the given paths" in result.output


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("broken.json", '{"Statement": [],}', 'broken.json:1:17: trailing comma before "}"'),
        ("missing.json", None, "missing.json: no such file or folder"),
        ("other.json", '{"a": 1}', "other.json:1:1: this is no policy document"),
    ],
)
def test_what_cannot_be_read_is_said_and_the_others_are_listed(
    payguard: Run, folder: Path, name: str, content: str | None, message: str
) -> None:
    if content is not None:
        (folder / name).write_text(content)
    (folder / "details.json").write_text(account(role("agent", allow(PAY, BOTH))))
    result = payguard("roles", "--isolated", name, "details.json")
    assert result.exit_code == 2
    assert f"payguard: {message}" in result.stderr
    assert "role agent\n" in result.stdout
    assert len(asked(payguard, "--isolated", name, "details.json")[1]["errors"]) == 1


def test_what_belongs_to_no_role_and_is_not_known_is_listed_apart(payguard: Run) -> None:
    path = str(FIXTURES / "cloudformation" / "sam.yaml")
    result = payguard("roles", "--isolated", path)
    assert (
        "Of no role:\n  not known     the resources of App (AWS::Serverless::App" in result.output
    )
    _, found = asked(payguard, "--isolated", path)
    assert [one["line"] for one in found["unknown"]] == [90]


def test_a_secret_policy_is_told_as_secret_and_as_nothing_else(payguard: Run) -> None:
    path = str(FIXTURES / "pulumi" / "export.json")
    text = payguard("roles", "--isolated", path).output
    (block,) = [one for one in text.split("\n\n") if one.startswith("role SecretScope")]
    assert "  payments      none that is known\n" in block
    assert "  separated     not known\n" in block
    assert "(secret)" in block


def test_standard_input_is_read_under_the_name_given(payguard: Run) -> None:
    text = account(role("agent", allow(PAY, BOTH)))
    result = payguard("roles", "--isolated", "-", "--stdin-filename", "account", input=text)
    assert result.exit_code == 0
    assert "  at            account:6:16" in result.output


def test_the_source_can_be_told(payguard: Run, folder: Path) -> None:
    (folder / "details.json").write_text(account(role("agent", allow(PAY, BOTH))))
    right = payguard("roles", "--isolated", "--source", "account-details", "details.json")
    wrong = payguard("roles", "--isolated", "--source", "cloudformation", "details.json")
    assert (right.exit_code, wrong.exit_code) == (0, 2)


def test_a_configuration_that_cannot_be_used_is_exit_2(payguard: Run, folder: Path) -> None:
    (folder / "payguard.toml").write_text("rol = 1\n")
    assert payguard("roles").exit_code == 2
    assert payguard("roles", "--config", "missing.toml").exit_code == 2


def test_names_of_the_input_cannot_forge_lines(payguard: Run, folder: Path) -> None:
    hostile = "x\x1b[31m\nrole admin ##[command]"
    one = only(payguard, folder, role(hostile, allow(PAY, BOTH)))
    assert one["name"] == hostile
    text = payguard("roles", "--isolated", "details.json").output
    assert "\x1b" not in text
    assert "##[" not in text
    assert [line for line in text.splitlines() if line.startswith("role ")] == [
        r"role x\x1b[31m\nrole admin \x23#[command]"
    ]


@pytest.mark.parametrize("persona", roles.PERSONAS)
def test_documented_roles_are_separated_and_certain(
    payguard: Run, folder: Path, persona: str
) -> None:
    document = roles.permissions(persona, roles.Parameters(manager_arns=(MANAGER,)))
    one = only(payguard, folder, role("x", *document["Statement"]))
    assert one["separation"]["verdict"] == "proved"
    assert [power for power in one["powers"] if not power["certain"]] == []


# Whatever a trust policy holds

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["*", "AWS"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["AWS", "Effect", "Principal", "Condition", "Action", "StringEquals"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(VALUES | st.just(trusting("*")), max_size=3), VALUES)
def test_any_trust_policy_can_be_told(statements: list[Any], block: Any) -> None:
    trust = policy(*statements, trusting({"AWS": block}, Condition=block))
    text = account(role("x", trust=trust))
    found = take(
        [Candidate("a.json", named=True, piped=True)],
        Settings(),
        How(standard_input=text.encode),
        lambda question: question(),
    )
    for entry in found.entries:
        assert entry.admissions is not None
        assert all(isinstance(one.effect, str) for one in entry.admissions)
