"""Folders with Terraform configuration: one module each, read as a whole."""

import os
from collections.abc import Iterable, Mapping, Sequence

from payguard.finding import InputError
from payguard.infrastructure import Infrastructure
from payguard.sources import text_file
from payguard.sources.terraform_hcl import called_folders, read_module, recognises
from payguard.sources.text_file import Candidate

_VALUES = (".tfvars", ".tfvars.json")
_MOST_FILES, _MOST_BYTES = 2000, 32 * 1024 * 1024


def modules(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return one candidate for each folder in which some candidate is Terraform configuration.

    A module that another one calls is read with it, and left out unless the user named it.
    """
    folders: dict[str, bool] = {}
    for one in candidates:
        if recognises(one.path):
            folder = os.path.dirname(one.path) or "."
            folders[folder] = folders.get(folder, False) or one.named
    called = _called(folders) if len(folders) > 1 else frozenset()
    return [
        Candidate(folder, named=named, module=True)
        for folder, named in folders.items()
        if named or os.path.normpath(folder) not in called
    ]


def _called(folders: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for folder in folders:
        files = _files(folder, [])
        if not isinstance(files, InputError):
            found |= {os.path.normpath(path) for path in called_folders(files)}
    return frozenset(found)


def read_terraform_folder(folder: str) -> Infrastructure | InputError:
    """Return what the module in a folder declares, with the local modules that it calls.

    Configuration that cannot be read is an error, and the rest is read all the same.
    """
    unreadable: list[InputError] = []
    files = _files(folder, unreadable)
    if isinstance(files, InputError):
        return files
    found = read_module(files, lambda path: _files(path, unreadable), _text)
    return found._replace(errors=(*unreadable, *found.errors))


def _files(folder: str, unreadable: list[InputError]) -> Mapping[str, str] | InputError:
    """Return the texts of a module's files by their paths, or why they cannot be had.

    Args:
        folder: the module's.
        unreadable: takes the errors of files without which the others can be read: not those with
            values of variables, which would not be what they are.
    """
    try:
        names = sorted(os.listdir(folder or "."))
    except OSError as error:
        return InputError(folder, error.strerror or str(error))
    wanted = [name for name in names if recognises(name) or name.endswith(_VALUES)]
    if len(wanted) > _MOST_FILES:
        return InputError(folder, f"the module has more than the {_MOST_FILES} files read at most")
    found: dict[str, str] = {}
    size = 0
    for name in wanted:
        path = os.path.normpath(os.path.join(folder, name))
        if os.path.isdir(path):
            continue
        text = _read(path, may_be_marked=True)
        if isinstance(text, InputError):
            if not recognises(name):
                return text
            unreadable.append(text)
            continue
        size += len(text)
        if size > _MOST_BYTES:
            return InputError(folder, "the module is larger than the 32 MB read at most")
        found[path] = text
    return found


def _text(path: str) -> str | None:
    """Return the text of a file that a function asks for; None where it cannot be had."""
    text = _read(path)
    return text if isinstance(text, str) else None


def _read(path: str, *, may_be_marked: bool = False) -> str | InputError:
    """Return the text of a file: of a plain one, as a pipe would be waited for."""
    if os.path.exists(path) and not os.path.isfile(path):
        return InputError(path, "it is no plain file")
    return text_file.read(path, may_be_marked=may_be_marked)
