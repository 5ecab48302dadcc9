"""Exports and checkpoints: the resources that a stack has.

``DeploymentV3`` and ``ResourceV3`` in ``sdk/go/common/apitype/core.go`` of pulumi/pulumi; version 4
adds to version 3 a list of features.
"""

from typing import Any

from payguard.iam.unresolved import MISSING, Unresolved
from payguard.sources.pulumi_state.sheet import Sheet
from payguard.sources.pulumi_state.state import (
    Layer,
    Resource,
    Stack,
    object_or_nothing,
    short,
    text_or_nothing,
    texts,
)

# The newest version that is known.
DEPLOYMENT_VERSION = 4


def read_deployment(stack: Stack, sheet: Sheet, deployment: dict[str, Any], at: str) -> None:
    """Add the resources of a deployment, which stands at ``at``, to ``stack``."""
    states = deployment.get("resources")
    if states is not None and not isinstance(states, list):
        stack.flaw("the resources are no list", sheet, f"{at}/resources")
        states = None
    for index, state in enumerate(states or ()):
        place = f"{at}/resources/{index}"
        if not isinstance(state, dict):
            stack.flaw("a resource is no object", sheet, place)
        elif state.get("pendingReplacement"):
            # Deleted to be made anew, which has not happened: an update that broke off.
            _note_replacement(stack, sheet, state, f"{place}/urn")
        elif not state.get("delete"):
            add_state(stack, sheet, state, place)
    _note_operations(stack, sheet, deployment.get("pending_operations"), at)


def add_state(
    stack: Stack,
    sheet: Sheet,
    state: dict[str, Any],
    at: str,
    *,
    before: Layer | None = None,
    created: bool = False,
) -> None:
    """Add the resource that a state describes to ``stack``.

    Args:
        stack: where to.
        sheet: the text it stands in.
        state: the state: a ResourceV3.
        at: its JSON Pointer.
        before: the state that it had before, if that tells more of its identity.
        created: whether it does not exist yet.
    """
    urn, kind = state.get("urn"), state.get("type")
    if not isinstance(urn, str) or not isinstance(kind, str):
        stack.flaw("a resource has no urn and type that are text", sheet, at)
        return
    inputs = state.get("inputs")
    if inputs is not None and not isinstance(inputs, dict):
        stack.flaw(f"the inputs of {short(urn)} are no object", sheet, f"{at}/inputs")
    stack.resources.append(
        Resource(
            urn,
            kind,
            sheet,
            f"{at}/urn",
            inputs=(Layer(object_or_nothing(inputs), f"{at}/inputs"),),
            outputs=_outputs(Layer(state, at), before),
            id=text_or_nothing(state.get("id") or (before and before.values.get("id"))),
            parent=text_or_nothing(state.get("parent")),
            provider=text_or_nothing(state.get("provider")),
            dependencies=object_or_nothing(state.get("propertyDependencies")),
            sources=texts(state.get("dependencies")),
            created=created,
            # One that Pulumi only reads has in its inputs what it was looked up by.
            partial=state.get("external") is True,
        )
    )


def _outputs(*states: Layer | None) -> tuple[Layer, ...]:
    return tuple(
        Layer(object_or_nothing(state.values.get("outputs")), f"{state.at}/outputs")
        for state in states
        if state is not None
    )


def _note_replacement(stack: Stack, sheet: Sheet, state: dict[str, Any], at: str) -> None:
    urn = text_or_nothing(state.get("urn"))
    what = f"{short(urn)}, which was deleted and not yet made again"
    stack.note(Unresolved(what, MISSING), sheet, at, urn)


def _note_operations(stack: Stack, sheet: Sheet, operations: object, at: str) -> None:
    """Note what an update that broke off may have changed."""
    for index, operation in enumerate(operations if isinstance(operations, list) else ()):
        state = object_or_nothing(object_or_nothing(operation).get("resource"))
        urn = text_or_nothing(state.get("urn"))
        verb = text_or_nothing(object_or_nothing(operation).get("type"))
        what = f"the outcome of {verb or 'an operation on'} {short(urn) or 'a resource'}"
        place = f"{at}/pending_operations/{index}"
        stack.note(Unresolved(what, MISSING), sheet, place, urn)
