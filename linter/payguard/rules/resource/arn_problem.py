"""What is wrong with an ARN in a policy, sorted by the rule that says so."""

from collections.abc import Iterator
from functools import lru_cache

from payguard.finding import Severity
from payguard.iam.wildcard import has_wildcard
from payguard.identifiers import NOTE, check_policy_arn, parse_arn
from payguard.identifiers import Problem as ArnProblem
from payguard.identifiers.arn import FIELDS as ARN_FIELDS
from payguard.quotation import quote
from payguard.rules.action.consequence import consequence
from payguard.rules.action.spelling import is_slip, meant_service
from payguard.rules.rule import Problem, Text
from payguard.rules.trait import is_plain_resource
from payguard_policies import PAYMENTS_SERVICE, catalog

# The subjects that the rules divide among themselves: code of the identifiers -> subject. What has
# no entry is about the resource itself, and so about payments: no other service's is looked into.
FORM, PARTITION, SERVICE, REGION, ACCOUNT, PLACEHOLDER, RESOURCE, ELSEWHERE = (
    "form",
    "partition",
    "service",
    "region",
    "account",
    "placeholder",
    "resource",
    "elsewhere",
)
_SUBJECTS = {
    "arn-prefix": FORM,
    "arn-field-missing": FORM,
    "arn-length": FORM,
    "white-space-around": FORM,
    "resource-missing": FORM,
    "service-missing": FORM,
    "unknown-partition": PARTITION,
    "service-case": SERVICE,
    "unknown-service": SERVICE,
    "service-mismatch": SERVICE,
    "unknown-region": REGION,
    "region-partition": REGION,
    "region-missing": REGION,
    "region-not-allowed": REGION,
    "account-digits": ACCOUNT,
    "account-missing": ACCOUNT,
    "placeholder": PLACEHOLDER,
    # Said better by rules that know the whole statement or document.
    "acps-service": ELSEWHERE,
    "workload-identity-upper-case": ELSEWHERE,
}
# Types that payguard does not know may be newer than the catalog.
_NOT_SAID = frozenset({("resource-type-unknown", NOTE)})
_FIELDS = {"region": 3, "account": 4}


def problems(resource: Text, subject: str) -> Iterator[Problem]:
    """Yield what is wrong with ``resource`` on one subject, as a rule says it."""
    for found in _found(resource.text):
        if _SUBJECTS.get(found.code, RESOURCE) == subject:
            yield _problem(resource, found)


@lru_cache(maxsize=8192)
def is_malformed(text: str) -> bool:
    """Tell whether ``text`` can match no resource because of how it is written."""
    return not is_plain_resource(text) and any(found.severity != NOTE for found in _found(text))


def _problem(resource: Text, found: ArnProblem) -> Problem:
    if found.severity == NOTE:
        return Problem(found.message, help=found.help, severity=Severity.SUGGESTION)
    mend = found.help
    if found.code == "arn-field-missing" and "/" in resource.text:
        mend = _with_fields(resource.text)
    return Problem(found.message + consequence(resource), help=mend)


def _with_fields(text: str) -> str:
    """Return the mend of an ARN that has too few fields, of which the last is the resource."""
    *fields, resource = text.split(":")
    missing = len(ARN_FIELDS) - len(fields) - 1
    return f"write {quote(':'.join((*fields, *['*'] * missing, resource)))}"


@lru_cache(maxsize=8192)
def _found(text: str) -> tuple[ArnProblem, ...]:
    found = [p for p in check_policy_arn(text) if (p.code, p.severity) not in _NOT_SAID]
    said = {problem.part for problem in found}
    more = (*_misspelt_service(text), *_by_template(text))
    return (*found, *(problem for problem in more if problem.part not in said))


def _misspelt_service(text: str) -> Iterator[ArnProblem]:
    """Yield the service where it is plain which was meant.

    Services of ARNs are not all prefixes of actions: one that is merely unknown may be right.
    """
    arn = parse_arn(text)
    if arn is None or not arn.service or has_wildcard(arn.service) or "$" in arn.service:
        return
    if arn.service in catalog.service_names() or arn.service in catalog.unlisted_services():
        return
    meant = meant_service(arn.service)
    if meant == PAYMENTS_SERVICE or (meant and is_slip(arn.service, meant)):
        message = f"AWS has no service {quote(arn.service)}"
        mend = f"did you mean {quote(meant)}?"
        yield ArnProblem("service", arn.service, message, mend, code="unknown-service")


def _by_template(text: str) -> Iterator[ArnProblem]:
    """Yield the region and account fields that the service's own ARNs never, or always, fill."""
    arn = parse_arn(text)
    detail = None if arn is None else catalog.detail(arn.service)
    if arn is None or detail is None or "${" in text:
        return
    forms = [entry.arn.split(":", 5) for entry in detail.resource_types.values()]
    for part, place in _FIELDS.items():
        value = text.split(":", 5)[place]
        filled = {bool(form[place]) for form in forms if form[2] == arn.service}
        if filled == {True} and not value:
            yield _missing(part, arn.service)
        elif filled == {False} and value and not _may_be_empty(value):
            yield _not_allowed(part, value, arn.service)


def _may_be_empty(value: str) -> bool:
    return has_wildcard(value) and not value.strip("*")


def _missing(part: str, service: str) -> ArnProblem:
    message = f"the {part} is missing: every ARN of {quote(service)} has one"
    return ArnProblem(part, "", message, 'write "*" for any', code=f"{part}-missing")


def _not_allowed(part: str, value: str, service: str) -> ArnProblem:
    message = f"{part} is {quote(value)}: no ARN of {quote(service)} has one"
    return ArnProblem(part, value, message, f"leave the {part} empty", code=f"{part}-not-allowed")
