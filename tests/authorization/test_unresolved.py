"""Values that are not known before the deploy: what may be is never taken for what is."""

from typing import Any

import pytest

from authorization.asking import ACCOUNT, MANAGER, PAY, allow, deny, policy, verdict
from authorization.questions import OPEN
from payguard.authorization.actor import actor
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED
from payguard.authorization.compare import implies
from payguard.authorization.prove import never_both, requires
from payguard.iam.unresolved import Unresolved

ANY = Unresolved("x.arn")
SHOP = Unresolved("x.arn", pattern=f"arn:aws:bedrock-agentcore:*:{ACCOUNT}:payment-manager/shop-*")
TILL = Unresolved("y.arn", pattern=f"arn:aws:bedrock-agentcore:*:{ACCOUNT}:payment-manager/till-*")


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow(Resource=ANY)], "undecided"),
        ([allow(Resource=SHOP)], "undecided"),
        ([allow(Resource=TILL)], "ImplicitlyDenied"),
        ([allow(Resource=[TILL, MANAGER])], "Allowed"),
        ([allow(Action=Unresolved("a", pattern="bedrock-agentcore:*"))], "undecided"),
        ([allow(Action=Unresolved("a", pattern="s3:*"))], "ImplicitlyDenied"),
        ([allow(), deny(Resource=SHOP)], "undecided"),
        ([allow(), deny(Resource=TILL)], "Allowed"),
        ([allow(NotResource=SHOP)], "undecided"),
        ([allow(Condition=ANY)], "undecided"),
        ([allow(Condition={"StringEquals": ANY})], "undecided"),
        ([allow(Condition={"StringNotEquals": {"aws:PrincipalTag/a": ANY}})], "Allowed"),
        ([{"Effect": ANY, "Action": "*", "Resource": "*"}], "undecided"),
        ([allow(), {"Effect": ANY, "Action": "s3:*", "Resource": "*"}], "Allowed"),
        ([ANY], "undecided"),
        ([allow(), ANY], "undecided"),
        ([deny(), ANY], "ExplicitlyDenied"),
    ],
)
def test_a_gap_in_a_statement_leaves_open_what_hangs_on_it(
    statements: list[Any], expected: str
) -> None:
    assert verdict(identity=policy(*statements)) == expected


def test_a_list_of_statements_that_is_not_known_leaves_everything_open() -> None:
    assert verdict(identity={"Version": "2012-10-17", "Statement": ANY}) == "undecided"
    assert verdict(identity=policy(allow()), boundary={"Statement": ANY}) == "undecided"


def both(*statements: Any) -> str:
    return never_both(actor("role", [policy(*statements)]), OPEN, PAY).verdict


def test_a_proof_does_not_rest_on_what_is_not_known() -> None:
    assert both(allow(Action=OPEN, Resource=SHOP), allow(Action=PAY, Resource=SHOP)) == UNDECIDED
    assert both(allow(Action=OPEN, Resource=SHOP), allow(Action=PAY, Resource=TILL)) == PROVED
    assert both(allow(Action=[OPEN, PAY]), deny(Action=PAY, Resource=ANY)) == UNDECIDED
    assert both(allow(Action=OPEN, Resource=ANY), allow(Action=PAY), deny(Action=PAY)) == PROVED
    assert both(allow(Action=[OPEN, PAY]), allow(Action=PAY, Resource=ANY)) == REFUTED


def test_what_is_required_may_be_allowed_by_what_is_not_known() -> None:
    role = actor("role", [policy(allow(Action=PAY, Resource=SHOP))])
    assert requires(role, [PAY], MANAGER).verdict == UNDECIDED
    assert requires(role, [PAY], MANAGER.replace("shop", "till")).verdict == REFUTED


def test_the_same_gap_on_both_sides_is_no_new_access() -> None:
    one = actor("one", [policy(allow(Action=PAY, Resource=SHOP))])
    more = actor(
        "more", [policy(allow(Action=PAY, Resource=SHOP), allow(Action=OPEN, Resource=SHOP))]
    )
    assert implies(one, one).answer.verdict == PROVED
    assert implies(one, more).answer.verdict == PROVED
    assert implies(more, one).answer.verdict == UNDECIDED
