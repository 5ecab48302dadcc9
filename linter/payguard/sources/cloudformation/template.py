"""A template as written: its sections, its resources, and where they stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from payguard import pointer
from payguard.finding import InputError
from payguard.infrastructure import Gap
from payguard.quotation import quote
from payguard.sources import json_text
from payguard.sources.cloudformation.host import JsonHost, TemplateHost, YamlHost
from payguard_policies.named_tuple import NamedTuple

LOOP = "Fn::ForEach::"
SERVERLESS = "AWS::Serverless-2016-10-31"
# A policy is far less deep, whatever functions are in it.
DEPTH = 50
# What may stand beside a resource's type and properties.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
_ATTRIBUTES = frozenset(
    {
        "Condition",
        "Connectors",
        "CreationPolicy",
        "DeletionPolicy",
        "DependsOn",
        "Description",
        "Fn::Transform",
        "IgnoreGlobals",
        "Metadata",
        "Properties",
        "Type",
        "UpdatePolicy",
        "UpdateReplacePolicy",
        "Version",
    }
)
_NOTHING: Mapping[str, Any] = {}


class Resource(NamedTuple):
    """One resource of a template.

    Attributes:
        address: its logical id.
        type: such as ``AWS::IAM::Role``.
        body: everything that is written under its logical id.
        pointer: where ``body`` stands.
    """

    address: str
    type: str
    body: Mapping[str, Any]
    pointer: str

    @property
    def properties(self) -> Mapping[str, Any]:
        """What is written under ``Properties``."""
        found = self.body.get("Properties")
        return found if isinstance(found, dict) else _NOTHING

    def at(self, *tokens: str | int) -> str:
        """Return the JSON Pointer of a property, or of something in it."""
        return pointer.join(f"{self.pointer}/Properties", *tokens)


@dataclass(slots=True)
class Notes:
    """What is wrong with a template, and what it does not tell; each is said once."""

    host: TemplateHost
    errors: dict[InputError, None] = field(default_factory=dict)
    gaps: dict[Gap, None] = field(default_factory=dict)

    def error(self, at: str, message: str) -> None:
        """Note that the value at a JSON Pointer cannot be read."""
        self.errors[self.host.error(at, message)] = None

    def gap(self, gap: Gap) -> None:
        """Note that something is not known."""
        self.gaps[gap] = None


@dataclass(frozen=True, slots=True)
class Template:
    """A template.

    Attributes:
        path: the file, as the user named it.
        host: where its values stand.
        notes: what is found wrong on the way.
        value: everything that is written in it.
        parameters, mappings, conditions: those sections, without entries of a wrong type.
        resources: its resources by logical id, once its loops are written out.
        transforms: the names of its macros, AWS's own among them.
    """

    path: str
    host: TemplateHost
    notes: Notes
    value: Mapping[str, Any]
    parameters: Mapping[str, Mapping[str, Any]]
    mappings: Mapping[str, Mapping[str, Any]]
    conditions: dict[str, Any]
    transforms: tuple[str, ...]
    resources: dict[str, Resource] = field(default_factory=dict)

    @property
    def is_serverless(self) -> bool:
        """Whether SAM makes other resources of its own types."""
        return SERVERLESS in self.transforms


def open_template(path: str, text: str) -> Template | InputError:
    """Decode a template; what starts as JSON is read as JSON, everything else as YAML."""
    if text.lstrip()[:1] == "{":
        try:
            value = json_text.parse(text)
        except json_text.JsonError as error:
            return InputError(path, error.message, error.line, error.column)
        return _template(path, JsonHost(path, text, value), value)
    from payguard.sources.cloudformation import yaml_tree  # noqa: PLC0415  JSON needs no YAML
    from payguard.sources.yaml_event import YamlError  # noqa: PLC0415  JSON needs no YAML

    try:
        documents = yaml_tree.parse(text)
    except YamlError as error:
        return InputError(path, error.message, error.line, error.column)
    written = [one for one in documents if one.value is not None]
    if not written:
        return InputError(path, "the file is empty", 0, 0)
    host = YamlHost(path, text, written[0].mark)
    template = _template(path, host, written[0].value)
    if isinstance(template, Template):
        for extra in written[1:]:
            line, column = host.lines.place(extra.mark.place.start)
            message = "a template is one YAML document: this further one is not read"
            template.notes.errors[InputError(path, message, line, column)] = None
    return template


def _template(path: str, host: TemplateHost, value: object) -> Template | InputError:
    if not isinstance(value, dict):
        return InputError(path, "this is no template: the top level is no object", 1, 1)
    if not isinstance(value.get("Resources"), dict):
        at = host.span("/Resources") if "Resources" in value else host.span("")
        what = "is no object" if "Resources" in value else "is missing"
        return InputError(path, f'this is no template: "Resources" {what}', at.line, at.column)
    notes = Notes(host)
    return Template(
        path,
        host,
        notes,
        value,
        parameters=dict(_entries(value, "Parameters", notes)),
        mappings=dict(_entries(value, "Mappings", notes)),
        conditions=dict(_section(value, "Conditions", notes)),
        transforms=tuple(_transforms(value.get("Transform"), notes)),
    )


def _section(value: Mapping[str, Any], name: str, notes: Notes) -> Mapping[str, Any]:
    section = value.get(name, {})
    if isinstance(section, dict):
        return section
    notes.error(f"/{name}", f"{quote(name)} is no object")
    return _NOTHING


def _entries(
    value: Mapping[str, Any], name: str, notes: Notes
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, entry in _section(value, name, notes).items():
        if isinstance(entry, dict):
            yield key, entry
        else:
            at = pointer.join("", name, key)
            notes.error(at, f"{quote(key)} of {quote(name)} is no object")


def _transforms(value: object, notes: Notes) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        name = one.get("Name") if isinstance(one, dict) else one
        if isinstance(name, str):
            yield name
        elif one is not None:
            notes.error("/Transform", '"Transform" names no macro')


def resource(template: Template, address: str, body: object, at: str) -> Resource | None:
    """Return a resource; None, and a note, where it is none."""
    notes = template.notes
    if not isinstance(body, dict):
        notes.error(at, f'{quote(address)} of "Resources" is no object')
        return None
    kind = body.get("Type")
    if not isinstance(kind, str):
        notes.error(at, f"the resource {quote(address)} has no type that is text")
        return None
    properties = body.get("Properties", {})
    if not isinstance(properties, dict) or function_of(properties) not in {"", "Fn::Transform"}:
        message = f"the properties of {quote(address)} are no object"
        notes.error(f"{at}/Properties", message)
        return None
    for attribute in body.keys() - _ATTRIBUTES if kind.startswith("AWS::") else ():
        message = f"{quote(address)} has no attribute {quote(attribute)}: is it a property?"
        notes.error(pointer.join(at, attribute), message)
    return Resource(address, kind, body, at)


def function_of(value: object) -> str:
    """Return the name of the function that a value calls; empty where it is none."""
    if type(value) is dict and len(value) == 1:
        name: str = next(iter(value))
        if name == "Ref" or (name[:4] == "Fn::" and not name.startswith(LOOP)):
            return name
    return ""


def is_deep(value: object) -> bool:
    """Tell whether a decoded value is nested deeper than ``DEPTH``."""
    level = [value]
    for _ in range(DEPTH):
        below: list[object] = []
        for one in level:
            if type(one) is dict:
                below += one.values()
            elif type(one) is list:
                below += one
        if not below:
            return False
        level = below
    return any(type(one) in (dict, list) for one in level)
