"""The values of a key: one for everything that the conditions on it can tell apart."""

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from authorization.asking import ACCOUNT, PAY, ask
from payguard.authorization.domain import Domain, Place, Use, domain, is_always_there, is_carried
from payguard.authorization.limit import Limit
from payguard.authorization.operator import holds
from payguard.authorization.request import UNKNOWN, Sample
from payguard.iam.condition import condition

LATEST = "2012-10-17"
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
Conditions = Sequence[tuple[str, Any]]  # operator and values, all of one key


def domain_of(
    key: str, conditions: Conditions, version: str | None = LATEST, *, coupled: bool = False
) -> Domain:
    uses = [Use(condition(operator, key, values), version) for operator, values in conditions]
    return domain(key.lower(), uses, coupled=coupled, place=Place(ACCOUNT), limit=Limit())


NUMBER, DATE = "aws:MultiFactorAuthAge", "aws:CurrentTime"
ADDRESS, ARN, SET, TAG = "aws:SourceIp", "aws:SourceArn", "aws:CalledVia", "aws:PrincipalTag/t"
EDGES = ["203.0.113.7", "2001:db8::7"]  # an address of either family is always tried
LAST = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"


@pytest.mark.parametrize(
    ("key", "conditions", "expected"),
    [
        ("aws:SecureTransport", [("Bool", "true")], ["false", "true"]),
        ("aws:MultiFactorAuthPresent", [("Bool", "true")], [None, "false", "true"]),
        ("aws:MultiFactorAuthPresent", [("StringEquals", "yes")], [None, "false", "true"]),
        (NUMBER, [("NumericLessThan", "10")], [None, "9", "10", "11"]),
        (NUMBER, [("NumericEquals", [10, "10.5"])], [None, "9", "10", "10.25", "10.5", "11.5"]),
        (NUMBER, [("NumericEquals", ["-1", "10"])], [None, "-2", "-1", "0", "10", "11"]),
        (NUMBER, [("NumericEquals", "ten")], [None, "0"]),
        (NUMBER, [("NumericEquals", ["1", "1.0"])], [None, "0", "1", "2"]),
        (DATE, [("DateLessThan", "1970-01-02")], ["86399", "86400", "86401"]),
        (DATE, [("DateEquals", ["1970-01-01T00:00:10Z", 10])], ["9", "10", "11"]),
        (DATE, [("DateEquals", "1969-12-31T23:59:59.5Z")], ["-1.5", "-0.5", "0.5"]),
        (
            ADDRESS,
            [("IpAddress", "10.0.0.0/8")],
            [None, *EDGES, "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"],
        ),
        (ADDRESS, [("IpAddress", "0.0.0.0/0")], [None, *EDGES, "0.0.0.0", "255.255.255.255"]),  # noqa: S104
        (ADDRESS, [("IpAddress", "::/0")], [None, *EDGES, "::", LAST]),
        (
            ADDRESS,
            [("NotIpAddress", "2001:db8::/32")],
            [
                None,
                *EDGES,
                "2001:db8::",
                "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
                "2001:db9::",
            ],
        ),
        (ADDRESS, [("IpAddress", "10.0.0.300")], [None, *EDGES]),
        (TAG, [("StringEquals", "a")], [None, "a", "b"]),
        (TAG, [("StringEquals", "a*")], [None, "b", "a*"]),
        (TAG, [("StringLike", "a*")], [None, "a", "b"]),
        (TAG, [("StringEquals", "")], [None, "", "a"]),
        (TAG, [("StringEquals", "a"), ("StringLike", "a*")], [None, "a", "aa", "b"]),
        (TAG, [("StringNotLike", "*")], [None, "a"]),
        (TAG, [("StringEquals", "${aws:username}")], [None, "a"]),
        (TAG, [("Null", "true")], [None, "a"]),
        (TAG, [("StringEqualz", "x")], [None, "a"]),
        (TAG, [("StringEquals", [7, True, None, {"a": 1}])], [None, "7", "a", "true"]),
        (ARN, [("ArnLike", "arn:aws:s3:::b*")], [None, "arn:aws:s3:::b", "arn:aws:a:::a"]),
        (ARN, [("ArnLike", "arn:aws:s3")], [None, "arn:aws:a:::a"]),
        (SET, [("ForAllValues:StringEquals", "a")], [None, ("a",), ("b",), ("",)]),
        (SET, [("StringEquals", "a")], [None, ("a",), ("b",)]),
        ("x:y", [("ForAnyValue:StringEquals", "a")], [None, "a", "b", ""]),
        ("x:y", [("BinaryEquals", "AQ==")], [None, "AQ==", "cGF5Z3VhcmQ=", "any"]),
        ("x:y", [("NumericEquals", "1")], [None, "0", "1", "2", "any"]),
    ],
)
def test_the_values_that_conditions_tell_apart(
    key: str, conditions: Conditions, expected: list[object]
) -> None:
    found = domain_of(key, conditions)
    assert found.complete
    assert set(found.values) == set(expected)
    assert len(found.values) == len(expected)


