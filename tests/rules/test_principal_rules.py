"""What the principal rules see beyond their own examples, and what they must let pass."""

import json
import os
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payguard.iam.document import POLICY_TYPES, parse_policy
from payguard.rules.inspection import Inspector
from payguard.rules.principal.agentcore_trust_unconditional import AgentcoreTrustUnconditional
from payguard.rules.principal.allow_not_principal import AllowNotPrincipal
from payguard.rules.principal.audience_set_operator import AudienceSetOperator
from payguard.rules.principal.condition_key_principal_mismatch import ConditionKeyPrincipalMismatch
from payguard.rules.principal.deleted_principal import DeletedPrincipal
from payguard.rules.principal.federated_principal_unsupported import FederatedPrincipalUnsupported
from payguard.rules.principal.github_trust_any_repository import GithubTrustAnyRepository
from payguard.rules.principal.github_trust_broad_subject import GithubTrustBroadSubject
from payguard.rules.principal.identity_provider import is_github, issuer
from payguard.rules.principal.malformed_federated_principal import MalformedFederatedPrincipal
from payguard.rules.principal.malformed_principal import MalformedPrincipal
from payguard.rules.principal.malformed_service_principal import MalformedServicePrincipal
from payguard.rules.principal.oidc_trust_unconditional import OidcTrustUnconditional
from payguard.rules.principal.principal_not_supported import PrincipalNotSupported
from payguard.rules.principal.principal_partial_wildcard import PrincipalPartialWildcard
from payguard.rules.principal.rcp_principal_not_star import RcpPrincipalNotStar
from payguard.rules.principal.service_name import agentcore_principal, is_agentcore, service_defect
from payguard.rules.principal.service_principal_unrestricted import ServicePrincipalUnrestricted
from payguard.rules.principal.source_account_mismatch import SourceAccountMismatch
from payguard.rules.principal.source_arn_not_payment_manager import SourceArnNotPaymentManager
from payguard.rules.principal.trust_action_mismatch import TrustActionMismatch
from payguard.rules.principal.trust_anyone import TrustAnyone
from payguard.rules.principal.trust_foreign_action import TrustForeignAction
from payguard.rules.principal.trust_not_principal import TrustNotPrincipal
from payguard.rules.principal.trust_with_resource import TrustWithResource
from payguard.rules.principal.unknown_principal_type import UnknownPrincipalType
from payguard.rules.registry import RULES
from payguard.rules.rule import Rule

ACCOUNT = "111122223333"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
AGENTCORE = {"Service": "bedrock-agentcore.amazonaws.com"}
MANAGER = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:payment-manager"
SOURCE = {
    "StringEquals": {"aws:SourceAccount": ACCOUNT},
    "ArnLike": {"aws:SourceArn": f"{MANAGER}/paymentmanager-*"},
}
GITHUB = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"}
GITHUB_SUB = "token.actions.githubusercontent.com:sub"
LOGIN = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/login.example.com/v2"}
SAML = {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/Workforce"}
TOKEN = "sts:AssumeRoleWithWebIdentity"  # noqa: S105  the name of an action
MINE = tuple(rule for rule in RULES if rule.category in ("principal", "condition"))


def policy(**elements: Any) -> dict[str, Any]:
    present = {key: value for key, value in elements.items() if value is not None}
    return {"Version": "2012-10-17", "Statement": [present]}


def trust(principal: Any, condition: Any = None, **elements: Any) -> dict[str, Any]:
    base = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return policy(**{**base, "Condition": condition, **elements})


def resource(principal: Any, condition: Any = None, **elements: Any) -> dict[str, Any]:
    return trust(principal, condition, **{"Action": "sqs:SendMessage", "Resource": "*", **elements})


def said(
    rule: type[Rule], document: dict[str, Any], policy_type: str = ""
) -> list[tuple[str, str, str, str]]:
    found = []
    for _, place, problem in Inspector((rule(),)).inspect(parse_policy(document, policy_type)):
        severity = (problem.severity or rule.severity).label
        found.append((severity, place, problem.message, problem.help))
    return found


def levels(rule: type[Rule], document: dict[str, Any], policy_type: str = "") -> list[str]:
    return [level for level, *_ in said(rule, document, policy_type)]


# Where a principal may stand, and of which form


@pytest.mark.parametrize("policy_type", ["identity", "boundary", "session", "scp"])
def test_policies_of_identities_take_no_principal(policy_type: str) -> None:
    document = trust(ROOT, NotPrincipal=ROOT)
    assert [place for _, place, _, _ in said(PrincipalNotSupported, document, policy_type)] == [
        "/Statement/0/Principal",
        "/Statement/0/NotPrincipal",
    ]


@pytest.mark.parametrize("policy_type", ["", "trust", "resource", "rcp", "vpc-endpoint"])
def test_other_policies_take_one(policy_type: str) -> None:
    assert not said(PrincipalNotSupported, trust(ROOT), policy_type)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (resource("*"), 0),
        (resource({"AWS": "*"}), 0),
        (resource(ROOT), 1),
        (resource({"AWS": ["*", ACCOUNT]}), 1),
        (resource(None, NotPrincipal=ROOT), 1),
    ],
)
def test_a_resource_control_policy_takes_the_star(document: Any, expected: int) -> None:
    assert len(said(RcpPrincipalNotStar, document, "rcp")) == expected


