"""From the text of a file of Pulumi's to what it says about access to payments."""

from typing import Any

from payguard.finding import InputError
from payguard.infrastructure import Infrastructure
from payguard.sources import json_text
from payguard.sources.assembly import as_used
from payguard.sources.pulumi_state.access import Access
from payguard.sources.pulumi_state.deployment import DEPLOYMENT_VERSION, read_deployment
from payguard.sources.pulumi_state.form import (
    CHECKPOINT,
    EXPORT,
    PLAN,
    PREVIEW,
    form,
    recognises_stream,
)
from payguard.sources.pulumi_state.payment import Values, expect_payments, payment_resources
from payguard.sources.pulumi_state.plan import PLAN_VERSION, read_plan
from payguard.sources.pulumi_state.preview import read_events, read_preview
from payguard.sources.pulumi_state.sheet import Sheet
from payguard.sources.pulumi_state.state import Stack


def read(path: str, text: str) -> Infrastructure | InputError:
    """Return what a file says; as ``payguard.sources.pulumi_state.read_pulumi``."""
    if recognises_stream(text):
        return _infrastructure(read_events(path, text))
    try:
        value = json_text.parse(text)
    except json_text.JsonError as error:
        return InputError(path, error.message, error.line, error.column)
    kind = form(value)
    if not kind:
        message = "this is no preview, stack export, checkpoint or update plan of Pulumi"
        return InputError(path, message, 1, 1)
    if problem := _version_problem(kind, value):
        return InputError(path, problem, 1, 1)
    stack = Stack(path)
    _fill(stack, Sheet(path, text), kind, value)
    return _infrastructure(stack)


def _version_problem(kind: str, value: dict[str, Any]) -> str:
    """Say what is wrong with a file's version; previews have none, plans mostly."""
    if kind == PREVIEW or (kind == PLAN and "version" not in value):
        return ""
    version, last = value.get("version"), PLAN_VERSION if kind == PLAN else DEPLOYMENT_VERSION
    if type(version) is int and 1 <= version <= last:
        return ""
    shown = version if type(version) is int else "no number"
    known = f"versions 1 to {last} are" if last > 1 else "version 1 is"
    return f"the version of this {kind} is {shown}: {known} read"


def _fill(stack: Stack, sheet: Sheet, kind: str, value: dict[str, Any]) -> None:
    if kind == EXPORT:
        read_deployment(stack, sheet, value["deployment"] or {}, "/deployment")
    elif kind == CHECKPOINT:
        read_deployment(stack, sheet, value["checkpoint"].get("latest") or {}, "/checkpoint/latest")
    elif kind == PLAN:
        at = "" if isinstance(value.get("resourcePlans"), dict) else "/plan"
        read_plan(stack, sheet, value if not at else value["plan"], at)
    else:
        read_preview(stack, sheet, value)


def _infrastructure(stack: Stack) -> Infrastructure:
    values, access = Values(stack), Access(stack)
    access.expect()
    expect_payments(stack)  # from here on, places are known
    roles = access.roles()
    return Infrastructure(
        as_used(access.documents, roles),
        roles,
        payment_resources(stack, access.index),
        values.values(),
        (*stack.gaps(), *access.gaps),
        (*stack.errors(), *access.errors),
    )
