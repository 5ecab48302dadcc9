"""Names of AWS service principals, such as ``bedrock-agentcore.amazonaws.com``.

AWS publishes no list of them, so only their form is judged, and the one name that payments need.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services
"""

from functools import cache

from payguard.iam.memory import remembered
from payguard.quotation import quote
from payguard_policies import PAYMENTS_SERVICE, catalog
from payguard_policies.named_tuple import NamedTuple

# Alexa skills call under a name outside amazonaws.com.
# https://docs.aws.amazon.com/lambda/latest/dg/services-alexa.html
_OTHER_SUFFIXES = (".amazon.com",)
_INTERNAL_SUFFIX = ".aws.internal"
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")
_LONGEST = 128


class Defect(NamedTuple):
    """Why a text is no service principal: the reason, and the mend."""

    reason: str
    mend: str


@cache
def suffixes() -> tuple[str, ...]:
    """Return how the names of service principals end, the commonest first."""
    found = (f".{partition.dns_suffix}" for partition in catalog.partitions().values())
    return tuple(dict.fromkeys(found))


@remembered
def service_defect(text: str) -> Defect | None:
    """Return why ``text`` is no service principal; None if it may be one.

    A text with a variable is some other language's template: nothing is said about it.
    """
    if "${" in text:
        return None
    lower = text.strip().lower()
    if text != lower and service_defect(lower) is None:
        return Defect(
            "a service principal is in lower case, without spaces", f"write {quote(lower)}"
        )
    if text.endswith(_INTERNAL_SUFFIX):
        return Defect(
            "the name is of AWS's internal network", f"use {quote(agentcore_principal())}"
        )
    if not text.endswith((*suffixes(), *_OTHER_SUFFIXES)) or not _LETTERS.issuperset(text):
        return Defect('it does not have the form "service.amazonaws.com"', _completed(lower))
    if _is_misnamed_agentcore(text):
        return Defect("AgentCore calls under another name", f"use {quote(agentcore_principal())}")
    return None


def _completed(text: str) -> str:
    if text in catalog.service_names():
        return f"write {quote(text + suffixes()[0])}"
    return f"write the name of a service, such as {quote(agentcore_principal())}"


@remembered
def is_agentcore(text: str) -> bool:
    """Tell whether ``text`` is AgentCore's service principal, global or of one Region.

    ``bedrock-agentcore.us-east-1.amazonaws.com`` is reported to work too, so it is not refused.
    """
    return _labels(text)[0] == PAYMENTS_SERVICE and service_defect(text) is None


def agentcore_principal() -> str:
    """Return the service principal that AWS documents for AgentCore."""
    return f"{PAYMENTS_SERVICE}.{catalog.partitions()['aws'].dns_suffix}"


def _labels(text: str) -> list[str]:
    for suffix in suffixes():
        if text.endswith(suffix):
            return text[: -len(suffix)].split(".")
    return text.split(".")


def _is_misnamed_agentcore(text: str) -> bool:
    if len(text) > _LONGEST:
        return False
    labels = _labels(text)
    # Its other principals stand before it: network.bedrock-agentcore.amazonaws.com.
    if PAYMENTS_SERVICE in labels:
        return False
    return any("agentcore" in label.replace("-", "") for label in labels)
