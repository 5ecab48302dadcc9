"""The policy that ``data.aws_iam_policy_document`` makes, each value at its argument's place.

Shapes and the order of merging are the provider's, version 5.100:
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/iam/policy_document_data_source.go
Lists keep the order in which they are written; the provider sorts them.
"""

from payguard.iam.document import STATEMENT_ELEMENTS
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.sources import json_text
from payguard.sources.terraform_hcl import json_tree
from payguard.sources.terraform_hcl.arguments import Arguments
from payguard.sources.terraform_hcl.datum import (
    Datum,
    EvaluationError,
    Note,
    text,
)
from payguard.sources.terraform_hcl.evaluate import rest
from payguard.sources.terraform_hcl.function import jsonencode
from payguard.sources.terraform_hcl.view import View

_VERSION = "2012-10-17"
_OLD_VERSION = "2008-10-17"
_LISTS = (
    ("Action", "actions", False),
    ("NotAction", "not_actions", False),
    ("Resource", "resources", True),
    ("NotResource", "not_resources", True),
)
_STATEMENT = frozenset(STATEMENT_ELEMENTS)


def built(view: View) -> Datum:
    """Return the JSON text that a data source gives; it remembers what it was made from."""
    builder = _Builder(view)
    tree = builder.build()
    return jsonencode(Arguments([tree], builder.at, view.scope))


class _Builder:
    """Builds one document, in the order in which the provider merges."""

    def __init__(self, view: View) -> None:
        self._view = view
        block = view.block
        self.at = Datum(None, block.source, block.start, block.end)
        self._head: dict[str, Datum] = {}
        self._keys: dict[str, tuple[int, int]] = {}
        self._statements: list[Datum] = []
        self._places: dict[str, int] = {}  # by Sid
        self._unsure = False  # whether there is a statement whose Sid is not known

    def build(self) -> Datum:
        """Return the document."""
        view = self._view
        for name in ("source_json", "source_policy_documents"):
            self._merge_texts(name, overrides=False)
        self._take("Version", view.get("version") or self.at._replace(data=_VERSION), "version")
        self._take("Id", view.get("policy_id"), "policy_id")
        for block in view.blocks("statement"):
            found = _statement(block, self._variables()) if isinstance(block, View) else block
            self._merge(found if isinstance(block, View) else rest(block.data, block))
        for name in ("override_json", "override_policy_documents"):
            self._merge_texts(name, overrides=True)
        statements = self.at._replace(data=self._statements)
        data = {**self._head, **({"Statement": statements} if self._statements else {})}
        return self.at._replace(data=data, note=Note(keys=self._keys))

    def _variables(self) -> bool:
        """Tell whether ``&{`` is written for ``${``: the old version has no variables."""
        version = self._view.get("version")
        return version is None or version.data != _OLD_VERSION

    def _take(self, name: str, value: Datum | None, argument: str) -> None:
        """Take over the version, if it is newer, or the id."""
        if value is None or value.data == "":
            return
        before = self._head.get(name)
        newer = before is None or before.unknown or value.unknown
        if newer or name == "Id" or str(value.data) > str(before.data if before else ""):
            self._head[name] = value
            written = self._view.block.arguments.get(argument)
            self._keys.pop(name, None)
            if written is not None and written.source is self.at.source:
                self._keys[name] = (written.start, written.end)

    def _merge_texts(self, name: str, *, overrides: bool) -> None:
        found = self._view.get(name)
        if found is None:
            return
        texts = [found]
        if not name.endswith("_json"):
            texts = found.data if isinstance(found.data, list) else [rest(found.data, found)]
        for one in texts:
            if one.data is not None and one.data != "":
                self._merge_text(one, overrides=overrides)

    def _merge_text(self, one: Datum, *, overrides: bool) -> None:
        document = _document(one, self._view)
        statements = _entry(document, "Statement")
        if document.unknown or (statements is not None and statements.unknown):
            unknown = document.data if statements is None else statements.data
            self._merge_unknown(rest(unknown, one), overrides=overrides)
            return
        for name in ("Version", "Id"):
            self._take(name, _entry(document, name), "")
        if statements is not None:
            many = statements.data if isinstance(statements.data, list) else [statements]
            for statement in many:
                if statement.unknown:
                    self._merge_unknown(statement, overrides=overrides)
                else:
                    self._merge(_known_elements(statement))

    def _merge_unknown(self, unknown: Datum, *, overrides: bool) -> None:
        """Merge statements that are not known: what they may replace is not known any more."""
        if overrides:
            self._doubt(unknown)
        self._statements.append(unknown)

    def _doubt(self, unknown: Datum | None) -> None:
        """Give up the statements with a Sid; without ``unknown``, those whose Sid is not known."""
        for place, before in enumerate(self._statements):
            sid = None if before.unknown else _sid(before)
            if sid is not None and (unknown is not None or sid.unknown):
                self._statements[place] = rest((unknown or sid).data, before)
        if unknown is not None:
            self._places.clear()
        self._unsure = False

    def _merge(self, statement: Datum) -> None:
        """Add a statement; it replaces the one with its Sid."""
        self._view.scope.module.work.spend(1)
        sid = None if statement.unknown else _sid(statement)
        if sid is not None and sid.unknown:
            if self._places or self._unsure:
                self._doubt(sid)
            self._unsure = True
        elif sid is not None:
            if self._unsure:
                self._doubt(None)
            place = self._places.setdefault(str(sid.data), len(self._statements))
            if place < len(self._statements):
                self._statements[place] = statement
                return
        self._statements.append(statement)


