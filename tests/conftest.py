"""What every test may use."""

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


# The same examples in every run: what lands was seen to hold. To look for others,
# `pytest --hypothesis-profile=default --hypothesis-seed=random`.
settings.register_profile("steady", derandomize=True)
settings.load_profile("steady")
