"""AWS's managed policies in the catalog: exact on the services that count, small, and read late."""

import functools
import importlib
import json
import os
import random
import sys
from collections.abc import Iterator
from importlib import metadata
from types import MappingProxyType, ModuleType
from typing import Any

import pytest

from corpus import managed_policies
from payguard.authorization.decision import decide
from payguard.authorization.evaluate import outcome
from payguard.authorization.policy_set import attach
from payguard.authorization.request import request
from payguard.iam.action import expand
from payguard_policies import catalog
from payguard_policies.catalog import files

Json = dict[str, Any]

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/agent"
AWS = "arn:aws:iam::aws:policy/"
FILE = os.path.join(os.path.dirname(catalog.__file__), "managed_policies.json")
SOURCE = catalog.provenance()["inputs"]["moto"]

same_moto = pytest.mark.skipif(
    metadata.version("moto") != SOURCE["version"],
    reason="another moto than the one that the catalog is made from",
)


def arns() -> dict[str, str]:
    """The name of every known policy, without its path, and its ARN."""
    known = files.table("managed_policies.json")["policies"]
    return {path.rpartition("/")[2]: AWS + path for path in known}


def document(arn: str) -> Json:
    found = catalog.managed_policy(arn)
    assert found is not None
    return dict(found)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# What is known of some policies that payments roles have attached


def decision(arn: str, action: str, resource: str = "*", **context: str) -> str:
    policies = attach(identity=[document(arn)])
    return decide(policies, request(ROLE, action, resource, context=context)).decision


MANAGER = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:payment-manager/shop-a1b2c3d4e5"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:"
AGENTCORE = AWS + "BedrockAgentCoreFullAccess"
TO_AGENTCORE = {"iam:PassedToService": "bedrock-agentcore.amazonaws.com"}


def test_full_access_to_agentcore_can_open_sessions_pay_and_read_wallet_secrets() -> None:
    assert catalog.managed_policy_version(AGENTCORE) == "v21"
    for action in ("CreatePaymentSession", "ProcessPayment", "InvokeAgentRuntimeCommand"):
        assert decision(AGENTCORE, f"bedrock-agentcore:{action}", MANAGER) == "allow"
    read = "secretsmanager:GetSecretValue"
    assert decision(AGENTCORE, read, SECRET + "bedrock-agentcore-identity-AbCdEf") == "allow"
    assert decision(AGENTCORE, read, SECRET + "wallet-AbCdEf") == "deny"


def test_full_access_to_agentcore_cannot_pass_the_documented_service_role() -> None:
    roles = f"arn:aws:iam::{ACCOUNT}:role/"
    own, documented = roles + "MyBedrockAgentCoreRole", roles + "AgentCorePaymentsRetrievalRole"
    assert decision(AGENTCORE, "iam:PassRole", own, **TO_AGENTCORE) == "allow"
    assert decision(AGENTCORE, "iam:PassRole", documented, **TO_AGENTCORE) == "deny"


def test_the_marketplace_policy_of_the_administrator_subscribes_and_pays_nothing() -> None:
    arn = AWS + "AWSMarketplaceManageSubscriptions"
    assert catalog.managed_policy_version(arn) == "v9"
    assert decision(arn, "aws-marketplace:Subscribe") == "allow"
    assert decision(arn, "bedrock-agentcore:ProcessPayment", MANAGER) == "deny"


@pytest.mark.parametrize(
    ("name", "action", "expected"),
    [
        ("AdministratorAccess", "bedrock-agentcore:ProcessPayment", "allow"),
        ("PowerUserAccess", "bedrock-agentcore:ProcessPayment", "allow"),
        ("PowerUserAccess", "iam:PutRolePolicy", "deny"),
        ("SecretsManagerReadWrite", "secretsmanager:GetSecretValue", "allow"),
        ("ReadOnlyAccess", "secretsmanager:GetSecretValue", "deny"),
        ("ReadOnlyAccess", "bedrock-agentcore:GetResourcePaymentToken", "deny"),
        ("AWSLambda_FullAccess", "lambda:UpdateFunctionCode", "allow"),
        ("job-function/SystemAdministrator", "sts:AssumeRole", "deny"),
        ("AWSDenyAll", "bedrock-agentcore:ProcessPayment", "deny"),
    ],
)
def test_well_known_policies_decide_as_one_expects(name: str, action: str, expected: str) -> None:
    assert decision(AWS + name, action) == expected


