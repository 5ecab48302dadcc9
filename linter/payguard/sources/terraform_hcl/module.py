"""Modules: where names lead to, in the root module and in those that it calls."""

import os.path
from collections.abc import Callable, Iterable, Iterator

from payguard.finding import InputError
from payguard.iam.unresolved import MISSING, SECRET, Unresolved
from payguard.sources.terraform_hcl.attribute import attribute
from payguard.sources.terraform_hcl.datum import (
    TOO_MUCH,
    Datum,
    EvaluationError,
    Several,
    TooMuchError,
    UnknownError,
    Work,
)
from payguard.sources.terraform_hcl.evaluate import Scope, evaluate
from payguard.sources.terraform_hcl.folder import Folder
from payguard.sources.terraform_hcl.instances import Unit, units
from payguard.sources.terraform_hcl.ledger import Key
from payguard.sources.terraform_hcl.reading import (
    Reading,
    called_folder,
    is_within,
    joined,
)
from payguard.sources.terraform_hcl.syntax import Argument, Block, File, Names, Source
from payguard.sources.terraform_hcl.type_constraint import converted
from payguard.sources.terraform_hcl.view import View

_PLAIN = ("path", "terraform")
# Parts the type and labels of a block in the name of a key.
_PART = "\x1f"


class Module:
    """A module: the root, or one instance of a call.

    Args:
        reading: what all modules share.
        folder: its declarations.
        call: the module that calls it, the block that does, and which instance of that it is.

    Attributes:
        prefix: what the addresses of its resources start with.
        above: its folder, after those of the modules that call it.
        root_module: the first of those.
    """

    def __init__(
        self, reading: Reading, folder: Folder, call: "tuple[Module, Block, Unit] | None" = None
    ) -> None:
        self.reading, self.folder, self._call = reading, folder, call
        self.prefix = ""
        self.above: tuple[str, ...] = (folder.path,)
        self.root_module: Module = self
        if call is not None:
            parent, block, unit = call
            self.prefix = f"{parent.prefix}module.{block.labels[0]}{unit.suffix}."
            self.above = (*parent.above, folder.path)
            self.root_module = parent.root_module

    @property
    def work(self) -> Work:
        """The bounds of the evaluation."""
        return self.reading.work

    def text_of(self, path: str) -> Source | None:
        """Return a file by its path from the root module; None if it is of another folder."""
        root = self.root_module.folder.path
        path = joined(root, path)
        if is_within(path, root) or is_within(path, self.folder.path):
            return self.reading.text_of(path)
        return None

    def root(self, names: Names, at: Datum) -> tuple[Datum, int] | None:
        """Return what the first of ``names`` mean, and how many; None where nothing is meant."""
        first, second = names[0], names[1] if len(names) > 1 else ""
        if first in _PLAIN:
            return self._plain(first, second, at)
        if first in ("var", "local") and second:
            if (first == "var" and ("variable", second) not in self.folder.blocks) or (
                first == "local" and second not in self.folder.locals
            ):
                return None
            value: Datum = self._value(first, second)
            return value, 2
        if first == "module" and ("module", second) in self.folder.blocks:
            return self._calls(second, at), 2
        labels = names[1:3] if first == "data" else names[:2]
        block = self.folder.blocks.get((("data" if first == "data" else "resource"), *labels))
        if block is None or len(labels) < 2:
            return None
        return self._declared(block, at), 3 if first == "data" else 2

    def _plain(self, first: str, second: str, at: Datum) -> tuple[Datum, int] | None:
        folders_of = {"module": self.folder, "root": self.root_module.folder}
        if first == "path" and second in folders_of:
            # As Terraform has it, which runs in the folder of the root module.
            root = self.root_module.folder.path or "."
            return at._replace(data=os.path.relpath(folders_of[second].path or ".", root)), 2
        return None

    def _value(self, kind: str, name: str, part: str = "") -> Datum:
        found: Datum = self.reading.ledger.value(Key(self, kind, name, part))
        return found

    def units(self, block: Block) -> list[Unit]:
        """Return the instances of a declaration."""
        found: list[Unit] = self.reading.ledger.value(Key(self, "units", _name(block)))
        return found

    def views(self, block: Block) -> list[View]:
        """Return the instances of a resource or data source, to ask for their values."""
        return [self._view(block, unit) for unit in self.units(block)]

    def _view(self, block: Block, unit: Unit) -> View:
        scope = Scope(self, block.source, unit.names)
        return View(block, scope, f"{self.prefix}{_address(block)}{unit.suffix}")

    def is_evaluated(self, block: Block, name: str) -> bool:
        """Tell whether an attribute was asked for."""
        return Key(self, "attribute", _name(block), name) in self.reading.ledger

    def values(self, block: Block, name: str) -> list[Datum]:
        """Return an attribute of each instance of a resource or data source."""
        found: list[Datum] = self.reading.ledger.value(Key(self, "attribute", _name(block), name))
        return found

    def children(self, block: Block) -> "list[Module]":
        """Return the modules that a call makes; none where their folder is not in the input."""
        found: list[Module] = self.reading.ledger.value(Key(self, "children", block.labels[0]))
        return found

    def _declared(self, block: Block, at: Datum) -> Datum:
        """Return a resource as expressions see it: one, or several by key."""
        return _instances(
            self.units(block),
            lambda place: at._replace(data=_Attributes(self, "attribute", _name(block), place)),
            f"{self.prefix}{_address(block)}",
            at,
        )

    def _calls(self, name: str, at: Datum) -> Datum:
        block = self.folder.blocks["module", name]
        return _instances(
            self.units(block),
            lambda place: at._replace(data=_Attributes(self, "result", name, place)),
            f"{self.prefix}module.{name}",
            at,
        )

    def needs(self, key: Key) -> Iterable[Key]:
        """As in Owner: what the expressions refer to."""
        if key.kind == "var" and self._call is not None:
            parent, block, _ = self._call
            argument = block.arguments.get(key.name)
            return () if argument is None else parent.needed(argument.references)
        return self.needed(self._references(key))

    def _references(self, key: Key) -> Iterator[Names]:
        blocks = self.folder.blocks
        if key.kind == "local":
            yield from self.folder.locals[key.name][0].references
        elif key.kind == "output":
            yield from blocks["output", key.name].references()
        elif key.kind == "units":
            yield from _meta(self._block(key.name))
        elif key.kind in ("children", "result"):
            yield from _meta(blocks["module", key.name])
        elif key.kind == "attribute":
            block = self._block(key.name)
            yield from _meta(block)
            argument = block.arguments.get(key.part)
            if argument is not None:
                yield from argument.references
            elif block.labels[0] == "aws_iam_policy_document" or key.part in ("arn", "id"):
                yield from block.references()

    def needed(self, references: Iterable[Names]) -> Iterator[Key]:
        """Yield the values that references lead to."""
        blocks = self.folder.blocks
        for names in references:
            first, *more = names
            if len(more) < 1:
                continue
            if first == "var" and ("variable", more[0]) in blocks:
                yield Key(self, "var", more[0])
            elif first == "local" and more[0] in self.folder.locals:
                yield Key(self, "local", more[0])
            elif first == "module" and len(more) > 1 and ("module", more[0]) in blocks:
                yield Key(self, "result", more[0], more[1])
            else:
                declared = names if first == "data" else ("resource", *names)
                if len(declared) > 3 and declared[:3] in blocks:
                    name = _PART.join(declared[:3])
                    yield Key(self, "units", name)
                    yield Key(self, "attribute", name, declared[3])

    def _block(self, name: str) -> Block:
        return self.folder.blocks[tuple(name.split(_PART))]

    def compute(self, key: Key) -> object:
        """As in Owner."""
        try:
            with self.work.one_value():
                return _COMPUTE[key.kind](self, key)
        except TooMuchError:
            file, start = self._where(key)
            line, column = file.lines.place(start)
            name = f"{self.prefix}{_shown(key)}"
            self.reading.report(InputError(file.path, f"{name}: {TOO_MUCH}", line, column))
            return self._unknown_value(key, name)

    def _local(self, key: Key) -> Datum:
        argument = self.folder.locals[key.name][0]
        return evaluate(argument.value, Scope(self, argument.source, {}))

    def _units(self, key: Key) -> list[Unit]:
        block = self._block(key.name)
        address = f"{self.prefix}{_address(block)}"
        return units(block, Scope(self, block.source, {}), address, self.reading.report)

    def _attribute(self, key: Key) -> list[Datum]:
        return [attribute(view, key.part) for view in self.views(self._block(key.name))]

    def circular(self, key: Key, circle: list[Key]) -> object:
        """As in Owner: what refers to itself is not known, and an error."""
        modules = [(one.owner, one) for one in circle if isinstance(one.owner, Module)]
        names = list(dict.fromkeys(f"{module.prefix}{_shown(one)}" for module, one in modules))
        file, start = self._where(key)
        line, column = file.lines.place(start)
        way = " -> ".join([*names[:6], "…" if len(names) > 6 else names[0]])
        message = f"{names[0]} refers to itself: {way}"
        self.reading.report(InputError(file.path, message, line, column))
        return self._unknown_value(key, names[0])

    def _unknown_value(self, key: Key, name: str) -> object:
        """Return what stands for a value that cannot be told."""
        value = Datum(Unresolved(name, MISSING), *self._where(key), 0)
        if key.kind == "units":
            return [Unit(None, {}, any=True)]
        if key.kind == "children":
            return []
        return [value] if key.kind in ("attribute", "result") else value

    def _where(self, key: Key) -> tuple[File, int]:
        """Return where a value is declared."""
        if key.kind == "local":
            argument = self.folder.locals[key.name][0]
            return argument.source, argument.start
        kinds = {"var": "variable", "output": "output", "children": "module", "result": "module"}
        kind = kinds.get(key.kind)
        block = self.folder.blocks[kind, key.name] if kind else self._block(key.name)
        return block.source, block.start

    def _variable(self, key: Key) -> Datum:
        name = key.name
        block = self.folder.blocks["variable", name]
        scope = Scope(self, block.source, {})
        given, given_scope = self._given(name, block.source)
        if _holds(block, scope, "sensitive") or _holds(block, scope, "ephemeral"):
            return _unknown(block, f"{self.prefix}var.{name}", SECRET)
        value = None if given is None else evaluate(given.value, given_scope)
        if value is None or (
            value.data is None and _holds(block, scope, "nullable", default=False)
        ):
            default = block.arguments.get("default")
            if default is None:
                return _unknown(block, f"{self.prefix}var.{name}", MISSING)
            value = evaluate(default.value, scope._replace(source=default.source))
        wanted = block.arguments.get("type")
        if wanted is None:
            return value
        try:
            return converted(value, wanted.value, lambda node: evaluate(node, scope), self.work)
        except (EvaluationError, UnknownError):
            return _unknown(block, f"{self.prefix}var.{name}", MISSING)

    def _given(self, name: str, declared: File) -> tuple[Argument | None, Scope]:
        """Return the value that is given to a variable, and where it stands."""
        if self._call is None:
            argument, body = self.folder.given.get(name, (None, None))
            return argument, Scope(self, declared if body is None else body.source, {})
        parent, block, unit = self._call
        argument = block.arguments.get(name)
        source = block.source if argument is None else argument.source
        return argument, Scope(parent, source, unit.names)

    def _output(self, key: Key) -> Datum:
        block = self.folder.blocks["output", key.name]
        scope = Scope(self, block.source, {})
        name = f"{self.prefix}output.{block.labels[0]}"
        argument = block.arguments.get("value")
        if argument is None:
            return _unknown(block, name, MISSING)
        if _holds(block, scope, "sensitive") or _holds(block, scope, "ephemeral"):
            return _unknown(block, name, SECRET)
        return evaluate(argument.value, scope._replace(source=argument.source))

    def _results(self, key: Key) -> list[Datum]:
        """Return an output of each module that a call makes."""
        block, name = self.folder.blocks["module", key.name], key.part
        children = self.children(block)
        if not children or ("output", name) not in children[0].folder.blocks:
            what = f"{self.prefix}module.{block.labels[0]}.{name}"
            return [_unknown(block, what, MISSING)] * len(self.units(block))
        return self.reading.ledger.values(Key(child, "output", name) for child in children)

    def _called(self, key: Key) -> "list[Module]":
        block = self.folder.blocks["module", key.name]
        address = f"{self.prefix}module.{block.labels[0]}"
        folder = called_folder(self.reading, self.folder.path, self.above, block, address)
        if folder is None:
            return []
        return [Module(self.reading, folder, (self, block, unit)) for unit in self.units(block)]


