"""Whether a role can do one thing: the requests by which it does, if there are any."""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from payguard.authorization.actor import Actor
from payguard.authorization.answer import Inquiry, Step
from payguard.authorization.domain import is_carried
from payguard.authorization.doubt import CONTESTED_RESOURCE, PINNED, Doubt
from payguard.authorization.evaluate import may_allow
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import Clause, Layer, Policies, clauses_of, layer_of
from payguard.authorization.question import Part, Question, Slots
from payguard.authorization.relevance import about, keys_of, tells_sub_resources
from payguard.authorization.request import Request
from payguard.authorization.resource import superset
from payguard.authorization.search import Found, search
from payguard.authorization.situation import is_assuming
from payguard.authorization.statement import action_matches
from payguard.authorization.target import Call, calls, universes
from payguard.authorization.truth import NO
from payguard.authorization.universe import Target
from payguard.iam.document import TRUST
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.iam.wildcard import matches, overlaps
from payguard_policies import PAYMENTS_SERVICE
from payguard_policies.named_tuple import NamedTuple

Values = Mapping[str, str | tuple[str, ...]]
TRUST_OF_ANOTHER = Unresolved("the trust policy of the role", MISSING)
_OF_RESOURCE = ("aws:resource", "aws:requestedregion")


def reach(
    actor: Actor,
    action: str,
    inquiry: Inquiry,
    *,
    context: Values | None = None,
    inside: Sequence[str] = (),
    outside: Sequence[str] = (),
    kind: str = "",
    note: str = "",
) -> tuple[Step, ...]:
    """Return requests by which a role does ``action``: one for each resource that is asked about.

    Args:
        actor: the role.
        action: with its service prefix.
        inquiry: takes the doubts where nothing sure is found.
        context: what the request's keys hold.
        inside: patterns; only a resource that one of them matches counts. Empty for any.
        outside: patterns; a resource that one of them matches does not count.
        kind: the only resource type that counts, and what is below it; empty for any.
        note: for the steps.
    """
    wish = _Wish(actor, action, dict(context or {}), tuple(inside), tuple(outside))
    for call in calls(action, actor.account):
        in_doubt = any(target.contested for target in call)
        if kind and not in_doubt and call[0].type != kind:
            continue
        if in_doubt and not tells_sub_resources(about(actor.policies, action)):
            continue
        found = _call(wish, call, inquiry)
        if found and not in_doubt:
            return tuple(Step(actor.name, request, note=note) for request in found)
        if found:
            inquiry.note(contested(action, *call))
    return ()


def may_grant(actor: Actor, action: str, inside: Sequence[str] = ()) -> bool:
    """Tell whether some statement may allow a role an action: where none does, nothing can.

    Args:
        actor: the role.
        action: with its service prefix.
        inside: as in ``reach``.
    """
    return actor.arn.endswith(_ROOT) or any(
        _may_be_on(clause, inside) for clause in _granting(actor, action)
    )


def granted_on(actor: Actor, action: str) -> tuple[str, ...]:
    """Return patterns, one of which matches whatever a role may do an action on; none for any."""
    named = [clause.statement.resources for clause in _granting(actor, action)]
    texts = [text for resources in named for text in resources if isinstance(text, str)]
    whole = all(named) and len(texts) == sum(map(len, named)) and not actor.arn.endswith(_ROOT)
    return tuple(map(superset, texts)) if whole else ()


def _granting(actor: Actor, action: str) -> Iterator[Clause]:
    """Yield the statements that may allow a role an action."""
    policies = actor.policies
    for layer in (policies.identity, policies.resource, policies.trust):
        for clause in layer.clauses if layer is not None else ():
            if may_allow(clause) and action_matches(clause, action) is not NO:
                yield clause


def _may_be_on(clause: Clause, inside: Sequence[str]) -> bool:
    """Tell whether a statement may match a text that one of some patterns matches."""
    texts = clause.statement.resources
    if not inside or not texts or not all(isinstance(text, str) for text in texts):
        return True
    return any(
        text.count(":") < _COLONS or overlaps(superset(text), pattern)
        for text in texts
        for pattern in inside
    )


_COLONS = 5  # of an ARN: one with fewer matches more than it shows
_ROOT = ":root"  # who needs no statement


class _Wish(NamedTuple):
    """What is sought; attributes as the arguments of ``reach``."""

    actor: Actor
    action: str
    context: Values
    inside: tuple[str, ...]
    outside: tuple[str, ...]


def _call(wish: _Wish, call: Call, inquiry: Inquiry) -> tuple[Request, ...]:
    """Find requests on all targets of a call, with one context, in one account and region."""
    groups = universes(call)
    elsewhere = wish._replace(inside=(), outside=())
    # Which resources are wished for is said of the first targets.
    order = [
        (wish if number == 0 and universe is not None else elsewhere, targets)
        for number, (universe, targets) in enumerate(groups)
    ]
    found, doubts = _in_order(order, inquiry)
    if not found and len(order) > 1 and any(item.kind == PINNED for item in doubts):
        # What was found first may be the one that is elsewhere.
        found = _in_order(order[::-1], inquiry)[0][::-1]
    if not found:
        inquiry.note(doubts)
    return tuple(request for requests in found for request in requests)


