"""What the grammar rules see beyond their own examples, and what they must let pass."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import payguard_policies
from payguard.iam.document import POLICY_ELEMENTS, POLICY_TYPES, STATEMENT_ELEMENTS, parse_policy
from payguard.iam.principal import PRINCIPAL_TYPES
from payguard.rules.grammar.duplicate_condition_key import DuplicateConditionKey
from payguard.rules.grammar.duplicate_sid import DuplicateSid
from payguard.rules.grammar.empty_condition_values import EmptyConditionValues
from payguard.rules.grammar.empty_element import EmptyElement
from payguard.rules.grammar.exclusive_elements import ExclusiveElements
from payguard.rules.grammar.invalid_effect import InvalidEffect
from payguard.rules.grammar.invalid_sid import InvalidSid
from payguard.rules.grammar.invalid_version import InvalidVersion
from payguard.rules.grammar.malformed_variable import MalformedVariable
from payguard.rules.grammar.missing_element import MissingElement
from payguard.rules.grammar.missing_version import MissingVersion
from payguard.rules.grammar.old_version import OldVersion
from payguard.rules.grammar.policy_too_large import PolicyTooLarge
from payguard.rules.grammar.unexpected_policy_id import UnexpectedPolicyId
from payguard.rules.grammar.unfilled_placeholder import UnfilledPlaceholder
from payguard.rules.grammar.unknown_element import UnknownElement
from payguard.rules.grammar.unsupported_character import UnsupportedCharacter
from payguard.rules.grammar.unsupported_in_rcp import UnsupportedInRcp
from payguard.rules.grammar.variable_not_allowed import VariableNotAllowed
from payguard.rules.grammar.variable_without_version import VariableWithoutVersion
from payguard.rules.grammar.wrong_type import WrongType
from payguard.rules.inspection import Hit, Inspector
from payguard.rules.registry import RULES
from payguard.rules.rule import Rule

VERSION = "2012-10-17"
ARN = "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/agents-abcdefghij"
GRAMMAR = tuple(rule for rule in RULES if rule.category == "grammar")
# The rules that together say what the JSON Schema says.
STRUCTURE = (
    WrongType,
    UnknownElement,
    MissingElement,
    ExclusiveElements,
    InvalidEffect,
    InvalidVersion,
)


def statement(**elements: Any) -> dict[str, Any]:
    """Return a clean statement with some elements replaced, or left out where None."""
    base = {"Effect": "Allow", "Action": "bedrock-agentcore:GetPaymentSession", "Resource": ARN}
    return {key: value for key, value in {**base, **elements}.items() if value is not None}


def policy(*statements: Any, **elements: Any) -> dict[str, Any]:
    base = {"Version": VERSION, "Statement": list(statements) or [statement()]}
    return {key: value for key, value in {**base, **elements}.items() if value is not None}


def hits(document: dict[str, Any], *rules: type[Rule], policy_type: str = "identity") -> list[Hit]:
    return Inspector(tuple(rule() for rule in rules)).inspect(parse_policy(document, policy_type))


def places(found: list[Hit]) -> list[str]:
    return [place for _, place, _ in found]


def messages(found: list[Hit]) -> list[str]:
    return [problem.message for _, _, problem in found]


def severities(found: list[Hit]) -> list[str]:
    return [(problem.severity or rule.severity).label for rule, _, problem in found]


@pytest.mark.parametrize(
    ("document", "place", "message"),
    [
        (policy(Version=2012), "/Version", '"Version" is the number 2012: expected text'),
        (policy(Id=[]), "/Id", '"Id" is a list: expected text'),
        (
            policy(Statement="all"),
            "/Statement",
            '"Statement" is the text "all": expected a statement (an object) or a list of statements',
        ),
        (
            policy(statement(), 1),
            "/Statement/1",
            'item 2 of "Statement" is the number 1: expected an object',
        ),
        (
            policy(statement(Effect=True)),
            "/Statement/0/Effect",
            '"Effect" is the Boolean true: expected text',
        ),
        (policy(statement(Sid=[])), "/Statement/0/Sid", '"Sid" is a list: expected text'),
        (
            policy(statement(Action={"a": 1})),
            "/Statement/0/Action",
            '"Action" is an object: expected text or a list of texts',
        ),
        (
            policy(statement(Resource=[ARN, [ARN]])),
            "/Statement/0/Resource/1",
            'item 2 of "Resource" is a list: expected text',
        ),
        (
            policy(statement(Principal=["*"])),
            "/Statement/0/Principal",
            '"Principal" is a list: expected an object such as {"AWS": "..."}, or "*"',
        ),
        (
            policy(statement(Principal={"AWS": [111122223333]})),
            "/Statement/0/Principal/AWS/0",
            'item 1 of "AWS" is the number 111122223333: expected text',
        ),
        (
            policy(statement(Condition="none")),
            "/Statement/0/Condition",
            '"Condition" is the text "none": expected an object of condition operators',
        ),
        (
            policy(statement(Condition={"Bool": "true"})),
            "/Statement/0/Condition/Bool",
            '"Bool" is the text "true": expected an object of condition keys',
        ),
        (
            policy(statement(Condition={"Bool": {"aws:SecureTransport": None}})),
            "/Statement/0/Condition/Bool/aws:SecureTransport",
            '"aws:SecureTransport" is null: expected text, a number, a Boolean or a list of them',
        ),
        (
            policy(statement(Condition={"StringEquals": {"aws:PrincipalTag/a": ["x", {}]}})),
            "/Statement/0/Condition/StringEquals/aws:PrincipalTag~1a/1",
            'item 2 of "aws:PrincipalTag/a" is an object: expected text, a number or a Boolean',
        ),
    ],
)
def test_a_wrong_type_is_reported_where_it_stands(
    document: dict[str, Any], place: str, message: str
) -> None:
    found = hits(document, WrongType)
    assert places(found) == [place]
    assert messages(found) == [message]


def test_an_element_that_is_null_is_of_a_wrong_type() -> None:
    document = {"Version": VERSION, "Statement": {**statement(), "Action": None}}
    assert places(hits(document, WrongType)) == ["/Statement/Action"]


def test_numbers_and_booleans_are_condition_values() -> None:
    condition = {"NumericLessThan": {"aws:MultiFactorAuthAge": 60}, "Bool": {"aws:Via": [True]}}
    assert not hits(policy(statement(Condition=condition)), WrongType)


def test_a_long_list_of_wrong_items_is_cut_short() -> None:
    found = hits(policy(statement(Action=list(range(100_000)))), WrongType)
    assert len(found) == 11
    assert messages(found)[-1] == '99,990 more items of "Action" are not text'


def test_a_number_with_more_digits_than_python_writes_out_is_reported() -> None:
    assert messages(hits(policy(Version=10**5000), WrongType)) == [
        '"Version" is a number: expected text'
    ]


@pytest.mark.parametrize(
    ("document", "message", "mend"),
    [
        (policy(Statements=[]), '"Statements" is no element of a policy', "did you mean"),
        (
            policy(statement(action="a")),
            '"action" is no element of a statement: element names are case-sensitive',
            'remove it: "Action" is there too',
        ),
        (
            policy(statement(Version=VERSION)),
            '"Version" is no element of a statement',
            'it belongs in the policy, beside "Statement"',
        ),
        (
            policy(Effect="Allow"),
            '"Effect" is no element of a policy',
            "it belongs in a statement",
        ),
        (
            policy(statement(NotActions="a")),
            '"NotActions" is no element of a statement',
            'did you mean "NotAction"?',
        ),
        (policy(statement(Reason="a")), '"Reason" is no element of a statement', "remove it"),
    ],
)
def test_an_unknown_element_is_explained(document: dict[str, Any], message: str, mend: str) -> None:
    (found,) = hits(document, UnknownElement)
    assert found[2].message == message
    assert found[2].help.startswith(mend)
    assert found[2].on_key


def test_very_many_unknown_elements_and_very_long_names_are_cut_short() -> None:
    document = policy(**{f"x{'y' * 1000}{index}": 1 for index in range(10_000)})
    assert len(hits(document, UnknownElement)) == 11


@pytest.mark.parametrize(
    ("policy_type", "elements", "missing"),
    [
        ("identity", {"Effect": None}, ['"Effect"']),
        ("identity", {"Action": None}, ['"Action" or "NotAction"']),
        ("identity", {"Action": None, "NotAction": "*"}, []),
        ("identity", {"Resource": None}, ['"Resource" or "NotResource"']),
        ("boundary", {"Resource": None}, ['"Resource" or "NotResource"']),
        ("session", {"Resource": None}, ['"Resource" or "NotResource"']),
        ("scp", {"Resource": None}, ['"Resource" or "NotResource"']),
        ("trust", {"Resource": None}, ['"Principal" or "NotPrincipal"']),
        ("trust", {"Resource": None, "Principal": "*"}, []),
        ("resource", {"Principal": "*", "Resource": None}, []),
        ("resource", {}, ['"Principal" or "NotPrincipal"']),
        ("rcp", {}, ['"Principal" or "NotPrincipal"']),
        ("rcp", {"Principal": "*"}, []),
        ("vpc-endpoint", {"Principal": "*", "Resource": None}, ['"Resource" or "NotResource"']),
    ],
)
def test_what_a_statement_needs_depends_on_the_type(
    policy_type: str, elements: dict[str, Any], missing: list[str]
) -> None:
    found = hits(policy(statement(**elements)), MissingElement, policy_type=policy_type)
    assert [message.split(":")[0] for message in messages(found)] == [
        f"the statement has no {names}" for names in missing
    ]


def test_a_misspelt_element_is_not_missing_too() -> None:
    found = hits(policy(statement(Effect=None, effect="Allow")), MissingElement, UnknownElement)
    assert [rule.id for rule, _, _ in found] == ["unknown-element"]
    found = hits({"Version": VERSION, "Statements": []}, MissingElement, UnknownElement)
    assert [rule.id for rule, _, _ in found] == ["unknown-element"]


def test_a_policy_without_statement_is_reported_at_its_top() -> None:
    assert places(hits({"Version": VERSION}, MissingElement)) == [""]


@pytest.mark.parametrize(
    "pair", [("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")]
)
def test_each_pair_that_excludes_each_other_is_reported_at_the_negation(
    pair: tuple[str, str],
) -> None:
    found = hits(policy(statement(**dict.fromkeys(pair, "*"))), ExclusiveElements)
    assert places(found) == [f"/Statement/0/{pair[1]}"]
    assert not hits(policy(statement(**{pair[1]: "*", pair[0]: None})), ExclusiveElements)


@pytest.mark.parametrize(
    ("effect", "mend"),
    [("allow", 'write "Allow"'), ("DENY ", 'write "Deny"'), ("Permit", ""), ("", "")],
)
def test_an_invalid_effect_is_reported_with_the_nearest_one(effect: str, mend: str) -> None:
    (found,) = hits(policy(statement(Effect=effect)), InvalidEffect)
    assert found[2].help == mend


@pytest.mark.parametrize(
    ("version", "ids"),
    [
        (VERSION, []),
        ("2008-10-17", ["old-version"]),
        ("2012-10-18", ["invalid-version"]),
        ("", ["invalid-version"]),
        (20121017, []),
        (None, ["missing-version"]),
    ],
)
def test_each_kind_of_version_is_reported_by_one_rule(version: Any, ids: list[str]) -> None:
    found = hits(policy(Version=version), InvalidVersion, MissingVersion, OldVersion)
    assert [rule.id for rule, _, _ in found] == ids


def test_a_misspelt_version_is_not_missing_too() -> None:
    assert not hits(policy(Version=None, version=VERSION), MissingVersion)


@pytest.mark.parametrize(
    ("policy_type", "severity"),
    [
        ("identity", "error"),
        ("boundary", "error"),
        ("scp", "error"),
        ("trust", "warning"),
        ("resource", "warning"),
    ],
)
def test_a_sid_used_twice_is_an_error_where_aws_requires_unique_ones(
    policy_type: str, severity: str
) -> None:
    document = policy(statement(Sid="A"), statement(Sid="B"), statement(Sid="A"))
    found = hits(document, DuplicateSid, policy_type=policy_type)
    assert places(found) == ["/Statement/2/Sid"]
    assert severities(found) == [severity]
    assert messages(found)[0].startswith('the Sid "A" is already that of statement 1')


def test_sids_that_differ_in_case_are_empty_or_no_text_are_no_duplicates() -> None:
    sids: tuple[Any, ...] = ("a", "A", "", "", [], [])
    assert not hits(policy(*(statement(Sid=sid) for sid in sids)), DuplicateSid)


@pytest.mark.parametrize(
    ("sid", "policy_type", "mend"),
    [
        ("read sessions", "identity", 'write "ReadSessions"'),
        ("read_sessions", "trust", 'write "ReadSessions"'),
        ("Read-Sessions", "scp", 'write "ReadSessions"'),
        ("Zahlungenprüfen", "session", 'write "ZahlungenprFen"'),
        ("---", "boundary", "name it with letters and digits, or remove it"),
        ("read sessions", "resource", None),
        ("read sessions", "vpc-endpoint", None),
        ("Read1", "identity", None),
        ("", "identity", None),
    ],
)
def test_a_sid_is_alphanumeric_where_iam_or_organizations_keep_the_policy(
    sid: str, policy_type: str, mend: str | None
) -> None:
    found = hits(policy(statement(Sid=sid)), InvalidSid, policy_type=policy_type)
    assert [problem.help for _, _, problem in found] == ([] if mend is None else [mend])


@pytest.mark.parametrize(
    ("elements", "place", "says", "severity"),
    [
        ({"Action": []}, "/Action", "this Allow grants nothing", "suggestion"),
        ({"Action": [], "Effect": "Deny"}, "/Action", "this Deny denies nothing", "warning"),
        ({"Resource": []}, "/Resource", "matches no resource", "suggestion"),
        ({"NotAction": []}, "/NotAction", "the statement is about every action", "warning"),
        ({"NotResource": []}, "/NotResource", "about every resource", "warning"),
        ({"Principal": {}}, "/Principal", "names nobody", "suggestion"),
        ({"Principal": {"AWS": []}}, "/Principal/AWS", "this Allow grants nothing", "suggestion"),
        ({"NotPrincipal": {}}, "/NotPrincipal", "about everybody", "warning"),
        (
            {"Principal": {"AWS": [], "Service": "a.amazonaws.com"}},
            "/Principal/AWS",
            "it names nobody",
            "suggestion",
        ),
        ({"Condition": {}}, "/Condition", "without any condition", "suggestion"),
        ({"Condition": {"Bool": {}}}, "/Condition/Bool", "asks for nothing", "suggestion"),
    ],
)
def test_an_empty_element_is_reported_with_what_it_means(
    elements: dict[str, Any], place: str, says: str, severity: str
) -> None:
    found = hits(policy(statement(**elements)), EmptyElement)
    assert places(found) == [f"/Statement/0{place}"]
    assert severities(found) == [severity]
    assert says in messages(found)[0]


@pytest.mark.parametrize(
    ("operator", "says", "severity"),
    [
        ("StringEquals", "never holds", "suggestion"),
        ("StringNotEquals", "always holds", "warning"),
        ("StringEqualsIfExists", "does not carry the key", "warning"),
        ("StringNotEqualsIfExists", "always holds", "warning"),
        ("ForAllValues:StringEquals", "does not carry the key", "warning"),
        ("ForAllValues:StringNotEquals", "always holds", "warning"),
        ("ForAnyValue:StringEquals", "never holds", "suggestion"),
        ("ForAnyValue:StringNotEquals", "wherever the request carries the key", "warning"),
    ],
)
def test_an_empty_list_of_values_is_reported_with_what_the_operator_makes_of_it(
    operator: str, says: str, severity: str
) -> None:
    document = policy(statement(Condition={operator: {"aws:PrincipalTag/a": []}}))
    found = hits(document, EmptyConditionValues)
    assert says in messages(found)[0]
    assert severities(found) == [severity]


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ({"StringEquals": {"aws:a": "1", "AWS:A": "2", "Aws:a": "3"}}, 2),
        ({"StringEquals": {"aws:a": "1"}, "StringLike": {"AWS:A": "2"}}, 0),
        ({"StringEquals": {"aws:a": "1", "aws:b": "2"}}, 0),
        ({"StringEquals": ["aws:a", "AWS:A"]}, 0),
        (["StringEquals"], 0),
    ],
)
def test_condition_keys_are_compared_within_one_operator(condition: Any, count: int) -> None:
    assert len(hits(policy(statement(Condition=condition)), DuplicateConditionKey)) == count


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${aws:username", "has no closing brace"),
        ("${aws:a/${aws:username}", "has no closing brace"),
        ("${}", "names no condition key"),
        ("${ }", "names no condition key"),
        ("${, 'x'}", "names no condition key"),
        ("${ aws:username}", "has a space in its name"),
        ("${aws:PrincipalTag/cost center}", "has a space in its name"),
        ("${aws:username, none}", "is not one text in single quotes"),
        ("${aws:username, 'none}", "is not one text in single quotes"),
        ('${aws:username, "none"}', "is not one text in single quotes"),
        ("${aws:username, 'a'b'}", "is not one text in single quotes"),
        ("${aws:username}", None),
        ("${aws:username, 'none'}", None),
        ("${aws:username, 'no one'}", None),
        ("${aws:username,'none'}", None),
        ("${*}${?}${$}", None),
        ("$aws:username", None),
        ("{aws:username}", None),
    ],
)
def test_a_malformed_variable_is_reported_in_resources_and_in_values(
    text: str, message: str | None
) -> None:
    condition = {"StringLike": {"aws:PrincipalTag/a": ["x", text]}}
    document = policy(statement(Resource=[f"{ARN}/{text}"], Condition=condition))
    found = hits(document, MalformedVariable)
    if message is None:
        assert not found
    else:
        value = "/Statement/0/Condition/StringLike/aws:PrincipalTag~1a/1"
        assert places(found) == ["/Statement/0/Resource/0", value]
        assert all(said.endswith(message) for said in messages(found))


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("${ aws:username }", 'write "${aws:username}"'),
        ("${aws:username , 'x'}", "write \"${aws:username, 'x'}\""),
        ("${aws:username, “x”}", "write \"${aws:username, 'x'}\""),
        (
            "${aws:PrincipalTag/cost center}",
            "remove the space; a tag key with a space cannot be named in a variable",
        ),
    ],
)
def test_the_mend_of_a_variable_keeps_its_key_and_default(text: str, mend: str) -> None:
    found = hits(policy(statement(Resource=f"{ARN}/{text}")), MalformedVariable)
    assert [problem.help for _, _, problem in found] == [mend]


@pytest.mark.parametrize(
    ("elements", "place", "severity"),
    [
        ({"Action": "bedrock-agentcore:${aws:username}"}, "/Action", "error"),
        ({"NotAction": ["${aws:username}"]}, "/NotAction/0", "error"),
        ({"Principal": {"AWS": "${aws:PrincipalArn}"}}, "/Principal/AWS", "error"),
        ({"Resource": "${aws:PrincipalTag/arn}"}, "/Resource", "error"),
        ({"Resource": "arn:${aws:p}:s3:::a"}, "/Resource", "error"),
        ({"Resource": "arn:aws:${aws:s}:::a"}, "/Resource", "error"),
        ({"Resource": "arn:aws:s3:${aws:RequestedRegion}::a"}, "/Resource", "warning"),
        ({"Resource": ["arn:aws:iam::${aws:a}:role/a"]}, "/Resource/0", "warning"),
        ({"NotResource": "arn:aws:iam::${aws:a}:role/a"}, "/NotResource", "warning"),
    ],
)
def test_a_variable_is_refused_before_the_fifth_colon_and_outside_resources(
    elements: dict[str, Any], place: str, severity: str
) -> None:
    found = hits(policy(statement(**elements)), VariableNotAllowed)
    assert places(found) == [f"/Statement/0{place}"]
    assert severities(found) == [severity]


@pytest.mark.parametrize(
    "resource",
    ["arn:aws:s3:::${aws:username}", "arn:aws:iam::111122223333:user/${aws:username}", ARN, "*"],
)
def test_a_variable_may_stand_in_the_resource_part(resource: str) -> None:
    condition = {"ArnLike": {"aws:SourceArn": "arn:aws:iam::${aws:PrincipalAccount}:role/*"}}
    document = policy(statement(Resource=resource, Condition=condition))
    assert not hits(document, VariableNotAllowed)


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("${ManagerId}", True),
        ("${AWS::AccountId}", True),
        ("${aws_region.current}", True),
        ("${aws:}", True),
        ("${aws:username}", False),
        ("${token.actions.githubusercontent.com:sub}", False),
        ("${*}", False),
        ("${}", False),
        ("${ManagerId", False),
    ],
)
def test_a_placeholder_is_what_no_condition_key_can_be(text: str, fires: bool) -> None:
    resource = f"arn:aws:bedrock-agentcore:us-east-1:{text}:payment-manager/a"
    found = hits(policy(statement(Resource=resource)), UnfilledPlaceholder)
    assert len(found) == fires
    if fires:
        assert not hits(policy(statement(Resource=resource)), VariableNotAllowed)


@pytest.mark.parametrize(
    ("version", "count"), [(VERSION, 0), ("2008-10-17", 3), (None, 3), ("2020-01-01", 0)]
)
def test_a_variable_is_plain_text_without_the_newer_version(
    version: str | None, count: int
) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/a": "${aws:PrincipalTag/b}"}}
    resources = [f"{ARN}/${{*}}", f"{ARN}/${{aws:username}}", f"{ARN}/${{broken", ARN]
    document = policy(statement(Resource=resources, Condition=condition), Version=version)
    assert len(hits(document, VariableWithoutVersion)) == count


def large(characters: int) -> dict[str, Any]:
    """Return a policy of exactly so many characters when written without white space."""
    document = policy(statement(Principal="*", Action=["a:b"]))
    rest = characters - len(json.dumps(document, separators=(",", ":")))
    document["Statement"][0]["Action"] = ["a:b" + "c" * rest]
    return document


@pytest.mark.parametrize(
    ("policy_type", "characters", "severity"),
    [
        ("identity", 6144, None),
        ("identity", 6145, "warning"),
        ("identity", 10240, "warning"),
        ("identity", 10241, "error"),
        ("boundary", 6144, None),
        ("boundary", 6145, "error"),
        ("session", 2049, "error"),
        ("trust", 2048, None),
        ("trust", 2049, "warning"),
        ("trust", 8193, "error"),
        ("scp", 5120, None),
        ("scp", 5121, "warning"),
        ("scp", 10241, "error"),
        ("rcp", 5121, "error"),
        ("vpc-endpoint", 20480, None),
        ("vpc-endpoint", 20481, "error"),
        ("resource", 100_000, None),
    ],
)
def test_each_type_has_its_quota(policy_type: str, characters: int, severity: str | None) -> None:
    found = hits(large(characters), PolicyTooLarge, policy_type=policy_type)
    assert severities(found) == ([] if severity is None else [severity])
    if severity:
        assert f"has {characters:,} characters" in messages(found)[0]


def test_size_is_counted_wherever_the_text_stands() -> None:
    long = "x" * 3000
    for elements in (
        {"Condition": {"StringEquals": {"aws:PrincipalTag/a": long}}},
        {"Principal": {"AWS": long}},
        {"Resource": [long]},
        {"NotAction": long},
    ):
        assert hits(policy(statement(**elements)), PolicyTooLarge, policy_type="session")


@pytest.mark.parametrize(
    ("value", "policy_type", "code"),
    [
        ("agents\u200b", "identity", "U+200B (zero width space) at character 7"),
        ("\u201cagents\u201d", "trust", "U+201C (left double quotation mark) at character 1"),
        ("a\x00b", "boundary", "U+0000 at character 2"),
        ("\ud800", "session", "U+D800 at character 1"),
        ("agents\u200b", "scp", None),
        ("agents\u200b", "resource", None),
        ("caf\xe9\t\n\r\x7f", "identity", None),
    ],
)
def test_a_character_outside_iams_set_is_named(
    value: str, policy_type: str, code: str | None
) -> None:
    document = policy(statement(Condition={"StringEquals": {"aws:PrincipalTag/a": value}}))
    found = hits(document, UnsupportedCharacter, policy_type=policy_type)
    assert len(found) == (code is not None)
    if code:
        assert f" holds {code}: " in messages(found)[0]


@pytest.mark.parametrize(
    ("elements", "at"),
    [
        ({"Effect": "Deny", "Action": "sts:AssumeRole"}, []),
        ({"Effect": "Deny", "Action": ["sts:*", "*"]}, ["/Statement/0/Action/1"]),
        ({"Effect": "Deny", "Action": None, "NotAction": "sts:*"}, ["/Statement/0/NotAction"]),
        ({"Effect": "Allow", "Action": "sts:*"}, ["/Statement/0/Effect"]),
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}, []),
    ],
)
def test_an_rcp_denies_named_actions(elements: dict[str, Any], at: list[str]) -> None:
    document = policy(statement(**elements))
    assert places(hits(document, UnsupportedInRcp, policy_type="rcp")) == at
    assert not hits(document, UnsupportedInRcp, policy_type="scp")


def test_an_id_is_for_resource_based_policies() -> None:
    for policy_type, count in (("identity", 1), ("boundary", 1), ("trust", 0), ("resource", 0)):
        assert len(hits(policy(Id="a"), UnexpectedPolicyId, policy_type=policy_type)) == count


# The JSON Schema and the rules

SCHEMA = json.loads(
    (Path(str(payguard_policies.__file__)).parent / "schemas" / "policy.schema.json").read_text()
)
VALIDATORS = {
    kind: jsonschema.Draft202012Validator({"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{kind}"})
    for kind in POLICY_TYPES
}

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "*", "allow", "Deny", "2008-10-17", "2020-01-01", ARN]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Effect", "Action", "Bool", "AWS", "a"]), inner, max_size=3
        )
    ),
    max_leaves=4,
)
KEYS = st.sampled_from(
    [*POLICY_ELEMENTS, *STATEMENT_ELEMENTS, "effect", "Actions", "version", "Comment", "AWS"]
)
TEXTS = st.sampled_from(["*", "s3:Get*", ["*"], [ARN, "s3:Get*"], []])
CONDITIONS = st.sampled_from(
    [
        {},
        {"Bool": {"aws:SecureTransport": True}},
        {"StringEquals": {"aws:a": ["x", 1, 1.5, False], "AWS:A": []}, "Odd": {}},
    ]
)
OPTIONAL = {
    "Sid": st.sampled_from(["", "A", "a b"]),
    "Condition": CONDITIONS,
    "Principal": st.sampled_from(["*", {}, {"AWS": "*", "Service": ["a.amazonaws.com"]}]),
    "Resource": TEXTS,
}


@st.composite
def valid_statements(draw: st.DrawFn) -> dict[str, Any]:
    elements = draw(st.sets(st.sampled_from(sorted(OPTIONAL))) | st.just(set(OPTIONAL)))
    return {
        "Effect": draw(st.sampled_from(["Allow", "Deny"])),
        draw(st.sampled_from(["Action", "NotAction"])): draw(TEXTS),
        **{element: draw(OPTIONAL[element]) for element in sorted(elements)},
    }


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a policy that is valid but for at most three mutations."""
    single = draw(st.booleans())
    held = draw(
        valid_statements() if single else st.lists(valid_statements(), min_size=1, max_size=2)
    )
    document: dict[str, Any] = json.loads(json.dumps({"Version": VERSION, "Statement": held}))
    for _ in range(draw(st.integers(0, 3))):
        mutate(draw, document)
    return document


