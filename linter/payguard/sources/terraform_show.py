"""What ``terraform show -json`` prints and what lies in state files, as resource instances.

https://developer.hashicorp.com/terraform/internals/json-format
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from payguard import pointer
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.quotation import quote
from payguard.sources.terraform_resource import Resource
from payguard.sources.terraform_secret import is_secret_variable, marks_of_paths
from payguard_policies.named_tuple import NamedTuple

_MAJOR = "1"  # of the format: Terraform 1.1 and newer
_STATE_FILE = 4
# Modules are read at most so deep in each other: nobody writes deeper ones.
_DEEPEST = 64
# Kinds of resources that neither plan nor state keep.
_MODES = {"managed": "", "data": "data."}


class Refusal(NamedTuple):
    """A part of the input that could not be read: where it stands in the file, and why."""

    place: str
    message: str


class Loose(NamedTuple):
    """A value that belongs to no policy: of an output, a variable or some other resource."""

    value: object
    secret: object
    place: str
    address: str


@dataclass(slots=True)
class Shown:
    """What a plan or state shows.

    Attributes:
        resources: what there will be, by address.
        removed: what there was before, and is changed or taken away.
        loose: values of outputs and variables.
        gaps: what is not told, and where the file says so.
        refusals: what could not be read.
        configuration: the plan's configuration, whatever it is.
    """

    resources: dict[str, Resource] = field(default_factory=dict)
    removed: list[Resource] = field(default_factory=list)
    loose: list[Loose] = field(default_factory=list)
    gaps: list[tuple[str, Unresolved]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    configuration: object = None

    def refuse(self, place: str, message: str) -> None:
        """Note that something could not be read."""
        self.refusals.append(Refusal(place, message))

    def objects(self, value: object, place: str) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield the objects of a list with their places; what is something else is refused."""
        if value is not None and not isinstance(value, list):
            self.refuse(place, f"{place} is no list")
            return
        for index, item in enumerate(value or ()):
            if isinstance(item, dict):
                yield item, f"{place}/{index}"
            else:
                self.refuse(f"{place}/{index}", f"{place}/{index} is no object")

    def object(self, value: Mapping[str, Any], name: str, place: str) -> dict[str, Any]:
        """Return the object under a name, empty where there is none; anything else is refused."""
        found = value.get(name)
        if found is not None and not isinstance(found, dict):
            self.refuse(f"{place}/{name}", f"{place}/{name} is no object")
        return found if isinstance(found, dict) else {}


def show(value: Mapping[str, Any]) -> Shown | Refusal:
    """Return what a plan or state shows; why nothing of it can be read."""
    if "format_version" not in value and "lineage" in value:
        return _state_file(value)
    version = value.get("format_version")
    if not isinstance(version, str):
        return Refusal("", "this Terraform plan has no format_version")
    if version.partition(".")[0] != _MAJOR:
        message = (
            f"the format version of this Terraform plan or state is {quote(version)}: "
            f"only versions {_MAJOR}.x are known (terraform show -json of Terraform 1.1 or newer)"
        )
        return Refusal("/format_version", message)
    shown = Shown(configuration=value.get("configuration"))
    if _PLANNED.isdisjoint(value):
        _values(shown, shown.object(value, "values", ""), "/values", is_open=False)
    else:
        _plan(shown, value)
    return shown


_PLANNED = frozenset({"planned_values", "resource_changes", "configuration", "prior_state"})


