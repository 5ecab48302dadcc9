"""What the modules of one input share, and where the folders of called modules are."""

import os.path
from collections.abc import Callable, Mapping

from payguard.finding import InputError, Location
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import Gap
from payguard.quotation import quote
from payguard.sources.terraform_hcl import folder as folders
from payguard.sources.terraform_hcl.body import literal
from payguard.sources.terraform_hcl.datum import Work
from payguard.sources.terraform_hcl.folder import Folder
from payguard.sources.terraform_hcl.ledger import Ledger
from payguard.sources.terraform_hcl.syntax import Argument, Block, File

ReadFolder = Callable[[str], Mapping[str, str] | InputError]
ReadFile = Callable[[str], str | None]

# Calls within calls.
_DEPTH = 20
# How the sources of local modules start.
_LOCAL = ("./", "../")


class Reading:
    """What the modules of one input share.

    Args:
        read_folder: returns the files of a folder by path, or why they cannot be had.
        read_file: returns the text of a file by its path; None where it cannot be had.

    Attributes:
        work: the bounds of the evaluation.
        ledger: what was evaluated.
        errors: what could not be read.
        gaps: what is not in the input.
    """

    def __init__(self, read_folder: ReadFolder, read_file: ReadFile) -> None:
        self._read_folder, self._read_file = read_folder, read_file
        self.work = Work()
        self.ledger = Ledger()
        self.errors: list[InputError] = []
        self._reported: set[InputError] = set()
        self.gaps: list[Gap] = []
        self._folders: dict[str, Folder | InputError] = {}
        self._files: dict[str, File | None] = {}

    def report(self, error: InputError) -> None:
        """Note what could not be read, once."""
        if error not in self._reported:
            self._reported.add(error)
            self.errors.append(error)

    def folder(self, path: str) -> Folder | InputError:
        """Return a folder, read once."""
        if path not in self._folders:
            texts = self._read_folder(path)
            if isinstance(texts, InputError):
                self._folders[path] = texts
            else:
                self._folders[path] = found = folders.read(path, texts, root=False)
                self.errors += found.errors
        return self._folders[path]

    def text_of(self, path: str) -> File | None:
        """Return a file that a function asks for, read once; None where it cannot be had."""
        if path not in self._files:
            text = self._read_file(path)
            self._files[path] = None if text is None else File(path, text)
        return self._files[path]


def called_folder(
    reading: Reading, path: str, above: tuple[str, ...], block: Block, address: str
) -> Folder | None:
    """Return the folder of a module that is called; None, and a gap or an error, if it is not read.

    Args:
        reading: what the modules share; is told of the gap or error.
        path: the folder of the calling module.
        above: that and the folders of the modules that call it.
        block: the call.
        address: its address.
    """
    argument, source = _source(block)
    if not source.startswith(_LOCAL):
        what = f"{address} ({source})" if source else address
        span = block.source.span(block.start, block.end)
        location = Location(block.source.path, span, "", address)
        reading.gaps.append(Gap(Unresolved(what, MISSING), location))
        return None
    found = _local(reading, joined(path, source), above, source)
    if isinstance(found, Folder):
        return found
    at = block.start if argument is None else argument.value.start
    line, column = block.source.lines.place(at)
    reading.report(InputError(block.source.path, f"{address}: {found}", line, column))
    return None


def _source(block: Block) -> tuple[Argument | None, str]:
    argument = block.arguments.get("source")
    return argument, "" if argument is None else literal(argument.value) or ""


def local_path(path: str, block: Block) -> str | None:
    """Return the folder of the local module that a block in folder ``path`` calls, if it is one."""
    source = _source(block)[1]
    return joined(path, source) if source.startswith(_LOCAL) else None


def joined(path: str, source: str) -> str:
    """Return the path of a folder that is named relative to another."""
    path = os.path.normpath(os.path.join(path, source))
    return "" if path == "." else path


def is_within(path: str, folder: str) -> bool:
    """Tell whether a path as of ``joined`` leads to something below a folder."""
    if folder:
        return path.startswith(f"{folder}{os.sep}")
    return not os.path.isabs(path) and path.split(os.sep, 1)[0] != ".."


def _local(reading: Reading, path: str, above: tuple[str, ...], source: str) -> Folder | str:
    """Return a folder, or why it is not read."""
    if path in above:
        return f"the module calls itself: its source {quote(source)} is a folder above it"
    if len(above) > _DEPTH:
        return f"more than {_DEPTH} modules within each other"
    found = reading.folder(path)
    if isinstance(found, Folder):
        return found if found.bodies else f"its source {quote(source)} holds no Terraform files"
    return f"its source {quote(source)} cannot be read: {found.message}"
