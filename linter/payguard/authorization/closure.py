"""What roles can do together: a role that becomes another one has the powers of both.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

from payguard.authorization.actor import Actor
from payguard.authorization.answer import Answer, Inquiry, Step
from payguard.authorization.caller import ROLE, USER, caller
from payguard.authorization.evaluate import may_allow
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import EVERYTHING, Layer, attach, layer_of
from payguard.authorization.principal import reach as named_by
from payguard.authorization.prove import ALL_POLICIES, OWN_ACCOUNT, TYPED_VALUES, never_both
from payguard.authorization.question import Question, apart_slots, own_slots
from payguard.authorization.reach import granted_on, may_grant, part, reach, short
from payguard.authorization.search import search
from payguard.authorization.target import MANAGER, calls
from payguard.authorization.truth import NO
from payguard.iam.document import TRUST
from payguard_policies.named_tuple import NamedTuple
from payguard_policies.role_use import (
    CodeRunner,
    Edit,
    edits,
    passed_runners,
    signing,
    standing_runners,
    trust_edit,
    unbinding,
)

_ASSUME, _PASS = "sts:AssumeRole", "iam:PassRole"
_PASSED_TO = "iam:passedtoservice"
_MOST_ROLES = 60  # beyond these, roles are not followed from one to the next


class Power(NamedTuple):
    """What a role can act as, and the requests by which it comes to that.

    Attributes:
        actor: the role that it acts as; with everything allowed where its policies can be written.
        steps: the requests, in order; none for what it is anyway.
        held: whether it acts as that role itself; otherwise it only gives it more.
    """

    actor: Actor
    steps: tuple[Step, ...] = ()
    held: bool = True


def separated(
    actors: Sequence[Actor], first: str, second: str, limit: Limit | None = None
) -> tuple[Answer, ...]:
    """Ask of each role whether it can do both actions, by itself or as another of the roles.

    Args:
        actors: roles, each with its ARN and trust policy as far as they are known.
        first: an action on payment managers, with its service prefix.
        second: another.
        limit: what each answer may cost.

    Returns:
        An answer for each role, in the order given; its witness is the whole chain of requests.
    """
    return tuple(separated_one(one, actors, first, second, limit) for one in actors)


def separated_one(
    one: Actor,
    actors: Sequence[Actor],
    first: str,
    second: str,
    limit: Limit | None = None,
    *,
    alone: Answer | None = None,
) -> Answer:
    """Ask it of one role; see ``separated``. ``alone`` is the answer by itself, where it is known."""
    alone = alone or never_both(one, first, second, limit)
    if alone.witness:
        return alone
    inquiry = Inquiry(limit or Limit(), alone.examined.statements)
    inquiry.note_reasons(alone.reasons)
    witness: tuple[Step, ...] = ()
    for power, other in _pairs(powers(one, actors, inquiry)):
        witness = _both(power, other, first, second, inquiry)
        if witness or inquiry.limit.is_over:
            break
    return inquiry.answer(
        f"{one.name} never both {short(first)} and {short(second)}, as itself or as another role",
        f"{alone.universe}; {len(actors)} roles",
        (OWN_ACCOUNT, ALL_POLICIES, TYPED_VALUES, *alone.assumptions[3:]),
        witness,
    )


def both_by_assuming(
    one: Actor, roles: Sequence[Actor], first: str, second: str, limit: Limit | None = None
) -> tuple[Step, ...]:
    """Return requests by which somebody does both actions as two roles that it assumes.

    Args:
        one: who asks.
        roles: those that it may assume.
        first: an action on payment managers, with its service prefix.
        second: another.
        limit: what may be spent.

    Returns:
        The requests, on one payment manager; none where that is not sure, or takes more.
    """
    inquiry = Inquiry(limit or Limit(), 0)
    known: dict[str, Power] = {}

    def assumed(role: Actor) -> Power:
        if role.name not in known:
            steps = _assumes(one, role, inquiry) if role.arn else ()
            known[role.name] = Power(role, steps)
        return known[role.name]

    able = [(role, granted_on(role, first)) for role in roles if may_grant(role, first)]
    others = [role for role in roles if may_grant(role, second)]
    for (role, where), other in product(able, others):
        if inquiry.limit.is_over:
            break
        if role is other or not may_grant(other, second, where):
            continue
        pair = assumed(role), assumed(other)
        sure = all(power.steps for power in pair)
        steps = _both(*pair, first, second, inquiry) if sure else ()
        if steps:
            return steps
    return ()


def _pairs(found: Sequence[Power]) -> Iterator[tuple[Power, Power]]:
    """Yield the pairs of powers in one hand, the shortest ways first.

    The role alone was asked about before; a role that was only given more has to do both itself.
    """
    pairs = [
        (power, other)
        for power, other in product(found, repeat=2)
        if (power.steps or other.steps) and (power is other or (power.held and other.held))
    ]
    yield from sorted(pairs, key=lambda pair: len(pair[0].steps) + len(pair[1].steps))


def _both(
    power: Power, other: Power, first: str, second: str, inquiry: Inquiry
) -> tuple[Step, ...]:
    """Find a payment manager on which one of them does the first and the other the second."""
    targets = [calls(action, power.actor.account)[0][0] for action in (first, second)]
    if any(target.type != MANAGER for target in targets):
        return ()
    slots = own_slots if power.actor is other.actor else apart_slots
    parts = (
        part(power.actor, first, targets[0], slots(0)),
        part(other.actor, second, targets[1], slots(1)),
    )
    found = search(Question(parts, power.actor.account), inquiry.limit)
    inquiry.note(found.doubts, found.texts)
    if not found.requests:
        return ()
    before = (*power.steps, *(step for step in other.steps if step not in power.steps))
    done = (
        Step(one.actor.name, request)
        for one, request in zip((power, other), found.requests, strict=True)
    )
    return (*before, *done)


def powers(one: Actor, actors: Sequence[Actor], inquiry: Inquiry) -> list[Power]:
    """Return all that a role can act as: itself, roles that it can become, and roles it can edit."""
    reached: dict[str, Power] = {one.name: Power(one)}
    ways: dict[str, Means] = {}
    pending = [one.name]
    while pending and len(reached) <= _MOST_ROLES and not inquiry.limit.is_over:
        here = reached[pending.pop(0)]
        by = ways[here.actor.name] = means(here.actor)
        for other in actors:
            if other.name in reached:
                continue
            steps = becomes(here.actor, other, inquiry, by)
            if steps:
                reached[other.name] = Power(other, (*here.steps, *steps))
                pending.append(other.name)
    held = frozenset(reached)
    edited = [
        edit
        for name, here in reached.items()
        for edit in _edited(here, actors, held, inquiry, ways.get(name) or means(here.actor))
    ]
    return [*reached.values(), *edited]


@cache
def becoming_actions() -> tuple[str, ...]:
    """Return the actions by which a role becomes another, or writes its policies."""
    runners = (*passed_runners(), *standing_runners())
    ran = (action for runner in runners for action in runner.actions)
    edited = (edit.action for edit in (trust_edit(), *edits(), *unbinding(), *signing()))
    return tuple(dict.fromkeys((_ASSUME, _PASS, *edited, *ran)))


class Means(NamedTuple):
    """By what a role may become others at all: found once, before it is asked about each of them.

    Attributes:
        rewrites: whether it may rewrite a trust policy.
        passed: what may run code with a role that it passes.
        standing: what may run its code with the role that it has.
        edits: the actions by which it may give a role more.
        unbinding: the actions by which it may rid one of its permissions boundary.
        signing: the actions by which it may sign in as a user.
    """

    rewrites: bool
    passed: tuple[CodeRunner, ...]
    standing: tuple[CodeRunner, ...]
    edits: tuple[Edit, ...]
    unbinding: tuple[Edit, ...]
    signing: tuple[Edit, ...]


def means(one: Actor) -> Means:
    """Return by what a role may become others, as far as its statements name the actions."""
    able = {action for action in becoming_actions() if may_grant(one, action)}
    return Means(
        trust_edit().action in able,
        tuple(each for each in passed_runners() if able.issuperset((_PASS, *each.actions))),
        tuple(each for each in standing_runners() if able.issuperset(each.actions)),
        tuple(edit for edit in edits() if edit.action in able),
        tuple(edit for edit in unbinding() if edit.action in able),
        tuple(edit for edit in signing() if edit.action in able),
    )


def becomes(one: Actor, other: Actor, inquiry: Inquiry, by: Means) -> tuple[Step, ...]:
    """Return requests by which a role comes to act as another; none if it does not.

    Args:
        one: the role.
        other: the role that it may become.
        inquiry: takes the doubts where nothing sure is found.
        by: the role's means.
    """
    if not other.arn:
        return ()
    return (
        _assumes(one, other, inquiry)
        or (_rewrites_trust(one, other, inquiry) if by.rewrites else ())
        or _runs_code(one, other, inquiry, by)
        or _first_edit(one, by.signing, other, inquiry)
    )


def _assumes(one: Actor, other: Actor, inquiry: Inquiry) -> tuple[Step, ...]:
    if other.trust is None:
        trusting = _trusted_by_anyone(one)
        if _on(trusting, _ASSUME, other, Inquiry(inquiry.limit, 0)):
            inquiry.note_reasons((f"whom the trust policy of {other.name} lets in is not known",))
        return ()
    if not _may_name(other.trust, one):
        return ()
    asking = one._replace(policies=one.policies._replace(trust=other.trust))
    return _on(asking, _ASSUME, other, inquiry, note=f"becomes {other.name}")


def _may_name(trust: Layer, one: Actor) -> bool:
    """Tell whether some statement of a trust policy may let a role in, whatever it asks for."""
    if not one.arn:
        return True
    asking = caller(one.arn)
    return any(
        may_allow(clause)
        and (
            bool(clause.defect)
            or clause.unresolved is not None
            or named_by(clause.statement.value, asking, bounded=False).named is not NO
        )
        for clause in trust.clauses
    )


def _trusted_by_anyone(one: Actor) -> Actor:
    anyone = {**EVERYTHING, "Statement": {"Effect": "Allow", "Action": _ASSUME, "Principal": "*"}}
    return one._replace(policies=one.policies._replace(trust=layer_of(TRUST, anyone)))


def _on(
    one: Actor,
    action: str,
    other: Actor,
    inquiry: Inquiry,
    *,
    note: str = "",
    context: dict[str, str] | None = None,
) -> tuple[Step, ...]:
    """Return a request for an action on the role ``other``."""
    if not may_grant(one, action, (other.arn,)):
        return ()
    asking = one._replace(account=other.account)
    return reach(asking, action, inquiry, inside=(other.arn,), note=note, context=context)


def _rewrites_trust(one: Actor, other: Actor, inquiry: Inquiry) -> tuple[Step, ...]:
    edit = trust_edit()
    steps = _on(one, edit.action, other, inquiry, note=f"{edit.what} of {other.name}")
    if not steps:
        return ()
    then = _on(_trusted_by_anyone(one), _ASSUME, other, inquiry, note=f"becomes {other.name}")
    return (*steps, *then) if then else ()


def _runs_code(one: Actor, other: Actor, inquiry: Inquiry, by: Means) -> tuple[Step, ...]:
    """Pass the role to a service that runs code as the role, or use what runs as it already."""
    passed = by.passed if by.passed and may_grant(one, _PASS, (other.arn,)) else ()
    services = _trusted_services(other, inquiry) if passed or by.standing else frozenset()
    for runner in passed:
        if runner.service in services:
            context = {_PASSED_TO: runner.service}
            steps = _on(one, _PASS, other, inquiry, note=f"passes {other.name}", context=context)
            ran = steps and _all(one, runner, inquiry)
            if ran:
                return (*steps, *ran)
    for runner in by.standing:
        ran = _all(one, runner, inquiry) if runner.service in services else ()
        if ran:
            inquiry.rest_on(f"{runner.what} has {other.name}, which trusts {runner.service}")
            return ran
    return ()


def _all(one: Actor, runner: CodeRunner, inquiry: Inquiry) -> tuple[Step, ...]:
    """Return requests for everything that it takes to run code there; none if one is missing."""
    steps: tuple[Step, ...] = ()
    for action in runner.actions:
        found = reach(one, action, inquiry, note=f"runs code in {runner.what}")
        if not found:
            return ()
        steps += found
    return steps


def _trusted_services(other: Actor, inquiry: Inquiry) -> frozenset[str]:
    """Return the services that a role's trust policy lets in to run code.

    One that asks for a payment manager as source lets in no runtime and no code interpreter.
    """
    if other.trust is None:
        return frozenset()
    named = dict.fromkeys(
        entry.text
        for clause in other.trust.clauses
        if clause.statement.effect == "Allow"
        for entry in clause.statement.principals
        if entry.type == "Service"
    )
    return frozenset(service for service in named if _lets_in(other, service, inquiry))


def _lets_in(other: Actor, service: str, inquiry: Inquiry) -> bool:
    admitting = attach()._replace(trust=other.trust)
    asking = Actor(service, admitting, service, other.trust, other.account)
    source = {"aws:sourcearn": f"arn:aws:bedrock-agentcore:us-east-1:{other.account}:runtime/r-1"}
    context = source if service.startswith("bedrock-agentcore.") else {}
    return bool(_on(asking, _ASSUME, other, Inquiry(inquiry.limit, 0), context=context))


def _edited(
    power: Power, actors: Sequence[Actor], held: frozenset[str], inquiry: Inquiry, by: Means
) -> Iterator[Power]:
    """Yield roles whose policies a role can write: whatever their boundary lets pass is theirs.

    A boundary that it can take away lets everything pass.
    """
    for other in actors if by.edits or by.unbinding else ():
        if inquiry.limit.is_over:
            return
        unbound = _unbound(power, other, by, inquiry)
        for one in (Power(other, power.steps), *unbound):
            asking = one.actor if unbound and power.actor.name == other.name else power.actor
            steps = _first_edit(asking, by.edits, other, inquiry)
            if steps:
                yield Power(_freed(one.actor), (*one.steps, *steps), other.name in held)
        yield from (one._replace(held=other.name in held) for one in unbound)


def _first_edit(
    one: Actor, possible: Sequence[Edit], other: Actor, inquiry: Inquiry
) -> tuple[Step, ...]:
    return next(filter(None, (_edits(one, edit, other, inquiry) for edit in possible)), ())


def _unbound(power: Power, other: Actor, by: Means, inquiry: Inquiry) -> tuple[Power, ...]:
    """Return a role or user without its boundary, if that can be taken away; else nothing."""
    if other.policies.boundary is None:
        return ()
    steps = _first_edit(power.actor, by.unbinding, other, inquiry)
    by_another = [edit._replace(context={}) for edit in by.unbinding if edit.context]
    if not steps and _first_edit(power.actor, by_another, other, Inquiry(inquiry.limit, 0)):
        reason = (
            f"by which permissions boundary {power.actor.name} may replace that of {other.name}"
        )
        inquiry.note_reasons((f"{reason} is not known",))
    free = other._replace(policies=other.policies._replace(boundary=None))
    return (Power(free, (*power.steps, *steps)),) if steps else ()


def _edits(one: Actor, edit: Edit, other: Actor, inquiry: Inquiry) -> tuple[Step, ...]:
    note = f"{edit.what} of {other.name}"
    if edit.on in {ROLE, USER}:
        fits = caller(other.arn).kind == edit.on
        context = {key.lower(): value for key, value in edit.context.items()}
        return _on(one, edit.action, other, inquiry, note=note, context=context) if fits else ()
    if not other.attached:
        return ()
    asking = one._replace(account=other.account)
    return reach(asking, edit.action, inquiry, inside=other.attached, note=note)


def _freed(other: Actor) -> Actor:
    identity = attach(identity=(EVERYTHING,)).identity
    return other._replace(policies=other.policies._replace(identity=identity))