def _document(one: Datum, view: View) -> Datum:
    """Return the value of a text that is to be merged; unknown where it is no JSON object."""
    if one.unknown and one.note.tree is None and not one.note.marked:
        return one
    try:
        document = json_tree.decoded(one, view.scope.module.work)
    except (json_text.JsonError, EvaluationError):
        document = one
    if document.unknown or isinstance(document.data, dict):
        return document
    return document._replace(data=Unresolved(f"a policy merged into {view.address}", MISSING))


def _entry(document: Datum, name: str) -> Datum | None:
    """Return an element of a document; the provider does not mind the case of its name."""
    if not isinstance(document.data, dict):
        return None
    if name in document.data:
        found: Datum = document.data[name]
        return found
    return next((item for key, item in document.data.items() if key.lower() == name.lower()), None)


def _sid(statement: Datum) -> Datum | None:
    found = _entry(statement, "Sid")
    return None if found is None or found.data in ("", None) else found


def _known_elements(statement: Datum) -> Datum:
    """Return a merged statement as the provider writes it: with the elements that it knows."""
    if not isinstance(statement.data, dict):
        return statement
    names = {name.lower(): name for name in _STATEMENT}
    data, keys = {}, {}
    for key, item in statement.data.items():
        name = names.get(key.lower())
        if name is not None and item.data not in ("", None, {}):
            data[name] = _everyone(item) if name.endswith("Principal") else item
            if key in (statement.note.keys or {}):
                keys[name] = (statement.note.keys or {})[key]
    return statement._replace(data=data, note=Note(keys=keys))


def _everyone(principal: Datum) -> Datum:
    """Return a principal as the provider writes it: ``{"*": "*"}`` as ``"*"``."""
    if isinstance(principal.data, dict) and list(principal.data) == ["*"]:
        one = principal.data["*"]
        many = one.data if isinstance(one.data, list) else [one]
        if [item.data for item in many] == ["*"]:
            found: Datum = many[0]
            return found
    return principal


class _Elements:
    """Gathers the elements of one object."""

    def __init__(self, view: View) -> None:
        block = view.block
        self.at = Datum(None, block.source, block.start, block.end)
        self.data: dict[str, Datum] = {}
        self.keys: dict[str, tuple[int, int]] = {}
        self._view = view

    def put(self, name: str, value: Datum, argument: str) -> None:
        """Add an element that comes from an argument."""
        self.data[name] = value
        written = self._view.block.arguments.get(argument)
        if written is not None and written.source is self.at.source:
            self.keys[name] = (written.start, written.end)

    def datum(self) -> Datum:
        """Return the object."""
        return self.at._replace(data=self.data, note=Note(keys=self.keys))


