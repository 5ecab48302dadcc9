"""A module's folder: the declarations in its files, by name, as Terraform puts them together."""

import os.path
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from payguard.finding import InputError
from payguard.quotation import quote
from payguard.sources.terraform_hcl.body import parse
from payguard.sources.terraform_hcl.syntax import Argument, Block, File

CONFIGURATION = (".tf", ".tf.json")
VALUES = (".tfvars", ".tfvars.json")


def is_override(path: str) -> bool:
    """Tell whether what a file declares replaces what other files do.

    https://developer.hashicorp.com/terraform/language/files/override
    """
    stem = os.path.basename(path).removesuffix(".json").removesuffix(".tf")
    return stem == "override" or stem.endswith("_override")


@dataclass(slots=True)
class Folder:
    """What a folder declares.

    Attributes:
        path: the folder, as shown to users; empty for the working folder.
        texts: the files by path.
        bodies: the bodies of the files that were read.
        blocks: variables, outputs, resources, data sources and module calls, by type and labels.
        locals: the arguments of all ``locals`` blocks, with the blocks.
        providers: the configurations of providers.
        given: values for variables, the strongest last.
        errors: what could not be read.
    """

    path: str
    texts: Mapping[str, str]
    bodies: list[Block] = field(default_factory=list)
    blocks: dict[tuple[str, ...], Block] = field(default_factory=dict)
    locals: dict[str, tuple[Argument, Block]] = field(default_factory=dict)
    providers: list[Block] = field(default_factory=list)
    given: dict[str, tuple[Argument, Block]] = field(default_factory=dict)
    errors: list[InputError] = field(default_factory=list)

    def of_type(self, kind: str) -> Iterator[Block]:
        """Yield the blocks of a type."""
        return (block for key, block in self.blocks.items() if key[0] == kind)

    def secrets(self) -> frozenset[str]:
        """Return the addresses of the variables and outputs that may be secret."""
        return frozenset(
            f"{address}.{block.labels[0]}"
            for kind, address in (("variable", "var"), ("output", "output"))
            for block in self.of_type(kind)
            if not block.arguments.keys().isdisjoint(("sensitive", "ephemeral"))
        )


def read(path: str, texts: Mapping[str, str], *, root: bool) -> Folder:
    """Read the files of a folder.

    Args:
        path: the folder.
        texts: its files by path.
        root: whether values for variables count: those of ``terraform.tfvars`` and
            ``*.auto.tfvars``, the later stronger.
    """
    folder = Folder(path, texts)
    names = sorted(name for name in texts if os.path.dirname(name) == path)
    declaring = [name for name in names if name.endswith(CONFIGURATION)]
    for name in sorted(declaring, key=is_override):
        _declare(folder, _parsed(folder, name), overrides=is_override(name))
    for name in sorted(filter(_is_given, names), key=_strength) if root else ():
        body = _parsed(folder, name)
        folder.given |= {key: (value, body) for key, value in body.arguments.items()}
    return folder


def _parsed(folder: Folder, name: str) -> Block:
    file = File(name, folder.texts[name])
    body, errors = parse(file)
    folder.bodies.append(body)
    folder.errors += errors
    return body


def _is_given(path: str) -> bool:
    name = os.path.basename(path)
    automatic = name.endswith((".auto.tfvars", ".auto.tfvars.json"))
    return automatic or name in ("terraform.tfvars", "terraform.tfvars.json")


def _strength(path: str) -> tuple[bool, str]:
    """Order files with values, the weakest first.

    https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence
    """
    name = os.path.basename(path)
    return not name.startswith("terraform.tfvars"), name


_DECLARING = {"variable": 1, "output": 1, "module": 1, "resource": 2, "data": 2}


def _declare(folder: Folder, body: Block, *, overrides: bool) -> None:
    for block in body.blocks:
        if block.type == "locals":
            for name, argument in block.arguments.items():
                if name in folder.locals and not overrides:
                    _twice(folder, block, argument.start, f"local.{name}")
                folder.locals[name] = (argument, block)
        elif block.type == "provider":
            folder.providers.append(block)
        elif len(block.labels) == _DECLARING.get(block.type, -1):
            _declare_one(folder, block, overrides=overrides)


def _declare_one(folder: Folder, block: Block, *, overrides: bool) -> None:
    key = (block.type, *block.labels)
    before = folder.blocks.get(key)
    if before is None:
        folder.blocks[key] = block
    elif overrides:
        replaced = {inner.type for inner in block.blocks}
        before.blocks = [inner for inner in before.blocks if inner.type not in replaced]
        before.blocks += block.blocks
        before.arguments = {**before.arguments, **block.arguments}
    else:
        _twice(folder, block, block.start, ".".join(key))


def _twice(folder: Folder, block: Block, at: int, what: str) -> None:
    line, column = block.source.lines.place(at)
    message = f"{quote(what)} is declared twice: only one of them is read"
    folder.errors.append(InputError(block.source.path, message, line, column))
