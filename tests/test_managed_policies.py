"""AWS's own policies are the false-alarm corpus: what is said about them must be true."""

import pytest

from corpus import lint_value, managed_policies
from payguard.finding import Severity

# Every error on an AWS managed policy, with the reason why it is true. The policies keep names that
# AWS has retired or renamed: IAM accepts them and matches them against nothing.
TRUE_ERRORS: dict[str, str] = {}


@pytest.fixture(scope="module")
def findings() -> dict[str, list[tuple[str, Severity, str]]]:
    found = {}
    for name, document in managed_policies().items():
        report = lint_value(document)
        assert not report.errors, (name, report.errors)
        found[name] = [(f.rule, f.severity, f.message) for f in report.findings]
    return found


def test_the_corpus_is_the_whole_of_it() -> None:
    assert len(managed_policies()) >= 1580
