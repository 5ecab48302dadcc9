"""Whether a text is an identifier of a kind; if not, which part is wrong.

The catalog's patterns are the judge: an explanation is sought only where one refuses the text, and
a refusal always gets at least one.
"""

from payguard.identifiers import arn_field
from payguard.identifiers.arn import FIELDS, Arn, outside_braces
from payguard.identifiers.arn_defect import explain_arn
from payguard.identifiers.kind import Kind
from payguard.identifiers.problem import ERROR, MARKS, NOTE, Problem, counted, merged
from payguard.identifiers.registry import KINDS, advisory_shapes, required_shapes
from payguard.identifiers.shape import LONGEST, Bounds, Shape
from payguard.identifiers.trial import Trial
from payguard.identifiers.value_defect import explain_number, explain_value
from payguard.quotation import quote
from payguard_policies import CREDENTIAL_SERVICE, PAYMENTS_SERVICE

_PARTS = {"suffixed": "id", "prefixed": "id", "uuid": "id"}
_LOOSE = ("name", "text", "token", "number")  # almost any word is one
_PLANES = {"control": "control plane", "data": "data plane", "cloudformation": "CloudFormation"}


def check(kind: str, text: str) -> tuple[Problem, ...]:
    """Return what is wrong with ``text`` as an identifier of ``kind``, and what is notable.

    An error is given exactly where a required pattern or length of the catalog refuses the text;
    `Problem.planes` then names who refuses it. Notes are given for texts that pass.

    Args:
        kind: a name in `payguard.identifiers.KINDS`.
        text: anything at all, of any length.

    Raises:
        KeyError: there is no such kind; kinds are named in code, never by input.
    """
    known = KINDS[kind]
    refusing = [shape for shape in required_shapes(kind) if not shape.accepts(text)]
    found = [p for shape in refusing for p in _explained(known, shape, text, ERROR)]
    if not found:
        advising = [shape for shape in advisory_shapes(kind) if not shape.accepts(text)]
        found = [p for shape in advising for p in _advice(known, shape, text)]
    wrong = {problem.part for problem in found if problem.severity == ERROR}
    notes = [] if wrong and known.family != "arn" else _notes(known, text)
    return (*merged(found), *(note for note in notes if note.part not in wrong))


def _explained(kind: Kind, shape: Shape | Bounds, text: str, severity: str) -> list[Problem]:
    problems = _outside(kind, shape, text) or _inside(kind, shape, text)
    return [problem._replace(planes=(shape.plane,), severity=severity) for problem in problems]


def _advice(kind: Kind, shape: Shape | Bounds, text: str) -> list[Problem]:
    if shape.accepts(kind.example):
        return _explained(kind, shape, text, NOTE)
    plane = _PLANES[shape.plane]
    message = f"the {plane}'s model has a pattern that no real {kind.title} matches; it is not used"
    return [Problem("model", "", message, "", (shape.plane,), NOTE, "model-broken")]


def _outside(kind: Kind, shape: Shape | Bounds, text: str) -> list[Problem]:
    """Return what is wrong with the text as a whole: too long, white space around it, lines."""
    part = _part(kind)
    if len(text) > LONGEST:
        most = shape.most if isinstance(shape, Shape) else LONGEST
        message = f"the {kind.title} has {len(text):,} characters, expected at most {most:,}"
        return [Problem(part, text, message, code=f"{kind.subject}-length")]
    stripped = text.strip()
    if stripped == text or not stripped:
        return _lines(kind, text) if stripped else []
    problem = _edges(kind, text, stripped)
    if shape.accepts(stripped):
        return [problem]
    return [problem, *(_lines(kind, stripped) or _inside(kind, shape, stripped))]


def _edges(kind: Kind, text: str, stripped: str) -> Problem:
    before, after = text[0].isspace(), text[-1].isspace()
    place = "around" if before and after else "before" if before else "after"
    edges = text.replace(stripped, "", 1)
    word = "a line break" if set(edges) <= set("\r\n") else "white space"
    message = f"there is {word} {place} the {kind.title}"
    mend = f"write {quote(stripped)}"
    return Problem(_part(kind), edges, message, mend, code="white-space-around")


