"""Why an ARN is refused: each part is tried in the place of a valid one."""

from collections.abc import Callable

from payguard.identifiers import arn_field
from payguard.identifiers.arn import FIELDS, outside_braces
from payguard.identifiers.kind import Kind
from payguard.identifiers.problem import Problem, counted, listed, with_article
from payguard.identifiers.registry import KINDS, accepted, required_shapes
from payguard.identifiers.shape import Shape
from payguard.identifiers.template import VARIABLES, Template, variable
from payguard.identifiers.trial import Trial, alphabet
from payguard.identifiers.value_defect import explain_value
from payguard.quotation import quote

_SUFFIX = "-A1b2C3"


def explain_arn(kind: Kind, shape: Shape, text: str) -> list[Problem]:
    """Return why ``shape`` refuses ``text`` as an ARN of ``kind``; empty if no reason is known."""
    fields = outside_braces(text, ":", len(FIELDS) - 1)
    broken = arn_field.prefix_problem(fields, len(FIELDS))
    if broken:
        return [broken._replace(help=_from_id(kind, text) or broken.help)]
    example = kind.example.split(":", len(FIELDS) - 1)
    problems = []
    for place in range(1, len(FIELDS) - 1):
        tried = ":".join((*example[:place], fields[place], *example[place + 1 :]))
        if not shape.accepts(tried):
            problems.append(_field(kind, FIELDS[place], fields, example[place]))
    head = ":".join(example[:-1])
    problems += _resource(kind, lambda part: shape.accepts(f"{head}:{part}"), fields[-1])
    return problems or _length(kind, shape, text)


def _from_id(kind: Kind, text: str) -> str:
    """Return how to make an ARN of a bare ID; empty if ``text`` is not the ID of this kind."""
    template = kind.template() if kind.template else None
    name = VARIABLES.get(variable(template.segments[-1]), "") if template else ""
    if template is None or not name or not accepted(name, text) or len(template.segments) > 2:
        return ""
    arn = f"arn:aws:{template.service}:REGION:ACCOUNT:{template.segments[0]}/{text}"
    return f"this is a {KINDS[name].title}; the ARN is {quote(arn)}"


def _length(kind: Kind, shape: Shape, text: str) -> list[Problem]:
    length = counted(len(text), "character")
    if len(text) > shape.most:
        message = f"the {kind.title} has {length}, expected at most {shape.most:,}"
    elif len(text) < shape.least:
        message = f"the {kind.title} has {length}, expected at least {shape.least:,}"
    else:
        return []
    return [Problem("resource", text, message, code="arn-length")]


def _field(kind: Kind, part: str, fields: list[str], example: str) -> Problem:
    found = fields[FIELDS.index(part)]
    if part == "service":
        problem = arn_field.service_problem(found, kind.services)
    elif not example:
        return arn_field.not_allowed(part, found, kind.title)
    elif not found and part != "partition":
        return arn_field.missing(part, f"{with_article(kind.title)} has one")
    elif part == "account":
        problem = arn_field.account_problem(found)
    elif part == "region":
        problem = arn_field.region_problem(fields[1], found)
    else:
        problem = arn_field.partition_problem(found)
    return problem or _refused(part, found, example)


def _refused(part: str, found: str, example: str) -> Problem:
    message = f"{part} is {quote(found)}, expected one such as {quote(example)}"
    return Problem(part, found, message, code=f"{part}-refused")


def _resource(kind: Kind, accepts: Callable[[str], bool], resource: str) -> list[Problem]:
    template = kind.template() if kind.template else None
    if template is None or accepts(resource):
        return []
    found = template.split(resource)
    first = template.segments[0]
    other = ":" if template.divider == "/" else "/"
    if found[0].startswith(first + other):
        return [_divider(first, other, template.divider, resource)]
    if template.open_ended and found[0] != first:
        return [_literal("resource-type", found[0], first)]
    problems = []
    for place, segment in enumerate(found[: len(template.segments)]):
        problems += _segment(kind, template, accepts, place, segment)
    return problems + _ends(kind, template, found)


def _divider(first: str, found: str, expected: str, resource: str) -> Problem:
    message = f"{quote(first)} is followed by {quote(found)}, expected {quote(expected)}"
    mend = f"write {quote(resource.replace(found, expected, 1))}"
    return Problem("resource", resource, message, mend, code="resource-divider")


