"""Trying parts of a text in the place of a valid one, to find the part that is wrong."""

import string
from collections.abc import Callable

from payguard.identifiers.kind import Kind
from payguard.identifiers.problem import Problem, listed
from payguard.quotation import quote
from payguard_policies.named_tuple import NamedTuple

_MANY = 6


class Trial(NamedTuple):
    """One value to be explained, alone or as part of an ARN.

    Attributes:
        kind: what it should be.
        part: the part that problems name.
        accepts: whether a text may stand in its place; the pattern is the judge.
        least: the fewest characters; None where only the whole has a least length.
        most: the most characters; None likewise.
    """

    kind: Kind
    part: str
    accepts: Callable[[str], bool]
    least: int | None = None
    most: int | None = None

    def problem(self, cause: str, found: str, message: str, mend: str = "") -> Problem:
        """Return a problem of this value; its code is the kind's subject and the cause."""
        return Problem(self.part, found, message, mend, code=f"{self.kind.subject}-{cause}")

    def allows(self, character: str) -> bool:
        """Tell whether ``character`` may stand inside the value."""
        example, probe = self.kind.example, self.kind.probe % len(self.kind.example)
        return self.accepts(example[:probe] + character + example[probe + 1 :])


def unwanted(trial: Trial, text: str, written: str = "") -> list[Problem]:
    """Return a problem for each sort of character in ``text`` that the pattern refuses.

    ``written`` is what messages show where ``text`` is only the literal characters of a pattern.
    """
    wrong = [character for character in dict.fromkeys(text) if not trial.allows(character)]
    upper = [c for c in wrong if c in string.ascii_uppercase and trial.allows(c.lower())]
    others = [c for c in wrong if c not in upper]
    return [*_upper_case(trial, written or text, upper), *_unknown(trial, others)]


def _upper_case(trial: Trial, text: str, upper: list[str]) -> list[Problem]:
    if not upper:
        return []
    mend = f"write {quote(text.lower())}"
    if trial.kind.subject == "manager-id":
        name = text.rpartition("-")[0] or text
        shown = name if any(c in name for c in upper) else text
        message = f"the service lower-cases the manager name; found {quote(shown)}"
    else:
        message = f"a {trial.kind.title} is in lower case; found {quote(text)}"
    return [trial.problem("upper-case", text, message, mend)]


def _unknown(trial: Trial, wrong: list[str]) -> list[Problem]:
    if not wrong:
        return []
    found = "".join(wrong)
    if found.isspace():
        message = f"there is white space inside the {trial.kind.title}"
        return [trial.problem("white-space", found, message, "remove it")]
    shown = [quote(character) for character in wrong[:3]]
    verb = "is" if len(shown) == 1 else "are"
    message = (
        f"{listed(shown)} {verb} not allowed in a {trial.kind.title}; "
        f"it holds {alphabet(trial.allows)}"
    )
    return [trial.problem("character", found, message, _choice(trial, found))]


def _choice(trial: Trial, found: str) -> str:
    if trial.kind.subject == "provider-name" and found == "_":
        return "a provider may have that name, but no ARN with it passes: choose a name without it"
    return ""


def alphabet(allows: Callable[[str], bool]) -> str:
    """Say in words which characters ``allows`` lets through."""
    if allows("b") and not allows("z"):
        return "hexadecimal digits"
    lower, upper = allows("b"), allows("B")
    words = ["letters"] if lower and upper else ["lower-case letters"] if lower else []
    words += ["digits"] if allows("7") else []
    marks = "".join(mark for mark in string.punctuation if allows(mark))
    if len(marks) > _MANY:
        words.append("punctuation")
    elif marks:
        words.append(quote(marks))
    return listed(words)
