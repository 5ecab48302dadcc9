"""Text from AWS and SDKs, made fit to be shown: without credentials, tokens and session names."""

import re
import threading
from collections.abc import Iterable, Iterator

from payguard.reporters.plain_text import plain, shortened

HIDDEN = "***"
_LEAST = 4  # characters of a secret that is looked for: less is found in any text
_PATTERNS = (
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    (re.compile(r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,124}\b"), HIDDEN),
    (
        re.compile(r"(:(?:assumed-role|federated-user)/[^/\s\"']{1,64}/)[^\s\"',;]{1,128}"),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(:federated-user/)[^/\s\"',;]{1,64}"), rf"\1{HIDDEN}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{4,8192}(?:\.[A-Za-z0-9_-]{0,8192}){0,4}"), HIDDEN),  # a JWT
    (re.compile(r"(?i)(\bbearer\s{1,8})[^\s\"',;]{1,8192}"), rf"\1{HIDDEN}"),
    (
        re.compile(r"(?i)(\b(?:signature|credential|x-amz-security-token)=)[^\s\"',;&]{1,8192}"),
        rf"\1{HIDDEN}",
    ),
    # Session tokens and secret keys: long runs of base64, which no ARN and no sentence holds.
    (re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/]{40,8192}={0,2}(?![A-Za-z0-9+/=_-])"), HIDDEN),
)
_MOST = 4096  # characters of which some are shown
_LONGEST = 8192  # characters of a secret: one that begins among those may end so far beyond


def shown(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text on one line, shortened, with what must not be seen replaced.

    Args:
        text: such as the message of an error.
        secrets: texts that must not be seen, whatever they look like.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        if len(secret) >= _LEAST:
            text = text.replace(secret, HIDDEN)
    text = text[: _MOST + _LONGEST]
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return shortened(plain(" ".join(text[:_MOST].split())), 300)


class Secrets:
    """The texts of a run that must not be seen; any thread may add some."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts: set[str] = set()

    def add(self, texts: Iterable[str]) -> None:
        """Add texts that are to be hidden from now on."""
        with self._lock:
            self._texts.update(texts)

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            return iter(tuple(self._texts))
