"""Holes in a text: what somebody, or some tool, fills in before AWS sees it.

Documentation, templates and code write ``<account>``, ``${ACCOUNT_ID}``, ``{account_id}``,
``{{ account }}``, ``$ACCOUNT``, ``%s``, ``REGION`` or three dots where a value will stand. The text
is not wrong for it: the value is not known.
"""

import re
from collections.abc import Iterable

from payguard.iam.unresolved import MISSING, Unresolved
from payguard_policies.named_tuple import NamedTuple

_SHOWN = 60


class Hole(NamedTuple):
    """A part of a text that is not known; ``name`` is what stands there, as its author wrote it."""

    name: str


_HOLE = re.compile(
    r"\$\{\{[^{}]{0,200}\}\}|\$\{[^{}]{0,200}\}|\{\{[^{}]{0,200}\}\}|\{[^{}]{0,200}\}"
    r"|\$\([^()]{0,200}\)|\$[A-Za-z_]\w{0,100}|<[^<>]{1,200}>"
    r"|%\(\w{1,100}\)[sd]|%[sd]|\.\.\.+|…"
)
_MARKS = frozenset("${<%…")
# ${*}, ${?} and ${$} are characters to IAM; ${prefix:name} is a policy variable. A shell writes
# ${NAME:-default}, CloudFormation ${AWS::AccountId}.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
_POLICY_VARIABLE = re.compile(r"\$\{(?:[*?$]|\s*[\w.-]+:[^:=?+-][^{}]*)\}")
_DEFAULT = re.compile(r":[-=?+][^}]*\}")  # may be a secret
_ARN_HEAD = re.compile(r"arn:[^:]{0,100}:[^:]{0,100}:([^:]{0,100}):([^:]{0,100}):")
_REGION_WORD = re.compile(r"[A-Z_-]+|(?:your-|my-|aws-)?region|xx-.*", re.ASCII)
_ACCOUNT_WORD = re.compile(r"[A-Z_-]+|(?:[a-z]+-)?account(?:-?id)?|[xX]+", re.ASCII)


def holes(text: str) -> tuple[str | Hole, ...]:
    """Split a text at its holes; a text without one comes back alone."""
    if _MARKS.isdisjoint(text) and "..." not in text:
        return (text,)
    parts: list[str | Hole] = []
    start = 0
    for found in _HOLE.finditer(text):
        if _POLICY_VARIABLE.fullmatch(found.group()):
            continue
        parts += (text[start : found.start()], Hole(found.group()))
        start = found.end()
    return (*parts, text[start:])


def joined(parts: Iterable[str | Hole]) -> str | Unresolved:
    """Return the text that ``parts`` make; an Unresolved, as narrow as can be, if one is a hole."""
    split = [
        piece for part in parts for piece in (holes(part) if isinstance(part, str) else (part,))
    ]
    pattern = "".join("*" if isinstance(piece, Hole) else piece for piece in split)
    pattern, words = _without_words(pattern)
    names = [_DEFAULT.sub("}", piece.name) for piece in split if isinstance(piece, Hole)] + words
    if not names:
        return pattern
    return Unresolved(
        shown(", ".join(dict.fromkeys(names))), MISSING, re.sub(r"\*{2,}", "*", pattern)
    )


def _without_words(text: str) -> tuple[str, list[str]]:
    """Take words that stand for a region or an account out of the head of an ARN."""
    head = _ARN_HEAD.match(text)
    if head is None:
        return text, []
    found = []
    for group, word in ((2, _ACCOUNT_WORD), (1, _REGION_WORD)):
        if word.fullmatch(head[group]):
            found.append(head[group])
            text = f"{text[: head.start(group)]}*{text[head.end(group) :]}"
    return text, found[::-1]


def shown(text: str) -> str:
    """Return a text on one line, cut off where it is long."""
    text = " ".join(text[: 4 * _SHOWN].split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
