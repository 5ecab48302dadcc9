"""Element names, and which of them a misspelt one was meant for.

IAM's element names are case-sensitive.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from collections.abc import Iterable
from functools import lru_cache

from payguard.iam.document import POLICY_ELEMENTS, STATEMENT_ELEMENTS

POLICY = frozenset(POLICY_ELEMENTS)
STATEMENT = frozenset(STATEMENT_ELEMENTS)
# No misspelling of an element is longer; beyond it, nothing is compared.
_LONGEST = 32


def meant(name: str, known: frozenset[str]) -> str:
    """Return the name among ``known`` that ``name`` was meant for; empty where none is near."""
    return _meant(name, known) if len(name) <= _LONGEST else ""


def all_meant(names: Iterable[str], known: frozenset[str]) -> frozenset[str]:
    """Return the elements that ``names`` hold, misspelt ones included."""
    return frozenset(name if name in known else meant(name, known) for name in names)


@lru_cache(maxsize=512)
def _meant(name: str, known: frozenset[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  clean policies do not pay for it

    by_lower = {element.lower(): element for element in known}
    close = get_close_matches(name.lower(), sorted(by_lower), n=1, cutoff=0.8)
    return by_lower[close[0]] if close else ""
