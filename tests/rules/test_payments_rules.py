"""What the payments rules see beyond their own examples, and what they must let pass."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from corpus import DOCUMENTED, lint_value, managed_policies, mutated
from payguard.iam.document import POLICY_TYPES, parse_policy
from payguard.rules.inspection import Inspector
from payguard.rules.payments.money import denied, is_named, matched, money_actions
from payguard.rules.payments.sub_resource import (
    MANAGER,
    VAULT,
    names_below,
    parent_of,
    reaches,
    sub_resources,
)
from payguard.rules.registry import RULES
from payguard_policies import catalog
from payguard_policies.roles import PERSONAS, Parameters, permissions

B = "bedrock-agentcore:"
ARN = "arn:aws:bedrock-agentcore:us-east-1:111122223333:"
FAMILY = f"{ARN}payment-manager/*"
SHOP = f"{ARN}payment-manager/shop-abcdefghij"
VAULT_ARN = f"{ARN}token-vault/default"
DIRECTORY = f"{ARN}workload-identity-directory/default"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:"  # noqa: S105  an ARN, no password
ROLE = "arn:aws:iam::111122223333:role/AgentCorePaymentsResourceRetrievalRole"
PASSED = {"StringEquals": {"iam:PassedToService": "bedrock-agentcore.amazonaws.com"}}
PAYMENTS = tuple(rule for rule in RULES if rule.category == "payments")

Said = list[tuple[str, str, str]]


def allow(action: Any, resource: Any, **elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **elements}


def deny(action: Any, resource: Any, **elements: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **elements}


def seen(*statements: dict[str, Any], policy_type: str = "identity") -> Said:
    """Rule, severity and place of everything the payments rules say about a policy."""
    policy = parse_policy({"Version": "2012-10-17", "Statement": list(statements)}, policy_type)
    return [
        (rule.id, (problem.severity or rule.severity).label, place.removeprefix("/Statement"))
        for rule, place, problem in Inspector([rule() for rule in PAYMENTS]).inspect(policy)
    ]


def message(*statements: dict[str, Any]) -> str:
    policy = parse_policy({"Version": "2012-10-17", "Statement": list(statements)}, "identity")
    ((_, _, problem),) = Inspector([rule() for rule in PAYMENTS]).inspect(policy)
    return problem.message


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        # --- what is below a manager only
        (
            [allow([f"{B}ListPaymentInstruments", f"{B}ProcessPayment"], f"{SHOP}/session/*")],
            [("manager-not-in-resource", "error", "/0/Resource")],
        ),
        (
            [allow(f"{B}ProcessPayment", [f"{ARN}runtime/*", f"{SHOP}/session/*"])],
            [("manager-not-in-resource", "warning", "/0/Resource/1")],
        ),
        (
            [allow(f"{B}List*", f"{ARN}payment-manager/*/connector/*")],
            [("manager-not-in-resource", "error", "/0/Resource")],
        ),
        (
            [allow(f"{B}ListPaymentConnectors", f"{ARN}payment-manager/*/connector/*")],
            [("manager-not-in-resource", "warning", "/0/Resource")],
        ),
        (
            [
                allow(
                    f"{B}ProcessPayment", f"{ARN}payment-manager/${{aws:PrincipalTag/m}}/session/*"
                )
            ],
            [("manager-not-in-resource", "warning", "/0/Resource")],
        ),
        # --- a manager without what is below it
        (
            [allow(f"{B}CreatePaymentSession", [SHOP, f"{SHOP}/instrument/*"])],
            [("manager-without-sub-resources", "suggestion", "/0/Resource/0")],
        ),
        (
            [allow([f"{B}ProcessPayment", f"{B}DeletePaymentConnector"], SHOP)],
            [("manager-without-sub-resources", "warning", "/0/Resource")],
        ),
        # --- providers without their vault
        (
            [allow(f"{B}*PaymentCredentialProvider*", f"{VAULT_ARN}/paymentcredentialprovider/c")],
            [("token-vault-not-in-resource", "warning", "/0/Resource")],
        ),
        # --- acps
        (
            [
                allow(f"{B}GetResourcePaymentToken", "arn:aws:acps:*:*:token-vault/*"),
                allow(f"{B}GetWorkloadAccessToken", DIRECTORY),
            ],
            [("acps-arn-only", "warning", "/0/Resource")],
        ),
        (
            [deny(f"{B}GetResourcePaymentToken", ["arn:aws:acps:*:*:token-vault/*"])],
            [("acps-arn-only", "security-warning", "/0/Resource/0")],
        ),
        # --- workload identities
        (
            [
                allow(f"{B}GetResourcePaymentToken", VAULT_ARN),
                allow(f"{B}GetWorkloadAccessToken", [f"{DIRECTORY}/workload-identity/Shop-*"]),
            ],
            [("upper-case-workload-identity", "warning", "/1/Resource/0")],
        ),
        # --- spending
        (
            [allow(f"{B}ProcessPayment", "*")],
            [("spend-on-any-resource", "security-warning", "/0/Resource")],
        ),
        (
            [allow([f"{B}ProcessPay*"], ["arn:aws:bedrock-agentcore:*:*:*"])],
            [("spend-on-any-resource", "security-warning", "/0/Resource/0")],
        ),
        (
            [allow(f"{B}ProcessPayment", "*", Condition={"Bool": {"aws:SecureTransport": "true"}})],
            [("spend-on-any-resource", "security-warning", "/0/Resource")],
        ),
        # --- wildcards
        (
            [allow(f"{B}*", "*")],
            [("payments-full-access", "security-warning", "/0/Action")],
        ),
        (
            [allow("bedrock*:*", "arn:aws:bedrock-agentcore:*:*:*")],
            [("payments-full-access", "security-warning", "/0/Action")],
        ),
        (
            [allow(["s3:*", f"{B}*Payment*"], FAMILY)],
            [("payments-full-access", "security-warning", "/0/Action/1")],
        ),
        (
            [allow("*", [SHOP, f"{SHOP}/*"])],
            [("payments-full-access", "security-warning", "/0/Action")],
        ),
        (
            [allow([f"{B}List*", f"{B}Get*"], "*")],
            [("wildcard-reaches-payments", "security-warning", "/0/Action/1")],
        ),
        (
            [allow(f"{B}Create*", FAMILY)],
            [("wildcard-reaches-payments", "security-warning", "/0/Action")],
        ),
        (
            [allow(f"{B}*Session*", "*")],
            [("wildcard-reaches-payments", "security-warning", "/0/Action")],
        ),
        (
            [allow(f"{B}*", "*"), deny(f"{B}ProcessPayment", "*")],
            [("wildcard-reaches-payments", "security-warning", "/0/Action")],
        ),
        (
            [
                allow(f"{B}*", "*"),
                deny(
                    f"{B}ProcessPayment", "*", Condition={"Bool": {"aws:SecureTransport": "false"}}
                ),
            ],
            [("payments-full-access", "security-warning", "/0/Action")],
        ),
        # --- by exclusion
        (
            [{"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}],
            [("payments-by-exclusion", "security-warning", "/0/NotAction")],
        ),
        (
            [{"Effect": "Allow", "NotAction": [f"{B}Process*", "iam:*"], "Resource": FAMILY}],
            [("payments-by-exclusion", "security-warning", "/0/NotAction")],
        ),
        (
            [{"Effect": "Allow", "Action": f"{B}CreatePaymentSession", "NotResource": SHOP}],
            [("payments-by-exclusion", "security-warning", "/0/NotResource")],
        ),
        (
            [{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::secret/*"}],
            [("payments-by-exclusion", "security-warning", "/0/NotResource")],
        ),
        # --- passing roles
        (
            [allow("iam:PassRole", "*")],
            [("pass-role-without-service", "security-warning", "/0/Resource")],
        ),
        (
            [allow("iam:*", ["arn:aws:iam::111122223333:role/*"])],
            [("pass-role-without-service", "security-warning", "/0/Resource/0")],
        ),
        (
            [allow("iam:Pass*", "*", Condition={"StringLike": {"iam:PassedToService": "*"}})],
            [("pass-role-without-service", "security-warning", "/0/Resource")],
        ),
        (
            [
                allow(
                    "iam:PassRole",
                    "*",
                    Condition={"StringNotEquals": {"iam:PassedToService": "ec2"}},
                )
            ],
            [("pass-role-without-service", "security-warning", "/0/Resource")],
        ),
        (
            [{"Effect": "Allow", "Action": "iam:PassRole", "NotResource": ROLE}],
            [("pass-role-without-service", "security-warning", "/0/NotResource")],
        ),
        (
            [{"Effect": "Allow", "NotAction": [f"{B}*", "s3:*"], "Resource": "*"}],
            [("pass-role-without-service", "security-warning", "/0/Resource")],
        ),
        (
            [allow(["iam:GetRole", "iam:PassRole"], ROLE)],
            [("pass-role-without-service", "suggestion", "/0/Action/1")],
        ),
        # --- secrets
        (
            [allow("secretsmanager:*", "*")],
            [("secrets-on-any-resource", "security-warning", "/0/Resource")],
        ),
        (
            [
                allow(
                    ["secretsmanager:GetSecretValue"],
                    ["arn:aws:secretsmanager:*:*:*"],
                    Condition={"StringEquals": {"aws:ResourceAccount": "111122223333"}},
                )
            ],
            [("secrets-on-any-resource", "security-warning", "/0/Resource/0")],
        ),
        (
            [allow("secretsmanager:DescribeSecret", f"{SECRET}coinbase/wallet")],
            [("secret-arn-without-suffix", "error", "/0/Resource")],
        ),
        (
            [allow("secretsmanager:DescribeSecret", f"{SECRET}coin*/wallet")],
            [("secret-arn-without-suffix", "error", "/0/Resource")],
        ),
        # --- a Deny that does not close
        (
            [deny(f"{B}ProcessPayment", [f"{SHOP}/session/*"])],
            [("weak-payment-deny", "security-warning", "/0/Resource/0")],
        ),
        (
            [deny(f"{B}ProcessPayment", SHOP)],
            [("weak-payment-deny", "suggestion", "/0/Resource")],
        ),
        (
            [deny(f"{B}ProcessPayment", "*", Condition={"Bool": {"aws:ViaAWSService": "false"}})],
            [("weak-payment-deny", "suggestion", "/0/Condition")],
        ),
    ],
)
def test_a_dangerous_or_dead_grant_is_reported_where_it_stands(
    statements: list[dict[str, Any]], said: Said
) -> None:
    assert seen(*statements) == said


@pytest.mark.parametrize(
    "statements",
    [
        # The manager is named, here or in another statement of the policy.
        [allow(f"{B}ListPaymentSessions", [SHOP, f"{SHOP}/session/*"])],
        [allow(f"{B}ListPaymentSessions", FAMILY)],
        [
            allow(f"{B}CreatePaymentConnector", SHOP),
            allow(f"{B}CreatePaymentConnector", f"{SHOP}/connector/*"),
        ],
        [allow(f"{B}ProcessPayment", f"{ARN}payment-manager/shop-*")],
        [allow(f"{B}ProcessPayment", [f"{ARN}payment-manager/${{aws:PrincipalTag/manager}}*"])],
        # These act on the manager alone, or on none.
        [allow([f"{B}GetPaymentManager", f"{B}UpdatePaymentManager"], SHOP)],
        [allow(f"{B}InvokeAgentRuntime", f"{ARN}runtime/shop-abcdefghij")],
        # AWS grants the parts of a token in several statements.
        [allow(f"{B}GetResourcePaymentToken", f"{VAULT_ARN}/paymentcredentialprovider/c")],
        [
            allow(f"{B}GetPaymentCredentialProvider", f"{VAULT_ARN}/paymentcredentialprovider/*"),
            allow(f"{B}GetPaymentCredentialProvider", VAULT_ARN),
        ],
        # Both spellings.
        [
            allow(
                f"{B}GetResourcePaymentToken",
                [
                    "arn:aws:acps:*:111122223333:token-vault/default/paymentcredentialprovider/*",
                    f"{VAULT_ARN}/paymentcredentialprovider/c",
                ],
            )
        ],
        # An agent runtime's identity keeps its case.
        [allow(f"{B}GetWorkloadAccessToken", f"{DIRECTORY}/workload-identity/MyAgent-*")],
        # Limited by a tag; to the managers of an account, as AWS's page has it; denied as well.
        [
            allow(
                f"{B}ProcessPayment",
                "*",
                Condition={"StringEquals": {"aws:ResourceTag/team": "shop"}},
            )
        ],
        [allow(f"{B}ProcessPayment", "arn:aws:bedrock-agentcore:*:111122223333:payment-manager/*")],
        [allow(f"{B}ProcessPayment", "*"), deny(f"{B}ProcessPayment", "*")],
        # Wildcards that name what they mean, or that nothing dangerous fits.
        [allow(f"{B}GetWorkloadAccessToken*", DIRECTORY)],
        [allow(f"{B}*PaymentManager*", FAMILY)],
        [allow(f"{B}Delete*", "*")],
        [allow(f"{B}Get*", f"{ARN}memory/*")],
        [allow(f"{B}Get*", FAMILY)],
        [allow(f"{B}*", "*"), deny([f"{B}*Payment*", f"{B}GetWorkloadAccessToken*"], "*")],
        [deny(f"{B}*", "*")],
        # An administrator's star says what it does.
        [allow("*", "*")],
        [allow(["*"], "arn:aws:*:*:111122223333:*")],
        # NotAction and NotResource that leave payments out.
        [{"Effect": "Allow", "NotAction": ["bedrock*:*", "iam:*"], "Resource": "*"}],
        [
            {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
            deny(f"{B}*", "*"),
        ],
        [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::bucket/*"}],
        [{"Effect": "Allow", "Action": f"{B}ProcessPayment", "NotResource": FAMILY}],
        [{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::bucket"}],
        [{"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}],
        # Passing a role to a named service, or for a named resource.
        [allow("iam:PassRole", "*", Condition=PASSED)],
        [
            allow(
                "iam:PassRole",
                "*",
                Condition={"StringLikeIfExists": {"IAM:passedtoservice": ["bedrock*"]}},
            )
        ],
        [allow("iam:PassRole", "*", Condition={"ArnLike": {"iam:AssociatedResourceArn": SHOP}})],
        [deny("iam:PassRole", "*")],
        # Secrets that are named, or picked by tag.
        [allow("secretsmanager:GetSecretValue", f"{SECRET}bedrock-agentcore-identity!default/*")],
        [allow("secretsmanager:GetSecretValue", f"{SECRET}wallet-a1B2c3")],
        [allow("secretsmanager:GetSecretValue", f"{SECRET}wallet-??????")],
        [allow("secretsmanager:GetSecretValue", f"{SECRET}wallet-${{aws:PrincipalTag/x}}")],
        [
            allow(
                "secretsmanager:GetSecretValue",
                "*",
                Condition={"StringEquals": {"secretsmanager:ResourceTag/team": "shop"}},
            )
        ],
        [allow("secretsmanager:ListSecrets", "*")],
        # A Deny that closes, that another one completes, or that is an exception to an Allow.
        [deny(f"{B}ProcessPayment", "*")],
        [deny(f"{B}ProcessPayment", FAMILY)],
        [deny(f"{B}ProcessPayment", SHOP), deny(f"{B}*", "*")],
        [allow(f"{B}ProcessPayment", FAMILY), deny(f"{B}ProcessPayment", SHOP)],
        [deny("*", "*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})],
    ],
)
def test_a_sound_policy_is_let_pass(statements: list[dict[str, Any]]) -> None:
    assert seen(*statements) == []


@pytest.mark.parametrize("policy_type", sorted(set(POLICY_TYPES) - {"identity"}))
def test_a_policy_that_grants_nothing_by_itself_is_not_accused_of_granting(
    policy_type: str,
) -> None:
    wide = [
        allow([f"{B}*", f"{B}ProcessPayment", "iam:PassRole", "secretsmanager:*"], "*"),
        {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"},
    ]
    assert seen(*wide, policy_type=policy_type) == []


def test_messages_name_actions_and_reasons() -> None:
    assert message(allow(f"{B}Get*", "*")) == (
        '"bedrock-agentcore:Get*" includes "GetResourcePaymentToken", "GetWorkloadAccessToken", '
        '"GetWorkloadAccessTokenForJWT" and 1 more: the token opens the wallet provider directly, '
        "past every session limit"
    )
    assert message(allow(f"{B}*", FAMILY)) == (
        '"bedrock-agentcore:*" allows to spend and to set the budget: it includes '
        '"ProcessPayment" and "CreatePaymentSession"'
    )
    assert message(allow(f"{B}ListPaymentSessions", f"{SHOP}/session/*")) == (
        'the service reference authorizes "ListPaymentSessions" on the payment manager, but this '
        f'statement names only what is below one: "{SHOP}/session/*"'
    )


def documented(text: str) -> dict[str, list[tuple[str, str]]]:
    found = {}
    for path in sorted(Path(DOCUMENTED, text).glob("*.permissions.json")):
        report = lint_value(json.loads(path.read_text()))
        found[path.name.removesuffix(".permissions.json")] = [
            (finding.rule, finding.severity.label) for finding in report.findings
        ]
    return {name: findings for name, findings in found.items() if findings}


CONTROL_PLANE = [
    ("manager-not-in-resource", "warning"),
    ("token-vault-not-in-resource", "warning"),
]


def test_the_newer_documented_text_lacks_the_parents_of_connectors_and_providers() -> None:
    assert documented("five-role") == {"control-plane": CONTROL_PLANE}


def test_the_older_documented_text_cannot_list_and_never_names_a_manager() -> None:
    assert documented("four-role") == {
        "control-plane": CONTROL_PLANE,
        "management": [("manager-not-in-resource", "error")],
        "process-payment": [("manager-not-in-resource", "warning")] * 2,
    }


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize(
    "parameters",
    [
        Parameters(
            manager_arns=(SHOP,),
            service_role_arn=ROLE,
            credential_provider_arns=(f"{VAULT_ARN}/paymentcredentialprovider/c",),
            secret_arns=(f"{SECRET}wallet-a1b2c3",),
        ),
        Parameters(manager_name="Shop", account="111122223333", region="us-east-1"),
    ],
    ids=["existing manager", "manager to come"],
)
def test_our_own_policies_are_silent(persona: str, parameters: Parameters) -> None:
    assert seen(*permissions(persona, parameters)["Statement"]) == []


def test_security_warnings_on_aws_managed_policies_are_these() -> None:
    """Each is true: PassRole on every role, every secret, AgentCore's Get* and its full access."""
    inspector = Inspector([rule() for rule in PAYMENTS])
    found: dict[str, set[str]] = {}
    for name, document in managed_policies().items():
        for rule, _, problem in inspector.inspect(parse_policy(document)):
            if (problem.severity or rule.severity).label in {"error", "security-warning"}:
                found.setdefault(rule.id, set()).add(name)
    assert found == {
        "pass-role-without-service": {
            "AWSElasticBeanstalkService",
            "AdministratorAccess-Amplify",
            "AmazonDynamoDBFullAccesswithDataPipeline",
            "AmazonElasticMapReduceFullAccess",
            "AmazonElasticMapReduceRole",
            "IAMFullAccess",
        },
        "payments-by-exclusion": {"AIDevOpsAgentActionsPolicy", "PowerUserAccess"},
        "payments-full-access": {"BedrockAgentCoreFullAccess"},
        "secrets-on-any-resource": {
            "AWSSecretsManagerClientReadOnlyAccess",
            "AgentRegistryFullAccess",
            "SecretsManagerReadWrite",
        },
        "wildcard-reaches-payments": {"WellArchitectedAgentResourceScanning"},
    }


