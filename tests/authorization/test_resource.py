"""Resource patterns: what they cover, field by field."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authorization.asking import MANAGER, ask
from payguard.authorization.request import UNKNOWN
from payguard.authorization.resource import covers

LATEST = "2012-10-17"
GROUP = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/a:log-stream:b:c"
TOPIC = "arn:aws:sns:us-east-1:111122223333:t"


def rank(pattern: object, resource: str, kind: str = "identity", **context: str) -> int:
    values = {key.replace("__", ":"): value for key, value in context.items()}
    return covers(pattern, ask(resource=resource, context=values), LATEST, kind).rank


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("*", MANAGER, 2),
        ("**", MANAGER, 2),
        ("*", "*", 2),
        ("arn:*", "*", 0),
        ("?", "*", 0),
        ("${*}", "*", 0),
        ("", MANAGER, 0),
        (MANAGER, MANAGER, 2),
        (MANAGER.upper(), MANAGER, 0),
        (f"{MANAGER}/session/*", MANAGER, 0),
        ("arn:aws:bedrock-agentcore:*:*:payment-manager/*", MANAGER, 2),
        ("arn:aws:bedrock-agentcore:*:payment-manager/*", MANAGER, 1),
        ("arn:*", MANAGER, 2),
        ("arn:aws:bedrock-agentcore:*", MANAGER, 2),
        ("arn:aws:bedrock-agentcore*", MANAGER, 2),
        ("a*", MANAGER, 1),
        ("payment-manager/*", MANAGER, 0),
        ("*/shop-*", MANAGER, 1),
        ("arn:aws:logs:*:*:log-group:/aws/*", GROUP, 2),
        ("arn:aws:logs:*:*:log-group:*:log-stream:*", GROUP, 2),
        ("arn:aws:logs:*:*:log-group:/a*a:log-stream:b:c", GROUP, 2),
        ("arn:aws:logs:*:*:log-group:/a*s:log-stream:b:c", GROUP, 0),
        ("arn:aws:logs:*:*:log-group:/a*c", GROUP, 1),
        ("arn:aws:logs:*:*:log-group?/aws/a:log-stream:b:c", GROUP, 1),
        ("arn:aws:sns:*:t", TOPIC, 1),
        ("arn:aws:sns:us-east-1:*:111122223333:t", f"{TOPIC}:x:111122223333:t", 1),
        (7, MANAGER, 1),
        (None, MANAGER, 1),
    ],
)
def test_a_pattern_covers_a_resource(pattern: object, resource: str, expected: int) -> None:
    assert rank(pattern, resource) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("identity", 1), ("session", 1), ("rcp", 1), ("resource", 0), ("vpc-endpoint", 0)],
)
def test_missing_fields_are_read_in_some_kinds_of_policy_only(kind: str, expected: int) -> None:
    assert rank("arn:aws:sns", TOPIC, kind) == expected


@pytest.mark.parametrize(
    ("pattern", "value", "resource", "expected"),
    [
        ("arn:aws:s3:::b/${aws:username}/*", "bob", "arn:aws:s3:::b/bob/f", 2),
        ("arn:aws:s3:::b/${AWS:UserName}/*", "bob", "arn:aws:s3:::b/bob/f", 2),
        ("arn:aws:s3:::b/${aws:username}", "*", "arn:aws:s3:::b/bob", 0),
        ("arn:aws:s3:::b/${aws:username}", "*", "arn:aws:s3:::b/*", 2),
        ("arn:aws:s3:::b/${aws:username}", "${*}", "arn:aws:s3:::b/${*}", 2),
        ("arn:aws:s3:::b/${aws:username}", "${*}", "arn:aws:s3:::b/*", 0),
        ("arn:aws:s3:::b/${aws:username}", "a:b", "arn:aws:s3:::b/a:b", 2),
        ("arn:aws:s3:::b/${*}", "", "arn:aws:s3:::b/*", 2),
        ("arn:aws:s3:::b/${*}", "", "arn:aws:s3:::b/x", 0),
        ("arn:aws:s3:::b/${?}*", "", "arn:aws:s3:::b/?x", 2),
        ("arn:aws:s3:::b/${$}{aws:username}", "bob", "arn:aws:s3:::b/${aws:username}", 2),
        ("arn:aws:s3:::b/${x:absent, 'd'}", "bob", "arn:aws:s3:::b/d", 2),
        ("arn:aws:s3:::b/${x:absent, '*'}", "bob", "arn:aws:s3:::b/d", 0),
        ("arn:aws:s3:::b/${aws:username, 'd'}", "bob", "arn:aws:s3:::b/d", 0),
        ("arn:aws:s3:::b/${x:absent}*", "bob", "arn:aws:s3:::b/d", 0),
        ("arn:aws:s3:::b/${x:absent, d}", "bob", "arn:aws:s3:::b/d", 1),
        ("arn:aws:s3:::b/${aws:username", "bob", "arn:aws:s3:::b/d", 1),
        ("arn:aws:s3:::b/${}", "bob", "arn:aws:s3:::b/d", 1),
        ("arn:aws:s3:::b/${}", "bob", "arn:aws:s3:::c/d", 0),
        ("arn:aws:s3::${aws:username}:b/d", "bob", "arn:aws:s3::bob:b/d", 1),
        ("arn:aws:s3::${aws:username}:b/d", "bob", "arn:aws:s3::ann:b/d", 0),
        ("${aws:username}", "bob", "arn:aws:s3::ann:b/d", 0),
    ],
)
def test_variables_are_filled_in_as_text(
    pattern: str, value: str, resource: str, expected: int
) -> None:
    assert rank(pattern, resource, aws__username=value) == expected


def test_a_key_with_several_values_is_no_variable() -> None:
    several = ask(resource="arn:aws:s3:::b/x", context={"aws:TagKeys": ("x", "y")})
    assert covers("arn:aws:s3:::b/${aws:TagKeys}", several, LATEST, "identity").rank == 0


def test_an_unknown_variable_may_be_anything_that_fits() -> None:
    unknown = ask(resource="arn:aws:s3:::b/x", context={"aws:username": UNKNOWN})
    assert covers("arn:aws:s3:::b/${aws:username}", unknown, LATEST, "identity").rank == 1
    assert covers("arn:aws:s3:::b/y${aws:username}", unknown, LATEST, "identity").rank == 0


texts = st.text(alphabet="ab*?:/$", max_size=12)


@settings(max_examples=200, deadline=None)
@given(texts, texts)
def test_a_value_is_never_read_as_a_wildcard(value: str, other: str) -> None:
    asked = ask(resource=f"arn:aws:s3:::b/{other}", context={"aws:username": value})
    found = covers("arn:aws:s3:::b/${aws:username}", asked, LATEST, "identity")
    assert found.rank == (2 if value == other else 0)
