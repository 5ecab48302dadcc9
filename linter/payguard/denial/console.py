"""A denial as AWS's console tells it, in lines that are to be sent to an administrator.

https://cloudscape.design/patterns/general/errors/error-messages
"""

import re
from collections.abc import Iterator

from payguard.denial.sentence import ACTION, ARN, KINDS, NAMES, Sentence

_BEFORE = 2 * ARN + 400  # characters from the first word to the last
_WHO, _SERVICE, _ACTION, _RESOURCE = "User:", "Service:", "Action:", "On resource(s):"
_CONTEXT = re.compile(
    rf"Context: ?\[?(?:no ({NAMES}) allows|(?:an?|the) ({NAMES}) explicitly denies)", re.IGNORECASE
)


def sentences(text: str) -> Iterator[Sentence]:
    """Yield what the console told of denials in a text that was made even, from first to last."""
    end = 0
    for context in _CONTEXT.finditer(text):
        before = text[max(end, context.start() - _BEFORE) : context.start()]
        end = context.end()
        # Whoever copies it loses line ends: "User: arn:...:user/aliceAction: iam:ListUsers".
        caller, _, called = before.rpartition(_WHO)[2].partition(_ACTION)
        who, _, service = caller.partition(_SERVICE)
        name, _, resource = called.partition(_RESOURCE)
        action = _word(name) if ":" in name else f"{_word(service).lower()}:{_word(name)}"
        if ACTION.fullmatch(action) is None:
            continue
        layer = KINDS[(context[1] or context[2]).lower()]
        explicit = bool(context[2])
        yield Sentence(_word(who), action, _word(resource), layer, "", explicit, "", "", "")


def _word(text: str) -> str:
    """Return the first word of a text, which may stand in brackets."""
    return text.strip().partition(" ")[0].strip("[],")