def mutate(draw: st.DrawFn, document: dict[str, Any]) -> None:
    """Replace, remove, add or rename something somewhere in ``document``."""
    container = draw(st.sampled_from(containers(document)))
    how = draw(st.sampled_from(["replace", "remove", "add", "rename"]))
    if isinstance(container, list):
        if how == "add" or not container:
            container.append(draw(ANYTHING))
        elif how == "remove":
            container.pop()
        else:
            container[-1] = draw(ANYTHING)
    elif how == "add" or not container:
        container[draw(KEYS)] = draw(ANYTHING | TEXTS.map(copy.copy))
    else:
        key = draw(st.sampled_from(sorted(container)))
        if how == "replace":
            container[key] = draw(ANYTHING)
        else:
            value = container.pop(key)
            if how == "rename":
                container[draw(KEYS)] = value


def containers(document: dict[str, Any]) -> list[Any]:
    found: list[Any] = [document]
    for container in found:
        inner = container if isinstance(container, list) else list(container.values())
        found += [value for value in inner if isinstance(value, list | dict)]
    return found


def asks_the_principal_rules(document: dict[str, Any]) -> bool:
    """Tell whether a principal is another text than "*", or of an unknown type."""
    return any(
        (isinstance(principal, str) and principal != "*")
        or (isinstance(principal, dict) and not set(principal) <= set(PRINCIPAL_TYPES))
        for found in parse_policy(document).statements
        for principal in map(found.value.get, ("Principal", "NotPrincipal"))
    )


