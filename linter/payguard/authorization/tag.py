"""Tags that decide, and whether the role that is judged by them can change them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
"""

from collections.abc import Iterator

from payguard.authorization.actor import Actor
from payguard.authorization.answer import Inquiry, Step
from payguard.authorization.doubt import RETAGGED, Doubt
from payguard.authorization.policy_set import layers
from payguard.authorization.question import Part, Question, Slots, own_slots, retagged_slots
from payguard.authorization.reach import part, reach
from payguard.authorization.relevance import about, keys_of
from payguard.authorization.request import Request
from payguard.authorization.search import search
from payguard.authorization.statement import action_matches
from payguard.authorization.target import MANAGER, manager_of
from payguard.authorization.truth import NO
from payguard.authorization.universe import Target

_OF_RESOURCE, _OF_PRINCIPAL, _PASSED = "aws:resourcetag/", "aws:principaltag/", "aws:requesttag/"
_TAG, _UNTAG = "bedrock-agentcore:TagResource", "bedrock-agentcore:UntagResource"
_TAG_ROLE = ("iam:TagRole", "iam:UntagRole")
_TAG_SESSION = "sts:TagSession"
_BEFORE, _AFTER, _BETWEEN = 0, 1, 2


def retagged(actor: Actor, parts: tuple[Part, Part], inquiry: Inquiry) -> tuple[Step, ...]:
    """Return requests that need a tag to be changed in between, by the role itself.

    Args:
        actor: the role.
        parts: the two requests, about one payment manager, that are not both allowed as it is.
        inquiry: takes the doubt where the role may change tags, and no certain way was found.
    """
    keys = _keys(parts)
    principal = any(key.startswith(_OF_PRINCIPAL) for key in keys)
    own = _ways_to_tag_itself(actor, inquiry) if principal else None
    if any(key.startswith(_OF_RESOURCE) for key in keys):
        for first, second in (parts, (parts[1], parts[0])):
            steps = _by_resource_tag(actor, first, second, keys, inquiry, own=own is not None)
            if steps:
                return steps
    return () if own is None else _by_own_tag(actor, parts, own, inquiry)


def _keys(parts: tuple[Part, ...]) -> frozenset[str]:
    found = (
        keys_of(layer.clauses) for one in parts for layer in layers(about(one.policies, one.action))
    )
    return frozenset().union(*found)


# The tags of the manager


def _by_resource_tag(
    actor: Actor,
    first: Part,
    second: Part,
    keys: frozenset[str],
    inquiry: Inquiry,
    *,
    own: bool,
) -> tuple[Step, ...]:
    before, after = (retagged_slots(n, principal=own, resource=True) for n in (_BEFORE, _AFTER))
    one, other = first._replace(slots=before), second._replace(slots=after)
    possible = False
    for action in (_TAG, _UNTAG):
        if not reach_tagging(actor, action, first, inquiry):
            continue
        tagging = part(actor, action, _manager(first.target), own_slots(_BETWEEN))
        found = search(Question((one, tagging, other), actor.account), inquiry.limit)
        inquiry.note(found.doubts, found.texts)
        possible = possible or bool(found.requests)
    if not possible:
        return ()
    tagging = part(actor, _TAG, _manager(first.target), _tagging_slots(before, after))
    present = (f"{_AFTER} {_OF_RESOURCE}",)
    question = Question((one, tagging, other), actor.account, present=present)
    steps = _changed(actor, question, inquiry) or _changed(
        actor, _untagged(actor, one, other, keys), inquiry
    )
    if not steps:
        inquiry.note((Doubt(RETAGGED, _TAG),))
    return steps


def reach_tagging(actor: Actor, action: str, first: Part, inquiry: Inquiry) -> bool:
    """Tell whether the role may change tags at all, or it is not sure that it may not."""
    alone = part(actor, action, _manager(first.target), own_slots(_BETWEEN))
    found = search(Question((alone,), actor.account), inquiry.limit)
    return bool(found.requests or found.doubts)


def _manager(target: Target) -> Target:
    return target if target.type == MANAGER else manager_of(target)


def _tagging_slots(before: Slots, after: Slots) -> Slots:
    """What the tagging request passes is what the resource carries from then on."""
    own = own_slots(_BETWEEN)

    def slots(key: str) -> str:
        if key.startswith(_PASSED):
            return after(_OF_RESOURCE + key.removeprefix(_PASSED))
        return before(key) if key.startswith(_OF_RESOURCE) else own(key)

    return slots


def _untagged(actor: Actor, one: Part, other: Part, keys: frozenset[str]) -> Question:
    """Ask with every tag that decides taken away in between."""
    tagging = part(actor, _UNTAG, _manager(one.target), _tagging_slots(one.slots, other.slots))
    gone = {key: () for key in sorted(keys) if key.startswith(_OF_RESOURCE)}
    return Question((one, tagging, other._replace(context=gone)), actor.account)


def _changed(actor: Actor, question: Question, inquiry: Inquiry) -> tuple[Step, ...]:
    requests = search(question, inquiry.limit).requests
    notes = ("", "changes the tags of the payment manager", "")
    return tuple(
        Step(actor.name, request, note=note) for request, note in zip(requests, notes, strict=False)
    )


# The tags of the role


def _ways_to_tag_itself(actor: Actor, inquiry: Inquiry) -> tuple[Step, ...] | None:
    """Return how the role changes its own tags; nothing to do for tags of the session, None if not.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    inside = (actor.arn,) if actor.arn else ()
    for action in _TAG_ROLE:
        steps = reach(actor, action, inquiry, inside=inside, note="changes its own tags")
        if steps and actor.arn:
            return steps
        if steps:  # on some role, which may be this one
            inquiry.note((Doubt(RETAGGED, action),))
    if _takes_session_tags(actor):
        inquiry.rest_on("whoever assumes the role chooses the session's tags (sts:TagSession)")
        return ()
    return None


def _takes_session_tags(actor: Actor) -> bool:
    """Tell whether the trust policy lets those who assume the role pass session tags."""
    if actor.trust is None:
        return False
    return any(
        clause.statement.effect == "Allow" and action_matches(clause, _TAG_SESSION) is not NO
        for clause in actor.trust.clauses
    )


def _by_own_tag(
    actor: Actor, parts: tuple[Part, Part], own: tuple[Step, ...], inquiry: Inquiry
) -> tuple[Step, ...]:
    changed = tuple(
        one._replace(slots=retagged_slots(number, principal=True, resource=False))
        for number, one in enumerate(parts)
    )
    found = search(Question(changed, actor.account), inquiry.limit)
    inquiry.note(found.doubts, found.texts)
    return tuple(_with_own(actor, found.requests, own))


def _with_own(actor: Actor, requests: tuple[Request, ...], own: tuple[Step, ...]) -> Iterator[Step]:
    for number, request in enumerate(requests):
        if number:
            yield from own
        yield Step(actor.name, request)
