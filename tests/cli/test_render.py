"""The render command: documented policies for the managers given, and options that are refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from commands import Run
from payguard.finding import InputError
from payguard.infrastructure import Role
from payguard.run import with_modules
from payguard.sources.opening import How, open_input
from payguard.sources.text_file import Candidate, discover
from payguard_policies import roles

MANAGER = "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5"
OTHER = "arn:aws:bedrock-agentcore:eu-west-1:999988887777:payment-manager/till-f6g7h8i9j0"
VAULT = "arn:aws:bedrock-agentcore:us-east-1:999988887777:token-vault/default"
PROVIDER = f"{VAULT}/paymentcredentialprovider/wallet"
SECRET = "arn:aws:secretsmanager:us-east-1:999988887777:secret:wallet-A1b2C3"  # noqa: S105  an ARN
KEY = "arn:aws:kms:us-east-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab"
MANAGED = "bedrock-agentcore-identity!default/payment/*"
ROLE = "arn:aws:iam::999988887777:role/AgentCorePaymentsResourceRetrievalRole"
AGENT = "arn:aws:iam::999988887777:role/agent"


def option(name: str, *values: str) -> list[str]:
    return [text for value in values for text in (name, value)]


FULL = [
    *option("--manager-arn", MANAGER, OTHER),
    *option("--service-role-arn", ROLE),
    *option("--credential-provider-arn", PROVIDER),
    *option("--secret-arn", SECRET),
    *option("--kms-key-arn", KEY),
    *option("--principal-arn", AGENT),
    *option("--external-id", "shop-42"),
]
PARAMETERS = roles.Parameters(
    manager_arns=(MANAGER, OTHER),
    service_role_arn=ROLE,
    credential_provider_arns=(PROVIDER,),
    secret_arns=(SECRET,),
    kms_key_arn=KEY,
    principal_arns=(AGENT,),
    external_id="shop-42",
)


@pytest.mark.parametrize("persona", roles.PERSONAS)
def test_every_option_reaches_the_permissions_and_the_trust_policy(
    payguard: Run, persona: str
) -> None:
    permissions = payguard("render", persona, *FULL)
    assert permissions.exit_code == 0
    assert json.loads(permissions.output) == roles.permissions(persona, PARAMETERS)
    trust = payguard("render", persona, *FULL, "--document", "trust")
    assert trust.exit_code == 0
    assert json.loads(trust.output) == roles.trust(persona, PARAMETERS)


@pytest.mark.parametrize("persona", roles.PERSONAS)
def test_what_is_rendered_passes_the_linter(payguard: Run, persona: str) -> None:
    for document in ("permissions", "trust"):
        text = payguard("render", persona, *FULL, "--document", document).stdout
        linted = payguard("lint", "-", input=text)
        assert linted.exit_code == 0, linted.output


SUFFIXES = {"terraform": ".tf", "cloudformation": ".yaml"}
every_format = pytest.mark.parametrize("output_format", SUFFIXES)


def written(payguard: Run, folder: Path, persona: str, output_format: str, *more: str) -> Role:
    """Render a role into a folder, and return what payguard's own readers find there."""
    done = payguard("render", persona, *more, "--format", output_format)
    assert done.exit_code == 0, done.output
    (folder / f"role{SUFFIXES[output_format]}").write_text(done.stdout, encoding="utf-8")
    (item,) = with_modules(list(discover([str(folder)])))
    assert isinstance(item, Candidate)
    found = open_input(item, "", How()).found
    assert not isinstance(found, InputError)
    assert (found.errors, found.gaps) == ((), ())
    (role,) = found.roles
    assert role.gaps == ()
    return role


@every_format
@pytest.mark.parametrize("persona", roles.PERSONAS)
def test_a_role_in_another_format_reads_back_as_the_same_documents(
    payguard: Run, tmp_path: Path, persona: str, output_format: str
) -> None:
    role = written(payguard, tmp_path, persona, output_format, *FULL)
    (policy,) = role.identity
    assert role.trust is not None
    assert policy.value == roles.permissions(persona, PARAMETERS)
    assert role.trust.value == roles.trust(persona, PARAMETERS)


@every_format
@pytest.mark.parametrize("persona", roles.PERSONAS)
def test_the_linter_says_of_another_format_what_it_says_of_json(
    payguard: Run, tmp_path: Path, persona: str, output_format: str
) -> None:
    written(payguard, tmp_path, persona, output_format, *FULL)
    other = payguard("lint", str(tmp_path), "--format", "json", "--fail-on", "suggestion")
    folder = tmp_path / "json"
    folder.mkdir()
    for document in ("permissions", "trust"):
        text = payguard("render", persona, *FULL, "--document", document).stdout
        (folder / f"{document}.json").write_text(text, encoding="utf-8")
    plain = payguard("lint", str(folder), "--format", "json", "--fail-on", "suggestion")

    def said(output: str) -> list[tuple[str, str]]:
        return [(one["rule"], one["message"]) for one in json.loads(output)["findings"]]

    assert said(other.stdout) == said(plain.stdout)
    assert other.exit_code == plain.exit_code