def test_money_actions_exist_and_come_worst_first() -> None:
    known = {f"{B}{name}" for name in catalog.action_names("bedrock-agentcore").values()}
    names = list(money_actions())
    assert set(names) <= known
    assert names[:2] == [f"{B}ProcessPayment", f"{B}CreatePaymentSession"]
    assert f"{B}GetResourcePaymentToken" in names
    assert f"{B}DeletePaymentSession" not in names


def test_a_pattern_names_an_action_if_it_spells_out_two_thirds_of_it() -> None:
    assert is_named(f"{B}ProcessPay*", f"{B}ProcessPayment")
    assert not is_named(f"{B}Process*", f"{B}ProcessPayment")
    assert matched(f"{B}process*") == (f"{B}ProcessPayment",)


def test_only_an_unconditional_deny_on_all_takes_an_action_away() -> None:
    def of(statement: dict[str, Any]) -> frozenset[str]:
        return denied(parse_policy({"Statement": statement}))

    spend = f"{B}ProcessPayment"
    assert of(deny(spend, "*")) == {spend}
    assert of(deny(spend, FAMILY)) == {spend}
    assert of(deny(spend, SHOP)) == frozenset()
    assert of(deny(spend, "${aws:PrincipalTag/x}")) == frozenset()
    assert of(deny(spend, "*", Condition={"Bool": {"a:b": "true"}})) == frozenset()
    assert of({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}) == frozenset()


