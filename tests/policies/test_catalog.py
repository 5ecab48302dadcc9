"""The catalog: what the committed data says, and how questions to it are answered."""

import hashlib
import json
import os
import re
import subprocess
import sys
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard_policies import catalog

FOLDER = os.path.dirname(catalog.__file__)
DETAILED = [name.removesuffix(".json") for name in os.listdir(os.path.join(FOLDER, "services"))]
PAYMENTS = "bedrock-agentcore"
MANAGER_ARN = (
    "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/mypayments-abcdefghij"
)


def detail(service: str) -> catalog.ServiceDetail:
    found = catalog.detail(service)
    assert found is not None
    return found


def agentcore() -> catalog.ServiceDetail:
    return detail(PAYMENTS)


def action(name: str) -> catalog.Action:
    return agentcore().actions[name.lower()]


# Actions


def test_the_reference_has_255_agentcore_actions_and_two_are_kept_by_hand() -> None:
    origins = [found.origin for found in agentcore().actions.values()]
    assert origins.count("service-reference") == 255
    assert origins.count("exception") == 2


def test_names_and_details_of_a_service_agree() -> None:
    for service in ("bedrock-agentcore", "iam", "kms", "sts"):
        found = detail(service)
        assert {a.name for a in found.actions.values()} == set(
            catalog.action_names(service).values()
        )
        assert found.actions.keys() == catalog.action_names(service).keys()


@pytest.mark.parametrize(
    ("name", "level", "resources"),
    [
        ("ProcessPayment", "Write", [("payment-manager", True)]),
        ("CreatePaymentSession", "Write", [("payment-manager", True)]),
        ("ListPaymentSessions", "List", [("payment-manager", True)]),
        ("ListPaymentManagers", "List", []),
        ("CreatePaymentManager", "Write", []),
        (
            "CreatePaymentCredentialProvider",
            "Write",
            [("paymentcredentialprovider", True), ("token-vault", True)],
        ),
        (
            "GetResourcePaymentToken",
            "Read",
            [
                ("paymentcredentialprovider", True),
                ("token-vault", True),
                ("workload-identity", True),
                ("workload-identity-directory", True),
            ],
        ),
        (
            "AllowVendedLogDeliveryForResource",
            "Permissions management",
            [("memory", True), ("payment-manager", False)],
        ),
        ("RotatePaymentConnectorCredentials", "Write", [("payment-manager", True)]),
        ("CreateTokenVault", "Write", [("token-vault", True)]),
    ],
)
def test_an_action_has_the_level_and_resources_that_aws_documents(
    name: str, level: str, resources: list[tuple[str, bool]]
) -> None:
    found = action(name)
    assert found.name == name
    assert found.level == level
    assert [(use.type, use.required) for use in found.resources] == resources


def test_access_levels_are_the_five_of_aws() -> None:
    levels = {a.level for s in DETAILED for a in detail(s).actions.values()}
    assert levels == {"List", "Read", "Write", "Tagging", "Permissions management"}


@pytest.mark.parametrize("name", ["RotatePaymentConnectorCredentials", "CreateTokenVault"])
def test_a_hand_kept_action_says_why(name: str) -> None:
    assert action(name).origin == "exception"
    assert "does not list it" in action(name).note
    assert catalog.action_names(PAYMENTS)[name.lower()] == name


def test_condition_keys_of_create_payment_manager() -> None:
    assert action("CreatePaymentManager").condition_keys == (
        "aws:RequestTag/${TagKey}",
        "aws:TagKeys",
        "bedrock-agentcore:DiscoveryUrl",
    )


def test_payments_actions_are_26_of_the_reference_and_the_rotation() -> None:
    found = catalog.payments_actions()
    assert len(found) == 27
    assert found >= {"ProcessPayment", "GetResourcePaymentToken", "ListPaymentManagers"}
    assert "RotatePaymentConnectorCredentials" in found
    listed = {name for name in found if action(name).origin == "service-reference"}
    assert found - listed == {"RotatePaymentConnectorCredentials"}


