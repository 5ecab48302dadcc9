"""Answers about short texts, kept for the run; long ones are asked about afresh."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

_Asked = ParamSpec("_Asked")
_Answer = TypeVar("_Answer")

# Beyond this many, answers are forgotten, and no key, operator or principal that AWS has is
# longer than this: hostile input cannot fill the memory.
_KEPT = 8192
_LONGEST = 256


def remembered(function: Callable[_Asked, _Answer]) -> Callable[_Asked, _Answer]:
    """Return ``function``, of texts alone, with its answers about short texts kept.

    Unlike functools.lru_cache it keeps no long texts alive.
    """
    kept: dict[tuple[Any, ...], _Answer] = {}

    @wraps(function)
    def ask(*texts: _Asked.args, **none: _Asked.kwargs) -> _Answer:
        if texts in kept:
            return kept[texts]
        answer = function(*texts, **none)
        if all(len(str(text)) <= _LONGEST for text in texts):
            if len(kept) >= _KEPT:
                kept.clear()
            kept[texts] = answer
        return answer

    return ask
