"""Two versions of what is allowed compared; statements that make no difference."""

import itertools
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from authorization.asking import ACCOUNT, MANAGER, PAY, ROLE, Json, allow, deny, policy
from authorization.questions import OPEN, PREFIX, asked, surely_allowed
from payguard.authorization import representative
from payguard.authorization.actor import Actor, actor
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED
from payguard.authorization.compare import (
    NO_MATCH,
    OVERRIDDEN,
    REDUNDANT,
    Comparison,
    dead_statements,
    implies,
)
from payguard.authorization.evaluate import outcome
from payguard.authorization.limit import Limit
from payguard.authorization.prove import confined_to, never_both, requires
from payguard.authorization.solve import assumed
from payguard.authorization.statement import action_matches
from payguard.authorization.truth import NO, YES
from payguard.authorization.vocabulary import granted, groups
from payguard.iam.action import expand
from payguard.iam.unresolved import Unresolved
from payguard.iam.wildcard import matches

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
SERVICE = "bedrock-agentcore:"
LIST, GET = f"{SERVICE}ListPaymentManagers", f"{SERVICE}GetPaymentManager"
TOKEN = f"{SERVICE}GetResourcePaymentToken"
DUTY, TEAM = "aws:ResourceTag/duty", "aws:PrincipalTag/team"
SHOP, TILL = f"{PREFIX}shop-*", f"{PREFIX}till-*"
BUCKET = "arn:aws:s3:::bucket"
IS_A, IS_B = ({"StringEquals": {DUTY: value}} for value in "ab")


def role(*statements: Json, name: str = "role", **more: Any) -> Actor:
    return actor(name, [policy(*statements)], **more)


def compared(
    new: list[Json] | Actor, old: list[Json] | Actor, actions: list[str] | None = None
) -> Comparison:
    """Compare two roles; every difference is put to the evaluator once more."""
    one = new if isinstance(new, Actor) else role(*new, name="new")
    other = old if isinstance(old, Actor) else role(*old, name="old")
    found = implies(one, other, actions)
    for difference in found.differences:
        request = difference.step.request
        # That the policies of KMS keys let identity policies decide is taken for granted.
        assert assumed(outcome(one.policies, request).allowed) is YES, request
        assert assumed(outcome(other.policies, request).allowed) is NO, request
        assert request.action == difference.actions[0]
    steps = tuple(difference.step for difference in found.differences)
    assert found.answer.witness == steps
    assert (found.answer.verdict == REFUTED) == bool(steps)
    return found


