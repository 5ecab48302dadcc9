"""Why a value that is no ARN is refused: an ID, a name, a token, a number, a free text."""

from collections.abc import Callable

from payguard.identifiers.problem import Problem, counted, placeholder, with_article
from payguard.identifiers.registry import KINDS
from payguard.identifiers.shape import Bounds
from payguard.identifiers.trial import Trial, unwanted
from payguard.quotation import quote
from payguard_policies import catalog

_FREE = ("text", "token")  # braces may stand in them
_NAMES = {"manager-id": "PaymentManagerName", "connector-id": "PaymentConnectorName"}


def explain_value(trial: Trial, text: str) -> list[Problem]:
    """Return why ``trial.accepts`` refuses ``text``; empty if no reason is known."""
    if not text:
        message = f"the {trial.kind.title} is empty"
        return [trial.problem("missing", text, message)]
    hole = placeholder(text) if trial.kind.family not in _FREE else ""
    if hole:
        message = f"{quote(hole)} is a placeholder, expected {with_article(trial.kind.title)}"
        return [trial.problem("placeholder", hole, message, f"put the {trial.kind.title} there")]
    return _FAMILIES[trial.kind.family](trial, text)


def explain_number(bounds: Bounds, text: str) -> Problem:
    """Return why ``bounds`` refuse ``text``."""
    if not Bounds("", "", None, None).accepts(text):
        message = f"{quote(text)} is no whole number" if text else "the page size is empty"
        return Problem("number", text, message, code="max-results-number")
    value = int(text)
    if bounds.least is not None and value < bounds.least:
        message = f"{value:,} is below {bounds.least:,}, the least that {bounds.taker} takes"
        return Problem("number", text, message, code="max-results-low")
    message = f"{value:,} is above {bounds.most:,}, the most that {bounds.taker} takes"
    return Problem("number", text, message, code="max-results-high")


def _suffixed(trial: Trial, text: str) -> list[Problem]:
    problems = unwanted(trial, text)
    body, dash, suffix = text.rpartition("-")
    expected = trial.kind.example.rpartition("-")[2]
    if not dash or len(suffix) != len(expected):
        problems.append(_suffix(trial, text, suffix if dash else "", len(expected)))
    elif not problems and not trial.accepts(f"{body}-{expected}"):
        problems.append(_body(trial, body))
    return problems


def _suffix(trial: Trial, text: str, suffix: str, expected: int) -> Problem:
    maker = trial.kind.title.removesuffix(" ID")
    mend = f"the service adds the suffix when it creates the {maker}: copy the ID from its answer"
    # A mixture of letters and digits was meant as the suffix; a word is part of the name.
    mixed = any(c.isdigit() for c in suffix) and any(c.isalpha() for c in suffix)
    if mixed and len(suffix) >= expected // 2:
        message = f"the suffix {quote(suffix)} has {counted(len(suffix), 'character')}, expected {expected}"
    else:
        message = f"the ID {quote(text)} lacks its ten-character suffix"
    return trial.problem("suffix", text, message, mend)


def _body(trial: Trial, body: str) -> Problem:
    if not body:
        return trial.problem("name", body, "there is no name before the suffix")
    if body[0] == "-" or body[-1] == "-" or "--" in body:
        message = f"the name part {quote(body)} has a hyphen that no letter or digit follows"
        if body[0] == "-":
            message = f"the name part {quote(body)} starts with a hyphen"
        return trial.problem("hyphen", body, message)
    most = catalog.string_shape("control", _NAMES[trial.kind.subject]).max
    message = (
        f"the name part has {counted(len(body), 'character')}; "
        f"a {trial.kind.title.removesuffix('ID')}name has at most {most}"
    )
    return trial.problem("length", body, message)


def _prefixed(trial: Trial, text: str) -> list[Problem]:
    stem, dash, example = trial.kind.example.rpartition("-")
    prefix = stem + dash
    if not text.startswith(prefix):
        message = f"{quote(text)} does not start with {quote(prefix)}"
        return [trial.problem("prefix", text, message, _other_kind(trial, text))]
    rest = text[len(prefix) :]
    problems = unwanted(trial, rest)
    if len(rest) != len(example):
        length = counted(len(rest), "character") if rest else "nothing"
        message = f"{length} after {quote(prefix)}, expected {len(example)}"
        problems.append(trial.problem("length", rest, message))
    return problems


def _other_kind(trial: Trial, text: str) -> str:
    for kind in KINDS.values():
        stem = kind.example.rpartition("-")[0]
        if kind.family == "prefixed" and kind is not trial.kind and text.startswith(stem + "-"):
            return f"this is a {kind.title}"
    return ""


def _uuid(trial: Trial, text: str) -> list[Problem]:
    problems = unwanted(trial, text.replace("-", ""))
    expected = [len(group) for group in trial.kind.example.split("-")]
    found = [len(group) for group in text.split("-")]
    if found != expected:
        problems.append(trial.problem("uuid", text, _groups(text, found, expected)))
    return problems


def _groups(text: str, found: list[int], expected: list[int]) -> str:
    shape = "-".join(map(str, expected))
    if len(found) == 1 and found[0] == sum(expected):
        return f"the hyphens of the UUID are missing; expected groups of {shape} digits"
    if len(found) != len(expected):
        groups = counted(len(found), "group")
        return f"{quote(text)} is no UUID: it has {groups}, expected {shape} hexadecimal digits"
    wrong = next(i for i, length in enumerate(found) if length != expected[i])
    return (
        f"{quote(text)} is no UUID: group {wrong + 1} has "
        f"{counted(found[wrong], 'character')}, expected {expected[wrong]}"
    )


def _name(trial: Trial, text: str) -> list[Problem]:
    problems = [*unwanted(trial, text), *_length(trial, text)]
    if problems or trial.accepts(text):
        return problems
    message = f"{with_article(trial.kind.title)} starts with a letter; found {quote(text[0])}"
    return [trial.problem("start", text, message)]


def _token(trial: Trial, text: str) -> list[Problem]:
    problems = [*unwanted(trial, text), *_length(trial, text)]
    if problems or trial.accepts(text):
        return problems
    message = f"{with_article(trial.kind.title)} starts and ends with a letter or a digit; found {quote(text)}"
    return [trial.problem("ends", text, message)]


def _text(trial: Trial, text: str) -> list[Problem]:
    return _length(trial, text)


def _length(trial: Trial, text: str) -> list[Problem]:
    length = counted(len(text), "character")
    if trial.most is not None and len(text) > trial.most:
        message = f"the {trial.kind.title} has {length}, expected at most {trial.most:,}"
    elif trial.least is not None and len(text) < trial.least:
        message = f"the {trial.kind.title} has {length}, expected at least {trial.least:,}"
    else:
        return []
    return [trial.problem("length", text, message)]


_FAMILIES: dict[str, Callable[[Trial, str], list[Problem]]] = {
    "suffixed": _suffixed,
    "prefixed": _prefixed,
    "uuid": _uuid,
    "name": _name,
    "token": _token,
    "text": _text,
}
