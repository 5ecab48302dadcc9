"""What Pulumi writes where a value is not known, or is secret.

From ``sdk/go/common/resource/sig`` and ``sdk/go/common/resource/plugin/rpc.go`` of pulumi/pulumi.
"""

import re
from typing import Any

from payguard import pointer
from payguard.iam.unresolved import AFTER_APPLY, MISSING, SECRET, Unresolved

# Marks an object that stands for something else; its value says what.
SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  public: it marks secrets

# Stand for an unknown text, boolean, number, list, asset, archive and object. Files have only the
# first; the others are on the wire between the engine and its providers.
_UNKNOWN = (
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
)
# What previews write for a secret, and for a piece of a text that is a secret of the configuration.
_BLINDED = "[secret]"
_MARKS = (_BLINDED, *_UNKNOWN)
_MARK = re.compile("|".join(map(re.escape, _MARKS)))

# Policies nest seven deep. No way through a document is followed further than this.
DEEPEST = 64


class DeepError(ValueError):
    """A document that nests deeper than any policy does."""


def whole(value: object, what: str) -> Unresolved | None:
    """Return what stands for a value that is not known as a whole; None where it is known.

    An object of which a key is not known is not known as a whole.

    Args:
        value: a decoded property.
        what: what it is, in words.
    """
    if isinstance(value, Unresolved):
        return value
    if isinstance(value, dict) and SIGNATURE in value:
        # Of other signatures, such as an asset, only the mark is there, not the value.
        return Unresolved(what, SECRET if value[SIGNATURE] == _SECRET_SIGNATURE else MISSING)
    if isinstance(value, dict):
        return next((Unresolved(what, _why(key)) for key in value if has_mark(key)), None)
    if isinstance(value, str) and value in _MARKS:
        return Unresolved(what, _why(value))
    return None


def _why(text: str) -> str:
    return SECRET if _BLINDED in text else AFTER_APPLY


def partly(value: object, what: str) -> Unresolved | None:
    """As ``whole``, also for a text of which a piece is not known: the others are in its pattern."""
    found = whole(value, what)
    if found is None and isinstance(value, str) and has_mark(value):
        found = Unresolved(what, _why(value), "*".join(_MARK.split(value)))
    return found


def has_mark(text: str) -> bool:
    """Tell whether something in a text is not known."""
    return any(mark in text for mark in _MARKS)


def replace(document: dict[str, Any], what: str) -> tuple[tuple[str, Unresolved], ...]:
    """Put an Unresolved in the place of each value in ``document`` that is not known.

    Args:
        document: the decoded document, which is changed.
        what: what it is, in words.

    Returns:
        Each with its JSON Pointer.

    Raises:
        DeepError: it nests deeper than DEEPEST.
    """
    found: list[tuple[str, Unresolved]] = []
    level: list[tuple[Any, str]] = [(document, "")]
    for _ in range(DEEPEST):
        below: list[tuple[Any, str]] = []
        for container, at in level:
            items = container.items() if isinstance(container, dict) else enumerate(container)
            for key, value in list(items):
                unresolved = partly(value, what)
                if unresolved is not None:
                    container[key] = unresolved
                    found.append((pointer.join(at, key), unresolved))
                elif isinstance(value, (dict, list)) and value:
                    below.append((value, pointer.join(at, key)))
        if not below:
            return tuple(found)
        level = below
    raise DeepError