@pytest.mark.parametrize(
    ("new", "old", "verdict"),
    [
        ([], [], PROVED),
        ([], [allow()], PROVED),
        ([allow()], [], REFUTED),
        ([allow()], [allow()], PROVED),
        ([allow(Resource=SHOP)], [allow()], PROVED),
        ([allow()], [allow(Resource=SHOP)], REFUTED),
        ([allow(Action=PAY)], [allow(Action=f"{SERVICE}*")], PROVED),
        ([allow(Action=f"{SERVICE}*")], [allow(Action=PAY)], REFUTED),
        ([allow(Action=PAY.lower())], [allow(Action=PAY.upper())], PROVED),
        ([allow(Action=PAY, Condition=IS_A)], [allow(Action=PAY)], PROVED),
        ([allow(Action=PAY)], [allow(Action=PAY, Condition=IS_A)], REFUTED),
        ([allow(Action=PAY, Condition=IS_A)], [allow(Action=PAY, Condition=IS_B)], REFUTED),
        (
            [allow(Action=PAY, Condition=IS_A)],
            [allow(Action=PAY, Condition={"StringLike": {DUTY: "*"}})],
            PROVED,
        ),
        (
            [allow(Action=PAY, Resource=f"{PREFIX}a*")],
            [allow(Action=PAY, Resource=[f"{PREFIX}a", f"{PREFIX}a?*"])],
            PROVED,
        ),
        ([allow(Action=PAY, Resource=[SHOP, TILL])], [allow(Action=PAY, Resource=SHOP)], REFUTED),
        ([allow(Action=PAY, Resource=SHOP), deny(Resource=SHOP)], [], PROVED),
        ([allow(), deny(Action=PAY)], [allow(NotAction=PAY)], PROVED),
        ([allow(NotAction=PAY)], [allow(), deny(Action=PAY)], PROVED),
        ([allow(NotAction=[PAY])], [allow(NotAction=[PAY, OPEN])], REFUTED),
        ([allow(NotAction=[PAY, OPEN])], [allow(NotAction=[PAY])], PROVED),
        ([allow(NotResource=SHOP)], [allow(NotResource=[SHOP, TILL])], REFUTED),
        ([allow(NotResource=[SHOP, TILL])], [allow(NotResource=SHOP)], PROVED),
        ([allow(Action=LIST)], [allow(Action=LIST, Resource=f"{PREFIX}*")], REFUTED),
        ([allow(Action="s3:GetObject", Resource=f"{BUCKET}/*")], [allow(Action="s3:Get*")], PROVED),
        (
            [allow(Action="s3:Get*", Resource=f"{BUCKET}/*")],
            [allow(Action="s3:GetObject", Resource=f"{BUCKET}/*")],
            REFUTED,
        ),
        ([allow(Action="nosuch:Thing")], [], REFUTED),  # AWS may be ahead of the catalog
        ([allow(Action="nosuch:Thing")], [allow(Action="nosuch:*")], PROVED),
        ([allow(Action=Unresolved("var.a"))], [], UNDECIDED),
        ([allow(Action=PAY)], [allow(Action=PAY, Resource=Unresolved("var.r"))], UNDECIDED),
        ([allow(Action=PAY, Condition={"StringEqualz": {DUTY: "a"}})], [], UNDECIDED),
        (
            [allow(Action=PAY, Condition={"StringEquals": {DUTY: "${aws:PrincipalTag/team}"}})],
            [allow(Action=PAY, Condition={"StringLike": {DUTY: "*"}})],
            PROVED,
        ),
    ],
)
def test_new_access(new: list[Json], old: list[Json], verdict: str) -> None:
    assert compared(new, old).answer.verdict == verdict


@pytest.mark.parametrize("arn", ["", ROLE])
def test_a_role_that_gains_everything_has_new_access_whoever_it_is(arn: str) -> None:
    for action in (PAY, TOKEN, LIST, "s3:GetObject", "iam:PassRole", "kms:Decrypt"):
        found = compared(role(allow(Action=action), arn=arn), role(arn=arn))
        assert found.answer.verdict == REFUTED, action
        assert {item.actions for item in found.differences} == {(action,)}


def test_access_is_taken_away_the_other_way_round() -> None:
    new, old = (
        [allow(Action=[OPEN, GET], Resource=SHOP)],
        [allow(Action=[OPEN, PAY], Resource=SHOP)],
    )
    gained, lost = compared(new, old), compared(old, new)
    assert (gained.answer.verdict, lost.answer.verdict) == (REFUTED, REFUTED)
    assert {action for item in gained.differences for action in item.actions} == {GET}
    assert {action for item in lost.differences for action in item.actions} == {PAY}


def test_every_group_of_actions_and_type_of_resource_is_listed_once() -> None:
    found = compared(
        [allow(Action=[PAY, OPEN, LIST, "s3:GetObject"])], [allow(Action=OPEN, Resource=SHOP)]
    )
    listed = {(item.actions, item.step.request.resource) for item in found.differences}
    assert {actions for actions, _ in listed} == {(PAY,), (OPEN,), (LIST,), ("s3:GetObject",)}
    assert ((LIST,), "*") in listed
    assert len(listed) == len(found.differences)
    assert found.undecided == ()


def test_actions_that_no_statement_tells_apart_are_listed_together() -> None:
    found = compared([allow(Action=f"{SERVICE}*PaymentManager", Resource=SHOP)], [])
    assert {item.actions for item in found.differences} == {
        tuple(f"{SERVICE}{name}PaymentManager" for name in ("Delete", "Get", "Update"))
    }


def test_each_resource_of_a_call_may_be_new() -> None:
    vault = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:token-vault/default"
    old = allow(Action=TOKEN, Resource=[vault, f"{vault}/*"])
    found = compared([allow(Action=TOKEN)], [old])
    types = {item.step.request.resource.split(":")[5].split("/")[0] for item in found.differences}
    assert types == {"token-vault", "workload-identity-directory"}


