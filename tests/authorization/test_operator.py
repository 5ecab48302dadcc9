"""Condition operators: every one of them, present, absent, negated, with sets and with IfExists."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authorization.asking import ROLE, SESSION, ask
from payguard.authorization import operator
from payguard.authorization.operator import holds
from payguard.authorization.request import UNKNOWN, Unknown
from payguard.iam.condition import condition, operator_names, parse_operator
from payguard.iam.variable import ESCAPES

LATEST = "2012-10-17"
ARN = "arn:aws:sns:us-east-1:111122223333:topic/a"
Found = str | tuple[str, ...] | Unknown | None


def rank(name: str, wanted: Any, found: Found, **context: str) -> int:
    values: dict[str, Any] = {key.replace("__", ":"): value for key, value in context.items()}
    if found is not None:
        values["x:Key"] = found
    return holds(condition(name, "X:key", wanted), ask(context=values), LATEST).rank


@pytest.mark.parametrize(
    ("name", "wanted", "found", "expected"),
    [
        ("StringEquals", "a", "a", 2),
        ("StringEquals", "a", "A", 0),
        ("StringEquals", "a*", "ab", 0),
        ("StringEquals", "a*", "a*", 2),
        ("StringEquals", ["a", "b"], "b", 2),
        ("StringEquals", True, "true", 2),
        ("StringEquals", 12, "12", 2),
        ("StringEquals", "", "", 2),
        ("stringequals", "a", "a", 2),
        ("StringNotEquals", "a", "b", 2),
        ("StringNotEquals", ["a", "b"], "b", 0),
        ("StringEqualsIgnoreCase", "Ab", "aB", 2),
        ("StringNotEqualsIgnoreCase", "Ab", "aB", 0),
        ("StringLike", "a?c*", "abcd", 2),
        ("StringLike", "a?c*", "Abcd", 0),
        ("StringNotLike", ["x*", "a*"], "ab", 0),
        ("StringNotLike", ["x*", "a*"], "b", 2),
        ("ArnEquals", "arn:aws:sns:*:111122223333:topic/?", ARN, 2),
        ("ArnLike", "arn:aws:sns:*:topic/a", ARN, 0),
        ("ArnLike", "*", ARN, 1),
        ("ArnLike", "arn:aws:sns:us-east-1:111122223333:*", f"{ARN}:b:c", 2),
        ("ArnLike", "arn:aws:sns:*:*:topic/a", "topic/a", 0),
        ("ArnNotLike", "arn:aws:sns:*:*:topic/*", ARN, 0),
        ("ArnNotEquals", "arn:aws:sns:*:*:queue/*", ARN, 2),
        ("NumericEquals", "10", "10.0", 2),
        ("NumericEquals", 10, "10", 2),
        ("NumericEquals", "9007199254740993", "9007199254740992", 0),
        ("NumericEquals", "0.1", "0.10000000000000000001", 0),
        ("NumericEquals", "-0.5", "-.5", 0),
        ("NumericEquals", "ten", "ten", 0),
        ("NumericNotEquals", "10", "11", 2),
        ("NumericNotEquals", ["10", "11"], "11", 0),
        ("NumericNotEquals", "ten", "11", 1),
        ("NumericLessThan", "10", "9.5", 2),
        ("NumericLessThan", "10", "10", 0),
        ("NumericLessThanEquals", "10", "10", 2),
        ("NumericGreaterThan", "-1", "-0.5", 2),
        ("NumericLessThan", "9" * 60, "8" * 60, 2),
        ("NumericLessThan", "9" * 100, "8", 1),
        ("NumericEquals", f"1.{'0' * 30}", "1", 1),
        ("NumericNotEquals", "1", f"1.{'0' * 30}", 1),
        ("NumericEquals", [None], "1", 1),
        ("Bool", {}, "true", 1),
        ("NumericGreaterThan", "-1", "-1", 0),
        ("NumericGreaterThanEquals", "-1", "-1", 2),
        ("DateEquals", "2026-01-01", "2026-01-01T00:00:00Z", 2),
        ("DateEquals", "2026-01-01T01:00:00+01:00", "1767225600", 2),
        ("DateEquals", "2026-13-01", "2026-13-01", 0),
        ("DateEquals", "2026-01", "2026-01-01T00:00:00Z", 2),
        ("DateGreaterThan", "2026-13", "2026-12-01", 0),
        ("DateEquals", "2026-01-01t01:00:00z", "2026-01-01 02:00:00+0100", 2),
        ("DateEquals", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", 2),
        ("DateEquals", "2016-12-31T23:59:61Z", "2017-01-01T00:00:01Z", 0),
        ("DateLessThan", "2027", "2026-01-01", 1),
        ("DateNotEquals", 2027, "2026-01-01", 1),
        ("NumericEquals", "2027", "2027", 2),
        ("DateNotEquals", "2026-13-01", "2026-12-01", 1),
        ("DateNotEquals", "2026-12-02", "2026-12-01", 2),
        ("DateLessThan", "2026-06-30T23:59:59.5Z", "2026-06-30T23:59:59Z", 2),
        ("DateLessThanEquals", 1767225600, "2026-01-01T00:00:00Z", 2),
        ("DateGreaterThan", "2026-01-01T00:00Z", "2026-01-01T00:00:01Z", 2),
        ("DateGreaterThanEquals", "2026-01-01T00:00:02Z", "2026-01-01T00:00:01Z", 0),
        ("Bool", "true", "true", 2),
        ("Bool", True, "TRUE", 2),
        ("Bool", "false", "true", 0),
        ("Bool", ["false", "true"], "true", 2),
        ("Bool", "yes", "yes", 0),
        ("BinaryEquals", "cGF5", "cGF5", 2),
        ("BinaryEquals", "cGF5", "cGF6", 0),
        ("BinaryEquals", "no base64", "no base64", 0),
        ("IpAddress", "203.0.113.0/24", "203.0.113.9", 2),
        ("IpAddress", "203.0.113.9", "203.0.113.9", 2),
        ("IpAddress", "203.0.113.9/24", "203.0.113.1", 2),
        ("IpAddress", ["10.0.0.0/8", "203.0.113.0/24"], "203.0.114.1", 0),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", 2),
        ("IpAddress", "2001:DB8:0:0::/64", "2001:db8:0:1::1", 0),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", 0),
        ("IpAddress", "10.0.0.0/255.0.0.0", "10.0.0.1", 0),
        ("NotIpAddress", "203.0.113.0/24", "203.0.113.9", 0),
        ("NotIpAddress", "203.0.113.0/24", "203.0.114.9", 2),
        ("NotIpAddress", "nowhere", "203.0.114.9", 1),
        ("Null", "true", "a", 0),
        ("Null", False, "a", 2),
        ("Null", "perhaps", "a", 1),
        ("StringEquals", {"a": 1}, "a", 1),
        ("StringEquals", None, "a", 1),
        ("StringEquals", [], "a", 1),
        ("StringEquals", ["a", []], "a", 2),
        ("StringAlmostEquals", "a", "a", 1),
        ("ForSomeValue:StringEquals", "a", "a", 1),
        ("NullIfExists", "true", "a", 1),
        ("ForAllValues:Null", "true", "a", 1),
    ],
)
def test_a_value_is_compared(name: str, wanted: Any, found: str, expected: int) -> None:
    assert rank(name, wanted, found) == expected


@pytest.mark.parametrize("found", [None, ()])
@pytest.mark.parametrize("name", sorted(set(operator_names()) - {"Null"}))
def test_an_absent_key(name: str, found: Found) -> None:
    """Positive operators fail, negated ones hold, IfExists holds, sets are all or nothing."""
    known = parse_operator(name)
    assert known
    assert rank(name, "a", found) == (2 if known.negated else 0)
    assert rank(f"{name}IfExists", "a", found) == 2
    assert rank(f"ForAllValues:{name}", "a", found) == 2
    assert rank(f"ForAllValues:{name}IfExists", "a", found) == 2
    assert rank(f"ForAnyValue:{name}", "a", found) == 0
    assert rank(f"ForAnyValue:{name}IfExists", "a", found) == 1


def test_null_tells_absent_keys() -> None:
    assert rank("Null", "true", None) == 2
    assert rank("Null", "true", ()) == 2
    assert rank("Null", "false", None) == 0
    assert rank("Null", ["true", "false"], None) == 2


@pytest.mark.parametrize(
    ("name", "wanted", "found", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], ("a",), 2),
        ("ForAllValues:StringEquals", ["a", "b"], ("a", "c"), 0),
        ("ForAllValues:StringEquals", ["a", "b"], "b", 2),
        ("ForAllValues:StringEquals", ["a"], "", 2),
        ("ForAllValues:StringEquals", ["a"], ("",), 2),
        ("ForAllValues:StringNotEquals", ["a", "b"], ("c", "d"), 2),
        ("ForAllValues:StringNotEquals", ["a", "b"], ("c", "a"), 0),
        ("ForAnyValue:StringEquals", ["a", "b"], ("a", "c"), 2),
        ("ForAnyValue:StringEquals", ["a", "b"], ("c",), 0),
        ("ForAnyValue:StringNotEquals", ["a", "b"], ("a", "c"), 2),
        ("ForAnyValue:StringNotEquals", ["a", "b"], ("a", "b"), 0),
        ("ForAnyValue:StringLike", "a*", ("c", "ab"), 2),
        ("foranyvalue:stringlike", "a*", ("c", "ab"), 2),
        ("StringEquals", "a", ("a", "b"), 0),
        ("StringEquals", "a", ("a",), 2),
        ("StringNotEquals", "c", ("a", "b"), 0),
    ],
)
def test_several_values(name: str, wanted: Any, found: Found, expected: int) -> None:
    assert rank(name, wanted, found) == expected


def test_a_plain_operator_does_not_match_a_key_that_is_a_set() -> None:
    asked = ask(context={"aws:TagKeys": ("a",)})
    assert holds(condition("StringEquals", "aws:TagKeys", "a"), asked, LATEST).rank == 0
    inverted = holds(condition("StringNotEquals", "aws:TagKeys", "a"), asked, LATEST)
    assert (inverted.rank, inverted.is_certain) == (0, False)


@pytest.mark.parametrize("name", operator_names())
def test_an_unknown_value_leaves_the_answer_open(name: str) -> None:
    assert rank(name, "true", UNKNOWN) == 1


@pytest.mark.parametrize(
    ("name", "wanted", "found", "expected"),
    [
        ("StringEquals", "${y:key}", "bob", 2),
        ("StringEquals", "${y:key}*", "bob*", 2),
        ("StringEquals", "${y:key}*", "bobby", 0),
        ("StringLike", "${Y:Key}*", "bobby", 2),
        ("StringLike", "${*}*", "*by", 2),
        ("StringLike", "${*}*", "bobby", 0),
        ("StringEqualsIgnoreCase", "X${y:key}", "xBOB", 2),
        ("StringNotEquals", "${y:key}", "bob", 0),
        ("StringEquals", "${absent}", "bob", 0),
        ("StringEquals", ["${absent}", "bob"], "bob", 2),
        ("StringEquals", "${absent, 'bob'}", "bob", 2),
        ("StringNotEquals", "${absent}", "bob", 2),
        ("StringNotEquals", ["${absent}", "bob"], "bob", 0),
        ("StringEquals", "${absent", "bob", 1),
        ("StringEquals", "x${absent", "bob", 0),
        ("ArnLike", "arn:aws:iam::*:user/${y:key}", "arn:aws:iam::1:user/bob", 2),
        ("ArnLike", "arn:aws:iam::*:user/${y:key}", "arn:aws:iam::1:user/ann", 0),
        ("ArnEquals", "${aws:PrincipalArn}", ROLE, 2),
        ("ArnEquals", "${aws:PrincipalArn}", SESSION, 0),
        ("NumericEquals", "${y:key}", "3", 0),
        ("Bool", "${y:key}", "true", 0),
    ],
)
def test_variables_in_values(name: str, wanted: Any, found: str, expected: int) -> None:
    assert rank(name, wanted, found, y__key="bob") == expected


def test_a_variable_of_unknown_value_may_be_an_arn_of_any_shape() -> None:
    asked = ask(context={"x:key": ARN, "y:key": UNKNOWN})
    assert holds(condition("ArnLike", "x:key", "${y:key}"), asked, LATEST).rank == 1
    assert holds(condition("ArnLike", "x:key", "x${y:key}"), asked, LATEST).rank == 0


def test_a_variable_is_text_in_an_old_policy() -> None:
    asked = ask(context={"x:key": "${y:key}", "y:key": "bob"})
    wanted = condition("StringEquals", "x:key", "${y:key}")
    assert holds(wanted, asked, None).rank == 2
    assert holds(wanted, asked, LATEST).rank == 0


def test_every_kind_of_operator_has_its_test() -> None:
    kinds = {parsed.kind for name in operator_names() if (parsed := parse_operator(name))}
    assert set(operator._TESTS) == kinds - {"Null"}
    assert set(ESCAPES) == {"*", "?", "$"}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
values = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["0000-01-01", "9999-12-31T23:59:59-23:59", "1e9", "::1%eth0", "٣", "-" * 70]),
    st.lists(st.text(max_size=8), max_size=3).map(tuple),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(operator_names()), anything, values)
def test_no_operator_raises_on_any_value(name: str, wanted: Any, found: Found) -> None:
    for whole in (name, f"{name}IfExists", f"ForAllValues:{name}", f"ForAnyValue:{name}IfExists"):
        assert rank(whole, wanted, found) in {0, 1, 2}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(operator_names()), anything, st.text(max_size=8))
def test_a_negated_operator_is_the_opposite_of_the_plain_one(
    name: str, wanted: Any, found: str
) -> None:
    known = parse_operator(name)
    assert known
    if known.negated:
        plain = name.replace("Not", "", 1)
        answers = rank(name, wanted, found), rank(plain, wanted, found)
        assert sum(answers) == 2 or answers == (1, 0)
