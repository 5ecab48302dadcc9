"""Update plans, as ``pulumi preview --save-plan`` writes them.

``DeploymentPlanV1`` in ``sdk/go/common/apitype/plan.go`` of pulumi/pulumi. A plan has of the inputs
those that change; ``state``, the outputs as the provider expects them, mostly has the others.
"""

from typing import Any

from payguard import pointer
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
    type_of,
)

# The newest version that is known, of the few plans that say theirs.
PLAN_VERSION = 1
_ENDS = frozenset({"delete", "delete-replaced", "discard", "discard-replaced"})


def read_plan(stack: Stack, sheet: Sheet, plan: dict[str, Any], at: str) -> None:
    """Add to ``stack`` what it will have after an update that follows a plan at ``at``."""
    stack.configure(sheet, plan.get("config"), f"{at}/config")
    for urn, entry in object_or_nothing(plan.get("resourcePlans")).items():
        place = pointer.join(f"{at}/resourcePlans", urn)
        if not isinstance(entry, dict):
            stack.flaw(f"the plan of {short(urn)} is no object", sheet, place)
        elif isinstance(entry.get("goal"), dict):
            sheet.expect(place)
            stack.resources.append(_resource(sheet, urn, entry, place))
        elif not _ENDS.intersection(texts(entry.get("steps"))):
            stack.note(Unresolved(f"what becomes of {short(urn)}", MISSING), sheet, place, urn)


def _resource(sheet: Sheet, urn: str, entry: dict[str, Any], at: str) -> Resource:
    goal = entry["goal"]
    created = texts(entry.get("steps")) == ("create",)
    dropped = texts(object_or_nothing(goal.get("inputDiff")).get("deletes"))
    return Resource(
        urn,
        text_or_nothing(goal.get("type")) or type_of(urn),
        sheet,
        at,
        on_key=True,
        inputs=_inputs(goal, f"{at}/goal"),
        outputs=(Layer(object_or_nothing(entry.get("state")), f"{at}/state"),),
        id=text_or_nothing(goal.get("id")),
        parent=text_or_nothing(goal.get("parent")),
        provider=text_or_nothing(goal.get("provider")),
        dependencies=object_or_nothing(goal.get("propertyDependencies")),
        sources=texts(goal.get("dependencies")),
        created=created,
        partial=not created and not isinstance(goal.get("checkedInputs"), dict),
        dropped=frozenset(dropped),
    )


def _inputs(goal: dict[str, Any], at: str) -> tuple[Layer, ...]:
    """Return the inputs: old plans have all of them, new ones what changes."""
    if isinstance(goal.get("checkedInputs"), dict):
        return (Layer(goal["checkedInputs"], f"{at}/checkedInputs"),)
    diff = object_or_nothing(goal.get("inputDiff"))
    return tuple(
        Layer(object_or_nothing(diff.get(part)), f"{at}/inputDiff/{part}")
        for part in ("adds", "updates")
    )
