"""What a file holds: a policy, or a plan, template or state that declares roles. Told by content."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from payguard.finding import InputError
from payguard.infrastructure import Document, Infrastructure
from payguard.sources import json_text
from payguard.sources.policy_file import (
    YAML_SUFFIXES,
    documents_of,
    is_policy,
    read_policy_file,
    unreadable,
)

Reader = Callable[[str, str, Any], Infrastructure | InputError]


def read_input(
    path: str, text: str, *, named: bool, policy_type: str = "", source: str = ""
) -> Infrastructure | InputError:
    """Return what is in a file.

    Args:
        path: as shown to users.
        text: its content.
        named: whether the user named it; see ``read_policy_file``.
        policy_type: what its documents are; empty to tell from their shape.
        source: one of ``sources.SOURCES``; empty to tell from the content.
    """
    if source and source != "policy":
        return _as_told(path, text, source)
    if path.endswith(YAML_SUFFIXES):
        if not source and _is_yaml_template(text):
            return _template(path, text, None)
        return _policies(read_policy_file(path, text, named=named, policy_type=policy_type))
    return _json(path, text, named=named, policy_type=policy_type, told=bool(source))


def _json(
    path: str, text: str, *, named: bool, policy_type: str, told: bool
) -> Infrastructure | InputError:
    try:
        value = json_text.parse(text)
    except json_text.JsonError as error:
        if not told and _is_stream(text):
            return _pulumi(path, text, None)
        if named and text.startswith(_LOG):
            return InputError(path, _NO_PLAN, 1, 1)
        if not told and not path.endswith(".json") and _is_yaml_template(text):
            return _template(path, text, None)
        return _policies(unreadable(path, text, policy_type, error, named=named))
    reader = None if told or is_policy(value) else _reader(value, text)
    if reader is not None:
        return reader(path, text, value)
    return _policies(documents_of(path, value, text, policy_type, named=named))


def _policies(found: list[Document] | InputError) -> Infrastructure | InputError:
    return found if isinstance(found, InputError) else Infrastructure(tuple(found))


def _as_told(path: str, text: str, source: str) -> Infrastructure | InputError:
    """Read a file as what the user says it is."""
    if source in {"cloudformation", "pulumi"}:
        return (_template if source == "cloudformation" else _pulumi)(path, text, None)
    try:
        value = json_text.parse(text)
    except json_text.JsonError as error:
        return InputError(path, error.message, error.line, error.column)
    return (_plan if source == "terraform-plan" else _account)(path, text, value)


# How the lines start that ``terraform plan -json`` prints.
_LOG = '{"@level":'
_NO_PLAN = (
    "this is what terraform plan -json tells of its work, not the plan: that is printed by "
    "terraform plan -out=FILE and terraform show -json FILE"
)


# Names at the top of a file by which a reader may know it for its own.
_MARKS: tuple[tuple[frozenset[str], str], ...] = (
    (
        frozenset(
            {"format_version", "planned_values", "resource_changes", "terraform_version", "lineage"}
        ),
        "terraform_plan",
    ),
    (frozenset({"Resources", "AWSTemplateFormatVersion"}), "cloudformation"),
    (
        frozenset({"UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"}),
        "account_details",
    ),
    (
        frozenset({"steps", "deployment", "checkpoint", "resourcePlans", "changeSummary"}),
        "pulumi_state",
    ),
)


def _reader(value: Any, text: str) -> Reader | None:
    """Return what reads a decoded file that is no policy; None if nobody knows it."""
    top = value[0] if isinstance(value, list) and value else value
    if not isinstance(top, dict):
        return None
    for names, module in _MARKS:
        if not names.isdisjoint(top):
            found = import_module(f"payguard.sources.{module}")
            if found.recognises(value):
                return _READERS[module]
    return _pulumi if "sequence" in top and _is_stream(text) else None


def _is_yaml_template(text: str) -> bool:
    marks = ("AWSTemplateFormatVersion", "\nResources:")
    return text.startswith("Resources:") or any(mark in text for mark in marks)


def _is_stream(text: str) -> bool:
    from payguard.sources.pulumi_state import recognises_stream  # noqa: PLC0415  seldom needed

    return recognises_stream(text)


def _template(path: str, text: str, _value: Any) -> Infrastructure | InputError:
    from payguard.sources.cloudformation import read_template  # noqa: PLC0415  same

    return read_template(path, text)


def _pulumi(path: str, text: str, _value: Any) -> Infrastructure | InputError:
    from payguard.sources.pulumi_state import read_pulumi  # noqa: PLC0415  same

    return read_pulumi(path, text)


def _plan(path: str, text: str, value: Any) -> Infrastructure | InputError:
    from payguard.sources.terraform_plan import read_plan  # noqa: PLC0415  same

    return read_plan(path, text, value)


def _account(path: str, text: str, value: Any) -> Infrastructure | InputError:
    from payguard.sources.account_details import read_account_details  # noqa: PLC0415  same

    return read_account_details(path, text, value)


_READERS: dict[str, Reader] = {
    "terraform_plan": _plan,
    "cloudformation": _template,
    "account_details": _account,
    "pulumi_state": _pulumi,
}
