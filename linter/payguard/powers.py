"""What a role does to payment managers, in the words of its own policies.

Each resource that a policy names is a place. Whether the role can do something there is asked of
the engine, everything that is attached taken together: what a Deny or the boundary leaves of a
place is no power.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from time import monotonic

from payguard.authorization.actor import Actor
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED, Answer, Inquiry, Step
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import layers
from payguard.authorization.reach import may_grant, reach
from payguard.authorization.relevance import about
from payguard.authorization.resource import superset
from payguard.authorization.universe import manager_universe, sub_resource_universe
from payguard.iam.unresolved import Unresolved
from payguard.iam.wildcard import covers
from payguard.identifiers.glob import can_match
from payguard.stand_in import StandIns, with_stand_ins
from payguard_policies.action_sets import ActionGroup, action_sets
from payguard_policies.named_tuple import NamedTuple

_SUB_TYPES = ("session", "instrument", "connector")
_MOST_PLACES = 60  # of one action; each is asked about by itself
_FIELDS = 5  # colons of an ARN
_SECONDS = 10.0  # for all the questions about one role


class Verb(NamedTuple):
    """Something that a role does.

    Attributes:
        name: a slug.
        words: for people: "spends on".
        groups: the actions by which it does.
        placed: whether it does so on payment managers.
    """

    name: str
    words: str
    groups: tuple[ActionGroup, ...]
    placed: bool = True


class Power(NamedTuple):
    """What a role does, and where.

    Attributes:
        verb: what.
        actions: by which actions, with their prefixes.
        place: the pattern of the payment managers as a policy has it, or what its value comes
            from where that is not known; empty for what is not done on a payment manager.
        known: whether ``place`` is known before the deploy.
        spared: patterns within ``place`` on which it can not.
        steps: requests that show it; none where it is not certain.
        reasons: why it is not certain; empty where it is.
    """

    verb: Verb
    actions: tuple[str, ...]
    place: str = ""
    known: bool = True
    spared: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    reasons: tuple[str, ...] = ()


@cache
def verbs() -> tuple[Verb, ...]:
    """Return all that is asked about, the worst first."""
    sets = action_sets()
    writes = sets["session-writes"]
    opening = tuple(action for action in writes.actions if ":Create" in action)
    closing = tuple(action for action in writes.actions if action not in opening)
    kinds = ("session", "instrument", "manager", "connector")
    reads = (*(f"{kind}-reads" for kind in kinds), "instrument-balance")
    changed = ("instrument-writes", "manager-writes", "connector-writes")
    return (
        Verb("spend", "spends on", (sets["payment"],)),
        Verb("open-budgets", "opens budgets on", (writes._replace(actions=opening),)),
        Verb(
            "change",
            "changes",
            (writes._replace(actions=closing), *(sets[name] for name in changed)),
        ),
        Verb("read", "reads", tuple(sets[name] for name in reads)),
        Verb("get-tokens", "gets payment tokens", (sets["payment-tokens"],), placed=False),
        Verb(
            "get-workload-tokens", "gets workload tokens", (sets["workload-tokens"],), placed=False
        ),
        Verb("read-secrets", "reads wallet secrets", (sets["wallet-secret-reads"],), placed=False),
        Verb(
            "change-secrets",
            "changes wallet secrets",
            (sets["wallet-secret-writes"],),
            placed=False,
        ),
        Verb("create", "creates payment managers", (sets["manager-creation"],), placed=False),
        Verb("list", "lists payment managers", (sets["manager-list"],), placed=False),
        Verb(
            "change-providers",
            "changes credential providers",
            (sets["credential-provider-writes"],),
            placed=False,
        ),
        Verb(
            "read-providers",
            "reads credential providers",
            (sets["credential-provider-reads"],),
            placed=False,
        ),
    )


def powers(actor: Actor) -> tuple[Power, ...]:
    """Return what a role does to payment managers, and to what belongs to them."""
    asked = _Asked(with_stand_ins(actor), monotonic() + _SECONDS)
    found: list[Power] = []
    for verb in verbs():
        single = [
            power
            for group in verb.groups
            for action in group.actions
            if asked.speaks_of(action)
            for power in asked.about(verb, group, action)
        ]
        found += _together(single)
    return tuple(found)


def _together(powers_: Sequence[Power]) -> Iterator[Power]:
    """Yield the powers of one verb, those on one place made one."""
    alike: dict[tuple[object, ...], list[Power]] = {}
    for one in powers_:
        alike.setdefault((one.place, one.known, one.spared, not one.reasons), []).append(one)
    for same in alike.values():
        reasons = dict.fromkeys(reason for one in same for reason in one.reasons)
        actions = tuple(action for one in same for action in one.actions)
        yield same[0]._replace(actions=actions, reasons=tuple(reasons))


class _Place(NamedTuple):
    """A resource of a policy: the pattern that is asked about, and how it is called."""

    pattern: str
    label: str
    known: bool = True

    def is_wider(self, other: "_Place") -> bool:
        """Tell whether it surely covers another one, and more."""
        return covers(self.pattern, other.pattern) and not covers(other.pattern, self.pattern)


class _Asked:
    """A role that is asked about, its questions and what they may cost together."""

    def __init__(self, role: StandIns, end: float) -> None:
        self.actor, self.labels, self._end = role.actor, role.labels, end

    def speaks_of(self, action: str) -> bool:
        """Tell whether some statement may allow an action at all."""
        return may_grant(self.actor, action)

    def about(self, verb: Verb, group: ActionGroup, action: str) -> Iterator[Power]:
        """Yield what the role does by one action."""
        if verb.placed:
            yield from self._on_managers(verb, action)
            return
        answer = self._ask(action, inside=group.resources)
        if answer.verdict != PROVED:
            yield Power(verb, (action,), steps=answer.witness, reasons=_doubts(answer))

    def _on_managers(self, verb: Verb, action: str) -> Iterator[Power]:
        """Yield what it does on payment managers, or, as some say, on what is below them."""
        places, left_out = self._places(action)
        at_managers = [place for place in places if _meets_manager(place, self.actor.account)]
        answers = {place: self._ask_within(action, place, at_managers) for place in at_managers}
        reached = [place for place, answer in answers.items() if answer.verdict == REFUTED]
        closed = [place for place, answer in answers.items() if answer.verdict == PROVED]
        for place, answer in answers.items():
            if place in closed or any(one.is_wider(place) for one in reached):
                continue
            within = [one for one in closed if place.is_wider(one)]
            spared = [one.label for one in within if self._is_spared(action, one)]
            yield self._power(verb, action, place, answer, spared)
        for place in places:
            if place in answers or any(_is_below(one, place) for one in {*answers} - {*closed}):
                continue
            answer = self._ask(action, inside=(place.pattern,))
            if answer.verdict != PROVED:
                yield self._power(verb, action, place, answer, ())
        if left_out:
            reason = f"{left_out} more resources of its policies were not looked at"
            yield Power(verb, (action,), "*", reasons=(reason,))

    def _power(
        self, verb: Verb, action: str, place: _Place, answer: Answer, spared: Iterable[str]
    ) -> Power:
        steps = tuple(self._told(step) for step in answer.witness)
        return Power(
            verb, (action,), place.label, place.known, tuple(spared), steps, _doubts(answer)
        )

    def _told(self, step: Step) -> Step:
        """Return a step with what stands for an unknown manager called as its author would."""
        label = self.labels.get(step.request.resource)
        return (
            step if label is None else step._replace(request=step.request._replace(resource=label))
        )

    def _ask_within(self, action: str, place: _Place, places: Iterable[_Place]) -> Answer:
        """Ask about a place apart from the narrower ones in it, which are asked by themselves."""
        narrower = [one.pattern for one in places if place.is_wider(one)]
        below = [f"{pattern}/*" for pattern in narrower]
        return self._ask(action, inside=(place.pattern,), outside=(*narrower, *below))

    def _is_spared(self, action: str, place: _Place) -> bool:
        """Tell whether nothing in a place is reached, narrower ones included."""
        return self._ask(action, inside=(place.pattern,)).verdict == PROVED

    def _ask(self, action: str, *, inside: Sequence[str], outside: Sequence[str] = ()) -> Answer:
        """Ask whether the role can do an action somewhere; refuted if it can."""
        inquiry = Inquiry(Limit(seconds=max(0.0, self._end - monotonic())), 0)
        steps = reach(self.actor, action, inquiry, inside=inside, outside=outside)
        return inquiry.answer(action, "", (), steps)

    def _places(self, action: str) -> tuple[list[_Place], int]:
        """Return the places that statements about an action name, and how many there are beyond."""
        found: dict[str, _Place] = {}
        for layer in layers(about(self.actor.policies, action)):
            for clause in layer.clauses:
                texts = [*clause.statement.resources, *clause.statement.not_resources]
                if clause.statement.not_resources:
                    texts.append("*")
                for place in filter(None, map(self._place, texts)):
                    found.setdefault(place.pattern, place)
        account = self.actor.account
        wanted = [place for place in found.values() if _meets_payments(place, account)]
        return wanted[:_MOST_PLACES], max(0, len(wanted) - _MOST_PLACES)

    def _place(self, text: object) -> _Place | None:
        if isinstance(text, Unresolved):
            return _Place(text.pattern, text.sentence, known=False)
        if not isinstance(text, str):
            return None
        if text in self.labels:
            return _Place(text, self.labels[text], known=False)
        short = (
            text.startswith("arn:") and text.count(":") < _FIELDS
        )  # what is missing may be anything
        return _Place(f"{text}:*" if short else superset(text), text)


def _doubts(answer: Answer) -> tuple[str, ...]:
    return answer.reasons if answer.verdict == UNDECIDED else ()


def _meets_manager(place: _Place, account: str) -> bool:
    return can_match(manager_universe(account).pattern, place.pattern)


def _meets_payments(place: _Place, account: str) -> bool:
    return _meets_manager(place, account) or any(
        can_match(sub_resource_universe(kind, account).pattern, place.pattern)
        for kind in _SUB_TYPES
    )


def _is_below(manager: _Place, place: _Place) -> bool:
    """Tell whether a place is the companion of one that is reached: what is below the manager."""
    return covers(manager.pattern, place.pattern) or covers(f"{manager.pattern}/*", place.pattern)