def test_every_payments_operation_is_an_action() -> None:
    operations = catalog.operations("data").keys() | catalog.operations("control").keys()
    assert operations == catalog.payments_actions()


def test_resource_types_are_templates_as_aws_writes_them() -> None:
    kinds = agentcore().resource_types
    assert kinds["payment-manager"].arn == (
        "arn:${Partition}:bedrock-agentcore:${Region}:${Account}"
        ":payment-manager/${PaymentManagerId}"
    )
    assert kinds["payment-manager"].condition_keys == ("aws:ResourceTag/${TagKey}",)
    assert not {"connector", "instrument", "session"} & kinds.keys()


def test_every_resource_that_an_action_names_is_described() -> None:
    for service in DETAILED:
        found = detail(service)
        for use in (use for a in found.actions.values() for use in a.resources):
            assert use.type in found.resource_types, (service, use.type)


def test_every_condition_key_that_an_action_or_resource_names_is_described() -> None:
    for service in DETAILED:
        found = detail(service)
        named = {key for a in found.actions.values() for key in a.condition_keys}
        named |= {k for a in found.actions.values() for u in a.resources for k in u.condition_keys}
        named |= {key for kind in found.resource_types.values() for key in kind.condition_keys}
        assert {key.lower() for key in named} <= found.condition_keys.keys()


def test_other_services_are_known_by_action_names_only() -> None:
    assert catalog.action_names("s3")["getobject"] == "GetObject"
    assert catalog.action_names("S3") is catalog.action_names("s3")
    assert catalog.detail("s3") is None
    assert len(catalog.service_names()) > 400


@pytest.mark.parametrize("service", ["", "nothing", "../services/iam", "bedrock-agentcore-control"])
def test_an_unknown_service_has_no_actions(service: str) -> None:
    assert catalog.action_names(service) == {}
    assert catalog.detail(service) is None
    assert service not in catalog.service_names()


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("UpdatePaymentSession", ""),
        ("RetrieveToken", ""),
        (
            "PaymentsAllowVendedLogDeliveryForResource",
            "bedrock-agentcore:AllowVendedLogDeliveryForResource",
        ),
        ("GetIdentity", "bedrock-agentcore:GetWorkloadIdentity"),
        ("CreateMemoryRecord", "bedrock-agentcore:BatchCreateMemoryRecords"),
        ("UpdateMemoryRecord", "bedrock-agentcore:BatchUpdateMemoryRecords"),
        ("SearchMemoryRecords", "bedrock-agentcore:RetrieveMemoryRecords"),
    ],
)
def test_an_invented_action_is_explained_and_its_replacement_exists(
    name: str, instead: str
) -> None:
    found = catalog.invented_actions()[f"{PAYMENTS}:{name}".lower()]
    assert found.name == f"{PAYMENTS}:{name}"
    assert found.why.endswith(".")
    assert found.instead == instead
    assert name.lower() not in catalog.action_names(PAYMENTS)
    if instead:
        assert instead.partition(":")[2].lower() in catalog.action_names(PAYMENTS)


def test_there_are_seven_invented_actions() -> None:
    assert len(catalog.invented_actions()) == 7


def test_unlisted_services_are_not_listed() -> None:
    found = catalog.unlisted_services()
    assert found["deepracer"].product == "AWS DeepRacer"
    assert not found.keys() & catalog.service_names()


# Condition keys


