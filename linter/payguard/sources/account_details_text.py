"""Documents as the IAM API hands them out: JSON, URL-encoded, in a string of a JSON file.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyVersion.html
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from payguard.sources.host import EmbeddedMap

# An escape of the JSON string, or a run of those of the URL.
_ESCAPES = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)|(?:%[0-9a-fA-F]{2})+", re.DOTALL)


class UrlEncodedMap(EmbeddedMap):
    """As EmbeddedMap, for a document whose JSON text is URL-encoded as well."""

    def _find_escapes(self) -> tuple[list[int], list[int]]:
        """Return offsets in the document and in the file between which nothing is encoded."""
        place = self._host.place(self._root)
        inner, outer = [0], [place.start + 1]
        literal = self._host.text[place.start : place.end]
        for escapes in _ESCAPES.finditer(literal):
            start = place.start + escapes.start()
            at = inner[-1] + start - outer[-1]
            for size, characters in _characters(escapes.group()):
                start, at = start + size, at + characters
                inner.append(at)
                outer.append(start)
        return inner, outer


def _characters(escapes: str) -> Iterator[tuple[int, int]]:
    """Yield how long each character is in the file, and how long in the document."""
    if escapes[0] == "%":
        for character in unquote_to_bytes(escapes).decode("utf-8", "replace"):
            yield 3 * len(character.encode()), 1
    else:
        # A character beyond the basic plane is written as two escapes.
        low = escapes[1] == "u" and "dc00" <= escapes[2:].lower() < "e000"
        yield len(escapes), 0 if low else 1