@pytest.mark.parametrize(
    ("principal", "fragment"),
    [
        ({"AWS": "PaymentsOperator"}, "neither an account ID nor an ARN"),
        ({"AWS": "11112222333"}, "it has 11 digits"),
        ({"AWS": "arn:aws:iam::11112222333:root"}, 'its account is "11112222333"'),
        ({"AWS": "arn:aws:iam::111122223333"}, "fewer than six parts"),
        ({"AWS": "arn:awz:iam::111122223333:root"}, 'no partition "awz"'),
        ({"AWS": "arn:aws:iam::111122223333:group/x"}, "a group cannot be a principal"),
        ({"AWS": "arn:aws:iam::111122223333:instance-profile/x"}, "an instance profile"),
        ({"AWS": "arn:aws:iam::111122223333:policy/x"}, "neither an account, a user"),
        ({"AWS": "arn:aws:s3:::bucket"}, 'its account is ""'),
        ({"AWS": "arn:aws:lambda:us-east-1:111122223333:function:x"}, "of the service"),
        ({"AWS": "lambda.amazonaws.com"}, "a service is no AWS principal"),
        ({"AWS": "login.example.com"}, "an identity provider is no AWS principal"),
        ({"AWS": SAML["Federated"]}, "an identity provider is no AWS principal"),
        ({"AWS": "AWS"}, "the name of a type"),
        ({"AWS": ""}, "neither an account ID nor an ARN"),
        (f"arn:aws:iam::{ACCOUNT}:root", "it stands without its type"),
        ("lambda.amazonaws.com", "it stands without its type"),
    ],
)
def test_a_malformed_principal_is_said_to_be_one(principal: Any, fragment: str) -> None:
    found = said(MalformedPrincipal, trust(principal))
    assert [level for level, *_ in found] == ["error"]
    assert fragment in found[0][2]


@pytest.mark.parametrize(
    ("principal", "kind"),
    [
        (f"arn:aws:iam::{ACCOUNT}:root", "AWS"),
        ("lambda.amazonaws.com", "Service"),
        (SAML["Federated"], "Federated"),
        (GITHUB["Federated"], "Federated"),
    ],
)
def test_a_bare_principal_gets_its_type(principal: str, kind: str) -> None:
    assert said(MalformedPrincipal, trust(principal))[0][3] == f'write {{"{kind}": "{principal}"}}'


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": ACCOUNT},
        ROOT,
        {"AWS": "arn:aws-cn:iam::111122223333:user/division/x"},
        {"AWS": "arn:aws:iam::111122223333:role/service-role/x"},
        {"AWS": "arn:aws:sts::111122223333:assumed-role/x/session"},
        {"AWS": "arn:aws:sts::111122223333:federated-user/x"},
        {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"},
        {"AWS": "AROADBQP57FF2AEXAMPLE"},
        {"AWS": "arn:aws:iam::111122223333:role/x*"},
        {"AWS": "arn:aws:iam::${AWS::AccountId}:root"},
        {"Service": "anything"},
        {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},
    ],
)
def test_well_formed_principals_pass(principal: Any) -> None:
    assert not said(MalformedPrincipal, trust(principal))


@pytest.mark.parametrize(
    ("kind", "mend"),
    [
        ("aws", 'did you mean "AWS"?'),
        ("Services", 'did you mean "Service"?'),
        ("Federate", 'did you mean "Federated"?'),
        ("Canonical", 'did you mean "CanonicalUser"?'),
        ("User", 'name accounts, users and roles under "AWS", services under "Service"'),
    ],
)
def test_an_unknown_type_gets_the_nearest_one(kind: str, mend: str) -> None:
    found = said(UnknownPrincipalType, trust({kind: "x"}))
    assert [(place, hint) for _, place, _, hint in found] == [
        (f"/Statement/0/Principal/{kind}", mend)
    ]


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("bedrock-agentcore", 'write "bedrock-agentcore.amazonaws.com"'),
        ("Bedrock-AgentCore.amazonaws.com", 'write "bedrock-agentcore.amazonaws.com"'),
        ("ec2.amazonaws.com ", 'write "ec2.amazonaws.com"'),
        ("bedrock-agentcore-control.amazonaws.com", 'use "bedrock-agentcore.amazonaws.com"'),
        ("bedrockagentcore.amazonaws.com", 'use "bedrock-agentcore.amazonaws.com"'),
        ("agentcore.us-east-1.amazonaws.com", 'use "bedrock-agentcore.amazonaws.com"'),
        ("preprod.genesis-service.aws.internal", 'use "bedrock-agentcore.amazonaws.com"'),
        (
            "lambda.amazon.org",
            'write the name of a service, such as "bedrock-agentcore.amazonaws.com"',
        ),
    ],
)
def test_a_service_that_does_not_exist_is_mended(name: str, mend: str) -> None:
    found = said(MalformedServicePrincipal, trust({"Service": name}))
    assert [(level, hint) for level, _, _, hint in found] == [("error", mend)]