def test_without_the_version_variables_are_values_like_others() -> None:
    found = domain_of(TAG, [("StringEquals", "${aws:username}")], None)
    assert set(found.values) == {None, "a", "${aws:username}"}


def test_two_tests_of_a_set_need_sets_of_two() -> None:
    found = domain_of(SET, [("ForAllValues:StringEquals", "a"), ("ForAnyValue:StringEquals", "b")])
    sets = {"".join(sorted(value)) for value in found.values if isinstance(value, tuple)}
    assert sets >= {"a", "b", "c", "ab", "ac", "bc"}
    assert max(len(value) for value in found.values if isinstance(value, tuple)) == 2


@pytest.mark.parametrize(
    "conditions",
    [
        [("NumericEquals", "1"), ("DateEquals", "2026-01-01")],
        [("StringEquals", "1"), ("NumericEquals", "1")],
        [("Bool", "true"), ("IpAddress", "::1")],
    ],
)
def test_values_of_two_types_are_never_all_values(conditions: Conditions) -> None:
    found = domain_of("x:y", conditions)
    assert not found.complete
    assert UNKNOWN in found.values


def test_sets_of_many_values_are_never_all_sets() -> None:
    many = [f"*{letter}*" for letter in "abcdefgh"]
    found = domain_of("aws:TagKeys", [("ForAllValues:StringLike", item) for item in many])
    assert not found.complete
    assert UNKNOWN in found.values
    assert len(found.values) <= 500


def test_without_states_left_the_values_are_not_all() -> None:
    uses = [Use(condition("StringLike", TAG, [f"*{x}*{y}*" for x, y in ("pq", "rs")]), LATEST)]
    found = domain(TAG.lower(), uses, coupled=False, place=Place(), limit=Limit(states=3))
    assert not found.complete
    assert UNKNOWN in found.values


def test_a_role_is_one_of_the_account() -> None:
    found = domain_of("aws:PrincipalArn", [("ArnLike", "arn:aws:iam::*:role/a*")])
    assert set(found.values) == {
        f"arn:aws:iam::{ACCOUNT}:role/a",
        f"arn:aws:iam::{ACCOUNT}:role/b",
    }
    other = domain_of("aws:PrincipalArn", [("ArnLike", "arn:aws:iam::999999999999:role/*")])
    assert other.values == (f"arn:aws:iam::{ACCOUNT}:role/a",)


def test_values_that_others_are_compared_with_stand_for_a_class() -> None:
    found = domain_of(TAG, [("StringEquals", "a"), ("StringLike", "b*")], coupled=True)
    classes = {str(v): v.pattern for v in found.values if isinstance(v, Sample)}
    assert classes == {"b": "b*", "c": "*"}
    assert {v.without for v in found.values if isinstance(v, Sample)} == {frozenset("a")}
    assert [v for v in found.values if not isinstance(v, Sample)] == [None, "a"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("aws:CurrentTime", True),
        ("aws:SecureTransport", True),
        ("aws:PrincipalArn", True),
        ("aws:SourceIp", False),  # not in requests through a VPC endpoint
        ("aws:SourceVpce", False),
        ("aws:MultiFactorAuthPresent", False),
        ("aws:ResourceTag/t", False),
        ("aws:PrincipalTag/t", False),
        ("aws:PrincipalOrgID", False),
        ("aws:CalledVia", False),
        ("x:y", False),
    ],
)
def test_keys_that_every_request_has(key: str, expected: bool) -> None:
    assert is_always_there(key.lower()) == expected


@pytest.mark.parametrize(
    ("action", "key", "expected"),
    [
        (PAY, "aws:resourcetag/t", True),
        (PAY, "aws:principaltag/t", True),
        (PAY, "aws:requesttag/t", False),
        (PAY, "aws:tagkeys", False),
        (PAY, "s3:prefix", False),
        (PAY, "x:y", True),
        ("bedrock-agentcore:TagResource", "aws:requesttag/t", True),
        ("bedrock-agentcore:TagResource", "aws:tagkeys", True),
        ("bedrock-agentcore:NoSuchAction", "aws:requesttag/t", True),
        ("nosuch:Thing", "aws:requesttag/t", True),
    ],
)
def test_keys_that_an_action_carries(action: str, key: str, expected: bool) -> None:
    assert is_carried(action, key) == expected