def test_a_policy_that_cannot_concern_payments_is_known_and_has_no_statement() -> None:
    arn = AWS + "service-role/AWSLambdaBasicExecutionRole"
    assert document(arn) == {"Version": "2012-10-17", "Statement": []}
    assert decision(arn, "bedrock-agentcore:ProcessPayment", MANAGER) == "deny"


# What is not known


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "AdministratorAccess",
        "arn:aws:iam::aws:policy/",
        "arn:aws:iam::aws:policy/NoSuchPolicy",
        "arn:aws:iam::aws:policy/administratoraccess",
        "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole",  # its path is service-role/
        "arn:aws:iam::aws:policy/service-role/AdministratorAccess",
        "arn:aws:iam::aws:policy//AdministratorAccess",
        "arn:aws:iam::aws:policy/AdministratorAccess ",
        "arn:aws:iam::aws:role/AdministratorAccess",
        f"arn:aws:iam::{ACCOUNT}:policy/AdministratorAccess",
    ],
)
def test_an_arn_that_is_not_of_a_known_policy_has_no_answer(arn: str) -> None:
    assert catalog.managed_policy(arn) is None
    assert catalog.managed_policy_version(arn) is None


@pytest.mark.parametrize("partition", sorted(set(catalog.partitions()) - {"aws"}))
def test_the_texts_of_other_partitions_are_not_known(partition: str) -> None:
    arn = f"arn:{partition}:iam::aws:policy/AdministratorAccess"
    assert catalog.managed_policy(arn) is None
    assert catalog.managed_policy_version(arn) is None


def test_no_text_of_this_partition_names_another_one() -> None:
    """So none of them can be the text of another partition, whose IAM refuses `arn:aws:`."""
    with open(FILE, encoding="utf-8") as file:
        text = file.read()
    assert "arn:aws:" in text
    others = set(catalog.partitions()) - {"aws"}
    assert not [partition for partition in others if f"arn:{partition}:" in text]


# Exactness, against the whole texts


@functools.cache
def counting(pattern: str) -> frozenset[str]:
    """The actions of the services that count, of all that the catalog lists, that match."""
    services = catalog.managed_policy_services()
    return frozenset(a for a in expand(pattern) if a.partition(":")[0] in services)


def matched(statement: Json) -> frozenset[str]:
    """The actions of the services that count to which a statement applies."""
    element = "Action" if "Action" in statement else "NotAction"
    found = frozenset[str]().union(*map(counting, listed(statement[element])))
    return found if element == "Action" else counting("*") - found


def rest(statement: Json) -> Json:
    return {key: value for key, value in statement.items() if "Action" not in key}


@same_moto
def test_every_policy_is_there() -> None:
    assert arns().keys() == managed_policies().keys()
    assert len(arns()) == catalog.provenance()["counts"]["managed policies"]


@same_moto
def test_for_every_action_the_same_statements_apply_as_in_the_whole_text() -> None:
    """Every policy, every action: what is left of a statement differs in other services only."""
    assert len(counting("*")) > 700
    for name, arn in arns().items():
        whole = listed(managed_policies()[name]["Statement"])
        that_count = [(matched(item), rest(item)) for item in whole if matched(item)]
        kept = document(arn)["Statement"]
        assert [(matched(item), rest(item)) for item in kept if matched(item)] == that_count, name


def test_nothing_is_kept_of_services_that_do_not_count() -> None:
    services = catalog.managed_policy_services()
    for name, arn in arns().items():
        for item in document(arn)["Statement"]:
            for action in listed(item.get("Action", [])):
                assert action == "*" or action.partition(":")[0].lower() in services, name


