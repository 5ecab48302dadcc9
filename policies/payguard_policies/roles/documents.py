"""Policy documents of a persona, built from its templates.

A list element that holds a placeholder is repeated for each value, and dropped if there is none; a
statement left without a resource or a principal is dropped, and so is a condition left without a
value. Placeholders that describe a manager take the values of one manager at a time: a name of one
region never meets another region.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from payguard_policies.roles.contracts import read
from payguard_policies.roles.parameters import Manager, Parameters, managers, values

_PLACEHOLDER = re.compile(r"<([a-z-]+)>")
_MANAGER_FIELDS = {
    "partition": "partition",
    "region": "region",
    "account": "account",
    "manager-name": "name",
    "manager-arn": "arn",
}


@dataclass(frozen=True, slots=True)
class _Values:
    managers: tuple[Manager, ...]
    others: Mapping[str, tuple[str, ...]]


def permissions(persona: str, parameters: Parameters) -> dict[str, Any]:
    """The permissions policy of a persona.

    Args:
        persona: One of `PERSONAS`.
        parameters: What the policy is built for.

    Returns:
        A fresh document, as `json.dumps` takes it.

    Raises:
        UnknownPersonaError: `persona` is not one of `PERSONAS`.
        ParametersError: No manager, or managers of several accounts or partitions.
    """
    return _document(read(persona, "permissions"), parameters)


def trust(persona: str, parameters: Parameters) -> dict[str, Any]:
    """The trust policy of a persona; arguments, result and errors as in `permissions`."""
    return _document(read(persona, "trust"), parameters)


def _document(template: Mapping[str, Any], parameters: Parameters) -> dict[str, Any]:
    known = _Values(managers(parameters), values(parameters))
    built = (_statement(statement, known) for statement in template["Statement"])
    return {
        "Version": template["Version"],
        "Statement": [statement for statement in built if statement is not None],
    }


def _statement(template: Mapping[str, Any], known: _Values) -> dict[str, Any] | None:
    statement: dict[str, Any] = {}
    for element, value in template.items():
        match element:
            case "Resource":
                filled: Any = _uncovered(_filled(value, known))
            case "Principal":
                filled = _block(value, known)
            case "Condition":
                blocks = {operator: _block(entries, known) for operator, entries in value.items()}
                filled = {operator: entries for operator, entries in blocks.items() if entries}
                if not filled:
                    continue
            case _:
                filled = _filled(value, known)
        if not filled:
            return None
        statement[element] = filled
    return statement


def _block(entries: Mapping[str, Any], known: _Values) -> dict[str, Any]:
    filled = {key: _filled(value, known) for key, value in entries.items()}
    return {key: value for key, value in filled.items() if value}


def _filled(value: str | Sequence[str], known: _Values) -> str | list[str]:
    """A list stays a list; a single string becomes one only if it stands for several values."""
    if not isinstance(value, str):
        return _distinct(filled for text in value for filled in _fill(text, known))
    found = _distinct(_fill(value, known))
    return found[0] if len(found) == 1 else found


def _fill(text: str, known: _Values) -> Iterable[str]:
    names = dict.fromkeys(_PLACEHOLDER.findall(text))
    for manager in known.managers:
        choices = [
            (getattr(manager, _MANAGER_FIELDS[name]),)
            if name in _MANAGER_FIELDS
            else known.others[name]
            for name in names
        ]
        for chosen in product(*choices):
            yield _replaced(text, dict(zip(names, chosen, strict=True)))


def _replaced(text: str, chosen: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: chosen[found[1]], text)


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _uncovered(resources: str | list[str]) -> str | list[str]:
    """Without the resources that an earlier one, ending in "*", already matches.

    A manager that does not exist yet is "<name>-*", which covers what is below it as well.
    """
    if isinstance(resources, str):
        return resources
    kept: list[str] = []
    for resource in resources:
        if not any(one.endswith("*") and resource.startswith(one[:-1]) for one in kept):
            kept.append(resource)
    return kept
