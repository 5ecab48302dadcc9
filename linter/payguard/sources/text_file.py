"""Files: found in folders, read within bounds, decoded strictly."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator

from payguard.finding import InputError
from payguard.quotation import quote
from payguard_policies.named_tuple import NamedTuple

_MARK = b"\xef\xbb\xbf"  # the byte order mark of UTF-8
_ZIP = b"PK\x03\x04"
MAX_BYTES = 32 * 1024 * 1024
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
SUFFIXES = (".json", ".yaml", ".yml", ".tf", ".jsonl", ".template", ".tfstate")
_HEAD = 8192  # a binary file mostly shows itself in so much
# Folders that hold other people's files or machinery: passed over unless they are named.
PASSED_OVER = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".mypy_cache",
        ".nox",
        ".pulumi",
        ".pytest_cache",
        ".ruff_cache",
        ".terraform",
        ".tox",
        ".venv",
        "__pycache__",
        "cdk.out",
        "node_modules",
        "venv",
    }
)


class Candidate(NamedTuple):
    """A file to look at.

    Attributes:
        path: as shown to users.
        named: whether the user named it, rather than a folder above it.
        piped: whether its content comes from standard input, whatever the path says.
        module: whether it is a folder that is read as a whole: a Terraform module.
    """

    path: str
    named: bool
    piped: bool = False
    module: bool = False


class Wanted(NamedTuple):
    """Which files are looked at.

    Attributes:
        excluded: tells of a path whether the configuration excludes it; None where it says nothing.
        every: whether files of any kind are, not only those of SUFFIXES.
        passing_over: whether a file that the user names is treated like one found in a folder.
    """

    excluded: Callable[[str], bool] | None = None
    every: bool = False
    passing_over: bool = False

    def excludes(self, path: str) -> bool:
        """Tell whether the configuration excludes a path."""
        return self.excluded is not None and self.excluded(path)

    def takes(self, name: str) -> bool:
        """Tell whether a file found in a folder is of a kind that is looked at."""
        return self.every or name.endswith(SUFFIXES)


USUAL = Wanted()


def discover(paths: Iterable[str], wanted: Wanted = USUAL) -> Iterator[Candidate | InputError]:
    """Yield the files under ``paths``, each once, in a stable order.

    Args:
        paths: files and folders; a folder is searched as .gitignore allows.
        wanted: which files are looked at.

    What cannot be looked at (a folder without permission, a link that leads nowhere) is yielded
    as an InputError; the others are still found.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _discover_one(path, wanted):
            if isinstance(found, Candidate):
                if found.path in seen:
                    continue
                seen.add(found.path)
            yield found


def _discover_one(path: str, wanted: Wanted) -> Iterator[Candidate | InputError]:
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        yield InputError(path, _os_message(path, error))
        return
    if stat.S_ISDIR(mode):
        yield from _walk(path, wanted)
    elif not (wanted.passing_over and wanted.excludes(path)):
        yield Candidate(path, named=not wanted.passing_over)


def _walk(root: str, wanted: Wanted) -> Iterator[Candidate | InputError]:
    from payguard.sources.gitignore import Ignored  # noqa: PLC0415  only folders need it

    pending = [(root, Ignored.above(root))]
    while pending:
        folder, ignored = pending.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=_entry_name)
        except OSError as error:
            yield InputError(folder, _os_message(folder, error))
            continue
        ignored = ignored.within(folder, entries)
        folders = []
        for entry in entries:
            path = entry.path.removeprefix("./")
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in PASSED_OVER and not ignored(path, is_folder=True):
                    folders.append((entry.path, ignored))
            elif (
                wanted.takes(entry.name)
                and not ignored(path, is_folder=False)
                and not wanted.excludes(path)
            ):
                yield from _file(entry, path)
        pending += reversed(folders)


