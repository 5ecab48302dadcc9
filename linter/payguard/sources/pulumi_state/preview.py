"""Previews: the steps that lead from what a stack has to what it will have.

``PreviewDigest`` in ``pkg/display``, ``EngineEvent`` in ``sdk/go/common/apitype/events.go`` and the
steps in ``pkg/resource/deploy/step.go`` of pulumi/pulumi. Streams lack what inputs were made from.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from payguard.iam.unresolved import MISSING, Unresolved
from payguard.quotation import quote
from payguard.sources import json_text
from payguard.sources.pulumi_state.deployment import add_state
from payguard.sources.pulumi_state.sheet import Sheet
from payguard.sources.pulumi_state.state import (
    Flaw,
    Layer,
    Stack,
    object_or_nothing,
    text_or_nothing,
)
from payguard_policies.named_tuple import NamedTuple

# After these the resource is not there any more ...
_GONE = frozenset({"delete", "discard"})
# ... and these end what another step has replaced.
_OLD_ENDS = frozenset({"delete-replaced", "discard-replaced", "remove-pending-replace"})
# These keep the resource and with it its ID and its ARN.
_KEPT = frozenset({"same", "update", "refresh", "import", "read"})
_CREATE = "create"

_FAILURE = Unresolved("the rest of a preview or an update that failed", MISSING)

# A stream with more unreadable lines than this is not read on.
_UNREADABLE = 20


class Step(NamedTuple):
    """One step: what is done to which resource, and its state after and before."""

    op: str
    urn: str
    sheet: Sheet
    at: str
    new: Layer | None
    old: Layer | None


def read_preview(stack: Stack, sheet: Sheet, digest: dict[str, Any]) -> None:
    """Add to ``stack`` what it will have after a preview."""
    stack.configure(sheet, digest.get("config"), "/config")
    steps = digest.get("steps")
    if steps is not None and not isinstance(steps, list):
        stack.flaw("the steps are no list", sheet, "/steps")
        steps = None
    found = []
    for index, step in enumerate(steps or ()):
        at = f"/steps/{index}"
        if isinstance(step, dict):
            found.append(_step(sheet, step, at, ("newState", "oldState")))
        else:
            stack.flaw("a step is no object", sheet, at)
    _settle(stack, found)
    _note_unshown(stack, sheet, found, digest.get("changeSummary"), "/changeSummary")
    diagnostics = digest.get("diagnostics")
    for index, item in enumerate(diagnostics if isinstance(diagnostics, list) else ()):
        if object_or_nothing(item).get("severity") == "error":
            stack.note(_FAILURE, sheet, f"/diagnostics/{index}")
            break


def read_events(path: str, text: str) -> Stack:
    """Return what a stack will have after the events of a stream."""
    stack = Stack(path)
    steps: list[Step] = []
    sheet, failure, summary = Sheet(path, "{}"), None, None
    for sheet, event in _events(stack, text):
        steps += _steps(stack, sheet, event)
        stack.configure(sheet, *_config(event))
        if failure is None and _is_failure(event):
            failure = sheet
        if "summaryEvent" in event:
            summary = sheet, object_or_nothing(event["summaryEvent"])
    if failure is not None:
        stack.note(_FAILURE, failure, "")
    if summary is None:
        stack.note(Unresolved("the end of the stream of events", MISSING), sheet, "")
    else:
        counts = summary[1].get("resourceChanges")
        _note_unshown(stack, summary[0], steps, counts, "/summaryEvent/resourceChanges")
    _settle(stack, steps)
    return stack


def _steps(stack: Stack, sheet: Sheet, event: Mapping[str, Any]) -> Iterator[Step]:
    """Yield the step of an event: the second event of a step has its outputs."""
    for name in ("resourcePreEvent", "resOutputsEvent"):
        metadata = object_or_nothing(event.get(name)).get("metadata")
        if isinstance(metadata, dict):
            yield _step(sheet, metadata, f"/{name}/metadata", ("new", "old"))
        elif name in event:
            stack.flaw("an event has no metadata", sheet, f"/{name}")


def _is_failure(event: Mapping[str, Any]) -> bool:
    if "errorEvent" in event or "resOpFailedEvent" in event:
        return True
    return object_or_nothing(event.get("diagnosticEvent")).get("severity") == "error"


def _config(event: Mapping[str, Any]) -> tuple[object, str]:
    return object_or_nothing(event.get("preludeEvent")).get("config"), "/preludeEvent/config"


def _events(stack: Stack, text: str) -> Iterator[tuple[Sheet, dict[str, Any]]]:
    """Yield the events of a stream, each with the line that it stands on."""
    unreadable = 0
    for above, line in enumerate(text.split("\n")):
        if not line or line.isspace():
            continue
        try:
            event = json_text.parse(line)
        except json_text.JsonError as error:
            flaw = Flaw(error.message, None, "", above + max(error.line, 1), max(error.column, 1))
        else:
            if isinstance(event, dict):
                yield Sheet(stack.path, line, above), event
                continue
            flaw = Flaw("this line is no event", None, "", above + 1, 1)
        stack.flaws.append(flaw)
        unreadable += 1
        if unreadable > _UNREADABLE:
            message = f"{unreadable} lines are unreadable: the rest is not read"
            stack.flaws.append(Flaw(message, None, "", above + 1, 1))
            return


def _step(sheet: Sheet, step: Mapping[str, Any], at: str, states: tuple[str, str]) -> Step:
    new, old = (
        Layer(step[name], f"{at}/{name}") if isinstance(step.get(name), dict) else None
        for name in states
    )
    op, urn = text_or_nothing(step.get("op")), text_or_nothing(step.get("urn"))
    return Step(op, urn, sheet, at, new, old)


def _settle(stack: Stack, steps: list[Step]) -> None:
    """Add each resource to ``stack`` as the last step leaves it."""
    last: dict[str, Step | None] = {}
    for step in steps:
        if step.op in _OLD_ENDS:
            continue
        if step.op in _GONE or (step.op == "refresh" and step.new is None):
            # Of what was replaced in an earlier update only the remains are deleted.
            if step.old is None or not step.old.values.get("delete"):
                last[step.urn] = None
        elif step.new is None:
            message = f"the step {quote(step.op)} says nothing of the state after it"
            stack.flaw(message, step.sheet, step.at)
        else:
            last[step.urn] = step
    for step_ in last.values():
        if step_ is not None and step_.new is not None and not step_.new.values.get("delete"):
            _add(stack, step_, step_.new)


def _add(stack: Stack, step: Step, new: Layer) -> None:
    before = step.old if step.op in _KEPT else None
    created = step.op == _CREATE
    add_state(stack, step.sheet, {**new.values}, new.at, before=before, created=created)


def _note_unshown(stack: Stack, sheet: Sheet, steps: list[Step], counts: object, at: str) -> None:
    """Note that unchanged resources are left out, which previews do unless they are told not to."""
    counted = object_or_nothing(counts).get("same")
    shown = len({step.urn for step in steps if step.op == "same"})
    if isinstance(counted, int) and counted > shown:
        stack.unshown = counted - shown
        what = f"{stack.unshown} unchanged resources, which pulumi preview --show-sames shows"
        stack.note(Unresolved(what, MISSING), sheet, at)
