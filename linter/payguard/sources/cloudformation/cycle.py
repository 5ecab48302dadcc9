"""Resources that wait for each other: CloudFormation refuses the template."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from payguard.quotation import quote
from payguard.sources.cloudformation.function import variables
from payguard.sources.cloudformation.template import Resource, Template

_MOST = 20
_MADE_ANEW = "AWS::Serverless::"


def note_cycles(template: Template) -> None:
    """Note each circle of references.

    References in an ``Fn::If`` are left out: the branch may never be taken with the others. So are
    SAM's own types, of which other resources are made.
    """
    graph = {
        one.address: set(_needed(one)) & template.resources.keys()
        for one in template.resources.values()
        if not one.type.startswith(_MADE_ANEW) and "Condition" not in one.body
    }
    for _ in range(_MOST):
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            way: list[str] = error.args[1][::-1]
            first = template.resources[way[0]]
            message = f"{quote(first.address)} refers to itself: {' -> '.join(way)}"
            template.notes.error(first.pointer, message)
            graph[way[0]] = set()
        else:
            return


def _needed(resource: Resource) -> Iterator[str]:
    """Yield the names that a resource waits for."""
    after = resource.body.get("DependsOn")
    yield from (one for one in (after if type(after) is list else [after]) if type(one) is str)
    pending: list[Any] = [resource.properties]
    while pending:
        one = pending.pop()
        if type(one) is list:
            pending += one
        elif type(one) is dict and "Fn::If" not in one:
            yield from _named(one)
            pending += one.values()


def _named(value: Mapping[str, Any]) -> Iterator[str]:
    if type(value.get("Ref")) is str:
        yield value["Ref"]
    attribute = value.get("Fn::GetAtt")
    if attribute:
        first = attribute[0] if type(attribute) is list else attribute
        if type(first) is str:
            yield first.partition(".")[0]
    text = value.get("Fn::Sub")
    bound: Any = {}
    if type(text) is list and len(text) == 2:
        text, bound = text
    if type(text) is str:
        for name in variables(text):
            if type(bound) is not dict or name not in bound:
                yield name.partition(".")[0]
