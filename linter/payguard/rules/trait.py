"""What texts and statements hold, as the bits that rules name in ``when``."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from payguard.iam.action import is_known, matches_some
from payguard.iam.document import WITHOUT_PRINCIPAL
from payguard.iam.wildcard import has_wildcard, matches
from payguard.identifiers.arn import FIELDS as ARN_FIELDS
from payguard.identifiers.policy_arn import is_plain
from payguard.rules import rule
from payguard_policies import CREDENTIAL_SERVICE, PAYMENTS_SERVICE, catalog

# Traits that one certain action stands for.
_MARKED = {
    "iam:passrole": rule.PASS_ROLE,
    "secretsmanager:getsecretvalue": rule.SECRETS,
    "sts:assumerole": rule.ASSUME_ROLE,
    "sts:assumerolewithsaml": rule.ASSUME_ROLE,
    "sts:assumerolewithwebidentity": rule.ASSUME_ROLE,
}
EVERY_ACTION = (
    rule.AGENTCORE
    | rule.PAYMENTS
    | rule.DETAILED
    | rule.PASS_ROLE
    | rule.SECRETS
    | rule.ASSUME_ROLE
)


def action_traits(text: str) -> int:
    """Return the bits of everything that the action pattern ``text`` may match."""
    lower = text.lower()
    service, _, name = lower.partition(":")
    if has_wildcard(lower):
        return _pattern_traits(lower, service, name)
    traits = _MARKED.get(lower, 0)
    if f"{service}:{catalog.action_names(service).get(name)}" != text:
        traits |= rule.ODD_ACTION
    if service not in catalog.detailed_services():
        return traits
    if service == PAYMENTS_SERVICE:
        traits |= rule.AGENTCORE
        if name in _payments():
            traits |= rule.PAYMENTS
    return traits | rule.DETAILED


@cache
def known_actions(service: str) -> Mapping[str, int]:
    """Return the bits of every action of a service, by its name as the catalog spells it."""
    names = [f"{service}:{name}" for name in catalog.action_names(service).values()]
    if service in catalog.detailed_services() or any(
        marked.startswith(f"{service}:") for marked in _MARKED
    ):
        return {text: action_traits(text) for text in names}
    return dict.fromkeys(names, 0)


def _pattern_traits(text: str, service: str, name: str) -> int:
    if service == "*" and name in ("", "*"):
        return EVERY_ACTION | rule.ACTION_WILDCARD
    traits = rule.ACTION_WILDCARD
    for marked, bit in _MARKED.items():
        if matches(text, marked):
            traits |= bit
    if matches(service, PAYMENTS_SERVICE):
        traits |= rule.AGENTCORE
        if any(matches(name, action) for action in _payments()):
            traits |= rule.PAYMENTS
    if any(matches(service, known) for known in catalog.detailed_services()):
        traits |= rule.DETAILED
    return traits


def resource_traits(text: str) -> int:
    """Return the bits that the resource pattern ``text`` stands for."""
    return rule.VARIABLE if "${" in text else 0


def is_plain_action(text: str) -> bool:
    """Tell at once that no rule about single actions can mind ``text``.

    It is the name of a known action, or a well-formed pattern that matches actions of a service
    that payments roles do not touch.
    """
    if is_known(text):
        return True
    service, _, name = text.partition(":")
    if "*" not in name or has_wildcard(service):
        return False
    if service.lower() in catalog.detailed_services():
        return False
    return name.replace("*", "").isalnum() and name.isascii() and matches_some(text)


# Services about whose ARNs rules say more than that they are well formed.
_SPECIAL = frozenset({PAYMENTS_SERVICE, CREDENTIAL_SERVICE, "secretsmanager"})


def is_plain_resource(text: str) -> bool:
    """Tell at once that no rule about single resources can mind ``text``.

    It is ``*``, or a well-formed ARN of a service without payments resources or secrets, without
    variables, placeholders or characters beyond ASCII.
    """
    if text == "*":
        return True
    if not (text.isascii() and text.isprintable()) or any(sign in text for sign in "${<"):
        return False
    fields = text.split(":", 5)
    if len(fields) < len(ARN_FIELDS) or fields[2] in _SPECIAL or not is_plain(text):
        return False
    forms = _forms(fields[2])
    return not forms or (bool(fields[3]), bool(fields[4])) in forms


@cache
def _forms(service: str) -> frozenset[tuple[bool, bool]]:
    """Return whether region and account are filled in the ARNs of a service known in detail."""
    detail = catalog.detail(service)
    arns = (
        [] if detail is None else [kind.arn.split(":") for kind in detail.resource_types.values()]
    )
    return frozenset((bool(arn[3]), bool(arn[4])) for arn in arns if arn[2] == service)


@cache
def _payments() -> frozenset[str]:
    return frozenset(action.lower() for action in catalog.payments_actions())


def shape_traits(value: Mapping[str, Any], policy_type: str) -> int:
    """Return the bits that the elements of a statement stand for, by their names and types.

    Two statements whose elements have the same names, in the same order, and the same types get
    the same bits: the answer may be kept.
    """
    traits = 0
    for element, bit in _ELEMENTS.items():
        traits |= bit if element in value else 0
    if "Principal" in value or "NotPrincipal" in value:
        traits |= rule.PRINCIPAL
    types = {element: type(entry) for element, entry in value.items()}
    plain = (
        policy_type in WITHOUT_PRINCIPAL
        and {*types} - _OPTIONAL in _PLAIN_SHAPES
        and all(kind in _PLAIN_TYPES.get(element, ()) for element, kind in types.items())
    )
    return traits if plain else traits | rule.IRREGULAR


_ELEMENTS = {
    "Condition": rule.CONDITION,
    "NotAction": rule.NOT_ACTION | rule.EXCLUSION,
    "NotResource": rule.NOT_RESOURCE | rule.EXCLUSION,
}
_OPTIONAL = {"Sid", "Condition"}
_PLAIN_SHAPES = [
    {"Effect", action, resource}
    for action in ("Action", "NotAction")
    for resource in ("Resource", "NotResource")
]
_PLAIN_TYPES: dict[str, tuple[type, ...]] = {
    "Sid": (str,),
    "Effect": (str,),
    "Condition": (dict,),
    **dict.fromkeys(("Action", "NotAction", "Resource", "NotResource"), (str, list)),
}
