"""What tells one finding from another across runs, wherever its line has moved to."""

import hashlib
import os
from collections.abc import Iterable, Iterator

from payguard.finding import Finding

_LENGTH = 32  # hexadecimal digits: 128 bits of SHA-256


def fingerprints(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield a fingerprint for each finding, stable while lines move and unique within the run.

    It is taken from the rule, the path, the address, the pointer and the message. Findings that
    agree in all of them, such as those of two documents in one YAML file, are numbered.
    """
    seen: dict[str, int] = {}
    for finding in findings:
        digest = _digest(finding)
        seen[digest] = count = seen.get(digest, 0) + 1
        yield digest if count == 1 else f"{digest}:{count}"


def _digest(finding: Finding) -> str:
    place = finding.location
    parts = (finding.rule, relative(place.path), place.address, place.pointer, finding.message)
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


def relative(path: str) -> str:
    """Return ``path`` with forward slashes, relative to the working folder where it lies inside.

    So a file is the same file however it was named on the command line.
    """
    if os.path.isabs(path):
        path = _inside(path)
    return os.path.normpath(path).replace(os.sep, "/") if path else ""


def _inside(path: str) -> str:
    try:
        below = os.path.relpath(path)
    except (OSError, ValueError):  # no working folder any more, or another drive
        return path
    return path if below.split(os.sep, 1)[0] == os.pardir else below