def test_actions_that_cannot_be_told_are_listed() -> None:
    new = [allow(Action=[PAY, OPEN], Condition={"StringEqualz": {DUTY: "a"}}), allow(Action=LIST)]
    found = compared(new, [])
    assert set(found.undecided) == {PAY, OPEN}
    assert {item.actions for item in found.differences} == {(LIST,)}


def test_what_is_below_a_manager_is_contested() -> None:
    below = [allow(Action=PAY, Resource=f"{MANAGER}/session/*")]
    assert compared(below, []).answer.verdict == UNDECIDED
    assert compared(below, []).undecided == (PAY,)
    assert compared(below, [allow(Action=PAY, Resource=f"{MANAGER}*")]).answer.verdict == PROVED
    on_manager = [allow(Action=PAY, Resource=MANAGER)]
    assert compared(below, on_manager).answer.verdict == UNDECIDED


def test_limits_on_either_side_count() -> None:
    every, payments = policy(allow()), policy(allow(Action=f"{SERVICE}*"))
    whole = role(allow())
    bounded = role(allow(), boundary=[payments])
    assert compared(bounded, whole).answer.verdict == PROVED
    found = compared(whole, bounded, [PAY, "s3:GetObject"])
    assert {item.actions for item in found.differences} == {("s3:GetObject",)}
    levels = [("root", [every]), ("unit", [policy(allow(), deny(Action=PAY))])]
    limited = role(allow(), scps=levels)
    assert compared(limited, whole).answer.verdict == PROVED
    assert {item.actions for item in compared(whole, limited, [PAY, OPEN]).differences} == {(PAY,)}
    assert compared(role(allow(), session=[payments]), bounded).answer.verdict == PROVED


def test_gaps_on_either_side_leave_no_proof() -> None:
    gapped = role(allow(Action=PAY), gaps=["a policy is not in the input"])
    for new, old in ((gapped, role(allow())), (role(allow(Action=PAY)), gapped)):
        found = compared(new, old)
        assert found.answer.verdict == UNDECIDED
        assert found.answer.reasons == ("a policy is not in the input",)


# Every action of the catalog


def test_all_actions_of_the_catalog_are_compared() -> None:
    found = compared([allow()], [allow(NotAction="iam:PassRole")])
    assert {item.actions for item in found.differences} == {("iam:PassRole",)}
    assert int(found.answer.universe.partition(" ")[0].replace(",", "")) == len(expand("*"))


def test_a_service_named_action_by_action_is_the_whole_service() -> None:
    names = list(expand(f"{SERVICE}*"))
    assert compared([allow(Action=f"{SERVICE}*")], [allow(Action=names)]).answer.verdict == PROVED
    found = compared([allow(Action=f"{SERVICE}*")], [allow(Action=names[:-1])])
    assert {action for item in found.differences for action in item.actions} == {names[-1]}


def test_only_the_actions_that_are_asked_about_count() -> None:
    found = compared([allow()], [allow(Action=PAY)], [PAY])
    assert found.answer.verdict == PROVED
    assert found.answer.universe.startswith("1 action,")
    assert compared([allow()], [allow(Action=PAY)], [PAY, OPEN]).differences[0].actions == (OPEN,)


def test_a_comparison_says_what_it_takes_for_granted() -> None:
    answer = compared([allow(Action=PAY)], [allow()]).answer
    assert answer.property == "new allows nothing that old did not"
    assert answer.assumptions[-1].startswith("the catalog's ")


@pytest.mark.parametrize(
    ("pattern", "verdict"),
    [
        ("**", REFUTED),
        ("*Payment*", UNDECIDED),
        ("bedrock-agentcore*", UNDECIDED),
        (Unresolved("var.action", pattern="*Payment"), UNDECIDED),
    ],
)
def test_a_pattern_without_a_colon_may_allow_something(pattern: Any, verdict: str) -> None:
    assert compared([allow(Action=[pattern])], []).answer.verdict == verdict


def test_a_pattern_without_a_colon_may_deny_something() -> None:
    new = [allow(Action=[PAY, OPEN], Resource=SHOP), deny(Action="*ProcessPayment")]
    found = compared(new, [])
    assert {action for item in found.differences for action in item.actions} == {OPEN}
    assert found.undecided == (PAY,)


