"""A block with its values: what a reader of resources asks for."""

from collections.abc import Iterator

from payguard.finding import Location
from payguard.iam.unresolved import AFTER_APPLY, MISSING, Unresolved
from payguard.infrastructure import Text
from payguard.sources.terraform_hcl.body import block_of, literal
from payguard.sources.terraform_hcl.datum import (
    TOO_MUCH,
    Datum,
    EvaluationError,
    TooMuchError,
    text,
)
from payguard.sources.terraform_hcl.evaluate import Scope, evaluate, pairs
from payguard.sources.terraform_hcl.syntax import Argument, Block, Object, Tuple
from payguard_policies.named_tuple import NamedTuple


class View(NamedTuple):
    """One instance of a resource, or a block in it.

    Attributes:
        block: what was written.
        scope: where its expressions stand.
        address: of the resource, with the modules that it is in.
    """

    block: Block
    scope: Scope
    address: str

    @property
    def type(self) -> str:
        """The type of the resource."""
        return self.block.labels[0]

    @property
    def path(self) -> str:
        """The file that it was declared in."""
        return self.block.source.path

    @property
    def location(self) -> Location:
        """Where it was declared."""
        span = self.block.source.span(self.block.start, self.block.end)
        return Location(self.path, span, "", self.address)

    def has(self, name: str) -> bool:
        """Tell whether an argument was written, be it null."""
        return name in self.block.arguments

    def get(self, name: str) -> Datum | None:
        """Return the value of an argument; None where there is none, or null."""
        argument = self.block.arguments.get(name)
        if argument is None:
            return None
        work, source = self.scope.module.work, argument.source
        try:
            with work.one_value():
                found = evaluate(argument.value, self.scope._replace(source=source))
        except TooMuchError:
            unresolved = Unresolved(f"{self.address}.{name}, {TOO_MUCH}", MISSING)
            return Datum(unresolved, source, argument.value.start, argument.value.end)
        return None if found.data is None else found

    def text(self, name: str) -> Text:
        """Return an argument as a text; empty where there is none."""
        found = self.get(name)
        if found is None:
            return ""
        if found.unknown:
            unresolved: Unresolved = found.data
            return unresolved
        try:
            return text(found)
        except EvaluationError:
            return Unresolved(f"{self.address}.{name}")

    def place(self, name: str) -> Location:
        """Return where an argument was written; where the block was, if there is none."""
        argument = self.block.arguments.get(name)
        if argument is None:
            return self.location
        source = argument.source
        start, end = argument.value.start, argument.value.end
        return Location(source.path, source.span(start, end), "", self.address)

    def blocks(self, name: str) -> "list[View | Datum]":
        """Return the blocks of a type in it.

        A ``dynamic`` one gives as many as it makes; where that is not known, a value stands for
        any number of them.
        """
        found: list[View | Datum] = []
        for block in [*self.block.blocks, *self._written_as_arguments(name)]:
            if block.type == name and not block.labels:
                found.append(self._replace(block=block))
            elif block.type == "dynamic" and block.labels == (name,):
                found += self._dynamic(block)
        return found

    def _written_as_arguments(self, name: str) -> Iterator[Block]:
        """Yield the blocks that JSON writes as arguments."""
        arguments = self.block.arguments
        if not self.block.json:
            return
        if name in arguments:
            yield from _blocks(arguments[name], name, ())
        dynamic = arguments.get("dynamic")
        if dynamic is not None and isinstance(dynamic.value, Object):
            for key, value in dynamic.value.entries:
                if literal(key) == name:
                    yield from _blocks(dynamic._replace(value=value), "dynamic", (name,))

    def _dynamic(self, block: Block) -> "Iterator[View | Datum]":
        view = self._replace(block=block)
        each = view.get("for_each")
        content = next((one for one in view.blocks("content") if isinstance(one, View)), None)
        if content is None:
            return
        if each is None or not isinstance(each.data, dict | list):
            yield _any_number(view, each)
            return
        name = block.labels[0]
        if "iterator" in block.arguments:
            node = block.arguments["iterator"].value
            name = block.source.text[node.start : node.end].strip('"')
        for key, value in pairs(each):
            if value.note.rest:
                yield _any_number(view, value)
            else:
                iterator = each._replace(data={"key": key, "value": value})
                yield content._replace(scope=self.scope.with_names({name: iterator}))


def _blocks(argument: Argument, name: str, labels: tuple[str, ...]) -> Iterator[Block]:
    node = argument.value
    for one in node.items if isinstance(node, Tuple) else (node,):
        if isinstance(one, Object):
            place = (argument.start, argument.end)
            yield block_of(argument.source, name, labels, one, place)


def _any_number(view: View, each: Datum | None) -> Datum:
    """Return what stands for any number of blocks."""
    unresolved = each.data if each is not None and each.unknown else None
    if not isinstance(unresolved, Unresolved):
        unresolved = Unresolved(f"dynamic {view.block.labels[0]}", AFTER_APPLY)
    block = view.block
    return Datum(unresolved._replace(pattern="*"), block.source, block.start, block.end)
