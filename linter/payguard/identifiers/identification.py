"""What a text is: which kind of identifier, part by part, and what is wrong with it."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from payguard.identifiers import arn_field
from payguard.identifiers.arn import FIELDS, outside_braces
from payguard.identifiers.diagnosis import check
from payguard.identifiers.kind import Kind
from payguard.identifiers.policy_arn import check_policy_arn
from payguard.identifiers.problem import (
    ERROR,
    MARKS,
    Problem,
    counted,
    listed,
    placeholder,
    with_article,
)
from payguard.identifiers.registry import KINDS, accepted, required_shapes
from payguard.identifiers.resource_family import payments_families
from payguard.identifiers.shape import LONGEST
from payguard.identifiers.template import VARIABLES, Template, resource_template, variable
from payguard.quotation import quote
from payguard_policies import PAYMENTS_SERVICE, catalog
from payguard_policies.named_tuple import NamedTuple

_NEAR = 0.75
_WORDS = 100
_SHOWN = 3
_LIKE_UUID = re.compile(r"[0-9a-zA-Z]{1,12}(?:-[0-9a-zA-Z]{1,12}){4}")
_PAGE_SIZE = re.compile(r"-?[0-9]{1,4}")
_SLIP = 0.1
_WORDY = ("name", "text", "token")
_NAMES = tuple(kind.name for kind in KINDS.values() if kind.family == "name")
_LOOSE = ("user-id", "agent-name", "next-token")
_LABELS = {
    "DirectoryId": "workload identity directory",
    "RoleNameWithPath": "role name",
    "KeyId": "key ID",
    "SecretId": "secret name",
}


class Identification(NamedTuple):
    """What payguard takes a text for.

    Attributes:
        text: the text itself.
        kind: the name of its kind, or of the nearest one; None where several fit, or none.
        title: what it is, in words.
        parts: label and value of each part, in order.
        problems: what is wrong with it as that kind, and what is notable.
        candidates: the names of all kinds that it could be, the likeliest first.
    """

    text: str
    kind: str | None
    title: str
    parts: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    candidates: tuple[str, ...] = ()


def identify(text: str) -> Identification:
    """Say what an ARN, an ID or a name is, whatever the text holds."""
    if len(text) > LONGEST:
        message = f"{len(text):,} characters: no identifier is longer than {LONGEST:,}"
        problem = Problem("text", text, message, code="text-length")
        return Identification(text, None, "no identifier", problems=(problem,))
    stripped = text.strip()
    if len(stripped.splitlines()) > 1:
        return _pasted(text, stripped)
    return _marked(text, stripped) or _seen(_single(text, stripped))


def _single(text: str, stripped: str) -> Identification:
    if _looks_like_arn(stripped):
        return _arn(text, stripped)
    return _everyday(text, stripped) or _bare(text, stripped)


def _marked(text: str, stripped: str) -> Identification | None:
    """Identify what was copied with the quotation marks or the comma around it."""
    alone = stripped.strip(MARKS)
    if alone == stripped:
        return None
    found = _seen(_single(alone, alone))
    if not _is_telling(found) and not _looks_like_arn(alone):
        return None
    message = f"there are quotation marks or commas around the {found.title}"
    problem = Problem("text", text, message, f"write {quote(alone)}", code="marks-around")
    return found._replace(text=text, problems=(problem, *found.problems))


def _is_telling(found: Identification) -> bool:
    """Tell whether the kind was told by the text itself: almost any word is a name or a token."""
    return found.kind is not None and KINDS[found.kind].family not in _WORDY


def _seen(found: Identification) -> Identification:
    """Refuse what holds invisible characters, even where AWS's models let any text through."""
    hidden = next(
        (character for character in found.text.strip() if not character.isprintable()), ""
    )
    if not hidden or any(problem.severity == ERROR for problem in found.problems):
        return found
    message = f"the invisible character {quote(hidden)} stands in the text"
    problem = Problem("text", hidden, message, "remove it", code="invisible-character")
    if found.kind is None and found.candidates:
        return Identification(found.text, None, "no identifier", problems=(problem,))
    return found._replace(problems=(*found.problems, problem))


def _looks_like_arn(text: str) -> bool:
    fields = text.split(":", len(FIELDS) - 1)
    if fields[0].lower() == "arn":
        return True
    return len(fields) == len(FIELDS) and fields[2].lower() in catalog.service_names()


def _pasted(text: str, stripped: str) -> Identification:
    """Identify several lines by the first ARN or ID among them."""
    for word in stripped.split()[:_WORDS]:
        found = _single(word.strip(MARKS), word.strip(MARKS))
        if found.kind and _is_telling(found):
            return found._replace(text=text, problems=check(found.kind, stripped))
    message = f"{len(stripped.splitlines())} lines without an identifier among them"
    problem = Problem("text", text, message, code="several-lines")
    return Identification(text, None, "several lines", problems=(problem,))


# ARNs