@pytest.mark.parametrize(
    ("service", "key", "canonical", "kind"),
    [
        ("s3", "s3:prefix", "s3:prefix", "String"),
        ("s3", "S3:Prefix", "s3:prefix", "String"),
        ("s3", "s3:ExistingObjectTag/team", "s3:ExistingObjectTag/${TagKey}", "String"),
        (
            "secretsmanager",
            "secretsmanager:ResourceTag/team",
            "secretsmanager:ResourceTag/${TagKey}",
            "String",
        ),
        ("iam", "iam:PassedToService", "iam:PassedToService", "String"),
        (
            "kms",
            "kms:EncryptionContext:aws:payments-manager:arn",
            "kms:EncryptionContext:${EncryptionContextKey}",
            "String",
        ),
        ("kms", "kms:EncryptionContextKeys", "kms:EncryptionContextKeys", "ArrayOfString"),
        ("events", "events:Metadata/x/Matcher", "events:Metadata/${MetadataKey}/Matcher", "String"),
        ("sts", "saml:aud", "saml:aud", "String"),
        (
            "sts",
            "token.actions.githubusercontent.com:actor",
            "token.actions.githubusercontent.com:actor",
            "String",
        ),
        ("sts", "token.actions.githubusercontent.com:sub", "${Issuer}:sub", "String"),
        ("sts", "oidc.eks.us-east-1.amazonaws.com/id/ABC:aud", "${Issuer}:aud", "String"),
        ("sts", "accounts.google.com:aud", "accounts.google.com:aud", "String"),
        (PAYMENTS, "bedrock-agentcore:userid", "bedrock-agentcore:userid", "String"),
    ],
)
def test_a_service_condition_key_is_found_whatever_its_case_or_variable(
    service: str, key: str, canonical: str, kind: str
) -> None:
    assert catalog.service_condition_key(service, key) == catalog.ConditionKey(canonical, kind)


@pytest.mark.parametrize(
    ("service", "key"),
    [
        ("s3", "s3:nothing"),
        ("s3", "s3:ExistingObjectTag/"),
        ("s3", "s3:ExistingObjectTag"),
        ("s3", "aws:SourceIp"),
        ("s3", "token.actions.githubusercontent.com:sub"),
        ("sts", "saml:email"),
        ("sts", "sub"),
        ("nothing", "nothing:key"),
        (PAYMENTS, "bedrock-agentcore:paymentSessionId"),
        (PAYMENTS, "iam:PassedToService"),
    ],
)
def test_what_a_service_does_not_define_is_not_found(service: str, key: str) -> None:
    assert catalog.service_condition_key(service, key) is None


@pytest.mark.parametrize(
    ("key", "services"),
    [
        ("s3:prefix", ("s3",)),
        ("saml:aud", ("sts",)),
        ("token.actions.acme.ghe.com:sub", ("sts",)),
        ("logs:x", ("logs", "xray")),
        ("oidc.eks.us-east-1.amazonaws.com/id/ABC:sub", ("sts",)),
        ("nothing", ()),
    ],
)
def test_the_prefix_of_a_key_tells_the_services_that_may_define_it(
    key: str, services: tuple[str, ...]
) -> None:
    assert catalog.condition_key_services(key) == services


