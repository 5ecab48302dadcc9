"""Payments resources of a stack, and ARNs and IDs of payments that stand elsewhere in it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from payguard import pointer
from payguard.iam.unresolved import AFTER_APPLY, MISSING, Unresolved
from payguard.infrastructure import (
    PAYMENT_CONNECTOR,
    PAYMENT_MANAGER,
    ROLE,
    PaymentResource,
    Text,
    Value,
)
from payguard.sources.pulumi_state.index import Index
from payguard.sources.pulumi_state.sentinel import DEEPEST, SIGNATURE, has_mark
from payguard.sources.pulumi_state.shape import DOCUMENTS, PAYMENTS, Payment, kind_of, properties
from payguard.sources.pulumi_state.sheet import Sheet
from payguard.sources.pulumi_state.state import STACK, Layer, Resource, Stack
from payguard_policies import PAYMENTS_SERVICE
from payguard_policies.named_tuple import NamedTuple

_PROVIDER = "pulumi:providers:"
_ANY_ROLE = "arn:aws*:iam::*:role/*"
# A payment manager's ID is its name in small letters and ten characters.
_SUFFIX = "-??????????"
# ARNs and IDs that are of payments whatever they are called ...
_TELLING = re.compile(
    r"arn:[^:\s]*:(?:bedrock-agentcore|acps):[^:\s]*:[^:\s]*:"
    r"(?:payment-manager/|token-vault/[^/\s]+/paymentcredentialprovider/)\S+"
    r"|payment-(?:instrument|session)-\S+"
)
# ... and what something is called that ought to be one.
_NAMES = tuple(
    f"payment{kind}{form}"
    for kind in ("manager", "connector", "instrument", "session", "credentialprovider")
    for form in ("id", "arn")
)
_OTHER_CHARACTERS = re.compile(r"[^a-z]+")


def payment_resources(stack: Stack, index: Index) -> tuple[PaymentResource, ...]:
    """Return the payment managers, connectors and credential providers of a stack."""
    providers = {each.urn: each for each in stack.resources if each.type.startswith(_PROVIDER)}
    found = []
    for resource in stack.resources:
        own = PAYMENTS.get(resource.type)
        if own is not None:
            role_arn = _role_arn(resource, index) if own.kind == PAYMENT_MANAGER else ""
            region = _region(resource, stack, providers)
            found.append(_payment(resource, own, role_arn, region))
    return tuple(found)


def expect_payments(stack: Stack) -> None:
    """Tell the sheets which places ``payment_resources`` will ask for."""
    for resource in stack.resources:
        if resource.type in PAYMENTS:
            resource.sheet.expect(resource.at)


def _payment(resource: Resource, own: Payment, role_arn: Text, region: str) -> PaymentResource:
    name = resource.text(own.name) or Unresolved(resource.what(own.name), _why(resource))
    arn = resource.text(own.arn) or (resource.id if resource.id.startswith("arn:") else "")
    if not isinstance(arn, str) or not arn:
        why = arn.why if isinstance(arn, Unresolved) else _why(resource)
        arn = Unresolved(resource.what(own.arn), why, _pattern(resource, own, role_arn, region))
    return PaymentResource(own.kind, resource.urn, resource.location, name, arn, role_arn)


def _why(resource: Resource) -> str:
    return AFTER_APPLY if resource.created else MISSING


def _pattern(resource: Resource, own: Payment, role_arn: Text, region: str) -> str:
    """Return the ARN of a payments resource with a pattern for what is not known of it."""
    partition, account = "aws*", "*"
    fields = role_arn.split(":") if isinstance(role_arn, str) else []
    if len(fields) > 4:
        partition, account = fields[1], fields[4]  # a role of another account is refused
    name = _as_pattern(resource.text(own.name))
    if own.kind == PAYMENT_MANAGER:
        service, rest = PAYMENTS_SERVICE, f"payment-manager/{name.lower()}{_SUFFIX}"
    elif own.kind == PAYMENT_CONNECTOR:
        manager = _as_pattern(resource.text("paymentManagerId"))
        service, rest = PAYMENTS_SERVICE, f"payment-manager/{manager}/connector/*"
    else:  # their service is written bedrock-agentcore or acps
        service, rest = "*", f"token-vault/*/paymentcredentialprovider/{name}"
    return f"arn:{partition}:{service}:{region}:{account}:{rest}"


def _as_pattern(text: Text) -> str:
    return text.pattern if isinstance(text, Unresolved) else text or "*"


def _role_arn(resource: Resource, index: Index) -> Text:
    """Return the ARN of a manager's service role; where it is not known, as its role has it."""
    found = resource.get("roleArn")
    if found is not None and isinstance(found.value, str) and not has_mark(found.value):
        return found.value
    named = index.named(resource, "roleArn", ROLE)
    if not named.references:
        return Unresolved(resource.what("roleArn"), MISSING, _ANY_ROLE)
    arn = named.references[0].arn or named.references[0].unresolved
    if isinstance(arn, Unresolved) and arn.pattern == "*":
        return arn._replace(pattern=_ANY_ROLE)
    return arn


