"""Answers about short texts, kept for the run; long ones do not stay."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ParamSpec, TypeVar

    _Asked = ParamSpec("_Asked")
    _Answer = TypeVar("_Answer")


_KEPT = 8192
# No key, operator or principal that AWS has is longer: hostile input cannot fill the memory.
_LONGEST = 256


def remembered(function: Callable[_Asked, _Answer]) -> Callable[_Asked, _Answer]:
    """Return ``function``, of texts alone, with its answers about short texts kept.

    What is known is answered by the cache itself, at its speed. After a question about a long
    text the cache is emptied with the next new question.
    """
    stale: list[bool] = []

    @wraps(function)
    def ask(*args: _Asked.args, **kwargs: _Asked.kwargs) -> _Answer:
        if stale:
            kept.cache_clear()
            stale.clear()
        if any(len(str(text)) > _LONGEST for text in args):
            stale.append(True)
        return function(*args, **kwargs)

    kept = lru_cache(maxsize=_KEPT)(ask)
    return kept  # type: ignore[return-value]  # its type forgets what is asked
