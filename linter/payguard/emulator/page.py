"""Lists page by page: a token says after which item the next page starts, and of which list."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Protocol, TypeVar

from payguard.emulator.failure import invalid
from payguard_policies.named_tuple import NamedTuple

# The models of the data plane bound maxResults nowhere; 100 is the most of the control plane.
_USUAL, _MOST = 20, 100


class Numbered(Protocol):
    """An item that knows its place in the order of creation."""

    @property
    def number(self) -> int:
        """Higher for what was created later."""
        ...


Item = TypeVar("Item", bound=Numbered)


class Page(NamedTuple):
    """What the caller asked for.

    Attributes:
        of: what makes the list the one it is; a token of another list is refused.
        size: how many items at most; None for the usual.
        token: of the page before; None for the first page.
    """

    of: tuple[str, ...]
    size: int | None
    token: str | None


def cut(items: Sequence[Item], page: Page) -> tuple[list[Item], str | None]:
    """Return the items of one page, in the order of creation, and the token of the next.

    Raises:
        ServiceError: The token is not one of this list, or no item may be returned.
    """
    size = _USUAL if page.size is None else page.size
    if size < 1:
        raise invalid(
            f"1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy "
            "constraint: Member must have value greater than or equal to 1"
        )
    after = 0 if page.token is None else _number(page)
    rest = [item for item in items if item.number > after]
    found = rest[: min(size, _MOST)]
    more = len(rest) > len(found)
    return found, _token(page.of, found[-1].number) if more else None


def _seal(of: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(of).encode()).hexdigest()[:24]


def _token(of: tuple[str, ...], number: int) -> str:
    return base64.urlsafe_b64encode(f"{_seal(of)}:{number}".encode()).decode().rstrip("=")


def _number(page: Page) -> int:
    token = page.token or ""
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    seal, _, number = text.partition(":")
    if seal != _seal(page.of) or not number.isdigit() or len(number) > 18:
        raise invalid("Invalid nextToken: it is not one of this list.")
    return int(number)