@pytest.mark.parametrize(
    ("resource", "manager", "below"),
    [
        ("*", True, False),
        (SHOP, True, False),
        (FAMILY, True, False),
        (f"{SHOP}/*", False, True),
        (f"{ARN}payment-manager/*/session/*", False, True),
        (f"{ARN}payment-manager/${{aws:PrincipalTag/a}}", True, False),
        (f"{ARN}payment-manager*session*", True, False),
        (f"{ARN}*", True, False),
        (f"{ARN}runtime/*", False, False),
        ("arn:aws:s3:::bucket/*/session/*", False, False),
    ],
)
def test_what_a_pattern_reaches_of_a_manager(resource: str, manager: bool, below: bool) -> None:
    assert reaches(resource, MANAGER) is manager
    assert names_below(resource, MANAGER) is below


def test_vaults_and_parents() -> None:
    assert reaches(VAULT_ARN, VAULT)
    assert names_below(f"{VAULT_ARN}/paymentcredentialprovider/*", VAULT)
    assert parent_of(f"{SHOP}/session/*") == SHOP
    assert parent_of(f"{ARN}payment-manager/${{aws:PrincipalTag/a}}/session/*") == (
        f"{ARN}payment-manager/${{aws:PrincipalTag/a}}"
    )


def test_sub_resources_belong_to_actions_on_payment_managers() -> None:
    detail = catalog.detail("bedrock-agentcore")
    assert detail is not None
    for action in sub_resources():
        uses = detail.actions[action.removeprefix(B).lower()].resources
        assert [use.type for use in uses] == [MANAGER]


