"""Whether a role keeps the contract of its persona: what it must, may and must never be allowed.

https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html
"""

from collections.abc import Iterator, Sequence

from payguard.authorization.actor import Actor
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED, Answer, Inquiry
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import EVERYTHING, layer_of
from payguard.authorization.prove import (
    ALL_POLICIES,
    OWN_ACCOUNT,
    TYPED_VALUES,
    confined_to,
    missing,
)
from payguard.authorization.reach import inquiry_about, reach, short
from payguard.authorization.target import MANAGER, calls
from payguard.iam.document import IDENTITY
from payguard_policies import PAYMENTS_SERVICE, catalog
from payguard_policies.action_sets import ActionGroup
from payguard_policies.named_tuple import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from payguard_policies import roles

# Kinds of Check
MISSING, FORBIDDEN, NOT_DENIED, BEYOND, OUTSIDE = (
    "missing",
    "forbidden",
    "not-denied",
    "beyond",
    "outside",
)


class Check(NamedTuple):
    """One clause of a contract, and the answer to it.

    Attributes:
        kind: MISSING (an action that the persona needs), FORBIDDEN (one that makes it another
            persona as well), NOT_DENIED (one that an unconditional Deny must close), BEYOND (one
            that the contract does not know) or OUTSIDE (a payment manager that is not its own).
        action: the action; empty for OUTSIDE.
        why: a sentence on what is at stake; empty where there is nothing to add.
        answer: proved where the clause is kept.
    """

    kind: str
    action: str
    why: str
    answer: Answer


def contract(
    actor: Actor, persona: str, managers: Sequence[str] = (), limit: Limit | None = None
) -> tuple[Check, ...]:
    """Hold a role against the contract of its persona.

    Args:
        actor: the role.
        persona: one of ``payguard_policies.roles.PERSONAS``.
        managers: the ARNs of its payment managers; empty where they are not known.
        limit: what each clause may cost.

    Raises:
        roles.UnknownPersonaError: there is no such persona.
    """
    from payguard_policies import roles  # noqa: PLC0415  most roles have no persona

    terms = roles.contract(persona)
    found = [
        *_needed(actor, terms.must_allow, managers, limit),
        *_forbidden(actor, terms.must_never_allow, limit),
        *_denied(actor, terms.must_deny, limit),
        *_beyond(actor, terms, limit),
    ]
    if managers:
        found.append(outside(actor, managers, limit))
    return tuple(found)


def outside(actor: Actor, managers: Sequence[str], limit: Limit | None = None) -> Check:
    """Ask whether a role keeps to its own payment managers; it need be of no persona for that."""
    return Check(OUTSIDE, "", "", confined_to(actor, managers, limit))


def verdict(checks: Sequence[Check]) -> str:
    """Return the verdict on a contract as a whole."""
    verdicts = {check.answer.verdict for check in checks}
    if REFUTED in verdicts:
        return REFUTED
    return UNDECIDED if UNDECIDED in verdicts else PROVED


def _needed(
    actor: Actor, groups: Sequence[ActionGroup], managers: Sequence[str], limit: Limit | None
) -> Iterator[Check]:
    for group in groups:
        for action in group.actions:
            inquiry = inquiry_about(actor, (action,), limit)
            on_manager = calls(action)[0][0].type == MANAGER
            places = managers if on_manager and managers else ("",)
            for place in places:
                answer = _need(actor, action, group, place, inquiry)
                yield Check(MISSING, action, group.why, answer)
                if answer.verdict != PROVED:
                    break


def _need(actor: Actor, action: str, group: ActionGroup, place: str, inquiry: Inquiry) -> Answer:
    """Ask whether a role can do an action on a manager, or, without one, on anything at all."""
    conditions: dict[str, None] = {}
    asked = f"{actor.name} can {short(action)}" + (f" on {place}" if place else "")
    if place:
        witness = missing(actor, action, place, inquiry, conditions)
    else:
        able = reach(actor, action, inquiry, context=group.context)
        witness = (
            () if able or inquiry.is_open else missing(actor, action, "*", inquiry, conditions)
        )
        if able:
            inquiry.forget()
    # A policy that is not known may allow it.
    witness = () if actor.gaps else witness
    return inquiry.answer(asked, "every context", (OWN_ACCOUNT, *conditions), witness)


def _forbidden(actor: Actor, groups: Sequence[ActionGroup], limit: Limit | None) -> Iterator[Check]:
    for group in groups:
        for action in group.actions:
            inquiry = inquiry_about(actor, (action,), limit)
            witness = reach(actor, action, inquiry, context=group.context, inside=group.resources)
            answer = inquiry.answer(
                f"{actor.name} cannot {short(action)}",
                "every resource and context",
                (ALL_POLICIES, TYPED_VALUES),
                witness,
            )
            yield Check(FORBIDDEN, action, group.why, answer)


def _denied(actor: Actor, groups: Sequence[ActionGroup], limit: Limit | None) -> Iterator[Check]:
    """Ask whether no further policy can open an action: with everything allowed it stays shut."""
    for group in groups:
        for action in group.actions:
            inquiry = inquiry_about(actor, (action,), limit)
            witness = reach(_opened(actor), action, inquiry, note="with one more policy")
            witness = () if actor.gaps else witness  # one that is not known may deny it
            answer = inquiry.answer(
                f"{actor.name} could not {short(action)} whatever else it is given",
                "every resource and context",
                (TYPED_VALUES,),
                witness,
            )
            yield Check(NOT_DENIED, action, group.why, answer)


def _opened(actor: Actor) -> Actor:
    identity = actor.policies.identity
    more = layer_of(IDENTITY, EVERYTHING).clauses
    return actor._replace(
        policies=actor.policies._replace(
            identity=identity._replace(clauses=(*identity.clauses, *more))
        )
    )


def _beyond(actor: Actor, terms: "roles.Contract", limit: Limit | None) -> Iterator[Check]:
    """Ask about the payments actions that the contract does not name."""
    groups = (*terms.must_allow, *terms.may_allow, *terms.must_never_allow)
    named = {action for group in groups for action in group.actions}
    actions = [f"{PAYMENTS_SERVICE}:{name}" for name in sorted(catalog.payments_actions())]
    for action in actions:
        if action in named:
            continue
        inquiry = inquiry_about(actor, (action,), limit)
        witness = reach(actor, action, inquiry)
        answer = inquiry.answer(
            f"{actor.name} cannot {short(action)}, which its contract does not name",
            "every resource and context",
            (ALL_POLICIES, TYPED_VALUES),
            witness,
        )
        yield Check(BEYOND, action, "", answer)
