"""Which operations there are and how a request names one: read from botocore's models."""

import functools
import re
from collections.abc import Mapping
from urllib.parse import unquote

import botocore.session
from botocore.model import OperationModel, ServiceModel

from payguard_policies.named_tuple import NamedTuple

DATA, CONTROL = "bedrock-agentcore", "bedrock-agentcore-control"
_LABEL = re.compile(r"\{(\w+)(\+?)\}")


class Route(NamedTuple):
    """An operation, and what its path says; ``plane`` is the name of botocore's service."""

    plane: str
    model: OperationModel
    labels: Mapping[str, str]

    @property
    def name(self) -> str:
        """The name of the operation."""
        return str(self.model.name)


class _Pattern(NamedTuple):
    plane: str
    model: OperationModel
    expression: re.Pattern[str]


@functools.cache
def service_model(service: str) -> ServiceModel:
    """Return botocore's model of a service."""
    return botocore.session.get_session().get_service_model(service)


@functools.cache
def _routes() -> tuple[Mapping[tuple[str, str], Route], tuple[_Pattern, ...]]:
    """Return the operations of both planes: by method and path, and those with labels.

    Both planes sign for one service and share one address here: no two operations of theirs have
    method and path in common.
    """
    plain: dict[tuple[str, str], Route] = {}
    labelled: list[_Pattern] = []
    for plane in (DATA, CONTROL):
        model = service_model(plane)
        for name in model.operation_names:
            operation = model.operation_model(name)
            uri = operation.http["requestUri"].partition("?")[0]
            if "{" in uri:
                labelled.append(_Pattern(plane, operation, _expression(uri)))
            else:
                plain[operation.http["method"], uri] = Route(plane, operation, {})
    return plain, tuple(labelled)


def _expression(uri: str) -> re.Pattern[str]:
    parts = []
    for number, text in enumerate(_LABEL.split(uri)):
        if number % 3 == 0:
            parts.append(re.escape(text))
        elif number % 3 == 1:
            parts.append(f"(?P<{text}>")
        else:
            parts.append(".+)" if text else "[^/]+)")
    return re.compile("".join(parts))


def route(method: str, path: str) -> Route | None:
    """Return the operation that method and path name; None if there is none."""
    plain, labelled = _routes()
    found = plain.get((method, path))
    if found is not None:
        return found
    for pattern in labelled:
        if pattern.model.http["method"] == method and (match := pattern.expression.fullmatch(path)):
            labels = {name: unquote(value) for name, value in match.groupdict().items()}
            return Route(pattern.plane, pattern.model, labels)
    return None
