"""Which of Pulumi's files a decoded value or a text is, told by its content.

The shapes are those of the Go types in ``sdk/go/common/apitype`` of pulumi/pulumi, and of
``PreviewDigest`` in ``pkg/display``.
"""

import itertools
from collections.abc import Mapping

EXPORT = "stack export"
CHECKPOINT = "checkpoint"
PREVIEW = "preview"
PLAN = "update plan"

# How many items of a list are looked at, to tell what it is a list of.
_SOME = 8


def form(value: object) -> str:
    """Return which of Pulumi's files a decoded JSON value is; empty if it is none."""
    if not isinstance(value, dict):
        return ""
    if "version" in value and _is_export(value):
        return EXPORT
    if "version" in value and _is_checkpoint(value.get("checkpoint")):
        return CHECKPOINT
    if _is_plan(value) or _is_plan(value.get("plan")):
        return PLAN
    return PREVIEW if _is_preview(value) else ""


def recognises(value: object) -> bool:
    """Tell whether a decoded JSON value is a preview, an export, a checkpoint or a plan."""
    return bool(form(value))


def recognises_stream(text: str) -> bool:
    """Tell whether a text is a stream of the engine's events, one JSON object a line."""
    start = len(text) - len(text.lstrip())
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    if text.find('"sequence"', start, end) < 0 or text.find('Event"', start, end) < 0:
        return False
    return _is_event(text[start:end])


def _is_event(line: str) -> bool:
    from payguard.sources import json_text  # noqa: PLC0415  only what looks like one is decoded

    try:
        value = json_text.parse(line)
    except json_text.JsonError:
        return False
    return (
        isinstance(value, dict)
        and isinstance(value.get("sequence"), int)
        and any(key.endswith("Event") for key in value)
    )


def _is_export(value: Mapping[str, object]) -> bool:
    if value.get("deployment", "") is None:  # of a stack in which nothing ever was
        return value.keys() <= {"version", "deployment", "features"}
    return _is_deployment(value.get("deployment"))


def _is_deployment(value: object) -> bool:
    return isinstance(value, dict) and (
        _is_manifest(value.get("manifest")) or _any_with(value.get("resources"), "urn", "type")
    )


def _is_checkpoint(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("stack"), str):
        return False
    return value.get("latest") is None or _is_deployment(value["latest"])


def _is_plan(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("resourcePlans"), dict):
        return False
    some = itertools.islice(value["resourcePlans"], _SOME)
    return _is_manifest(value.get("manifest")) or any(urn.startswith("urn:pulumi:") for urn in some)


def _is_preview(value: Mapping[str, object]) -> bool:
    if _any_with(value.get("steps"), "op", "urn"):
        return True
    return isinstance(value.get("changeSummary"), dict) and "duration" in value


def _is_manifest(value: object) -> bool:
    return isinstance(value, dict) and "magic" in value and "time" in value


def _any_with(value: object, *keys: str) -> bool:
    if not isinstance(value, list):
        return False
    return any(
        isinstance(item, dict) and all(key in item for key in keys) for item in value[:_SOME]
    )
