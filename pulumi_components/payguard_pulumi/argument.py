"""The component's arguments by name, and what one of them is refused with.

Light: importing the component loads this, and what checks arguments only once there are some.
"""

from collections.abc import Awaitable, Mapping
from typing import Any

import pulumi
from pulumi.output import Unknown

from payguard_policies.persona import PERSONAS

ADMINISTRATOR, SERVICE_PERSONA = "control-plane", "resource-retrieval"
# A persona and the argument that says who may assume its role.
PRINCIPALS = {
    persona: f"{persona.replace('-', '_')}_principals"
    for persona in PERSONAS
    if persona != SERVICE_PERSONA
}
# What decides which resources there are: it has to be known when the program runs.
PLAIN = ("create_service_role", "coinbase_marketplace", "separation")
SEPARATIONS = ("error", "advisory")


class ArgumentError(pulumi.InputPropertyError):
    """An argument that no role is made for: which one, and what is wrong with it.

    Pulumi's own class has no text of its own; this one prints as a sentence, in a traceback and
    where a component host reports it to a program in another language.
    """

    def __str__(self) -> str:
        return f"{self.property_path}: {self.reason}"


def wire_name(name: str) -> str:
    """Return the name of an argument as the engine and other languages write it."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def is_known(value: Any) -> bool:
    """Tell whether a value, and all in it, is known while the program runs."""
    if isinstance(value, Mapping):
        return all(is_known(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(map(is_known, value))
    return not isinstance(value, pulumi.Output | Unknown | Awaitable)


def outputs_of(value: Any) -> Any:
    """Return a value in which an output stands for all that is awaited.

    Pulumi takes coroutines as inputs; one can be awaited only once, and more than one resource asks.
    """
    if isinstance(value, Mapping):
        return {key: outputs_of(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [outputs_of(item) for item in value]
    if isinstance(value, Awaitable) and not isinstance(value, pulumi.Output):
        return pulumi.Output.from_input(value)
    return value