def _file(entry: "os.DirEntry[str]", path: str) -> Iterator[Candidate | InputError]:
    if not entry.is_file(follow_symlinks=False):  # a link, or a pipe that nobody may write to
        try:
            mode = entry.stat().st_mode
        except OSError as error:
            if entry.name.endswith(SUFFIXES):  # else nobody knows that it was one of ours
                yield InputError(path, _os_message(path, error))
            return
        if not stat.S_ISREG(mode):
            return  # a link to a folder: followed only when it is named
    yield Candidate(path, named=False)


def _entry_name(entry: "os.DirEntry[str]") -> str:
    return entry.name


def read(path: str, *, may_be_marked: bool = False) -> str | InputError:
    """Return the text of the file at ``path``, or why it cannot be had.

    At most MAX_BYTES are read, also from a pipe. With ``may_be_marked`` a byte order mark at its
    start is passed over, as Terraform does.
    """
    try:
        data = _bytes(path)
    except OSError as error:
        return InputError(path, _os_message(path, error))
    return decode(path, data.removeprefix(_MARK) if may_be_marked else data)


def read_any(path: str) -> str | InputError | None:
    """Return the text of a file of any kind; None if it is binary or larger than MAX_BYTES.

    A text that is no UTF-8 is read byte by byte: what is looked for in it is ASCII.
    """
    try:
        data = _bytes(path, _looks_binary)
    except _TooLargeError:
        return None
    except OSError as error:
        return InputError(path, _os_message(path, error))
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _bytes(path: str, refused: Callable[[bytes], bool] | None = None) -> bytes:
    """Return what is in a file; only the beginning where that tells enough to refuse it."""
    descriptor = os.open(path, _READ)
    try:
        if refused is not None and stat.S_ISREG(os.fstat(descriptor).st_mode):
            head = os.read(descriptor, _HEAD)
            if refused(head):
                return head
            os.lseek(descriptor, 0, os.SEEK_SET)
        return _read_all(descriptor)
    finally:
        os.close(descriptor)


def _looks_binary(head: bytes) -> bool:
    return b"\0" in head


def _read_all(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    if size > MAX_BYTES:
        raise _TooLargeError(f"{size / 1024 / 1024:.0f} MB")
    data = os.read(descriptor, size + 1)
    if len(data) == size and size:
        return data
    chunks, total = [data], len(data)
    while chunk := os.read(descriptor, 1 << 20):
        chunks.append(chunk)
        total += len(chunk)
        if total > MAX_BYTES:
            raise _TooLargeError("the input")
    return b"".join(chunks)


class _TooLargeError(OSError):
    def __init__(self, size: str) -> None:
        super().__init__(0, f"{size} is more than the {MAX_BYTES // 1024 // 1024} MB read at most")


def decode(path: str, data: bytes) -> str | InputError:
    """Return ``data`` as text; IAM takes UTF-8 without a byte order mark and nothing else."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return InputError(path, "the file is UTF-16: save it as UTF-8", 1, 1)
    if data.startswith(_MARK):
        message = "the file starts with a byte order mark: save it as UTF-8 without one"
        return InputError(path, message, 1, 1)
    if data.startswith(_ZIP):
        message = "the file is an archive, as a saved plan of Terraform is: terraform show -json prints that"
        return InputError(path, message, 1, 1)
    if b"\0" in data:
        return InputError(path, *_nul(data))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _byte_place(data, error.start)
        return InputError(path, f"the file is not UTF-8 (byte {error.start})", line, column)


def _nul(data: bytes) -> tuple[str, int, int]:
    at = data.index(b"\0")
    if data.count(b"\0") * 3 > len(data):
        return "the file is UTF-16 or binary: save it as UTF-8", 1, 1
    return ("the file holds a NUL byte", *_byte_place(data, at))


def _byte_place(data: bytes, at: int) -> tuple[int, int]:
    start = data.rfind(b"\n", 0, at) + 1
    column = len(data[start:at].decode("utf-8", "replace")) + 1
    return data.count(b"\n", 0, at) + 1, column


def _os_message(path: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        if os.path.islink(path):
            return f"the link leads nowhere ({quote(os.readlink(path))})"
        return "no such file or folder"
    if isinstance(error, PermissionError):
        return "no permission to read it"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    return error.strerror or str(error)
