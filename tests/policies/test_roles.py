import dataclasses
import json
import os
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import payguard_policies
from payguard_policies import catalog, roles
from payguard_policies.roles import ActionGroup, Parameters

TRUTH = os.path.dirname(payguard_policies.__file__)
DOCUMENTED = os.path.join(os.path.dirname(os.path.dirname(__file__)), "documented")
ACCOUNT = "111122223333"
HOME = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:"
MANAGER = HOME + "payment-manager/paymentmanager-abcdefghij"
VAULT = HOME + "token-vault/default"
PROVIDER = VAULT + "/paymentcredentialprovider/paymentwallet"
DIRECTORY = HOME + "workload-identity-directory/default"
IDENTITY = DIRECTORY + "/workload-identity/paymentmanager-abcdefghij"
SERVICE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/AgentCorePaymentsResourceRetrievalRole"
SECRET = (
    f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:"
    "bedrock-agentcore-identity!default/payment/stripeprivy/paymentwallet-x7Kd/appsecret-AbCdEf"
)
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FULL = Parameters(
    manager_arns=(MANAGER,),
    service_role_arn=SERVICE_ROLE,
    credential_provider_arns=(PROVIDER,),
    secret_arns=(SECRET,),
    kms_key_arn=KEY,
)
# One resource of each type that a contract names; an action without a type is asked on "*".
RESOURCES = {
    "payment-manager": MANAGER,
    "token-vault": VAULT,
    "paymentcredentialprovider": PROVIDER,
    "workload-identity-directory": DIRECTORY,
    "workload-identity": IDENTITY,
    "role": SERVICE_ROLE,
    "Secret": SECRET,
    "key": KEY,
}
ORDER = ("Sid", "Effect", "Principal", "Action", "Resource", "Condition")

every_persona = pytest.mark.parametrize("persona", roles.PERSONAS)


def read(*path: str) -> Any:
    with open(os.path.join(TRUTH, *path), encoding="utf-8") as file:
        return json.load(file)


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def actions_of(document: dict[str, Any], effect: str) -> set[str]:
    statements = [one for one in document["Statement"] if one["Effect"] == effect]
    return {action for statement in statements for action in listed(statement["Action"])}


def names(groups: Iterable[ActionGroup]) -> set[str]:
    return {action for group in groups for action in group.actions}


def strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for entry in value:
                yield from strings(entry)
        case dict():
            for key, entry in value.items():
                yield key
                yield from strings(entry)


def matches(pattern: str, resource: str) -> bool:
    parts = re.split(r"(\*|\?)", pattern)
    regex = "".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in parts)
    return re.fullmatch(regex, resource) is not None


def allows(document: dict[str, Any], action: str, resource: str) -> bool:
    return any(
        statement["Effect"] == "Allow"
        and action in listed(statement["Action"])
        and any(matches(pattern, resource) for pattern in listed(statement["Resource"]))
        for statement in document["Statement"]
    )


def asked_on(group: ActionGroup) -> list[str]:
    below = [f"{MANAGER}/{name}/x-1" for name in group.sub_resources]
    return [RESOURCES[kind] for kind in group.resource_types] + below or ["*"]


