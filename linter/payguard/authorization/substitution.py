"""Policy variables filled in: a text of a policy becomes a pattern for one request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from collections.abc import Mapping
from functools import lru_cache

from payguard.authorization.request import Sample, Unknown, Value
from payguard.iam.variable import Variable, variables
from payguard.iam.wildcard import matches
from payguard_policies.named_tuple import NamedTuple

VARIABLES_VERSION = "2012-10-17"

# Stars and question marks that are characters, not wildcards, in a pattern and in the text that it
# is held against. No policy can hold these code points: IAM takes none beyond U+00FF.
_LITERALS = str.maketrans({"*": "\U0010fffe", "?": "\U0010ffff"})

_NONE: frozenset[str] = frozenset()


class Pattern(NamedTuple):
    """A text with its variables filled in.

    Attributes:
        text: the pattern, for ``matches`` after ``literal`` has been applied to the other side;
            where ``unknown``, ``sampled`` or ``malformed`` is set, a superset of what it can match.
        unresolved: the variable that has no value in the request, as written; then nothing
            matches.
        unknown: the context key, wanted for a variable, whose value is not known.
        sampled: the context key, wanted for a variable, that has one of a class of values.
        malformed: the variable that IAM would refuse, as written.
        early: whether a variable stands before the fifth colon.
        without: texts that it is surely not, where it is but one variable, which is ``sampled``.
    """

    text: str
    unresolved: str = ""
    unknown: str = ""
    sampled: str = ""
    malformed: str = ""
    early: bool = False
    without: frozenset[str] = _NONE

    @property
    def is_certain(self) -> bool:
        """Whether the text is what IAM compares with, not a superset of it."""
        return not (self.unknown or self.sampled or self.malformed)


def has_variables(text: str, version: str | None) -> bool:
    """Tell whether ``text`` has variables in a policy of this version.

    Without ``2012-10-17`` they are ordinary text.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
    """
    return "${" in text and version == VARIABLES_VERSION


def variable_keys(text: str) -> tuple[str, ...]:
    """Return the context keys, in lower case, that a text has variables for."""
    return tuple(
        dict.fromkeys(
            variable.key.lower() for variable in variables(text) if not variable.is_escape
        )
    )


def literal(text: str) -> str:
    """Return ``text`` with its stars and question marks as characters, not wildcards."""
    return text.translate(_LITERALS)


def fits(pattern: str, text: str) -> bool:
    """Tell whether a filled-in pattern matches the whole of ``text``."""
    return matches(pattern, literal(text))


def fill(
    text: str, context: Mapping[str, Value], *, wildcards: bool, free: bool = False
) -> Pattern:
    """Fill the variables of ``text`` in, once: what a value holds is never read again.

    Args:
        text: as written in the policy.
        context: lower-case context keys and their values.
        wildcards: whether stars and question marks written in the policy are wildcards.
        free: whether every key may be anything, whatever ``context`` says.
    """
    filled: list[str] = []
    found = {"unresolved": "", "unknown": "", "sampled": "", "malformed": ""}
    parts = _parts(text)
    for part in parts:
        if isinstance(part, str):
            filled.append(part if wildcards else literal(part))
            continue
        value, problem = _value(part, context)
        if free and not part.is_escape:
            value, problem = "*", "unknown"
        if problem:
            found[problem] = part.key if problem in {"unknown", "sampled"} else part.text
        filled.append(value)
    alone = context.get(found["sampled"].lower()) if len(parts) == 1 else None
    without = alone.without if isinstance(alone, Sample) else _NONE
    return Pattern("".join(filled), **found, early=_is_early(parts), without=without)


def _value(variable: Variable, context: Mapping[str, Value]) -> tuple[str, str]:
    """Return what stands for ``variable``, and what is wrong with that.

    Only keys with one value can be variables.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    if variable.is_escape:
        return literal(variable.key), ""
    if not variable.closed or not variable.quoted or not variable.key:
        return "*", "malformed"
    value = context.get(variable.key.lower())
    if isinstance(value, str):
        return (value.pattern, "sampled") if isinstance(value, Sample) else (literal(value), "")
    if isinstance(value, Unknown):
        return "*", "unknown"
    if variable.default is not None:
        return literal(variable.default), ""
    return "", "unresolved"


@lru_cache(maxsize=512)
def _parts(text: str) -> tuple[str | Variable, ...]:
    """Split ``text`` at its variables."""
    found: list[str | Variable] = []
    at = 0
    for variable in variables(text):
        start = text.index("${", at)
        if start > at:
            found.append(text[at:start])
        found.append(variable)
        at = start + len(variable.text)
    if at < len(text):
        found.append(text[at:])
    return tuple(found)


def _is_early(parts: tuple[str | Variable, ...]) -> bool:
    """Tell whether a variable stands before the fifth colon that is no part of a variable."""
    colons = 0
    for part in parts:
        if not isinstance(part, str):
            if not part.is_escape:
                return colons < 5
        else:
            colons += part.count(":")
    return False