def test_becoming_another_role_may_be_new_where_its_trust_policy_is_not_given() -> None:
    found = compared([allow(Action=["sts:AssumeRole", PAY])], [allow(Action=PAY)])
    assert found.answer.verdict == UNDECIDED
    assert found.undecided == ("sts:AssumeRole",)
    assert "the trust policy of the role" in found.answer.reasons[0]
    assert compared([allow(Action="sts:AssumeRole")], [allow(Action="sts:*")]).undecided == ()


def test_actions_that_the_catalog_does_not_have_are_told_apart() -> None:
    found = compared(
        [allow(Action=f"{SERVICE}*B")], [], [f"{SERVICE}UnheardOfA", f"{SERVICE}UnheardOfB"]
    )
    assert {item.actions for item in found.differences} == {(f"{SERVICE}UnheardOfB",)}


@pytest.mark.parametrize(
    "old",
    [
        allow(Action=[Unresolved("var.actions"), PAY]),
        allow(NotAction=[Unresolved("var.actions", pattern=OPEN)]),
    ],
)
def test_actions_of_which_it_is_not_sure_stand_for_no_sure_ones(old: Json) -> None:
    found = compared([allow(Action=[PAY, OPEN])], [old], [PAY, OPEN])
    assert found.undecided == (OPEN,)
    assert found == compared([allow(Action=[PAY, OPEN])], [old], [OPEN, PAY])


_PATTERNS = [
    *("*", "**", "", "?", "*Payment", "*P*", f"{SERVICE}*", f"{SERVICE}*B", "s3:*", "s3:Unheard*"),
    *(PAY, OPEN, f"{SERVICE}UnheardOfB", "unheard:Of", "unheard:*", "ProcessPayment", "*:*", ":"),
]
_ACTIONS = [PAY, OPEN, "s3:GetObject", "s3:UnheardOf", f"{SERVICE}UnheardOfB", "unheard:Of"]
ENTRIES = st.lists(
    st.sampled_from(_PATTERNS)
    | st.sampled_from(_PATTERNS).map(lambda pattern: Unresolved("var.action", pattern=pattern))
    | st.just(7),
    min_size=1,
    max_size=3,
)


@settings(max_examples=150, deadline=None, phases=PHASES)
@given(
    st.lists(st.tuples(st.sampled_from(["Action", "NotAction"]), ENTRIES), min_size=1, max_size=3)
)
def test_every_statement_says_the_same_of_all_actions_of_a_group(
    entries: list[tuple[str, list[Any]]],
) -> None:
    one = role(*(allow(**{name: texts}) for name, texts in entries))
    for group in groups((one.policies,), _ACTIONS, "", Limit()):
        for clause in one.policies.identity.clauses:
            ranks = {action_matches(clause, action).rank for action in group.actions}
            assert len(ranks) == 1
    for action in _ACTIONS:
        may = any(action_matches(c, action) is not NO for c in one.policies.identity.clauses)
        known = not action.lower().startswith("unheard") and "Unheard" not in action
        assert not (may and known) or action in granted(one.policies, Limit())


@pytest.mark.parametrize("name", ["TagResource", "UntagResource", "ListTagsForResource"])
def test_tagging_of_managers_may_be_new(name: str) -> None:
    new = [allow(Action=f"{SERVICE}{name}", Resource=SHOP)]
    assert compared(new, []).answer.verdict == REFUTED


def test_the_same_statements_may_mean_more_for_another_role() -> None:
    statement = allow(Action=PAY, Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}})
    one, other = (role(statement, arn=arn) for arn in (ROLE, f"{ROLE}2"))
    assert implies(one, other).answer.verdict == REFUTED


# Statements that make no difference