REQUESTS = [
    request(ROLE, "bedrock-agentcore:ProcessPayment", MANAGER),
    request(ROLE, "bedrock-agentcore:NotYetInvented", MANAGER),
    request(ROLE, "bedrock-agentcore:GetResourcePaymentToken", "*"),
    request(ROLE, "secretsmanager:GetSecretValue", SECRET + "bedrock-agentcore-x-AbCdEf"),
    request(ROLE, "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/other"),
    request(ROLE, "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/other", context=TO_AGENTCORE),
    request(ROLE, "iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/AWSGlueServiceRole-x"),
    request(ROLE, "kms:Decrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"),
    request(ROLE, "lambda:UpdateFunctionCode", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"),
    request(ROLE, "aws-marketplace:Subscribe", "*"),
]


@same_moto
@pytest.mark.parametrize("wanted", REQUESTS, ids=lambda wanted: str(wanted.action))
def test_a_request_is_decided_as_by_the_whole_text(
    wanted: Any, whole_and_kept: list[tuple[str, Any, Any]]
) -> None:
    found = {
        name: (answer(whole, wanted), answer(kept, wanted)) for name, whole, kept in whole_and_kept
    }
    assert [name for name, (whole, kept) in found.items() if whole != kept] == []
    assert len({whole for whole, _ in found.values()}) > 1, "a request that every policy answers"


def answer(policies: Any, wanted: Any) -> tuple[int, int]:
    found = outcome(policies, wanted)
    return found.allowed.rank, found.denied.rank


@pytest.fixture(scope="module")
def whole_and_kept() -> list[tuple[str, Any, Any]]:
    """Every policy as AWS wrote it, and as it is kept."""
    return [
        (name, attach(identity=[whole]), attach(identity=[document(arns()[name])]))
        for name, whole in managed_policies().items()
    ]


# The file


@pytest.fixture(scope="module")
def generator() -> Iterator[ModuleType]:
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    names = ("catalog_managed_policies", "catalog_tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(os.path.join(root, "linter", "tools"))
        for name in names:
            sys.modules.pop(name, None)
        yield importlib.import_module(names[0])
    for name in names:
        sys.modules.pop(name, None)


@same_moto
def test_the_committed_file_is_what_the_generator_makes_whatever_the_order(
    generator: ModuleType,
) -> None:
    policies = json.loads(generator.moto_text())
    shuffled = list(policies.items())
    random.Random(0).shuffle(shuffled)
    with open(FILE, encoding="utf-8") as file:
        committed = file.read()
    assert generator.render_policies(generator.policy_table(dict(shuffled))) + "\n" == committed
    source = generator.moto_source(generator.moto_text(), policies)
    assert source == SOURCE


def test_the_file_stays_small() -> None:
    assert os.path.getsize(FILE) < 600_000


def test_the_file_is_read_for_no_other_arn(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_reading(*path: str) -> Any:
        raise AssertionError(path)

    monkeypatch.setattr("payguard_policies.catalog.managed.table", no_reading)
    assert catalog.managed_policy(f"arn:aws:iam::{ACCOUNT}:policy/Own") is None
    assert catalog.managed_policy("arn:aws-cn:iam::aws:policy/AdministratorAccess") is None
    with pytest.raises(AssertionError, match="managed_policies"):
        catalog.managed_policy(AWS + "NeverAskedBefore")


def test_the_services_are_those_that_decide_who_can_move_money() -> None:
    assert catalog.managed_policy_services() == {
        "aws-marketplace",
        "bedrock-agentcore",
        "iam",
        "kms",
        "lambda",
        "secretsmanager",
        "sts",
    }
    assert catalog.managed_policy_services() <= catalog.service_names()


def test_every_document_is_a_whole_policy_that_cannot_be_exchanged() -> None:
    for arn in arns().values():
        found = catalog.managed_policy(arn)
        assert isinstance(found, MappingProxyType)
        assert found is catalog.managed_policy(arn)
        assert found["Version"] == "2012-10-17"
        for item in found["Statement"]:
            assert item["Effect"] in ("Allow", "Deny")
            assert ("Action" in item) != ("NotAction" in item)
            assert ("Resource" in item) != ("NotResource" in item)
            assert item.get("Action") != []
            assert item.get("NotAction") != []
