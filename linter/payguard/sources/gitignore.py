"""What .gitignore files exclude, from the repository's top down to the folder at hand."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Ignored:
    """The .gitignore files that hold in one folder: (their folder, their patterns), top first."""

    levels: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def above(cls, folder: str) -> "Ignored":
        """Return what the folders above ``folder`` ignore, up to the repository's top.

        Outside a repository nothing above counts; nor does it where ``folder`` itself is ignored:
        whoever names it wants it checked.
        """
        chain = []
        here = os.path.abspath(folder)
        while not os.path.exists(os.path.join(here, ".git")):
            upper = os.path.dirname(here)
            if upper == here:
                return cls()
            chain.append(upper)
            here = upper
        found = cls()
        for upper in reversed(chain):
            found = found._with(upper)
        return cls() if found(folder, is_folder=True) else found

    def within(self, folder: str, entries: Iterable["os.DirEntry[str]"]) -> "Ignored":
        """Return what holds inside ``folder``, whose entries are given."""
        if any(entry.name == ".gitignore" for entry in entries):
            return self._with(folder)
        return self

    def _with(self, folder: str) -> "Ignored":
        try:
            with open(os.path.join(folder, ".gitignore"), encoding="utf-8") as file:
                lines = file.read(1 << 20).splitlines()
        except (OSError, UnicodeDecodeError):
            return self
        from pathspec import GitIgnoreSpec  # noqa: PLC0415  costs start-up time

        try:
            spec = GitIgnoreSpec.from_lines(lines)
        except ValueError:  # a pattern that git itself would pass over
            return self
        return Ignored((*self.levels, (os.path.abspath(folder), spec)))

    def __call__(self, path: str, *, is_folder: bool) -> bool:
        """Tell whether ``path`` is ignored; the .gitignore nearest to it decides."""
        if not self.levels:
            return False
        full = os.path.abspath(path)
        for base, spec in reversed(self.levels):
            relative = os.path.relpath(full, base).replace(os.sep, "/")
            verdict = spec.check_file(f"{relative}/" if is_folder else relative).include
            if verdict is not None:
                return bool(verdict)
        return False