def dead(*statements: Json, **more: Any) -> list[tuple[int, str]]:
    """Return which statements make no difference, by number, and why."""
    found, _ = dead_statements(role(*statements, **more))
    return [(int(item.ref.pointer.rpartition("/")[2]), item.why) for item in found]


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], []),
        ([allow()], []),
        ([deny()], []),  # denials are not asked about
        ([allow(Action=PAY), allow(Action=OPEN)], []),
        ([allow(), allow(Action=PAY)], [(1, REDUNDANT)]),
        ([allow(Action=PAY), allow()], [(0, REDUNDANT)]),
        ([allow(Action=PAY), allow(Action=PAY)], [(1, REDUNDANT)]),
        (
            [allow(Action=PAY), allow(Action=PAY), allow(Action=PAY)],
            [(1, REDUNDANT), (2, REDUNDANT)],
        ),
        ([allow(Action=PAY, Resource=SHOP), allow(Action=PAY, Resource=TILL)], []),
        (
            [
                allow(Action=PAY, Resource=[f"{PREFIX}a", f"{PREFIX}a?*"]),
                allow(Action=PAY, Resource=f"{PREFIX}a*"),
            ],
            [(1, REDUNDANT)],
        ),
        (
            [
                allow(Action=PAY, Resource=f"{PREFIX}a*"),
                allow(Action=PAY, Resource=f"{PREFIX}b*"),
                allow(Action=PAY, Resource=f"{PREFIX}*"),
            ],
            [(0, REDUNDANT), (1, REDUNDANT)],
        ),
        ([allow(Action=PAY, Condition=IS_A), allow(Action=PAY)], [(0, REDUNDANT)]),
        ([allow(Action=PAY, Condition=IS_A), allow(Action=PAY, Condition=IS_B)], []),
        (
            [
                allow(Action=PAY, Condition=IS_A),
                allow(Action=PAY, Condition={"StringNotEquals": {DUTY: "a"}}),
                allow(Action=PAY),
            ],
            [(2, REDUNDANT)],
        ),
        ([allow(Action=PAY), deny(Action=PAY)], [(0, OVERRIDDEN)]),
        ([allow(Action=[PAY, OPEN]), deny(Action=PAY)], []),
        ([allow(Action=PAY), deny(Action=PAY, Condition=IS_A)], []),
        ([allow(Action=PAY, Condition=IS_A), deny(Condition=IS_A)], [(0, OVERRIDDEN)]),
        ([allow(Action=PAY, Resource=SHOP), deny(NotResource=TILL)], [(0, OVERRIDDEN)]),
        ([allow(Action=PAY, Resource="arn:aws:s3:::*")], [(0, NO_MATCH)]),
        ([allow(Action=PAY, Resource=f"{PREFIX}Shop-*")], [(0, NO_MATCH)]),
        ([allow(Action=LIST, Resource=SHOP)], [(0, NO_MATCH)]),
        ([allow(Action="bedrock-agentcore:NoSuch*")], [(0, NO_MATCH)]),
        (
            [allow(Action=PAY, Condition={"StringEquals": {"aws:RequestTag/x": "a"}})],
            [(0, NO_MATCH)],
        ),
        (
            [
                allow(
                    Action=PAY,
                    Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "1"}},
                ),
                allow(
                    Action=PAY,
                    Condition={
                        "NumericLessThan": {"aws:MultiFactorAuthAge": "1"},
                        "NumericGreaterThan": {"aws:MultiFactorAuthAge": "1"},
                    },
                ),
            ],
            [(1, NO_MATCH)],
        ),
        # Of these it cannot be told.
        ([allow(Action=PAY, Resource=f"{MANAGER}/session/*")], []),
        ([allow(Action=PAY), allow(Action=Unresolved("var.a", pattern=PAY))], []),
        ([allow(Action=PAY), allow(Action=Unresolved("var.a"))], []),
        ([allow(Action=PAY, Condition={"StringEqualz": {DUTY: "a"}})], []),
        ([{"Effect": Unresolved("var.e"), "Action": PAY, "Resource": "*"}], []),
        ([allow(Action=PAY), deny(Resource=Unresolved("var.r"))], []),
    ],
)
def test_statements_that_make_no_difference(
    statements: list[Json], expected: list[tuple[int, str]]
) -> None:
    assert dead(*statements) == expected


