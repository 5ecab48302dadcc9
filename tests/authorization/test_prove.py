"""Properties over all requests: what is proved, what is refuted and how, what stays undecided."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from authorization.asking import ACCOUNT, MANAGER, OTHER, PAY, ROLE, Json, allow, deny, policy
from authorization.questions import OPEN, PREFIX, actors, surely_allowed, surely_denied
from payguard.authorization import representative
from payguard.authorization.actor import Actor, actor
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED, Answer
from payguard.authorization.compare import implies
from payguard.authorization.limit import Limit
from payguard.authorization.prove import (
    ALL_POLICIES,
    OWN_ACCOUNT,
    SAME_TAGS,
    TYPED_VALUES,
    confined_to,
    manager_actions,
    never_both,
    requires,
    shared_actions,
)
from payguard.iam.unresolved import SECRET, Unresolved

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
SERVICE = "bedrock-agentcore:"
LIST, TAG, UNTAG = (
    f"{SERVICE}{name}" for name in ("ListPaymentManagers", "TagResource", "UntagResource")
)
TOKEN, PROVIDER = f"{SERVICE}GetResourcePaymentToken", f"{SERVICE}GetPaymentCredentialProvider"
HEAD = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:"
VAULT, DIRECTORY = f"{HEAD}token-vault/default", f"{HEAD}workload-identity-directory/default"
EVERY_MANAGER = "arn:*:bedrock-agentcore:*:*:payment-manager/*"
CREDENTIALS, IDENTITY = f"{VAULT}/paymentcredentialprovider/x", f"{DIRECTORY}/workload-identity/x"


def managers(*names: str) -> list[str]:
    """Return patterns of payment managers."""
    return [f"{PREFIX}{name}" for name in names]


def role(*statements: Json, version: str | None = "2012-10-17", **more: Any) -> Actor:
    """Return a role with one policy."""
    return actor("role", [policy(*statements, version=version)], **more)


def replayed(one: Actor, answer: Answer) -> Answer:
    """Return an answer whose every request was put to the evaluator once more."""
    for step in answer.witness:
        surely = surely_allowed if step.allowed else surely_denied
        assert surely(one.policies, step.request), step
    assert (answer.verdict == REFUTED) == bool(answer.witness)
    assert answer.verdict != UNDECIDED or answer.reasons
    assert answer.verdict != PROVED or not answer.reasons
    return answer


def separated(one: Actor, first: str = OPEN, second: str = PAY) -> Answer:
    return replayed(one, never_both(one, first, second))


def reached(one: Actor, action: str) -> Answer:
    """Ask whether a role can never do an action."""
    return replayed(one, never_both(one, action, action))


def names(answer: Answer) -> list[str]:
    """Return the actions of a witness, in order."""
    return [step.request.action.partition(":")[2] for step in answer.witness]


def on_tag(key: str, *values: str, operator: str = "StringEquals") -> Json:
    return {operator: {key: list(values)}}


# Nineteen questions whose answers are known

BOTH = [OPEN, PAY]
DUTY, TEAM = "aws:ResourceTag/duty", "aws:PrincipalTag/team"
VARIABLE = f"{PREFIX}pm-${{aws:PrincipalTag/team}}-*"
LETTERS = [
    ("a", "b"),
    ("c", "d"),
    ("e", "f"),
    ("g", "h"),
    ("i", "j"),
    ("k", "l"),
    ("m", "n"),
    ("o", "p"),
]


def many(*extra: Json, count: int = 200) -> Actor:
    """Return a role with many statements: managers by number, some denied again."""
    found = [
        (deny if number % 10 == 9 else allow)(
            Action=[OPEN if number % 2 else PAY, f"{SERVICE}GetPaymentManager"],
            Resource=managers(f"shop{number}-*", f"till{number}-*"),
        )
        for number in range(count)
    ]
    return role(*found, *extra)


QUESTIONS: dict[str, tuple[list[Json], str]] = {
    "1a: a wildcard in the action breaks separation for all managers but one": (
        [allow(Action=f"{SERVICE}*Payment*"), deny(Action=PAY, Resource=MANAGER)],
        REFUTED,
    ),
    "1b: disjoint managers keep it": (
        [
            allow(Action=OPEN, Resource=managers("shop-*")),
            allow(Action=PAY, Resource=managers("till-*")),
        ],
        PROVED,
    ),
    "1c: a tag of the manager keeps it": (
        [
            allow(Action=OPEN, Condition=on_tag(DUTY, "session")),
            allow(Action=PAY, Condition=on_tag(DUTY, "pay")),
        ],
        PROVED,
    ),
    "1d: denials by tag leave managers without it": (
        [
            allow(Action=BOTH),
            deny(Action=PAY, Condition=on_tag(DUTY, "session")),
            deny(Action=OPEN, Condition=on_tag(DUTY, "pay")),
        ],
        REFUTED,
    ),
    "7a: a variable in the resource, its tag free": (
        [allow(Action=OPEN, Resource=VARIABLE), allow(Action=PAY, Resource=managers("pm-plan-*"))],
        REFUTED,
    ),
    "7b: a variable in the resource, its tag pinned": (
        [
            allow(Action=OPEN, Resource=VARIABLE, Condition=on_tag(TEAM, "shop")),
            allow(Action=PAY, Resource=managers("pm-plan-*")),
        ],
        PROVED,
    ),
    "7c: a variable in the resource, its tag limited by a denial": (
        [
            allow(Action=OPEN, Resource=VARIABLE),
            allow(Action=PAY, Resource=managers("pm-plan-*")),
            deny(Condition=on_tag(TEAM, "shop*", "till", operator="StringNotLike")),
        ],
        PROVED,
    ),
    "10: contradictory addresses, dates and numbers": (
        [
            allow(Action=OPEN),
            allow(
                Action=PAY,
                Condition={
                    "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
                    "NumericLessThan": {"aws:MultiFactorAuthAge": "300"},
                    "DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
                },
            ),
            deny(Condition={"IpAddress": {"aws:SourceIp": ["10.0.0.0/9", "10.128.0.0/9"]}}),
            allow(
                Action=PAY,
                Condition={
                    "NumericLessThan": {"aws:MultiFactorAuthAge": "10"},
                    "NumericGreaterThanEquals": {"aws:MultiFactorAuthAge": "10"},
                },
            ),
            allow(
                Action=PAY,
                Condition={
                    "DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
                    "DateGreaterThan": {"aws:CurrentTime": "2026-06-01"},
                },
            ),
        ],
        PROVED,
    ),
    "11: NotAction, and no MFA key to deny by": (
        [
            allow(NotAction="iam:*"),
            deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
        ],
        REFUTED,
    ),
    "12: ForAllValues holds where there are no values": (
        [
            allow(Action=OPEN, Condition={"ForAllValues:StringEquals": {"aws:CalledVia": "a"}}),
            allow(Action=PAY, Condition={"ForAllValues:StringEquals": {"aws:CalledVia": "b"}}),
        ],
        REFUTED,
    ),
    "14: denials that together cover what is allowed": (
        [
            allow(Action=BOTH, Resource=managers("a*")),
            deny(Action=PAY, Resource=managers("a")),
            deny(Action=PAY, Resource=managers("a?*")),
        ],
        PROVED,
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_about_separation_has_the_known_answer(name: str) -> None:
    statements, verdict = QUESTIONS[name]
    assert separated(role(*statements)).verdict == verdict


def test_8c_two_hundred_statements_break_separation_in_one_place() -> None:
    assert separated(many()).verdict == PROVED
    wide = allow(Action=PAY, Resource=managers("shop14?-*"))
    answer = separated(many(wide))
    assert answer.verdict == REFUTED
    assert ":payment-manager/shop14" in answer.witness[0].request.resource


def test_9_boundary_session_and_two_levels_of_scps_keep_it() -> None:
    layered: dict[str, Any] = {
        "boundary": [policy(allow(Action=f"{SERVICE}*Payment*", Resource=managers("*")))],
        "session": [policy(allow(Action=BOTH, Resource=managers("shop-*", "till-*")))],
    }
    every = policy(allow())
    level = [policy(allow(Action=OPEN), allow(Action=PAY, Resource=managers("till-*")))]
    last = policy(deny(Action=OPEN, NotResource=managers("shop-*")))
    limited = role(
        allow(Action=f"{SERVICE}*"), scps=[("root", [every]), ("unit", [*level, last])], **layered
    )
    assert separated(limited).verdict == PROVED
    open_ended = role(
        allow(Action=f"{SERVICE}*"), scps=[("root", [every]), ("unit", level)], **layered
    )
    answer = separated(open_ended)
    assert answer.verdict == REFUTED
    assert "/till-" in answer.witness[0].request.resource


def test_13_eight_overlapping_denials_never_make_a_proof() -> None:
    denied = [deny(Action=PAY, Resource=managers(f"*{x}*{y}*")) for x, y in LETTERS]
    assert separated(role(allow(Action=BOTH), *denied)).verdict in {REFUTED, UNDECIDED}


@pytest.mark.parametrize(
    ("name", "statements", "arns", "verdict"),
    [
        ("4a", [allow(), deny(NotResource=[MANAGER, f"{MANAGER}/*"])], [MANAGER], PROVED),
        ("4b", [allow(), deny(NotResource=f"{MANAGER[:-4]}*")], [MANAGER], REFUTED),
    ],
)
def test_a_question_about_confinement_has_the_known_answer(
    name: str, statements: list[Json], arns: list[str], verdict: str
) -> None:
    one = role(*statements)
    assert replayed(one, confined_to(one, arns)).verdict == verdict


def test_a_question_about_new_access_has_the_known_answer() -> None:
    narrow, wide = role(allow(Resource=managers("shop-*"))), role(allow(Resource=managers("shop*")))
    assert implies(narrow, wide, manager_actions()).answer.verdict == PROVED  # 2a
    one, letter = role(allow(Resource=managers("?1*"))), role(allow(Resource=managers("a*")))
    assert implies(one, letter, manager_actions()).answer.verdict == REFUTED  # 2b
    reverse = role(*[dict(item.statement.value) for item in many().policies.identity.clauses[::-1]])
    assert implies(reverse, many(), manager_actions()).answer.verdict == PROVED  # 8a
    wider = many(allow(Action=PAY, Resource=managers("shop1?*")))
    assert implies(wider, many(), manager_actions()).answer.verdict == REFUTED  # 8b


# Never both: how statements speak

NOTHING_ELSE = [OWN_ACCOUNT, ALL_POLICIES, TYPED_VALUES]


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        ([], PROVED),
        ([deny()], PROVED),
        ([allow()], REFUTED),
        ([allow(), deny(Action=PAY)], PROVED),
        ([allow(NotAction=PAY)], PROVED),
        ([allow(NotAction=[LIST, "s3:*"])], REFUTED),
        ([allow(NotAction="bedrock-agentcore:*"), allow(Action=PAY)], PROVED),
        ([allow(), deny(NotAction=PAY)], PROVED),
        ([allow(), deny(NotAction=BOTH)], REFUTED),
        ([allow(NotResource=EVERY_MANAGER)], PROVED),
        ([allow(NotResource=managers("*"))], REFUTED),  # other accounts and regions
        ([allow(NotResource=managers("shop-*"))], REFUTED),
        ([allow(NotResource=[*managers("shop-*"), "arn:aws:*"])], REFUTED),  # aws-cn and others
        ([allow(NotResource=[*managers("shop-*"), "*"])], PROVED),
        ([allow(), deny(NotResource=managers("shop-*"))], REFUTED),
        (
            [
                allow(Action=OPEN, NotResource=managers("a*")),
                allow(Action=PAY, Resource=managers("a*")),
            ],
            PROVED,
        ),
        ([allow(Resource="arn:aws:s3:::*")], PROVED),
        ([allow(Resource=managers("Shop-*"))], PROVED),
        ([allow(Resource=managers("shop"))], PROVED),
        ([allow(Resource=managers("*/session/*"))], UNDECIDED),
        ([allow(Resource=[*managers("*/session/*"), *managers("*")])], REFUTED),
        ([allow(Action=[PAY.upper(), OPEN.lower()])], REFUTED),
        ([allow(Action="bedrock-agentcore:*s?ion"), allow(Action="*:Process*")], REFUTED),
        ([allow(Action=f" {PAY}"), allow(Action=OPEN)], PROVED),
    ],
)
def test_never_both_where(statements: list[Json], verdict: str) -> None:
    assert separated(role(*statements)).verdict == verdict


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ({"StringEquals": {TEAM: "a", DUTY: "b"}}, REFUTED),
        ({"StringEquals": {TEAM: "a"}, "StringNotEquals": {TEAM: "a"}}, PROVED),
        ({"StringEquals": {TEAM: "a"}, "StringLike": {TEAM: "b*"}}, PROVED),
        ({"StringEquals": {TEAM: "A"}, "StringEqualsIgnoreCase": {TEAM: "a"}}, REFUTED),
        ({"StringEquals": {TEAM: "\u00e9quipe"}}, REFUTED),
        ({"Null": {TEAM: "true"}, "StringNotEquals": {TEAM: "a"}}, REFUTED),
        ({"Null": {TEAM: "true"}, "StringLike": {TEAM: "*"}}, PROVED),
        ({"Null": {TEAM: "true"}, "StringLikeIfExists": {TEAM: "a"}}, REFUTED),
        ({"Null": {"aws:CurrentTime": "true"}}, PROVED),
        ({"StringEquals": {"aws:RequestTag/x": "a"}}, PROVED),  # these requests carry no tags
        ({"StringEquals": {"s3:prefix": "a"}}, PROVED),
        ({"StringEquals": {"x:unknown": "a"}}, REFUTED),
        ({"Bool": {"aws:SecureTransport": "false"}}, REFUTED),
        ({"Bool": {"aws:SecureTransport": ["true", "false"]}}, REFUTED),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "x"}}, PROVED),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}, PROVED),
        (
            {"IpAddress": {"aws:SourceIp": "::/0"}, "NotIpAddress": {"aws:SourceIp": "::/1"}},
            REFUTED,
        ),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}, REFUTED),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3"}}, PROVED),
        ({"ForAnyValue:StringEquals": {"aws:CalledVia": ["a", "b"]}}, REFUTED),
        (
            {
                "ForAllValues:StringEquals": {"aws:CalledVia": ["a"]},
                "ForAnyValue:StringEquals": {"aws:CalledVia": ["b"]},
            },
            PROVED,
        ),
        ({"StringEquals": {"aws:CalledVia": "a"}}, PROVED),  # several values, no quantifier
        ({"StringEqualz": {TEAM: "a"}}, UNDECIDED),
        ({"ForAnyValue:StringLikeIfExists": {"aws:CalledVia": "a"}}, REFUTED),
        ({"StringEquals": {TEAM: []}}, UNDECIDED),
        ({"StringEquals": {TEAM: [None, {}]}}, UNDECIDED),
        ("StringEquals", UNDECIDED),
        ({}, REFUTED),
    ],
)
def test_never_both_under_a_condition(condition: Any, verdict: str) -> None:
    assert separated(role(allow(Condition=condition))).verdict == verdict


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({"boundary": [policy(allow(Action=OPEN))]}, PROVED),
        ({"boundary": [policy(allow(Action=OPEN)), policy(allow(Action=PAY))]}, REFUTED),
        ({"boundary": [policy(deny())]}, PROVED),
        ({"session": [policy(allow(Action="s3:*"))]}, PROVED),
        ({"session": [policy(allow())]}, REFUTED),
        ({"scps": [("root", [policy(allow())])]}, REFUTED),
        ({"scps": [("root", [])]}, PROVED),
        ({"scps": [("root", [policy(allow())]), ("unit", [policy(allow(Action=PAY))])]}, PROVED),
        ({"scps": [("root", [policy(allow(Action=PAY), allow(Action=OPEN))])]}, REFUTED),
        ({"scps": [("root", [policy(allow()), policy(deny(Action=PAY))])]}, PROVED),
        ({"vpc_endpoint": [policy(allow(Action=PAY, Principal="*"))]}, PROVED),
        ({"rcps": [("root", [policy(deny(Action=PAY, Principal="*"))])]}, UNDECIDED),
        ({"gaps": ["one of its policies is not in the input"]}, REFUTED),
    ],
)
def test_never_both_within_limits(more: dict[str, Any], verdict: str) -> None:
    assert separated(role(allow(), **more)).verdict == verdict


def test_a_gap_leaves_undecided_what_else_would_be_proved() -> None:
    answer = separated(role(allow(Action=OPEN), gaps=["a policy is not in the input"]))
    assert (answer.verdict, answer.reasons) == (UNDECIDED, ("a policy is not in the input",))


@pytest.mark.parametrize(
    "statement",
    [
        allow(Action=Unresolved("var.actions")),
        allow(Action=[OPEN, Unresolved("var.actions", pattern="bedrock-agentcore:*")]),
        allow(Action=PAY, Resource=Unresolved("var.manager")),
        allow(Resource=[Unresolved("var.manager", pattern=f"{PREFIX}*")]),
        allow(Condition=Unresolved("var.condition")),
        allow(Condition={"StringEquals": {TEAM: Unresolved("var.team", SECRET)}}),
        {"Effect": Unresolved("var.effect"), "Action": PAY, "Resource": "*"},
    ],
)
def test_what_is_not_known_is_neither_proved_nor_refuted(statement: Json) -> None:
    answer = separated(role(allow(Action=OPEN), statement))
    assert answer.verdict == UNDECIDED
    assert "var." in answer.reasons[0]


@pytest.mark.parametrize(
    "statement",
    [
        allow(Action=PAY, Resource=Unresolved("var.bucket", pattern="arn:aws:s3:::*")),
        allow(Action=Unresolved("var.action", pattern="s3:*")),
        deny(Resource=Unresolved("var.manager")),
    ],
)
def test_what_is_not_known_is_no_matter_where_it_cannot_allow(statement: Json) -> None:
    assert separated(role(allow(Action=OPEN), statement)).verdict == PROVED


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"Version": "2012-10-17"},
        {"Version": "2012-10-17", "Statement": []},
        {"Version": "2012-10-17", "Statement": [{}]},
        {"Version": "2012-10-17", "Statement": "Allow"},
        {"Version": "2012-10-17", "Statement": [7, None]},
        {"Version": "2099-01-01", "Statement": [allow()]},
        policy({**allow(), "Effect": "allow"}),
        policy({**allow(), "Principal": "*"}),
        policy({**allow(), "NotAction": PAY}),
        policy(allow(Resource=7)),
        policy(allow(Action=[7])),
    ],
)
def test_what_iam_refuses_never_allows_for_sure(document: Json) -> None:
    one = actor("role", [document])
    answer = separated(one)
    assert answer.verdict == (PROVED if document.get("Statement") == [] else UNDECIDED)


def test_an_answer_says_what_it_is_about() -> None:
    by_tag = [allow(Action=OPEN, Condition=on_tag(DUTY, "a"))]
    by_tag.append(allow(Action=PAY, Condition=on_tag(DUTY, "b")))
    answer = separated(role(*by_tag))
    assert answer.property == (
        "role never both CreatePaymentSession and ProcessPayment on the same payment manager"
    )
    assert answer.universe == (
        "CreatePaymentSession, ProcessPayment on every payment manager, with any context"
    )
    assert list(answer.assumptions) == [*NOTHING_ELSE, SAME_TAGS]
    assert answer.examined.statements == 2
    assert answer.examined.requests > 0
    untagged = separated(role(allow(Action=OPEN)))
    assert list(untagged.assumptions) == NOTHING_ELSE


def test_a_witness_is_one_that_people_can_read() -> None:
    answer = separated(role(allow()))
    assert [step.request.resource for step in answer.witness] == [MANAGER, MANAGER]
    assert [step.who for step in answer.witness] == ["role", "role"]
    assert names(answer) == ["CreatePaymentSession", "ProcessPayment"]


def test_a_witness_is_in_the_account_of_the_role() -> None:
    role_arn = f"arn:aws:iam::{OTHER}:role/x"
    answer = separated(role(allow(), arn=role_arn))
    assert {step.request.resource for step in answer.witness} == {MANAGER.replace(ACCOUNT, OTHER)}
    assert {step.request.principal for step in answer.witness} == {role_arn}
    assert separated(role(allow(Resource=managers("*")), arn=role_arn)).verdict == PROVED


# Variables


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        ([allow(Resource=managers("${aws:PrincipalTag/team}-*"))], REFUTED),
        ([allow(Resource=managers("${aws:PrincipalTag/team}"))], REFUTED),
        ([allow(Resource=managers("x/${aws:PrincipalTag/team}"))], PROVED),
        ([allow(Resource=managers("${aws:username}-*"))], PROVED),  # a role has no user name
        ([allow(Resource=managers("${aws:username, 'shop'}-*"))], REFUTED),
        ([allow(Resource=managers("${aws:username, 'Shop'}-*"))], PROVED),
        ([allow(Resource=managers("${*}*"))], PROVED),
        ([allow(Resource=managers("${aws:PrincipalTag/team}*", "shop*"))], REFUTED),
        ([allow(Resource=managers("${aws:PrincipalTag/team"))], UNDECIDED),
        ([allow(), deny(Resource=managers("${aws:PrincipalTag/team}-*"))], REFUTED),
        (
            [
                allow(Resource=managers("shop-*")),
                deny(Resource=managers("${aws:PrincipalTag/team}-*")),
                deny(Condition=on_tag(TEAM, "shop", operator="StringNotEquals")),
            ],
            PROVED,
        ),
        ([allow(Condition={"StringEquals": {DUTY: "${aws:PrincipalTag/team}"}})], REFUTED),
        # Who is not of the team "pay" opens no budget on what is of it, and only that is paid from.
        (
            [
                allow(Action=OPEN, Condition={"StringEquals": {DUTY: "${aws:PrincipalTag/team}"}}),
                allow(Action=PAY, Condition={"StringEquals": {DUTY: "pay"}}),
                deny(Action=OPEN, Condition={"StringEquals": {TEAM: "pay"}}),
            ],
            PROVED,
        ),
        (
            [
                allow(Action=OPEN, Condition={"StringEquals": {TEAM: "${aws:ResourceTag/duty}"}}),
                allow(Action=PAY, Condition={"StringLike": {DUTY: "p*"}}),
                deny(Action=OPEN, Condition={"StringEquals": {TEAM: "pay"}}),
            ],
            REFUTED,
        ),
    ],
)
def test_never_both_with_variables(statements: list[Json], verdict: str) -> None:
    assert separated(role(*statements)).verdict == verdict


SAME = {"StringEquals": {DUTY: "${aws:PrincipalTag/team}"}}


@pytest.mark.parametrize(
    ("statements", "wrong"),
    [
        (
            [
                allow(Action=OPEN, Resource=managers("${aws:PrincipalTag/team}-*")),
                allow(Action=PAY, Resource=managers("*-${aws:PrincipalTag/team}")),
            ],
            PROVED,
        ),
        (
            [
                allow(Action=OPEN, Resource=managers("${aws:PrincipalTag/team}-*")),
                allow(Action=PAY, Resource=managers("a${aws:PrincipalTag/team}-*")),
            ],
            REFUTED,
        ),
        (
            [allow(Condition=SAME), deny(Condition={"StringNotEquals": {TEAM: "x", DUTY: "x"}})],
            PROVED,
        ),
        (
            [
                allow(Condition=SAME),
                deny(Condition={"StringNotEquals": {TEAM: "x"}}),
                deny(Condition={"StringEquals": {DUTY: "x"}}),
            ],
            REFUTED,
        ),
        (
            [
                allow(Condition=SAME),
                deny(Condition={"StringLike": {DUTY: "a*"}}),
                deny(Condition={"StringNotLike": {TEAM: "a*"}}),
            ],
            REFUTED,
        ),
        (
            [
                allow(Condition={"StringEquals": {DUTY: "x${aws:PrincipalTag/team}"}}),
                deny(Condition={"StringNotEquals": {TEAM: "y"}}),
                deny(Condition={"StringNotLike": {DUTY: "x?"}}),
            ],
            PROVED,
        ),
    ],
)
def test_where_variables_cannot_be_followed_the_answer_is_not_wrong(
    statements: list[Json], wrong: str
) -> None:
    assert separated(role(*statements)).verdict != wrong


def test_without_the_version_a_variable_is_no_variable() -> None:
    for version in ("2008-10-17", None):
        free = role(allow(Resource=managers("${aws:PrincipalTag/team}-*")), version=version)
        assert separated(free).verdict == PROVED
        text = role(allow(Condition=on_tag(TEAM, "${aws:username}")), version=version)
        assert separated(text).verdict == REFUTED


def test_a_variable_that_is_found_is_found_for_both_requests() -> None:
    one = role(
        allow(Action=OPEN, Resource=VARIABLE), allow(Action=PAY, Resource=managers("pm-plan-*"))
    )
    for step in separated(one).witness:
        assert step.request.resource.startswith(f"{PREFIX}pm-plan-")
        assert step.request.context["aws:principaltag/team"] == "plan"


# Keys that follow from the resource, and from who asks

REGION, OWNER, CALLER = "aws:RequestedRegion", "aws:ResourceAccount", "aws:PrincipalAccount"


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {REGION: "us-east-1"}},
        {"StringEquals": {REGION: ["eu-west-1", "eu-central-1"]}},
        {"StringLike": {REGION: "us-*"}},
        {"StringEqualsIgnoreCase": {REGION: "US-EAST-1"}},
        {"StringEquals": {OWNER: ACCOUNT}},
        {"StringEquals": {CALLER: ACCOUNT}},
        {"StringLike": {CALLER: "1111*"}},
    ],
)
def test_a_condition_on_region_or_account_can_be_met(condition: Json) -> None:
    assert separated(role(allow(Condition=condition))).verdict == REFUTED


@pytest.mark.parametrize(
    ("early", "late", "verdict"),
    [
        ({"DateLessThan": {"aws:CurrentTime": "2024-01-01"}}, "1704067200", PROVED),
        ({"DateLessThan": {"aws:CurrentTime": "2024-01-02"}}, "1704067200", REFUTED),
        ({"DateLessThanEquals": {"aws:CurrentTime": "2024-01-01"}}, "1704067200", REFUTED),
        ({"DateLessThan": {"aws:EpochTime": "2024-01-01"}}, "1704067200", PROVED),
    ],
)
@pytest.mark.parametrize("operator", ["NumericGreaterThanEquals", "DateGreaterThanEquals"])
def test_the_two_keys_of_the_time_tell_the_same_time(
    early: Json, late: str, verdict: str, operator: str
) -> None:
    condition = {**early, operator: {"aws:EpochTime": late}}
    assert reached(role(allow(Condition=condition)), PAY).verdict == verdict
    both = role(
        allow(Condition=early), deny(Condition={"NumericLessThan": {"aws:EpochTime": late}})
    )
    assert reached(both, PAY).verdict == verdict


def test_a_denial_of_all_regions_but_one_leaves_that_one() -> None:
    elsewhere = deny(NotAction="iam:*", Condition={"StringNotEquals": {REGION: "us-east-1"}})
    limited = role(allow(), scps=[("root", [policy(allow(), elsewhere)])])
    assert separated(limited).verdict == REFUTED


def test_a_request_without_a_resource_has_a_region_and_an_account() -> None:
    region, account = ({"StringEquals": {key: value}} for key, value in PLACES)
    assert reached(role(allow(Condition=region)), LIST).verdict == REFUTED
    assert reached(role(allow(Condition=account)), LIST).verdict == UNDECIDED  # whose role it is
    assert reached(role(allow(Condition=account), arn=ROLE), LIST).verdict == REFUTED


PLACES = ((REGION, "us-east-1"), (CALLER, ACCOUNT))


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ({"StringEquals": {OWNER: ACCOUNT}}, REFUTED),
        ({"StringEquals": {OWNER: OTHER}}, PROVED),
        ({"StringEquals": {CALLER: OTHER}}, PROVED),
        ({"StringEquals": {REGION: "us-east-1"}, "StringNotEquals": {REGION: "us-east-1"}}, PROVED),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}, REFUTED),
        ({"ArnEquals": {"aws:PrincipalArn": ROLE}}, REFUTED),
        ({"ArnEquals": {"aws:PrincipalArn": f"{ROLE}2"}}, PROVED),
        ({"StringEquals": {"aws:PrincipalType": "User"}}, PROVED),
        ({"StringLike": {"aws:username": "*"}}, PROVED),
        ({"StringLike": {"aws:PrincipalServiceName": "*"}}, PROVED),
        ({"ForAnyValue:StringLike": {"aws:PrincipalServiceNamesList": "*"}}, PROVED),
        ({"Null": {"aws:PrincipalServiceName": "true"}}, REFUTED),
    ],
)
def test_what_follows_from_a_role_that_is_known(condition: Json, verdict: str) -> None:
    assert separated(role(allow(Condition=condition), arn=ROLE)).verdict == verdict


def test_a_role_that_is_not_known_is_still_of_the_resources_account() -> None:
    elsewhere = f"arn:aws:iam::{OTHER}:role/*"
    one = role(
        allow(Resource=managers("*"), Condition={"ArnLike": {"aws:PrincipalArn": elsewhere}})
    )
    assert separated(one).verdict == PROVED


OTHER_ROLE = f"arn:aws:iam::{OTHER}:role/payer"


@pytest.mark.parametrize(
    ("condition", "region", "verdict"),
    [
        ({"ArnEquals": {"aws:PrincipalArn": OTHER_ROLE}}, "*", REFUTED),
        ({"StringEquals": {"aws:PrincipalArn": OTHER_ROLE}}, "*", REFUTED),
        ({"StringEqualsIgnoreCase": {"aws:PrincipalArn": OTHER_ROLE.upper()}}, "*", REFUTED),
        ({"StringLike": {"aws:PrincipalArn": f"arn:*:iam::{OTHER[:4]}*:role/*"}}, "*", REFUTED),
        ({"StringLike": {"aws:PrincipalArn": "*:role/payer"}}, "*", REFUTED),
        ({"StringLike": {"aws:PrincipalArn": f"*{OTHER}*"}}, "*", UNDECIDED),
        ({"ArnEquals": {"aws:PrincipalArn": OTHER_ROLE}}, "cn-north-1", PROVED),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws-cn:iam::*:role/*"}}, "cn-north-1", REFUTED),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws-cn:iam::*:role/*"}}, "us-east-1", PROVED),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:*:iam::*:role/*"}}, "*", PROVED),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:*:iam::1*:role/*"}}, "*", REFUTED),
    ],
)
def test_a_role_that_is_not_known_may_be_of_the_account_of_any_resource(
    condition: Json, region: str, verdict: str
) -> None:
    partition = "aws-cn" if region.startswith("cn") else "aws" if region != "*" else "*"
    everywhere = f"arn:{partition}:bedrock-agentcore:{region}:*:payment-manager/*"
    answer = separated(role(allow(Resource=everywhere, Condition=condition)))
    assert answer.verdict == verdict
    for step in answer.witness:
        fields = str(step.request.context["aws:principalarn"]).split(":")
        assert [fields[1], fields[4]] == [step.request.resource.split(":")[n] for n in (1, 4)]


# Tags that the role can change

SESSIONS = allow(Action=OPEN, Condition=on_tag(DUTY, "session"))
PAYING = allow(Action=PAY, Condition=on_tag(DUTY, "pay"))
UNTAGGED = allow(Action=PAY, Condition={"Null": {DUTY: "true"}})
KEYS = "aws:TagKeys"


@pytest.mark.parametrize(
    ("statements", "steps"),
    [
        ([SESSIONS, PAYING, allow(Action=TAG)], ["TagResource"]),
        (
            [SESSIONS, PAYING, allow(Action=f"{SERVICE}Tag*", Resource=managers("shop-*"))],
            ["TagResource"],
        ),
        (
            [SESSIONS, PAYING, allow(Action=TAG, Condition=on_tag("aws:RequestTag/duty", "pay"))],
            ["TagResource"],
        ),
        (
            [SESSIONS, PAYING, allow(Action=TAG, Condition=on_tag(DUTY, "session"))],
            ["TagResource"],
        ),
        (
            [
                SESSIONS,
                PAYING,
                allow(Action=TAG, Condition=on_tag("aws:RequestTag/duty", "session")),
            ],
            ["TagResource"],  # pays first
        ),
        ([SESSIONS, UNTAGGED, allow(Action=UNTAG)], ["UntagResource"]),
    ],
)
def test_a_role_that_changes_the_managers_tag_in_between_does_both(
    statements: list[Json], steps: list[str]
) -> None:
    answer = separated(role(*statements))
    assert answer.verdict == REFUTED
    found = names(answer)
    assert found[1:-1] == steps
    assert {found[0], found[-1]} == {"CreatePaymentSession", "ProcessPayment"}
    assert answer.witness[1].note == "changes the tags of the payment manager"
    assert len({step.request.resource for step in answer.witness}) == 1


@pytest.mark.parametrize(
    "statements",
    [
        [SESSIONS, PAYING],
        [SESSIONS, UNTAGGED],
        [SESSIONS, PAYING, allow(Action=TAG), deny(Action=TAG)],
        [SESSIONS, PAYING, allow(Action=TAG, Resource="arn:aws:s3:::*")],
        [SESSIONS, PAYING, allow(Action=TAG, Resource=[VAULT, f"{VAULT}/*"])],
        [
            allow(Action=OPEN, Resource=managers("a*"), Condition=on_tag(DUTY, "session")),
            PAYING,
            allow(Action=TAG, Resource=managers("b*")),
        ],
    ],
)
def test_a_role_that_cannot_change_the_managers_tag_is_judged_by_it(statements: list[Json]) -> None:
    assert separated(role(*statements)).verdict == PROVED


@pytest.mark.parametrize(
    "tagging",
    [
        allow(Action=TAG, Condition=on_tag("aws:RequestTag/duty", "other")),
        allow(Action=TAG, Condition={"Null": {DUTY: "true"}}),
    ],
)
def test_tags_that_may_be_changed_in_some_way_leave_it_undecided(tagging: Json) -> None:
    """No certain way to both is found; that there is none is not looked into further."""
    answer = separated(role(SESSIONS, PAYING, tagging))
    assert answer.verdict in {UNDECIDED, PROVED}


def test_a_tag_that_is_set_along_with_another_is_no_proof() -> None:
    along = allow(Action=TAG, Condition={"ForAnyValue:StringEquals": {KEYS: "other"}})
    assert separated(role(SESSIONS, PAYING, along)).verdict != PROVED


def test_a_tag_that_is_set_along_with_another_is_set() -> None:
    along = allow(Action=TAG, Condition={"Null": {"aws:RequestTag/Owner": "false"}})
    tagging = separated(role(SESSIONS, PAYING, along)).witness[1].request.context
    assert tagging["aws:requesttag/duty"] == "pay"
    assert "aws:requesttag/owner" in tagging
    assert tagging["aws:tagkeys"] == ("duty", "Owner")


@pytest.mark.parametrize("second", [PAYING, UNTAGGED])
def test_a_role_that_may_change_other_tags_only_is_judged_by_this_one(second: Json) -> None:
    others = on_tag(KEYS, "cost-centre", operator="ForAllValues:StringEquals")
    answer = separated(role(SESSIONS, second, allow(Action=[TAG, UNTAG], Condition=others)))
    assert answer.verdict == PROVED


def test_the_request_that_tags_has_the_tag_in_it() -> None:
    tagging = separated(role(SESSIONS, PAYING, allow(Action=TAG))).witness[1].request.context
    assert tagging["aws:requesttag/duty"] == "pay"
    assert tagging["aws:tagkeys"] == ("duty",)


FIRST_TEAM = allow(Action=OPEN, Condition=on_tag(TEAM, "open"))
SECOND_TEAM = allow(Action=PAY, Condition=on_tag(TEAM, "pay"))


def trust(*actions: str, **more: Any) -> Json:
    return policy(
        {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": list(actions)}, **more
    )


def test_a_role_that_cannot_change_its_tags_is_judged_by_them() -> None:
    known = trust("sts:AssumeRole")
    everything: list[dict[str, Any]] = [{}, {"arn": ROLE, "trust": known}]
    for more in everything:
        answer = separated(role(FIRST_TEAM, SECOND_TEAM, **more))
        assert answer.verdict == PROVED
        assert SAME_TAGS in answer.assumptions


@pytest.mark.parametrize("action", ["iam:TagRole", "iam:*"])
def test_a_role_that_changes_its_own_tag_in_between_does_both(action: str) -> None:
    answer = separated(role(FIRST_TEAM, SECOND_TEAM, allow(Action=action), arn=ROLE))
    assert answer.verdict == REFUTED
    assert len(answer.witness) == 3
    assert answer.witness[1].request.resource == ROLE
    assert answer.witness[1].note == "changes its own tags"


def test_the_request_by_which_a_role_tags_itself_has_the_tag_in_it() -> None:
    answer = separated(role(FIRST_TEAM, SECOND_TEAM, allow(Action="iam:TagRole"), arn=ROLE))
    before, tagging, after = (step.request.context for step in answer.witness)
    assert tagging["aws:tagkeys"] == ("team",)
    assert tagging["aws:requesttag/team"] == after["aws:principaltag/team"]
    assert tagging["aws:principaltag/team"] == before["aws:principaltag/team"]


def test_a_role_that_takes_its_own_tag_away_in_between_does_both() -> None:
    without = allow(Action=PAY, Condition={"Null": {TEAM: "true"}})
    answer = separated(role(FIRST_TEAM, without, allow(Action="iam:UntagRole"), arn=ROLE))
    assert answer.verdict == REFUTED
    assert names(answer) == ["CreatePaymentSession", "UntagRole", "ProcessPayment"]
    other = separated(role(FIRST_TEAM, SECOND_TEAM, allow(Action="iam:UntagRole"), arn=ROLE))
    assert other.verdict != REFUTED  # a tag that is gone has no other value


def test_a_role_that_may_change_other_tags_of_its_own_only_is_judged_by_this_one() -> None:
    others = on_tag(KEYS, "cost-centre", operator="ForAllValues:StringEquals")
    tagging = allow(Action=["iam:TagRole", "iam:UntagRole"], Condition=others)
    assert separated(role(FIRST_TEAM, SECOND_TEAM, tagging, arn=ROLE)).verdict == PROVED


def test_a_user_that_changes_its_own_tag_in_between_does_both() -> None:
    user = ROLE.replace(":role/", ":user/")
    answer = separated(role(FIRST_TEAM, SECOND_TEAM, allow(Action="iam:TagUser"), arn=user))
    assert names(answer) == ["CreatePaymentSession", "TagUser", "ProcessPayment"]


def test_a_role_that_tags_other_roles_is_judged_by_its_tags() -> None:
    others = allow(Action="iam:TagRole", Resource=f"arn:aws:iam::{ACCOUNT}:role/other")
    assert separated(role(FIRST_TEAM, SECOND_TEAM, others, arn=ROLE)).verdict == PROVED
    denied = deny(Action=["iam:TagRole", "iam:UntagRole"])
    one = role(FIRST_TEAM, SECOND_TEAM, allow(Action="iam:*"), denied, arn=ROLE)
    assert separated(one).verdict == PROVED


def test_whoever_assumes_a_role_with_session_tags_chooses_them() -> None:
    tagged = trust("sts:AssumeRole", "sts:TagSession")
    answer = separated(role(FIRST_TEAM, SECOND_TEAM, arn=ROLE, trust=tagged))
    assert answer.verdict == REFUTED
    assert "sts:TagSession" in answer.reasons[0]


def test_session_tags_that_are_denied_are_not_chosen() -> None:
    tagged = trust("sts:AssumeRole", "sts:TagSession")
    denial = {"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"}
    denied = {**tagged, "Statement": [*tagged["Statement"], denial]}
    assert separated(role(FIRST_TEAM, SECOND_TEAM, arn=ROLE, trust=denied)).verdict == PROVED
    some = {**denial, "Condition": {"Null": {"aws:RequestTag/other": "false"}}}
    denied = {**tagged, "Statement": [*tagged["Statement"], some]}
    assert separated(role(FIRST_TEAM, SECOND_TEAM, arn=ROLE, trust=denied)).verdict == REFUTED


@pytest.mark.parametrize(
    "condition", [on_tag("aws:RequestTag/team", "open"), {"Null": {"aws:RequestTag/team": "true"}}]
)
def test_session_tags_that_cannot_be_the_ones_that_are_needed_are_no_witness(
    condition: Json,
) -> None:
    tagged = trust("sts:AssumeRole", "sts:TagSession")
    tagged["Statement"][0]["Condition"] = condition
    assert separated(role(FIRST_TEAM, SECOND_TEAM, arn=ROLE, trust=tagged)).verdict == UNDECIDED


def test_a_role_of_unknown_name_that_tags_all_roles_may_tag_itself() -> None:
    answer = separated(role(FIRST_TEAM, SECOND_TEAM, allow(Action="iam:TagRole")))
    assert answer.verdict != PROVED


def test_a_witness_in_which_both_tags_change_has_both_changes() -> None:
    first = {"StringEquals": {DUTY: "session", TEAM: "open"}}
    second = {"StringEquals": {DUTY: "pay", TEAM: "pay"}}
    one = role(
        allow(Action=OPEN, Condition=first),
        allow(Action=PAY, Condition=second),
        allow(Action=[TAG, "iam:TagRole"]),
        arn=ROLE,
    )
    answer = separated(one)
    assert answer.verdict == REFUTED
    assert names(answer)[1:-1] in (["TagResource", "TagRole"], ["TagRole", "TagResource"])
    tagged = trust("sts:AssumeRole", "sts:TagSession")
    one = role(
        allow(Action=OPEN, Condition=first),
        allow(Action=PAY, Condition=second),
        allow(Action=TAG),
        arn=ROLE,
        trust=tagged,
    )
    answer = separated(one)
    assert names(answer)[1:-1] == ["TagResource"]
    assert "sts:TagSession" in answer.reasons[0]


# Actions that are not on one manager


def test_actions_on_other_resources_are_asked_by_themselves() -> None:
    answer = separated(role(allow()), LIST, PAY)
    assert answer.verdict == REFUTED
    assert [step.request.resource for step in answer.witness] == ["*", MANAGER]
    assert answer.property.endswith("on any resources")
    assert separated(role(allow(), deny(Action=LIST)), LIST, PAY).verdict == PROVED
    assert separated(role(allow(), deny(Action=LIST)), PAY, LIST).verdict == PROVED


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        ([allow(Resource="*")], REFUTED),
        ([allow(Resource=managers("*"))], PROVED),
        ([allow(Resource=[*managers("*"), "*"])], REFUTED),
        ([allow(NotResource=managers("shop-*"))], REFUTED),
        ([allow(NotResource=["*"])], PROVED),
        ([allow(), deny(NotResource=managers("shop-*"))], PROVED),  # everything but my manager
        ([allow(), deny(Resource=managers("*"))], REFUTED),
        ([allow(), deny(Resource="*")], PROVED),
    ],
)
def test_an_action_without_a_resource_is_asked_on_a_star(
    statements: list[Json], verdict: str
) -> None:
    assert reached(role(*statements), LIST).verdict == verdict


def test_becoming_another_role_is_up_to_its_trust_policy() -> None:
    assume = "sts:AssumeRole"
    for first, second in ((assume, PAY), (PAY, assume)):
        assert separated(role(allow()), first, second).verdict == UNDECIDED
        assert separated(role(allow(), deny(Action=assume)), first, second).verdict == PROVED
    assert requires(role(allow()), [assume], ROLE).verdict == UNDECIDED
    assert requires(role(), [assume], ROLE).verdict == UNDECIDED  # it may name this very role
    assert requires(role(deny()), [assume], ROLE).verdict == REFUTED


def test_tags_of_the_role_are_the_same_in_both_requests() -> None:
    statements = [
        allow(Action=PAY, Condition=on_tag(TEAM, "a")),
        allow(Action=PROVIDER, Condition=on_tag(TEAM, "b")),
    ]
    answer = separated(role(*statements), PAY, PROVIDER)
    assert answer.verdict != REFUTED
    either = allow(Action=PROVIDER, Condition=on_tag(TEAM, "a", "b"))
    answer = separated(role(statements[0], either), PAY, PROVIDER)
    assert answer.verdict == REFUTED
    assert {step.request.context["aws:principaltag/team"] for step in answer.witness} == {"a"}


@pytest.mark.parametrize(
    "statements",
    [
        [
            allow(Action=PAY, Condition=on_tag("aws:PrincipalOrgID", "o-a")),
            allow(Action=PROVIDER, Condition=on_tag("aws:PrincipalOrgID", "o-b")),
        ],
        [
            allow(Action=PAY, Resource=managers("*")),
            allow(Action=PROVIDER, Resource=f"{HEAD}*".replace(ACCOUNT, OTHER)),
        ],
    ],
)
def test_the_role_is_the_same_in_both_requests(statements: list[Json]) -> None:
    assert separated(role(*statements), PAY, PROVIDER).verdict != REFUTED


@pytest.mark.parametrize("key", ["aws:PrincipalOrgID", TEAM])
def test_what_the_role_is_not_in_one_request_it_is_not_in_the_other(key: str) -> None:
    statements = [
        allow(Action=PAY, Condition={"Null": {key: "true"}}),
        allow(Action=PROVIDER, Condition=on_tag(key, "o-b")),
    ]
    for first, second in ((PAY, PROVIDER), (PROVIDER, PAY)):
        assert separated(role(*statements), first, second).verdict != REFUTED


def test_the_account_of_both_requests_may_be_that_of_the_second() -> None:
    elsewhere = f"{HEAD}*".replace(ACCOUNT, OTHER)
    for first, second in ((PAY, PROVIDER), (PROVIDER, PAY)):
        one = role(allow(Action=PAY), allow(Action=PROVIDER, Resource=elsewhere))
        answer = separated(one, first, second)
        assert answer.verdict == REFUTED
        assert {step.request.resource_account for step in answer.witness} == {OTHER}


ALL_FOUR = [CREDENTIALS, VAULT, IDENTITY, DIRECTORY]


def test_a_token_is_reached_with_all_four_of_its_resources() -> None:
    answer = reached(role(allow(Action=TOKEN, Resource=ALL_FOUR)), TOKEN)
    assert answer.verdict == REFUTED
    assert {step.request.resource for step in answer.witness} == set(ALL_FOUR)


@pytest.mark.parametrize("missing", ALL_FOUR)
def test_a_token_is_not_reached_where_one_of_its_resources_is_missing(missing: str) -> None:
    rest = [arn for arn in ALL_FOUR if arn != missing]
    assert reached(role(allow(Action=TOKEN, Resource=rest)), TOKEN).verdict == PROVED
    every = allow(Action=TOKEN, Resource="*")
    assert reached(role(every, deny(Resource=missing)), TOKEN).verdict == REFUTED
    whole = f"arn:*:*:*:*:{missing.split(':')[5].partition('/')[0]}/*"
    assert reached(role(every, deny(Resource=whole)), TOKEN).verdict == PROVED


def test_the_vault_of_a_provider_is_the_one_that_it_is_in() -> None:
    other = VAULT.replace("default", "other")
    assert reached(
        role(allow(Action=PROVIDER, Resource=[CREDENTIALS, other])), PROVIDER
    ).verdict == (PROVED)
    assert reached(
        role(allow(Action=PROVIDER, Resource=[CREDENTIALS, VAULT])), PROVIDER
    ).verdict == (REFUTED)


def test_a_call_has_one_context_whatever_it_is_about() -> None:
    apart = [
        allow(Action=TOKEN, Resource=[CREDENTIALS, VAULT], Condition=on_tag(TEAM, "a")),
        allow(Action=TOKEN, Resource=[IDENTITY, DIRECTORY], Condition=on_tag(TEAM, "b")),
    ]
    assert reached(role(*apart), TOKEN).verdict != REFUTED
    tags = [
        allow(Action=TOKEN, Resource=[CREDENTIALS, VAULT], Condition=on_tag(DUTY, "a")),
        allow(Action=TOKEN, Resource=[IDENTITY, DIRECTORY], Condition=on_tag(DUTY, "b")),
    ]
    assert reached(role(*tags), TOKEN).verdict == REFUTED


@pytest.mark.parametrize(("field", "other"), [(ACCOUNT, OTHER), ("us-east-1", "eu-west-1")])
def test_the_resources_of_one_call_are_in_one_account_and_region(field: str, other: str) -> None:
    apart = [CREDENTIALS, VAULT, IDENTITY.replace(field, other), DIRECTORY.replace(field, other)]
    assert reached(role(allow(Action=TOKEN, Resource=apart)), TOKEN).verdict != REFUTED
    some = [CREDENTIALS.replace(field, "*"), VAULT.replace(field, "*"), *apart[2:]]
    assert reached(role(allow(Action=TOKEN, Resource=some)), TOKEN).verdict == REFUTED


# What AWS's sources disagree on


def test_access_to_what_is_below_a_manager_alone_is_undecided() -> None:
    below = f"{MANAGER}/session/*"
    answer = separated(role(allow(Action=BOTH, Resource=below)))
    assert answer.verdict == UNDECIDED
    assert "AWS's sources disagree" in answer.reasons[0]
    on_manager = role(allow(Action=OPEN), allow(Action=PAY, Resource=below))
    assert separated(on_manager).verdict == UNDECIDED
    assert separated(role(allow(Action=BOTH, Resource=[below, MANAGER]))).verdict == REFUTED


def test_a_denial_of_what_is_below_a_manager_is_no_proof() -> None:
    below = deny(Action=PAY, Resource=managers("*/session/*"))
    assert separated(role(allow(), below)).verdict == REFUTED
    on_manager = deny(Action=PAY, Resource=EVERY_MANAGER)
    assert separated(role(allow(), on_manager)).verdict == PROVED


# Confinement


@pytest.mark.parametrize(
    ("statements", "arns", "verdict"),
    [
        ([], [MANAGER], PROVED),
        ([allow(Resource=MANAGER)], [MANAGER], PROVED),
        ([allow(Resource=[MANAGER, f"{MANAGER}/*"])], [MANAGER], PROVED),
        ([allow(Resource=f"{MANAGER}/session/*")], [MANAGER], PROVED),
        ([allow(Resource=f"{MANAGER}*")], [MANAGER], REFUTED),  # shop-a1b2c3d4e5-...
        ([allow(Resource=managers("shop-*"))], [MANAGER], REFUTED),
        ([allow(Resource=managers("shop-*"))], managers("shop-*"), PROVED),
        ([allow(Resource=managers("shop*"))], managers("shop-*"), REFUTED),
        ([allow(Resource=managers("shop-*", "till-*"))], managers("shop-*"), REFUTED),
        ([allow(Resource=managers("shop-*", "till-*"))], managers("shop-*", "till-*"), PROVED),
        ([allow(Resource=MANAGER.replace("us-east-1", "*"))], [MANAGER], REFUTED),
        ([allow(Resource=MANAGER.replace(ACCOUNT, "*"))], [MANAGER], REFUTED),
        ([allow(Resource="*")], ["*"], PROVED),
        ([allow(Resource="*")], [], REFUTED),
        ([allow(Resource="*")], [MANAGER], REFUTED),
        ([allow(), deny(NotResource=MANAGER)], [MANAGER], PROVED),
        ([allow(), deny(NotResource=managers("shop*"))], managers("shop-*"), REFUTED),
        ([allow(Action="s3:*")], [MANAGER], PROVED),
        ([allow(Action=LIST)], [MANAGER], PROVED),  # names no manager
        ([allow(NotResource=MANAGER)], [MANAGER], REFUTED),
        ([allow(Resource=managers("${aws:PrincipalTag/team}-*"))], managers("shop-*"), REFUTED),
        (
            [
                allow(
                    Resource=managers("${aws:PrincipalTag/team}-*"), Condition=on_tag(TEAM, "shop")
                )
            ],
            managers("shop-*"),
            PROVED,
        ),
        ([allow(Condition=on_tag(DUTY, "mine"))], [MANAGER], REFUTED),
        ([allow(Resource=Unresolved("aws_x.manager"))], [MANAGER], UNDECIDED),
        ([allow(Resource=managers("other-a1b2c3d4e5/session/*"))], [MANAGER], UNDECIDED),
    ],
)
def test_a_role_is_confined_to_managers(
    statements: list[Json], arns: list[str], verdict: str
) -> None:
    one = role(*statements)
    answer = replayed(one, confined_to(one, arns))
    assert answer.verdict == verdict
    assert not {step.request.resource for step in answer.witness} & set(arns)


def test_a_trailing_star_lets_a_longer_name_in() -> None:
    one = role(allow(Resource=managers("shop*")))
    (step,) = confined_to(one, managers("shop-??????????")).witness
    name = step.request.resource.removeprefix(PREFIX)
    assert name.startswith("shop")
    assert len(name) > len("shop-a1b2c3d4e5")


LONGEST = 49  # of the name in the ID of a payment manager


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("x" * 70 + "-a1b2c3d4e5", PROVED),
        ("x" * LONGEST + "-a1b2c3d4e5", REFUTED),
        ("x" * (LONGEST + 1) + "-a1b2c3d4e5", PROVED),
        ("*" + "x" * 30 + "*" + "y" * 18 + "-*", REFUTED),
        ("*" + "x" * 30 + "*" + "y" * 20 + "-*", PROVED),
    ],
)
def test_a_witness_is_about_an_id_that_is_not_too_long(name: str, verdict: str) -> None:
    one = role(allow(Action=PAY, Resource=managers(name)))
    assert reached(one, PAY).verdict == verdict


def test_a_requirement_is_not_about_ids_that_are_too_long() -> None:
    one = role(allow(), deny(Resource=managers("?" * 70 + "*")))
    assert requires(one, [PAY], f"{PREFIX}*").verdict == PROVED
    one = role(allow(), deny(Resource=managers("?" * 50 + "*")))
    (step,) = requires(one, [PAY], f"{PREFIX}*").witness
    assert 50 <= len(step.request.resource.removeprefix(PREFIX)) <= LONGEST + 11


def test_confinement_says_what_was_asked() -> None:
    answer = confined_to(role(allow(Resource=MANAGER)), [MANAGER])
    assert answer.property == f'role confined to "{MANAGER}"'
    number = len(manager_actions()) + len(shared_actions())
    assert answer.universe == f"{number} actions on every payment manager"


@pytest.mark.parametrize("name", ["TagResource", "UntagResource", "ListTagsForResource"])
def test_confinement_is_about_the_tags_of_managers_as_well(name: str) -> None:
    for resource, verdict in (
        (MANAGER, PROVED),
        (VAULT, PROVED),
        (managers("till-*"), REFUTED),
        ("*", REFUTED),
    ):
        one = role(allow(Action=f"{SERVICE}{name}", Resource=resource))
        answer = confined_to(one, [MANAGER])
        assert answer.verdict == verdict
        for step in answer.witness:
            assert ":payment-manager/" in step.request.resource


# Requirements


@pytest.mark.parametrize(
    ("statements", "actions", "arn", "verdict"),
    [
        ([allow()], BOTH, MANAGER, PROVED),
        ([], [PAY], MANAGER, REFUTED),
        ([allow(Action=PAY)], BOTH, MANAGER, REFUTED),
        ([allow(Resource=MANAGER)], [PAY], MANAGER, PROVED),
        ([allow(Resource=MANAGER)], [PAY], f"{PREFIX}shop-*", REFUTED),
        ([allow(Resource=managers("shop-*"))], [PAY], f"{PREFIX}shop-*", PROVED),
        ([allow(), deny(Resource=managers("*xyz*"))], [PAY], f"{PREFIX}*", REFUTED),
        ([allow(), deny(Resource=managers("*/x"))], [PAY], f"{PREFIX}*", PROVED),
        ([allow(Condition=on_tag(DUTY, "a"))], [PAY], MANAGER, PROVED),
        ([allow(), deny(Condition=on_tag(DUTY, "a"))], [PAY], MANAGER, PROVED),
        ([allow(Condition=on_tag("aws:RequestTag/x", "a"))], [PAY], MANAGER, REFUTED),
        ([allow(), deny(Condition={"Null": {TEAM: "false"}})], [PAY], MANAGER, PROVED),
        (
            [allow(), deny(Condition={"Null": {TEAM: ["false", "true"]}})],
            [PAY],
            MANAGER,
            REFUTED,
        ),
        ([allow()], [LIST], "*", PROVED),
        ([allow()], [LIST], MANAGER, PROVED),
        ([allow(Resource=managers("*"))], [LIST], MANAGER, REFUTED),
        ([allow()], [PAY], VAULT, UNDECIDED),  # no manager at all
        ([allow()], [PAY], f"{MANAGER}/session/x", UNDECIDED),
        ([allow()], [PAY], "arn:aws:s3:::bucket", UNDECIDED),
        ([allow()], [PAY], "", UNDECIDED),
        ([allow()], [TOKEN], CREDENTIALS, PROVED),
        ([allow(Resource=ALL_FOUR)], [TOKEN], CREDENTIALS, PROVED),
        ([allow(Resource=ALL_FOUR)], [TOKEN], IDENTITY, PROVED),
        ([allow(Resource=ALL_FOUR[:2])], [TOKEN], CREDENTIALS, REFUTED),
        ([allow(Resource=ALL_FOUR[:3])], [TOKEN], CREDENTIALS, REFUTED),
        ([allow(Resource=ALL_FOUR)], [TOKEN], f"{VAULT}/*", REFUTED),
        ([allow(Action=Unresolved("var.a"))], [PAY], MANAGER, UNDECIDED),
        ([allow(Resource=f"{MANAGER}/session/*")], [PAY], MANAGER, REFUTED),
        ([allow()], ["s3:GetObject"], "arn:aws:s3:::bucket/*", PROVED),
        (
            [allow(Resource="arn:aws:s3:::bucket/a*")],
            ["s3:GetObject"],
            "arn:aws:s3:::bucket/*",
            REFUTED,
        ),
    ],
)
def test_a_role_can_do_what_it_has_to(
    statements: list[Json], actions: list[str], arn: str, verdict: str
) -> None:
    one = role(*statements)
    answer = requires(one, actions, arn)
    assert answer.verdict == verdict
    for step in answer.witness:
        assert not step.allowed
        assert surely_denied(one.policies, step.request)


def test_what_is_missing_is_shown_on_the_resource_that_it_is_missing_on() -> None:
    one = role(allow(), deny(Resource=VAULT))
    answer = requires(one, [PROVIDER], CREDENTIALS)
    assert answer.verdict == REFUTED
    assert [step.request.resource for step in answer.witness] == [VAULT]
    assert surely_denied(one.policies, answer.witness[0].request)


def test_what_is_missing_with_one_context_is_shown_on_the_resource_that_lacks_it() -> None:
    one = role(
        allow(Action=PROVIDER, Resource=CREDENTIALS, Condition=on_tag(TEAM, "a")),
        allow(Action=PROVIDER, Resource=VAULT, Condition=on_tag(TEAM, "b")),
    )
    (step,) = requires(one, [PROVIDER], CREDENTIALS).witness
    assert step.request.resource == VAULT
    assert step.request.context["aws:principaltag/team"] == "a"
    assert surely_denied(one.policies, step.request)


def test_what_is_missing_on_another_resource_of_the_call_is_shown_on_one() -> None:
    identities = IDENTITY.rpartition("/")[0].replace("default", "*")
    one = role(allow(), deny(Resource=[f"{identities}/*"]))
    answer = requires(one, [TOKEN], CREDENTIALS)
    assert answer.verdict == REFUTED
    assert surely_denied(one.policies, answer.witness[0].request)


def test_what_is_missing_is_shown_by_a_request_that_has_what_every_request_has() -> None:
    early = deny(Condition={"DateLessThan": {"aws:CurrentTime": "1971-01-01"}})
    for condition in (
        {"StringLike": {"aws:UserAgent": "*"}},
        {"DateGreaterThan": {"aws:CurrentTime": "1970-01-01"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}},
    ):
        one = role(allow(), deny(Condition=condition), early)
        answer = requires(one, [PAY], MANAGER)
        assert answer.verdict == REFUTED
        assert surely_denied(one.policies, answer.witness[0].request)


def test_what_has_to_hold_of_the_context_is_said() -> None:
    one = role(
        allow(Condition={"StringEquals": {DUTY: "a"}, "Bool": {"aws:SecureTransport": "true"}})
    )
    answer = requires(one, [PAY], MANAGER)
    assert answer.assumptions[1:] == (
        'ProcessPayment is asked with aws:resourcetag/duty "a"',
        'ProcessPayment is asked with aws:securetransport "true"',
    )
    assert requires(role(allow()), [PAY], MANAGER).assumptions == (OWN_ACCOUNT,)


def test_a_requirement_within_a_region() -> None:
    """What the region is follows from the ARN that is asked about."""
    one = role(allow(Condition={"StringEquals": {REGION: "us-east-1"}}), arn=ROLE)
    assert requires(one, [PAY], MANAGER).verdict == PROVED
    assert requires(one, [PAY], MANAGER.replace("us-east-1", "eu-west-1")).verdict == REFUTED


def test_a_requirement_is_not_proved_where_variables_were_not_filled_in_to_the_end() -> None:
    last = "vvvvvvvvvv99"
    one = role(
        allow(Action=PAY),
        allow(Action=PAY, Condition=on_tag(TEAM, *(f"v{number}" for number in range(80)))),
        deny(Action=PAY, Resource=managers("${aws:PrincipalTag/team}-*")),
        deny(Condition=on_tag(TEAM, last, operator="StringNotEquals")),
    )
    manager = f"{PREFIX}{last}-a1b2c3d4e5"
    assert requires(one, [PAY], manager).verdict != PROVED
    assert requires(one, [PAY], f"{PREFIX}*").verdict != PROVED


# Limits

LIMITED = role(
    allow(Action=PAY, Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/a*"}}),
    allow(Action=OPEN, Resource=managers("*a*b*"), Condition=on_tag(DUTY, "x", "y")),
    deny(Action=OPEN, Condition=on_tag(TEAM, "a*b", "c*", operator="StringNotLike")),
    deny(Action=PAY, Resource=managers("*z")),
)


def cold(ask: Any, *about: Any, **spent: Any) -> Answer:
    """Put a question with nothing remembered from others."""
    representative._known.clear()
    answer: Answer = ask(*about, Limit(**spent))
    return answer


@pytest.mark.parametrize("spent", ["states", "requests"])
@pytest.mark.parametrize(
    ("ask", "about"),
    [
        (never_both, (LIMITED, OPEN, PAY)),
        (never_both, (LIMITED, PAY, LIST)),
        (confined_to, (LIMITED, managers("*a*"))),
        (requires, (LIMITED, [PAY], f"{PREFIX}*")),
        (requires, (LIMITED, [TOKEN], CREDENTIALS)),
    ],
)
def test_less_work_never_gives_another_answer(spent: str, ask: Any, about: tuple[Any, ...]) -> None:
    full = cold(ask, *about).verdict
    assert full != UNDECIDED
    steps = [*range(12), *range(12, 900, 97)]
    verdicts = [cold(ask, *about, **{spent: number}).verdict for number in steps]
    assert set(verdicts) <= {full, UNDECIDED}
    is_looked_for = spent == "requests" or about[-1] != CREDENTIALS  # one ARN needs no search
    assert (verdicts[0] == UNDECIDED) is is_looked_for


def test_a_limit_that_is_reached_is_the_reason() -> None:
    states = cold(never_both, LIMITED, OPEN, PAY, states=5)
    assert states.reasons == (
        'the search was ended before its end: "too many combinations of patterns"',
    )
    requests = cold(never_both, LIMITED, OPEN, PAY, requests=1)
    assert (
        'the search was ended before its end: "too many combinations of values"' in requests.reasons
    )
    late = cold(never_both, many(), OPEN, PAY, seconds=0.0)
    assert late.reasons == ('the search was ended before its end: "no more time"',)


@settings(max_examples=40, deadline=None, phases=PHASES)
@given(actors(), st.integers(0, 400), st.sampled_from(["states", "requests"]))
def test_less_work_never_gives_another_answer_about_any_role(
    one: Actor, number: int, spent: str
) -> None:
    some = cold(never_both, one, OPEN, PAY, **{spent: number})
    full = cold(never_both, one, OPEN, PAY)
    assert some.verdict in {full.verdict, UNDECIDED}


# The same in every run

SCRIPT = """
from authorization.questions import OPEN, PAY, PREFIX
from payguard.authorization.actor import actor
from payguard.authorization.prove import never_both

