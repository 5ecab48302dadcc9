"""What the entries under ``Policies`` of a SAM function mean: policies, names, SAM's own templates.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-templates.html
"""

import functools
import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from payguard.iam.document import IDENTITY
from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import Document, Gap
from payguard.quotation import quote
from payguard.sources.cloudformation.document import Written
from payguard.sources.cloudformation.identity import ReadPolicy, branches, gap
from payguard.sources.cloudformation.partial import Partial
from payguard.sources.cloudformation.piece import POLICY, Target, target
from payguard.sources.cloudformation.template import Resource, function_of
from payguard.sources.cloudformation.view import View
from payguard_policies import catalog

VERSION = "2012-10-17"
_AWS_POLICY = "arn:aws:iam::aws:policy/"
# The paths that AWS keeps its managed policies under.
_PATHS = ("", "service-role/", "job-function/", "aws-service-role/")


def written(resource: Resource) -> Iterator[Written]:
    """Yield every policy that is written out in a SAM resource, whatever its conditions."""
    for value, at in branches(resource.properties.get("Policies"), resource.at("Policies")):
        if type(value) is dict and "Statement" in value:
            yield Written(value, at, resource.address, IDENTITY)


def entries(
    resource: Resource, view: View, read_policy: ReadPolicy
) -> Iterator[Document | Gap | tuple[Target, str]]:
    """Yield what each entry means: a policy, or a managed policy and where it is named."""
    for item, at in view.items(resource.properties.get("Policies"), resource.at("Policies")):
        if type(item) is dict and "Statement" in item:
            policy = read_policy(Written(item, at, resource.address, IDENTITY), view)
            if policy is not None:
                yield policy
        elif type(item) is str:
            yield Target(POLICY, text=managed_arn(item)), at
        elif isinstance(item, Partial) or function_of(item):
            found = target(view, item, at, POLICY)
            if found is not None:
                yield found, at
        else:
            yield _from_template(resource, view, item, at, read_policy)


def managed_arn(name: str) -> str:
    """Return the ARN for the name of one of AWS's managed policies, or an ARN as it is."""
    if name.startswith("arn:") or not name:
        return name
    arns = [f"{_AWS_POLICY}{path}{name}" for path in _PATHS]
    return next((arn for arn in arns if catalog.managed_policy(arn) is not None), arns[0])


def _from_template(
    resource: Resource, view: View, item: Any, at: str, read_policy: ReadPolicy
) -> Document | Gap:
    """Return the policy that one of SAM's templates makes."""
    name = next(iter(item)) if type(item) is dict and len(item) == 1 else ""
    if not name:
        message = f"a policy of {quote(resource.address)} is no policy that SAM knows"
        view.error(at, message)
    template = _templates().get(name)
    values = item[name] if name else None
    missing = _missing(template, values) if template else []
    for parameter in missing:
        message = f"{quote(name)} of {quote(resource.address)} needs {quote(parameter)}"
        view.error(at, message)
    if template is None or missing:
        what = f"the SAM policy template {name} of {resource.address}" if name else "a policy"
        return gap(resource, view, at, Unresolved(what, MISSING), IDENTITY)
    statements = _filled(template["statements"], values or {})
    return generated(resource, view, statements, at, read_policy)


def generated(
    resource: Resource, view: View, statements: list[Any], at: str, read_policy: ReadPolicy
) -> Document | Gap:
    """Return a policy that SAM makes of what stands at ``at``."""
    value = {"Version": VERSION, "Statement": statements}
    policy = read_policy(Written(value, at, resource.address, IDENTITY), view)
    if policy is not None:
        return policy
    what = Unresolved(f"a policy of {resource.address}", MISSING)
    return gap(resource, view, at, what, IDENTITY)


def _missing(template: Mapping[str, Any], values: Any) -> list[str]:
    given = values if type(values) is dict else {}
    return [name for name in template["parameters"] if name not in given]


def _filled(value: Any, by: Mapping[str, Any]) -> Any:
    """Return a template's statements with the parameters of the template filled in."""
    if type(value) is dict:
        name = value.get("Ref") if len(value) == 1 else None
        if type(name) is str and name in by:
            return by[name]
        return {key: _filled(one, by) for key, one in value.items()}
    return [_filled(one, by) for one in value] if type(value) is list else value


@functools.cache
def _templates() -> Mapping[str, Mapping[str, Any]]:
    """Return SAM's policy templates by name."""
    file = resources.files(__package__).joinpath("sam_policy_templates.json")
    found: Mapping[str, Mapping[str, Any]] = json.loads(file.read_text("utf-8"))["templates"]
    return found
