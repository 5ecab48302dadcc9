"""Tags that decide, and whether the role that is judged by them can change them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
"""

from collections.abc import Iterator

from payguard.authorization.actor import Actor
from payguard.authorization.answer import Inquiry, Step
from payguard.authorization.doubt import RETAGGED, Doubt
from payguard.authorization.own_tag import Own, changes_itself, chooses_session_tags, own
from payguard.authorization.policy_set import clauses_of
from payguard.authorization.question import Part, Question, Slots, changed_slots, own_slots
from payguard.authorization.reach import part
from payguard.authorization.relevance import about
from payguard.authorization.request import Request
from payguard.authorization.search import search
from payguard.authorization.tag_change import (
    OF_PRINCIPAL,
    OF_RESOURCE,
    PASSED,
    Change,
    Names,
    names_of,
    touching,
)
from payguard.authorization.target import MANAGER, manager_of
from payguard.authorization.universe import Target
from payguard_policies.named_tuple import NamedTuple

_TAG, _UNTAG = "bedrock-agentcore:TagResource", "bedrock-agentcore:UntagResource"
_BEFORE, _AFTER, _BETWEEN = 0, 1, 2


def retagged(actor: Actor, parts: tuple[Part, Part], inquiry: Inquiry) -> tuple[Step, ...]:
    """Return requests that need a tag to be changed in between, by the role itself.

    Args:
        actor: the role.
        parts: the two requests, about one payment manager, that are not both allowed as it is.
        inquiry: takes the doubt where the role may change tags, and no certain way was found.
    """
    of_manager, of_role = _names(parts, OF_RESOURCE), _names(parts, OF_PRINCIPAL)
    by_itself = own(actor, of_role, inquiry)
    orders = [
        _Order(actor, first, second, of_manager, of_role, by_itself, inquiry)
        for first, second in (parts, parts[::-1])
    ]
    for order in orders:
        steps = order.with_tags_of_manager() if of_manager else ()
        if steps:
            return steps
    return _by_own_tags(orders) if by_itself else ()


def _names(parts: tuple[Part, ...], prefix: str) -> Names:
    clauses = (clause for one in parts for clause in clauses_of(about(one.policies, one.action)))
    return names_of(clauses, prefix)


def _by_own_tags(orders: list["_Order"]) -> tuple[Step, ...]:
    inquiry = orders[0].inquiry
    found = orders[0].with_any_own_tags()
    if not found:
        return ()
    for order in orders:
        steps = order.with_own_tags()
        if steps:
            return steps
    actor, by_itself = orders[0].actor, orders[0].own
    if by_itself.session and chooses_session_tags(actor, found, inquiry):
        return tuple(Step(actor.name, request) for request in found)
    inquiry.note((Doubt(RETAGGED, _ways(by_itself)),))
    return ()


def _ways(by_itself: Own) -> str:
    named = [change.action for change in by_itself.changes]
    return ", ".join([*named, *(["sts:TagSession"] if by_itself.session else [])])


class _Plan(NamedTuple):
    """What is changed between two requests.

    Attributes:
        manager: the change of the payment manager's tags; None if there is none.
        role: the change of the role's tags; None if there is none.
        early: whether the role changes its own tags before those of the manager.
        along: further tags, as written, that the manager gets.
    """

    manager: Change | None = None
    role: Change | None = None
    early: bool = False
    along: tuple[str, ...] = ()

    @property
    def changed(self) -> frozenset[str]:
        """The context keys that hold something else afterwards."""
        manager = self.manager.names.keys(OF_RESOURCE) if self.manager else ()
        return frozenset((*manager, *self.of_role))

    @property
    def of_role(self) -> tuple[str, ...]:
        """Those of them that are about the role."""
        return self.role.names.keys(OF_PRINCIPAL) if self.role else ()