def test_what_boundary_or_scp_does_not_let_pass_is_overridden() -> None:
    payments, others = allow(Action=PAY), allow(Action="s3:GetObject")
    boundary = [policy(allow(Action=f"{SERVICE}*"))]
    assert dead(payments, others, boundary=boundary) == [(1, OVERRIDDEN)]
    levels = [("root", [policy(allow())]), ("unit", [policy(allow(Action="s3:*"))])]
    assert dead(payments, others, scps=levels) == [(0, OVERRIDDEN)]
    assert dead(payments, others, session=[policy(deny())]) == [(0, OVERRIDDEN), (1, OVERRIDDEN)]


def test_statements_of_several_policies_are_named_by_policy() -> None:
    documents = [
        policy(allow(Action=PAY)),
        policy(allow(Action=OPEN), allow(Action=PAY, Sid="Again")),
    ]
    (found,), examined = dead_statements(actor("role", documents))
    assert (found.ref.number, found.ref.pointer, found.ref.sid) == (1, "/Statement/1", "Again")
    assert (found.why, found.actions) == (REDUNDANT, 1)
    assert examined.statements == 3


@pytest.mark.parametrize("arn", ["", ROLE])
def test_a_statement_that_is_needed_is_needed_whoever_the_role_is(arn: str) -> None:
    for action in (PAY, TOKEN, LIST, "s3:GetObject", "iam:PassRole", "kms:Decrypt"):
        assert dead(allow(Action=action), arn=arn) == []
        secure = allow(Action=action, Condition={"Bool": {"aws:SecureTransport": "true"}})
        assert dead(secure, allow(Action=action), arn=arn) == [(0, REDUNDANT)]


def test_a_statement_that_lets_a_role_become_another_is_not_dead() -> None:
    assert dead(allow(Action="sts:AssumeRole")) == []


def test_with_gaps_no_statement_is_called_dead() -> None:
    gaps = ["a policy is not in the input"]
    assert dead(allow(), allow(Action=PAY), gaps=gaps) == []


@pytest.mark.parametrize("pattern", ["**", "*ProcessPayment"])
def test_a_pattern_without_a_colon_is_not_called_dead(pattern: str) -> None:
    assert dead(allow(Action=pattern)) == []


@pytest.mark.parametrize("name", ["TagResource", "UntagResource", "ListTagsForResource"])
def test_a_statement_that_lets_managers_be_tagged_is_not_dead(name: str) -> None:
    assert dead(allow(Action=f"{SERVICE}{name}", Resource=SHOP)) == []


def test_without_work_left_no_statement_is_called_dead() -> None:
    one = role(allow(), allow(Action=PAY), allow(Action=OPEN, Resource=SHOP), deny(Resource=TILL))
    full = {item.ref for item in dead_statements(one)[0]}
    assert len(full) == 2
    for number in (0, 1, 2, 5, 10, 50, 200):
        for spent in ({"states": number}, {"requests": number}):
            representative._known.clear()
            found, _ = dead_statements(one, Limit(**spent))
            assert {item.ref for item in found} <= full


# Policies that tell only few things apart: all of them can be tried, so answers have to be right


NAMES = [
    f"{PREFIX}{name}"
    for name in (
        "shop-a1b2c3d4e5",
        "shop-x-a1b2c3d4e5",
        "shop-zzzzzzzzzz",
        "shop-aaaaaaaaaa",
        "till-a1b2c3d4e5",
        "till-x-a1b2c3d4e5",
        "till-o1zzzzzzzz",
        "till-a1aaaaaaaa",
        "till-ozzzzzzzzz",
        "till-aaaaaaaaaa",
        "x-a1b2c3d4e5",
        "o-zzzzzzzzzz",
        "x-aaaaaaaaaa",
    )
]
ELSEWHERE = NAMES[0].replace("us-east-1", "eu-west-1")  # no pattern but a star matches it
HELD = (None, "a", "ab", "abc", "b", "z")
simple_conditions = st.sampled_from(
    [
        {},
        {},
        {"StringEquals": {DUTY: "a"}},
        {"StringNotEquals": {DUTY: "a"}},
        {"StringLike": {DUTY: "a*"}},
        {"StringNotLike": {DUTY: ["a?", "b"]}},
        {"StringEqualsIfExists": {DUTY: ["a", "b"]}},
        {"Null": {DUTY: "true"}},
        {"Null": {DUTY: "false"}, "StringNotEquals": {DUTY: "b"}},
    ]
)
simple_resources = st.sampled_from(
    [
        "*",
        f"{PREFIX}*",
        SHOP,
        f"{PREFIX}*-a1b2c3d4e5",
        NAMES[0],
        f"{PREFIX}till-?1*",
        f"{PREFIX}*o*z",
    ]
)


