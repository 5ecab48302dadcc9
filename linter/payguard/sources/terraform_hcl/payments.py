"""Payments resources, and the ARNs and IDs of payments that stand by themselves."""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from payguard.finding import Location
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import (
    CREDENTIAL_PROVIDER,
    PAYMENT_CONNECTOR,
    PAYMENT_MANAGER,
    PaymentResource,
    Text,
    Value,
)
from payguard.sources.terraform_hcl.attribute import attribute
from payguard.sources.terraform_hcl.body import literal
from payguard.sources.terraform_hcl.datum import Datum
from payguard.sources.terraform_hcl.syntax import Block, Call, Embedded, Node, Template
from payguard.sources.terraform_hcl.view import View

# Type, without the provider, to kind and the attribute that is its ARN.
_TYPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "bedrockagentcore_payment_manager": (PAYMENT_MANAGER, "payment_manager_arn"),
        "bedrockagentcore_payment_connector": (PAYMENT_CONNECTOR, "payment_connector_arn"),
        "bedrockagentcore_payment_credential_provider": (
            CREDENTIAL_PROVIDER,
            "credential_provider_arn",
        ),
    }
)
# What texts are about that name something of payments by themselves; buckets have any name.
_OF_PAYMENTS = re.compile(
    r"arn:[^\s:]*+:(?!s3:)[^\s:]*+:[^\s:]*+:[^\s:]*+:"
    r"(?:payment-manager|token-vault/[^\s/]++/paymentcredentialprovider)"
    r"|payment-manager/|payment-(?:session|instrument)-"
)
_LONGEST = 4096
# How the addresses of declarations start, where it is not their type.
_FIRST = {"": "var", "locals": "local", "resource": "", "variable": "var"}


def payment_resources(views: Iterable[View]) -> tuple[PaymentResource, ...]:
    """Return the payment managers, connectors and credential providers among ``views``."""
    found = []
    for view in views:
        provider, _, name = view.type.partition("_")
        if provider in ("aws", "awscc") and name in _TYPES:
            kind, arn = _TYPES[name]
            found.append(_resource(view, kind, arn))
    return tuple(found)


def _resource(view: View, kind: str, arn: str) -> PaymentResource:
    named = "connector_name" if view.has("connector_name") else "name"
    role: Text = ""
    if kind == PAYMENT_MANAGER:
        role = view.text("role_arn") or Unresolved(f"{view.address}.role_arn", MISSING)
    return PaymentResource(
        kind,
        view.address,
        view.location,
        view.text(named) or Unresolved(f"{view.address}.{named}", MISSING),
        _text(attribute(view, arn)),
        role,
    )


def _text(datum: Datum) -> Text:
    found: Text = datum.data
    return found


def values(
    body: Block, within: frozenset[tuple[str, int]], secret: frozenset[str]
) -> Iterator[Value]:
    """Yield the texts of a file that name something of payments.

    Args:
        body: the file's body.
        within: path and offset of texts that stand in policy documents, which are left out.
        secret: addresses of variables and outputs that are secret, which are left out, too.
    """
    file = body.source
    if "payment" not in file.text:
        return
    for address, template in _templates(body):
        text = literal(template)
        if text is None or len(text) > _LONGEST or "%" in text or not _OF_PAYMENTS.match(text):
            continue
        if (file.path, template.start) not in within and address not in secret:
            span = file.span(template.start, template.end)
            location = Location(file.path, span, "", address)
            yield Value(text, location, file.lines.line(span.line))


def _templates(body: Block) -> Iterator[tuple[str, Template]]:
    pending = [(body, _address(body))]
    while pending:
        block, address = pending.pop()
        for name, argument in block.arguments.items():
            inner = f"{address}.{name}" if block.type in ("", "locals") else address
            for template in _templates_in(argument.value):
                yield inner, template
        pending += [
            (one, address if block.type else _address(one)) for one in reversed(block.blocks)
        ]


def _templates_in(node: Node) -> Iterator[Template]:
    pending: list[object] = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, Template):
            yield one
        if isinstance(one, Call) and one.name == "sensitive":
            continue
        if isinstance(one, tuple) and not isinstance(one, Embedded):
            pending += [item for item in reversed(one) if isinstance(item, tuple)]


def _address(block: Block) -> str:
    first = _FIRST.get(block.type, block.type)
    return ".".join(filter(None, (first, *block.labels)))
