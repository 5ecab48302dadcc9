"""What is wrong with an identifier: the part, what was found there, and the mend."""

import re
from collections.abc import Iterable, Sequence

from payguard_policies.named_tuple import NamedTuple

ERROR = "error"
NOTE = "note"

# What clings to a text that is copied out of JSON, code or a sentence; no ARN or ID ends with it.
MARKS = "\"'`,;"


class Problem(NamedTuple):
    """One thing wrong with an identifier, or worth knowing about it.

    Attributes:
        part: the part it is about, such as ``account`` or ``resource-id``.
        found: that part as written.
        message: the sentence, with the offending value quoted.
        help: how to mend it; may be empty.
        planes: who refuses it: ``data`` and ``control`` are the two models of the service;
            ``cloudformation``, ``iam``, ``secrets-manager`` and ``reference`` (the service
            authorization reference) speak for themselves; empty for a note of nobody's.
        severity: ``error``, or ``note`` where the identifier is accepted all the same.
        code: the defect as a stable slug, such as ``account-digits``.
    """

    part: str
    found: str
    message: str
    help: str = ""
    planes: tuple[str, ...] = ()
    severity: str = ERROR
    code: str = "shape"


def merged(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return ``problems`` with those that name the same defect of the same part made one."""
    united: dict[tuple[str, str, str], Problem] = {}
    for problem in problems:
        key = (problem.part, problem.code, problem.found)
        before = united.get(key)
        if before is None:
            united[key] = problem
        else:
            planes = tuple(dict.fromkeys(before.planes + problem.planes))
            united[key] = before._replace(planes=planes)
    return tuple(united.values())


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return ``words`` as a list in a sentence: ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def counted(number: int, noun: str) -> str:
    """Return a number and what it counts: ``1 digit``, ``2,049 characters``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def with_article(noun: str) -> str:
    """Return ``noun`` with the article that it is spoken with: ``an IAM role ARN``."""
    return f"an {noun}" if noun[:1] in "aeioAEI" else f"a {noun}"


def placeholder(text: str) -> str:
    """Return the placeholder that ``text`` holds, such as ``<account>`` or ``${REGION}``."""
    if not ("{" in text or "<" in text):
        return ""
    found = re.search(_PLACEHOLDER, text[:_SEARCHED])
    return found[0] if found else ""


# Braces and angle brackets stand in no identifier; a run without a closing one is bounded.
_PLACEHOLDER = r"\$\{[^{}]{0,200}\}|\{\{?[^{}]{0,200}\}\}?|<[^<>]{1,200}>"
_SEARCHED = 4096
