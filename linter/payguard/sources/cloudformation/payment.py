"""Payment managers, connectors and credential providers that a template declares."""

from collections.abc import Mapping

from payguard.infrastructure import (
    CREDENTIAL_PROVIDER,
    PAYMENT_CONNECTOR,
    PAYMENT_MANAGER,
    PaymentResource,
    Text,
)
from payguard.sources.cloudformation.document import Documents
from payguard.sources.cloudformation.partial import Known, Partial, hull, pattern_of, unknown
from payguard.sources.cloudformation.piece import text_of
from payguard.sources.cloudformation.reference import CONNECTOR, MANAGER, PROVIDER
from payguard.sources.cloudformation.template import Resource, Template
from payguard.sources.cloudformation.view import View
from payguard.sources.cloudformation.world import World, explore

# CloudFormation's type -> our kind, and the property that names it.
_TYPES: Mapping[str, tuple[str, str]] = {
    MANAGER: (PAYMENT_MANAGER, "Name"),
    CONNECTOR: (PAYMENT_CONNECTOR, "ConnectorName"),
    PROVIDER: (CREDENTIAL_PROVIDER, "Name"),
}


def payment_resources(template: Template, documents: Documents) -> list[PaymentResource]:
    """Return what a template declares of payments."""
    return [
        _resource(template, documents, one)
        for one in template.resources.values()
        if one.type in _TYPES
    ]


def _resource(template: Template, documents: Documents, one: Resource) -> PaymentResource:
    kind, name = _TYPES[one.type]

    def look(world: World) -> tuple[Known, Known, Known] | None:
        view = documents.view(world)
        if view.exists(one) is False:
            return None
        arn = view.attribute(one.address, "") or ""
        return _property(view, one, name), arn, _property(view, one, "RoleArn")

    found, complete = explore(look)
    seen = [result for _, result in found if result is not None]
    names, arns, roles = (
        (list(dict.fromkeys(texts)) for texts in zip(*seen, strict=True)) if seen else ([], [], [])
    )
    return PaymentResource(
        kind,
        one.address,
        template.host.location(one.pointer, one.address),
        _either(names, f"{one.address}.{name}", complete=complete),
        _either(arns, one.address, complete=complete),
        _either(roles, f"{one.address}.RoleArn", complete=complete),
    )


def _property(view: View, resource: Resource, name: str) -> Known:
    if name not in resource.properties:
        return ""
    found = view.text(resource.properties[name], resource.at(name))
    return found if isinstance(found, str | Partial) else ""


def _either(texts: list[Known], what: str, *, complete: bool) -> Text:
    """Return a text; where conditions decide between several, what they have in common."""
    if complete and len(texts) == 1:
        return text_of(texts[0])
    pattern = hull([pattern_of(one) for one in texts]) if complete and texts else "*"
    return text_of(unknown(what, pattern=pattern))
