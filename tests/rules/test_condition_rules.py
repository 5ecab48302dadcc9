"""What the condition rules see beyond their own examples, and what they must let pass."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payguard.authorization.value import instant
from payguard.iam.carried_keys import carriers, depends_on_action
from payguard.iam.context_key import context_key, lacks_tag_key, malformation
from payguard.iam.document import POLICY_TYPES, parse_policy
from payguard.rules.condition.condition_holds_without_key import ConditionHoldsWithoutKey
from payguard.rules.condition.condition_key_never_present import ConditionKeyNeverPresent
from payguard.rules.condition.condition_tag_key_missing import ConditionTagKeyMissing
from payguard.rules.condition.condition_value_type import ConditionValueType
from payguard.rules.condition.deprecated_condition_key import DeprecatedConditionKey
from payguard.rules.condition.forallvalues_absent_key import ForallvaluesAbsentKey
from payguard.rules.condition.impossible_condition_value import ImpossibleConditionValue
from payguard.rules.condition.malformed_condition_arn import MalformedConditionArn
from payguard.rules.condition.malformed_condition_key import MalformedConditionKey
from payguard.rules.condition.mfa_condition_gap import MfaConditionGap
from payguard.rules.condition.not_action_with_tag_condition import NotActionWithTagCondition
from payguard.rules.condition.null_if_exists import NullIfExists
from payguard.rules.condition.null_with_quantifier import NullWithQuantifier
from payguard.rules.condition.operator_type_mismatch import OperatorTypeMismatch
from payguard.rules.condition.presence import demands_presence, narrows
from payguard.rules.condition.private_source_ip import PrivateSourceIp
from payguard.rules.condition.quantifier_missing import QuantifierMissing
from payguard.rules.condition.quantifier_on_single_valued_key import QuantifierOnSingleValuedKey
from payguard.rules.condition.several_booleans import SeveralBooleans
from payguard.rules.condition.spelling import nearest
from payguard.rules.condition.string_operator_on_arn_key import StringOperatorOnArnKey
from payguard.rules.condition.unknown_condition_operator import UnknownConditionOperator
from payguard.rules.condition.unknown_global_condition_key import UnknownGlobalConditionKey
from payguard.rules.condition.unknown_service_condition_key import UnknownServiceConditionKey
from payguard.rules.condition.unpaired_condition_key import UnpairedConditionKey
from payguard.rules.condition.untrustworthy_condition_key import UntrustworthyConditionKey
from payguard.rules.condition.value import fits, written
from payguard.rules.condition.variable_in_typed_condition import VariableInTypedCondition
from payguard.rules.condition.wildcard_in_sensitive_key import WildcardInSensitiveKey
from payguard.rules.condition.wildcard_without_like import WildcardWithoutLike
from payguard.rules.inspection import Inspector
from payguard.rules.registry import RULES
from payguard.rules.rule import Rule
from payguard_policies import catalog

ACCOUNT = "111122223333"
MANAGER = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:payment-manager"
CONDITION_RULES = tuple(rule for rule in RULES if rule.category == "condition")
READ = "bedrock-agentcore:GetPaymentSession"

Finding = tuple[str, str, str, str]  # severity, place below the condition, message, help


def statement(condition: Any, **elements: Any) -> dict[str, Any]:
    base = {"Effect": "Allow", "Action": READ, "Resource": f"{MANAGER}/*", "Condition": condition}
    return {key: value for key, value in {**base, **elements}.items() if value is not None}


def policy(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def said(rule: type[Rule], document: dict[str, Any], policy_type: str = "") -> list[Finding]:
    found = []
    for _, place, problem in Inspector((rule(),)).inspect(parse_policy(document, policy_type)):
        severity = (problem.severity or rule.severity).label
        found.append((severity, place, problem.message, problem.help))
    return found


def helps(rule: type[Rule], condition: Any, **elements: Any) -> list[str]:
    return [mend for _, _, _, mend in said(rule, policy(statement(condition, **elements)))]


def levels(rule: type[Rule], condition: Any, **elements: Any) -> list[str]:
    return [level for level, _, _, _ in said(rule, policy(statement(condition, **elements)))]


def messages(rule: type[Rule], condition: Any, **elements: Any) -> list[str]:
    return [text for _, _, text, _ in said(rule, policy(statement(condition, **elements)))]


# Operators


@pytest.mark.parametrize(
    ("written_as", "meant"),
    [
        ("StringEqual", "StringEquals"),
        ("stringequal", "StringEquals"),
        ("Stringlike ", "StringLike"),
        ("ArnLikes", "ArnLike"),
        ("IPAdress", "IpAddress"),
        ("Boolean", "Bool"),
        ("StringEqualIfExists", "StringEqualsIfExists"),
        ("ForAnyValues:StringEquals", "ForAnyValue:StringEquals"),
        ("ForAllValue:StringLikes", "ForAllValues:StringLike"),
    ],
)
def test_an_unknown_operator_gets_the_nearest_one(written_as: str, meant: str) -> None:
    assert helps(UnknownConditionOperator, {written_as: {"aws:username": "x"}}) == [
        f'did you mean "{meant}"?'
    ]


def test_an_operator_like_no_other_gets_general_advice() -> None:
    found = said(UnknownConditionOperator, policy(statement({"Matches": {"aws:username": "x"}})))
    assert [(level, place) for level, place, _, _ in found] == [
        ("error", "/Statement/0/Condition/Matches")
    ]


@pytest.mark.parametrize(
    "operator",
    ["stringequals", "STRINGLIKEIFEXISTS", "forallvalues:stringequals", "NullIfExists", "Null"],
)
def test_known_operators_pass_in_any_case(operator: str) -> None:
    assert not helps(UnknownConditionOperator, {operator: {"aws:username": "x"}})


def test_an_unknown_operator_is_named_once_however_many_keys_stand_under_it() -> None:
    keys = {f"aws:RequestTag/{n}": "x" for n in range(5)}
    assert len(helps(UnknownConditionOperator, {"StringIs": keys})) == 1


def test_null_takes_neither_suffix_nor_quantifier() -> None:
    key = {"aws:TagKeys": "true"}
    assert levels(NullIfExists, {"nullifexists": key}) == ["error"]
    assert not levels(NullIfExists, {"Null": key})
    assert messages(NullWithQuantifier, {"ForAllValues:Null": key}) == [
        '"ForAllValues:Null" always holds, whether or not "aws:TagKeys" is in the request'
    ]
    assert not levels(NullWithQuantifier, {"ForAllValues:StringEquals": key})


# Keys


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("SourceAccount", "it has no prefix"),
        (":SourceAccount", "nothing stands before the colon"),
        ("aws:", "nothing stands after the colon"),
        (":", "nothing stands after the colon"),
        (" aws:SourceAccount", "it holds white space"),
        ("aws:SourceAccount\n", "it holds white space"),
        ("aws :SourceAccount", "it holds white space"),
        ("aws:ResourceTag/*", "a key cannot hold wildcards"),
        ("", "it has no prefix"),
    ],
)
def test_a_malformed_key_is_said_to_be_one(key: str, reason: str) -> None:
    found = messages(MalformedConditionKey, {"StringEquals": {key: "x"}})
    assert len(found) == 1
    assert found[0].endswith(reason)


@pytest.mark.parametrize(
    "key",
    [
        "aws:ResourceTag/cost center",
        "kms:EncryptionContext:aws:payments-manager:arn",
        "oidc.eks.us-west-2.amazonaws.com/id/ABC:sub",
        "${Provider}:sub",
        "saml:aud",
    ],
)
def test_these_keys_are_well_formed(key: str) -> None:
    for rule in (MalformedConditionKey, UnknownGlobalConditionKey, UnknownServiceConditionKey):
        assert not messages(rule, {"StringEquals": {key: "x"}})


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("aws:SourceAcount", "aws:SourceAccount"),
        ("AWS:sourcearns", "aws:SourceArn"),
        ("aws:PrincipleArn", "aws:PrincipalArn"),
        ("aws:PrincipalOrg", "aws:PrincipalOrgID"),
        ("aws:MultiFactorAuth", "aws:MultiFactorAuthAge"),
        ("aws:ResourceTags/team", "aws:ResourceTag/team"),
    ],
)
def test_an_unknown_global_key_gets_the_nearest_one(key: str, meant: str) -> None:
    assert helps(UnknownGlobalConditionKey, {"StringEquals": {key: "x"}}) == [
        f'did you mean "{meant}"?'
    ]


def test_the_arn_key_that_never_existed_gets_the_advice_of_aws() -> None:
    assert helps(UnknownGlobalConditionKey, {"ArnEquals": {"aws:ARN": "x"}}) == [
        'did you mean "aws:PrincipalArn" or "aws:SourceArn"?'
    ]


def test_every_global_key_is_known_in_any_case() -> None:
    for known in catalog.global_condition_keys().values():
        key = known.key + ("Team" if known.takes_tag_key else "")
        assert not helps(UnknownGlobalConditionKey, {"StringEquals": {key.upper(): "x"}})


@pytest.mark.parametrize(
    ("key", "lacking"),
    [
        ("aws:ResourceTag", True),
        ("aws:requesttag/", True),
        ("iam:ResourceTag", True),
        ("aws:ResourceTag/x", False),
        ("aws:TagKeys", False),
        ("s3:prefix", False),
        ("aws:Nothing", False),
    ],
)
def test_a_tag_key_is_part_of_the_key(key: str, lacking: bool) -> None:
    assert bool(helps(ConditionTagKeyMissing, {"StringEquals": {key: "x"}})) is lacking
    assert lacks_tag_key(key) is lacking


@pytest.mark.parametrize(
    ("key", "level", "mend"),
    [
        (
            "bedrock-agentcore:UserIds",
            "error",
            'did you mean "bedrock-agentcore:userid"?',
        ),
        (
            "bedrock-agentcore-control:DiscoveryUrl",
            "error",
            'did you mean "bedrock-agentcore:DiscoveryUrl"?',
        ),
        ("iam:PassedToServices", "error", 'did you mean "iam:PassedToService"?'),
        (
            "bedrock-agentcore:PaymentAmount",
            "error",
            "look the key up in the service authorization reference",
        ),
        ("s3:Nothing", "warning", "look the key up in the service authorization reference"),
        (
            "agentpay:Amount",
            "warning",
            "begin the key with the prefix of its service, as its actions do",
        ),
    ],
)
def test_an_unknown_service_key_is_an_error_where_the_catalog_is_sure(
    key: str, level: str, mend: str
) -> None:
    found = said(UnknownServiceConditionKey, policy(statement({"StringEquals": {key: "x"}})))
    assert [(severity, hint) for severity, _, _, hint in found] == [(level, mend)]


@pytest.mark.parametrize(
    "key",
    [
        "deepracer:UserToken",  # a service that AWS uses and lists no more
        "login.example.com:tenant",
        "token.actions.githubusercontent.com:sub",
        "aws:Nothing",
        "iam:ResourceTag",
        "kms:EncryptionContext:anything",
    ],
)
def test_keys_of_providers_and_of_unlisted_services_are_left_alone(key: str) -> None:
    assert not helps(UnknownServiceConditionKey, {"StringEquals": {key: "x"}})


def test_a_replaced_key_is_known_and_deprecated() -> None:
    condition = {"StringEquals": {"AWS:SourceOwner": ACCOUNT}}
    assert helps(DeprecatedConditionKey, condition) == ['use "aws:SourceAccount"']
    assert not helps(UnknownGlobalConditionKey, condition)
    assert not helps(DeprecatedConditionKey, {"StringEquals": {"aws:SourceAccount": ACCOUNT}})


# Keys that are never there


@pytest.mark.parametrize(
    ("effect", "operator", "level", "outcome"),
    [
        ("Allow", "StringEquals", "error", "grants nothing"),
        ("Deny", "StringEquals", "error", "denies nothing"),
        ("Allow", "StringNotEquals", "security-warning", "is not restricted by it"),
        ("Allow", "StringEqualsIfExists", "security-warning", "is not restricted by it"),
        ("Allow", "ForAllValues:StringEquals", "security-warning", "is not restricted by it"),
        ("Deny", "StringNotEquals", "warning", "denies whatever the value"),
        ("Allow", "ForAnyValue:StringNotEquals", "error", "grants nothing"),
    ],
)
@pytest.mark.parametrize("key", ["userid", "sessionId", "actorId", "InboundJwtClaim/sub"])
def test_payments_requests_carry_no_users_sessions_or_actors(
    effect: str, operator: str, level: str, outcome: str, key: str
) -> None:
    document = policy(
        statement(
            {operator: {f"bedrock-agentcore:{key}": "x"}},
            Effect=effect,
            Action=["bedrock-agentcore:ProcessPayment", "bedrock-agentcore:*PaymentSession*"],
        )
    )
    found = said(ConditionKeyNeverPresent, document)
    assert [severity for severity, *_ in found] == [level]
    assert found[0][2].endswith(f"so the statement {outcome}")


def test_an_action_among_others_that_lacks_the_key_is_named() -> None:
    actions = ["bedrock-agentcore:GetWorkloadAccessTokenForUserId", READ]
    key = "bedrock-agentcore:userid"
    document = policy(statement({"StringEquals": {key: "x"}}, Action=actions))
    assert said(ConditionKeyNeverPresent, document) == [
        (
            "warning",
            "/Statement/0/Action/1",
            f'"{READ}" is never allowed by this statement: requests for it do not carry "{key}"',
            "move the action to a statement without this condition",
        )
    ]
    document = policy(
        statement(
            {"StringEquals": {"bedrock-agentcore:userid": "x"}}, Action=actions, Effect="Deny"
        )
    )
    assert [level for level, *_ in said(ConditionKeyNeverPresent, document)] == ["security-warning"]


@pytest.mark.parametrize(
    ("key", "actions"),
    [
        ("aws:ResourceTag/team", READ),
        ("aws:RequestTag/team", "bedrock-agentcore:CreatePaymentManager"),
        ("bedrock-agentcore:DiscoveryUrl", "bedrock-agentcore:UpdatePaymentManager"),
        ("bedrock-agentcore:userid", "bedrock-agentcore:GetWorkloadAccessTokenForUserId"),
        ("bedrock-agentcore:subnets", "bedrock-agentcore:CreateGatewayTarget"),
        ("bedrock-agentcore:GatewayAuthorizerType", "bedrock-agentcore:CreateGateway"),
        ("kms:EncryptionContext:a", ["kms:Decrypt", "kms:Describe*"]),
        ("kms:ViaService", "kms:*"),
        ("aws-marketplace:ProductId", "aws-marketplace:Subscribe"),
        ("ec2:Vpc", "ec2:RunInstances"),
        ("bedrock-agentcore:userid", "*"),
        ("bedrock-agentcore:userid", "bedrock-agentcore:NoSuchAction"),
        ("aws:PrincipalTag/x", READ),
        ("iam:PassedToService", "iam:PassRole"),
        ("sts:ExternalId", ["sts:AssumeRole"]),
    ],
)
def test_nothing_is_claimed_of_keys_that_may_be_there(key: str, actions: Any) -> None:
    assert not said(
        ConditionKeyNeverPresent, policy(statement({"StringEquals": {key: "x"}}, Action=actions))
    )


def test_keys_of_few_services_are_not_passed_by_agentcore() -> None:
    found = messages(ConditionKeyNeverPresent, {"StringEquals": {"aws:VpceOrgID": "o-abcde12345"}})
    assert len(found) == 1
    assert "the services of this statement do not pass it" in found[0]
    assert not messages(
        ConditionKeyNeverPresent,
        {"StringEquals": {"aws:VpceOrgID": "o-abcde12345"}},
        Action="kms:Decrypt",
    )


@pytest.mark.parametrize("policy_type", ["identity", "boundary", "session", "scp"])
def test_source_keys_are_never_there_where_no_service_principal_is_asked(policy_type: str) -> None:
    document = policy(statement({"StringEquals": {"aws:SourceAccount": ACCOUNT}}))
    assert [level for level, *_ in said(ConditionKeyNeverPresent, document, policy_type)] == [
        "error"
    ]


def test_source_keys_are_in_their_place_in_trust_and_resource_policies() -> None:
    service = {"Service": "sns.amazonaws.com"}
    document = policy(
        statement({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, Principal=service)
    )
    assert not said(ConditionKeyNeverPresent, document)


def test_tags_are_the_keys_that_services_learn_to_pass() -> None:
    condition = {"StringEquals": {"aws:RequestTag/team": "x"}}
    assert levels(ConditionKeyNeverPresent, condition) == ["warning"]
    assert levels(ConditionKeyNeverPresent, condition, Effect="Deny") == ["security-warning"]


def test_not_action_with_a_tag_condition_leaves_actions_out() -> None:
    condition = {"StringEquals": {"aws:ResourceTag/team": "x"}}
    elements = {"Action": None, "NotAction": "iam:*"}
    assert levels(NotActionWithTagCondition, condition, Effect="Deny", **elements) == [
        "security-warning"
    ]
    assert levels(NotActionWithTagCondition, condition, **elements) == ["suggestion"]
    negated = {"StringNotEquals": {"aws:ResourceTag/team": "x"}}
    assert not levels(NotActionWithTagCondition, negated, Effect="Deny", **elements)
    assert not levels(NotActionWithTagCondition, condition, Effect="Deny")


# Values


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("Bool", "true"),
        ("Bool", "False"),
        ("Bool", True),
        ("Null", False),
        ("NumericLessThan", 3600),
        ("NumericLessThan", "-3600.5"),
        ("NumericEquals", 1.5),
        ("DateLessThan", "2026"),
        ("DateLessThan", "2026-11"),
        ("DateLessThan", "2026-11-30"),
        ("DateLessThan", "2026-11-30T23:59:59Z"),
        ("DateLessThan", "2026-11-30T23:59:59.123+01:00"),
        ("DateLessThan", "2016-12-31T23:59:60Z"),
        ("IpAddress", "203.0.113.7"),
        ("IpAddress", "203.0.113.7/24"),
        ("NotIpAddress", "2001:db8::/32"),
        ("BinaryEquals", "QmluYXJ5"),
        ("StringEquals", True),
        ("StringEquals", 5),
        ("StringEquals", "anything at all"),
        ("IpAddress", "${aws:PrincipalTag/range}"),
    ],
)
def test_values_that_iam_can_read_pass(operator: str, value: Any) -> None:
    assert not levels(ConditionValueType, {operator: {"aws:X": value}})


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("Bool", "yes"),
        ("Bool", 1),
        ("BoolIfExists", ""),
        ("Null", "present"),
        ("NumericLessThan", "1 h"),
        ("NumericLessThan", "1e3"),
        ("NumericLessThan", "nan"),
        ("NumericLessThan", True),
        ("NumericEquals", "1" * 200),
        ("DateLessThan", "31.12.2026"),
        ("DateLessThan", "2026-13-01"),
        ("DateLessThan", "2026-02-30"),
        ("DateLessThan", "2026-11-30T24:00:00Z"),
        ("DateLessThan", "0000-01-01"),
        ("IpAddress", "203.0.113.*"),
        ("IpAddress", "203.0.113.0/33"),
        ("IpAddress", "203.0.113.0/255.255.255.0"),
        ("IpAddress", "fe80::1%eth0"),
        ("IpAddress", "٢٠٣.0.113.7"),
        ("NotIpAddress", "localhost"),
        ("BinaryEquals", "no base64!"),
    ],
)
def test_values_that_iam_cannot_read_are_errors(operator: str, value: Any) -> None:
    assert levels(ConditionValueType, {operator: {"aws:X": ["${aws:username}", value]}}) == [
        "error"
    ]


@pytest.mark.parametrize("value", [1798675200, "1798675200", "1798675200.5"])
def test_a_date_in_seconds_works_and_could_be_plainer(value: Any) -> None:
    assert levels(ConditionValueType, {"DateLessThan": {"aws:CurrentTime": value}}) == [
        "suggestion"
    ]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["300", 600], 'the text "300" and the number "600"'),
        ([300, 300.5, "600"], 'the number "300" and the text "600"'),
        ([300, 300.5], ""),
        (["300", "600"], ""),
        (["300", None], ""),
        ([], ""),
    ],
)
def test_the_values_of_a_condition_are_of_one_json_type(values: list[Any], found: str) -> None:
    key = "aws:MultiFactorAuthAge"
    expected = f'the values of "{key}" are of several JSON types: {found}'
    seen = messages(ConditionValueType, {"NumericLessThan": {key: values}})
    assert [text for text in seen if "JSON" in text] == ([expected] if found else [])


@pytest.mark.parametrize("value", [None, {}, [[]], {"a": 1}])
def test_malformed_values_are_left_to_the_grammar(value: Any) -> None:
    for rule in CONDITION_RULES:
        assert not [
            level
            for level in levels(rule, {"Bool": {"aws:SecureTransport": value}})
            if level == "error"
        ]


def test_a_truth_that_may_be_either_restricts_nothing() -> None:
    both = {"Bool": {"aws:SecureTransport": [True, "false"]}}
    assert levels(SeveralBooleans, both) == ["warning"]
    assert not levels(SeveralBooleans, {"Bool": {"aws:SecureTransport": ["true", "TRUE"]}})
    assert not levels(SeveralBooleans, {"StringEquals": {"aws:x": ["true", "false"]}})


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("StringEquals", "aws:SourceIp", "203.0.113.0/24", ["error"]),
        ("StringEquals", "aws:SourceIp", "203.0.113.7", []),
        ("StringEquals", "aws:ViaAWSService", "s3.amazonaws.com", ["error"]),
        ("StringEquals", "aws:SecureTransport", "true", []),
        ("StringLike", "aws:SecureTransport", "t*", []),
        ("StringEquals", "aws:CurrentTime", "2026-01-01", ["warning"]),
        ("StringEquals", "aws:MultiFactorAuthAge", "3600", ["warning"]),
        ("NumericLessThan", "aws:CurrentTime", "1798675200", ["error"]),
        ("NumericLessThan", "aws:EpochTime", "1798675200", []),
        ("DateLessThan", "aws:MultiFactorAuthAge", "2026-01-01", ["error"]),
        ("Bool", "aws:username", "true", ["warning"]),
        ("NumericEquals", "aws:RequestTag/level", "3", []),
        ("NumericEquals", "kms:EncryptionContext:level", "3", []),
        ("ArnLike", "kms:EncryptionContext:aws:s3:arn", "arn:aws:s3:::b", []),
        ("ArnLike", "aws:username", "arn:aws:s3:::b", []),
        ("StringEquals", "aws:SourceArn", "arn:aws:s3:::b", []),
        ("Null", "aws:SourceIp", "true", []),
        ("Bool", "aws:SourceAccount", "nonsense", []),
        ("NumericEquals", "unknown:key", "3", []),
    ],
)
def test_operator_and_key_have_one_type(
    operator: str, key: str, value: str, expected: list[str]
) -> None:
    assert levels(OperatorTypeMismatch, {operator: {key: value}}) == expected


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("IpAddress", "${aws:PrincipalTag/range}", True),
        ("Bool", "${aws:PrincipalTag/mfa}", True),
        ("NumericLessThan", "${aws:MultiFactorAuthAge}", True),
        ("StringEquals", "${aws:username}", False),
        ("ArnLike", "arn:aws:iam::111122223333:user/${aws:username}", False),
        ("Bool", "true", False),
        ("DateLessThan", "${", False),
    ],
)
def test_variables_are_filled_in_under_string_and_arn_operators(
    operator: str, value: str, expected: bool
) -> None:
    assert bool(levels(VariableInTypedCondition, {operator: {"aws:x": value}})) is expected


@pytest.mark.parametrize(
    ("operator", "key", "value", "mend"),
    [
        ("StringEquals", "aws:username", "team-*", "use StringLike"),
        ("StringNotEquals", "aws:username", "team-?", "use StringNotLike"),
        ("StringEqualsIfExists", "aws:username", "*", "use StringLikeIfExists"),
        ("ForAnyValue:StringEquals", "aws:TagKeys", "x*", "use ForAnyValue:StringLike"),
        ("StringNotEquals", "aws:PrincipalArn", "arn:aws:iam::*:role/x", "use ArnNotLike"),
        ("StringEqualsIgnoreCase", "aws:username", "x*", "use StringLike"),
    ],
)
def test_a_wildcard_wants_the_like_operator(operator: str, key: str, value: str, mend: str) -> None:
    assert helps(WildcardWithoutLike, {operator: {key: value}}) == [mend]


def test_a_wildcard_in_an_exact_arn_can_never_hold() -> None:
    pattern = {"aws:SourceArn": f"{MANAGER}/*"}
    assert levels(WildcardWithoutLike, {"StringEquals": pattern}) == ["error"]
    assert levels(WildcardWithoutLike, {"StringNotEquals": pattern}) == ["warning"]
    assert not levels(WildcardWithoutLike, {"StringEquals": {"aws:username": "a${*}b${?}"}})
    assert not levels(WildcardWithoutLike, {"ArnEquals": pattern})


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("StringLike", f"arn:aws:bedrock-agentcore:*:{ACCOUNT}:*", ["security-warning"]),
        ("StringLike", "arn:aws:bedrock-agentcore:*", ["security-warning"]),
        ("StringNotLike", f"arn:aws:bedrock-agentcore:*:{ACCOUNT}:*", ["warning"]),
        ("StringLike", f"{MANAGER}/*", ["suggestion"]),
        ("StringLike", "*", []),
        ("StringLike", f"{MANAGER}/payments-abcdefghij", []),
        ("StringEquals", f"arn:aws:bedrock-agentcore:*:{ACCOUNT}:*", []),
        ("ArnLike", f"arn:aws:bedrock-agentcore:*:{ACCOUNT}:*", []),
    ],
)
def test_a_star_under_stringlike_runs_over_colons(
    operator: str, value: str, expected: list[str]
) -> None:
    assert levels(StringOperatorOnArnKey, {operator: {"aws:SourceArn": value}}) == expected


@pytest.mark.parametrize(
    ("operator", "key", "expected"),
    [
        ("StringEquals", "aws:TagKeys", ["error"]),
        ("StringLikeIfExists", "aws:CalledVia", ["error"]),
        ("StringEquals", "events:detail-type", ["warning"]),
        ("Null", "aws:TagKeys", []),
        ("ForAnyValue:StringEquals", "aws:TagKeys", []),
        ("StringEquals", "aws:SourceAccount", []),
        ("StringEquals", "unknown:key", []),
    ],
)
def test_a_multivalued_key_wants_a_quantifier(operator: str, key: str, expected: list[str]) -> None:
    assert levels(QuantifierMissing, {operator: {key: "x"}}) == expected


@pytest.mark.parametrize(
    ("effect", "operator", "key", "expected"),
    [
        ("Allow", "ForAllValues:StringEquals", "aws:SourceAccount", ["security-warning"]),
        ("Deny", "ForAllValues:StringEquals", "aws:SourceAccount", ["warning"]),
        ("Allow", "ForAnyValue:StringEquals", "aws:SourceAccount", ["suggestion"]),
        ("Allow", "ForAllValues:StringEquals", "aws:TagKeys", []),
        ("Allow", "ForAllValues:Null", "aws:SourceAccount", []),
        ("Allow", "ForAnyValue:StringEquals", "login.example.com:aud", []),
        ("Allow", "ForAnyValue:StringLike", "cognito-identity.amazonaws.com:amr", []),
        ("Allow", "ForAllValues:StringEquals", "unknown:key", []),
    ],
)
def test_a_quantifier_wants_a_multivalued_key(
    effect: str, operator: str, key: str, expected: list[str]
) -> None:
    assert levels(QuantifierOnSingleValuedKey, {operator: {key: "x"}}, Effect=effect) == expected


@pytest.mark.parametrize(
    ("condition", "fires"),
    [
        ({"ForAllValues:StringEquals": {"aws:CalledVia": "x"}}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "x"}}, False),
        ({"ForAllValues:StringEquals": {"kms:GrantOperations": "Decrypt"}}, False),
        (
            {
                "ForAllValues:StringEquals": {"aws:CalledVia": "x"},
                "Null": {"aws:calledvia": "false"},
            },
            False,
        ),
        (
            {
                "ForAllValues:StringEquals": {"aws:CalledVia": "x"},
                "ForAnyValue:StringLike": {"aws:CalledVia": "*"},
            },
            False,
        ),
        (
            {
                "ForAllValues:StringEquals": {"aws:CalledVia": "x"},
                "Null": {"aws:CalledVia": "true"},
            },
            True,
        ),
    ],
)
def test_forallvalues_wants_the_key_to_be_demanded(condition: Any, fires: bool) -> None:
    assert bool(levels(ForallvaluesAbsentKey, condition)) is fires
    assert not levels(ForallvaluesAbsentKey, condition, Effect="Deny")


@pytest.mark.parametrize(
    ("condition", "fires"),
    [
        ({"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}, True),
        ({"ArnNotLike": {"aws:SourceArn": f"{MANAGER}/*"}}, True),
        ({"StringEqualsIfExists": {"iam:PassedToService": "x"}}, True),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, True),
        ({"StringEqualsIfExists": {"sts:ExternalId": "x"}}, True),
        ({"StringNotEquals": {"login.example.com:sub": "x"}}, True),
        ({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-12345678"}}, True),
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, False),
        ({"StringNotEquals": {"aws:username": "x"}}, False),
        ({"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}}, False),
        (
            {
                "StringNotEquals": {"aws:SourceAccount": ACCOUNT},
                "Null": {"aws:SourceAccount": "false"},
            },
            False,
        ),
        (
            {
                "StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": f"{MANAGER}/*"},
            },
            False,
        ),
        (
            {
                "IpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"},
                "StringEqualsIfExists": {"aws:SourceVpc": "vpc-12345678"},
            },
            False,
        ),
        ({"ForAnyValue:StringNotEquals": {"aws:SourceOrgPaths": "x"}}, False),
    ],
)
def test_a_guard_of_an_allow_must_not_hold_without_its_key(condition: Any, fires: bool) -> None:
    assert bool(levels(ConditionHoldsWithoutKey, condition)) is fires
    assert not levels(ConditionHoldsWithoutKey, condition, Effect="Deny")


@pytest.mark.parametrize(
    ("effect", "condition", "fires"),
    [
        ("Deny", {"Bool": {"aws:MultiFactorAuthPresent": "false"}}, True),
        ("Deny", {"Bool": {"aws:MultiFactorAuthPresent": False}}, True),
        ("Deny", {"NumericGreaterThan": {"aws:MultiFactorAuthAge": "3600"}}, True),
        ("Deny", {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, False),
        ("Deny", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, False),
        ("Deny", {"NumericGreaterThanIfExists": {"aws:MultiFactorAuthAge": "3600"}}, False),
        ("Allow", {"Bool": {"aws:MultiFactorAuthPresent": "false"}}, True),
        ("Allow", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, False),
        ("Allow", {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}, False),
    ],
)
def test_mfa_conditions_must_catch_callers_without_it(
    effect: str, condition: Any, fires: bool
) -> None:
    assert bool(levels(MfaConditionGap, condition, Effect=effect)) is fires


@pytest.mark.parametrize(
    ("operator", "key", "value", "fires"),
    [
        ("StringLike", "aws:SourceAccount", "1111*", True),
        ("StringLike", "aws:PrincipalOrgID", "o-?????", True),
        ("StringNotLike", "aws:SourceVpce", "vpce-*", True),
        ("StringLike", "aws:SourceAccount", "*", False),
        ("StringLike", "aws:SourceAccount", ACCOUNT, False),
        ("StringEquals", "aws:SourceAccount", "1111*", False),
        ("StringLike", "aws:PrincipalTag/team", "x*", False),
        ("StringEquals", "aws:PrincipalTag/team", "${aws:principaltag/team}", True),
        ("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}", False),
        ("StringEquals", "aws:ResourceAccount", "${aws:PrincipalAccount}", False),
        ("StringLike", "aws:ResourceTag/team", "${aws:ResourceTag/team}-x", False),
        ("StringLike", "aws:PrincipalOrgID", "${aws:PrincipalTag/organization}", True),
        ("StringEquals", "aws:PrincipalOrgID", "${aws:PrincipalTag/organization}", False),
        ("StringLike", "aws:ResourceAccount", "${aws:PrincipalAccount}", False),
    ],
)
def test_exact_keys_want_exact_values(operator: str, key: str, value: str, fires: bool) -> None:
    assert bool(levels(WildcardInSensitiveKey, {operator: {key: value}})) is fires


def test_a_private_address_wants_its_network() -> None:
    address = {"aws:VpcSourceIp": "10.0.0.0/8"}
    assert levels(UnpairedConditionKey, {"IpAddress": address}) == ["security-warning"]
    for partner in ("aws:sourcevpc", "aws:SourceVpce"):
        paired = {"IpAddress": address, "StringEquals": {partner: "vpc-12345678"}}
        assert not levels(UnpairedConditionKey, paired)
    instance = {"aws:Ec2InstanceSourcePrivateIPv4": "10.0.0.0/8"}
    assert helps(UnpairedConditionKey, {"IpAddress": instance}) == [
        'add a condition on "aws:Ec2InstanceSourceVpc"'
    ]


@pytest.mark.parametrize("key", ["aws:Referer", "aws:useragent"])
def test_headers_of_the_caller_protect_nothing(key: str) -> None:
    assert levels(UntrustworthyConditionKey, {"StringEquals": {key: "x"}}) == ["security-warning"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("10.1.2.3", ["error"]),
        (["172.16.0.0/12", "192.168.1.0/24", "fd00::/8"], ["error"] * 3),
        (["203.0.113.0/24", "10.0.0.0/8"], ["suggestion"]),
        ("203.0.113.0/24", []),
        ("0.0.0.0/0", []),
        ("nonsense", []),
        ("${aws:PrincipalTag/range}", []),
    ],
)
def test_source_addresses_are_public(values: Any, expected: list[str]) -> None:
    assert levels(PrivateSourceIp, {"IpAddress": {"aws:SourceIp": values}}) == expected
    assert not levels(PrivateSourceIp, {"IpAddress": {"aws:VpcSourceIp": values}})


@pytest.mark.parametrize(
    ("operator", "key", "value", "fragment"),
    [
        ("ArnLike", "aws:SourceArn", f"{MANAGER}/MyManager-*", "lower-cases the manager name"),
        ("ArnEquals", "aws:SourceArn", f"{MANAGER}/my_manager-abcdefghij", '"_" is not allowed'),
        ("ArnLike", "aws:SourceArn", "payment-manager/*", "is no ARN"),
        ("ArnLike", "aws:SourceArn", "arn:aws:bedrock-agentcore:*", "found 4"),
        (
            "ArnLike",
            "aws:SourceArn",
            "arn:aws:bedrock-agentcore:us-east-1:1111222233:payment-manager/*",
            "account has 10 digits",
        ),
        ("ArnLike", "aws:PrincipalTag/x", "team", "is no ARN"),
        ("StringEquals", "aws:PrincipalArn", ACCOUNT, "is no ARN"),
        ("StringEquals", "iam:PermissionsBoundary", "Boundary", "is no ARN"),
        ("ArnLike", "aws:PrincipalArn", "arn:awz:iam::111122223333:role/x", "partition"),
    ],
)
def test_a_value_that_no_arn_matches_is_an_error(
    operator: str, key: str, value: str, fragment: str
) -> None:
    found = messages(MalformedConditionArn, {operator: {key: value}})
    assert len(found) == 1
    assert fragment in found[0]


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("ArnLike", "aws:SourceArn", f"{MANAGER}/mymanager-*"),
        ("ArnLike", "aws:SourceArn", "*"),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::bucket"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/x"),
        ("ArnLike", "aws:PrincipalArn", "arn:*:iam::${aws:PrincipalAccount}:role/x"),
        ("StringEquals", "iam:PermissionsBoundary", "arn:aws:iam::partner:policy/x"),
        ("StringLike", "aws:SourceArn", "*payments*"),
        ("StringEquals", "aws:username", "team"),
        ("StringEquals", "aws:SourceArn", ""),
        ("Null", "aws:SourceArn", "true"),
    ],
)
def test_values_that_some_arn_matches_pass(operator: str, key: str, value: str) -> None:
    assert not messages(MalformedConditionArn, {operator: {key: value}})


@pytest.mark.parametrize(
    ("key", "value", "fires"),
    [
        ("aws:SourceAccount", "11112222333", True),
        ("aws:SourceAccount", "1111-2222-3333", True),
        ("aws:ResourceAccount", "<account>", True),
        ("aws:SourceAccount", 11112222333, True),
        ("aws:SourceAccount", 111122223333, False),
        ("aws:SourceAccount", ACCOUNT, False),
        ("aws:PrincipalAccount", "anonymous", False),
        ("aws:SourceAccount", "1111*", False),
        ("aws:ResourceAccount", "${aws:PrincipalAccount}", False),
        ("iam:PassedToService", "bedrock-agentcore", True),
        ("iam:PassedToService", "bedrock-agentcore-control.amazonaws.com", True),
        ("iam:PassedToService", "Lambda.amazonaws.com", True),
        ("iam:PassedToService", "bedrock-agentcore.amazonaws.com", False),
        ("iam:PassedToService", "ec2.amazonaws.com.cn", False),
        ("iam:AWSServiceName", "network.bedrock-agentcore.amazonaws.com", False),
        ("kms:ViaService", "bedrock-agentcore.amazonaws.com", True),
        ("kms:ViaService", "bedrock-agentcore.us-east-1.amazonaws.com", False),
        ("kms:ViaService", "bedrock-agentcore.*.amazonaws.com", False),
        ("aws:RequestedRegion", "us-east1", True),
        ("aws:RequestedRegion", "us-east-1a", True),
        ("aws:RequestedRegion", "eu-central-1", False),
        ("aws:RequestedRegion", "eu-north-9", False),
        ("aws:RequestedRegion", "cn-north-1", False),
        ("aws:SourceVpc", "vpce-12345678", True),
        ("aws:SourceVpc", "vpc-1234", True),
        ("aws:SourceVpc", "vpc-0123456789abcdef0", False),
        ("aws:SourceVpce", "vpce-12345678", False),
        ("aws:PrincipalOrgID", "r-ab12", True),
        ("aws:PrincipalOrgID", "o-abcde12345", False),
        ("aws:PrincipalArn", "arn:aws:sts::111122223333:assumed-role/x/y", True),
        ("aws:PrincipalArn", "arn:aws:iam::111122223333:role/x", False),
        ("aws:username", "anything", False),
    ],
)
def test_a_key_has_values_of_one_form(key: str, value: Any, fires: bool) -> None:
    condition = {"StringLike" if "*" in str(value) else "StringEquals": {key: value}}
    assert bool(levels(ImpossibleConditionValue, condition)) is fires


def test_the_via_service_key_is_mended_with_a_region() -> None:
    value = {"kms:ViaService": "secretsmanager.amazonaws.com"}
    assert helps(ImpossibleConditionValue, {"StringEquals": value}) == [
        'write "secretsmanager.us-east-1.amazonaws.com" with your Region'
    ]


# What the rules are built on


@pytest.mark.parametrize(
    ("operator", "values", "demands", "narrow"),
    [
        ("StringEquals", ["x"], True, True),
        ("StringLike", ["x*"], True, True),
        ("StringLike", ["x", "*"], True, False),
        ("ArnLike", ["**"], True, False),
        ("StringEqualsIfExists", ["x"], False, False),
        ("StringNotEquals", ["x"], False, False),
        ("ForAllValues:StringEquals", ["x"], False, False),
        ("ForAnyValue:StringEquals", ["x"], True, True),
        ("ForAnyValue:StringNotEquals", ["x"], True, False),
        ("ForAnyValue:StringEqualsIfExists", ["x"], False, False),
        ("Null", ["false"], True, False),
        ("Null", ["true"], False, False),
        ("Null", [], False, False),
        ("Nonsense", ["x"], False, False),
        ("StringEquals", [], True, False),
    ],
)
def test_what_an_absent_key_does_to_a_condition(
    operator: str, values: list[str], demands: bool, narrow: bool
) -> None:
    document = parse_policy(policy(statement({operator: {"aws:x": values}})))
    (entry,) = document.statements[0].conditions
    assert demands_presence(entry) is demands
    assert narrows(entry) is narrow


def test_the_keys_of_an_action_are_those_of_its_resources_too() -> None:
    assert carriers("kms:Decrypt", "aws:ResourceTag/team") == (True, True)
    assert carriers("bedrock-agentcore:ProcessPayment", "aws:RequestTag/team") == (False, False)
    assert carriers("bedrock-agentcore:*Payment*", "bedrock-agentcore:DiscoveryUrl") == (
        True,
        False,
    )
    assert carriers("s3:GetObject", "s3:prefix") is None
    assert carriers("*", "aws:RequestTag/team") is None
    assert not depends_on_action("aws:PrincipalArn")
    assert not depends_on_action("saml:aud")


def test_long_numbers_are_named_without_being_written() -> None:
    assert written(10**5000) == "a number of many digits"
    assert fits("Numeric", 10**5000)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01",
        "2026-01-31",
        "2026-01-31T10:20Z",
        "2026-01-31t10:20:30z",
        "2026-01-31 10:20:30+0100",
        f"2026-01-31T10:20:30.{'1' * 20}+01:00",
        "2016-12-31T23:59:60Z",
        "1767225600",
        "2026",
    ],
)
def test_a_date_of_a_policy_is_one_for_the_engine_as_well(text: str) -> None:
    assert fits("Date", text)
    assert instant(text) is not None


WORDS = st.sampled_from(
    [
        "aws:SourceAccount",
        "aws:SourceArn",
        "aws:ResourceTag/x",
        "aws:TagKeys",
        "aws:SourceIp",
        "aws:CurrentTime",
        "aws:SecureTransport",
        "aws:MultiFactorAuthPresent",
        "iam:PassedToService",
        "kms:ViaService",
        "bedrock-agentcore:userid",
        "aws:x",
        "x",
        ":",
        "",
    ]
)
OPERATORS = st.sampled_from(
    ["StringEquals", "StringLike", "ArnLike", "Bool", "Null", "IpAddress", "DateLessThan"]
).flatmap(
    lambda base: st.sampled_from(
        [base, base + "IfExists", "ForAllValues:" + base, "ForAnyValue:" + base, base[:-1]]
    )
)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["*", "${aws:username}", "${", "true", "10.0.0.0/8", f"{MANAGER}/*", ACCOUNT]),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)
BLOCKS = st.dictionaries(
    st.one_of(OPERATORS, TEXTS),
    st.one_of(st.dictionaries(st.one_of(WORDS, TEXTS), JSON, max_size=3), JSON),
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(
    BLOCKS,
    st.sampled_from(["Allow", "Deny", "x"]),
    st.one_of(JSON, st.sampled_from(["*", "bedrock-agentcore:*", "kms:Decrypt"])),
    st.sampled_from(POLICY_TYPES),
)
def test_no_condition_makes_a_rule_fail(
    block: Any, effect: str, actions: Any, policy_type: str
) -> None:
    document = policy(statement(block, Effect=effect, Action=actions))
    hits = Inspector([rule() for rule in CONDITION_RULES]).inspect(
        parse_policy(document, policy_type)
    )
    assert all(problem.message for _, _, problem in hits)


@given(st.text(max_size=60))
def test_any_text_may_be_a_key(key: str) -> None:
    malformation(key)
    lacks_tag_key(key)
    context_key(key)
    nearest(key.lower(), ("stringequals",), 0.5)


@pytest.mark.parametrize(
    "block",
    [
        {"StringEquals": {f"aws:SourceAccoun{n}": ACCOUNT for n in range(2000)}},
        {f"StringEqual{n}": {"aws:SourceAccount": ACCOUNT} for n in range(2000)},
        {"StringEqualsIfExists": {f"x{n}.y:sub": "v" for n in range(20000)}},
        {"ForAllValues:StringEquals": {"aws:CalledVia": ["x"] * 100_000}},
        {"StringLike": {"aws:SourceAccount": ["1*" * 50_000] * 5}},
        {"ArnLike": {"aws:SourceArn": "arn:" * 300_000}},
        {"DateLessThan": {"aws:CurrentTime": "1" * 1_000_000}},
        {"IpAddress": {"aws:SourceIp": "1." * 500_000}},
        {"StringEquals": {"aws:" + "x" * 1_000_000: "v"}},
        {"String" * 200_000: {"aws:SourceAccount": "v"}},
    ],
    ids=range(10),
)
def test_hostile_conditions_cost_seconds_at_most(block: Any) -> None:
    document = policy(statement(block, Action=["bedrock-agentcore:ProcessPayment"] * 200))
    started = time.perf_counter()
    Inspector([rule() for rule in CONDITION_RULES]).inspect(parse_policy(document))
    assert time.perf_counter() - started < 10
