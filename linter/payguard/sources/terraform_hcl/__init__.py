"""Terraform configuration without a plan: the files of a module, native or JSON syntax.

What can be told without a plan is told: variables with their defaults and ``.tfvars``, locals,
references, ``count`` and ``for_each``, local modules, functions, policy documents made of blocks.
The rest is named and stays undecided.
"""

from collections.abc import Callable, Mapping

from payguard.finding import InputError
from payguard.infrastructure import Infrastructure

ReadFolder = Callable[[str], Mapping[str, str] | InputError]
ReadFile = Callable[[str], str | None]

_SUFFIXES = (".tf", ".tf.json")


def recognises(path: str) -> bool:
    """Tell by its name whether a file declares resources of Terraform.

    Terraform passes over hidden files, among them what editors leave beside a file.
    """
    return path.endswith(_SUFFIXES) and not path[path.rfind("/") + 1 :].startswith(".")


def called_folders(files: Mapping[str, str]) -> frozenset[str]:
    """Return the folders of the local modules that a module calls.

    They are read with the module, with the values that it gives them: nobody needs to read them
    as modules of their own.

    Args:
        files: as in ``read_module``.
    """
    from payguard.sources.terraform_hcl.read import called  # noqa: PLC0415  start-up time

    return called(files)


def read_module(
    files: Mapping[str, str], read_folder: ReadFolder, read_file: ReadFile
) -> Infrastructure:
    """Read a module, and the local modules that it calls.

    Args:
        files: the texts of the root module's files by path, as shown to users: ``.tf``,
            ``.tf.json``, ``.tfvars``, ``.tfvars.json``. The paths are all of one folder.
        read_folder: returns the same for the folder of a local module, or why it cannot be had.
            It is asked once for each folder, by a path joined to that of the root module.
        read_file: returns the text of a file that ``file`` or ``templatefile`` asks for; None
            where it cannot be had. It is asked for files in folders of the modules and below
            them, by such a path.

    Returns:
        What was found. A file with a mistake is among the errors; the others are still read, and
        so is the file's rest.
    """
    from payguard.sources.terraform_hcl.read import read  # noqa: PLC0415  start-up time

    return read(files, read_folder, read_file)
