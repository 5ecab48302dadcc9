"""Policies with values that are not known: what holds whatever they will be.

Rules read plain documents. A document with gaps is shown to them filled in several ways; what they
say each time, of a place that is known, does not hang on the gaps.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from payguard import pointer
from payguard.iam.unresolved import Unresolved
from payguard.infrastructure import Document

_WAYS = 3
_ACCOUNT = "999988887777"
_ARNS = (
    "*",
    f"arn:aws:bedrock-agentcore:us-east-1:{_ACCOUNT}:payment-manager/unknown-a1b2c3d4e5",
    "arn:aws:s3:::unknown",
)
_ACTIONS = ("*", "bedrock-agentcore:GetPaymentSession", "s3:ListAllMyBuckets")
_TEXTS = ("unknown", "*", "0")
_CONDITIONS: tuple[Any, ...] = (
    {"StringEquals": {"aws:PrincipalTag/unknown": "a"}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringLike": {"aws:ResourceTag/unknown": "b*"}},
)
_PRINCIPALS: tuple[Any, ...] = (
    {"AWS": f"arn:aws:iam::{_ACCOUNT}:role/unknown"},
    {"AWS": f"arn:aws:iam::{_ACCOUNT}:root"},
    {"Service": "lambda.amazonaws.com"},
)
_STATEMENT = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
_EFFECTS = ("Allow", "Deny", "Allow")


def is_open(document: Document) -> bool:
    """Tell whether something about a document is not known."""
    return bool(document.unresolved)


def fillings(document: Document) -> Iterator[Mapping[str, Any]]:
    """Yield the document with its gaps filled, in several ways."""
    for way in range(_WAYS):
        yield _filled(document.value, (), way)


def hangs_on_gap(document: Document, at: str) -> bool:
    """Tell whether a place of a document is one that is not known, or below one."""
    return any(at == gap or at.startswith(f"{gap}/") for gap, _ in document.unresolved)


def is_of_statement(gap: tuple[str, Unresolved]) -> bool:
    """Tell whether a gap is one statement or all of them: what they are about is not known."""
    head, _, rest = gap[0].removeprefix("/").partition("/")
    return head in ("", "Statement") and (not rest or rest.isdigit())


def _filled(value: Any, path: tuple[str, ...], way: int) -> Any:
    if isinstance(value, Unresolved):
        return _stand_in(value, path, way)
    if isinstance(value, dict):
        return {key: _filled(item, (*path, str(key)), way) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, (*path, str(at)), way) for at, item in enumerate(value)]
    return value


def _stand_in(value: Unresolved, path: tuple[str, ...], way: int) -> Any:
    """Return what stands for a gap: by the element that it is part of."""
    if path == ("Statement",) or (len(path) == 2 and path[0] == "Statement"):
        return [_STATEMENT] if len(path) == 1 else dict(_STATEMENT)
    inside = path[2:] if len(path) > 2 and path[1].isdigit() else path[1:]
    if not inside:
        return _text(value, _TEXTS, way)
    element, whole = inside[0], len(inside) == 1
    if whole and element in _WHOLE:
        return _WHOLE[element][way]
    return _text(value, _KINDS.get(element, _TEXTS), way)


_WHOLE: dict[str, tuple[Any, ...]] = {
    "Condition": _CONDITIONS,
    "Principal": _PRINCIPALS,
    "NotPrincipal": _PRINCIPALS,
    "Effect": _EFFECTS,
}
_KINDS: dict[str, tuple[str, ...]] = {
    "Resource": _ARNS,
    "NotResource": _ARNS,
    "Action": _ACTIONS,
    "NotAction": _ACTIONS,
    "Principal": (
        f"arn:aws:iam::{_ACCOUNT}:role/unknown",
        _ACCOUNT,
        f"arn:aws:iam::{_ACCOUNT}:root",
    ),
}
# What stands for a star in a text that is known in part, and for a question mark.
_STARS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: text.replace("*", "unknown").replace("?", "0"),
    lambda text: text.replace("*", "x").replace("?", "a"),
)


def _text(value: Unresolved, choices: tuple[str, ...], way: int) -> str:
    return choices[way] if value.pattern == "*" else _STARS[way](value.pattern)


def gaps(document: Document) -> Iterator[tuple[str, Unresolved]]:
    """Yield the gaps of a document, those inside a larger one left out."""
    places = {at for at, _ in document.unresolved}
    for at, unresolved in document.unresolved:
        if pointer.parent(at) not in places:
            yield at, unresolved