@every_format
def test_what_looks_like_a_template_stays_text_in_another_format(
    payguard: Run, tmp_path: Path, output_format: str
) -> None:
    external_id = 'a${b}%{c}"\\é'
    options = (*HERE, "--external-id", external_id)
    role = written(payguard, tmp_path, "viewer", output_format, *options)
    assert role.trust is not None
    condition = role.trust.value["Statement"][0]["Condition"]
    assert condition == {"StringEquals": {"sts:ExternalId": external_id}}


@every_format
def test_a_format_with_the_whole_role_takes_no_single_document(
    payguard: Run, output_format: str
) -> None:
    result = payguard("render", "viewer", *HERE, "--document", "trust", "--format", output_format)
    assert result.exit_code == 2
    assert f"--document is for JSON: {output_format} has the role" in result.output


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_a_manager_to_come_is_named_in_lower_case_and_in_the_partition_of_its_region(
    payguard: Run, region: str, partition: str
) -> None:
    where = ("--account", "999988887777", "--region", region)
    result = payguard("render", "viewer", "--manager-name", "MyShop", *where)
    assert result.exit_code == 0
    (statement,) = json.loads(result.output)["Statement"]
    assert statement["Resource"] == [
        f"arn:{partition}:bedrock-agentcore:{region}:999988887777:payment-manager/myshop-*"
    ]


def test_a_manager_to_come_takes_account_and_region_of_the_one_that_is_there(
    payguard: Run,
) -> None:
    result = payguard("render", "viewer", "--manager-arn", OTHER, "--manager-name", "Kiosk")
    assert result.exit_code == 0
    assert OTHER.rpartition("/")[0] + "/kiosk-*" in result.output


@pytest.mark.parametrize(
    "secret", [f"{SECRET[:-7]}-??????", SECRET.replace("wallet-A1b2C3", MANAGED)]
)
def test_a_secret_that_is_to_come_is_named_by_a_pattern(payguard: Run, secret: str) -> None:
    result = payguard("render", "resource-retrieval", *HERE, "--secret-arn", secret)
    assert result.exit_code == 0
    named = [one["Resource"] for one in json.loads(result.output)["Statement"]]
    assert [secret] in named
    assert payguard("lint", "-", input=result.output).exit_code == 0


def refused(name: str, value: str, *sentences: str, beside: tuple[str, ...] = ()) -> Any:
    return pytest.param([*beside, name, value], [name, *sentences], id=f"{name} {value[:40]!a}")


HERE = ("--manager-arn", MANAGER)
TO_COME = ("--manager-name", "shop")
BAD = [
    refused("--manager-arn", MANAGER.replace("99998888", "9999888"), "account has 11 digits"),
    refused("--manager-arn", MANAGER.replace("-agentcore", ""), 'service is "bedrock", expected'),
    refused("--manager-arn", MANAGER[:-11], "lacks its ten-character suffix"),
    refused("--manager-arn", f"{MANAGER}/*", 'help: end the ARN with "shop-a1b2c3d4e5"'),
    refused("--manager-arn", MANAGER.replace("shop", "Shop"), "lower-cases the manager name"),
    refused("--manager-arn", MANAGER.replace("shop", "*"), '"*" is not allowed'),
    refused("--manager-arn", "*", '"*" is no ARN'),
    refused("--manager-arn", "", "it is empty"),
    refused("--manager-arn", "\x1b[31m", r'"\x1b[31m" is no ARN'),
    refused("--manager-arn", "x" * 5000, "has 5,000 characters, expected at most 2,048"),
    refused("--manager-arn", ROLE, 'service is "iam", expected "bedrock-agentcore"'),
    refused("--service-role-arn", AGENT.replace("role/", "user/"), '"user"', beside=HERE),
    refused("--credential-provider-arn", VAULT, "the resource is", beside=HERE),
    refused("--secret-arn", SECRET[:-7], "lacks its six-character suffix", beside=HERE),
    refused("--kms-key-arn", KEY.replace("key/", "alias/"), "an alias is no key", beside=HERE),
    refused("--principal-arn", "foo", '"foo" is no ARN', beside=HERE),
    refused("--principal-arn", "*", "named in full, without wildcards", beside=HERE),
    refused("--principal-arn", f"{AGENT[:-5]}*", "without wildcards", beside=HERE),
    refused("--principal-arn", "arn:${x}", "without wildcards", beside=HERE),
    refused("--principal-arn", "arn:aws:s3:::bucket", "this is no principal", beside=HERE),
    refused("--principal-arn", AGENT.replace("9999", "999"), "account has 11 digits", beside=HERE),
    refused("--principal-arn", "", "it is empty", beside=HERE),
    *(
        refused("--principal-arn", AGENT.replace("role/agent", resource), sentence, beside=HERE)
        for resource, sentence in (
            ("group/agents", "this is no principal"),
            ("saml-provider/idp", "this is no principal"),
            ("rootkit", "this is no principal"),
            ("role/", "no role has such a name"),
            ("user/a b", "no user has such a name"),
        )
    ),
    refused("--principal-arn", "arn:aws:iam::aws:role/agent", "it names no account", beside=HERE),
    refused("--service-role-arn", ROLE.replace("role/", "role/*/"), "wildcards", beside=HERE),
    refused("--external-id", "", "it is empty", beside=HERE),
    refused("--external-id", "*", "expected the name of one thing", beside=HERE),
    refused("--manager-name", "my-shop", '"-" is not allowed in a payment manager name'),
    refused("--manager-name", "", "it is empty"),
    refused("--account", "1234", "account has 4 digits, expected 12", beside=TO_COME),
    refused("--account", "aws", 'account is "aws", expected 12 digits', beside=TO_COME),
    refused("--region", "us-esat-1", 'AWS has no region "us-esat-1"', beside=TO_COME),
    refused("--region", "us-east-1", "--manager-arn tells it", beside=HERE),
    refused("--account", "999988887777", "--manager-arn tells it", beside=HERE),
]


