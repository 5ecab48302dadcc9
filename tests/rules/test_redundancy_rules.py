"""What the redundancy rules see beyond their own examples, and what they must let pass."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payguard.iam.document import POLICY_TYPES, parse_policy
from payguard.iam.wildcard import matches
from payguard.rules.inspection import Hit, Inspector
from payguard.rules.redundancy.cover import covered, repeated
from payguard.rules.redundancy.duplicate_statement import DuplicateStatement
from payguard.rules.redundancy.presence_by_wildcard import PresenceByWildcard
from payguard.rules.redundancy.redundant_action import RedundantAction
from payguard.rules.redundancy.redundant_condition_value import RedundantConditionValue
from payguard.rules.redundancy.redundant_principal import RedundantPrincipal
from payguard.rules.redundancy.redundant_resource import RedundantResource
from payguard.rules.redundancy.wildcard_only_condition import WildcardOnlyCondition
from payguard.rules.registry import RULES
from payguard.rules.rule import Rule

ACTION = "bedrock-agentcore:GetPaymentSession"
ARN = "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/agents-abcdefghij"
ROLE = "arn:aws:iam::111122223333:role/agents/runtime"
SESSION = "arn:aws:sts::111122223333:assumed-role/runtime/checkout"
REDUNDANCY = tuple(rule for rule in RULES if rule.category == "redundancy")


def statement(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": ACTION, "Resource": ARN, **elements}


def policy(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def hits(document: dict[str, Any], *rules: type[Rule], policy_type: str = "identity") -> list[Hit]:
    return Inspector(tuple(rule() for rule in rules)).inspect(parse_policy(document, policy_type))


def places(found: list[Hit]) -> list[str]:
    return [place for _, place, _ in found]


@pytest.mark.parametrize(
    ("texts", "redundant"),
    [
        (["a*", "ab"], [(1, 0)]),
        (["ab", "a*"], [(0, 1)]),
        (["a*", "a*"], []),
        (["a*", "a**"], [(1, 0)]),
        (["a**", "a*"], [(1, 0)]),
        (["a*c", "abc", "ab"], [(1, 0)]),
        (["a?", "ab", "abc"], [(1, 0)]),
        (["*", "a", "a*"], [(1, 0), (2, 0)]),
        (["a*b", "a*"], [(0, 1)]),
        (["a*b*", "a*c"], []),
        (["ab", "abc"], []),
        ([], []),
    ],
)
def test_a_text_is_covered_by_a_pattern_that_matches_all_it_matches(
    texts: list[str], redundant: list[tuple[int, int]]
) -> None:
    assert [(one.index, one.by) for one in covered(texts)] == redundant


def test_repeated_texts_point_to_the_first_one() -> None:
    assert [(one.index, one.by) for one in repeated(["a", "b", "a", "a"])] == [(2, 0), (3, 0)]


PATTERNS = st.lists(st.text("ab*?", max_size=5), max_size=6)


@settings(max_examples=300, deadline=None)
@given(texts=PATTERNS, probe=st.text("abc", max_size=6))
def test_removing_what_is_redundant_changes_nothing_that_is_matched(
    texts: list[str], probe: str
) -> None:
    gone = {one.index for one in covered(texts)} | {one.index for one in repeated(texts)}
    left = [text for index, text in enumerate(texts) if index not in gone]
    assert any(matches(text, probe) for text in texts) == any(matches(text, probe) for text in left)


def test_a_hostile_list_of_patterns_is_given_up_on() -> None:
    covered([f"{'a*' * 200}{index}" for index in range(5000)])
    covered(["a" * 1_000_000 + "*", "a" * 1_000_001])


@pytest.mark.parametrize(
    ("actions", "at", "message"),
    [
        (
            ["s3:Get*", "s3:getobject"],
            "/Action/1",
            '"s3:getobject" is redundant: "s3:Get*" matches it already',
        ),
        (["s3:a", "s3:b", "s3:a"], "/Action/2", '"s3:a" stands twice in the list'),
        (["s3:ListB", "s3:listb"], "/Action/1", '"s3:listb", spelt "s3:ListB", stands twice'),
        (["*", ACTION], "/Action/1", f'"{ACTION}" is redundant: "*" matches it already'),
    ],
)
def test_a_redundant_action_is_reported_whatever_its_case(
    actions: list[str], at: str, message: str
) -> None:
    ((_, place, problem),) = hits(policy(statement(Action=actions)), RedundantAction)
    assert place == f"/Statement/0{at}"
    assert problem.message.startswith(message)


@pytest.mark.parametrize(
    "actions",
    [
        ACTION,
        [ACTION],
        ["s3:Get*", "s3:List*"],
        ["s3:Get*", "s3:*Object"],
        [1, ACTION],
        ["s3:*", 1],
    ],
)
def test_actions_that_each_say_something_are_let_pass(actions: Any) -> None:
    assert not hits(policy(statement(Action=actions)), RedundantAction)


def test_excluded_actions_can_be_redundant_too() -> None:
    document = policy({"Effect": "Deny", "NotAction": ["s3:*", "s3:GetObject"], "Resource": "*"})
    assert places(hits(document, RedundantAction)) == ["/Statement/0/NotAction/1"]


@pytest.mark.parametrize(
    ("elements", "at"),
    [
        ({"Resource": [f"{ARN}/*", ARN]}, []),
        ({"Resource": [f"{ARN}*", ARN, f"{ARN}/*"]}, ["/Resource/1", "/Resource/2"]),
        ({"Resource": [ARN, ARN]}, ["/Resource/1"]),
        ({"Resource": [ARN, ARN.upper()]}, []),
        ({"Resource": ["arn:aws:s3:::a*", "arn:aws:s3:::a*/*"], "Action": "s3:Get*"}, []),
        ({"Resource": ["*", "arn:aws:s3:::a"], "Action": "*"}, ["/Resource/1"]),
        ({"Resource": ["arn:aws:s3:::a"] * 2, "Action": "s3:Get*"}, []),
    ],
)
def test_resources_are_compared_where_the_statement_touches_agentcore(
    elements: dict[str, Any], at: list[str]
) -> None:
    found = hits(policy(statement(**elements)), RedundantResource)
    assert places(found) == [f"/Statement/0{place}" for place in at]


@pytest.mark.parametrize(
    ("statements", "at"),
    [
        ([statement(Sid="A"), statement(Sid="B")], ["/Statement/1"]),
        ([statement(), statement(Effect="Deny"), statement(), statement()], [2, 3]),
        ([statement(), statement(Condition={"Bool": {"aws:SecureTransport": "true"}})], []),
        ([statement(Action=[ACTION]), statement()], []),
        ([statement(Action=[ACTION, "s3:a"]), statement(Action=[ACTION, "s3:b"])], []),
        ([statement(Action=[[]]), statement(Action=[[]])], ["/Statement/1"]),
        ([statement()], []),
    ],
)
def test_a_statement_repeats_another_if_all_but_the_sid_is_equal(
    statements: list[Any], at: list[Any]
) -> None:
    wanted = [place if isinstance(place, str) else f"/Statement/{place}" for place in at]
    assert places(hits(policy(*statements), DuplicateStatement)) == wanted


def test_a_statement_too_deep_to_write_down_is_passed_over() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    document = policy(statement(Condition=deep), statement(Condition=deep))
    assert not hits(document, DuplicateStatement)


@pytest.mark.parametrize(
    ("operator", "values", "at"),
    [
        ("NumericLessThan", ["2700", "3600"], [0]),
        ("NumericLessThanEquals", [3, 2, 1], [1, 2]),
        ("NumericGreaterThan", ["2700", 3600], [1]),
        ("numericgreaterthanequalsifexists", ["1", "2"], [1]),
        ("ForAnyValue:NumericLessThan", ["1", "1.0"], []),
        ("NumericLessThan", ["1", "${aws:a}"], []),
        ("NumericLessThan", ["1", "many"], []),
        ("NumericLessThan", ["1", True], []),
        ("NumericLessThan", ["1", "nan"], []),
        ("NumericLessThan", [1, 10**5000], []),
        ("NumericLessThan", ["1"], []),
        ("NumericEquals", ["1", "2"], []),
        ("NumericNotEquals", ["1", "2"], []),
        ("StringEquals", ["a", "b", "a"], [2]),
        ("NumericLessThan", ["1", "1"], [1]),
        ("StringEquals", ["a", "A", 1, [], {}], []),
        ("Odd", ["a", "a"], []),
    ],
)
def test_a_value_is_superfluous_beside_an_equal_or_a_looser_one(
    operator: str, values: list[Any], at: list[int]
) -> None:
    document = policy(statement(Condition={operator: {"aws:MultiFactorAuthAge": values}}))
    here = f"/Statement/0/Condition/{operator}/aws:MultiFactorAuthAge"
    assert places(hits(document, RedundantConditionValue)) == [f"{here}/{index}" for index in at]


ALWAYS, NEVER = "always holds", "never holds"
PRESENT, ABSENT = "carries", "does not carry"


@pytest.mark.parametrize(
    ("operator", "values", "says"),
    [
        ("StringLike", "*", PRESENT),
        ("StringLike", ["a", "**"], PRESENT),
        ("ForAnyValue:StringLike", "*", PRESENT),
        ("StringNotLike", "*", ABSENT),
        ("StringNotLikeIfExists", "*", ABSENT),
        ("ForAllValues:StringNotLike", "*", ABSENT),
        ("StringLikeIfExists", "*", ALWAYS),
        ("ForAllValues:StringLike", ["*"], ALWAYS),
        ("forallvalues:stringlikeifexists", ["*"], ALWAYS),
        ("ForAnyValue:StringNotLike", "*", NEVER),
        ("ForAnyValue:StringLikeIfExists", "*", None),
        ("StringEquals", "*", None),
        ("ArnLike", "*", None),
        ("StringLike", ["a*", "?"], None),
        ("StringLike", "", None),
        ("StringLike", [], None),
        ("Odd", "*", None),
    ],
)
def test_a_comparison_with_a_star_is_reported_with_what_it_comes_to(
    operator: str, values: Any, says: str | None
) -> None:
    document = policy(statement(Condition={operator: {"aws:PrincipalTag/a": values}}))
    found = hits(document, WildcardOnlyCondition, PresenceByWildcard)
    assert len(found) == (says is not None)
    if says:
        rule, _, problem = found[0]
        assert f" {says}" in problem.message
        assert (rule.id == "presence-by-wildcard") == (says in (PRESENT, ABSENT))


@pytest.mark.parametrize(
    ("action", "count"),
    [(ACTION, 1), ("*", 1), ("sts:AssumeRole", 1), ("s3:GetObject", 0), ([1, "s3:*"], 0)],
)
def test_presence_by_wildcard_is_asked_where_payments_or_trust_is_at_stake(
    action: Any, count: int
) -> None:
    condition = {"StringLike": {"aws:PrincipalTag/a": "*"}}
    document = policy(statement(Action=action, Condition=condition))
    assert len(hits(document, PresenceByWildcard)) == count


@pytest.mark.parametrize(
    ("principal", "at"),
    [
        ({"AWS": [ROLE, SESSION]}, ["/AWS/1"]),
        ({"AWS": [SESSION, ROLE]}, ["/AWS/0"]),
        ({"AWS": [SESSION, ROLE.replace("111122223333", "444455556666")]}, []),
        ({"AWS": [SESSION, SESSION.replace("checkout", "other")]}, []),
        ({"AWS": ["111122223333", "arn:aws:iam::111122223333:root"]}, ["/AWS/1"]),
        ({"AWS": ["arn:aws:iam::111122223333:root", ROLE]}, []),
        ({"AWS": [ROLE, ROLE]}, ["/AWS/1"]),
        ({"Service": ["a.amazonaws.com", "b.amazonaws.com", "a.amazonaws.com"]}, ["/Service/2"]),
        ({"AWS": "x", "Service": "x"}, []),
        (
            {"AWS": [1, ROLE, "arn:aws:sts::assumed-role", "assumed-role/", ":::::assumed-role/"]},
            [],
        ),
        ("*", []),
        ([ROLE, ROLE], []),
    ],
)
def test_a_principal_is_redundant_beside_itself_or_the_role_of_its_session(
    principal: Any, at: list[str]
) -> None:
    document = policy(
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"},
    )
    found = hits(document, RedundantPrincipal, policy_type="trust")
    assert places(found) == [f"/Statement/0/Principal{place}" for place in at]
    assert not hits(document, RedundantPrincipal, policy_type="resource")


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["*", "a:*", "a:b", "**", "", "1", "\ud800", ROLE, SESSION]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["AWS", "StringLike", "NumericLessThan", "aws:a", "/~"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)
ELEMENTS = st.sampled_from(
    ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "Condition"]
)


@settings(max_examples=300, deadline=None)
@given(
    statements=st.lists(st.dictionaries(ELEMENTS, ODD, max_size=6), max_size=3),
    policy_type=st.sampled_from(POLICY_TYPES),
)
def test_no_json_value_makes_a_redundancy_rule_raise(
    statements: list[Any], policy_type: str
) -> None:
    for _, place, problem in hits(policy(*statements), *REDUNDANCY, policy_type=policy_type):
        assert place.startswith("/Statement/")
        assert problem.message
