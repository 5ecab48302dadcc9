"""What every test of the engine starts with."""

from collections.abc import Iterator

import pytest

from payguard.authorization import representative


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    representative._known.clear()
    yield
    representative._known.clear()