class _Order(NamedTuple):
    """Two requests in the order in which they are made."""

    actor: Actor
    first: Part
    second: Part
    of_manager: Names
    of_role: Names
    own: Own
    inquiry: Inquiry

    # What may be at all: the tags are others afterwards, whatever makes them so

    def with_any_own_tags(self) -> tuple[Request, ...]:
        """Return the requests with other tags of the role; notes the doubts if there are none."""
        before, after = self._around(frozenset(self.of_role.keys(OF_PRINCIPAL)))
        found = search(Question((before, after), self.actor.account), self.inquiry.limit)
        self.inquiry.note(found.doubts, found.texts)
        return found.requests

    def _may_tag(self, change: Change) -> bool:
        """Tell whether such a request may be made in between, with whatever tags there are then."""
        keys = self.of_manager.keys(OF_RESOURCE)
        keys += self.of_role.keys(OF_PRINCIPAL) if self.own else ()
        before, after = self._around(frozenset(keys))
        tagging = self._tagging(change, own_slots(_BETWEEN))
        policies = touching(tagging.policies, change.action, change.names)
        tagging = tagging._replace(policies=policies)
        alone = search(Question((tagging,), self.actor.account), self.inquiry.limit)
        if not alone.requests and not alone.doubts:
            return False
        question = Question((before, tagging, after), self.actor.account)
        found = search(question, self.inquiry.limit)
        self.inquiry.note(found.doubts, found.texts)
        return bool(found.requests)

    def _around(self, keys: frozenset[str]) -> tuple[Part, Part]:
        return (
            self.first._replace(slots=changed_slots(_BEFORE, keys)),
            self.second._replace(slots=changed_slots(_AFTER, keys)),
        )

    def _tagging(self, change: Change, slots: Slots) -> Part:
        target = self.first.target
        return part(self.actor, change.action, _manager(target), slots)

    # What surely is

    def with_tags_of_manager(self) -> tuple[Step, ...]:
        """Return the requests, with one in between that changes the manager's tags."""
        every = (Change(_TAG, self.of_manager), Change(_UNTAG, self.of_manager, sets=False))
        possible = [change for change in every if self._may_tag(change)]
        for plan in self._plans(possible):
            steps = self._carry_out(plan)
            if steps or self.inquiry.limit.is_over:
                return steps
        if possible:
            self.inquiry.note((Doubt(RETAGGED, possible[0].action),))
        return ()

    def with_own_tags(self) -> tuple[Step, ...]:
        """Return the requests, with one in between that changes the role's own tags."""
        plans = (_Plan(role=found) for change in self.own.changes for found in _parts_of(change))
        return next(filter(None, map(self._carry_out, plans)), ())

    def _plans(self, possible: list[Change]) -> Iterator[_Plan]:
        """Yield ways to change tags, the simplest first."""
        for change in possible:
            along = self._along(change) if change.sets else ()
            for found in _parts_of(change):
                yield _Plan(found)
                if along:
                    yield _Plan(found, along=along)
        own_changes = self.own.changes
        if self.own.session:
            own_changes += (Change("", self.of_role),)
        for change in possible:
            for by_role in own_changes:
                for early in (False, True):
                    yield _Plan(change, by_role, early)

    def _along(self, change: Change) -> tuple[str, ...]:
        """Return the other tags that statements want to see in a request that tags."""
        spoken = about(self.actor.policies, change.action)
        found = names_of(clauses_of(spoken), PASSED).written
        return tuple(name for key, name in found.items() if key not in self.of_manager.written)

    def _carry_out(self, plan: _Plan) -> tuple[Step, ...]:
        """Return the requests by which tags are changed as planned; none if it is not sure."""
        before = self.first._replace(slots=own_slots(_BEFORE))
        after = self.second._replace(
            slots=changed_slots(_AFTER, plan.changed), context=_taken_away(plan)
        )
        between = (self._planned(plan),) if plan.manager else ()
        question = Question(
            (before, *between, after), self.actor.account, present=frozenset(_set(plan))
        )
        found = search(question, self.inquiry.limit).requests
        if not found:
            return ()
        notes = ("", *("changes the tags of the payment manager" for _ in between), "")
        name = self.actor.name
        steps = [Step(name, request, note=note) for request, note in zip(found, notes, strict=True)]
        if plan.role is None:
            return tuple(steps)
        if not plan.role.action:
            sure = chooses_session_tags(self.actor, (found[0], found[-1]), self.inquiry)
            return tuple(steps) if sure else ()
        change = changes_itself(self.actor, plan.role, found[0], found[-1], self.inquiry)
        at = 1 if plan.early else len(steps) - 1
        return (*steps[:at], *change, *steps[at:]) if change else ()

    def _planned(self, plan: _Plan) -> Part:
        """Return the request in between: what it passes is what the manager carries from then on."""
        change = plan.manager
        if change is None:
            raise ValueError(plan)
        after = changed_slots(_AFTER, plan.changed)
        between = own_slots(_BETWEEN)
        passed = {PASSED + name: OF_RESOURCE + name for name in change.names.written}

        def slots(key: str) -> str:
            if change.sets and key in passed:
                return after(passed[key])
            return after(key) if plan.early and key in plan.of_role else between(key)

        tagging = self._tagging(change, slots)
        spoken = about(self.actor.policies, change.action)
        others = names_of(clauses_of(spoken), PASSED)
        absent = [
            key
            for name, key in zip(sorted(others.written), others.keys(PASSED), strict=True)
            if not (change.sets and (key in passed or others.written[name] in plan.along))
        ]
        context = {**change.context(plan.along), **dict.fromkeys(absent, ())}
        return tagging._replace(context=context, carried=tuple(passed) if change.sets else ())


def _parts_of(change: Change) -> Iterator[Change]:
    return (change._replace(names=names) for names in change.names.each())


def _taken_away(plan: _Plan) -> dict[str, tuple[str, ...]]:
    """Return the tags that are gone afterwards."""
    gone: dict[str, tuple[str, ...]] = {}
    for change, prefix in ((plan.manager, OF_RESOURCE), (plan.role, OF_PRINCIPAL)):
        if change is not None and not change.sets:
            gone.update(dict.fromkeys(change.names.keys(prefix), ()))
    return gone


def _set(plan: _Plan) -> Iterator[str]:
    """Yield the slots of the tags that are there afterwards."""
    for change, prefix in ((plan.manager, OF_RESOURCE), (plan.role, OF_PRINCIPAL)):
        if change is not None and change.sets and change.action:
            yield from map(
                changed_slots(_AFTER, plan.changed),
                change.names.keys(prefix),
            )
    yield from (f"{_BETWEEN} {PASSED}{name.lower()}" for name in plan.along)


def _manager(target: Target) -> Target:
    return target if target.type == MANAGER else manager_of(target)