class TestContracts:
    def test_each_persona_has_its_folder_and_no_folder_lacks_a_persona(self) -> None:
        found = os.listdir(os.path.join(TRUTH, "roles"))
        folders = [name for name in found if os.path.isdir(os.path.join(TRUTH, "roles", name))]
        assert sorted(set(folders) - {"__pycache__"}) == sorted(roles.PERSONAS)

    @every_persona
    def test_a_contract_follows_its_schema(self, persona: str) -> None:
        schema = read("schemas", "contract.schema.json")
        Draft202012Validator.check_schema(schema)
        facts = read("roles", persona, "contract.json")
        assert [error.message for error in Draft202012Validator(schema).iter_errors(facts)] == []
        assert facts["persona"] == persona

    def test_the_schema_knows_exactly_the_personas(self) -> None:
        schema = read("schemas", "contract.schema.json")
        assert schema["$defs"]["persona"]["enum"] == list(roles.PERSONAS)

    @every_persona
    def test_a_contract_is_read_once_and_cannot_be_changed(self, persona: str) -> None:
        contract = roles.contract(persona)
        assert contract is roles.contract(persona)
        with pytest.raises(AttributeError):
            contract.summary = ""  # type: ignore[misc]  # the point of the test
        with pytest.raises(TypeError):
            contract.smoke["ListPaymentSessions"] = "allow"  # type: ignore[index]  # same

    def test_a_set_can_be_given_a_reason_and_a_context_of_its_own(self) -> None:
        reads = [
            group
            for group in roles.contract("control-plane").must_never_allow
            if group.actions == roles.action_sets()["wallet-secret-reads"].actions
        ]
        assert [dict(group.context) for group in reads] == [{"aws:ViaAWSService": "false"}]
        assert reads[0].why != roles.action_sets()["wallet-secret-reads"].why

    @every_persona
    def test_what_is_allowed_is_never_forbidden_in_the_same_context(self, persona: str) -> None:
        contract = roles.contract(persona)
        allowed = {
            (action, tuple(group.context.items()))
            for group in contract.must_allow + contract.may_allow
            for action in group.actions
        }
        forbidden = {
            (action, tuple(group.context.items()))
            for group in contract.must_never_allow
            for action in group.actions
        }
        assert not allowed & forbidden

    @every_persona
    def test_no_persona_may_both_set_a_budget_and_spend(self, persona: str) -> None:
        contract = roles.contract(persona)
        allowed = names(contract.must_allow + contract.may_allow)
        spends = "bedrock-agentcore:ProcessPayment" in allowed
        assert spends == (persona == "process-payment")
        assert not (spends and "bedrock-agentcore:CreatePaymentSession" in allowed)

    @every_persona
    def test_every_persona_but_the_spender_is_forbidden_to_pay(self, persona: str) -> None:
        forbidden = names(roles.contract(persona).must_never_allow)
        assert ("bedrock-agentcore:ProcessPayment" in forbidden) == (persona != "process-payment")

    @every_persona
    def test_the_smoke_test_expects_what_the_contract_allows(self, persona: str) -> None:
        contract = roles.contract(persona)
        if set(contract.smoke.values()) == {"not-assumable"}:
            assert contract.trust.principals == ("service",)
            return
        must, may = names(contract.must_allow), names(contract.may_allow)
        for operation, expected in contract.smoke.items():
            action = f"bedrock-agentcore:{operation}"
            assert (action in must) == (expected == "allow")
            assert action not in may

    @every_persona
    def test_the_roles_it_must_not_reach_are_personas_with_a_spender_or_a_budget(
        self, persona: str
    ) -> None:
        reach = roles.contract(persona).must_never_assume
        assert persona not in reach
        assert set(reach) <= {"control-plane", "management", "process-payment"}
        if persona != "process-payment":
            assert "process-payment" in reach


class TestActionNames:
    @staticmethod
    def groups() -> Iterator[ActionGroup]:
        yield from roles.action_sets().values()
        for persona in roles.PERSONAS:
            contract = roles.contract(persona)
            yield from contract.must_allow + contract.may_allow
            yield from contract.must_never_allow + contract.must_deny

    @staticmethod
    def is_real(action: str) -> bool:
        service, _, name = action.partition(":")
        if name in catalog.action_names(service).values():
            return True
        detail = catalog.detail(service)
        return detail is not None and any(name == one.name for one in detail.actions.values())

    def test_every_action_of_a_contract_is_a_real_action(self) -> None:
        assert [a for a in sorted(names(self.groups())) if not self.is_real(a)] == []

    @every_persona
    def test_every_action_of_a_template_is_a_real_action(self, persona: str) -> None:
        for build in (roles.permissions, roles.trust):
            document = build(persona, FULL)
            used = actions_of(document, "Allow") | actions_of(document, "Deny")
            assert [action for action in sorted(used) if not self.is_real(action)] == []

    def test_the_actions_of_a_group_belong_to_one_service(self) -> None:
        for group in self.groups():
            assert len({action.partition(":")[0] for action in group.actions}) == 1

    def test_resource_types_are_those_of_the_service_reference(self) -> None:
        # The reference asks log delivery for a memory: see "vended-log-delivery" in the
        # disagreements. sts:SetContext is asked on the session itself.
        exempt = {"bedrock-agentcore:AllowVendedLogDeliveryForResource", "sts:SetContext"}
        for group in self.groups():
            for action in set(group.actions) - exempt:
                service, _, name = action.partition(":")
                detail = catalog.detail(service)
                assert detail is not None, service
                uses = detail.actions[name.lower()].resources
                required = {use.type for use in uses if use.required}
                assert required <= set(group.resource_types), action
                assert not uses or set(group.resource_types) <= {use.type for use in uses}, action

    def test_every_payments_action_that_writes_belongs_to_a_set(self) -> None:
        detail = catalog.detail("bedrock-agentcore")
        assert detail is not None
        payments = {name.lower() for name in catalog.payments_actions()}
        writes = {
            f"bedrock-agentcore:{action.name}"
            for key, action in detail.actions.items()
            if key in payments and "Write" in action.level
        }
        assert writes <= names(roles.action_sets().values())


