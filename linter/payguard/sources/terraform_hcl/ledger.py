"""Values that hang on each other, computed in an order in which each finds what it needs.

The order is found without recursion: a chain of ten thousand locals takes no deeper stack than
one of two.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from payguard_policies.named_tuple import NamedTuple


class Key(NamedTuple):
    """Names a value: whose it is, of which kind, and which one."""

    owner: "Owner"
    kind: str
    name: str = ""
    part: str = ""


class Owner(Protocol):
    """Computes values."""

    def needs(self, key: Key) -> Iterable[Key]:
        """Return what will be needed for a value, as far as it can be told beforehand."""

    def compute(self, key: Key) -> Any:
        """Return a value; may ask the ledger for others."""

    def circular(self, key: Key, circle: list[Key]) -> Any:
        """Return what stands for a value that needs itself."""


class _NeededError(Exception):
    """A value cannot be computed before others are."""

    def __init__(self, keys: list[Key]) -> None:
        super().__init__()
        self.keys = keys


class Ledger:
    """Remembers the values of one input."""

    def __init__(self) -> None:
        self._values: dict[Key, Any] = {}
        self._computing = False

    def __contains__(self, key: Key) -> bool:
        return key in self._values

    def value(self, key: Key) -> Any:
        """Return a value, computed if need be."""
        return self.values((key,))[0]

    def values(self, keys: Iterable[Key]) -> list[Any]:
        """Return several values, computed if need be."""
        keys = list(keys)
        missing = [key for key in keys if key not in self._values]
        if missing and self._computing:
            raise _NeededError(missing)
        for key in missing:
            self._settle(key)
        return [self._values[key] for key in keys]

    def _settle(self, wanted: Key) -> None:
        pending = [wanted]
        started: dict[Key, None] = {}
        self._computing = True
        try:
            while pending:
                key = pending[-1]
                if key in self._values:
                    pending.pop()
                    started.pop(key, None)
                    continue
                missing: list[Key] = []
                if key not in started:
                    started[key] = None
                    missing = [need for need in key.owner.needs(key) if need not in self._values]
                if not missing:
                    missing = self._computed(key)
                self._close(missing, started)
                pending += [need for need in missing if need not in self._values]
        finally:
            self._computing = False

    def _computed(self, key: Key) -> list[Key]:
        """Compute a value; return what it needs first, if anything."""
        try:
            self._values[key] = key.owner.compute(key)
        except _NeededError as error:
            return error.keys
        return []

    def _close(self, missing: list[Key], started: dict[Key, None]) -> None:
        """Give the values that wait for themselves what stands for them."""
        for key in missing:
            if key in started and key not in self._values:
                circle = list(started)
                self._values[key] = key.owner.circular(key, circle[circle.index(key) :])
