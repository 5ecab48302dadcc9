"""Policy documents of Terraform resources: JSON text, or what a data source will make of blocks."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from payguard import pointer
from payguard.iam.document import VERSIONS
from payguard.iam.unresolved import AFTER_APPLY, MISSING, SECRET, Unresolved
from payguard.infrastructure import Document, Gap
from payguard.sources import json_text
from payguard.sources.host import EmbeddedMap, Host, NestedMap
from payguard.sources.terraform_reference import References
from payguard.sources.terraform_resource import Place, Resource
from payguard.sources.terraform_secret import Secrets, hidden
from payguard.sources.terraform_show import Refusal
from payguard.sources.terraform_statement import Piece, Statements
from payguard_policies.named_tuple import NamedTuple

POLICY_DOCUMENT = "data.aws_iam_policy_document"
# The attributes of that data source that are the document.
_RENDERED = ("json", "minified_json", "")
# Documents are merged from documents that are merged from others, so far.
_DEEPEST = 16
# IAM's longest policy has room for fewer statements.
_MOST = 1000
_KINDS = {bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "an object"}


class _Draft:
    """A document as its data source has it before it is written as JSON."""

    def __init__(self) -> None:
        self.version: Any = None
        self.id: Any = None
        self.pieces: list[Piece] = []
        self._places: dict[str, int] = {}

    def merge(self, version: Any, identifier: Any, pieces: Iterable[Piece]) -> None:
        """Merge another document into this one, as the data source does.

        The later version wins if it is newer; a statement takes the place of one with the same
        Sid. A document that has become too long to be a policy grows no further.
        """
        if _is_newer(version, self.version):
            self.version = version
        self.id = identifier or self.id
        for piece in pieces:
            place = self._places.get(piece.sid)
            if place is not None:
                self.pieces[place] = piece
            elif len(self.pieces) <= _MOST:
                if piece.sid:
                    self._places[piece.sid] = len(self.pieces)
                self.pieces.append(piece)

    @property
    def is_too_long(self) -> bool:
        """Whether statements had to be left out."""
        return len(self.pieces) > _MOST


class _Decoded(NamedTuple):
    """A policy that was JSON text; secrets in it are not known."""

    value: Mapping[str, Any]
    unresolved: tuple[tuple[str, Unresolved], ...]


class _Rendered(NamedTuple):
    """A document made of blocks, and where its values stand in the file."""

    value: Mapping[str, Any]
    place: str
    moved: Mapping[str, str]
    unresolved: tuple[tuple[str, Unresolved], ...]


class Documents:
    """Reads the policy documents of one file.

    Args:
        path: the file, as the user named it.
        host: its text.
        references: its configuration.
        secrets: what is not to be shown.

    Attributes:
        found: the documents, in the order in which they were read.
        refusals: what could not be read.
        used: the addresses of data sources whose documents were read in place of another value.
    """

    def __init__(self, path: str, host: Host, references: References, secrets: Secrets) -> None:
        self.found: list[Document] = []
        self.refusals: list[Refusal] = []
        self.used: set[str] = set()
        self._path, self._host = path, host
        self._references, self._secrets = references, secrets
        self._statements = Statements(references, self.refuse)
        self._decoded: dict[str, _Decoded | Unresolved | str] = {}
        self._rendered: dict[str, _Rendered | Unresolved] = {}
        self._drafts: dict[str, _Draft | Unresolved] = {}

    def refuse(self, resource: Resource, place: Place, message: str) -> None:
        """Note that a value of a resource could not be read."""
        name = ".".join(map(str, place))
        found = f"{resource.address}: {name} {message}" if name else f"{resource.address} {message}"
        self.refusals.append(Refusal(pointer.join(resource.pointer, *place), found))

    def read(self, resource: Resource, place: Place, policy_type: str) -> Document | Gap:
        """Return the document that is the value of an attribute, or why it is not known.

        Where the value is only known after apply and comes from one ``aws_iam_policy_document``,
        it is taken to be that document.
        """
        value = resource.dig(place)
        what = _what(resource, place)
        found: _Decoded | _Rendered | Unresolved
        if isinstance(value, Unresolved):
            found = self._deferred(resource, place, value)
        elif isinstance(value, str):
            found = self._decode(resource, place, value, what)
        else:
            if value is not None:
                kind = _KINDS.get(type(value), "something else")
                self.refuse(resource, place, f"is {kind}: a policy is JSON text")
            found = Unresolved(what, MISSING)
        if isinstance(found, Unresolved):
            return Gap(found, resource.location, policy_type)
        document = self._document(resource, place, policy_type, found)
        self.found.append(document)
        return document

    def _document(
        self,
        resource: Resource,
        place: Place,
        policy_type: str,
        found: _Decoded | _Rendered,
    ) -> Document:
        address = resource.address
        if isinstance(found, _Rendered):
            source = NestedMap(self._host, found.place, found.moved)
            return Document(
                self._path, found.value, policy_type, source, address, "", found.unresolved
            )
        text = resource.dig(place)
        embedded = EmbeddedMap(self._host, pointer.join(resource.pointer, *place), text)
        shown = "" if found.unresolved else text
        return Document(
            self._path, found.value, policy_type, embedded, address, shown, found.unresolved
        )

    def value(self, text: object) -> Mapping[str, Any] | None:
        """Return the policy that a JSON text is; None for anything else."""
        found = self._policy(text) if isinstance(text, str) else None
        return found.value if isinstance(found, _Decoded) else None

    def _policy(self, text: str) -> _Decoded | Unresolved | str:
        """Return the policy that a JSON text is, that it is secret, or why it is none."""
        if text not in self._decoded:
            found = _decoded(text)
            self._decoded[text] = found if isinstance(found, str) else self._hide(found, text)
        return self._decoded[text]

    def _hide(self, value: Mapping[str, Any], text: str) -> _Decoded | Unresolved:
        """Return a policy without the secrets that a provider copied into it."""
        if self._secrets.are_too_many:
            return Unresolved("a sensitive value", SECRET)
        secrets = {one: self._secrets.copies[one] for one in self._secrets.within(text)}
        if not secrets:
            return _Decoded(value, ())
        shown = hidden(value, secrets)
        holes = tuple(_holes(shown))
        if not isinstance(shown, dict) or not holes:
            return Unresolved(next(iter(secrets.values())), SECRET)
        return _Decoded(shown, holes)

    def _decode(
        self, resource: Resource, place: Place, text: str, what: str
    ) -> _Decoded | Unresolved:
        found = self._policy(text)
        if isinstance(found, str):
            self.refuse(resource, place, found)
            return Unresolved(what, MISSING)
        return found

    def _deferred(
        self, resource: Resource, place: Place, value: Unresolved
    ) -> _Rendered | Unresolved:
        """Return the document of the data source that an unknown value comes from."""
        if value.why != AFTER_APPLY:
            return value
        trace = self._references.trace(resource, place)
        value = value._replace(what=trace.wording or value.what)
        if len(trace.origins) != 1 or not trace.complete:
            return value
        source, attribute = trace.origins[0]
        if source.type != POLICY_DOCUMENT or attribute not in _RENDERED:
            return value
        self.used.add(source.address)
        return self.rendered(source)

    def rendered(self, source: Resource) -> _Rendered | Unresolved:
        """Return what a data source will write, from the blocks that it has."""
        if source.address not in self._rendered:
            draft = self._draft(source, ())
            self._rendered[source.address] = (
                draft if isinstance(draft, Unresolved) else _render(draft, source.place)
            )
        return self._rendered[source.address]

    def data_source(self, source: Resource) -> Document | Gap:
        """Return the document of a data source by itself: that of no role."""
        if isinstance(source.get("json"), str):
            return self.read(source, ("json",), "")
        found = self.rendered(source)
        if isinstance(found, Unresolved):
            return Gap(found, source.location)
        document = self._document(source, (), "", found)
        self.found.append(document)
        return document

    def _draft(self, source: Resource, above: tuple[str, ...]) -> _Draft | Unresolved:
        """Return the statements of a data source, with those of the documents merged into it.

        https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/d/iam_policy_document.html.markdown
        """
        if source.address in self._drafts:
            return self._drafts[source.address]
        unknown = Unresolved(f"{source.address}.json")
        if source.address in above or len(above) > _DEEPEST:
            return unknown
        if source.is_secret("json"):
            return unknown._replace(why=SECRET)
        blocks = source.get("statement")
        if isinstance(blocks, Unresolved):
            return blocks
        draft, above = _Draft(), (*above, source.address)
        self._merge(draft, source, "source_policy_documents", above)
        version = source.get("version") or VERSIONS[0]
        draft.merge(version, source.get("policy_id"), self._statements.of(source, blocks))
        self._merge(draft, source, "override_policy_documents", above)
        self._drafts[source.address] = unknown if draft.is_too_long else draft
        return self._drafts[source.address]

    def _merge(self, draft: _Draft, source: Resource, name: str, above: tuple[str, ...]) -> None:
        """Merge the documents of a list into one; what is not known of them stays a hole."""
        texts = source.get(name)
        if texts is None:
            return
        if not isinstance(texts, list):
            draft.merge(None, None, (self._hole(source, (name,), texts),))
            return
        unknown = [text for text in texts if isinstance(text, Unresolved)]
        origins = self._references.trace(source, (name,)).origins if unknown else ()
        known = iter(origins if len(origins) == len(unknown) else ())
        for index, text in enumerate(texts):
            found: Any = text
            if isinstance(text, Unresolved) and (origin := next(known, None)) is not None:
                found = self._inner(origin.resource, text, above)
            self._merge_one(draft, source, (name, index), found)

    def _inner(
        self, source: Resource, text: Unresolved, above: tuple[str, ...]
    ) -> _Draft | Unresolved:
        if source.type != POLICY_DOCUMENT:
            return text
        self.used.add(source.address)
        return self._draft(source, above)

    def _merge_one(self, draft: _Draft, source: Resource, place: Place, found: Any) -> None:
        if isinstance(found, _Draft):
            draft.merge(found.version, found.id, found.pieces)
            return
        if found in ("", None):
            return
        at = pointer.join(source.pointer, *place)
        if isinstance(found, str):
            found = self._decode(source, place, found, _what(source, place))
        if not isinstance(found, _Decoded):
            draft.merge(None, None, (self._hole(source, place, found),))
            return
        statements = found.value.get("Statement")
        pieces = statements if isinstance(statements, list) else [statements]
        made = (
            Piece(piece, at, unresolved=tuple(_holes(piece)) if found.unresolved else ())
            for piece in pieces
        )
        draft.merge(found.value.get("Version"), found.value.get("Id"), made)

    def _hole(self, source: Resource, place: Place, value: object) -> Piece:
        """Return what stands for statements that are not known."""
        unknown = value
        if not isinstance(unknown, Unresolved):
            self.refuse(source, place, "is no JSON text")
            unknown = Unresolved(_what(source, place), MISSING)
        at = pointer.join(source.pointer, *place)
        return Piece(unknown, at, unresolved=(("", unknown),))


def _what(resource: Resource, place: Place) -> str:
    return ".".join([resource.address, *map(str, place)])


def _is_newer(version: Any, than: Any) -> bool:
    if isinstance(version, Unresolved) or not isinstance(version, str):
        return isinstance(version, Unresolved)
    return not isinstance(than, Unresolved) and (not isinstance(than, str) or version > than)


def _decoded(text: str) -> Mapping[str, Any] | str:
    """Return the policy that a JSON text is, or why it is none."""
    try:
        value = json_text.parse(text)
    except json_text.JsonError as error:
        message = error.message.replace("the file is", "it is").replace(
            "the file holds", "it holds"
        )
        at = f" (line {error.line}, column {error.column} of the policy)" if error.line else ""
        return f"is no policy: {message}{at}"
    if not isinstance(value, dict):
        return f"is no policy: its JSON is {_KINDS.get(type(value), 'no object')}"
    return value


def _render(draft: _Draft, place: str) -> _Rendered:
    value: dict[str, Any] = {"Version": draft.version}
    if draft.id:
        value["Id"] = draft.id
    value["Statement"] = [piece.value for piece in draft.pieces]
    moved: dict[str, str] = {}
    unresolved = [(f"/{name}", found) for name, found in value.items() if _is_unknown(found)]
    for index, piece in enumerate(draft.pieces):
        here = f"/Statement/{index}"
        moved[here] = piece.at
        moved.update({here + inner: there for inner, there in piece.moved.items()})
        unresolved += [(here + inner, found) for inner, found in piece.unresolved]
    return _Rendered(value, place, moved, tuple(unresolved))


def _holes(value: object) -> Iterator[tuple[str, Unresolved]]:
    """Yield what is not known in a value, with its JSON Pointer."""
    pending: list[tuple[str, Any]] = [("", value)]
    while pending:
        here, inner = pending.pop()
        if isinstance(inner, Unresolved):
            yield here, inner
        elif isinstance(inner, dict):
            pending += reversed([(pointer.join(here, key), one) for key, one in inner.items()])
        elif isinstance(inner, list):
            pending += reversed([(f"{here}/{index}", one) for index, one in enumerate(inner)])


def _is_unknown(value: object) -> bool:
    return isinstance(value, Unresolved)
