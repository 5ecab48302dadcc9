"""What a role is said to do to payment managers, and what stands for managers yet to be made."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payguard.authorization.actor import Actor, actor
from payguard.authorization.closure import separated
from payguard.authorization.universe import manager_universe
from payguard.iam.unresolved import AFTER_APPLY, MISSING, Unresolved
from payguard.iam.wildcard import matches
from payguard.identifiers.glob import can_match
from payguard.idle import is_idle, let_in_by_name
from payguard.powers import Power, powers, verbs
from payguard.rules.payments.money import spending
from payguard.rules.subject import Subject
from payguard.stand_in import with_stand_ins
from payguard_policies import catalog, roles

ACCOUNT = "999988887777"
HEAD = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:payment-manager"
SHOP, TILL = f"{HEAD}/shop-a1b2c3d4e5", f"{HEAD}/till-f6g7h8i9j0"
BOTH = [SHOP, f"{SHOP}/*"]
SECRET = (
    f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:bedrock-agentcore-identity!wallet-AbCdEf"
)
PROVIDER = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:token-vault/default/paymentcredentialprovider/wallet"
PAY = "bedrock-agentcore:ProcessPayment"
OPEN = "bedrock-agentcore:CreatePaymentSession"
MADE = Unresolved(
    "Manager.Arn", AFTER_APPLY, "arn:aws*:bedrock-agentcore:*:????????????:payment-manager/*"
)
BELOW = MADE._replace(pattern=f"{MADE.pattern}/*")
OTHER = MADE._replace(what="Other.Arn")
ANY = Unresolved("Fn::ImportValue Manager", MISSING)
NOT_KNOWN = 'what "{}" will be is not known'


def allow(action: Any, resource: Any, **elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **elements}


def deny(action: Any, resource: Any, **elements: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **elements}


def policy(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def role(*statements: dict[str, Any], boundary: Any = None, **more: Any) -> Actor:
    boundaries = [] if boundary is None else [boundary]
    return actor("role", [policy(*statements)], boundary=boundaries, **more)


def said(power: Power) -> str:
    place = f" {power.place}" if power.place else ""
    spared = f" but not {' or '.join(power.spared)}" if power.spared else ""
    return f"{'perhaps ' if power.reasons else ''}{power.verb.words}{place}{spared}"


def told(found: Actor) -> list[str]:
    return [said(power) for power in powers(found)]


ELSEWHERE = {"Effect": "Deny", "Action": PAY, "NotResource": BOTH}
TAGGED = {"Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (role(allow(PAY, BOTH)), [f"spends on {SHOP}"]),
        (role(allow([PAY, OPEN], [*BOTH, TILL])), [
            f"spends on {SHOP}", f"spends on {TILL}",
            f"opens budgets on {SHOP}", f"opens budgets on {TILL}",
        ]),
        (role(allow(PAY, "*")), ["spends on *"]),
        (role(allow(PAY, f"{HEAD}/*")), [f"spends on {HEAD}/*"]),
        (role(allow(PAY, ["*", SHOP])), ["spends on *"]),
        (role(allow(PAY, f"{HEAD}/${{aws:PrincipalTag/shop}}")), [
            f"spends on {HEAD}/${{aws:PrincipalTag/shop}}",
        ]),
        (role(allow(PAY, "*", **TAGGED)), ["spends on *"]),
        # --- what a Deny leaves
        (role(allow(PAY, "*"), deny(PAY, SHOP)), [f"spends on * but not {SHOP}"]),
        (role(allow(PAY, "*"), deny(PAY, [SHOP, TILL])), [f"spends on * but not {SHOP} or {TILL}"]),
        (role(allow(PAY, "*"), deny(PAY, SHOP, **TAGGED)), ["spends on *"]),
        (role(allow(PAY, "*"), ELSEWHERE), [f"spends on {SHOP}"]),
        (role(allow(PAY, [SHOP, TILL]), deny(PAY, TILL)), [f"spends on {SHOP}"]),
        (role(allow(PAY, BOTH), deny(PAY, "*")), []),
        (role({"Effect": "Allow", "Action": PAY, "NotResource": BOTH}), [
            f"spends on * but not {SHOP}",
        ]),
        # --- what a boundary leaves
        (role(allow(PAY, "*"), boundary=policy(allow("*", BOTH))), [f"spends on {SHOP}"]),
        (role(allow(PAY, "*"), boundary=policy(allow("s3:*", "*"))), []),
        (role(allow(PAY, SHOP), boundary=policy(ANY)), [f"perhaps spends on {SHOP}"]),
        # --- what AWS's sources disagree on
        (role(allow(PAY, f"{SHOP}/*")), [f"perhaps spends on {SHOP}/*"]),
        # --- managers that the deploy makes
        (role(allow(PAY, [MADE, BELOW])), [f"spends on {MADE.sentence}"]),
        (role(allow(PAY, [MADE, OTHER])), [
            f"spends on {MADE.sentence}", f"spends on {OTHER.sentence}",
        ]),
        (role(allow(PAY, [MADE, BELOW]), deny(PAY, [MADE, BELOW])), []),
        (role(allow(PAY, MADE), deny(PAY, OTHER)), [f"spends on {MADE.sentence}"]),
        (role(allow(PAY, "*"), deny(PAY, MADE)), [f"spends on * but not {MADE.sentence}"]),
        (role(allow(PAY, ANY)), [f"perhaps spends on {ANY.sentence}"]),
        (role(allow(ANY, SHOP)), [
            f"perhaps {words} {SHOP}"
            for words in ("spends on", "opens budgets on", "changes", "reads")
        ]),
        # --- what is not done on a manager
        (role(allow("bedrock-agentcore:CreatePaymentManager", "*")), ["creates payment managers"]),
        (role(allow("bedrock-agentcore:ListPaymentManagers", "*")), ["lists payment managers"]),
        (role(allow("secretsmanager:GetSecretValue", "*")), ["reads wallet secrets"]),
        (role(allow("secretsmanager:GetSecretValue", SECRET.replace("identity!wallet", "x"))), []),
        (role(allow("bedrock-agentcore:GetResourcePaymentToken", "*")), ["gets payment tokens"]),
        (role(allow("s3:*", "*")), []),
        (role(), []),
    ],
)  # fmt: skip
def test_what_a_role_does_is_said_in_the_words_of_its_policies(
    found: Actor, expected: list[str]
) -> None:
    assert told(found) == expected


def test_an_administrator_does_everything_and_each_request_is_shown() -> None:
    found = powers(role(allow("*", "*")))
    assert [power.verb for power in found] == list(verbs())
    assert all(power.steps and not power.reasons for power in found)
    named = {action.partition(":")[2] for power in found for action in power.actions}
    assert named >= set(catalog.payments_actions())


@pytest.mark.parametrize("persona", roles.PERSONAS)
def test_a_documented_role_does_what_its_contract_names(persona: str) -> None:
    """And nothing of it is uncertain: AWS's own roles are the ones that must be understood."""
    parameters = roles.Parameters(
        manager_arns=(SHOP,), credential_provider_arns=(PROVIDER,), secret_arns=(SECRET,)
    )
    document = roles.permissions(persona, parameters)
    contract = roles.contract(persona)
    allowed = {a for group in (*contract.must_allow, *contract.may_allow) for a in group.actions}
    found = powers(actor("role", [document]))
    assert {power.place for power in found if power.verb.placed} <= {SHOP, "*"}
    asked = {a for verb in verbs() for group in verb.groups for a in group.actions}
    assert {a for power in found for a in power.actions if not power.reasons} <= allowed
    needed = {a for group in contract.must_allow for a in group.actions} & asked
    assert needed <= {a for power in found for a in power.actions}


