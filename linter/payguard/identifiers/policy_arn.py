"""ARNs as policies name them: every part may hold wildcards and variables.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import functools

from payguard.identifiers import arn_field
from payguard.identifiers.arn import FIELDS, outside_braces
from payguard.identifiers.glob import can_match, can_match_name, is_glob
from payguard.identifiers.policy_resource import resource_problems
from payguard.identifiers.problem import NOTE, Problem, placeholder
from payguard.identifiers.resource_family import payments_families
from payguard.identifiers.shape import LONGEST
from payguard.quotation import quote
from payguard_policies import CREDENTIAL_SERVICE, PAYMENTS_SERVICE, catalog

_OPEN = frozenset(("", "*"))
_DIGITS = "[0-9]{12}"


def check_policy_arn(text: str) -> tuple[Problem, ...]:
    """Return what is wrong with an element of ``Resource`` or ``NotResource``.

    A part with wildcards or variables is an error only if nothing that AWS could have there matches
    it. ARNs of services other than AgentCore are checked up to the account.
    """
    return () if is_plain(text) else tuple(_problems(text))


def is_plain(text: str) -> bool:
    """Tell at once that nothing is wrong with the ARN of another service, as most are."""
    fields = text.split(":", 5)
    return len(fields) == len(FIELDS) and _is_plain(fields)


def _is_plain(fields: list[str]) -> bool:
    prefix, partition, service, region, account, resource = fields
    return (
        prefix == "arn"
        and (
            account in _OPEN or arn_field.is_account(account) or account in arn_field.owner_words()
        )
        and region in _plain_regions().get(partition, ())
        and service in _plain_services()
        and resource != ""
        and not resource[-1].isspace()
        and not resource.startswith(_payments_starts())
    )


@functools.cache
def _plain_regions() -> dict[str, frozenset[str]]:
    regions = {name: frozenset(p.regions) for name, p in catalog.partitions().items()}
    regions["*"] = frozenset().union(*regions.values())
    return {name: found | {"", "*"} for name, found in regions.items()}


@functools.cache
def _plain_services() -> frozenset[str]:
    return catalog.service_names() - {PAYMENTS_SERVICE, CREDENTIAL_SERVICE}


@functools.cache
def _payments_starts() -> tuple[str, ...]:
    return tuple(f"{first}/" for first in payments_families())


def _problems(text: str) -> list[Problem]:
    if not text.strip("*") and text:
        return []
    if len(text) > LONGEST:
        message = f"the ARN has {len(text):,} characters and was not taken apart"
        return [Problem("resource", text, message, severity=NOTE, code="arn-length")]
    stripped = text.strip()
    if stripped != text and stripped:
        message = "there is white space around the ARN"
        mend = f"write {quote(stripped)}"
        edges = Problem("prefix", text, message, mend, code="white-space-around")
        return [edges, *check_policy_arn(stripped)]
    fields = outside_braces(text, ":", len(FIELDS) - 1)
    broken = _broken(text, fields)
    if broken or len(fields) < len(FIELDS):
        return [broken] if broken else []
    return _fields(fields)


def _broken(text: str, fields: list[str]) -> Problem | None:
    problem = arn_field.prefix_problem(fields, len(FIELDS))
    # A variable may bring the fields that are not there.
    if problem is None or "${" in (fields[0] if fields[0] != "arn" else text):
        return None
    if problem.code != "arn-field-missing":
        return problem
    whole = ":".join((*fields, *["*"] * (len(FIELDS) - len(fields))))
    return problem._replace(help=f"write {quote(whole)}")


def _fields(fields: list[str]) -> list[Problem]:
    _, partition, service, region, account, resource = fields
    payments = _is_payments(service, resource)
    found = [
        _partition(partition),
        _payments_service(service, resource) if payments else _service(service),
        _region(partition, region, payments=payments),
        _account(account, payments=payments),
    ]
    problems = [problem for problem in found if problem]
    if not resource:
        return [*problems, arn_field.missing("resource", 'write "*" for any')]
    if payments or service == PAYMENTS_SERVICE:
        return [*problems, *resource_problems(resource)]
    return problems


def _is_payments(service: str, resource: str) -> bool:
    """Tell whether an ARN means a resource of payments, maybe under a wrong service.

    A bucket or a topic may be named ``payment-manager`` too: only services that sound like
    AgentCore, or that nobody knows, are taken for a slip.
    """
    if not resource.startswith(_payments_starts()):
        return False
    lower = service.lower()
    return lower.startswith("bedrock") or lower not in _plain_services()


def _partition(partition: str) -> Problem | None:
    if not is_glob(partition):
        return arn_field.partition_problem(partition)
    names = catalog.partitions()
    if can_match_name(names, partition):
        return None
    message = f"partition is {quote(partition)}, which matches none that AWS has"
    return Problem("partition", partition, message, code="unknown-partition")


def _service(service: str) -> Problem | None:
    if not service:
        return arn_field.missing("service", "every ARN has one")
    if is_glob(service) or (service == service.lower() and not placeholder(service)):
        return _credential_service(service)
    lower = service.lower()
    expected = lower if lower in catalog.service_names() else "a service in lower case"
    if placeholder(service):
        message = f"service is the placeholder {quote(service)}"
        return Problem("service", service, message, code="placeholder")
    shown = quote(expected) if expected == lower else expected
    message = f"service is {quote(service)}, expected {shown}"
    return Problem("service", service, message, code="service-case")


def _payments_service(service: str, resource: str) -> Problem | None:
    if is_glob(service):
        return None
    vault = resource.startswith("token-vault")
    expected = (PAYMENTS_SERVICE, CREDENTIAL_SERVICE) if vault else (PAYMENTS_SERVICE,)
    return arn_field.service_problem(service, expected) or _credential_service(service)


def _credential_service(service: str) -> Problem | None:
    if service != CREDENTIAL_SERVICE:
        return None
    message = f"service is {quote(service)}; IAM's reference knows only {quote(PAYMENTS_SERVICE)}"
    mend = f"name the ARN under {quote(PAYMENTS_SERVICE)} as well"
    return Problem("service", service, message, mend, severity=NOTE, code="acps-service")


def _region(partition: str, region: str, *, payments: bool) -> Problem | None:
    if not region:
        why = 'write "*" for any'
        return arn_field.missing("region", why) if payments else None
    if not is_glob(region):
        # A partition with wildcards may be the region's own.
        return arn_field.region_problem(_narrowed(partition), region)
    return _region_glob(partition, region)


def _narrowed(partition: str) -> str:
    return "" if is_glob(partition) else partition


def _region_glob(partition: str, region: str) -> Problem | None:
    known = catalog.partitions()
    homes = [known[partition]] if partition in known else list(known.values())
    if any(can_match_name(home.regions, region) for home in homes):
        return None
    future = any(can_match(home.region_pattern, region) for home in homes)
    message = f"region is {quote(region)}, which matches none that AWS has"
    severity = NOTE if future else "error"
    return Problem("region", region, message, severity=severity, code="unknown-region")


def _account(account: str, *, payments: bool) -> Problem | None:
    if not account:
        why = 'write "*" for any'
        return arn_field.missing("account", why) if payments else None
    if not is_glob(account):
        if payments and account in arn_field.owner_words():
            message = f"account is {quote(account)}, expected 12 digits"
            return Problem("account", account, message, code="account-digits")
        return arn_field.account_problem(account)
    if can_match(_DIGITS, account):
        return None
    if not payments and can_match_name(arn_field.owner_words(), account):
        return None
    message = f"account is {quote(account)}, which matches no 12 digits"
    return Problem("account", account, message, code="account-digits")