@pytest.mark.parametrize(
    ("key", "canonical", "kind", "facts"),
    [
        ("aws:SourceArn", "aws:SourceArn", "ARN", {"service_principal_only"}),
        (
            "aws:sourceaccount",
            "aws:SourceAccount",
            "String",
            {"service_principal_only", "sensitive"},
        ),
        ("aws:SourceOrgID", "aws:SourceOrgID", "String", {"service_principal_only", "sensitive"}),
        (
            "aws:SourceOrgPaths",
            "aws:SourceOrgPaths",
            "String",
            {"service_principal_only", "multivalued"},
        ),
        ("aws:SourceIp", "aws:SourceIp", "IPAddress", {"never_for_service_principal"}),
        ("aws:Referer", "aws:referer", "String", {"untrustworthy"}),
        ("aws:UserAgent", "aws:UserAgent", "String", {"untrustworthy"}),
        ("aws:TagKeys", "aws:TagKeys", "String", {"multivalued"}),
        ("aws:ResourceTag/team", "aws:ResourceTag/", "String", {"takes_tag_key"}),
        ("aws:RequestTag/a/b", "aws:RequestTag/", "String", {"takes_tag_key"}),
        (
            "aws:PrincipalTag/${TagKey}",
            "aws:PrincipalTag/",
            "String",
            {"takes_tag_key", "never_for_service_principal"},
        ),
        ("aws:MultiFactorAuthAge", None, "Numeric", {"never_for_service_principal"}),
        ("aws:IsMcpServiceAction", None, "Bool", set()),
        ("aws:ViaAWSService", None, "Bool", set()),
        ("aws:CurrentTime", None, "Date", set()),
        ("lambda:SourceFunctionArn", None, "ARN", {"never_for_service_principal"}),
    ],
)
def test_a_global_key_has_its_type_and_its_peculiarities(
    key: str, canonical: str | None, kind: str, facts: set[str]
) -> None:
    found = catalog.global_condition_key(key)
    assert found is not None
    assert found.key == (canonical or key)
    assert found.type == kind
    flags = {
        "multivalued",
        "takes_tag_key",
        "sensitive",
        "untrustworthy",
        "deprecated",
        "service_principal_only",
        "never_for_service_principal",
    }
    assert {name for name in flags if getattr(found, name)} == facts
    assert found.availability


@pytest.mark.parametrize(
    "key",
    ["aws:Nothing", "aws:ResourceTag", "aws:ResourceTag/", "aws:SourceArn/x", "", "/", "s3:prefix"],
)
def test_what_is_no_global_key_is_not_found(key: str) -> None:
    assert catalog.global_condition_key(key) is None


def test_tag_keys_stand_under_their_prefix() -> None:
    taking = {key for key, found in catalog.global_condition_keys().items() if found.takes_tag_key}
    assert taking == {"aws:principaltag/", "aws:requesttag/", "aws:resourcetag/"}


def test_no_global_key_is_both_for_service_principals_only_and_never_for_them() -> None:
    for found in catalog.global_condition_keys().values():
        assert not (found.service_principal_only and found.never_for_service_principal)


def test_global_keys_have_types_that_condition_operators_know() -> None:
    kinds = {"String", "ARN", "Bool", "Date", "Numeric", "IPAddress"}
    for found in catalog.global_condition_keys().values():
        assert {found.type, *found.other_types} <= kinds
        assert found.services == () or set(found.services) <= catalog.service_names()


def test_agentcore_does_not_pass_the_endpoint_owner_keys() -> None:
    for key in ("aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths", "aws:SourceVpcArn"):
        found = catalog.global_condition_key(key)
        assert found is not None
        assert "kms" in found.services
        assert PAYMENTS not in found.services


def test_resource_control_policies_reach_some_services() -> None:
    assert {"s3", "kms", "sts"} <= catalog.rcp_services() <= catalog.service_names()
    assert PAYMENTS not in catalog.rcp_services()


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_makes_a_question_fail(service: str, key: str) -> None:
    catalog.action_names(service)
    catalog.detail(service)
    catalog.service_condition_key(service, key)
    catalog.service_condition_key("sts", key)
    catalog.condition_key_services(key)
    catalog.global_condition_key(key)


# Shapes, operations, partitions


def matches(plane: str, shape: str, text: str) -> bool:
    pattern = catalog.string_shape(plane, shape).pattern
    assert pattern is not None
    return re.fullmatch(pattern, text) is not None