one = {"Effect": "Allow", "Action": OPEN, "Resource": PREFIX + "${aws:PrincipalTag/a}-*"}
same = {"aws:ResourceTag/t": "${aws:PrincipalTag/c}", "aws:ResourceTag/u": "${aws:PrincipalTag/d}"}
other = {"Effect": "Allow", "Action": PAY, "Resource": PREFIX + "*plan*"}
one["Condition"] = {"StringEquals": same}
other["Condition"] = {"StringEqualsIgnoreCase": {"aws:UserAgent": "Team"}}
answer = never_both(actor("role", [{"Version": "2012-10-17", "Statement": [one, other]}]), OPEN, PAY)
for step in answer.witness:
    print(step.request.resource, sorted(map(str, step.request.context.items())))
"""


def test_a_witness_is_the_same_in_every_run() -> None:
    paths = [*sys.path, str(Path(__file__).parents[1])]
    found = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={"PYTHONHASHSEED": str(seed), "PYTHONPATH": ":".join(paths)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in range(3)
    }
    assert len(found) == 1


def test_the_order_of_statements_is_no_matter() -> None:
    def verdicts(found: Sequence[Json]) -> list[str]:
        one = role(*found)
        asked = (never_both(one, OPEN, PAY), confined_to(one, managers("shop-*")))
        return [answer.verdict for answer in (*asked, requires(one, [PAY], MANAGER))]

    for statements, _ in QUESTIONS.values():
        assert verdicts(statements) == verdicts(statements[::-1])


def test_for_a_variable_a_value_is_tried_that_nothing_asks_for() -> None:
    spared = managers("shop-a1b2c3d4e5", "${aws:PrincipalTag/team}-*")
    one = role(
        allow(Action=f"{SERVICE}GetPaymentConnector", Resource=managers("*")),
        scps=[("root", [policy(allow(NotResource=spared))])],
    )
    answer = replayed(one, confined_to(one, managers("shop-a1b2c3d4e5")))
    assert answer.verdict == REFUTED
    (step,) = answer.witness
    team = step.request.context["aws:principaltag/team"]
    assert not step.request.resource.startswith(f"{PREFIX}{team}-")