def _arn(text: str, stripped: str) -> Identification:
    fields = outside_braces(stripped, ":", len(FIELDS) - 1)
    kind = _nearest(fields)
    parts = _parts(fields, kind)
    name, candidates = (kind.name, (kind.name,)) if kind else (None, ())
    if "*" in stripped or "?" in stripped:
        title = f"{kind.title if kind else 'ARN'} with wildcards, as in a policy"
        problems = check_policy_arn(text)
        return Identification(text, name, title, parts, problems, candidates)
    if kind is None:
        problems = (*check_policy_arn(text), *_unknown_service(fields))
        return Identification(text, None, _other_title(fields), parts, problems)
    problems = check(kind.name, text)
    return Identification(text, name, kind.title, parts, problems, candidates)


def _nearest(fields: list[str]) -> Kind | None:
    """Return the kind of ARN whose resource type and service are closest."""
    if len(fields) < len(FIELDS) or _other_type(fields):
        return None
    scored = [
        (score, -place, kind)
        for place, kind in enumerate(KINDS.values())
        if kind.template and (score := _score(kind, kind.template(), fields))
    ]
    return max(scored)[2] if scored else None


def _score(kind: Kind, template: Template, fields: list[str]) -> float:
    """Return how well fields fit a kind; 0 where the resource type is another one."""
    found = re.split("[/:]", fields[-1])
    types = [place for place, name in enumerate(template.segments) if not variable(name)]
    likeness = [
        _likeness(found[place], template.segments[place]) if place < len(found) else 0.0
        for place in types
    ]
    if not likeness[0]:
        return 0.0
    service = _service_likeness(kind, fields[2])
    if not service:
        return 0.0
    missing = sum(1 for one in likeness if not one)
    fits = template.open_ended or len(found) == len(template.segments)
    return sum(likeness) + service - missing + (0.5 if fits else 0.0)


def _service_likeness(kind: Kind, service: str) -> float:
    near = max(_likeness(service, name) for name in kind.services)
    # ``role`` and ``key`` are common words, and anything can be named like a payment manager:
    # only a service that sounds like AgentCore, or that nobody knows, is taken for a slip.
    slip = service.lower().startswith("bedrock") or service not in catalog.service_names()
    return near or (_SLIP if slip and kind.services[0] == PAYMENTS_SERVICE else 0.0)


def _other_type(fields: list[str]) -> str:
    """Return the resource type, if it is one that the service has and that is no kind here."""
    detail = catalog.detail(fields[2])
    if detail is None:
        return ""
    kinds = {kind.template() for kind in KINDS.values() if kind.template}
    parts = re.split("[/:]", fields[-1])
    for name in detail.resource_types:
        template = resource_template(fields[2], name)
        if template not in kinds and _is_of(template, parts):
            return name
    return ""


def _is_of(template: Template, parts: list[str]) -> bool:
    known = template.segments
    return len(parts) == len(known) and all(
        variable(expected) or expected == found
        for expected, found in zip(known, parts, strict=True)
    )


def _likeness(found: str, expected: str) -> float:
    if found == expected:
        return 1.0
    if placeholder(found) or abs(len(found) - len(expected)) > len(expected):
        return 0.0
    ratio = SequenceMatcher(None, found.lower(), expected).ratio()
    return ratio if ratio >= _NEAR else 0.0


def _parts(fields: list[str], kind: Kind | None) -> tuple[tuple[str, str], ...]:
    named = [
        (label, value) for label, value in zip(FIELDS[1:5], fields[1:5], strict=False) if value
    ]
    if len(fields) < len(FIELDS):
        return tuple(named)
    if kind is None or kind.template is None:
        return (*named, ("resource", fields[-1]))
    return (*named, *_resource_parts(kind.template(), fields[-1]))


def _resource_parts(template: Template, resource: str) -> list[tuple[str, str]]:
    parts = []
    for place, value in enumerate(template.split(resource)):
        expected = template.segments[place] if place < len(template.segments) else ""
        name = variable(expected)
        if place >= len(template.segments):
            parts.append(("further", value))
        elif not name:
            parts.append(("resource type" if place == 0 else "sub-resource type", value))
        elif name in VARIABLES:
            parts += _value_parts(KINDS[VARIABLES[name]], value)
        else:
            parts.append((_LABELS.get(name, "ID"), value))
    return parts


def _value_parts(kind: Kind, value: str) -> list[tuple[str, str]]:
    if kind.family != "suffixed" or not accepted(kind.name, value):
        return [(kind.title, value)]
    name, _, suffix = value.rpartition("-")
    return [(kind.title, value), ("name, lower-cased", name), ("suffix", suffix)]


def _other_title(fields: list[str]) -> str:
    if len(fields) < len(FIELDS):
        return "incomplete ARN"
    if not _is_known(fields[2]):
        return "ARN"
    return " ".join(filter(None, (fields[2], _other_type(fields), "ARN")))


def _is_known(service: str) -> bool:
    return service in catalog.service_names() or service in catalog.unlisted_services()


def _unknown_service(fields: list[str]) -> list[Problem]:
    """Return the problem of a service that no rule on policies dares to call wrong."""
    found = fields[2] if len(fields) == len(FIELDS) else ""
    if not found or found != found.lower() or placeholder(found) or _is_known(found):
        return []
    message = f"payguard knows no service {quote(found)}"
    return [Problem("service", found, message, code="unknown-service")]