@pytest.mark.parametrize(
    ("plane", "shape", "text", "fits"),
    [
        ("data", "PaymentManagerArn", MANAGER_ARN, True),
        ("control", "PaymentManagerArn", MANAGER_ARN, False),
        ("other", "CloudFormationPaymentManagerArn", MANAGER_ARN, True),
        ("control", "PaymentConnectorId", "my_connector-abcdefghij", True),
        ("data", "PaymentConnectorId", "my_connector-abcdefghij", False),
        ("data", "PaymentSessionId", "payment-session-abcdefghij12345", True),
        ("data", "PaymentInstrumentId", "payment-instrument-abcdefghij12345", True),
        ("control", "PaymentManagerName", "MyPaymentManager", True),
        ("control", "PaymentManagerName", "my-manager", False),
        ("other", "PaymentConnectorArn", MANAGER_ARN + "/connector/c-abcdefghij", True),
        ("other", "AccountId", "111122223333", True),
        ("other", "AccountId", "11112222333", False),
        ("other", "IamRoleArn", "arn:aws:iam::111122223333:role/path/to/Name", True),
        ("other", "IamRoleArn", "arn:aws:iam:::role/Name", False),
        ("control", "RoleArn", "arn:aws:iam:::role/Name", True),
        (
            "other",
            "SecretsManagerSecretArn",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:wallet-AbC123",
            True,
        ),
        (
            "other",
            "SecretsManagerSecretArn",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:wallet",
            False,
        ),
        ("control", "TokenVaultIdType", "default", True),
        ("control", "WorkloadIdentityNameType", "mypayments-abcdefghij", True),
    ],
)
def test_a_pattern_takes_what_its_source_takes(
    plane: str, shape: str, text: str, fits: bool
) -> None:
    assert matches(plane, shape, text) is fits


@pytest.mark.parametrize(
    ("plane", "shape", "low", "high"),
    [
        ("data", "PaymentManagerArn", 66, 2048),
        ("data", "UserId", 0, 120),
        ("data", "PaymentAgentName", 0, 256),
        ("data", "NextToken", 1, 2048),
        ("control", "PaymentManagerId", 12, 211),
        ("control", "PaymentCredentialProviderArn", 69, 2048),
        ("control", "KmsKeyArn", 1, 2048),
    ],
)
def test_lengths_are_the_models(plane: str, shape: str, low: int | None, high: int | None) -> None:
    found = catalog.string_shape(plane, shape)
    assert (found.name, found.min, found.max) == (shape, low, high)


def test_a_shape_names_its_source() -> None:
    assert catalog.string_shape("data", "UserId").source.startswith("botocore 1.44.5")
    assert "CloudFormation" in catalog.string_shape("other", "PaymentConnectorArn").source


def test_permitted_values_are_kept() -> None:
    for plane, shape, values in (
        ("control", "PaymentConnectorType", ("CoinbaseCDP", "StripePrivy")),
        ("data", "Currency", ("USD",)),
        ("other", "PaymentManagerSubResource", ("connector", "instrument", "session")),
    ):
        assert catalog.string_shape(plane, shape).enum == values


def test_the_shapes_of_a_plane_can_be_listed() -> None:
    for plane in ("data", "control", "other"):
        for name, found in catalog.string_shapes(plane).items():
            assert catalog.string_shape(plane, name) == found


def test_an_unknown_shape_or_plane_is_a_key_error() -> None:
    for plane, shape in (("data", "Nothing"), ("nowhere", "UserId")):
        with pytest.raises(KeyError):
            catalog.string_shape(plane, shape)


@pytest.mark.parametrize(
    ("plane", "shape", "low", "high"),
    [
        ("data", "Integer", None, None),
        ("data", "CreatePaymentSessionRequestExpiryTimeInMinutesInteger", 15, 480),
        ("control", "MaxResults", 1, 100),
        ("control", "ListPaymentCredentialProvidersRequestMaxResultsInteger", 1, 20),
    ],
)
def test_integer_bounds_are_the_models(
    plane: str, shape: str, low: int | None, high: int | None
) -> None:
    found = catalog.integer_shape(plane, shape)
    assert (found.min, found.max) == (low, high)