@settings(max_examples=400, deadline=None)
@given(document=documents(), policy_type=st.sampled_from(POLICY_TYPES))
def test_the_schema_refuses_a_document_exactly_where_a_structure_rule_has_an_error(
    document: dict[str, Any], policy_type: str
) -> None:
    assume(not asks_the_principal_rules(document))
    found = hits(document, *STRUCTURE, policy_type=policy_type)
    errors = list(VALIDATORS[policy_type].iter_errors(document))
    assert bool(errors) == bool(found), (errors[:1], messages(found)[:1])


def test_the_schema_takes_every_good_example_of_a_grammar_rule_and_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    anywhere = jsonschema.Draft202012Validator(SCHEMA)
    for rule in GRAMMAR:
        for good in rule.good:
            document = json.loads(good.text)
            kind = parse_policy(document, good.policy_type).policy_type
            assert not list(VALIDATORS[kind].iter_errors(document))
            assert not list(anywhere.iter_errors(document))


@pytest.mark.parametrize(
    "document", [{}, {"Statement": []}, {"Statement": {"Effect": "Allow", "Action": "*"}}]
)
def test_the_schema_for_any_type_wants_a_statement_about_resources_or_principals(
    document: dict[str, Any],
) -> None:
    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document))


ODD_KEYS = KEYS | st.sampled_from(
    ["StringLike", "aws:a", "ForAllValues:StringEquals", "NumericLessThan", "/~", ""]
)
ODD_TEXTS = st.sampled_from(
    ["*", "${", "${}", "${aws:a, 'b", "${AWS::Region}", "a:b", "arn:", "2008-10-17", "\ud800"]
)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | ODD_TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ODD_KEYS, inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=200, deadline=None)
@given(
    document=st.dictionaries(ODD_KEYS, ODD, max_size=5)
    | st.builds(policy, st.dictionaries(ODD_KEYS, ODD, max_size=6)),
    policy_type=st.sampled_from(POLICY_TYPES),
)
def test_no_json_value_makes_a_grammar_rule_raise(
    document: dict[str, Any], policy_type: str
) -> None:
    for _, place, problem in hits(document, *GRAMMAR, policy_type=policy_type):
        assert place.startswith("/") or not place
        assert problem.message


@pytest.mark.parametrize("element", ["Action", "Resource", "Principal", "Condition", "Sid"])
@pytest.mark.parametrize("policy_type", POLICY_TYPES)
def test_no_depth_and_no_number_makes_a_grammar_rule_raise(element: str, policy_type: str) -> None:
    deep: Any = {}
    for _ in range(50_000):
        deep = [deep]
    for value in (deep, {"AWS": deep}, {"Bool": {"aws:a": deep}}, 10**5000, [10**5000]):
        hits(policy(statement(**{element: value})), *GRAMMAR, policy_type=policy_type)
