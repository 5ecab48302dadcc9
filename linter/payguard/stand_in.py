"""Payment managers that the deploy makes: an ARN that could be theirs stands for each of them.

A policy that names such a manager is known but for the manager's ARN. With one that fits in its
place, wherever the same value stands, the engine can say what the policy does to that manager.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from payguard.authorization.actor import Actor
from payguard.authorization.policy_set import Layer, layers
from payguard.authorization.universe import manager_universe
from payguard.iam.document import Statement
from payguard.iam.unresolved import Unresolved
from payguard.iam.wildcard import has_wildcard, matches
from payguard.identifiers.glob import can_match
from payguard_policies import PAYMENTS_SERVICE
from payguard_policies.named_tuple import NamedTuple

_KIND = "payment-manager/"
_FIELDS = 5  # colons of an ARN
_USUAL = ("arn", "aws", PAYMENTS_SERVICE, "us-east-1", "000000000000")


class StandIns(NamedTuple):
    """A role whose policies name no unknown manager any more.

    Attributes:
        actor: the role.
        labels: ARNs that stand for managers, each with what the value comes from.
    """

    actor: Actor
    labels: Mapping[str, str]


def with_stand_ins(actor: Actor) -> StandIns:
    """Return a role with an ARN in the place of each manager whose own is not known yet.

    What may be something else than a payment manager stays unknown.
    """
    unknown = tuple(dict.fromkeys(_unknown(actor)))
    managers: dict[Unresolved, str] = {}
    for value in unknown:
        example = _example(value.pattern, len(managers), actor.account)
        if example:
            managers[value] = example
    examples = managers | {
        value: f"{example}{suffix}"
        for manager, example in managers.items()
        for value in unknown
        if value.what == manager.what and (suffix := _after(manager.pattern, value.pattern))
    }
    if not examples:
        return StandIns(actor, {})
    policies = actor.policies
    boundary = policies.boundary
    filled = policies._replace(
        identity=_filled(policies.identity, examples),
        boundary=None if boundary is None else _filled(boundary, examples),
    )
    labels = {example: value.sentence for value, example in examples.items()}
    return StandIns(actor._replace(policies=filled), labels)


def _unknown(actor: Actor) -> Iterator[Unresolved]:
    for layer in layers(actor.policies):
        for clause in layer.clauses:
            statement = clause.statement
            for text in (*statement.resources, *statement.not_resources):
                if isinstance(text, Unresolved):
                    yield text


def _after(manager: str, pattern: str) -> str:
    """Return what was written after a manager's value; empty if it was something else."""
    return pattern.removeprefix(manager) if pattern.startswith(f"{manager}/") else ""


def _example(pattern: str, number: int, account: str) -> str:
    """Return an ARN of a manager that fits; empty where it may be of another type."""
    fields = pattern.split(":", _FIELDS)
    universe = manager_universe(account).pattern
    if len(fields) <= _FIELDS or not fields[-1].startswith(_KIND):
        return ""
    if not can_match(universe, pattern):
        return ""
    usual = (*_USUAL[:-1], account or _USUAL[-1])
    head = (
        common if has_wildcard(written) else written
        for written, common in zip(fields[:_FIELDS], usual, strict=True)
    )
    start, suffix = ":".join(head), f"a1b2c3d4{number:02}"
    for star in (f"unknown{number}-{suffix}", f"unknown{number}", suffix):
        example = f"{start}:{_filled_in(fields[-1], star, suffix)}"
        if matches(pattern, example) and can_match(universe, example):
            return example
    return ""


def _filled_in(pattern: str, star: str, signs: str) -> str:
    """Return a text that a pattern matches: something for the first star, nothing for others."""
    text = pattern.replace("*", star, 1).replace("*", "")
    for sign in (signs * text.count("?"))[: text.count("?")]:
        text = text.replace("?", sign, 1)
    return text


def _filled(layer: Layer, examples: Mapping[Unresolved, str]) -> Layer:
    clauses = (
        clause._replace(statement=_with(clause.statement, examples)) for clause in layer.clauses
    )
    return layer._replace(clauses=tuple(clauses))


def _with(statement: Statement, examples: Mapping[Unresolved, str]) -> Statement:
    def known(texts: Iterable[Any]) -> list[Any]:
        return [
            examples.get(text, text) if isinstance(text, Unresolved) else text for text in texts
        ]

    return statement._replace(
        resources=known(statement.resources), not_resources=known(statement.not_resources)
    )
