"""What stands beside the component's package: examples that run, a schema and a page that are true."""

import json
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
import yaml

import payguard
from authorization.asking import ask, decided
from payguard.configuration import Settings
from payguard.run import lint
from payguard.sources.text_file import Candidate
from payguard_pulumi import PaymentAccessRoles
from payguard_pulumi.payment_access_roles import TOKEN
from pulumi_components.deployed_roles import deploy_roles
from pulumi_components.moto_mocks import ROLE, Account, deploy, iam
from pulumi_components.sample_arguments import everything

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "pulumi_components"
EXAMPLES = FOLDER / "examples"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
SCHEMA = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
RESOURCE = SCHEMA["resources"][TOKEN]
ACCOUNT = "111122223333"
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def account() -> Iterator[Account]:
    with iam(ACCOUNT) as found:
        yield found


def config(language: str) -> dict[str, str]:
    """The configuration of an example's stack."""
    text = (EXAMPLES / language / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    found: dict[str, str] = yaml.safe_load(text)["config"]
    return found


def test_schema_page_and_class_are_what_the_python_class_makes() -> None:
    tool = ROOT / "linter" / "tools" / "build_component_pages.py"
    done = subprocess.run(
        [sys.executable, tool, "--check"], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.stdout, done.returncode) == ("", 0)


def test_every_marked_part_of_the_page_holds_what_it_is_made_from() -> None:
    parts = re.findall(r"<!-- made from: (\S+) -->\n(.*?)<!-- end -->", PAGE, re.DOTALL)
    assert len(parts) == PAGE.count("<!-- made from: ")
    for source, text in parts:
        if (FOLDER / source).is_file():
            assert (FOLDER / source).read_text(encoding="utf-8") in text
        else:
            assert text.startswith("| ")


def test_the_schema_takes_nothing_that_the_component_host_of_pulumi_loses() -> None:
    assert SCHEMA["types"] == {}
    for about in RESOURCE["inputProperties"].values():
        inner = about.get("items") or about.get("additionalProperties") or about
        assert inner["type"] in {"string", "number", "boolean"}
        assert "enum" not in about
        assert about["description"]
        assert "\n" not in about["description"]
    for about in RESOURCE["properties"].values():
        assert about["description"]


def test_the_examples_are_one_program_in_three_languages() -> None:
    assert config("python") == config("typescript") == config("yaml")
    used = {name.partition(":")[2] for name in config("yaml") if name.startswith("payment-roles")}
    for language, name in (("python", "__main__.py"), ("typescript", "index.ts")):
        text = (EXAMPLES / language / name).read_text(encoding="utf-8")
        assert set(re.findall(r'require\("(\w+)"\)', text)) == used
    outputs = yaml.safe_load((EXAMPLES / "yaml" / "Pulumi.yaml").read_text())["outputs"]
    typescript = (EXAMPLES / "typescript" / "index.ts").read_text()
    assert set(re.findall(r"export const (\w+)", typescript)) == set(outputs)


def test_the_python_example_makes_the_three_roles(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported: dict[str, Any] = {}
    monkeypatch.setattr(pulumi, "export", exported.__setitem__)

    def program() -> Any:
        pulumi.runtime.set_all_config(
            {
                key.replace("payment-roles", "payments"): text
                for key, text in config("python").items()
            }
        )
        runpy.run_path(str(EXAMPLES / "python" / "__main__.py"))
        return exported

    made = deploy(program, account)
    assert set(made.value) == {"budgetOwnerRoleArn", "agentRoleArn", "auditorRoleArn"}
    assert sorted(made.value.values()) == sorted(account.role(n)["Arn"] for n in account.roles())
    assert len(made.of(ROLE)) == 3
    assert made.warnings() == []


def test_the_yaml_example_fits_the_schema() -> None:
    program = yaml.safe_load((EXAMPLES / "yaml" / "Pulumi.yaml").read_text(encoding="utf-8"))
    (resource,) = program["resources"].values()
    package, _, name = TOKEN.partition(":index:")
    assert resource["type"] == f"{package}:{name}"
    for key, value in resource["properties"].items():
        about = RESOURCE["inputProperties"][key]
        assert isinstance(value, list) == (about["type"] == "array")
    references = re.findall(r"\$\{(\w+)(?:\.(\w+))?\}", json.dumps(program))
    assert references
    for first, output in references:
        if output:
            assert first in program["resources"]
            assert output in RESOURCE["properties"]
        else:
            assert first in program["config"]
    assert set(RESOURCE["requiredInputs"]) <= set(resource["properties"])


def test_the_page_breaks_the_circle_of_manager_and_service_role_as_it_says() -> None:
    _, circle = PYTHON.findall(PAGE)
    home = f"us-east-1:{ACCOUNT}"
    names = {
        "PaymentAccessRoles": PaymentAccessRoles,
        "provider_arn": f"arn:aws:bedrock-agentcore:{home}:token-vault/default"
        "/paymentcredentialprovider/w",
        "secret_arn": f"arn:aws:secretsmanager:{home}:secret:bedrock-agentcore-identity!"
        "default/payment/*",
        "administrator_arn": f"arn:aws:iam::{ACCOUNT}:role/administrator",
        "budget_owner_arn": f"arn:aws:iam::{ACCOUNT}:role/owner",
        "agent_arn": f"arn:aws:iam::{ACCOUNT}:role/agent",
    }

    def program() -> None:
        arn = f"arn:aws:bedrock-agentcore:{home}:payment-manager/shop-a1b2c3d4e5"
        output = pulumi.Output.from_input(arn)
        exec(circle, {**names, "manager": SimpleNamespace(payment_manager_arn=output)})  # noqa: S102

    with iam(ACCOUNT) as account:
        made = deploy(program, account)
        assert len(account.roles()) == 4
        assert made.warnings() == []


def test_the_tree_of_the_page_is_what_is_made() -> None:
    tree = re.findall(r"─ (aws:iam:\w+) +(\S+)", PAGE)
    with iam(managed_policies=True) as account:
        made = deploy_roles(everything(coinbase_marketplace=True), account)
    types = {
        f"aws:iam/{t[0].lower()}{t[1:]}:{t}": f"aws:iam:{t}"
        for t in ("Role", "RolePolicy", "RolePolicyAttachment")
    }
    assert {(types[one.type], one.name) for one in made.registered if one.type in types} == {*tree}


def test_the_policy_to_deploy_with_covers_what_is_called_and_passes_the_linter() -> None:
    path = FOLDER / "deploy-policy.json"
    report = lint([Candidate(str(path), named=True)], Settings())
    assert (report.findings, report.errors, report.undecided) == ((), (), ())
    assert report.documents == 1
    statements = json.loads(path.read_text(encoding="utf-8"))["Statement"]
    allowed = {action for one in statements for action in one["Action"]}
    # What the AWS provider calls for roles, inline policies, attachments, boundaries and tags.
    for verb in ("Create", "Get", "Update", "Delete", "Tag", "Untag"):
        assert f"iam:{verb}Role" in allowed
    for verb in ("Put", "Get", "Delete", "Attach", "Detach"):
        assert f"iam:{verb}RolePolicy" in allowed
    assert not any("*" in action for action in allowed)


@pytest.mark.parametrize(
    ("action", "role", "policy", "expected"),
    [
        ("CreateRole", "payments/shop-viewer", "", "allow"),
        ("PutRolePolicy", "payments/shop-viewer", "", "allow"),
        ("PutRolePolicy", "administrator", "", "deny"),
        ("UpdateAssumeRolePolicy", "administrator", "", "deny"),
        ("AttachRolePolicy", "payments/shop-control-plane", "AdministratorAccess", "deny"),
        (
            "AttachRolePolicy",
            "payments/shop-control-plane",
            "AWSMarketplaceManageSubscriptions",
            "allow",
        ),
    ],
)
def test_the_policy_to_deploy_with_is_confined_to_the_roles_of_the_path(
    action: str, role: str, policy: str, expected: str
) -> None:
    document = json.loads((FOLDER / "deploy-policy.json").read_text(encoding="utf-8"))
    context = {"iam:PolicyARN": f"arn:aws:iam::aws:policy/{policy}"} if policy else {}
    deployer = f"arn:aws:iam::{ACCOUNT}:role/deployer"
    wanted = ask(f"iam:{action}", f"arn:aws:iam::{ACCOUNT}:role/{role}", deployer, context)
    assert decided(wanted, identity=document).decision == expected


def test_pulumi_builds_the_plugin_from_its_folder_with_this_version_of_payguard() -> None:
    plugin = yaml.safe_load((FOLDER / "PulumiPlugin.yaml").read_text(encoding="utf-8"))
    assert plugin["runtime"]["name"] == "python"
    requirements = (FOLDER / "requirements.txt").read_text(encoding="utf-8").split()
    assert requirements == [f"payguard[pulumi]=={payguard.__version__}"]


@pytest.mark.parametrize(
    "command",
    [
        [str(Path(sys.executable).parent / "pulumi-resource-payguard")],
        [sys.executable, str(FOLDER)],
    ],
    ids=["on PATH", "from the folder"],
)
def test_the_plugin_starts_and_tells_the_engine_its_port(command: list[str]) -> None:
    # The engine's own address comes first; nothing is asked of it until a resource is.
    with subprocess.Popen([*command, "127.0.0.1:1"], stdout=subprocess.PIPE, text=True) as plugin:
        try:
            assert plugin.stdout is not None
            assert 0 < int(plugin.stdout.readline()) < 65536
        finally:
            plugin.kill()