def _statement(view: View, variables: bool) -> Datum:
    elements = _Elements(view)
    sid = view.get("sid")
    if sid is not None and sid.data != "":
        elements.put("Sid", sid, "sid")
    elements.put("Effect", view.get("effect") or elements.at._replace(data="Allow"), "effect")
    for name, argument, replaces in _LISTS:
        found = view.get(argument)
        if found is not None and found.data != []:
            value = _texts(found, view, variables=variables and replaces, ordered=False)
            elements.put(name, value, argument)
    for name, block in (("Principal", "principals"), ("NotPrincipal", "not_principals")):
        principals = _principals(view.blocks(block), view, variables)
        if principals is not None:
            elements.data[name] = principals
    condition = _condition(view.blocks("condition"), view, variables)
    if condition is not None:
        elements.data["Condition"] = condition
    return elements.datum()


def _texts(found: Datum, view: View, *, variables: bool, ordered: bool) -> Datum:
    """Return a list of texts as a policy has it: one by itself, and without what stands twice."""
    if not isinstance(found.data, list):
        return found
    seen = set()
    items = []
    for item in found.data:
        one = _text(item, view, variables=variables)
        if one.unknown or ordered or one.data not in seen:
            items.append(one)
            seen.add(None if one.unknown else one.data)
    if len(items) == 1 and not items[0].note.rest:
        return items[0]
    return found._replace(data=items, note=Note())


def _text(item: Datum, view: View, *, variables: bool) -> Datum:
    work = view.scope.module.work
    if item.note.rest:
        return item
    try:
        marked = work.marked(item)
    except EvaluationError:
        return item._replace(data=Unresolved(view.address, MISSING))
    if variables and "&{" in marked:
        return work.text_datum(marked.replace("&{", "${"), item)
    return item if item.unknown else item._replace(data=text(item))


def _principals(blocks: list[View | Datum], view: View, variables: bool) -> Datum | None:
    """Return the principals of a statement by their types; None where there are none."""
    if not blocks:
        return None
    elements = _Elements(view)
    for block in blocks:
        if isinstance(block, Datum):
            return block
        kind = block.get("type")
        found = block.get("identifiers") or elements.at._replace(data=[])
        if kind is None or not isinstance(kind.data, str):
            unknown = kind.data if kind is not None and kind.unknown else Unresolved(view.address)
            return elements.at._replace(data=unknown)
        value = _texts(found, view, variables=variables, ordered=False)
        before = elements.data.get(kind.data)
        elements.data[kind.data] = value if before is None else _joined(before, value)
        elements.at = _spanning(elements.at, block, first=len(elements.data) == 1)
    everyone = elements.data.get("*")
    if len(elements.data) == 1 and isinstance(everyone, Datum) and everyone.data == "*":
        return everyone
    return elements.datum()


def _spanning(at: Datum, block: View, *, first: bool) -> Datum:
    """Return the place of the first of several blocks."""
    inner = block.block
    return Datum(None, inner.source, inner.start, inner.end) if first else at


def _joined(before: Datum, value: Datum) -> Datum:
    many = [
        item
        for one in (before, value)
        for item in (one.data if isinstance(one.data, list) else [one])
    ]
    return before._replace(data=many, note=Note())


def _condition(blocks: list[View | Datum], view: View, variables: bool) -> Datum | None:
    """Return the condition of a statement; None where there is none."""
    if not blocks:
        return None
    operators: dict[str, _Elements] = {}
    for block in blocks:
        if isinstance(block, Datum):
            return block
        test, key = block.get("test"), block.get("variable")
        for one in (test, key):
            if one is None or not isinstance(one.data, str):
                unknown = one.data if one is not None and one.unknown else Unresolved(view.address)
                inner = block.block
                return Datum(unknown, inner.source, inner.start, inner.end)
        found = block.get("values")
        if test is None or key is None or found is None:
            continue
        value = _texts(found, view, variables=variables, ordered=True)
        elements = operators.setdefault(test.data, _Elements(block))
        before = elements.data.get(key.data)
        if before is not None:
            value = _joined(before, value)
        elements.put(key.data, value, "variable")
    first = next(block for block in blocks if isinstance(block, View))
    data = {test: elements.datum() for test, elements in operators.items()}
    return Datum(data, first.block.source, first.block.start, first.block.end)
