"""Amazon Resource Names: six fields divided by colons, the last of which may hold more of them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

import functools
import re

from payguard_policies.named_tuple import NamedTuple

FIELDS = ("prefix", "partition", "service", "region", "account", "resource")

_BRACES = {"${": "}", "<": ">"}


class Arn(NamedTuple):
    """An ARN taken apart; nothing is said about whether its fields make sense."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @property
    def text(self) -> str:
        """The ARN as one string."""
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def parse_arn(text: str) -> Arn | None:
    """Split ``text`` at its first five colons; None if it is not ``arn:`` and five fields more."""
    fields = text.split(":", 5)
    if len(fields) != len(FIELDS) or fields[0] != "arn":
        return None
    return Arn(*fields[1:])


def segments(resource: str) -> tuple[str, ...]:
    """Split the resource part of an ARN at its slashes, those inside ``${...}`` excepted."""
    return tuple(outside_braces(resource, "/", -1))


def outside_braces(text: str, divider: str, limit: int) -> list[str]:
    """Split ``text`` at ``divider``, but not inside ``${...}`` or ``<...>``.

    Variables and placeholders hold colons and slashes of their own, as in
    ``${aws:PrincipalTag/team}``. One that is never closed hides nothing.

    Args:
        text: what to split.
        divider: one character.
        limit: the most splits to make; -1 for all.
    """
    if "${" not in text and "<" not in text:
        return text.split(divider, limit)
    last = {opening: text.rfind(closing) for opening, closing in _BRACES.items()}
    found: list[str] = []
    start = hidden = 0
    for token in _tokens(divider).finditer(text):
        at, mark = token.start(), token[0]
        if at < hidden:
            continue
        if mark != divider:
            hidden = text.find(_BRACES[mark], at) if last[mark] > at else hidden
        elif len(found) != limit:
            found.append(text[start:at])
            start = at + 1
    found.append(text[start:])
    return found


@functools.cache
def _tokens(divider: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(mark) for mark in (*_BRACES, divider)))
