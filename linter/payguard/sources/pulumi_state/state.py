"""Resources as Pulumi keeps them, whichever file they were found in, and what the file lacks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from payguard import pointer
from payguard.finding import InputError, Location
from payguard.iam.unresolved import Unresolved
from payguard.infrastructure import Gap, Text
from payguard.sources.pulumi_state.sentinel import has_mark, partly
from payguard.sources.pulumi_state.sheet import Sheet
from payguard_policies.named_tuple import NamedTuple

STACK = "pulumi:pulumi:Stack"
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_SHOWN = 3


class Layer(NamedTuple):
    """Properties of a resource that stand in one object, and the JSON Pointer of that object."""

    values: Mapping[str, Any]
    at: str


class Property(NamedTuple):
    """The value of a property, and its JSON Pointer."""

    value: Any
    at: str


class Resource(NamedTuple):
    """A resource that is there once everything in the file has happened.

    Attributes:
        urn: its URN.
        type: its type token, such as ``aws:iam/role:Role``.
        sheet: the text it stands in.
        at: the JSON Pointer of what is shown of it.
        on_key: whether the key at ``at`` is shown, rather than the value.
        inputs: what the program asks for; the first layer that has a property counts.
        outputs: what the provider says; the last known values after those of the file itself.
        id: its ID, as far as it is known.
        parent: the URN of its parent.
        provider: the URN of its provider and that one's ID.
        dependencies: the URNs that each input was made from, by the name of the input.
        sources: the URNs that it was made from, where it is not said which input was.
        created: whether it does not exist yet.
        partial: whether inputs may be missing from ``inputs`` that it has all the same.
        dropped: of a partial one, the inputs that it no longer has.
    """

    urn: str
    type: str
    sheet: Sheet
    at: str
    on_key: bool = False
    inputs: tuple[Layer, ...] = ()
    outputs: tuple[Layer, ...] = ()
    id: str = ""
    parent: str = ""
    provider: str = ""
    dependencies: Mapping[str, Any] = _NOTHING
    sources: tuple[str, ...] = ()
    created: bool = False
    partial: bool = False
    dropped: frozenset[str] = frozenset()

    @property
    def location(self) -> Location:
        """Where it stands."""
        return self.sheet.location(self.at, self.urn, on_key=self.on_key)

    def locate(self, found: Property | None) -> Location:
        """Return where a property stands; the resource where there is none."""
        return self.location if found is None else self.sheet.location(found.at, self.urn)

    def get(self, name: str) -> Property | None:
        """Return an input; of a partial resource, where it lacks one, the output of that name."""
        layers = self.inputs
        if self.partial and name not in self.dropped:
            layers = (*layers, *self.outputs)
        for values, at in layers:
            if values.get(name) is not None:
                return Property(values[name], pointer.join(at, name))
        return None

    def hides(self, name: str) -> bool:
        """Tell whether it may have an input of that name that the file does not show."""
        if not self.partial or name in self.dropped:
            return False
        return not any(name in values for values, _ in (*self.inputs, *self.outputs))

    def text(self, name: str) -> Text:
        """Return the text of an input or output, the first that is known; empty if it has none."""
        unresolved: Text = ""
        for values, _ in (*self.inputs, *self.outputs):
            value = values.get(name)
            if isinstance(value, str) and value and not has_mark(value):
                return value
            unresolved = unresolved or partly(value, name) or ""
        return "" if isinstance(unresolved, str) else unresolved._replace(what=self.what(name))

    def made_from(self, name: str) -> tuple[str, ...]:
        """Return the URNs that an input was made from."""
        return texts(self.dependencies.get(name)) if self.dependencies else self.sources

    def what(self, name: str) -> str:
        """Say in words what a property is, and what it was made from."""
        words = f"{name} of {short(self.urn)}"
        sources = self.made_from(name)
        if not sources:
            return words
        more = ", ..." if len(sources) > _SHOWN else ""
        return f"{words}, from {', '.join(map(short, sources[:_SHOWN]))}{more}"


class Note(NamedTuple):
    """Something that the file does not tell."""

    sheet: Sheet
    at: str
    unresolved: Unresolved
    part: str = ""
    address: str = ""


class Flaw(NamedTuple):
    """A part of the file that could not be read; a line of a stream has no sheet of its own."""

    message: str
    sheet: Sheet | None = None
    at: str = ""
    line: int = 0
    column: int = 0


@dataclass(slots=True)
class Stack:
    """The resources of a stack, and what is known of them only in part.

    Attributes:
        path: the file, as the user named it.
        resources: those that are there afterwards.
        config: the configuration: the text it stands in, and its values.
        unshown: how many unchanged resources the file counts but does not show.
        notes: what the file does not tell.
        flaws: what in it could not be read.
    """

    path: str
    resources: list[Resource] = field(default_factory=list)
    config: tuple[Sheet, Layer] | None = None
    unshown: int = 0
    notes: list[Note] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)

    def flaw(self, message: str, sheet: Sheet, at: str) -> None:
        """Add a part that could not be read."""
        sheet.expect(at)
        self.flaws.append(Flaw(message, sheet, at))

    def note(self, unresolved: Unresolved, sheet: Sheet, at: str, address: str = "") -> None:
        """Add something that the file does not tell."""
        sheet.expect(at)
        self.notes.append(Note(sheet, at, unresolved, address=address))

    def configure(self, sheet: Sheet, values: object, at: str) -> None:
        """Take over the configuration, if the file has one."""
        if isinstance(values, dict):
            self.config = (sheet, Layer(values, at))

    def errors(self) -> list[InputError]:
        """Return what could not be read, with its place."""
        return [self._error(flaw) for flaw in self.flaws]

    def gaps(self) -> list[Gap]:
        """Return what the file does not tell, with its place."""
        return [
            Gap(note.unresolved, note.sheet.location(note.at, note.address), note.part)
            for note in self.notes
        ]

    def _error(self, flaw: Flaw) -> InputError:
        if flaw.sheet is None:
            return InputError(self.path, flaw.message, flaw.line, flaw.column)
        span = flaw.sheet.location(flaw.at).span
        return InputError(self.path, flaw.message, span.line, span.column)


def short(urn: str) -> str:
    """Return the type and the name of the resource that a URN names.

    ``urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>``, and a name may hold colons:
    https://www.pulumi.com/docs/iac/concepts/resources/names/
    """
    parts = urn.split("::", 3)
    return f"{type_of(urn)} {parts[3]}" if len(parts) > 3 else urn


def type_of(urn: str) -> str:
    """Return the type token in a URN; empty where it has none."""
    parts = urn.split("::", 3)
    return parts[2].rpartition("$")[2] if len(parts) > 2 else ""


def texts(value: object) -> tuple[str, ...]:
    """Return the texts in a decoded list, each once; none for anything else."""
    items = value if isinstance(value, list) else ()
    return tuple(dict.fromkeys(item for item in items if isinstance(item, str)))


def object_or_nothing(value: object) -> Mapping[str, Any]:
    """Return a decoded object; an empty one for anything else."""
    return value if isinstance(value, dict) else _NOTHING


def text_or_nothing(value: object) -> str:
    """Return a text; an empty one for anything else."""
    return value if isinstance(value, str) else ""