# Whatever a request holds, some value of the domain gives the same truth of all conditions

words = st.text(alphabet="abA*?. \u00e9", max_size=4)
numbers = st.one_of(
    st.integers(-3, 3).map(str),
    st.decimals(-3, 3, places=2).map(str),
    st.sampled_from(["x", "1e3"]),
)
dates = st.one_of(
    st.sampled_from(
        ["2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "1767225600", "soon"]
    ),
    st.integers(1767225598, 1767225602).map(str),
)
addresses = st.one_of(
    st.builds("10.{}.0.{}".format, st.integers(0, 2), st.integers(0, 3)),
    st.builds("2001:db8::{:x}".format, st.integers(0, 3)),
    st.sampled_from(["0.0.0.0", "255.255.255.255", "::", LAST, *EDGES]),  # noqa: S104
)
ranges = st.one_of(
    addresses,
    st.builds("{}/{}".format, addresses.filter(lambda a: "." in a), st.integers(0, 32)),
    st.builds("{}/{}".format, addresses.filter(lambda a: ":" in a), st.integers(0, 128)),
    st.sampled_from(["10.0.0.0/33", "somewhere"]),
)
arns = st.builds(
    "arn:{}:{}:{}:{}:{}".format,
    st.sampled_from(["aws", "aws-cn"]),
    st.sampled_from(["s3", "sqs"]),
    st.sampled_from(["", "us-east-1"]),
    st.sampled_from(["", ACCOUNT]),
    st.text(alphabet="ab:/", min_size=1, max_size=4),
)
arn_patterns = arns | st.builds(
    "arn:{}:{}:*:{}:{}".format,
    st.sampled_from(["*", "aws", "aws*"]),
    st.sampled_from(["s?", "*", "s3"]),
    st.sampled_from(["*", "", "1*"]),
    st.text(alphabet="ab:/*?", max_size=3),
)
data = st.sampled_from(["AQ==", "AgA=", "cGF5Z3VhcmQ=", "not base64", "", "AR=="])
strings = ["String" + end for end in ("Equals", "NotEquals", "Like", "NotLike")]
strings += ["StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringEqualsIfExists"]
ordered = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
numeric, temporal = ([kind + end for end in ordered] for kind in ("Numeric", "Date"))
arn_operators = ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLikeIfExists"]
quantified = [
    f"{quantifier}:{operator}"
    for quantifier in ("ForAllValues", "ForAnyValue")
    for operator in (*strings[:4], "StringEqualsIgnoreCase")
]


def is_number(text: str) -> bool:
    return text not in {"x", "1e3"}


Kind = tuple[str, list[str], st.SearchStrategy[str], st.SearchStrategy[Any]]
KINDS: dict[str, Kind] = {
    "text": (TAG, [*strings, "StringLikeIfExists"], words, words),
    "text that is always there": ("aws:UserAgent", strings, words, words),
    "number": (NUMBER, [*numeric, "NumericEqualsIfExists"], numbers, numbers.filter(is_number)),
    "date": (DATE, temporal, dates, dates.filter(lambda text: text != "soon")),
    "Boolean": (
        "aws:MultiFactorAuthPresent",
        ["Bool", "BoolIfExists"],
        st.sampled_from(["true", "false", "TRUE", "yes"]),
        st.sampled_from(["true", "false"]),
    ),
    "address": (ADDRESS, ["IpAddress", "NotIpAddress", "IpAddressIfExists"], ranges, addresses),
    "ARN": (ARN, [*arn_operators, "StringLike", "StringNotEquals"], arn_patterns, arns),
    "text as ARN": (TAG, [*arn_operators, *strings[:2]], arn_patterns | words, arns | words),
    "bytes": ("x:bytes", ["BinaryEquals"], data, data),
    "set": (
        SET,
        [*quantified, "StringEquals", "StringNotEquals"],
        words,
        st.lists(words).map(tuple),
    ),
    "set of an unknown key": ("x:y", quantified, words, st.lists(words, max_size=3).map(tuple)),
    "text of an unknown key": ("x:y", strings, words, words),
    "number of an unknown key": ("x:y", numeric, numbers, numbers | words),
}


@st.composite
def conditions_of(draw: st.DrawFn, kind: Kind) -> list[tuple[str, Any]]:
    _, operators, values, _ = kind
    found: list[tuple[str, Any]] = []
    for _ in range(draw(st.integers(1, 4))):
        operator = draw(st.sampled_from([*operators, operators[0], "Null"]))
        held = st.sampled_from(["true", "false"]) if operator == "Null" else values
        found.append((operator, draw(st.lists(held, min_size=1, max_size=2))))
    return found


def truths(key: str, conditions: Conditions, held: Any) -> tuple[object, ...]:
    """Return what each condition answers for a request with this value, doubts left aside."""
    asked = ask(context={} if held is None else {key: held})
    found = (condition(operator, key, values) for operator, values in conditions)
    return tuple(holds(item, asked, LATEST).rank for item in found)


def assert_told(key: str, conditions: Conditions, held: Any) -> None:
    found = domain_of(key, conditions)
    if UNKNOWN in found.values:
        assert not found.complete
        return
    wanted = truths(key, conditions, held)
    assert wanted in {truths(key, conditions, value) for value in found.values}, found.values


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None, phases=PHASES)
@given(data=st.data())
def test_some_value_stands_for_whatever_a_request_holds(kind: str, data: st.DataObject) -> None:
    key, _, _, held = KINDS[kind]
    conditions = data.draw(conditions_of(KINDS[kind]))
    value = data.draw(held)
    # A list of nothing but an empty text is an empty list; no other list has an empty text.
    assume(not isinstance(value, tuple) or "" not in value or value == ("",))
    assert_told(key, conditions, value)
    if not is_always_there(key.lower()):
        assert_told(key, conditions, None)


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(st.lists(words, min_size=1, max_size=3, unique=True), words)
def test_a_class_of_values_has_the_value_that_it_stands_for(found: list[str], held: str) -> None:
    operators = ("StringLike", "StringEquals", "StringNotLike")
    conditions = [(operator, text) for operator in operators for text in found]
    coupled = domain_of(TAG, conditions, coupled=True)
    wanted = truths(TAG, conditions, held)
    classes = [v for v in coupled.values if v is not None and truths(TAG, conditions, v) == wanted]
    assert len(classes) == 1
    stands = classes[0]
    if isinstance(stands, Sample):
        assert truths(TAG, [("StringLike", stands.pattern)], held) == (2,)
    else:
        assert stands == held


