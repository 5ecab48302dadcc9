"""``--base``: files as they were at a revision of git, laid out in a folder of their own."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from payguard.cli import Refusal
from payguard.finding import quote
from payguard.reporters.plain_text import plain
from payguard.sources.text_file import SUFFIXES

_SECONDS = 60
_MOST_BYTES = 64 * 1024 * 1024


@contextmanager
def at_revision(revision: str, path: str) -> Iterator[str]:
    """Lay out a file or folder as it was at ``revision``; yield its path there.

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
    listed = _git(top, "ls-tree", "-r", "-z", "--name-only", commit, "--", inside).decode()
    names = [name for name in listed.split("\0") if name == inside or name.endswith(SUFFIXES)]
    if not names:
        raise Refusal(f"{plain(path)}: it is not in revision {quote(revision)}")
    with tempfile.TemporaryDirectory(prefix="payguard-") as root:
        _lay_out(top, commit, names, root)
        yield os.path.join(root, inside)


def _lay_out(top: str, commit: str, names: list[str], root: str) -> None:
    size = 0
    for name in names:
        target = os.path.normpath(os.path.join(root, name))
        if not target.startswith(os.path.join(root, "")):
            continue  # no name of git's leads out of its tree; be sure of it
        data = _git(top, "cat-file", "blob", f"{commit}:{name}")
        size += len(data)
        if size > _MOST_BYTES:
            raise Refusal("the revision holds more than the 64 MB read at most")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(data)


def _git(folder: str, *words: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603  git, with arguments that are no options
            ["git", "-C", folder, *words],  # noqa: S607  the user's git
            capture_output=True,
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
