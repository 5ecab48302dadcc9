"""What the resource part of an ARN is made of, by AWS's own templates such as ``key/${KeyId}``."""

import functools
import re

from payguard.identifiers.arn import FIELDS
from payguard.identifiers.shape import LONGEST, Shape, from_model
from payguard_policies import PAYMENTS_SERVICE, catalog
from payguard_policies.named_tuple import NamedTuple

# A variable of a template -> the kind of identifier that it stands for.
VARIABLES = {
    "PaymentManagerId": "payment-manager-id",
    "PaymentConnectorId": "payment-connector-id",
    "PaymentInstrumentId": "payment-instrument-id",
    "PaymentSessionId": "payment-session-id",
    "TokenVaultId": "token-vault-id",
    "Name": "credential-provider-name",
    "WorkloadIdentityName": "workload-identity-name",
}


class Template(NamedTuple):
    """The ARN of one resource type.

    Attributes:
        service: the service field.
        segments: what the resource part holds between its dividers; a variable is ``${Name}``.
        divider: ``/``, or ``:`` where the type and the ID are divided by a colon.
        open_ended: the last variable takes everything that follows, dividers too.
    """

    service: str
    segments: tuple[str, ...]
    divider: str = "/"
    open_ended: bool = False

    def split(self, resource: str) -> list[str]:
        """Split a resource part as this template is split."""
        if self.open_ended:
            return resource.split(self.divider, len(self.segments) - 1)
        return resource.split(self.divider)


def variable(segment: str) -> str:
    """Return the name of the variable that a segment is; empty if it is a literal."""
    return segment[2:-1] if segment.startswith("${") else ""


@functools.cache
def resource_template(service: str, resource_type: str) -> Template:
    """Return the template of a resource type that the catalog knows."""
    detail = catalog.detail(service)
    if detail is None:
        raise KeyError(service)
    resource = detail.resource_types[resource_type].arn.split(":", 5)[-1]
    colon = re.fullmatch(r"([a-z]+):(\$\{\w+\})", resource)
    if colon:
        return Template(service, (colon[1], colon[2]), ":", open_ended=True)
    return Template(service, tuple(resource.split("/")), open_ended=service != PAYMENTS_SERVICE)


@functools.cache
def sub_resource_types() -> tuple[str, ...]:
    """Return what may follow a payment manager's ID in an ARN: ``connector`` and its like."""
    return catalog.string_shape("other", "PaymentManagerSubResource").enum


@functools.cache
def sub_resource_template(sub_type: str) -> Template:
    """Return the template of a connector, an instrument or a session."""
    manager = resource_template(PAYMENTS_SERVICE, "payment-manager")
    identifier = f"${{Payment{sub_type.capitalize()}Id}}"
    return Template(manager.service, (*manager.segments, sub_type, identifier))


def template_shape(template: Template, values: dict[str, Shape]) -> Shape:
    """Return the shape of an ARN by its template alone: neither model has a pattern for it.

    Args:
        template: the resource type's.
        values: what each variable may be; one not given is anything without a slash.
    """
    partitions = "|".join(re.escape(name) for name in sorted(catalog.partitions()))
    account = from_model("other", "AccountId").pattern
    parts = (
        _bounded(values.get(variable(segment))) if variable(segment) else re.escape(segment)
        for segment in template.segments
    )
    fields = ("arn", f"(?:{partitions})", template.service, "[^:]*", account, "/".join(parts))
    return Shape("reference", ":".join(map(str, fields)), len(FIELDS), LONGEST)


def _bounded(shape: Shape | None) -> str:
    if shape is None:
        return "[^/]+"
    return f"(?=[^/]{{{shape.least},{shape.most}}}(?:/|$))(?:{shape.pattern})"
