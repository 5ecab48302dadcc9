"""Terraform's functions by name, and those that do more than compute.

https://developer.hashicorp.com/terraform/language/functions
"""

import os.path
from collections.abc import Callable
from typing import Any

from payguard.iam.unresolved import MISSING, SECRET, Unresolved
from payguard.sources import json_text
from payguard.sources.terraform_hcl import json_tree
from payguard.sources.terraform_hcl.arguments import Arguments
from payguard.sources.terraform_hcl.datum import (
    Datum,
    EvaluationError,
    Note,
    UnknownError,
    entries,
    number,
    plain,
    text,
    together,
    truth,
    unknowns,
)
from payguard.sources.terraform_hcl.evaluate import Scope, evaluate
from payguard.sources.terraform_hcl.expression import expression
from payguard.sources.terraform_hcl.function_collection import COLLECTION_FUNCTIONS
from payguard.sources.terraform_hcl.function_text import TEXT_FUNCTIONS, json_of
from payguard.sources.terraform_hcl.scanner import Scanner
from payguard.sources.terraform_hcl.syntax import Call, HclError, Piece, Source
from payguard.sources.terraform_hcl.template import whole

__all__ = ["FUNCTIONS", "LAZY", "Arguments"]


def jsonencode(call: Arguments) -> Datum:
    """Encode a value; the text remembers what it was made from."""
    tree = call.all[0]
    value = plain(tree, call.work)
    missing = [unresolved for _, unresolved in unknowns(value)]
    if not missing:
        whole_text = json_of(value)
        call.work.spend_text(len(whole_text))
        return call.at._replace(data=whole_text, note=Note(tree=tree, plain=value))
    marked = json_of(_marked(tree, call))
    call.work.spend_text(len(marked))
    note = Note(tree=tree, plain=value, marked=marked)
    return call.at._replace(data=together(missing), note=note)


def _marked(datum: Datum, call: Arguments) -> Any:
    call.work.spend(1)
    if isinstance(datum.data, dict):
        return {key: _marked(item, call) for key, item in datum.data.items()}
    if isinstance(datum.data, list):
        return [_marked(item, call) for item in datum.data]
    if datum.unknown:
        return call.work.marked(datum)
    value = plain(datum, call.work)
    if isinstance(value, Unresolved):
        return call.work.marked(datum._replace(data=value))
    return value


def _jsondecode(call: Arguments) -> Datum:
    datum = call.all[0]
    if datum.unknown and not datum.note.marked:
        raise UnknownError(datum.data)
    try:
        return json_tree.decoded(datum, call.work)
    except json_text.JsonError as error:
        raise EvaluationError(error.message) from error


def _try(node: Call, scope: Scope) -> Datum:
    for argument in node.arguments:
        try:
            return evaluate(argument, scope._replace(trying=True))
        except EvaluationError:
            continue
    raise EvaluationError("no argument has a value")


def _can(node: Call, scope: Scope) -> Datum:
    at = Datum(True, scope.source, node.start, node.end)  # noqa: FBT003  a value of Terraform
    try:
        found = evaluate(node.arguments[0], scope._replace(trying=True))
    except (EvaluationError, IndexError):
        return at._replace(data=False)
    if found.unknown:
        raise UnknownError(found.data)
    return at


def _sensitive(call: Arguments) -> Datum:
    what = "a sensitive value"
    return call.at._replace(data=Unresolved(what, SECRET))


def _found_file(call: Arguments) -> Source:
    path = os.path.normpath(call.text(0))
    found = call.scope.module.text_of(path)
    if found is None:
        raise UnknownError(Unresolved(f"the file {path}", MISSING))
    return found


def _file(call: Arguments) -> Datum:
    source = _found_file(call)
    content = source.text
    call.work.spend_text(len(content))
    return Datum(content, source, 0, len(content), Note(pieces=(Piece(0, len(content), content),)))


def _templatefile(call: Arguments) -> Datum:
    source = _found_file(call)
    names = dict(entries(call.all[1]))
    if not source.text:
        return call.datum("")
    scanner = Scanner(source.file)
    scanner.lines_end = False
    try:
        node = whole(scanner, expression)
    except HclError as error:
        raise EvaluationError(error.message) from error
    inner = call.scope._replace(module=_NoNames(call.scope), source=source, names=names)
    return evaluate(node, inner)


class _NoNames:
    """The module as a template file sees it: no names but those that it is given."""

    def __init__(self, scope: Scope) -> None:
        self.work = scope.module.work

    def root(self, names: tuple[str, ...], at: Datum) -> tuple[Datum, int] | None:  # noqa: ARG002
        """As in Module."""
        return None

    def text_of(self, path: str) -> Source | None:  # noqa: ARG002
        """As in Module: a template reads no files."""
        return None


def _arn_build(call: Arguments) -> Datum:
    return call.marked_text(":".join(["arn", *(call.marked(place) for place in range(5))]))


def _arn_parse(call: Arguments) -> dict[str, Datum]:
    parts = call.text(0).split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        raise EvaluationError("no ARN")
    names = ("partition", "service", "region", "account_id", "resource")
    return {name: call.datum(part) for name, part in zip(names, parts[1:], strict=True)}


def _converted(convert: Callable[[Datum], Any]) -> Callable[[Arguments], Datum]:
    def convert_one(call: Arguments) -> Datum:
        value = call.all[0]
        if value.data is None or value.unknown:
            return value
        return value._replace(data=convert(value))

    return convert_one


# They see their arguments unevaluated.
LAZY: dict[str, Callable[[Call, Scope], Datum]] = {"can": _can, "try": _try}

FUNCTIONS: dict[str, Callable[[Arguments], Any]] = {
    **TEXT_FUNCTIONS,
    **COLLECTION_FUNCTIONS,
    "file": _file,
    "fileexists": lambda call: bool(_found_file(call)),
    "jsondecode": _jsondecode,
    "jsonencode": jsonencode,
    "nonsensitive": lambda call: call.all[0],
    "provider::aws::arn_build": _arn_build,
    "provider::aws::arn_parse": _arn_parse,
    "sensitive": _sensitive,
    "templatefile": _templatefile,
    "tobool": _converted(truth),
    "tonumber": _converted(number),
    "tostring": _converted(text),
}