class TestTemplates:
    @every_persona
    @pytest.mark.parametrize("document", ["permissions", "trust"])
    def test_elements_stand_in_the_order_that_policies_are_written_in(
        self, persona: str, document: str
    ) -> None:
        template = read("roles", persona, document + ".json")
        assert list(template) == ["Version", "Statement"]
        for statement in template["Statement"]:
            assert list(statement) == [element for element in ORDER if element in statement]
            assert "Sid" in statement

    @every_persona
    def test_what_the_contract_demands_is_granted_on_every_resource_it_is_asked_on(
        self, persona: str
    ) -> None:
        document = roles.permissions(persona, FULL)
        for group in roles.contract(persona).must_allow:
            for action in group.actions:
                for resource in asked_on(group):
                    assert allows(document, action, resource), (action, resource)

    @every_persona
    def test_nothing_is_granted_that_the_contract_does_not_name(self, persona: str) -> None:
        contract = roles.contract(persona)
        granted = actions_of(roles.permissions(persona, FULL), "Allow")
        assert granted <= names(contract.must_allow + contract.may_allow)
        assert not granted & names(contract.must_never_allow)

    @every_persona
    def test_a_demanded_deny_is_unconditional_and_on_every_resource(self, persona: str) -> None:
        document = roles.permissions(persona, FULL)
        denied = {
            action
            for statement in document["Statement"]
            if statement["Effect"] == "Deny" and statement["Resource"] == "*"
            for action in listed(statement["Action"])
            if "Condition" not in statement
        }
        assert names(roles.contract(persona).must_deny) <= denied

    def test_another_manager_of_the_account_is_out_of_reach(self) -> None:
        other = MANAGER.replace("paymentmanager", "othermanager")
        for persona in ("management", "process-payment", "viewer"):
            document = roles.permissions(persona, FULL)
            for action in actions_of(document, "Allow"):
                assert not allows(document, action, other)
                assert not allows(document, action, other + "/session/x-1")

    def test_only_the_service_role_reads_wallet_secrets(self) -> None:
        for persona in roles.PERSONAS:
            granted = actions_of(roles.permissions(persona, FULL), "Allow")
            assert ("secretsmanager:GetSecretValue" in granted) == (persona == "resource-retrieval")

    def test_the_administrator_passes_one_role_to_one_service(self) -> None:
        statements = roles.permissions("control-plane", FULL)["Statement"]
        (passing,) = [one for one in statements if one["Action"] == "iam:PassRole"]
        assert passing["Resource"] == [SERVICE_ROLE]
        assert passing["Condition"] == {
            "StringEquals": {"iam:PassedToService": "bedrock-agentcore.amazonaws.com"}
        }

    @pytest.mark.parametrize(
        "persona", ["control-plane", "management", "process-payment", "resource-retrieval"]
    )
    def test_the_newest_documented_text_is_granted_for_the_manager(self, persona: str) -> None:
        document = roles.permissions(persona, FULL)
        folder = os.path.join(DOCUMENTED, "five-role")
        for name in sorted(os.listdir(folder)):
            if name.startswith(persona) and name.endswith(".permissions.json"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    asked = list(documented_requests(json.load(file)))
                assert asked
                assert [one for one in asked if not allows(document, *one)] == []

    @every_persona
    def test_five_managers_fit_into_the_inline_policies_of_a_role(self, persona: str) -> None:
        arns = tuple(f"{HOME}payment-manager/{'n' * 47}{n}-abcdefghij" for n in range(5))
        document = roles.permissions(persona, dataclasses.replace(FULL, manager_arns=arns))
        # 10,240 characters without white space: IAM quotas, "inline policies of a role".
        assert len(json.dumps(document, separators=(",", ":"))) < 10240


def documented_requests(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The requests on our own manager that a documented policy allows."""
    for statement in document["Statement"]:
        if statement["Effect"] == "Allow":
            for action in listed(statement["Action"]):
                for pattern in listed(statement["Resource"]):
                    yield action, on_our_manager(pattern)


def on_our_manager(pattern: str) -> str:
    resource = pattern.replace(":bedrock-agentcore:*:", ":bedrock-agentcore:us-east-1:")
    resource = resource.replace("payment-manager/*", "payment-manager/paymentmanager-abcdefghij")
    resource = resource.replace("token-vault/*", "token-vault/default")
    return resource.replace("*", "abcdefghij")


class TestDocuments:
    @every_persona
    def test_a_document_is_plain_json_without_placeholders(self, persona: str) -> None:
        for build in (roles.permissions, roles.trust):
            document = build(persona, FULL)
            assert json.loads(json.dumps(document)) == document
            assert [text for text in strings(document) if re.search(r"<[^>]*>", text)] == []
            assert document["Statement"]

    @every_persona
    def test_the_same_parameters_give_the_same_document_each_time_anew(self, persona: str) -> None:
        for build in (roles.permissions, roles.trust):
            first = build(persona, FULL)
            before = json.dumps(first)
            first["Statement"][0].clear()
            assert json.dumps(build(persona, FULL)) == before

    def test_a_list_element_is_repeated_for_each_value(self) -> None:
        secrets = (SECRET, SECRET + "2")
        document = roles.permissions(
            "resource-retrieval", dataclasses.replace(FULL, secret_arns=secrets)
        )
        assert resources_of(document, "SecretsManagerAccess") == list(secrets)

    def test_a_statement_without_a_resource_is_dropped(self) -> None:
        document = roles.permissions("control-plane", Parameters(manager_arns=(MANAGER,)))
        sids = [statement["Sid"] for statement in document["Statement"]]
        assert "AllowPassResourceRetrievalRole" not in sids
        assert "AllowKeyCheck" not in sids
        assert "AllowPaymentManagerOperations" in sids

    def test_a_condition_without_a_value_is_dropped(self) -> None:
        (statement,) = roles.trust("viewer", FULL)["Statement"]
        assert "Condition" not in statement

    def test_an_external_id_becomes_a_condition(self) -> None:
        parameters = dataclasses.replace(FULL, external_id="agents-7")
        (statement,) = roles.trust("viewer", parameters)["Statement"]
        assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "agents-7"}}

    def test_a_role_of_people_or_agents_trusts_the_account_unless_principals_are_given(
        self,
    ) -> None:
        (statement,) = roles.trust("management", FULL)["Statement"]
        assert statement["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        principals = (f"arn:aws:iam::{ACCOUNT}:role/a", f"arn:aws:iam::{ACCOUNT}:role/b")
        parameters = dataclasses.replace(FULL, principal_arns=principals)
        (statement,) = roles.trust("management", parameters)["Statement"]
        assert statement["Principal"] == {"AWS": list(principals)}

    def test_the_service_role_trusts_the_service_for_its_managers_only(self) -> None:
        parameters = dataclasses.replace(FULL, principal_arns=(SERVICE_ROLE,), external_id="x")
        (statement,) = roles.trust("resource-retrieval", parameters)["Statement"]
        assert statement["Principal"] == {"Service": "bedrock-agentcore.amazonaws.com"}
        assert statement["Condition"] == {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": HOME + "payment-manager/paymentmanager-*"},
        }

    def test_a_name_of_one_region_does_not_meet_another_region(self) -> None:
        west = "arn:aws:bedrock-agentcore:us-west-2:111122223333:payment-manager/west-abcdefghij"
        parameters = Parameters(manager_arns=(MANAGER, west))
        assert resources_of(
            roles.permissions("resource-retrieval", parameters), "WorkloadIdentityAccess"
        ) == [
            DIRECTORY,
            DIRECTORY.replace("us-east-1", "us-west-2"),
            DIRECTORY + "/workload-identity/paymentmanager-*",
            DIRECTORY.replace("us-east-1", "us-west-2") + "/workload-identity/west-*",
        ]

    def test_a_manager_that_does_not_exist_yet_is_a_pattern_with_its_name_in_lower_case(
        self,
    ) -> None:
        parameters = Parameters(manager_name="ShopAssistant", account=ACCOUNT, region="us-east-1")
        document = roles.permissions("management", parameters)
        assert resources_of(document, "AllowPaymentManagement") == [
            HOME + "payment-manager/shopassistant-*"
        ]

    def test_a_manager_to_come_takes_account_and_region_from_those_that_exist(self) -> None:
        parameters = Parameters(manager_arns=(MANAGER,), manager_name="second")
        document = roles.permissions("viewer", parameters)
        assert resources_of(document, "AllowPaymentReadOperations") == [
            MANAGER,
            HOME + "payment-manager/second-*",
            MANAGER + "/*",
        ]

    def test_an_acps_arn_is_granted_in_both_spellings(self) -> None:
        acps = PROVIDER.replace("bedrock-agentcore", "acps")
        parameters = dataclasses.replace(FULL, credential_provider_arns=(acps,))
        document = roles.permissions("resource-retrieval", parameters)
        assert resources_of(document, "PaymentTokenAccess") == [PROVIDER, acps]

    def test_the_partition_of_the_manager_runs_through_the_document(self) -> None:
        gov = MANAGER.replace("arn:aws:", "arn:aws-us-gov:")
        for build in (roles.permissions, roles.trust):
            for persona in roles.PERSONAS:
                document = build(persona, Parameters(manager_arns=(gov,)))
                arns = [text for text in strings(document) if text.startswith("arn:")]
                assert all(arn.startswith("arn:aws-us-gov:") for arn in arns)


def resources_of(document: dict[str, Any], sid: str) -> Any:
    (statement,) = [one for one in document["Statement"] if one["Sid"] == sid]
    return statement["Resource"]


class TestErrors:
    @pytest.mark.parametrize(
        ("persona", "message"),
        [
            ("managment", 'persona "managment" does not exist: the nearest is "management"'),
            ("Viewer", 'persona "Viewer" does not exist: the nearest is "viewer"'),
            (
                "process_payment",
                'persona "process_payment" does not exist: the nearest is "process-payment"',
            ),
            ("xyz", 'persona "xyz" does not exist: expected a name such as "management"'),
            ("../viewer", 'persona "../viewer" does not exist: the nearest is "viewer"'),
        ],
    )
    def test_an_unknown_persona_is_named_with_the_nearest_one(
        self, persona: str, message: str
    ) -> None:
        with pytest.raises(roles.UnknownPersonaError) as caught:
            roles.contract(persona)
        assert str(caught.value) == message
        with pytest.raises(ValueError, match="does not exist"):
            roles.permissions(persona, FULL)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            (
                {},
                (
                    "manager_arns is empty and manager_name is not given: "
                    "a policy is built for at least one payment manager"
                ),
            ),
            (
                {"manager_arns": (MANAGER, MANAGER.replace("1111", "9999"))},
                (
                    'manager_arns and manager_name tell two accounts, "111122223333" and '
                    '"999922223333": a role serves the managers of one'
                ),
            ),
            (
                {"manager_arns": (MANAGER, MANAGER.replace("arn:aws:", "arn:aws-cn:"))},
                (
                    'manager_arns and manager_name tell two partitions, "aws" and "aws-cn": '
                    "a role serves the managers of one"
                ),
            ),
            (
                {"manager_arns": (MANAGER,), "manager_name": "a", "account": "444455556666"},
                (
                    'manager_arns and manager_name tell two accounts, "111122223333" and '
                    '"444455556666": a role serves the managers of one'
                ),
            ),
            (
                {"manager_arns": ("payment-manager/a",)},
                'manager_arns holds "payment-manager/a", which does not have the 6 parts of an ARN',
            ),
            (
                {"manager_arns": (HOME + "payment-manager/*",)},
                (
                    f'manager_arns holds "{HOME}payment-manager/*", which names no payment manager: '
                    "expected a name, a hyphen and ten characters at its end"
                ),
            ),
            (
                {"manager_name": "a", "region": "us-east-1"},
                'account is not given: the payment manager "a" has no ARN to tell it',
            ),
            (
                {"manager_name": "a", "account": ACCOUNT},
                'region is not given: the payment manager "a" has no ARN to tell it',
            ),
            ({"manager_arns": MANAGER}, "manager_arns is not a tuple: expected a tuple of ARNs"),
            (
                {"external_id": ""},
                "external_id is empty or not a string: leave it out or give a value",
            ),
            (
                {"secret_arns": (SECRET, "")},
                "an entry of secret_arns is empty or not a string: leave it out or give a value",
            ),
            (
                {"token_vault_id": None},
                "token_vault_id is empty or not a string: leave it out or give a value",
            ),
            (
                {"principal_arns": ("*",)},
                'an entry of principal_arns is "*": expected the name of one thing',
            ),
        ],
    )
    def test_parameters_that_no_policy_can_be_built_for_are_refused(
        self, given: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(roles.ParametersError) as caught:
            roles.permissions("viewer", Parameters(**given))
        assert str(caught.value) == message

    def test_both_errors_are_value_errors(self) -> None:
        assert issubclass(roles.UnknownPersonaError, ValueError)
        assert issubclass(roles.ParametersError, ValueError)


manager_names = st.from_regex(r"[a-z][a-z0-9]{0,47}", fullmatch=True)
suffixes = st.from_regex(r"[a-z0-9]{10}", fullmatch=True)
regions = st.sampled_from(["us-east-1", "us-west-2", "eu-central-1", "ap-southeast-2"])


@st.composite
def managers_of_one_account(draw: st.DrawFn) -> tuple[str, ...]:
    account = draw(st.from_regex(r"[0-9]{12}", fullmatch=True))
    partition = draw(st.sampled_from(["aws", "aws-us-gov"]))
    parts = draw(st.lists(st.tuples(regions, manager_names, suffixes), min_size=1, max_size=5))
    return tuple(
        f"arn:{partition}:bedrock-agentcore:{region}:{account}:payment-manager/{name}-{suffix}"
        for region, name, suffix in parts
    )


class TestAnyManagers:
    @given(managers_of_one_account())
    def test_documents_hold_no_placeholder_and_keep_who_pays_from_who_budgets(
        self, arns: tuple[str, ...]
    ) -> None:
        parameters = Parameters(manager_arns=arns)
        for persona in roles.PERSONAS:
            document = roles.permissions(persona, parameters)
            whole = json.dumps([document, roles.trust(persona, parameters)])
            again = [roles.permissions(persona, parameters), roles.trust(persona, parameters)]
            assert whole == json.dumps(again)
            assert "<" not in whole
            granted = actions_of(document, "Allow")
            assert ("bedrock-agentcore:ProcessPayment" in granted) == (persona == "process-payment")
            assert ("bedrock-agentcore:CreatePaymentSession" in granted) == (
                persona == "management"
            )

    @given(managers_of_one_account())
    def test_each_manager_is_granted_with_all_below_it_and_no_resource_twice(
        self, arns: tuple[str, ...]
    ) -> None:
        document = roles.permissions("management", Parameters(manager_arns=arns))
        resources = resources_of(document, "AllowPaymentManagement")
        assert len(resources) == len(set(resources)) == 2 * len(set(arns))
        for arn in arns:
            assert allows(document, "bedrock-agentcore:ListPaymentSessions", arn)
            assert allows(document, "bedrock-agentcore:GetPaymentSession", arn + "/session/s")

    @given(managers_of_one_account())
    def test_the_service_role_trusts_every_manager_by_its_name(self, arns: tuple[str, ...]) -> None:
        (statement,) = roles.trust("resource-retrieval", Parameters(manager_arns=arns))["Statement"]
        patterns = listed(statement["Condition"]["ArnLike"]["aws:SourceArn"])
        for arn in arns:
            assert any(matches(pattern, arn) for pattern in patterns)
