"""Who has no payments permission at all, and both duties: by assuming a role for each of them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from payguard.authorization.actor import Actor, actor
from payguard.authorization.answer import Step
from payguard.authorization.caller import ROLE, SESSION, USER, caller
from payguard.authorization.closure import separated_one
from payguard.authorization.policy_set import Layer, StatementRef
from payguard.authorization.prove import never_both
from payguard.authorization.reach import may_grant
from payguard.iam.principal import Principal
from payguard.rules.payments.money import spending

_ASSUME = "sts:AssumeRole"


class Guest(NamedTuple):
    """A principal that roles let in, and that does both as two of them.

    Attributes:
        arn: as it is named.
        place: the statement of a trust policy that names it.
        at: where, as a JSON Pointer relative to the statement.
        steps: the requests.
    """

    arn: str
    place: StatementRef
    at: str
    steps: tuple[Step, ...]


def touches_payments(one: Actor) -> bool:
    """Tell whether some statement could let a role open a budget or spend."""
    return any(may_grant(one, action) for action in spending())


def has_one_duty(one: Actor) -> bool:
    """Tell whether a role touches payments, and does not both open budgets and spend by itself.

    Of one that does, that is what there is to say: not that others may assume it.
    """
    spend, budget = (may_grant(one, action) for action in spending())
    return spend != budget or (spend and not never_both(one, *spending()).witness)


def both_by_assuming(one: Actor, payers: Sequence[Actor]) -> tuple[Step, ...]:
    """Return the requests by which somebody does both as roles that it assumes; none if it cannot.

    Who writes policies, or passes roles to what runs code, administers roles: that it could do
    everything is no finding about payments.

    Args:
        one: who asks.
        payers: the roles with one duty.
    """
    if len(payers) < 2 or not (may_grant(one, _ASSUME) or _is_let_in(one, payers)):
        return ()
    spend, budget = spending()
    found = separated_one(one, [one, *payers], budget, spend).witness
    assumed = all(step.request.action == _ASSUME for step in found[:-2])
    return found if assumed else ()


def guests(payer: Actor, payers: Sequence[Actor], others: Sequence[Actor]) -> Iterator[Guest]:
    """Yield the principals that a role which spends lets in by name and that do both.

    What else they may do is not in the input: that they may assume a role that names them is taken
    for granted. Whole accounts are left out: the policies there decide.

    Args:
        payer: the role.
        payers: the roles with one duty.
        others: all roles of the input: they are asked about by themselves.
    """
    spend, _ = spending()
    if payer.trust is None or payer not in payers or not may_grant(payer, spend):
        return
    seen = {one.arn for one in others}
    for place, principal in _named(payer.trust):
        arn = principal.text
        if arn in seen or caller(arn).kind not in {ROLE, USER, SESSION}:
            continue
        seen.add(arn)
        letting_in = [one for one in payers if _names(one, arn)]
        steps = both_by_assuming(actor(arn, [_assuming(letting_in)], arn=arn), letting_in)
        if steps:
            yield Guest(arn, place, principal.pointer, steps)


def _named(trust: Layer) -> Iterator[tuple[StatementRef, Principal]]:
    for clause in trust.clauses:
        if clause.statement.effect == "Allow":
            yield from ((clause.ref, one) for one in clause.statement.principals)


def _names(payer: Actor, arn: str) -> bool:
    return payer.trust is not None and any(one.text == arn for _, one in _named(payer.trust))


def _is_let_in(one: Actor, payers: Sequence[Actor]) -> bool:
    """Tell whether somebody may be named, itself or its sessions, so that it needs no policy."""
    own = caller(one.arn)
    named = (who.text for payer in payers if payer.trust for _, who in _named(payer.trust))
    return not one.arn or any(
        text == "*" or (caller(text).account, caller(text).name) == (own.account, own.name)
        for text in named
    )


def _assuming(payers: Sequence[Actor]) -> dict[str, object]:
    statement = {"Effect": "Allow", "Action": _ASSUME, "Resource": [one.arn for one in payers]}
    return {"Version": "2012-10-17", "Statement": statement}