@pytest.mark.parametrize(("arguments", "sentences"), BAD)
def test_a_value_that_does_not_fit_names_the_option_and_the_part(
    payguard: Run, arguments: list[str], sentences: list[str]
) -> None:
    result = payguard("render", "management", *arguments)
    assert result.exit_code == 2
    assert result.output.startswith("Error: ")
    for sentence in sentences:
        assert sentence in result.output
    assert result.output.replace("\n", "").isprintable()
    assert len(result.output) < 1000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no payment manager is given: expected --manager-arn or --manager-name"),
        (["--manager-name", "shop"], "--account is not given"),
        (["--manager-name", "shop", "--account", "999988887777"], "--region is not given"),
        (
            option("--manager-arn", MANAGER, OTHER.replace("9999", "1111")),
            'the payment managers given are of two accounts, "999988887777" and "111188887777"',
        ),
        (
            option("--manager-arn", MANAGER, OTHER.replace("aws", "aws-cn", 1)),
            'the payment managers given are of two partitions, "aws" and "aws-cn"',
        ),
        (
            [*HERE, "--manager-name", "till", "--account", "111122223333"],
            'are of two accounts, "999988887777" and "111122223333"',
        ),
    ],
)
def test_managers_that_are_missing_or_do_not_go_together_are_refused(
    payguard: Run, arguments: list[str], message: str
) -> None:
    result = payguard("render", "viewer", *arguments)
    assert result.exit_code == 2
    assert f"Error: {message}" in result.output or message in result.output
    assert "manager_arns" not in result.output


def test_a_region_that_payguard_does_not_know_is_rendered_and_doubted(payguard: Run) -> None:
    newer = MANAGER.replace("us-east-1", "us-east-9")
    result = payguard("render", "viewer", "--manager-arn", newer)
    assert result.exit_code == 0
    assert newer in json.loads(result.stdout)["Statement"][0]["Resource"]
    assert result.stderr == 'payguard: --manager-arn: AWS has no region "us-east-9"\n'


@pytest.mark.parametrize(
    ("persona", "hint"),
    [
        ("viewr", 'did you mean "viewer"?'),
        ("Control_Plane", 'did you mean "control-plane"?'),
        ("zzz", "--help lists them"),
        ("", "--help lists them"),
        ("\x1b[31m", "--help lists them"),
    ],
    ids=ascii,
)
def test_an_unknown_persona_is_exit_2_and_names_the_nearest(
    payguard: Run, persona: str, hint: str
) -> None:
    result = payguard("render", persona, *HERE)
    assert result.exit_code == 2
    assert "Invalid value for 'PERSONA': there is no persona " in result.output
    assert hint in result.output
    assert "\x1b" not in result.output


def test_the_help_page_says_what_each_persona_does(payguard: Run) -> None:
    page = " ".join(payguard("render", "--help").output.split())
    for persona in roles.PERSONAS:
        assert f"{persona} {roles.contract(persona).summary}" in page
