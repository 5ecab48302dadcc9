"""Properties over all requests: proved, refuted with a witness that can be replayed, or undecided.

https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-security-best-practices.html
"""

from collections.abc import Iterable, Iterator, Sequence

from payguard.authorization.actor import Actor
from payguard.authorization.answer import Answer, Inquiry, Step
from payguard.authorization.asked import IMPLIED, plain_request
from payguard.authorization.domain import example, is_always_there
from payguard.authorization.doubt import NOT_ASKED, PINNED, Doubt
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import Policies, clauses_of
from payguard.authorization.question import OF_PRINCIPAL, Part, Question, own_slots
from payguard.authorization.reach import (
    Values,
    call_slots,
    contested,
    distinct,
    inquiry_about,
    part,
    place,
    reach,
    shared,
    short,
)
from payguard.authorization.relevance import about, keys_of, tells_sub_resources
from payguard.authorization.request import Request, account_in
from payguard.authorization.search import Found, each_text, search
from payguard.authorization.target import MANAGER, Call, calls, either, manager_of, universes
from payguard.authorization.universe import Target
from payguard.quotation import quote
from payguard_policies import PAYMENTS_SERVICE, catalog

OWN_ACCOUNT = "the resource belongs to the caller's account: payments has no resource policies"
TYPED_VALUES = "context keys hold values of the types that AWS documents"
ALL_POLICIES = "no policy allows more than those given; further boundaries and SCPs only restrict"
_IMPLIED = ("aws:principala", "aws:resourceaccount", "aws:requestedregion")

SAME_TAGS = "role and manager carry the same tags in both requests: the role cannot change them"


def never_both(actor: Actor, first: str, second: str, limit: Limit | None = None) -> Answer:
    """Ask whether a role can never do both of two actions, on one payment manager.

    Args:
        actor: the role.
        first: an action with its service prefix, such as ``bedrock-agentcore:ProcessPayment``.
        second: another.
        limit: what the question may cost; None for the usual.

    Returns:
        Refuted with the two requests, and what changes a tag in between where that is needed. For
        actions of which one is not authorized on a payment manager, whatever the resources are.
    """
    inquiry = inquiry_about(actor, (first, second), limit)
    joint = all(calls(action)[0][0].type == MANAGER for action in (first, second))
    spoken = [about(actor.policies, action) for action in (first, second)]
    tags = _tags(spoken)
    if joint:
        below = any(map(tells_sub_resources, spoken))
        witness = _both(actor, first, second, inquiry, below=below, tagged=bool(tags))
    else:
        witness = _each(actor, first, second, inquiry)
    where = "on the same payment manager" if joint else "on any resources"
    return inquiry.answer(
        f"{actor.name} never both {short(first)} and {short(second)} {where}",
        _range((first, second), actor.account),
        (OWN_ACCOUNT, ALL_POLICIES, TYPED_VALUES, *tags),
        witness,
    )


def _both(
    actor: Actor, first: str, second: str, inquiry: Inquiry, *, below: bool, tagged: bool
) -> tuple[Step, ...]:
    """Ask for both on one payment manager.

    With ``below``, what is below it counts as well; ``tagged`` tells whether tags make a difference.
    """
    for one, other in _pairs(first, second, actor.account):
        in_doubt = one.contested or other.contested
        if in_doubt and (inquiry.is_open or not below):
            continue
        parts = (part(actor, first, one, own_slots(0)), part(actor, second, other, own_slots(1)))
        if not in_doubt:
            one_part, other_part = parts
            parts = _alone(one_part, actor, below=below), _alone(other_part, actor, below=below)
        found = search(Question(parts, actor.account), inquiry.limit)
        inquiry.note(found.doubts, found.texts)
        if found.alone:
            return ()
        steps = tuple(Step(actor.name, request) for request in found.requests)
        if not steps and tagged:
            steps = _retagged(actor, parts, inquiry)
        if steps and not in_doubt:
            return steps
        if steps:
            inquiry.note(contested(first if one.contested else second, one, other))
    return ()


def _alone(one: Part, actor: Actor, *, below: bool) -> Part:
    """Return a part for which it is asked whether it is never allowed, whatever tags say.

    With ``below``, what is below a payment manager counts, where the action may be about that.
    """
    targets = [call[0] for call in calls(one.action, actor.account)]
    return one._replace(alone=either(targets if below else targets[:1]).universe)


def _retagged(actor: Actor, parts: tuple[Part, Part], inquiry: Inquiry) -> tuple[Step, ...]:
    """Return requests that need a tag to be changed in between."""
    from payguard.authorization.tag import retagged  # noqa: PLC0415  start-up time

    return retagged(actor, parts, inquiry)