def test_actions_on_one_place_are_told_together_and_apart_from_others() -> None:
    get, list_ = "bedrock-agentcore:GetPaymentSession", "bedrock-agentcore:ListPaymentSessions"
    found = powers(role(allow([get, list_], SHOP), allow(get, TILL)))
    assert [(power.place, power.actions) for power in found] == [
        (SHOP, (get, list_)),
        (TILL, (get,)),
    ]


def test_the_reason_for_a_doubt_is_given() -> None:
    (power,) = powers(role(allow(PAY, ANY)))
    assert power.reasons == (NOT_KNOWN.format(ANY.sentence),)
    assert (power.steps, power.known) == ((), False)


def test_resources_beyond_reason_are_counted_not_forgotten() -> None:
    many = [f"{HEAD}/shop{number}-a1b2c3d4e5" for number in range(70)]
    found = powers(role(allow(PAY, many)))
    assert len(found) == 61
    assert found[-1].reasons == ("10 more resources of its policies were not looked at",)


def test_hostile_patterns_end_in_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("payguard.powers._SECONDS", 2.0)
    patterns = [f"{HEAD}/{'*a' * 20}{index}*" for index in range(40)]
    start = time.perf_counter()
    found = powers(role(allow(["*", PAY, OPEN], patterns), deny("*", patterns[::2])))
    assert time.perf_counter() - start < 90  # without bounds it takes hours
    assert found