@pytest.mark.parametrize(
    "name",
    [
        "ec2.amazonaws.com",
        "ec2.amazonaws.com.cn",
        "logs.us-east-1.amazonaws.com",
        "bedrock.amazonaws.com",
        "bedrock-agentcore.amazonaws.com",
        "bedrock-agentcore.us-east-1.amazonaws.com",
        "network.bedrock-agentcore.amazonaws.com",
        "alexa-appkit.amazon.com",
        "${ServicePrincipal}",
        "*",
    ],
)
def test_services_that_may_exist_pass(name: str) -> None:
    assert not said(MalformedServicePrincipal, trust({"Service": name}))


def test_agentcore_calls_under_its_global_and_its_regional_name() -> None:
    assert agentcore_principal() == "bedrock-agentcore.amazonaws.com"
    assert is_agentcore("bedrock-agentcore.amazonaws.com")
    assert is_agentcore("bedrock-agentcore.eu-central-1.amazonaws.com")
    assert not is_agentcore("network.bedrock-agentcore.amazonaws.com")
    assert not is_agentcore("bedrock.amazonaws.com")


@pytest.mark.parametrize(
    ("principal", "fires"),
    [
        ({"AWS": "arn:aws:iam::111122223333:role/*"}, True),
        ({"AWS": "arn:aws:iam::*:root"}, True),
        ({"AWS": "*:root"}, True),
        ({"Service": "*"}, True),
        ({"Service": "*.amazonaws.com"}, True),
        ({"Federated": "*"}, True),
        ({"AWS": "*"}, False),
        ("*", False),
        ({"AWS": "${AWS::AccountId}*"}, False),
        (ROOT, False),
    ],
)
def test_a_principal_is_matched_in_full(principal: Any, fires: bool) -> None:
    assert bool(said(PrincipalPartialWildcard, trust(principal))) is fires


def test_naming_principals_by_exception_is_refused_or_dangerous() -> None:
    assert levels(TrustNotPrincipal, trust(None, NotPrincipal=ROOT)) == ["error"]
    assert not levels(TrustNotPrincipal, resource(None, NotPrincipal=ROOT))
    assert levels(AllowNotPrincipal, resource(None, NotPrincipal=ROOT)) == ["security-warning"]
    assert not levels(AllowNotPrincipal, resource(None, NotPrincipal=ROOT, Effect="Deny"))
    assert not levels(AllowNotPrincipal, trust(None, NotPrincipal=ROOT))


def test_a_trust_policy_takes_no_resource() -> None:
    assert levels(TrustWithResource, trust(ROOT, Resource="*"), "trust") == ["error"]
    assert levels(TrustWithResource, trust(ROOT, Resource="*")) == ["error"]
    assert levels(TrustWithResource, trust(ROOT, NotResource="*")) == ["error"]
    assert not levels(TrustWithResource, trust(ROOT, Action="*", Resource="*"))
    assert not levels(TrustWithResource, resource(ROOT, Action=["sts:AssumeRole", "s3:GetObject"]))


@pytest.mark.parametrize(
    ("action", "fires"),
    [
        ("bedrock-agentcore:ProcessPayment", True),
        ("*", True),
        ("iam:PassRole", True),
        ("sts:GetCallerIdentity", True),
        ("sts:*", False),
        ("sts:Assume*", False),
        ("STS:assumerole", False),
        ("sts:TagSession", False),
        ("sts:SetSourceIdentity", False),
        ("sts:SetContext", False),
        ("sts:NoSuchAction", False),
        ("", False),
    ],
)
def test_a_trust_policy_takes_the_actions_of_sts_on_roles(action: str, fires: bool) -> None:
    assert bool(said(TrustForeignAction, trust(ROOT, Action=action), "trust")) is fires


