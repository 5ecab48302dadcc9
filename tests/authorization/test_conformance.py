"""The sentences of AWS's documentation, one case each, decided as they say."""

import json
from pathlib import Path
from typing import Any

import pytest

from payguard.authorization.case import read_case
from payguard.authorization.decision import decide

CASES = json.loads((Path(__file__).parent / "conformance.json").read_text())


@pytest.mark.parametrize("value", CASES, ids=lambda value: value["id"])
def test_a_sentence_of_the_documentation_holds(value: dict[str, Any]) -> None:
    case = read_case(value)
    found = decide(case.policies, case.request)
    assert found.decision == case.expected
    assert case.detail in {None, found.detail}
    assert value["source"].startswith("https://docs.aws.amazon.com/")


def test_there_are_seventy_four_sentences() -> None:
    assert len({value["id"] for value in CASES}) == len(CASES) == 74
