"""Payments resources of Terraform, and the ARNs and IDs of payments among its other values."""

import re
from collections.abc import Iterable, Iterator

from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import PAYMENT_CONNECTOR, PAYMENT_MANAGER, PaymentResource, Text
from payguard.sources.terraform_name import Names
from payguard.sources.terraform_pattern import attribute, payment_kind
from payguard.sources.terraform_reference import References
from payguard.sources.terraform_resource import Resource
from payguard.sources.terraform_secret import leaves
from payguard_policies.named_tuple import NamedTuple

_ARNS = {
    PAYMENT_MANAGER: "payment_manager_arn",
    PAYMENT_CONNECTOR: "payment_connector_arn",
}
_PROVIDER_ARN = "credential_provider_arn"
# What texts are about that name something of payments by themselves.
_OF_PAYMENTS = re.compile(
    r"\s*(?:arn:[^\s:]*:[^\s:]*:[^\s:]*:[^\s:]*:"
    r"(?:payment-manager|token-vault/[^\s/]+/paymentcredentialprovider)"
    r"|payment-manager/|payment-(?:session|instrument)-)"
)
_LONGEST = 4096


class Found(NamedTuple):
    """A text that names something of payments.

    Attributes:
        text: the text.
        place: the JSON Pointer at which it stands.
        address: what it belongs to.
        is_secret: whether it is secret at this place.
    """

    text: str
    place: str
    address: str
    is_secret: bool


def payment_resources(
    resources: Iterable[Resource], names: Names, references: References
) -> tuple[PaymentResource, ...]:
    """Return the payment managers, connectors and credential providers among ``resources``."""
    return tuple(
        _payment_resource(kind, resource, names, references)
        for resource in resources
        if (kind := payment_kind(resource))
    )


def _payment_resource(
    kind: str, resource: Resource, names: Names, references: References
) -> PaymentResource:
    named = "connector_name" if "connector_name" in resource.values else "name"
    return PaymentResource(
        kind,
        resource.address,
        resource.location,
        names.text(resource, named),
        attribute(resource, _ARNS.get(kind, _PROVIDER_ARN)),
        _role_arn(resource, names, references) if kind == PAYMENT_MANAGER else "",
    )


def _role_arn(resource: Resource, names: Names, references: References) -> Text:
    """Return a manager's role: where its ARN is not known, as that role itself has it."""
    text = names.text(resource, "role_arn")
    if not isinstance(text, Unresolved):
        return text or Unresolved(f"{resource.address}.role_arn", MISSING)
    trace = references.trace(resource, ("role_arn",))
    if trace.complete and len(trace.origins) == 1:
        origin, name = trace.origins[0]
        if origin.type == "aws_iam_role" and name in ("arn", ""):
            return attribute(origin, "arn")
    return text._replace(what=trace.wording or text.what)


def values(value: object, secret: object, place: str, address: str) -> Iterator[Found]:
    """Yield the texts in a value that name something of payments.

    Args:
        value: any decoded value.
        secret: what marks secret values in it, in Terraform's form.
        place: the JSON Pointer at which it stands.
        address: what it belongs to.
    """
    for leaf in leaves(value, secret, place):
        text = leaf.value
        if isinstance(text, str) and len(text) <= _LONGEST and _OF_PAYMENTS.match(text):
            yield Found(text, leaf.place, address, leaf.is_secret)