def test_the_two_list_operations_go_over_the_wire_as_documented() -> None:
    for noun in ("Instruments", "Sessions"):
        found = catalog.operations("data")[f"ListPayment{noun}"]
        assert (found.method, found.uri, found.status) == (
            "POST",
            f"/payments/listPayment{noun}",
            200,
        )
        assert found.readonly
        assert found.errors == {
            "AccessDeniedException": 403,
            "ValidationException": 400,
            "ThrottlingException": 429,
            "InternalServerException": 500,
        }
        assert found.inputs["paymentManagerArn"].required
        assert found.inputs["userId"] == catalog.Member(
            name="userId",
            shape="UserId",
            type="string",
            location="header",
            wire_name="X-Amzn-Bedrock-AgentCore-Payments-User-Id",
            required=False,
        )
        assert found.paginator == catalog.Paginator(
            "nextToken", "nextToken", "maxResults", f"payment{noun}"
        )


def test_operations_that_change_something_are_not_readonly() -> None:
    for plane in ("data", "control"):
        for name, found in catalog.operations(plane).items():
            assert found.readonly is name.startswith(("Get", "List")), name
            assert found.plane == plane


def test_every_string_and_integer_input_has_a_shape() -> None:
    for plane in ("data", "control"):
        for member in (m for o in catalog.operations(plane).values() for m in o.inputs.values()):
            if member.type == "string":
                assert catalog.string_shape(plane, member.shape).name == member.shape
            if member.type == "integer":
                assert catalog.integer_shape(plane, member.shape).name == member.shape


def test_partitions_have_regions_that_their_pattern_matches() -> None:
    found = catalog.partitions()
    assert {"aws", "aws-cn", "aws-us-gov"} <= found.keys()
    assert found["aws-cn"].dns_suffix == "amazonaws.com.cn"
    for partition in found.values():
        assert partition.regions
        assert all(re.match(partition.region_pattern, region) for region in partition.regions)


# The files themselves


def digest(name: str) -> str:
    with open(os.path.join(FOLDER, name), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def test_no_committed_file_was_edited_after_it_was_generated() -> None:
    found = catalog.provenance()
    recorded = {**found["outputs"], **found["inputs"]["hand_kept"]["sha256"]}
    assert {name: digest(name) for name in recorded} == recorded
    there = {
        os.path.relpath(os.path.join(folder, name), FOLDER).replace(os.sep, "/")
        for folder, _, names in os.walk(FOLDER)
        for name in names
        if name.endswith(".json")
    }
    assert there == {*recorded, "PROVENANCE.json"}


def test_provenance_counts_what_is_there() -> None:
    found = catalog.provenance()
    names = [catalog.action_names(service) for service in catalog.service_names()]
    assert found["counts"]["services"] == len(names)
    assert found["counts"]["actions"] == sum(len(known) for known in names)
    assert found["counts"]["bedrock-agentcore actions"] == 257
    assert found["as_of"] == "2026-09-26"


@pytest.mark.parametrize(
    "name", ["exceptions", "federation", "global_condition_keys", "identifiers"]
)
def test_hand_kept_facts_name_their_sources(name: str) -> None:
    with open(os.path.join(FOLDER, "hand_kept", name + ".json"), encoding="utf-8") as file:
        text = file.read()
    assert "https://docs.aws.amazon.com/" in text
    json.loads(text)


def test_answers_cannot_be_changed() -> None:
    for answer in (catalog.action_names("s3"), agentcore().actions, catalog.partitions()):
        assert isinstance(answer, MappingProxyType)
    with pytest.raises(AttributeError):
        setattr(action("ProcessPayment"), "level", "Read")  # noqa: B010  mypy forbids the plain form


def test_importing_the_catalog_reads_no_file_and_needs_no_other_package() -> None:
    code = (
        "import sys\n"
        "import payguard_policies.catalog\n"
        "from payguard_policies.catalog import files\n"
        "assert files.table.cache_info().currsize == 0\n"
        "print(*sorted({m.partition('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": os.path.dirname(os.path.dirname(FOLDER))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["__main__", "payguard_policies"]
