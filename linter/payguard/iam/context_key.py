"""Context keys as policies write them: what shape they have and what the catalog knows of them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
"""

from payguard.iam.memory import remembered
from payguard_policies import catalog
from payguard_policies.named_tuple import NamedTuple

GLOBAL_PREFIX = "aws"


class ContextKey(NamedTuple):
    """A context key that AWS documents.

    Attributes:
        name: its canonical spelling; a key that takes a tag key keeps AWS's template.
        types: the types of value it may have, such as ("String",) or ("Date", "Numeric").
        multivalued: whether one request may carry several values of it.
        free: whether part of its name is made up in the account: a tag key, an encryption
            context key, an issuer. What its values look like is the account's choice too.
    """

    name: str
    types: tuple[str, ...]
    multivalued: bool
    free: bool


@remembered
def context_key(key: str) -> ContextKey | None:
    """Return what the catalog knows of ``key``, written in any case; None if it knows nothing."""
    known = catalog.global_condition_key(key)
    if known is not None:
        types = (known.type, *known.other_types)
        return ContextKey(known.key, types, known.multivalued, known.takes_tag_key)
    for service in catalog.condition_key_services(key):
        found = catalog.service_condition_key(service, key)
        if found is not None:
            kind = found.type.removeprefix("ArrayOf")
            return ContextKey(found.key, (kind,), kind != found.type, "${" in found.key)
    return None


@remembered
def malformation(key: str) -> str:
    """Say why ``key`` has not the form ``prefix:name``; empty where it has.

    A key that holds ``${`` is a template of some other language: nothing is said about it.
    """
    if "${" in key:
        return ""
    prefix, colon, name = key.partition(":")
    if not colon:
        return "it has no prefix"
    if not prefix or not name:
        return "nothing stands before the colon" if name else "nothing stands after the colon"
    if key != key.strip() or any(character.isspace() for character in prefix):
        return "it holds white space"
    if "*" in key or "?" in key:
        return "a key cannot hold wildcards"
    return ""


def lacks_tag_key(key: str) -> bool:
    """Tell whether ``key`` is the prefix of a tag key and nothing more, as ``aws:ResourceTag``."""
    trial = key.rstrip("/") + "/x"
    if context_key(key) is not None:
        return False
    found = context_key(trial)
    return found is not None and found.name.partition("/")[2] in ("", "${TagKey}") and found.free


def prefix_of(key: str) -> str:
    """Return what stands before the colon of ``key``, in lower case."""
    return key.partition(":")[0].lower()