# Everything else


def _everyday(text: str, stripped: str) -> Identification | None:
    """Identify what stands inside ARNs: an account, a region, the resource part."""
    if arn_field.like_account(stripped):
        problem = arn_field.account_problem(stripped) or arn_field.documentation_account(stripped)
        return _field(text, "AWS account ID", ("account", stripped), problem)
    if arn_field.like_region(stripped):
        home = arn_field.region_partition(stripped)
        title = f"region of partition {home}" if home else "region"
        return _field(text, title, ("region", stripped), arn_field.region_problem("", stripped))
    start = next((first for first in payments_families() if stripped.startswith(f"{first}/")), "")
    return _resource_part(text, stripped) if start else None


def _field(text: str, title: str, part: tuple[str, str], problem: Problem | None) -> Identification:
    return Identification(text, None, title, (part,), (problem,) if problem else ())


def _resource_part(text: str, stripped: str) -> Identification | None:
    whole = f"arn:aws:{PAYMENTS_SERVICE}:REGION:ACCOUNT:{stripped}"
    kind = _nearest(whole.split(":", len(FIELDS) - 1))
    if kind is None or kind.template is None:
        return None
    message = "this is the resource part of an ARN"
    problem = Problem("prefix", "", message, f"write {quote(whole)}", code="arn-prefix")
    parts = tuple(_resource_parts(kind.template(), stripped))
    title = f"resource part of {with_article(kind.title)}"
    problems = (problem, *_resource_problems(kind, stripped))
    return Identification(text, kind.name, title, parts, problems, (kind.name,))


def _resource_problems(kind: Kind, resource: str) -> list[Problem]:
    arn = ":".join((*kind.example.split(":", len(FIELDS) - 1)[:-1], resource))
    found = check_policy_arn(arn) if "*" in resource or "?" in resource else check(kind.name, arn)
    return [problem for problem in found if problem.severity == ERROR]


def _bare(text: str, stripped: str) -> Identification:
    if not stripped:
        problem = Problem("text", text, "there is no text", code="text-missing")
        return Identification(text, None, "no identifier", problems=(problem,))
    certain = _distinctive(stripped)
    if certain:
        return _known(text, certain, (certain,))
    candidates = _candidates(stripped)
    if len(candidates) == 1:
        return _known(text, candidates[0], candidates)
    if candidates:
        return Identification(text, None, _alternatives(candidates), candidates=candidates)
    hole = placeholder(stripped)
    message = f"{quote(hole)} is a placeholder" if hole else "no kind of identifier looks like this"
    problem = Problem("text", text, message, code="placeholder" if hole else "unknown-kind")
    return Identification(
        text, None, "placeholder" if hole else "no identifier", problems=(problem,)
    )


def _alternatives(candidates: tuple[str, ...]) -> str:
    titles = [KINDS[name].title for name in candidates]
    if len(titles) > _SHOWN:
        titles[_SHOWN:] = [counted(len(titles) - _SHOWN, "other kind")]
    return listed(titles, "or")


def _known(text: str, name: str, candidates: tuple[str, ...]) -> Identification:
    kind = KINDS[name]
    parts = tuple(_value_parts(kind, text.strip()))
    return Identification(text, name, kind.title, parts, check(name, text), candidates)


def _distinctive(text: str) -> str | None:
    """Return the one kind that a text can only be, or was surely meant to be."""
    for kind in KINDS.values():
        if kind.family == "prefixed" and text.lower().startswith(kind.example.rpartition("-")[0]):
            return kind.name
    if _PAGE_SIZE.fullmatch(text):
        return "max-results"
    if _LIKE_UUID.fullmatch(text) and _hexadecimal(text):
        return "process-payment-id"
    if not accepted("payment-manager-id", text) and accepted("payment-manager-id", text.lower()):
        return "payment-manager-id"
    return "payment-connector-id" if _is_disputed_connector(text) else None


def _is_disputed_connector(text: str) -> bool:
    """Tell whether one plane takes a text for a connector ID, and its suffix is like no word."""
    suffix = text.rpartition("-")[2]
    mixed = not suffix.isalpha() and not suffix.isdigit()
    verdicts = {shape.accepts(text) for shape in required_shapes("payment-connector-id")}
    return mixed and len(verdicts) > 1


def _hexadecimal(text: str) -> bool:
    wrong = sum(1 for character in text.lower() if character not in "0123456789abcdef-")
    return len(text) > len(KINDS["process-payment-id"].example) - 6 and wrong <= 2


def _candidates(text: str) -> tuple[str, ...]:
    """Return the kinds that accept a text; the loose ones only where no other does."""
    ids = _accepting(("payment-manager-id", "payment-connector-id"), text)
    return (
        ids
        or _accepting(_NAMES, text)
        or _accepting(("client-token",), text)
        or ((*_accepting(_LOOSE, text),) if not placeholder(text) else ())
    )


def _accepting(names: Iterable[str], text: str) -> tuple[str, ...]:
    return tuple(name for name in names if accepted(name, text))
