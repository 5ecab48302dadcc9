"""What a persona must, may and must never be allowed, read from its contract.json."""

import functools
import json
import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from payguard_policies.action_sets import ActionGroup, action_group, action_set_facts
from payguard_policies.named_tuple import NamedTuple
from payguard_policies.persona import PERSONAS

_FOLDER = os.path.dirname(__file__)


class UnknownPersonaError(ValueError):
    """A name that is no persona; the message names the nearest one."""


class TrustCondition(NamedTuple):
    """A condition of a trust policy; `value` is a template, `operators` all serve."""

    key: str
    operators: tuple[str, ...]
    value: str
    required: bool
    why: str


class Trust(NamedTuple):
    """Who may assume the role.

    Attributes:
        principals: Kinds: "account" (its root), "role", "user", "federated", "service".
        services: Service principals, if the persona is assumed by known services only.
        conditions: Conditions that the trust policy must or may hold.
    """

    principals: tuple[str, ...]
    services: tuple[str, ...]
    conditions: tuple[TrustCondition, ...]


class ManagedPolicy(NamedTuple):
    """An AWS managed policy, ARN as a template, and when the persona needs it."""

    arn: str
    when: str


class Source(NamedTuple):
    """Where a contract comes from.

    Attributes:
        title: Title of the page, schema or report.
        url: Its address; None for payguard's own decisions.
        read: ISO date of the text.
        text: Which text: "five-role", "four-role", "service-authorization-reference",
            "aws-documentation", "cloudformation-schema", "live-report" or "payguard".
    """

    title: str
    url: str | None
    read: str
    text: str


class Contract(NamedTuple):
    """The contract of a persona.

    Attributes:
        persona: One of `PERSONAS`.
        aws_role: AWS's name of the role; None for our own persona.
        summary: One sentence.
        must_allow: Without these the persona cannot do its work.
        may_allow: Tolerated, and asked only in some set-ups.
        must_never_allow: With one of these the persona is another persona as well.
        must_deny: An unconditional Deny on every resource is expected.
        must_never_assume: Personas whose roles this one must not reach by sts:AssumeRole.
        managed_policies: AWS managed policies that some set-ups attach.
        trust: Who may assume the role.
        smoke: Operation to "allow", "deny" or "not-assumable".
        sources: Where all this comes from.
    """

    persona: str
    aws_role: str | None
    summary: str
    must_allow: tuple[ActionGroup, ...]
    may_allow: tuple[ActionGroup, ...]
    must_never_allow: tuple[ActionGroup, ...]
    must_deny: tuple[ActionGroup, ...]
    must_never_assume: tuple[str, ...]
    managed_policies: tuple[ManagedPolicy, ...]
    trust: Trust
    smoke: Mapping[str, str]
    sources: tuple[Source, ...]


@functools.cache
def contract(persona: str) -> Contract:
    """The contract of a persona.

    Raises:
        UnknownPersonaError: `persona` is not one of `PERSONAS`.
    """
    facts = read(persona, "contract")
    return Contract(
        persona=facts["persona"],
        aws_role=facts["aws_role"],
        summary=facts["summary"],
        must_allow=_groups(facts["must_allow"]),
        may_allow=_groups(facts["may_allow"]),
        must_never_allow=_groups(facts["must_never_allow"]),
        must_deny=_groups(facts["must_deny"]),
        must_never_assume=tuple(facts["must_never_assume"]),
        managed_policies=tuple(ManagedPolicy(**entry) for entry in facts["managed_policies"]),
        trust=_trust(facts["trust"]),
        smoke=MappingProxyType(facts["smoke"]),
        sources=tuple(Source(**entry) for entry in facts["sources"]),
    )


def read(persona: str, document: str) -> Any:
    """A document of a persona as decoded JSON: "permissions", "trust" or "contract".

    The value is shared by all callers: read it, do not change it.

    Raises:
        UnknownPersonaError: `persona` is not one of `PERSONAS`.
    """
    if persona not in PERSONAS:
        raise UnknownPersonaError(_unknown(persona))
    return _table(persona, document + ".json")


@functools.cache
def _table(*path: str) -> Any:
    with open(os.path.join(_FOLDER, *path), "rb") as file:
        return json.load(file)


def _unknown(persona: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  start-up time: only for this message

    nearest = get_close_matches(persona.lower(), PERSONAS, n=1, cutoff=0.5)
    hint = f'the nearest is "{nearest[0]}"' if nearest else 'expected a name such as "management"'
    return f'persona "{persona}" does not exist: {hint}'


def _groups(entries: list[Any]) -> tuple[ActionGroup, ...]:
    return tuple(_resolved(entry) for entry in entries)


def _resolved(entry: Mapping[str, Any]) -> ActionGroup:
    """A group given in full, or by the name of a set; what stands beside the name prevails."""
    if "set" not in entry:
        return action_group(entry)
    return action_group({**action_set_facts()[entry["set"]], **entry})


def _trust(facts: Mapping[str, Any]) -> Trust:
    conditions = facts["conditions"]
    return Trust(
        principals=tuple(facts["principals"]),
        services=tuple(facts["services"]),
        conditions=tuple(
            TrustCondition(**{**entry, "operators": tuple(entry["operators"])})
            for entry in conditions
        ),
    )