def _lines(kind: Kind, text: str) -> list[Problem]:
    lines = text.splitlines()
    if len(lines) < 2:
        return []
    shapes = required_shapes(kind.name)
    words = [word.strip(MARKS) for line in lines for word in line.split()]
    usable = {word for word in words if all(shape.accepts(word) for shape in shapes)}
    told = len(usable) == 1 and kind.family not in _LOOSE
    mend = f"use {quote(usable.pop())} alone" if told else ""
    message = f"there are {counted(len(lines), 'line')}, expected one {kind.title}"
    return [Problem(_part(kind), text, message, mend, code="several-lines")]


def _inside(kind: Kind, shape: Shape | Bounds, text: str) -> list[Problem]:
    if isinstance(shape, Bounds):
        return [explain_number(shape, text)]
    if kind.family == "arn":
        problems = explain_arn(kind, shape, text)
    else:
        trial = Trial(kind, _part(kind), shape.accepts, shape.least, shape.most)
        problems = explain_value(trial, text)
    return problems or [_unexplained(kind, text)]


def _unexplained(kind: Kind, text: str) -> Problem:
    message = f"{quote(text)} is no {kind.title}; expected one such as {quote(kind.example)}"
    return Problem(_part(kind), text, message, code=f"{kind.subject}-shape")


def _part(kind: Kind) -> str:
    if kind.family == "arn":
        return "arn"
    return _PARTS.get(kind.family, kind.family)


# Notes: accepted by the patterns, and yet worth saying.


def _notes(kind: Kind, text: str) -> list[Problem]:
    if len(text) > LONGEST:
        return []
    if kind.family == "arn":
        return _arn_notes(text)
    maker = _NAME_NOTES.get(kind.name)
    return maker(text) if maker else []


def _arn_notes(text: str) -> list[Problem]:
    fields = outside_braces(text, ":", len(FIELDS) - 1)
    if fields[0] != "arn" or len(fields) < len(FIELDS):
        return []
    arn = Arn(*fields[1:])
    doubts = [
        arn_field.partition_problem(arn.partition),
        arn_field.region_problem(arn.partition, arn.region) if arn.region else None,
        arn_field.documentation_account(arn.account),
        _credential_service(arn.service),
        _multi_region_key(arn.service, arn.resource),
    ]
    return [doubt._replace(severity=NOTE) for doubt in doubts if doubt]


def _credential_service(service: str) -> Problem | None:
    if service != CREDENTIAL_SERVICE:
        return None
    message = f"service is {quote(service)}; IAM's reference knows only {quote(PAYMENTS_SERVICE)}"
    mend = f"in a policy, name the ARN under {quote(PAYMENTS_SERVICE)} as well"
    return Problem("service", service, message, mend, code="acps-service")


def _multi_region_key(service: str, resource: str) -> Problem | None:
    name = resource.removeprefix("key/")
    if service != "kms" or not name.startswith("mrk-"):
        return None
    message = f"{quote(name)} is a multi-Region key, which payments does not support"
    return Problem("resource-id", name, message, code="multi-region-key")


def _lower_cased(text: str) -> list[Problem]:
    if text == text.lower() or not text.isalnum():
        return []
    message = (
        f"the service lower-cases the name: the ID and the ARN start with {quote(text.lower())}"
    )
    mend = "write it in lower case where a policy names the payment manager"
    return [Problem("name", text, message, mend, (), NOTE, "manager-name-lower-cased")]


def _underscored(text: str) -> list[Problem]:
    if "_" not in text:
        return []
    message = (
        'the data plane\'s model refuses an ID with "_"; whether the service keeps it is unknown'
    )
    return [Problem("name", text, message, "", ("data",), NOTE, "connector-name-underscore")]


_NAME_NOTES = {"payment-manager-name": _lower_cased, "payment-connector-name": _underscored}