def _in_order(
    order: Sequence[tuple[_Wish, Call]], inquiry: Inquiry
) -> tuple[list[tuple[Request, ...]], tuple[Doubt, ...]]:
    """Find requests on targets after targets; none, and the doubts, where some cannot be had."""
    made: list[tuple[Request, ...]] = []
    for wish, targets in order:
        held = _beside(wish, [request for some in made for request in some], targets)
        found = Found() if held is None else _on(held, targets, inquiry)
        inquiry.note((), found.texts)
        if not found.requests:
            loose = _on(wish, targets, inquiry) if made else found
            return [], ((Doubt(PINNED, wish.action),) if loose.requests else loose.doubts)
        made.append(found.requests)
    return made, ()


def _beside(wish: _Wish, made: Sequence[Request], targets: Call) -> _Wish | None:
    """Return a wish for what is in one call with other requests; None where it cannot be put."""
    wish = wish._replace(context=shared(wish.context, made)) if made else wish
    here = next(filter(None, (place(request.resource) for request in made)), ())
    if not here or targets[0].universe is None:
        return wish
    if wish.inside and not any(_covers(pattern, *here) for pattern in wish.inside):
        return None
    return wish._replace(inside=here)


def _covers(pattern: str, narrower: str) -> bool:
    """Tell whether a pattern surely matches all that a narrower one does."""
    return "?" not in pattern and matches(pattern, narrower)


def place(arn: str) -> tuple[str, ...]:
    """Return a pattern of the ARNs in the account and region that one shows; none if it shows none.

    The resources of one call are all there.
    """
    fields = arn.split(":", _COLONS)
    if len(fields) <= _COLONS:
        return ()
    _, partition, _, region, account, _ = fields
    return (f"arn:{partition}:*:{region}:{account}:*",)


def _on(wish: _Wish, targets: Call, inquiry: Inquiry) -> Found:
    parts = tuple(
        part(wish.actor, wish.action, target, call_slots(number), wish.context)
        for number, target in enumerate(targets)
    )
    question = Question(parts, wish.actor.account, wish.outside, wish.inside)
    return search(question, inquiry.limit)


def call_slots(number: int) -> Slots:
    """Return what the keys hold where one call is about several resources: only their tags differ."""
    return lambda key: f"{number} {key}" if key.startswith("aws:resourcetag/") else key


def shared(context: Values, requests: Iterable[Request]) -> Values:
    """Return the context of a call, as far as its requests on several resources have to agree."""
    found = {
        key: value
        for request in requests
        for key, value in request.context.items()
        if isinstance(value, (str, tuple)) and not key.startswith(_OF_RESOURCE)
    }
    return {**found, **context}


def part(
    actor: Actor, action: str, target: Target, slots: Slots, context: Values | None = None
) -> Part:
    """Return the part of a question in which ``actor`` does ``action``.

    Whom another role lets in is up to its trust policy: where none was given, it is not known.
    """
    policies = actor.policies
    if policies.trust is None and policies.resource is None and is_assuming(action):
        policies = policies._replace(trust=_trust_of_another())
    return Part(
        policies,
        action,
        target,
        principal=actor.arn,
        slots=slots,
        context=context or {},
    )


@functools.cache
def _trust_of_another() -> Layer:
    return layer_of(TRUST, {"Statement": TRUST_OF_ANOTHER})


def contested(action: str, *targets: Target) -> tuple[Doubt, ...]:
    """Return the doubt that AWS's sources leave about what an action is authorized on."""
    kinds = [target.type for target in targets if target.contested]
    return (Doubt(CONTESTED_RESOURCE, f"{action} on a {kinds[0]}"),)


def inquiry_about(actor: Actor, actions: Iterable[str], limit: Limit | None) -> Inquiry:
    """Return an inquiry into some actions of a role."""
    cut = [about(actor.policies, action) for action in actions]
    clauses = {id(clause) for policies in cut for clause in clauses_of(policies)}
    inquiry = Inquiry(limit or Limit(), len(clauses))
    inquiry.note_reasons(actor.gaps)
    return inquiry


def short(action: str) -> str:
    """Return the name of an action, without the prefix of AgentCore."""
    return action.removeprefix(f"{PAYMENTS_SERVICE}:")


def distinct(policies: Policies, actions: Iterable[str]) -> Iterator[str]:
    """Yield one of all actions that no statement can tell apart and that have the same targets."""
    seen = set()
    for action in actions:
        cut = about(policies, action)
        said = tuple(map(id, clauses_of(cut)))
        key = (said, calls(action), _carried(cut, action))
        if key not in seen:
            seen.add(key)
            yield action


def _carried(policies: Policies, action: str) -> frozenset[str]:
    return frozenset(key for key in keys_of(clauses_of(policies)) if is_carried(action, key))
