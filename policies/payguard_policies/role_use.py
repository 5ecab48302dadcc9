"""How one principal comes to act as a role: by running code with it, or by rewriting its policies."""

import functools
import json
import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from payguard_policies.named_tuple import NamedTuple

_PATH = os.path.join(os.path.dirname(__file__), "role_use.json")


class CodeRunner(NamedTuple):
    """A service that runs code with a role.

    Attributes:
        service: The service principal that the role must trust.
        actions: What has to be allowed, all of it, to run code of one's own there.
        what: What runs the code, in words.
    """

    service: str
    actions: tuple[str, ...]
    what: str


class Edit(NamedTuple):
    """An action that changes what a role or user may do.

    Attributes:
        action: with its service prefix.
        on: "role", "user" or "policy".
        what: What it does, in words.
        context: What the request has to carry for that.
    """

    action: str
    on: str
    what: str
    context: Mapping[str, str] = MappingProxyType({})


@functools.cache
def _facts() -> Any:
    with open(_PATH, "rb") as file:
        return json.load(file)


@functools.cache
def passed_runners() -> tuple[CodeRunner, ...]:
    """Services to which the caller passes the role (iam:PassRole) that its code then has."""
    return _runners("passed")


@functools.cache
def standing_runners() -> tuple[CodeRunner, ...]:
    """Services in which what already runs with a role takes the caller's code."""
    return _runners("running")


def _runners(name: str) -> tuple[CodeRunner, ...]:
    return tuple(
        CodeRunner(entry["service"], tuple(entry["actions"]), entry["what"])
        for entry in _facts()[name]
    )


@functools.cache
def edits() -> tuple[Edit, ...]:
    """Actions that give a role more than it has, or take a Deny away."""
    return tuple(Edit(**entry) for entry in _facts()["editing"])


@functools.cache
def unbinding() -> tuple[Edit, ...]:
    """Actions after which a permissions boundary no longer limits a role or user."""
    return tuple(Edit(**entry) for entry in _facts()["unbinding"])


@functools.cache
def signing() -> tuple[Edit, ...]:
    """Actions after which one can sign in as a user."""
    return tuple(Edit(**entry) for entry in _facts()["signing"])


@functools.cache
def trust_edit() -> Edit:
    """The action that rewrites who may assume a role."""
    return Edit(**_facts()["trusting"])