@pytest.mark.parametrize("other", [None, 1, True, ["x"], {"a": []}])
def test_elements_that_are_no_text_are_passed_over(other: Any) -> None:
    odd = {"StringEquals": {"iam:PassedToService": [other]}, "Bool": other}
    actions = [other, f"{B}*", f"{B}ListPaymentSessions", "iam:PassRole", "secretsmanager:*"]
    resources = [other, SHOP, f"{SHOP}/session/*", "arn:aws:acps:*:*:x", VAULT_ARN]
    for effect in ("Allow", "Deny", other):
        seen({"Effect": effect, "Action": actions, "Resource": resources, "Condition": odd})
        seen({"Effect": effect, "NotAction": actions, "NotResource": resources})
        seen({"Effect": effect, "Action": other, "Resource": other, "Condition": other})


SEEDS = [json.loads(path.read_text()) for path in sorted(DOCUMENTED.glob("*/*.json"))] + [
    json.loads(bad.text) for rule in PAYMENTS for bad in rule.bad
]


@settings(max_examples=150, deadline=None)
@given(mutated(SEEDS))
def test_no_document_makes_a_payments_rule_raise(document: Any) -> None:
    if not isinstance(document, dict):
        return
    for policy_type in ("identity", "scp"):
        Inspector([rule() for rule in PAYMENTS]).inspect(parse_policy(document, policy_type))