@pytest.mark.parametrize(
    ("key", "conditions", "held"),
    [
        (TAG, [("NumericLessThan", "5"), ("NumericGreaterThanEquals", "5")], "many"),
        (TAG, [("NumericNotEquals", "5"), ("NumericEquals", "5")], "many"),
        (TAG, [("Bool", "true"), ("Bool", "false")], "maybe"),
        (TAG, [("DateLessThan", "2026-01-01"), ("DateGreaterThanEquals", "2026-01-01")], "soon"),
        ("s3:prefix", [("NumericLessThan", "5"), ("NumericGreaterThanEquals", "5")], "x"),
    ],
)
def test_a_key_of_text_holds_text_whatever_it_is_compared_as(
    key: str, conditions: Conditions, held: str
) -> None:
    assert_told(key, [*conditions, ("Null", "true")], held)


def test_a_key_that_nobody_knows_may_have_several_values_under_a_plain_operator() -> None:
    conditions = [("ForAnyValue:StringEquals", "a"), ("StringEquals", "a")]
    assert_told("x:y", conditions, ("a", "b"))


@pytest.mark.parametrize(
    ("operator", "wanted", "held"),
    [
        ("StringEquals", "a${*}b", "a*b"),
        ("StringLike", "a${?}*", "a?b"),
        ("StringEqualsIgnoreCase", "${$}x", "$X"),
        ("StringLike", "${$}{*", "${b"),
    ],
)
def test_an_escaped_wildcard_is_a_character_that_a_value_can_have(
    operator: str, wanted: str, held: str
) -> None:
    assert truths("aws:UserAgent", [(operator, wanted)], held) == (2,)
    assert_told("aws:UserAgent", [(operator, wanted)], held)


def test_all_pairs_of_ranges_are_told_apart() -> None:
    edges = ["10.0.0.0/30", "10.0.0.2/31", "10.0.0.3", "10.0.0.0/31", "0.0.0.0/0", "10.0.0.4/30"]
    for one, other in itertools.combinations(edges, 2):
        conditions = [("IpAddress", one), ("NotIpAddress", other)]
        for last in range(10):
            assert_told(ADDRESS, conditions, f"10.0.0.{last}")
        assert_told(ADDRESS, conditions, "::a00:1")