# How the values of each kind are computed.
_COMPUTE: dict[str, Callable[[Module, Key], object]] = {
    "attribute": Module._attribute,  # noqa: SLF001  its own
    "children": Module._called,  # noqa: SLF001  its own
    "local": Module._local,  # noqa: SLF001  its own
    "output": Module._output,  # noqa: SLF001  its own
    "result": Module._results,  # noqa: SLF001  its own
    "units": Module._units,  # noqa: SLF001  its own
    "var": Module._variable,  # noqa: SLF001  its own
}


class _Attributes:
    """A resource or module call of which one attribute at a time is asked for."""

    __slots__ = ("_kind", "_module", "_name", "_place")

    def __init__(self, module: Module, kind: str, name: str, place: int) -> None:
        self._module, self._kind, self._name, self._place = module, kind, name, place

    def __str__(self) -> str:
        return f"{self._module.prefix}{_readable(self._name)}"

    def attribute(self, name: str) -> Datum:
        """Return an attribute."""
        key = Key(self._module, self._kind, self._name, name)
        found: list[Datum] = self._module.reading.ledger.value(key)
        return found[min(self._place, len(found) - 1)]


def _instances(found: list[Unit], make: Callable[[int], Datum], address: str, at: Datum) -> Datum:
    if len(found) == 1 and found[0].key is None:
        one = make(0)
        if found[0].any:
            return at._replace(data=Several(one, Unresolved(address, MISSING)))
        return one
    if any(isinstance(unit.key, str) for unit in found):
        keys = {unit.key: place for place, unit in enumerate(found) if isinstance(unit.key, str)}
        return at._replace(data={key: make(place) for key, place in keys.items()})
    return at._replace(data=[make(place) for place in range(len(found))])


def _name(block: Block) -> str:
    """Return the name of a resource or data source in keys; labels may hold any character."""
    return _PART.join((block.type, *block.labels))


def _address(block: Block) -> str:
    return _readable(_name(block))


def _readable(name: str) -> str:
    return name.replace(_PART, ".").removeprefix("resource.")


def _shown(key: Key) -> str:
    name = _readable(key.name)
    if key.kind in ("children", "result"):
        return f"module.{name}"
    if key.kind in ("var", "local", "output"):
        return f"{key.kind}.{name}"
    return name


def _meta(block: Block) -> Iterator[Names]:
    for name in ("count", "for_each"):
        if name in block.arguments:
            yield from block.arguments[name].references


def _unknown(block: Block, what: str, why: str) -> Datum:
    return Datum(Unresolved(what, why), block.source, block.start, block.end)


def _holds(block: Block, scope: Scope, name: str, *, default: bool = True) -> bool:
    """Tell whether an argument is there and is true (or, with ``default`` false, is false)."""
    argument = block.arguments.get(name)
    if argument is None:
        return False
    found = evaluate(argument.value, scope._replace(source=argument.source))
    return found.data is default or (found.unknown and default)
