"""Witnesses as users see them: calls with the statements that decide, and how to replay them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from payguard.authorization.answer import Step
from payguard.authorization.call import call
from payguard.authorization.decision import Decision, decide, summary
from payguard.authorization.reach import short
from payguard.authorization.request import Request, Unknown, Value, request
from payguard.authorization.target import calls
from payguard.cli.policy_files import PolicyFiles
from payguard.cli.replay import Given, commands, context_of
from payguard.quotation import quote
from payguard_policies.named_tuple import NamedTuple


class Asked(NamedTuple):
    """One request of a witness: as the engine put it, and what decided it."""

    request: Request
    decision: Decision


class Move(NamedTuple):
    """One API call of a witness: all that it is authorized on.

    Attributes:
        who: who makes it.
        note: what it is there for; may be empty.
        action: with its prefix.
        allowed: whether it is allowed.
        asked: a request for each resource.
        replay: the commands that put it once more.
    """

    who: str
    note: str
    action: str
    allowed: bool
    asked: tuple[Asked, ...]
    replay: tuple[str, ...]


def moves(steps: Sequence[Step], given: Given) -> list[Move]:
    """Return the calls that the steps of a witness make up."""
    found, start = [], 0
    while start < len(steps):
        size = _size(steps[start:])
        found.append(_move(steps[start : start + size], given))
        start += size
    return found


def _size(steps: Sequence[Step]) -> int:
    """Return how many of the steps, from the first on, are one call."""
    sizes = {len(targets) for targets in calls(steps[0].request.action)}
    return next((n for n in sorted(sizes, reverse=True) if _are_one_call(steps[:n], n)), 1)


def _are_one_call(steps: Sequence[Step], size: int) -> bool:
    resources = {step.request.resource for step in steps}
    calling = {
        (step.who, step.note, step.allowed, step.request.action, step.request.principal)
        for step in steps
    }
    return len(resources) == size and len(calling) == 1


def _move(steps: Sequence[Step], given: Given) -> Move:
    first = steps[0]
    requests = [step.request for step in steps]
    replay = commands(given, requests, allowed=first.allowed)
    if not first.allowed:  # whatever the call is authorized on besides may be what is denied
        requests = _together(requests[0])
    asked = tuple(Asked(one, decide(given.policies, one)) for one in requests)
    return Move(first.who, first.note, first.request.action, first.allowed, asked, replay)


def _together(found: Request) -> list[Request]:
    uses = call(found.action, [found.resource]).uses
    return [
        request(
            found.principal,
            found.action,
            use.resource,
            resource_account=found.resource_account,
            context=found.context,
        )
        for use in uses
    ]


# Text


def told(number: int, move: Move, given: Given, files: PolicyFiles) -> Iterator[str]:
    """Yield the lines about one call of a witness."""
    lead = f"{move.who} {move.note}" if move.note else move.who
    head, *more = sentences(move, given, files)
    if more:
        yield f"  {number}. {lead}: {short(move.action)}"
        yield from (f"     {text}" for text in (head, *more))
    else:
        yield f"  {number}. {lead}: {short(move.action)} {head}"
    yield from replays(move)


def sentences(move: Move, given: Given, files: PolicyFiles) -> Iterator[str]:
    """Yield for each resource of a call what is asked, and what decides."""
    for one, decision in move.asked:
        held = with_context(context_of(given.policies, one))
        yield f"on {quote(one.resource)}{held}: {summary(decision, one.action, files.name)}"


def replays(move: Move) -> Iterator[str]:
    """Yield the lines that say how to put a call once more."""
    for text in move.replay:
        yield f"     $ {text}"
    if not move.replay:
        yield "     (simulate cannot be told this request; payguard test can, from the JSON output)"


def with_context(context: Mapping[str, Value]) -> str:
    """Say which context keys a request carries; empty if there is nothing to say."""
    held = ", ".join(f"{key} {_held(value)}" for key, value in context.items())
    return f", with {held}" if held else ""


def _held(value: Value) -> str:
    if isinstance(value, Unknown):
        return "of unknown value"
    return quote(value) if isinstance(value, str) else " and ".join(map(quote, value))


# JSON


def as_json(move: Move, given: Given, files: PolicyFiles) -> dict[str, Any]:
    """Return a call as ``answer.schema.json`` and ``diff.schema.json`` describe it."""
    return {
        "who": move.who,
        "note": move.note,
        "action": move.action,
        "decision": "allow" if move.allowed else "deny",
        "requests": [
            {"request": _request(one, given), **decided(decision, files)}
            for one, decision in move.asked
        ],
        "replay": list(move.replay),
    }


def _request(found: Request, given: Given) -> dict[str, Any]:
    """Return a request as a case of ``payguard test`` has it; what is unknown is null there."""
    return {
        "principal": found.principal,
        "action": found.action,
        "resource": found.resource,
        "resourceAccount": found.resource_account or None,
        "context": context_json(context_of(given.policies, found)),
    }


def context_json(context: Mapping[str, Value]) -> dict[str, Any]:
    """Return context keys as JSON; what is unknown is null."""
    return {
        key: None
        if isinstance(value, Unknown)
        else value
        if isinstance(value, str)
        else list(value)
        for key, value in context.items()
    }


def decided(decision: Decision, files: PolicyFiles) -> dict[str, Any]:
    """Return a decision, and the places of the statements that it rests on."""
    return {
        "decision": decision.decision,
        "detail": decision.detail,
        "layer": decision.layer or None,
        "decided_by": [files.statement(ref) for ref in decision.decided_by],
    }
