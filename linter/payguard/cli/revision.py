"""``--base``: files as they were at a revision of git, laid out in a folder of their own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from payguard.cli import Refusal
from payguard.finding import InputError
from payguard.quotation import quote
from payguard.reporters.plain_text import plain
from payguard.sources.terraform_hcl import called_folders, recognises
from payguard.sources.text_file import SUFFIXES, read
from payguard_policies.named_tuple import NamedTuple

_SECONDS = 60
_MOST_BYTES = 64 * 1024 * 1024
_LINK, _BLOB = "120000", "blob"


class _Entry(NamedTuple):
    """A file of a revision."""

    name: str
    mode: str
    identity: str


@contextmanager
def at_revision(revision: str, path: str) -> Iterator[str]:
    """Lay out a file or folder as it was at ``revision``; yield its path there.

    With Terraform configuration comes all that lies beside and below it, and the local modules
    that it calls, wherever they are in the repository.

    Raises:
        Refusal: there is no git, no repository, no such revision, or no such path in it.
    """
    folder = path if os.path.isdir(path) else os.path.dirname(os.path.abspath(path))
    top = _git(folder, "rev-parse", "--show-toplevel").decode().strip()
    commit = (
        _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    )
    if not commit:
        raise Refusal(f"git knows no revision {quote(revision)}")
    inside = os.path.relpath(os.path.realpath(path), os.path.realpath(top))
    tree = _tree(top, commit)
    if not any(_is_within(one.name, inside) for one in tree):
        raise Refusal(f"{plain(path)}: it is not in revision {quote(revision)}")
    with tempfile.TemporaryDirectory(prefix="payguard-") as root:
        laid_out: set[str] = set()
        left, pending = _MOST_BYTES, [inside]
        while pending:
            entries = [one for one in _wanted(tree, pending.pop()) if one.name not in laid_out]
            laid_out |= {one.name for one in entries}
            left -= _lay_out(top, entries, root, left)
            pending += _called(entries, root)
        yield os.path.join(root, inside)


def _tree(top: str, commit: str) -> list[_Entry]:
    """Return the files of a revision.

    Not their sizes: for those, a clone without all objects would fetch every one of them.
    """
    listed = _git(top, "ls-tree", "-r", "-z", "--full-tree", commit)
    found = []
    for line in os.fsdecode(listed).split("\0"):
        told, _, name = line.partition("\t")
        if not name:
            continue
        mode, kind, identity = told.split()
        if kind == _BLOB:  # else a repository within the repository
            found.append(_Entry(name, mode, identity))
    return found


def _is_within(name: str, path: str) -> bool:
    return path in (os.curdir, "", name) or name.startswith(f"{path}/")


def _wanted(tree: Iterable[_Entry], path: str) -> list[_Entry]:
    """Return the files that are read with a file or folder."""
    folder = os.path.dirname(path) if recognises(path) else path
    below = [one for one in tree if _is_within(one.name, folder)]
    if any(recognises(one.name) for one in below):
        return below  # files of any name may be asked for
    return [one for one in below if one.name == path or one.name.endswith(SUFFIXES)]


def _called(entries: Iterable[_Entry], root: str) -> Iterator[str]:
    """Yield the folders of the local modules that configuration calls which was laid out."""
    folders: dict[str, dict[str, str]] = {}
    for name in (one.name for one in entries if recognises(one.name)):
        text = read(os.path.join(root, name), may_be_marked=True)
        if not isinstance(text, InputError):
            folders.setdefault(os.path.dirname(name), {})[name] = text
    for files in folders.values():
        yield from called_folders(files)


def _lay_out(top: str, entries: Sequence[_Entry], root: str, most: int) -> int:
    """Write files of a revision below ``root``; return how many bytes they have.

    Raises:
        Refusal: they have more than ``most``.
    """
    names = "".join(f"{one.identity}\n" for one in entries).encode()
    checked = _git(top, "cat-file", "--batch-check=%(objectsize)", given=names)
    sizes = [int(size) for size in checked.split()]
    if sum(sizes) > most:
        raise Refusal("the revision holds more than the 64 MB read at most")
    told = _git(top, "cat-file", "--batch", given=names)
    at = 0
    links: dict[str, str] = {}
    for one, size in zip(entries, sizes, strict=True):
        start = told.index(b"\n", at) + 1  # after the name, type and size
        at = start + size + 1
        target = os.path.normpath(os.path.join(root, one.name))
        data = told[start : start + size]
        if not _is_below(target, root):
            continue  # no name of git's leads out of its tree; be sure of it
        if one.mode == _LINK:
            links[target] = os.fsdecode(data)
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(data)
    for target, shown in links.items():
        _follow(target, os.path.normpath(os.path.join(os.path.dirname(target), shown)), root)
    return sum(sizes)


def _follow(target: str, shown: str, root: str) -> None:
    """Write what a link shows in its place: a link on disk might lead out of the revision."""
    if _is_below(shown, root) and os.path.isfile(shown) and not os.path.exists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(shown, target)


def _is_below(path: str, root: str) -> bool:
    return path.startswith(os.path.join(root, ""))


def _git(folder: str, *words: str, given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(  # noqa: S603  git, with arguments that are no options
            ["git", "-C", folder, *words],  # noqa: S607  the user's git
            capture_output=True,
            input=given,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refusal(f"git cannot be asked: {error}") from None
    if done.returncode and words[0] != "rev-parse":
        raise Refusal(f"git: {done.stderr.decode(errors='replace').strip()[:200]}")
    if done.returncode and "--show-toplevel" in words:
        raise Refusal(f"{plain(folder)}: it is in no git repository")
    return done.stdout if not done.returncode else b""