@pytest.mark.parametrize(
    ("principal", "action", "wanted"),
    [
        (AGENTCORE, TOKEN, "sts:AssumeRole"),
        (ROOT, "sts:AssumeRoleWithSAML", "sts:AssumeRole"),
        (SAML, "sts:AssumeRole", "sts:AssumeRoleWithSAML"),
        (SAML, TOKEN, "sts:AssumeRoleWithSAML"),
        (GITHUB, ["sts:AssumeRole", "sts:TagSession"], TOKEN),
        ({"Federated": "accounts.google.com"}, "sts:AssumeRoleWithSAML", TOKEN),
        ({**AGENTCORE, **GITHUB}, "sts:AssumeRole", TOKEN),
    ],
)
def test_each_principal_has_its_way_to_assume_a_role(
    principal: Any, action: Any, wanted: str
) -> None:
    found = said(TrustActionMismatch, trust(principal, Action=action))
    assert [hint for *_, hint in found] == [f'write "{wanted}" under Action']


@pytest.mark.parametrize(
    ("principal", "action"),
    [
        (AGENTCORE, "sts:AssumeRole"),
        (AGENTCORE, "sts:*"),
        (SAML, ["sts:AssumeRoleWithSAML", "sts:TagSession"]),
        (GITHUB, "sts:AssumeRoleWith*"),
        ({**AGENTCORE, **GITHUB}, ["sts:AssumeRole", TOKEN]),
        (ROOT, "sts:TagSession"),
        ({"AWS": "*"}, TOKEN),
        ({"Federated": "nonsense"}, "sts:AssumeRole"),
        (None, "sts:AssumeRole"),
    ],
)
def test_matching_principals_and_actions_pass(principal: Any, action: Any) -> None:
    assert not said(TrustActionMismatch, trust(principal, Action=action), "trust")


def test_a_deny_may_name_any_action() -> None:
    assert not said(TrustActionMismatch, trust(SAML, Effect="Deny"))


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("https://login.example.com", True),
        ("Workforce", True),
        ("arn:aws:iam::111122223333:oidc-provider/https://login.example.com", True),
        ("arn:aws:iam::11112222333:saml-provider/x", True),
        ("arn:aws:iam::111122223333:role/x", True),
        ("arn:aws:cognito-idp:us-east-1:111122223333:userpool/x", True),
        ("arn:aws:iam::111122223333", True),
        ("", True),
        ("cognito-identity.amazonaws.com", False),
        ("login.example.com/tenant", False),
        (SAML["Federated"], False),
        (GITHUB["Federated"], False),
        ("arn:aws:iam::${AWS::AccountId}:saml-provider/x", False),
    ],
)
def test_a_provider_is_an_arn_or_a_host(text: str, fires: bool) -> None:
    assert bool(said(MalformedFederatedPrincipal, trust({"Federated": text}))) is fires


def test_resources_take_no_provider() -> None:
    assert levels(FederatedPrincipalUnsupported, resource(SAML)) == ["error"]
    assert not levels(FederatedPrincipalUnsupported, trust(SAML))


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("AROADBQP57FF2AEXAMPLE", "role"),
        ("AIDADBQP57FF2AEXAMPLE", "user"),
        ("AGPADBQP57FF2AEXAMPLE", ""),
        ("AROA", ""),
        ("arn:aws:iam::111122223333:role/AROADBQP57FF2AEXAMPLE", ""),
    ],
)
def test_unique_ids_are_what_deleted_principals_leave(text: str, noun: str) -> None:
    found = said(DeletedPrincipal, trust({"AWS": ["*", text]}))
    assert bool(found) is bool(noun)
    if noun:
        assert found[0][:2] == ("warning", "/Statement/0/Principal/AWS/1")
        assert f"the unique ID of a {noun}" in found[0][2]


# Who is let in


