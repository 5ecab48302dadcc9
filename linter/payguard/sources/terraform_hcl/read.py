"""A module as an input: what it declares, in itself and in the modules that it calls."""

import os.path
from collections.abc import Iterator, Mapping

from payguard.finding import InputError
from payguard.infrastructure import Document, Gap, Infrastructure, Value
from payguard.sources.assembly import as_used
from payguard.sources.terraform_hcl import folder as folders
from payguard.sources.terraform_hcl.datum import AllSpentError
from payguard.sources.terraform_hcl.document import Holder, TreeMap, document
from payguard.sources.terraform_hcl.iam import Identities
from payguard.sources.terraform_hcl.module import Module
from payguard.sources.terraform_hcl.payments import payment_resources, values
from payguard.sources.terraform_hcl.reading import ReadFile, ReadFolder, Reading, local_path
from payguard.sources.terraform_hcl.syntax import Block
from payguard.sources.terraform_hcl.view import View

_POLICY_DOCUMENT = "aws_iam_policy_document"
_RENDERED = ("json", "minified_json")


def read(files: Mapping[str, str], read_folder: ReadFolder, read_file: ReadFile) -> Infrastructure:
    """Read a module; see ``payguard.sources.terraform_hcl.read_module``."""
    reading = Reading(read_folder, read_file)
    folder = folders.read(_root(files), files, root=True)
    reading.errors += folder.errors
    root = Module(reading, folder)
    try:
        return _read(reading, root)
    except AllSpentError:
        first = folder.bodies[0].source.path
        message = "evaluating this module takes more steps than any real one: it is not read"
        return Infrastructure(errors=(*reading.errors, InputError(first, message, 1, 1)))


def _root(files: Mapping[str, str]) -> str:
    declaring = [name for name in files if name.endswith(folders.CONFIGURATION)]
    return min((os.path.dirname(name) for name in declaring), key=len, default="")


def called(files: Mapping[str, str]) -> frozenset[str]:
    """Return folders of modules; see ``payguard.sources.terraform_hcl.called_folders``."""
    path = _root(files)
    folder = folders.read(path, files, root=False)
    found = (local_path(path, block) for block in folder.of_type("module"))
    return frozenset(one for one in found if one is not None and one != path)


def _read(reading: Reading, root: Module) -> Infrastructure:
    modules = list(_modules(root))
    views = [view for module in modules for view in _views(module, "resource")]
    identities = Identities(reading, views)
    roles = identities.roles()
    documents = [*identities.documents, *_unused(reading, modules)]
    return Infrastructure(
        as_used(documents, roles),
        roles,
        payment_resources(views),
        tuple(_values(modules, documents)),
        _once([*identities.gaps, *reading.gaps]),
        tuple(reading.errors),
    )


def _modules(root: Module) -> Iterator[Module]:
    pending = [root]
    while pending:
        module = pending.pop()
        yield module
        for block in module.folder.of_type("module"):
            pending += reversed(module.children(block))


def _views(module: Module, kind: str) -> Iterator[View]:
    for block in module.folder.of_type(kind):
        yield from module.views(block)


def _unused(reading: Reading, modules: list[Module]) -> Iterator[Document]:
    """Yield the policies that data sources make for something else than what was read.

    One that is merged into another is told by that one.
    """
    pending = [
        (module, block)
        for module in modules
        for block in module.folder.of_type("data")
        if block.labels[0] == _POLICY_DOCUMENT and not _is_used(module, block)
    ]
    merged = {(module, name) for module, block in pending for name in _merged(block)}
    pending.sort(key=lambda one: (one[0], one[1].labels[1]) in merged)
    for module, block in pending:
        if _is_used(module, block):
            continue
        for view, text in zip(module.views(block), module.values(block, "json"), strict=False):
            holder = Holder(view.address, "json", view.location, "")
            found = document(text, holder, reading.work, reading.report)
            if isinstance(found, Document):
                yield found
            elif found is not None:
                reading.gaps.append(found)


def _is_used(module: Module, block: Block) -> bool:
    return any(module.is_evaluated(block, name) for name in _RENDERED)


def _merged(block: Block) -> Iterator[str]:
    """Yield the names of the data sources of policies that one of them refers to."""
    for names in block.references():
        if len(names) > 2 and names[1] == _POLICY_DOCUMENT and names[2] != block.labels[1]:
            yield names[2]


def _values(modules: list[Module], documents: list[Document]) -> Iterator[Value]:
    found = [module.folder for module in modules]
    bodies = {body.source.path: (body, folder) for folder in found for body in folder.bodies}
    if not any("payment" in body.source.text for body, _ in bodies.values()):
        return
    within = frozenset(
        place
        for one in documents
        if isinstance(one.source, TreeMap)
        for place in one.source.starts()
    )
    for body, folder in bodies.values():
        yield from values(body, within, folder.secrets())


def _once(gaps: list[Gap]) -> tuple[Gap, ...]:
    return tuple(dict.fromkeys(gaps))
