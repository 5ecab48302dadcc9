"""Why the resource part of a policy's AgentCore ARN can match nothing: which segment is in the way.

Apart from the verdict, because most ARNs need no explanation and these modules take time to load.
"""

from difflib import get_close_matches

from payguard.identifiers.arn import segments
from payguard.identifiers.automaton import Wildcard
from payguard.identifiers.diagnosis import check
from payguard.identifiers.glob import Glob, can_match, glob_of, is_glob
from payguard.identifiers.problem import ERROR, NOTE, Problem, listed, placeholder, with_article
from payguard.identifiers.registry import KINDS, required_shapes
from payguard.identifiers.resource_family import (
    first_segments,
    kind_at,
    literal_values,
    payments_families,
    value_pattern_of,
)
from payguard.identifiers.template import variable
from payguard.identifiers.trial import Trial, unwanted
from payguard.quotation import quote
from payguard_policies import PAYMENTS_SERVICE

_NEAR = 0.8
_LONGEST_TYPE = 64


def wrong_type(first: str, resource: str) -> Problem:
    """Return the problem of a resource part that starts with no type of AgentCore."""
    for family in payments_families():
        if first.startswith(family + ":"):
            return _divider(family, resource)
        if first.endswith(":" + family):
            return _extra_field(first[: -len(family) - 1], family)
    return _unknown_type(resource if is_glob(first) else first)


def _unknown_type(found: str) -> Problem:
    # Types may be newer than the catalog: only one that is near to a known type is an error.
    near = get_close_matches(found[:_LONGEST_TYPE].lower(), first_segments(), 1, _NEAR)
    if near and not is_glob(found):
        message = f"resource type is {quote(found)}, expected {quote(near[0])}"
        severity = ERROR
    else:
        message = f"AgentCore has no resource type {quote(found)} that payguard knows"
        severity = NOTE
    return Problem("resource-type", found, message, severity=severity, code="resource-type-unknown")


def _extra_field(found: str, family: str) -> Problem:
    message = f"{quote(found)} before {quote(family)} makes one field too many"
    return Problem("resource", found, message, "remove it", code="arn-field-extra")


def _divider(family: str, resource: str) -> Problem:
    message = f'{quote(family)} is followed by ":", expected "/"'
    mend = f"write {quote(resource.replace(':', '/', 1))}"
    return Problem("resource", resource, message, mend, code="resource-divider")


def wrong_lengths(first: str, resource: str) -> list[Problem]:
    """Return what is wrong with the IDs and names of a resource part that matches but for them."""
    values = literal_values(first, segments(resource))
    return [problem for value in values for problem in _literal_problems(*value)]


def impossible(first: str, resource: str, glob: Glob, end: int) -> list[Problem]:
    """Return why nothing of the family ``first`` matches, given where the matching ended."""
    parts = segments(resource)
    place = _place(glob, parts, end)
    kind = kind_at(first, parts, place)
    if kind and place + 1 < len(parts) and _fits(kind, parts[place]):
        place += 1
    problems = _segment_problems(first, parts, place)
    if any(problem.severity == ERROR for problem in problems):
        return problems
    return [*problems, _in_the_way(resource, parts[place])]


def _place(glob: Glob, parts: tuple[str, ...], end: int) -> int:
    """Return the segment that the symbol at ``end`` is in, or that it should have gone on."""
    offset = glob.offsets[end] if end < len(glob.offsets) else len(glob.text)
    for place, part in enumerate(parts):
        if offset <= len(part):
            return place
        offset -= len(part) + 1
    return len(parts) - 1


def _fits(kind: str, part: str) -> bool:
    pattern = value_pattern_of(kind)
    if is_glob(part):
        return can_match(pattern, part)
    return any(shape.accepts(part) for shape in required_shapes(kind))


def _segment_problems(first: str, parts: tuple[str, ...], place: int) -> list[Problem]:
    part = parts[place]
    kind = kind_at(first, parts, place)
    if kind and is_glob(part):
        return [_glob_problem(kind, part, place)]
    if kind:
        return _literal_problems(kind, part, place)
    return _type_problems(first, parts, place) if place else [_incomplete(first, parts)]