@pytest.mark.parametrize(
    ("condition", "fires"),
    [
        (None, True),
        ({"StringEquals": {"sts:ExternalId": "x"}}, True),
        ({"StringEquals": {"aws:PrincipalTag/team": "x"}}, True),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abcde12345"}}, True),
        ({"StringLike": {"aws:PrincipalOrgID": "*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-abcde12345"}}, False),
        ({"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, False),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}}, False),
        ({"StringEquals": {"aws:SourceVpce": "vpce-12345678"}}, False),
    ],
)
@pytest.mark.parametrize("star", ["*", {"AWS": "*"}, {"AWS": ["*", ACCOUNT]}])
def test_a_star_wants_a_condition_on_who_calls(star: Any, condition: Any, fires: bool) -> None:
    assert bool(said(TrustAnyone, trust(star, condition))) is fires


def test_trust_in_an_account_needs_no_condition() -> None:
    for principal in (ROOT, {"AWS": ACCOUNT}, {"AWS": f"arn:aws:iam::{ACCOUNT}:role/x"}):
        document = trust(principal)
        hits = Inspector([rule() for rule in MINE]).inspect(parse_policy(document))
        assert not hits


@pytest.mark.parametrize(
    ("condition", "fires"),
    [
        (None, True),
        ({"StringEquals": {"accounts.google.com:aud": "x"}}, True),
        ({"StringEqualsIfExists": {"login.example.com/v2:aud": "x"}}, True),
        ({"StringNotEquals": {"login.example.com/v2:sub": "x"}}, True),
        ({"StringEquals": {"login.example.com/v2:aud": "x"}}, False),
        ({"StringLike": {"LOGIN.example.com/v2:sub": "x*"}}, False),
        ({"StringEquals": {"${Provider}:sub": "x"}}, False),
    ],
)
def test_a_provider_wants_a_condition_on_its_tokens(condition: Any, fires: bool) -> None:
    assert bool(said(OidcTrustUnconditional, trust(LOGIN, condition, Action=TOKEN))) is fires


@pytest.mark.parametrize(
    ("condition", "fires"),
    [
        (None, True),
        ({"StringEquals": {"token.actions.githubusercontent.com:aud": "x"}}, True),
        ({"StringLikeIfExists": {GITHUB_SUB: "repo:a/b:*"}}, True),
        ({"StringEquals": {GITHUB_SUB: "repo:a/b:ref:refs/heads/main"}}, False),
        ({"StringEquals": {"token.actions.githubusercontent.com:repository_id": "1"}}, False),
        ({"StringLike": {GITHUB_SUB: "*"}}, False),
    ],
)
def test_github_wants_a_condition_on_the_repository(condition: Any, fires: bool) -> None:
    assert bool(said(GithubTrustAnyRepository, trust(GITHUB, condition, Action=TOKEN))) is fires
    assert not said(OidcTrustUnconditional, trust(GITHUB, condition, Action=TOKEN))


@pytest.mark.parametrize(
    ("subject", "level"),
    [
        ("*", "security-warning"),
        ("repo*", "security-warning"),
        ("repo:*", "security-warning"),
        ("repo:*/payments:*", "security-warning"),
        ("repo:exam*", "security-warning"),
        ("repo:example-?/payments:ref:refs/heads/main", "security-warning"),
        ("repo:example/*", "warning"),
        ("repo:example/pay*:ref:refs/heads/main", "warning"),
        ("repo:example/payments*", "warning"),
        ("repo:example/payments:*", "suggestion"),
        ("repo:example/payments:ref:refs/heads/*", ""),
        ("repo:example/payments:environment:prod*", ""),
        ("repo:*@319896805/*@1342943014:ref:refs/heads/main", ""),
        ("repo:*@319896805/*@1342943014:*", "suggestion"),
        ("repo:example/payments:ref:refs/heads/main", ""),
        ("repository_owner:example:*", ""),
        ("${subject}*", ""),
    ],
)
def test_a_subject_is_as_broad_as_its_wildcards(subject: str, level: str) -> None:
    document = trust(GITHUB, {"StringLike": {GITHUB_SUB: subject}}, Action=TOKEN)
    assert levels(GithubTrustBroadSubject, document) == ([level] if level else [])


def test_a_pinned_repository_makes_up_for_a_broad_subject() -> None:
    pinned = {
        "StringLike": {GITHUB_SUB: "repo:*"},
        "StringEquals": {"token.actions.githubusercontent.com:repository_id": "1342943014"},
    }
    assert not levels(GithubTrustBroadSubject, trust(GITHUB, pinned, Action=TOKEN))


def test_providers_are_known_by_their_host() -> None:
    assert issuer(LOGIN["Federated"]) == "login.example.com/v2"
    assert issuer("accounts.google.com") == "accounts.google.com"
    assert issuer("nonsense") == ""
    assert is_github(GITHUB["Federated"] + "/enterprise")
    assert not is_github("github.com")


@pytest.mark.parametrize(
    ("operator", "key", "fragment"),
    [
        ("ForAllValues:StringEquals", "login.example.com/v2:aud", "without an audience"),
        ("ForAnyValue:StringLike", "login.example.com/v2:aud", "for other audiences too"),
        ("ForAnyValue:StringEquals", "SAML:aud", "for other audiences too"),
    ],
)
def test_a_set_operator_accepts_more_audiences(operator: str, key: str, fragment: str) -> None:
    found = said(AudienceSetOperator, trust(LOGIN, {operator: {key: "x"}}, Action=TOKEN))
    assert [level for level, *_ in found] == ["security-warning"]
    assert fragment in found[0][2]


@pytest.mark.parametrize(
    ("operator", "key"),
    [
        ("StringEquals", "login.example.com/v2:aud"),
        ("ForAnyValue:StringLike", "cognito-identity.amazonaws.com:amr"),
        ("ForAnyValue:StringEquals", "aws:CalledVia"),
    ],
)
def test_other_claims_may_have_a_set_operator(operator: str, key: str) -> None:
    assert not said(AudienceSetOperator, trust(LOGIN, {operator: {key: "x"}}, Action=TOKEN))


# Services


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, ["security-warning"]),
        ({"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}, ["security-warning"]),
        ({"StringLike": {"aws:SourceAccount": "*"}}, ["security-warning"]),
        ({"StringEquals": {"aws:Referer": ACCOUNT}}, ["suggestion"]),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:*:topic"}}, ["suggestion"]),
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, []),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket"}}, []),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{ACCOUNT}:*"}}, []),
        ({"StringEquals": {"aws:SourceOrgID": "o-abcde12345"}}, []),
        ({"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:*:*"}}, []),
        ({"StringEquals": {"aws:SourceAccount": "${aws:ResourceAccount}"}}, []),
    ],
)
def test_a_service_is_confined_to_calls_for_its_owner(condition: Any, expected: list[str]) -> None:
    service = {"Service": "sns.amazonaws.com"}
    assert levels(ServicePrincipalUnrestricted, resource(service, condition)) == expected
    assert not levels(ServicePrincipalUnrestricted, resource(service, condition, Effect="Deny"))
    assert not levels(ServicePrincipalUnrestricted, trust(service, condition))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, ["security-warning"]),
        ({"StringEqualsIfExists": SOURCE["StringEquals"]}, ["security-warning"]),
        ({"StringNotEquals": SOURCE["StringEquals"]}, ["security-warning"]),
        ({"ForAllValues:StringEquals": SOURCE["StringEquals"]}, ["security-warning"]),
        (
            {"ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:*:*:payment-manager/*"}},
            ["security-warning"],
        ),
        ({"StringEquals": SOURCE["StringEquals"]}, ["suggestion"]),
        ({"ArnLike": SOURCE["ArnLike"]}, []),
        (SOURCE, []),
    ],
)
@pytest.mark.parametrize(
    "service", ["bedrock-agentcore.amazonaws.com", "bedrock-agentcore.us-west-2.amazonaws.com"]
)
def test_agentcore_is_trusted_under_the_documented_conditions(
    service: str, condition: Any, expected: list[str]
) -> None:
    document = trust({"Service": service}, condition)
    assert levels(AgentcoreTrustUnconditional, document) == expected