# Managers that the deploy makes


@pytest.mark.parametrize(
    "pattern",
    [
        "arn:aws:bedrock-agentcore:us-west-2:999988887777:payment-manager/*",
        "arn:aws*:bedrock-agentcore:*:????????????:payment-manager/shop-??????????",
        "arn:*:bedrock-agentcore:*:*:payment-manager/*-??????????",
        "arn:aws:bedrock-agentcore:*:*:payment-manager/shop-*",
    ],
)
def test_what_stands_for_a_manager_fits_its_pattern_and_is_an_arn(pattern: str) -> None:
    values = [Unresolved(f"m{index}", AFTER_APPLY, pattern) for index in range(5)]
    found = with_stand_ins(role(allow(PAY, list(values))))
    examples = [arn for arn, label in found.labels.items() if label in {v.sentence for v in values}]
    assert len(set(examples)) == 5
    for example in examples:
        assert matches(pattern, example)
        assert can_match(manager_universe().pattern, example)


@pytest.mark.parametrize(
    "pattern",
    ["*", "arn:aws:*", "arn:aws:s3:::*", "arn:*:bedrock-agentcore:*:*:*", f"{HEAD}/*/session/*"],
)
def test_what_may_be_something_else_stays_unknown(pattern: str) -> None:
    found = role(allow(PAY, [Unresolved("x", AFTER_APPLY, pattern)]))
    assert with_stand_ins(found).labels == {}
    assert with_stand_ins(found).actor is found


# Roles that surely become no other

ARN = f"arn:aws:iam::{ACCOUNT}:role/"


def trusting(principal: Any) -> dict[str, Any]:
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


@pytest.mark.parametrize(
    ("action", "idle"),
    [
        ("s3:GetObject", True),
        ("bedrock-agentcore:GetPaymentSession", True),
        (PAY, False),
        (OPEN, False),
        ("sts:AssumeRole", False),
        ("iam:PassRole", False),
        ("iam:PutRolePolicy", False),
        ("iam:UpdateAssumeRolePolicy", False),
        ("lambda:*", False),
        ("*", False),
        (ANY, False),
    ],
)
def test_a_role_is_idle_if_no_statement_lets_it_take_a_step(action: Any, idle: bool) -> None:
    assert is_idle(role(allow(action, "*"))) is idle
    assert is_idle(role(deny(action, "*")))


@pytest.mark.parametrize(
    ("trust", "by_name"),
    [
        (trusting({"Service": "lambda.amazonaws.com"}), False),
        (trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), False),
        (trusting({"AWS": [ACCOUNT]}), False),
        (trusting({"AWS": f"{ARN}app"}), True),
        (trusting({"AWS": "*"}), True),
        (trusting("*"), True),
        (trusting(ANY), True),
        (trusting({"AWS": ANY}), True),
        (policy(ANY), True),
        (policy({"Effect": "Allow", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "*"}), True),
        (policy({"Effect": "Deny", "Principal": "*", "Action": "*"}), False),
        (None, True),
    ],
)
def test_a_trust_policy_may_let_in_who_has_no_policy_of_its_own(trust: Any, by_name: bool) -> None:
    assert let_in_by_name([role(arn=f"{ARN}x", trust=trust)]) is by_name
    assert not let_in_by_name([role(trust=trust)])


TRUSTS = st.sampled_from(
    [
        trusting({"Service": "lambda.amazonaws.com"}),
        trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
    ]
)
STATEMENTS = st.sampled_from(
    [
        allow("s3:*", "*"),
        allow(PAY, BOTH),
        allow(OPEN, BOTH),
        allow(["sts:AssumeRole", "iam:PutRolePolicy"], "*"),
        allow(["iam:PassRole", "lambda:*"], "*"),
        deny(PAY, "*"),
    ]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(STATEMENTS, TRUSTS), min_size=2, max_size=4))
def test_of_an_idle_role_the_engine_says_the_same_alone_and_among_others(
    given_roles: list[tuple[dict[str, Any], Any]],
) -> None:
    actors = [
        actor(f"r{index}", [policy(statement)], arn=f"{ARN}r{index}", trust=trust)
        for index, (statement, trust) in enumerate(given_roles)
    ]
    spend, budget = spending()
    assert not let_in_by_name(actors)
    for one, joint in zip(actors, separated(actors, budget, spend), strict=True):
        if is_idle(one):
            alone = Subject(one).separation
            assert (alone.verdict, alone.reasons) == (joint.verdict, joint.reasons)
