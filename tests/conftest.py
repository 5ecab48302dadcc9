"""What every test may use."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the outputs that golden tests compare with, to be read as a diff",
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Heed Ctrl-C, and let what is started heed it: a shell's jobs in the background do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


# The same examples in every run: what lands was seen to hold. To look for others,
# `pytest --hypothesis-profile=default --hypothesis-seed=random`.
# No deadline: the first example reads models, and a machine that has other work takes its time.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")