def _plan(shown: Shown, value: Mapping[str, Any]) -> None:
    if value.get("complete") is False:
        unknown = Unresolved("what the plan leaves out: it is not complete", MISSING)
        shown.gaps.append(("/complete", unknown))
    if value.get("errored") is True:
        shown.refuse("/errored", "this plan ended in an error: it lacks what was not reached")
    mentioned: set[str] = set()
    for entry, place in shown.objects(value.get("resource_changes"), "/resource_changes"):
        _change(shown, entry, place, mentioned)
    for entry, place in shown.objects(value.get("deferred_changes"), "/deferred_changes"):
        change = shown.object(entry, "resource_change", place)
        _change(shown, change, f"{place}/resource_change", mentioned)
    planned = shown.object(value, "planned_values", "")
    _values(shown, planned, "/planned_values", is_open=True, mentioned=mentioned)
    # A plan that is confined to some resources does not mention the others, which stay.
    prior = shown.object(shown.object(value, "prior_state", ""), "values", "/prior_state")
    prior = {name: inner for name, inner in prior.items() if name != "outputs"}
    _values(shown, prior, "/prior_state/values", is_open=False, mentioned=mentioned)
    _variables(shown, value)


def _change(shown: Shown, entry: Mapping[str, Any], place: str, mentioned: set[str]) -> None:
    """Add the resource of a change: as it will be, and as it was if that is taken away."""
    if entry.get("deposed") is not None:
        return  # what is left of an earlier replacement, about to be deleted
    found = _identified(shown, entry, place, entry.get("module_address") or "")
    if found is None:
        return
    mentioned.add(found.address)
    if isinstance(previous := entry.get("previous_address"), str):
        mentioned.add(previous)
    change = shown.object(entry, "change", place)
    actions = change.get("actions")
    if not isinstance(actions, list) or not all(isinstance(one, str) for one in actions):
        shown.refuse(f"{place}/change", f"{found.address}: its change has no list of actions")
        return
    before, at = change.get("before"), f"{place}/change/before"
    if isinstance(before, dict) and not {"delete", "update"}.isdisjoint(actions):
        secret = change.get("before_sensitive")
        shown.removed.append(found._replace(values=before, secret=secret, pointer=at))
    if actions != ["delete"]:
        _side(shown, found, change, actions, f"{place}/change")


def _side(
    shown: Shown, found: Resource, change: Mapping[str, Any], actions: list[str], place: str
) -> None:
    """Add a resource as it will be.

    What is forgotten stays as it is: Terraform only no longer looks after it.
    """
    side = "before" if actions == ["forget"] else "after"
    values, before = change.get(side), change.get("before")
    if not isinstance(values, dict):
        shown.refuse(f"{place}/{side}", f"{found.address}: its change has no values {side} apply")
        return
    kept = isinstance(before, dict) and "create" not in actions
    shown.resources[found.address] = found._replace(
        values=values,
        unknown=change.get("after_unknown") if side == "after" else None,
        secret=change.get(f"{side}_sensitive"),
        before=before if kept else None,
        pointer=f"{place}/{side}",
    )


def _values(
    shown: Shown,
    value: Mapping[str, Any],
    place: str,
    *,
    is_open: bool,
    mentioned: frozenset[str] | set[str] = frozenset(),
) -> None:
    """Add the resources and outputs of a state, or of planned values."""
    for name, output in shown.object(value, "outputs", place).items():
        at = pointer.join(f"{place}/outputs", name)
        _output(shown, name, output, at)
    pending = [(shown.object(value, "root_module", place), f"{place}/root_module", 0)]
    while pending:
        module, at, deep = pending.pop()
        for entry, here in shown.objects(module.get("resources"), f"{at}/resources"):
            _valued(shown, entry, here, module, is_open=is_open, mentioned=mentioned)
        inner = list(shown.objects(module.get("child_modules"), f"{at}/child_modules"))
        if inner and deep == _DEEPEST:
            shown.refuse(f"{at}/child_modules", f"modules nested more than {_DEEPEST} deep")
        else:
            pending += [(child, here, deep + 1) for child, here in reversed(inner)]


def _valued(
    shown: Shown,
    entry: Mapping[str, Any],
    place: str,
    module: Mapping[str, Any],
    *,
    is_open: bool,
    mentioned: frozenset[str] | set[str],
) -> None:
    if entry.get("deposed_key") is not None:
        return
    found = _identified(shown, entry, place, module.get("address") or "")
    if found is None or found.address in mentioned or found.address in shown.resources:
        return
    values = entry.get("values")
    if not isinstance(values, dict):
        shown.refuse(place, f"{found.address} has no values")
        return
    shown.resources[found.address] = found._replace(
        values=values,
        secret=entry.get("sensitive_values"),
        open=is_open,
        pointer=f"{place}/values",
    )


