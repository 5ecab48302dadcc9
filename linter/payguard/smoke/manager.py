"""Payment managers that an input declares: their ARNs are known after the deploy only."""

from collections.abc import Mapping, Sequence
from typing import Any

from payguard.deployment import Deployment, deployment_of
from payguard.iam.unresolved import Unresolved
from payguard.iam.wildcard import has_wildcard
from payguard.identifiers import ERROR, check
from payguard.infrastructure import PAYMENT_MANAGER, Document, PaymentResource, Role
from payguard.smoke.verdict import SERVICE
from payguard_policies.named_tuple import NamedTuple

_SUFFIX = "a1b2c3d4e5"  # as the service adds one to the name
_NAME = "manager"


class Manager(NamedTuple):
    """A payment manager to ask about.

    Attributes:
        arn: its ARN; before the deploy an example of what it may be.
        unresolved: what stands for it in the input; None for one that is known.
    """

    arn: str
    unresolved: Unresolved | None = None


def managers_of(resources: Sequence[PaymentResource], roles: Sequence[Role]) -> list[Manager]:
    """Return the payment managers of an input; what is known after the deploy has an example.

    Args:
        resources: of the input.
        roles: of the input; they may tell account and region.
    """
    deployment = deployment_of(roles)
    found = [
        Manager(one.arn) if isinstance(one.arn, str) else _example(one.arn, deployment)
        for one in resources
        if one.kind == PAYMENT_MANAGER
    ]
    return [one for one in dict.fromkeys(found) if _is_arn(one.arn)]


def _example(arn: Unresolved, deployment: Deployment) -> Manager:
    usual = Deployment()
    examples = (
        "arn",
        deployment.partition or usual.partition,
        SERVICE,
        deployment.region or usual.region,
        deployment.account or usual.account,
    )
    fields = arn.pattern.split(":", 5)
    if len(fields) != 6:
        fields = ["*"] * 5 + ["payment-manager/*"]
    known = [
        example if has_wildcard(one) else one
        for one, example in zip(fields[:5], examples, strict=True)
    ]
    resource = fields[5].replace("?" * len(_SUFFIX), _SUFFIX)
    if resource.endswith("*"):
        start = resource[:-1]
        named = start.rstrip("-") if not start.endswith("/") else f"{start}{_NAME}"
        resource = f"{named}-{_SUFFIX}"
    return Manager(":".join((*known, resource)), arn)


def _is_arn(text: str) -> bool:
    return not any(one.severity == ERROR for one in check("payment-manager-arn", text))


def filled(role: Role, manager: Manager) -> Role:
    """Return a role in whose policies the manager's ARN stands, as it does after the deploy."""
    if manager.unresolved is None:
        return role
    boundary = role.boundary and _document(role.boundary, manager)
    return role._replace(
        identity=tuple(_document(document, manager) for document in role.identity),
        boundary=boundary,
    )


def _document(document: Document, manager: Manager) -> Document:
    left = tuple(
        (at, gap) for at, gap in document.unresolved if isinstance(_value(gap, manager), Unresolved)
    )
    if len(left) == len(document.unresolved):
        return document
    return document._replace(value=_value(document.value, manager), unresolved=left)


def _value(value: Any, manager: Manager) -> Any:
    if isinstance(value, Unresolved):
        own = manager.unresolved
        if own is None or value.what != own.what or not value.pattern.startswith(own.pattern):
            return value
        return manager.arn + value.pattern[len(own.pattern) :]
    if isinstance(value, Mapping):
        return {key: _value(item, manager) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item, manager) for item in value]
    return value