def _pairs(first: str, second: str, account: str) -> Iterator[tuple[Target, Target]]:
    """Yield what the two actions can be asked on at once: parts of one text each time."""
    one, other = ([call[0] for call in calls(action, account)] for action in (first, second))
    yield one[0], other[0]
    for below in dict.fromkeys((*one[1:], *other[1:])):
        upper = manager_of(below)
        if below in one and below in other:
            yield below, below
        if below in one:
            yield below, upper
        if below in other:
            yield upper, below


def _each(actor: Actor, first: str, second: str, inquiry: Inquiry) -> tuple[Step, ...]:
    """Ask for both by themselves: who the role is, and its tags, are the same."""
    found = [reach(actor, first, inquiry)]
    if not found[0]:
        return ()
    after = _as_before(actor, second, found[0], inquiry)
    if after:
        return (*found[0], *after)
    if inquiry.is_open:
        return ()
    found.append(reach(actor, second, inquiry))
    if not found[1]:
        return ()
    before = _as_before(actor, first, found[1], inquiry)
    if before:
        return (*before, *found[1])
    if not inquiry.is_open:
        inquiry.note((Doubt(PINNED, "the role"),))
    return ()


def _as_before(
    actor: Actor, action: str, made: Sequence[Step], inquiry: Inquiry
) -> tuple[Step, ...]:
    """Return requests for an action by the very role that made others, in the same account."""
    request = made[-1].request
    looked_at = keys_of(clauses_of(about(actor.policies, request.action)))
    held = {
        key: value
        for key in sorted(looked_at.union(request.context))
        if key.startswith(OF_PRINCIPAL) and key not in IMPLIED
        if isinstance(value := request.context.get(key, ()), (str, tuple))
    }
    account = account_in(step.request.resource for step in made) or actor.account
    partition = next(filter(None, map(_partition, made)), "")
    here = actor._replace(account=account)
    inside = (f"arn:{partition}:*",) if partition else ()
    return reach(here, action, inquiry, context=held, inside=inside)


def _partition(step: Step) -> str:
    """Return the partition of what a request is about; nothing where it is about no ARN."""
    return "".join(step.request.resource.split(":")[1:2])


def confined_to(actor: Actor, arns: Sequence[str], limit: Limit | None = None) -> Answer:
    """Ask whether a role reaches no payment manager but those that ``arns`` match.

    What is below such a manager counts as it does. Actions that name no manager, as
    ListPaymentManagers, are not asked about; those that it shares with other resources, as
    TagResource, are.
    """
    actions = (*manager_actions(), *shared_actions())
    inquiry = inquiry_about(actor, actions, limit)
    allowed = tuple(text for arn in arns for text in (arn, f"{arn}/*"))
    witness: tuple[Step, ...] = ()
    for action in distinct(actor.policies, actions):
        witness = reach(actor, action, inquiry, outside=allowed, kind=MANAGER)
        if witness:
            break
    return inquiry.answer(
        f"{actor.name} confined to {', '.join(map(quote, arns))}",
        f"{len(actions)} actions on {calls(actions[0], actor.account)[0][0].universe_name}",
        (OWN_ACCOUNT, ALL_POLICIES, TYPED_VALUES),
        witness,
    )


def requires(actor: Actor, actions: Sequence[str], arn: str, limit: Limit | None = None) -> Answer:
    """Ask whether a role can do each action on every resource that ``arn`` matches.

    That some context exists in which it is allowed is enough; the reasons say where one is needed.
    Refuted with a request that no context makes allowed.
    """
    inquiry = inquiry_about(actor, actions, limit)
    conditions: dict[str, None] = {}
    witness: tuple[Step, ...] = ()
    for action in actions:
        witness = missing(actor, action, arn, inquiry, conditions)
        if witness:
            break
    return inquiry.answer(
        f"{actor.name} can {', '.join(map(short, actions))} on {quote(arn)}",
        f"every resource that {quote(arn)} matches",
        (OWN_ACCOUNT, *conditions),
        witness,
    )


def missing(
    actor: Actor, action: str, arn: str, inquiry: Inquiry, conditions: dict[str, None]
) -> tuple[Step, ...]:
    """Return a request for ``action`` that is never allowed, on a resource that ``arn`` matches.

    Notes in ``conditions`` what the context has to hold where not every one will do.
    """
    reasons: list[Doubt] = []
    lacking: tuple[Step, ...] = ()
    for call in calls(action, actor.account):
        if any(target.contested for target in call):
            continue
        asked = _every(actor, action, call, arn, inquiry)
        denied = [step for step, found in asked if not (found.requests or found.doubts)]
        doubts = [item for _, found in asked for item in found.doubts]
        if asked and not denied and not doubts:
            requests = (request for _, found in asked for request in found.requests)
            conditions.update(dict.fromkeys(_conditions(actor, requests)))
            return ()
        reasons += doubts
        lacking = lacking or tuple(denied[:1])
    if not lacking:
        inquiry.note(reasons or (Doubt(NOT_ASKED, f"{short(action)} on {arn}"),))
    return lacking