def _literal_problems(kind: str, part: str, place: int) -> list[Problem]:
    where = _part(place, "id")
    problems = [problem for problem in check(kind, part) if problem.severity == ERROR]
    everyone = {shape.plane for shape in required_shapes(kind)}
    return [
        problem._replace(part=where, planes=())
        if everyone <= set(problem.planes)
        # What one plane lets through may exist: the policy can match it.
        else problem._replace(part=where, severity=NOTE)
        for problem in problems
    ]


def _glob_problem(kind: str, part: str, place: int) -> Problem:
    known = KINDS[kind]
    shape = required_shapes(kind)[-1]
    trial = Trial(known, _part(place, "id"), shape.accepts)
    hole = "" if "${" in part else placeholder(part)
    if hole:
        message = f"{quote(hole)} is a placeholder, expected {with_article(known.title)}"
        return trial.problem("placeholder", hole, message, f"put the {known.title} there")
    wrong = unwanted(trial, _literal(trial, part), part)
    if wrong:
        # A variable is written as it is: its key may hold upper case.
        return wrong[0]._replace(help="") if "${" in part else wrong[0]
    return trial.problem(*_mismatch(trial, part))


def _literal(trial: Trial, part: str) -> str:
    """Return the literal characters of ``part``, less a prefix that all IDs of the kind share."""
    literal = glob_of(part).literal
    if trial.kind.family != "prefixed":
        return literal
    return literal.removeprefix(trial.kind.example.rpartition("-")[0] + "-")


def _mismatch(trial: Trial, part: str) -> tuple[str, str, str, str]:
    kind = trial.kind
    stem, dash, _ = kind.example.rpartition("-")
    message = f"{quote(part)} can match no {kind.title}"
    if kind.family == "suffixed" and glob_of(part).symbols[-1] is not Wildcard.RUN:
        mend = 'end it with "-*"'
        return "suffix", part, f"{message}: an ID ends with a hyphen and ten characters", mend
    if kind.family == "prefixed":
        return "prefix", part, f"{message}, which starts with {quote(stem + dash)}", ""
    return "shape", part, f"{message}; expected one such as {quote(kind.example)}", ""


def _incomplete(first: str, parts: tuple[str, ...]) -> Problem:
    form = "/".join(payments_families()[first][0].segments)
    message = f"the resource is {quote(parts[0])}, expected {quote(form)}"
    return Problem("resource", parts[0], message, code="resource-incomplete")


def _type_problems(first: str, parts: tuple[str, ...], place: int) -> list[Problem]:
    types = _types_at(first, place)
    part = parts[place]
    where = _part(place, "type")
    if not types:
        extra = "/" + "/".join(parts[place:])
        message = f"{quote(extra)} follows an ID that nothing follows"
        return [Problem("resource", extra, message, code="resource-trailing")]
    if part in types:
        found = "/".join(parts[: place + 1])
        message = f"the resource ends after {quote(part)}, expected an ID"
        return [Problem("resource", found, message, 'add "/*"', code="resource-incomplete")]
    hole = placeholder(part) if "${" not in part else ""
    near = get_close_matches(part[:_LONGEST_TYPE].lower(), types, 1)
    expected = quote(near[0]) if near else listed([quote(name) for name in types[:3]], "or")
    message = f"sub-resource type is {quote(hole or part)}, expected {expected}"
    return [Problem(where, part, message, code="sub-resource-type-unknown")]


def _types_at(first: str, place: int) -> tuple[str, ...]:
    found = (t.segments[place] for t in payments_families()[first] if place < len(t.segments))
    return tuple(dict.fromkeys(segment for segment in found if not variable(segment)))


def _part(place: int, role: str) -> str:
    return f"resource-{role}" if place < 2 else f"sub-resource-{role}"


def _in_the_way(resource: str, part: str) -> Problem:
    message = (
        f"{quote(resource)} can match no {PAYMENTS_SERVICE} resource: {quote(part)} is in the way"
    )
    return Problem("resource", part, message, code="resource-impossible")