def _region(resource: Resource, stack: Stack, providers: Mapping[str, Resource]) -> str:
    """Return the region of a resource: its own, its provider's or the configuration's."""
    urn = resource.provider.rpartition("::")[0]
    provider = providers.get(urn)
    for one in (resource, provider):
        region = "" if one is None else one.text("region")
        if isinstance(region, str) and region:
            return region
    kind, _, name = urn.rpartition("::")
    if stack.config is None or not name.startswith("default"):
        return "*"
    package = kind.rpartition(_PROVIDER)[2]
    default = stack.config[1].values.get(f"{package}:region")
    return default if isinstance(default, str) and default and not has_mark(default) else "*"


class _Found(NamedTuple):
    sheet: Sheet
    at: str
    text: str
    address: str


class Values:
    """The ARNs and IDs of payments in the outputs, the configuration and the inputs of a stack."""

    def __init__(self, stack: Stack) -> None:
        self._found = [*_configured(stack)]
        for resource in stack.resources:
            self._found += _declared(resource)
        for found in self._found:
            found.sheet.expect(found.at)

    def values(self) -> tuple[Value, ...]:
        """Return them with their places."""
        values = []
        for sheet, at, text, address in self._found:
            location = sheet.location(at, address)
            values.append(Value(text, location, sheet.line(location)))
        return tuple(values)


def _configured(stack: Stack) -> Iterator[_Found]:
    if stack.config is not None:
        sheet, layer = stack.config
        for at, text in _telling(layer, ()):
            yield _Found(sheet, at, text, "")


def _declared(resource: Resource) -> Iterator[_Found]:
    """Yield those of a resource: what a stack puts out, what anything else takes in."""
    if resource.type.startswith(_PROVIDER) or kind_of(resource.type):
        return
    layers = resource.outputs if resource.type == STACK else resource.inputs
    left_out = properties(resource.type) if resource.type in DOCUMENTS else ()
    for layer in layers:
        for at, text in _telling(layer, left_out):
            yield _Found(resource.sheet, at, text, resource.urn)


def _telling(layer: Layer, left_out: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the JSON Pointers and texts that are of payments, no deeper than DEEPEST."""
    level: list[tuple[Any, str, str]] = [
        (value, pointer.join(layer.at, key), key)
        for key, value in layer.values.items()
        if key not in left_out
    ]
    for _ in range(DEEPEST):
        below: list[tuple[Any, str, str]] = []
        for value, at, name in level:
            if isinstance(value, str):
                if _is_telling(value, name):
                    yield at, value
            elif isinstance(value, list):
                below += [(item, f"{at}/{index}", name) for index, item in enumerate(value)]
            elif isinstance(value, dict) and SIGNATURE not in value:
                below += [(item, pointer.join(at, key), key) for key, item in value.items()]
        if not below:
            return
        level = below


def _is_telling(text: str, name: str) -> bool:
    if not text or has_mark(text):
        return False
    if _TELLING.fullmatch(text):
        return True
    name = name.lower()
    return "payment" in name and _OTHER_CHARACTERS.sub("", name).endswith(_NAMES)
