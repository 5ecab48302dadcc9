"""The sentence with which AWS denies a call, found anywhere in a text.

Time is linear in the text: white space is made even first, and each pattern looks at a stretch of
bounded length.
"""

import re
from collections.abc import Iterator

from payguard.denial.wording import POLICY_NAMES
from payguard.iam.document import SESSION
from payguard_policies.named_tuple import NamedTuple

# An ARN has 2,048 characters at most, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
ARN = 2100
_BEFORE = 400  # of the SDK's words before a sentence
# Colours and whatever else terminals are told, and the addresses of links.
_ESCAPES = re.compile(
    rf"\x1b(?:\[[0-?]{{0,40}}[ -/]{{0,4}}[@-~]|\][^\x07\x1b]{{0,{ARN}}}(?:\x07|\x1b\\))"
)
# Quotes as chats and word processors set them, and signs without a width, which come with a copy.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e", '"'),
        **dict.fromkeys("\u2018\u2019\u201a", "'"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"),
    }
)
# Line ends inside a JSON string and in HTML, and the frame that Terraform draws around an error.
_FRAME = (
    ("<br>", " "),
    ("<br/>", " "),
    ("&quot;", '"'),
    ("\\n", " "),
    ("\\r", " "),
    ("\\t", " "),
    ('\\"', '"'),
    ("│", " "),
    ("╷", " "),
    ("╵", " "),
)

_MARK = re.compile(r"is not authorized to perform(?::? |:)", re.IGNORECASE)
ACTION = re.compile(r"[\['\"`]?([A-Za-z0-9-]{1,64}:[A-Za-z0-9*]{1,128})[\]'\"`]?", re.ASCII)
_RESOURCE = re.compile(
    rf' on (?:the )?resource:? (?:"([^"]{{1,{ARN}}})"'
    # IAM names users and roles in two words.
    rf"|((?:user|role|group|policy|instance profile|mfa) (?!because |with )\S{{1,{ARN}}}"
    rf"|\S{{1,{ARN}}}))",
    re.IGNORECASE,
)
# The rest of a resource that was broken at the end of a line, as terminals and mail programs do.
_REST = re.compile(rf" (\S{{1,{ARN}}})(?= because no | (?:with|due to) an explicit deny)")
# As the names of kinds of policies stand in messages: to the kind, and as a part of a pattern.
KINDS = {name.lower(): kind for kind, (_, name) in POLICY_NAMES.items()}
KINDS["sessions policy"] = SESSION  # as AWS's own page misspells it
NAMES = "|".join(sorted(map(re.escape, KINDS), key=len, reverse=True))
_IMPLICIT = re.compile(rf"[.,]? because (?:no|the) ({NAMES}) allows the ", re.IGNORECASE)
_EXPLICIT = re.compile(
    r"[.,]? (?:with|due to) an explicit deny"
    rf"(?: (?:in|transitively through) (?:an?|the) ({NAMES}))?"
    rf"(?: transitively through (?:an?|the) ({NAMES}))?"
    rf"(?:: (arn:\S{{1,{ARN}}}))?",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"\(([A-Za-z.]{1,80})\)(?: when calling the ([A-Za-z0-9]{1,128}) operation)?"
    r"|operation error [A-Za-z0-9 -]{1,80}: ([A-Za-z0-9]{1,128}),"
    r"|\b([A-Za-z]{1,60}Exception|AccessDenied|UnauthorizedOperation)(?=:)",
    re.ASCII,
)
_ENDS = ".,;:)]}'\""


class Sentence(NamedTuple):
    """What a sentence says; empty, or None, where it does not say it.

    Attributes:
        principal: the ARN of who asked; None where nobody was known.
        action: what for.
        resource: on what.
        layer: the kind of the policy that denied, one of ``payguard.iam.document.POLICY_TYPES``.
        through: the kind of the policy through which it did, for "transitively through".
        explicit: whether it denied, or did not allow.
        policy: the ARN of that policy.
        code: the error code that stands before it.
        operation: the API operation that stands before it.
    """

    principal: str | None
    action: str
    resource: str
    layer: str
    through: str
    explicit: bool | None
    policy: str
    code: str
    operation: str


def even(text: str) -> str:
    """Return a text on one line: without colours and frames, each white space one blank."""
    text = _ESCAPES.sub("", text).translate(_SIGNS)
    for sign, instead in _FRAME:
        text = text.replace(sign, instead)
    return " ".join(text.split())


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences in a text that was made even, from first to last."""
    end = 0
    for mark in _MARK.finditer(text):
        action = ACTION.match(text, mark.end())
        if action is None:
            continue
        start, principal = _principal(text, max(end, mark.start() - ARN), mark.start())
        end = action.end()
        about, quoted, end = _resource(text, end)
        code, operation = called(text[max(0, start - _BEFORE) : start])
        layer, through, explicit, policy, end = _reason(text, end)
        if explicit is None and not quoted:
            about = about.rstrip(_ENDS)  # what follows is of the text around it
        yield Sentence(
            principal, action[1], about, layer, through, explicit, policy, code, operation
        )


def _resource(text: str, at: int) -> tuple[str, bool, int]:
    """Return the resource, whether it stands in quotes, and where it ends; empty if none is told."""
    found = _RESOURCE.match(text, at)
    if found is None:
        return "", False, at
    if found[1]:
        return found[1], True, found.end()
    rest = _REST.match(text, found.end()) if " " not in found[2] else None
    about = found[2] + (rest[1] if rest else "")
    return about.strip("'`"), False, rest.end() if rest else found.end()


def called(before: str) -> tuple[str, str]:
    """Return the error code and the operation that the SDK's words before a message tell."""
    code = operation = ""
    for found in _CALLED.finditer(before):
        code = found[1] or found[4] or code
        operation = found[2] or found[3] or operation
    return code.rpartition(".")[2], operation


def _principal(text: str, low: int, mark: int) -> tuple[int, str | None]:
    """Return where the sentence begins, and the principal that stands before its mark."""
    before = text[low:mark].rstrip(" ")
    start = before.rfind(" ") + 1
    word = before[start:]
    lead = before[:start].rstrip(" ")
    label = next((one for one in ("User:", "Principal:", "Identity:") if lead.endswith(one)), "")
    at = low + len(lead) - len(label) if label else low + start
    for one in ("User:", "Principal:", "Identity:"):  # as some services write it, without a blank
        word = word[word.rfind(one) + len(one) :] if one in word else word
    word = word.strip("\"'`")
    if word.lower() == "anonymous":
        return at, None
    return at, word if label or word.startswith("arn:") else ""


def _reason(text: str, at: int) -> tuple[str, str, bool | None, str, int]:
    """Return layer, what it denied through, whether explicitly, the policy, and where it ends."""
    implicit = _IMPLICIT.match(text, at)
    if implicit is not None:
        return KINDS[implicit[1].lower()], "", False, "", implicit.end()
    explicit = _EXPLICIT.match(text, at)
    if explicit is None:
        return "", "", None, "", at
    layer = KINDS.get((explicit[1] or "").lower(), "")
    through = KINDS.get((explicit[2] or "").lower(), "")
    return layer, through, True, (explicit[3] or "").rstrip(_ENDS), explicit.end()
