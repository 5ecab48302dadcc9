"""Whether a role can change the tags that it is judged by: its own, and those of its session.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_iam-tags.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

from collections.abc import Iterator, Sequence

from payguard.authorization.actor import Actor
from payguard.authorization.answer import Inquiry, Step
from payguard.authorization.caller import ROOT, USER, caller
from payguard.authorization.doubt import RETAGGED, Doubt
from payguard.authorization.evaluate import may_allow
from payguard.authorization.policy_set import EVERYTHING, Clause, attach, clauses_of
from payguard.authorization.reach import reach
from payguard.authorization.relevance import about, keys_of
from payguard.authorization.request import Request
from payguard.authorization.request import request as make_request
from payguard.authorization.statement import action_matches, applies
from payguard.authorization.tag_change import (
    OF_PRINCIPAL,
    OF_RESOURCE,
    PASSED,
    TAG_KEYS,
    Change,
    Names,
    touching,
)
from payguard.authorization.truth import NO, YES
from payguard.iam.principal import Principal
from payguard_policies.named_tuple import NamedTuple

_TAG_SESSION = "sts:TagSession"
_OF_RESOURCE = (OF_RESOURCE, "iam:resourcetag/")
Carried = dict[str, str | tuple[str, ...]]


class Own(NamedTuple):
    """By what a role may change the tags that its requests are judged by.

    Attributes:
        changes: requests of its own that may change them.
        session: whether those who assume the role may choose them.
    """

    changes: tuple[Change, ...] = ()
    session: bool = False

    def __bool__(self) -> bool:
        """Whether there is any way."""
        return self.session or bool(self.changes)


def own(actor: Actor, names: Names, inquiry: Inquiry) -> Own:
    """Return by what a role may change its tags; notes the doubt where it is not sure that it does.

    Args:
        actor: the role, or a user.
        names: the tags that decide; without any there is no way.
        inquiry: takes the doubts.
    """
    if not names:
        return Own()
    kind = "User" if caller(actor.arn).kind == USER else "Role"
    every = (Change(f"iam:Tag{kind}", names), Change(f"iam:Untag{kind}", names, sets=False))
    found = []
    for change in every:
        policies = touching(actor.policies, change.action, names)
        steps = reach(
            actor._replace(policies=policies), change.action, inquiry, inside=_itself(actor)
        )
        if steps and actor.arn:
            found.append(change)
        elif steps:  # on some role, which may be this one
            inquiry.note((Doubt(RETAGGED, change.action),))
    return Own(tuple(found), _may_take_session_tags(actor))


def _itself(actor: Actor) -> tuple[str, ...]:
    return (actor.arn,) if actor.arn else ()


def changes_itself(
    actor: Actor, change: Change, before: Request, after: Request, inquiry: Inquiry
) -> tuple[Step, ...]:
    """Return the request that gives the role the tags of ``after``; none if it is not sure.

    Args:
        actor: the role.
        change: what is changed.
        before: what the role asks for until then.
        after: what it asks for from then on.
        inquiry: of which the limit is spent.
    """
    held = change.context()
    for key in dict.fromkeys((*before.context, *after.context)):
        if key.startswith(OF_PRINCIPAL):
            value = _text(before, key)
            held[key] = value
            held |= {prefix + key.removeprefix(OF_PRINCIPAL): value for prefix in _OF_RESOURCE}
    looked_at = _keys(actor, change.action)
    held = {
        key: value
        for key, value in held.items()
        if not key.startswith(_OF_RESOURCE) or key in looked_at
    }
    if change.sets:
        for name in change.names.written:
            held[PASSED + name] = _text(after, OF_PRINCIPAL + name)
    return reach(
        actor,
        change.action,
        Inquiry(inquiry.limit, 0),
        inside=_itself(actor),
        context=held,
        note="changes its own tags",
    )


def _text(request: Request, key: str) -> str | tuple[str, ...]:
    value = request.context.get(key, ())
    return value if isinstance(value, (str, tuple)) else ()


def _keys(actor: Actor, action: str) -> frozenset[str]:
    return keys_of(clauses_of(about(actor.policies, action)))


# Tags of the session


def _may_take_session_tags(actor: Actor) -> bool:
    """Tell whether the trust policy may let those who assume the role pass session tags."""
    if actor.trust is None:
        return False
    asked = make_request(None, _TAG_SESSION, actor.arn)
    clauses = actor.trust.clauses
    if any(_denies_everyone(clause, asked) for clause in clauses):
        return False
    return any(_admits(clause) for clause in clauses)


def _denies_everyone(clause: Clause, asked: Request) -> bool:
    """Tell whether a statement denies it whoever asks: an anonymous one is named by none but all."""
    denies = clause.statement.effect == "Deny" and not clause.conditions
    return denies and "Principal" in clause.statement.value and applies(clause, asked) is YES


def _admits(clause: Clause) -> bool:
    return may_allow(clause) and action_matches(clause, _TAG_SESSION) is not NO


def chooses_session_tags(actor: Actor, requests: Sequence[Request], inquiry: Inquiry) -> bool:
    """Tell whether somebody who assumes the role can surely pass the tags that requests carry.

    Each request is one of a session of its own.
    """
    if actor.trust is None:
        return False
    entries = [
        entry
        for clause in actor.trust.clauses
        if clause.statement.effect == "Allow" and _admits(clause)
        for entry in clause.statement.principals
    ]
    if not all(_is_passed(actor, request, entries, inquiry) for request in requests):
        return False
    inquiry.rest_on(f"whoever assumes the role chooses the session's tags ({_TAG_SESSION})")
    return True


def _is_passed(
    actor: Actor, request: Request, entries: Sequence[Principal], inquiry: Inquiry
) -> bool:
    tags = {
        key.removeprefix(OF_PRINCIPAL): value
        for key, value in request.context.items()
        if key.startswith(OF_PRINCIPAL) and isinstance(value, str)
    }
    held: Carried = {PASSED + name: value for name, value in tags.items()}
    held[TAG_KEYS] = tuple(sorted(tags))
    return not tags or any(
        reach(
            asking,
            _TAG_SESSION,
            Inquiry(inquiry.limit, 0),
            inside=_itself(actor),
            context=held,
        )
        for asking in _who(actor, entries)
    )


def _who(actor: Actor, entries: Sequence[Principal]) -> Iterator[Actor]:
    """Yield those whom the trust policy names, each allowed everything by its own policies."""
    policies = attach(identity=(EVERYTHING,))._replace(trust=actor.trust)
    for entry in dict.fromkeys((entry.type, entry.text) for entry in entries):
        kind, text = entry
        asking = caller(text)
        if text == "*":
            text = ""  # some role of the resource's account
        elif kind == "AWS" and asking.kind == ROOT:
            text = f"arn:{asking.partition or 'aws'}:iam::{asking.account}:role/"
        yield Actor(text, policies, text, account=actor.account)