def _segment(
    kind: Kind, template: Template, accepts: Callable[[str], bool], place: int, found: str
) -> list[Problem]:
    part = "resource" if place < 2 else "sub-resource"
    expected = template.segments[place]
    name = variable(expected)
    if not name:
        return [] if found == expected else [_literal(f"{part}-type", found, expected)]
    example = template.split(kind.example.split(":", 5)[-1])

    def fits(text: str) -> bool:
        return accepts(template.divider.join((*example[:place], text, *example[place + 1 :])))

    if fits(found):
        return []
    if name in VARIABLES:
        trial = _trial(VARIABLES[name], f"{part}-id", fits)
        return explain_value(trial, found) or [_shapeless(trial, found)]
    return _TAILS.get(name, _other)(f"{part}-id", fits, found, example[place])


def _trial(name: str, part: str, fits: Callable[[str], bool]) -> Trial:
    alone = required_shapes(name)[0]
    if not isinstance(alone, Shape):
        return Trial(KINDS[name], part, fits)
    return Trial(KINDS[name], part, fits, alone.least, alone.most)


def _literal(part: str, found: str, expected: str) -> Problem:
    word = part.replace("-type", " type")
    message = f"{word} is {quote(found)}, expected {quote(expected)}"
    mend = "an alias is no key: write the ARN of the key itself" if found == "alias" else ""
    return Problem(part, found, message, mend, code=f"{part}-unknown")


def _shapeless(trial: Trial, found: str) -> Problem:
    message = (
        f"{quote(found)} is no {trial.kind.title}; expected one such as {quote(trial.kind.example)}"
    )
    return trial.problem("shape", found, message)


def _ends(kind: Kind, template: Template, found: list[str]) -> list[Problem]:
    wanted = template.segments
    if len(found) < len(wanted):
        form = template.divider.join(wanted)
        message = f"the resource is {quote(template.divider.join(found))}, expected {quote(form)}"
        return [Problem("resource", found[-1], message, code="resource-incomplete")]
    if len(found) > len(wanted):
        extra = "/" + "/".join(found[len(wanted) :])
        message = f"{quote(extra)} follows the {kind.title}"
        mend = f"end the ARN with {quote(found[len(wanted) - 1])}"
        return [Problem("resource", extra, message, mend, code="resource-trailing")]
    return []


# What stands behind the type in the ARNs of other services.


def _role(part: str, fits: Callable[[str], bool], found: str, example: str) -> list[Problem]:
    name = found.rpartition("/")[2]
    if not name:
        return [Problem(part, found, "the role name is missing", code="role-name-missing")]
    return _characters(part, fits, found, example, "role name") or [
        Problem(
            part,
            found,
            f"the role name {quote(name)} has {counted(len(name), 'character')}, "
            "which is more than IAM allows",
            code="role-name-length",
        )
    ]


def _key(part: str, fits: Callable[[str], bool], found: str, example: str) -> list[Problem]:
    message = f"the key ID has {counted(len(found), 'character')}, expected {len(example)}"
    wrong = _characters(part, fits, found, example, "key ID")
    if len(found) != len(example):
        wrong.append(Problem(part, found, message, code="key-id-length"))
    return wrong


def _secret(part: str, fits: Callable[[str], bool], found: str, example: str) -> list[Problem]:
    wrong = _characters(part, fits, found, example, "secret name")
    if wrong or not fits(found + _SUFFIX):
        return wrong
    mend = 'copy the whole ARN, or end it with "-??????" in a policy'
    message = f"the secret name {quote(found)} lacks its six-character suffix"
    return [Problem(part, found, message, mend, code="secret-suffix")]


def _characters(
    part: str, fits: Callable[[str], bool], found: str, example: str, noun: str
) -> list[Problem]:
    def allows(character: str) -> bool:
        return fits(f"{example[0]}{character}{example[2:]}")

    wrong = [character for character in dict.fromkeys(found) if not allows(character)]
    if not wrong:
        return []
    shown = listed([quote(character) for character in wrong[:3]])
    verb = "is" if len(wrong) == 1 else "are"
    message = f"{shown} {verb} not allowed in a {noun}; it holds {alphabet(allows)}"
    code = f"{noun.lower().replace(' ', '-')}-character"
    return [Problem(part, "".join(wrong), message, code=code)]


def _other(part: str, fits: Callable[[str], bool], found: str, example: str) -> list[Problem]:
    if not found:
        return [Problem(part, found, "the ID is missing", code="resource-id-missing")]
    return _characters(part, fits, found, example, "ID")


_TAILS = {"RoleNameWithPath": _role, "KeyId": _key, "SecretId": _secret}