def _every(
    actor: Actor, action: str, call: Call, arn: str, inquiry: Inquiry
) -> list[tuple[Step, Found]]:
    """Ask about every representative that ``arn`` matches, and any resource of other types."""
    asked: list[tuple[Step, Found]] = []
    for universe, targets in universes(call):
        parts = tuple(
            part(actor, action, target, call_slots(number)) for number, target in enumerate(targets)
        )
        question = Question(parts, actor.account, inside=(arn,) if universe is not None else ())
        found = list(each_text(question, inquiry.limit))
        if not found and len(call) > 1:  # an ARN of another type: some resource of this one will do
            beside = question._replace(inside=place(arn))
            whole = search(beside, inquiry.limit)
            sure = not (whole.requests or whole.doubts)
            some = next(each_text(beside, inquiry.limit), None) if sure else None
            found = [(some[0] if some else "*", whole)]
        for text, answer in found:
            step = Step(actor.name, _lacking(actor, parts, text, answer, inquiry), allowed=False)
            asked.append((step, answer))
    return asked


def _lacking(
    actor: Actor, parts: Sequence[Part], text: str, answer: Found, inquiry: Inquiry
) -> Request:
    """Return a request about a text that is denied, if one of the parts is: the one that it is."""
    requests = [_carrying(plain_request(one, text), actor) for one in parts]
    if len(parts) == 1 or answer.requests or answer.doubts:
        return requests[0]
    context: Values = {}
    for one, plain in zip(parts, requests, strict=True):
        # With what those before it need: it may be that no context does for all of them.
        held = one._replace(context=context)
        found = search(Question((held,), actor.account, inside=(text,)), inquiry.limit)
        if not found.requests:
            return plain._replace(context={**plain.context, **context})
        context = shared(context, found.requests)
    return requests[-1]


def _carrying(request: Request, actor: Actor) -> Request:
    """Return a request with the keys that policies look at and that every request carries."""
    looked_at = keys_of(clauses_of(about(actor.policies, request.action)))
    missing_keys = filter(is_always_there, sorted(looked_at - request.context.keys()))
    held = {key: example(key) for key in missing_keys}
    return request._replace(context={**request.context, **held})


def _conditions(actor: Actor, requests: Iterable[Request]) -> Iterator[str]:
    """Say what of a request's context its being allowed may hang on."""
    for found in requests:
        keys = keys_of(clauses_of(about(actor.policies, found.action)))
        for key in sorted(keys & found.context.keys()):
            value = found.context[key]
            if not key.startswith(_IMPLIED) and isinstance(value, (str, tuple)):
                held = quote(value) if isinstance(value, str) else ", ".join(map(quote, value))
                yield f"{short(found.action)} is asked with {key} {held}"


def _tags(spoken: Iterable[Policies]) -> tuple[str, ...]:
    """Return what is assumed of tags, where some statements look at them."""
    keys = {key for policies in spoken for key in keys_of(clauses_of(policies))}
    tagged = any(key.startswith(("aws:resourcetag/", "aws:principaltag/")) for key in keys)
    return (SAME_TAGS,) if tagged else ()


def _range(actions: Iterable[str], account: str) -> str:
    found = dict.fromkeys(
        target.universe_name for action in actions for target in calls(action, account)[0]
    )
    return f"{', '.join(map(short, actions))} on {', '.join(found)}, with any context"


def manager_actions() -> tuple[str, ...]:
    """Return every payments action that is authorized on a payment manager, with its prefix."""
    names = sorted(catalog.payments_actions())
    found = (f"{PAYMENTS_SERVICE}:{name}" for name in names)
    return tuple(action for action in found if calls(action)[0][0].type == MANAGER)


def shared_actions() -> tuple[str, ...]:
    """Return the actions on payment managers that are no payments actions: those on tags, and logs."""
    detail = catalog.detail(PAYMENTS_SERVICE)
    found = detail.actions.values() if detail is not None else ()
    return tuple(
        f"{PAYMENTS_SERVICE}:{item.name}"
        for item in found
        if item.name not in catalog.payments_actions()
        and any(use.type == MANAGER for use in item.resources)
    )
