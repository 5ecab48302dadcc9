"""The fields of an ARN before its resource: partition, service, region and account, literally.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

import functools
from collections.abc import Iterable

from payguard.identifiers.problem import NOTE, Problem, counted, listed, placeholder, with_article
from payguard.identifiers.shape import compiled
from payguard.quotation import quote
from payguard_policies import catalog

_NEAR = 0.6
_NEARLY = 0.85
_LONGEST_NAME = 64
_MISCOUNTED = 2


def prefix_problem(fields: list[str], expected: int) -> Problem | None:
    """Return what is wrong with the ``arn`` at the start, or with the number of fields."""
    if fields[0] != "arn":
        message = f'{quote(fields[0])} stands where an ARN starts with "arn"'
        if len(fields) == 1:
            message = (
                f"{quote(fields[0])} is no ARN: it has no colon"
                if fields[0]
                else "the ARN is empty"
            )
        return Problem("prefix", fields[0], message, code="arn-prefix")
    if len(fields) < expected:
        message = f"an ARN has {expected} fields divided by colons; found {len(fields)}"
        mend = "write arn:partition:service:region:account:resource; a field may be empty"
        return Problem("resource", fields[-1], message, mend, code="arn-field-missing")
    return None


def partition_problem(partition: str) -> Problem | None:
    """Return what is wrong with a partition; None if AWS has it."""
    known = catalog.partitions()
    if partition in known:
        return None
    lower = partition.lower()
    hole = None if lower in known else _hole("partition", partition, '"aws"')
    if hole:
        return hole
    if not partition:
        message = 'the partition is missing, expected "aws"'
    else:
        message = f"partition is {quote(partition)}, expected {_nearest(lower, known, 'aws')}"
    return Problem("partition", partition, message, code="unknown-partition")


def region_problem(partition: str, region: str) -> Problem | None:
    """Return what is wrong with a region that is not empty; None if the partition has it.

    A partition that AWS does not have is judged elsewhere: then any region of AWS will do.
    """
    home = region_partition(region)
    if home and (home == partition or partition not in catalog.partitions()):
        return None
    hole = _hole("region", region, 'a region such as "us-east-1"')
    if hole:
        return hole
    if home:
        message = f"region {quote(region)} is in partition {quote(home)}, not in {quote(partition)}"
        return Problem("region", region, message, code="region-partition")
    return Problem("region", region, *_unknown_region(partition, region), code="unknown-region")


def _unknown_region(partition: str, region: str) -> tuple[str, str]:
    found = catalog.partitions().get(partition)
    regions = found.regions if found else tuple(_regions())
    lower = region.strip().lower()
    if lower in regions:
        return f"region is {quote(region)}, expected {quote(lower)}", ""
    if lower[:-1] in regions and lower[-1:].isalpha():
        message = f"region is the Availability Zone {quote(region)}, expected {quote(lower[:-1])}"
        return message, ""
    near = _close(region, regions)
    mend = f"did you mean {listed(near, 'or')}?" if near else ""
    return f"AWS has no region {quote(region)}", mend


def like_region(text: str) -> bool:
    """Tell whether a text was meant as a region: one in upper case, its zone, or nearly one."""
    from difflib import get_close_matches  # noqa: PLC0415  loaded only for a defect

    lower = text.lower()
    zone = lower[-1:].isalpha() and lower[:-1] in _regions()
    if zone or lower in _regions():
        return True
    named = any(is_future_region(partition, lower) for partition in catalog.partitions())
    return named and bool(get_close_matches(lower, _regions(), 1, _NEARLY))


def region_partition(region: str) -> str:
    """Return the partition that has a region; empty if none has."""
    return _regions().get(region, "")


@functools.cache
def _regions() -> dict[str, str]:
    return {
        region: name
        for name, partition in catalog.partitions().items()
        for region in partition.regions
    }


def is_future_region(partition: str, region: str) -> bool:
    """Tell whether a region, known or not, is named as its partition names regions."""
    found = catalog.partitions().get(partition)
    if found is None or len(region) > _LONGEST_NAME:
        return False
    return compiled(found.region_pattern).fullmatch(region) is not None


def account_problem(account: str) -> Problem | None:
    """Return what is wrong with an account that is not empty; None if it is one."""
    if is_account(account) or account in owner_words():
        return None
    expected = f"{_digits()} digits"
    hole = _hole("account", account, expected)
    if hole:
        return hole
    plain = account.replace("-", "").replace(" ", "")
    if _is_number(account):
        message = f"account has {counted(len(account), 'digit')}, expected {_digits()}"
    elif _is_number(plain):
        message = f"account is {quote(account)}, expected {expected} and nothing between them"
    else:
        message = f"account is {quote(account)}, expected {expected}"
    return Problem("account", account, message, code="account-digits")


def is_account(account: str) -> bool:
    """Tell whether an account field holds an account ID: twelve digits."""
    return len(account) == _digits() and _is_number(account)


def like_account(text: str) -> bool:
    """Tell whether a text was meant as an account ID: digits, a few too many or too few."""
    plain = text.replace("-", "").replace(" ", "")
    return _is_number(plain) and abs(len(plain) - _digits()) <= _MISCOUNTED


@functools.cache
def owner_words() -> frozenset[str]:
    """Return the words that stand for an account where AWS itself owns the resource."""
    return frozenset(catalog.string_shape("other", "AccountOwnerWord").enum)


def missing(part: str, why: str) -> Problem:
    """Return the problem of a field that must not be empty."""
    return Problem(part, "", f"the {part} is missing; {why}", code=f"{part}-missing")


def not_allowed(part: str, found: str, title: str) -> Problem:
    """Return the problem of a field that must be empty."""
    message = f"{part} is {quote(found)}; {with_article(title)} has none there"
    return Problem(part, found, message, f"leave the {part} empty", code=f"{part}-not-allowed")


def service_problem(service: str, expected: tuple[str, ...]) -> Problem | None:
    """Return what is wrong with a service that should be one of ``expected``."""
    if service in expected:
        return None
    lower = service.lower()
    hole = None if lower in expected else _hole("service", service, quote(expected[0]))
    if hole:
        return hole
    code = "service-case" if lower in expected else "service-mismatch"
    message = f"service is {quote(service)}, expected {quote(expected[0])}"
    return Problem("service", service, message, code=code)


def documentation_account(account: str) -> Problem | None:
    """Return a note if an account is one that AWS's examples use."""
    if account not in catalog.string_shape("other", "DocumentationAccountId").enum:
        return None
    message = f"account {account} is the one of AWS's examples"
    return Problem(
        "account",
        account,
        message,
        "put your own account ID there",
        severity=NOTE,
        code="documentation-account",
    )


def _hole(part: str, text: str, expected: str) -> Problem | None:
    found = placeholder(text)
    # NAMES_LIKE_THIS stand for something else in every field; no field holds upper case.
    if not found and text.isascii() and text.replace("_", "").isalpha() and text.isupper():
        found = text
    if not found:
        return None
    message = f"{part} is the placeholder {quote(found)}, expected {expected}"
    return Problem(part, text, message, f"put the {part} there", code="placeholder")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


@functools.cache
def _digits() -> int:
    return catalog.string_shape("other", "AccountId").max or 0


def _nearest(text: str, known: Iterable[str], fallback: str) -> str:
    return (_close(text, known) or [quote(fallback)])[0]


def _close(text: str, known: Iterable[str]) -> list[str]:
    from difflib import get_close_matches  # noqa: PLC0415  loaded only for a defect

    return [quote(name) for name in get_close_matches(text[:_LONGEST_NAME], known, 2, _NEAR)]