def _identified(
    shown: Shown, entry: Mapping[str, Any], place: str, module: object
) -> Resource | None:
    """Return a resource without values; None for one that is not kept, or cannot be told."""
    mode = entry.get("mode", "managed")
    address, kind, name = entry.get("address"), entry.get("type"), entry.get("name")
    if not (isinstance(address, str) and isinstance(kind, str) and isinstance(name, str)):
        shown.refuse(place, f"{place} is no resource: address, type or name is missing")
        return None
    if not isinstance(mode, str) or not isinstance(module, str):
        shown.refuse(place, f"{address}: its mode or module is no text")
        return None
    if mode not in _MODES:
        return None
    type_ = _MODES[mode] + kind
    block = f"{type_}.{name}"
    before = f"{module}.{block}" if module else block
    key = address.removeprefix(before) if address.startswith(before) else ""
    return Resource(address, module, block, key, type_, {}, place=f"{place}/address")


def _output(shown: Shown, name: str, output: object, place: str) -> None:
    if not isinstance(output, dict):
        shown.refuse(place, f"the output {quote(name)} is no object")
        return
    secret = output.get("sensitive") not in (False, None)
    shown.loose.append(Loose(output.get("value"), secret, f"{place}/value", f"output.{name}"))


def _variables(shown: Shown, value: Mapping[str, Any]) -> None:
    for name, variable in shown.object(value, "variables", "").items():
        if not isinstance(variable, dict):
            shown.refuse(
                pointer.join("/variables", name), f"the variable {quote(name)} is no object"
            )
            continue
        secret = is_secret_variable(value.get("configuration"), name)
        place = pointer.join("/variables", name, "value")
        shown.loose.append(Loose(variable.get("value"), secret, place, f"var.{name}"))


def _state_file(value: Mapping[str, Any]) -> Shown | Refusal:
    """Return what a state file shows, which is no public format but one that lies everywhere."""
    version = value.get("version")
    if version != _STATE_FILE:
        shown = quote(str(version)) if isinstance(version, (int, str)) else "not given"
        message = (
            f"the version of this Terraform state file is {shown}: only {_STATE_FILE} is known; "
            "terraform show -json prints any state"
        )
        return Refusal("/version", message)
    shown_ = Shown()
    for name, output in shown_.object(value, "outputs", "").items():
        _output(shown_, name, output, pointer.join("/outputs", name))
    for entry, place in shown_.objects(value.get("resources"), "/resources"):
        for instance, at in shown_.objects(entry.get("instances"), f"{place}/instances"):
            _instance(shown_, entry, place, instance, at)
    return shown_


def _instance(
    shown: Shown, entry: Mapping[str, Any], place: str, instance: Mapping[str, Any], at: str
) -> None:
    if instance.get("deposed") is not None:
        return
    key = _key(instance.get("index_key"))
    module = entry.get("module") or ""
    block = f"{_MODES.get(str(entry.get('mode')), '')}{entry.get('type')}.{entry.get('name')}"
    named = {**entry, "address": f"{module}.{block}{key}" if module else f"{block}{key}"}
    found = _identified(shown, named, place, module)
    values = instance.get("attributes")
    if found is None or not isinstance(values, dict):
        if found is not None:
            shown.refuse(at, f"{found.address} has no attributes")
        return
    shown.resources[found.address] = found._replace(
        values=values,
        secret=marks_of_paths(instance.get("sensitive_attributes")),
        pointer=f"{at}/attributes",
        place=f"{place}/name",
    )


def _key(index: object) -> str:
    if index is None:
        return ""
    return f"[{json.dumps(index, ensure_ascii=False)}]" if isinstance(index, (int, str)) else "[?]"