def simple_roles(*actions: str) -> st.SearchStrategy[Actor]:
    found = st.builds(
        lambda effect, actions, element, resources, condition: {
            "Effect": effect,
            "Action": actions,
            element: resources,
            **({"Condition": condition} if condition else {}),
        },
        st.sampled_from(["Allow", "Allow", "Deny"]),
        st.lists(st.sampled_from(actions), min_size=1, max_size=2, unique=True),
        st.sampled_from(["Resource", "Resource", "NotResource"]),
        st.lists(simple_resources, min_size=1, max_size=2, unique=True),
        simple_conditions,
    )
    return st.builds(
        lambda said, bound: role(*said, boundary=[policy(*bound)] if bound else (), arn=ROLE),
        st.lists(found, max_size=4),
        st.lists(found, max_size=2),
    )


roles = simple_roles("*", PAY, OPEN)


def without(one: Actor, *refs: object) -> Actor:
    """Return a role without some of its statements."""
    identity = one.policies.identity
    kept = tuple(clause for clause in identity.clauses if clause.ref not in refs)
    return one._replace(policies=one.policies._replace(identity=identity._replace(clauses=kept)))


def allowed(one: Actor, action: str) -> set[tuple[str, str | None]]:
    """Return all that a role is allowed, of the managers and tags that can be told apart."""
    return {
        (manager, held)
        for manager, held in itertools.product([*NAMES, ELSEWHERE], HELD)
        if surely_allowed(
            one.policies, asked(one, action, manager, {} if held is None else {DUTY: held})
        )
    }


exact = settings(max_examples=60, deadline=None, phases=PHASES)


@exact
@given(roles, roles)
def test_new_access_is_what_trying_everything_finds(new: Actor, old: Actor) -> None:
    found = implies(new, old, [PAY, OPEN])
    gained = {action: allowed(new, action) - allowed(old, action) for action in (PAY, OPEN)}
    assert found.answer.verdict == (REFUTED if any(gained.values()) else PROVED)
    differing = {action for item in found.differences for action in item.actions}
    assert differing == {action for action, what in gained.items() if what}


@exact
@given(roles)
def test_separation_is_what_trying_everything_finds(one: Actor) -> None:
    fixed = deny(Action=[f"{SERVICE}TagResource", f"{SERVICE}UntagResource"])
    limited = one._replace(
        policies=one.policies._replace(
            scps=role(scps=[("", [policy(allow(), fixed)])]).policies.scps
        )
    )
    both = allowed(limited, PAY) & allowed(limited, OPEN)
    assert never_both(limited, PAY, OPEN).verdict == (REFUTED if both else PROVED)


@exact
@given(roles)
def test_confinement_is_what_trying_everything_finds(one: Actor) -> None:
    reached = {manager for action in (PAY, OPEN, GET) for manager, _ in allowed(one, action)}
    outside = {manager for manager in reached if not matches(SHOP, manager)}
    assert confined_to(one, [SHOP]).verdict == (REFUTED if outside else PROVED)


@exact
@given(roles)
def test_a_requirement_is_what_trying_everything_finds(one: Actor) -> None:
    shops = {name for name in NAMES if matches(SHOP, name)}
    missing = shops - {manager for manager, _ in allowed(one, PAY)}
    assert requires(one, [PAY], SHOP).verdict == (REFUTED if missing else PROVED)


@settings(exact, max_examples=30)
@given(simple_roles(PAY, OPEN, GET))
def test_dead_statements_are_what_trying_everything_finds(one: Actor) -> None:
    found, _ = dead_statements(one)
    less = without(one, *(item.ref for item in found))
    for action in (PAY, OPEN, GET):
        assert allowed(one, action) == allowed(less, action)
    for clause in less.policies.identity.clauses:
        if clause.statement.effect == "Allow":
            lesser = without(less, clause.ref)
            assert any(allowed(less, a) != allowed(lesser, a) for a in (PAY, OPEN, GET))
