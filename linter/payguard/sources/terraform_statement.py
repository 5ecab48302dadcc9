"""Statements of ``aws_iam_policy_document``: its blocks as the elements of a policy.

https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/d/iam_policy_document.html.markdown
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from payguard import pointer
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.sources.terraform_pattern import mention
from payguard.sources.terraform_reference import References
from payguard.sources.terraform_resource import Place, Resource
from payguard_policies.named_tuple import NamedTuple

_LISTS = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}
_PRINCIPALS = {"principals": "Principal", "not_principals": "NotPrincipal"}


class Piece(NamedTuple):
    """A statement, or what stands for it where it is not known.

    Attributes:
        value: the statement as a policy has it.
        at: the JSON Pointer of the file at which it stands.
        moved: pointers within the statement to pointers of the file.
        unresolved: what is not known in it, by pointers within the statement.
    """

    value: Any
    at: str
    moved: Mapping[str, str] = {}
    unresolved: tuple[tuple[str, Unresolved], ...] = ()

    @property
    def sid(self) -> str:
        """Its identifier; empty where it has none, or none that is known."""
        sid = self.value.get("Sid") if isinstance(self.value, dict) else None
        return sid if isinstance(sid, str) else ""


class Statements:
    """Turns blocks into statements.

    Args:
        references: the configuration, which tells where unknown values come from.
        refuse: is told of a resource, a place in it, and what is wrong there.
    """

    def __init__(
        self, references: References, refuse: Callable[[Resource, Place, str], None]
    ) -> None:
        self._references, self._refuse = references, refuse

    def of(self, source: Resource, blocks: object) -> Iterator[Piece]:
        """Yield the statements of a data source's ``statement`` blocks, which are known."""
        if blocks is not None and not isinstance(blocks, list):
            self._refuse(source, ("statement",), "is no list of blocks")
            yield Piece(Unresolved(f"{source.address}.statement", MISSING), source.pointer)
            return
        for index, block in enumerate(blocks or ()):
            place = ("statement", index)
            at = pointer.join(source.pointer, *place)
            if isinstance(block, dict):
                build = _Building(self._references, self._refuse, source, place)
                yield build.piece(block, at)
                continue
            unknown = block
            if not isinstance(block, Unresolved):
                self._refuse(source, place, "is no block")
                unknown = Unresolved(f"{source.address}.statement[{index}]", MISSING)
            yield Piece(unknown, at, unresolved=(("", unknown),))


class _Building:
    """One statement in the making."""

    def __init__(
        self,
        references: References,
        refuse: Callable[[Resource, Place, str], None],
        source: Resource,
        place: Place,
    ) -> None:
        self._references, self._source, self._place = references, source, place
        self._refuse = refuse
        self._moved: dict[str, str] = {}
        self._unresolved: list[tuple[str, Unresolved]] = []

    def piece(self, block: Mapping[str, Any], at: str) -> Piece:
        """Return the block as a statement."""
        value: dict[str, Any] = {}
        if block.get("sid"):
            value["Sid"] = self._text(block["sid"], ("sid",), "/Sid")
            self._move("/Sid", ("sid",))
        if block.get("effect"):
            self._move("/Effect", ("effect",))
        value["Effect"] = self._text(block.get("effect") or "Allow", ("effect",), "/Effect")
        for name, element in _PRINCIPALS.items():
            if block.get(name):
                value[element] = self._principals(block[name], name, element)
        for name, element in _LISTS.items():
            if block.get(name):
                value[element] = self._texts(block[name], (name,), f"/{element}")
        if block.get("condition"):
            value["Condition"] = self._conditions(block["condition"])
        return Piece(value, at, self._moved, tuple(self._unresolved))

    def _principals(self, blocks: object, name: str, element: str) -> Any:
        found: dict[str, Any] = {}
        for inner, block in self._blocks(blocks, (name,), f"/{element}"):
            if isinstance(block, Unresolved):
                return block
            kind = self._text(block.get("type"), (*inner, "type"), f"/{element}")
            if isinstance(kind, Unresolved):
                return kind
            texts = block.get("identifiers")
            if kind == "*" and texts == ["*"] and isinstance(blocks, list) and len(blocks) == 1:
                return "*"
            at = pointer.join(f"/{element}", kind)
            found[kind] = self._texts(texts, (*inner, "identifiers"), at, found.get(kind))
        return found

    def _conditions(self, blocks: object) -> Any:
        found: dict[str, Any] = {}
        for inner, block in self._blocks(blocks, ("condition",), "/Condition"):
            if isinstance(block, Unresolved):
                return block
            test = self._text(block.get("test"), (*inner, "test"), "/Condition")
            key = self._text(block.get("variable"), (*inner, "variable"), "/Condition")
            if isinstance(test, Unresolved) or isinstance(key, Unresolved):
                return test if isinstance(test, Unresolved) else key
            keys = found.setdefault(test, {})
            at = pointer.join("/Condition", test, key)
            keys[key] = self._texts(block.get("values"), (*inner, "values"), at, keys.get(key))
        return found

    def _blocks(self, blocks: object, place: Place, at: str) -> Iterator[tuple[Place, Any]]:
        """Yield the place and value of each block; an Unresolved where it is not known."""
        if not isinstance(blocks, list):
            yield place, self._unknown(blocks, place, at)
            return
        self._move(at, place)
        for index, block in enumerate(blocks):
            inner = (*place, index)
            known = isinstance(block, dict)
            yield inner, block if known else self._unknown(block, inner, at)

    def _texts(self, value: object, place: Place, at: str, before: object = None) -> Any:
        """Return a list of texts, after those that stand there ``before``."""
        if isinstance(before, Unresolved):
            return before
        found: list[Any] = before if isinstance(before, list) else []
        if not isinstance(value, list):
            return self._unknown(value, place, at)
        if not found:
            self._move(at, place)
        for index, item in enumerate(value):
            here, inner = f"{at}/{len(found)}", (*place, index)
            found.append(self._text(item, inner, here))
            if len(found) != index + 1:
                self._move(here, inner)
        return found

    def _text(self, value: object, place: Place, at: str) -> Any:
        if not isinstance(value, str):
            return self._unknown(value, place, at)
        # Terraform has ${...} for itself: the data source writes &{...} as ${...}.
        return value.replace("&{", "${") if "&{" in value else value

    def _unknown(self, value: object, place: Place, at: str) -> Unresolved:
        """Note that what stands at a place of the statement is not known."""
        place = (*self._place, *place)
        if isinstance(value, Unresolved):
            found = self._narrowed(value, place)
        else:
            self._refuse(self._source, place, "is not what the data source takes")
            found = Unresolved(".".join([self._source.address, *map(str, place)]), MISSING)
        self._unresolved.append((at, found))
        self._move(at, place[len(self._place) :])
        return found

    def _narrowed(self, value: Unresolved, place: Place) -> Unresolved:
        """Say what an unknown value comes from, and what it can be, if that is one attribute."""
        trace = self._references.trace(self._source, place)
        wording = trace.wording or value.what
        if len(trace.origins) != 1 or not trace.complete:
            return value._replace(what=wording)
        origin, attribute = trace.origins[0]
        if not attribute:
            return value._replace(what=wording)
        pattern = mention(origin, attribute)
        return Unresolved(f"{origin.address}.{attribute}", value.why, pattern)

    def _move(self, at: str, place: Place) -> None:
        self._moved[at] = pointer.join(self._source.pointer, *self._place, *place)
