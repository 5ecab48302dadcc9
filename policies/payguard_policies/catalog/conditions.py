"""Which condition keys exist, of services and of AWS at large."""

import functools
import operator
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from payguard_policies.catalog.files import table
from payguard_policies.catalog.records import ConditionKey, GlobalKey

_FEDERATION_SERVICE = "sts"


def service_condition_key(service: str, key: str) -> ConditionKey | None:
    """A condition key of a service, found by its whole name such as "s3:prefix".

    Args:
        service: Service prefix of the actions that the key conditions; federated keys
            (`saml:aud`, `token.actions.githubusercontent.com:sub`) belong to "sts".
        key: The key as a policy writes it; the variable part of a templated key may be anything.

    Returns:
        None if the service has no such key. Global keys (`aws:`) are not found here.
    """
    service, key = service.lower(), key.lower()
    if service not in table("condition_keys.json")["services"]:
        return None
    exact, templates = _service_keys(service)
    found = exact.get(key) or _templated(templates, key)
    return found or (_claim(key) if service == _FEDERATION_SERVICE else None)


def _claim(key: str) -> ConditionKey | None:
    # `oidc.eks.us-east-1.amazonaws.com/id/ABC:sub`: the issuer is an account's own choice, so
    # only its look (a host name has a dot) tells it from a service prefix.
    issuer, _, claim = key.rpartition(":")
    kind = table("hand_kept", "federation.json")["claims"].get(claim)
    return ConditionKey("${Issuer}:" + claim, kind) if kind and "." in issuer else None


@functools.cache
def _service_keys(
    service: str,
) -> tuple[Mapping[str, ConditionKey], tuple[tuple[str, str, ConditionKey], ...]]:
    by_type = table("condition_keys.json")["services"][service]
    keys = [ConditionKey(key, kind) for kind, keys in by_type.items() for key in keys.split()]
    exact = {key.key.lower(): key for key in keys}
    templates = tuple((*_affixes(key.key.lower()), key) for key in keys if "${" in key.key)
    return exact, templates


def _affixes(template: str) -> tuple[str, str]:
    """What stands before and after the one variable of a templated key."""
    prefix, _, rest = template.partition("${")
    return prefix, rest.partition("}")[2]


def _templated(templates: Iterable[tuple[str, str, ConditionKey]], key: str) -> ConditionKey | None:
    # The longest template wins: `events:Metadata/x/Matcher` is not the Metadata key "x/Matcher".
    fits = [
        (len(prefix) + len(suffix), found)
        for prefix, suffix, found in templates
        if len(key) > len(prefix) + len(suffix) and key.startswith(prefix) and key.endswith(suffix)
    ]
    return max(fits, key=operator.itemgetter(0))[1] if fits else None


def condition_key_services(key: str) -> tuple[str, ...]:
    """The services that may define a key, judged by its prefix: "saml:aud" gives ("sts",).

    Returns:
        The service of that prefix first, then others that define keys with it; "sts" for any
        host name, since it may be an identity provider's; empty if AWS lists no such prefix.
    """
    prefix = key.lower().partition(":")[0]
    if "." in prefix:
        return (_FEDERATION_SERVICE,)
    own = (prefix,) if prefix in table("condition_keys.json")["services"] else ()
    foreign: str = table("condition_keys.json")["foreign_prefixes"].get(prefix, "")
    return own + tuple(foreign.split())


@functools.cache
def global_condition_keys() -> Mapping[str, GlobalKey]:
    """AWS's global condition keys by lower-case name.

    A key followed by a tag key stands once, under its prefix with the slash: "aws:resourcetag/".
    """
    known = table("hand_kept", "global_condition_keys.json")["keys"]
    return MappingProxyType({key.lower(): _global_key(key, facts) for key, facts in known.items()})


def _global_key(key: str, facts: Mapping[str, Any]) -> GlobalKey:
    return GlobalKey(
        key=key,
        type=facts["type"],
        other_types=tuple(facts.get("other_types", ())),
        multivalued=facts.get("multivalued", False),
        takes_tag_key=key.endswith("/"),
        sensitive=facts.get("sensitive", False),
        untrustworthy=facts.get("untrustworthy", False),
        deprecated=facts.get("deprecated", False),
        instead=facts.get("instead", ""),
        service_principal_only=facts.get("service_principal_only", False),
        never_for_service_principal=facts.get("never_for_service_principal", False),
        services=tuple(facts.get("services", ())),
        documented=facts.get("documented", True),
        availability=facts["availability"],
    )


def global_condition_key(key: str) -> GlobalKey | None:
    """The global key that a policy names: "AWS:resourcetag/team" gives `aws:ResourceTag/`.

    Returns:
        None for a key that AWS does not have, and for a tag prefix without a tag key.
    """
    name, slash, tag_key = key.lower().partition("/")
    if slash:
        return global_condition_keys().get(name + slash) if tag_key else None
    return global_condition_keys().get(name)


@functools.cache
def rcp_services() -> frozenset[str]:
    """The services whose actions a resource control policy can restrict."""
    return frozenset(table("condition_keys.json")["rcp_services"].split())
