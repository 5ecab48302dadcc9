"""Where in a text ARNs and IDs of payments stand: found by what every one of them holds.

The patterns of the identifiers themselves are matched in full, never searched for: a search costs
seconds for a megabyte. A word that goes on in a hole, or that code puts together, is no whole
identifier and is passed over, and so are patterns, addresses and paths.
"""

import re
from collections.abc import Iterator

from payguard.identifiers.shape import LONGEST
from payguard_policies.named_tuple import NamedTuple

# Stands in every ARN or ID that is looked for.
_SIGNS = (
    ":bedrock-agentcore:",
    ":payment-manager/",
    "/paymentcredentialprovider/",
    "payment-session-",
    "payment-instrument-",
)
# .env files name what has no sign of its own.
_NAMES = ("CONNECTOR_ID=", "MANAGER_ID=")
_PREFIXES = ("payment-session-", "payment-instrument-")

# Hyphens and invisible characters that get into an identifier when it is copied out of a document.
_DISGUISED = "\u00ad\u200b\u200c\u200d\u2010\u2011\u2012\u2013\u2060\u2212\ufeff"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_WORD = f"{_LETTERS}-_./:*?{_DISGUISED}"
_QUOTES = "\"'`"
_BOLD = "**"  # Markdown's

# What follows a word that goes on: a hole, a part of a pattern, an ellipsis.
_GOES_ON = frozenset("{<$%[(+|^@=…")
# An escape that ends a line or a string, and a tag that closes, end the word as well.
_ENDS = re.compile(r"\\[nrt\"'`\\\r\n]|</|<br\b|\|\s|\|$", re.MULTILINE)
# After a closing quote: more of the same text, or something that is done with it.
_JOINED = re.compile(
    r"\s{0,200}(?:[+%&]|\.(?:concat|format|join|replace)\b|\.\s?\$)"
    r"|[^\S\n]{0,200}\\?\r?\n\s{0,200}[fFrRbB]?[\"'`]"
)


class Token(NamedTuple):
    """A word of a text that may be an ARN or ID, and where it starts."""

    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """Yield what may be an ARN or ID of payments, in order; time is linear."""
    done = 0
    for at in _signs(text):
        if at < done:
            continue
        start = at - _run(text[max(done, at - LONGEST) : at], from_end=True)
        done = at + _run(text[at : at + LONGEST])
        token = _token(text, start, done)
        if token is not None:
            yield token


def _signs(text: str) -> list[int]:
    """Return where the signs stand."""
    found = list(_all(text, _SIGNS))
    for name in _NAMES:
        ends = (at + len(name) for at in _all(text, (name,)))
        found += (end + (text[end : end + 1] in ("'", '"')) for end in ends)
    return sorted(found)


def _all(text: str, signs: tuple[str, ...]) -> Iterator[int]:
    for sign in signs:
        at = text.find(sign)
        while at >= 0:
            yield at
            at = text.find(sign, at + len(sign))


def _run(text: str, *, from_end: bool = False) -> int:
    """Return how many characters at the start, or the end, of ``text`` a word can have."""
    left = text.rstrip(_WORD) if from_end else text.lstrip(_WORD)
    return len(text) - len(left)


def _token(text: str, start: int, end: int) -> Token | None:
    """Return the identifier in a word; None if it holds no whole one."""
    word = text[start:end]
    if len(word) >= LONGEST or _goes_on(text, end):
        return None
    if word.startswith(_BOLD) and word.endswith(_BOLD):
        start, end = start + len(_BOLD), end - len(_BOLD)
    start += _beginning(text[start:end])
    word = text[start:end].rstrip(".:!")
    before = text[start - 1 : start]
    if before in ("/", "$", "}") and start:
        return None
    cut = word[-1:] in ("-", "_", "/", "") or text[start + len(word) : end].startswith("..")
    if cut or "*" in word or "?" in word or "..." in word:
        return None
    return Token(word, start)


def _beginning(word: str) -> int:
    """Return where in a word the identifier starts: after a key and its colon, or at once."""
    arn = word.rfind("arn:")
    if arn >= 0:
        return arn if not word[arn - 1 : arn].isalnum() or not arn else 0
    last = max(word.rfind(prefix) for prefix in _PREFIXES)
    return last if last > 0 and word[last - 1] == ":" else 0


def _goes_on(text: str, end: int) -> bool:
    """Tell whether what ends at ``end`` is only a part of a longer text."""
    after = text[end : end + 1]
    if after == "\\" or after in ("<", "|"):
        return not _ENDS.match(text, end)
    if after in _GOES_ON and after:
        return True
    return after in _QUOTES and after != "" and _JOINED.match(text, end + 1) is not None
