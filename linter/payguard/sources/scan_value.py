"""ARNs and IDs of payments that stand by themselves in a text, and what is wrong with one."""

import functools
import re
import string
from collections.abc import Iterable, Iterator

from payguard.finding import Location
from payguard.identifiers import arn_field
from payguard.identifiers.arn import FIELDS, parse_arn
from payguard.identifiers.diagnosis import check
from payguard.identifiers.identification import identify
from payguard.identifiers.problem import ERROR, Problem
from payguard.identifiers.registry import KINDS, accepted, required_shapes
from payguard.identifiers.shape import LONGEST
from payguard.infrastructure import Value
from payguard.sources.position import Lines
from payguard.sources.scan_token import Token, tokens
from payguard_policies import PAYMENTS_SERVICE, catalog

_ARNS = tuple(kind.name for kind in KINDS.values() if PAYMENTS_SERVICE in kind.services)
_PREFIXED = tuple(kind for kind in KINDS.values() if kind.family == "prefixed")

# A name that ends so, its marks aside, says what its value is; ``payment`` stands before or in it.
_NAMED = {
    "managerarn": "payment-manager-arn",
    "managerid": "payment-manager-id",
    "connectorid": "payment-connector-id",
    "instrumentid": "payment-instrument-id",
    "sessionid": "payment-session-id",
    "paymentcredentialproviderarn": "credential-provider-arn",
}
_NAME = f"{string.ascii_letters}{string.digits}_.-"
_QUOTES = "\"'`"
_NEAR = 200  # how far back a name and what follows it may reach
_IDS = ("payment-manager-id", "payment-connector-id")
# The data plane refuses "_" in a connector's ID and the control plane does not: nobody knows what
# the service itself makes of a connector whose name has one.
_DISPUTED = frozenset({"payment-connector-id", "payment-connector-arn"})

_PLAIN = re.compile(r"[\w./:-]+|[^*?<>{}$%\[\]()|\\^\s\"'`]+")
# Words that say that something else belongs there; whole ones, between the marks of an identifier.
_STAND_IN = re.compile(
    r"(?<![a-z0-9])(?:your|my|some|example|sample|placeholder|replace|change-?me|todo|dummy|fake|mock"
    r"|x{3,}|\.{3,})(?![a-z0-9])",
    re.IGNORECASE,
)
# How the service makes an ID: fifteen characters of all three sorts, give or take two for a slip of
# the hand. Other systems name things "payment-session-..." as well, but not so.
_MADE = re.compile(r"(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])[0-9A-Za-z]{13,17}")
_DIRECTION = re.compile(r"(?:[a-z]{1,6}-)?(?:north|south)?(?:east|west|central)?")
_SUFFIX = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[0-9A-Za-z]{8,12}")


def values(path: str, lines: Lines) -> Iterator[tuple[int, Value]]:
    """Yield the ARNs and IDs of payments in a text, well-formed or not, and where each starts.

    Args:
        path: the file, as the user named it.
        lines: the lines of its text.
    """
    for token in tokens(lines.text):
        if not _is_meant(token, lines.text):
            continue
        span = lines.span(token.start, token.start + len(token.text))
        yield token.start, Value(token.text, Location(path, span), lines.line(span.line))


def defects(value: Value) -> tuple[Problem, ...]:
    """Return what is wrong with an ARN or ID of payments; nothing for anything else.

    Nothing is said about a placeholder, a template or a pattern, about a value of one of the
    accounts of AWS's examples, nor about what planes of the service disagree on. Where the name
    before the value says what it is, as in ``PAYMENT_SESSION_ID=...``, it is judged as that.
    """
    text = value.text
    if not _is_whole(text):
        return ()
    kind = _named(value) or _kind(text)
    if kind is None or _is_example(text):
        return ()
    if kind in _DISPUTED and any(shape.accepts(text) for shape in required_shapes(kind)):
        return ()
    found = tuple(_certain(check(kind, text)))
    return () if any(problem.code == "placeholder" for problem in found) else found