@pytest.mark.parametrize("service", ["ec2.amazonaws.com", "lambda.amazonaws.com"])
def test_other_services_are_trusted_without_noise(service: str) -> None:
    hits = Inspector([rule() for rule in MINE]).inspect(parse_policy(trust({"Service": service})))
    assert not hits


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:runtime/*", ["warning"]),
        (f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:gateway/x-abcdefghij", ["warning"]),
        (f"arn:aws:iam::{ACCOUNT}:role/x", ["error"]),
        ("arn:aws:s3:::bucket", ["error"]),
        (f"{MANAGER}/*", []),
        (f"{MANAGER}/paymentmanager-abcdefghij", []),
        (f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:*", []),
        (f"arn:aws:*:us-east-1:{ACCOUNT}:payment-manager/*", []),
        (f"{MANAGER}/MyManager-*", []),  # malformed-condition-arn's business
        (f"arn:aws:bedrock:us-east-1:{ACCOUNT}:payment-manager/*", []),  # likewise
        ("payment-manager/*", []),  # likewise
        ("arn:aws:iam::${AWS::AccountId}:role/x", []),
    ],
)
def test_the_source_of_payments_is_a_payment_manager(source: str, expected: list[str]) -> None:
    document = trust(AGENTCORE, {"ArnLike": {"aws:SourceArn": source}})
    assert levels(SourceArnNotPaymentManager, document) == expected
    other = trust({"Service": "ecs-tasks.amazonaws.com"}, {"ArnLike": {"aws:SourceArn": source}})
    assert not levels(SourceArnNotPaymentManager, other)


@pytest.mark.parametrize(
    ("accounts", "arns", "expected"),
    [
        ("444455556666", f"{MANAGER}/*", 1),
        (["444455556666", ACCOUNT], f"{MANAGER}/*", 0),
        (ACCOUNT, [f"{MANAGER}/*", "arn:aws:sns:us-east-1:444455556666:x"], 1),
        (ACCOUNT, "arn:aws:s3:::bucket", 0),
        (ACCOUNT, "arn:aws:sns:us-east-1:*:x", 0),
        (ACCOUNT, "arn:aws:sns:us-east-1:4444*:x", 1),
        ("${aws:ResourceAccount}", "arn:aws:sns:us-east-1:444455556666:x", 0),
        ("1111-2222-3333", f"{MANAGER}/*", 0),
        (ACCOUNT, "nonsense", 0),
    ],
)
def test_source_account_and_source_arn_are_of_one_account(
    accounts: Any, arns: Any, expected: int
) -> None:
    condition = {
        "StringEquals": {"aws:SourceAccount": accounts},
        "ArnLike": {"aws:SourceArn": arns},
    }
    assert len(said(SourceAccountMismatch, trust(AGENTCORE, condition))) == expected


@pytest.mark.parametrize(
    ("principal", "condition", "expected"),
    [
        (AGENTCORE, {"StringEquals": {"aws:PrincipalOrgID": "o-abcde12345"}}, ["error"]),
        (AGENTCORE, {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, ["error"]),
        (AGENTCORE, {"StringEquals": {"aws:SourceVpc": "vpc-12345678"}}, ["error"]),
        (AGENTCORE, {"Null": {"aws:SourceVpce": "false"}}, ["error"]),
        (
            {**AGENTCORE, **ROOT},
            {"StringEquals": {"aws:PrincipalOrgID": "o-abcde12345"}},
            ["warning"],
        ),
        (ROOT, {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, ["error"]),
        (ROOT, {"ArnLike": {"aws:SourceArn": f"{MANAGER}/*"}}, ["error"]),
        ({**AGENTCORE, **ROOT}, {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, ["warning"]),
        (AGENTCORE, {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abcde12345"}}, []),
        (AGENTCORE, {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, []),
        (AGENTCORE, {"StringEquals": {"aws:PrincipalTag/x509Subject/CN": "x"}}, []),
        (ROOT, {"StringEquals": {"aws:PrincipalOrgID": "o-abcde12345"}}, []),
        (ROOT, {"StringEquals": {"sts:ExternalId": "x"}}, []),
        ("*", {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, []),
        ({"AWS": "*"}, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket"}}, []),
    ],
)
def test_a_principal_must_be_able_to_carry_the_key(
    principal: Any, condition: Any, expected: list[str]
) -> None:
    assert levels(ConditionKeyPrincipalMismatch, trust(principal, condition)) == expected


def test_resource_policies_get_a_warning_only_for_keys_of_the_wrong_principal() -> None:
    document = resource(ROOT, {"StringEquals": {"aws:SourceAccount": ACCOUNT}})
    assert levels(ConditionKeyPrincipalMismatch, document) == ["warning"]


# AWS's own documents

DOCUMENTED = {
    "a cross-account role with an external ID": trust(
        ROOT, {"StringEquals": {"sts:ExternalId": "12345"}}
    ),
    "a role behind MFA": trust(ROOT, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    "session tags": trust(
        {"AWS": f"arn:aws:iam::{ACCOUNT}:user/test-session-tags"},
        {
            "StringLike": {"aws:RequestTag/Project": "*"},
            "StringEquals": {"aws:RequestTag/Department": ["Engineering", "Marketing"]},
            "ForAllValues:StringEquals": {"sts:TransitiveTagKeys": ["Project", "Department"]},
        },
        Action="sts:TagSession",
    ),
    "a Cognito identity pool": trust(
        {"Federated": "cognito-identity.amazonaws.com"},
        {
            "StringEquals": {"cognito-identity.amazonaws.com:aud": "us-east-1:12345678-abcd"},
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
        },
        Action=TOKEN,
    ),
    "a Cognito SMS role": trust(
        {"Service": "cognito-idp.amazonaws.com"},
        {
            "StringEquals": {"sts:ExternalId": "x", "aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": f"arn:aws:cognito-idp:us-west-2:{ACCOUNT}:userpool/*"},
        },
    ),
    "a SAML role": trust(
        SAML,
        {
            "StringEquals": {
                "saml:edupersonorgdn": "ExampleOrg",
                "saml:aud": "https://signin.aws.amazon.com/saml",
            }
        },
        Action="sts:AssumeRoleWithSAML",
    ),
    "a Kubernetes service account": trust(
        {
            "Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/E"
        },
        {
            "StringEquals": {
                "oidc.eks.us-west-2.amazonaws.com/id/E:sub": "system:serviceaccount:default:x",
                "oidc.eks.us-west-2.amazonaws.com/id/E:aud": "sts.amazonaws.com",
            }
        },
        Action=TOKEN,
    ),
    "pod identity": trust(
        {"Service": "pods.eks.amazonaws.com"}, Action=["sts:AssumeRole", "sts:TagSession"]
    ),
    "IAM Roles Anywhere": trust(
        {"Service": "rolesanywhere.amazonaws.com"},
        {
            "StringEquals": {"aws:PrincipalTag/x509Subject/CN": "Alice"},
            "ArnEquals": {
                "aws:SourceArn": f"arn:aws:rolesanywhere:us-east-1:{ACCOUNT}:trust-anchor/x"
            },
        },
        Action=["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
    ),
    "an AgentCore Runtime role": trust(
        AGENTCORE,
        {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:*"},
        },
    ),
    "a bucket that notifies a topic": resource(
        {"Service": "s3.amazonaws.com"},
        {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": "arn:aws:s3:::amzn-s3-demo-bucket"},
        },
        Action="sns:Publish",
    ),
    "a CloudFront distribution": resource(
        {"Service": "cloudfront.amazonaws.com"},
        {"StringEquals": {"AWS:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E"}},
        Action="s3:GetObject",
    ),
    "a key for log groups": resource(
        {"Service": "logs.us-east-1.amazonaws.com"},
        {
            "ArnEquals": {
                "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:x"
            }
        },
        Action=["kms:Encrypt*", "kms:Decrypt*", "kms:Describe*"],
    ),
    "a key's default policy": resource(ROOT, Action="kms:*"),
    "a wallet secret that only the service role reads": resource(
        "*",
        {
            "StringNotEquals": {
                "aws:PrincipalArn": (
                    f"arn:aws:iam::{ACCOUNT}:role/AgentCorePaymentsResourceRetrievalRole"
                )
            }
        },
        Effect="Deny",
        Action="secretsmanager:GetSecretValue",
    ),
    "a bucket that refuses plain HTTP": resource(
        "*", {"Bool": {"aws:SecureTransport": "false"}}, Effect="Deny", Action="s3:*"
    ),
}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_what_aws_documents_is_let_pass(name: str) -> None:
    hits = Inspector([rule() for rule in MINE]).inspect(parse_policy(DOCUMENTED[name]))
    assert [(problem.message, place) for _, place, problem in hits] == []


FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "documented")


@pytest.mark.parametrize("text", ["five-role", "four-role"])
def test_the_documented_roles_get_no_finding(text: str) -> None:
    for name in os.listdir(os.path.join(FOLDER, text)):
        with open(os.path.join(FOLDER, text, name), encoding="utf-8") as file:
            document = json.load(file)
        hits = Inspector([rule() for rule in MINE]).inspect(parse_policy(document))
        assert [problem.message for _, _, problem in hits] == [], name


# Hostile input

TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["*", "arn:aws:iam::1:root", ACCOUNT, GITHUB["Federated"], "a.b", "${x}", ":"]),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)
PRINCIPALS = st.one_of(
    JSON,
    st.dictionaries(
        st.sampled_from(["AWS", "Service", "Federated", "CanonicalUser", "x"]),
        st.one_of(TEXTS, st.lists(TEXTS, max_size=3), JSON),
    ),
)
CONDITIONS = st.one_of(
    JSON,
    st.dictionaries(
        st.sampled_from(["StringEquals", "StringLike", "ArnLike", "Null"]),
        st.dictionaries(
            st.sampled_from(["aws:SourceArn", "aws:SourceAccount", "a.b:sub", GITHUB_SUB]), JSON
        ),
    ),
)


@settings(max_examples=150, deadline=None)
@given(
    PRINCIPALS,
    CONDITIONS,
    st.one_of(JSON, st.sampled_from(["sts:*", "sts:AssumeRole", "*"])),
    st.sampled_from(["Principal", "NotPrincipal"]),
    st.sampled_from(POLICY_TYPES),
)
def test_no_principal_makes_a_rule_fail(
    principal: Any, condition: Any, actions: Any, element: str, policy_type: str
) -> None:
    document = policy(
        Effect="Allow", Action=actions, Condition=condition, Resource="*", **{element: principal}
    )
    hits = Inspector([rule() for rule in MINE]).inspect(parse_policy(document, policy_type))
    assert all(problem.message for _, _, problem in hits)


@given(st.text(max_size=80))
def test_any_text_may_be_a_service(text: str) -> None:
    service_defect(text)
    is_agentcore(text)
    issuer(text)


@pytest.mark.parametrize(
    "document",
    [
        trust({"AWS": ["arn:aws:iam::x:root"] * 20_000}),
        trust({"Federated": [f"h{n}.example.com" for n in range(20_000)]}),
        trust({"Service": ["bedrock-agentcore.amazonaws.com"] * 20_000}),
        trust(
            AGENTCORE,
            {
                "StringLike": {"aws:SourceAccount": [f"{n}*" for n in range(5000)]},
                "ArnLike": {"aws:SourceArn": [f"arn:aws:x::{n}?:y" for n in range(5000)]},
            },
        ),
        trust({"AWS": "9" * 1_000_000, "Service": "a." * 500_000, "Federated": "b." * 500_000}),
        trust({f"Service{n}": "x" for n in range(2000)}),
    ],
    ids=range(6),
)
def test_hostile_principals_cost_seconds_at_most(document: Any) -> None:
    started = time.perf_counter()
    Inspector([rule() for rule in MINE]).inspect(parse_policy(document))
    assert time.perf_counter() - started < 10