def _certain(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield the errors, and of the notes those that are errors in a value that is to be used.

    The models take any region; one that no partition has, or would name so, is wrong for sure.
    """
    for problem in problems:
        wrong = problem.code == "region-partition" or (
            problem.code == "unknown-region" and not _may_come(problem.found)
        )
        if problem.severity == ERROR or wrong:
            yield problem._replace(severity=ERROR)


def _may_come(region: str) -> bool:
    """Tell whether a region that AWS does not have yet is named as it names them."""
    middle = region.partition("-")[2].rpartition("-")[0]
    named = any(arn_field.is_future_region(name, region) for name in catalog.partitions())
    return named and _DIRECTION.fullmatch(middle) is not None


def _is_whole(text: str) -> bool:
    """Tell whether a text stands for itself: no pattern, no hole, no word for another."""
    return len(text) <= LONGEST and bool(_PLAIN.fullmatch(text)) and not _STAND_IN.search(text)


def _is_meant(token: Token, text: str) -> bool:
    """Tell whether a token is an ARN or ID, or was surely meant as one."""
    if _kind(token.text) is not None:
        return True
    before = text[max(0, token.start - _NEAR) : token.start].rpartition("\n")[2]
    return _expected(before, token.text) is not None


def _named(value: Value) -> str | None:
    end = value.location.span.column - 1
    return _expected(value.source[max(0, end - _NEAR) : end], value.text)


def _expected(before: str, text: str) -> str | None:
    """Return the kind that the name before a text says it is; None if it says none.

    A bare word says too little: only an ARN, or what ends as the IDs of the service do, is judged.
    """
    name = _name_at_end(before)
    kind = next((kind for end, kind in _NAMED.items() if name.endswith(end)), None)
    if kind is None or "payment" not in name:
        return None
    if text.startswith("arn:") or _kind(text) is not None:
        return kind
    return kind if kind in _IDS and _SUFFIX.fullmatch(text.rpartition("-")[2]) else None


def _name_at_end(before: str) -> str:
    """Return the name to which something is assigned, in lower case, without its marks."""
    left = before.rstrip(_QUOTES).rstrip(" \t")
    if left[-1:] not in (":", "="):
        return ""
    left = left[:-1].rstrip(" \t").rstrip(_QUOTES)
    return re.sub(r"[^a-z0-9]", "", left[len(left.rstrip(_NAME)) :].lower())


@functools.lru_cache(maxsize=4096)
def _kind(text: str) -> str | None:
    """Return the kind of payments ARN or ID that a text is or was meant to be."""
    if text.startswith("arn:"):
        right = next((name for name in _ARNS if accepted(name, text)), None)
        name = right or identify(text).kind or _incomplete(text)
        return name if name in _ARNS else None
    for kind in _PREFIXED:
        stem = kind.example.rpartition("-")[0] + "-"
        if text.startswith(stem) and _MADE.fullmatch(text[len(stem) :]):
            return kind.name
    return None


def _incomplete(text: str) -> str | None:
    """Return the kind of an ARN that lacks a field, as far as its end can tell."""
    fields = text.split(":")
    last = fields[-1].split("/")
    whole = len(fields) < len(FIELDS) and last[0] == "payment-manager"
    return "payment-manager-arn" if whole and len(last) == 2 else None


def _is_example(text: str) -> bool:
    """Tell whether an ARN names no real account or region: one of AWS's examples, or a word."""
    arn = parse_arn(text)
    if arn is None:
        return False
    return _is_made_up(arn.account) or arn.region.isupper() or arn.region.endswith("region")


def _is_made_up(account: str) -> bool:
    """Tell whether somebody made an account up: counted, typed one key, or wrote a word."""
    digits = frozenset(account) & frozenset(string.digits)
    return (
        arn_field.documentation_account(account) is not None
        or account.startswith("123456789")
        or (account != "" and "123456789".startswith(account))
        or len(frozenset(account)) == 1
        or (account != "" and not digits)
    )
